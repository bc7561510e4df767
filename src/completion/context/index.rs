//! The index that snippets are chosen from: files by their words, and what was edited lately.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Place;
use super::file::{IndexedFile, WINDOW_BLOCKS};
use super::recent::RecentEdits;
use super::vocabulary::Vocabulary;

/// After so many removals, or as many as there are files, it is looked how many words stand nowhere any more.
const REMOVALS: usize = 2_000;

/// Files, their words, and what was edited lately.
#[derive(Debug)]
pub struct ContextIndex {
    files: Vec<Option<IndexedFile>>,
    numbers: HashMap<String, u32>,
    vocabulary: Vocabulary,
    recent: RecentEdits,
    /// The files that were edited, also while they are closed.
    edited: HashSet<String>,
    /// Bytes of memory that it may take.
    memory: usize,
    /// Bytes that its files take.
    taken: usize,
    blocks: usize,
    windows: usize,
    words: u64,
    removed: usize,
}

/// How much is indexed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files, open documents among them.
    pub files: usize,
    /// Windows that they are cut into.
    pub windows: usize,
    /// Bytes of memory.
    pub memory: usize,
}

impl ContextIndex {
    /// An empty one that may take so many bytes of memory.
    pub fn new(memory: usize) -> Self {
        Self {
            files: vec![],
            numbers: HashMap::new(),
            vocabulary: Vocabulary::default(),
            recent: RecentEdits::default(),
            edited: HashSet::new(),
            memory,
            taken: 0,
            blocks: 0,
            windows: 0,
            words: 0,
            removed: 0,
        }
    }

    /// Takes a file of the workspace, in the place of what was known of it, unless it is open or there is no room.
    pub fn add(&mut self, key: &str, language: &str, text: &str) {
        if self.by_key(key).is_some_and(|file| file.is_open) {
            return;
        }
        self.take_out(key);
        if !self.is_full() {
            self.put(key, language, text, false);
        }
    }

    /// Takes an open document, in the place of its file or of its older text.
    pub fn open(&mut self, key: &str, language: &str, text: &str) {
        if self.by_key(key).is_some_and(|file| file.is_open && *file.text == *text) {
            return;
        }
        self.take_out(key);
        self.put(key, language, text, true);
        self.renew_if_worn();
    }

    /// Lines of an open document were edited; see [`RecentEdits::add`].
    pub fn edited(&mut self, key: &str, lines: Range<usize>, more: isize) {
        self.recent.add(key, lines, more);
        if self.edited.insert(key.to_owned())
            && let Some(file) = self.numbers.get(key).and_then(|number| self.files.get_mut(*number as usize)?.as_mut())
        {
            file.is_edited = true;
        }
    }

    /// Forgets a file, or an open document and its file.
    pub fn remove(&mut self, key: &str) {
        self.take_out(key);
        self.recent.forget(key);
        self.renew_if_worn();
    }

    /// Forgets a file of the workspace. Where it is open, what stands in the editor counts.
    pub fn remove_file(&mut self, key: &str) {
        if self.by_key(key).is_some_and(|file| !file.is_open) {
            self.remove(key);
        }
    }

    /// The text of a file as it is known; LF line ends.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.by_key(key).map(|file| &*file.text)
    }

    /// Whether no more files come in.
    pub fn is_full(&self) -> bool {
        self.memory() >= self.memory
    }

    /// How much is indexed.
    pub fn coverage(&self) -> Coverage {
        Coverage { files: self.numbers.len(), windows: self.windows, memory: self.memory() }
    }

    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    pub(super) fn recent(&self) -> &RecentEdits {
        &self.recent
    }

    pub(super) fn file(&self, number: u32) -> Option<&IndexedFile> {
        self.files.get(number as usize)?.as_ref()
    }

    pub(super) fn number(&self, key: &str) -> Option<u32> {
        self.numbers.get(key).copied()
    }

    /// Numbers of files are below this one.
    pub(super) fn numbers(&self) -> u32 {
        self.files.len() as u32
    }

    /// Whether the place may be told of a file: another one, of these folders.
    pub(super) fn may_be_told(&self, number: u32, place: &Place<'_>) -> bool {
        self.file(number).is_some_and(|file| {
            let is_wanted = file.is_open || !place.only_open;
            is_wanted && file.key != place.key && place.folders.iter().any(|folder| file.key.starts_with(folder))
        })
    }

    fn by_key(&self, key: &str) -> Option<&IndexedFile> {
        self.file(self.number(key)?)
    }

    pub(super) fn files(&self) -> usize {
        self.numbers.len()
    }

    /// Blocks of all files.
    pub(super) fn blocks(&self) -> usize {
        self.blocks
    }

    /// Words of the average window, at least 1.
    pub(super) fn average_window(&self) -> f32 {
        (self.words as f32 * WINDOW_BLOCKS as f32 / self.blocks.max(1) as f32).max(1.0)
    }

    fn memory(&self) -> usize {
        self.taken + self.vocabulary.memory()
    }

    fn put(&mut self, key: &str, language: &str, text: &str, is_open: bool) {
        let free = self.files.iter().position(Option::is_none).filter(|_| self.files.len() > self.numbers.len());
        let at = free.unwrap_or(self.files.len());
        // A file's number is one of so many that the memory holds no more.
        let Ok(number) = u32::try_from(at) else { return };
        let mut file = IndexedFile::read(number, key, language, text, &mut self.vocabulary);
        (file.is_open, file.is_edited) = (is_open, self.edited.contains(key));
        self.taken += file.memory();
        self.blocks += file.blocks();
        self.windows += file.windows();
        self.words += file.length();
        self.numbers.insert(key.to_owned(), number);
        match self.files.get_mut(at) {
            Some(free) => *free = Some(file),
            None => self.files.push(Some(file)),
        }
    }

    fn take_out(&mut self, key: &str) {
        let Some(number) = self.numbers.remove(key) else { return };
        let Some(file) = self.files.get_mut(number as usize).and_then(Option::take) else { return };
        file.leave(number, &mut self.vocabulary);
        self.taken -= file.memory();
        self.blocks -= file.blocks();
        self.windows -= file.windows();
        self.words -= file.length();
        self.removed += 1;
    }

    /// Reads all files again where half of the words stand nowhere any more.
    fn renew_if_worn(&mut self) {
        if self.removed < self.numbers.len().max(REMOVALS) {
            return;
        }
        self.removed = 0;
        let (unused, words) = self.vocabulary.unused();
        if unused <= words / 2 {
            return;
        }
        self.vocabulary = Vocabulary::default();
        for (number, file) in self.files.iter_mut().enumerate() {
            let Some(old) = file.take() else { continue };
            let mut new = IndexedFile::read(number as u32, &old.key, &old.language, &old.text, &mut self.vocabulary);
            (new.is_open, new.is_edited) = (old.is_open, old.is_edited);
            *file = Some(new);
        }
    }
}

#[cfg(test)]
mod tests;
