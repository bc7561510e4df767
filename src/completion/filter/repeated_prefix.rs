//! What stands before the cursor already, said once more at the start of a reply: the lines above, the line's
//! beginning, or the begun word.

use super::repetition;
use super::surroundings;
use crate::completion::Window;
use crate::text::{language, line};

/// How much of the reply's start says again what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// More text must tell.
    Unknown,
    /// So many bytes.
    Bytes(usize),
}

/// Lines above that are looked for.
const MOST_LINES: usize = 8;

/// Lines above that are said again count from so many bytes on: `}` and `None,` come again in honest code.
const LEAST_BYTES: usize = 8;

/// Lines above the cursor's, where the reply says them again and then goes on.
pub fn lines(window: &Window, id: &str, text: &str, finished: bool) -> Again {
    let mut above: Vec<&str> =
        window.lines_above().filter(|text| !line::is_blank(text)).take(MOST_LINES).map(str::trim).collect();
    above.reverse();
    let begun = window.line_before().trim();
    // What comes again and again may come once more.
    let goes_on =
        |first: &usize| repetition::round_of(&above).is_some_and(|round| (above.len() - first).is_multiple_of(round));
    (0..above.len())
        .filter(|first| !goes_on(first))
        .map(|first| again(&above[first..], begun, id, text, finished))
        .find(|again| *again != Again::Bytes(0))
        .unwrap_or(Again::Bytes(0))
}

/// Whether the reply says `above` and, in the line after it, `begun`.
fn again(above: &[&str], begun: &str, id: &str, text: &str, finished: bool) -> Again {
    // Data comes again; different lines of it, with words in them, do not.
    let differ =
        above.iter().any(|text| *text != above[0]) && above.iter().all(|text| text.contains(char::is_alphabetic));
    let is_data = !differ && above.iter().all(|text| repetition::is_data(text));
    // No heading follows itself, however short.
    let is_heading = language::is_prose(id) && above.iter().all(|text| text.starts_with('#'));
    let is_short = above.iter().map(|text| text.len()).sum::<usize>() < LEAST_BYTES;
    if is_data || (is_short && !is_heading) {
        return Again::Bytes(0);
    }
    let mut at = 0;
    for expected in above {
        let rest = &text[at..];
        let start = at + rest.len() - rest.trim_start().len();
        let Some((said, _)) = text[start..].split_once('\n') else {
            let said = text[start..].trim_end();
            return match finished {
                false if expected.starts_with(said) => Again::Unknown,
                true if begun.is_empty()
                    && std::ptr::eq(expected, above.last().unwrap_or(expected))
                    && said == *expected =>
                {
                    Again::Bytes(text.len())
                }
                _ => Again::Bytes(0),
            };
        };
        if said.trim_end() != *expected {
            return Again::Bytes(0);
        }
        at = start + said.len() + 1;
    }
    let rest = &text[at..];
    if begun.is_empty() {
        // The indentation of what follows stays.
        let goes_on = !line::is_blank(rest);
        return if goes_on || finished { Again::Bytes(at) } else { Again::Unknown };
    }
    match rest.trim_start().strip_prefix(begun) {
        Some(more) => Again::Bytes(text.len() - more.len()),
        None if !finished && begun.starts_with(rest.trim_start()) => Again::Unknown,
        None => Again::Bytes(0),
    }
}

/// The line's beginning, or its last piece: `total =`, `main(`, `self.cou`.
pub fn line(window: &Window, id: &str, text: &str, finished: bool) -> Again {
    let before = window.line_before();
    let said = text.trim_start();
    let skipped = text.len() - said.len();
    let begun = before.trim();
    // On a line of its own, data may come again.
    let is_data = text.starts_with('\n') && repetition::is_data(begun);
    if begun.is_empty() || is_data {
        return Again::Bytes(0);
    }
    let mut unknown = false;
    for piece in pieces(before, id) {
        let piece = piece.trim();
        if !finished && piece.len() >= said.len() && piece.starts_with(said) {
            unknown = true;
            continue;
        }
        let Some(rest) = said.strip_prefix(piece) else { continue };
        match is_again(window, id, piece, piece == begun, said, rest, finished) {
            Some(true) => return Again::Bytes(skipped + piece.len()),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { Again::Unknown } else { Again::Bytes(0) }
}

/// Words that no such word follows, in lower case.
const KEYWORDS: [&str; 25] = [
    "async",
    "await",
    "by",
    "class",
    "def",
    "extends",
    "fn",
    "from",
    "func",
    "function",
    "implements",
    "import",
    "instanceof",
    "into",
    "join",
    "mut",
    "new",
    "return",
    "select",
    "set",
    "throw",
    "typeof",
    "values",
    "where",
    "let",
];

/// The pieces at the end of `before` that a reply may begin with again, the longest first.
fn pieces<'a>(before: &'a str, id: &str) -> Vec<&'a str> {
    let begun = before.trim();
    let is_bullet = matches!(begun, "-" | "*" | "+" | "<!--" | "/*" | "\"\"\"")
        || language::syntax(id).line_comments.iter().any(|sign| is_comment_sign(begun, sign.trim_end()))
        || begun.chars().all(|c| matches!(c, '#' | '>'));
    let has_word = begun.contains(char::is_alphanumeric);
    let mut pieces = vec![];
    if has_word || (is_bullet && before.ends_with(' ')) {
        pieces.push(begun);
    }
    let trimmed = before.trim_end();
    let last = &trimmed[trimmed.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len()..];
    if trimmed.len() < before.len() && !language::is_prose(id) && KEYWORDS.contains(&&*last.to_ascii_lowercase()) {
        pieces.push(last);
    }
    let operators = [":=", "=", ":"];
    let operator = operators.iter().find(|operator| trimmed.ends_with(**operator)).map_or(0, |operator| operator.len());
    let opener = usize::from(trimmed.ends_with('('));
    let word_end = trimmed[..trimmed.len() - operator.max(opener)].trim_end();
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | ':' | '>');
    let path = &trimmed[word_end.trim_end_matches(is_path).len()..];
    let name_start = word_end.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '$').len();
    let is_qualified = trimmed.len() == before.len() && path.contains(['.', ':', '>']);
    if path.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$'))
        && (operator + opener > 0 || is_qualified)
    {
        pieces.push(path);
    }
    if operator + opener > 0 && trimmed[name_start..].starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$'))
    {
        pieces.push(&trimmed[name_start..]);
    }
    pieces
}

/// Whether `text` is `sign`, or such a sign of a comment that documents: `///`, `//!`.
fn is_comment_sign(text: &str, sign: &str) -> bool {
    let rest = text.strip_prefix(sign);
    rest.is_some_and(|rest| rest.is_empty() || rest == "!" || rest.len() == 1 && sign.starts_with(rest))
}

/// Whether `piece`, with which the reply `said` begins and goes on as `rest`, is what stands there. `None`: more text
/// must tell.
fn is_again(
    window: &Window,
    id: &str,
    piece: &str,
    is_all: bool,
    said: &str,
    rest: &str,
    finished: bool,
) -> Option<bool> {
    let next = rest.chars().next();
    if next.is_none() && !finished {
        return None;
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_one_word = piece.chars().all(|c| is_word(c) || c == '$');
    if is_one_word && next.is_some_and(is_word) {
        return Some(false);
    }
    if is_one_word && !window.line_before().ends_with([' ', '\t']) {
        // `str` and `str(a, b)` make `strstr(a, b)`; a word that stands in the text is more likely begun again.
        return Some(is_all && surroundings::has_word(window, piece));
    }
    if piece.ends_with('=') && next == Some('=') {
        return Some(false);
    }
    let callee = piece.strip_suffix('(');
    let is_call = callee.is_some_and(|callee| callee.chars().all(|c| is_word(c) || matches!(c, '.' | ':' | '$' | '>')));
    if !is_call {
        return Some(true);
    }
    // `f(f(x))` is honest: there the reply closes one bracket more than it opens.
    let after = window.line_after().trim();
    let (first_line, _) = said.split_once('\n').unwrap_or((said, ""));
    if is_all && after.starts_with(')') && !(after.len() > 1 && first_line.trim_end().ends_with(after)) {
        return if finished || said.contains('\n') { Some(false) } else { None };
    }
    let (first, complete) = said.split_once('\n').map_or((said, finished), |(first, _)| (first, true));
    complete.then(|| line::shape(first, id).net >= 0)
}

/// The begun word, or the last of those it is made of, where the reply says all of it: `cou` and `counter`, `attr_acc`
/// and `accessor`.
pub fn word(window: &Window, text: &str, finished: bool) -> Again {
    /// Fewer letters may begin another part by chance.
    const LEAST_LETTERS: usize = 3;
    let before = window.line_before();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let begun = &before[before.trim_end_matches(is_word).len()..];
    let whole = begun_word(window, begun, text, finished);
    let part = last_part(begun);
    let may_part = part.len() < begun.len() && part.chars().count() >= LEAST_LETTERS;
    if whole == Again::Bytes(0) && may_part { begun_word(window, part, text, finished) } else { whole }
}

/// The last of the words that a name is made of: `acc` of `attr_acc`, `Nam` of `getNam`.
fn last_part(name: &str) -> &str {
    let hump = name.char_indices().rfind(|(_, c)| c.is_uppercase()).map_or(0, |(at, _)| at);
    let underscore = name.rfind('_').map_or(0, |at| at + 1);
    &name[hump.max(underscore)..]
}

/// `begun`, the end of what stands before the cursor, where the reply says all of a word that it begins.
fn begun_word(window: &Window, begun: &str, text: &str, finished: bool) -> Again {
    let before = window.line_before();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    let first = &text[..end];
    // `$use` and `$user->name`.
    let dollar = before[..before.len() - begun.len()].ends_with('$');
    if dollar && text.starts_with('$') {
        let Again::Bytes(bytes) = word(window, &text[1..], finished) else { return Again::Unknown };
        return if bytes > 0 { Again::Bytes(bytes + 1) } else { Again::Bytes(0) };
    }
    if begun.is_empty() || !begun.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return Again::Bytes(0);
    }
    if end == text.len() && !finished {
        let may_become = first.starts_with(begun) || begun.starts_with(first);
        return if may_become { Again::Unknown } else { Again::Bytes(0) };
    }
    if !first.starts_with(begun) || first.len() == begun.len() {
        return Again::Bytes(0);
    }
    // One letter begins too many words: `s` and `size` may be `ssize`.
    let is_known = begun.len() > 1 || surroundings::has_word(window, first);
    let joined = format!("{begun}{first}");
    if is_known && !surroundings::has_word(window, &joined) { Again::Bytes(begun.len()) } else { Again::Bytes(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws `§` behind what is said again, in a whole reply, and on its way to it.
    #[track_caller]
    fn check(again: impl Fn(&Window, &str, bool) -> Again, before: &str, reply: &str) {
        let (prefix, suffix) = before.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        let text = reply.replacen('§', "", 1);
        let expected = Again::Bytes(reply.find('§').unwrap_or(0));
        assert_eq!(again(&window, &text, true), expected, "{before:?} and {reply:?}");
        for at in 1..text.len() {
            let early = again(&window, &text[..at], false);
            assert!(early == Again::Unknown || early == expected, "{before:?} and {:?}: {early:?}", &text[..at]);
        }
    }

    fn check_line(before: &str, reply: &str) {
        check(|window, text, finished| line(window, "rust", text, finished), before, reply);
    }

    #[test]
    fn the_lines_above_are_not_said_again() {
        let lines = |window: &Window, text: &str, finished: bool| lines(window, "markdown", text, finished);
        check(lines, "# A\n\n<cursor>", "# A\n§\nText");
        check(lines, "let a = 1;\nlet b = <cursor>", "let a = 1;\nlet b =§ 2;");
        check(lines, "load(path);\n<cursor>", "load(path);\n§clean(path);");
        check(lines, "load(path);\n<cursor>", "load(path);§");
        check(lines, "one(a);\ntwo(b);\n<cursor>", "one(a);\ntwo(b);§");
        check(lines, "    0,\n<cursor>", "    0,\n    0,");
    }

    #[test]
    fn the_beginning_of_the_line_is_not_said_again() {
        check_line("let total = <cursor>", "let total =§ a + b;");
        check_line("let total = <cursor>", "total =§ a + b;");
        check_line("let total = <cursor>", "total == b;");
        check_line("fn main(<cursor>", "fn main(§) {");
        check_line("return <cursor>", "return§ a");
        check_line("self.cou<cursor>", "self.cou§nter");
        check_line("/// <cursor>", "///§ Reads.");
        check_line("let a = f(await <cursor>", "await§ b);");
        check_line("let new <cursor>", "newer");
    }

    #[test]
    fn a_call_within_its_own_argument_is_honest() {
        check_line("f(<cursor>", "f(x));");
        check_line("f(<cursor>)", "f(x)");
        check_line("f(<cursor>", "f(§x);");
    }

    #[test]
    fn the_begun_word_is_not_said_again() {
        check(word, "cou<cursor>", "cou§nter += 1");
        check(word, "n = str<cursor>", "str(a, b)");
        check(word, "attr_acc<cursor>", "acc§essor :name");
        check(word, "a.getNam<cursor>", "Nam§e()");
        check(word, "is_i<cursor>", "index");
        check(word, "foo_bar<cursor>", "bar(1)");
        check(word, "let a = foo<cursor>", ".bar()");
        check(word, "$use<cursor>", "$use§r->name");
        check(word, "cocount; co<cursor>", "count");
    }
}
