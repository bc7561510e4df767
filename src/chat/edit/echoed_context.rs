//! What a reply repeats of the text around the selection: the rest of a line, the head and foot of a function.

use crate::text::line;
use crate::text::line_break::content;

/// The most lines looked at on each side: a model that repeats more has been asked about a whole file.
const MAX_LINES: usize = 60;

/// Takes from `reply`, which goes between `before` and `after` on one line of the document, what it repeats of them.
pub fn within_line(reply: &mut [String], selected: &str, before: &str, after: &str) {
    let (before, after) = (before.trim(), after.trim());
    if !after.is_empty() && !selected.trim_end().ends_with(after) && !holds_bracket(after) {
        cut_end(reply, after);
    }
    if line::is_inert(before) || selected.trim_start().starts_with(before) {
        return;
    }
    let Some(rest) = reply.first().and_then(|first| first.trim_start().strip_prefix(before)).map(str::to_owned) else {
        return;
    };
    if rest.trim().is_empty() {
        return;
    }
    if let Some(first) = reply.first_mut() {
        *first = rest.trim_start().to_owned();
    }
    // With its start repeated, the end is as well, brackets or not.
    if !after.is_empty() && holds_bracket(after) && !selected.trim_end().ends_with(after) {
        cut_end(reply, after);
    }
}

fn cut_end(reply: &mut [String], after: &str) {
    let Some(last) = reply.last_mut() else { return };
    if let Some(rest) = last.trim_end().strip_suffix(after).filter(|rest| !rest.trim().is_empty()) {
        *last = rest.trim_end().to_owned();
    }
}

fn holds_bracket(text: &str) -> bool {
    text.bytes().any(|byte| line::bracket(byte) != 0)
}

/// How many lines at the start of `reply` repeat the lines right above the selection. `above` are these, upwards.
///
/// Blank lines do not count. A run of brackets alone tells nothing, nor one that the selected text begins with as well.
pub fn above<'a>(reply: &[&str], selected: &str, above: impl Iterator<Item = &'a str>) -> usize {
    let above: Vec<&str> =
        above.map(|line| content(line).trim()).filter(|line| !line.is_empty()).take(MAX_LINES).collect();
    let first = selected.lines().map(str::trim).find(|line| !line.is_empty());
    let lines: Vec<(usize, &str)> = told(reply).take(MAX_LINES).collect();
    let repeated = (1..=above.len().min(lines.len().saturating_sub(1))).rev().find(|count| {
        let run = &lines[..*count];
        run.iter().zip(above[..*count].iter().rev()).all(|((_, a), b)| a == b)
    });
    let Some(count) = repeated else { return 0 };
    let tells = lines[..count].iter().any(|(_, line)| !line::is_inert(line));
    if !tells || first == lines.first().map(|(_, line)| *line) { 0 } else { lines[count - 1].0 + 1 }
}

/// How many lines at the end of `reply`, which has the document's indentation already, repeat the lines right below.
/// `repeats_above`: the reply has repeated lines above the selection, so brackets alone tell enough.
pub fn below<'a>(reply: &[String], selected: &str, below: impl Iterator<Item = &'a str>, repeats_above: bool) -> usize {
    let below: Vec<&str> =
        below.map(|line| content(line).trim_end()).filter(|line| !line.is_empty()).take(MAX_LINES).collect();
    let last = selected.lines().rev().map(str::trim).find(|line| !line.is_empty());
    let lines: Vec<(usize, &str)> =
        reply.iter().enumerate().map(|(at, line)| (at, line.trim_end())).filter(|(_, line)| !line.is_empty()).collect();
    let repeated = (1..=below.len().min(lines.len().saturating_sub(1))).rev().find(|count| {
        let run = &lines[lines.len() - count..];
        run.iter().zip(&below[..*count]).all(|((_, a), b)| a == b)
    });
    let Some(count) = repeated else { return 0 };
    let run = &lines[lines.len() - count..];
    let net = |text: &str| text.bytes().map(line::bracket).sum::<i32>();
    // Brackets of its own that the reply closes are not those of the document.
    let total: i32 = reply.iter().map(|line| net(line)).sum();
    let owed = total - run.iter().map(|(_, line)| net(line)).sum::<i32>();
    let tells = repeats_above || run.iter().any(|(_, line)| !line::is_inert(line));
    let is_own = last == run.last().map(|(_, line)| line.trim());
    if tells && !is_own && owed == net(selected) { reply.len() - run[0].0 } else { 0 }
}

fn told<'a>(lines: &[&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
    lines.iter().enumerate().map(|(at, line)| (at, line.trim())).filter(|(_, line)| !line.is_empty())
}
