//! Cuts the closing quote that stands right of the cursor already, and what follows it there.

use super::surroundings;
use crate::completion::Window;
use crate::text::line::{self, Tail};

/// `block` up to the quote that closes the string in which the cursor stands, if the rest of the line begins with that
/// quote and then says what the block says.
pub fn cut<'a>(window: &Window, language: &str, block: &'a str) -> Option<&'a str> {
    let rest = window.line_after();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let triple = quote.to_string().repeat(3);
    let is_triple = rest.starts_with(&triple) && surroundings::long_string(&window.prefix, language).is_some();
    let mark = if is_triple { &triple[..] } else { &triple[..1] };
    let inside = is_triple || line::tail(window.line_before(), language) == Tail::String(quote);
    let behind = squeezed(&rest[mark.len()..]);
    let places = block.match_indices(mark).map(|(at, _)| at).filter(|at| !is_escaped(&block[..*at]));
    let mut closers = places.filter(|at| behind.starts_with(&squeezed(&block[at + mark.len()..])));
    closers.next().filter(|_| inside).map(|at| &block[..at])
}

/// Whether a backslash at the end of `text` takes its meaning from the sign that follows.
pub fn is_escaped(text: &str) -> bool {
    (text.len() - text.trim_end_matches('\\').len()) % 2 == 1
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: &str, marked: &str, reply: &str, expected: Option<&str>) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        assert_eq!(cut(&window, language, reply), expected, "{marked:?} with {reply:?}");
    }

    #[test]
    fn the_quote_right_of_the_cursor_closes() {
        check("rust", "let s = \"<cursor>\";", "text\"", Some("text"));
        check("rust", "f(\"<cursor>\");", "text\")", Some("text"));
        check("python", "x = f'<cursor>'", "{a}'", Some("{a}"));
        check("python", "\"\"\"<cursor>\"\"\"", "A module.\"\"\"", Some("A module."));
        check("go", "r := `<cursor>`", "^a$`", Some("^a$"));
        check("javascript", "a('<cursor>', 1)", "b\\'s', 1)", Some("b\\'s"));
    }

    #[test]
    fn other_quotes_stay() {
        check("javascript", "a(\"<cursor>\")", "b\" + c + \"d", None);
        check("javascript", "say \"<cursor>\"", "a\" + b", None);
        check("rust", "let s = \"<cursor>\";", "it's", None);
        check("rust", "f(<cursor>\"b\")", "\"a\", ", None);
    }
}
