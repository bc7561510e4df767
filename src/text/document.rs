//! The open documents: text, version, language, and the edits that arrive.

use std::{ops::Range, sync::Arc};

use dashmap::DashMap;
use ropey::Rope;

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
        Self {
            uri: uri.into(),
            language: language.into(),
            version,
            text: Rope::from_str(text),
            binary: is_binary(text),
        }
    }

    /// Applies `changes` in their order, each to the text the one before it left (LSP 3.18, `didChange`).
    pub fn apply(&mut self, changes: Vec<Change>, encoding: Encoding) -> Vec<Edit> {
        changes.into_iter().map(|change| self.apply_one(change, encoding)).collect()
    }

    fn apply_one(&mut self, change: Change, encoding: Encoding) -> Edit {
        let Some((start, end)) = change.range else {
            let replaced = 0..self.text.len_bytes();
            self.text = Rope::from_str(&change.text);
            self.binary = is_binary(&change.text);
            return Edit { replaced, inserted: change.text };
        };
        let replaced = position::to_range(&self.text, start, end, encoding);
        let (from, to) = (self.text.byte_to_char(replaced.start), self.text.byte_to_char(replaced.end));
        if from < to {
            self.text.remove(from..to);
        }
        if !change.text.is_empty() {
            self.text.insert(from, &change.text);
        }
        // Looked for in all of it only where it may be gone or has come.
        self.binary = is_binary(&change.text) || (self.binary && self.text.chunks().any(is_binary));
        Edit { replaced, inserted: change.text }
    }
}

/// All open documents. No method hands out a guard: a dashmap guard held across an await can deadlock, and no lint
/// sees every form of it.
#[derive(Debug, Default)]
pub struct Documents {
    open: DashMap<Arc<str>, Document>,
    /// Those of which an edit was lost, until their whole text comes again.
    lost: DashMap<Arc<str>, ()>,
}

impl Documents {
    /// Opens a document, or replaces one that is open already.
    pub fn open(&self, document: Document) {
        self.lost.remove(&document.uri);
        self.open.insert(document.uri.clone(), document);
    }

    /// Applies a `didChange`. `None` when the document is not open, or lost and not sent as a whole. Otherwise the document
    /// after it and its edits. A client that tells no version has them counted.
    pub fn change(
        &self,
        uri: &str,
        version: Option<i32>,
        mut changes: Vec<Change>,
        encoding: Encoding,
    ) -> Option<(Document, Vec<Edit>)> {
        let mut document = self.open.get_mut(uri)?;
        if self.is_lost(uri) {
            let whole = changes.iter().rposition(|change| change.range.is_none())?;
            changes.drain(..whole);
            self.lost.remove(uri);
        }
        let edits = document.apply(changes, encoding);
        document.version = version.unwrap_or(document.version.wrapping_add(1));
        Some((document.clone(), edits))
    }

    /// An edit of this document, or of any where it is not named, is lost: until its whole text comes it is as if it were
    /// not open. Returns those that were not lost before.
    pub fn lose(&self, uri: Option<&str>) -> Vec<Arc<str>> {
        let named = |open: &Arc<str>| uri.is_none_or(|uri| **open == *uri);
        let open: Vec<Arc<str>> = self.open.iter().map(|entry| entry.key().clone()).filter(named).collect();
        open.into_iter().filter(|uri| self.lost.insert(uri.clone(), ()).is_none()).collect()
    }

    /// Whether an edit of a document was lost.
    pub fn is_lost(&self, uri: &str) -> bool {
        self.lost.contains_key(uri)
    }

    /// Forgets a document; says whether it was open.
    pub fn close(&self, uri: &str) -> bool {
        self.lost.remove(uri);
        self.open.remove(uri).is_some()
    }

    /// A snapshot of one document.
    pub fn get(&self, uri: &str) -> Option<Document> {
        self.open.get(uri).filter(|_| !self.is_lost(uri)).map(|document| document.clone())
    }

    /// Snapshots of all documents, in no order.
    pub fn all(&self) -> Vec<Document> {
        self.open.iter().filter(|entry| !self.is_lost(entry.key())).map(|entry| entry.value().clone()).collect()
    }
}

/// A NUL byte is what no text file holds and nearly every other file does; git decides the same way.
pub fn is_binary(text: &str) -> bool {
    text.as_bytes().contains(&0)
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
    fn a_change_to_a_closed_document_is_refused() {
        let documents = Documents::default();
        assert!(documents.change("file:///a", Some(1), vec![], Encoding::Utf8).is_none());
        documents.open(Document::new("file:///a", "text", 7, ""));
        assert!(documents.change("file:///a", Some(-3), vec![], Encoding::Utf8).is_some());
        assert_eq!(documents.get("file:///a").map(|document| document.version), Some(-3));
        assert!(documents.close("file:///a"));
        assert!(!documents.close("file:///a"));
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

    #[test]
    fn after_a_lost_edit_a_document_is_as_if_closed_until_its_whole_text_comes() {
        let documents = Documents::default();
        let change = |range, text: &str| vec![Change { range, text: text.into() }];
        let edit = || change(Some((at(0, 0), at(0, 0))), "x");
        documents.open(Document::new("file:///a", "text", 1, "one"));
        documents.open(Document::new("file:///b", "text", 1, "two"));
        assert_eq!(documents.lose(Some("file:///a")), ["file:///a".into()]);
        assert!(documents.lose(Some("file:///a")).is_empty() && documents.get("file:///a").is_none());
        assert!(documents.change("file:///a", None, edit(), Encoding::Utf8).is_none());
        let (whole, _) = documents.change("file:///a", None, change(None, "three"), Encoding::Utf8).unwrap();
        assert_eq!((whole.text.to_string().as_str(), whole.version), ("three", 2));
        assert!(documents.change("file:///a", None, edit(), Encoding::Utf8).is_some());
        assert_eq!(documents.lose(None).len(), 2);
        documents.open(Document::new("file:///b", "text", 1, "four"));
        assert!(documents.get("file:///b").is_some() && documents.get("file:///a").is_none());
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
