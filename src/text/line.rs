//! One line of code, looked at without a grammar: indentation, brackets, what it opens or closes.
//!
//! Strings and comments are skipped, and words told, by the table of [`language`]. The scan costs about 2 ns a byte, so
//! it may run on each piece of a stream.

use super::indentation;
use super::language::{self, Syntax};

/// What a line does to the structure of the text around it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    /// Brackets opened minus brackets closed.
    pub net: i32,
    /// Whether its last word or sign opens a block: a bracket, `:`, `=>`, `then`, ...
    pub opens: bool,
    /// Whether its first word or sign closes or continues one: a closing bracket, `else`, `end`, ...
    pub closes: bool,
}

/// The columns of white space that `line` starts with.
pub fn indent(line: &str) -> usize {
    indentation::columns(indentation::of(line), indentation::DEFAULT_UNIT)
}

/// Whether `line` holds nothing but white space.
pub fn is_blank(line: &str) -> bool {
    line.trim_start().is_empty()
}

/// Whether `text` holds no letter, digit or underscore: closing brackets, punctuation, nothing. Text may go before it
/// on its line without tearing anything apart.
pub fn is_inert(text: &str) -> bool {
    !text.chars().any(|c| c.is_alphanumeric() || c == '_')
}

/// The shape of `line` in `language` (an LSP language identifier).
pub fn shape(line: &str, language: &str) -> Shape {
    let syntax = language::syntax(language);
    let code = strip(line, syntax);
    let net = code.bytes().map(bracket).sum();
    let trimmed = code.trim();
    Shape { net, opens: opens(trimmed, syntax), closes: closes(trimmed, syntax) }
}

/// 1 for an opening bracket, -1 for a closing one, 0 for anything else.
pub fn bracket(byte: u8) -> i32 {
    match byte {
        b'(' | b'[' | b'{' => 1,
        b')' | b']' | b'}' => -1,
        _ => 0,
    }
}

fn opens(code: &str, syntax: &Syntax) -> bool {
    const SIGNS: [&str; 7] = ["{", "(", "[", ":", "=>", "->", "|"];
    SIGNS.iter().any(|sign| code.ends_with(sign)) || syntax.opens(last_word(code))
}

fn closes(code: &str, syntax: &Syntax) -> bool {
    code.starts_with([')', ']', '}']) || syntax.closes(first_word(code))
}

fn first_word(code: &str) -> &str {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn last_word(code: &str) -> &str {
    code.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// `line` without its comment, its strings emptied.
fn strip(line: &str, syntax: &Syntax) -> String {
    let mut code = String::with_capacity(line.len());
    if syntax.begins_comment_by_word(line.trim_start()) {
        return code;
    }
    let begins_comment = |byte: u8| syntax.line_comments.iter().any(|sign| sign.as_bytes().first() == Some(&byte));
    let mut rest = line;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'`' | b'\'') || begins_comment(byte)) {
        let (before, from) = rest.split_at(at);
        code.push_str(before);
        // An address is no comment.
        let is_comment = |sign: &&str| from.starts_with(*sign) && !(*sign == "//" && code.ends_with(':'));
        if syntax.line_comments.iter().any(is_comment) {
            return code;
        }
        // One byte: the signs are ASCII.
        let (sign, after) = from.split_at(1);
        let quote = sign.chars().next().filter(|_| syntax.strings.iter().any(|mark| mark.open.starts_with(sign)));
        rest = match quote.map(|quote| string_end(after, quote)) {
            Some(Some(end)) => {
                code.push_str("\"\"");
                &after[end..]
            }
            // A lifetime, an apostrophe, or a string that goes on on the next line.
            Some(None) => after,
            None => {
                code.push_str(sign);
                after
            }
        };
    }
    code.push_str(rest);
    code
}

/// Where the string that `quote` opened ends in `text`, past its closing quote.
fn string_end(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            // A lifetime is followed by one of these long before another quote comes.
            ',' | '>' | '(' | ' ' if quote == '\'' && at > 0 && is_name(&text[..at]) => return None,
            _ if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: &str, line: &str, net: i32, opens: bool, closes: bool) {
        assert_eq!(shape(line, language), Shape { net, opens, closes }, "{line:?}");
    }

    #[test]
    fn brackets_and_what_they_open() {
        check("rust", "fn main() {", 1, true, false);
        check("rust", "}", -1, false, true);
        check("rust", "} else {", 0, true, true);
        check("rust", "foo(a, b);", 0, false, false);
        check("rust", "x.map(|a| {", 2, true, false);
    }

    #[test]
    fn blocks_opened_by_words_and_signs() {
        check("python", "if x:", 0, true, false);
        check("python", "else:", 0, true, true);
        check("lua", "if x then", 0, true, false);
        check("ruby", "end", 0, false, true);
        check("rust", "A =>", 0, true, false);
        check("sql", "END LOOP;", 0, false, true);
        check("rust", "end = 1;", 0, false, false);
        check("text", "something", 0, false, false);
        check("lua", "endless = 1", 0, false, false);
    }

    #[test]
    fn strings_and_comments_do_not_count() {
        check("rust", r#"print("{ ( \" [");"#, 0, false, false);
        check("rust", "let c = '{';", 0, false, false);
        check("rust", "fn f<'a>(x: &'a str, y: &'a str) {", 1, true, false);
        check("rust", "x // {", 0, false, false);
        check("python", "x = 1 # {", 0, false, false);
        check("python", "y = a // (b", 1, false, false);
        check("javascript", "fetch(`http://{`, {", 2, true, false);
        check("yaml", "url: http://x", 0, false, false);
        check("bat", "  rem (", 0, false, false);
        check("bat", "remove (", 1, true, false);
        check("json", "\"a\": [ // {", 2, true, false);
    }

    #[test]
    fn indentation_counts_a_tab_as_four() {
        assert_eq!(indent("\t  x"), 6);
        assert_eq!(indent(""), 0);
    }
}
