//! Text as a row of tokens: what contexts are made of.

use std::fmt;

/// One token in 32 bits: its first byte, a hash of its bytes, and whether it is a word.
///
/// Two different tokens with equal bits meet once in eight million pairs; the worst that follows is one wrong vote.
/// No table of words is kept, so the index forgets a word with the last text that held it, and two indexes agree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u32);

impl Token {
    /// The border of a file. No query holds it, so no match runs from one file into another.
    pub const BORDER: Token = Token(0);
    /// The end of a line that holds something. Blank lines give no token.
    pub const LINE_END: Token = Token(1 << 1);

    /// How many values [`head`](Self::head) has.
    pub const HEADS: usize = 1 << 12;

    fn new(bytes: &[u8], word: bool) -> Self {
        let mut hash = bytes.len() as u64;
        for chunk in bytes.chunks(8) {
            let mut padded = [0; 8];
            padded[..chunk.len()].copy_from_slice(chunk);
            // Multiply and fold, the mixing step of the wyhash family.
            let wide = u128::from(hash ^ u64::from_le_bytes(padded)) * u128::from(0x9E37_79B9_7F4A_7C15_u64);
            hash = (wide as u64) ^ ((wide >> 64) as u64);
        }
        let first = bytes.first().copied().unwrap_or_default();
        Token(u32::from(first) << 24 | (hash as u32 & 0x7F_FFFF) << 1 | u32::from(word))
    }

    /// The word of these letters.
    pub fn word(letters: &[u8]) -> Self {
        Self::new(letters, true)
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

/// Whether `byte` belongs to a word. Every byte of a character outside ASCII does, so words end between characters.
pub fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
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
        let token = match byte {
            b' ' | b'\t' | b'\r' | 0x0B | 0x0C => continue,
            b'\n' if blank => continue,
            b'\n' => Token::LINE_END,
            _ if is_word_byte(byte) => {
                at += bytes[at..].iter().take_while(|&&byte| is_word_byte(byte)).count();
                Token::new(&bytes[start..at], true)
            }
            _ => Token::new(&bytes[start..at], false),
        };
        blank = byte == b'\n';
        tokens.push(token);
        starts.push((base + start) as u32);
    }
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
    fn the_first_byte_can_be_asked_and_kinds_differ() {
        let (mut tokens, mut starts) = (vec![], vec![]);
        tokenize("ab ac (", 7, &mut tokens, &mut starts);
        assert_eq!(starts, [7, 10, 13]);
        assert_eq!(tokens[0].first_byte(), b'a');
        assert_ne!(tokens[0], tokens[1]);
        assert!(tokens[0].is_word() && !tokens[2].is_word() && Token::LINE_END.ends_line());
    }
}
