//! What the user should hear of, each kind once.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use crate::completion::Reason;
use crate::model::Error;

/// The same kind of failure is told again only after this long.
const TELL_AGAIN: Duration = Duration::from_secs(15 * 60);

/// The way to the user.
pub(super) struct Notices {
    sender: UnboundedSender<Reason>,
    /// The last kind of failure that was told, and when.
    told: Option<(&'static str, Instant)>,
}

impl Notices {
    pub fn new(sender: UnboundedSender<Reason>) -> Self {
        Self { sender, told: None }
    }

    pub fn endpoint_failed(&mut self, error: &Error, now: Instant) {
        let kind = error.kind();
        if self.told.is_some_and(|(told, at)| told == kind && now.saturating_duration_since(at) < TELL_AGAIN) {
            return;
        }
        self.told = Some((kind, now));
        self.send(Reason::Endpoint(error.clone()));
    }

    pub fn send(&self, reason: Reason) {
        // The receiver is gone only when the server is shutting down.
        let _ = self.sender.send(reason);
    }

    /// The settings changed: whatever fails from now on is news.
    pub fn reset(&mut self) {
        self.told = None;
    }
}
