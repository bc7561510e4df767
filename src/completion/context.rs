//! What the model is told of other files: excerpts that hold the names which the text at the cursor is about to need.

use std::fmt::Debug;
use std::ops::Range;

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
}
