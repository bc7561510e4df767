//! A few megabytes of workspace text that does not change, with every place in it sorted by the context before it.

use std::{cmp::Ordering, ops::Range, sync::Arc};

use crate::{
    order::Order,
    source::Source,
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
    order: Vec<u32>,
    words: Vec<Word>,
    heads: Vec<u32>,
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
        let order = Order::new(&segment.tokens);
        segment.order = order.places;
        segment.heads = segment.heads_of(&order.groups);
        segment.words = segment.sorted_words(&order.groups);
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

    /// The ranks of the places behind tokens of this [head](Token::head).
    pub fn behind(&self, head: usize) -> Range<usize> {
        let at = |head: usize| self.heads.get(head).map_or(0, |&rank| rank as usize);
        at(head)..at(head + 1)
    }

    /// Every word once, sorted by its letters. `groups`: see [`Order`].
    fn sorted_words(&self, groups: &[u32]) -> Vec<Word> {
        let is_word = |rank: &u32| self.nearest(self.order[*rank as usize]).is_word();
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
            let places = &self.order[word.rank as usize..];
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
        source.word(source.start(self.order[rank as usize] as usize - 1)).as_bytes()
    }

    /// Where in the order the places behind tokens of each head start. `groups`: see [`Order`].
    fn heads_of(&self, groups: &[u32]) -> Vec<u32> {
        let mut heads = Vec::with_capacity(Token::HEADS + 1);
        for &rank in groups {
            let head = self.nearest(self.order[rank as usize]).head();
            heads.resize(heads.len().max(head + 1), rank);
        }
        heads.resize(Token::HEADS + 1, self.order.len() as u32);
        heads
    }

    /// The token right before `place`, which has one.
    fn nearest(&self, place: u32) -> Token {
        self.tokens[place as usize - 1]
    }

    /// The token number of the place at `rank` in the sorted order.
    pub fn place(&self, rank: usize) -> usize {
        self.order.get(rank).map_or(0, |&place| place as usize)
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

    /// All tokens, with a border before each file and at the end.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Where each token starts in [`text`](Self::text), in bytes.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// All of it, to be searched.
    pub fn source(&self) -> Source<'_> {
        Source { text: &self.text, tokens: &self.tokens, starts: &self.starts }
    }

    /// Bytes held in memory.
    pub fn memory(&self) -> usize {
        let files: usize = self.files.iter().map(|file| size_of::<Span>() + file.key.len()).sum();
        let numbers = self.tokens.capacity() + self.starts.capacity() + self.order.capacity() + self.heads.capacity();
        self.text.capacity() + 4 * numbers + size_of::<Word>() * self.words.capacity() + files
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
pub(crate) mod tests {
    use super::*;

    /// A segment of files called 0, 1, 2 …
    pub(crate) fn segment(texts: &[&str]) -> Segment {
        let files = texts.iter().enumerate().map(|(n, text)| File {
            key: format!("{n}").into(),
            language: "text".into(),
            text: text.to_string(),
        });
        Segment::build(files.collect())
    }

    #[test]
    fn tells_which_file_a_place_is_in() {
        let segment = segment(&["a b ", "", "c d "]);
        let file = &segment.files()[segment.file_of(6)];
        assert_eq!((&*file.key, segment.text_of(file)), ("2", "c d "));
    }
}
