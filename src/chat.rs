//! Chat about the selected code, pure: what is asked, how a conversation is kept, how a reply becomes an edit.

pub mod action;
pub mod code;
pub mod conversation;
pub mod definitions;
pub mod edit;
pub mod endless;
pub mod fence;
pub mod prompt;
pub mod select;
pub mod transcript;

pub use action::Action;
