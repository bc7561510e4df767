//! The places of a segment that share a context, the longest match first.

use std::{cmp::Ordering, ops::Range};

use crate::{order::SORTED_DEPTH, segment::Segment, tokens::Token};

/// Where a context stands in a segment's order: first the place it would have, then ever more of what is around it.
///
/// A prediction hears the longest matches and seldom asks how many shorter ones there are, so these are not counted
/// before they are wanted.
#[derive(Debug)]
pub struct Matches<'a> {
    segment: &'a Segment,
    /// Nearest first, no longer than contexts are sorted.
    context: &'a [Token],
    /// Where places lie that agree in the nearest token.
    bounds: Range<usize>,
    ranks: Range<usize>,
    longest: usize,
}

impl<'a> Matches<'a> {
    /// Looks `context`, nearest token first, up in `segment`.
    pub fn new(segment: &'a Segment, context: &'a [Token]) -> Self {
        let context = &context[..context.len().min(SORTED_DEPTH)];
        let bounds = context.first().map_or(0..0, |nearest| segment.behind(nearest.head()));
        let mut matches = Self { segment, context, ranks: 0..0, longest: 0, bounds };
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

    /// The ranks of all places found so far; see [`Segment::place`].
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
        let place = self.segment.place(rank);
        let before = self.segment.tokens().get(..place).unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{segment::tests::segment, tokens::tokenize};

    fn context(text: &str) -> Vec<Token> {
        let (mut tokens, mut starts) = (vec![], vec![]);
        tokenize(text, 0, &mut tokens, &mut starts);
        tokens.reverse();
        tokens
    }

    /// `text` is drawn as one would read it; the answer is what follows each place with the longest match.
    #[track_caller]
    fn check(texts: &[&str], text: &str, length: usize, follows: &[&str]) {
        let (segment, context) = (segment(texts), context(text));
        let mut matches = Matches::new(&segment, &context);
        assert_eq!(matches.longest(), length, "length of the longest match");
        matches.widen(length);
        let mut seen: Vec<&str> = matches
            .ranks()
            .map(|rank| {
                let place = segment.place(rank);
                let rest = &segment.text()[segment.starts()[place] as usize..];
                &rest[..rest.find(' ').unwrap_or(rest.len())]
            })
            .collect();
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
            let (segment, context) = (segment(&texts), context(&text));
            let tokens = segment.tokens();
            let agree = |place: usize| {
                let length = tokens[..place].iter().rev().zip(&context).take_while(|(a, b)| a == b).count();
                length.min(SORTED_DEPTH)
            };
            let fits = |place: usize, length| tokens[place] != Token::BORDER && agree(place) >= length;
            let places = |length| (1..tokens.len()).filter(|&place| fits(place, length)).collect::<Vec<_>>();
            let mut matches = Matches::new(&segment, &context);
            let longest = (0..=SORTED_DEPTH).rfind(|&length| !places(length).is_empty());
            prop_assert_eq!(matches.longest(), longest.unwrap_or(0));
            for length in (1..=SORTED_DEPTH).rev() {
                let known = matches.ranks();
                let [before, behind] = matches.widen(length);
                prop_assert_eq!(before.end..behind.start, known);
                let mut found: Vec<usize> = matches.ranks().map(|rank| segment.place(rank)).collect();
                found.sort_unstable();
                prop_assert_eq!(found, places(length));
            }
        }
    }
}
