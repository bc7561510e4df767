//! What this process asks, pays and shows, in one place: the engine, chats and the server share it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::ceiling::Ceiling;
use super::outcome::{Outcome, Source};
use super::{Cost, Counts, Figures, Tally};
use crate::calendar::Day;
use crate::model::Recipient;

/// Records usage. Clones share what is recorded, behind a lock of its own that is held no longer than one sum takes.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    recorded: Arc<Mutex<Recorded>>,
}

/// What a request is for, by which it is counted.
#[derive(Debug, Clone)]
pub(super) enum Purpose {
    /// A completion in a document of this language.
    Completion(Arc<str>),
    /// A chat, with a model whose price is known or is not.
    Chat { is_priced: bool },
}

#[derive(Debug, Default)]
struct Recorded {
    counts: Counts,
    /// What was counted since it was last taken.
    tally: Tally,
    /// Next edits since the start, by rule.
    next_edits: BTreeMap<String, Figures>,
    ceiling: Ceiling,
}

impl Recorder {
    /// A request of the editor was answered with a suggestion.
    pub fn answered(&self, source: Source) {
        let counts = &mut self.lock().counts;
        counts.shown += 1;
        counts.reused += u64::from(source == Source::Reuse);
        counts.local += u64::from(source == Source::Local);
    }

    /// Counts what became of a suggestion.
    pub fn count_outcome(&self, language: &str, outcome: Outcome) {
        *self.lock().tally.of(language).of(outcome) += 1;
    }

    /// Takes back an outcome that was counted by mistake.
    pub fn retract_outcome(&self, language: &str, outcome: Outcome) {
        let mut recorded = self.lock();
        let count = recorded.tally.of(language).of(outcome);
        *count = count.saturating_sub(1);
    }

    /// A filter changed a suggestion. Takes the filter's name, as do its like.
    pub fn filter_changed(&self, name: &str) {
        self.lock().tally.filter(name).shown += 1;
    }

    /// A filter left nothing of a suggestion.
    pub fn filter_dropped(&self, name: &str) {
        self.lock().tally.filter(name).rejected += 1;
    }

    /// Counts what became of a next edit, by the name of the rule that found it.
    pub fn count_next_edit(&self, rule: &str, outcome: Outcome) {
        let mut recorded = self.lock();
        *recorded.tally.next_edit(rule).of(outcome) += 1;
        *recorded.next_edits.entry(rule.to_owned()).or_default().of(outcome) += 1;
    }

    /// Takes back an outcome of a next edit: the person took the edit back.
    pub fn retract_next_edit(&self, rule: &str, outcome: Outcome) {
        let mut recorded = self.lock();
        let count = recorded.tally.next_edit(rule).of(outcome);
        *count = count.saturating_sub(1);
        let count = recorded.next_edits.entry(rule.to_owned()).or_default().of(outcome);
        *count = count.saturating_sub(1);
    }

    /// What became of next edits since the start, by rule.
    pub fn next_edits(&self) -> BTreeMap<String, Figures> {
        self.lock().next_edits.clone()
    }

    /// Counts since the start.
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// What was counted since the last call.
    pub fn take_tally(&self) -> Tally {
        std::mem::take(&mut self.lock().tally)
    }

    /// Takes the tokens that are on disk for a day, this process's among them but for what
    /// [`take_tally`](Self::take_tally) would give now.
    pub fn set_spent(&self, day: Day, tokens: u64) {
        let mut recorded = self.lock();
        let own = recorded.tally.total().tokens();
        recorded.ceiling.set(day, tokens.saturating_add(own));
    }

    /// Tokens of this day, by all servers of the user.
    pub fn spent_today(&self) -> u64 {
        self.lock().ceiling.spent(&today())
    }

    /// The `most` tokens that a day may take, if they are used up.
    pub fn used_up(&self, most: Option<u64>) -> Option<u64> {
        most.filter(|&most| self.spent_today() >= most)
    }

    /// Whether the user has not been told on this day that its tokens are used up. They will be now.
    pub(crate) fn ceiling_is_news(&self) -> bool {
        self.lock().ceiling.is_news(today())
    }

    /// A request is sent, in which so many secrets are masked.
    pub(super) fn request_sent(&self, masked: u64) {
        let counts = &mut self.lock().counts;
        counts.requests += 1;
        counts.masked += masked;
    }

    pub(super) fn request_reset(&self) {
        self.lock().counts.reset += 1;
    }

    pub(super) fn request_failed(&self) {
        self.lock().counts.failed += 1;
    }

    /// One request is over.
    pub(super) fn pay(&self, purpose: &Purpose, cost: Cost, asked: Option<&Recipient>) {
        let mut recorded = self.lock();
        recorded.counts.prompt_tokens += cost.prompt_tokens;
        recorded.counts.completion_tokens += cost.completion_tokens;
        recorded.ceiling.spend(today(), cost.tokens());
        let row = match purpose {
            Purpose::Completion(language) => recorded.tally.of(language),
            Purpose::Chat { is_priced } => recorded.tally.chat(*is_priced),
        };
        row.spend(cost);
        let Some(asked) = asked else { return };
        recorded.tally.endpoint(&asked.host).spend(cost);
        if asked.is_own_machine && !matches!(purpose, Purpose::Chat { is_priced: false }) {
            recorded.tally.own_machine().spend(cost);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The day by which tokens are counted.
pub(crate) fn today() -> Day {
    Day::at(SystemTime::now())
}
