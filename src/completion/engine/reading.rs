//! The task that reads one stream: text into `Reuse`, and whoever waits for it woken.

use std::{sync::Arc, time::Instant};

use futures_util::StreamExt;

use super::{Engine, now, track::Uri};
use crate::{
    completion::{
        Window,
        filter::opening,
        reuse::Id,
        stop::{self, Enough, Reach},
    },
    model::{End, Error, Piece, Reply},
};

/// One stream and what is needed to understand it.
pub(super) struct Reading {
    pub engine: Engine,
    pub uri: Uri,
    pub language: Arc<str>,
    /// What it fills in `Reuse`.
    pub id: Id,
    pub window: Window,
    /// How much of it is read.
    pub reach: Reach,
    pub begun: Instant,
    /// What the model said, as it came.
    pub raw: String,
}

impl Reading {
    /// Reads until the end, or until enough has come: then the reply is dropped, which resets the stream.
    pub async fn read(mut self, mut reply: Reply) {
        while let Some(piece) = reply.next().await {
            let going_on = match piece {
                Ok(Piece::Text(text)) => self.take(&text),
                Ok(Piece::Thinking(_)) => true,
                Ok(Piece::End(end)) => self.end(Some(end)),
                Err(error) => self.fail(error),
            };
            if !going_on {
                return;
            }
        }
        self.end(None);
    }

    /// More text; `false` when that is enough.
    fn take(&mut self, text: &str) -> bool {
        let mut state = self.engine.lock();
        if self.raw.is_empty() {
            let after = now().saturating_duration_since(self.begun);
            state.pace.heard(after);
            state.reuse.heard(self.id, after);
        }
        self.raw.push_str(text);
        let clean = opening::clean(&self.window, &self.raw);
        state.reuse.grow(self.id, &clean);
        if let Some(flight) = state.flight(&self.uri, self.id) {
            flight.said_bytes = self.raw.len();
        }
        if let Some(enough) = stop::enough(&self.window, &self.language, &clean, self.reach) {
            state.counts.reset += 1;
            match enough {
                Enough::Reached => state.reuse.cut(self.id),
                Enough::Over => state.reuse.close(self.id),
            }
            state.land(&self.uri, self.id, None);
            return false;
        }
        state.notify(&self.uri);
        true
    }

    fn end(&self, end: Option<End>) -> bool {
        let mut state = self.engine.lock();
        state.reuse.close(self.id);
        if end.is_some() {
            // A reply without any text is a sign of life as well.
            state.pace.heard(now().saturating_duration_since(self.begun));
        }
        state.land(&self.uri, self.id, end.and_then(|end| end.usage));
        false
    }

    fn fail(&self, error: Error) -> bool {
        let mut state = self.engine.lock();
        tracing::warn!(kind = error.kind(), "{error}");
        state.reuse.cut(self.id);
        state.counts.failed += 1;
        let now = now();
        state.pace.failed(error.clone(), now);
        state.tell(&error, now);
        if let Some(track) = state.tracks.get_mut(&self.uri) {
            track.failed = Some((self.id, error));
        }
        state.land(&self.uri, self.id, None);
        false
    }
}
