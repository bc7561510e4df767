//! `FILE`, `FILE:LINE` and `FILE:FIRST-LAST`: a part of a file, as a person names it.

use std::ops::Range;
use std::path::PathBuf;

use ropey::Rope;

use super::Error;
use super::place::Outside;
use super::source::name;

/// A part of a file. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    pub file: PathBuf,
    /// The first and the last line; `None` is the whole file.
    pub lines: Option<(usize, usize)>,
}

impl Region {
    /// Reads what a person wrote. Numbers are taken from the right, since names of files may hold colons.
    ///
    /// # Errors
    /// There is nothing before the lines, or they are no lines.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (file, lines) = match text.rsplit_once(':').map(|(file, lines)| (file, numbers(lines))) {
            Some((file, Some(lines))) => (file, Some(lines)),
            _ => (text, None),
        };
        let wrong = lines.is_some_and(|(first, last)| first == 0 || last < first);
        if file.is_empty() || wrong {
            return Err(Error::Usage(format!(
                "{text:?} is no part of a file; write FILE:FIRST-LAST such as src/main.rs:3-9, with lines that count from 1"
            )));
        }
        Ok(Self { file: file.into(), lines })
    }

    /// Its bytes in the file's text: whole lines, the last one with its line break.
    ///
    /// # Errors
    /// The file ends before.
    pub fn find(&self, text: &Rope) -> Result<Range<usize>, Outside> {
        let Some((first, last)) = self.lines else {
            return Ok(0..text.len_bytes());
        };
        let lines = text.len_lines();
        if let Some(line) = [first, last].into_iter().find(|line| *line > lines) {
            return Err(Outside::Line { file: name(&self.file), line, last: lines });
        }
        Ok(text.line_to_byte(first - 1)..text.line_to_byte(last))
    }
}

fn numbers(text: &str) -> Option<(usize, usize)> {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    match text.split_once('-') {
        Some((first, last)) => Some((number(first)?, number(last)?)),
        None => number(text).map(|line| (line, line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, Option<(usize, usize)>)>) {
        let expected = expected.map(|(file, lines)| Region { file: file.into(), lines });
        assert_eq!(Region::parse(text).ok(), expected, "{text}");
    }

    #[test]
    fn what_a_person_names_is_understood() {
        check("src/a.rs", Some(("src/a.rs", None)));
        check("src/a.rs:3", Some(("src/a.rs", Some((3, 3)))));
        check("src/a.rs:3-9", Some(("src/a.rs", Some((3, 9)))));
        check(r"C:\a.rs:3-9", Some((r"C:\a.rs", Some((3, 9)))));
        check(r"C:\a.rs", Some((r"C:\a.rs", None)));
        check("a:b", Some(("a:b", None)));
        check("a.rs:9-3", None);
        check("a.rs:0-3", None);
        check(":3-4", None);
    }

    #[test]
    fn lines_are_found_whole() {
        let text = Rope::from_str("a\r\nbc\nd");
        let find = |text_of: &str| Region::parse(text_of).unwrap().find(&text).map_err(|error| error.to_string());
        assert_eq!(find("f"), Ok(0..7));
        assert_eq!(find("f:1"), Ok(0..3));
        assert_eq!(find("f:2-3"), Ok(3..7));
        assert_eq!(find("f:2-4"), Err("f has no line 4; choose one from 1 to 3".into()));
    }
}
