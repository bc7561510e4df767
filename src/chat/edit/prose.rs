//! Prose or code, told by the look of lines; how alike two texts are, by their words.

use std::collections::{HashMap, HashSet};

use crate::text::{language, line};

/// How chat models begin a sentence to the user, in lower case.
const ADDRESSES: [&str; 14] = [
    "here is",
    "here's",
    "here are",
    "sure",
    "certainly",
    "of course",
    "i've ",
    "i have ",
    "i'm ",
    "i can",
    "sorry",
    "below is",
    "the following",
    "to fix",
];

/// Words of a line, from which on it reads as a sentence whatever its first and last signs are. `return a if b else c`
/// has six.
const SENTENCE_WORDS: usize = 8;

/// Lines after which it is plain whether a text is prose.
const MAX_TOLD: usize = 400;

/// How alike (see [`alike`]) prose must be to what it rewrites. Corrected prose keeps more than half of its words; an
/// explanation of a text has few of them.
const MIN_ALIKE_PROSE: f32 = 0.5;

/// The same for code, which has other signs than its words.
const MIN_ALIKE_CODE: f32 = 0.3;

/// Whether `reply`, which has no fence, is a rewrite of `selected` and not a word about it.
///
/// Code has no sentence outside of its comments that was not selected, and has words of the selected text or the signs
/// of code in half of its lines. Prose has most of the words.
pub fn is_rewrite(reply: &str, selected: &str) -> bool {
    if reply.trim().is_empty() || is_addressed(reply) {
        return false;
    }
    if is_prose(selected) {
        return alike(reply, selected) >= MIN_ALIKE_PROSE;
    }
    let known: HashSet<&str> = selected.lines().map(str::trim).collect();
    let lists = known.iter().any(|line| is_markup(line));
    let lines = || reply.lines().map(str::trim).filter(|line| !line.is_empty());
    let talks = lines().any(|line| !known.contains(line) && (is_sentence(line) || !lists && is_markup(line)));
    let signs = lines().filter(|line| has_code_signs(line)).count();
    !talks && (alike(reply, selected) >= MIN_ALIKE_CODE || signs * 2 >= lines().count())
}

/// Whether most lines of `text` are sentences, or parts of them.
pub fn is_prose(text: &str) -> bool {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty()).take(MAX_TOLD);
    let sentences = lines().filter(|line| is_sentence(line) || is_markup(line) && !line.ends_with([':', '{', ';']));
    sentences.count() * 2 > lines().count()
}

/// How many words (with repetition) the texts share, of all words of both: 0 none, 1 all. Case counts.
pub fn alike(a: &str, b: &str) -> f32 {
    let mut counts: HashMap<&str, i32> = HashMap::new();
    let (mut all, mut common) = (0_usize, 0_usize);
    for word in words(a) {
        *counts.entry(word).or_default() += 1;
        all += 1;
    }
    for word in words(b) {
        all += 1;
        if let Some(count) = counts.get_mut(word).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    if all == 0 { 0.0 } else { 2.0 * common as f32 / all as f32 }
}

/// Names, keywords and numbers.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Whether the reply begins by speaking to the user.
pub fn is_addressed(reply: &str) -> bool {
    let first = reply.trim_start().lines().next().unwrap_or_default().to_lowercase().replace('’', "'");
    ADDRESSES.iter().any(|address| first.starts_with(address))
        && is_sentence(reply.trim_start().lines().next().unwrap_or_default())
}

/// Markdown's lists, headings and bold words, but not what code starts a line with as well.
fn is_markup(line: &str) -> bool {
    let numbered = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = numbered.len() < line.len() && numbered.starts_with(". ");
    is_numbered || ["- ", "* ", "##", "**", "> "].iter().any(|sign| line.starts_with(sign))
}

fn is_sentence(line: &str) -> bool {
    let line = line.trim();
    if language::begins_comment(line) || line.ends_with([';', '{', '}', '(', '[', '=', '\\', '|']) {
        return false;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let plain = words.iter().filter(|word| is_plain(word)).count();
    if words.len() < 3 || plain * 4 < words.len() * 3 {
        return false;
    }
    let first = words.first().copied().unwrap_or_default();
    let shouts = first.len() > 1 && first.chars().all(|c| !c.is_lowercase());
    let capital = first.chars().next().is_some_and(char::is_uppercase) && !shouts;
    capital || line.ends_with(['.', '!', '?']) || !shouts && words.len() >= SENTENCE_WORDS
}

/// A word as sentences have them: letters, with punctuation around it.
fn is_plain(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '"', '\'', '“', '`', '*']);
    let word = word.trim_end_matches(['.', ',', ':', ';', '!', '?', ')', '"', '\'', '”', '`', '*']);
    word.chars().any(char::is_alphabetic) && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))
}

fn has_code_signs(text: &str) -> bool {
    language::begins_comment(text)
        || text.contains(['(', ')', '{', '}', '[', ']', ';', '=', '<', '>', '@', '$', '&', '|'])
        || line::shape(text, "").opens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(selected: &str, reply: &str, expected: bool) {
        assert_eq!(is_rewrite(reply, selected), expected, "{reply:?} for {selected:?}");
    }

    #[test]
    fn code_is_taken_for_code() {
        check("return a - b", "return a + b", true);
        check("x = 1\n", "for item in items:\n    total += item\n", true);
        check("SELECT a FROM b\n", "SELECT a, c FROM b WHERE c\n", true);
        check("// adds too numbers\n", "// Adds two numbers.\n", true);
        check("", "fn f() {}\n", true);
        check("- name: a\n", "- name: b\n", true);
    }

    #[test]
    fn a_word_about_code_is_not() {
        check("fn add(a: u8, b: u8) -> u8 { a - b }", "The function add(a, b) returns a - b, not a + b.", false);
        check("foo();\n", "No changes are needed.", false);
        check("foo();\n", "Unchanged", false);
        check("foo();\n", "Here is the fixed code:\n\nfoo();\n", false);
        check("foo(1);\n", "I can't help with that.", false);
        check("foo(1);\n", "- Use `bar(1)` instead\n- Call foo(2)\n", false);
        check("foo(1);\n", "### What it does\nfoo(1);\n", false);
        check("SELECT a FROM b", "The query selects all that is in b.", false);
        check("foo();\n", " \n", false);
    }

    #[test]
    fn prose_is_known_by_its_words() {
        check("This are a sentence with a erors.\n", "This is a sentence with an error.\n", true);
        check("This are a sentence with a erors.\n", "The grammar is wrong in two places.\n", false);
    }

    #[test]
    fn alike_counts_shared_words() {
        assert_eq!(alike("a b", "a c"), 0.5);
        assert_eq!(alike("a a", "a"), 2.0 / 3.0);
        assert_eq!(alike("", ""), 0.0);
    }
}
