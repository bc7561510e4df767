//! From a reply to an edit: the code is extracted from it, fitted into its place, made as small as it can be, and moved
//! along with the text it is for.
//!
//! What a model gets wrong in a completion it gets wrong here as well, and it is mended in the same sense, in this order: a
//! reply without end (`chat::endless`), end marks (`model::marks`), fences and prose around the code (`extract`), code left
//! out (`elided`), what stands around the selection said again (`echoed_context`), indentation (`reindent`), brackets closed
//! that were not opened (`extra_closers`).

mod echoed_context;
mod elided;
mod extra_closers;
mod extract;
pub mod minimal_diff;
mod prose;
mod reindent;
pub mod relocate;
pub mod rewrite;
