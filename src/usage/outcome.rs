//! What is counted of suggestions: where they come from, and what becomes of them.

use super::Figures;

/// Where a suggestion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The endpoint was asked for it.
    Endpoint,
    /// It was in the cache, or on its way, when the request came.
    Reuse,
    /// The embedded engine predicted it.
    Local,
}

impl Source {
    /// The name in JSON and in what is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Reuse => "reuse",
            Self::Local => "local",
        }
    }
}

/// What became of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was shown, and was not on screen before.
    Shown,
    /// It was taken to its end.
    Accepted,
    /// A word or a line of it was taken.
    Partly,
    /// Something else was typed.
    Rejected,
}

impl Figures {
    /// How many suggestions came to this.
    pub(super) fn of(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Shown => &mut self.shown,
            Outcome::Accepted => &mut self.accepted,
            Outcome::Partly => &mut self.partly,
            Outcome::Rejected => &mut self.rejected,
        }
    }
}
