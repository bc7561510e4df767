//! The last lines before a place, to see which are the same elsewhere.

use crate::tokens::Token;

/// How many lines are kept.
const LINES: usize = 8;
/// Shorter lines (tokens) are the same by chance.
const LEAST_TOKENS: usize = 3;

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
                (hash, tokens) = (line_hash(hash, std::iter::once(token)), tokens + 1);
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

/// Goes on with the hash of a line, from its last token to its first; 0 is that of no tokens.
pub fn line_hash(hash: u64, tokens: impl Iterator<Item = Token>) -> u64 {
    tokens
        .fold(hash, |hash, token| (hash ^ u64::from(token.bits())).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::tokenize;

    fn tokens(text: &str) -> impl Iterator<Item = Token> {
        let mut tokens = vec![];
        tokenize(text, 0, &mut tokens, &mut vec![]);
        tokens.into_iter().rev()
    }

    #[test]
    fn whole_lines_of_some_length_are_kept() {
        let lines = RecentLines::new(tokens("x\none(two, three);\n}\nfour(five);\nsix(seven);"));
        assert!(lines.contains(line_hash(0, tokens("one( two , three);"))));
        assert!(lines.contains(line_hash(line_hash(0, tokens(");")), tokens("four(five"))));
        assert!(!lines.contains(line_hash(0, tokens("six(seven);"))) && !lines.contains(line_hash(0, tokens("}"))));
        assert_eq!(lines.in_common(&RecentLines::new(tokens("x\n  four(five);\n\nsix(seven);\n"))), 1);
    }
}
