//! One request on its way through the engine: where it began, what it asked, and how it ends.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use super::{Answer, Engine, MovingCursor, Trace, now, prediction::Prediction, rest::Begun};
use crate::completion::{
    Query, Reason, Source, Suggestion,
    cache::EntryId,
    filter::{self, Filtered, Took},
};
use crate::settings::Settings;

/// A request. Dropped before its answer, it is recorded as cancelled.
pub(super) struct Request<'a> {
    pub engine: &'a Engine,
    pub query: &'a Query,
    /// Those by which it was let in.
    pub settings: Arc<Settings>,
    /// Different for each request of the engine.
    pub number: u64,
    /// Edits of the document before it.
    pub edits: u64,
    pub begun: Instant,
    /// What came before it, and what that allows.
    pub cause: Begun,
    /// Tells of every change of the document.
    pub changed: watch::Receiver<()>,
    /// The entry that the stream it opened fills.
    pub asked: Option<EntryId>,
    /// How much had been typed since it came when it asked, in bytes.
    pub typed_when_asked: usize,
    /// It asked once more, after a reply of which nothing could be shown.
    pub asked_again: bool,
    pub prediction: Prediction,
    /// Where it stood when a suggestion was found, if it had moved until then.
    pub moved: Option<MovingCursor>,
    pub answered: bool,
    /// What filters took of the suggestion.
    pub took: Vec<Took>,
    pub trace: Trace,
}

/// What a request waits for before it looks again.
pub(super) enum Pause {
    None,
    /// A change of its document, or this time.
    Until(Option<Instant>),
    /// What the embedded engine is at least so sure of.
    Predict(f32),
}

/// A request's place among those of its document, told for as long as someone wants to know.
pub(super) struct Standing {
    number: u64,
    changed: watch::Receiver<()>,
}

impl Standing {
    /// Waits until an edit or a newer request overtakes the request, or the document is closed.
    pub async fn overtaken(&mut self, engine: &Engine, uri: &str) {
        // The sender is gone with the document.
        while engine.lock().is_newest(uri, self.number) && self.changed.changed().await.is_ok() {}
    }
}

impl Request<'_> {
    /// Whether a reply of which nothing can be shown may be asked for once more: by hand, and once.
    pub fn may_ask_again(&self) -> bool {
        self.query.invoked && !self.asked_again && !self.prediction.alone
    }

    pub fn standing(&self) -> Standing {
        Standing { number: self.number, changed: self.changed.clone() }
    }

    /// The suggestion that shows `block` of an entry, which says `beyond` behind it, after what was `typed` meanwhile,
    /// unless a filter takes it away.
    pub fn suggest(&mut self, block: &str, beyond: &str, entry: EntryId) -> Result<Suggestion, Reason> {
        let Filtered { text, replaces, took } =
            filter::apply_for(self.query, &self.trace.window, block, beyond).map_err(Reason::Filtered)?;
        self.took = took;
        let source = match Some(entry) {
            entry if entry == self.prediction.entry => Source::Local,
            entry if entry == self.asked => Source::Endpoint,
            _ => Source::Reuse,
        };
        Ok(Suggestion { text, replaces, source })
    }

    /// The request is answered.
    pub fn finish(mut self, mut result: Result<Suggestion, Reason>) -> Answer {
        self.answered = true;
        self.trace.total = now().saturating_duration_since(self.begun);
        let mut state = self.engine.lock();
        if let (Err(reason @ Reason::Empty), Some((entry, filter))) = (&mut result, state.emptied)
            && Some(entry) == self.asked
        {
            *reason = Reason::Filtered(filter);
        }
        let outcome = result.as_ref().map(|suggestion| suggestion.source).map_err(Clone::clone);
        match &outcome {
            // What is shown again was counted the first time.
            Ok(Source::Reuse) => {}
            Ok(_) => state.count_filters(&self.took),
            Err(Reason::Filtered(filter)) => state.usage.filter_dropped(filter.name()),
            Err(_) => {}
        }
        if let Some((reply, first_text)) = self.prediction.entry.or(self.asked).and_then(|id| state.cache.reply(id)) {
            (self.trace.reply, self.trace.first_text) = (reply.to_owned(), first_text);
        }
        let said_by = self.trace.said_by.clone().filter(|_| outcome.is_ok());
        state.record(self.query, self.trace.total, outcome, said_by, self.trace.excerpts.as_deref());
        drop(state);
        Answer { result, moved: self.moved.take(), trace: std::mem::take(&mut self.trace) }
    }
}

impl Drop for Request<'_> {
    /// The client took the request back. Where the text went on meanwhile the stream may still serve it; else it is
    /// reset.
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        let mut state = self.engine.lock();
        let took = now().saturating_duration_since(self.begun);
        state.record(self.query, took, Err(Reason::Cancelled), None, self.trace.excerpts.as_deref());
        let Some(document) = state.documents.get_mut(&self.query.document.uri) else { return };
        if document.newest == Some(self.number) && document.edits == self.edits {
            let streams = std::mem::take(&mut document.streams);
            state.reset(streams);
        }
    }
}
