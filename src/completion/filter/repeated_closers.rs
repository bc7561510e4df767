//! Tells that a closing line, all that the reply says, stands below already.

use crate::completion::Window;
use crate::text::{language, line};

/// Words that open a block which such a word closes, at the start of a line.
const OPENING_WORDS: [&str; 16] = [
    "begin",
    "case",
    "class",
    "def",
    "do",
    "for",
    "function",
    "if",
    "module",
    "select",
    "struct",
    "unless",
    "until",
    "while",
    "local function",
    "describe",
];

/// Whether `block` is nothing but closing lines that stand right below the cursor, and what they close is closed by
/// those. What the reply says `beyond` the block may open again what it closes.
pub fn is_below(window: &Window, language: &str, block: &str, beyond: &str) -> bool {
    let begins_line = line::is_blank(window.line_before()) || block.starts_with('\n');
    let mut ours = block.split('\n').map(str::trim).filter(|text| !text.is_empty());
    if !begins_line || !line::is_blank(window.line_after()) || !ours.clone().all(|text| is_closer(text, language)) {
        return false;
    }
    let mut below = window.lines_below().filter(|text| !line::is_blank(text));
    let Some(next) = below.clone().next() else { return false };
    let mut any = false;
    let all_stand = ours.all(|text| {
        any = true;
        below.next().is_some_and(|below| bare(below) == bare(text))
    });
    any && all_stand && !reopens(block, beyond, language) && is_closed(window, language, next)
}

/// Whether a reply that says `text` opens again `beyond` it what it closes there.
pub fn reopens(text: &str, beyond: &str, language: &str) -> bool {
    let weight = |text: &str| line::shape(text, language).net + word_weight(text, language);
    let whole = format!("{text}\n{beyond}");
    !line::is_blank(beyond)
        && whole.split('\n').map(weight).sum::<i32>() >= 0
        && text.split('\n').filter_map(tag).all(|name| open_tags(&whole, name) >= 0)
}

/// Whether `lines` are closing words or tags, and `whole`, the text with them in it, opens as much as it closes.
pub fn are_missing(lines: &[&str], whole: &str, language: &str) -> bool {
    let is_word = |text: &&str| closing_words(language).contains(&bare(text));
    let only_close = lines.iter().all(|text| is_word(text) || tag(text).is_some());
    let words_hold = || whole.split('\n').map(|text| word_weight(text, language)).sum::<i32>() >= 0;
    only_close
        && lines.iter().filter_map(|text| tag(text)).all(|name| open_tags(whole, name) >= 0)
        && (!lines.iter().any(is_word) || words_hold())
}

fn bare(text: &str) -> &str {
    text.trim().trim_end_matches([';', ','])
}

fn is_closer(text: &str, language: &str) -> bool {
    let text = bare(text);
    let brackets = !text.is_empty() && text.chars().all(|c| matches!(c, ')' | ']' | '}'));
    brackets || closing_words(language).contains(&text) || tag(text).is_some()
}

/// Words that close a block.
fn closing_words(language: &str) -> &'static [&'static str] {
    language::syntax(language).words.closes
}

/// The name of a closing tag that is all of a line.
fn tag(text: &str) -> Option<&str> {
    let name = text.trim().strip_prefix("</")?.strip_suffix('>')?;
    name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | ':' | '_')).then_some(name)
}

/// Whether `next`, the line below, closes what is open at the cursor.
fn is_closed(window: &Window, language: &str, next: &str) -> bool {
    if let Some(name) = tag(next) {
        return open_tags(&window.prefix, name) + open_tags(&window.suffix, name) <= 0;
    }
    let by_word = closing_words(language).contains(&bare(next));
    let weight = |text: &str| if by_word { word_weight(text, language) } else { line::shape(text, language).net };
    // Blocks that are not indented, such as namespaces, have closers where those of others stand: there, all lines tell.
    let total = || window.prefix.split('\n').chain(window.suffix.split('\n')).map(weight).sum::<i32>();
    if window.from_start && window.to_end && total() > 0 {
        return false;
    }
    let mut depth = 0;
    let opener = std::iter::once(window.line_before()).chain(window.lines_above()).find(|text| {
        depth += weight(text);
        let is_opener = depth > 0;
        depth = depth.min(0);
        is_opener
    });
    match opener {
        Some(opener) => line::indent(opener) == line::indent(next),
        None => window.from_start,
    }
}

/// How many elements of this name `text` opens and does not close.
fn open_tags(text: &str, name: &str) -> i32 {
    let mark = format!("<{name}");
    let opened = text.match_indices(&mark).filter(|(at, _)| {
        let rest = &text[at + mark.len()..];
        let is_name = rest.starts_with(['>', ' ', '\t', '\n', '/']) || rest.is_empty();
        let is_whole = rest.find('>').is_some_and(|end| rest[..end].ends_with('/'));
        is_name && !is_whole
    });
    opened.count() as i32 - text.matches(&format!("</{name}>")).count() as i32
}

/// 1 for a line that opens a block by a word, -1 for one that closes it.
fn word_weight(text: &str, language: &str) -> i32 {
    let text = text.trim();
    let begins = |text: &str| {
        let is_whole = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        OPENING_WORDS.iter().any(|word| text.strip_prefix(word).is_some_and(is_whole))
    };
    // A block that is a value begins behind its name or a bracket: `x = if a`, `f(function()`.
    let value = text.split_once("= ").map(|(_, value)| value);
    let opens =
        begins(text) || value.is_some_and(begins) || text.contains("(function") || text.contains("return function");
    let closes =
        |text: &str| closing_words(language).iter().any(|word| text == *word || text.ends_with(&format!(" {word}")));
    i32::from(opens || text.ends_with(" do") || text.ends_with('|') && text.contains(" do |")) - i32::from(closes(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: &str, marked: &str, reply: &str, expected: bool) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        assert_eq!(is_below(&window, language, reply, ""), expected, "{marked:?} with {reply:?}");
    }

    #[test]
    fn a_closer_that_stands_below_is_known() {
        check("rust", "fn f() {\n    a();\n    <cursor>\n}\n", "}", true);
        check("javascript", "f(() => {\n  a();\n  <cursor>\n});\n", "});", true);
        check("ruby", "def f\n  a\n  <cursor>\nend\n", "end", true);
        check("shellscript", "if a; then\n  b\n  <cursor>\nfi\n", "fi", true);
        check("html", "<ul>\n  <li>a</li>\n  <cursor>\n</ul>\n", "</ul>", true);
    }

    #[test]
    fn a_closer_of_what_the_reply_opens_again_is_honest() {
        let window =
            Window { prefix: "fn f() {\n    a();\n".into(), suffix: "\n}\n".into(), from_start: true, to_end: true };
        assert!(!is_below(&window, "rust", "}", "\n\nfn g() {\n    b();"));
        assert!(is_below(&window, "rust", "}", "\n\nfn g() {\n    b();\n}"));
        assert!(reopens("</li>", "\n<li>\n  a", "html") && !reopens("</li>", "\n<p>a</p>", "html"));
        assert!(reopens("end", "\n\ndef g\n  a", "ruby") && !reopens("end", "\n\nputs 1", "ruby"));
    }

    #[test]
    fn a_closer_that_is_missing_is_not() {
        check("rust", "fn f() {\n    if a {\n        b();\n    <cursor>\n}\n", "}", false);
        check("ruby", "def f\n  if a\n    b\n  <cursor>\nend\n", "end", false);
        check("lua", "f(function()\n  if a then\n    b()\n  <cursor>\nend\n", "end", false);
        check("lua", "local f = function()\nlocal g = function()\n<cursor>\nend\n", "end", false);
        check("ruby", "def f\nx = if a\n  b\n<cursor>\nend\n", "end", false);
        check("html", "<ul>\n<ul>\n  <cursor>\n</ul>\n", "</ul>", false);
        check("html", "<ul>\n<ul\n  id=\"a\">\n  <cursor>\n</ul>\n", "</ul>", false);
        check("cpp", "namespace a {\nvoid f() {\n    b();\n<cursor>\n}\n", "}", false);
        check("rust", "fn f() {\n    a();\n    <cursor>\n}\n", "b();\n}", false);
    }
}
