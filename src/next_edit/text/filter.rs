//! Which tokens may be in which blocks of a text, told without reading them.

use std::ops::Range;

/// Bits of a block's filter: with the some 150 different tokens of a block one yes in seven is false.
const FILTER_BITS: usize = 1_024;

/// The bits of the first filter, then of the second.
const ALL_BITS: usize = 2 * FILTER_BITS;

/// Bits of a word.
const WORD: usize = u64::BITS as usize;

/// Which tokens may be in one block: two Bloom filters, each with one bit a token. Small, and made anew in microseconds.
///
/// The first says which blocks are worth one of the few that a search may read, so what is found depends on it: with
/// another one other places would be known. The second says of most of its false yeses that nothing is to be read.
#[derive(Debug, Clone)]
pub struct Filter([u64; ALL_BITS / WORD]);

impl Filter {
    /// The filter of no token.
    pub const EMPTY: Self = Self([0; ALL_BITS / WORD]);

    /// Adds the token with this hash.
    pub fn add(&mut self, hash: u32) {
        for bit in [first_bit(hash), second_bit(hash)] {
            if let Some(word) = self.0.get_mut(bit / WORD) {
                *word |= 1 << (bit % WORD);
            }
        }
    }
}

fn first_bit(hash: u32) -> usize {
    hash as usize % FILTER_BITS
}

fn second_bit(hash: u32) -> usize {
    FILTER_BITS + (hash >> 16) as usize % FILTER_BITS
}

/// The filters of all blocks of a text.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    filters: Vec<Filter>,
    /// Turned: for each bit of a filter a row of words, with one bit for each block. So who seeks a token reads some words
    /// in a row, whichever blocks there are.
    turned: Vec<u64>,
    /// Words of a row.
    words: usize,
}

impl Filters {
    /// Puts the filters `made` where those of the blocks `replaced` are.
    pub fn replace(&mut self, replaced: Range<usize>, made: Vec<Filter>) {
        let end = replaced.end.min(self.filters.len());
        let start = replaced.start.min(end);
        if made.len() == end - start {
            // A keystroke: a token or two differ.
            for (block, new) in (start..).zip(made) {
                let Some(filter) = self.filters.get_mut(block) else { continue };
                let old = std::mem::replace(filter, new);
                turn(&mut self.turned, self.words, block, &old, filter);
            }
            return;
        }
        self.filters.splice(start..end, made);
        self.words = self.filters.len().div_ceil(WORD);
        self.turned = vec![0; self.words * ALL_BITS];
        for (block, filter) in self.filters.iter().enumerate() {
            turn(&mut self.turned, self.words, block, &Filter::EMPTY, filter);
        }
    }

    /// The blocks that may have the tokens `hashes`, from the block `middle` outwards.
    pub fn outwards(&self, hashes: impl Iterator<Item = u32>, middle: usize) -> Outwards {
        let mut blocks = vec![u64::MAX; self.words];
        for hash in hashes {
            blocks.iter_mut().zip(self.row(first_bit(hash))).for_each(|(all, word)| *all &= word);
        }
        Outwards { below: next(&blocks, middle), above: before(&blocks, middle), blocks, middle }
    }

    /// Whether the block surely lacks one of the tokens, though [`outwards`](Self::outwards) may say it has all.
    pub fn surely_lacks(&self, block: usize, mut hashes: impl Iterator<Item = u32>) -> bool {
        let has =
            |hash: u32| self.row(second_bit(hash)).get(block / WORD).is_none_or(|word| word >> (block % WORD) & 1 == 1);
        !hashes.all(has)
    }

    fn row(&self, bit: usize) -> &[u64] {
        self.turned.get(bit * self.words..(bit + 1) * self.words).unwrap_or_default()
    }
}

/// Blocks from one outwards: itself, one below it, one above it, two below it, ...
#[derive(Debug)]
pub struct Outwards {
    /// A bit for each block: whether it is one of them.
    blocks: Vec<u64>,
    middle: usize,
    /// The next one from the middle on.
    below: Option<usize>,
    /// The next one before the middle.
    above: Option<usize>,
}

impl Iterator for Outwards {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match (self.below, self.above) {
            (Some(below), above) if above.is_none_or(|above| below - self.middle <= self.middle - above) => {
                self.below = next(&self.blocks, below + 1);
                Some(below)
            }
            (_, Some(above)) => {
                self.above = before(&self.blocks, above);
                Some(above)
            }
            _ => None,
        }
    }
}

/// The first bit that is set, `from` or behind it.
fn next(words: &[u64], from: usize) -> Option<usize> {
    let mut at = from / WORD;
    let mut word = words.get(at)? & !below(from % WORD);
    while word == 0 {
        at += 1;
        word = *words.get(at)?;
    }
    Some(at * WORD + word.trailing_zeros() as usize)
}

/// The last bit that is set before `end`.
fn before(words: &[u64], end: usize) -> Option<usize> {
    let mut at = (end / WORD).min(words.len());
    let mut word = words.get(at).map_or(0, |word| word & below(end % WORD));
    while word == 0 {
        at = at.checked_sub(1)?;
        word = *words.get(at)?;
    }
    Some(at * WORD + WORD - 1 - word.leading_zeros() as usize)
}

/// A word of which the lowest `count` bits are set.
fn below(count: usize) -> u64 {
    if count >= WORD { u64::MAX } else { (1 << count) - 1 }
}

/// Writes the filter of the block number `block`, in which stood `old`, in rows of so many words.
fn turn(turned: &mut [u64], words: usize, block: usize, old: &Filter, new: &Filter) {
    let mask = 1 << (block % WORD);
    let mut row = block / WORD;
    for (old, new) in old.0.iter().zip(&new.0) {
        let mut differing = old ^ new;
        while differing != 0 {
            if let Some(word) = turned.get_mut(row + differing.trailing_zeros() as usize * words) {
                *word ^= mask;
            }
            differing &= differing - 1;
        }
        row += WORD * words;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(hash: u32) -> Filter {
        let mut filter = Filter::EMPTY;
        filter.add(hash);
        filter
    }

    proptest! {
        #[test]
        fn blocks_are_found_outwards_after_any_replacements(
            changes in prop::collection::vec((0..150usize, 0..80usize, prop::collection::vec(0..3u32, 0..90)), 1..8),
            middle in 0..200usize,
        ) {
            let (mut filters, mut model) = (Filters::default(), Vec::new());
            for (start, len, made) in changes {
                let start = start.min(model.len());
                let end = (start + len).min(model.len());
                filters.replace(start..end, made.iter().map(|&hash| filter(hash)).collect());
                model.splice(start..end, made);
            }
            for hash in 0..3 {
                let mut expect: Vec<usize> = (0..model.len()).filter(|&at| model[at] == hash).collect();
                expect.sort_by_key(|&at| (at.abs_diff(middle), at < middle));
                prop_assert_eq!(filters.outwards([hash].into_iter(), middle).collect::<Vec<_>>(), expect);
            }
        }
    }
}
