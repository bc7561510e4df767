//! Cuts the text at a mark of the model's ([`crate::model::marks`]): `<|end_of_file|>`, `</s>`.
//!
//! What follows one belongs to another text. A file that is about such marks keeps them, and so does a string literal.

use crate::completion::Window;
use crate::model::marks::{Found, candidates, spelled};
use crate::text::{language, line};

/// Whether the text around the cursor is about marks: then a reply may hold them.
pub fn is_subject(window: &Window) -> bool {
    let in_text = |text: &str| candidates(text).any(|at| matches!(spelled(&text[at..], true), Found::Mark(_)));
    // `<s>` and `</s>` are HTML as well.
    let plain = |text: &str| text.replace("<s>", "").replace("</s>", "");
    [&window.prefix, &window.suffix].into_iter().any(|text| text.contains(['<', '[']) && in_text(&plain(text)))
}

/// Whether a mark begins at `at`, one of the [`candidates`]. `before` is the cursor's line up to the cursor.
pub fn at(text: &str, at: usize, before: &str, id: &str, finished: bool) -> Found {
    let Found::Mark(length) = spelled(&text[at..], finished) else { return spelled(&text[at..], finished) };
    let mark = &text[at..at + length];
    if matches!(mark, "<s>" | "</s>") && (language::syntax(id).tags || is_type_argument(text, at, mark)) {
        return Found::No;
    }
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let line = if start == 0 { format!("{before}{}", &text[..at]) } else { text[start..at].to_owned() };
    let line::Tail::String(quote) = quoted(&line, id) else { return Found::Mark(length) };
    // Inside a string that is closed on its line it is data.
    let (rest, complete) = match text[at + length..].split_once('\n') {
        Some((rest, _)) => (rest, true),
        None => (&text[at + length..], finished),
    };
    match rest.contains(quote) {
        true => Found::No,
        false if complete => Found::Mark(length),
        false => Found::Unknown,
    }
}

/// Whether `text` is nothing but a mark that stands before a completion, not behind it.
pub fn is_opening(text: &str) -> bool {
    text.trim_start() == "<COMPLETION>"
}

/// In prose, code stands between backticks.
fn quoted(line: &str, id: &str) -> line::Tail {
    if language::is_prose(id) {
        let open = line.matches('`').count() % 2 == 1;
        return if open { line::Tail::String('`') } else { line::Tail::Code };
    }
    line::tail(line, id)
}

fn is_type_argument(text: &str, at: usize, mark: &str) -> bool {
    mark == "<s>" && text[..at].ends_with(|c: char| c.is_alphanumeric() || c == ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws `§` where a mark cuts the text, `…` where more must be known.
    #[track_caller]
    fn check(id: &str, before: &str, text: &str, drawn: &str) {
        let found = |finished| {
            let cut = candidates(text).map(|place| (place, at(text, place, before, id, finished)));
            cut.into_iter().find(|(_, found)| *found != Found::No)
        };
        let draw = |found: Option<(usize, Found)>| match found {
            None => text.to_owned(),
            Some((at, Found::Unknown)) => format!("{}…", &text[..at]),
            Some((at, _)) => format!("{}§", &text[..at]),
        };
        assert_eq!(draw(found(drawn.ends_with('§'))), drawn, "{text:?}");
    }

    #[test]
    fn the_text_ends_before_a_mark() {
        for mark in ["<|end_of_file|>", "</s>", "[PREFIX]", "<EOT>", "<fim_middle>", "<|file_sep|>", "<｜fim▁end｜>"]
        {
            check("rust", "let a = ", &format!("1;{mark}x"), "1;§");
        }
    }

    #[test]
    fn what_may_become_a_mark_waits() {
        check("rust", "", "1;<|end_of", "1;…");
        check("rust", "", "1;<", "1;…");
        check("rust", "", "1;[PRE", "1;…");
        check("rust", "", "a[i] < b", "a[i] < b");
        check("rust", "", "Vec<u8>", "Vec<u8>");
    }

    #[test]
    fn a_string_and_a_tag_keep_theirs() {
        check("python", "eos = ", "\"</s>\"", "\"</s>\"");
        check("python", "eos = \"", "</s>\"\n", "</s>\"\n");
        check("python", "eos = \"", "a</s>", "a§");
        check("html", "<p>", "<s>a</s>", "<s>a</s>");
        check("markdown", "", "ends with `</s>`.", "ends with `</s>`.");
    }

    #[test]
    fn a_text_about_marks_is_told_by_another_one() {
        let window = |prefix: &str| Window { prefix: prefix.into(), ..Window::default() };
        assert!(is_subject(&window("M = \"<|fim_middle|>\"\n")));
        assert!(!is_subject(&window("<s>a</s> b[0] < c")));
    }
}
