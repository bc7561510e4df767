//! A text that places are in, and what can be asked about a place without looking further.

use std::ops::Range;

use crate::tokens::{Token, is_word_byte};

/// Matches are measured up to this many tokens.
pub const MAX_MATCH: usize = 100;

/// A text, its tokens, and their starts in it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tokens.
    pub tokens: &'a [Token],
    /// Their starts in `text`.
    pub starts: &'a [u32],
}

impl<'a> Source<'a> {
    /// Where the token at `place` starts, in bytes.
    pub fn start(&self, place: usize) -> usize {
        self.starts.get(place).map_or(self.text.len(), |&start| start as usize)
    }

    /// The letters of the word from the byte `from` on.
    pub fn word(&self, from: usize) -> &'a str {
        let rest = self.text.get(from..).unwrap_or_default();
        &rest[..rest.bytes().take_while(|&byte| is_word_byte(byte)).count()]
    }

    /// Whether the token at `place` can be what the cursor's word will become.
    pub fn continues(&self, place: usize, partial: &str) -> bool {
        let Some(first) = partial.bytes().next() else { return true };
        self.tokens.get(place).is_some_and(|token| token.first_byte() == first)
            && self.text.as_bytes().get(self.start(place)..).is_some_and(|text| text.starts_with(partial.as_bytes()))
    }

    /// How many tokens before `place` agree with `context`.
    pub fn matched(&self, place: usize, context: &[Token]) -> usize {
        let here = self.tokens[..place].iter().rev();
        here.zip(context).take(MAX_MATCH).take_while(|(a, b)| a == b).count()
    }

    /// Calls `visit` with those of `places`, the last first, that stand behind the token `nearest` and whose own token
    /// starts with the byte `begun`, where these are given; no more when it returns false.
    pub fn each_place(
        &self,
        places: Range<usize>,
        nearest: Option<Token>,
        begun: Option<u8>,
        mut visit: impl FnMut(usize) -> bool,
    ) {
        let (tokens, end) = (self.tokens, places.end.min(self.tokens.len()));
        let starts = |place: usize| begun.is_none_or(|byte| tokens[place].first_byte() == byte);
        let start = places.start.max(1);
        let pairs = tokens.get(start - 1..end).unwrap_or_default().windows(2);
        for (at, pair) in pairs.enumerate().rev() {
            // What is compared first decides nearly always.
            if nearest.is_none_or(|nearest| pair[0] == nearest) && starts(start + at) && !visit(start + at) {
                return;
            }
        }
        if places.start == 0 && end > 0 && nearest.is_none() && starts(0) {
            visit(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::live::Live;

    proptest! {
        /// Beside a plain look at each.
        #[test]
        fn each_place_is_visited_that_fits(
            text in "([ab][ac]? |\n){0,80}", from in 0..20usize, len in 0..90usize,
            nearest in prop::option::of("[ab]"), begun in prop::option::of("[abc\n]"), most in 1..30usize,
        ) {
            let live = Live::new(&text);
            let source = live.source();
            let (nearest, begun) = (nearest.map(|word| Token::word(&word)), begun.and_then(|byte| byte.bytes().next()));
            let fits = |place: &usize| {
                let before = place.checked_sub(1).map_or(Token::BORDER, |before| source.tokens[before]);
                nearest.is_none_or(|nearest| before == nearest)
                    && begun.is_none_or(|begun| source.tokens[*place].first_byte() == begun)
            };
            let places = from..(from + len).min(source.tokens.len());
            let expected: Vec<usize> = places.clone().rev().filter(fits).take(most).collect();
            let mut visited = vec![];
            source.each_place(places, nearest, begun, |place| {
                visited.push(place);
                visited.len() < most
            });
            prop_assert_eq!(visited, expected);
        }
    }
}
