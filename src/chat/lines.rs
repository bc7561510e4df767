//! Lines with their breaks, as the protocol counts them: `\n`, `\r\n` and `\r` end a line and nothing else does.

/// The lines of `text`, each with its break. The last has none; it is left out where it is empty.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (line, after) = rest.split_at(break_after(rest)?);
        rest = after;
        Some(line)
    })
}

/// Where the first line of `text` ends, behind its break.
fn break_after(text: &str) -> Option<usize> {
    let Some(at) = text.find(['\n', '\r']) else {
        return (!text.is_empty()).then_some(text.len());
    };
    Some(at + if text[at..].starts_with("\r\n") { 2 } else { 1 })
}

/// `line` without its break.
pub fn content(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

/// The break of `line`, or nothing.
pub fn line_break(line: &str) -> &str {
    &line[content(line).len()..]
}

/// The white space that `line` starts with: blanks and tabs.
pub fn indentation(line: &str) -> &str {
    let rest = line.trim_start_matches([' ', '\t']);
    &line[..line.len() - rest.len()]
}

/// The break that most lines of `text` end with, the first of these in a tie; `None` without any.
pub fn majority_break(text: &str) -> Option<&'static str> {
    const BREAKS: [&str; 3] = ["\n", "\r\n", "\r"];
    let mut counts = [(0_usize, usize::MAX); 3];
    for (at, line) in split(text).enumerate() {
        if let Some(kind) = BREAKS.iter().position(|one| *one == line_break(line)) {
            let (count, first) = counts[kind];
            counts[kind] = (count + 1, first.min(at));
        }
    }
    let best = (0..3).max_by_key(|kind| (counts[*kind].0, std::cmp::Reverse(counts[*kind].1)))?;
    (counts[best].0 > 0).then_some(BREAKS[best])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(split(text).collect::<Vec<_>>(), expected);
        assert_eq!(split(text).collect::<String>(), text);
    }

    #[test]
    fn every_line_end_of_the_protocol_ends_a_line() {
        check("", &[]);
        check("a", &["a"]);
        check("a\nb\r\nc\rd", &["a\n", "b\r\n", "c\r", "d"]);
        check("\r\r\n\n", &["\r", "\r\n", "\n"]);
        check("a\u{2028}b\u{85}\n", &["a\u{2028}b\u{85}\n"]);
    }

    #[test]
    fn the_most_frequent_break_wins_and_the_first_in_a_tie() {
        assert_eq!(majority_break("a"), None);
        assert_eq!(majority_break("a\r\nb\nc\n"), Some("\n"));
        assert_eq!(majority_break("a\r\nb\n"), Some("\r\n"));
        assert_eq!(majority_break("a\rb"), Some("\r"));
    }

    #[test]
    fn a_line_falls_into_content_and_break() {
        assert_eq!((content("a\r\n"), line_break("a\r\n")), ("a", "\r\n"));
        assert_eq!((content("a"), line_break("a")), ("a", ""));
        assert_eq!(indentation("\t  x"), "\t  ");
    }
}
