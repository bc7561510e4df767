//! From a reply to an edit: the code is extracted from it, fitted into its place, made as small as it can be, and moved
//! along with the text it is for.

mod echoed_context;
mod elided;
mod extra_closers;
mod extract;
pub mod minimal_diff;
mod prose;
mod reindent;
pub mod relocate;
pub mod rewrite;
