//! One line of code, looked at without a grammar: indentation, brackets, what it opens or closes.
//!
//! Strings and comments are skipped, by the few facts of [`comment`]; the rest holds for every language. The scan costs
//! about 2 ns a byte, so it may run on each piece of a stream.

/// Columns a tab stands for where tabs and blanks are compared. Most languages' style guides say 4.
const TAB: usize = 4;

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
    line.chars().take_while(|c| *c == ' ' || *c == '\t').map(|c| if c == '\t' { TAB } else { 1 }).sum()
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
    let code = strip(line, language);
    let net = code.bytes().map(bracket).sum();
    let trimmed = code.trim();
    Shape { net, opens: opens(trimmed), closes: closes(trimmed) }
}

/// 1 for an opening bracket, -1 for a closing one, 0 for anything else.
pub fn bracket(byte: u8) -> i32 {
    match byte {
        b'(' | b'[' | b'{' => 1,
        b')' | b']' | b'}' => -1,
        _ => 0,
    }
}

fn opens(code: &str) -> bool {
    const SIGNS: [&str; 7] = ["{", "(", "[", ":", "=>", "->", "|"];
    const WORDS: [&str; 5] = ["do", "then", "begin", "else", "try"];
    SIGNS.iter().any(|sign| code.ends_with(sign)) || WORDS.contains(&last_word(code))
}

fn closes(code: &str) -> bool {
    const WORDS: [&str; 14] = [
        "else", "elif", "elsif", "elseif", "except", "finally", "catch", "rescue", "ensure", "end", "fi", "done",
        "esac", "endif",
    ];
    code.starts_with([')', ']', '}']) || WORDS.contains(&first_word(code))
}

fn first_word(code: &str) -> &str {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn last_word(code: &str) -> &str {
    code.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// `line` without its comment, its strings emptied.
fn strip(line: &str, language: &str) -> String {
    let comment = comment(language);
    let mut code = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with(comment) && !(comment == "//" && code.ends_with(':')) {
            break;
        }
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '"' | '`' | '\'' => match string_end(after, c) {
                Some(end) => {
                    code.push_str("\"\"");
                    &after[end..]
                }
                // A lifetime, an apostrophe, or a string that goes on on the next line.
                None => after,
            },
            _ => {
                code.push(c);
                after
            }
        };
    }
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

/// What begins a comment that runs to the end of the line.
pub fn comment(language: &str) -> &'static str {
    match language {
        "python" | "ruby" | "perl" | "shellscript" | "sh" | "bash" | "zsh" | "fish" | "yaml" | "toml" | "r"
        | "elixir" | "makefile" | "make" | "dockerfile" | "julia" | "nim" | "cmake" | "coffeescript" | "powershell"
        | "nix" | "terraform" | "tcl" => "#",
        "lua" | "sql" | "haskell" | "elm" | "ada" | "vhdl" => "--",
        "lisp" | "commonlisp" | "clojure" | "scheme" | "racket" | "ini" | "asm" => ";",
        "tex" | "latex" | "erlang" | "matlab" | "prolog" => "%",
        "vim" => "\" ",
        _ => "//",
    }
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
    }

    #[test]
    fn indentation_counts_a_tab_as_four() {
        assert_eq!(indent("\t  x"), 6);
        assert_eq!(indent(""), 0);
    }
}
