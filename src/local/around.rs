//! What a place stands in: its line so far, and the bracket that is open around it.

use crate::tokens::Token;

/// What stands before a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// The first token of its line.
    pub head: Token,
    /// How many tokens its line has before it.
    pub length: usize,
    /// Brackets opened less brackets closed on its line before it.
    pub depth: i32,
    /// The nearest bracket that is not closed before it.
    pub enclosing: Option<Enclosing>,
}

/// An open bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enclosing {
    /// `(`, `[` or `{`.
    pub bracket: u8,
    /// The token before it.
    pub before: Token,
    /// The first token of its line.
    pub head: Token,
}

impl Around {
    /// Reads the tokens before a place, nearest first.
    pub fn new(mut before: impl Iterator<Item = Token>) -> Self {
        let mut around = Self { head: Token::BORDER, length: 0, depth: 0, enclosing: None };
        let mut closed = 0;
        for token in before.by_ref() {
            if token.ends_line() {
                return Self { enclosing: enclosing(before, closed), ..around };
            }
            let step = token.bracket();
            around.head = token;
            around.length += 1;
            around.depth += step;
            closed -= step;
            if closed < 0 && around.enclosing.is_none() {
                around.enclosing = Some(Enclosing { bracket: token.first_byte(), before: Token::BORDER, head: token });
            } else if let Some(open) = &mut around.enclosing {
                open.found(token);
            }
            closed = closed.max(0);
        }
        around
    }
}

impl Enclosing {
    /// Takes in a token further back on the bracket's line.
    fn found(&mut self, token: Token) {
        if self.before == Token::BORDER {
            self.before = token;
        }
        self.head = token;
    }
}

/// The nearest bracket in `before` that is open when `closed` more have been closed than opened behind it.
fn enclosing(mut before: impl Iterator<Item = Token>, mut closed: i32) -> Option<Enclosing> {
    let bracket = before.by_ref().find(|token| {
        closed -= token.bracket();
        let open = closed < 0;
        closed = closed.max(0);
        open
    })?;
    let mut open = Enclosing { bracket: bracket.first_byte(), before: Token::BORDER, head: bracket };
    before.take_while(|token| !token.ends_line()).for_each(|token| open.found(token));
    Some(open)
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

    #[track_caller]
    fn check(text: &str, head: &str, length: usize, depth: i32, open: Option<(u8, &str, &str)>) {
        let around = Around::new(tokens(text).into_iter().rev());
        let one = |text| tokens(text).first().copied().unwrap_or(Token::BORDER);
        let enclosing = open.map(|(bracket, before, head)| Enclosing { bracket, before: one(before), head: one(head) });
        assert_eq!(around, Around { head: one(head), length, depth, enclosing });
    }

    #[test]
    fn the_nearest_open_bracket_is_found_on_the_line_or_above() {
        check("let x = call(a, b[1], ", "let", 12, 1, Some((b'(', "call", "let")));
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
}
