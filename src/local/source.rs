//! A text that places are in, and what can be asked about a place without looking further.

use crate::{
    query::Query,
    tokens::{Token, is_word_byte},
};

/// Matches are measured up to this many tokens.
pub const MAX_MATCH: usize = 100;
/// So many tokens are tested at once where a text is scanned: most hold nothing that is looked for.
const CHUNK: usize = 64;

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

    /// The places behind the token `nearest`, or all but the first, whose token can be what the word begun will become;
    /// the last first.
    pub fn places<'p>(self, nearest: Option<Token>, partial: &'p str) -> impl Iterator<Item = usize> + use<'a, 'p> {
        let tokens = self.tokens;
        let (wanted, counts) = nearest.map_or((0, 0), |token| (token.bits(), u32::MAX));
        let (begun, counts_begun) = partial.bytes().next().map_or((0, 0), |byte| (u32::from(byte) << 24, 0xFF << 24));
        // No branches: a processor tests several tokens at once.
        let fits = move |before: Token, token: Token| {
            (before.bits() ^ wanted) & counts | (token.bits() ^ begun) & counts_begun == 0
        };
        let chunks = (1..tokens.len()).step_by(CHUNK).rev().map(move |from| from..tokens.len().min(from + CHUNK));
        let some = chunks.filter(move |chunk| {
            let pairs = tokens[chunk.start - 1..chunk.end - 1].iter().zip(&tokens[chunk.clone()]);
            pairs.fold(false, |some, (&before, &token)| some | fits(before, token))
        });
        let places = some.flat_map(Iterator::rev).filter(move |&place| fits(tokens[place - 1], tokens[place]));
        places.filter(move |&place| self.continues(place, partial))
    }

    /// Whether `place` is the cursor's own: its document holds the text on both sides of the cursor.
    pub fn is_cursor(&self, place: usize, query: &Query) -> bool {
        let start = self.start(place);
        let (Some(left), Some(right)) = (self.text.get(..start), self.text.get(start + query.partial.len()..)) else {
            return false;
        };
        let follows = match query.own_after {
            "" => right.trim_start().is_empty(),
            after => right.trim_start().starts_with(after),
        };
        follows && left.trim_end().ends_with(query.own_before)
    }
}
