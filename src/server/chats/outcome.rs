//! What became of a chat, as the client and the person are told.

use serde_json::Value;

/// What became of a chat; `editors/chat.md` says what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Prose, complete.
    Answered,
    /// The edit was made.
    Applied,
    /// The edit was made in a text that had changed around it.
    Moved,
    /// The model changes nothing.
    Unchanged,
    /// Nothing was edited; the reply can be read.
    Offered,
    /// By the person.
    Cancelled,
    /// By the endpoint.
    Failed,
}

/// What became of a chat, and one sentence about it if there is something to say.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub kind: OutcomeKind,
    pub message: Option<String>,
}

impl Outcome {
    /// With a sentence.
    pub fn new(kind: OutcomeKind, message: impl Into<String>) -> Self {
        Self { kind, message: Some(message.into()) }
    }

    /// There is nothing to say.
    pub fn bare(kind: OutcomeKind) -> Self {
        Self { kind, message: None }
    }

    /// Says something more.
    pub fn add(&mut self, words: String) {
        self.message = Some(match self.message.take() {
            Some(message) => format!("{message}; {words}"),
            None => words,
        });
    }

    /// Adds it to an object of the protocol.
    pub fn write(&self, object: &mut Value) {
        let name = match self.kind {
            OutcomeKind::Answered => "answered",
            OutcomeKind::Applied => "applied",
            OutcomeKind::Moved => "moved",
            OutcomeKind::Unchanged => "unchanged",
            OutcomeKind::Offered => "offered",
            OutcomeKind::Cancelled => "cancelled",
            OutcomeKind::Failed => "failed",
        };
        object["outcome"] = name.into();
        if let Some(message) = &self.message {
            object["message"] = message.as_str().into();
        }
    }
}
