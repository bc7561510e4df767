//! The cache of replies: everything models have said, looked up before any wait.
//!
//! One rule covers typing along, deleting back, accepting a part, undoing and coming back: what stood before the cursor
//! when the model was asked, followed by what it said, is one text, and a query fits when the text before its cursor is
//! a cut through that text. The rest of it is the suggestion. What stands after the cursor must be what stood there
//! then; brackets the editor closed meanwhile may stand in front of it.

mod entry;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use super::Window;
use entry::Entry;

/// Suggestions kept, beside those that are on their way. A session of an hour asks about 300 times; older places are
/// seldom returned to.
const MOST_ENTRIES: usize = 256;

/// Bytes of text kept over all suggestions. Most hold 400; a look through all of it takes 0.1 ms by the replay bench.
const MOST_BYTES: usize = 128 * 1024;

/// Names one entry.
pub type EntryId = u64;

/// What a look-up finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This block comes next.
    Hit {
        /// LF line ends, unfiltered.
        text: String,
        /// The entry it comes from.
        id: EntryId,
        /// Bytes between the start of what the model said and the cursor; negative before it.
        at: isize,
    },
    /// The model was asked right here and said nothing: this entry.
    Empty(EntryId),
    /// The model was asked right here and said nothing before the placeholder of a masked secret.
    Masked,
    /// A stream is on its way that may say it.
    Pending(EntryId),
    /// Nothing is known.
    Miss,
}

/// The entries, oldest first.
#[derive(Debug, Default)]
pub struct Cache {
    entries: VecDeque<Entry>,
    last: EntryId,
}

impl Cache {
    /// A stream was opened for this place.
    pub fn insert(&mut self, document: &str, window: &Window) -> EntryId {
        self.last += 1;
        self.entries.push_back(Entry::new(self.last, document, window));
        self.last
    }

    /// The embedded engine predicted `text` for this place, when [`Predictor::forgotten`](super::Predictor::forgotten)
    /// was at `forgotten`.
    pub fn insert_prediction(&mut self, document: &str, window: &Window, text: &str, forgotten: u64) -> EntryId {
        let id = self.insert(document, window);
        if let Some(entry) = self.entries.back_mut() {
            entry.predicted = Some(forgotten);
        }
        self.update(id, text);
        self.complete(id);
        id
    }

    /// Forgets what was predicted before `forgotten`: the text it was taken from may be deleted. What models said is
    /// theirs, and stays.
    pub fn forget_predictions(&mut self, forgotten: u64) {
        self.entries.retain(|entry| entry.predicted.is_none_or(|at| at == forgotten));
    }

    /// Forgets an entry if the embedded engine said it; says whether it did.
    pub fn forget_prediction(&mut self, id: EntryId) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.id != id || entry.predicted.is_none());
        self.entries.len() < before
    }

    /// Takes all of the reply so far. It only ever grows.
    pub fn update(&mut self, id: EntryId, reply: &str) {
        let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.id == id) else { return };
        entry.update(reply);
    }

    /// The stream's first text came so long after the question, from this host.
    pub fn set_first_text(&mut self, id: EntryId, after: Duration, said_by: Option<Arc<str>>) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.id == id) {
            (entry.first_text, entry.said_by) = (Some(after), said_by);
        }
    }

    /// The host that said it, if that was told.
    pub fn said_by(&self, id: EntryId) -> Option<Arc<str>> {
        self.entries.iter().find(|entry| entry.id == id)?.said_by.clone()
    }

    /// All of the reply so far, and how long its first text took.
    pub fn reply(&self, id: EntryId) -> Option<(&str, Option<Duration>)> {
        let entry = self.entries.iter().find(|entry| entry.id == id)?;
        Some((entry.reply(), entry.first_text))
    }

    /// The stream ended by itself, or all that can be used of it is there.
    pub fn complete(&mut self, id: EntryId) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) {
            entry.open = false;
            self.shrink();
        }
    }

    /// The stream was broken off, but might have said more: what is left are the lines that are complete.
    pub fn truncate(&mut self, id: EntryId) {
        let Some(at) = self.entries.iter().position(|entry| entry.id == id) else { return };
        if !self.entries[at].truncate() {
            self.entries.remove(at);
        }
        self.shrink();
    }

    /// The reply goes on with the placeholder of a masked secret: only complete lines stay.
    pub fn withhold(&mut self, id: EntryId) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) {
            entry.withhold();
            self.shrink();
        }
    }

    /// Forgets one entry, of which nothing can be shown.
    pub fn remove(&mut self, id: EntryId) {
        self.entries.retain(|entry| entry.id != id);
    }

    /// What comes next at the window's cursor. With `partly`, the complete lines of an open stream are taken even
    /// where their block is not complete.
    pub fn lookup(&mut self, document: &str, window: &Window, language: &str, partly: bool) -> Found {
        let mut fallback = Found::Miss;
        for entry in self.entries.iter_mut().rev().filter(|entry| entry.document == document) {
            match entry.lookup(window, language, partly) {
                // What was asked further on and fits because text was deleted is the last resort.
                Found::Hit { text, id, at } if at < 0 => {
                    if fallback == Found::Miss {
                        fallback = Found::Hit { text, id, at };
                    }
                }
                Found::Miss => {}
                Found::Pending(id) if matches!(fallback, Found::Miss | Found::Hit { .. }) => {
                    fallback = Found::Pending(id);
                }
                Found::Pending(_) => {}
                found => return found,
            }
        }
        fallback
    }

    /// All the different blocks known for the window's cursor, the newest first.
    pub fn alternatives(&mut self, document: &str, window: &Window, language: &str) -> Vec<String> {
        let mut blocks = vec![];
        for entry in self.entries.iter_mut().rev().filter(|entry| entry.document == document) {
            match entry.lookup(window, language, false) {
                Found::Hit { text, at, .. } if at >= 0 && !blocks.contains(&text) => blocks.push(text),
                _ => {}
            }
        }
        blocks
    }

    /// Whether what `id` has said and may still say fits the window's cursor.
    pub fn fits(&self, id: EntryId, window: &Window) -> bool {
        self.entries.iter().any(|entry| entry.id == id && entry.fits(window))
    }

    /// How many bytes of what `id` has said stand before the window's cursor; `None` where it does not fit.
    pub fn matched(&self, id: EntryId, window: &Window) -> Option<usize> {
        self.entries.iter().find(|entry| entry.id == id)?.matched(window)
    }

    /// All that is known after the window's cursor, where the stream that said it was broken off.
    pub fn rest(&self, document: &str, window: &Window) -> Option<&str> {
        let fits = |entry: &Entry| entry.document == document && entry.matched(window).is_some();
        self.entries.iter().rev().find(|entry| fits(entry))?.rest(window)
    }

    /// What was said behind `block`, which was found at the window's cursor.
    pub fn beyond(&self, id: EntryId, window: &Window, block: &str) -> &str {
        self.entries.iter().find(|entry| entry.id == id).map_or("", |entry| entry.beyond(window, block))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets the oldest until the rest is within bounds. What a stream is still saying does not count and stays:
    /// someone waits for it.
    fn shrink(&mut self) {
        let kept = || self.entries.iter().filter(|entry| !entry.open);
        let (mut entries, mut bytes) = (kept().count(), kept().map(Entry::bytes).sum::<usize>());
        while entries > MOST_ENTRIES || (bytes > MOST_BYTES && entries > 1) {
            let Some(oldest) = self.entries.iter().position(|entry| !entry.open) else { return };
            bytes -= self.entries.remove(oldest).map_or(0, |entry| entry.bytes());
            entries -= 1;
        }
    }
}

#[cfg(test)]
mod tests;
