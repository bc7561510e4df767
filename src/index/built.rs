//! All that is built from the indexed texts. Each event of the feed is passed on here and nowhere else.
//!
//! Another index over the same texts is a field of [`Built`], and one line in each of its methods. Files of the workspace
//! come as a [`Batch`] to the embedded engine's index; that of excerpts takes them one by one, without the lock.

use std::ops::Range;
use std::sync::Arc;

use super::context::SharedContext;
use crate::local::{Coverage, File, Index, Segment, Slot, State};
use crate::text::document::{Document, Edit};

/// The indexes over the texts.
#[derive(Debug)]
pub struct Built {
    /// The embedded engine's.
    pub local: Index,
    /// The one of excerpts, which has a lock of its own.
    context: Arc<SharedContext>,
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
    pub fn new(memory: usize, context: Arc<SharedContext>) -> Self {
        Self { local: Index::new(memory), context, memory, uses: 0 }
    }

    /// `text` is the document's.
    pub fn open(&mut self, key: &str, document: &Document, text: &str) {
        self.uses += 1;
        self.local.open(key, &document.language, text, self.uses);
        self.context.opened(key, document);
    }

    /// Follows edits; `document` is as they left it. False where they do not lead there, and it has to be opened anew:
    /// it was opened just before its edit came, or dropped for its size.
    pub fn edit(&mut self, key: &str, document: &Document, edits: &[Edit]) -> bool {
        self.uses += 1;
        let now = self.uses;
        let mut changes = Vec::with_capacity(edits.len());
        let fits = edits.iter().all(|edit| {
            changes.push(self.change(key, document, edit));
            self.local.edit(key, edit.replaced.clone(), &edit.inserted, now)
        });
        self.context.edited(key, document, &changes);
        let known = self.local.document(key);
        fits && known.is_some_and(|open| open.text().len() == document.text.len_bytes())
    }

    /// The lines that an edit which comes next leaves edited, and how many more lines there are then.
    fn change(&self, key: &str, document: &Document, edit: &Edit) -> (Range<usize>, isize) {
        let breaks = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
        let replaced = self.local.document(key).and_then(|open| open.text().get(edit.replaced.clone()));
        let (removed, added) = (replaced.map_or(0, breaks), breaks(&edit.inserted));
        let line = document.text.byte_to_line(edit.replaced.start.min(document.text.len_bytes()));
        (line..line + added + 1, added as isize - removed as isize)
    }

    /// Forgets an open document and the copy of its file.
    pub fn close(&mut self, key: &str) {
        self.local.close(key);
        self.local.remove(key);
        self.context.closed(key);
    }

    /// Adds files. Each takes the place of what was known of it.
    pub fn add(&mut self, batch: Batch) {
        self.local.add(batch.segment);
    }

    pub fn remove(&mut self, key: &str) {
        self.local.remove(key);
        self.context.gone(key);
    }

    /// Whether a file or an open document of that name is known.
    pub fn has(&self, key: &str) -> bool {
        let in_slot = |slot: &Slot| {
            let at = slot.segment.files().binary_search_by(|file| (*file.key).cmp(key));
            at.is_ok_and(|at| slot.states.get(at) == Some(&State::Shown))
        };
        self.local.document(key).is_some() || self.local.slots().iter().any(in_slot)
    }

    /// Whether the next batch would push another one out.
    pub fn is_full(&self) -> bool {
        self.coverage().memory + self.memory / NEARLY_FULL_PART > self.memory
    }

    pub fn coverage(&self) -> Coverage {
        self.local.coverage()
    }
}
