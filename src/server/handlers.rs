//! The server as a table of contents: each handler converts, calls, converts.

use serde_json::Value;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CodeActionParams, CodeActionResponse, CompletionParams, CompletionResponse, DidChangeConfigurationParams,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, ExecuteCommandParams,
    InitializeParams, InitializeResult, InitializedParams, InlineCompletionList, InlineCompletionParams,
    WorkDoneProgressCancelParams,
};

use super::chats::{self, code_actions};
use super::session::Session;
use super::transport::NO_VERSION;
use super::{commands, completions, convert, initialize, next_edits};
use crate::text::document::Change;
use crate::usage::Outcome;

impl LanguageServer for Session {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        Session::initialize(self, &params);
        Ok(initialize::result(&self.client.capabilities(), &self.configuration.settings()))
    }

    async fn initialized(&self, _: InitializedParams) {
        self.begin();
    }

    async fn shutdown(&self) -> Result<()> {
        self.end().await;
        Ok(())
    }

    // No handler below awaits before its change is made: the transport polls each once, in order, so that what a
    // request sees is the text its client meant.

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let opened = params.text_document;
        let document = self.documents.open(opened.uri.as_str(), &opened.language_id, opened.version, opened.text);
        self.engine.opened(&document);
        self.indexing.opened(&document);
        self.next_edits.opened(&document, self.indexing.locations().of(&document.uri));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let changed = params.text_document;
        let changes: Vec<Change> = params.content_changes.into_iter().map(convert::from_change).collect();
        let encoding = self.client.capabilities().encoding;
        let version = Some(changed.version).filter(|version| *version != NO_VERSION);
        let was_lost = self.documents.is_lost(changed.uri.as_str());
        match self.documents.change(changed.uri.as_str(), version, changes, encoding) {
            // Nobody but a chat looks into it.
            Some((document, edits)) if document.large.is_some() && edits.is_empty() => {}
            Some((document, edits)) => {
                let outcome = self.engine.edited(&document, &edits);
                self.indexing.edited(&document, &edits);
                let accepted = matches!(outcome, Some(Outcome::Accepted | Outcome::Partly));
                match was_lost {
                    true => self.next_edits.opened(&document, self.indexing.locations().of(&document.uri)),
                    false => self.next_edits.edited(&document, edits, accepted),
                }
            }
            None if self.documents.is_lost(changed.uri.as_str()) => {
                tracing::debug!(uri = changed.uri.as_str(), "an edit of a text that is not known any more; ignored");
            }
            None => tracing::warn!(uri = changed.uri.as_str(), "didChange for a document that is not open; ignored"),
        }
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        if !self.documents.close(uri.as_str()) {
            tracing::warn!(uri = uri.as_str(), "didClose for a document that is not open; ignored");
        }
        self.engine.closed(uri.as_str());
        self.next_edits.closed(uri.as_str());
        self.indexing.closed(&uri);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.next_edits.saved(params.text_document.uri.as_str());
        self.indexing.files_changed([params.text_document.uri].into_iter());
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.next_edits.files_changed(params.changes.iter().map(|change| change.uri.as_str().to_owned()).collect());
        self.indexing.files_changed(params.changes.into_iter().map(|change| change.uri));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.indexing.folders_changed(&params.event);
        let indexing = self.indexing.clone();
        tokio::spawn(async move { indexing.watch_files().await });
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.settings_changed(params.settings);
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        Ok(Some(CompletionResponse::List(completions::in_menu(self, &params).await)))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let conversation = chats::conversation_of(&params.text_document.uri);
        let mut actions = next_edits::offered(self, &params).await;
        actions.extend(code_actions::offered(&params, conversation.as_deref(), &self.client.capabilities()));
        Ok(Some(actions))
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        commands::execute(self, params).await
    }
}

/// `textDocument/inlineCompletion`, LSP 3.18.
pub async fn inline_completion(
    session: &Session,
    params: InlineCompletionParams,
) -> Result<Option<InlineCompletionList>> {
    Ok(completions::inline(session, &params).await)
}

/// An edit could not be read. What is left of the text is another one than the person sees, so nothing is completed in
/// it before the editor sends it as a whole.
pub async fn edit_lost(session: &Session, params: Value) {
    session.edit_lost(params.get("uri").and_then(Value::as_str));
}

/// `window/workDoneProgress/cancel`, which the protocol layer does not know: of our progress, chats can be cancelled.
pub async fn cancel_progress(session: &Session, params: WorkDoneProgressCancelParams) {
    session.chats.cancel(&params.token);
}
