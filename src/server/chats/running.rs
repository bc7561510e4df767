//! The chats that run, so that they can be cancelled and waited for.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tower_lsp::ls_types::{NumberOrString, ProgressToken};

/// The chats that run, so that they can be cancelled.
#[derive(Debug, Default)]
pub struct Chats {
    last: AtomicU64,
    running: Mutex<HashMap<u64, Chat>>,
    /// The conversations in which an answer is being written.
    claimed: Mutex<HashSet<String>>,
    /// Told whenever one is over.
    ended: Notify,
}

#[derive(Debug)]
struct Chat {
    token: ProgressToken,
    cancel: Arc<Notify>,
}

/// A chat's place among those that run, until it is dropped.
#[derive(Debug)]
pub struct Ticket {
    /// Numbers the chats of a session from 1.
    pub number: u64,
    /// What its progress is reported to.
    pub token: ProgressToken,
    /// Told when the person has had enough.
    pub cancel: Arc<Notify>,
    chats: Arc<Chats>,
}

/// The right to write into a conversation, until it is dropped: two answers at once would be written into each other.
#[derive(Debug)]
pub struct Claim {
    conversation: String,
    chats: Arc<Chats>,
}

impl Chats {
    /// Claims a conversation for one exchange.
    ///
    /// # Errors
    /// One sentence: another exchange has it.
    pub fn claim(self: &Arc<Self>, conversation: &str) -> Result<Claim, String> {
        if !self.claimed().insert(conversation.to_owned()) {
            return Err(format!("the last answer in {conversation:?} is still coming; wait for its end, or cancel it"));
        }
        Ok(Claim { conversation: conversation.to_owned(), chats: Arc::clone(self) })
    }

    /// A new chat, with the client's own token for its progress if it gave one.
    pub fn begin(self: &Arc<Self>, token: Option<ProgressToken>) -> Ticket {
        let number = self.last.fetch_add(1, Relaxed) + 1;
        let token = token.unwrap_or_else(|| NumberOrString::String(format!("codestral-chat-{number}")));
        let cancel = Arc::new(Notify::new());
        self.running().insert(number, Chat { token: token.clone(), cancel: Arc::clone(&cancel) });
        Ticket { number, token, cancel, chats: Arc::clone(self) }
    }

    /// The person pressed the cancel button of this progress.
    pub fn cancel(&self, token: &ProgressToken) {
        for running in self.running().values().filter(|running| running.token == *token) {
            running.cancel.notify_one();
        }
    }

    /// Cancels all, and waits until they have kept what they had.
    pub async fn finish(&self) {
        self.running().values().for_each(|running| running.cancel.notify_one());
        loop {
            // Listened for before it is looked at, so that no end is missed.
            let mut ended = pin!(self.ended.notified());
            ended.as_mut().enable();
            if self.running().is_empty() {
                return;
            }
            ended.await;
        }
    }

    fn claimed(&self) -> MutexGuard<'_, HashSet<String>> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> MutexGuard<'_, HashMap<u64, Chat>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.chats.claimed().remove(&self.conversation);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.chats.running().remove(&self.number);
        self.chats.ended.notify_waiters();
    }
}
