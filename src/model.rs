//! What a model is asked and what it says: plain types that the core and the HTTP shell share.

pub mod backoff;
mod error;
pub mod marks;
mod reading;

use std::future::ready;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, poll_fn};
use futures_util::{FutureExt, StreamExt};

pub use backoff::Backoff;
pub use error::Error;
pub use reading::{Delta, Listener, read};

use crate::masking::MaskedText;

/// What an endpoint is asked for one completion. Text uses LF line ends.
///
/// `None` and empty fields are not sent, so that the endpoint's own default holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prompt {
    /// The text before the cursor.
    pub prefix: MaskedText,
    /// The text after the cursor.
    pub suffix: MaskedText,
    /// Excerpts of other files, in the order in which they stand before the document's own text.
    pub others: Vec<OtherFile>,
    /// What the document is called beside them, as they are; empty where there are none.
    pub path: MaskedText,
    /// The same for all requests of a document, so that an endpoint finds what it knows of the prompt; tells nothing
    /// else. Sent only to those that are known to take it.
    pub cache_key: Option<String>,
    /// How many different secrets are masked in all of that; not sent.
    pub secrets: u64,
    /// The model's name as the endpoint knows it.
    pub model: String,
    /// The longest reply, in tokens.
    pub max_tokens: u32,
    /// The shortest reply, in tokens.
    pub min_tokens: Option<u32>,
    /// 0 to 1.5.
    pub temperature: Option<f32>,
    /// Above 0, up to 1.
    pub top_p: Option<f32>,
    /// Makes replies repeatable.
    pub random_seed: Option<u64>,
    /// Strings that end the reply.
    pub stop: Vec<String>,
}

impl Prompt {
    /// All of the person's text in it.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut MaskedText> {
        let Self { prefix, suffix, others, path, .. } = self;
        let others = others.iter_mut().flat_map(|other| [&mut other.path, &mut other.text]);
        [prefix, suffix, path].into_iter().chain(others)
    }

    /// The bytes of all of that, which become tokens.
    pub fn bytes(&self) -> usize {
        let others: usize = self.others.iter().map(|other| other.path.len() + other.text.len()).sum();
        self.prefix.len() + self.suffix.len() + self.path.len() + others
    }
}

/// Excerpts of one file that is not the document's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherFile {
    /// Relative to the workspace's folder, with `/`.
    pub path: MaskedText,
    /// Whole lines; LF line ends.
    pub text: MaskedText,
}

/// What an endpoint is asked in a chat. Text uses LF line ends.
///
/// `None` and empty fields are not sent, so that the endpoint's own default holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChatPrompt {
    /// What was said so far; the last one is the person's.
    pub messages: Vec<Message>,
    /// How many different secrets are masked in them; not sent.
    pub secrets: u64,
    /// The model's name as the endpoint knows it.
    pub model: String,
    /// The longest reply, in tokens.
    pub max_tokens: Option<u32>,
    /// 0 to 1.5.
    pub temperature: Option<f32>,
    /// Above 0, up to 1.
    pub top_p: Option<f32>,
    /// Makes replies repeatable.
    pub random_seed: Option<u64>,
    /// Strings that end the reply.
    pub stop: Vec<String>,
    /// Whether Mistral puts its safety text before the messages.
    pub safe_prompt: Option<bool>,
}

impl ChatPrompt {
    /// The bytes of all messages, which become tokens.
    pub fn bytes(&self) -> usize {
        self.messages.iter().map(|message| message.text.len()).sum()
    }
}

/// One turn of a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub text: MaskedText,
}

/// Who speaks in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The rules of the conversation.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One piece of a reply, in the order it arrives. The last one is `End`.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// More text.
    Text(String),
    /// More of what a model thinks before it answers; no part of the answer.
    Thinking(String),
    /// The reply is over.
    End(End),
}

/// How a reply ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct End {
    /// Why the model stopped.
    pub finish: Finish,
    /// What the endpoint counted, if it said so.
    pub usage: Option<Usage>,
}

/// Why the model stopped writing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Finish {
    /// It was done, or met a stop string.
    #[default]
    Stop,
    /// It reached `max_tokens` or the end of its context.
    Length,
    /// Any other word of the endpoint's.
    Other,
}

/// Tokens as the endpoint counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub prompt_tokens: u64,
    /// Tokens of the reply.
    pub completion_tokens: u64,
    /// Those of the prompt that were cached.
    pub cached_tokens: u64,
}

/// A reply as it arrives. Dropping it ends the HTTP request: over HTTP/2 the stream is reset, over HTTP/1.1 the
/// connection is closed.
pub type Reply = BoxStream<'static, Result<Piece, Error>>;

/// Whether a request has begun to go out, since what never does is never billed, and to whom. Clones are for the same
/// request.
#[derive(Debug, Clone, Default)]
pub struct Sent(Arc<Sending>);

#[derive(Debug, Default)]
struct Sending {
    is_set: AtomicBool,
    given_up: AtomicU64,
    to: Mutex<Option<Recipient>>,
}

/// Whom a request went to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Host and port.
    pub host: Arc<str>,
    /// Whether others are asked before, and could not answer.
    pub is_fallback: bool,
    /// Whether it is a server on this machine.
    pub is_own_machine: bool,
}

impl Sent {
    /// It goes out now.
    pub fn set(&self) {
        self.0.is_set.store(true, Relaxed);
    }

    /// Whether it has.
    pub fn is_set(&self) -> bool {
        self.0.is_set.load(Relaxed)
    }

    /// From now on it is this one that is asked.
    pub fn goes_to(&self, recipient: Recipient) {
        *self.0.to.lock().unwrap_or_else(PoisonError::into_inner) = Some(recipient);
    }

    /// Who was asked last, if that was told.
    pub fn to(&self) -> Option<Recipient> {
        self.0.to.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One that it was sent to stayed silent, and another one is asked besides.
    pub fn give_up(&self) {
        self.0.given_up.fetch_add(1, Relaxed);
    }

    /// How many stayed silent.
    pub fn given_up(&self) -> u64 {
        self.0.given_up.load(Relaxed)
    }
}

/// Something that can be asked for a completion.
pub trait Endpoint: Send + Sync {
    /// Asks. Nothing is sent before the reply is first polled.
    fn complete(&self, prompt: Prompt) -> Reply;

    /// The same, and tells when the request goes out: for one that looks for no key and connects to nobody, when it is
    /// first polled.
    fn complete_telling(&self, prompt: Prompt, sent: &Sent) -> Reply {
        let (mut reply, sent) = (self.complete(prompt), sent.clone());
        poll_fn(move |context| {
            sent.set();
            reply.poll_next_unpin(context)
        })
        .boxed()
    }

    /// The same over a connection of its own, and from then on all requests over that one: the connections in use may
    /// be dead, and nobody told. What they still answer is read to its end.
    fn complete_apart(&self, prompt: Prompt, sent: &Sent) -> Reply {
        self.complete_telling(prompt, sent)
    }

    /// How many requests it works on at a time, where that is known; what is asked besides waits until one is over.
    fn places(&self) -> Option<usize> {
        None
    }

    /// Whether there is nobody to ask, so that the embedded engine completes alone.
    fn is_local(&self) -> BoxFuture<'_, bool> {
        ready(false).boxed()
    }
}
