//! What the model is told of other files: excerpts that hold the names which the text at the cursor is about to need.
//!
//! Files are cut into windows of lines, which overlap. A choice goes in two steps: windows that are like the text at the
//! cursor are found by their words (`similarity`); the names in them that this text lacks are worth telling, and the
//! fewest bytes that hold the most of them are chosen (`choice`).

mod choice;
mod file;
mod file_name;
mod holding;
mod identifiers;
mod index;
mod nearness;
mod recent;
mod similarity;
mod vocabulary;

use std::fmt::Debug;
use std::ops::Range;
use std::path::PathBuf;

pub use identifiers::by_line as identifiers_by_line;
pub use index::{ContextIndex, Coverage};
pub use nearness::imported_names;

use super::{Query, Window};

/// Lines of another file that are worth telling the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// What the index calls the file: its path with `/`.
    pub key: String,
    /// Counted from 0, the last one not included.
    pub lines: Range<usize>,
    /// These lines, each with its line end; LF line ends.
    pub text: String,
    /// Why they were chosen.
    pub why: Why,
    /// How many choices ago they came in.
    pub age: u8,
}

/// Why a snippet was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The person has just edited them.
    Edited,
    /// They hold these names, which probably come next.
    Names(Vec<String>),
    /// They are like the text at the cursor.
    Alike,
}

/// What chooses snippets: the index, by the texts it knows.
pub trait ContextSource: Debug + Send + Sync {
    /// Snippets of other files for the query's cursor, around which `window` is cut: at most `bytes` of text, files by
    /// path, lines by number. `kept` are those of the choice before; about half of the bytes stay with them where they
    /// still stand as they did. Takes some milliseconds.
    fn choose(&self, query: &Query, window: &Window, kept: &[Snippet], bytes: usize) -> Vec<Snippet>;

    /// Files that are not open and hold the most of these names, for the query's document; at most so many.
    fn holding(&self, query: &Query, names: &[String], most: usize) -> Vec<String>;

    /// The folders of the workspace: of a file below none of them nothing is told, and nothing to it.
    fn roots(&self) -> Vec<PathBuf>;

    /// All of the text that a snippet is of, as it is known now: secrets are looked for in the whole of it.
    fn text(&self, key: &str) -> Option<String>;

    /// Counts what was chosen from and may be gone: files removed, folders closed, all forgotten. Edits of open texts do
    /// not count. Waits for nothing.
    fn removals(&self) -> u64;
}

/// Where snippets are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// What the index calls the file; nothing is chosen from it.
    pub key: &'a str,
    /// The file's language id.
    pub language: &'a str,
    /// The text before the cursor, as far as the model is told it.
    pub before: &'a str,
    /// The same after the cursor.
    pub after: &'a str,
    /// The names of what the file imports.
    pub imports: &'a [String],
    /// The folders of all that may be chosen from, each with `/` at its end.
    pub folders: &'a [String],
    /// Whether to choose from open documents alone.
    pub only_open: bool,
}
