//! The last requests and what became of each: what `codestral.why` shows. Holds no source text.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::Reason;

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
}

/// Where a suggestion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The endpoint was asked for it.
    Endpoint,
    /// It was known, or on its way, when the request came.
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

/// The last records, oldest first.
#[derive(Debug, Default)]
pub struct Why {
    records: VecDeque<Record>,
}

impl Why {
    /// Adds one and forgets the oldest.
    pub fn add(&mut self, record: Record) {
        if self.records.len() == KEPT {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }

    /// All that is kept, oldest first.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.records.iter()
    }
}
