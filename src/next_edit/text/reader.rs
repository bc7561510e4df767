//! Reads lines of one text outwards from a place, as far as it may.

use std::cell::Cell;

use super::Text;
use crate::next_edit::tokens::LineRef;

/// Reads lines of one text, and so many blocks at most when searching.
#[derive(Debug)]
pub struct Reader<'a> {
    /// What is read.
    pub text: &'a Text,
    /// How many more blocks may be read.
    left: Cell<usize>,
    /// The block that was read last: the next line is mostly in it too.
    last: Cell<usize>,
}

impl<'a> Reader<'a> {
    /// Reads `text`, at most `blocks` blocks of it when searching.
    pub fn new(text: &'a Text, blocks: usize) -> Self {
        Self { text, left: Cell::new(blocks), last: Cell::new(0) }
    }

    /// Line `line`, whatever was read so far.
    pub fn line(&self, line: usize) -> LineRef<'a> {
        let at = self.block_of(line);
        let first = self.text.starts.get(at).map_or(0, |start| start.line);
        match (self.text.read(at), line.checked_sub(first)) {
            (Some(block), Some(row)) => block.lines.line(row),
            _ => LineRef::default(),
        }
    }

    /// The byte at which `line` starts; the text's end when there is none such.
    pub fn line_start(&self, line: usize) -> usize {
        if line >= self.text.lines() {
            return self.text.rope.len_bytes();
        }
        let at = self.block_of(line);
        match (self.text.starts.get(at), self.text.kept(at)) {
            (Some(start), Some(block)) => start.byte + block.lines.start(line.saturating_sub(start.line)),
            _ => self.text.line_start(line),
        }
    }

    fn block_of(&self, line: usize) -> usize {
        let last = self.last.get();
        let start = |block: usize| self.text.starts.get(block).map(|start| start.line);
        let within = start(last).is_some_and(|start| start <= line) && start(last + 1).is_none_or(|next| line < next);
        if !within {
            self.last.set(self.text.block_of(line));
        }
        self.last.get()
    }

    /// The lines that have all tokens of `hashes`, from the block around `near` outwards until `most` were found or too
    /// many blocks were read; within the text's order in each block.
    pub fn lines_with(&self, hashes: &[u32], near: usize, most: usize) -> Vec<usize> {
        let mut found = Vec::new();
        self.add_lines_with(hashes, near, most, &mut found);
        found
    }

    /// Adds these lines to `found`, as many as if it was empty.
    pub fn add_lines_with(&self, hashes: &[u32], near: usize, most: usize, found: &mut Vec<usize>) {
        let known = found.len();
        // Words are rarer than what stands before them: `import`, `let`, `self`.
        let Some((&rarest, others)) = hashes.split_last() else { return };
        let filters = &self.text.filters;
        for at in filters.outwards(hashes.iter().copied(), self.text.block_of(near)) {
            if !self.text.was_read(at) {
                match self.left.get().checked_sub(1) {
                    Some(left) => self.left.set(left),
                    // No more may be read, but some further on may have been.
                    None => continue,
                }
            }
            if filters.surely_lacks(at, hashes.iter().copied()) {
                self.text.count_as_read(at);
                continue;
            }
            let first = self.text.starts.get(at).map_or(0, |start| start.line);
            if let Some(block) = self.text.read(at) {
                block.lines_with(others, rarest, |row| found.push(first + row));
            }
            if found.len() - known >= most {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ropey::Rope;

    use super::*;
    use crate::next_edit::text::{MAX_BLOCK_LINES, token_hash};

    fn text(content: &str) -> Text {
        Text::new("a".into(), "rust".into(), Rope::from_str(content))
    }

    #[test]
    fn lines_are_found_from_the_cursor_outwards() {
        let content: String =
            (0..1000).map(|n| if n % 100 == 0 { "needle\n".into() } else { format!("x{n}\n") }).collect();
        let text = text(&content);
        let reader = Reader::new(&text, 100);
        let found = reader.lines_with(&[token_hash("needle")], 510, 1);
        assert_eq!(found, [500]);
        assert_eq!(reader.lines_with(&[token_hash("needle")], 0, 100).len(), 10);
        assert_eq!(reader.lines_with(&[token_hash("needle"), token_hash("x1")], 0, 100).len(), 0);
    }

    #[test]
    fn no_more_blocks_are_read_than_allowed() {
        let text = text(&"needle\n".repeat(1000));
        let reader = Reader::new(&text, 2);
        assert!(reader.lines_with(&[token_hash("needle")], 500, 1000).len() <= 2 * MAX_BLOCK_LINES);
    }
}
