//! A place in a file, or a part of it, as one writes it: `FILE:LINE[:COL]`, `FILE:FIRST-LAST`, `FILE`.

pub(super) mod file;
pub(super) mod part;

use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

use ropey::Rope;

use super::Error;
use crate::text::position::without_break;
use file::name;

/// A place in a file. Line and column count from 1, the column in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    pub file: PathBuf,
    pub line: usize,
    /// `None` is the end of the line.
    pub column: Option<usize>,
}

/// A place that was found in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// In bytes from the start of the text.
    pub offset: usize,
}

/// Why a text is no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// There is no number at the end, or nothing before it.
    #[error("write FILE:LINE or FILE:LINE:COL, such as src/main.rs:12:5")]
    Incomplete,
    /// A line or column 0.
    #[error("lines and columns count from 1")]
    Zero,
}

/// The file ends before the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Outside {
    /// There is no such line.
    #[error("{file} has no line {line}; choose one from 1 to {last}")]
    Line {
        /// The file's name.
        file: String,
        /// What was asked for.
        line: usize,
        /// The number of the last line.
        last: usize,
    },
    /// There is no such column.
    #[error("line {line} of {file} has no column {column}; choose one from 1 to {last}, its end")]
    Column {
        /// The file's name.
        file: String,
        /// The line.
        line: usize,
        /// What was asked for.
        column: usize,
        /// The column at the end of the line.
        last: usize,
    },
}

impl FromStr for Cursor {
    type Err = NoPlace;

    /// Numbers are taken from the right, since names of files may hold colons (`C:\a.rs:3`, `a:b.rs:3`).
    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (rest, last) = split_number(text).ok_or(NoPlace::Incomplete)?;
        let (file, line, column) = match split_number(rest) {
            Some((file, line)) => (file, line, Some(last)),
            None => (rest, last, None),
        };
        if file.is_empty() {
            return Err(NoPlace::Incomplete);
        }
        if line == 0 || column == Some(0) {
            return Err(NoPlace::Zero);
        }
        Ok(Self { file: file.into(), line, column })
    }
}

impl Cursor {
    /// Finds the place in the file's text.
    ///
    /// # Errors
    /// The text ends before it. Nothing is clamped: the user who misses the place is better told.
    pub fn find(&self, text: &Rope) -> Result<Spot, Outside> {
        let Some(content) = text.get_line(self.line - 1).map(without_break) else {
            return Err(Outside::Line { file: name(&self.file), line: self.line, last: text.len_lines() });
        };
        let last = content.len_chars() + 1;
        let column = self.column.unwrap_or(last);
        if column > last {
            return Err(Outside::Column { file: name(&self.file), line: self.line, column, last });
        }
        let offset = text.line_to_byte(self.line - 1) + content.char_to_byte(column - 1);
        Ok(Spot { line: self.line, column, offset })
    }
}

/// A part of a file. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    pub file: PathBuf,
    /// The first and the last line; `None` is the whole file.
    pub lines: Option<(usize, usize)>,
}

impl Region {
    /// Reads what the user wrote. Numbers are taken from the right, since names of files may hold colons.
    ///
    /// # Errors
    /// There is nothing before the lines, or they are no lines.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (file, lines) = split_lines(text).map_or((text, None), |(file, lines)| (file, Some(lines)));
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

/// What stands before the last colon, and the number after it.
fn split_number(text: &str) -> Option<(&str, usize)> {
    let (rest, digits) = text.rsplit_once(':')?;
    Some((rest, number(digits)?))
}

/// What stands before the last colon, and the first and the last line after it.
fn split_lines(text: &str) -> Option<(&str, (usize, usize))> {
    let (rest, lines) = text.rsplit_once(':')?;
    let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
    Some((rest, (number(first)?, number(last)?)))
}

/// Digits and nothing else. A number too large for any file stays too large.
fn number(digits: &str) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(&str, usize, Option<usize>), NoPlace>) {
        let expected = expected.map(|(file, line, column)| Cursor { file: file.into(), line, column });
        assert_eq!(text.parse(), expected, "{text}");
    }

    #[test]
    fn numbers_are_taken_from_the_right() {
        check("a.rs:3", Ok(("a.rs", 3, None)));
        check("a.rs:3:14", Ok(("a.rs", 3, Some(14))));
        check("a:b.rs:3", Ok(("a:b.rs", 3, None)));
        check(r"C:\src\a.rs:3:4", Ok((r"C:\src\a.rs", 3, Some(4))));
        check("7:8:9", Ok(("7", 8, Some(9))));
        check("7:8", Ok(("7", 8, None)));
        check("a b é.rs:1", Ok(("a b é.rs", 1, None)));
        check("a.rs:99999999999999999999999", Ok(("a.rs", usize::MAX, None)));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in ["", "a.rs", "a.rs:", "a.rs:x", "a.rs:3:", ":3", ":3:4", r"C:\a.rs", "a.rs:-1", "a.rs:+1"] {
            check(text, Err(NoPlace::Incomplete));
        }
        check("a.rs:0", Err(NoPlace::Zero));
        check("a.rs:1:0", Err(NoPlace::Zero));
    }

    #[track_caller]
    fn check_found(text: &str, place: &str, expected: Result<(usize, usize), &str>) {
        let found = place.parse::<Cursor>().unwrap().find(&Rope::from_str(text));
        let found = found.map(|spot| (spot.column, spot.offset)).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{place} in {text:?}");
    }

    #[test]
    fn columns_count_characters() {
        check_found("aé😀b\nc", "f:1:4", Ok((4, 7)));
        check_found("aé😀b\nc", "f:1", Ok((5, 8)));
        check_found("ab\r\ncd\r\n", "f:1", Ok((3, 2)));
        check_found("ab\r\ncd\r\n", "f:3", Ok((1, 8)));
        check_found("", "f:1:1", Ok((1, 0)));
    }

    #[test]
    fn a_place_outside_says_where_the_file_ends() {
        check_found("a\nb", "f:3", Err("f has no line 3; choose one from 1 to 2"));
        check_found("ab\r\n", "f:1:4", Err("line 1 of f has no column 4; choose one from 1 to 3, its end"));
        check_found(
            "",
            "f:99999999999999999999999",
            Err(&format!("f has no line {}; choose one from 1 to 1", usize::MAX)),
        );
    }

    #[track_caller]
    fn check_region(text: &str, expected: Option<(&str, Option<(usize, usize)>)>) {
        let expected = expected.map(|(file, lines)| Region { file: file.into(), lines });
        assert_eq!(Region::parse(text).ok(), expected, "{text}");
    }

    #[test]
    fn what_a_person_names_is_understood() {
        check_region("src/a.rs", Some(("src/a.rs", None)));
        check_region("src/a.rs:3", Some(("src/a.rs", Some((3, 3)))));
        check_region("src/a.rs:3-9", Some(("src/a.rs", Some((3, 9)))));
        check_region(r"C:\a.rs:3-9", Some((r"C:\a.rs", Some((3, 9)))));
        check_region(r"C:\a.rs", Some((r"C:\a.rs", None)));
        check_region("a:b", Some(("a:b", None)));
        check_region("a.rs:9-3", None);
        check_region("a.rs:0-3", None);
        check_region(":3-4", None);
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
