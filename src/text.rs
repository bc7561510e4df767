//! Texts: open documents as ropes, or as one piece where they are too large, positions, lines, indentation, languages, fences. Pure.

pub mod boundary;
pub mod common_ends;
pub mod document;
pub mod documents;
pub mod fence;
pub mod indentation;
pub mod language;
pub mod large;
pub mod line;
pub mod line_break;
pub mod other_files;
pub mod position;
