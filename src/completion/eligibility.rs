//! What is decided before anything else: whether a document may be completed in, or shown to a model at all.

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

/// Refuses a document of which nothing may be sent, by completions and chats alike.
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

#[cfg(test)]
mod tests {
    use ropey::Rope;

    use super::*;

    #[track_caller]
    fn check_sendable(path: &str, text: &str, part: Option<&str>) {
        let document = Document {
            uri: "file:///x".into(),
            language: "rust".into(),
            text: Rope::from_str(text),
            version: 1,
            binary: text.contains('\0'),
        };
        let refused = sendable(&document, Some(Path::new(path)), &Privacy::new(&[], true)).err();
        let refused = refused.map(|reason| reason.to_string());
        assert_eq!(refused.is_some(), part.is_some(), "{refused:?}");
        assert!(refused.unwrap_or_default().contains(part.unwrap_or_default()));
    }

    #[test]
    fn chat_sends_nothing_private_and_nothing_that_is_no_text() {
        check_sendable("/p/main.rs", "fn main() {}", None);
        check_sendable("/p/.env", "A=1", Some("the file is private"));
        // The size does not count: of a large document, what fits a chat's budget is sent.
        check_sendable("/p/main.rs", &"x".repeat(5 * 1024 * 1024), None);
        check_sendable("/p/main.rs", "a\0b", Some("not text"));
    }
}
