//! What chat models put around code: Markdown's fences, a sentence before it, a header that names the file.

use super::surroundings;
use crate::completion::Window;
use crate::text::language::{self, StringMark};
use crate::text::{fence::Fence, line};

/// What stands before the path of each file in the prompt of several files that Codestral's users know from Continue.
pub const FILE_HEADER: &str = "+++++ ";

/// How a chat model begins a sentence before code.
const PHRASES: [&str; 24] = [
    "Here is ",
    "Here's ",
    "Here are ",
    "Sure",
    "Certainly",
    "Of course",
    "Okay",
    "OK,",
    "Absolutely",
    "Below is",
    "Below are",
    "To complete",
    "To fix",
    "To implement",
    "The completed",
    "The following",
    "The code",
    "This code",
    "This function",
    "You can ",
    "I've ",
    "I'll ",
    "Based on",
    "Let's ",
];

/// Lines of prose before the code that are looked through.
const MOST_PROSE_LINES: usize = 6;

/// What stands around the code at the start of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// More text must tell.
    Unknown,
    /// The code begins after this many bytes.
    Known {
        /// Bytes before the code.
        skip: usize,
        /// Whether a fence opened before the code.
        fenced: bool,
    },
}

/// Whether fences, prose and headers around the cursor would be part of its text. `verbatim`: the lines above the cursor's
/// end in a string of several lines, or in a here-document.
pub fn is_subject(window: &Window, id: &str, verbatim: bool) -> bool {
    let before = window.line_before();
    let in_comment = line::tail(before, id) != line::Tail::Code || before.trim_start().starts_with(['*', '<']);
    // Only such marks on the cursor's own line change what it stands in.
    let has_mark = |mark: &StringMark| before.contains(mark.open) || before.contains(mark.close);
    let changes = || before.contains(surroundings::HERE_DOCUMENT) || language::syntax(id).long_strings().any(has_mark);
    let in_string = || match changes() {
        true => {
            let prefix = &window.prefix;
            surroundings::long_string(prefix, id).is_some() || surroundings::is_in_here_document(prefix, id)
        }
        false => verbatim,
    };
    language::is_prose(id) || in_comment || in_string()
}

/// What comes before the code in `text`, the reply so far.
pub fn opening(window: &Window, id: &str, text: &str, finished: bool) -> Opening {
    let mut skip = 0;
    for (count, piece) in text.split_inclusive('\n').take(MOST_PROSE_LINES).enumerate() {
        let complete = finished || piece.ends_with('\n');
        let first = piece.trim();
        if first.is_empty() {
            if !complete {
                return Opening::Unknown;
            }
            skip += piece.len();
            continue;
        }
        let may_wrap = begins_wrapping(first, id) || count > 0 && skip > 0;
        if !complete && may_wrap {
            return Opening::Unknown;
        }
        let from = skip + piece.len() - piece.trim_start().len();
        if first.starts_with("```") || first.starts_with("~~~") {
            let fence = if Fence::of(piece.trim_end()).is_some() { piece.len() } else { from - skip + 3 };
            return Opening::Known { skip: skip + fence, fenced: true };
        }
        let is_header = first.starts_with(FILE_HEADER) || names_file(window, first, id);
        if is_header || is_chat(window, first, id) {
            skip += piece.len();
            continue;
        }
        return Opening::Known { skip: if skipped_text(&text[..skip]) { skip } else { 0 }, fenced: false };
    }
    match finished || text.matches('\n').count() >= MOST_PROSE_LINES {
        true => Opening::Known { skip: if skipped_text(&text[..skip]) { skip } else { 0 }, fenced: false },
        false => Opening::Unknown,
    }
}

/// Whether a line of the reply, after its start, ends the code: a closing fence or the header of another file.
pub fn is_end(text: &str) -> bool {
    text.starts_with(FILE_HEADER) || Fence::of(text).is_some_and(|fence| fence.info.is_empty() || fence.marker == '`')
}

/// Whether a line that still grows may become such an end.
pub fn may_be_end(text: &str) -> bool {
    let trimmed = text.trim_start();
    FILE_HEADER.starts_with(text)
        || text.starts_with(FILE_HEADER)
        || trimmed.is_empty()
        || trimmed.starts_with("```")
        || trimmed.starts_with("~~~")
        || "```".starts_with(trimmed)
        || "~~~".starts_with(trimmed)
}

/// Where a fence starts that was written right behind the last line of code.
pub fn glued_fence(last: &str) -> Option<usize> {
    let code = last.trim_end().strip_suffix("```")?;
    (!code.ends_with('`') && !code.trim().is_empty()).then_some(code.len())
}

/// Whether blank lines are not all of it.
fn skipped_text(text: &str) -> bool {
    !line::is_blank(text)
}

/// Whether a line that still grows may become one of those before the code.
fn begins_wrapping(first: &str, id: &str) -> bool {
    let begun = |whole: &str| whole.starts_with(first) || first.starts_with(whole);
    let blocks = language::syntax(id).block_comments.iter().map(|(opening, _)| *opening);
    ["```", "~~~", FILE_HEADER.trim_end()].into_iter().chain(blocks).any(begun)
        || comment_text(first, id).is_some_and(may_name_file)
        || language::syntax(id).line_comments.iter().any(|sign| begun(sign))
        || PHRASES.iter().any(|phrase| begun(phrase))
        || first.starts_with(|c: char| c.is_ascii_uppercase()) && first.split_whitespace().all(is_word)
}

/// The text of a line that is nothing but a comment.
fn comment_text<'a>(text: &'a str, id: &str) -> Option<&'a str> {
    let text = text.trim();
    let syntax = language::syntax(id);
    let by_line = syntax.line_comments.iter().map(|sign| (*sign, ""));
    // Models name the file with Python's sign in any language.
    let mut signs = syntax.block_comments.iter().copied().chain(by_line).chain([("#", "")]);
    signs.find_map(|(opening, closing)| {
        let inner = text.strip_prefix(opening)?;
        Some(inner.strip_suffix(closing).unwrap_or(inner).trim())
    })
}

fn may_name_file(text: &str) -> bool {
    let text = without_label(text);
    !text.contains(' ') && !text.starts_with('!')
}

fn without_label(text: &str) -> &str {
    ["Path:", "File:", "path:", "file:", "Filename:", "filename:"]
        .iter()
        .find_map(|label| text.strip_prefix(label))
        .map_or(text, str::trim_start)
}

/// Whether a line is a comment with nothing but a file's name, where the text has no such comments itself.
fn names_file(window: &Window, text: &str, id: &str) -> bool {
    let is_name = |text: &str| {
        let Some(name) = comment_text(text, id).map(without_label) else { return false };
        let may_stand = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '\\' | '@' | '[' | ']');
        let (stem, extension) = name.rsplit_once('.').unwrap_or_default();
        !stem.is_empty()
            && (1..=8).contains(&extension.len())
            && extension.chars().all(char::is_alphanumeric)
            && extension.starts_with(char::is_alphabetic)
            && name.chars().all(may_stand)
    };
    line::is_blank(window.line_before()) && is_name(text) && !window.prefix.lines().any(is_name)
}

/// Whether a line is what a chat model says before code.
fn is_chat(window: &Window, text: &str, id: &str) -> bool {
    let said = PHRASES.iter().any(|phrase| text.starts_with(phrase)) && text.ends_with([':', '.', '!', ','])
        || text.ends_with(':') && is_sentence(text);
    let is_words = text.chars().all(|c| c.is_alphanumeric() || " ',.:!-`".contains(c));
    said && is_words && text.split(' ').count() >= 2 && !(id == "yaml" && line::is_blank(window.line_before()))
}

/// Whether `text` reads as English: a capital letter, then words.
fn is_sentence(text: &str) -> bool {
    /// Fewer stand in code as well: `Foo bar`.
    const LEAST_WORDS: usize = 4;
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.split_whitespace().count() >= LEAST_WORDS
        && text.split_whitespace().all(is_word)
        && !text.split_whitespace().skip(1).all(|word| word.starts_with(char::is_uppercase))
}

fn is_word(word: &str) -> bool {
    word.chars().all(|c| c.is_alphabetic() || "',.:!-`".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws `§` where the code begins.
    #[track_caller]
    fn check(id: &str, reply: &str) {
        let text = reply.replacen('§', "", 1);
        let expected = reply.find('§').unwrap_or(0);
        let Opening::Known { skip, .. } = opening(&Window::default(), id, &text, true) else { panic!("{reply:?}") };
        assert_eq!(skip, expected, "{reply:?}");
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            let early = opening(&Window::default(), id, &text[..at], false);
            let agrees =
                matches!(early, Opening::Unknown) || matches!(early, Opening::Known { skip, .. } if skip == expected);
            assert!(agrees, "{:?} gives {early:?}", &text[..at]);
        }
    }

    #[test]
    fn fences_prose_and_headers_come_before_the_code() {
        check("rust", "```rust\n§a();\n```");
        check("rust", "Here is the code:\n\n```rust\n§a();");
        check("rust", "Sure! Here is it:\n\n§a();");
        check("rust", "+++++ src/a.rs\n§a();");
        check("python", "# src/a.py\n§import os");
        check("html", "<!-- index.html -->\n§<p>");
        check("sql", "The query below lists all users:\n§SELECT 1;");
        check("go", "Great idea! This is how it could be done:\n§a()");
    }

    #[test]
    fn code_is_no_wrapping() {
        check("rust", "let a = 1;\n");
        check("rust", "// See src/a.rs for more.\na();");
        check("python", "#!/usr/bin/env python3\nimport os");
        check("python", "class Sure:\n    pass");
        check("java", "List<String> a = b();");
        check("sql", "SELECT a\nFROM t;");
    }
}
