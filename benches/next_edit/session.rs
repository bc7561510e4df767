//! A session: some texts, and the hunks by which a person changed them.

use std::{ops::Range, sync::Arc};

use codestral_ls::next_edit::tokens::{Line, Marks};
use ropey::Rope;

/// One text before the session.
#[derive(Debug, Clone)]
pub struct File {
    pub key: Arc<str>,
    pub language: Arc<str>,
    pub text: String,
}

/// Lines that were replaced.
#[derive(Debug, Clone)]
pub struct Hunk {
    /// Which file.
    pub file: usize,
    /// Which lines of the text before the session.
    pub old: Range<usize>,
    /// What stands there then, with line ends.
    pub new: String,
}

/// The files that are open, and the hunks in the order of files and lines.
#[derive(Debug, Clone)]
pub struct Session {
    pub name: String,
    pub files: Vec<File>,
    pub hunks: Vec<Hunk>,
}

/// LSP's language identifier of a file name, for the languages that are measured.
pub fn language(path: &str) -> Option<&'static str> {
    let extension = path.rsplit_once('.')?.1;
    Some(match extension {
        "py" => "python",
        "ts" => "typescript",
        "tsx" => "typescriptreact",
        "go" => "go",
        "rs" => "rust",
        "java" => "java",
        "js" | "mjs" => "javascript",
        "jsx" => "javascriptreact",
        "c" | "h" => "c",
        "cc" | "cpp" | "hpp" => "cpp",
        "kt" => "kotlin",
        _ => return None,
    })
}

/// The texts of a session while it goes on, and what is left of it.
#[derive(Debug, Clone)]
pub struct Progress<'a> {
    pub session: &'a Session,
    pub texts: Vec<Rope>,
    pub done: Vec<bool>,
}

impl<'a> Progress<'a> {
    pub fn new(session: &'a Session) -> Self {
        Self {
            session,
            texts: session.files.iter().map(|file| Rope::from_str(&file.text)).collect(),
            done: vec![false; session.hunks.len()],
        }
    }

    /// The lines of `hunk` in its text as it is now.
    pub fn lines(&self, hunk: usize) -> Range<usize> {
        let wanted = &self.session.hunks[hunk];
        let mut start = wanted.old.start as isize;
        for (other, &done) in self.session.hunks.iter().zip(&self.done) {
            if done
                && other.file == wanted.file
                && (other.old.start, other.old.end) < (wanted.old.start, wanted.old.end)
            {
                start += other.new.split_inclusive('\n').count() as isize - other.old.len() as isize;
            }
        }
        let len = if self.done[hunk] { wanted.new.split_inclusive('\n').count() } else { wanted.old.len() };
        start as usize..start as usize + len
    }

    /// The bytes of these lines.
    pub fn bytes(&self, file: usize, lines: &Range<usize>) -> Range<usize> {
        let text = &self.texts[file];
        let at = |line: usize| if line >= text.len_lines() { text.len_bytes() } else { text.line_to_byte(line) };
        at(lines.start)..at(lines.end)
    }

    /// The edit of `hunk`: the bytes it replaces, without what both sides begin and end with, and by what.
    pub fn edit(&self, hunk: usize) -> (Range<usize>, String) {
        let wanted = &self.session.hunks[hunk];
        let bytes = self.bytes(wanted.file, &self.lines(hunk));
        let old = self.texts[wanted.file].byte_slice(bytes.clone()).to_string();
        let new = &wanted.new;
        let head: usize = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        let (rest_old, rest_new) = (&old[head..], &new[head..]);
        let tail: usize = rest_old
            .chars()
            .rev()
            .zip(rest_new.chars().rev())
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a.len_utf8())
            .sum();
        (bytes.start + head..bytes.end - tail, rest_new[..rest_new.len() - tail].into())
    }

    /// The remaining hunk that these edits do exactly, touching nothing else.
    pub fn right(&self, file: usize, edits: &[(Range<usize>, String)]) -> Option<usize> {
        (0..self.session.hunks.len()).find(|&hunk| {
            if self.done[hunk] || self.session.hunks[hunk].file != file {
                return false;
            }
            let (range, new) = self.edit(hunk);
            let (Some(first), Some(last)) = (edits.first(), edits.last()) else { return false };
            let (from, to) = (range.start.min(first.0.start), range.end.max(last.0.end));
            // What is far from the hunk is not in it: the texts would have to be compared for nothing.
            if to - from > 20_000 {
                return false;
            }
            self.result(file, from..to, edits) == self.result(file, from..to, &[(range, new)])
        })
    }

    /// Whether the edits do a part of a remaining hunk and nothing that would have to be taken back: with them, as many
    /// tokens fewer are left to be put in and taken out as they put in and take out.
    pub fn right_in_part(&self, file: usize, edits: &[(Range<usize>, String)]) -> bool {
        let (Some(first), Some(last)) = (edits.first(), edits.last()) else { return false };
        let marks = Marks::of(&self.session.files[file].language);
        (0..self.session.hunks.len()).any(|hunk| {
            if self.done[hunk] || self.session.hunks[hunk].file != file {
                return false;
            }
            let bytes = self.bytes(file, &self.lines(hunk));
            if bytes.start > first.0.start || bytes.end < last.0.end || bytes.len() > 4_000 {
                return false;
            }
            let now = tokens(&self.result(file, bytes.clone(), &[]), marks);
            let then = tokens(&self.result(file, bytes, edits), marks);
            let wanted = tokens(&self.session.hunks[hunk].new, marks);
            let cost = distance(&now, &then);
            cost > 0 && distance(&now, &wanted) == distance(&then, &wanted) + cost
        })
    }

    /// What would stand at `around` after `edits`.
    fn result(&self, file: usize, around: Range<usize>, edits: &[(Range<usize>, String)]) -> String {
        let mut text = self.texts[file].byte_slice(around.clone()).to_string();
        for (range, new) in edits.iter().rev() {
            text.replace_range(range.start - around.start..range.end - around.start, new);
        }
        text
    }

    /// Whether the edits bring lines back that the person replaced or took out at that place.
    pub fn reverts(&self, file: usize, edits: &[(Range<usize>, String)], before: &[Rope]) -> bool {
        let (Some(first), Some(last)) = (edits.first(), edits.last()) else { return false };
        let text = &self.texts[file];
        let around = text.byte_to_line(first.0.start)..text.byte_to_line(last.0.end) + 1;
        let bytes = self.bytes(file, &around);
        let now = text.byte_slice(bytes.clone()).to_string();
        let then = self.result(file, bytes, edits);
        (0..self.session.hunks.len()).any(|hunk| {
            let typed = &self.session.hunks[hunk];
            if !self.done[hunk] || typed.file != file {
                return false;
            }
            let lines = self.lines(hunk);
            if around.start > lines.end + 1 || around.end < lines.start {
                return false;
            }
            let old = typed.old.clone().map(|line| before[file].line(line).to_string());
            old.into_iter().filter(|line| !line.trim().is_empty() && !typed.new.contains(line.trim())).any(|line| {
                let stands = |text: &str| text.lines().any(|other| other.trim() == line.trim());
                stands(&then) && !stands(&now)
            })
        })
    }

    /// Replaces bytes of a text.
    pub fn apply(&mut self, file: usize, range: &Range<usize>, new: &str) {
        let text = &mut self.texts[file];
        let chars = text.byte_to_char(range.start)..text.byte_to_char(range.end);
        text.remove(chars.clone());
        text.insert(chars.start, new);
    }
}

fn tokens(text: &str, marks: Marks) -> Vec<u32> {
    text.lines().flat_map(|line| Line::new(line, marks).tokens).map(|token| token.hash).collect()
}

/// How many tokens must be taken out and put in to make `two` of `one`.
fn distance(one: &[u32], two: &[u32]) -> usize {
    let mut row = vec![0; two.len() + 1];
    for first in one {
        let mut corner = 0;
        for (at, second) in two.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if first == second { corner + 1 } else { above.max(row[at]) };
            corner = above;
        }
    }
    one.len() + two.len() - 2 * row[two.len()]
}
