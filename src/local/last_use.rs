//! How long ago each word was used before the cursor.

use crate::tokens::Token;

/// Twice as many as a context has tokens at most, so that looking for a free slot stays short.
const SLOT_BITS: u32 = 13;
const SLOTS: usize = 1 << SLOT_BITS;

/// The distance of each token's last use, in a table of 96 KB: it is asked some ten thousand times a prediction.
#[derive(Debug)]
pub struct LastUse(Vec<Slot>);

/// A token and how many tokens stand between it and the cursor.
type Slot = Option<(Token, u32)>;

impl LastUse {
    /// Reads the tokens before the cursor, nearest first.
    pub fn new(context: &[Token]) -> Self {
        let mut uses = Self(vec![None; SLOTS]);
        for (distance, &token) in context.iter().enumerate().take(SLOTS / 2) {
            let at = uses.slot(token);
            uses.0[at].get_or_insert((token, distance as u32));
        }
        uses
    }

    /// How many tokens ago `token` was used last.
    pub fn distance(&self, token: Token) -> Option<usize> {
        self.0[self.slot(token)].map(|(_, distance)| distance as usize)
    }

    /// Where `token` stands or would stand. At least half of the slots are free.
    fn slot(&self, token: Token) -> usize {
        let mut at = (token.bits().wrapping_mul(0x9E37_79B1) >> (32 - SLOT_BITS)) as usize;
        while self.0[at].is_some_and(|(other, _)| other != token) {
            at = (at + 1) % SLOTS;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::tokenize;

    #[test]
    fn knows_the_last_use_of_each_word_and_no_other() {
        let mut context = vec![];
        tokenize("a b a c", 0, &mut context, &mut vec![]);
        let [a, b, _, c] = context[..] else { panic!("four words") };
        context.reverse();
        let uses = LastUse::new(&context[..2]);
        assert_eq!([a, b, c].map(|token| uses.distance(token)), [Some(1), None, Some(0)]);
    }

    #[test]
    fn a_context_longer_than_the_table_is_cut() {
        let mut context = vec![];
        tokenize(&(0..SLOTS).map(|n| format!("w{n} ")).collect::<String>(), 0, &mut context, &mut vec![]);
        let uses = LastUse::new(&context);
        assert_eq!((uses.distance(context[9]), uses.distance(context[SLOTS - 1])), (Some(9), None));
    }
}
