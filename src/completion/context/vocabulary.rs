//! All words of the indexed files, each with a number, its parts, and the files it stands in.

use std::collections::HashMap;

use super::identifiers;

/// A word's number.
pub type Word = u32;

/// Bytes that a word takes beside its text, its parts and its places: two pointers to the text, the table's own, `Entry`.
const OVERHEAD: usize = 88;

/// The words.
#[derive(Debug, Default)]
pub struct Vocabulary {
    numbers: HashMap<Box<str>, Word>,
    words: Vec<Entry>,
    /// Bytes of texts and parts.
    bytes: usize,
}

#[derive(Debug, Default)]
struct Entry {
    text: Box<str>,
    /// The words that it is made of.
    parts: Box<[Word]>,
    /// The files it stands in, by number, each with its place among the file's words.
    places: Vec<(u32, u32)>,
    /// The blocks it stands in, of all files.
    blocks: u32,
}

impl Vocabulary {
    /// The number of a word, if it is known.
    pub fn get(&self, word: &str) -> Option<Word> {
        self.numbers.get(word).copied()
    }

    /// The number of an identifier; it and its parts become known.
    pub fn add(&mut self, identifier: &str) -> Word {
        if let Some(known) = self.get(identifier) {
            // It may be known as a part alone: it has no parts itself then, being in lower case.
            return known;
        }
        let parts: Box<[Word]> = identifiers::parts(identifier).iter().map(|part| self.add_part(part)).collect();
        self.bytes += parts.len() * size_of::<Word>();
        let word = self.add_part(identifier);
        if let Some(entry) = self.words.get_mut(word as usize) {
            entry.parts = parts;
        }
        word
    }

    fn add_part(&mut self, text: &str) -> Word {
        if let Some(known) = self.get(text) {
            return known;
        }
        // More than four thousand million words are no workspace.
        let word = Word::try_from(self.words.len()).unwrap_or(Word::MAX);
        self.words.push(Entry { text: text.into(), ..Entry::default() });
        self.numbers.insert(text.into(), word);
        self.bytes += 2 * text.len();
        word
    }

    pub fn text(&self, word: Word) -> &str {
        self.words.get(word as usize).map_or("", |entry| &entry.text)
    }

    pub fn parts(&self, word: Word) -> &[Word] {
        self.words.get(word as usize).map_or(&[], |entry| &entry.parts)
    }

    /// The files that hold a word, each with the word's place in it.
    pub fn places(&self, word: Word) -> &[(u32, u32)] {
        self.words.get(word as usize).map_or(&[], |entry| &entry.places)
    }

    /// In how many blocks of all files a word stands.
    pub fn blocks(&self, word: Word) -> u32 {
        self.words.get(word as usize).map_or(0, |entry| entry.blocks)
    }

    /// A file holds a word, in so many blocks.
    pub fn enter(&mut self, word: Word, file: u32, place: u32, blocks: u32) {
        if let Some(entry) = self.words.get_mut(word as usize) {
            entry.places.push((file, place));
            entry.blocks += blocks;
        }
    }

    /// The opposite.
    pub fn leave(&mut self, word: Word, file: u32, blocks: u32) {
        let Some(entry) = self.words.get_mut(word as usize) else { return };
        if let Some(at) = entry.places.iter().rposition(|(other, _)| *other == file) {
            entry.places.swap_remove(at);
            entry.blocks = entry.blocks.saturating_sub(blocks);
        }
    }

    /// Bytes of memory, the places counted by who enters them.
    pub fn memory(&self) -> usize {
        self.bytes + self.words.len() * OVERHEAD
    }

    /// How many words stand in no file any more, of how many.
    pub fn unused(&self) -> (usize, usize) {
        let unused = self.words.iter().filter(|entry| entry.places.is_empty()).count();
        (unused, self.words.len())
    }
}
