//! Who made an edit: the person, a suggestion that was taken, or something outside. The protocol does not say, so the
//! shape of the edit and what came before it tell.

use ropey::Rope;

use crate::next_edit::Origin;
use crate::next_edit::text::{narrowed, slice};
use crate::text::document::Edit;

/// So many edits at once may be a formatter's.
const MANY_EDITS: usize = 3;

/// A whole text that comes anew was typed in where no more than so many bytes of it differ: some clients send it at
/// every key.
const TYPED_BYTES: usize = 200;

/// A file that changed on disk this long before its document, in milliseconds, is where the document's edit comes from.
const FROM_DISK_MS: u64 = 1_000;

/// An editor that writes a file is told of that too: within so many milliseconds it says nothing of the disk.
const OWN_WRITE_MS: u64 = 3_000;

/// What is known of a document's file.
#[derive(Debug, Clone, Copy, Default)]
pub struct File {
    /// When it changed on disk, in milliseconds.
    pub changed_ms: Option<u64>,
    /// When the editor wrote it.
    pub written_ms: Option<u64>,
}

impl File {
    /// Whether it has just changed on disk, and not by the editor's own writing.
    fn brings_changes(self, now_ms: u64) -> bool {
        let Some(changed) = self.changed_ms else { return false };
        let by_editor = self.written_ms.is_some_and(|written| written.abs_diff(changed) <= OWN_WRITE_MS);
        !by_editor && now_ms.saturating_sub(changed) <= FROM_DISK_MS
    }
}

/// Who made `edits`, one batch, of `before`, so that the text is `after`. None of them took a suggestion.
pub fn origin(before: &Rope, after: &Rope, edits: &[Edit], file: File, now_ms: u64) -> Origin {
    if let [edit] = edits {
        let is_key = edit.inserted.chars().count() + edit.replaced.len() <= 1;
        if is_key {
            return Origin::Typed;
        }
        if file.brings_changes(now_ms) {
            return Origin::Outside;
        }
        let is_whole = edit.replaced == (0..before.len_bytes()) && !edit.replaced.is_empty();
        return if is_whole && differs_widely(before, after) { Origin::Outside } else { Origin::Typed };
    }
    let is_formatting =
        || is_layout(before, after) || (edits.len() >= MANY_EDITS && is_scattered(before, after, edits));
    if file.brings_changes(now_ms) || is_formatting() { Origin::Outside } else { Origin::Typed }
}

fn differs_widely(before: &Rope, after: &Rope) -> bool {
    let (replaced, inserted) = narrowed(before, after, 0..before.len_bytes(), after.len_bytes());
    replaced.len().max(inserted) > TYPED_BYTES
}

/// Whether nothing but white space differs.
fn is_layout(before: &Rope, after: &Rope) -> bool {
    before.chars().filter(|c| !c.is_whitespace()).eq(after.chars().filter(|c| !c.is_whitespace()))
}

/// Whether edits that do not all put in the same, as several cursors do, reach over half of the text.
fn is_scattered(before: &Rope, after: &Rope, edits: &[Edit]) -> bool {
    let first = edits.first().map(|edit| &edit.inserted);
    if edits.iter().all(|edit| Some(&edit.inserted) == first) {
        return false;
    }
    let (replaced, inserted) = narrowed(before, after, 0..before.len_bytes(), after.len_bytes());
    let lines = |rope: &Rope, from: usize, to: usize| slice(rope, from..to).lines().count();
    let touched =
        lines(before, replaced.start, replaced.end).max(lines(after, replaced.start, replaced.start + inserted));
    2 * touched > before.len_lines()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "fn a() {\n  b();\n}\n\nfn c() {\n  d();\n}\n";

    /// `edits` as what is replaced, number by number, and what stands there then.
    #[track_caller]
    fn check(edits: &[(&str, &str)], file: File, expected: Origin) {
        let before = Rope::from_str(CODE);
        let (mut text, mut made) = (CODE.to_owned(), vec![]);
        for (old, new) in edits {
            let start = text.rfind(old).unwrap();
            text.replace_range(start..start + old.len(), new);
            made.push(Edit { replaced: start..start + old.len(), inserted: (*new).to_owned() });
        }
        assert_eq!(origin(&before, &Rope::from_str(&text), &made, file, 10_000), expected, "{edits:?}");
    }

    fn changed(ago_ms: u64, written_ms: Option<u64>) -> File {
        File { changed_ms: Some(10_000 - ago_ms), written_ms }
    }

    #[test]
    fn a_change_after_one_on_disk_is_from_there() {
        check(&[("b()", "e()")], changed(100, None), Origin::Outside);
        check(&[("b", "e"), ("d", "e")], changed(100, None), Origin::Outside);
        check(&[("b()", "e()")], changed(2_000, None), Origin::Typed);
        check(&[("b()", "e()")], changed(100, Some(9_800)), Origin::Typed);
        check(&[("b()", "e()")], changed(100, Some(1_000)), Origin::Outside);
        // A key is a key.
        check(&[("b", "")], changed(100, None), Origin::Typed);
    }

    #[test]
    fn a_formatter_says_nothing() {
        check(&[("  d", "    d"), ("  b", "    b")], File::default(), Origin::Outside);
        check(&[("d()", "d(1)"), ("{\n  b", "{ b"), ("a()", "a( )")], File::default(), Origin::Outside);
    }

    #[test]
    fn several_cursors_and_a_renaming_are_the_persons() {
        check(&[("d()", "e()"), ("c()", "e()"), ("a()", "e()")], File::default(), Origin::Typed);
        check(&[("d()", "e()"), ("b()", "f()")], File::default(), Origin::Typed);
    }

    #[test]
    fn a_whole_text_was_typed_in_where_little_differs() {
        let whole = |new: &str| {
            let (before, after) = (Rope::from_str(CODE), Rope::from_str(new));
            let edit = Edit { replaced: 0..CODE.len(), inserted: new.to_owned() };
            origin(&before, &after, &[edit], File::default(), 0)
        };
        assert_eq!(whole(&CODE.replace("b()", "bcd()")), Origin::Typed);
        assert_eq!(whole(&"other();\n".repeat(40)), Origin::Outside);
    }
}
