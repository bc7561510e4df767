//! What an edit changes in a file, as a terminal shows it: lines with a sign and a colour, and some around them.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use imara_diff::{Algorithm, Diff as Hunks, InternedInput};

use crate::cli::terminal::visible;
use crate::text::line_break;

const HEADER: Style = Style::new().bold();
const PLACE: Style = AnsiColor::Cyan.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();

/// Lines shown around a change, as all tools of this kind do.
const CONTEXT: usize = 3;

/// A file before and after an edit.
pub(super) struct Diff<'a> {
    pub file: &'a str,
    pub before: &'a str,
    pub after: &'a str,
}

/// Prints the difference to stdout.
pub(super) fn print(diff: &Diff<'_>) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    write(&mut out, diff)?;
    out.flush()
}

fn write(out: &mut impl Write, diff: &Diff<'_>) -> io::Result<()> {
    writeln!(out, "{HEADER}--- {}\n+++ {}{HEADER:#}", diff.file, diff.file)?;
    let (before, after): (Vec<&str>, Vec<&str>) =
        (line_break::lines(diff.before).collect(), line_break::lines(diff.after).collect());
    let mut input = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let hunks: Vec<_> = Hunks::compute(Algorithm::Histogram, &input).hunks().collect();
    let mut next = 0;
    while next < hunks.len() {
        // Changes whose surroundings meet are shown together.
        let mut last = next;
        while last + 1 < hunks.len() && hunks[last + 1].before.start <= hunks[last].before.end + 2 * CONTEXT as u32 {
            last += 1;
        }
        let (first_line, end) = (hunks[next].before.start as usize, hunks[last].before.end as usize);
        let shown = first_line.saturating_sub(CONTEXT)..(end + CONTEXT).min(before.len());
        writeln!(out, "{PLACE}@@ line {} @@{PLACE:#}", shown.start + 1)?;
        let mut at = shown.start;
        for hunk in &hunks[next..=last] {
            line_by_line(out, &before[at..hunk.before.start as usize], ' ', Style::new())?;
            line_by_line(out, &before[hunk.before.start as usize..hunk.before.end as usize], '-', REMOVED)?;
            line_by_line(out, &after[hunk.after.start as usize..hunk.after.end as usize], '+', ADDED)?;
            at = hunk.before.end as usize;
        }
        line_by_line(out, &before[at..shown.end], ' ', Style::new())?;
        next = last + 1;
    }
    Ok(())
}

fn line_by_line(out: &mut impl Write, lines: &[&str], sign: char, style: Style) -> io::Result<()> {
    for line in lines {
        writeln!(out, "{style}{sign}{}{style:#}", visible(line_break::content(line)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str, expected: &str) {
        let mut out = anstream::StripStream::new(Vec::new());
        write(&mut out, &Diff { file: "f", before, after }).unwrap();
        let shown = String::from_utf8(out.into_inner()).unwrap();
        assert_eq!(shown, format!("--- f\n+++ f\n{expected}"));
    }

    #[test]
    fn changes_are_shown_with_three_lines_around() {
        check(
            "1\n2\n3\n4\n5\n6\n7\n8\n",
            "1\n2\n3\n4\nnew\n6\n7\n8\n",
            "@@ line 2 @@\n 2\n 3\n 4\n-5\n+new\n 6\n 7\n 8\n",
        );
        check("a\r\n", "a\r\nb\r\n", "@@ line 1 @@\n a\n+b\n");
        check("", "a", "@@ line 1 @@\n+a\n");
        check("a\n", "a\n", "");
    }

    #[test]
    fn changes_far_from_each_other_stand_apart() {
        let before: String = (1..=20).map(|n| format!("{n}\n")).collect();
        let after = before.replace("2\n3\n", "2\n").replace("18\n", "x\n");
        let expected = "@@ line 1 @@\n 1\n 2\n-3\n 4\n 5\n 6\n@@ line 15 @@\n 15\n 16\n 17\n-18\n+x\n 19\n 20\n";
        check(&before, &after, expected);
    }

    #[test]
    fn a_text_cannot_move_the_cursor() {
        check("", "\u{1b}[2Jx", "@@ line 1 @@\n+␛[2Jx\n");
    }
}
