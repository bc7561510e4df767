//! The scan of a document, kept by lines and brought up to date after edits.

use std::borrow::Cow;

use super::line::Found;
use super::line_scanner::LineScanner;
use super::line_state::LineState;
use super::value_syntax::ValueSyntax;
use super::{Masked, Secret};

/// A text by lines, each with its end; the ends are those of the protocol: `\n`, `\r\n`, `\r`.
pub trait Lines {
    /// How many lines there are. An empty text has one, a text that ends with a line's end one more than it has ends.
    fn count(&self) -> usize;
    /// The line `number`, from 0; empty behind the last.
    fn line(&self, number: usize) -> Cow<'_, str>;
}

/// The lines of a string.
#[derive(Debug)]
pub struct Split<'a> {
    lines: Vec<&'a str>,
}

impl<'a> Split<'a> {
    /// Splits `text`.
    pub fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut lines = Vec::new();
        let mut start = 0;
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            lines.push(text.get(start..=at).unwrap_or_default());
            start = at + 1;
        }
        lines.push(text.get(start..).unwrap_or_default());
        Self { lines }
    }
}

impl Lines for Split<'_> {
    fn count(&self) -> usize {
        self.lines.len()
    }

    fn line(&self, number: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.lines.get(number).copied().unwrap_or_default())
    }
}

/// What was found in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    kind: ValueSyntax,
    lines: Vec<Scanned>,
}

/// One line that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scanned {
    /// Bytes, with the line's end.
    length: u32,
    /// The state before the line.
    before: LineState,
    found: Vec<Found>,
}

impl Scan {
    pub(super) fn new(scanner: &LineScanner, lines: &impl Lines, kind: ValueSyntax) -> Self {
        let mut scan = Self { kind, lines: Vec::with_capacity(lines.count()) };
        let mut state = LineState::default();
        for number in 0..lines.count() {
            let scanned = scan.read(scanner, &lines.line(number), &mut state);
            scan.lines.push(scanned);
        }
        scan
    }

    pub(super) fn update(
        &mut self,
        scanner: &LineScanner,
        lines: &impl Lines,
        first: usize,
        removed: usize,
        added: usize,
    ) -> usize {
        let first = first.min(self.lines.len());
        let removed_end = (first + removed).min(self.lines.len());
        let mut state = match first.checked_sub(1).and_then(|above| Some((above, self.lines.get(above)?.before))) {
            // The state behind a line is the one before the next; where there is none, the line above says it again.
            Some((above, before)) => match self.lines.get(first) {
                Some(line) => line.before,
                None => {
                    let mut state = before;
                    self.read(scanner, &lines.line(above), &mut state);
                    state
                }
            },
            None => LineState::default(),
        };
        let mut new = Vec::with_capacity(added);
        for number in first..first + added {
            new.push(self.read(scanner, &lines.line(number), &mut state));
        }
        self.lines.splice(first..removed_end, new);
        let mut read = added;
        let mut number = first + added;
        while let Some(before) = self.lines.get(number).map(|line| line.before) {
            if before == state {
                break;
            }
            let scanned = self.read(scanner, &lines.line(number), &mut state);
            if let Some(line) = self.lines.get_mut(number) {
                *line = scanned;
            }
            number += 1;
            read += 1;
        }
        read
    }

    fn read(&self, scanner: &LineScanner, text: &str, state: &mut LineState) -> Scanned {
        let before = *state;
        let mut found = Vec::new();
        scanner.scan(text, self.kind, state, &mut found);
        Scanned { length: u32::try_from(text.len()).unwrap_or(u32::MAX), before, found }
    }

    /// The secrets with their offsets in the whole text.
    pub fn masked(&self) -> Masked {
        let mut secrets = Vec::new();
        let mut offset = 0;
        for line in &self.lines {
            secrets.extend(line.found.iter().map(|found| Secret {
                range: offset + found.start as usize..offset + found.end as usize,
                rule: found.rule,
                continues: found.continues,
            }));
            offset += line.length as usize;
        }
        Masked { secrets }
    }
}
