//! A reply whose body is on its way, read as it comes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use super::{Inner, Patience};
use crate::endpoint::decode::Decoder;
use crate::endpoint::http::{body_within, explain};
use crate::model::{Error, Piece, Reply};

/// After the last text only the count and the end mark are missing; nobody should wait for them.
const AFTER_FINISH: Duration = Duration::from_millis(500);

/// How long the rest of a finished reply is read, so that an HTTP/1.1 connection can be used again.
const DRAIN: Duration = Duration::from_secs(1);

/// Bytes of code to a token, for servers that do not count.
const BYTES_PER_TOKEN: u64 = 3;

/// A reply whose text and end are no further apart came in one piece.
const AT_ONCE: Duration = Duration::from_millis(1);

/// Dropping it drops the response, and that ends the request.
pub(super) struct Reading {
    inner: Arc<Inner>,
    /// `None` once there is nothing more to read.
    response: Option<Response>,
    decoder: Decoder,
    patience: Patience,
    /// Until when the first byte must be here; `None` once it is.
    first_byte: Option<Instant>,
    ready: VecDeque<Piece>,
    failed: Option<Error>,
    /// When it was asked for.
    begun: Instant,
    /// When the first text came, and how much since.
    first_text: Option<Instant>,
    text_bytes: u64,
}

impl Reading {
    /// The reply in this response, whose first byte must be here by `first_byte`.
    pub fn start(
        inner: Arc<Inner>,
        response: Response,
        decoder: Decoder,
        patience: Patience,
        first_byte: Instant,
    ) -> Reply {
        let reading = Self {
            inner,
            response: Some(response),
            decoder,
            patience,
            first_byte: Some(first_byte),
            ready: VecDeque::new(),
            failed: None,
            begun: first_byte.checked_sub(patience.first_byte).unwrap_or_else(Instant::now),
            first_text: None,
            text_bytes: 0,
        };
        stream::unfold(reading, Self::next).boxed()
    }

    async fn next(mut self) -> Option<(Result<Piece, Error>, Self)> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some((Ok(piece), self));
            }
            if let Some(error) = self.failed.take() {
                return Some((Err(error), self));
            }
            let mut response = self.response.take()?;
            let chunk = self.chunk(&mut response).await;
            let mut pieces = Vec::new();
            self.failed = self.take(chunk, &mut pieces).err();
            pieces.iter().for_each(|piece| self.measure(piece));
            self.ready.extend(pieces);
            if self.decoder.is_over() {
                drain(response);
            } else if self.failed.is_none() {
                self.response = Some(response);
            }
        }
    }

    fn measure(&mut self, piece: &Piece) {
        match piece {
            Piece::Text(text) | Piece::Thinking(text) => {
                self.text_bytes += text.len() as u64;
                self.first_text.get_or_insert_with(Instant::now);
            }
            Piece::End(end) => {
                let estimated = self.text_bytes / BYTES_PER_TOKEN;
                let tokens = end.usage.map_or(estimated, |usage| usage.completion_tokens);
                if let Some(first) = self.first_text {
                    // What comes all at once was written before.
                    let is_whole = first.elapsed() < AT_ONCE;
                    let since = if is_whole { self.begun } else { first };
                    self.inner.pace.measured(tokens, since.elapsed());
                }
            }
        }
    }

    /// The next bytes; `None` at the end of the body.
    async fn chunk(&mut self, response: &mut Response) -> Result<Option<impl AsRef<[u8]> + use<>>, Error> {
        let (deadline, patience) = match self.first_byte {
            Some(deadline) => (deadline, self.patience.first_byte),
            None => {
                let patience = if self.decoder.is_finishing() { AFTER_FINISH } else { self.patience.between_bytes };
                (Instant::now() + patience, patience)
            }
        };
        match timeout_at(deadline, response.chunk()).await {
            Ok(Ok(chunk)) => {
                self.first_byte = None;
                Ok(chunk)
            }
            Ok(Err(error)) => Err(explain(&error, &self.inner.host)),
            Err(_) => Err(self.inner.timed_out(patience)),
        }
    }

    fn take(&mut self, chunk: Result<Option<impl AsRef<[u8]>>, Error>, pieces: &mut Vec<Piece>) -> Result<(), Error> {
        let read = match chunk {
            Ok(Some(bytes)) => self.decoder.push(bytes.as_ref(), pieces),
            Ok(None) => self.decoder.finish(pieces),
            // The text is complete: a missing end mark takes nothing from it.
            Err(_) if self.decoder.is_finishing() => self.decoder.finish(pieces),
            Err(error) => return Err(error),
        };
        read.map_err(|broken| self.inner.broken(broken))
    }
}

/// An HTTP/1.1 connection can be used again only when the reply has been read to its very end, which may arrive after
/// the end mark. Nobody waits for it.
fn drain(mut response: Response) {
    tokio::spawn(async move {
        body_within(&mut response, DRAIN).await;
    });
}
