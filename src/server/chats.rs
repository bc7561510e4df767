//! Chat in the editor: the command `codestral.chat`, the code actions that carry it, and what is told while it runs.
//!
//! `editors/chat.md` is what a client sees of it.

mod answer_progress;
mod argument;
pub mod code_actions;
mod deltas;
mod exchange;
mod execute;
mod outcome;
mod rewrite_edit;
mod running;
mod stored_conversation;
mod subject;

pub use execute::execute;
pub use running::Chats;
pub use stored_conversation::conversation_of;

/// The command.
pub const COMMAND: &str = "codestral.chat";
