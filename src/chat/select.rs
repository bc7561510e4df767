//! What a request is about: the selection in whole lines, or the block around the cursor.

use std::ops::Range;

use ropey::Rope;

use crate::text::line;
use crate::text::line_break::content;

mod block;

/// What the bytes `range` of `text` ask about.
///
/// A selection is that, together with the white space beside it that completes a line: the indentation of its first line
/// and what trails its last, without the line end. An end at the start of a line stays there.
///
/// An empty range is the block around it: the innermost by brackets or indentation, with its head, and the comments and
/// attributes right above that; else its line. On a blank line outside of any block it stays empty. `language` is an LSP
/// language identifier. No end ever lies inside of a character or of `\r\n`.
pub fn target(text: &Rope, range: Range<usize>, language: &str) -> Range<usize> {
    let (start, end) = (place(text, range.start.min(range.end)), place(text, range.start.max(range.end)));
    if start < end {
        return whole_lines(text, start..end);
    }
    let at = text.byte_to_line(start);
    match block::around(text, at, language) {
        Some((first, last)) => text.line_to_byte(first)..content_end(text, last),
        None if line::is_blank(&line_at(text, at)) => start..start,
        None => text.line_to_byte(at)..content_end(text, at),
    }
}

/// As [`target`], but an empty range is the innermost block with a name: a function or a type, rather than the loop in
/// it. What is documented or tested is that.
pub fn definition(text: &Rope, range: Range<usize>, language: &str) -> Range<usize> {
    let mut found = target(text, range.clone(), language);
    if !range.is_empty() || found.is_empty() {
        return found;
    }
    let mut at = place(text, range.start);
    while let Some((first, last)) = block::around(text, text.byte_to_line(at), language) {
        let block = text.line_to_byte(first)..content_end(text, last);
        if block::defines(text, first, last, language) {
            return block;
        }
        // The block around a block is the one around the line above it that is less deep.
        let Some(outer) = block::outside(text, first, language) else { break };
        if outer >= first {
            break;
        }
        at = text.line_to_byte(outer);
        found = if found.is_empty() { block } else { found };
    }
    found
}

fn whole_lines(text: &Rope, range: Range<usize>) -> Range<usize> {
    let (first, last) = (text.byte_to_line(range.start), text.byte_to_line(range.end));
    let selected = text.byte_slice(range.clone());
    if selected.chars().all(char::is_whitespace) {
        return range;
    }
    let start = text.line_to_byte(first);
    let before = text.byte_slice(start..range.start);
    let end = content_end(text, last).max(range.end);
    let after = text.byte_slice(range.end..end);
    let ends_line = range.end == text.line_to_byte(last);
    Range {
        start: if before.chars().all(is_space) { start } else { range.start },
        end: if !ends_line && after.chars().all(is_space) { end } else { range.end },
    }
}

fn is_space(c: char) -> bool {
    c == ' ' || c == '\t'
}

/// `at`, or the start of the character or line break it lies in.
fn place(text: &Rope, at: usize) -> usize {
    let index = text.byte_to_char(at.min(text.len_bytes()));
    let splits = index > 0 && text.get_char(index) == Some('\n') && text.get_char(index - 1) == Some('\r');
    text.char_to_byte(if splits { index - 1 } else { index })
}

/// A line without its break.
fn line_at(text: &Rope, at: usize) -> String {
    let mut line = text.get_line(at).map(|line| line.to_string()).unwrap_or_default();
    line.truncate(content(&line).len());
    line
}

/// Where the content of a line ends, in bytes of the text.
fn content_end(text: &Rope, at: usize) -> usize {
    text.line_to_byte(at) + line_at(text, at).len()
}

#[cfg(test)]
mod tests;
