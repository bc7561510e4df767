//! What is known of each language: how its files are called, and what its texts are written with.
//!
//! Ids are those of LSP 3.18 ("Text Document Language Identifiers"); where it has none, those of VS Code. What other
//! editors call a language is known as well.

mod braces;
mod layout;
mod markup;
mod syntax;
mod table;
mod words;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::LazyLock;

pub use syntax::{Escape, Extent, StringMark, Syntax, Words};
use table::{Language, TABLE};

/// The id of a text of no known language.
pub const PLAIN_TEXT: &str = "plaintext";

/// What begins a comment in one language and no statement, and no sentence, in any other: for a text whose language
/// is not known, as the code that a model writes.
pub const COMMENT_SIGNS: [&str; 12] = ["//", "/*", "*", "#", "--", ";", "%", "<!--", "{-", "\"\"\"", "'''", "{/*"];

static BY_ID: LazyLock<HashMap<&str, &Syntax>> = LazyLock::new(|| {
    let ids = |language: &'static Language| language.aliases.iter().copied().chain([language.id]);
    TABLE.iter().flat_map(|language| ids(language).map(|id| (id, language.syntax))).collect()
});

/// The language id of the file at `path`, told from its name alone; [`PLAIN_TEXT`] where the name says nothing.
pub fn of(path: &Path) -> &'static str {
    let lower = |part: &OsStr| part.to_string_lossy().to_lowercase();
    let by_name = path.file_name().and_then(|name| find(|language| language.files, &lower(name)));
    let by_extension =
        || path.extension().and_then(|extension| find(|language| language.extensions, &lower(extension)));
    by_name.or_else(by_extension).unwrap_or(PLAIN_TEXT)
}

/// The id of the language that editors call `id`; [`PLAIN_TEXT`] where that is not known.
pub fn canonical(id: &str) -> &'static str {
    let is_called = |language: &&Language| language.id == id || language.aliases.contains(&id);
    TABLE.iter().find(is_called).map_or(PLAIN_TEXT, |language| language.id)
}

/// What texts of the language `id` are written with. For an id that is not known: what most languages share.
pub fn syntax(id: &str) -> &'static Syntax {
    BY_ID.get(id).copied().unwrap_or(&syntax::UNKNOWN)
}

/// Whether texts of the language `id` are words for people to read, not code.
pub fn is_prose(id: &str) -> bool {
    matches!(id, PLAIN_TEXT | "text") || syntax(id).prose
}

/// Whether `line`, without white space before it, begins with a comment of whatever language.
pub fn begins_comment(line: &str) -> bool {
    COMMENT_SIGNS.iter().any(|sign| line.starts_with(sign))
}

fn find(names: impl Fn(&Language) -> &'static [&'static str], name: &str) -> Option<&'static str> {
    TABLE.iter().find(|language| names(language).contains(&name)).map(|language| language.id)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[track_caller]
    fn check(path: &str, id: &str) {
        assert_eq!(of(Path::new(path)), id, "{path}");
    }

    #[test]
    fn a_language_is_told_by_name_or_extension() {
        check("src/main.rs", "rust");
        check("a/b.test.TSX", "typescriptreact");
        check("deep/Makefile", "makefile");
        check("CMakeLists.txt", "cmake");
        check("api.Dockerfile", "dockerfile");
        check("go.mod", "go.mod");
        check(".bashrc", "shellscript");
        check("x.h", "cpp");
    }

    #[test]
    fn what_no_name_tells_is_plain_text() {
        for path in ["", "notes", "a.unheardof", ".rs", "rs", "a.", ".."] {
            check(path, PLAIN_TEXT);
        }
    }

    #[test]
    fn no_name_means_two_languages() {
        let ids = TABLE.iter().flat_map(|language| language.aliases.iter().chain([&language.id]));
        let files = TABLE.iter().flat_map(|language| language.files);
        let extensions = TABLE.iter().flat_map(|language| language.extensions);
        for names in [ids.collect::<Vec<_>>(), files.collect(), extensions.collect()] {
            let mut seen = HashSet::new();
            for name in names {
                assert!(seen.insert(name), "{name} stands twice");
                assert_eq!(*name, name.to_lowercase());
            }
        }
        assert_ne!(BY_ID.get(PLAIN_TEXT).map(|_| ()), Some(()), "it is no language");
    }

    #[test]
    fn other_editors_names_mean_the_same_language() {
        for (name, sign) in [("tsx", "//"), ("bash", "#"), ("c-sharp", "//"), ("tex", "%"), ("elisp", ";")] {
            assert_eq!(syntax(name).line_comments.first(), Some(&sign), "{name}");
        }
    }

    #[test]
    fn the_longer_of_two_marks_is_found_first() {
        for language in TABLE {
            let opens: Vec<_> = language.syntax.strings.iter().map(|mark| mark.open).collect();
            for (at, open) in opens.iter().enumerate() {
                let hidden = opens[..at].iter().find(|earlier| open.starts_with(*earlier));
                assert_eq!(hidden, None, "{}: {open}", language.id);
            }
        }
    }

    #[test]
    fn words_are_written_as_they_are_compared() {
        for language in TABLE {
            let Words { opens, closes, continues, defines, flow } = language.syntax.words;
            for word in [opens, closes, continues, defines, flow].concat() {
                let is_word = word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '@');
                assert!(is_word && word == word.to_lowercase(), "{}: {word}", language.id);
            }
        }
    }

    /// Signs of the table that begin statements or sentences of other languages too.
    const AMBIGUOUS: [&str; 17] = [
        "'",
        "\" ",
        "!",
        "REM ",
        "rem ",
        "::",
        ".. ",
        "{",
        "(*",
        "=begin",
        "=pod",
        "{{!--",
        "{#",
        "@*",
        "/+",
        "<#",
        "<![CDATA[",
    ];

    #[test]
    fn a_comment_of_each_language_is_known_without_the_language() {
        let signs = |language: &'static Language| {
            let Syntax { line_comments, block_comments, .. } = language.syntax;
            line_comments.iter().copied().chain(block_comments.iter().map(|(open, _)| *open))
        };
        let unknown: Vec<&str> = TABLE.iter().flat_map(signs).filter(|sign| !begins_comment(sign)).collect();
        assert_eq!(HashSet::<&str>::from_iter(unknown), HashSet::from(AMBIGUOUS));
    }
}
