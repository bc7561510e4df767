//! The client: what it can do, and what it is told and asked.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::{task, time};
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{
    ConfigurationItem, DocumentChanges, InitializeParams, MessageType, OneOf, OptionalVersionedTextDocumentIdentifier,
    Position, ProgressToken, Range, Registration, ShowDocumentParams, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use super::capabilities::ClientCapabilities;
use super::uri;
use crate::state_dir;
use crate::text::document::Document;

/// How long an editor may take to make an edit; some ask the person first.
const EDIT_LIMIT: Duration = Duration::from_secs(30);

/// What fits in one line of what is shown unasked, in characters. A line more than the screen's width makes Neovim wait for
/// a key, which it takes from what is typed: of 80 columns it keeps 12 for itself and 18 for our name.
const LINE: usize = 50;
/// How long an answer to a question of ours is waited for before what depends on it goes on without.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// How long the client may take to tell its settings; nobody waits so long, but late ones count.
const SETTINGS_LIMIT: Duration = Duration::from_secs(60);

/// The client. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Client {
    /// For what needs no ability of the client.
    pub connection: tower_lsp::Client,
    capabilities: Arc<OnceLock<ClientCapabilities>>,
    /// The files of the texts that were shown.
    texts: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Client {
    /// A client of which nothing is known yet.
    pub fn new(connection: tower_lsp::Client) -> Self {
        Self { connection, capabilities: Arc::default(), texts: Arc::default() }
    }

    /// `initialize` tells what it can do.
    pub fn learn(&self, params: &InitializeParams) {
        self.capabilities.get_or_init(|| ClientCapabilities::new(params));
    }

    pub fn capabilities(&self) -> ClientCapabilities {
        self.capabilities.get().copied().unwrap_or_default()
    }

    /// Says one thing to the person.
    pub async fn show_message(&self, kind: MessageType, text: String) {
        self.connection.show_message(kind, text).await;
    }

    /// Says something unasked, maybe while the person types: a few words after our name, in one short line.
    pub async fn tell(&self, kind: MessageType, headline: &str) {
        self.show_message(kind, line(&format!("Codestral: {headline}"))).await;
    }

    /// Says what is wrong with the settings: to who types in a terminal in one short line, to others all.
    pub async fn tell_settings(&self, problem: &str) {
        let whole = format!("Codestral settings: {problem}");
        let shown = if self.capabilities().blocks_on_long_messages { settings_line(problem) } else { whole };
        self.show_message(MessageType::WARNING, shown).await;
    }

    /// Says what became of a chat, which may have taken long. The conversation's file and the log have all of it.
    pub async fn tell_outcome(&self, kind: MessageType, message: &str) {
        let whole = format!("Codestral: {message}");
        let shown = if self.capabilities().blocks_on_long_messages { line(&whole) } else { whole };
        self.show_message(kind, shown).await;
    }

    /// Shows a longer text: as a document where the client can open one, else as a message.
    pub async fn show_text(&self, name: &'static str, text: String) {
        if self.capabilities().show_document {
            let (client, copy) = (self.clone(), text.clone());
            match task::spawn_blocking(move || client.write_text(name, &copy)).await {
                Ok(Ok(path)) if self.show_file(&path).await => return,
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::warn!("cannot write {name}: {error}"),
                Err(_) => tracing::warn!("writing {name} did not end"),
            }
        }
        self.show_message(MessageType::INFO, text).await;
    }

    /// Writes a text below the user's state directory, for no one else to read.
    fn write_text(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let directory = state_dir::path()?;
        state_dir::create(&directory)?;
        let path = directory.join(name);
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
        state_dir::private_file().truncate(true).open(&path)?.write_all(text.as_bytes())?;
        Ok(path)
    }

    /// Removes the files of the texts that were shown: they name what was worked on, and were for the moment. Blocks.
    pub fn remove_texts(&self) {
        let texts = std::mem::take(&mut *self.texts.lock().unwrap_or_else(PoisonError::into_inner));
        for path in texts {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!("cannot remove {}: {error}", path.display());
                }
                _ => {}
            }
        }
    }

    async fn show_file(&self, path: &Path) -> bool {
        match uri::from_path(path) {
            Some(uri) => self.show_document(uri).await,
            None => false,
        }
    }

    /// Opens a document before the person; false where the client cannot or does not.
    pub async fn show_document(&self, uri: Uri) -> bool {
        self.show(uri, None).await
    }

    /// Moves the cursor to a place; false where the client cannot or does not.
    pub async fn show_place(&self, uri: Uri, place: Position) -> bool {
        self.show(uri, Some(Range { start: place, end: place })).await
    }

    async fn show(&self, uri: Uri, selection: Option<Range>) -> bool {
        let document = ShowDocumentParams { uri, external: None, take_focus: Some(true), selection };
        let shown = async { self.connection.show_document(document).await.unwrap_or_default() };
        self.capabilities().show_document && time::timeout(ANSWER_LIMIT, shown).await.unwrap_or_default()
    }

    /// Asks the client to make `edits` in `document`, if it still has that version.
    ///
    /// # Errors
    /// Why it did not, in words.
    pub async fn apply_edits(&self, document: &Document, edits: Vec<TextEdit>) -> Result<(), String> {
        self.apply_all_edits(vec![(document, edits)]).await
    }

    /// Asks the client to make the edits of several documents together, if it still has those versions.
    ///
    /// # Errors
    /// Why it did not, in words.
    pub async fn apply_all_edits(&self, edits: Vec<(&Document, Vec<TextEdit>)>) -> Result<(), String> {
        let capabilities = self.capabilities();
        if !capabilities.applies_edits {
            return Err("the editor takes no edits".to_owned());
        }
        let mut by_uri: Vec<(Uri, i32, Vec<TextEdit>)> = Vec::new();
        for (document, edits) in edits {
            let uri = document.uri.parse().map_err(|_| "the document has no usable address".to_owned())?;
            by_uri.push((uri, document.version, edits));
        }
        let edit = if capabilities.document_changes {
            let bound = |(uri, version, edits): (Uri, i32, Vec<TextEdit>)| TextDocumentEdit {
                text_document: OptionalVersionedTextDocumentIdentifier { uri, version: Some(version) },
                edits: edits.into_iter().map(OneOf::Left).collect(),
            };
            let changes = DocumentChanges::Edits(by_uri.into_iter().map(bound).collect());
            WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
        } else {
            let changes: HashMap<_, _> = by_uri.into_iter().map(|(uri, _, edits)| (uri, edits)).collect();
            WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
        };
        let answered = time::timeout(EDIT_LIMIT, self.connection.apply_edit(edit)).await;
        match answered.map_err(|_| "the editor does not answer".to_owned())? {
            Ok(answer) if answer.applied => Ok(()),
            Ok(answer) => Err(answer.failure_reason.unwrap_or_else(|| "the editor did not take it".to_owned())),
            Err(error) => Err(format!("the editor did not take it ({error})")),
        }
    }

    /// Asks the client to send notifications of `method` from now on.
    ///
    /// # Errors
    /// It refuses or does not answer; in words.
    pub async fn register(&self, id: &str, method: &str, options: Value) -> Result<(), String> {
        let registration =
            Registration { id: id.to_owned(), method: method.to_owned(), register_options: Some(options) };
        within(ANSWER_LIMIT, self.connection.register_capability(vec![registration])).await
    }

    /// Asks for the settings in this section.
    ///
    /// # Errors
    /// It does not tell; in words.
    pub async fn configuration(&self, section: &str) -> Result<Option<Value>, String> {
        let item = ConfigurationItem { scope_uri: None, section: Some(section.to_owned()) };
        let values = within(SETTINGS_LIMIT, self.connection.configuration(vec![item])).await?;
        Ok(values.into_iter().next_back())
    }

    /// Asks the client to show progress under this token; whether it will.
    pub async fn create_progress(&self, token: ProgressToken) -> bool {
        let created = within(ANSWER_LIMIT, self.connection.create_work_done_progress(token)).await;
        if let Err(error) = &created {
            tracing::debug!("the editor shows no progress: {error}");
        }
        created.is_ok()
    }
}

async fn within<T>(limit: Duration, asked: impl Future<Output = jsonrpc::Result<T>>) -> Result<T, String> {
    match time::timeout(limit, asked).await {
        Ok(answered) => answered.map_err(|error| error.to_string()),
        Err(_) => Err(format!("it did not answer within {} s", limit.as_secs())),
    }
}

/// `text` as it fits one line.
fn line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= LINE {
        return words;
    }
    let cut: String = words.chars().take(LINE - 1).collect();
    format!("{}…", cut.trim_end())
}

/// What is wrong with a setting as it fits one line: the name that was meant, where one is near, else how it begins.
fn settings_line(problem: &str) -> String {
    let meant = problem.split_once("did you mean ").and_then(|(_, meant)| meant.split_once('?'));
    line(&match meant {
        Some((meant, _)) => format!("Codestral: did you mean {meant}?"),
        None => format!("Codestral: {problem}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_and_short() {
        assert_eq!(line("Codestral: all\n  well"), "Codestral: all well");
        let (just, more) = ("é".repeat(LINE), "é".repeat(LINE + 1));
        assert_eq!(line(&just), just);
        assert_eq!((line(&more).chars().count(), line(&more).chars().last()), (LINE, Some('…')));
    }

    #[test]
    fn what_is_wrong_with_a_setting_is_told_by_the_name_that_was_meant() {
        let near = "completion.debonceMs (from the editor) is unknown; did you mean completion.debounceMs?";
        assert_eq!(settings_line(near), "Codestral: did you mean completion.debounceMs?");
        let far = "completion.temperature (from the editor) must be between 0 and 1.5; the default is used";
        assert_eq!(settings_line(far), "Codestral: completion.temperature (from the edito…");
    }
}
