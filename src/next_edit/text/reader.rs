//! Reads lines of one text outwards from a place, as far as it may.

use std::{cell::Cell, sync::Arc};

use super::{ReadBlock, Text};
use crate::next_edit::tokens::Line;

/// Reads lines of one text, and so many blocks at most when searching.
#[derive(Debug)]
pub struct Reader<'a> {
    /// What is read.
    pub text: &'a Text,
    starts: Vec<usize>,
    /// How many more blocks may be read.
    left: Cell<usize>,
    /// How many are read.
    read: Cell<usize>,
}

/// A line that was read, which keeps its block alive.
#[derive(Debug, Clone)]
pub struct LineRef {
    block: Arc<ReadBlock>,
    at: usize,
}

impl std::ops::Deref for LineRef {
    type Target = Line;

    fn deref(&self) -> &Line {
        static EMPTY: Line = Line { text: String::new(), tokens: Vec::new() };
        self.block.lines.get(self.at).unwrap_or(&EMPTY)
    }
}

impl LineRef {
    /// The line itself, copied.
    pub fn owned(&self) -> Line {
        Line::clone(self)
    }
}

impl<'a> Reader<'a> {
    /// Reads `text`, at most `blocks` blocks of it when searching.
    pub fn new(text: &'a Text, blocks: usize) -> Self {
        let mut starts = Vec::with_capacity(text.blocks.len());
        let mut start = 0;
        for block in &text.blocks {
            starts.push(start);
            start += block.lines;
        }
        let read = text.blocks.iter().filter(|block| block.read.get().is_some()).count();
        Self { text, starts, left: Cell::new(blocks), read: Cell::new(read) }
    }

    /// Line `line`, whatever was read so far.
    pub fn line(&self, line: usize) -> LineRef {
        let block = self.starts.partition_point(|&start| start <= line).saturating_sub(1);
        let first = self.starts.get(block).copied().unwrap_or_default();
        LineRef { block: self.block(block), at: line.checked_sub(first).unwrap_or(usize::MAX) }
    }

    /// The lines that have all tokens of `hashes`, from the block around `near` outwards until `most` were found or too
    /// many blocks were read; within the text's order in each block.
    pub fn lines_with(&self, hashes: &[u32], near: usize, most: usize) -> Vec<usize> {
        let mut found = Vec::new();
        // Words are rarer than what stands before them: `import`, `let`, `self`.
        let Some(&rarest) = hashes.last() else { return found };
        let middle = self.starts.partition_point(|&start| start <= near).saturating_sub(1);
        let mut seen = 0;
        for at in outwards(middle, self.starts.len()) {
            let Some(block) = self.text.blocks.get(at) else { continue };
            let read = block.read.get().is_some();
            seen += usize::from(read);
            let left = self.left.get();
            if !read && left == 0 {
                // No more may be read, and what was read is behind us.
                if seen == self.read.get() {
                    break;
                }
                continue;
            }
            if !hashes.iter().all(|&hash| block.filter.may_have(hash)) {
                continue;
            }
            if !read {
                self.left.set(left - 1);
                seen += 1;
            }
            let first = self.starts.get(at).copied().unwrap_or_default();
            let block = self.block(at);
            for row in block.lines_of(rarest) {
                let has = |line: &Line| hashes.iter().all(|hash| line.tokens.iter().any(|token| token.hash == *hash));
                if block.lines.get(row).is_some_and(has) {
                    found.push(first + row);
                }
            }
            if found.len() >= most {
                break;
            }
        }
        found
    }

    fn block(&self, at: usize) -> Arc<ReadBlock> {
        let Some(block) = self.text.blocks.get(at) else { return Arc::default() };
        let read = || {
            self.read.set(self.read.get() + 1);
            let first = self.starts.get(at).copied().unwrap_or_default();
            Arc::new(ReadBlock::new(self.text.lines_at(first, block.lines)))
        };
        Arc::clone(block.read.get_or_init(read))
    }
}

/// `middle`, then what is one away from it, two away, ... below `count`.
fn outwards(middle: usize, count: usize) -> impl Iterator<Item = usize> {
    (0..=count).flat_map(move |away| {
        let below = Some(middle + away).filter(|&at| at < count);
        let above = middle.checked_sub(away).filter(|&at| away > 0 && at < count);
        [below, above].into_iter().flatten()
    })
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
