//! How alike the lines around a place are to those around the pattern's examples, and what its own line is.

use crate::next_edit::{
    difference::likeness,
    pattern::{Pattern, Place},
    scene::Scene,
    tokens::{LineRef, hash},
};

/// Examples whose surroundings are compared with a place's, the latest ones.
const COMPARED: usize = 3;

/// How alike the lines one and two away are to those of an example, 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings {
    /// Above the place: the next line, and the one above that.
    pub above: [f32; 2],
    /// Below it.
    pub below: [f32; 2],
}

/// The surroundings of `place`.
pub fn of(scene: &Scene<'_>, pattern: &Pattern, place: &Place) -> Surroundings {
    let mut most = Surroundings::default();
    let Some(here) = scene.readers.get(place.text) else { return most };
    for example in pattern.examples.iter().filter_map(|&one| scene.examples.get(one)).take(COMPARED) {
        let Some(there) = scene.readers.get(example.text) else { continue };
        let alike = |one: usize, two: usize| likeness(here.line(one).tokens, there.line(two).tokens);
        for (away, (above, below)) in most.above.iter_mut().zip(&mut most.below).enumerate() {
            let lines = (place.lines.start.checked_sub(1 + away), example.first_line.checked_sub(1 + away));
            if let (Some(one), Some(two)) = lines {
                *above = above.max(alike(one, two));
            }
            *below = below.max(alike(place.lines.end + away, example.last_line + 1 + away));
        }
    }
    most
}

/// Whether the text of this name is a test: what is changed in one of its cases is mostly changed in all.
pub fn is_test(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    lower.contains("test") || lower.contains("spec")
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
    fn tests_are_known_by_their_names() {
        assert!(is_test("file:///src/parser_test.go") && is_test("file:///spec/a.rb") && is_test("file:///ATest.java"));
        assert!(!is_test("file:///src/parser.go"));
    }
}
