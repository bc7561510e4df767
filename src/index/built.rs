//! All that is built from the indexed texts. Each event of the feed is passed on here and nowhere else.
//!
//! Another index over the same texts is a field of [`Built`] and of [`Batch`], and one line in each of their methods.

use crate::local::{Coverage, File, Index, Segment};
use crate::text::document::{Document, Edit};

/// The indexes over the texts.
#[derive(Debug)]
pub struct Built {
    /// The embedded engine's.
    pub local: Index,
    /// Bytes of memory that it may take.
    memory: usize,
    /// Counts uses: what was left alone for longest is dropped first.
    uses: u64,
}

/// Files that were read, in the form the indexes take them in.
pub struct Batch {
    segment: Segment,
}

impl Batch {
    /// Takes some time, so that no lock should be held meanwhile.
    pub fn new(files: Vec<File>) -> Self {
        Self { segment: Segment::build(files) }
    }

    pub fn is_empty(&self) -> bool {
        self.segment.files().is_empty()
    }
}

/// So much of the memory, as a part of one, is left free for open documents and changed files.
const NEARLY_FULL_PART: usize = 4;

impl Built {
    /// `memory` is in bytes.
    pub fn new(memory: usize) -> Self {
        Self { local: Index::new(memory), memory, uses: 0 }
    }

    pub fn open(&mut self, key: &str, language: &str, text: &str) {
        self.uses += 1;
        self.local.open(key, language, text, self.uses);
    }

    /// Follows edits; `document` is as they left it. False where they do not lead there, and it has to be opened anew:
    /// it was opened just before its edit came, or dropped for its size.
    pub fn edit(&mut self, key: &str, document: &Document, edits: &[Edit]) -> bool {
        self.uses += 1;
        let now = self.uses;
        let fits = edits.iter().all(|edit| self.local.edit(key, edit.replaced.clone(), &edit.inserted, now));
        let known = self.local.document(key);
        fits && known.is_some_and(|open| open.text().len() == document.text.len_bytes())
    }

    /// Forgets an open document and the copy of its file.
    pub fn close(&mut self, key: &str) {
        self.local.close(key);
        self.local.remove(key);
    }

    /// Adds files. Each takes the place of what was known of it.
    pub fn add(&mut self, batch: Batch) {
        self.local.add(batch.segment);
    }

    pub fn remove(&mut self, key: &str) {
        self.local.remove(key);
    }

    /// Whether the next batch would push another one out.
    pub fn is_full(&self) -> bool {
        self.coverage().memory + self.memory / NEARLY_FULL_PART > self.memory
    }

    pub fn coverage(&self) -> Coverage {
        self.local.coverage()
    }
}
