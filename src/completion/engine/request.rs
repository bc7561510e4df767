//! One request on its way through the engine: where it began, what it asked, and how it ends.

use std::time::Instant;

use tokio::sync::watch;

use super::{Answer, Engine, Trace, decide::Predictor, now};
use crate::completion::{
    Query, Reason, Source, Suggestion,
    cache::EntryId,
    filter::{self, Filtered},
};
use crate::settings;

/// A request. Dropped before its answer, it is recorded as cancelled.
pub(super) struct Request<'a> {
    pub engine: &'a Engine,
    pub query: &'a Query,
    /// Different for each request of the engine.
    pub number: u64,
    /// Edits of the document before it.
    pub edits: u64,
    /// The cursor moved and nothing was typed since the request before.
    pub moved: bool,
    pub begun: Instant,
    /// Tells of every change of the document.
    pub changed: watch::Receiver<()>,
    /// The entry that the stream it opened fills.
    pub asked: Option<EntryId>,
    pub prediction: Prediction,
    pub answered: bool,
    pub trace: Trace,
}

/// What a request knows of the embedded engine.
#[derive(Debug)]
pub(super) struct Prediction {
    /// There is no endpoint to ask.
    pub alone: bool,
    /// The least confidence it was asked for so far; infinite before.
    pub tried: f32,
    /// The entry that holds what it predicted.
    pub entry: Option<EntryId>,
}

impl Default for Prediction {
    fn default() -> Self {
        Self { alone: false, tried: f32::INFINITY, entry: None }
    }
}

impl Prediction {
    /// What it predicted is forgotten: it may be asked again.
    pub fn reset(&mut self) {
        *self = Self { alone: self.alone, ..Self::default() };
    }

    /// As it counts for the next step.
    pub fn facts(&self, settings: &settings::Local) -> Predictor {
        Predictor { alone: self.alone, first: settings.first, fallback: settings.fallback, tried: self.tried }
    }
}

impl Request<'_> {
    /// The suggestion that shows `block` of an entry after what was `typed` meanwhile, unless a filter takes it away.
    pub fn suggest(&self, block: &str, entry: EntryId, typed: &str) -> Result<Suggestion, Reason> {
        let Filtered { text, replaces } =
            filter::apply(&self.trace.window, &self.query.document.language, block).map_err(Reason::Filtered)?;
        let source = match Some(entry) {
            entry if entry == self.prediction.entry => Source::Local,
            entry if entry == self.asked => Source::Endpoint,
            _ => Source::Reuse,
        };
        Ok(Suggestion { text: format!("{typed}{text}"), replaces, source })
    }

    /// The request is answered.
    pub fn finish(mut self, result: Result<Suggestion, Reason>) -> Answer {
        self.answered = true;
        self.trace.total = now().saturating_duration_since(self.begun);
        let outcome = result.as_ref().map(|suggestion| suggestion.source).map_err(Clone::clone);
        let mut state = self.engine.lock();
        if let Some((reply, first_text)) = self.prediction.entry.or(self.asked).and_then(|id| state.cache.reply(id)) {
            (self.trace.reply, self.trace.first_text) = (reply.to_owned(), first_text);
        }
        state.record(self.query, self.trace.total, outcome);
        drop(state);
        Answer { result, trace: std::mem::take(&mut self.trace) }
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
        state.record(self.query, now().saturating_duration_since(self.begun), Err(Reason::Cancelled));
        let Some(document) = state.documents.get_mut(&self.query.document.uri) else { return };
        if document.newest == Some(self.number) && document.edits == self.edits {
            let streams = std::mem::take(&mut document.streams);
            state.reset(streams);
        }
    }
}
