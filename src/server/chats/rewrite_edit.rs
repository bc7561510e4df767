//! Puts the rewrite that a reply holds into the editor's text.

use std::ops::Range;

use tower_lsp::ls_types::{self as lsp, TextEdit};

use super::outcome::{Outcome, OutcomeKind};
use crate::chat::edit::minimal_diff;
use crate::chat::edit::relocate::relocate;
use crate::chat::edit::rewrite::{self, NoEdit};
use crate::server::convert;
use crate::server::edits::{self, NotMade};
use crate::server::session::Session;
use crate::text::document::Document;
use crate::text::position;

/// Puts the rewrite that `reply` holds in the place of `range` of `asked`, as it stands in the document now.
/// `complete`: the model had said all. `masked`: secrets were masked in what was asked.
pub async fn rewrite(
    session: &Session,
    asked: &Document,
    range: &Range<usize>,
    reply: &str,
    complete: bool,
    masked: bool,
) -> Outcome {
    let new = rewrite::rewrite(&asked.text, range.clone(), reply, complete);
    let new = match new.and_then(|new| rewrite::without_placeholder(new, masked)) {
        Ok(new) => new,
        Err(no_edit) => {
            let kind = if no_edit == NoEdit::Unchanged { OutcomeKind::Unchanged } else { OutcomeKind::Offered };
            return Outcome::new(kind, no_edit.to_string());
        }
    };
    let old = asked.text.slice(asked.text.byte_to_char(range.start)..asked.text.byte_to_char(range.end)).to_string();
    let hunks = minimal_diff::hunks(&old, &new);
    let encoding = session.client.capabilities().encoding;
    let edits = |now: &Document| {
        let place = relocate(&asked.text, range, &now.text)?;
        let at = |offset| convert::to_position(position::from_offset(&now.text, place.start + offset, encoding));
        let edit = |hunk: &minimal_diff::Hunk| {
            let range = lsp::Range { start: at(hunk.range.start), end: at(hunk.range.end) };
            TextEdit { range, new_text: hunk.text.clone() }
        };
        Some(hunks.iter().map(edit).collect())
    };
    match edits::apply(&session.client, &session.documents, &asked.uri, edits).await {
        Ok(now) if now.text == asked.text => Outcome::bare(OutcomeKind::Applied),
        Ok(_) => Outcome::bare(OutcomeKind::Moved),
        Err(NotMade::NotOpen) => {
            Outcome::new(OutcomeKind::Offered, "nothing was edited, since the document was closed")
        }
        Err(NotMade::Changed) => Outcome::new(
            OutcomeKind::Offered,
            "nothing was edited, since the code had changed meanwhile; the new text is in the conversation",
        ),
        Err(NotMade::Refused(reason)) => Outcome::new(OutcomeKind::Offered, format!("nothing was edited: {reason}")),
    }
}
