//! (line, character) in the client's encoding <-> byte offset in a rope.
//!
//! Invariant: an offset we hand out always lies on a character boundary inside the text, and never between `\r` and
//! `\n`. Whatever position comes in, however wrong, maps to such an offset.

use std::ops::Range;

use ropey::{Rope, RopeSlice};

/// What one unit of [`Position::character`] is (LSP 3.18, `PositionEncodingKind`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what every client understands.
    #[default]
    Utf16,
    /// Unicode code points.
    Utf32,
}

/// A place in a text as the protocol writes it; both numbers count from zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The line. Lines end with `\n`, `\r\n` or `\r` and with nothing else (LSP 3.18, "Text Documents").
    pub line: u32,
    /// Units of the [`Encoding`] from the start of the line.
    pub character: u32,
}

/// The byte offset of `position`.
///
/// A line past the end means the end of the text, a character past the end of its line the end of that line before its
/// line break; a place inside a character means the start of that character.
pub fn to_offset(text: &Rope, position: Position, encoding: Encoding) -> usize {
    let Some(line) = text.get_line(position.line as usize) else {
        return text.len_bytes();
    };
    let content = without_break(line);
    let character = position.character as usize;
    let within = match encoding {
        Encoding::Utf8 => content.char_to_byte(content.byte_to_char(character.min(content.len_bytes()))),
        Encoding::Utf16 => content.char_to_byte(content.utf16_cu_to_char(character.min(content.len_utf16_cu()))),
        Encoding::Utf32 => content.char_to_byte(character.min(content.len_chars())),
    };
    text.line_to_byte(position.line as usize) + within
}

/// The position of the byte `offset`; the counterpart of [`to_offset`]. An offset past the end means the end.
pub fn from_offset(text: &Rope, offset: usize, encoding: Encoding) -> Position {
    let offset = offset.min(text.len_bytes());
    let line = text.byte_to_line(offset);
    let start = text.line_to_byte(line);
    let slice = text.line(line);
    let chars = slice.byte_to_char(offset - start);
    let character = match encoding {
        Encoding::Utf8 => slice.char_to_byte(chars),
        Encoding::Utf16 => slice.char_to_utf16_cu(chars),
        Encoding::Utf32 => chars,
    };
    Position { line: line as u32, character: character as u32 }
}

/// The byte range between two positions, in whichever order they come.
pub fn to_range(text: &Rope, start: Position, end: Position, encoding: Encoding) -> Range<usize> {
    let (start, end) = (to_offset(text, start, encoding), to_offset(text, end, encoding));
    start.min(end)..start.max(end)
}

/// `line` without its line break.
pub fn without_break(line: RopeSlice<'_>) -> RopeSlice<'_> {
    let mut end = line.len_chars();
    if end > 0 && line.char(end - 1) == '\n' {
        end -= 1;
    }
    if end > 0 && line.char(end - 1) == '\r' {
        end -= 1;
    }
    line.slice(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row: (byte, line, utf8, utf16, utf32).
    #[track_caller]
    fn check(text: &str, rows: &[(usize, u32, u32, u32, u32)]) {
        let rope = Rope::from_str(text);
        for &(offset, line, utf8, utf16, utf32) in rows {
            for (encoding, character) in [(Encoding::Utf8, utf8), (Encoding::Utf16, utf16), (Encoding::Utf32, utf32)] {
                let position = Position { line, character };
                assert_eq!(from_offset(&rope, offset, encoding), position, "{encoding:?} of byte {offset} in {text:?}");
                assert_eq!(to_offset(&rope, position, encoding), offset, "{encoding:?} {position:?} in {text:?}");
            }
        }
    }

    #[track_caller]
    fn check_clamps(text: &str, line: u32, character: u32, encoding: Encoding, offset: usize) {
        let rope = Rope::from_str(text);
        assert_eq!(to_offset(&rope, Position { line, character }, encoding), offset, "{line}:{character} in {text:?}");
    }

    #[test]
    fn characters_of_one_to_four_bytes() {
        // a | é (2 bytes) | 世 (3 bytes) | 😀 (4 bytes, 2 units of UTF-16) | b
        check(
            "aé世😀b\nx",
            &[
                (0, 0, 0, 0, 0),
                (1, 0, 1, 1, 1),
                (3, 0, 3, 2, 2),
                (6, 0, 6, 3, 3),
                (10, 0, 10, 5, 4),
                (11, 0, 11, 6, 5),
                (12, 1, 0, 0, 0),
                (13, 1, 1, 1, 1),
            ],
        );
    }

    #[test]
    fn every_line_end_of_the_protocol() {
        check("a\nb\r\nc\rd", &[(1, 0, 1, 1, 1), (2, 1, 0, 0, 0), (3, 1, 1, 1, 1), (5, 2, 0, 0, 0), (7, 3, 0, 0, 0)]);
    }

    #[test]
    fn other_separators_end_no_line() {
        check("a\u{2028}\u{85}\u{b}\u{c}b", &[(8, 0, 8, 5, 5)]);
    }

    #[test]
    fn the_empty_text_has_one_place() {
        check("", &[(0, 0, 0, 0, 0)]);
        check_clamps("", 9, 9, Encoding::Utf16, 0);
    }

    #[test]
    fn past_the_end_of_a_line_is_its_end() {
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            check_clamps("ab\r\ncd", 0, 99, encoding, 2);
            check_clamps("ab\ncd", 0, 3, encoding, 2);
            check_clamps("ab\rcd", 0, u32::MAX, encoding, 2);
            check_clamps("ab\ncd", 7, 0, encoding, 5);
            check_clamps("ab\n", 1, 5, encoding, 3);
        }
    }

    #[test]
    fn inside_a_character_rounds_down() {
        check_clamps("a😀b", 0, 2, Encoding::Utf16, 1);
        for within in 2..5 {
            check_clamps("a😀b", 0, within, Encoding::Utf8, 1);
        }
    }
}
