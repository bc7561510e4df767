//! What is asked: the text around the cursor, read into tokens.

use crate::{
    segment::folder,
    tokens::{Token, indentation, is_word_byte, tokenize},
};

/// How much of the text before the cursor (bytes) is read: some hundred lines, more than any match needs.
const CONTEXT_BYTES: usize = 8192;
/// Equal text this far (bytes) to both sides of a place means that it is the cursor's own.
const OWN_BYTES: usize = 64;

/// Where a prediction is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The document's key, as given to [`Index::open`](crate::Index::open); its folder tells what is near.
    pub key: &'a str,
    /// LSP's language identifier.
    pub language: &'a str,
    /// The text before the cursor; the last few KB are enough.
    pub before: &'a str,
    /// The text after the cursor; the first few KB are enough.
    pub after: &'a str,
}

/// A place read into tokens.
#[derive(Debug)]
pub struct Query<'a> {
    /// The place itself.
    pub place: Place<'a>,
    /// The tokens before the cursor, nearest first, without the word the cursor is in.
    pub context: Vec<Token>,
    /// The text they are read from.
    read: &'a str,
    /// Their starts in it, in its order.
    starts: Vec<u32>,
    /// The part of a word right before the cursor.
    pub partial: &'a str,
    /// The cursor's line up to the cursor.
    pub line: &'a str,
    /// The tokens after the cursor on its line.
    pub suffix: Vec<Token>,
    /// The indentation of the nearest line above that holds something.
    pub indent_above: &'a str,
    /// The last text before the cursor, and the first after it, by which it is known again in its document: without the
    /// word begun, and without the white space around it.
    pub own_before: &'a str,
    /// See [`own_before`](Self::own_before).
    pub own_after: &'a str,
    /// The folder of the document's key.
    pub folder: &'a str,
}

impl<'a> Query<'a> {
    /// Reads a place.
    pub fn new(place: Place<'a>) -> Self {
        let near = tail(place.before, CONTEXT_BYTES);
        let line_start = near.rfind('\n').map_or(0, |at| at + 1);
        let line = &near[line_start..];
        let word = line.bytes().rev().take_while(|&byte| is_word_byte(byte)).count();
        let partial = &line[line.len() - word..];
        let read = &near[..near.len() - word];
        let (mut context, mut starts) = (Vec::with_capacity(read.len() / 3), Vec::with_capacity(read.len() / 3));
        tokenize(read, 0, &mut context, &mut starts);
        context.reverse();
        let mut suffix = Vec::new();
        tokenize(place.after.lines().next().unwrap_or_default(), 0, &mut suffix, &mut Vec::new());
        let above = near[..line_start].lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        Self {
            place,
            context,
            read,
            starts,
            partial,
            line,
            suffix,
            indent_above: indentation(above),
            own_before: tail(read.trim_end(), OWN_BYTES),
            own_after: head(place.after.trim_start(), OWN_BYTES),
            folder: folder(place.key),
        }
    }

    /// The text of the context's token `at`.
    pub fn name(&self, at: usize) -> &'a str {
        let start = self.starts.iter().rev().nth(at);
        let rest = start.and_then(|&start| self.read.get(start as usize..)).unwrap_or_default();
        let is_word = self.context.get(at).is_some_and(|token| token.is_word());
        let len = if is_word { rest.bytes().take_while(|&byte| is_word_byte(byte)).count() } else { 1 };
        rest.get(..len).unwrap_or_default()
    }

    /// The first byte of the word begun.
    pub fn begun(&self) -> Option<u8> {
        self.partial.bytes().next()
    }

    /// Whether the cursor stands in the middle of a word.
    pub fn splits_word(&self) -> bool {
        !self.partial.is_empty() && self.place.after.bytes().next().is_some_and(is_word_byte)
    }

    /// Whether nothing but white space and at most one word begun stands before the cursor on its line.
    pub fn starts_line(&self) -> bool {
        self.line.len() - self.partial.len() == self.indent().len()
    }

    /// The indentation of the cursor's line.
    pub fn indent(&self) -> &'a str {
        indentation(self.line)
    }

    /// Whether the white space that would stand before the next token has been typed.
    pub fn spaced(&self) -> bool {
        self.line.ends_with([' ', '\t'])
    }
}

/// The last `bytes` of `text`, a little less where that would cut a character.
pub fn tail(text: &str, bytes: usize) -> &str {
    let mut from = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

/// The first `bytes` of `text`, a little less where that would cut a character.
fn head(text: &str, bytes: usize) -> &str {
    let mut to = text.len().min(bytes);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    &text[..to]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, names: &[&str], partial: &str, starts_line: bool, spaced: bool) {
        let (before, after) = text.split_once("<cursor>").unwrap();
        let query = Query::new(Place { key: "a", language: "text", before, after });
        assert_eq!((0..query.context.len()).map(|at| query.name(at)).collect::<Vec<_>>(), names);
        assert_eq!((query.partial, query.starts_line(), query.spaced()), (partial, starts_line, spaced));
    }

    #[test]
    fn reads_the_tokens_before_the_cursor_nearest_first() {
        check("let größe = fo<cursor>", &["=", "größe", "let"], "fo", false, false);
        check("a;\r\n\r\n    <cursor>", &["\n", ";", "a"], "", true, true);
        check("a;\n\tre<cursor>", &["\n", ";", "a"], "re", true, false);
        check("<cursor>", &[], "", true, false);
    }

    #[test]
    fn sees_a_cursor_inside_a_word() {
        let at = |before, after| Query::new(Place { key: "a", language: "text", before, after }).splits_word();
        assert!(at("fo", "o"));
        assert!(!at("foo", ")") && !at("foo ", "o"));
    }
}
