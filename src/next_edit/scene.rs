//! What the rules see: the open texts, and the person's changes taken apart.

use std::sync::Arc;

use super::{
    difference::Piece,
    history::Change,
    text::{MAX_LINE_BYTES, Reader, Text, slice},
    tokens::Line,
};

/// A change of more lines, before or after, is too large to be an example.
const MAX_EXAMPLE_LINES: usize = 60;

/// So many bytes such lines have at most.
const MAX_EXAMPLE_BYTES: usize = MAX_EXAMPLE_LINES * MAX_LINE_BYTES;

/// One change, taken apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taken {
    /// Its parts in order.
    pub pieces: Vec<Piece>,
    /// How many replacements and lines it has.
    pub parts: usize,
    /// All of it as one block of lines, where it has several parts.
    pub whole: Option<Block>,
}

/// Whole lines that were replaced: before which of the new ones they start, what stood there, and what stands there.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The first of the change's lines.
    pub at: usize,
    /// As they were.
    pub old: Vec<Line>,
    /// As they are.
    pub new: Vec<Line>,
}

impl Taken {
    /// Takes `change` of `text` apart. One that is too large to be an example has no parts.
    pub fn new(text: &Text, change: &Change) -> Self {
        let first = text.line_at(change.range.start);
        let last = text.line_at(change.range.end);
        let (start, end) = (text.line_start(first), text.line_start(last + 1));
        // Nothing is made of a long line, so it is not even copied: it can be a whole file.
        if end - start > MAX_EXAMPLE_BYTES {
            return Self::default();
        }
        let now = text.slice(start..end);
        let mut before = slice(&text.rope, start..change.range.start);
        before.push_str(&change.before);
        before.push_str(&slice(&text.rope, change.range.end..end));
        let lines = |text_then: &str| -> Vec<Line> {
            let mut lines: Vec<Line> = text_then.split('\n').map(|line| Line::new(line, text.marks)).collect();
            if text_then.ends_with('\n') || text_then.is_empty() {
                lines.pop();
            }
            lines
        };
        let (old, new) = (lines(&before), lines(&now));
        let too_long = |lines: &[Line]| {
            lines.len() > MAX_EXAMPLE_LINES || lines.iter().any(|line| line.text.len() > MAX_LINE_BYTES)
        };
        if too_long(&old) || too_long(&new) {
            return Self::default();
        }
        let pieces = super::difference::difference(&old, &new);
        let parts = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Line { replacements, .. } => replacements.len(),
                Piece::Lines { old, new, .. } => old.len().max(new.len()),
            })
            .sum();
        let whole = (parts > 1).then(|| block(&old, &new)).flatten();
        Self { pieces, parts, whole }
    }

    /// The blocks of whole lines: those among the parts, and the whole change. Before which line each is, and its lines.
    pub fn blocks(&self) -> impl Iterator<Item = (usize, &[Line], &[Line])> {
        let parts = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Lines { at, old, new } => Some((*at, old.as_slice(), new.as_slice())),
            Piece::Line { .. } => None,
        });
        parts.chain(self.whole.iter().map(|whole| (whole.at, whole.old.as_slice(), whole.new.as_slice())))
    }
}

/// From the first line that differs to the last, if lines were replaced by others.
fn block(old: &[Line], new: &[Line]) -> Option<Block> {
    let same = |pair: &(&Line, &Line)| pair.0.text == pair.1.text;
    let head = old.iter().zip(new).take_while(same).count();
    let (old, new) = (old.get(head..)?, new.get(head..)?);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    let (old, new) = (old.get(..old.len() - tail)?, new.get(..new.len() - tail)?);
    (!old.is_empty() && !new.is_empty()).then(|| Block { at: head, old: old.to_vec(), new: new.to_vec() })
}

/// One of the person's changes as the rules see it.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its document among the scene's texts.
    pub text: usize,
    /// How many changes are later.
    pub age: usize,
    /// Whether the person typed it; else it was accepted.
    pub typed: bool,
    /// The first line it touches, as the text is now.
    pub first_line: usize,
    /// The last line it touches.
    pub last_line: usize,
    /// Where the new text is, in bytes.
    pub range: std::ops::Range<usize>,
    /// What it did.
    pub taken: Arc<Taken>,
}

/// All that the rules see.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The open texts; that with the cursor is first.
    pub readers: Vec<Reader<'a>>,
    /// The changes, the latest first.
    pub examples: Vec<Example>,
    /// The line of the cursor in the first text.
    pub cursor_line: usize,
}

impl Scene<'_> {
    /// Whether the person typed the example of this number.
    pub fn is_typed(&self, example: usize) -> bool {
        self.examples.get(example).is_some_and(|example| example.typed)
    }

    /// Where searching in the text number `text` starts: the cursor, or the latest change there.
    pub fn near(&self, text: usize) -> usize {
        if text == 0 {
            return self.cursor_line;
        }
        self.examples.iter().find(|example| example.text == text).map_or(0, |example| example.first_line)
    }
}
