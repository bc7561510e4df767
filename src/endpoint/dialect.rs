//! The dialects an endpoint may speak. Each one's JSON is known by its own file; this is where they are listed.

use crate::endpoint::decode::Read;
use crate::endpoint::{chat_request, mistral, openai, reply};
use crate::model::{ChatPrompt, Prompt};

/// How a completion or a chat is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Mistral's `/v1/fim/completions`.
    Mistral,
    /// OpenAI's `/v1/completions`.
    OpenAi,
}

impl Dialect {
    /// All of them, in the order a person is told.
    pub const ALL: [Self; 2] = [Self::Mistral, Self::OpenAi];

    /// The name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mistral => "mistral",
            Self::OpenAi => "openai",
        }
    }

    /// Where completions are, below the base address.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Mistral => mistral::PATH,
            Self::OpenAi => openai::PATH,
        }
    }

    /// The request's body.
    pub(super) fn body(self, prompt: &Prompt, stream: bool) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::Mistral => mistral::body(prompt, stream),
            Self::OpenAi => openai::body(prompt, stream),
        }
    }

    /// The body of a chat's request. Where it is asked is the same in all: [`chat_request::PATH`].
    pub(super) fn chat_body(self, prompt: &ChatPrompt) -> serde_json::Result<Vec<u8>> {
        let names = match self {
            Self::Mistral => chat_request::Names::Mistral,
            Self::OpenAi => chat_request::Names::OpenAi,
        };
        chat_request::body(prompt, names)
    }

    /// What reads one object of the reply.
    pub(super) fn read(self) -> Read {
        match self {
            Self::Mistral | Self::OpenAi => reply::read,
        }
    }
}
