//! The core: from a place in a text to what is worth showing there.

pub mod acceptance;
pub mod block;
pub mod engine;
pub mod filter;
pub mod gate;
pub mod line;
pub mod pace;
pub mod prompt;
pub mod reason;
pub mod reuse;
pub mod stop;
pub mod trust;
pub mod why;
pub mod window;

use std::path::PathBuf;

pub use engine::Engine;
pub use reason::Reason;
pub use why::Source;
pub use window::Window;

use crate::document::Document;

/// One question at one place in one text.
#[derive(Debug, Clone)]
pub struct Query {
    /// A snapshot of the document.
    pub document: Document,
    /// Its file, if it has one.
    pub path: Option<PathBuf>,
    /// The byte offset of the cursor.
    pub cursor: usize,
    /// Asked for by the user's own hand, not by typing.
    pub invoked: bool,
    /// The client sends no newer request while this one is open (Helix): the query moves along with what is typed.
    pub follows: bool,
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
