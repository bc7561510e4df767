//! The scan of a document, kept by lines and brought up to date after edits.

use std::borrow::Cow;

use super::by_line::ByLine;
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
    /// Where that line begins, in bytes; at the text's end behind the last.
    fn start(&self, number: usize) -> usize;
}

/// The lines of a string.
#[derive(Debug)]
pub struct Split<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Split<'a> {
    /// Splits `text`.
    pub fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let is_end = |at: &usize| bytes.get(*at) != Some(&b'\r') || bytes.get(at + 1) != Some(&b'\n');
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes).filter(is_end);
        Self { text, starts: std::iter::once(0).chain(ends.map(|end| end + 1)).collect() }
    }
}

impl Lines for Split<'_> {
    fn count(&self) -> usize {
        self.starts.len()
    }

    fn line(&self, number: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.text.get(self.start(number)..self.start(number + 1)).unwrap_or_default())
    }

    fn start(&self, number: usize) -> usize {
        self.starts.get(number).copied().unwrap_or(self.text.len())
    }
}

/// What was found in a document. Most lines hold no secret and inherit nothing from those above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    kind: ValueSyntax,
    count: usize,
    read: Read,
}

/// What was read in some lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Read {
    /// The states before them, but for those that are as at the text's beginning.
    before: ByLine<LineState>,
    found: ByLine<Found>,
}

impl Scan {
    pub(super) fn new(scanner: &LineScanner, lines: &impl Lines, kind: ValueSyntax) -> Self {
        let mut scan = Self { kind, count: lines.count(), read: Read::default() };
        let (mut read, mut state) = (Read::default(), LineState::default());
        for number in 0..scan.count {
            scan.read_line(scanner, lines, number, &mut state, &mut read);
        }
        scan.read = read;
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
        let first = first.min(self.count);
        let removed = removed.min(self.count - first);
        let mut state = self.before(first);
        // The state behind a line is the one before the next; where there is none, the line above says it again.
        if let Some(above) = first.checked_sub(1).filter(|_| first == self.count) {
            state = self.before(above);
            self.read_line(scanner, lines, above, &mut state, &mut Read::default());
        }
        self.count = self.count - removed + added;
        let (mut read, mut number) = (Read::default(), first);
        while number < first + added || number < self.count && self.before(number + removed - added) != state {
            self.read_line(scanner, lines, number, &mut state, &mut read);
            number += 1;
        }
        let replaced = first..number + removed - added;
        self.read.before.replace(replaced.clone(), number - first, read.before);
        self.read.found.replace(replaced, number - first, read.found);
        number - first
    }

    /// The state before a line.
    fn before(&self, number: usize) -> LineState {
        self.read.before.of(number).next().copied().unwrap_or_default()
    }

    fn read_line(
        &self,
        scanner: &LineScanner,
        lines: &impl Lines,
        number: usize,
        state: &mut LineState,
        read: &mut Read,
    ) {
        if *state != LineState::default() {
            read.before.push(number, *state);
        }
        let mut found = Vec::new();
        scanner.scan(&lines.line(number), self.kind, state, &mut found);
        found.into_iter().for_each(|one| read.found.push(number, one));
    }

    /// The secrets with their offsets in the text, whose lines these are.
    pub fn masked(&self, lines: &impl Lines) -> Masked {
        let secret = |(number, found): (usize, &Found)| {
            let start = lines.start(number);
            let range = start + found.start as usize..start + found.end as usize;
            Secret { range, rule: found.rule, continues: found.continues }
        };
        Masked { secrets: self.read.found.iter().map(secret).collect() }
    }
}
