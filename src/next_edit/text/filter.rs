//! Which tokens may be in which blocks of a text, told without reading them.

use std::ops::Range;

/// Words of a block's filter: 1,024 bits hold the some 150 different tokens of a block with one false yes in seven.
const FILTER_WORDS: usize = 16;

/// Which tokens may be in one block: a Bloom filter with one bit a token. Small, and made anew in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter([u64; FILTER_WORDS]);

impl Filter {
    /// The filter of no token.
    pub const EMPTY: Self = Self([0; FILTER_WORDS]);

    /// Adds the token with this hash.
    pub fn add(&mut self, hash: u32) {
        if let Some(word) = self.0.get_mut(word_of(hash)) {
            *word |= bit_of(hash);
        }
    }
}

/// The filters of all blocks of a text, the same word of all of them side by side: who seeks one token reads these words
/// in a row.
#[derive(Debug, Clone, Default)]
pub struct Filters([Vec<u64>; FILTER_WORDS]);

impl Filters {
    /// Puts the filters `made` where those of the blocks `replaced` are.
    pub fn replace(&mut self, replaced: Range<usize>, made: &[Filter]) {
        for (at, words) in self.0.iter_mut().enumerate() {
            let end = replaced.end.min(words.len());
            let made = made.iter().map(|filter| filter.0.get(at).copied().unwrap_or_default());
            words.splice(replaced.start.min(end)..end, made);
        }
    }

    /// The blocks that may have the token with this hash.
    pub fn of(&self, hash: u32) -> MayHave<'_> {
        MayHave { words: self.0.get(word_of(hash)).map(Vec::as_slice).unwrap_or_default(), bit: bit_of(hash) }
    }
}

/// The blocks that may have one token.
#[derive(Debug, Clone, Copy)]
pub struct MayHave<'a> {
    words: &'a [u64],
    bit: u64,
}

impl MayHave<'_> {
    /// Whether the token may be in the block number `block`.
    pub fn block(&self, block: usize) -> bool {
        self.words.get(block).is_some_and(|word| word & self.bit != 0)
    }
}

fn word_of(hash: u32) -> usize {
    (hash >> 6) as usize % FILTER_WORDS
}

fn bit_of(hash: u32) -> u64 {
    1 << (hash & 63)
}
