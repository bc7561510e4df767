//! Texts that are too large to be completed in, each in one piece: a rope of them is tens of thousands of small pieces,
//! and what held those the allocator keeps when they are gone, while one large piece goes back to the system.

use std::ops::Range;

use memchr::{memchr2, memchr2_iter};
use ropey::Rope;

use super::document::{self, Change};
use super::position::{Encoding, Position};

/// The largest text that is kept as a rope, in bytes: the most that `limits.maxFileBytes` can be. What a rope of it leaves
/// held is bearable, and nobody writes such a text by hand.
pub const LARGEST_ROPE: usize = 16 << 20;

/// More changes at once than this are made in a rope: each here takes as long as the whole text is to read, some 10 ms
/// for 50 MB.
const MOST_IN_PLACE: usize = 16;

/// A text with more than [`LARGEST_ROPE`] bytes, or that had them a moment ago.
#[derive(Debug)]
pub(super) struct LargeText(String);

impl LargeText {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Applies changes in their order; each means the same as in a rope.
    pub(super) fn apply(&mut self, changes: Vec<Change>, encoding: Encoding) {
        if changes.len() > MOST_IN_PLACE {
            let mut rope = Rope::from_str(&self.0);
            for change in changes {
                document::apply(&mut rope, change, encoding);
            }
            self.0 = rope.to_string();
            return;
        }
        for Change { range, text } in changes {
            match range {
                Some((start, end)) => self.0.replace_range(range_in(&self.0, start, end, encoding), &text),
                None => self.0 = text,
            }
        }
    }
}

fn range_in(text: &str, start: Position, end: Position, encoding: Encoding) -> Range<usize> {
    let (start, end) = (to_offset(text, start, encoding), to_offset(text, end, encoding));
    start.min(end)..start.max(end)
}

/// As [`super::position::to_offset`] for a rope.
fn to_offset(text: &str, position: Position, encoding: Encoding) -> usize {
    let Some(start) = line_start(text, position.line as usize) else { return text.len() };
    let rest = &text[start..];
    let line = &rest[..memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len())];
    let mut units = 0;
    let reaches = line.char_indices().find(|(_, char)| {
        units += match encoding {
            Encoding::Utf8 => char.len_utf8(),
            Encoding::Utf16 => char.len_utf16(),
            Encoding::Utf32 => 1,
        };
        units > position.character as usize
    });
    start + reaches.map_or(line.len(), |(at, _)| at)
}

/// Where a line begins; `None` past the last one.
fn line_start(text: &str, line: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let ends_line = |&at: &usize| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n');
    match line.checked_sub(1) {
        None => Some(0),
        Some(before) => memchr2_iter(b'\n', b'\r', bytes).filter(ends_line).nth(before).map(|at| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::position;

    const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn position() -> impl Strategy<Value = Position> {
        (0..6u32, prop_oneof![0..9u32, Just(u32::MAX)]).prop_map(|(line, character)| Position { line, character })
    }

    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![Just("a"), Just("é"), Just("😀"), Just("\n"), Just("\r\n"), Just("\r"), Just("word ")];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn no_place_is_outside_or_inside_a_character() {
        for (text, line, character, expected) in [
            ("", 0, 0, 0),
            ("", 3, 3, 0),
            ("a\r\nb", 0, 9, 1),
            ("a\rb\n", 1, 0, 2),
            ("a\rb\n", 2, 0, 4),
            ("a\n", u32::MAX, 0, 2),
            ("😀b", 0, 1, 0),
            ("😀b", 0, 2, 4),
        ] {
            assert_eq!(to_offset(text, Position { line, character }, Encoding::Utf16), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_position_means_the_same_as_in_a_rope(text in text(), position in position()) {
            for encoding in ENCODINGS {
                let expected = position::to_offset(&Rope::from_str(&text), position, encoding);
                prop_assert_eq!(to_offset(&text, position, encoding), expected);
            }
        }

        #[test]
        fn changes_do_the_same_in_place_and_in_a_rope(
            start in text(),
            changes in prop::collection::vec((prop::option::weighted(0.9, (position(), position())), text()), 0..40),
        ) {
            for encoding in ENCODINGS {
                let changes = || changes.iter().map(|(range, text)| Change { range: *range, text: text.clone() });
                let mut at_once = LargeText::new(start.clone());
                at_once.apply(changes().collect(), encoding);
                let mut in_steps = LargeText::new(start.clone());
                changes().for_each(|change| in_steps.apply(vec![change], encoding));
                let mut rope = Rope::from_str(&start);
                changes().for_each(|change| drop(document::apply(&mut rope, change, encoding)));
                prop_assert_eq!(at_once.as_str(), in_steps.as_str());
                prop_assert_eq!(in_steps.as_str(), rope.to_string());
            }
        }
    }
}
