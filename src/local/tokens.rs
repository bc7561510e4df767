//! Text as a row of tokens: what contexts are made of.

use std::{
    fmt,
    hash::{BuildHasherDefault, Hasher},
    ops::Range,
};

/// One token in 32 bits: its first byte, a hash of its bytes, and whether it is a word.
///
/// Two different tokens with equal bits meet once in eight million pairs; the worst that follows is a wrong match.
/// No table of words is kept, so the index forgets a word with the last text that held it, and two indexes agree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u32);

/// 2^64 divided by the golden ratio: multiplied by it, numbers that are near each other come far apart.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Multiply and fold, the mixing step of the wyhash family.
const fn mix(hash: u64, bytes: u64) -> u64 {
    let wide = (hash ^ bytes) as u128 * SPREAD as u128;
    wide as u64 ^ (wide >> 64) as u64
}

impl Token {
    /// The border of a file. No query holds it, so no match runs from one file into another.
    pub const BORDER: Token = Token(0);
    /// The end of a line that holds something. Blank lines give no token.
    pub const LINE_END: Token = Token(1 << 1);

    /// How many values [`head`](Self::head) has.
    pub const HEADS: usize = 1 << 12;

    const fn new(first: u8, hash: u64, word: bool) -> Self {
        Token((first as u32) << 24 | (hash as u32 & 0x7F_FFFF) << 1 | word as u32)
    }

    /// The word of these letters.
    pub fn word(letters: &str) -> Self {
        Self::word_in(letters.as_bytes(), 0..letters.len())
    }

    /// The word that stands at `at` in `text`.
    fn word_in(text: &[u8], at: Range<usize>) -> Self {
        let (mut hash, mut from) = (at.len() as u64, at.start);
        while from < at.end {
            let len = (at.end - from).min(8);
            let eight = match text.get(from..from + 8) {
                // The letters alone, of eight bytes that are read at once.
                Some(eight) => u64::from_le_bytes(eight.try_into().unwrap_or_default()) & (u64::MAX >> (64 - 8 * len)),
                None => text[from..at.end].iter().rev().fold(0, |eight, &byte| eight << 8 | u64::from(byte)),
            };
            hash = mix(hash, eight);
            from += len;
        }
        let first = text.get(at.start).copied().unwrap_or_default();
        Self::new(first, hash, true)
    }

    /// Whether this is an identifier, a keyword or a number, and no punctuation.
    pub fn is_word(self) -> bool {
        self.0 & 1 == 1
    }

    /// Whether this is an identifier or a keyword.
    pub fn is_identifier(self) -> bool {
        self.is_word() && !self.first_byte().is_ascii_digit()
    }

    /// 1 for a bracket that opens, -1 for one that closes.
    pub fn bracket(self) -> i32 {
        match self.first_byte() {
            _ if self.is_word() => 0,
            b'(' | b'[' | b'{' => 1,
            b')' | b']' | b'}' => -1,
            _ => 0,
        }
    }

    /// Whether the line or the file ends here.
    pub fn ends_line(self) -> bool {
        self == Self::LINE_END || self == Self::BORDER
    }

    /// The token's first byte; 0 for the ends of lines and files.
    pub fn first_byte(self) -> u8 {
        (self.0 >> 24) as u8
    }

    /// The first 12 bits, which are the first by which tokens are ordered.
    pub fn head(self) -> usize {
        (self.0 >> 20) as usize
    }

    /// All bits, to be ordered and hashed further.
    pub fn bits(self) -> u32 {
        self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{:06x}", self.first_byte() as char, self.0 & 0xFF_FFFF)
    }
}

/// For maps by tokens and by what is made of them, which are hashes already.
pub type TokenHash = BuildHasherDefault<TokenHasher>;

/// See [`TokenHash`].
#[derive(Debug, Default)]
pub struct TokenHasher(u64);

impl Hasher for TokenHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    fn write_u32(&mut self, bits: u32) {
        self.write_u64(bits.into());
    }

    fn write_u64(&mut self, bits: u64) {
        self.0 = (self.0 ^ bits).wrapping_mul(SPREAD).rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What a byte is in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    LineEnd,
    Word,
    Punctuation,
}

/// The kind of each byte, and its token where it is punctuation.
const BYTES: [(Kind, Token); 256] = {
    let mut bytes = [(Kind::Blank, Token::BORDER); 256];
    let mut byte = 0;
    while byte < bytes.len() {
        let kind = match byte as u8 {
            b' ' | b'\t' | b'\r' | 0x0B | 0x0C => Kind::Blank,
            b'\n' => Kind::LineEnd,
            b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | 0x80.. => Kind::Word,
            _ => Kind::Punctuation,
        };
        bytes[byte] = (kind, Token::new(byte as u8, mix(1, byte as u64), false));
        byte += 1;
    }
    bytes
};

/// Whether `byte` belongs to a word. Every byte of a character outside ASCII does, so words end between characters.
pub fn is_word_byte(byte: u8) -> bool {
    matches!(BYTES[usize::from(byte)].0, Kind::Word)
}

/// Appends the tokens of `text` and where each starts (`base` + byte in `text`).
///
/// Words are runs of word bytes, punctuation is one byte a token, white space gives none. A token never reaches over
/// a line end and depends on no other line, so a changed line can be read again on its own.
pub fn tokenize(text: &str, base: usize, tokens: &mut Vec<Token>, starts: &mut Vec<u32>) {
    let bytes = text.as_bytes();
    let (mut at, mut blank) = (0, true);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        let (kind, punctuation) = BYTES[usize::from(byte)];
        let token = match kind {
            Kind::Blank => continue,
            Kind::LineEnd if blank => continue,
            Kind::LineEnd => Token::LINE_END,
            Kind::Punctuation => punctuation,
            Kind::Word => {
                while bytes.get(at).is_some_and(|&byte| is_word_byte(byte)) {
                    at += 1;
                }
                Token::word_in(bytes, start..at)
            }
        };
        blank = kind == Kind::LineEnd;
        tokens.push(token);
        starts.push((base + start) as u32);
    }
}

/// Goes on with the hash of a row of tokens.
pub fn hash_tokens(hash: u64, tokens: impl Iterator<Item = Token>) -> u64 {
    tokens.fold(hash, |hash, token| (hash ^ u64::from(token.bits())).wrapping_mul(SPREAD).rotate_left(29))
}

/// The white space at the start of `line`.
pub fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let (mut tokens, mut starts) = (vec![], vec![]);
        tokenize(text, 0, &mut tokens, &mut starts);
        let mut seen = vec![];
        for (token, &start) in tokens.iter().zip(&starts) {
            let rest = &text[start as usize..];
            let len = rest.bytes().take_while(|&byte| is_word_byte(byte)).count();
            seen.push(if token.is_word() { &rest[..len] } else { &rest[..1] });
        }
        assert_eq!(seen, expect);
    }

    #[test]
    fn words_punctuation_and_line_ends() {
        check("let x_1 = foo.bar();\n", &["let", "x_1", "=", "foo", ".", "bar", "(", ")", ";", "\n"]);
        check("größe=世界😀 ok", &["größe", "=", "世界😀", "ok"]);
        check("", &[]);
    }

    #[test]
    fn blank_lines_and_carriage_returns_give_no_token() {
        check("\r\n\n  a\r\n\t\n\r\nb", &["a", "\n", "b"]);
    }

    #[test]
    fn a_word_is_the_same_wherever_it_stands() {
        let text = "größe_of_things x größe_of_things größe_of_things_ größe_of_thing größe_of_things";
        let (mut tokens, mut starts) = (vec![], vec![]);
        tokenize(text, 0, &mut tokens, &mut starts);
        assert_eq!(tokens[0], Token::word("größe_of_things"));
        assert_eq!(
            tokens.iter().map(|&token| token == tokens[0]).collect::<Vec<_>>(),
            [true, false, true, false, false, true]
        );
    }

    #[test]
    fn the_first_byte_can_be_asked_and_kinds_differ() {
        let (mut tokens, mut starts) = (vec![], vec![]);
        tokenize("ab ac (", 7, &mut tokens, &mut starts);
        assert_eq!(starts, [7, 10, 13]);
        assert_eq!(tokens[0].first_byte(), b'a');
        assert_ne!(tokens[0], tokens[1]);
        assert!(tokens[0].is_word() && !tokens[2].is_word() && Token::LINE_END.ends_line());
    }
}
