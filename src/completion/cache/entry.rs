//! One entry of the cache: what a model said at a place, and where a query meets it.

use std::sync::Arc;
use std::time::Duration;

use super::{EntryId, Found};
use crate::completion::{Window, block, filter};
use crate::text::line;

/// Bytes before the cursor by which a place is known again: some five lines.
const BEFORE: usize = 200;

/// Bytes after the cursor by which a place is known again.
const AFTER: usize = 120;

/// A cut must agree with at least this many bytes, unless both reach the start of their document.
const LEAST_AGREEMENT: usize = 48;

/// How far back from where the model was asked its answer still holds, in bytes.
const BACK: usize = 128;

/// Bytes of closing brackets and white space that an editor may have put after the cursor.
const MOST_CLOSERS: usize = 64;

/// One answer of a model, perhaps still growing.
#[derive(Debug)]
pub(super) struct Entry {
    pub id: EntryId,
    pub document: String,
    /// What stood before the cursor, then what the model said.
    whole: String,
    /// Where the one ends and the other begins.
    asked: usize,
    /// Whether `whole` starts where the document does.
    from_start: bool,
    after: String,
    /// Whether `after` ends where the document does.
    to_end: bool,
    /// Whether more may come.
    pub open: bool,
    /// For the embedded engine's, at which count of deletions it was said; `None` for a model's.
    pub predicted: Option<u64>,
    /// Whether the model would have said more.
    broken_off: bool,
    /// Whether what it said next is not for anybody to see: a masked secret's placeholder.
    withheld: bool,
    /// From the question to the first text.
    pub first_text: Option<Duration>,
    /// The host that said it, if that was told.
    pub said_by: Option<Arc<str>>,
    /// Ends of the blocks shown so far, as offsets into `whole`: a block once shown stays the same while it is typed.
    ends: Vec<usize>,
}

/// How a query meets an entry.
enum Fit {
    /// The query's text is `whole` up to here.
    Cut(usize),
    /// The query's text goes beyond what an open stream has said so far.
    Ahead,
}

impl Entry {
    /// A stream opened for this place, which has said nothing yet.
    pub fn new(id: EntryId, document: &str, window: &Window) -> Self {
        let before = tail(&window.prefix, BEFORE);
        let after = head(&window.suffix, AFTER);
        Self {
            id,
            document: document.to_owned(),
            whole: before.to_owned(),
            asked: before.len(),
            from_start: window.from_start && before.len() == window.prefix.len(),
            after: after.to_owned(),
            to_end: window.to_end && after.len() == window.suffix.len(),
            open: true,
            predicted: None,
            broken_off: false,
            withheld: false,
            first_text: None,
            said_by: None,
            ends: vec![],
        }
    }

    /// Bytes of text it holds.
    pub fn bytes(&self) -> usize {
        self.whole.len() + self.after.len()
    }

    /// All of the reply so far.
    pub fn reply(&self) -> &str {
        &self.whole[self.asked..]
    }

    /// Takes what is new in all of the reply so far.
    pub fn update(&mut self, reply: &str) {
        let more = reply.get(self.reply().len()..).unwrap_or_default();
        self.whole.push_str(more);
    }

    /// The stream broke off: only complete lines stay. False where there are none.
    pub fn truncate(&mut self) -> bool {
        self.open = false;
        self.broken_off = true;
        let reply = self.reply();
        // A block that was shown stays whole.
        let shown = self.ends.last().map_or(0, |end| end.saturating_sub(self.asked));
        let complete = reply.rfind('\n').map(|end| filter::before_next_round(&reply[..end]).len().max(shown.min(end)));
        if let Some(end) = complete {
            self.whole.truncate(self.asked + end);
        }
        complete.is_some()
    }

    /// What comes next is a placeholder: only the complete lines before it stay, where there is anything in them.
    pub fn withhold(&mut self) {
        self.open = false;
        self.withheld = true;
        let complete = self.reply().rfind('\n').filter(|end| !line::is_blank(&self.reply()[..*end]));
        self.whole.truncate(self.asked + complete.unwrap_or_default());
    }

    /// Whether what was said and may still be said fits the window's cursor.
    pub fn fits(&self, window: &Window) -> bool {
        self.fit(window).is_some()
    }

    /// How much of what was said stands before the window's cursor, where that fits.
    pub fn matched(&self, window: &Window) -> Option<usize> {
        match self.fit(window)? {
            Fit::Cut(cut) => cut.checked_sub(self.asked),
            Fit::Ahead => None,
        }
    }

    /// What was said after the window's cursor, if the stream was broken off there.
    pub fn rest(&self, window: &Window) -> Option<&str> {
        let Fit::Cut(cut) = self.fit(window)? else { return None };
        (self.broken_off && cut >= self.asked).then(|| &self.whole[cut..])
    }

    /// What was said behind `block`, which was found at the window's cursor.
    pub fn beyond(&self, window: &Window, block: &str) -> &str {
        let Some(Fit::Cut(cut)) = self.fit(window) else { return "" };
        self.whole[cut..].strip_prefix(block).unwrap_or_default()
    }

    /// What it knows of the window's cursor; see `Cache::lookup`.
    pub fn lookup(&mut self, window: &Window, language: &str, partly: bool) -> Found {
        let Some(fit) = self.fit(window) else { return Found::Miss };
        let Fit::Cut(cut) = fit else { return Found::Pending(self.id) };
        let said_nothing = self.whole.len() == self.asked;
        if said_nothing && cut == self.asked && !self.open {
            return if self.withheld { Found::Masked } else { Found::Empty(self.id) };
        }
        let Some(end) = self.end_of_block(cut, window, language) else {
            let complete = if partly { self.whole[cut..].rfind('\n') } else { None };
            return match complete.map(|length| self.block(cut, cut + length)) {
                Some(found) if found != Found::Miss => found,
                _ => Found::Pending(self.id),
            };
        };
        let found = self.block(cut, end);
        if found == Found::Miss && self.open { Found::Pending(self.id) } else { found }
    }

    fn block(&self, start: usize, end: usize) -> Found {
        let text = &self.whole[start..end];
        if line::is_blank(text) {
            return Found::Miss;
        }
        Found::Hit { text: text.to_owned(), id: self.id, at: start as isize - self.asked as isize }
    }

    /// Where the block that holds `cut`, or begins there, ends.
    fn end_of_block(&mut self, cut: usize, window: &Window, language: &str) -> Option<usize> {
        let rest = &self.whole[cut..];
        if let Some(end) = self.ends.iter().copied().find(|end| *end > cut && !line::is_blank(&self.whole[cut..*end])) {
            return Some(end);
        }
        let end = cut + block::end(window, language, rest, !self.open)?;
        self.ends.push(end);
        self.ends.sort_unstable();
        Some(end)
    }

    fn fit(&self, window: &Window) -> Option<Fit> {
        let cut = self.cut_at(&window.prefix, window.from_start);
        if let Some(cut) = cut
            && self.meets_suffix(window, &self.whole[cut..])
        {
            return Some(Fit::Cut(cut));
        }
        (self.open && self.is_behind(&window.prefix) && self.meets_suffix(window, "")).then_some(Fit::Ahead)
    }

    /// Where `prefix` ends in `whole`. Where it was asked is by far the likeliest place, then a little further on: the
    /// first that agrees is the one nearest to what was typed.
    fn cut_at(&self, prefix: &str, prefix_from_start: bool) -> Option<usize> {
        let whole = self.whole.as_bytes();
        let last = last_bytes(prefix.as_bytes(), prefix.len());
        let agrees = |cut: &usize| {
            if last != last_bytes(whole, *cut) && prefix.len().min(*cut) >= size_of::<u64>() {
                return false;
            }
            let length = prefix.len().min(*cut);
            let reach_start = self.from_start && prefix_from_start;
            let enough = if reach_start { prefix.len() == *cut } else { length >= LEAST_AGREEMENT };
            enough
                && self.whole.is_char_boundary(*cut)
                && whole[*cut - length..*cut] == prefix.as_bytes()[prefix.len() - length..]
        };
        let least = self.asked.saturating_sub(BACK);
        (self.asked..=whole.len()).find(agrees).or_else(|| (least..self.asked).rev().find(agrees))
    }

    /// Whether `prefix` is all of `whole` and something more, typed faster than the stream speaks.
    fn is_behind(&self, prefix: &str) -> bool {
        let from = prefix.len().saturating_sub(self.whole.len() + BACK);
        let recent = tail(prefix, prefix.len() - from);
        let full = tail(&self.whole, recent.len().min(self.whole.len()).min(BEFORE));
        !full.is_empty() && recent.len() > full.len() && recent.rfind(full).is_some()
    }

    /// Whether what follows the cursor is what followed it when the model was asked, but for closing brackets which
    /// `rest`, what the model says next, closes as well.
    fn meets_suffix(&self, window: &Window, rest: &str) -> bool {
        let same = |suffix: &str| {
            if self.to_end { window.to_end && suffix == self.after } else { suffix.starts_with(self.after.as_str()) }
        };
        if same(&window.suffix) {
            return true;
        }
        let closers = window.suffix.len()
            - window.suffix.trim_start_matches(|c: char| ")]}>\"'`;".contains(c) || c.is_whitespace()).len();
        (1..=closers.min(MOST_CLOSERS)).any(|length| {
            window.suffix.is_char_boundary(length)
                && same(&window.suffix[length..])
                && window.suffix[..length].chars().find(|c| !c.is_whitespace()).is_some_and(|c| rest.contains(c))
        })
    }
}

/// The bytes before `end` as one number, so that places that cannot agree cost one comparison; 0 if they are too few.
fn last_bytes(text: &[u8], end: usize) -> u64 {
    text[..end].last_chunk().map_or(0, |last| u64::from_ne_bytes(*last))
}

/// The last `most` bytes of `text`, on a character boundary.
fn tail(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// The first `most` bytes of `text`, on a character boundary.
fn head(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
