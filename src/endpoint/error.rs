//! What can go wrong between us and an endpoint, in the kinds we act upon.

use std::time::Duration;

/// Why there is no reply, or no more of it. `Display` is one sentence for the user that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No key is known.
    #[error("no API key")]
    NoKey,
    /// The endpoint says: too many requests.
    #[error("rate limited")]
    RateLimited {
        /// How long it asks us to stay away.
        retry_after: Option<Duration>,
    },
}
