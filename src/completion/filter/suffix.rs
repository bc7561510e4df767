//! Cuts what stands after the cursor already: the rest of the line, and the lines below.

use crate::completion::{Window, line, reason::Filter};

/// `block` without what the suffix says, and how many bytes right of the cursor it replaces.
pub fn cut<'a>(window: &Window, language: &str, block: &'a str) -> Result<(&'a str, usize), Filter> {
    let left = cut_lines_below(window, language, block);
    if left.is_empty() && !line::is_blank(block) {
        return Err(Filter::Suffix);
    }
    let block = left;
    let rest = window.line_after().trim_end();
    if rest.is_empty() {
        return Ok((block, 0));
    }
    if let Some(cut) = block.trim_end().strip_suffix(rest) {
        return if line::is_blank(cut) { Err(Filter::Suffix) } else { Ok((cut, 0)) };
    }
    let open = line::shape(window.line_before(), language).net + net(block);
    if open <= 0 && closes_again(block, rest) {
        return Ok((block, rest.len()));
    }
    Ok((block, 0))
}

/// `block` up to the line from which on every line is one of the lines below, in their order.
fn cut_lines_below<'a>(window: &Window, language: &str, block: &'a str) -> &'a str {
    let below: Vec<&str> = window.lines_below().skip_while(|line| line::is_blank(line)).collect();
    let lines: Vec<&str> = block.trim_end().split('\n').collect();
    let mut depth = 0;
    let mut kept = 0;
    for (at, text) in lines.iter().enumerate() {
        let whole = if at == 0 { format!("{}{text}", window.line_before()) } else { (*text).to_owned() };
        let shape = line::shape(&whole, language);
        let own_closer = shape.closes && depth > 0;
        if !line::is_blank(&whole) && !own_closer && repeats(&whole, &lines[at + 1..], &below) {
            return block[..kept].trim_end();
        }
        depth = (depth + line::shape(text, language).net).max(0);
        kept += text.len() + 1;
    }
    block
}

/// Whether `first` and then `rest` are the first lines `below`.
fn repeats(first: &str, rest: &[&str], below: &[&str]) -> bool {
    let same = |(ours, theirs): (&&str, &&str)| ours.trim_end() == theirs.trim_end();
    below.len() > rest.len() && same((&first, &below[0])) && rest.iter().zip(&below[1..]).all(same)
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
