//! A query on its way through the engine: what it asked, and what becomes of it when its client takes it back.

use std::time::Instant;

use super::{Answer, Engine, Trace, local::Local, now, track::Track};
use crate::completion::{
    Query, Reason, Source, Suggestion,
    filter::{self, Filtered},
    reuse::Id,
};

/// A query on its way.
pub(super) struct Turn<'a> {
    pub engine: &'a Engine,
    pub query: &'a Query,
    pub number: u64,
    pub edits: u64,
    /// The cursor moved and nothing was typed since the query before.
    pub moved: bool,
    pub begun: Instant,
    /// The stream this query opened.
    pub asked: Option<Id>,
    pub local: Local,
    pub answered: bool,
    pub trace: Trace,
}

impl Turn<'_> {
    /// The answer that shows `block`, unless a filter takes it away.
    pub fn show(&mut self, block: &str, id: Id, track: &Track) -> Result<Suggestion, Reason> {
        let typed = track.follow.as_ref().map_or("", |follow| follow.typed.as_str());
        let Filtered { text, replaces } =
            filter::apply(&self.trace.window, &self.query.document.language, block).map_err(Reason::Filtered)?;
        let source = match Some(id) {
            id if id == self.local.id => Source::Local,
            id if id == self.asked => Source::Endpoint,
            _ => Source::Reuse,
        };
        Ok(Suggestion { text: format!("{typed}{text}"), replaces, source })
    }

    /// The query is answered.
    pub fn finish(mut self, result: Result<Suggestion, Reason>) -> Answer {
        self.answered = true;
        self.trace.total = now().saturating_duration_since(self.begun);
        let outcome = result.as_ref().map(|suggestion| suggestion.source).map_err(Clone::clone);
        let mut state = self.engine.lock();
        if let Some((said, first_text)) = self.local.id.or(self.asked).and_then(|id| state.reuse.said(id)) {
            (self.trace.said, self.trace.first_text) = (said.to_owned(), first_text);
        }
        state.record(self.query, self.trace.total, outcome);
        drop(state);
        Answer { result, trace: std::mem::take(&mut self.trace) }
    }
}

impl Drop for Turn<'_> {
    /// The client took the query back. Where the text went on meanwhile the stream may still serve it; else it is reset.
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        let mut state = self.engine.lock();
        state.record(self.query, now().saturating_duration_since(self.begun), Err(Reason::Cancelled));
        let Some(track) = state.tracks.get_mut(&self.query.document.uri) else { return };
        if track.turn == self.number && track.edits == self.edits {
            let flights = std::mem::take(&mut track.flights);
            state.reset(flights);
        }
    }
}
