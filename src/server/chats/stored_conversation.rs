//! Where a conversation is written down: in its file, or in the editor's own copy of it while that is open there.

use std::io;
use std::time::SystemTime;

use tokio::task;
use tower_lsp::ls_types::{self as lsp, Uri};

use crate::conversations::Conversations;
use crate::server::client::Client;
use crate::server::{convert, edits, uri};
use crate::text::document::{Document, Documents};
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
        let (id, text) = begun.map_err(|error| format!("the conversation cannot be kept ({error})"))?;
        Ok((Self::of(id)?, text))
    }

    /// Finds a conversation; returns it and what it holds: in the editor if it is open there, else in its file.
    pub async fn find(documents: &Documents, id: String) -> Result<(Self, String), String> {
        let found = Self::of(id)?;
        if let Some(document) = documents.get(found.uri.as_str()) {
            return Ok((found, document.text.to_string()));
        }
        let id = found.id.clone();
        let read = on_disk(move |conversations| conversations.read(&id)).await;
        let text = read.map_err(|error| format!("the conversation {:?} cannot be read ({error})", found.id))?;
        Ok((found, text))
    }

    fn of(id: String) -> Result<Self, String> {
        let path = conversations().ok().and_then(|conversations| conversations.path(&id));
        let uri = path.as_deref().and_then(uri::from_path);
        uri.map(|uri| Self { id: id.clone(), uri }).ok_or_else(|| format!("{id:?} is no conversation's name"))
    }

    /// Whether the editor has it open.
    pub fn is_open(&self, documents: &Documents) -> bool {
        documents.get(self.uri.as_str()).is_some()
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
        if edits::apply(client, documents, self.uri.as_str(), edits).await.is_ok() {
            return Ok(());
        }
        let (id, text) = (self.id.clone(), text.to_owned());
        on_disk(move |conversations| conversations.append(&id, &text)).await.map_err(|error| {
            tracing::warn!("the conversation {} cannot be kept: {error}", self.id);
            error.to_string()
        })
    }
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
