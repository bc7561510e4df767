//! Cuts the text at a mark of the model's ([`crate::model::marks`]): `<|end_of_file|>`, `</s>`.
//!
//! What follows one belongs to another text. A file that is about such marks keeps them, and so does a string literal.

use super::surroundings;
use crate::completion::Window;
use crate::model::marks::{Found, candidates, spelled};
use crate::text::{language, line};

/// Whether the text around the cursor is about marks: then a reply may hold them.
pub fn is_subject(window: &Window) -> bool {
    // `<s>` and `</s>` are HTML as well, but for those that are all of a string.
    let is_string = |text: &str, at: usize, mark: &str| {
        let quote = text[..at].chars().next_back().filter(|c| matches!(c, '"' | '\'' | '`'));
        quote.is_some_and(|quote| text[at + mark.len()..].starts_with(quote))
    };
    let is_mark = |text: &str, at: usize| match spelled(&text[at..], true) {
        Found::Mark(length) => {
            let mark = &text[at..at + length];
            !matches!(mark, "<s>" | "</s>") || is_string(text, at, mark)
        }
        Found::No | Found::Unknown => false,
    };
    [&window.prefix, &window.suffix].into_iter().any(|text| candidates(text).any(|at| is_mark(text, at)))
}

/// Whether a mark begins at `at`, one of the [`candidates`], in `text` written at the window's cursor.
pub fn at(text: &str, at: usize, window: &Window, id: &str, finished: bool) -> Found {
    let Found::Mark(length) = spelled(&text[at..], finished) else { return spelled(&text[at..], finished) };
    let mark = &text[at..at + length];
    if is_type_argument(text, at, mark) || language::syntax(id).tags && is_tag(window, text, at, mark) {
        return Found::No;
    }
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let line = if start == 0 { format!("{}{}", window.line_before(), &text[..at]) } else { text[start..at].to_owned() };
    if is_constant(window, mark) {
        return Found::No;
    }
    match is_argument(&line, mark, &text[at + length..], finished) {
        Some(false) => {}
        Some(true) => return Found::No,
        None => return Found::Unknown,
    }
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

/// Whether what is in the brackets is a name that the text around the cursor uses: `vocabulary[PAD]`.
fn is_constant(window: &Window, mark: &str) -> bool {
    const NAMES: [&str; 7] = ["EOS", "BOS", "UNK", "PAD", "EOT", "EOD", "EOF"];
    let name = mark.trim_matches(['[', ']', '<', '>']);
    NAMES.contains(&name) && surroundings::has_word(window, name)
}

/// Whether a mark in square brackets is one of several words in such brackets, as a usage text has them:
/// `[PREFIX] [FILE]`. `None`: more text must tell.
fn is_argument(before: &str, mark: &str, after: &str, finished: bool) -> Option<bool> {
    const BETWEEN: [char; 3] = [' ', ',', '.'];
    if !mark.starts_with('[') {
        return Some(false);
    }
    let listed = before.trim_end_matches(BETWEEN);
    let is_word =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '_' | '-'));
    let word = listed.strip_suffix(']').and_then(|text| text.rsplit_once('[')).map_or("", |(_, word)| word);
    if listed.len() < before.len() && is_word(word) && spelled(&format!("[{word}]"), true) == Found::No {
        return Some(true);
    }
    let next = after.trim_start_matches(BETWEEN);
    if next.is_empty() && !finished {
        return None;
    }
    match spelled(next, finished) {
        Found::Unknown => None,
        Found::Mark(_) => Some(false),
        Found::No => Some(
            next.len() < after.len()
                && next.strip_prefix('[').is_some_and(|word| word.starts_with(|c: char| c.is_ascii_uppercase())),
        ),
    }
}

/// Whether a mark that HTML has as a tag is one: it opens an element, or closes one that is open.
fn is_tag(window: &Window, text: &str, at: usize, mark: &str) -> bool {
    let count = |tag: &str| window.prefix.matches(tag).count() + text[..at].matches(tag).count();
    mark == "<s>" || mark == "</s>" && count("<s>") + count("<s ") > count("</s>")
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
        let window = Window { prefix: before.into(), ..Window::default() };
        let found = |finished| {
            let cut = candidates(text).map(|place| (place, at(text, place, &window, id, finished)));
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
        check("html", "<s class=\"a\">", "a</s>", "a</s>");
        check("html", "<s>a</s>", "b</s>", "b§");
        check("markdown", "", "A text.</s>", "A text.§");
        check("markdown", "", "ends with `</s>`.", "ends with `</s>`.");
    }

    #[test]
    fn a_name_in_brackets_is_no_mark_where_others_stand() {
        check("shellscript", "echo \"", "[PREFIX] [DESTDIR]", "[PREFIX] [DESTDIR]");
        check("shellscript", "# tool [OPTIONS] ", "[PREFIX]", "[PREFIX]");
        check("sql", "SELECT ", "[PREFIX], [NAME] FROM t", "[PREFIX], [NAME] FROM t");
        check("python", "a = ", "b [SUFFIX] c", "b §");
        check("python", "a = ", "b[SUFFIX][MIDDLE]c", "b§");
        check("python", "a = ", "b[PREFIX]", "b…");
        check("python", "PAD = 0\nids = vocabulary", "[PAD]", "[PAD]");
        check("python", "ids = vocabulary", "[PAD]x", "§");
    }

    #[test]
    fn a_text_about_marks_is_told_by_another_one() {
        let window = |prefix: &str| Window { prefix: prefix.into(), ..Window::default() };
        assert!(is_subject(&window("M = \"<|fim_middle|>\"\n")));
        assert!(!is_subject(&window("<s>a</s> b[0] < c")));
        assert!(is_subject(&window("BOS = \"<s>\"\n")) && !is_subject(&window("x = \"<s>a</s>\"")));
    }
}
