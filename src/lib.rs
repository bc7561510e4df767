//! codestral-ls: inline completions from Codestral for any editor that speaks LSP.

pub mod cli;
pub mod completion;
pub mod document;
pub mod endpoint;
pub mod language;
pub mod logging;
pub mod position;
pub mod privacy;
pub mod server;
pub mod settings;
pub mod usage;
