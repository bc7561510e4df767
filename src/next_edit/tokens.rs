//! A line as a row of tokens, each with the part of the line it stands in: code, string or comment.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An identifier or a keyword.
    Word,
    /// A run of word characters that starts with a digit.
    Number,
    /// One character of anything else but white space.
    Punctuation,
}

/// The part of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Part {
    /// Code proper.
    #[default]
    Code,
    /// Between quotes, the quotes too.
    Text,
    /// A comment, as far as one line tells.
    Comment,
}

/// One token of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// First byte in the line.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
    /// A hash of its bytes: equal tokens have equal hashes, different ones almost never.
    pub hash: u32,
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub part: Part,
}

impl Token {
    /// Where it stands in its line, in bytes.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether this is an identifier, a keyword or a number.
    pub fn is_wordlike(&self) -> bool {
        self.kind != Kind::Punctuation
    }
}

/// How a language marks what is not code, as far as one line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Whether `#` starts a comment; else `//` does, and a line that starts with `*` or `/*` is one.
    pub hash_comment: bool,
    /// Whether a single quote opens a string: not where it also marks lifetimes.
    pub single_quote: bool,
}

impl Marks {
    /// The marks of LSP's language identifier `language`.
    pub fn of(language: &str) -> Self {
        let hash_comment = matches!(
            language,
            "python" | "ruby" | "shellscript" | "yaml" | "toml" | "perl" | "r" | "elixir" | "makefile" | "dockerfile"
        );
        Self { hash_comment, single_quote: language != "rust" }
    }
}

/// The hash of a token's bytes: FNV-1a, folded to 32 bits.
pub const fn hash(bytes: &[u8]) -> u32 {
    let (mut hash, mut rest) = (HASH_OF_NOTHING, bytes);
    while let [byte, more @ ..] = rest {
        hash = hashed(hash, *byte);
        rest = more;
    }
    folded(hash)
}

/// The hash before the first byte.
const HASH_OF_NOTHING: u64 = 0xCBF2_9CE4_8422_2325;

/// The hash with one byte more.
const fn hashed(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0100_0000_01B3)
}

const fn folded(hash: u64) -> u32 {
    (hash ^ hash >> 32) as u32
}

/// Whether a byte belongs to a word. Each byte of a character outside ASCII does, so words end between characters.
pub fn is_word_byte(byte: u8) -> bool {
    IS_WORD_BYTE.get(usize::from(byte)).is_some_and(|&is| is)
}

/// The answer for each byte: a line is looked at byte by byte on each keystroke near it.
const IS_WORD_BYTE: [bool; 256] = {
    let mut is = [false; 256];
    let mut rest: &mut [bool] = &mut is;
    let mut byte = 0_u8;
    while let [first, more @ ..] = rest {
        *first = byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80;
        rest = more;
        byte = byte.wrapping_add(1);
    }
    is
};

/// Calls `found` with each token of `line`, which ends before its line end.
pub fn tokenize(line: &str, marks: Marks, mut found: impl FnMut(Token)) {
    let bytes = line.as_bytes();
    let mut at = 0;
    let mut quote = None;
    let mut comment = !marks.hash_comment && starts_inside_comment(line);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        if byte.is_ascii_whitespace() {
            continue;
        }
        let kind = match byte {
            b'0'..=b'9' => Kind::Number,
            _ if is_word_byte(byte) => Kind::Word,
            _ => Kind::Punctuation,
        };
        let mut hash = hashed(HASH_OF_NOTHING, byte);
        if kind != Kind::Punctuation {
            while let Some(&more) = bytes.get(at).filter(|&&more| is_word_byte(more)) {
                hash = hashed(hash, more);
                at += 1;
            }
        }
        let escaped = kind == Kind::Punctuation && byte == b'\\' && quote.is_some();
        let mut part = match (comment, quote) {
            (true, _) => Part::Comment,
            (_, Some(_)) => Part::Text,
            _ => Part::Code,
        };
        if part == Part::Code && kind == Kind::Punctuation {
            let next = bytes.get(at).copied();
            if (marks.hash_comment && byte == b'#')
                || (!marks.hash_comment && byte == b'/' && matches!(next, Some(b'/' | b'*')))
            {
                comment = true;
                part = Part::Comment;
            } else if matches!(byte, b'"' | b'`') || (byte == b'\'' && marks.single_quote) {
                quote = Some(byte);
                part = Part::Text;
            }
        } else if part == Part::Text && quote == Some(byte) && kind == Kind::Punctuation {
            quote = None;
        }
        found(Token { start: start as u32, end: at as u32, hash: folded(hash), kind, part });
        if escaped && bytes.get(at).is_some_and(|&byte| !is_word_byte(byte)) {
            // What is escaped closes nothing; it still is a token.
            let start = at;
            at += 1;
            let hash = self::hash(bytes.get(start..at).unwrap_or_default());
            let blank = bytes.get(start).is_some_and(u8::is_ascii_whitespace);
            if !blank {
                found(Token { start: start as u32, end: at as u32, hash, kind: Kind::Punctuation, part });
            }
        }
    }
}

fn starts_inside_comment(line: &str) -> bool {
    // Most lines begin with something else, and white space outside ASCII is rare.
    let first = line.bytes().find(|byte| !byte.is_ascii_whitespace());
    if first.is_some_and(|first| first != b'*' && first.is_ascii_graphic()) {
        return false;
    }
    let line = line.trim_start();
    line.starts_with("* ") || line == "*" || line.starts_with("*/")
}

/// A line of its own, with its tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The text without its line end.
    pub text: String,
    /// Its tokens.
    pub tokens: Vec<Token>,
}

impl Line {
    /// The line `text`, which may still have its line end.
    pub fn new(text: &str, marks: Marks) -> Self {
        let text = text.trim_end_matches(['\n', '\r']);
        let mut tokens = Vec::new();
        tokenize(text, marks, |token| tokens.push(token));
        Self { text: text.into(), tokens }
    }

    /// The line as one that is kept here.
    pub fn view(&self) -> LineRef<'_> {
        LineRef { text: &self.text, tokens: &self.tokens, too_long: false }
    }

    /// The text of `token`.
    pub fn text_of(&self, token: &Token) -> &str {
        self.view().text_of(token)
    }

    /// The text from the first of `tokens` to the last.
    pub fn text_of_all(&self, tokens: &[Token]) -> &str {
        self.view().text_of_all(tokens)
    }

    /// Whether nothing but white space is in it.
    pub fn is_blank(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The white space before the first token, in bytes.
    pub fn indent(&self) -> usize {
        self.view().indent()
    }

    /// Whether both have the same tokens, whatever white space is between.
    pub fn same_tokens(&self, other: &Line) -> bool {
        same_tokens(&self.tokens, &other.tokens)
    }

    /// A hash over the tokens.
    pub fn tokens_hash(&self) -> u64 {
        self.view().tokens_hash()
    }
}

/// A line that is kept elsewhere, with its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineRef<'a> {
    /// The text without its line end.
    pub text: &'a str,
    /// Its tokens.
    pub tokens: &'a [Token],
    /// Whether it is longer than what is read: then it seems empty, and nobody knows what it says.
    pub too_long: bool,
}

impl<'a> LineRef<'a> {
    /// The text of `token`.
    pub fn text_of(&self, token: &Token) -> &'a str {
        self.text.get(token.range()).unwrap_or_default()
    }

    /// The text from the first of `tokens` to the last.
    pub fn text_of_all(&self, tokens: &[Token]) -> &'a str {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return "" };
        self.text.get(first.start as usize..last.end as usize).unwrap_or_default()
    }

    /// Whether nothing but white space is in it.
    pub fn is_blank(&self) -> bool {
        self.tokens.is_empty() && !self.too_long
    }

    /// The white space before the first token, in bytes.
    pub fn indent(&self) -> usize {
        self.tokens.first().map_or(self.text.len(), |token| token.start as usize)
    }

    /// A hash over the tokens.
    pub fn tokens_hash(&self) -> u64 {
        self.tokens.iter().fold(0x9E37_79B9_7F4A_7C15, |hash, token| mix(hash, u64::from(token.hash)))
    }
}

/// Whether two lines have the same tokens, whatever white space is between.
pub fn same_tokens(one: &[Token], two: &[Token]) -> bool {
    one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.hash == two.hash)
}

/// One number of two, for hashes of rows.
pub fn mix(hash: u64, more: u64) -> u64 {
    (hash.rotate_left(5) ^ more).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: &str, line: &str, expect: &[(&str, Part)]) {
        let line = Line::new(line, Marks::of(language));
        let seen: Vec<_> = line.tokens.iter().map(|token| (line.text_of(token), token.part)).collect();
        assert_eq!(seen, expect);
    }

    use Part::{Code, Comment, Text};

    #[test]
    fn words_and_punctuation_are_told_apart_by_part() {
        check(
            "rust",
            "a1+2;// b\n",
            &[("a1", Code), ("+", Code), ("2", Code), (";", Code), ("/", Comment), ("/", Comment), ("b", Comment)],
        );
        check("python", "x # y", &[("x", Code), ("#", Comment), ("y", Comment)]);
        check("rust", "&'a x", &[("&", Code), ("'", Code), ("a", Code), ("x", Code)]);
    }

    #[test]
    fn an_escaped_quote_closes_nothing() {
        check(
            "go",
            r#""a\"b" c"#,
            &[("\"", Text), ("a", Text), ("\\", Text), ("\"", Text), ("b", Text), ("\"", Text), ("c", Code)],
        );
    }

    #[test]
    fn tokens_end_between_characters() {
        check("go", "größe😀=\u{a0}x", &[("größe😀", Code), ("=", Code), ("\u{a0}x", Code)]);
    }
}
