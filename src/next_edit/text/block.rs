//! The lines of a block, read: one text and one row of tokens for all of them, and where each token stands.

use ropey::RopeSlice;

use super::{MAX_LINE_BYTES, filter::Filter};
use crate::next_edit::tokens::{LineRef, Marks, Token, tokenize};

/// Chains of an index: with some 400 tokens in a block, each line's counted once, most hold one or two.
const CHAINS: usize = 256;

/// Lines that were read.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// The lines without their ends, one behind the other.
    text: String,
    tokens: Vec<Token>,
    rows: Vec<Row>,
    /// The bytes that the lines have with their ends.
    bytes: usize,
}

/// Where one line is.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Its first byte, line ends counted.
    start: usize,
    /// The byte after its last in the text without line ends.
    text_end: usize,
    /// The token after its last.
    tokens_end: usize,
}

impl Lines {
    /// Reads `rows` instead of what was read before.
    pub fn read<'a>(&mut self, rows: impl Iterator<Item = RopeSlice<'a>>, marks: Marks) {
        let Self { text, tokens, rows: read, bytes } = self;
        text.clear();
        tokens.clear();
        read.clear();
        *bytes = 0;
        for row in rows {
            let start = *bytes;
            *bytes += row.len_bytes();
            if row.len_bytes() <= MAX_LINE_BYTES {
                let from = text.len();
                row.chunks().for_each(|chunk| text.push_str(chunk));
                let line = text.get(from..).unwrap_or_default().trim_end_matches(['\n', '\r']);
                tokenize(line, marks, |token| tokens.push(token));
                text.truncate(from + line.len());
            }
            read.push(Row { start, text_end: text.len(), tokens_end: tokens.len() });
        }
    }

    /// The bytes that the lines have with their ends.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The filter of their tokens.
    pub fn filter(&self) -> Filter {
        let mut filter = Filter::EMPTY;
        self.tokens.iter().for_each(|token| filter.add(token.hash));
        filter
    }

    /// Line number `row`, empty when there is none such.
    pub fn line(&self, row: usize) -> LineRef<'_> {
        let Some(here) = self.rows.get(row) else { return LineRef::default() };
        let before = row.checked_sub(1).and_then(|before| self.rows.get(before));
        let (text, tokens) = before.map_or((0, 0), |before| (before.text_end, before.tokens_end));
        LineRef {
            text: self.text.get(text..here.text_end).unwrap_or_default(),
            tokens: self.tokens.get(tokens..here.tokens_end).unwrap_or_default(),
        }
    }

    /// The byte at which line number `row` starts, counted from the first line's.
    pub fn start(&self, row: usize) -> usize {
        self.rows.get(row).map_or(self.bytes, |row| row.start)
    }
}

/// The lines of a block, and on which of them each token stands, by hash.
#[derive(Debug, Clone, Default)]
pub struct ReadBlock {
    /// The lines.
    pub lines: Lines,
    /// For each chain its first link, counted from 1.
    first: Vec<u32>,
    links: Vec<Link>,
}

/// That a token stands on a line.
#[derive(Debug, Clone, Copy)]
struct Link {
    hash: u32,
    row: u32,
    /// The next link of the chain, counted from 1; 0 if this is the last.
    next: u32,
}

impl ReadBlock {
    /// Indexes `lines`.
    pub fn new(lines: Lines) -> Self {
        let mut block =
            Self { first: vec![0; CHAINS], links: Vec::with_capacity(lines.tokens.len()), lines: Lines::default() };
        // The last line first: so chains begin with the first.
        for row in (0..lines.rows.len()).rev() {
            lines.line(row).tokens.iter().for_each(|token| block.add(token.hash, row as u32));
        }
        block.links.shrink_to_fit();
        Self { lines, ..block }
    }

    fn add(&mut self, hash: u32, row: u32) {
        let Some(first) = self.first.get_mut(chain(hash)) else { return };
        let mut known = *first;
        while let Some(link) = link(&self.links, known).filter(|link| link.row == row) {
            if link.hash == hash {
                return;
            }
            known = link.next;
        }
        self.links.push(Link { hash, row, next: *first });
        *first = self.links.len() as u32;
    }

    /// The lines on which the token `rarest` and all of `others` stand, in order.
    pub fn lines_with(&self, others: &[u32], rarest: u32, mut found: impl FnMut(usize)) {
        let mut next = self.first.get(chain(rarest)).copied().unwrap_or_default();
        while let Some(link) = link(&self.links, next) {
            next = link.next;
            if link.hash != rarest {
                continue;
            }
            let row = link.row as usize;
            let tokens = || self.lines.line(row).tokens.iter();
            if others.iter().all(|&hash| hash == rarest || tokens().any(|token| token.hash == hash)) {
                found(row);
            }
        }
    }
}

fn link(links: &[Link], number: u32) -> Option<Link> {
    links.get((number as usize).checked_sub(1)?).copied()
}

fn chain(hash: u32) -> usize {
    hash as usize % CHAINS
}
