//! The code that a chat is about, and how the person calls its file.

use std::ops::Range;

use tower_lsp::ls_types::Uri;

use super::argument::Argument;
use crate::chat::code::Code;
use crate::completion::context::identifiers_by_line;
use crate::completion::{Follows, Query, Reason, eligibility};
use crate::masking::{MaskedRope, RequestMask};
use crate::model::OtherFile;
use crate::server::session::Session;
use crate::server::{convert, uri};
use crate::text::document::Document;
use crate::text::line_break::slice_to_lf;
use crate::text::position;

/// The code that is asked about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The document as it was then.
    pub document: Document,
    /// How the person calls the file.
    pub name: String,
    /// The code, in bytes.
    range: Range<usize>,
    /// The document's text as it is sent, and the code in it.
    masked: MaskedRope,
    masked_range: Range<usize>,
}

impl Subject {
    /// As the prompt wants it: masked.
    pub fn code(&self) -> Code<'_> {
        let Self { document, name, masked, masked_range, .. } = self;
        Code { path: name, language: &document.language, text: &masked.text, range: masked_range.clone() }
    }

    /// The code, in bytes of the document.
    pub fn range(&self) -> &Range<usize> {
        &self.range
    }

    /// Takes that part for the code.
    pub fn set_range(&mut self, range: Range<usize>) {
        self.masked_range = self.masked.range(&range);
        self.range = range;
    }
}

/// The document and the code in it that are asked about.
pub fn of(session: &Session, argument: &Argument, mask: &mut RequestMask) -> Result<Option<Subject>, String> {
    let Some(uri) = &argument.uri else {
        if argument.action.edits() {
            return Err(format!("{} needs the textDocument and range of the code", argument.action.name()));
        }
        return Ok(None);
    };
    let document = session.documents.get_whole(uri.as_str());
    let document = document.ok_or_else(|| format!("{} is not open; open it first", uri.as_str()))?;
    let range = argument.range.map_or(0..document.text.len_bytes(), |range| {
        let (start, end) = (convert::from_position(range.start), convert::from_position(range.end));
        position::to_range(&document.text, start, end, session.client.capabilities().encoding)
    });
    let name = name(session, uri);
    let masked = mask.found(&document.text, &session.engine.masks().of(&document));
    let masked_range = masked.range(&range);
    Ok(Some(Subject { document, name, range, masked, masked_range }))
}

/// Refuses code in a document that may not be sent, once it is known where that lies.
pub async fn admit(session: &Session, subject: &Subject) -> Result<(), String> {
    sendable(session, &subject.document).await.map_err(|reason| format!("nothing is sent: {reason}"))
}

/// How a person calls a file: by its path below the workspace, or its name.
fn name(session: &Session, uri: &Uri) -> String {
    let Some(path) = uri::to_path(uri) else {
        return uri.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    };
    let below = session.indexing.below_root(&path);
    let name = below.or_else(|| path.file_name().map(Into::into)).unwrap_or_default();
    name.to_string_lossy().replace('\\', "/")
}

/// How the person calls an open document, if what it holds may be sent.
pub async fn readable_name(session: &Session, document: &Document) -> Option<String> {
    let uri: Uri = document.uri.parse().ok()?;
    sendable(session, document).await.ok()?;
    Some(name(session, &uri))
}

/// Files that are not open and hold names that the code uses: its definitions may be there.
pub async fn files_with_its_names(session: &Session, subject: &Subject, mask: &mut RequestMask) -> Vec<OtherFile> {
    let document = &subject.document;
    let code = slice_to_lf(&document.text, subject.range.clone());
    let mut names: Vec<String> =
        identifiers_by_line(&document.language, &code).into_iter().map(|(_, name)| name).collect();
    names.sort_unstable();
    names.dedup();
    let query = query(session, subject);
    let found = session.engine.files_with(query, names, mask.placeholders().clone()).await;
    let Some((files, placeholders)) = found else { return vec![] };
    mask.go_on_with(placeholders);
    files
}

fn query(session: &Session, subject: &Subject) -> Query {
    let (document, cursor) = (subject.document.clone(), subject.range.end);
    let location = session.indexing.locations().of(&document.uri);
    Query { document, location, cursor, invoked: true, follows: Follows::Nothing, keeps_rest: false }
}

/// Excerpts of files that are not among the open documents, for the code that is asked about.
pub async fn excerpts(
    session: &Session,
    subject: &Subject,
    open: &[Document],
    mask: &mut RequestMask,
) -> Vec<OtherFile> {
    let Some(excerpts) = session.engine.excerpts(query(session, subject), mask.placeholders().clone()).await else {
        return vec![];
    };
    mask.go_on_with(excerpts.placeholders().clone());
    let open: Vec<String> =
        open.iter().filter_map(|document| Some(name(session, &document.uri.parse().ok()?))).collect();
    excerpts.others().iter().filter(|other| !open.iter().any(|name| **name == *other.path)).cloned().collect()
}

async fn sendable(session: &Session, document: &Document) -> Result<(), Reason> {
    let location = session.indexing.locations().of(&document.uri).found().await;
    eligibility::sendable(document, &location, &session.engine.privacy())
}
