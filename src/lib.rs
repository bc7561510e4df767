//! codestral-ls: inline completions from Codestral for any editor that speaks LSP.

pub mod completion;
pub mod document;
pub mod endpoint;
pub mod local;
pub mod position;
