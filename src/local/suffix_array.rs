//! Every place of a text sorted by the tokens before it: the suffix array of the text read backwards.
//!
//! A context is looked up by one binary search. What was found then widens to shorter matches only as far as it is
//! asked to, for a prediction needs the longest and seldom asks how many shorter ones there are.

use std::{
    cmp::Ordering,
    collections::{HashMap, hash_map::Entry},
    ops::Range,
};

use crate::tokens::{Token, TokenHash};

/// Contexts are sorted up to this many tokens. Longer matches are told apart by looking at the text; a prediction
/// hardly ever depends on it.
pub const SORTED_DEPTH: usize = 16;

/// Every place that has a token on either side, sorted by the tokens before it, nearest first.
#[derive(Debug, Default)]
pub struct SuffixArray {
    /// Token numbers: of each place the token behind it.
    places: Vec<u32>,
    /// The first rank of the places behind tokens of each [head](Token::head), and the number of all ranks.
    heads: Vec<u32>,
}

impl SuffixArray {
    /// Sorts the places of `tokens`. Returns as well the ranks at which another token stands right before the places.
    ///
    /// Places are first put into groups by the token before them. Each round then doubles how many tokens are told
    /// apart: where places agree in `depth` tokens, the groups that their contexts fall into without these say how they
    /// go on. Only what still agrees is sorted again (N. J. Larsson and K. Sadakane, "Faster Suffix Sorting", 1999).
    pub fn new(tokens: &[Token]) -> (Self, Vec<u32>) {
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
        let heads = heads(tokens, &places, &groups);
        (Self { places, heads }, groups)
    }

    /// Token numbers: of each place the token behind it, in sorted order.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// The token number of the place at `rank`.
    pub fn place(&self, rank: usize) -> usize {
        self.places.get(rank).map_or(0, |&place| place as usize)
    }

    /// Bytes held in memory.
    pub fn memory(&self) -> usize {
        4 * (self.places.capacity() + self.heads.capacity())
    }

    /// The ranks of the places behind tokens of this [head](Token::head).
    fn behind(&self, head: usize) -> Range<usize> {
        let at = |head: usize| self.heads.get(head).map_or(0, |&rank| rank as usize);
        at(head)..at(head + 1)
    }
}

/// Where in the order the places behind tokens of each head start.
fn heads(tokens: &[Token], places: &[u32], groups: &[u32]) -> Vec<u32> {
    let mut heads = Vec::with_capacity(Token::HEADS + 1);
    for &rank in groups {
        let head = tokens[places[rank as usize] as usize - 1].head();
        heads.resize(heads.len().max(head + 1), rank);
    }
    heads.resize(Token::HEADS + 1, places.len() as u32);
    heads
}

/// The places that share a context: first the place it would have in the order, then ever more of those around it.
#[derive(Debug)]
pub struct Matches<'a> {
    array: &'a SuffixArray,
    tokens: &'a [Token],
    /// Nearest first, no longer than contexts are sorted.
    context: &'a [Token],
    /// Where places lie that agree in the nearest token.
    bounds: Range<usize>,
    ranks: Range<usize>,
    longest: usize,
}

impl<'a> Matches<'a> {
    /// Looks `context`, nearest token first, up in `array`, which is that of `tokens`.
    pub fn new(array: &'a SuffixArray, tokens: &'a [Token], context: &'a [Token]) -> Self {
        let context = &context[..context.len().min(SORTED_DEPTH)];
        let bounds = context.first().map_or(0..0, |nearest| array.behind(nearest.head()));
        let mut matches = Self { array, tokens, context, ranks: 0..0, longest: 0, bounds };
        let (mut from, mut to) = (matches.bounds.start, matches.bounds.end);
        while from < to {
            let middle = from.midpoint(to);
            let (length, order) = matches.compare(middle);
            matches.longest = matches.longest.max(length);
            if order == Ordering::Less {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        matches.ranks = from..from;
        matches
    }

    /// The tokens of the longest match; 0 where the nearest token occurs nowhere.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The ranks of all places found so far; see [`SuffixArray::place`].
    pub fn ranks(&self) -> Range<usize> {
        self.ranks.clone()
    }

    /// Finds the places that agree in `length` tokens as well, and returns the ranks of those that were not found
    /// before.
    pub fn widen(&mut self, length: usize) -> [Range<usize>; 2] {
        if length == 0 || length > self.longest {
            return [self.ranks.start..self.ranks.start, self.ranks.end..self.ranks.end];
        }
        let inner = self.ranks.clone();
        let before = reach(inner.start - self.bounds.start, |steps| self.agrees(inner.start - steps, length));
        let behind = reach(self.bounds.end - inner.end, |steps| self.agrees(inner.end + steps - 1, length));
        self.ranks = inner.start - before..inner.end + behind;
        [self.ranks.start..inner.start, inner.end..self.ranks.end]
    }

    fn agrees(&self, rank: usize, length: usize) -> bool {
        self.compare(rank).0 >= length
    }

    /// How many tokens before the place at `rank` agree, and whether it stands before or behind the context.
    fn compare(&self, rank: usize) -> (usize, Ordering) {
        let place = self.array.place(rank);
        let before = self.tokens.get(..place).unwrap_or_default();
        for (length, token) in self.context.iter().enumerate() {
            let there = before.len().checked_sub(length + 1).map_or(Token::BORDER, |at| before[at]);
            if there != *token {
                return (length, there.cmp(token));
            }
        }
        (self.context.len(), Ordering::Equal)
    }
}

/// How many steps from 1 on, `most` at most, can be taken before one fails, when all after it fail as well.
fn reach(most: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut taken, mut step) = (0, 1);
    while taken + step <= most && holds(taken + step) {
        taken += step;
        step *= 2;
    }
    while step > 0 {
        if taken + step <= most && holds(taken + step) {
            taken += step;
        }
        step /= 2;
    }
    taken
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tokens::tokenize;

    /// The tokens of texts with a border around each, and what stands at each.
    fn tokens(texts: &[&str]) -> (Vec<Token>, Vec<String>) {
        let (mut tokens, mut words) = (vec![Token::BORDER], vec![String::new()]);
        for text in texts {
            let (from, mut starts) = (tokens.len(), vec![]);
            tokenize(text, 0, &mut tokens, &mut starts);
            words.extend(starts.iter().map(|&start| text[start as usize..].split(' ').next().unwrap().to_owned()));
            assert_eq!(tokens.len() - from, starts.len());
            tokens.push(Token::BORDER);
            words.push(String::new());
        }
        (tokens, words)
    }

    fn context(text: &str) -> Vec<Token> {
        let (mut tokens, mut starts) = (vec![], vec![]);
        tokenize(text, 0, &mut tokens, &mut starts);
        tokens.reverse();
        tokens
    }

    /// `text` as one would read it; the answer is what follows each place with the longest match.
    #[track_caller]
    fn check(texts: &[&str], text: &str, length: usize, follows: &[&str]) {
        let ((tokens, words), context) = (tokens(texts), context(text));
        let (array, _) = SuffixArray::new(&tokens);
        let mut matches = Matches::new(&array, &tokens, &context);
        assert_eq!(matches.longest(), length, "length of the longest match");
        matches.widen(length);
        let mut seen: Vec<&str> = matches.ranks().map(|rank| words[array.place(rank)].as_str()).collect();
        seen.sort_unstable();
        assert_eq!(seen, follows);
    }

    #[test]
    fn finds_the_places_of_the_longest_context() {
        check(&["a b c d ", "x b c e "], "a b c", 3, &["d"]);
        check(&["a b c d ", "x b c e "], "q b c", 2, &["d", "e"]);
        check(&["a b c d "], "z", 0, &[]);
        check(&[], "a", 0, &[]);
        check(&["a b "], "", 0, &[]);
    }

    #[test]
    fn no_match_runs_over_the_border_of_a_file() {
        check(&["a b", "c d "], "a b c", 1, &["d"]);
    }

    proptest! {
        /// Beside a plain look at every place.
        #[test]
        fn finds_what_a_scan_finds(
            texts in prop::collection::vec("([ab] |\n){0,60}", 0..4), text in "([abc] |\n){0,20}"
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let ((tokens, _), context) = (tokens(&texts), context(&text));
            let (array, _) = SuffixArray::new(&tokens);
            let agree = |place: usize| {
                let length = tokens[..place].iter().rev().zip(&context).take_while(|(a, b)| a == b).count();
                length.min(SORTED_DEPTH)
            };
            let fits = |place: usize, length| tokens[place] != Token::BORDER && agree(place) >= length;
            let places = |length| (1..tokens.len()).filter(|&place| fits(place, length)).collect::<Vec<_>>();
            let mut matches = Matches::new(&array, &tokens, &context);
            let longest = (0..=SORTED_DEPTH).rfind(|&length| !places(length).is_empty());
            prop_assert_eq!(matches.longest(), longest.unwrap_or(0));
            for length in (1..=SORTED_DEPTH).rev() {
                let known = matches.ranks();
                let [before, behind] = matches.widen(length);
                prop_assert_eq!(before.end..behind.start, known);
                let mut found: Vec<usize> = matches.ranks().map(|rank| array.place(rank)).collect();
                found.sort_unstable();
                prop_assert_eq!(found, places(length));
            }
        }
    }
}
