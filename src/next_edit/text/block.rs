//! The lines of a block, read: one text and one row of tokens for all of them, and where each token stands.

use ropey::RopeSlice;

use super::{MAX_LINE_BYTES, filter::Filter};
use crate::next_edit::tokens::{LineRef, Marks, Token, tokenize};

/// Chains of tokens in an index: with some 600 tokens in a block, of which a third are a few marks, most chains hold one
/// or two.
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

/// The lines of a block, and for each token where it stands, by hash.
#[derive(Debug, Clone, Default)]
pub struct ReadBlock {
    /// The lines.
    pub lines: Lines,
    /// For each chain its first token, counted from 1.
    first: Vec<u32>,
    /// For each token the next one of its chain, counted from 1; 0 if it is the last.
    next: Vec<u32>,
}

impl ReadBlock {
    /// Indexes `lines`.
    pub fn new(lines: Lines) -> Self {
        let mut first = vec![0; CHAINS];
        let mut next = vec![0; lines.tokens.len()];
        for (at, token) in lines.tokens.iter().enumerate().rev() {
            if let (Some(first), Some(next)) = (first.get_mut(chain(token.hash)), next.get_mut(at)) {
                *next = std::mem::replace(first, at as u32 + 1);
            }
        }
        Self { lines, first, next }
    }

    /// The lines on which the token `rarest` and all of `hashes` stand, in order.
    pub fn lines_with(&self, hashes: &[u32], rarest: u32, mut found: impl FnMut(usize)) {
        let rows = &self.lines.rows;
        let mut next = self.first.get(chain(rarest)).copied().unwrap_or_default();
        let mut seen = 0;
        while let Some(at) = (next as usize).checked_sub(1) {
            next = self.next.get(at).copied().unwrap_or_default();
            // A line is looked at once, however often the token is on it.
            if at < seen || self.lines.tokens.get(at).is_none_or(|token| token.hash != rarest) {
                continue;
            }
            let row = rows.partition_point(|row| row.tokens_end <= at);
            seen = rows.get(row).map_or(seen, |row| row.tokens_end);
            let line = self.lines.line(row);
            if hashes.iter().all(|&hash| hash == rarest || line.tokens.iter().any(|token| token.hash == hash)) {
                found(row);
            }
        }
    }
}

fn chain(hash: u32) -> usize {
    hash as usize % CHAINS
}
