//! What was asked and what it cost, in counts.

use serde::Serialize;

use crate::endpoint::{Prompt, Usage};

/// Bytes of source code to a token. The public tokenizers of Codestral's family gave 3.2 to 4.2 on Rust and Python.
const BYTES_PER_TOKEN: usize = 3;

/// Counts since the server started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Requests sent to the endpoint.
    pub requests: u64,
    /// Of these, reset before their end because enough had come or the text went another way.
    pub reset: u64,
    /// Of these, failed.
    pub failed: u64,
    /// Requests of the editor that were answered with a suggestion.
    pub shown: u64,
    /// Of these, answered from what was known already.
    pub reused: u64,
    /// Of these, predicted by the embedded engine.
    pub local: u64,
    /// Tokens sent, as the endpoint counted them or estimated where it did not say.
    pub prompt_tokens: u64,
    /// Tokens received, likewise.
    pub completion_tokens: u64,
}

impl Counts {
    /// Adds one request: what the endpoint counted, or an estimate from the bytes sent and received.
    pub fn add(&mut self, prompt_bytes: usize, reply_bytes: usize, usage: Option<Usage>) {
        let estimate = |bytes: usize| bytes.div_ceil(BYTES_PER_TOKEN) as u64;
        self.prompt_tokens += usage.map_or(estimate(prompt_bytes), |usage| usage.prompt_tokens);
        self.completion_tokens += usage.map_or(estimate(reply_bytes), |usage| usage.completion_tokens);
    }
}

/// The bytes of a prompt that become tokens.
pub fn prompt_bytes(prompt: &Prompt) -> usize {
    prompt.prefix.len() + prompt.suffix.len()
}
