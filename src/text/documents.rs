//! The open documents, each as its client left it.

use std::sync::Arc;

use super::document::{Change, Document, Edit, is_binary};
use super::large::{LARGEST_ROPE, LargeText};
use super::position::Encoding;
use dashmap::DashMap;

/// An open document, and its text where that is too large for a rope.
#[derive(Debug)]
struct Open {
    document: Document,
    large: Option<LargeText>,
}

impl Open {
    fn new(document: Document, text: String) -> Self {
        let mut open = Self { document, large: Some(LargeText::new(text)) };
        open.settle();
        open
    }

    /// Applies changes; the edits are those of `document.text`, which is emptied when the text becomes too large, and
    /// filled when it no longer is.
    fn apply(&mut self, mut changes: Vec<Change>, encoding: Encoding) -> Vec<Edit> {
        let before = self.document.text.len_bytes();
        let is_large = |change: &Change| change.range.is_none() && change.text.len() > LARGEST_ROPE;
        if let Some(whole) = changes.iter().rposition(is_large) {
            let rest = changes.split_off(whole + 1);
            let text = changes.pop().map(|change| change.text).unwrap_or_default();
            (self.large, changes) = (Some(LargeText::new(text)), rest);
        }
        let mut edits = vec![];
        match &mut self.large {
            Some(large) => large.apply(changes, encoding),
            None => {
                edits = self.document.apply(changes, encoding);
                if self.document.text.len_bytes() <= LARGEST_ROPE {
                    return edits;
                }
                self.large = Some(LargeText::new(self.document.text.to_string()));
            }
        }
        let replaced = edits.iter().fold(before, |len, edit| len + edit.inserted.len() - edit.replaced.len());
        self.settle();
        let inserted = self.document.text.to_string();
        if replaced > 0 || !inserted.is_empty() {
            edits.push(Edit { replaced: 0..replaced, inserted });
        }
        edits
    }

    /// Puts the text where one of its size is kept.
    fn settle(&mut self) {
        let Some(large) = &self.large else { return };
        let len = large.as_str().len();
        if len > LARGEST_ROPE {
            self.document.set_text("");
            (self.document.binary, self.document.large) = (is_binary(large.as_str()), Some(len));
        } else {
            self.document.set_text(large.as_str());
            self.large = None;
        }
    }
}

/// All open documents. No method hands out a guard: a dashmap guard held across an await can deadlock, and no lint
/// sees every form of it.
#[derive(Debug, Default)]
pub struct Documents {
    open: DashMap<Arc<str>, Open>,
    /// Those of which an edit was lost, until their whole text comes again.
    lost: DashMap<Arc<str>, ()>,
}

impl Documents {
    /// Opens a document, or replaces one that is open already.
    pub fn open(&self, uri: &str, language: &str, version: i32, text: String) -> Document {
        let open = Open::new(Document::new(uri, language, version, ""), text);
        let document = open.document.clone();
        self.lost.remove(uri);
        self.open.insert(document.uri.clone(), open);
        document
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
        let mut open = self.open.get_mut(uri)?;
        if self.is_lost(uri) {
            let whole = changes.iter().rposition(|change| change.range.is_none())?;
            changes.drain(..whole);
            self.lost.remove(uri);
        }
        let edits = open.apply(changes, encoding);
        let document = &mut open.document;
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
        self.open.get(uri).filter(|_| !self.is_lost(uri)).map(|open| open.document.clone())
    }

    /// The same with its text, however large that is: takes some 100 ms for 50 MB.
    pub fn get_whole(&self, uri: &str) -> Option<Document> {
        let open = self.open.get(uri).filter(|_| !self.is_lost(uri))?;
        let mut document = open.document.clone();
        if let Some(large) = &open.large {
            document.set_text(large.as_str());
        }
        Some(document)
    }

    /// Snapshots of all documents, in no order.
    pub fn all(&self) -> Vec<Document> {
        self.open.iter().filter(|entry| !self.is_lost(entry.key())).map(|entry| entry.document.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::position::Position;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn a_change_to_a_closed_document_is_refused() {
        let documents = Documents::default();
        assert!(documents.change("file:///a", Some(1), vec![], Encoding::Utf8).is_none());
        documents.open("file:///a", "text", 7, "".to_owned());
        assert!(documents.change("file:///a", Some(-3), vec![], Encoding::Utf8).is_some());
        assert_eq!(documents.get("file:///a").map(|document| document.version), Some(-3));
        assert!(documents.close("file:///a"));
        assert!(!documents.close("file:///a"));
    }

    #[test]
    fn after_a_lost_edit_a_document_is_as_if_closed_until_its_whole_text_comes() {
        let documents = Documents::default();
        let change = |range, text: &str| vec![Change { range, text: text.into() }];
        let edit = || change(Some((at(0, 0), at(0, 0))), "x");
        documents.open("file:///a", "text", 1, "one".to_owned());
        documents.open("file:///b", "text", 1, "two".to_owned());
        assert_eq!(documents.lose(Some("file:///a")), ["file:///a".into()]);
        assert!(documents.lose(Some("file:///a")).is_empty() && documents.get("file:///a").is_none());
        assert!(documents.change("file:///a", None, edit(), Encoding::Utf8).is_none());
        let (whole, _) = documents.change("file:///a", None, change(None, "three"), Encoding::Utf8).unwrap();
        assert_eq!((whole.text.to_string().as_str(), whole.version), ("three", 2));
        assert!(documents.change("file:///a", None, edit(), Encoding::Utf8).is_some());
        assert_eq!(documents.lose(None).len(), 2);
        documents.open("file:///b", "text", 1, "four".to_owned());
        assert!(documents.get("file:///b").is_some() && documents.get("file:///a").is_none());
    }

    fn insert(place: Position, text: &str) -> Vec<Change> {
        vec![Change { range: Some((place, place)), text: text.into() }]
    }

    /// What follows the edits has the text that the document has.
    #[track_caller]
    fn check(documents: &Documents, followed: &mut String, changes: Vec<Change>, is_large: bool, len: usize) {
        let (document, edits) = documents.change("file:///a", None, changes, Encoding::Utf16).unwrap();
        for edit in edits {
            followed.replace_range(edit.replaced, &edit.inserted);
        }
        assert_eq!((document.large.is_some(), document.len_bytes()), (is_large, len));
        assert!(document.text == followed.as_str(), "{} and {} bytes", document.text.len_bytes(), followed.len());
    }

    #[test]
    fn a_large_text_is_followed_and_comes_back_when_it_is_none_any_more() {
        let line = "let é = 1;\n";
        let text = line.repeat(LARGEST_ROPE / line.len() + 1);
        let documents = Documents::default();
        let opened = documents.open("file:///a", "rust", 1, text.clone());
        assert_eq!((opened.large, opened.text.len_bytes(), opened.binary), (Some(text.len()), 0, false));
        let mut followed = String::new();
        check(&documents, &mut followed, insert(at(1000, 5), "x"), true, text.len() + 1);
        assert_eq!(documents.get_whole("file:///a").unwrap().text.line(1000), "let éx = 1;\n");
        // By an edit, and back by one.
        let cut = vec![Change { range: Some((at(2, 0), at(u32::MAX, 0))), text: String::new() }];
        check(&documents, &mut followed, cut, false, 2 * line.len());
        check(&documents, &mut followed, insert(at(1, 0), &text), true, text.len() + 2 * line.len());
        // By a whole text, and back by one, with edits before and after it.
        let whole = |text: &str| Change { range: None, text: text.into() };
        let mut changes = insert(at(0, 0), "gone");
        changes.extend([whole("a\n"), insert(at(1, 0), "b").remove(0)]);
        check(&documents, &mut followed, changes, false, 3);
        let mut changes = insert(at(0, 0), "gone");
        changes.extend([whole(&text), insert(at(0, 0), "\0").remove(0)]);
        check(&documents, &mut followed, changes, true, text.len() + 1);
        assert!(documents.get("file:///a").unwrap().binary);
        check(&documents, &mut followed, vec![whole(&text)], true, text.len());
        assert!(!documents.get("file:///a").unwrap().binary);
    }
}
