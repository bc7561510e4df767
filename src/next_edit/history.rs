//! What the person changed: keystrokes merged into changes by place and time.

use std::{ops::Range, sync::Arc};

use ropey::Rope;

use super::text::slice;

/// A pause that ends a change, in milliseconds: what comes later at another place nearby is another change.
pub const PAUSE_MS: u64 = 1_500;

/// How many changes are kept. Older ones say little of what comes next.
pub const MAX_CHANGES: usize = 20;

/// A change of more bytes, before or after, is no example: it is a paste, or a file from outside.
const MAX_CHANGE_BYTES: usize = 8_000;

/// Who made an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The person, key by key or by a paste.
    Typed,
    /// A suggestion that was accepted: it follows an example and is none.
    Accepted,
    /// Undo, a formatter, a checkout: says nothing of what the person wants.
    Outside,
}

/// One change: what stood at a place, and where what stands there now is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The document's key.
    pub key: Arc<str>,
    /// Where the new text is, in bytes of the text as it is now.
    pub range: Range<usize>,
    /// What stood there before.
    pub before: String,
    /// Whether the person made it; else it was accepted.
    pub typed: bool,
    /// Which change it is: later ones have higher numbers.
    pub serial: u64,
    /// Differs whenever the change's text may differ.
    pub revision: u64,
    /// When its last keystroke was, in milliseconds.
    pub last_ms: u64,
}

/// The last changes in all open documents.
#[derive(Debug, Clone, Default)]
pub struct EditHistory {
    /// The oldest first.
    changes: Vec<Change>,
    serial: u64,
    revision: u64,
    /// Changes begun so far.
    begun: u64,
}

impl EditHistory {
    /// The changes, the latest first.
    pub fn latest_first(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().rev()
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many changes there were in all, those that are forgotten too.
    pub fn count(&self) -> u64 {
        self.begun
    }

    /// Forgets the document.
    pub fn forget(&mut self, key: &str) {
        self.changes.retain(|change| &*change.key != key);
    }

    /// Notes an edit in the document `key`: `inserted` bytes stand in `after` where `replaced` stood in `before`.
    pub fn record(
        &mut self,
        key: &Arc<str>,
        (before, after): (&Rope, &Rope),
        replaced: Range<usize>,
        inserted: usize,
        origin: Origin,
        now_ms: u64,
    ) {
        self.revision += 1;
        let mut range = replaced.clone();
        let mut joined: Vec<Change> = Vec::new();
        let latest = self.changes.last().map(|change| change.serial);
        // The union of an edit and what it joins may reach the next one.
        loop {
            let found = self.changes.iter().position(|change| {
                change.key == *key && joins(before, change, &range, origin, Some(change.serial) == latest, now_ms)
            });
            let Some(found) = found else { break };
            let change = self.changes.remove(found);
            range = range.start.min(change.range.start)..range.end.max(change.range.end);
            joined.push(change);
        }
        let grown = inserted as isize - replaced.len() as isize;
        for change in self.changes.iter_mut().filter(|change| change.key == *key) {
            if change.range.start >= replaced.end {
                change.range.start = change.range.start.saturating_add_signed(grown);
                change.range.end = change.range.end.saturating_add_signed(grown);
            }
        }
        if origin == Origin::Outside {
            return;
        }
        joined.sort_by_key(|change| (change.range.start, change.range.end));
        let mut stood = String::new();
        let mut at = range.start;
        for change in &joined {
            stood.push_str(&slice(before, at..change.range.start));
            stood.push_str(&change.before);
            at = change.range.end.max(at);
        }
        stood.push_str(&slice(before, at..range.end));
        let now = range.start..range.end.saturating_add_signed(grown);
        if now.len() > MAX_CHANGE_BYTES || stood.len() > MAX_CHANGE_BYTES {
            return;
        }
        if stood == slice(after, now.clone()) {
            return;
        }
        self.serial += 1;
        self.begun += u64::from(joined.is_empty());
        self.changes.push(Change {
            key: Arc::clone(key),
            range: now,
            before: stood,
            typed: origin == Origin::Typed,
            serial: self.serial,
            revision: self.revision,
            last_ms: now_ms,
        });
        if self.changes.len() > MAX_CHANGES {
            self.changes.remove(0);
        }
    }
}

/// Whether an edit at `range` of `text` belongs to `change`.
fn joins(text: &Rope, change: &Change, range: &Range<usize>, origin: Origin, latest: bool, now_ms: u64) -> bool {
    let overlaps = range.start < change.range.end && range.end > change.range.start;
    let touches = range.start <= change.range.end && range.end >= change.range.start;
    // What lies at an empty place cannot be told from it later.
    if overlaps || (touches && change.range.is_empty()) {
        return true;
    }
    if origin != Origin::Typed || !change.typed {
        return false;
    }
    let burst = latest && now_ms.saturating_sub(change.last_ms) < PAUSE_MS;
    if touches {
        let border = if range.start == change.range.end { range.start } else { range.end };
        return burst || border == 0 || text.get_byte(border - 1) != Some(b'\n');
    }
    if !burst {
        return false;
    }
    let line = |at: usize| text.byte_to_line(at.min(text.len_bytes()));
    line(range.start) <= line(change.range.end) + 1 && line(range.end) + 1 >= line(change.range.start)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Typist {
        text: Rope,
        history: EditHistory,
        key: Arc<str>,
    }

    impl Typist {
        fn new(text: &str) -> Self {
            Self { text: Rope::from_str(text), history: EditHistory::default(), key: "a".into() }
        }

        fn edit(&mut self, range: Range<usize>, inserted: &str, origin: Origin, now_ms: u64) {
            let before = self.text.clone();
            let chars = before.byte_to_char(range.start)..before.byte_to_char(range.end);
            self.text.remove(chars.clone());
            self.text.insert(chars.start, inserted);
            self.history.record(&self.key, (&before, &self.text), range, inserted.len(), origin, now_ms);
        }

        fn seen(&self) -> Vec<(String, String)> {
            let mut seen: Vec<_> = self
                .history
                .latest_first()
                .map(|change| (change.before.clone(), slice(&self.text, change.range.clone())))
                .collect();
            seen.reverse();
            seen
        }

        #[track_caller]
        fn check(&self, expect: &[(&str, &str)]) {
            let seen = self.seen();
            let seen: Vec<_> = seen.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
            assert_eq!(seen, expect);
        }
    }

    #[test]
    fn keystrokes_at_one_place_are_one_change() {
        let mut typist = Typist::new("let a = 1;\n");
        typist.edit(4..5, "", Origin::Typed, 0);
        typist.edit(4..4, "b", Origin::Typed, 100);
        typist.edit(5..5, "c", Origin::Typed, 9_000);
        typist.check(&[("a", "bc")]);
    }

    #[test]
    fn another_place_or_a_pause_begins_a_change() {
        let mut typist = Typist::new("a\nb\nc\nd\ne\nf\n");
        typist.edit(0..1, "x", Origin::Typed, 0);
        typist.edit(10..11, "y", Origin::Typed, 100);
        typist.edit(6..7, "z", Origin::Typed, 200);
        typist.check(&[("a", "x"), ("f", "y"), ("d", "z")]);
        let mut typist = Typist::new("a\nb\nc\n");
        typist.edit(0..1, "x", Origin::Typed, 0);
        typist.edit(2..3, "y", Origin::Typed, 1_000);
        typist.check(&[("a\nb", "x\ny")]);
        typist.edit(4..5, "z", Origin::Typed, 2_500);
        typist.check(&[("a\nb", "x\ny"), ("c", "z")]);
    }

    #[test]
    fn typing_and_taking_back_is_nothing() {
        let mut typist = Typist::new("abc\n");
        typist.edit(1..1, "xyz", Origin::Typed, 0);
        typist.edit(1..4, "", Origin::Typed, 50_000);
        typist.check(&[]);
    }

    #[test]
    fn what_comes_from_outside_is_no_example_and_what_is_accepted_is_marked() {
        let mut typist = Typist::new("a b c\n");
        typist.edit(0..1, "x", Origin::Outside, 0);
        typist.check(&[]);
        typist.edit(4..5, "z", Origin::Accepted, 0);
        assert!(typist.history.latest_first().all(|change| !change.typed));
        typist.edit(0..6, "new\n", Origin::Outside, 0);
        typist.check(&[]);
    }

    #[test]
    fn a_document_is_forgotten_and_the_oldest_too() {
        let mut typist = Typist::new(&"ab\n\n\n\n".repeat(30));
        for row in 0..30 {
            typist.edit(row * 6..row * 6 + 1, "x", Origin::Typed, row as u64 * 10_000);
        }
        assert_eq!(typist.history.len(), MAX_CHANGES);
        typist.history.forget("a");
        assert!(typist.history.is_empty());
    }

    proptest! {
        /// Whoever takes back the latest change, then the one before it, ..., comes to the text of the beginning.
        #[test]
        fn the_changes_taken_back_give_the_first_text(
            first in "[a-c\n]{0,60}",
            edits in prop::collection::vec((0..70usize, 0..6usize, "[a-c\n]{0,4}", 0..3_000u64), 0..18),
        ) {
            let mut typist = Typist::new(&first);
            let mut now = 0;
            for (start, len, inserted, wait) in edits {
                let start = start.min(typist.text.len_bytes());
                let end = (start + len).min(typist.text.len_bytes());
                now += wait;
                typist.edit(start..end, &inserted, Origin::Typed, now);
            }
            let mut text = typist.text.to_string();
            let mut changes: Vec<_> = typist.history.latest_first().cloned().collect();
            changes.sort_by_key(|change| (change.range.start, change.range.end));
            for pair in changes.windows(2) {
                prop_assert!(pair[0].range.end <= pair[1].range.start, "changes do not overlap");
            }
            for change in changes.iter().rev() {
                text.replace_range(change.range.clone(), &change.before);
            }
            prop_assert_eq!(text, first);
        }
    }
}
