//! What was asked, what became of it and what it cost, in counts. No text, no name of a file, no key.

pub mod ceiling;
pub mod days;
pub mod ledger;
mod meter;
mod outcome;
pub mod price;
mod recorder;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Prompt, Usage};

pub use meter::{Meter, Metered};
pub use outcome::{Outcome, Source};
pub use recorder::Recorder;
#[cfg(test)]
pub(crate) use recorder::today;

/// Bytes of source code to a token. The public tokenizers of Codestral's family gave 3.2 to 4.2 on Rust and Python.
pub const BYTES_PER_TOKEN: usize = 3;

/// The longest name of a language that is kept, in bytes: longer than any an editor has.
const MAX_LANGUAGE_BYTES: usize = 32;

/// Where all is counted whose language has no proper name.
const OTHER: &str = "other";

/// The rows of chat, which stand among those of the languages: so a server of an older version that shares the file
/// reads them, and keeps them. The second one is that of models whose price is not known.
const CHAT: [&str; 2] = ["chat", "chat-unpriced"];

/// With this begin the names of the filters' rows, which stand there for the same reason: `shown` counts suggestions
/// that a filter changed, `rejected` those of which it left nothing.
const FILTER: &str = "filtered";
/// What begins the rows of next edits, one for each rule; they stand among those of the languages for the same reason.
const NEXT_EDIT: &str = "next-edit-";
/// With this begin the rows of endpoints, by host and port: what each was asked, beside the row of the language or chat.
const ENDPOINT: &str = "endpoint-";
/// Of what has a price elsewhere, what a server on this machine did, for nothing; beside the other rows, too.
const OWN_MACHINE: &str = "own-machine";

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
    /// Secrets that were masked in requests, each once a request.
    pub masked: u64,
}

/// What one request cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Tokens sent.
    pub prompt_tokens: u64,
    /// Tokens received.
    pub completion_tokens: u64,
    /// Secrets masked in what was sent.
    pub masked: u64,
}

impl Cost {
    /// Sent and received together.
    pub fn tokens(&self) -> u64 {
        self.prompt_tokens.saturating_add(self.completion_tokens)
    }

    /// What the endpoint counted, or an estimate from the bytes sent and received.
    pub fn of(prompt_bytes: usize, reply_bytes: usize, usage: Option<Usage>, masked: u64) -> Self {
        let estimate = |bytes: usize| bytes.div_ceil(BYTES_PER_TOKEN) as u64;
        Self {
            prompt_tokens: usage.map_or(estimate(prompt_bytes), |usage| usage.prompt_tokens),
            completion_tokens: usage.map_or(estimate(reply_bytes), |usage| usage.completion_tokens),
            masked,
        }
    }
}

/// The bytes of a prompt that become tokens.
pub fn prompt_bytes(prompt: &Prompt) -> usize {
    prompt.bytes()
}

/// What became of the suggestions in one language, and what they took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Figures {
    /// Suggestions shown.
    pub shown: u64,
    /// Of these, accepted as a whole.
    pub accepted: u64,
    /// Of these, accepted in part.
    pub partly: u64,
    /// Of these, rejected.
    pub rejected: u64,
    /// Requests sent to the endpoint.
    pub requests: u64,
    /// Tokens sent, as the endpoint counted them or estimated where it did not say.
    pub prompt_tokens: u64,
    /// Tokens received, likewise.
    pub completion_tokens: u64,
    /// Secrets that were masked in requests, each once a request.
    #[serde(skip_serializing_if = "is_zero")]
    pub masked: u64,
}

/// What became of the next edits of one rule, as a person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NextEditFigures {
    shown: u64,
    taken: u64,
    dismissed: u64,
}

impl From<&Figures> for NextEditFigures {
    fn from(figures: &Figures) -> Self {
        Self { shown: figures.shown, taken: figures.accepted, dismissed: figures.rejected }
    }
}

/// Nothing is written of what most days have nothing of.
fn is_zero(figure: &u64) -> bool {
    *figure == 0
}

impl Figures {
    /// Adds each figure. What no `u64` can hold stays at its largest, since a file may say anything.
    pub fn add(&mut self, other: &Self) {
        for (own, more) in [
            (&mut self.shown, other.shown),
            (&mut self.accepted, other.accepted),
            (&mut self.partly, other.partly),
            (&mut self.rejected, other.rejected),
            (&mut self.requests, other.requests),
            (&mut self.prompt_tokens, other.prompt_tokens),
            (&mut self.completion_tokens, other.completion_tokens),
            (&mut self.masked, other.masked),
        ] {
            *own = own.saturating_add(more);
        }
    }

    /// Adds one request and what it cost.
    pub fn spend(&mut self, cost: Cost) {
        self.add(&Self {
            requests: 1,
            prompt_tokens: cost.prompt_tokens,
            completion_tokens: cost.completion_tokens,
            masked: cost.masked,
            ..Self::default()
        });
    }

    /// Tokens sent and received.
    pub fn tokens(&self) -> u64 {
        self.prompt_tokens.saturating_add(self.completion_tokens)
    }

    /// Of the suggestions shown, the share that was accepted as a whole or in part, from 0 to 1. `None` before the
    /// first was shown.
    pub fn share_accepted(&self) -> Option<f64> {
        let taken = self.accepted.saturating_add(self.partly);
        (self.shown > 0).then(|| (taken as f64 / self.shown as f64).min(1.0))
    }
}

/// The figures of each language, by its LSP identifier, and those of chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tally {
    rows: BTreeMap<String, Figures>,
}

impl Tally {
    /// The figures of one language, to be raised. What does not look like the name of a language is counted under
    /// `other`, so that nothing private can come in through a careless client.
    pub fn of(&mut self, language: &str) -> &mut Figures {
        self.row(if is_name(language) && !is_reserved(language) { language } else { OTHER })
    }

    /// The figures of chat, to be raised: of the models whose price we know (see [`price::knows`]), or of all others.
    pub fn chat(&mut self, is_priced: bool) -> &mut Figures {
        self.row(CHAT[usize::from(!is_priced)])
    }

    /// The figures of one filter, by its name, to be raised.
    pub fn filter(&mut self, name: &str) -> &mut Figures {
        debug_assert!(name.starts_with(FILTER), "{name}");
        self.row(name)
    }

    /// The filters in alphabetical order.
    pub fn filters(&self) -> impl Iterator<Item = (&str, &Figures)> {
        let rows = self.rows.iter().map(|(name, figures)| (name.as_str(), figures));
        rows.filter(|(name, _)| name.starts_with(FILTER))
    }

    /// The figures of the next edits that a rule finds, to be raised.
    pub fn next_edit(&mut self, rule: &str) -> &mut Figures {
        self.row(&format!("{NEXT_EDIT}{}", rule.replace(' ', "-")))
    }

    /// The figures of what one endpoint was asked, to be raised beside those of what it was for.
    pub fn endpoint(&mut self, host: &str) -> &mut Figures {
        self.row(&format!("{ENDPOINT}{host}"))
    }

    /// The figures of what a server on this machine did that has a price elsewhere, to be raised likewise.
    pub fn own_machine(&mut self) -> &mut Figures {
        self.row(OWN_MACHINE)
    }

    /// The endpoints in alphabetical order, with what each was asked.
    pub fn endpoints(&self) -> impl Iterator<Item = (&str, &Figures)> {
        self.rows.iter().filter_map(|(name, figures)| Some((name.strip_prefix(ENDPOINT)?, figures)))
    }

    /// Adds all of another tally.
    pub fn add(&mut self, other: &Self) {
        for (name, figures) in &other.rows {
            let row = if is_reserved(name) { self.row(name) } else { self.of(name) };
            row.add(figures);
        }
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.rows.values().all(|figures| *figures == Figures::default())
    }

    /// The languages in alphabetical order.
    pub fn languages(&self) -> impl Iterator<Item = (&str, &Figures)> {
        let rows = self.rows.iter().map(|(name, figures)| (name.as_str(), figures));
        rows.filter(|(name, _)| !is_reserved(name))
    }

    /// The rules of next edits in alphabetical order, with what became of what they found.
    pub fn next_edits(&self) -> impl Iterator<Item = (&str, &Figures)> {
        self.rows.iter().filter_map(|(name, figures)| Some((name.strip_prefix(NEXT_EDIT)?, figures)))
    }

    /// Chat with all models.
    pub fn chats(&self) -> Figures {
        sum(CHAT.iter().filter_map(|name| self.rows.get(*name)))
    }

    /// Chat with the models whose price is not known.
    pub fn unpriced(&self) -> Figures {
        self.rows.get(CHAT[1]).copied().unwrap_or_default()
    }

    /// All but the chats with models whose price is not known and what a server on this machine did.
    pub fn priced(&self) -> Figures {
        let mut priced = sum(self.spent().filter(|(name, _)| *name != CHAT[1]).map(|(_, figures)| figures));
        if let Some(free) = self.rows.get(OWN_MACHINE) {
            priced.prompt_tokens = priced.prompt_tokens.saturating_sub(free.prompt_tokens);
            priced.completion_tokens = priced.completion_tokens.saturating_sub(free.completion_tokens);
        }
        priced
    }

    /// All languages and chats together. Next edits ask for nothing and are counted for themselves.
    pub fn total(&self) -> Figures {
        sum(self.spent().map(|(_, figures)| figures))
    }

    /// The rows that are of languages or chats.
    fn spent(&self) -> impl Iterator<Item = (&String, &Figures)> {
        self.rows
            .iter()
            .filter(|(name, _)| ![FILTER, NEXT_EDIT, ENDPOINT, OWN_MACHINE].iter().any(|it| name.starts_with(it)))
    }

    fn row(&mut self, name: &str) -> &mut Figures {
        self.rows.entry(name.to_owned()).or_default()
    }
}

fn sum<'a>(figures: impl Iterator<Item = &'a Figures>) -> Figures {
    figures.fold(Figures::default(), |mut sum, figures| {
        sum.add(figures);
        sum
    })
}

fn is_reserved(name: &str) -> bool {
    CHAT.contains(&name) || [FILTER, NEXT_EDIT, ENDPOINT, OWN_MACHINE].iter().any(|it| name.starts_with(it))
}

fn is_name(language: &str) -> bool {
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+#".contains(&byte);
    !language.is_empty() && language.len() <= MAX_LANGUAGE_BYTES && language.bytes().all(may_stand)
}

#[cfg(test)]
mod tests;
