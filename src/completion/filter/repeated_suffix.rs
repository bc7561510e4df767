//! Cuts what stands after the cursor already: the rest of the line, and the lines below.

use super::{closing_quote, filter_name::Filter, repeated_closers, similar_lines, surroundings};
use crate::completion::Window;
use crate::text::line;

/// What is left of a block, and how it meets the rest of the line.
#[derive(Debug, Clone, Copy)]
pub struct Cut<'a> {
    /// The text.
    pub text: &'a str,
    /// How many bytes right of the cursor it replaces.
    pub replaces: usize,
    /// The model went on with what stands right of the cursor: the white space before that is part of the text.
    pub joins: bool,
}

/// `block` without what the suffix says. What the reply says `beyond` it tells whether it says the suffix, or something
/// like it that comes before it.
pub fn cut<'a>(window: &Window, language: &str, block: &'a str, beyond: &str) -> Result<Cut<'a>, Filter> {
    if repeated_closers::is_below(window, language, block, beyond) {
        return Err(Filter::Suffix);
    }
    let left = cut_lines_below(window, language, block, beyond);
    if left.is_empty() && !line::is_blank(block) {
        return Err(Filter::Suffix);
    }
    let block = left;
    let rest = window.line_after().trim_end();
    if rest.is_empty() {
        return Ok(Cut { text: block, replaces: 0, joins: false });
    }
    // What the block closes for itself is not the rest of the line.
    let keeps_angles = |cut: &str| !rest.starts_with('>') || open_angles(cut) <= open_angles(block).max(0);
    // An escaped quote closes no string.
    let is_escaped = |cut: &str| rest.starts_with(['"', '\'', '`']) && closing_quote::is_escaped(cut);
    let keeps_own =
        |cut: &&str| unmatched_openers(cut) <= unmatched_openers(block) && keeps_angles(cut) && !is_escaped(cut);
    let trimmed = block.trim_end();
    let cut = trimmed.strip_suffix(rest).or_else(|| without_rest(block, rest)).filter(keeps_own);
    let both_close = closes_both(window.line_before(), trimmed, rest);
    if let Some(cut) = cut.filter(|_| !both_close).or_else(|| without_semicolon(trimmed, rest, both_close)) {
        let blank = window.line_after().starts_with(' ');
        return joined(if blank { cut.trim_end() } else { cut });
    }
    let open = line::shape(window.line_before(), language).net + net(block);
    if open <= 0
        && let Some(cut) = without_closers_of(block.trim_end(), rest)
    {
        return joined(cut);
    }
    let replaces = if open <= 0 && closes_again(block, rest) { rest.len() } else { 0 };
    Ok(Cut { text: block, replaces, joins: false })
}

/// `text`, which closes again what the rest of the line closes, up to where it does: a client that replaces nothing has the
/// rest of the line stand behind it.
pub fn before_rest<'a>(window: &Window, text: &'a str) -> Result<&'a str, Filter> {
    let rest = window.line_after();
    let first = rest.trim_start().chars().next();
    let mut depth = 0;
    let mut before = None;
    let closes = |(_, c): &(usize, char)| -> bool {
        let is_escaped = before.replace(*c) == Some('\\');
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            _ => return Some(*c) == first && !is_escaped,
        }
        false
    };
    let end = text.char_indices().find(closes).map_or(0, |(at, _)| at);
    let kept = &text[..end];
    // The blank that an editor put before its bracket stands there.
    let kept = if rest.starts_with(' ') { kept.trim_end_matches(' ') } else { kept };
    if line::is_blank(kept) { Err(Filter::Suffix) } else { Ok(kept) }
}

fn joined(text: &str) -> Result<Cut<'_>, Filter> {
    if line::is_blank(text) { Err(Filter::Suffix) } else { Ok(Cut { text, replaces: 0, joins: true }) }
}

/// `block` up to the line from which on every line is one of the lines below, in their order.
fn cut_lines_below<'a>(window: &Window, language: &str, block: &'a str, beyond: &str) -> &'a str {
    let below: Vec<&str> = window.lines_below().skip_while(|line| line::is_blank(line)).collect();
    let lines: Vec<&str> = block.trim_end().split('\n').collect();
    let mut depth = 0;
    let mut kept = 0;
    for (at, text) in lines.iter().enumerate() {
        let whole = if at == 0 { format!("{}{text}", window.line_before()) } else { (*text).to_owned() };
        let shape = line::shape(&whole, language);
        let own_closer = shape.closes && depth > 0;
        if !line::is_blank(&whole) && !own_closer && repeats(&whole, &lines[at + 1..], &below, language) {
            let ours: Vec<&str> = std::iter::once(&*whole).chain(lines[at + 1..].iter().copied()).collect();
            if goes_elsewhere(&ours, &below, beyond, language) || are_missing(window, &ours, block, language) {
                return block;
            }
            return block[..kept].trim_end();
        }
        depth = (depth + line::shape(text, language).net).max(0);
        kept += text.len() + 1;
    }
    block
}

/// Whether a reply that says `lines`, the first lines `below`, goes on `beyond` them with another line than those go on
/// with. What closes more than is opened there leaves its place, and is no other line.
fn goes_elsewhere(lines: &[&str], below: &[&str], beyond: &str, language: &str) -> bool {
    let Some(ours) = beyond.split('\n').find(|line| !line::is_blank(line)) else { return false };
    let theirs = below[lines.len()..].iter().find(|line| !line::is_blank(line));
    // The last line may be growing still.
    let is_other =
        |theirs: &&str| !theirs.trim().starts_with(ours.trim()) && !similar_lines::are(ours, theirs, language);
    theirs.is_none_or(is_other) && repeated_closers::reopens(&lines.join("\n"), beyond, language)
}

/// Whether `lines`, the last ones of `block`, only close what is still open with those below.
fn are_missing(window: &Window, lines: &[&str], block: &str, language: &str) -> bool {
    if !(window.from_start && window.to_end) {
        return false;
    }
    let whole = || format!("{}{block}{}", window.prefix, window.suffix);
    let only_brackets = lines.iter().all(|text| line::is_inert(text));
    (only_brackets && surroundings::net(&whole(), language) >= 0)
        || repeated_closers::are_missing(lines, &whole(), language)
}

/// Whether `first` and then `rest` are the first lines `below`.
fn repeats(first: &str, rest: &[&str], below: &[&str], language: &str) -> bool {
    let same = |(ours, theirs): (&&str, &&str)| {
        ours.trim_end() == theirs.trim_end() || similar_lines::are(ours, theirs, language)
    };
    below.len() > rest.len() && same((&first, &below[0])) && rest.iter().zip(&below[1..]).all(same)
}

/// `block` without the semicolon at its end that stands behind closing brackets in `rest`.
fn without_semicolon<'a>(block: &'a str, rest: &str, both_close: bool) -> Option<&'a str> {
    let closers = rest.strip_suffix(';')?;
    let only_closers = !closers.is_empty() && closers.chars().all(|c| matches!(c, ')' | ']' | '}'));
    block
        .strip_suffix(';')
        .filter(|cut| only_closers && !cut.contains(['\n', ';']) && (both_close || unmatched_closers(cut).is_empty()))
}

/// Whether `rest` is closing brackets, and the line opens enough of their kind for those of `block` and for them.
fn closes_both(before: &str, block: &str, rest: &str) -> bool {
    let is_closing = |c: char| matches!(c, ')' | ']' | '}' | ';' | ',') || c.is_whitespace();
    if !rest.chars().all(is_closing) || !rest.contains([')', ']', '}']) {
        return false;
    }
    let mut open = vec![];
    [before, block, rest].into_iter().flat_map(str::chars).all(|c| match c {
        '(' | '[' | '{' => {
            open.push(c);
            true
        }
        ')' => open.pop() == Some('('),
        ']' => open.pop() == Some('['),
        '}' => open.pop() == Some('{'),
        _ => true,
    })
}

/// How many brackets `text` leaves open.
fn unmatched_openers(text: &str) -> i32 {
    text.bytes()
        .rev()
        .fold((0, 0), |(depth, open), byte| match line::bracket(byte) {
            1 if depth == 0 => (0, open + 1),
            net => (depth - net, open),
        })
        .1
}

/// `<` minus `>` in `text`, arrows and comparisons apart.
fn open_angles(text: &str) -> i32 {
    let bare = ["->", "=>", ">=", "<=", "<-"].iter().fold(text.to_owned(), |text, sign| text.replace(sign, ""));
    bare.matches('<').count() as i32 - bare.matches('>').count() as i32
}

/// `block` without `rest` at its end, where they differ by blanks only.
fn without_rest<'a>(block: &'a str, rest: &str) -> Option<&'a str> {
    let mut left = block;
    for c in rest.chars().rev().filter(|c| !c.is_whitespace()) {
        left = left.trim_end_matches([' ', '\t']).strip_suffix(c)?;
    }
    (left.len() < block.len()).then_some(left)
}

/// `block` without the brackets at its end that close none of its own and stand at the beginning of `rest` again.
fn without_closers_of<'a>(block: &'a str, rest: &str) -> Option<&'a str> {
    let own = unmatched_closers(block).len();
    // A bracket has one byte.
    (1..=own).rev().filter(|many| *many < rest.len()).find_map(|many| {
        let (cut, closers) = block.split_at_checked(block.len().checked_sub(many)?)?;
        let all_unmatched = unmatched_closers(cut).len() + many == own;
        (all_unmatched && rest.starts_with(closers)).then_some(cut)
    })
}

/// Whether `block` itself closes the brackets and quotes that `rest`, what an editor closed by itself, would close.
fn closes_again(block: &str, rest: &str) -> bool {
    let quotes = |text: &str| text.matches(['"', '\'', '`']).count();
    let own = unmatched_closers(block);
    // An editor puts them right behind the cursor, or with one blank for symmetry.
    line::is_inert(rest)
        && rest.len() - rest.trim_start().len() <= 1
        && is_subsequence(rest, block)
        && own == unmatched_closers(rest)
        && (!own.is_empty() || quotes(rest) % 2 == 1)
        && quotes(block) % 2 == quotes(rest) % 2
}

/// Brackets opened minus brackets closed.
fn net(text: &str) -> i32 {
    text.bytes().map(line::bracket).sum()
}

/// The closing brackets in `text` that close none of its own.
fn unmatched_closers(text: &str) -> Vec<char> {
    let (mut depth, mut closers) = (0, vec![]);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ')' | ']' | '}' => closers.push(c),
            _ => {}
        }
    }
    closers
}

/// Whether the characters of `part` occur in `whole` in their order: what VS Code demands of a replacement.
fn is_subsequence(part: &str, whole: &str) -> bool {
    let mut rest = whole.chars();
    part.chars().all(|wanted| rest.any(|c| c == wanted))
}
