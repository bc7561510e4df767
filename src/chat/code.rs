//! A piece of code as a model and a conversation are shown it: cut to a size, quoted, or marked in its surroundings.

use std::ops::Range;

use ropey::Rope;

use super::fence::fenced;
use crate::text::boundary;
use crate::text::line_break::slice_to_lf;

/// A part of a text.
#[derive(Debug, Clone)]
pub struct Code<'a> {
    /// How the user calls the file: its path below the workspace, or its name.
    pub path: &'a str,
    /// LSP's language id.
    pub language: &'a str,
    /// The whole text.
    pub text: &'a Rope,
    /// The bytes in question; empty for a place.
    pub range: Range<usize>,
}

/// The most that is shown, on either side, of the line that the code in question is part of, where that is more than
/// fits around it, in bytes: enough to see a statement. Files that a tool made have lines of a megabyte.
const MOST_OF_LINE: usize = 1000;

/// Before and after the code in question, as a model is shown it.
const MARKS: [&str; 2] = ["<selection>", "</selection>"];

/// What is sent of a piece of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// LF line ends.
    pub text: String,
    /// Lines left out of its middle.
    pub missing: usize,
}

impl Code<'_> {
    /// The code if it has at most `budget` bytes, else its first and last lines that fit; of a line that is longer than
    /// that, its start and end.
    pub fn excerpt(&self, budget: usize) -> Excerpt {
        let text = slice_to_lf(self.text, self.range.clone());
        if text.len() <= budget {
            return Excerpt { text, missing: 0 };
        }
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let (mut head, mut tail, mut used) = (0, lines.len(), 0);
        while head < tail {
            let from_head = head <= lines.len() - tail;
            used += if from_head { lines[head].len() } else { lines[tail - 1].len() };
            if used > budget {
                break;
            }
            if from_head { head += 1 } else { tail -= 1 }
        }
        if head == 0 && tail == lines.len() {
            return within_line(&text, budget);
        }
        let missing = tail - head;
        let text = format!("{}[{missing} lines left out]\n{}", lines[..head].concat(), lines[tail..].concat());
        Excerpt { text, missing }
    }

    /// `text`, which is sent of the code, with where it is from, in Markdown: as a conversation keeps it.
    pub fn quote(&self, text: &str) -> String {
        let place = format!("`{}`, {}", self.path, self.lines());
        if text.is_empty() { place } else { format!("{place}:\n\n{}", fenced(text, self.language)) }
    }

    /// `excerpt` between marks, with whole lines around it, of at most `around` bytes together: as a model is shown it.
    pub fn marked(&self, excerpt: &Excerpt, around: usize) -> String {
        let (before, after) = self.surroundings(around);
        let text = &excerpt.text;
        let [open, close] = MARKS;
        let marked = if self.range.is_empty() {
            format!("{open}{close}")
        } else if text.ends_with('\n') {
            format!("{open}\n{text}{close}\n")
        } else if before.is_empty() || before.ends_with('\n') {
            format!("{open}\n{text}\n{close}")
        } else {
            format!("{open}{text}{close}")
        };
        let what = if self.range.is_empty() { "the place in question" } else { "the selected code" };
        format!(
            "`{}` ({}), {}; {what} stands between {open} and {close}:\n\n{}",
            self.path,
            self.language,
            self.lines(),
            fenced(&format!("{before}{marked}{after}"), self.language),
        )
    }

    /// The first and the last line of it, counted from 1. A line of which nothing but its start is in it does not
    /// count.
    pub fn line_numbers(&self) -> (usize, usize) {
        let first = self.text.byte_to_line(self.range.start);
        let last = self.text.byte_to_line(self.range.end);
        let nothing_of_it = last > first && self.text.line_to_byte(last) == self.range.end;
        (first + 1, last + 1 - usize::from(nothing_of_it))
    }

    /// Where it is, as `main.rs:3-9`.
    pub fn place(&self) -> String {
        let (first, last) = self.line_numbers();
        if first == last { format!("{}:{first}", self.path) } else { format!("{}:{first}-{last}", self.path) }
    }

    fn lines(&self) -> String {
        let (first, last) = self.line_numbers();
        if first == last { format!("line {first}") } else { format!("lines {first} to {last}") }
    }

    fn surroundings(&self, budget: usize) -> (String, String) {
        let Range { start, end } = self.range;
        let length = self.text.len_bytes();
        // What one side does not need is the other's.
        let half = budget / 2;
        let before = half.max(budget.saturating_sub(length - end)).min(start);
        let after = half.max(budget.saturating_sub(before)).min(length - end);
        let from = line_start_after(self.text, start - before, start);
        let to = line_start_before(self.text, end + after, end);
        (slice_to_lf(self.text, from..start), slice_to_lf(self.text, end..to))
    }
}

/// The first and the last signs of `text`, of at most `budget` bytes together.
fn within_line(text: &str, budget: usize) -> Excerpt {
    let head = text.floor_char_boundary(budget / 2);
    let tail = text.ceil_char_boundary(text.len() - budget / 2);
    let missing = text[head..tail].lines().count();
    Excerpt { text: format!("{}[left out]{}", &text[..head], &text[tail..]), missing }
}

/// The first line start at or after `from`, but at most the start of `limit`'s line, as far as that is near.
fn line_start_after(text: &Rope, from: usize, limit: usize) -> usize {
    let line = text.byte_to_line(from);
    let start = text.line_to_byte(line);
    let start = if start == from { start } else { text.line_to_byte((line + 1).min(text.len_lines())) };
    let own_line = text.line_to_byte(text.byte_to_line(limit));
    let near = from.min(limit.saturating_sub(MOST_OF_LINE));
    start.min(boundary::floor(text, own_line.max(near)))
}

/// The last line start at or before `to`, but at least the end of `limit`'s line, as far as that is near.
fn line_start_before(text: &Rope, to: usize, limit: usize) -> usize {
    if to == text.len_bytes() {
        return to;
    }
    let end_of_line = text.line_to_byte((text.byte_to_line(limit) + 1).min(text.len_lines()));
    text.line_to_byte(text.byte_to_line(to)).max(boundary::floor(text, end_of_line.min(to.max(limit + MOST_OF_LINE))))
}

/// `reply` without the marks, which a model repeats at times although it is told not to; with one that the code itself
/// holds, as it is.
pub fn without_marks(reply: &str, selected: &str) -> String {
    if MARKS.iter().any(|mark| selected.contains(mark)) {
        return reply.to_owned();
    }
    let kept = reply.split_inclusive('\n').filter(|line| !MARKS.contains(&line.trim()));
    MARKS.iter().fold(kept.collect(), |text: String, mark| text.replace(mark, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &Rope, range: Range<usize>) -> Code<'_> {
        Code { path: "f", language: "rust", text, range }
    }

    #[test]
    fn lines_are_counted_from_one_and_a_bare_start_does_not_count() {
        let text = Rope::from_str("a\nb\nc");
        let cases = [(0..0, (1, 1)), (0..1, (1, 1)), (0..2, (1, 1)), (0..3, (1, 2)), (2..5, (2, 3)), (4..4, (3, 3))];
        for (range, expected) in cases {
            assert_eq!(code(&text, range.clone()).line_numbers(), expected, "{range:?}");
        }
        assert_eq!(code(&text, 0..3).place(), "f:1-2");
        assert_eq!(code(&text, 4..5).place(), "f:3");
    }

    #[test]
    fn what_does_not_fit_is_left_out_of_the_middle() {
        let text = Rope::from_str("one\ntwo\nthree\nfour\nfive\n");
        let whole = code(&text, 0..text.len_bytes());
        assert_eq!(whole.excerpt(99).missing, 0);
        let excerpt = whole.excerpt(14);
        assert_eq!(excerpt, Excerpt { text: "one\ntwo\n[2 lines left out]\nfive\n".into(), missing: 2 });
        assert_eq!(whole.excerpt(0).missing, 5);
    }

    #[test]
    fn of_a_line_that_does_not_fit_its_start_and_end_are_sent() {
        let text = Rope::from_str(&format!("é{}é", "x".repeat(1_000_000)));
        let whole = code(&text, 0..text.len_bytes());
        assert_eq!(whole.excerpt(9), Excerpt { text: "éxx[left out]xxé".into(), missing: 1 });
        for at in [0, 500_000, text.len_bytes()] {
            let (before, after) = code(&text, at..at).surroundings(5000);
            assert!((2500..=5000).contains(&(before.len() + after.len())), "{at}: {} {}", before.len(), after.len());
        }
    }

    #[test]
    fn marks_that_come_back_are_taken_away() {
        assert_eq!(without_marks("```\n<selection>\na\n</selection>\n```", "b"), "```\na\n```");
        assert_eq!(without_marks("`<selection>a</selection>`", "b"), "`a`");
        assert_eq!(without_marks("<selection>\na", "let html = \"<selection>\";"), "<selection>\na");
    }

    #[track_caller]
    fn check_around(budget: usize, expected: (&str, &str)) {
        let text = Rope::from_str("a1\nb2\nc3\nd4\ne5\n");
        let (before, after) = code(&text, 7..8).surroundings(budget);
        assert_eq!((before.as_str(), after.as_str()), expected, "{budget}");
    }

    #[test]
    fn whole_lines_stand_around_and_the_own_line_always() {
        check_around(0, ("c", "\n"));
        check_around(9, ("b2\nc", "\nd4\n"));
        check_around(99, ("a1\nb2\nc", "\nd4\ne5\n"));
    }
}
