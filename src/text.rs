//! Texts: open documents as ropes, positions, lines, languages. Pure.

pub mod document;
pub mod language;
pub mod line;
pub mod position;
