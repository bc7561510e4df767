//! An endpoint that keeps what is said through it, so that `complete --explain` can tell what filters made of it.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use futures_util::stream::StreamExt;

use crate::endpoint::Backend;
use crate::model::{Endpoint, Finish, Piece, Prompt, Reply, Sent};

/// What was said, as it came.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard {
    /// The text so far.
    pub raw: String,
    /// Whether the token limit ended it.
    pub is_cut_off: bool,
}

/// Asks another endpoint, and keeps the last reply.
pub(super) struct Recorded {
    endpoint: Backend,
    heard: Arc<Mutex<Heard>>,
}

impl Recorded {
    pub(super) fn new(endpoint: Backend) -> Self {
        Self { endpoint, heard: Arc::default() }
    }

    /// What the last reply has said so far.
    pub(super) fn heard(&self) -> Heard {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Endpoint for Recorded {
    fn complete(&self, prompt: Prompt) -> Reply {
        self.complete_telling(prompt, &Sent::default())
    }

    fn complete_telling(&self, prompt: Prompt, sent: &Sent) -> Reply {
        let heard = Arc::clone(&self.heard);
        *heard.lock().unwrap_or_else(PoisonError::into_inner) = Heard::default();
        let reply = self.endpoint.complete_telling(prompt, sent).inspect(move |piece| {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            match piece {
                Ok(Piece::Text(text)) => heard.raw.push_str(text),
                Ok(Piece::End(end)) => heard.is_cut_off = end.finish == Finish::Length,
                _ => {}
            }
        });
        reply.boxed()
    }

    fn is_local(&self) -> BoxFuture<'_, bool> {
        Endpoint::is_local(&self.endpoint)
    }
}
