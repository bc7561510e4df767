//! Parts of other files inside a text: the changes in a diff, and what stands below the scissors of a commit message.

use ropey::Rope;

use crate::text::document::Document;
use crate::text::other_files::{BLADES, IGNORE_REST, unquoted};

/// What the scissors line of `git commit -v` ends with, after the comment character, whatever that is. Mercurial writes
/// the same.
const SCISSORS: &str = "------------------------ >8 ------------------------";

/// The longest comment prefix of a scissors line, in bytes; git takes any text for one.
const LONGEST_PREFIX: usize = 16;

/// Where the part of a text ends that is the user's own: before its scissors line, in bytes.
pub fn own_end(document: &Document) -> usize {
    let text = &document.text;
    if !document.may_show_others {
        return text.len_bytes();
    }
    let ends = [BLADES, IGNORE_REST].map(|few| places(text, few).into_iter().find_map(|at| scissors_at(text, at)));
    ends.into_iter().flatten().min().unwrap_or(text.len_bytes())
}

/// Where the line around the byte `at` begins, if it is a scissors line.
fn scissors_at(text: &Rope, at: usize) -> Option<usize> {
    let number = text.try_byte_to_line(at).ok()?;
    let line = text.get_line(number)?;
    // A scissors line is short; of longer lines nothing need be read.
    let is_short = line.len_bytes() <= SCISSORS.len() + 2 * LONGEST_PREFIX;
    (is_short && is_scissors(&line.to_string())).then(|| text.line_to_byte(number))
}

fn is_scissors(line: &str) -> bool {
    let line = line.trim_end();
    line == IGNORE_REST || line.strip_suffix(SCISSORS).is_some_and(|prefix| prefix.len() <= LONGEST_PREFIX)
}

/// Where the text holds these few ASCII characters, in bytes.
fn places(text: &Rope, few: &str) -> Vec<usize> {
    let (mut found, mut at, mut seam) = (Vec::new(), 0, String::new());
    for chunk in text.chunks() {
        // What two chunks share: the end of the one and the beginning of the other.
        let kept = seam.len();
        seam.push_str(&chunk[..chunk.floor_char_boundary(few.len() - 1)]);
        if seam.contains(few) {
            found.extend(seam.match_indices(few).map(|(place, _)| at + place - kept));
        }
        if chunk.contains(few) {
            found.extend(chunk.match_indices(few).map(|(place, _)| at + place));
        }
        at += chunk.len();
        // What stands in the seam must follow each other in the text.
        seam.truncate(if chunk.len() >= few.len() - 1 { 0 } else { kept });
        seam.push_str(&chunk[chunk.ceil_char_boundary(chunk.len().saturating_sub(few.len() - 1))..]);
        seam.drain(..seam.ceil_char_boundary(seam.len().saturating_sub(few.len() - 1)));
    }
    found
}

/// The files whose changes the text shows, as its diffs name them: unified, combined and context diffs, of git,
/// Mercurial, Subversion and `diff` itself. Of a name with a prefix such as `a/` both forms are told.
pub fn changed_files(text: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut before = "";
    for line in text.lines() {
        if !line.starts_with(['d', 'I', 'r', 'c', '+', '-', '*', 'J', '>']) {
            before = "";
            continue;
        }
        let line = unquoted(line);
        if let Some(rest) = line.strip_prefix("diff --git ") {
            files.extend(two_names(rest));
        } else if let Some(rest) = any_prefix(
            line,
            &["diff --cc ", "diff --combined ", "Index: ", "rename from ", "rename to ", "copy from ", "copy to "],
        ) {
            files.push(name(rest));
        } else if let Some(rest) = line.strip_prefix("diff -r ") {
            files.extend(rest.rsplit(' ').next().map(name));
        } else if let (Some(new), Some(old)) = (line.strip_prefix("+++ "), before.strip_prefix("--- ")) {
            files.extend([name(old), name(new)]);
        } else if let (Some(new), Some(old)) = (line.strip_prefix("--- "), before.strip_prefix("*** ")) {
            files.extend([name(old), name(new)]);
        }
        before = line;
    }
    files.retain(|name| !name.is_empty() && name != "/dev/null");
    let without_prefix = |name: &String| {
        let (prefix, rest) = name.split_once('/')?;
        (prefix.len() == 1).then(|| rest.to_owned())
    };
    let others: Vec<String> = files.iter().filter_map(without_prefix).collect();
    files.extend(others);
    files
}

fn any_prefix<'a>(line: &'a str, prefixes: &[&str]) -> Option<&'a str> {
    prefixes.iter().find_map(|prefix| line.strip_prefix(prefix))
}

/// The two names of `diff --git`. Where they hold blanks and no quotes it is not told where the first ends: but they
/// are the same, save for their prefixes, or the lines that follow name them.
fn two_names(rest: &str) -> Vec<String> {
    if let Some(end) = rest.strip_prefix('"').and_then(end_of_quoted) {
        return vec![name(&rest[..end + 1]), name(rest.get(end + 2..).unwrap_or_default())];
    }
    let middle = rest.len() / 2;
    if rest.len() % 2 == 1 && rest.is_char_boundary(middle) && rest.as_bytes()[middle] == b' ' {
        return vec![name(&rest[..middle]), name(&rest[middle + 1..])];
    }
    rest.split_once(' ').map(|(old, new)| vec![name(old), name(new)]).unwrap_or_default()
}

/// Where the text in quotes ends, counted from before them: the byte of the closing quote.
fn end_of_quoted(inside: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            '"' if !escaped => return Some(at + 1),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// A file's name as a header has it: before a tab and a time, out of quotes, with git's escapes undone.
fn name(text: &str) -> String {
    let text = text.split('\t').next().unwrap_or_default().trim_end();
    let Some(quoted) = text.strip_prefix('"') else { return text.to_owned() };
    let quoted = end_of_quoted(quoted).map_or(quoted, |end| &quoted[..end - 1]);
    let mut bytes = Vec::new();
    let mut rest = quoted.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let mut code: Option<u32> = None;
        for _ in 0..3 {
            let Some(digit) = rest.next_if(|digit| (b'0'..=b'7').contains(digit)) else { break };
            code = Some(code.unwrap_or_default() * 8 + u32::from(digit - b'0'));
        }
        bytes.extend(code.map_or_else(|| rest.next(), |code| u8::try_from(code).ok()));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut files = changed_files(text);
        files.sort();
        files.dedup();
        assert_eq!(files, expected, "{text:?}");
    }

    #[test]
    fn diffs_of_each_tool_name_their_files() {
        check("diff --git a/.env b/.env\n", &[".env", "a/.env", "b/.env"]);
        check("diff --git a/a b.txt b/a b.txt\n", &["a b.txt", "a/a b.txt", "b/a b.txt"]);
        check("diff --git \"a/\\303\\251\\\"\" \"b/\\303\\251\\\"\"\n", &["a/é\"", "b/é\"", "é\""]);
        check("--- a/x\t2026-01-01\n+++ b/y\t2026-01-02\n@@ -1 +1 @@\n", &["a/x", "b/y", "x", "y"]);
        check("--- /dev/null\n+++ .env\n", &[".env"]);
        check("*** x.c\tdate\n--- y.c\tdate\n***************\n", &["x.c", "y.c"]);
        check("Index: conf/.env\n", &["conf/.env"]);
        check("diff -r 1234 conf/.env\n", &["conf/.env"]);
        check("diff --cc secrets.yaml\n", &["secrets.yaml"]);
        check("rename from .env\nrename to env.txt\n", &[".env", "env.txt"]);
        check("JJ:     diff --git a/.env b/.env\n", &[".env", "a/.env", "b/.env"]);
        check("> > diff --git a/.env b/.env\n", &[".env", "a/.env", "b/.env"]);
    }

    #[test]
    fn what_is_no_diff_names_nothing() {
        check("--- title\ntext\n+++ more\n", &[]);
        check("*** bold ***\n\n--- rule\n", &[]);
        check("let diff = \"--git a b\";\n", &[]);
        check("", &[]);
        check("diff --git \ndiff --git \"\n--- \n+++ \"\\\n", &[]);
    }

    fn document(text: &str) -> Document {
        Document::new("file:///a", "text", 1, text)
    }

    #[track_caller]
    fn check_own(text: &str, own: &str) {
        assert_eq!(&text[..own_end(&document(text))], own, "{text:?}");
    }

    #[test]
    fn what_stands_below_the_scissors_is_not_the_users_own() {
        for comment in ["# ", "; ", "// ", "HG: ", "", "%% "] {
            check_own(&format!("Fix\n\n{comment}{SCISSORS}\n{comment}x\ndiff"), "Fix\n\n");
            check_own(&format!("Fix\r\n{comment}{SCISSORS}\r\ndiff"), "Fix\r\n");
        }
        check_own("Fix\nJJ: ignore-rest\ndiff", "Fix\n");
        check_own("ignore-rest >8\nx", "ignore-rest >8\nx");
        check_own(
            &format!("a line that is long enough: {SCISSORS}\n"),
            &format!("a line that is long enough: {SCISSORS}\n"),
        );
        check_own("", "");
    }

    #[test]
    fn no_place_is_missed_between_the_parts_of_a_rope() {
        for before in 0..3 {
            let text = format!("{}{}", "é".repeat(before), "x>8".repeat(3000));
            let found = places(&Rope::from_str(&text), "x>8");
            assert_eq!(found, (0..3000).map(|n| 2 * before + 3 * n).collect::<Vec<_>>());
        }
    }

    fn piece() -> impl Strategy<Value = &'static str> {
        const FILLER: &str =
            "                                                                                          ";
        const QUOTES: &str =
            ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>";
        prop::sample::select(vec![
            "\n",
            "\r\n",
            "x",
            "> ",
            "JJ: ",
            "diff --git a/x b/x",
            "diff -",
            "-git a b",
            "--- a\n",
            "+++ b",
            "*** a",
            "Index: a",
            "rename from a",
            "diff --cc a",
            "- >8",
            " -",
            "JJ: ignore-rest",
            "ore-rest",
            FILLER,
            QUOTES,
        ])
    }

    proptest! {
        #[test]
        fn a_few_letters_are_found_across_the_parts_of_a_rope(before in "[>8x]{0,9}", filler in 0usize..3000, after in "[>8x]{0,9}") {
            let text = format!("{before}{}{after}", "é".repeat(filler));
            let found = places(&Rope::from_str(&text), "x>8");
            let expected: Vec<usize> = text.match_indices("x>8").map(|(at, _)| at).collect();
            prop_assert_eq!(found, expected);
        }

        /// Where a document is not searched, a search finds nothing, however the text came about.
        #[test]
        fn no_part_of_another_file_is_overlooked(
            pieces in prop::collection::vec((any::<prop::sample::Index>(), 0..9usize, piece()), 1..12),
        ) {
            let mut document = document("");
            for (at, len, inserted) in pieces {
                let start = at.index(document.text.len_bytes() + 1);
                document.replace(start..(start + len).min(document.text.len_bytes()), inserted);
                if !document.may_show_others {
                    prop_assert_eq!(changed_files(&document.text.to_string()), Vec::<String>::new());
                    let found = [BLADES, IGNORE_REST].map(|few| places(&document.text, few).len());
                    prop_assert_eq!(found, [0, 0]);
                }
            }
        }

        #[test]
        fn no_header_is_too_odd(line in "(diff --git |--- |\\+\\+\\+ |Index: )[ab/\\\\\"0-9é ]{0,20}") {
            changed_files(&line);
        }
    }
}
