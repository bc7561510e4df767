//! Sorting the places of a text by the tokens before them.

use std::{
    collections::{HashMap, hash_map::Entry},
    ops::Range,
};

use crate::tokens::{Token, TokenHash};

/// Contexts are sorted up to this many tokens. Longer matches are told apart by looking at the text; a prediction
/// hardly ever depends on it.
pub const SORTED_DEPTH: usize = 16;

/// Every place that has a token on either side, sorted by the tokens before it, nearest first.
#[derive(Debug, Default)]
pub struct Order {
    /// Token numbers: of each place the token behind it.
    pub places: Vec<u32>,
    /// The ranks at which another token stands right before the places.
    pub groups: Vec<u32>,
}

impl Order {
    /// Sorts the places of `tokens`.
    ///
    /// Places are first put into groups by the token before them. Each round then doubles how many tokens are told
    /// apart: where places agree in `depth` tokens, the groups that their contexts fall into without these say how they
    /// go on. Only what still agrees is sorted again (N. J. Larsson and K. Sadakane, "Faster Suffix Sorting", 1999).
    pub fn new(tokens: &[Token]) -> Self {
        let (mut places, groups, mut ranks) = by_nearest(tokens);
        let ends = groups.iter().skip(1).copied().chain([places.len() as u32]);
        let whole = groups.iter().zip(ends).map(|(&from, to)| from as usize..to as usize);
        let mut undecided: Vec<Range<usize>> = whole.filter(|group| group.len() > 1).collect();
        let (mut still, mut keyed) = (Vec::new(), Vec::new());
        let mut depth = 1;
        while depth < SORTED_DEPTH {
            for group in undecided.drain(..) {
                let further = |at: u32| (at as usize).checked_sub(depth).map_or(0, |at| ranks[at]);
                keyed.clear();
                keyed.extend(places[group.clone()].iter().map(|&at| u64::from(further(at)) << 32 | u64::from(at)));
                keyed.sort_unstable();
                let mut from = group.start;
                for alike in keyed.chunk_by(|a, b| a >> 32 == b >> 32) {
                    let to = from + alike.len();
                    for (place, &key) in places[from..to].iter_mut().zip(alike) {
                        *place = key as u32;
                        ranks[*place as usize] = from as u32 + 1;
                    }
                    if alike.len() > 1 {
                        still.push(from..to);
                    }
                    from = to;
                }
            }
            std::mem::swap(&mut undecided, &mut still);
            depth *= 2;
        }
        Self { places, groups }
    }
}

/// Every place that has a token on either side in groups by the token before it, where each group starts, and for each
/// token number its place's group: where that starts, counted from 1. At a border it is 0, for what stands behind a
/// border in a context is never asked for.
fn by_nearest(tokens: &[Token]) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let mut numbers: HashMap<Token, u32, TokenHash> = HashMap::default();
    let mut sizes: Vec<(Token, u32)> = Vec::new();
    let mut ranks = vec![0; tokens.len()];
    for (pair, rank) in tokens.windows(2).zip(ranks.iter_mut().skip(1)) {
        let (nearest, behind) = (pair[0], pair[1]);
        if nearest == Token::BORDER || behind == Token::BORDER {
            continue;
        }
        let next = sizes.len() as u32;
        let number = match numbers.entry(nearest) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                sizes.push((nearest, 0));
                *new.insert(next)
            }
        };
        sizes[number as usize].1 += 1;
        *rank = number + 1;
    }
    let mut sorted: Vec<usize> = (0..sizes.len()).collect();
    sorted.sort_unstable_by_key(|&number| sizes[number].0);
    let mut total = 0;
    let groups = sorted.into_iter().map(|number| {
        let from = total;
        total += std::mem::replace(&mut sizes[number].1, from);
        from
    });
    let groups: Vec<u32> = groups.collect();
    let starts: Vec<u32> = sizes.iter().map(|size| size.1).collect();
    let mut places = vec![0; total as usize];
    for (at, rank) in ranks.iter_mut().enumerate().filter(|(_, rank)| **rank > 0) {
        let number = *rank as usize - 1;
        let next = &mut sizes[number].1;
        places[*next as usize] = at as u32;
        *next += 1;
        *rank = starts[number] + 1;
    }
    (places, groups, ranks)
}
