//! Whether what stands in a value's place is a secret.

use super::line::Line;
use super::line_state::{Delimiter, Text};
use super::literal::Literal;
use super::names::Class;
use super::values::{Looks, is_random, looks};

/// A random value of this length (bytes) needs no digit to be one.
const LONG: usize = 20;

/// How sure it is that a literal is the name's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sure {
    /// It is.
    Yes,
    /// It may be: only a random one counts.
    Perhaps,
}

/// The same for a literal of several lines.
pub const TEXT_LINES: u8 = 60;

/// Considers the content of a line that is a value by itself: of a block or of a literal of several lines.
pub fn whole_line(line: &mut Line<'_>, class: Class) {
    let start = line.skip_blank(0);
    let end = line.text.trim_end().len();
    consider_range(line, start, end, class, Sure::Yes);
}

/// `${NAME:-value}`.
pub fn fallback_of_variable(line: &mut Line<'_>, at: usize, class: Class) {
    let rest = line.from(at);
    let Some((operator, close)) =
        rest.find(":-").or_else(|| rest.find(":=")).or_else(|| rest.find('-')).zip(rest.find('}').or(Some(rest.len())))
    else {
        return;
    };
    let width = if rest.get(operator..).is_some_and(|rest| rest.starts_with('-')) { 1 } else { 2 };
    if operator < close {
        consider_range(line, at + operator + width, at + close, class, Sure::Yes);
    }
}

/// Masks `literal` if it is a secret for a name of this class. True if it does, or if the secret goes on on later
/// lines.
pub fn consider(line: &mut Line<'_>, literal: Literal, class: Class, sure: Sure) -> bool {
    if literal.closed {
        return consider_range(line, literal.start, literal.end, class, sure);
    }
    let text = line.between(literal.start, literal.end);
    if matches!(literal.delimiter, Delimiter::Three(_) | Delimiter::One(b'`')) && sure == Sure::Yes {
        line.state.text = Some(Text { class, end: literal.delimiter, left: TEXT_LINES });
        consider_range(line, literal.start, literal.end, class, sure);
        return true;
    }
    // Half typed: to the line's end, without what an editor puts behind the cursor.
    let trimmed = text.trim_end().trim_end_matches([';', ',', ')', ']', '}', '>']).trim_end();
    let (start, end) = (literal.start, literal.start + trimmed.len());
    if consider_range(line, start, end, class, sure) {
        return true;
    }
    let first = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
    consider_range(
        line,
        start,
        start + trimmed.get(..first).unwrap_or_default().trim_end_matches([';', ',', ')']).len(),
        class,
        sure,
    )
}

/// Schemes before the secret in a header's value.
#[rustfmt::skip]
pub const SCHEMES: &[&str] = &[
    "Bearer ", "bearer ", "BEARER ", "Basic ", "basic ", "token ", "Token ", "TOKEN ", "ApiKey ", "Apikey ",
    "apikey ", "SSWS ", "Splunk ", "GenieKey ", "Key ", "Digest ", "DSN ", "Discogs token=", "Bot ",
    "Zoho-oauthtoken ", "OAuth ", "{noop}", "{plain}", "key=", "base64:", "pass:", "{bcrypt}", "AWS ", "SharedKey ",
    "Snowflake Token=", "Bearer: ",
];

pub fn consider_range(line: &mut Line<'_>, start: usize, end: usize, class: Class, sure: Sure) -> bool {
    let text = line.between(start, end);
    let blank = text.len() - text.trim_start().len();
    let (start, end) = (start + blank, start + text.trim_end().len());
    let text = line.between(start, end);
    if let Some((scheme, rest)) = SCHEMES.iter().find_map(|scheme| Some((scheme, text.strip_prefix(scheme)?))) {
        if rest.is_empty() {
            return false;
        }
        return consider_range(line, start + scheme.len(), end, class, sure);
    }
    for quote in ["\\\"", "\"", "'", "`", "&quot;", "*", "_"] {
        // A literal inside a literal: `"\"...\""`, `'"..."'`.
        if let Some(inner) =
            text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)).filter(|inner| !inner.is_empty())
        {
            return consider_range(line, start + quote.len(), start + quote.len() + inner.len(), class, sure);
        }
    }
    if text.starts_with("${") && text.contains(":-") && text.ends_with('}') {
        fallback_of_variable(line, start, class);
        return line.masked_from(start);
    }
    if text.contains("-----BEGIN") || text.contains("://") {
        // A private key or an address: they have rules of their own.
        return false;
    }
    let looks = looks(text);
    let accepted = match sure {
        Sure::Yes => class.accepts(looks, text),
        Sure::Perhaps => {
            looks == Looks::Random
                && class.accepts(looks, text)
                && is_random(text)
                && !text.contains(['/', '\\', '(', '{', '<'])
                && (text.len() >= LONG || text.bytes().any(|b| b.is_ascii_digit()))
        }
    };
    if accepted {
        line.add(start, end, class.rule());
    }
    accepted
}

/// Considers a line of a literal of several lines.
pub fn part_of_text(line: &mut Line<'_>, start: usize, end: usize, class: Class) {
    consider_range(line, start, end, class, Sure::Yes);
}
