//! The core: from a place in a text to what is worth showing there.

mod acceptance;
mod agreement;
pub mod block;
pub mod cache;
pub mod context;
mod debounce;
pub(crate) mod eligibility;
pub mod engine;
pub mod excerpts;
pub mod filter;
mod history;
mod masked_window;
pub mod prompt;
pub mod reason;
pub mod stop;
mod unfinished;
pub mod window;

pub use engine::{Answer, Engine, Located, MovingCursor};
pub use excerpts::Excerpts;
pub use history::Record;
pub use masked_window::{MaskedSecret, MaskedWindow};
pub use reason::{Notice, Reason};
pub use window::Window;

pub use crate::usage::Source;

use crate::text::document::Document;

/// One question at one place in one text.
#[derive(Debug, Clone)]
pub struct Query {
    /// A snapshot of the document.
    pub document: Document,
    /// Where it lies, or will be known to.
    pub location: Located,
    /// The byte offset of the cursor.
    pub cursor: usize,
    /// Asked for by the user's own hand, not by typing.
    pub invoked: bool,
    /// What the query moves along with while it is open; by other edits it is superseded.
    pub follows: Follows,
    /// The client takes nothing away from the text (LSP4IJ): a suggestion ends before what it would replace.
    pub keeps_rest: bool,
}

/// What may be typed at the cursor without superseding a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// Nothing: the client drops the answer, or asks once more at each key.
    Nothing,
    /// Letters of a word. The client sends no newer request before the answer (Helix).
    Words,
    /// Anything. The client takes the answer all the same, and asks anew only at the next rest (Neovim).
    Typing,
}

/// What came before a request in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// An edit.
    Edit,
    /// A request at the same place, and no edit since.
    SamePlace,
    /// A request at another place and no edit since, or nothing at all: the document was only opened.
    OtherPlace,
}

/// Predicts what comes next without asking anybody: the embedded engine, with what it knows of the user's text.
pub trait Predictor: Send + Sync {
    /// The text (LF line ends) that probably comes next at the query's cursor, around which `window` is cut, and how
    /// likely all of its first line is right, 0 to 1. Takes about a millisecond.
    fn predict(&self, query: &Query, window: &Window) -> Option<(String, f32)>;

    /// Counts how often text it knew may have been deleted. What it said before may be of that text, so it is asked
    /// again. Waits for nothing.
    fn forgotten(&self) -> u64;
}

/// One suggestion at the query's cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The text to insert, LF line ends.
    pub text: String,
    /// Bytes right of the cursor, on its line, that it replaces.
    pub replaces: usize,
    /// Where it comes from.
    pub source: Source,
}
