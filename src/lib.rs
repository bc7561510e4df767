//! codestral-ls: inline completions from Codestral for any editor that speaks LSP.

pub mod endpoint;
