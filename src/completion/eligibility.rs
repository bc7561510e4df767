//! What is decided before anything else: whether a document may be completed in, or shown to a model at all, and how
//! much of it.
//!
//! The one door: whatever sends text of a document, or cuts a window out of it, asks here.

use std::path::PathBuf;

use super::window::Budget;
use super::{MaskedWindow, Query, Reason, Window};
use crate::masking::{Masked, Placeholders};
use crate::privacy::{Location, Privacy, Private, own_end};
use crate::{settings::Settings, text::document::Document};

/// Refuses a query in a document that must not or need not be looked at, as far as is known before the disk is asked.
pub fn document(query: &Query, settings: &Settings, privacy: &Privacy, on: bool) -> Result<(), Reason> {
    let document = &query.document;
    if !query.invoked && !on {
        return Err(Reason::Off);
    }
    if !query.invoked && !settings.completion_for(&document.language).enabled {
        return Err(Reason::Disabled(document.language.to_string()));
    }
    let bytes = document.len_bytes();
    if bytes > settings.limits.max_file_bytes {
        return Err(Reason::TooLarge(bytes));
    }
    privacy.admit(&query.location.now())?;
    if document.binary {
        return Err(Reason::Binary);
    }
    Ok(())
}

/// Refuses a query in a document of which nothing may be sent, or at a place below what may.
pub fn completable(query: &Query, privacy: &Privacy) -> Result<(), Reason> {
    admitted(&query.location.now(), privacy)?;
    let own = own_part(&query.document);
    if query.cursor > own.text.len_bytes() {
        return Err(Reason::Private(Private::BelowScissors));
    }
    Ok(privacy.admit_text(&own, &query.location.now().bases)?)
}

/// Refuses a document that may not be sent as a whole, as a chat takes it.
pub fn sendable(document: &Document, location: &Location, privacy: &Privacy) -> Result<(), Reason> {
    admitted(location, privacy)?;
    if document.binary {
        return Err(Reason::Binary);
    }
    if own_end(document) < document.text.len_bytes() {
        return Err(Reason::Private(Private::BelowScissors));
    }
    Ok(privacy.admit_text(document, &location.bases)?)
}

/// Refuses another file of which an excerpt is to be sent, for its text.
pub fn excerpt(file: &Document, roots: &[PathBuf], privacy: &Privacy) -> Result<(), Reason> {
    if own_end(file) < file.text.len_bytes() {
        return Err(Reason::Private(Private::BelowScissors));
    }
    Ok(privacy.admit_text(file, roots)?)
}

/// The window around the byte offset `cursor`, cut out of what may be sent of the text.
pub fn window(document: &Document, cursor: usize, budget: Budget) -> Window {
    Window::cut(&own_part(document).text, cursor, budget)
}

/// The same as an endpoint may see it; `found` are the secrets of its text, and what is sent beside has placeholders.
pub fn masked_window(
    document: &Document,
    cursor: usize,
    budget: Budget,
    found: &Masked,
    placeholders: Placeholders,
) -> MaskedWindow {
    MaskedWindow::cut(&own_part(document).text, cursor, budget, found, placeholders)
}

/// Refuses a query where there is nothing to go by, and an automatic one where nobody wants ghost text.
pub fn place(query: &Query, window: &Window) -> Result<(), Reason> {
    // A prompt of nothing says nothing, costs and is answered by chance.
    if window.prefix.is_empty() && window.suffix.is_empty() {
        return Err(Reason::NoText);
    }
    if !query.invoked && window.mid_word() { Err(Reason::MidWord) } else { Ok(()) }
}

fn admitted(location: &Location, privacy: &Privacy) -> Result<(), Reason> {
    privacy.admit(location)?;
    // What is not found yet may be anything.
    if location.is_found { Ok(()) } else { Err(Reason::Private(Private::NotFoundYet)) }
}

/// The document without what stands below its scissors line.
fn own_part(document: &Document) -> Document {
    let mut own = document.clone();
    let end = own_end(document);
    if end < own.text.len_bytes() {
        own.text.remove(own.text.byte_to_char(end)..);
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Follows;

    const SCISSORS: &str = "# ------------------------ >8 ------------------------\n";

    fn document(text: &str) -> Document {
        Document::new("file:///x", "rust", 1, text)
    }

    fn found(path: &str) -> Location {
        Location { names: vec![path.into()], bases: vec![PathBuf::from("/p")], is_found: true, ..Location::default() }
    }

    #[track_caller]
    fn check_refused(refused: Result<(), Reason>, part: Option<&str>) {
        let refused = refused.err().map(|reason| reason.to_string());
        assert_eq!(refused.is_some(), part.is_some(), "{refused:?}");
        assert!(refused.clone().unwrap_or_default().contains(part.unwrap_or_default()), "{refused:?}");
    }

    #[track_caller]
    fn check_sendable(path: &str, text: &str, part: Option<&str>) {
        check_refused(sendable(&document(text), &found(path), &Privacy::new(&["/p/own".into()], true)), part);
    }

    #[test]
    fn chat_sends_nothing_private_and_nothing_that_is_no_text() {
        check_sendable("/p/main.rs", "fn main() {}", None);
        check_sendable("/p/.env", "A=1", Some("the file is private"));
        // The size does not count: of a large document, what fits a chat's budget is sent.
        check_sendable("/p/main.rs", &"x".repeat(5 * 1024 * 1024), None);
        check_sendable("/p/main.rs", "a\0b", Some("not text"));
        check_sendable("/p/a.diff", "diff --git a/.env b/.env\n", Some("diff of"));
        check_sendable("/p/a.diff", "--- a/own/x\n+++ b/own/x\n", Some("matches /p/own"));
        check_sendable("/p/a.diff", "diff --git a/a.rs b/a.rs\n", None);
        check_sendable("/p/.git/COMMIT_EDITMSG", &format!("Fix\n{SCISSORS}diff\n"), Some("scissors"));
    }

    #[test]
    fn every_name_counts_and_what_is_not_found_yet_is_private() {
        let two = Location { names: vec!["/p/notes.txt".into(), "/p/.env".into()], ..found("") };
        check_refused(sendable(&document(""), &two, &Privacy::default()), None);
        check_refused(sendable(&document(""), &two, &Privacy::new(&[], true)), Some("matches .env"));
        let unknown = Location { is_found: false, ..found("/p/a.rs") };
        check_refused(sendable(&document(""), &unknown, &Privacy::default()), Some("until the disk has told"));
        let temporary = Location { is_temporary: true, ..found("/tmp/a") };
        check_refused(sendable(&document(""), &temporary, &Privacy::default()), Some("privacy.temporaryFiles"));
        check_refused(sendable(&document(""), &temporary, &Privacy::default().with_temporary_files(true)), None);
        let ignored = Location { is_ignored: true, ..found("/p/a") };
        check_refused(sendable(&document(""), &ignored, &Privacy::default()), None);
        let respectful = Privacy::default().with_respect_for_gitignore(true);
        check_refused(sendable(&document(""), &ignored, &respectful), Some("privacy.respectGitignore"));
    }

    #[track_caller]
    fn check_completable(marked: &str, part: Option<&str>) {
        let cursor = marked.find('|').unwrap();
        let location = super::super::Located::at(found("/p/.git/COMMIT_EDITMSG"));
        let document = document(&marked.replacen('|', "", 1));
        let query = Query { document, location, cursor, invoked: true, follows: Follows::Nothing, keeps_rest: false };
        check_refused(completable(&query, &Privacy::new(&[], true)), part);
    }

    #[test]
    fn a_commit_message_is_completed_above_its_scissors_alone() {
        check_completable(&format!("Fix |\n{SCISSORS}diff --git a/.env b/.env\n"), None);
        check_completable(&format!("Fix \n{SCISSORS}|diff\n"), Some("scissors"));
        check_completable("Fix |\ndiff --git a/.env b/.env\n", Some("diff of"));
        let window =
            window(&self::document(&format!("Fix \n{SCISSORS}secret\n")), 4, Budget { prefix: 1000, suffix: 1000 });
        assert_eq!((window.prefix.as_str(), window.suffix.as_str()), ("Fix ", "\n"));
    }
}
