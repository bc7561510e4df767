//! Lines at which a part of another file may begin inside a text: the header of a diff, or a scissors line.
//!
//! What such a part holds is read by `privacy`, for which it needs the whole text. Here is told, at the cost of an edit's
//! own lines, that a text holds none: of nearly all texts.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr2_iter, memmem};
use ropey::Rope;

use super::boundary;

/// What every scissors line of git's and Mercurial's holds, and hardly any other line.
pub const BLADES: &str = "- >8 -";

/// Jujutsu's scissors line.
pub const IGNORE_REST: &str = "JJ: ignore-rest";

/// How the lines begin that name a diff's files; of a pair of lines, the one that is rarer elsewhere.
const HEADERS: [&str; 6] = ["diff ", "Index: ", "rename ", "copy ", "+++ ", "*** "];

/// The signs by which a line is quoted, in a mail.
const QUOTES: [char; 2] = ['>', ' '];

/// What is read before and behind an edit (bytes): more than any header or scissors line takes, signs of quoting aside.
const AROUND: usize = 256;

/// Bytes that the longest header takes, and a few.
const LONGEST_HEADER: usize = 16;

/// Whether a part of another file may begin in a text.
pub fn may_begin_in(text: &str) -> bool {
    let is_header = |line| begins_with_header(unquoted(line));
    let mut ends = memchr2_iter(b'\n', b'\r', text.as_bytes());
    holds_scissors(text) || is_header(text) || ends.any(|end| is_header(&text[end + 1..]))
}

/// Whether one may begin where an edit put these bytes into the text, if none did before.
pub fn may_begin_at(text: &Rope, inserted: Range<usize>) -> bool {
    let line = text.line_to_byte(text.byte_to_line(inserted.start));
    let from = boundary::floor(text, line.max(inserted.start.saturating_sub(AROUND)));
    let to = boundary::floor(text, inserted.end + AROUND);
    let around: Cow<'_, str> = text.byte_slice(from..to).into();
    let (own, below) = around.split_at(around.find(['\n', '\r']).unwrap_or(around.len()));
    // Where the line begins further above, all between must be signs of quoting.
    let rest = if from == line { unquoted(own) } else { own.trim_start_matches(QUOTES) };
    let goes_on = own.len() >= AROUND && rest.len() < LONGEST_HEADER;
    goes_on || begins_with_header(rest) || holds_scissors(own) || may_begin_in(below)
}

/// The line without the signs before it that say it is quoted: in a mail, or in a description of Jujutsu's.
pub fn unquoted(line: &str) -> &str {
    match line.strip_prefix("JJ: ") {
        Some(shown) => shown.trim_start_matches(' '),
        None if line.starts_with('>') => line.trim_start_matches(QUOTES),
        None => line,
    }
}

fn holds_scissors(text: &str) -> bool {
    [BLADES, IGNORE_REST].iter().any(|few| memmem::find(text.as_bytes(), few.as_bytes()).is_some())
}

fn begins_with_header(line: &str) -> bool {
    HEADERS.iter().any(|header| line.starts_with(header))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, replaced: Range<usize>, inserted: &str, expected: bool) {
        let mut text = before.to_owned();
        assert!(!may_begin_in(before));
        text.replace_range(replaced.clone(), inserted);
        let inserted = replaced.start..replaced.start + inserted.len();
        assert_eq!(
            (may_begin_at(&Rope::from_str(&text), inserted), may_begin_in(&text)),
            (expected, expected),
            "{text:?}"
        );
    }

    #[test]
    fn what_an_edit_makes_of_a_line_is_told_at_the_edit() {
        check("a\ndiff\nb", 6..6, " --git a b", true);
        check("a\nndiff --git a b", 2..3, "", true);
        check("a\n  diff --git a b", 2..3, "", false);
        check("a\n  diff --git a b", 2..2, "> ", true);
        check("a diff --git a b", 1..2, "\r", true);
        check("a diff --git a b", 1..2, "\u{2028}", false);
        check("JJ: ignore-res\n", 14..14, "t", true);
        check("# ------------------------ >8", 29..29, " -", true);
        check("let é = 1;\n", 4..6, "e", false);
    }

    #[test]
    fn a_header_far_behind_its_signs_of_quoting_is_told_of() {
        let quoted = format!("{}diff --git a b", ">".repeat(2 * AROUND));
        for cut in [0, 1, AROUND - 3, AROUND, AROUND + 9, 2 * AROUND] {
            let (before, behind) = quoted.split_at(cut);
            check(&format!("a\n{before}x{behind}"), 2 + cut..3 + cut, "", true);
        }
    }
}
