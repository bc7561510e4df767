//! The lines of a block, read: one text and one row of tokens for all of them, and where each token stands.

use std::ops::Range;

use memchr::memchr2;
use ropey::{Rope, RopeSlice};

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
    too_long: bool,
}

/// A line that is being read.
#[derive(Debug)]
struct Open {
    /// Its first byte, line ends counted.
    start: usize,
    /// Its first byte in the text.
    text: usize,
    too_long: bool,
}

impl Lines {
    /// Reads the `count` lines that are at `bytes` of `rope`, instead of what was read before.
    pub fn read(&mut self, rope: &Rope, bytes: Range<usize>, count: usize, marks: Marks) {
        self.text.clear();
        self.tokens.clear();
        self.rows.clear();
        self.bytes = 0;
        let mut line = Open { start: 0, text: 0, too_long: false };
        for chunk in rope.get_byte_slice(bytes).iter().flat_map(RopeSlice::chunks) {
            let mut rest = chunk;
            while let Some(at) = memchr2(b'\n', b'\r', rest.as_bytes()) {
                // A rope never has the two of one line end in different chunks.
                let end = if rest.as_bytes().get(at..at + 2) == Some(b"\r\n") { at + 2 } else { at + 1 };
                self.add(&mut line, rest.get(..at).unwrap_or_default());
                line = self.end(&line, end - at, marks);
                rest = rest.get(end..).unwrap_or_default();
            }
            self.add(&mut line, rest);
        }
        if self.rows.len() < count {
            self.end(&line, 0, marks);
        }
    }

    fn add(&mut self, line: &mut Open, part: &str) {
        self.bytes += part.len();
        line.too_long |= self.bytes - line.start > MAX_LINE_BYTES;
        if !line.too_long {
            self.text.push_str(part);
        }
    }

    /// Ends the line by so many bytes, and begins the next one.
    fn end(&mut self, line: &Open, end: usize, marks: Marks) -> Open {
        self.bytes += end;
        let too_long = self.bytes - line.start > MAX_LINE_BYTES;
        if too_long {
            self.text.truncate(line.text);
        }
        let text = self.text.get(line.text..).unwrap_or_default();
        tokenize(text, marks, |token| self.tokens.push(token));
        self.rows.push(Row { start: line.start, text_end: self.text.len(), tokens_end: self.tokens.len(), too_long });
        Open { start: self.bytes, text: self.text.len(), too_long: false }
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
            too_long: here.too_long,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_the_rope_has_them_and_too_long_ones_as_empty() {
        // More than one chunk of a rope, with each kind of line end, and lines just short enough and just too long.
        let short = "\u{e9}".repeat(MAX_LINE_BYTES / 2 - 1);
        let ends = ["\n", "\r\n", "\r", "\n\r", ""];
        let lines = ["let a = \"x\";".into(), String::new(), format!("{short}a"), format!("{short}ab"), short];
        let text: String = (0..200).map(|at| format!("{}{}", lines[at % 5], ends[at / 5 % 5])).collect();
        let rope = Rope::from_str(&text);
        let mut read = Lines::default();
        read.read(&rope, 0..rope.len_bytes(), rope.len_lines(), Marks::of("rust"));
        assert_eq!((read.rows.len(), read.bytes()), (rope.len_lines(), text.len()));
        for row in 0..rope.len_lines() {
            let line = rope.line(row).to_string();
            let expect = if line.len() > MAX_LINE_BYTES { "" } else { line.trim_end_matches(['\n', '\r']) };
            assert_eq!(read.line(row).text, expect);
            assert_eq!(read.line(row).too_long, line.len() > MAX_LINE_BYTES);
            assert_eq!(read.start(row), rope.line_to_byte(row));
        }
    }
}
