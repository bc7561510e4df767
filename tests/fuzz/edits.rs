//! Open texts: after any edits they are what a plain string would be, and each place has one position and back.

use super::check;
use crate::text::document::{Change, Document};
use crate::text::position::{Encoding, Position, from_offset, to_offset};

const WORDS: &[&str] = &["\u{10ffff}", "let x = 1;\r\n", "\n\r\n\r", "👩‍👩‍👧", "\u{85}\u{2028}\u{b}\u{c}", "~", "~~~~~~~~"];

/// A position in a text, the plain way: lines end at `\n`, `\r\n` and `\r`.
fn offset(text: &str, position: Position, encoding: Encoding) -> usize {
    let mut start = 0;
    for _ in 0..position.line {
        let rest = &text[start..];
        let Some(at) = rest.find(['\n', '\r']) else { return text.len() };
        start += at + if rest[at..].starts_with("\r\n") { 2 } else { 1 };
    }
    let line = &text[start..];
    let line = &line[..line.find(['\n', '\r']).unwrap_or(line.len())];
    let mut units = 0;
    for (at, c) in line.char_indices() {
        units += match encoding {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        };
        if units > position.character as usize {
            return start + at;
        }
    }
    start + line.len()
}

/// The text before the first `~` is opened; after it comes an edit between each two more: four bytes of positions and what
/// is put in.
fn target(input: &[u8]) {
    let input = String::from_utf8_lossy(input);
    let encoding = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32][input.len() % 3];
    let mut parts = input.split('~');
    let mut model = parts.next().unwrap_or_default().to_owned();
    let mut document = Document::new("file:///a", "rust", 1, &model);
    for part in parts {
        let mut letters = part.chars();
        let mut next = || letters.next().map_or(u32::MAX, |letter| u32::from(letter) % 48);
        let (start, end) =
            (Position { line: next() % 8, character: next() }, Position { line: next() % 8, character: next() });
        let text: String = letters.collect();
        let range = (part.len() % 7 != 0).then_some((start, end));
        let edits = document.apply(vec![Change { range, text: text.clone() }], encoding);
        let (a, b) = (offset(&model, start, encoding), offset(&model, end, encoding));
        let replaced = if range.is_some() { a.min(b)..a.max(b) } else { 0..model.len() };
        assert_eq!((&edits[0].replaced, edits[0].inserted.as_str()), (&replaced, text.as_str()));
        model.replace_range(replaced, &text);
        assert_eq!(document.text.to_string(), model);
        assert_eq!(document.binary, model.contains('\0'));
    }
    for at in (0..=model.len()).filter(|at| model.is_char_boundary(*at)) {
        let is_inside_break = model[..at].ends_with('\r') && model[at..].starts_with('\n');
        let position = from_offset(&document.text, at, encoding);
        assert!(is_inside_break || to_offset(&document.text, position, encoding) == at, "{at} {position:?}");
        assert_eq!(to_offset(&document.text, position, encoding), offset(&model, position, encoding), "{position:?}");
    }
}

#[test]
fn texts_are_what_a_plain_string_would_be() {
    check("edits", WORDS, target);
}
