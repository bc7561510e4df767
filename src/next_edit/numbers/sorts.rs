//! What sort of text and line a place is in, as numbers.

use crate::next_edit::tokens::{LineRef, hash};

/// Names of folders with tests.
const TEST_FOLDERS: [&str; 6] = ["test", "tests", "__tests__", "testing", "spec", "specs"];

/// Folders above a file that are looked at: further up they are the person's own and say nothing of the project.
const FOLDERS: usize = 3;

/// The languages that the trees may tell apart; all others are one.
pub fn language(language: &str) -> f32 {
    match language {
        "python" => 1.0,
        "typescript" | "typescriptreact" | "javascript" | "javascriptreact" => 2.0,
        "go" => 3.0,
        "rust" => 4.0,
        "java" => 5.0,
        _ => 0.0,
    }
}

/// Whether the text of this name, a path or a URI, is a test: what is changed in one of its cases is mostly changed in all.
pub fn is_test(key: &str) -> bool {
    let mut path = key.rsplit(['/', '\\']);
    let name = path.next().unwrap_or_default();
    path.take(FOLDERS).any(|folder| TEST_FOLDERS.contains(&folder))
        || name
            .split(|letter: char| !letter.is_alphanumeric())
            .flat_map(words)
            .any(|word| ["test", "tests", "spec", "specs"].iter().any(|test| word.eq_ignore_ascii_case(test)))
}

/// The words of a name in which each begins with a capital.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let starts = name.char_indices().filter(|(at, letter)| *at > 0 && letter.is_uppercase()).map(|(at, _)| at);
    let ends = starts.chain([name.len()]);
    ends.scan(0, |from, to| name.get(std::mem::replace(from, to)..to))
}

/// A number for the statement that a line begins, by its first token.
pub fn first_sort(line: &LineRef<'_>) -> f32 {
    let Some(first) = line.tokens.first() else { return 0.0 };
    match line.text_of(first) {
        "}" | ")" | "]" => 1.0,
        "#" | "@" => 2.0,
        "/" | "*" => 3.0,
        "\"" | "'" | "`" => 4.0,
        _ if !first.is_wordlike() => 5.0,
        "import" | "from" | "use" | "include" => 6.0,
        "return" | "throw" | "raise" | "yield" => 7.0,
        "if" | "else" | "elif" | "for" | "while" | "match" | "switch" | "case" | "try" | "except" | "catch" => 8.0,
        "fn" | "def" | "func" | "function" | "class" | "struct" | "enum" | "interface" | "type" | "impl" => 9.0,
        "let" | "const" | "var" | "val" | "final" => 10.0,
        "pub" | "public" | "private" | "protected" | "static" | "export" | "async" => 11.0,
        "assert" | "expect" | "self" | "this" => 12.0,
        _ => 13.0,
    }
}

/// A number for how a line ends.
pub fn last_sort(line: &LineRef<'_>) -> f32 {
    const ENDS: [u32; 9] =
        [hash(b"{"), hash(b"("), hash(b"["), hash(b"}"), hash(b")"), hash(b"]"), hash(b","), hash(b";"), hash(b":")];
    let Some(last) = line.tokens.last() else { return 0.0 };
    match ENDS.iter().position(|&end| end == last.hash) {
        Some(at) => 1.0 + at as f32,
        None if last.is_wordlike() => 10.0,
        None => 11.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::next_edit::tokens::{Line, Marks};

    #[test]
    fn lines_are_told_apart_by_how_they_begin_and_end() {
        let sorts = |text: &str| {
            let line = Line::new(text, Marks::of("rust"));
            (first_sort(&line.view()), last_sort(&line.view()))
        };
        assert_eq!(sorts(""), (0.0, 0.0));
        assert_eq!(sorts("    } else {"), (1.0, 1.0));
        assert_eq!(sorts("return f(a)"), (7.0, 5.0));
        assert_eq!(sorts("let x = y"), (10.0, 10.0));
        assert_eq!(sorts("total += 1;"), (13.0, 8.0));
    }

    #[test]
    fn tests_are_known_by_their_names_and_by_folders_near_them() {
        let tests = [
            "file:///src/parser_test.go",
            "file:///spec/a.rb",
            "file:///AIoTest.java",
            "file:///a.test.ts",
            "src/tests/deep/a.rs",
            "tests.rs",
        ];
        for name in tests {
            assert!(is_test(name), "{name}");
        }
        let others = [
            "file:///src/parser.go",
            "file:///home/me/tests/work/project/src/deep/a.rs",
            "file:///src/latest.rs",
            "file:///src/Inspector.java",
            "file:///contest/specific.py",
        ];
        for name in others {
            assert!(!is_test(name), "{name}");
        }
    }
}
