//! What the person has just edited in the open documents: places that the next lines are likely to need.

use std::collections::VecDeque;
use std::ops::Range;

/// So many edits are remembered.
const MOST: usize = 20;

/// Lines round an edit that belong to it.
const AROUND: usize = 2;

/// The last edits, the newest first.
#[derive(Debug, Default)]
pub struct RecentEdits {
    edits: VecDeque<RecentEdit>,
}

/// Lines that were edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentEdit {
    /// What the index calls the file.
    pub key: String,
    /// Counted from 0.
    pub lines: Range<usize>,
}

impl RecentEdits {
    /// Lines of a file were edited: what stands in them now, and how many more lines the text has than before.
    pub fn add(&mut self, key: &str, lines: Range<usize>, more: isize) {
        let near = lines.start.saturating_sub(AROUND)..lines.end + AROUND;
        let mut merged = lines.clone();
        self.edits.retain_mut(|edit| {
            if edit.key != key {
                return true;
            }
            if edit.lines.start < near.end && near.start < edit.lines.end {
                merged.start = merged.start.min(edit.lines.start);
                let end = if edit.lines.end > lines.start { moved(edit.lines.end, more) } else { edit.lines.end };
                merged.end = merged.end.max(end);
                return false;
            }
            if edit.lines.start > lines.start {
                edit.lines = moved(edit.lines.start, more)..moved(edit.lines.end, more);
            }
            true
        });
        self.edits.push_front(RecentEdit { key: key.to_owned(), lines: merged });
        self.edits.truncate(MOST);
    }

    /// The file is not there any more.
    pub fn forget(&mut self, key: &str) {
        self.edits.retain(|edit| edit.key != key);
    }

    /// Each edit's lines and those round it, the newest first, beside how many edits of other files are newer.
    pub fn others<'a>(&'a self, key: &'a str) -> impl Iterator<Item = (usize, &'a str, Range<usize>)> {
        let others = self.edits.iter().filter(move |edit| edit.key != key).enumerate();
        others.map(|(age, edit)| {
            (age, edit.key.as_str(), edit.lines.start.saturating_sub(AROUND)..edit.lines.end + AROUND)
        })
    }
}

fn moved(line: usize, more: isize) -> usize {
    line.saturating_add_signed(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of `a` that were edited, by `edits`: `first-last`, the newest first.
    #[track_caller]
    fn check(edits: &[(&str, Range<usize>, isize)], expected: &str) {
        let mut recent = RecentEdits::default();
        edits.iter().for_each(|(key, lines, more)| recent.add(key, lines.clone(), *more));
        let edits = recent.edits.iter().filter(|edit| edit.key == "a");
        let found: Vec<_> = edits.map(|edit| format!("{}-{}", edit.lines.start, edit.lines.end - 1)).collect();
        assert_eq!(found.join(" "), expected);
    }

    #[test]
    fn edits_side_by_side_are_one_and_others_move_along() {
        check(&[("a", 5..6, 0), ("a", 6..7, 1), ("a", 7..8, 1)], "5-7");
        check(&[("a", 50..51, 0), ("a", 5..8, 2)], "5-7 52-52");
        check(&[("a", 50..51, 0), ("a", 5..6, -3)], "5-5 47-47");
        check(&[("a", 5..6, 0), ("b", 5..6, 0), ("a", 50..51, 9)], "50-50 5-5");
    }

    #[test]
    fn the_newest_come_first_and_the_file_itself_does_not_see_its_own() {
        let mut recent = RecentEdits::default();
        (0..40).for_each(|line| recent.add("a", 10 * line..10 * line + 1, 0));
        recent.add("b", 3..4, 0);
        let seen = |key| recent.others(key).map(|(age, key, lines)| (age, key.to_owned(), lines)).collect::<Vec<_>>();
        assert_eq!(seen("a"), [(0, "b".to_owned(), 1..6)]);
        assert_eq!((seen("b").len(), &seen("b")[0]), (MOST - 1, &(0, "a".to_owned(), 388..393)));
        recent.forget("a");
        assert_eq!(recent.others("b").count(), 0);
    }
}
