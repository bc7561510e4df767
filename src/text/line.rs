//! One line of code, looked at without a grammar: indentation, brackets, what it opens or closes.
//!
//! Strings and comments are skipped, and words told, by the table of [`language`]. The scan costs about 2 ns a byte, so
//! it may run on each piece of a stream.

use super::indentation;
use super::language::{self, Extent, StringMark, Syntax};

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
    scanned(line, language).shape()
}

/// A line that was read once, for all that may be asked about it.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// The line without its comment, its strings emptied.
    pub code: String,
    /// What text right behind it would stand in, as far as this line alone tells.
    pub tail: Tail,
    /// What its language is written with.
    pub syntax: &'static Syntax,
}

impl Scanned {
    /// What the line does to the structure of the text around it.
    pub fn shape(&self) -> Shape {
        let trimmed = self.code.trim();
        Shape { net: self.net(), opens: opens(trimmed, self.syntax), closes: closes(trimmed, self.syntax) }
    }

    /// Whether a line of Ruby or its like opens a block by its first word.
    pub fn begins_block(&self) -> bool {
        const WORDS: [&str; 3] = ["def ", "module ", "class "];
        let code = self.code.trim();
        self.syntax.words.closes.contains(&"end")
            && WORDS.iter().any(|word| code.starts_with(word))
            && !code.ends_with(['}', ';', ','])
            && ![" = ", ", do:", "; end"].iter().any(|sign| code.contains(sign))
    }

    /// Brackets opened minus brackets closed.
    pub fn net(&self) -> i32 {
        self.code.bytes().map(bracket).sum()
    }
}

/// Reads `line` in `language` (an LSP language identifier).
pub fn scanned(line: &str, language: &str) -> Scanned {
    let syntax = language::syntax(language);
    let mut code = String::with_capacity(line.len());
    let tail = scan(line, syntax, |_, text| code.push_str(text));
    Scanned { code, tail, syntax }
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

/// What the end of a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Code, or a line that says nothing of it.
    Code,
    /// A comment that runs to the end of the line.
    Comment,
    /// A string that this quote opened.
    String(char),
}

/// What text right behind `line` would stand in, as far as that line alone tells.
pub fn tail(line: &str, language: &str) -> Tail {
    scan(line, language::syntax(language), |_, _| {})
}

/// `line` without its comment, its strings emptied.
pub fn code(line: &str, language: &str) -> String {
    scanned(line, language).code
}

/// The brackets of `line` outside of strings and comments, each with its offset in bytes.
pub fn brackets(line: &str, language: &str) -> Vec<(usize, char)> {
    let mut brackets = vec![];
    scan(line, language::syntax(language), |start, code| {
        let found = code.char_indices().filter(|(_, c)| matches!(c, '(' | '[' | '{' | ')' | ']' | '}'));
        brackets.extend(found.map(|(at, c)| (start + at, c)));
    });
    brackets
}

/// Says the pieces of code in `line`, each with its offset; of a string only its quotes.
fn scan(line: &str, syntax: &Syntax, mut say: impl FnMut(usize, &str)) -> Tail {
    if syntax.begins_comment_by_word(line.trim_start()) {
        return Tail::Comment;
    }
    // A bit for each ASCII byte that a comment begins with.
    let first_bytes = syntax.line_comments.iter().filter_map(|sign| sign.as_bytes().first());
    let begins = first_bytes.fold(0_u128, |bits, byte| bits | 1_u128.checked_shl(u32::from(*byte)).unwrap_or(0));
    let begins_comment = |byte: u8| byte.is_ascii() && begins >> byte & 1 == 1;
    let mut tail = Tail::Code;
    let mut start = 0;
    let mut rest = line;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'`' | b'\'') || begins_comment(byte)) {
        let (before, from) = rest.split_at(at);
        say(start, before);
        let at = start + at;
        // An address is no comment.
        let is_comment = |sign: &&str| from.starts_with(*sign) && !(*sign == "//" && line[..at].ends_with(':'));
        if syntax.line_comments.iter().any(is_comment) {
            return Tail::Comment;
        }
        // One byte: the signs are ASCII.
        let (sign, after) = from.split_at(1);
        let mark = syntax.strings.iter().find(|mark| mark.open.starts_with(sign));
        let quote = mark.and(sign.chars().next());
        rest = match quote.map(|quote| (quote, string_end(after, quote))) {
            Some((_, Some(end))) => {
                say(at, "\"\"");
                &after[end..]
            }
            // A lifetime, an apostrophe, or a string that goes on on the next line.
            Some((quote, None)) => {
                let may_open = quote != '\'' || opens_string(&line[..at], after, mark);
                if tail == Tail::Code && may_open {
                    tail = Tail::String(quote);
                }
                after
            }
            None => {
                say(at, sign);
                after
            }
        };
        start = line.len() - rest.len();
    }
    say(start, rest);
    tail
}

/// Whether an apostrophe that nothing closes, with `before` and `after` it, is the mark of a string.
fn opens_string(before: &str, after: &str, mark: Option<&StringMark>) -> bool {
    /// What stands before a string's mark and belongs to it, as in `f'...'`.
    const PREFIXES: [&str; 10] = ["b", "B", "f", "F", "r", "R", "u", "br", "rb", "fr"];
    if mark.is_some_and(|mark| mark.extent == Extent::Character) && !(after.is_empty() || after.starts_with('\\')) {
        return false;
    }
    let word = &before[before.trim_end_matches(char::is_alphanumeric).len()..];
    word.is_empty() || PREFIXES.contains(&word)
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
    fn the_end_of_a_line_stands_in_code_a_comment_or_a_string() {
        for (language, line, expected) in [
            ("rust", "let a = 1", Tail::Code),
            ("rust", "f(\"a\", \"", Tail::String('"')),
            ("rust", "fn f<'a>(", Tail::Code),
            ("rust", "&'a str", Tail::Code),
            ("c", "c == '", Tail::String('\'')),
            ("rust", "a // b", Tail::Comment),
            ("python", "x = f'", Tail::String('\'')),
            ("python", "# it's", Tail::Comment),
            ("javascript", "a = `b", Tail::String('`')),
            ("markdown", "it's", Tail::Code),
            ("plaintext", "it's", Tail::Code),
        ] {
            assert_eq!(tail(line, language), expected, "{line:?}");
        }
    }

    #[test]
    fn brackets_are_told_with_where_they_stand() {
        assert_eq!(brackets("é(\"(\")[1] // }", "rust"), [(2, '('), (6, ')'), (7, '['), (9, ']')]);
    }

    #[test]
    fn indentation_counts_a_tab_as_four() {
        assert_eq!(indent("\t  x"), 6);
        assert_eq!(indent(""), 0);
    }
}
