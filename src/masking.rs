//! Secrets in text are found and masked before the text leaves the machine.
//!
//! The scan goes line by line with a small state between lines, so that after an edit only the lines are read again
//! whose text or state has changed ([`Scan::update`]); the result is the one of a whole scan. The whole document is
//! masked, and windows are cut from it afterwards ([`Masked::render`]): no window's edge lays part of a secret bare.

mod alphabet;
mod assignment;
mod by_line;
mod call;
mod document_scan;
pub mod documents;
pub mod examples;
pub mod formats;
mod layout;
mod line;
mod line_scanner;
mod line_state;
mod literal;
mod names;
pub mod own_keys;
pub mod placeholder;
mod render;
mod request;
mod secret_value;
mod separator;
mod text;
mod urls;
mod value_syntax;
mod values;
mod words;

pub use document_scan::{Lines, Scan, Split};
pub use line_scanner::prepare;
pub use render::{Placeholders, Rendered, Source};
pub use request::{MaskedRope, RequestMask};
pub use text::MaskedText;
pub use value_syntax::ValueSyntax;

use std::ops::Range;

use line_scanner::LineScanner;

/// The rules, compiled once; and the values that are known to be secret.
#[derive(Debug)]
pub struct Masker {
    scanner: LineScanner,
}

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Bytes of the text, on character boundaries, never across a line's end.
    pub range: Range<usize>,
    /// The rule that found it, for people: `github-token`, `password-by-name`.
    pub rule: &'static str,
    /// It is a further line of the secret before it, and gets the same placeholder.
    pub continues: bool,
}

/// The secrets of a text, in order and apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    secrets: Vec<Secret>,
}

impl Masked {
    /// In the order of the text; they do not overlap.
    pub fn secrets(&self) -> &[Secret] {
        &self.secrets
    }
}

impl Masker {
    /// `known`: values that are masked wherever they stand, as our own keys; those below 8 bytes are left out.
    pub fn new(known: &[&str]) -> Self {
        Self { scanner: LineScanner::new(known, false) }
    }

    /// Masks `known` and nothing else.
    pub fn only(known: &[&str]) -> Self {
        Self { scanner: LineScanner::new(known, true) }
    }

    /// Whether it masks nothing at all.
    pub fn is_idle(&self) -> bool {
        self.scanner.is_idle()
    }

    /// All of `text`, masked.
    pub fn text(&self, text: &str, kind: ValueSyntax, placeholders: &mut Placeholders) -> MaskedText {
        self.mask(text, kind).render(text, 0..text.len(), placeholders).text
    }

    /// The secrets of `text`.
    pub fn mask(&self, text: &str, kind: ValueSyntax) -> Masked {
        let lines = Split::new(text);
        self.scan(&lines, kind).masked(&lines)
    }

    /// Reads a document; the result can be kept and brought up to date by [`Scan::update`].
    pub fn scan(&self, lines: &impl Lines, kind: ValueSyntax) -> Scan {
        Scan::new(&self.scanner, lines, kind)
    }

    /// Brings `scan` up to date after an edit: `removed` lines from `first` on became `added` ones, which `lines`, the
    /// text after the edit, holds. Returns how many lines were read.
    pub fn update(&self, scan: &mut Scan, lines: &impl Lines, first: usize, removed: usize, added: usize) -> usize {
        scan.update(&self.scanner, lines, first, removed, added)
    }
}

#[cfg(test)]
mod tests;
