//! A suggestion drawn into its text, as an editor would show it.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use ropey::Rope;

use crate::cli::target::Spot;
use crate::cli::terminal::visible;
use crate::completion::Suggestion;
use crate::text::position::without_break;

/// Ghost text.
const GHOST: Style = AnsiColor::Cyan.on_default().dimmed();
/// Line numbers.
const GUTTER: Style = Style::new().dimmed();

/// Lines shown before and after the cursor's: enough to recognise the place.
const CONTEXT: usize = 4;

/// The most of one line of the file that is shown, in characters: some files have lines of a megabyte.
const WIDEST: usize = 200;

/// How the suggestion stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// By colour.
    Colour,
    /// Between `⟦` and `⟧`, where there are no colours.
    Brackets,
}

impl Marks {
    fn around(self) -> (&'static str, &'static str) {
        match self {
            Self::Colour => ("", ""),
            Self::Brackets => ("⟦", "⟧"),
        }
    }
}

/// Draws the lines around `spot` with line numbers, and the suggestion at its place. Lines of the suggestion have no
/// number: the file does not have them.
pub(super) fn draw(
    out: &mut impl Write,
    text: &Rope,
    spot: Spot,
    suggestion: &Suggestion,
    marks: Marks,
) -> io::Result<()> {
    let at = spot.line - 1;
    let last = last_line(text).max(at);
    let (first, end) = (at.saturating_sub(CONTEXT), (at + CONTEXT).min(last));
    let mut page = Page { out, width: (end + 1).to_string().len() };
    for number in first..at {
        page.line(Some(number), &head(&line(text, number)))?;
    }

    let (before, after) = around(text, spot, suggestion.replaces);
    let (open, close) = marks.around();
    let ghost: Vec<&str> = suggestion.text.split('\n').collect();
    for (nth, part) in ghost.iter().enumerate() {
        let (is_first, is_last) = (nth == 0, nth + 1 == ghost.len());
        let (before, open) = if is_first { (before.as_str(), open) } else { ("", "") };
        let (after, close) = if is_last { (after.as_str(), close) } else { ("", "") };
        let part = visible(part);
        page.line(is_first.then_some(at), &format!("{before}{GHOST}{open}{part}{close}{GHOST:#}{after}"))?;
    }

    for number in at + 1..=end {
        page.line(Some(number), &head(&line(text, number)))?;
    }
    Ok(())
}

struct Page<'a, W> {
    out: &'a mut W,
    width: usize,
}

impl<W: Write> Page<'_, W> {
    /// One line, with its number in the file if it stands there; the number counts from zero.
    fn line(&mut self, number: Option<usize>, text: &str) -> io::Result<()> {
        let number = number.map(|number| (number + 1).to_string()).unwrap_or_default();
        let width = self.width;
        writeln!(self.out, "{GUTTER}{number:>width$} │{GUTTER:#} {text}")
    }
}

/// The index of the last line that has something on it, or is not just what follows the last line break.
fn last_line(text: &Rope) -> usize {
    let last = text.len_lines() - 1;
    if text.line(last).len_chars() == 0 { last.saturating_sub(1) } else { last }
}

fn line(text: &Rope, number: usize) -> String {
    text.get_line(number).map(|line| without_break(line).to_string()).unwrap_or_default()
}

/// What stands on the cursor's line before the cursor, and after what the suggestion replaces.
fn around(text: &Rope, spot: Spot, replaces: usize) -> (String, String) {
    let whole = line(text, spot.line - 1);
    let cursor = spot.offset - text.line_to_byte(spot.line - 1);
    let before = whole.get(..cursor).unwrap_or_default();
    let after = whole.get(cursor + replaces..).unwrap_or_default();
    (tail(before), head(after))
}

/// The beginning of a line, ready for a terminal.
fn head(line: &str) -> String {
    match line.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}…", visible(&line[..end])),
        None => visible(line),
    }
}

/// The end of a line, ready for a terminal.
fn tail(line: &str) -> String {
    match line.char_indices().nth_back(WIDEST) {
        Some((begin, c)) => format!("…{}", visible(&line[begin + c.len_utf8()..])),
        None => visible(line),
    }
}

#[cfg(test)]
mod tests {
    use anstream::StripStream;

    use super::*;
    use crate::completion::Source;

    /// Draws `suggestion` at `<cursor>`, without colours.
    #[track_caller]
    fn check(marked: &str, suggestion: &str, replaces: usize, expected: &str) {
        let offset = marked.find("<cursor>").expect("the text has a <cursor>");
        let text = Rope::from_str(&marked.replacen("<cursor>", "", 1));
        let spot = Spot { line: text.byte_to_line(offset) + 1, column: 1, offset };
        let suggestion = Suggestion { text: suggestion.to_owned(), replaces, source: Source::Endpoint };
        let mut out = Vec::new();
        draw(&mut StripStream::new(&mut out), &text, spot, &suggestion, Marks::Brackets).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_line_is_drawn_at_its_place() {
        check("fn a() {\n    <cursor>\n}\n", "b();", 0, "1 │ fn a() {\n2 │     ⟦b();⟧\n3 │ }\n");
        check("<cursor>", "x", 0, "1 │ ⟦x⟧\n");
        check("a\n<cursor>", "x", 0, "1 │ a\n2 │ ⟦x⟧\n");
    }

    #[test]
    fn lines_the_file_does_not_have_get_no_number() {
        check(
            "if a {<cursor>\n\nb\r\n",
            "\n\n    c();\n}",
            0,
            "1 │ if a {⟦\n  │ \n  │     c();\n  │ }⟧\n2 │ \n3 │ b\n",
        );
    }

    #[test]
    fn replaced_text_is_not_shown_twice() {
        check("f(<cursor>);x", "a);", 2, "1 │ f(⟦a);⟧x\n");
    }

    #[test]
    fn a_few_lines_around_are_enough() {
        let text: String = (1..=20).map(|n| if n == 10 { "<cursor>\n".to_owned() } else { format!("{n}\n") }).collect();
        let expected = " 6 │ 6\n 7 │ 7\n 8 │ 8\n 9 │ 9\n10 │ ⟦x⟧\n11 │ 11\n12 │ 12\n13 │ 13\n14 │ 14\n";
        check(&text, "x", 0, expected);
    }

    #[test]
    fn long_lines_are_cut_away_from_the_cursor() {
        let long = "é".repeat(WIDEST);
        let text = format!("{long}b\n{long}b<cursor>{long}b\n");
        let cut = &long[2..];
        check(&text, "x", 0, &format!("1 │ {long}…\n2 │ …{cut}b⟦x⟧{long}…\n"));
    }

    #[test]
    fn nothing_drawn_can_steer_the_terminal() {
        check("\u{1b}[2J\t<cursor>", "\u{1b}]0;x\u{7}\u{9b}", 0, "1 │ ␛[2J\t⟦␛]0;x␇\u{fffd}⟧\n");
    }
}
