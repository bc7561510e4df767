//! The sign before the cursor, said once more at the start of a reply: `a::` and `::new()`, `$` and `$HOME`, `"` and
//! `"text"`. Twice it would mean something else, or nothing.

use super::repeated_prefix::Again;
use super::surroundings;
use crate::completion::Window;
use crate::text::{language, line};

/// Whether `text`, the reply so far, begins with the sign before the cursor and goes on with what one such sign goes on
/// with.
pub fn again(window: &Window, id: &str, text: &str, finished: bool) -> Again {
    let before = window.line_before();
    let Some(sign) = quote(before, id).or_else(|| of_name(window, before, id)) else { return Again::Bytes(0) };
    if !finished && sign.starts_with(text) {
        return Again::Unknown;
    }
    let Some(rest) = text.strip_prefix(sign) else { return Again::Bytes(0) };
    let begins_text = |c: char| match sign {
        "$" | "#" => c.is_alphabetic() || matches!(c, '_' | '{' | '['),
        _ if sign.starts_with(['"', '\'', '`']) => {
            c.is_alphanumeric() || matches!(c, '/' | '{' | '$' | '\\' | '<' | '@')
        }
        _ => c.is_alphabetic() || c == '_',
    };
    match rest.chars().next() {
        None if !finished => Again::Unknown,
        next => Again::Bytes(if next.is_some_and(begins_text) { sign.len() } else { 0 }),
    }
}

/// The mark of a string that has just been opened.
fn quote<'a>(before: &'a str, id: &str) -> Option<&'a str> {
    // These join what stands between quotes and beside them.
    if matches!(id, "shellscript" | "sql" | "makefile" | "dockerfile") || language::is_prose(id) {
        return None;
    }
    let line::Tail::String(quote) = line::tail(before, id) else { return None };
    let triple = before.len() - before.trim_end_matches(quote).len() == 3 * quote.len_utf8();
    let length = quote.len_utf8() * if triple { 3 } else { 1 };
    before.ends_with(quote).then(|| &before[before.len() - length..])
}

/// A sign that stands before a name.
fn of_name<'a>(window: &Window, before: &'a str, id: &str) -> Option<&'a str> {
    // In these two points are an operator.
    const POINTS: [&str; 10] =
        ["rust", "ruby", "kotlin", "swift", "php", "perl", "lua", "dart", "haskell", "shellscript"];
    if language::is_prose(id) || line::tail(before, id) == line::Tail::Comment {
        return None;
    }
    let sign = ["?.", "::", "->", ".", "$", "@", "#", "</", "<"].into_iter().find(|sign| before.ends_with(sign))?;
    let value = &before[..before.len() - sign.len()];
    let is_member = value.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']'));
    let begins_line = line::is_blank(value);
    let in_list = || surroundings::above(window).is_some_and(|above| above.trim_end().ends_with([',', '{', '(', '[']));
    let is_sign = match sign {
        "?." | "::" | "->" => is_member,
        "." if begins_line => !in_list(),
        "." => is_member && !POINTS.contains(&id) && line::tail(before, id) == line::Tail::Code,
        "$" => !value.ends_with('$') && !matches!(id, "perl" | "makefile"),
        "@" => begins_line && id != "ruby",
        "#" => begins_line || matches!(id, "css" | "scss"),
        _ => language::syntax(id).tags && !value.ends_with('<'),
    };
    is_sign.then(|| &before[before.len() - sign.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws `§` behind what is said again, in a whole reply, and on its way to it.
    #[track_caller]
    fn check(id: &str, before: &str, reply: &str) {
        let window = Window { prefix: before.into(), from_start: true, to_end: true, ..Window::default() };
        let text = reply.replacen('§', "", 1);
        let expected = Again::Bytes(reply.find('§').unwrap_or(0));
        assert_eq!(again(&window, id, &text, true), expected, "{before:?} and {reply:?}");
        for at in 1..text.len() {
            let early = again(&window, id, &text[..at], false);
            assert!(early == Again::Unknown || early == expected, "{before:?} and {:?}: {early:?}", &text[..at]);
        }
    }

    #[test]
    fn the_sign_of_a_name_is_not_said_again() {
        check("rust", "Vec::", "::§new()");
        check("cpp", "a->", "->§b;");
        check("typescript", "a?.", "?.§b");
        check("java", "list.", ".§size()");
        check("rust", "let a = b\n    .", ".§map(|c| c)");
        check("shellscript", "echo \"$", "$§HOME\"");
        check("javascript", "`$", "$§{a}`");
        check("java", "    @", "@§Override");
        check("c", "#", "#§include <a.h>");
        check("html", "<ul>\n  <", "<§li>");
        check("typescriptreact", "</", "</§p>");
    }

    #[test]
    fn the_mark_of_a_string_is_not_said_again() {
        check("rust", "let s = \"", "\"§text\";");
        check("python", "\"\"\"", "\"\"\"§Reads.\"\"\"");
        check("go", "get(\"", "\"§/users\")");
    }

    #[test]
    fn two_of_them_may_be_right() {
        check("rust", "A {\n    a,\n    .", ".Default::default()");
        check("rust", "for i in a.", ".b");
        check("ruby", "@", "@count");
        check("shellscript", "echo $", "$");
        check("rust", "let s = \"", "\";");
        check("python", "x = \"", "\".join(a)");
        check("python", "f(\"", "\" + a)");
        check("python", "\"", "\"\"Reads.\"\"\"");
        check("shellscript", "a=\"", "\"$b");
        check("markdown", "#", "# Title");
    }
}
