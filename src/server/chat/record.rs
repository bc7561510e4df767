//! Where a conversation is written down: in its file, or in the editor's own copy of it while that is open there.

use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use tokio::task;
use tower_lsp::ls_types::{self as lsp, Uri};

use super::super::{Server, convert};
use super::apply::TRIES;
use crate::conversations::Conversations;
use crate::text::position;

/// One conversation.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its name.
    pub id: String,
    /// Its file.
    pub uri: Uri,
}

impl Record {
    /// Begins a conversation; the record of it, and what it holds.
    pub async fn begin(title: String) -> Result<(Self, String), String> {
        let begun = on_disk(move |conversations| conversations.begin(&title, SystemTime::now())).await;
        let (id, text) = begun.map_err(|error| format!("the conversation cannot be kept ({error})"))?;
        Ok((Self::of(id)?, text))
    }

    /// Finds a conversation; the record of it, and what it holds: in the editor if it is open there, else in its file.
    pub async fn find(server: &Server, id: String) -> Result<(Self, String), String> {
        let record = Self::of(id)?;
        if let Some(document) = server.documents.get(record.uri.as_str()) {
            return Ok((record, document.text.to_string()));
        }
        let id = record.id.clone();
        let read = on_disk(move |conversations| conversations.read(&id)).await;
        let text = read.map_err(|error| format!("the conversation {:?} cannot be read ({error})", record.id))?;
        Ok((record, text))
    }

    fn of(id: String) -> Result<Self, String> {
        let path = conversations().ok().and_then(|conversations| conversations.path(&id));
        let uri = path.as_ref().and_then(Uri::from_file_path);
        uri.map(|uri| Self { id: id.clone(), uri }).ok_or_else(|| format!("{id:?} is no conversation's name"))
    }

    /// Whether the editor has it open.
    pub fn is_open(&self, server: &Server) -> bool {
        server.documents.get(self.uri.as_str()).is_some()
    }

    /// Adds to its end. What the editor has open is the editor's: it is changed there, and saved by the person.
    ///
    /// # Errors
    /// The file cannot be written; why, in words.
    pub async fn append(&self, server: &Server, text: &str) -> Result<(), String> {
        for _ in 0..TRIES {
            let Some(document) = server.documents.get(self.uri.as_str()) else { break };
            let encoding = server.client().encoding;
            let end = convert::to_position(position::from_offset(&document.text, document.text.len_bytes(), encoding));
            let edit = lsp::TextEdit { range: lsp::Range { start: end, end }, new_text: text.to_owned() };
            match server.apply(&document, vec![edit]).await {
                Ok(()) => return Ok(()),
                // The person was typing: its end is elsewhere now.
                Err(_) if server.has_moved_on(&document) => {}
                Err(_) => break,
            }
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
    let path: PathBuf = uri.to_file_path()?.into_owned();
    conversations().ok()?.id(&path)
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
