//! The last requests and what became of each: what `codestral.why` shows. Holds no source text.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{Reason, Source};

/// Requests kept: a few minutes of typing.
const KEPT: usize = 50;

/// What became of one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When it was answered.
    pub at: SystemTime,
    /// The document, as the client spells its URI.
    pub uri: Arc<str>,
    /// The line, from zero.
    pub line: usize,
    /// How long the answer took.
    pub took: Duration,
    /// Whether the suggestion was known already, or why there was none.
    pub outcome: Result<Source, Reason>,
    /// The host that said what was shown, if that was told.
    pub said_by: Option<Arc<str>>,
    /// How many excerpts of other files were sent for it.
    pub snippets: usize,
    /// Bytes of their text.
    pub snippet_bytes: usize,
}

/// The last records, oldest first.
#[derive(Debug, Default)]
pub(super) struct History {
    records: VecDeque<Record>,
}

impl History {
    /// Adds one and forgets the oldest.
    pub fn add(&mut self, record: Record) {
        if self.records.len() == KEPT {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }

    /// The one that was added last.
    pub fn newest(&mut self) -> Option<&mut Record> {
        self.records.back_mut()
    }

    /// All that is kept, oldest first.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.records.iter()
    }
}
