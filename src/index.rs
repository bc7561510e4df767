//! One index of the open documents and the workspace, for whoever needs more text than the document at hand.
//!
//! There is one feed: the server tells `SharedIndex` of documents and edits, `workspace` reads the files once and
//! hands them to it. It decides which texts count, and passes each event on to all that is built from them (`built`).

mod built;
mod context;
pub(crate) mod ignore;
pub(crate) mod listing;
mod locate;
mod queries;
mod rules;
mod shared;
mod watch;
pub(crate) mod workspace;

use std::path::Path;

pub(crate) use locate::{locate, root_of};
pub(crate) use rules::{ContextRules, Rules};
pub(crate) use shared::SharedIndex;

/// The time between two resets of the index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

impl Epoch {
    fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What a file is called in the index: its path with `/`, however a client spells its URI.
fn file_key(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
