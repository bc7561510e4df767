//! Literals in a line: where they begin and how they end.

use super::line::Line;
use super::line_state::Delimiter;
use super::value_syntax::ValueSyntax;

/// A literal: its content and what closes it.
#[derive(Debug, Clone, Copy)]
pub struct Literal {
    pub start: usize,
    pub end: usize,
    /// Behind the closing quote.
    pub next: usize,
    /// Whether the line closes it.
    pub closed: bool,
    pub delimiter: Delimiter,
}

/// The quote that is open before `at`, if `at` is inside a literal.
pub fn open_quote(line: &Line<'_>, at: usize) -> Option<u8> {
    let mut open = None;
    let mut bytes = line.before(at).bytes().enumerate();
    while let Some((i, byte)) = bytes.next() {
        match (open, byte) {
            (_, b'\\') if open.is_some() => {
                bytes.next();
            }
            (None, b'"' | b'`') => open = Some(byte),
            // An apostrophe opens a literal only where no word stands before it.
            (None, b'\'') if !i.checked_sub(1).is_some_and(|i| line.byte(i).is_ascii_alphanumeric()) => {
                open = Some(byte)
            }
            (Some(quote), _) if quote == byte => open = None,
            _ => {}
        }
    }
    open
}

pub fn in_comment(line: &Line<'_>, at: usize) -> bool {
    let before = line.before(at).trim_start();
    ["//", "#", "--", "/*", "* ", ";", "<!--", "%", "rem ", "REM "].iter().any(|mark| before.starts_with(mark))
        && !before.starts_with("--p")
        && !before.starts_with("#[")
        && !before.starts_with("#define")
        || before.contains(" // ")
        || before.contains(" # ")
        || before.contains("<!--")
        || before.contains(" /* ")
        || before.contains(" -- ")
}

/// The next literal at or after `from`.
pub fn next_literal(line: &Line<'_>, from: usize) -> Option<Literal> {
    let bytes = line.bytes();
    let mut at = from;
    while at < bytes.len() {
        let byte = line.byte(at);
        if byte == b'\\' && matches!(line.byte(at + 1), b'"' | b'\'') {
            return Some(literal(line, at + 2, Delimiter::Escaped(line.byte(at + 1))));
        }
        if byte == b'&' && line.from(at).starts_with("&quot;") {
            return Some(literal(line, at + 6, Delimiter::Entity));
        }
        if matches!(byte, b'"' | b'\'' | b'`') {
            if byte == b'\'' && is_lifetime(line, at) {
                at += 1;
                continue;
            }
            let three = line.byte(at + 1) == byte && line.byte(at + 2) == byte;
            return Some(if three {
                literal(line, at + 3, Delimiter::Three(byte))
            } else {
                literal(line, at + 1, Delimiter::One(byte))
            });
        }
        at += 1;
    }
    None
}

/// `&'static str`, `Cow<'a, str>`, an apostrophe inside a word.
pub fn is_lifetime(line: &Line<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).map(|at| line.byte(at)).unwrap_or_default();
    let name = line.from(at + 1).bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let closes = line.byte(at + 1 + name) == b'\'';
    (before.is_ascii_alphanumeric()
        && !matches!(before, b'b' | b'r' | b'f' | b'u' | b'N' | b'L' | b'E' | b'x' | b'X' | b'p'))
        || matches!(before, b'&' | b'<') && name > 0 && !closes
}

pub fn literal(line: &Line<'_>, start: usize, delimiter: Delimiter) -> Literal {
    let bytes = line.bytes();
    let mut at = start;
    let closed = loop {
        if at >= bytes.len() {
            break false;
        }
        let closes = match delimiter {
            Delimiter::One(quote) => line.byte(at) == quote,
            Delimiter::Three(quote) => {
                line.byte(at) == quote && line.byte(at + 1) == quote && line.byte(at + 2) == quote
            }
            Delimiter::Escaped(quote) => line.byte(at) == b'\\' && line.byte(at + 1) == quote,
            Delimiter::Entity => line.from(at).starts_with("&quot;"),
        };
        if closes {
            break true;
        }
        let escape = line.byte(at) == b'\\'
            && !matches!(delimiter, Delimiter::Escaped(_))
            && (line.kind != ValueSyntax::Config || delimiter == Delimiter::One(b'"'));
        at += if escape && at + 1 < bytes.len() { 2 } else { 1 };
    };
    let end = at.min(bytes.len());
    let next = if closed { end + delimiter.len() } else { bytes.len() };
    Literal { start, end, next, closed, delimiter }
}
