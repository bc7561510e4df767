//! What the tokens before a place tell of it: its line, the bracket open around it, the last lines, words used lately.

use crate::tokens::{Token, hash_tokens};

/// How many lines [`RecentLines`] keeps.
const LINES: usize = 8;
/// Shorter lines (tokens) are the same by chance.
const LEAST_TOKENS: usize = 3;
/// [`LastUse`] has twice as many slots as a context has tokens at most, so that looking for a free one stays short.
const SLOT_BITS: u32 = 13;
const SLOTS: usize = 1 << SLOT_BITS;

/// What stands before a place on its line, and around the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineContext {
    /// The first token of its line.
    pub head: Token,
    /// How many tokens its line has before it.
    pub length: usize,
    /// Brackets opened less brackets closed on its line before it.
    pub depth: i32,
    /// The nearest bracket that is not closed before it.
    pub bracket: Option<Bracket>,
}

/// An open bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bracket {
    /// `(`, `[` or `{`.
    pub byte: u8,
    /// The token before it.
    pub before: Token,
    /// The first token of its line.
    pub head: Token,
}

impl LineContext {
    /// Reads the tokens before a place, nearest first.
    pub fn new(mut before: impl Iterator<Item = Token>) -> Self {
        let mut context = Self { head: Token::BORDER, length: 0, depth: 0, bracket: None };
        let mut closed = 0;
        for token in before.by_ref() {
            if token.ends_line() {
                let bracket = context.bracket.or_else(|| open_bracket(before, closed));
                return Self { bracket, ..context };
            }
            let step = token.bracket();
            context.head = token;
            context.length += 1;
            context.depth += step;
            closed -= step;
            if closed < 0 && context.bracket.is_none() {
                context.bracket = Some(Bracket { byte: token.first_byte(), before: Token::BORDER, head: token });
            } else if let Some(open) = &mut context.bracket {
                open.found(token);
            }
            closed = closed.max(0);
        }
        context
    }
}

impl Bracket {
    /// Takes in a token further back on the bracket's line.
    fn found(&mut self, token: Token) {
        if self.before == Token::BORDER {
            self.before = token;
        }
        self.head = token;
    }
}

/// The nearest bracket in `before` that is open when `closed` more have been closed than opened behind it.
fn open_bracket(mut before: impl Iterator<Item = Token>, mut closed: i32) -> Option<Bracket> {
    let bracket = before.by_ref().find(|token| {
        closed -= token.bracket();
        let open = closed < 0;
        closed = closed.max(0);
        open
    })?;
    let mut open = Bracket { byte: bracket.first_byte(), before: Token::BORDER, head: bracket };
    before.take_while(|token| !token.ends_line()).for_each(|token| open.found(token));
    Some(open)
}

/// Hashes of the last whole lines of some length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecentLines {
    hashes: [u64; LINES],
    count: usize,
}

impl RecentLines {
    /// Reads the tokens before a place, nearest first. The line the place is in does not count.
    pub fn new(before: impl Iterator<Item = Token>) -> Self {
        let mut lines = Self { hashes: [0; LINES], count: 0 };
        let (mut whole, mut hash, mut tokens) = (false, 0, 0);
        for token in before {
            if !token.ends_line() {
                (hash, tokens) = (hash_tokens(hash, std::iter::once(token)), tokens + 1);
                continue;
            }
            if whole && tokens >= LEAST_TOKENS {
                lines.hashes[lines.count] = hash;
                lines.count += 1;
            }
            if lines.count == LINES {
                break;
            }
            (whole, hash, tokens) = (true, 0, 0);
        }
        lines
    }

    /// Whether one of them has this hash.
    pub fn contains(&self, hash: u64) -> bool {
        self.hashes().contains(&hash)
    }

    /// How many of `other`'s are here, too.
    pub fn in_common(&self, other: &Self) -> usize {
        other.hashes().iter().filter(|&&hash| self.contains(hash)).count()
    }

    fn hashes(&self) -> &[u64] {
        &self.hashes[..self.count]
    }
}

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

    fn tokens(text: &str) -> Vec<Token> {
        let mut tokens = vec![];
        tokenize(text, 0, &mut tokens, &mut vec![]);
        tokens
    }

    /// The tokens of `text`, nearest to its end first.
    fn before(text: &str) -> impl Iterator<Item = Token> {
        tokens(text).into_iter().rev()
    }

    #[track_caller]
    fn check(text: &str, head: &str, length: usize, depth: i32, open: Option<(u8, &str, &str)>) {
        let context = LineContext::new(before(text));
        let one = |text| tokens(text).first().copied().unwrap_or(Token::BORDER);
        let bracket = open.map(|(byte, before, head)| Bracket { byte, before: one(before), head: one(head) });
        assert_eq!(context, LineContext { head: one(head), length, depth, bracket });
    }

    #[test]
    fn the_nearest_open_bracket_is_found_on_the_line_or_above() {
        check("let x = call(a, b[1], ", "let", 12, 1, Some((b'(', "call", "let")));
        check("match found {\n    one(2, ", "one", 4, 1, Some((b'(', "one", "one")));
        check("match found {\n    one(2),\n    two", "two", 1, 0, Some((b'{', "found", "match")));
        check("vec![\n(1, 2),\n", "", 0, 0, Some((b'[', "!", "vec")));
        check("fn a() {\n}\nlet b", "let", 2, 0, None);
        check("(", "(", 1, 1, Some((b'(', "", "(")));
        check("", "", 0, 0, None);
    }

    #[test]
    fn what_has_been_closed_too_often_opens_nothing() {
        check("{\na)\n) b", ")", 2, -1, None);
        check("f(\n} else {\n x", "x", 1, 0, Some((b'{', "else", "}")));
    }

    #[test]
    fn whole_lines_of_some_length_are_kept() {
        let lines = RecentLines::new(before("x\none(two, three);\n}\nfour(five);\nsix(seven);"));
        assert!(lines.contains(hash_tokens(0, before("one( two , three);"))));
        assert!(lines.contains(hash_tokens(hash_tokens(0, before(");")), before("four(five"))));
        assert!(!lines.contains(hash_tokens(0, before("six(seven);"))) && !lines.contains(hash_tokens(0, before("}"))));
        assert_eq!(lines.in_common(&RecentLines::new(before("x\n  four(five);\n\nsix(seven);\n"))), 1);
    }

    #[test]
    fn knows_the_last_use_of_each_word_and_no_other() {
        let mut context = tokens("a b a c");
        let [a, b, _, c] = context[..] else { panic!("four words") };
        context.reverse();
        let uses = LastUse::new(&context[..2]);
        assert_eq!([a, b, c].map(|token| uses.distance(token)), [Some(1), None, Some(0)]);
    }

    #[test]
    fn a_context_longer_than_the_table_is_cut() {
        let context = tokens(&(0..SLOTS).map(|n| format!("w{n} ")).collect::<String>());
        let uses = LastUse::new(&context);
        assert_eq!((uses.distance(context[9]), uses.distance(context[SLOTS - 1])), (Some(9), None));
    }
}
