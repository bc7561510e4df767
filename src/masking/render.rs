//! Masked text, and positions in it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use ropey::Rope;

use super::text::MaskedText;
use super::{Masked, Secret, placeholder};

/// A text of which parts are taken.
pub trait Source {
    /// The bytes `range`; empty where that is no part of it.
    fn part(&self, range: Range<usize>) -> Cow<'_, str>;
}

impl Source for str {
    fn part(&self, range: Range<usize>) -> Cow<'_, str> {
        Cow::Borrowed(self.get(range).unwrap_or_default())
    }
}

impl Source for Rope {
    fn part(&self, range: Range<usize>) -> Cow<'_, str> {
        // The end of a range whose start lies behind it is that start.
        let range = range.start..range.end.max(range.start);
        self.get_byte_slice(range).map(Cow::from).unwrap_or_default()
    }
}

/// The placeholders of one request: the same secret has the same one in all its texts, in the order of first use.
#[derive(Debug, Clone, Default)]
pub struct Placeholders {
    numbers: HashMap<String, usize>,
    for_keys: bool,
}

impl Placeholders {
    /// Those of our own keys where the text has placeholders already: numbered from 0.
    pub(super) fn for_keys() -> Self {
        Self { for_keys: true, ..Self::default() }
    }

    /// How many secrets have one.
    pub fn count(&self) -> usize {
        self.numbers.len()
    }

    fn of(&mut self, secret: &str) -> String {
        let next = self.numbers.len() + usize::from(!self.for_keys);
        let number = match self.numbers.get(secret) {
            Some(number) => *number,
            None => {
                self.numbers.insert(secret.to_owned(), next);
                next
            }
        };
        placeholder::of(number)
    }
}

/// A part of a text, masked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    /// The masked text: as many lines as the part has.
    pub text: MaskedText,
    /// What was replaced: bytes of the whole original text, and bytes of `text`.
    pub replaced: Vec<(Range<usize>, Range<usize>)>,
    /// Where the part begins in the original.
    start: usize,
}

impl Masked {
    /// The secret that `offset` is inside of, or at an end of: there is nothing to complete there.
    pub fn at(&self, offset: usize) -> Option<&Secret> {
        let next = self.secrets.partition_point(|secret| secret.range.end < offset);
        self.secrets.get(next).filter(|secret| secret.range.start <= offset)
    }

    /// The part `part` (bytes) of `text` with placeholders for its secrets. A secret that the part's edge cuts is
    /// replaced as a whole.
    pub fn render(
        &self,
        text: &(impl Source + ?Sized),
        part: Range<usize>,
        placeholders: &mut Placeholders,
    ) -> Rendered {
        let mut masked = String::with_capacity(part.len());
        let mut replaced = Vec::new();
        let mut copied = part.start;
        let first = self.secrets.partition_point(|secret| secret.range.end <= part.start);
        for (index, secret) in self.secrets.iter().enumerate().skip(first) {
            if secret.range.start >= part.end {
                break;
            }
            masked.push_str(&text.part(copied..secret.range.start.max(copied)));
            let from = masked.len();
            masked.push_str(&placeholders.of(&text.part(self.beginning(index))));
            replaced.push((secret.range.clone(), from..masked.len()));
            copied = secret.range.end;
        }
        if copied < part.end {
            masked.push_str(&text.part(copied..part.end));
        }
        Rendered { text: MaskedText::new(masked), replaced, start: part.start }
    }

    /// The range that names the secret at `index`: its first line.
    fn beginning(&self, index: usize) -> Range<usize> {
        let lines = self.secrets.get(..=index).unwrap_or_default();
        lines
            .iter()
            .rev()
            .find(|secret| !secret.continues)
            .or(lines.first())
            .map(|secret| secret.range.clone())
            .unwrap_or_default()
    }
}

impl Rendered {
    /// Where `offset` (bytes of the original) stands in the masked text; inside a secret, behind its placeholder.
    pub fn to_masked(&self, offset: usize) -> usize {
        let mut shift_from = (self.start, 0);
        for (original, masked) in &self.replaced {
            if offset <= original.start {
                break;
            }
            if offset < original.end {
                return masked.end;
            }
            shift_from = (original.end, masked.end);
        }
        shift_from.1 + offset.saturating_sub(shift_from.0)
    }

    /// Where `offset` (bytes of the masked text) stands in the original; inside a placeholder, behind its secret.
    pub fn to_original(&self, offset: usize) -> usize {
        let mut shift_from = (self.start, 0);
        for (original, masked) in &self.replaced {
            if offset <= masked.start {
                break;
            }
            if offset < masked.end {
                return original.end;
            }
            shift_from = (original.end, masked.end);
        }
        shift_from.0 + offset.saturating_sub(shift_from.1)
    }
}
