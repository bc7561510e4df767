//! One line while it is scanned, and what was found in it.

use super::line_state::LineState;
use super::value_syntax::ValueSyntax;

/// A secret in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Byte offset in the line.
    pub start: u32,
    /// Byte offset in the line, behind the secret.
    pub end: u32,
    /// The rule that found it.
    pub rule: &'static str,
    /// The secret goes on from the line above: a private key.
    pub continues: bool,
}

/// One line while it is scanned.
pub struct Line<'a> {
    /// The line without its end.
    pub text: &'a str,
    /// How its language writes values.
    pub kind: ValueSyntax,
    /// What the lines above have left open; becomes what this line leaves open.
    pub state: &'a mut LineState,
    pub(super) found: Vec<Found>,
    /// The end of the last name that was read: a name holds several stems.
    pub(super) named: usize,
}

impl<'a> Line<'a> {
    /// The line's bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The byte at `at`, or NUL behind the end.
    pub fn byte(&self, at: usize) -> u8 {
        self.bytes().get(at).copied().unwrap_or_default()
    }

    /// The text from `from` on; empty behind the end and within a character.
    pub fn from(&self, from: usize) -> &'a str {
        self.text.get(from..).unwrap_or_default()
    }

    /// The text before `to`.
    pub fn before(&self, to: usize) -> &'a str {
        self.text.get(..to).unwrap_or_default()
    }

    /// The text between two offsets.
    pub fn between(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The first byte that is neither space nor tab at or after `at`.
    pub fn skip_blank(&self, at: usize) -> usize {
        at + self.bytes().get(at..).unwrap_or_default().iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
    }

    /// Columns of blank at the line's beginning.
    pub fn indent(&self) -> u16 {
        u16::try_from(self.skip_blank(0)).unwrap_or(u16::MAX)
    }

    /// Masks a range.
    pub fn add(&mut self, start: usize, end: usize, rule: &'static str) {
        self.push(start, end, rule, false);
    }

    /// Masks a range that belongs to the secret of the line above.
    pub fn add_continuing(&mut self, start: usize, end: usize, rule: &'static str) {
        self.push(start, end, rule, true);
    }

    fn push(&mut self, start: usize, end: usize, rule: &'static str, continues: bool) {
        let (Ok(from), Ok(to)) = (u32::try_from(start), u32::try_from(end)) else { return };
        if start < end && self.text.get(start..end).is_some() {
            self.found.push(Found { start: from, end: to, rule, continues });
        }
    }

    /// Whether something at or behind `at` was masked.
    pub fn masked_from(&self, at: usize) -> bool {
        self.found.iter().any(|found| found.end as usize > at)
    }
}
