//! Lines and their breaks, as the protocol counts them: `\n`, `\r\n` and `\r` end a line and nothing else does.

use std::ops::Range;

use ropey::Rope;

/// The lines of `text`, each with its break. The last has none; it is left out where it is empty.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (line, after) = rest.split_at(break_after(rest)?);
        rest = after;
        Some(line)
    })
}

/// Where the first line of `text` ends, behind its break.
fn break_after(text: &str) -> Option<usize> {
    let Some(at) = text.find(['\n', '\r']) else {
        return (!text.is_empty()).then_some(text.len());
    };
    Some(at + if text[at..].starts_with("\r\n") { 2 } else { 1 })
}

/// `line` without its break.
pub fn content(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

/// The break of `line`, or nothing.
pub fn of(line: &str) -> &str {
    &line[content(line).len()..]
}

/// The break that most lines of `text` end with, the first of these in a tie; `None` without any.
pub fn majority(text: &str) -> Option<&'static str> {
    const BREAKS: [&str; 3] = ["\n", "\r\n", "\r"];
    let mut counts = [(0_usize, usize::MAX); 3];
    for (at, line) in lines(text).enumerate() {
        if let Some(kind) = BREAKS.iter().position(|one| *one == of(line)) {
            let (count, first) = counts[kind];
            counts[kind] = (count + 1, first.min(at));
        }
    }
    let best = (0..3).max_by_key(|kind| (counts[*kind].0, std::cmp::Reverse(counts[*kind].1)))?;
    (counts[best].0 > 0).then_some(BREAKS[best])
}

/// The break of a document's first line, LF where it has none: what text written into it gets.
pub fn of_document(text: &Rope) -> &'static str {
    let first = text.line(0);
    let mut last = first.chars_at(first.len_chars());
    match (last.prev(), last.prev()) {
        (Some('\n'), Some('\r')) => "\r\n",
        (Some('\r'), _) => "\r",
        _ => "\n",
    }
}

/// `text` with every break as LF; no copy where that is so already.
pub fn to_lf(text: String) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

/// Joins pieces of a text, with every break as LF, though a break may be cut in two.
#[derive(Debug, Default)]
pub struct LfJoiner {
    /// A `\r` came last: perhaps the first half of a break.
    is_half: bool,
}

impl LfJoiner {
    /// Adds `piece` to `text`.
    pub fn join(&mut self, text: &mut String, piece: &str) {
        for c in piece.chars() {
            let is_half = std::mem::replace(&mut self.is_half, c == '\r');
            match c {
                '\r' => text.push('\n'),
                '\n' if is_half => {}
                c => text.push(c),
            }
        }
    }
}

/// The bytes `range` of `text`, which lie on character boundaries, with every break as LF.
pub fn slice_to_lf(text: &Rope, range: Range<usize>) -> String {
    to_lf(text.slice(text.byte_to_char(range.start)..text.byte_to_char(range.end)).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(lines(text).collect::<Vec<_>>(), expected);
        assert_eq!(lines(text).collect::<String>(), text);
    }

    #[test]
    fn every_line_end_of_the_protocol_ends_a_line() {
        check("", &[]);
        check("a", &["a"]);
        check("a\nb\r\nc\rd", &["a\n", "b\r\n", "c\r", "d"]);
        check("\r\r\n\n", &["\r", "\r\n", "\n"]);
        check("a\u{2028}b\u{85}\n", &["a\u{2028}b\u{85}\n"]);
    }

    #[test]
    fn the_most_frequent_break_wins_and_the_first_in_a_tie() {
        assert_eq!(majority("a"), None);
        assert_eq!(majority("a\r\nb\nc\n"), Some("\n"));
        assert_eq!(majority("a\r\nb\n"), Some("\r\n"));
        assert_eq!(majority("a\rb"), Some("\r"));
    }

    #[test]
    fn a_line_falls_into_content_and_break() {
        assert_eq!((content("a\r\n"), of("a\r\n")), ("a", "\r\n"));
        assert_eq!((content("a"), of("a")), ("a", ""));
    }

    #[test]
    fn the_break_of_a_document_is_that_of_its_first_line() {
        for (text, expected) in [("", "\n"), ("a", "\n"), ("a\nb\r\n", "\n"), ("a\r\nb", "\r\n"), ("\r", "\r")] {
            assert_eq!(of_document(&Rope::from_str(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn every_break_becomes_lf() {
        assert_eq!(to_lf("a\r\nb\rc\nd".to_owned()), "a\nb\nc\nd");
        for pieces in [vec!["a\r\nb\rc\nd"], vec!["a\r", "\nb\r", "c", "\nd"]] {
            let (mut joiner, mut text) = (LfJoiner::default(), String::new());
            pieces.iter().for_each(|piece| joiner.join(&mut text, piece));
            assert_eq!(text, "a\nb\nc\nd", "{pieces:?}");
        }
        assert_eq!(slice_to_lf(&Rope::from_str("é\r\nb\r"), 2..6), "\nb\n");
    }
}
