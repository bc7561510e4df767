//! The index: the open documents as they are now, and the files of the workspace in segments.

use std::{collections::HashMap, ops::Range, sync::Arc};

use crate::{
    segment::{File, Segment, folder},
    source::{Document, Source},
};

/// How much text (bytes) a segment should hold: enough that few are searched, little enough that one is sorted in
/// under a tenth of a second.
pub const SEGMENT_BYTES: usize = 2 << 20;
/// Segments under this (bytes) are merged when [`SMALL_SEGMENTS`] have come together.
const SMALL_BYTES: usize = SEGMENT_BYTES / 4;
/// Each segment searched costs a prediction some 2 µs (2026-11-26).
const SMALL_SEGMENTS: usize = 8;
/// A segment is rebuilt when this part of its bytes is gone.
const GONE_PART: usize = 4;

/// An open document.
#[derive(Debug)]
pub struct OpenDocument {
    document: Document,
    /// LSP's language identifier.
    pub language: Arc<str>,
    /// The caller's counter at its last change.
    pub used: u64,
}

/// Whether a file of a segment may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It may.
    Shown,
    /// The same file is open, and what is open is what holds.
    Hidden,
    /// Removed or replaced; its bytes wait for a [`Compaction`].
    Gone,
}

/// A segment and which of its files count.
#[derive(Debug)]
pub struct Slot {
    /// The texts.
    pub segment: Arc<Segment>,
    /// One for each of its files.
    pub states: Vec<State>,
}

/// What an index holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Workspace files.
    pub files: usize,
    /// Open documents.
    pub open: usize,
    /// Bytes of text that predictions can come from.
    pub bytes: usize,
    /// Bytes of memory.
    pub memory: usize,
}

/// Open documents and workspace files, searchable by context, inside a bound of memory.
#[derive(Debug)]
pub struct Index {
    open: HashMap<Arc<str>, OpenDocument>,
    slots: Vec<Slot>,
    limit: usize,
}

impl Index {
    /// An empty index that keeps under `limit` bytes of memory by dropping the files farthest from any open
    /// document, then the documents least recently used.
    pub fn new(limit: usize) -> Self {
        Self { open: HashMap::new(), slots: Vec::new(), limit }
    }

    /// Opens a document, or gives an open one another text. `now` is any counter that grows with use.
    pub fn open(&mut self, key: &str, language: &str, text: &str, now: u64) {
        let open = OpenDocument { document: Document::new(text), language: language.into(), used: now };
        self.open.insert(key.into(), open);
        self.set_states(key, State::Hidden);
        self.keep_limit();
    }

    /// Replaces the bytes `range` of an open document. `false` when it is not open or the range does not fit its
    /// text: then it is forgotten, for a wrong text is worse than none, and has to be opened again.
    pub fn edit(&mut self, key: &str, range: Range<usize>, inserted: &str, now: u64) -> bool {
        let Some(open) = self.open.get_mut(key) else { return false };
        open.used = now;
        let fits = open.document.edit(range, inserted);
        if !fits {
            self.open.remove(key);
        }
        fits
    }

    /// Closes a document. The workspace's copy of it is read again from here on; if it changed on disk meanwhile,
    /// [`add`](Self::add) what stands there now.
    pub fn close(&mut self, key: &str) {
        self.open.remove(key);
        self.set_states(key, State::Shown);
    }

    /// Adds files of the workspace; each replaces what was known under its key.
    pub fn add(&mut self, segment: Segment) {
        let replaced: Vec<Arc<str>> = segment.files().iter().map(|file| file.key.clone()).collect();
        for slot in &mut self.slots {
            for key in &replaced {
                slot.set(key, State::Gone);
            }
        }
        let open = &self.open;
        let state = |key| if open.contains_key(key) { State::Hidden } else { State::Shown };
        let states = replaced.iter().map(state).collect();
        self.slots.push(Slot { segment: Arc::new(segment), states });
        self.keep_limit();
    }

    /// Forgets a file of the workspace. Nothing of it comes out from here on.
    pub fn remove(&mut self, key: &str) {
        self.set_states(key, State::Gone);
        self.slots.retain(|slot| slot.states.iter().any(|&state| state != State::Gone));
    }

    /// Work that would make the index smaller and faster, if there is some: segments with much that is gone, or many
    /// small ones. [`Compaction::run`] it without a lock, then [`accept`](Self::accept) the outcome.
    pub fn compaction(&self) -> Option<Compaction> {
        if let Some(slot) = self.slots.iter().find(|slot| slot.gone() * GONE_PART > slot.segment.text().len()) {
            return Some(Compaction::new(std::iter::once(slot)));
        }
        let small = || self.slots.iter().filter(|slot| slot.segment.text().len() < SMALL_BYTES);
        (small().count() >= SMALL_SEGMENTS).then(|| Compaction::new(small()))
    }

    /// Puts what [`Compaction::run`] built in the place of what it was built from. What changed meanwhile stays
    /// changed.
    pub fn accept(&mut self, compaction: &Compaction, segment: Segment) {
        let taken = |slot: &Slot| compaction.parts.iter().any(|part| Arc::ptr_eq(part, &slot.segment));
        let states = segment.files().iter().map(|file| {
            let mut states = self.slots.iter().filter(|slot| taken(slot)).filter_map(|slot| slot.state(&file.key));
            states.rfind(|&state| state != State::Gone).unwrap_or(State::Gone)
        });
        let states = states.collect();
        self.slots.retain(|slot| !taken(slot));
        self.slots.push(Slot { segment: Arc::new(segment), states });
    }

    /// What the index holds.
    pub fn coverage(&self) -> Coverage {
        let mut coverage = Coverage { open: self.open.len(), ..Coverage::default() };
        for open in self.open.values() {
            coverage.bytes += open.document.text().len();
            coverage.memory += open.document.memory();
        }
        for slot in &self.slots {
            coverage.memory += slot.segment.memory() + slot.states.capacity();
            for (file, _) in slot.segment.files().iter().zip(&slot.states).filter(|(_, state)| **state == State::Shown)
            {
                coverage.files += 1;
                coverage.bytes += file.bytes.len();
            }
        }
        coverage
    }

    /// An open document.
    pub fn document(&self, key: &str) -> Option<&OpenDocument> {
        self.open.get(key)
    }

    /// The open documents, the last used first.
    pub fn documents(&self) -> Vec<(&Arc<str>, &OpenDocument)> {
        let mut documents: Vec<_> = self.open.iter().collect();
        documents.sort_by(|a, b| b.1.used.cmp(&a.1.used).then(a.0.cmp(b.0)));
        documents
    }

    /// The segments of the workspace.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Sets the state of all copies of a file that are not gone.
    fn set_states(&mut self, key: &str, state: State) {
        for slot in &mut self.slots {
            slot.set(key, state);
        }
    }

    fn keep_limit(&mut self) {
        let mut memory = self.coverage().memory;
        while memory > self.limit && !self.slots.is_empty() {
            let farthest = (0..self.slots.len()).min_by_key(|&slot| self.nearness(&self.slots[slot]));
            let Some(farthest) = farthest else { break };
            memory -= self.slots.remove(farthest).segment.memory();
        }
        while memory > self.limit && self.open.len() > 1 {
            let oldest = self.documents().last().map(|(key, _)| Arc::clone(key));
            let Some(dropped) = oldest.and_then(|key| self.open.remove(&key)) else { break };
            memory -= dropped.document.memory();
        }
    }

    /// How many folders the nearest file of a segment shares with an open document, doubled, and one more if they
    /// share the language.
    fn nearness(&self, slot: &Slot) -> usize {
        let files = slot.segment.files();
        let pairs = self.open.iter().flat_map(|open| files.iter().map(move |file| (open, file)));
        let nearness = pairs.map(|((key, open), file)| {
            2 * shared_folders(key, &file.key) + usize::from(open.language == file.language)
        });
        nearness.max().unwrap_or(0)
    }
}

impl OpenDocument {
    /// Its text.
    pub fn text(&self) -> &str {
        self.document.text()
    }

    /// Its text with its tokens.
    pub(crate) fn source(&self) -> Source<'_> {
        self.document.source()
    }
}

impl Slot {
    /// Bytes of files that are gone.
    fn gone(&self) -> usize {
        let files = self.segment.files().iter().zip(&self.states);
        files.filter(|(_, state)| **state == State::Gone).map(|(file, _)| file.bytes.len()).sum()
    }

    /// The state of a file of this segment that is not gone.
    fn state(&self, key: &str) -> Option<State> {
        self.position(key).and_then(|at| self.states.get(at)).copied()
    }

    fn set(&mut self, key: &str, state: State) {
        let Some(at) = self.position(key) else { return };
        if let Some(old) = self.states.get_mut(at).filter(|old| **old != State::Gone) {
            *old = state;
        }
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.segment.files().binary_search_by(|file| (*file.key).cmp(key)).ok()
    }
}

/// Segments to be rebuilt as one: what is gone leaves the memory, and many small ones become one.
#[derive(Debug)]
pub struct Compaction {
    parts: Vec<Arc<Segment>>,
    /// Numbers of a part and of a file in it.
    files: Vec<(usize, usize)>,
}

impl Compaction {
    fn new<'a>(slots: impl Iterator<Item = &'a Slot>) -> Self {
        let mut compaction = Self { parts: Vec::new(), files: Vec::new() };
        for slot in slots {
            let part = compaction.parts.len();
            let kept = (0..slot.states.len()).filter(|&file| slot.states[file] != State::Gone);
            compaction.files.extend(kept.map(|file| (part, file)));
            compaction.parts.push(Arc::clone(&slot.segment));
        }
        compaction
    }

    /// Builds the new segment. Takes as long as [`Segment::build`].
    pub fn run(&self) -> Segment {
        let files = self.files.iter().filter_map(|&(part, file)| {
            let part = self.parts.get(part)?;
            let span = part.files().get(file)?;
            let (key, language) = (span.key.clone(), span.language.clone());
            Some(File { key, language, text: part.text_of(span).into() })
        });
        Segment::build(files.collect())
    }
}

/// How many leading folders two keys share.
fn shared_folders(a: &str, b: &str) -> usize {
    folder(a).split('/').zip(folder(b).split('/')).take_while(|(a, b)| a == b).count()
}
