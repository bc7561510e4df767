//! A text and its tokens, and what a place in it can be asked; an open document that follows its edits.

use std::ops::Range;

use crate::tokens::{Token, is_word_byte, tokenize};

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

/// An open document: a text and its tokens, which follow each edit at the cost of the lines it touches.
///
/// The tokens are searched by a plain scan: 100,000 of them (10,000 lines) take some 30 µs, and nothing has to be
/// sorted again when a key is pressed.
#[derive(Debug, Default)]
pub struct Document {
    text: String,
    tokens: Vec<Token>,
    starts: Vec<u32>,
}

impl Document {
    /// Reads a whole text.
    pub fn new(text: &str) -> Self {
        let (mut tokens, mut starts) = (Vec::with_capacity(text.len() / 4), Vec::with_capacity(text.len() / 4));
        tokenize(text, 0, &mut tokens, &mut starts);
        Self { text: text.into(), tokens, starts }
    }

    /// Replaces the bytes `range` by `inserted`. `false`, and nothing done, when that is no range of whole characters:
    /// the caller's text is another one then, and it should give the whole text again.
    pub fn edit(&mut self, range: Range<usize>, inserted: &str) -> bool {
        if self.text.get(range.clone()).is_none() {
            return false;
        }
        let first = self.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let last = self.text[range.end..].find('\n').map_or(self.text.len(), |at| range.end + at + 1);
        let from = self.starts.partition_point(|&start| (start as usize) < first);
        let to = self.starts.partition_point(|&start| (start as usize) < last);
        self.text.replace_range(range.clone(), inserted);
        let end = last - range.len() + inserted.len();
        let (mut tokens, mut starts) = (vec![], vec![]);
        tokenize(&self.text[first..end], first, &mut tokens, &mut starts);
        for start in &mut self.starts[to..] {
            *start = (*start as usize - last + end) as u32;
        }
        self.tokens.splice(from..to, tokens);
        self.starts.splice(from..to, starts);
        true
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All of it, to be searched.
    pub fn source(&self) -> Source<'_> {
        Source { text: &self.text, tokens: &self.tokens, starts: &self.starts }
    }

    /// Bytes held in memory.
    pub fn memory(&self) -> usize {
        self.text.capacity() + 4 * self.tokens.capacity() + 4 * self.starts.capacity()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_edit_outside_the_text_or_inside_a_character_is_refused() {
        let mut document = Document::new("aé");
        assert!(!document.edit(2..2, "x") && !document.edit(0..9, "x"));
        assert_eq!(document.text(), "aé");
    }

    fn fragment() -> impl Strategy<Value = String> {
        let piece = prop_oneof![Just("a"), Just("é😀"), Just("\n"), Just("\r\n"), Just(" "), Just("b("), Just("\t")];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn edits_leave_what_a_fresh_reading_finds(
            start in fragment(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0..5usize, fragment()), 1..20),
        ) {
            let mut document = Document::new(&start);
            for (at, len, inserted) in edits {
                let at = at.index(document.text().len() + 1);
                let mut model = document.text().to_string();
                if document.edit(at..at + len, &inserted) {
                    model.replace_range(at..at + len, &inserted);
                }
                let fresh = Document::new(&model);
                prop_assert_eq!(document.text(), fresh.text());
                prop_assert_eq!(document.source().tokens, fresh.source().tokens);
                prop_assert_eq!(document.source().starts, fresh.source().starts);
            }
        }
    }

    proptest! {
        /// Beside a plain look at each.
        #[test]
        fn each_place_is_visited_that_fits(
            text in "([ab][ac]? |\n){0,80}", from in 0..20usize, len in 0..90usize,
            nearest in prop::option::of("[ab]"), begun in prop::option::of("[abc\n]"), most in 1..30usize,
        ) {
            let document = Document::new(&text);
            let source = document.source();
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
