//! Tokens on both sides of a place: how many are equal to those of an example, and where brackets open and close.

use std::ops::Range;

use super::tokens::{Kind, Part, Token, hash};

/// The most neighbours that are compared on each side.
pub const MAX_NEIGHBOURS: usize = 8;

/// How many tokens just before `one_at` in `one` and `two_at` in `two` are equal, the line's start counted as one.
///
/// A bracket that closes is equal to another whatever is within them, if the rest before goes on being equal.
pub fn equal_before(one: &[Token], one_at: usize, two: &[Token], two_at: usize) -> usize {
    let (mut left, mut right, mut count) = (one_at, two_at, 0);
    while count < MAX_NEIGHBOURS {
        let pair = (
            left.checked_sub(1).and_then(|at| one.get(at).map(|token| (at, token))),
            right.checked_sub(1).and_then(|at| two.get(at).map(|token| (at, token))),
        );
        match pair {
            (None, None) => return count + 1,
            (Some((at, first)), Some((other, second))) if first.hash == second.hash => {
                count += 1;
                (left, right) = (at, other);
                let inner = (opening(one, at), opening(two, other));
                if let (Some(open), Some(other_open)) = inner
                    && !same_row(one, open..at, two, other_open..other)
                {
                    (left, right) = (open, other_open);
                }
            }
            _ => return count,
        }
    }
    count
}

/// How many tokens from `one_at` on in `one` and `two_at` in `two` are equal, the line's end counted as one.
pub fn equal_after(one: &[Token], one_at: usize, two: &[Token], two_at: usize) -> usize {
    let (first, second) = (one.get(one_at..).unwrap_or_default(), two.get(two_at..).unwrap_or_default());
    let count = first.iter().zip(second).take(MAX_NEIGHBOURS).take_while(|(a, b)| a.hash == b.hash).count();
    let ended = count == first.len() && count == second.len();
    if ended { count + 1 } else { count }
}

fn same_row(one: &[Token], range: Range<usize>, two: &[Token], other: Range<usize>) -> bool {
    let (one, two) = (one.get(range).unwrap_or_default(), two.get(other).unwrap_or_default());
    one.len() == two.len() && one.iter().zip(two).all(|(a, b)| a.hash == b.hash)
}

const OPEN: [u32; 3] = [hash(b"("), hash(b"["), hash(b"{")];
const CLOSE: [u32; 3] = [hash(b")"), hash(b"]"), hash(b"}")];

/// 1 for a bracket that opens, -1 for one that closes.
pub fn bracket(token: &Token) -> i32 {
    match token.kind {
        Kind::Punctuation if OPEN.contains(&token.hash) => 1,
        Kind::Punctuation if CLOSE.contains(&token.hash) => -1,
        _ => 0,
    }
}

/// Where the bracket that closes at `at` was opened on this line.
fn opening(tokens: &[Token], at: usize) -> Option<usize> {
    if tokens.get(at).map(bracket) != Some(-1) {
        return None;
    }
    let mut depth = 0;
    for open in (0..=at).rev() {
        depth += tokens.get(open).map_or(0, bracket);
        if depth == 0 {
            return Some(open);
        }
    }
    None
}

/// The token after the one that closes what is opened at `at` on this line, whatever strings say.
pub fn after_closing(tokens: &[Token], at: usize) -> Option<usize> {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(at).filter(|(_, token)| token.part == Part::Code) {
        depth += bracket(token);
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{
        super::tokens::{Line, Marks},
        *,
    };

    fn line(text: &str) -> Line {
        Line::new(text, Marks::of("rust"))
    }

    #[track_caller]
    fn check_before(one: &str, two: &str, expect: usize) {
        let (one, two) = (line(one), line(two));
        assert_eq!(equal_before(&one.tokens, one.tokens.len(), &two.tokens, two.tokens.len()), expect);
    }

    #[test]
    fn neighbours_are_compared_over_brackets() {
        check_before("x.foo(a)", "y.foo(b, c)", 3);
        check_before("foo(a)", "foo(a)", 5);
        check_before("foo(a)", "bar(b)", 1);
        check_before("a b", "c b", 1);
    }
}
