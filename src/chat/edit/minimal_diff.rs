//! The smallest edit that makes one text of another: by lines, and inside the changed lines by words.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, TokenSource};

use crate::text::common_ends::{word_prefix, word_suffix};
use crate::text::line_break;

/// One place where the texts differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// What is replaced, in bytes of the old text; empty where text is only inserted. Never splits a character or `\r\n`.
    pub range: Range<usize>,
    /// What stands there in the new text.
    pub text: String,
}

/// The most changed lines, of both texts together, that are compared one by one. A model writes some thousand lines at
/// most; 20,000 shuffled ones take less than a second in a debug build, and time grows faster than their number.
const MAX_LINES: usize = 20_000;

/// What differs between `old` and `new`, in order, none touching the next. Replacing each range by its text gives `new`.
///
/// Lines are compared by the histogram algorithm, which gives what the user would call the changed lines; then what a
/// changed run of lines has in common at its start and end is taken away in whole words. Beyond `MAX_LINES` of them
/// all that lies between the first and the last changed line is one hunk.
pub fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let (before, after): (Vec<&str>, Vec<&str>) = (line_break::lines(old).collect(), line_break::lines(new).collect());
    let head = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let tails = before[head..].iter().rev().zip(after[head..].iter().rev());
    let tail = tails.take_while(|(a, b)| a == b).count();
    let changed = head..before.len() - tail;
    let written = head..after.len() - tail;
    if changed.is_empty() && written.is_empty() {
        return Vec::new();
    }
    let runs = if changed.len() + written.len() > MAX_LINES {
        vec![(changed, written)]
    } else {
        runs(&before[changed], &after[written], head)
    };
    let (old_starts, new_starts) = (starts(&before), starts(&after));
    let bytes = |starts: &[usize], lines: Range<usize>| starts[lines.start]..starts[lines.end];
    let range = |(changed, written)| (bytes(&old_starts, changed), &new[bytes(&new_starts, written)]);
    runs.into_iter().map(range).map(|(range, written)| trimmed(old, range, written)).collect()
}

/// For each line of `new` the index of the line of `old` that it is, if it was not changed.
pub fn unchanged(old: &[&str], new: &[&str]) -> Vec<Option<usize>> {
    let mut unchanged = vec![None; new.len()];
    let mut at = (0, 0);
    let end = (old.len()..old.len(), new.len()..new.len());
    for (removed, written) in runs(old, new, 0).into_iter().chain([end]) {
        let pairs = (at.0..removed.start).zip(at.1..written.start);
        pairs.for_each(|(of_old, of_new)| unchanged[of_new] = Some(of_old));
        at = (removed.end, written.end);
    }
    unchanged
}

/// The runs of lines that differ, as (of the old text, of the new); both slices begin at the line `first`.
fn runs(old: &[&str], new: &[&str], first: usize) -> Vec<(Range<usize>, Range<usize>)> {
    let input = InternedInput::new(Lines(old), Lines(new));
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let lines = |run: Range<u32>| first + run.start as usize..first + run.end as usize;
    diff.hunks().map(|hunk| (lines(hunk.before), lines(hunk.after))).collect()
}

struct Lines<'a>(&'a [&'a str]);

impl<'a> TokenSource for Lines<'a> {
    type Token = &'a str;
    type Tokenizer = std::iter::Copied<std::slice::Iter<'a, &'a str>>;

    fn tokenize(&self) -> Self::Tokenizer {
        self.0.iter().copied()
    }

    fn estimate_tokens(&self) -> u32 {
        self.0.len() as u32
    }
}

/// Where each line starts, in bytes, and the end of the text.
fn starts(lines: &[&str]) -> Vec<usize> {
    let mut at = 0;
    let ends = lines.iter().map(|line| {
        at += line.len();
        at
    });
    std::iter::once(0).chain(ends).collect()
}

/// The hunk for `range` of `old`, which becomes `new`, without what both have in common at their edges.
fn trimmed(old: &str, range: Range<usize>, new: &str) -> Hunk {
    let before = &old[range.clone()];
    let start = word_prefix(before, new);
    let end = word_suffix(&before[start..], &new[start..]);
    Hunk { range: range.start + start..range.end - end, text: new[start..new.len() - end].to_owned() }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    /// `old` after `hunks`; the counterpart of [`hunks`]. Hunks that do not fit, or are out of order, are left out.
    fn apply(old: &str, hunks: &[Hunk]) -> String {
        let mut text = String::with_capacity(old.len());
        let mut at = 0;
        for hunk in hunks {
            let Some(kept) = old.get(at..hunk.range.start).filter(|_| old.is_char_boundary(hunk.range.end)) else {
                continue;
            };
            text.push_str(kept);
            text.push_str(&hunk.text);
            at = hunk.range.end;
        }
        text.push_str(&old[at..]);
        text
    }

    /// Each change is (old, new).
    #[track_caller]
    fn check(old: &str, new: &str, changes: &[(&str, &str)]) {
        let hunks = hunks(old, new);
        let found: Vec<_> = hunks.iter().map(|hunk| (&old[hunk.range.clone()], hunk.text.as_str())).collect();
        assert_eq!(found, changes);
        assert_eq!(apply(old, &hunks), new);
    }

    #[test]
    fn the_same_text_needs_no_edit() {
        check("a\nb\n", "a\nb\n", &[]);
        check("", "", &[]);
    }

    #[test]
    fn only_the_changed_words_are_replaced() {
        check("let total = a + b;\n", "let total = a * b;\n", &[("+", "*")]);
        check("call(first)\n", "call(second)\n", &[("first", "second")]);
        check("    foo();\n", "    bar();\n", &[("foo", "bar")]);
        check("counter\n", "counters\n", &[("counter", "counters")]);
    }

    #[test]
    fn lines_between_two_changes_stay() {
        check("a = 1\nkeep\nb = 2\n", "a = 3\nkeep\nb = 4\n", &[("1", "3"), ("2", "4")]);
    }

    #[test]
    fn added_and_removed_lines_are_whole() {
        check("a\nc\n", "a\nb\nc\n", &[("", "b\n")]);
        check("a\nb\nc\n", "a\nc\n", &[("b\n", "")]);
        check("", "a\n", &[("", "a\n")]);
        check("a\n", "", &[("a\n", "")]);
    }

    #[test]
    fn a_line_end_is_never_split() {
        check("a\n", "a\r\n", &[("\n", "\r\n")]);
        check("a\r\n", "a\n", &[("\r\n", "\n")]);
        check("a\r\nb", "a\rb", &[("\r\n", "\r")]);
        check("a\r\n", "a\r", &[("\r\n", "\r")]);
    }

    #[test]
    fn a_character_is_never_split() {
        // Their last bytes are equal, as are their first.
        check("x = 'é'", "x = 'è'", &[("é", "è")]);
        check("x = '\u{e9}'", "x = '\u{169}'", &[("\u{e9}", "\u{169}")]);
        check("e\u{301}\n", "e\u{300}\n", &[("e\u{301}", "e\u{300}")]);
    }

    #[test]
    fn lines_that_stay_are_known_to_each_other() {
        assert_eq!(unchanged(&["a", "b", "c", "b"], &["b", "x", "c", "b"]), [Some(1), None, Some(2), Some(3)]);
        assert_eq!(unchanged(&[], &["a"]), [None]);
        assert_eq!(unchanged(&["a"], &["a"]), [Some(0)]);
    }

    #[test]
    fn what_repeats_is_not_counted_twice() {
        check("aa aa\n", "aa aa aa\n", &[("", " aa")]);
        check("((x))\n", "(x)\n", &[("(x)", "x")]);
    }

    #[test]
    fn a_hundred_thousand_lines_take_no_quadratic_time() {
        let text = |word: &str| (0..100_000).map(|n| format!("{word} {}\n", n % 977)).collect::<String>();
        let shuffled = (0..100_000_u64).map(|n| format!("old {}\n", n * 7919 % 1009)).collect::<String>();
        let begin = Instant::now();
        for new in [text("new"), shuffled] {
            let old = text("old");
            assert_eq!(apply(&old, &hunks(&old, &new)), new);
        }
        // A second in a debug build; a quadratic comparison takes minutes.
        assert!(begin.elapsed() < Duration::from_secs(20), "took {:?}", begin.elapsed());
    }

    #[test]
    fn as_many_shuffled_lines_as_are_compared_take_little_time() {
        let lines = |step: u64, of: u64| (0..9_900).map(|n| format!("{}\n", n * step % of)).collect::<String>();
        let (old, new) = (lines(7919, 1009), lines(1, 977));
        let begin = Instant::now();
        assert!(hunks(&old, &new).len() > 10);
        assert!(begin.elapsed() < Duration::from_secs(10), "took {:?}", begin.elapsed());
    }

    fn text() -> impl Strategy<Value = String> {
        let pieces = [
            "a", "b", "foo", "bar ", " ", "\t", "\n", "\n", "\r\n", "\r", "é", "e\u{301}", "😀", "世", "(", ")",
            "x = 1;\n",
        ];
        prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

        #[test]
        fn applying_the_hunks_gives_the_new_text(old in text(), new in text()) {
            let hunks = hunks(&old, &new);
            prop_assert_eq!(apply(&old, &hunks), new.as_str());
            prop_assert_eq!(hunks.is_empty(), old == new);
            let (mut end, mut shift) = (0, 0_isize);
            for hunk in &hunks {
                prop_assert!(hunk.range.start >= end);
                end = hunk.range.end;
                let at = (hunk.range.start as isize + shift) as usize;
                shift += hunk.text.len() as isize - hunk.range.len() as isize;
                for (text, at) in [(&old, hunk.range.start), (&old, hunk.range.end), (&new, at), (&new, at + hunk.text.len())] {
                    prop_assert!(text.is_char_boundary(at));
                    prop_assert!(!(text[..at].ends_with('\r') && text[at..].starts_with('\n')));
                }
            }
        }
    }
}
