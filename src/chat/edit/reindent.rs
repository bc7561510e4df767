//! A reply's indentation made that of the place it goes to: the same signs, the same depth, blank lines empty.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::text::indentation::{self, DEFAULT_UNIT, Style, columns};
use crate::text::{line, line_break};

/// `lines` (without breaks) in the style of the document, where its text is indented at all, with the first line's
/// indentation `base` and the others moved along. Blank lines become empty. Where nothing has to move, lines that were
/// `selected` just so stay so: a document may mix its signs.
///
/// A first line without any indentation, above others that have that of the document, has lost its own: models begin
/// where a selection began, behind the indentation. Then only this one is mended.
pub fn rebase(lines: &[&str], base: &str, style: Option<Style>, selected: &str) -> Vec<String> {
    let known = Known::of(selected);
    // A reply that mostly repeats lines as they are has the document's style, whatever that is.
    let own = if known.are_most(lines) { None } else { Style::of(lines.iter().copied()) };
    let styled: Vec<String> = lines.iter().map(|line| restyled(line, own, style)).collect();
    let Some(first) = styled.iter().position(|line| !line.is_empty()) else { return styled };
    let unit = style.or(own).map_or(DEFAULT_UNIT, Style::unit);
    let from = indentation::of(&styled[first]).to_owned();
    let moved = moved(&styled, &from, base, unit, style);
    let rest = first + 1..lines.len();
    let (still, along) = (known.count(&lines[rest.clone()]), known.count(&moved[rest]));
    let first_alone_is_off = match still.cmp(&along) {
        Ordering::Less => false,
        Ordering::Greater if known.begin_with(lines[first]) => true,
        _ => first_alone_is_off(&styled, columns(base, unit), unit),
    };
    if !first_alone_is_off && from != base && indentation::of(lines[first]) != base {
        return moved;
    }
    let mut placed = if first_alone_is_off || from == base { styled } else { moved };
    for (line, raw) in placed.iter_mut().zip(lines).filter(|(_, raw)| known.lines.contains(*raw)) {
        (*raw).clone_into(line);
    }
    if first_alone_is_off {
        placed[first] = format!("{base}{}", placed[first].trim_start_matches([' ', '\t']));
    }
    placed
}

/// `lines` with the indentation `base` where they have `from`, and as much more or less where they have that.
fn moved(lines: &[String], from: &str, base: &str, unit: usize, style: Option<Style>) -> Vec<String> {
    let moved = |line: &String| match line.strip_prefix(from) {
        _ if line.is_empty() => String::new(),
        Some(rest) => format!("{base}{rest}"),
        // Less deep than the first: the end of a block whose head is not part of it.
        None => {
            let deep = columns(indentation::of(line), unit) + columns(base, unit);
            let columns = deep.saturating_sub(columns(from, unit));
            format!("{}{}", space(columns, style), line.trim_start_matches([' ', '\t']))
        }
    };
    lines.iter().map(moved).collect()
}

/// The selected lines as they stand, without breaks.
struct Known<'a> {
    lines: HashSet<&'a str>,
    first: &'a str,
}

impl<'a> Known<'a> {
    fn of(selected: &'a str) -> Self {
        let lines = || line_break::lines(selected).map(line_break::content);
        Self { lines: lines().collect(), first: lines().find(|line| !line::is_blank(line)).unwrap_or_default() }
    }

    /// How many of `lines` were selected just so, blank ones aside.
    fn count(&self, lines: &[impl AsRef<str>]) -> usize {
        let lines = lines.iter().map(AsRef::as_ref);
        lines.filter(|line| !line::is_blank(line) && self.lines.contains(line)).count()
    }

    /// Whether most of those of `lines` that are indented were selected just so.
    fn are_most(&self, lines: &[&str]) -> bool {
        let indented: Vec<&str> = lines.iter().copied().filter(|line| !indentation::of(line).is_empty()).collect();
        self.count(&indented) * 2 > indented.len()
    }

    /// Whether the selection begins with `line`, their indentation aside.
    fn begin_with(&self, line: &str) -> bool {
        self.first.trim() == line.trim()
    }
}

/// White space of so many columns.
fn space(columns: usize, style: Option<Style>) -> String {
    match style {
        Some(Style::Tabs) => "\t".repeat(columns / DEFAULT_UNIT) + &" ".repeat(columns % DEFAULT_UNIT),
        _ => " ".repeat(columns),
    }
}

/// `line` with the indentation signs of `to` for those of `from`; empty if it is blank.
fn restyled(line: &str, from: Option<Style>, to: Option<Style>) -> String {
    if line::is_blank(line) {
        return String::new();
    }
    let space = indentation::of(line);
    let code = &line[space.len()..];
    match (from, to) {
        (Some(Style::Tabs), Some(Style::Spaces(unit))) => format!("{}{code}", " ".repeat(columns(space, unit))),
        (Some(Style::Spaces(unit)), Some(Style::Tabs)) => {
            let columns = columns(space, unit);
            format!("{}{}{code}", "\t".repeat(columns / unit), " ".repeat(columns % unit))
        }
        _ => line.to_owned(),
    }
}

/// Whether the first line lacks `base` columns that all others have.
fn first_alone_is_off(lines: &[String], base: usize, unit: usize) -> bool {
    let width = |line: &String| columns(indentation::of(line), unit);
    let mut rest = lines[1..].iter().filter(|line| !line.is_empty());
    let (Some(first), Some(second), Some(last)) = (lines.first(), rest.next(), lines.last()) else { return false };
    let others = || lines[1..].iter().filter(|line| !line.is_empty()).map(width);
    if base == 0 || width(first) > 0 || others().any(|other| other < base) {
        return false;
    }
    let goes_on = second.trim_start().starts_with(['.', '?', '&', '|', '+', '-', '*', ':']);
    let opens = goes_on || line::shape(first, "").opens || first.trim_end().ends_with(['=', '+', '|', '&', ',', '\\']);
    let closed = width(last) == base && line::shape(last, "").closes && width(second) > base;
    // What follows an opened block is deeper than its head would be: at `base` it were not.
    !opens || closed || others().all(|other| other > base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reply: &str, base: &str, style: Style, expected: &str) {
        let lines: Vec<&str> = reply.split('\n').collect();
        assert_eq!(rebase(&lines, base, Some(style), "").join("\n"), expected);
    }

    #[test]
    fn styles_are_told_by_the_steps_between_lines() {
        let of = |text: &str| Style::of(text.lines());
        assert_eq!(of("a\nb\n"), None);
        assert_eq!(of("a\n  b\n    c\n"), Some(Style::Spaces(2)));
        assert_eq!(of("a {\n    b {\n        c\n    }\n}\n"), Some(Style::Spaces(4)));
        assert_eq!(of("a {\n\tb\n}\n"), Some(Style::Tabs));
        assert_eq!(of("/**\n * a\n */\nf() {\n  b\n}\n"), Some(Style::Spaces(2)));
    }

    #[test]
    fn a_reply_moves_as_a_whole() {
        check("a {\n    b\n\n}", "    ", Style::Spaces(4), "    a {\n        b\n\n    }");
        check("        a {\n            b\n        }", "    ", Style::Spaces(4), "    a {\n        b\n    }");
        check("\ta", "", Style::Tabs, "a");
        check("    a\n  \n    b", "    ", Style::Spaces(4), "    a\n\n    b");
    }

    #[test]
    fn signs_become_those_of_the_document() {
        check("a {\n  b {\n    c\n  }\n}", "\t", Style::Tabs, "\ta {\n\t\tb {\n\t\t\tc\n\t\t}\n\t}");
        check("a {\n\tb\n}", "  ", Style::Spaces(2), "  a {\n    b\n  }");
        check("/**\n * a\n */\nf() {\n    b\n}", "\t", Style::Tabs, "\t/**\n\t * a\n\t */\n\tf() {\n\t\tb\n\t}");
    }

    #[test]
    fn a_first_line_alone_may_have_lost_its_indentation() {
        check("a;\n    b;", "    ", Style::Spaces(4), "    a;\n    b;");
        check("if a {\n        b;\n    }", "    ", Style::Spaces(4), "    if a {\n        b;\n    }");
        check("if a:\n    b", "    ", Style::Spaces(4), "    if a:\n        b");
        check("a\n    .b()\n    .c()", "    ", Style::Spaces(4), "    a\n        .b()\n        .c()");
    }
}
