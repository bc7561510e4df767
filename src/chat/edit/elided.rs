//! Lines that stand for code left out: `// ... rest of the code`, `# existing code`, `{ ... }`.

use crate::text::language;

/// What such a comment is about, where it has an ellipsis.
const OMITTED: [&str; 24] = [
    "rest",
    "existing",
    "remaining",
    "remain",
    "remains",
    "unchanged",
    "same",
    "previous",
    "omitted",
    "other",
    "others",
    "code",
    "implementation",
    "above",
    "below",
    "before",
    "methods",
    "functions",
    "fields",
    "lines",
    "logic",
    "body",
    "original",
    "imports",
];

/// The words that say so where the ellipsis stands behind them: `// Loading other files ...` is no elision.
const OMITTED_SURELY: [&str; 7] = ["rest", "existing", "remaining", "unchanged", "omitted", "same", "original"];

/// What code left out is called where no ellipsis says that it is.
const CODE: [&str; 16] = [
    "code",
    "function",
    "functions",
    "method",
    "methods",
    "class",
    "implementation",
    "logic",
    "body",
    "component",
    "module",
    "imports",
    "file",
    "fields",
    "struct",
    "everything",
];

/// A comment with more words than that tells something else.
const MAX_WORDS: usize = 12;

/// Whether `code` has a line that stands for code left out and that `selected` has not.
pub fn is_elided(code: &str, selected: &str) -> bool {
    let known: Vec<&str> = selected.lines().map(str::trim).collect();
    code.lines().map(str::trim).any(|line| is_elision(line) && !known.contains(&line))
}

fn is_elision(line: &str) -> bool {
    let bare = line.trim_matches(['(', ')', '[', ']', '{', '}', ' ', ',', ';']);
    if is_dots(bare) && line.chars().all(|c| !c.is_alphanumeric()) {
        return true;
    }
    if braced_dots(line) {
        return true;
    }
    let Some((comment, documents)) = comment(line) else { return false };
    let text = comment.trim_matches(|c: char| "/*#-;%<>!{}()[]'\"".contains(c) || c.is_whitespace());
    if is_dots(text) {
        return true;
    }
    let text = text.to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    if words.len() > MAX_WORDS {
        return false;
    }
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let starts = text.starts_with("...") || text.starts_with('…');
    let ends = text.ends_with("...") || text.ends_with('…');
    (starts && has(&OMITTED)) || (ends && has(&OMITTED_SURELY)) || (!documents && says_so(&text, &words))
}

/// What comments say of code left out, without an ellipsis.
fn says_so(text: &str, words: &[&str]) -> bool {
    let names_code = words.iter().any(|word| CODE.contains(word));
    let at = |index: usize| words.get(index).copied().unwrap_or_default();
    let rest = if at(0) == "the" { at(1) } else { at(0) };
    let same =
        ["unchanged", "remains the same", "remain the same", "stays the same", "stay the same", "same as before"];
    match rest {
        "rest" if names_code && words.len() <= 5 => true,
        "existing" | "remaining" | "unchanged" | "previous" if names_code && words.len() <= 3 => true,
        "existing" if at(1) == "code" => true,
        "unchanged" if words.len() == 1 => true,
        "same" if at(1) == "as" && matches!(at(2), "before" | "above") => true,
        "no" if matches!(at(1), "change" | "changes") => words.len() <= 4,
        _ => {
            let keeps = same.iter().any(|phrase| text.contains(phrase));
            let subject = matches!(rest, "rest" | "other" | "others" | "remaining" | "everything");
            text.contains("omitted for brevity") || text.contains("code omitted") || keeps && (subject || names_code)
        }
    }
}

/// The comment that is the line or ends it, and whether it documents what follows.
fn comment(line: &str) -> Option<(&str, bool)> {
    let documents = ["///", "//!", "/**", "##"].iter().any(|sign| line.starts_with(sign));
    if language::begins_comment(line) {
        return Some((line, documents));
    }
    const TRAILING: [&str; 4] = [" // ", " # ", " /* ", " -- "];
    TRAILING.iter().filter_map(|sign| line.find(sign)).min().map(|at| (&line[at..], false))
}

/// `{ ... }` and `{ /* ... */ }`, in a line of code.
fn braced_dots(line: &str) -> bool {
    let inside = line.split('{').skip(1).filter_map(|after| after.split('}').next());
    let text = |inside: &str| inside.trim_matches(['/', '*', ' ']).to_owned();
    inside.map(text).any(|inside| is_dots(&inside))
}

fn is_dots(text: &str) -> bool {
    text == "..." || text == "…" || text == "...."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_for_code_left_out() {
        for line in [
            "// ...",
            "# ...",
            "...",
            "    …",
            "// ... existing code ...",
            "// ... rest of the code unchanged",
            "// rest of the function",
            "# (rest of the class remains the same)",
            "/* existing code */",
            "<!-- rest of the file ... -->",
            "-- ... other columns",
            "{/* ... existing JSX code ... */}",
            "// other methods remain unchanged",
            "// Remaining code unchanged",
            "# existing code here",
            "// same as before",
            "// unchanged",
            "    // code omitted for brevity",
            "fn f() { ... }",
            "fn f() { /* ... */ }",
            "foo(); // ... rest unchanged",
        ] {
            assert!(is_elided(line, ""), "{line:?}");
            assert!(!is_elided(line, &format!("a\n  {line}\nb")), "selected: {line:?}");
        }
    }

    #[test]
    fn comments_that_tell_something() {
        for line in [
            "// Loading more ...",
            "// Waits for other threads...",
            "/// Returns the rest of the list.",
            "/// The remaining bytes of the file.",
            "// The order of the arguments must remain the same",
            "let copy = { ...options };",
            "call(...args)",
            "def f(x: int) -> int: ...",
            "int printf(const char *format, ...);",
            "// Existing users keep their settings.",
            "for i in 0..3 {}",
            "log('...')",
            "// Skips the rest of the line.",
        ] {
            assert!(!is_elided(line, ""), "{line:?}");
        }
    }
}
