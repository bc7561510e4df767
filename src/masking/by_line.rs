//! What few lines of a text have, kept by line.

use std::ops::Range;

/// Values by the numbers of their lines, from 0; a line may have several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByLine<T> {
    entries: Vec<(usize, T)>,
}

impl<T> Default for ByLine<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> ByLine<T> {
    /// Adds a value of the last line that has any, or of one below it.
    pub fn push(&mut self, line: usize, value: T) {
        self.entries.push((line, value));
    }

    /// What a line has.
    pub fn of(&self, line: usize) -> impl Iterator<Item = &T> {
        let first = self.before(line);
        let own = self.entries.iter().skip(first).take_while(move |(number, _)| *number == line);
        own.map(|(_, value)| value)
    }

    /// All, in the order of their lines.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        self.entries.iter().map(|(line, value)| (*line, value))
    }

    /// Lines became so many others, which have what `new` has, by their new numbers.
    pub fn replace(&mut self, lines: Range<usize>, added: usize, new: Self) {
        let entries = self.before(lines.start)..self.before(lines.end);
        if added != lines.len() {
            for (line, _) in &mut self.entries[entries.end..] {
                *line = *line - lines.len() + added;
            }
        }
        self.entries.splice(entries, new.entries);
    }

    /// How many values the lines above `line` have.
    fn before(&self, line: usize) -> usize {
        self.entries.partition_point(|(number, _)| *number < line)
    }
}
