//! An edit that the server asks for: bound to a version of its document, tried again where the person typed on.

use tower_lsp::ls_types::TextEdit;

use super::client::Client;
use crate::text::document::Document;
use crate::text::documents::Documents;

/// A person who goes on typing may be in the way of an edit this often before it is given up.
pub const TRIES: usize = 3;

/// Why an edit was not made.
pub enum NotMade {
    /// The document is not open.
    NotOpen,
    /// The text does not hold what was to be edited, or changed each time while the edit was on its way.
    Changed,
    /// The client refused, in words.
    Refused(String),
}

/// Makes the edits that `edits` finds for the newest text of a document, and returns the document they were made in.
pub async fn apply(
    client: &Client,
    documents: &Documents,
    uri: &str,
    edits: impl Fn(&Document) -> Option<Vec<TextEdit>>,
) -> Result<Document, NotMade> {
    for _ in 0..TRIES {
        let document = documents.get_whole(uri).ok_or(NotMade::NotOpen)?;
        let edits = edits(&document).ok_or(NotMade::Changed)?;
        // Some clients are not told which version an edit is for: then it must be for the newest when it leaves.
        if has_moved_on(documents, &document) {
            continue;
        }
        match client.apply_edits(&document, edits).await {
            Ok(()) => return Ok(document),
            // The text changed while the edit was on its way: there is something new to try.
            Err(_) if has_moved_on(documents, &document) => {}
            Err(reason) => return Err(NotMade::Refused(reason)),
        }
    }
    Err(NotMade::Changed)
}

/// Whether the client has told of another version of a document than this.
pub fn has_moved_on(documents: &Documents, document: &Document) -> bool {
    documents.get(&document.uri).is_some_and(|latest| latest.version != document.version)
}
