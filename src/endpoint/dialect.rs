//! The dialects an endpoint may speak. Each one's JSON is known by its own file; this is where they are listed.

use crate::endpoint::decode::{Decoder, Read};
use crate::endpoint::{chat_request, llamacpp, mistral, ollama, openai, reply};
use crate::model::{ChatPrompt, Prompt};

/// How a completion or a chat is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Mistral's `/v1/fim/completions`.
    Mistral,
    /// OpenAI's `/v1/completions`.
    OpenAi,
    /// llama.cpp's `/infill`.
    LlamaCpp,
    /// Ollama's `/api/generate`.
    Ollama,
}

impl Dialect {
    /// All of them, in the order a person is told.
    pub const ALL: [Self; 4] = [Self::Mistral, Self::OpenAi, Self::LlamaCpp, Self::Ollama];

    /// The name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mistral => "mistral",
            Self::OpenAi => "openai",
            Self::LlamaCpp => "llamacpp",
            Self::Ollama => "ollama",
        }
    }

    /// Where completions are: below the base address, or below the root of a server with paths of its own.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Mistral => mistral::PATH,
            Self::OpenAi => openai::PATH,
            Self::LlamaCpp => llamacpp::PATH,
            Self::Ollama => ollama::PATH,
        }
    }

    /// Whether completions have a path of their own, beside `/v1`.
    pub(super) fn is_below_root(self) -> bool {
        matches!(self, Self::LlamaCpp | Self::Ollama)
    }

    /// Whether a prompt may be sent in the model's own format, in the place of prefix and suffix.
    pub fn takes_template(self) -> bool {
        matches!(self, Self::OpenAi | Self::Ollama)
    }

    /// The request's body. `raw`: the prompt is in the model's own format already.
    pub(super) fn body(self, prompt: &Prompt, stream: bool, raw: bool) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::Mistral => mistral::body(prompt, stream),
            Self::OpenAi => openai::body(prompt, stream),
            Self::LlamaCpp => llamacpp::body(prompt, stream),
            Self::Ollama => ollama::body(prompt, stream, raw),
        }
    }

    /// The body of a chat's request. Where it is asked is the same in all: [`chat_request::PATH`].
    pub(super) fn chat_body(self, prompt: &ChatPrompt) -> serde_json::Result<Vec<u8>> {
        let names = match self {
            Self::Mistral => chat_request::Names::Mistral,
            Self::OpenAi => chat_request::Names::OpenAi,
            Self::LlamaCpp | Self::Ollama => chat_request::Names::Local,
        };
        chat_request::body(prompt, names)
    }

    /// What reads the reply to a completion.
    pub(super) fn decoder(self, stream: bool) -> Decoder {
        match self {
            Self::Ollama if stream => Decoder::by_line(ollama::read),
            dialect => Decoder::new(dialect.read()),
        }
    }

    /// What reads the reply in a chat, which is the same in all.
    pub(super) fn chat_decoder() -> Decoder {
        Decoder::new(reply::read)
    }

    fn read(self) -> Read {
        match self {
            Self::Mistral | Self::OpenAi => reply::read,
            Self::LlamaCpp => llamacpp::read,
            Self::Ollama => ollama::read,
        }
    }
}
