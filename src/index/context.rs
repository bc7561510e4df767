//! The index that excerpts of other files are chosen from, as the server shares it.
//!
//! A choice takes some milliseconds, for which no edit may wait: what documents tell is only noted, and taken in before
//! the next choice.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ropey::Rope;

use super::Epoch;
use crate::completion::context::{ContextIndex, Coverage, Place, Snippet};
use crate::local::File;
use crate::text::document::Document;

/// Lines that one edit may put in and still be a change by hand: more are a whole text, or a change by a tool.
const LINES_BY_HAND: usize = 20;

/// The index of excerpts.
#[derive(Debug)]
pub struct SharedContext {
    index: Mutex<ContextIndex>,
    /// What is to be taken in. Never locked for longer than a note takes.
    noted: Mutex<Noted>,
    coverage: Mutex<Coverage>,
}

/// What was told since the last choice. Forgetting comes first, then texts, then edits.
#[derive(Debug, Default)]
struct Noted {
    epoch: Option<Epoch>,
    /// All is forgotten; so many bytes of memory may be taken then.
    reset: Option<usize>,
    /// Documents that were closed, and their files.
    closed: Vec<String>,
    /// Files that are not there any more.
    gone: Vec<String>,
    /// Languages and texts of documents, as they are by now.
    opened: HashMap<String, (String, Rope)>,
    edited: Vec<(String, Range<usize>, isize)>,
}

impl SharedContext {
    /// An empty one that may take so many bytes of memory.
    pub fn new(memory: usize) -> Self {
        let index = Mutex::new(ContextIndex::new(memory));
        Self { index, noted: Mutex::default(), coverage: Mutex::default() }
    }

    /// Forgets all; what was read before the epoch does not come in any more.
    pub fn reset(&self, epoch: Epoch, memory: usize) {
        *self.noted() = Noted { epoch: Some(epoch), reset: Some(memory), ..Noted::default() };
    }

    /// The document's text is this by now.
    pub fn opened(&self, key: &str, document: &Document) {
        let text = (document.language.to_string(), document.text.clone());
        self.noted().opened.insert(key.to_owned(), text);
    }

    /// Lines of an open document were edited: what stands in them now, and how many more lines there are than before.
    pub fn edited(&self, key: &str, document: &Document, edits: &[(Range<usize>, isize)]) {
        self.opened(key, document);
        let by_hand = edits.iter().filter(|(lines, _)| lines.len() <= LINES_BY_HAND);
        self.noted().edited.extend(by_hand.map(|(lines, more)| (key.to_owned(), lines.clone(), *more)));
    }

    /// A document was closed or is left out; what its file holds is read again.
    pub fn closed(&self, key: &str) {
        let mut noted = self.noted();
        noted.opened.remove(key);
        noted.edited.retain(|(edited, ..)| edited != key);
        noted.closed.push(key.to_owned());
    }

    /// A file is not there any more. A document that is open stays.
    pub fn gone(&self, key: &str) {
        self.noted().gone.push(key.to_owned());
    }

    /// Takes files of the workspace, unless all was forgotten since they began to be read.
    pub fn add(&self, epoch: Epoch, files: &[File]) {
        for file in files {
            // Given back after each, so that no choice waits for all of them.
            let mut index = self.index();
            let current = self.take_in(&mut index, None);
            if current.is_some_and(|current| current != epoch) {
                return;
            }
            index.add(&file.key, &file.language, &file.text);
            self.measure(&index);
        }
    }

    /// At most `bytes` of excerpts for a place.
    pub fn choose(&self, place: &Place<'_>, kept: &[Snippet], bytes: usize) -> Vec<Snippet> {
        let mut index = self.index();
        self.take_in(&mut index, Some(place.key));
        self.measure(&index);
        index.choose(place, kept, bytes)
    }

    /// Files that are not open and hold the most of these names.
    pub fn holding(&self, place: &Place<'_>, names: &[String], most: usize) -> Vec<String> {
        let mut index = self.index();
        self.take_in(&mut index, Some(place.key));
        index.holding(place, names, most)
    }

    /// The text of a file as excerpts are chosen from it.
    pub fn text(&self, key: &str) -> Option<String> {
        self.index().text(key).map(str::to_owned)
    }

    /// How much is indexed.
    pub fn coverage(&self) -> Coverage {
        *self.coverage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what was noted, but for the text of one document, which is read only where another one needs it. Gives the
    /// latest epoch.
    fn take_in(&self, index: &mut ContextIndex, except: Option<&str>) -> Option<Epoch> {
        let mut noted = self.noted();
        let own = except.and_then(|key| noted.opened.remove_entry(key));
        let epoch = noted.epoch;
        let new = Noted { epoch, opened: own.into_iter().collect(), ..Noted::default() };
        let Noted { reset, closed, gone, opened, edited, .. } = std::mem::replace(&mut *noted, new);
        drop(noted);
        if let Some(memory) = reset {
            *index = ContextIndex::new(memory);
        }
        closed.iter().for_each(|key| index.remove(key));
        gone.iter().for_each(|key| index.remove_file(key));
        for (key, (language, text)) in opened {
            index.open(&key, &language, &text.to_string());
        }
        for (key, lines, more) in edited {
            index.edited(&key, lines, more);
        }
        epoch
    }

    fn measure(&self, index: &ContextIndex) {
        *self.coverage.lock().unwrap_or_else(PoisonError::into_inner) = index.coverage();
    }

    fn index(&self) -> MutexGuard<'_, ContextIndex> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
