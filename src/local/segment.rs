//! A few megabytes of workspace text that does not change, with a suffix array of the contexts in it.

use std::{cmp::Ordering, ops::Range, sync::Arc};

use crate::{
    source::Source,
    suffix_array::{Matches, SuffixArray},
    tokens::{Token, tokenize},
};

/// A text of the workspace on its way into a [`Segment`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What the caller calls this file: a path with `/`, from which nearness is read.
    pub key: Arc<str>,
    /// LSP's language identifier, such as `rust`.
    pub language: Arc<str>,
    /// The whole text.
    pub text: String,
}

/// Where one file stands inside a segment.
#[derive(Debug)]
pub struct Span {
    /// The file's key.
    pub key: Arc<str>,
    /// Its language.
    pub language: Arc<str>,
    /// Its bytes in the segment's text.
    pub bytes: Range<u32>,
    /// Its first token; a border stands before it.
    pub first_token: u32,
    /// The bytes of the key that name its folder.
    folder: usize,
}

impl Span {
    /// The folder of the file's key.
    pub fn folder(&self) -> &str {
        self.key.get(..self.folder).unwrap_or_default()
    }
}

/// A word of a segment.
#[derive(Debug, Clone, Copy)]
struct Word {
    /// Its first letters, and zeros: most words differ in them, which saves looking at the text.
    first: [u8; 8],
    /// The first rank of the places behind it.
    rank: u32,
}

/// Texts, their tokens, and the places sorted by the tokens before them, nearest first.
#[derive(Debug, Default)]
pub struct Segment {
    text: String,
    tokens: Vec<Token>,
    starts: Vec<u32>,
    array: SuffixArray,
    words: Vec<Word>,
    files: Vec<Span>,
}

impl Segment {
    /// Sorts the contexts of `files`. Takes some 30 ns a byte and needs no lock: build it beside the index, then
    /// [`add`](crate::Index::add) it. Where it would pass 4 GB the files that do not fit are left out.
    pub fn build(mut files: Vec<File>) -> Self {
        files.sort_by(|a, b| a.key.cmp(&b.key));
        let total: usize = files.iter().map(|file| file.text.len()).sum();
        let mut segment = Segment { text: String::with_capacity(total), ..Segment::default() };
        for file in files {
            segment.append(file);
        }
        segment.tokens.push(Token::BORDER);
        segment.starts.push(segment.text.len() as u32);
        let (array, groups) = SuffixArray::new(&segment.tokens);
        segment.array = array;
        segment.words = segment.sorted_words(&groups);
        segment.tokens.shrink_to_fit();
        segment.starts.shrink_to_fit();
        segment
    }

    fn append(&mut self, file: File) {
        let start = self.text.len();
        if start + file.text.len() > u32::MAX as usize {
            return;
        }
        self.tokens.push(Token::BORDER);
        self.starts.push(start as u32);
        let first_token = self.tokens.len() as u32;
        tokenize(&file.text, start, &mut self.tokens, &mut self.starts);
        self.text.push_str(&file.text);
        let bytes = start as u32..self.text.len() as u32;
        let folder = folder(&file.key).len();
        self.files.push(Span { key: file.key, language: file.language, bytes, first_token, folder });
    }

    /// Every word once, sorted by its letters. `groups`: see [`SuffixArray::new`].
    fn sorted_words(&self, groups: &[u32]) -> Vec<Word> {
        let is_word = |rank: &u32| self.nearest(self.array.places()[*rank as usize]).is_word();
        let word = |&rank: &u32| Word { first: first_letters(self.letters(rank)), rank };
        let mut words: Vec<Word> = groups.iter().filter(|rank| is_word(rank)).map(word).collect();
        words.sort_unstable_by(|a, b| self.compare_word(a, b.first, || self.letters(b.rank)).then(a.rank.cmp(&b.rank)));
        words
    }

    /// For each of the words that start with `prefix`, by their letters: up to `limit` of the places behind it.
    pub fn words_from(&self, prefix: &str, limit: usize) -> impl Iterator<Item = &[u32]> {
        let prefix = prefix.as_bytes();
        let first = first_letters(prefix);
        let from = self.words.partition_point(|word| self.compare_word(word, first, || prefix) == Ordering::Less);
        let starting = self.words[from..].iter().take_while(move |word| self.letters(word.rank).starts_with(prefix));
        starting.map(move |word| {
            let places = &self.array.places()[word.rank as usize..];
            let word = self.nearest(places[0]);
            let len = places.iter().take(limit).take_while(|&&place| self.nearest(place) == word).count();
            &places[..len]
        })
    }

    /// How a word compares with other letters, of which the first are at hand.
    fn compare_word<'l>(&self, word: &Word, first: [u8; 8], letters: impl Fn() -> &'l [u8]) -> Ordering {
        word.first.cmp(&first).then_with(|| self.letters(word.rank).cmp(letters()))
    }

    /// The letters of the word before the place at `rank`.
    fn letters(&self, rank: u32) -> &[u8] {
        let source = self.source();
        source.word(source.start(self.array.places()[rank as usize] as usize - 1)).as_bytes()
    }

    /// The token right before `place`, which has one.
    fn nearest(&self, place: u32) -> Token {
        self.tokens[place as usize - 1]
    }

    /// The token number of the place at `rank` in the order of contexts.
    pub fn place(&self, rank: usize) -> usize {
        self.array.place(rank)
    }

    /// Looks `context`, nearest token first, up.
    pub fn matches<'a>(&'a self, context: &'a [Token]) -> Matches<'a> {
        Matches::new(&self.array, &self.tokens, context)
    }

    /// Which file a token belongs to.
    pub fn file_of(&self, place: usize) -> usize {
        self.files.partition_point(|file| file.first_token as usize <= place).saturating_sub(1)
    }

    /// The files, by key.
    pub fn files(&self) -> &[Span] {
        &self.files
    }

    /// The text of one file.
    pub fn text_of(&self, file: &Span) -> &str {
        self.text.get(file.bytes.start as usize..file.bytes.end as usize).unwrap_or_default()
    }

    /// All texts, one after the other.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All of it, to be searched.
    pub fn source(&self) -> Source<'_> {
        Source { text: &self.text, tokens: &self.tokens, starts: &self.starts }
    }

    /// Bytes held in memory.
    pub fn memory(&self) -> usize {
        let files: usize = self.files.iter().map(|file| size_of::<Span>() + file.key.len()).sum();
        let numbers = 4 * (self.tokens.capacity() + self.starts.capacity());
        self.text.capacity() + numbers + self.array.memory() + size_of::<Word>() * self.words.capacity() + files
    }
}

/// The folder part of a key.
pub fn folder(key: &str) -> &str {
    key.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn first_letters(letters: &[u8]) -> [u8; 8] {
    let mut first = [0; 8];
    let len = letters.len().min(first.len());
    first[..len].copy_from_slice(&letters[..len]);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_which_file_a_place_is_in() {
        let file = |(key, text): (&str, &str)| File { key: key.into(), language: "text".into(), text: text.into() };
        let segment = Segment::build([("0", "a b "), ("1", ""), ("2", "c d ")].map(file).into());
        let file = &segment.files()[segment.file_of(6)];
        assert_eq!((&*file.key, segment.text_of(file)), ("2", "c d "));
    }
}
