//! Where the selected text stands after other edits: in its place, shifted, or found again by what is around it.

use std::ops::Range;

use ropey::Rope;

use crate::text::boundary;
use crate::text::common_ends::{rope_prefix, rope_suffix};

/// The most places looked at where the selected text occurs more than once. Text that repeats more often has no
/// surroundings worth the name.
const MAX_OCCURRENCES: usize = 1000;

/// How many characters before and behind a place tell it from another: some ten lines of code.
const SURROUNDINGS: usize = 400;

/// Text shorter than this, in bytes, is found anywhere: something beside it must be as it was.
const MIN_TELLING: usize = 16;

/// Where the text of `range` in `old` stands in `new`, both in bytes. `None`: it was changed, something was written right
/// beside it on its line, or it cannot be told which of several places is meant.
///
/// Costs one comparison of both texts; a search only where both sides of the range were edited.
pub fn relocate(old: &Rope, range: &Range<usize>, new: &Rope) -> Option<Range<usize>> {
    let (start, end) = (range.start, range.end);
    if start > end || end > old.len_bytes() {
        return None;
    }
    let (same_start, same_end) = (rope_prefix(old, new), rope_suffix(old, new));
    let changed_until = old.len_bytes() - same_end;
    let found = if end <= same_start {
        start..end
    } else if start >= changed_until {
        start + new.len_bytes() - old.len_bytes()..end + new.len_bytes() - old.len_bytes()
    } else if same_start >= start && changed_until <= end {
        // All that changed lies inside the selected text.
        return None;
    } else {
        search(old, range, new, same_start, same_end)?
    };
    (untouched_before(old, start, new, found.start) && untouched_after(old, end, new, found.end)).then_some(found)
}

/// The place in `new`, where it differs from `old`, that has the text of `range` and the most alike surroundings.
fn search(old: &Rope, range: &Range<usize>, new: &Rope, same_start: usize, same_end: usize) -> Option<Range<usize>> {
    let wanted = old.get_byte_slice(range.clone())?.to_string();
    if wanted.is_empty() {
        return None;
    }
    // The text may share some of what is equal at both ends.
    let from = boundary::floor(new, same_start.saturating_sub(wanted.len()));
    let to = boundary::floor(new, (new.len_bytes() - same_end).saturating_add(wanted.len()).min(new.len_bytes()));
    let region = new.get_byte_slice(from..to)?.to_string();
    let mut best: Option<(usize, usize)> = None;
    let mut tie = false;
    for (count, at) in occurrences(&region, &wanted).enumerate() {
        if count == MAX_OCCURRENCES {
            return None;
        }
        let place = from + at;
        let alike = alike_before(old, range.start, new, place) + alike_after(old, range.end, new, place + wanted.len());
        match best {
            Some((most, _)) if alike < most => {}
            Some((most, _)) if alike == most => tie = true,
            _ => (best, tie) = (Some((alike, place)), false),
        }
    }
    let (alike, place) = best.filter(|_| !tie)?;
    (alike > 0 || wanted.len() >= MIN_TELLING).then_some(place..place + wanted.len())
}

/// Where `wanted` occurs in `text`, overlaps included.
fn occurrences<'a>(text: &'a str, wanted: &'a str) -> impl Iterator<Item = usize> {
    let step = wanted.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(wanted)?;
        from = at + step;
        Some(at)
    })
}

/// Nothing was written between the start of the line and the text, or what was is right beside it no longer.
fn untouched_before(old: &Rope, old_at: usize, new: &Rope, new_at: usize) -> bool {
    let (before, now) = (before(old, old_at).next(), before(new, new_at).next());
    before == now || now.is_none_or(is_break)
}

/// As [`untouched_before`], between the text and the end of its line. Text that ends with its line has no such side.
fn untouched_after(old: &Rope, old_at: usize, new: &Rope, new_at: usize) -> bool {
    if before(old, old_at).next().is_some_and(is_break) {
        return true;
    }
    let (after, now) = (after(old, old_at).next(), after(new, new_at).next());
    after == now || now.is_none_or(is_break)
}

fn is_break(c: char) -> bool {
    c == '\n' || c == '\r'
}

fn alike_before(old: &Rope, old_at: usize, new: &Rope, new_at: usize) -> usize {
    let pairs = before(old, old_at).zip(before(new, new_at));
    pairs.take(SURROUNDINGS).take_while(|(a, b)| a == b).count()
}

fn alike_after(old: &Rope, old_at: usize, new: &Rope, new_at: usize) -> usize {
    let pairs = after(old, old_at).zip(after(new, new_at));
    pairs.take(SURROUNDINGS).take_while(|(a, b)| a == b).count()
}

/// The characters before the byte `at`, backwards.
fn before(text: &Rope, at: usize) -> impl Iterator<Item = char> {
    text.chars_at(text.byte_to_char(at)).reversed()
}

/// The characters from the byte `at` on.
fn after(text: &Rope, at: usize) -> impl Iterator<Item = char> {
    text.chars_at(text.byte_to_char(at))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    fn marked(text: &str) -> (String, Range<usize>) {
        let start = text.find('«').expect("a «");
        let end = text.find('»').expect("a »") - '«'.len_utf8();
        (text.replace(['«', '»'], ""), start..end)
    }

    /// Both with «the selected text»; without marks in `new`, it stands nowhere.
    #[track_caller]
    fn check(old: &str, new: &str) {
        let (old, range) = marked(old);
        let (new, expected) = if new.contains('«') {
            let (new, range) = marked(new);
            (new, Some(range))
        } else {
            (new.to_owned(), None)
        };
        assert_eq!(relocate(&Rope::from_str(&old), &range, &Rope::from_str(&new)), expected);
    }

    #[test]
    fn the_same_text_keeps_its_place() {
        check("a\n«b\n»c\n", "a\n«b\n»c\n");
        check("«»", "«»");
    }

    #[test]
    fn edits_on_one_side_shift_it_or_leave_it() {
        check("a\n«b\n»c\n", "new\na\n«b\n»c\n");
        check("aaa\n«b\n»c\n", "a\n«b\n»c\n");
        check("a\n«b\n»c\n", "a\n«b\n»c\nnew\n");
        check("a\n«b\n»c\n", "a\n«b\n»");
        check("é\n«b»\nc\n", "è\n«b»\nc\n");
    }

    #[test]
    fn edits_on_both_sides_leave_its_only_occurrence() {
        check("a\n«let x = 1;\n»c\n", "A\n«let x = 1;\n»C\n");
        check("use a;\n\n«fn f() {}\n»\nfn z() {}\n", "use b;\n\n«fn f() {}\n»\nfn y() {}\n");
        check("a\nb\n«foo(bar, baz)\n»c\nd\n", "x\n\nb\n«foo(bar, baz)\n»c\ny\ny\n");
    }

    #[test]
    fn among_several_the_surroundings_tell() {
        check(
            "if a {\n«    x();\n»}\nif b {\n    x();\n}\n",
            "// n\nif a {\n«    x();\n»}\nif b {\n    x();\n}\n// n\n",
        );
        check("a\n    x();\nif b {\n«    x();\n»}\nz\n", "A\n    x();\nif b {\n«    x();\n»}\nZ\n");
    }

    #[test]
    fn where_nothing_tells_it_stands_nowhere() {
        check("1\n«x»\n2\n", "3\nx\n4\nx\n5\n");
    }

    #[test]
    fn changed_text_stands_nowhere() {
        check("a\n«let x = 1;\n»c\n", "a\nlet x = 2;\nc\n");
        check("a\n«let x = 1;\n»c\n", "A\nlet x = 2;\nC\n");
        check("a\n«let x = 1;\n»c\n", "a\nc\n");
        check("a\n«let x = 1;\nlet y = 2;\n»c\n", "a\nlet x = 1;\n\nlet y = 2;\nc\n");
    }

    #[test]
    fn what_is_written_right_beside_it_changes_it() {
        check("let a = «b» + 1;\n", "let a = bc + 1;\n");
        check("let a = «b» + 1;\n", "let a = cb + 1;\n");
        check("«foo();»\n", "foo(); // done\n");
        check("«foo();\n»bar();\n", "«foo();\n»baz();\nbar();\n");
        check("let a = «b» + 1;\n", "let aa = «b» + 11;\n");
    }

    #[test]
    fn an_empty_place_moves_with_the_edits_of_one_side() {
        check("a\n«»b\n", "x\na\n«»b\n");
        check("a\n«»b\n", "x\na\nb\nx\n");
    }

    #[test]
    fn a_range_outside_of_the_text_stands_nowhere() {
        let text = Rope::from_str("abc");
        assert_eq!(relocate(&text, &(2..9), &text), None);
    }

    #[test]
    fn a_hundred_thousand_lines_take_little_time() {
        let line = |n: usize| format!("    let value_{n} = compute({});\n", n % 10);
        let text: String = (0..100_000).map(line).collect();
        let start = text.find(&line(50_000)).expect("the line");
        let selected = start..start + line(50_000).len() * 3;
        let (old, new) = (Rope::from_str(&text), Rope::from_str(&format!("// a\n{text}// z\n")));
        let begin = Instant::now();
        assert_eq!(relocate(&old, &selected, &new), Some(selected.start + 5..selected.end + 5));
        assert!(begin.elapsed() < Duration::from_secs(2), "took {:?}", begin.elapsed());
    }

    fn text() -> impl Strategy<Value = String> {
        let pieces = ["a", "b", "\n", "\r\n", "é", "😀", "x();\n"];
        prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

        #[test]
        fn what_is_found_is_the_selected_text(
            before in text(), selected in text(), after in text(), new_before in text(), new_after in text(),
        ) {
            let old = format!("{before}{selected}{after}");
            let range = before.len()..before.len() + selected.len();
            for new in [format!("{new_before}{selected}{new_after}"), format!("{new_before}{new_after}")] {
                if let Some(found) = relocate(&Rope::from_str(&old), &range, &Rope::from_str(&new)) {
                    prop_assert_eq!(new.get(found), Some(selected.as_str()));
                }
            }
        }

        #[test]
        fn whole_lines_survive_edits_of_other_lines_on_one_side(before in text(), selected in text(), after in text(), edit in text()) {
            let old = format!("{before}\nselected {selected}\n{after}");
            let range = before.len() + 1..old.len() - after.len();
            let length = range.len();
            let above = format!("{edit}\nselected {selected}\n{after}");
            let found = relocate(&Rope::from_str(&old), &range, &Rope::from_str(&above));
            prop_assert_eq!(found, Some(edit.len() + 1..edit.len() + 1 + length));
            let below = format!("{before}\nselected {selected}\n{edit}");
            prop_assert_eq!(relocate(&Rope::from_str(&old), &range, &Rope::from_str(&below)), Some(range));
        }
    }
}
