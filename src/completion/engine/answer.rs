//! What the engine says: of one query, and of itself.

use std::sync::Arc;
use std::time::Duration;

use super::MovingCursor;
use crate::completion::{Excerpts, MaskedSecret, Reason, Suggestion, Window};
use crate::model::{Error, Prompt, Recipient};

/// What one query came to.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The suggestion, or why there is none.
    pub result: Result<Suggestion, Reason>,
    /// Where the query stood when that was found, if it moved along with what was typed.
    pub moved: Option<MovingCursor>,
    /// How it came about.
    pub trace: Trace,
}

/// How an answer came about, for `complete --explain` and benchmarks.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The window around the cursor.
    pub window: Window,
    /// What the endpoint was asked, if it was.
    pub prompt: Option<Prompt>,
    /// The excerpts of other files that were sent with it.
    pub excerpts: Option<Arc<Excerpts>>,
    /// The secrets that were masked in the window.
    pub masked: Vec<MaskedSecret>,
    /// From the query to the request.
    pub waited: Duration,
    /// From the request to the first text.
    pub first_text: Option<Duration>,
    /// From the query to the answer.
    pub total: Duration,
    /// The host that said what is shown, if that was told.
    pub said_by: Option<Arc<str>>,
    /// All the model had said when the answer was given, with LF line ends.
    pub reply: String,
}

/// What the engine stands at.
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether automatic completion is on.
    pub on: bool,
    /// The endpoint's latest failure, if nothing worked since.
    pub last_error: Option<Error>,
    /// Who answered last, if that was told.
    pub answerer: Option<Recipient>,
    /// Streams open now.
    pub streams: usize,
    /// The most tokens a day may take, if they are used up.
    pub ceiling: Option<u64>,
}
