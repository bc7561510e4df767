//! The definitions that a piece of code uses, found in other texts by the look of their lines.
//!
//! No parser: a line defines a name where a keyword of its language that says so stands before it, or where it calls
//! for a block as C's functions do. A wrong find costs a few tokens; a right one saves the model a guess.

use std::collections::{HashMap, HashSet};

use ropey::Rope;

use super::code::Code;
use super::select;
use crate::text::language::{self, Syntax};
use crate::text::line_break::slice_to_lf;

/// More lines of one definition than this are not needed to use it.
const MOST_LINES: usize = 24;

/// Shorter names are found everywhere.
const SHORTEST_NAME: usize = 3;

/// Lines longer than this define nothing that the user wrote, in bytes.
const LONGEST_LINE: usize = 1000;

/// A text that may hold definitions.
#[derive(Debug, Clone)]
pub struct OtherText<'a> {
    /// How the user calls it.
    pub path: &'a str,
    /// LSP's language id.
    pub language: &'a str,
    /// The whole text.
    pub text: &'a Rope,
}

/// A definition that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition<'a> {
    /// Where.
    pub path: &'a str,
    /// LSP's language id.
    pub language: &'a str,
    /// Its first line, counted from 1.
    pub line: usize,
    /// LF line ends.
    pub text: String,
}

/// The definitions of names that `code` uses, from `others` of its language, within `budget` bytes together; first come
/// the names that stand first in the code.
pub fn used<'a>(code: &Code<'_>, others: &[&OtherText<'a>], budget: usize) -> Vec<Definition<'a>> {
    let selected = slice_to_lf(code.text, code.range.clone());
    let syntax = language::syntax(code.language);
    let mut ranks: HashMap<&str, usize> = HashMap::new();
    for (at, name) in words(&selected).enumerate().filter(|(_, word)| is_name(word, syntax)) {
        ranks.entry(name).or_insert(at);
    }
    let own: HashSet<&str> = selected.lines().filter_map(|line| defined(line, syntax)).collect();
    let mut found: Vec<(usize, Definition<'a>)> = Vec::new();
    for source in others.iter().filter(|source| source.language == code.language) {
        for (line, start) in lines(source.text) {
            let Some(name) = defined(&line, syntax) else { continue };
            let Some(rank) = ranks.get(name).filter(|_| !own.contains(name)) else { continue };
            found.push((*rank, definition(source, start)));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    let mut left = budget;
    let mut definitions: Vec<Definition<'a>> = Vec::new();
    for (_, definition) in found {
        if definition.text.len() <= left && !definitions.contains(&definition) {
            left -= definition.text.len();
            definitions.push(definition);
        }
    }
    definitions
}

fn definition<'a>(source: &OtherText<'a>, start: usize) -> Definition<'a> {
    let range = select::target(source.text, start..start, source.language);
    let text = slice_to_lf(source.text, range.clone());
    let text = text.lines().take(MOST_LINES).collect::<Vec<_>>().join("\n");
    Definition { path: source.path, language: source.language, line: source.text.byte_to_line(range.start) + 1, text }
}

/// The lines of a text that are not too long, each with the byte offset of its first character that is not blank.
fn lines(text: &Rope) -> impl Iterator<Item = (String, usize)> {
    let mut at = 0;
    text.lines().filter_map(move |line| {
        let start = at;
        at += line.len_bytes();
        (line.len_bytes() <= LONGEST_LINE).then(|| {
            let line = line.to_string();
            let indentation = line.len() - line.trim_start().len();
            (line, start + indentation)
        })
    })
}

/// The name that a line defines.
fn defined<'a>(line: &'a str, syntax: &Syntax) -> Option<&'a str> {
    // Go's methods name their receiver first: `func (r *Reader) Read(`.
    if let Some((_, rest)) = line.split_once(')').filter(|_| line.trim_start().starts_with("func (")) {
        return words(rest).next();
    }
    let mut after_keyword = None;
    for word in words(line) {
        match after_keyword {
            // `const fn name`: the last one counts.
            Some(_) if syntax.defines(word) => after_keyword = Some(word),
            // In C these two say nothing about what follows; elsewhere a type or a value does.
            Some("const" | "static") if !is_followed_by(line, word, &[':', '=']) => break,
            Some(_) => return Some(word),
            None if syntax.defines(word) => after_keyword = Some(word),
            None => {}
        }
    }
    // C and its like: `int read(struct reader *r) {` at the left edge or inside a class.
    let head = line.trim_end().strip_suffix('{')?;
    let (before, _) = head.split_once('(')?;
    let name = words(before).last().filter(|_| before.ends_with(|c: char| c.is_alphanumeric() || c == '_'))?;
    let is_statement = words(line).next().is_some_and(|first| syntax.is_flow(first));
    (!is_statement && !before.contains(['=', '.', ':'])).then_some(name)
}

/// Whether one of `signs` follows the first `word` of `line`.
fn is_followed_by(line: &str, word: &str, signs: &[char]) -> bool {
    line.split_once(word).is_some_and(|(_, rest)| rest.trim_start().starts_with(signs))
}

fn is_name(word: &str, syntax: &Syntax) -> bool {
    word.len() >= SHORTEST_NAME && !syntax.defines(word) && !syntax.is_flow(word)
}

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: &str, line: &str, name: Option<&str>) {
        assert_eq!(defined(line, language::syntax(language)), name, "{line}");
    }

    #[test]
    fn a_definition_is_known_by_its_look() {
        check("rust", "pub async fn read_all<T>(reader: T) -> Vec<u8> {", Some("read_all"));
        check("rust", "    pub(super) const LIMIT: usize = 3;", Some("LIMIT"));
        check("typescript", "export default class Reader extends Base {", Some("Reader"));
        check("python", "    def read(self):", Some("read"));
        check("go", "func (r *Reader) Read(p []byte) (int, error) {", Some("Read"));
        check("go", "func Open(name string) *Reader {", Some("Open"));
        check("rust", "macro_rules! read {", Some("read"));
        check("rust", "pub const fn limit() -> usize {", Some("limit"));
        check("typescript", "export const limit = 3;", Some("limit"));
        check("c", "static const char *name(int x) {", Some("name"));
        check("c", "static int read_all(struct reader *r) {", Some("read_all"));
        check("java", "    public Reader open(String name) {", Some("open"));
        check("java", "    if (x) {", None);
        check("rust", "    let a = read(b, |c| {", None);
        check("java", "    reader.read(b) {", None);
        check("java", "    } else if (y) {", None);
        check("rust", "read(x);", None);
        check("rust", "", None);
    }

    #[track_caller]
    fn check_used(code: &str, other: &str, budget: usize, expected: &[(usize, &str)]) {
        let (text, other) = (Rope::from_str(code), Rope::from_str(other));
        let code = Code { path: "a.rs", language: "rust", text: &text, range: 0..text.len_bytes() };
        let source = OtherText { path: "b.rs", language: "rust", text: &other };
        let found = used(&code, &[&source], budget);
        let found: Vec<_> = found.iter().map(|definition| (definition.line, definition.text.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_the_code_uses_is_found_whole() {
        let other = "use std::io;\n\n/// Reads.\npub fn read_all() {\n    1\n}\n\nstruct Other;\n\nstruct Reader {\n    x: u8,\n}\n";
        let reader = (10, "struct Reader {\n    x: u8,\n}");
        let read_all = (3, "/// Reads.\npub fn read_all() {\n    1\n}");
        check_used("let r: Reader = read_all();", other, 1000, &[reader, read_all]);
        check_used("let r: Reader = read_all();", other, 30, &[reader]);
        check_used("fn read_all() {}", other, 1000, &[]);
    }

    #[test]
    fn a_hundred_thousand_names_take_little_time() {
        let code: String = (0..100_000).map(|n| format!("call_{n}();\n")).collect();
        let other: String = (0..20_000).map(|n| format!("fn other_{n}() {{}}\n")).collect();
        let (code, other) = (Rope::from_str(&code), Rope::from_str(&other));
        let begin = std::time::Instant::now();
        let code = Code { path: "a.rs", language: "rust", text: &code, range: 0..code.len_bytes() };
        assert_eq!(used(&code, &[&OtherText { path: "b.rs", language: "rust", text: &other }], 1000), []);
        assert!(begin.elapsed() < std::time::Duration::from_secs(5), "took {:?}", begin.elapsed());
    }

    #[test]
    fn other_languages_are_left_alone() {
        let (text, other) = (Rope::from_str("Reader"), Rope::from_str("class Reader:\n    pass\n"));
        let code = Code { path: "a.rs", language: "rust", text: &text, range: 0..6 };
        let source = OtherText { path: "b.py", language: "python", text: &other };
        assert_eq!(used(&code, &[&source], 1000), []);
    }
}
