//! One open stream: what its document keeps of it, and the task that reads it into the cache.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::AbortHandle;

use super::{Engine, now};
use crate::completion::{
    cache::{Cache, EntryId},
    filter::{self, Filter, Growing},
    stop::{Enough, Watch},
};
use crate::masking::placeholder;
use crate::model::{Delta, End, Error, Finish, read};
use crate::usage::{Meter, Metered};

/// Names a document.
pub(super) type Uri = Arc<str>;

/// A stream as its document keeps it.
#[derive(Debug)]
pub(super) struct Stream {
    /// The entry of the cache that it fills.
    pub entry: EntryId,
    /// When it was asked for.
    pub begun: Instant,
    /// Edits of the document before it.
    pub edits: u64,
    /// When more of it came last; until then when it was asked for.
    pub spoke_at: Instant,
    /// The other of two streams of which one was opened besides the other, since that was silent: this one's entry.
    pub rival: Option<EntryId>,
    pub meter: Meter,
    /// The task that reads it; aborting it resets the stream.
    pub task: AbortHandle,
}

impl Stream {
    /// Whether any of it has come.
    pub fn has_spoken(&self) -> bool {
        self.spoke_at > self.begun
    }
}

/// What is needed to read a stream into the cache, and to wake whoever waits for it.
pub(super) struct StreamReader {
    pub engine: Engine,
    pub uri: Uri,
    pub entry: EntryId,
    /// Whether secrets were masked in what was asked, so that the reply may hold a placeholder.
    pub masked: bool,
    /// Says when enough of it has come.
    pub watch: Watch,
    pub begun: Instant,
    /// What the model said.
    pub text: Growing,
}

impl StreamReader {
    /// Reads until the end, or until enough has come: then the reply is dropped, which resets the stream.
    pub async fn read(mut self, reply: Metered) {
        let outcome = read(reply, |delta| match delta {
            Delta::Text(text) => self.take(&text),
            Delta::Thinking(_) => ControlFlow::Continue(()),
        });
        match outcome.await {
            Ok(Some(end)) => self.ended(end),
            // What was enough has been taken.
            Ok(None) => {}
            Err(error) => self.failed(error),
        }
    }

    /// More text; breaks off when that is enough.
    fn take(&mut self, text: &str) -> ControlFlow<()> {
        let (mut state, now) = (self.engine.lock(), now());
        state.spoke(&self.uri, self.entry, now);
        if self.text.raw().is_empty() {
            let after = now.saturating_duration_since(self.begun);
            let said_by = state.answered(&self.uri, self.entry, after);
            state.cache.set_first_text(self.entry, after, said_by);
        }
        self.text.push(text);
        let said = self.text.text();
        let shown = if self.masked { &said[..placeholder::settled(said)] } else { said };
        state.cache.update(self.entry, shown);
        let over = if self.masked && placeholder::find(said).is_some() {
            Cache::withhold
        } else {
            match self.watch.enough(&self.text) {
                Some(Enough::Reached) => Cache::truncate,
                Some(Enough::Over) => Cache::complete,
                None => {
                    state.notify(&self.uri);
                    return ControlFlow::Continue(());
                }
            }
        };
        state.filtered(self.entry, &self.text);
        over(&mut state.cache, self.entry);
        state.stream_over(&self.uri, self.entry);
        ControlFlow::Break(())
    }

    /// What was kept back, since it might have become a placeholder or the beginning of something to filter, is clear.
    fn ended(&mut self, end: End) {
        self.text.finish();
        let mut state = self.engine.lock();
        let said = self.text.text();
        let placeholder = placeholder::find(said).filter(|_| self.masked);
        state.cache.update(self.entry, &said[..placeholder.unwrap_or(said.len())]);
        let is_cut_off = end.finish == Finish::Length;
        if placeholder.is_some() {
            state.cache.withhold(self.entry);
        } else if is_cut_off && filter::whole_lines(said).len() < said.len() {
            state.cache.truncate(self.entry);
            state.usage.filter_changed(Filter::CutOff.name());
        } else {
            state.cache.complete(self.entry);
        }
        state.filtered(self.entry, &self.text);
        // A reply without any text is a sign of life as well.
        if self.text.raw().is_empty() {
            state.answered(&self.uri, self.entry, now().saturating_duration_since(self.begun));
        }
        state.stream_over(&self.uri, self.entry);
    }

    fn failed(&self, error: Error) {
        tracing::warn!(kind = error.kind(), "{error}");
        let mut state = self.engine.lock();
        state.cache.truncate(self.entry);
        state.endpoint_failed(&self.uri, self.entry, error, now());
        state.stream_over(&self.uri, self.entry);
    }
}
