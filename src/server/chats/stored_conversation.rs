//! Where a conversation is written down: in its file, or in the editor's own copy of it while that is open there.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use tokio::task;
use tower_lsp::ls_types::{self as lsp, Uri};

use crate::conversations::Conversations;
use crate::server::client::Client;
use crate::server::{convert, edits, uri};
use crate::system_error::reason;
use crate::text::document::Document;
use crate::text::documents::Documents;
use crate::text::position;

/// One conversation.
#[derive(Debug, Clone)]
pub struct StoredConversation {
    /// Its name.
    pub id: String,
    /// Its file.
    pub uri: Uri,
}

impl StoredConversation {
    /// Begins a conversation; returns it and what it holds.
    pub async fn begin(title: String) -> Result<(Self, String), String> {
        let begun = on_disk(move |conversations| conversations.begin(&title, SystemTime::now())).await;
        let (id, text) = begun.map_err(|error| format!("the conversation cannot be kept ({})", reason(&error)))?;
        Ok((Self::of(id)?, text))
    }

    /// Finds a conversation; returns it and what it holds: in the editor if it is open there, else in its file.
    pub async fn find(documents: &Documents, id: String) -> Result<(Self, String), String> {
        let found = Self::of(id)?;
        if let Some(document) = found.open_document(documents) {
            return Ok((found, document.text.to_string()));
        }
        let id = found.id.clone();
        let read = on_disk(move |conversations| conversations.read(&id)).await;
        let text =
            read.map_err(|error| format!("the conversation {:?} cannot be read ({})", found.id, reason(&error)))?;
        Ok((found, text))
    }

    fn of(id: String) -> Result<Self, String> {
        let path = conversations().ok().and_then(|conversations| conversations.path(&id));
        let uri = path.as_deref().and_then(uri::from_path);
        uri.map(|uri| Self { id: id.clone(), uri }).ok_or_else(|| format!("{id:?} is no conversation's name"))
    }

    /// Whether the editor has it open.
    pub fn is_open(&self, documents: &Documents) -> bool {
        self.open_document(documents).is_some()
    }

    /// The editor's copy of it, found by its path: editors spell the URI of one file in many ways.
    fn open_document(&self, documents: &Documents) -> Option<Document> {
        let by_path = || {
            let path = uri::to_path(&self.uri)?;
            let is_it =
                |document: &Document| uri::location(&document.uri).file.is_some_and(|own| same_path(&own, &path));
            documents.all().into_iter().find(is_it)
        };
        documents.get(self.uri.as_str()).or_else(by_path)
    }

    /// Adds to its end. What the editor has open is the editor's: it is changed there, and saved by the person.
    ///
    /// # Errors
    /// The file cannot be written; why, in words.
    pub async fn append(&self, client: &Client, documents: &Documents, text: &str) -> Result<(), String> {
        let encoding = client.capabilities().encoding;
        let edits = |document: &Document| {
            let end = convert::to_position(position::from_offset(&document.text, document.text.len_bytes(), encoding));
            Some(vec![lsp::TextEdit { range: lsp::Range { start: end, end }, new_text: text.to_owned() }])
        };
        let open = self.open_document(documents);
        let open = open.as_ref().map_or(self.uri.as_str(), |document| &*document.uri);
        if edits::apply(client, documents, open, edits).await.is_ok() {
            return Ok(());
        }
        let (id, text) = (self.id.clone(), text.to_owned());
        on_disk(move |conversations| conversations.append(&id, &text)).await.map_err(|error| {
            tracing::warn!("the conversation {} cannot be kept: {error}", self.id);
            reason(&error)
        })
    }
}

/// Windows tells paths apart by their letters alone, not by their case: drives are written in both.
fn same_path(one: &Path, other: &Path) -> bool {
    one == other || (cfg!(windows) && one.to_string_lossy().eq_ignore_ascii_case(&other.to_string_lossy()))
}

/// The conversation that a document is, told by its URI.
pub fn conversation_of(uri: &Uri) -> Option<String> {
    conversations().ok()?.id(&uri::to_path(uri)?)
}

fn conversations() -> io::Result<Conversations> {
    Conversations::of_user()
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce(&Conversations) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = task::spawn_blocking(move || conversations().and_then(|conversations| work(&conversations))).await;
    done.unwrap_or_else(|_| Err(io::Error::other("the disk does not answer")))
}
