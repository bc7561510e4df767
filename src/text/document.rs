//! A document: text, version, language, and the edits that arrive.

use std::{ops::Range, sync::Arc};

use ropey::Rope;

use crate::text::other_files;
use crate::text::position::{self, Encoding, Position};

/// One open text. Cloning is a snapshot and costs nanoseconds: the rope shares its nodes.
#[derive(Debug, Clone)]
pub struct Document {
    /// The document's URI exactly as the client spells it.
    pub uri: Arc<str>,
    /// LSP's language identifier, such as `rust`.
    pub language: Arc<str>,
    /// The client's version. Any first number and any jump is fine.
    pub version: i32,
    /// The text, with the line ends it came with.
    pub text: Rope,
    /// Whether a NUL byte has been seen: no text to complete in.
    pub binary: bool,
    /// Whether parts of other files may stand in the text: changes that a diff shows, or what follows a scissors line. Once
    /// that may be it stays so until the text comes as a whole.
    pub may_show_others: bool,
    /// How many bytes the text has that is kept elsewhere, as it is larger than
    /// [`LARGEST_ROPE`](super::large::LARGEST_ROPE); `text` is empty then.
    pub large: Option<usize>,
}

/// One content change as the client describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is replaced; `None` is the whole text.
    pub range: Option<(Position, Position)>,
    /// What stands there afterwards.
    pub text: String,
}

/// One change after it was applied, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What was replaced, in the text before.
    pub replaced: Range<usize>,
    /// What stands there now.
    pub inserted: String,
}

impl Edit {
    /// Where the inserted text ends: the best guess of where the cursor is now.
    pub fn end(&self) -> usize {
        self.replaced.start + self.inserted.len()
    }
}

impl Document {
    /// A document as `textDocument/didOpen` brings it.
    pub fn new(uri: &str, language: &str, version: i32, text: &str) -> Self {
        let mut document = Self {
            uri: uri.into(),
            language: language.into(),
            version,
            text: Rope::new(),
            binary: false,
            may_show_others: false,
            large: None,
        };
        document.set_text(text);
        document
    }

    /// Takes another text, kept here.
    pub fn set_text(&mut self, text: &str) {
        self.text = Rope::from_str(text);
        self.binary = is_binary(text);
        self.may_show_others = other_files::may_begin_in(text);
        self.large = None;
    }

    /// How long the text is, in bytes, wherever it is kept.
    pub fn len_bytes(&self) -> usize {
        self.large.unwrap_or_else(|| self.text.len_bytes())
    }

    /// Applies `changes` in their order, each to the text the one before it left (LSP 3.18, `didChange`).
    pub fn apply(&mut self, changes: Vec<Change>, encoding: Encoding) -> Vec<Edit> {
        changes.into_iter().map(|change| self.apply_one(change, encoding)).collect()
    }

    fn apply_one(&mut self, change: Change, encoding: Encoding) -> Edit {
        if change.range.is_none() {
            let replaced = 0..self.text.len_bytes();
            self.set_text(&change.text);
            return Edit { replaced, inserted: change.text };
        }
        let edit = apply(&mut self.text, change, encoding);
        self.follow(&edit);
        edit
    }

    /// Replaces bytes of the text; the range lies on character boundaries.
    pub fn replace(&mut self, replaced: Range<usize>, inserted: &str) {
        replace(&mut self.text, replaced.clone(), inserted);
        self.follow(&Edit { replaced, inserted: inserted.to_owned() });
    }

    /// Judges the text after an edit.
    fn follow(&mut self, edit: &Edit) {
        // Looked for in all of it only where it may be gone or has come.
        self.binary = is_binary(&edit.inserted) || (self.binary && self.text.chunks().any(is_binary));
        self.may_show_others =
            self.may_show_others || other_files::may_begin_at(&self.text, edit.replaced.start..edit.end());
    }
}

/// Applies one change to a text.
pub(super) fn apply(text: &mut Rope, change: Change, encoding: Encoding) -> Edit {
    let Some((start, end)) = change.range else {
        let replaced = 0..text.len_bytes();
        *text = Rope::from_str(&change.text);
        return Edit { replaced, inserted: change.text };
    };
    let replaced = position::to_range(text, start, end, encoding);
    replace(text, replaced.clone(), &change.text);
    Edit { replaced, inserted: change.text }
}

/// Puts `new` where the bytes of `replaced` stand, as far as there are such; the range lies on character boundaries.
pub fn replace(text: &mut Rope, replaced: Range<usize>, new: &str) {
    let end = replaced.end.min(text.len_bytes());
    let (from, to) = (text.byte_to_char(replaced.start.min(end)), text.byte_to_char(end));
    if from < to {
        text.remove(from..to);
    }
    if !new.is_empty() {
        text.insert(from, new);
    }
}

/// A NUL byte is what no text file holds and nearly every other file does; git decides the same way.
pub fn is_binary(text: &str) -> bool {
    memchr::memchr(0, text.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[track_caller]
    fn check(before: &str, start: Position, end: Position, insert: &str, after: &str) {
        let mut document = Document::new("file:///a", "text", 0, before);
        let change = Change { range: Some((start, end)), text: insert.into() };
        document.apply(vec![change], Encoding::Utf16);
        assert_eq!(document.text.to_string(), after);
    }

    #[test]
    fn inserts_replaces_and_removes() {
        check("let x;", at(0, 4), at(0, 5), "yz", "let yz;");
        check("a\nb\nc", at(0, 1), at(2, 0), "", "ac");
        check("", at(0, 0), at(0, 0), "new", "new");
    }

    #[test]
    fn a_reversed_range_is_turned_round() {
        check("abcdef", at(0, 4), at(0, 2), "-", "ab-ef");
    }

    #[test]
    fn splitting_and_joining_crlf_keeps_lines_right() {
        check("a\r\nb", at(0, 1), at(1, 0), "\n", "a\nb");
        check("a\rb", at(1, 0), at(1, 0), "\n", "a\r\nb");
    }

    #[test]
    fn changes_of_one_message_build_on_each_other() {
        let mut document = Document::new("file:///a", "text", 0, "ab");
        let change = |text: &str| Change { range: Some((at(0, 1), at(0, 1))), text: text.into() };
        let edits = document.apply(vec![change("1"), change("2")], Encoding::Utf8);
        assert_eq!(document.text.to_string(), "a21b");
        assert_eq!(edits[1], Edit { replaced: 1..1, inserted: "2".into() });
    }

    #[test]
    fn a_change_without_range_replaces_all() {
        let mut document = Document::new("file:///a", "text", 0, "a\0b");
        assert!(document.binary);
        document.apply(vec![Change { range: None, text: "new".into() }], Encoding::Utf8);
        assert_eq!(document.text.to_string(), "new");
        assert!(!document.binary);
    }

    #[test]
    fn a_nul_byte_counts_as_long_as_it_is_there() {
        let mut document = Document::new("file:///a", "text", 0, "ab");
        let mut edit = |start, end, text: &str| {
            document.apply(vec![Change { range: Some((at(0, start), at(0, end))), text: text.into() }], Encoding::Utf8);
            document.binary
        };
        assert_eq!([edit(1, 1, "\0"), edit(0, 0, "x"), edit(2, 3, "")], [true, true, false]);
    }

    /// The obviously right and slow way to turn a position into an offset: walk the text.
    fn model_offset(text: &str, position: Position, encoding: Encoding) -> usize {
        let (mut line, mut start, bytes) = (0, 0, text.as_bytes());
        while line < position.line {
            let Some(at) = text[start..].find(['\n', '\r']) else { return text.len() };
            start += at + if text[start + at..].starts_with("\r\n") { 2 } else { 1 };
            line += 1;
        }
        let (mut offset, mut units) = (start, 0);
        while offset < text.len() && !matches!(bytes[offset], b'\n' | b'\r') {
            let Some(next) = text[offset..].chars().next() else { break };
            units += match encoding {
                Encoding::Utf8 => next.len_utf8(),
                Encoding::Utf16 => next.len_utf16(),
                Encoding::Utf32 => 1,
            };
            if units > position.character as usize {
                break;
            }
            offset += next.len_utf8();
        }
        offset
    }

    fn model_apply(text: &mut String, change: &Change, encoding: Encoding) {
        let Some((start, end)) = change.range else {
            *text = change.text.clone();
            return;
        };
        let (start, end) = (model_offset(text, start, encoding), model_offset(text, end, encoding));
        text.replace_range(start.min(end)..start.max(end), &change.text);
    }

    fn fragment() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("a"),
            Just("é"),
            Just("世"),
            Just("😀"),
            Just("e\u{301}"),
            Just("👩\u{200d}👩\u{200d}👧"),
            Just("\n"),
            Just("\r\n"),
            Just("\r"),
            Just("\u{2028}"),
            Just("word "),
        ];
        prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    fn position() -> impl Strategy<Value = Position> {
        (0..12u32, prop_oneof![0..16u32, Just(u32::MAX)]).prop_map(|(line, character)| Position { line, character })
    }

    fn change() -> impl Strategy<Value = Change> {
        let ranged =
            ((position(), position()), fragment()).prop_map(|(range, text)| Change { range: Some(range), text });
        prop_oneof![19 => ranged, 1 => fragment().prop_map(|text| Change { range: None, text })]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

        /// 200 scripts of up to 60 edits in three encodings: some 18,000 edits a run.
        #[test]
        fn the_rope_equals_a_plain_string(start in fragment(), changes in prop::collection::vec(change(), 1..60)) {
            for encoding in ENCODINGS {
                let mut document = Document::new("file:///a", "text", 0, &start);
                let mut model = start.clone();
                for change in &changes {
                    let before = model.clone();
                    model_apply(&mut model, change, encoding);
                    let edits = document.apply(vec![change.clone()], encoding);
                    prop_assert_eq!(document.text.to_string(), model.as_str());
                    let mut replayed = before;
                    replayed.replace_range(edits[0].replaced.clone(), &edits[0].inserted);
                    prop_assert_eq!(&replayed, &model, "the reported edit is the edit made");
                }
            }
        }

        #[test]
        fn positions_there_and_back(text in fragment(), line in 0..6u32, character in 0..20u32) {
            let rope = Rope::from_str(&text);
            for encoding in ENCODINGS {
                let offset = position::to_offset(&rope, Position { line, character }, encoding);
                prop_assert_eq!(offset, model_offset(&text, Position { line, character }, encoding));
                let back = position::from_offset(&rope, offset, encoding);
                prop_assert_eq!(position::to_offset(&rope, back, encoding), offset);
            }
        }
    }
}
