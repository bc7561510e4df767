//! One open stream: what its document keeps of it, and the task that reads it into the cache.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::AbortHandle;

use super::{Engine, now};
use crate::completion::{
    Window,
    cache::{Cache, EntryId},
    filter::opening,
    stop::{self, Enough, Reach},
};
use crate::masking::placeholder;
use crate::model::{Delta, Error, read};
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
    pub meter: Meter,
    /// The task that reads it; aborting it resets the stream.
    pub task: AbortHandle,
}

/// What is needed to read a stream into the cache, and to wake whoever waits for it.
pub(super) struct StreamReader {
    pub engine: Engine,
    pub uri: Uri,
    pub language: Arc<str>,
    pub entry: EntryId,
    pub window: Window,
    /// Whether secrets were masked in what was asked, so that the reply may hold a placeholder.
    pub masked: bool,
    /// How much of it is read.
    pub reach: Reach,
    pub begun: Instant,
}

impl StreamReader {
    /// Reads until the end, or until enough has come: then the reply is dropped, which resets the stream.
    pub async fn read(self, reply: Metered) {
        let mut raw = String::new();
        let outcome = read(reply, |delta| match delta {
            Delta::Text(text) => self.take(&mut raw, &text),
            Delta::Thinking(_) => ControlFlow::Continue(()),
        });
        match outcome.await {
            Ok(Some(_)) => self.ended(&raw),
            // What was enough has been taken.
            Ok(None) => {}
            Err(error) => self.failed(error),
        }
    }

    /// More text after what came before it, `raw`; breaks off when that is enough.
    fn take(&self, raw: &mut String, text: &str) -> ControlFlow<()> {
        let mut state = self.engine.lock();
        if raw.is_empty() {
            let after = now().saturating_duration_since(self.begun);
            state.answered(after);
            state.cache.set_first_text(self.entry, after);
        }
        raw.push_str(text);
        let clean = opening::clean(&self.window, raw);
        let shown = if self.masked { &clean[..placeholder::settled(&clean)] } else { &clean };
        state.cache.update(self.entry, shown);
        let over = match stop::enough(&self.window, &self.language, shown, self.reach) {
            Some(Enough::Reached) => Cache::truncate,
            Some(Enough::Over) => Cache::complete,
            None if self.masked && placeholder::find(&clean).is_some() => Cache::withhold,
            None => {
                state.notify(&self.uri);
                return ControlFlow::Continue(());
            }
        };
        over(&mut state.cache, self.entry);
        state.stream_over(&self.uri, self.entry);
        ControlFlow::Break(())
    }

    /// What was kept back, since it might have become a placeholder, is none.
    fn ended(&self, raw: &str) {
        let mut state = self.engine.lock();
        state.cache.update(self.entry, &opening::clean(&self.window, raw));
        state.cache.complete(self.entry);
        // A reply without any text is a sign of life as well.
        state.answered(now().saturating_duration_since(self.begun));
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
