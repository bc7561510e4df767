//! The alphabets that tokens are written in.

/// A set of ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// `0-9`.
    Digits,
    /// `0-9a-fA-F`.
    Hex,
    /// `0-9A-Z`.
    Upper,
    /// `0-9A-Za-z`.
    Alnum,
    /// [`Alnum`](Self::Alnum) and `_`.
    Word,
    /// Base64 for URLs: `0-9A-Za-z-_`.
    Url,
    /// [`Url`](Self::Url) and `.`: several parts of it, as in a JSON web token.
    Dotted,
    /// Base64: `0-9A-Za-z+/=`.
    Base64,
    /// `0-9a-f` and `:`.
    HexPair,
    /// `0-9a-fA-F` and `-`, as in a UUID.
    Uuid,
    /// [`Base64`](Self::Base64), [`Url`](Self::Url) and `. ~ : % $`: whatever a loosely specified token may hold.
    Any,
}

impl Alphabet {
    /// Whether `byte` belongs to the set.
    pub fn has(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Upper => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Self::HexPair => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f' | b':'),
            Self::Uuid => byte.is_ascii_hexdigit() || byte == b'-',
            Self::Any => {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'=' | b':' | b'%' | b'$')
            }
        }
    }

    /// How many bytes from `from` on belong to the set.
    pub fn run(self, bytes: &[u8], from: usize) -> usize {
        bytes.get(from..).unwrap_or_default().iter().take_while(|byte| self.has(**byte)).count()
    }

    /// How many bytes just before `to` belong to the set.
    pub fn run_back(self, bytes: &[u8], to: usize) -> usize {
        bytes.get(..to).unwrap_or_default().iter().rev().take_while(|byte| self.has(**byte)).count()
    }
}
