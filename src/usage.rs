//! What was asked and what it cost, in counts.

pub mod ledger;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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

/// What one request cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
}

impl Cost {
    /// What the endpoint counted, or an estimate from the bytes sent and received.
    pub fn of(prompt_bytes: usize, reply_bytes: usize, usage: Option<Usage>) -> Self {
        let estimate = |bytes: usize| bytes.div_ceil(BYTES_PER_TOKEN) as u64;
        Self {
            prompt_tokens: usage.map_or(estimate(prompt_bytes), |usage| usage.prompt_tokens),
            completion_tokens: usage.map_or(estimate(reply_bytes), |usage| usage.completion_tokens),
        }
    }
}

/// What became of suggestions and what they cost, by LSP language identifier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tally {
    rows: BTreeMap<String, Row>,
}

/// One language's counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Row {
    /// Suggestions shown; what stays on screen while it is typed along counts once.
    pub shown: u64,
    /// Taken to their end at once.
    pub accepted: u64,
    /// A word or a line of them taken.
    pub partly: u64,
    /// Something else was typed.
    pub rejected: u64,
    /// Requests sent.
    pub requests: u64,
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
}

impl Row {
    /// Adds another row's counts.
    pub fn add(&mut self, other: &Self) {
        self.shown += other.shown;
        self.accepted += other.accepted;
        self.partly += other.partly;
        self.rejected += other.rejected;
        self.requests += other.requests;
        self.prompt_tokens += other.prompt_tokens;
        self.completion_tokens += other.completion_tokens;
    }
}

impl Tally {
    /// The counts of a language.
    pub fn row(&mut self, language: &str) -> &mut Row {
        self.rows.entry(language.to_owned()).or_default()
    }

    /// All languages and their counts, by name.
    pub fn rows(&self) -> impl Iterator<Item = (&str, Row)> {
        self.rows.iter().map(|(language, row)| (language.as_str(), *row))
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds another tally's counts.
    pub fn add(&mut self, other: &Self) {
        for (language, row) in other.rows() {
            self.row(language).add(&row);
        }
    }
}

/// The bytes of a prompt that become tokens.
pub fn prompt_bytes(prompt: &Prompt) -> usize {
    prompt.prefix.len() + prompt.suffix.len()
}
