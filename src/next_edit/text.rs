//! An open text: its rope, and for each block of lines which tokens are in it, so that a search reads few lines.

mod block;
mod filter;
mod reader;

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use ropey::Rope;

use self::{
    block::{Lines, ReadBlock},
    filter::{Filter, Filters},
};
use super::tokens::{Marks, hash};

pub use reader::Reader;

/// Lines of a block where one is made. Small enough to be read again on each keystroke.
const BLOCK_LINES: usize = 48;

/// A block is divided when it has more.
const MAX_BLOCK_LINES: usize = 2 * BLOCK_LINES;

/// Lines with more bytes are read as empty: they are data.
pub const MAX_LINE_BYTES: usize = 2_000;

/// Blocks of a text whose lines are kept: some 12,000 lines, three to four megabytes.
const MAX_KEPT_BLOCKS: usize = 250;

/// When a change makes more blocks anew, it is no keystroke: their lines are read when they are asked for.
const MAX_BLOCKS_OF_KEYSTROKE: usize = 2;

#[derive(Debug, Clone)]
struct Block {
    lines: usize,
    bytes: usize,
    /// Whether a search read it, until the block changes or [`Text::forget_read`].
    read: OnceLock<()>,
    /// Its lines, longer than they count as read: to read them again is most of what a search costs.
    kept: OnceLock<Box<ReadBlock>>,
}

/// Where a block starts.
#[derive(Debug, Clone, Copy)]
struct Start {
    line: usize,
    byte: usize,
}

/// One open text.
#[derive(Debug, Clone)]
pub struct Text {
    /// What the document is called: its URI.
    pub key: Arc<str>,
    /// LSP's language identifier.
    pub language: Arc<str>,
    /// How the language marks strings and comments.
    pub marks: Marks,
    /// The text itself.
    pub rope: Rope,
    blocks: Vec<Block>,
    /// Where each block starts.
    starts: Vec<Start>,
    /// Which tokens may be in each block.
    filters: Filters,
}

impl Text {
    /// The text of the document `key`.
    pub fn new(key: Arc<str>, language: Arc<str>, rope: Rope) -> Self {
        let marks = Marks::of(&language);
        let lines = 0..rope.len_lines();
        let mut text = Self { key, language, marks, rope, blocks: vec![], starts: vec![], filters: Filters::default() };
        text.put_blocks(0..0, lines);
        text
    }

    /// Takes `rope` for the text, in which something else stands where `replaced` stood.
    pub fn change(&mut self, rope: Rope, replaced: Range<usize>) {
        let before = &self.rope;
        // One line more on each side: a line end made of two characters may be torn or joined there.
        let first = line_of(before, replaced.start).saturating_sub(1);
        let last = (line_of(before, replaced.end) + 2).min(before.len_lines());
        let grown = rope.len_lines() as isize - before.len_lines() as isize;
        self.rope = rope;
        let (mut from, mut start) = (0, 0);
        while self.blocks.get(from).is_some_and(|block| start + block.lines <= first) {
            start += self.blocks.get(from).map_or(0, |block| block.lines);
            from += 1;
        }
        let (mut to, mut end) = (from, start);
        while end < last && to < self.blocks.len() {
            end += self.blocks.get(to).map_or(0, |block| block.lines);
            to += 1;
        }
        let end = end.saturating_add_signed(grown).max(start);
        self.put_blocks(from..to, start..end);
    }

    /// Makes blocks of `lines`, in the place of the blocks `replaced`.
    fn put_blocks(&mut self, replaced: Range<usize>, lines: Range<usize>) {
        let (blocks, filters) = blocks(&self.rope, self.marks, lines);
        self.filters.replace(replaced.clone(), filters);
        self.blocks.splice(replaced, blocks);
        let mut start = Start { line: 0, byte: 0 };
        self.starts.clear();
        for block in &self.blocks {
            self.starts.push(start);
            start = Start { line: start.line + block.lines, byte: start.byte + block.bytes };
        }
    }

    /// Forgets which blocks were read when it was more than `most`, and their lines when too many are kept.
    pub fn forget_read(&mut self, most: usize) {
        if self.blocks.iter().filter(|block| block.read.get().is_some()).count() <= most {
            return;
        }
        let crowded = self.blocks.iter().filter(|block| block.kept.get().is_some()).count() > MAX_KEPT_BLOCKS;
        for block in &mut self.blocks {
            block.read = OnceLock::new();
            if crowded {
                block.kept = OnceLock::new();
            }
        }
    }

    /// The block in which `line` is.
    fn block_of(&self, line: usize) -> usize {
        self.starts.partition_point(|start| start.line <= line).saturating_sub(1)
    }

    /// Whether the block number `at` was read.
    fn was_read(&self, at: usize) -> bool {
        self.blocks.get(at).is_some_and(|block| block.read.get().is_some())
    }

    /// The lines of the block number `at` if they are kept.
    fn kept(&self, at: usize) -> Option<&ReadBlock> {
        self.blocks.get(at)?.kept.get().map(Box::as_ref)
    }

    /// Counts the block number `at` as read: what is sought is surely not in it.
    fn count_as_read(&self, at: usize) {
        if let Some(block) = self.blocks.get(at) {
            block.read.get_or_init(|| ());
        }
    }

    /// Reads the block number `at`.
    fn read(&self, at: usize) -> Option<&ReadBlock> {
        let block = self.blocks.get(at)?;
        block.read.get_or_init(|| ());
        let read = || {
            let start = self.starts.get(at).map_or(0, |start| start.byte);
            let mut lines = Lines::default();
            lines.read(&self.rope, start..start + block.bytes, block.lines, self.marks);
            Box::new(ReadBlock::new(lines))
        };
        Some(block.kept.get_or_init(read))
    }

    /// How many lines there are; the empty one after a last line end counts.
    pub fn lines(&self) -> usize {
        self.rope.len_lines()
    }

    /// The byte at which `line` starts; the text's end when there is none such.
    pub fn line_start(&self, line: usize) -> usize {
        if line >= self.rope.len_lines() { self.rope.len_bytes() } else { self.rope.line_to_byte(line) }
    }

    /// The line in which byte `at` is.
    pub fn line_at(&self, at: usize) -> usize {
        line_of(&self.rope, at)
    }

    /// The text at `range`, which is cut to what there is and to whole characters.
    pub fn slice(&self, range: Range<usize>) -> String {
        slice(&self.rope, range)
    }

    /// The line end that the text has: that of its first line.
    pub fn line_end(&self) -> &'static str {
        let first = self.rope.line(0);
        let chars = first.len_chars();
        match (chars.checked_sub(2).and_then(|at| first.get_char(at)), first.get_char(chars.wrapping_sub(1))) {
            (Some('\r'), Some('\n')) => "\r\n",
            (_, Some('\r')) => "\r",
            _ => "\n",
        }
    }
}

/// The text of `rope` at `range`, which is cut to what there is and to whole characters.
pub fn slice(rope: &Rope, range: Range<usize>) -> String {
    let end = range.end.min(rope.len_bytes());
    let start = range.start.min(end);
    let (start, end) = (rope.char_to_byte(rope.byte_to_char(start)), rope.char_to_byte(rope.byte_to_char(end)));
    rope.byte_slice(start..end).into()
}

/// The edit without the bytes that both texts begin and end with in it, at whole characters.
pub fn narrowed(before: &Rope, after: &Rope, replaced: Range<usize>, inserted: usize) -> (Range<usize>, usize) {
    let (old_end, new_end) = (replaced.end.min(before.len_bytes()), (replaced.start + inserted).min(after.len_bytes()));
    let start = replaced.start.min(old_end).min(new_end);
    let most = (old_end - start).min(new_end - start);
    let head = before.bytes_at(start).zip(after.bytes_at(start)).take(most).take_while(|(one, two)| one == two).count();
    let floor = |rope: &Rope| rope.char_to_byte(rope.byte_to_char(start + head));
    let from = floor(before).min(floor(after)).max(start);
    let most = (old_end - from).min(new_end - from);
    let ends = before.bytes_at(old_end).reversed().zip(after.bytes_at(new_end).reversed());
    let mut tail = ends.take(most).take_while(|(one, two)| one == two).count();
    let whole = |rope: &Rope, at: usize| rope.char_to_byte(rope.byte_to_char(at)) == at;
    while tail > 0 && !(whole(before, old_end - tail) && whole(after, new_end - tail)) {
        tail -= 1;
    }
    (from..old_end - tail, new_end - tail - from)
}

fn line_of(rope: &Rope, at: usize) -> usize {
    rope.byte_to_line(at.min(rope.len_bytes()))
}

fn blocks(rope: &Rope, marks: Marks, lines: Range<usize>) -> (Vec<Block>, Vec<Filter>) {
    let count = lines.len();
    let pieces = if count <= MAX_BLOCK_LINES { 1 } else { count.div_ceil(BLOCK_LINES) };
    let keep = pieces <= MAX_BLOCKS_OF_KEYSTROKE;
    let (mut blocks, mut filters) = (Vec::with_capacity(pieces), Vec::with_capacity(pieces));
    let byte = |line: usize| rope.line_to_byte(line.min(rope.len_lines()));
    let mut read = Lines::default();
    let mut start = byte(lines.start);
    for piece in 0..pieces {
        let (from, to) = (count * piece / pieces, count * (piece + 1) / pieces);
        let (size, end) = (to - from, byte(lines.start + to));
        read.read(rope, start..end, size, marks);
        start = end;
        filters.push(read.filter());
        let bytes = read.bytes();
        let kept = match keep {
            true => OnceLock::from(Box::new(ReadBlock::new(std::mem::take(&mut read)))),
            false => OnceLock::new(),
        };
        blocks.push(Block { lines: size, bytes, read: OnceLock::new(), kept });
    }
    (blocks, filters)
}

/// The hash of the token `text`.
pub fn token_hash(text: &str) -> u32 {
    hash(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(content: &str) -> Text {
        Text::new("a".into(), "rust".into(), Rope::from_str(content))
    }

    proptest! {
        #[test]
        fn a_whole_text_that_comes_anew_is_what_differs(one in "[aé😀\r\n]{0,9}", two in "[aé😀\r\n]{0,9}") {
            let (before, after) = (Rope::from_str(&one), Rope::from_str(&two));
            let (range, inserted) = narrowed(&before, &after, 0..one.len(), two.len());
            let mut text = one.clone();
            text.replace_range(range.clone(), &two[range.start..range.start + inserted]);
            prop_assert_eq!(text, two);
        }

        #[test]
        fn a_changed_text_finds_what_a_new_one_finds(
            lines in prop::collection::vec("[ab]{1,2}", 0..300),
            changes in prop::collection::vec((0..2000usize, 0..40usize, "([ab\r]|\n| ){0,8}"), 1..12),
        ) {
            let mut changed = text(&lines.join("\n"));
            for (start, len, inserted) in changes {
                let mut rope = changed.rope.clone();
                let start = start.min(rope.len_bytes());
                let end = (start + len).min(rope.len_bytes());
                rope.remove(start..end);
                rope.insert(start, &inserted);
                changed.change(rope, start..end);
            }
            let fresh = Text::new("a".into(), "rust".into(), changed.rope.clone());
            prop_assert_eq!(changed.blocks.iter().map(|block| block.lines).sum::<usize>(), changed.lines());
            let reader = Reader::new(&changed, 0);
            for line in 0..changed.lines() + 2 {
                let expected = changed.rope.get_line(line).map(|line| line.to_string()).unwrap_or_default();
                prop_assert_eq!(reader.line(line).text, expected.trim_end_matches(['\n', '\r']));
                prop_assert_eq!(reader.line_start(line), changed.line_start(line));
            }
            for word in ["a", "b", "ab", "ba"] {
                let find = |text: &Text| {
                    let mut lines = Reader::new(text, 1000).lines_with(&[token_hash(word)], 0, 10_000);
                    lines.sort_unstable();
                    lines
                };
                prop_assert_eq!(find(&changed), find(&fresh));
            }
        }
    }
}
