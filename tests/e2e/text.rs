//! Places in a text, counted as the protocol counts them and written independently of the server's own code.

use serde_json::{Value, json};

/// How `character` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16,
    Utf32,
}

/// Takes the `<cursor>` out of a text and says where it stood, in bytes.
#[track_caller]
pub fn cursor(marked: &str) -> (String, usize) {
    let (before, after) = marked.split_once("<cursor>").expect("the text has a <cursor>");
    assert!(!after.contains("<cursor>"), "the text has one <cursor> only");
    (format!("{before}{after}"), before.len())
}

/// A byte offset as an LSP position.
#[track_caller]
pub fn position(text: &str, offset: usize, encoding: Encoding) -> Value {
    let start = line_starts(text).into_iter().take_while(|start| *start <= offset).collect::<Vec<_>>();
    let before = &text[start[start.len() - 1]..offset];
    json!({"line": start.len() - 1, "character": units(before, encoding)})
}

/// An LSP position inside the text as a byte offset.
#[track_caller]
pub fn offset(text: &str, position: &Value, encoding: Encoding) -> usize {
    let number = |name: &str| usize::try_from(position[name].as_u64().expect("a number")).expect("a small one");
    let start = line_starts(text)[number("line")];
    let mut end = start;
    while units(&text[start..end], encoding) < number("character") {
        end += text[end..].chars().next().expect("the position is inside the text").len_utf8();
    }
    end
}

fn units(text: &str, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => text.len(),
        Encoding::Utf16 => text.encode_utf16().count(),
        Encoding::Utf32 => text.chars().count(),
    }
}

/// Where each line starts, by LSP's three line ends.
fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends = (0..bytes.len())
        .filter(|&at| bytes[at] == b'\n' || bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
        .map(|at| at + 1);
    std::iter::once(0).chain(ends).collect()
}

#[test]
fn places_are_counted_in_every_encoding() {
    let text = "é😀x\r\ny\rz";
    for (at, encoding, line, character) in [
        (6, Encoding::Utf8, 0, 6),
        (6, Encoding::Utf16, 0, 3),
        (6, Encoding::Utf32, 0, 2),
        (9, Encoding::Utf16, 1, 0),
        (11, Encoding::Utf16, 2, 0),
        (12, Encoding::Utf16, 2, 1),
    ] {
        let place = json!({"line": line, "character": character});
        assert_eq!(position(text, at, encoding), place, "byte {at} in {encoding:?}");
        assert_eq!(offset(text, &place, encoding), at, "{place} in {encoding:?}");
    }
}
