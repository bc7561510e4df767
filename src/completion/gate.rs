//! What is decided before anything else: whether this document may be completed in at all.

use std::path::Path;

use super::{Query, Reason, Window};
use crate::{privacy::Privacy, settings::Settings, text::document::Document};

/// Refuses a query in a document that must not or need not be looked at.
pub fn document(query: &Query, settings: &Settings, privacy: &Privacy, on: bool) -> Result<(), Reason> {
    let document = &query.document;
    if !query.invoked && !on {
        return Err(Reason::Off);
    }
    if !query.invoked && !settings.completion_for(&document.language).enabled {
        return Err(Reason::Disabled(document.language.to_string()));
    }
    let bytes = document.text.len_bytes();
    if bytes > settings.limits.max_file_bytes {
        return Err(Reason::TooLarge(bytes));
    }
    sendable(document, query.path.as_deref(), privacy)
}

/// Refuses a document of which nothing may be sent, whoever asks.
pub fn sendable(document: &Document, path: Option<&Path>, privacy: &Privacy) -> Result<(), Reason> {
    if let Some(pattern) = path.and_then(|path| privacy.excludes(path)) {
        return Err(Reason::Private(pattern.to_owned()));
    }
    if document.binary {
        return Err(Reason::Binary);
    }
    Ok(())
}

/// Refuses an automatic query at a place where nobody wants ghost text.
pub fn place(query: &Query, window: &Window) -> Result<(), Reason> {
    if !query.invoked && window.mid_word() { Err(Reason::MidWord) } else { Ok(()) }
}
