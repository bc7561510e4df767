//! One file of the index: its text, and where in it which words stand.

use super::file_name::FileName;
use super::identifiers::{Open, Reader};
use super::vocabulary::{Vocabulary, Word};
use crate::text::language;
use crate::text::line_break;

/// Lines from one window's start to the next one's. Windows are made of whole blocks of so many lines.
pub const BLOCK_LINES: usize = 4;

/// Blocks of a window: 12 lines every 4 hold more of the names needed than 16, 6 or 20 lines do.
pub const WINDOW_BLOCKS: usize = 3;

/// Bits of a posting that count the word in its block; the block's number is above them.
const COUNT_BITS: u32 = 8;

/// A file of the index.
#[derive(Debug)]
pub struct IndexedFile {
    pub key: String,
    pub name: FileName,
    /// Of languages that use each other's names one stands for all.
    pub family: &'static str,
    /// The language id by which it is read.
    pub language: String,
    /// LF line ends.
    pub text: Box<str>,
    /// Whether it is an open document.
    pub is_open: bool,
    /// Whether the person has edited it.
    pub is_edited: bool,
    /// Where each line begins, and the text ends.
    starts: Box<[u32]>,
    /// What is open at each block's start.
    open: Box<[Open]>,
    /// Words of each block, parts and repetitions counted.
    lengths: Box<[u16]>,
    /// Its words, sorted.
    words: Box<[Word]>,
    /// Where each word's postings begin, and the last one's end.
    offsets: Box<[u32]>,
    /// For each word its blocks, in order, each with a count.
    postings: Box<[u32]>,
}

impl IndexedFile {
    /// Reads a text and enters its words, which are those of the file with this `number`.
    pub fn read(number: u32, key: &str, language_id: &str, text: &str, vocabulary: &mut Vocabulary) -> Self {
        let text = line_break::to_lf(text.to_owned()).into_boxed_str();
        let reader = Reader::new(language_id);
        let (mut starts, mut open_at, mut lengths, mut entries) = (vec![0], vec![], vec![], vec![]);
        let (mut at, mut open) = (0usize, Open::default());
        for (line, whole) in text.split_inclusive('\n').enumerate() {
            if line % BLOCK_LINES == 0 {
                open_at.push(open);
                lengths.push(0u16);
            }
            let block = (line / BLOCK_LINES) as u64;
            let mut count = 0u16;
            open = reader.line(whole.trim_end_matches('\n'), open, &mut |identifier| {
                let word = vocabulary.add(identifier);
                let parts = vocabulary.parts(word);
                count = count.saturating_add(1 + parts.len() as u16);
                entries.push(u64::from(word) << 32 | block);
                entries.extend(parts.iter().map(|part| u64::from(*part) << 32 | block));
            });
            if let Some(length) = lengths.last_mut() {
                *length = length.saturating_add(count);
            }
            at += whole.len();
            starts.push(at as u32);
        }
        entries.sort_unstable();
        let (mut words, mut offsets, mut postings) = (vec![], vec![], vec![]);
        let mut rest = entries.as_slice();
        while let Some(&first) = rest.first() {
            let count = rest.iter().take_while(|&&entry| entry == first).count();
            let (word, block) = ((first >> 32) as Word, first as u32);
            if words.last() != Some(&word) {
                words.push(word);
                offsets.push(postings.len() as u32);
            }
            postings.push(block << COUNT_BITS | (count as u32).min((1 << COUNT_BITS) - 1));
            rest = &rest[count..];
        }
        offsets.push(postings.len() as u32);
        let file = Self {
            key: key.to_owned(),
            name: FileName::new(key),
            family: family(key, language_id),
            language: language_id.to_owned(),
            text,
            is_open: false,
            is_edited: false,
            starts: starts.into(),
            open: open_at.into(),
            lengths: lengths.into(),
            words: words.into(),
            offsets: offsets.into(),
            postings: postings.into(),
        };
        for (place, &word) in file.words.iter().enumerate() {
            vocabulary.enter(word, number, place as u32, file.blocks_of(place));
        }
        file
    }

    /// Takes its words out of the vocabulary.
    pub fn leave(&self, number: u32, vocabulary: &mut Vocabulary) {
        for (place, &word) in self.words.iter().enumerate() {
            vocabulary.leave(word, number, self.blocks_of(place));
        }
    }

    fn blocks_of(&self, place: usize) -> u32 {
        self.offsets[place + 1] - self.offsets[place]
    }

    /// The blocks that hold the word at this place, each with how often.
    pub fn postings(&self, place: u32) -> impl Iterator<Item = (usize, u32)> {
        let bounds = self.offsets.get(place as usize..place as usize + 2).unwrap_or(&[0, 0]);
        let postings = &self.postings[bounds[0] as usize..bounds[1] as usize];
        postings.iter().map(|posting| ((posting >> COUNT_BITS) as usize, posting & ((1 << COUNT_BITS) - 1)))
    }

    pub fn blocks(&self) -> usize {
        self.lengths.len()
    }

    /// How many windows it is cut into: each block begins one that is whole; a short file is one.
    pub fn windows(&self) -> usize {
        if self.lengths.is_empty() { 0 } else { self.lengths.len().saturating_sub(WINDOW_BLOCKS - 1).max(1) }
    }

    /// Words in a window.
    pub fn window_length(&self, window: usize) -> u32 {
        let blocks = self.lengths.iter().skip(window).take(WINDOW_BLOCKS);
        blocks.map(|length| u32::from(*length)).sum()
    }

    /// Words in all blocks.
    pub fn length(&self) -> u64 {
        self.lengths.iter().map(|length| u64::from(*length)).sum()
    }

    pub fn lines(&self) -> usize {
        self.starts.len() - 1
    }

    /// The line with its end; empty where there is none.
    pub fn line(&self, line: usize) -> &str {
        match self.starts.get(line..line + 2) {
            Some(&[start, end]) => &self.text[start as usize..end as usize],
            _ => "",
        }
    }

    /// Calls `each` with the number of a line and an identifier in it, for the lines from `first` to before `last`.
    pub fn identifiers(&self, first: usize, last: usize, mut each: impl FnMut(usize, &str)) {
        let reader = Reader::new(&self.language);
        let block = first / BLOCK_LINES;
        let mut open = self.open.get(block).copied().unwrap_or_default();
        for line in block * BLOCK_LINES..last.min(self.lines()) {
            open = reader.line(self.line(line).trim_end_matches('\n'), open, &mut |identifier| {
                if line >= first {
                    each(line, identifier);
                }
            });
        }
    }

    /// Bytes of memory, its places in the vocabulary included.
    pub fn memory(&self) -> usize {
        // A place is two numbers, in a list that is on average three quarters full.
        let places = self.words.len() * 11;
        let numbers = self.starts.len() + self.words.len() + self.offsets.len() + self.postings.len();
        self.text.len() + 4 * numbers + 3 * self.lengths.len() + places + self.key.len() + size_of::<Self>()
    }
}

/// Languages that use each other's names, the one that stands for them first.
const FAMILIES: &[&[&str]] = &[
    &["javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte", "astro"],
    &["c", "cpp", "objective-c", "objective-cpp", "cuda-cpp"],
    &["css", "scss", "sass", "less"],
    &["java", "kotlin", "groovy", "scala"],
    &["html", "handlebars", "django-html"],
];

/// What stands for a file's language: told by its name, as clients call languages in different ways.
pub fn family(key: &str, language_id: &str) -> &'static str {
    let by_name = match language::of(std::path::Path::new(key)) {
        language::PLAIN_TEXT => language::canonical(language_id),
        language => language,
    };
    FAMILIES.iter().find(|family| family.contains(&by_name)).and_then(|family| family.first()).unwrap_or(&by_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "fn alpha() {\n    beta();\n}\n/* gamma\n delta\n*/ epsilon\n\nalpha";

    fn read(vocabulary: &mut Vocabulary) -> IndexedFile {
        IndexedFile::read(7, "/w/a.rs", "rust", TEXT, vocabulary)
    }

    #[test]
    fn each_word_is_known_with_its_blocks() {
        let mut vocabulary = Vocabulary::default();
        let file = read(&mut vocabulary);
        assert_eq!((file.lines(), file.blocks(), file.windows()), (8, 2, 1));
        let alpha = vocabulary.get("alpha").unwrap();
        let &[(number, place)] = vocabulary.places(alpha) else { panic!("one file") };
        assert_eq!((number, file.postings(place).collect::<Vec<_>>()), (7, vec![(0, 1), (1, 1)]));
        assert_eq!(vocabulary.blocks(alpha), 2);
        assert_eq!(vocabulary.get("gamma"), None);
        file.leave(7, &mut vocabulary);
        assert!(vocabulary.places(alpha).is_empty() && vocabulary.blocks(alpha) == 0);
    }

    #[test]
    fn identifiers_of_some_lines_know_what_was_open_above() {
        let file = read(&mut Vocabulary::default());
        let mut found = vec![];
        file.identifiers(4, 8, |line, identifier| found.push(format!("{line} {identifier}")));
        assert_eq!(found, ["5 epsilon", "7 alpha"]);
        assert_eq!((file.line(1), file.line(7), file.line(8)), ("    beta();\n", "alpha", ""));
    }

    #[test]
    fn languages_that_use_each_others_names_are_one_family() {
        assert_eq!(family("/w/a.tsx", "tsx"), family("/w/b.js", "javascript"));
        assert_eq!(family("/w/a.h", "c"), family("/w/a.c", "c"));
        assert_ne!(family("/w/a.rs", "rust"), family("/w/a.py", "python"));
        assert_eq!(family("untitled:1", "python"), "python");
    }
}
