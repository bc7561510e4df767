//! Chat about the selected code, pure: what is asked, how a conversation is kept, how a reply becomes an edit.

pub mod action;
pub mod code;
pub mod conversation;
pub mod definitions;
mod echo;
mod elision;
mod fence;
mod indent;
pub mod lines;
pub mod moved;
mod pick;
pub mod prompt;
mod prose;
pub mod rewrite;
pub mod select;
pub mod smallest;
pub mod transcript;

pub use action::Action;
