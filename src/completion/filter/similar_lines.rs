//! Whether two lines say the same: they differ by blanks, by a comma, by the kind of quote, by the name of a counter.

use crate::text::{language, line};

/// Shorter lines are alike by chance.
const LEAST_BYTES: usize = 5;

/// The longest name of a counter that may differ.
const COUNTER: usize = 2;

/// Whether `ours` says nothing that `theirs` does not.
pub fn are(ours: &str, theirs: &str, id: &str) -> bool {
    // `#endif` and `# endif` close different conditions.
    let is_directive = ours.trim_start().starts_with('#') && matches!(id, "c" | "cpp");
    if language::is_prose(id) || ours.trim().is_empty() || is_directive {
        return false;
    }
    // Where a closing bracket stands says what it closes; where a word stands says little.
    if ours.trim() == theirs.trim() && ours.contains(char::is_alphanumeric) {
        return true;
    }
    let (left, right) = (bare(ours, id), bare(theirs, id));
    let same = left == right && left.len() >= LEAST_BYTES && left.contains(char::is_alphabetic);
    same || is_loop_of_other_counter(ours, theirs) || is_same_key(ours, theirs, id)
}

/// A line without what makes no difference.
fn bare(text: &str, id: &str) -> String {
    let text = text.trim().trim_end_matches([',', ';', ' ']);
    let kept = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')'));
    let quoted = kept.map(|c| if c == '\'' { '"' } else { c });
    if id == "sql" { quoted.flat_map(char::to_lowercase).collect() } else { quoted.collect() }
}

/// `for j ...` and `for i ...`, else the same.
fn is_loop_of_other_counter(ours: &str, theirs: &str) -> bool {
    let (ours, theirs) = (ours.trim_end(), theirs.trim_end());
    if !ours.trim_start().starts_with("for") || line::indent(ours) != line::indent(theirs) {
        return false;
    }
    let (left, right) = (words(ours), words(theirs));
    let mut counter = None;
    left.len() == right.len()
        && left.iter().zip(&right).filter(|(a, b)| a != b).all(|(a, b)| {
            let is_name = |word: &str| word.len() <= COUNTER && word.starts_with(char::is_alphabetic);
            is_name(a) && is_name(b) && *counter.get_or_insert((*a, *b)) == (*a, *b)
        })
}

/// Two entries of one mapping with the same key, whose values only begin to differ.
fn is_same_key(ours: &str, theirs: &str, id: &str) -> bool {
    let separator = match id {
        "yaml" | "json" | "jsonc" => ':',
        "toml" => '=',
        _ => return false,
    };
    let entry =
        |text: &str| text.split_once(separator).map(|(key, value)| (key.trim_end().to_owned(), bare(value, id)));
    let (Some((our_key, our_value)), Some((their_key, their_value))) = (entry(ours), entry(theirs)) else {
        return false;
    };
    let same = our_value.chars().zip(their_value.chars()).take_while(|(a, b)| a == b).count();
    our_key == their_key && !our_key.trim_start().starts_with("- ") && same * 2 >= their_value.chars().count()
}

/// Words and single signs, without white space.
fn words(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut words, mut rest) = (vec![], text.trim());
    while let Some(first) = rest.chars().next() {
        let length = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, ours: &str, theirs: &str, expected: bool) {
        assert_eq!(are(ours, theirs, id), expected, "{ours:?} and {theirs:?}");
    }

    #[test]
    fn lines_that_differ_by_nothing_new_are_alike() {
        check("rust", "let total = a+b ;", "let total = a + b;", true);
        check("rust", "    Second", "    Second,", true);
        check("javascript", "log(\"bar\")", "log('bar')", true);
        check("c", "return (sum);", "return sum;", true);
        check("go", "for j := 0; j < 10; j++ {", "for i := 0; i < 10; i++ {", true);
        check("sql", "order by name;", "ORDER BY name;", true);
        check("yaml", "key: a-${{ hashes }}", "key: a-${{ hash }}", true);
    }

    #[test]
    fn lines_with_something_new_are_not() {
        check("rust", "add(\"b\", 2);", "add(\"c\", 3);", false);
        check("yaml", "- name: b", "- name: c", false);
        check("css", ".m-2 { margin: 2px; }", ".m-3 { margin: 3px; }", false);
        check("go", "for i := range xs {", "for i := range ys {", true);
        check("go", "for i := range left {", "for i := range right {", false);
        check("rust", "})", "});", false);
        check("markdown", "the end", "the  end", false);
    }
}
