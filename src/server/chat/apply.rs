//! Makes an edit in the editor's text, bound to the version it is meant for.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use tokio::time;
use tower_lsp::ls_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use super::super::{Server, convert};
use super::exchange::{Outcome, OutcomeKind};
use crate::chat::rewrite::{NoEdit, rewrite};
use crate::chat::{moved, smallest};
use crate::text::document::Document;
use crate::text::position;

/// A person who goes on typing may be in the way of an edit this often before it is only offered.
pub(super) const TRIES: usize = 3;

/// How long an editor may take to make an edit; some ask the person first.
const EDITOR_ANSWER: Duration = Duration::from_secs(30);

impl Server {
    /// Puts the rewrite that `reply` holds in the place of `range` of `asked`, as it stands in the document now.
    /// `complete`: the model had said all.
    pub(super) async fn rewrite(&self, asked: &Document, range: &Range<usize>, reply: &str, complete: bool) -> Outcome {
        let new = match rewrite(&asked.text, range.clone(), reply, complete) {
            Ok(new) => new,
            Err(NoEdit::Unchanged) => {
                return Outcome::new(OutcomeKind::Unchanged, "there is nothing to change");
            }
            Err(no_edit) => return Outcome::new(OutcomeKind::Offered, no_edit.to_string()),
        };
        let old =
            asked.text.slice(asked.text.byte_to_char(range.start)..asked.text.byte_to_char(range.end)).to_string();
        let hunks = smallest::hunks(&old, &new);
        for _ in 0..TRIES {
            let Some(now) = self.documents.get(&asked.uri) else {
                return Outcome::new(OutcomeKind::Offered, "nothing was edited, since the document was closed");
            };
            let Some(place) = moved::moved(&asked.text, range, &now.text) else {
                break;
            };
            let encoding = self.client().encoding;
            let at = |offset| convert::to_position(position::from_offset(&now.text, place.start + offset, encoding));
            let edit = |hunk: &smallest::Hunk| {
                let range = tower_lsp::ls_types::Range { start: at(hunk.range.start), end: at(hunk.range.end) };
                TextEdit { range, new_text: hunk.text.clone() }
            };
            match self.apply(&now, hunks.iter().map(edit).collect()).await {
                Ok(()) if now.text == asked.text => return Outcome::bare(OutcomeKind::Applied),
                Ok(()) => return Outcome::bare(OutcomeKind::Moved),
                // The text may have changed while the edit was on its way: then there is something new to try.
                Err(_) if self.has_moved_on(&now) => {}
                Err(reason) => return Outcome::new(OutcomeKind::Offered, format!("nothing was edited: {reason}")),
            }
        }
        let changed = "nothing was edited, since the code had changed meanwhile; the new text is in the conversation";
        Outcome::new(OutcomeKind::Offered, changed)
    }

    /// Whether the editor has told of another version of a document than this.
    pub(super) fn has_moved_on(&self, document: &Document) -> bool {
        self.documents.get(&document.uri).is_some_and(|latest| latest.version != document.version)
    }

    /// Asks the editor to make `edits` in `document`, if it still has that version.
    ///
    /// # Errors
    /// Why it did not, in words.
    pub(super) async fn apply(&self, document: &Document, edits: Vec<TextEdit>) -> Result<(), String> {
        let client = self.client();
        if !client.applies_edits {
            return Err("the editor takes no edits".to_owned());
        }
        let uri: Uri = document.uri.parse().map_err(|_| "the document has no usable address".to_owned())?;
        let edit = if client.document_changes {
            let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: Some(document.version) };
            let edits = edits.into_iter().map(OneOf::Left).collect();
            let changes = DocumentChanges::Edits(vec![TextDocumentEdit { text_document, edits }]);
            WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
        } else {
            WorkspaceEdit { changes: Some(HashMap::from([(uri, edits)])), ..WorkspaceEdit::default() }
        };
        let answered = time::timeout(EDITOR_ANSWER, self.connection.apply_edit(edit)).await;
        match answered.map_err(|_| "the editor does not answer".to_owned())? {
            Ok(answer) if answer.applied => Ok(()),
            Ok(answer) => Err(answer.failure_reason.unwrap_or_else(|| "the editor did not take it".to_owned())),
            Err(error) => Err(format!("the editor did not take it ({error})")),
        }
    }
}
