//! The server as a table of contents: each handler converts, calls, converts.

use serde_json::Value;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CodeActionParams, CodeActionProviderCapability, CodeActionResponse, CompletionOptions, CompletionParams,
    CompletionResponse, DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    ExecuteCommandOptions, ExecuteCommandParams, InitializeParams, InitializeResult, InitializedParams,
    InlineCompletionList, InlineCompletionOptions, InlineCompletionParams, InlineCompletionTriggerKind, OneOf,
    ServerCapabilities, ServerInfo, TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressCancelParams, WorkDoneProgressOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use super::capabilities::{self, Client};
use super::chat::{self, actions};
use super::convert::{self, Place};
use super::{Server, commands};
use crate::completion::{Query, Reason};
use crate::text::document::{Change, Document};
use crate::text::position;

/// After these a suggestion is worth asking for where the client waits for two letters else (Helix). Few, since the
/// client then asks its other servers as well.
const TRIGGER_CHARACTERS: [&str; 3] = [".", "(", "="];

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let client = self.meet(&params);
        self.configure(capabilities::settings_of(params.initialization_options.unwrap_or_default()));
        let completion = client.wants_completion(self.settings().completion.as_completion).then(|| CompletionOptions {
            trigger_characters: Some(TRIGGER_CHARACTERS.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        });
        Ok(InitializeResult {
            capabilities: ServerCapabilities {
                position_encoding: Some(client.encoding_kind()),
                text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
                    open_close: Some(true),
                    change: Some(TextDocumentSyncKind::INCREMENTAL),
                    save: Some(TextDocumentSyncSaveOptions::Supported(true)),
                    ..TextDocumentSyncOptions::default()
                })),
                inline_completion_provider: Some(OneOf::Right(InlineCompletionOptions::default())),
                completion_provider: completion,
                code_action_provider: Some(CodeActionProviderCapability::Options(actions::options())),
                execute_command_provider: Some(ExecuteCommandOptions {
                    commands: commands::ALL.map(str::to_owned).to_vec(),
                    work_done_progress_options: WorkDoneProgressOptions { work_done_progress: Some(true) },
                }),
                workspace: Some(WorkspaceServerCapabilities {
                    workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                        supported: Some(true),
                        change_notifications: Some(OneOf::Left(true)),
                    }),
                    ..WorkspaceServerCapabilities::default()
                }),
                ..ServerCapabilities::default()
            },
            server_info: Some(ServerInfo {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
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
        let document = Document::new(opened.uri.as_str(), &opened.language_id, opened.version, &opened.text);
        self.documents.open(document.clone());
        self.take_in(&document);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let changed = params.text_document;
        let changes: Vec<Change> = params.content_changes.into_iter().map(convert::from_change).collect();
        let encoding = self.client().encoding;
        match self.documents.change(changed.uri.as_str(), changed.version, changes, encoding) {
            Some((document, edits)) => {
                self.engine.edited(&document, &edits);
                self.follow(&document, &edits);
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
        self.put_back(&uri);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.files_changed([params.text_document.uri].into_iter());
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.files_changed(params.changes.into_iter().map(|change| change.uri));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.change_folders(&params.event);
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        if self.configure(params.settings) {
            self.settle_soon();
        } else {
            self.ask_configuration();
        }
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let client = self.client();
        let query = self.query(&params.text_document_position, true).map(|mut query| {
            // Helix calls its automatic requests "invoked" too; only a menu without anything typed tells them apart.
            query.invoked = false;
            query.follows = client.one_at_a_time;
            query
        });
        let Some(query) = query else { return Ok(Some(CompletionResponse::List(Default::default()))) };
        let suggestion = self.engine.complete(&query).await.result.ok();
        let list = convert::to_completion_list(suggestion.as_ref(), &query.document, query.cursor, &client);
        Ok(Some(CompletionResponse::List(list)))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let conversation = chat::conversation_of(&params.text_document.uri);
        Ok(Some(actions::offered(&params, conversation.as_deref(), &self.client())))
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        commands::execute(self, params).await
    }
}

impl Server {
    /// `textDocument/inlineCompletion`, LSP 3.18.
    ///
    /// Superseded is `null`, which leaves what is shown alone; nothing is an empty list, which clears it. No other
    /// error ever: VS Code would pop one up at each key.
    pub async fn inline_completion(&self, params: InlineCompletionParams) -> Result<Option<InlineCompletionList>> {
        let Client { encoding, .. } = self.client();
        let invoked = params.context.trigger_kind == InlineCompletionTriggerKind::INVOKED;
        let Some(mut query) = self.query(&params.text_document_position, invoked) else {
            return Ok(Some(InlineCompletionList { items: vec![] }));
        };
        let asked = query.document.clone();
        let mut place = Place { document: &asked, start: query.cursor, cursor: query.cursor, given: "" };
        if let Some(selected) = &params.context.selected_completion_info {
            let (start, end) = (selected.range.start, selected.range.end);
            let range =
                position::to_range(&asked.text, convert::from_position(start), convert::from_position(end), encoding);
            // Neovim puts the visual selection here; an item of a menu ends at the cursor.
            if range.end == query.cursor {
                (place.start, place.given) = (range.start, &selected.text);
                query.document = convert::with_selected(&asked, range.start, range.end, &selected.text);
                query.cursor = range.start + selected.text.len();
            }
        }
        let (answer, others) =
            if invoked { self.engine.choose(&query).await } else { (self.engine.complete(&query).await, vec![]) };
        match answer.result {
            Err(Reason::Superseded) => Ok(None),
            first => {
                let suggestions: Vec<_> = first.into_iter().chain(others).collect();
                Ok(Some(convert::to_inline_list(&suggestions, &place, encoding)))
            }
        }
    }

    /// `window/workDoneProgress/cancel`, which the protocol layer does not know: of our progress, chats can be cancelled.
    pub async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        self.chats.cancel(&params.token);
    }

    /// The query at a position; `None` for a document that is not open.
    fn query(&self, params: &TextDocumentPositionParams, invoked: bool) -> Option<Query> {
        let uri = &params.text_document.uri;
        let Some(document) = self.documents.get(uri.as_str()) else {
            tracing::warn!(uri = uri.as_str(), "a completion for a document that is not open");
            return None;
        };
        let at = convert::from_position(params.position);
        let cursor = position::to_offset(&document.text, at, self.client().encoding);
        let path = uri.to_file_path().map(|path| path.into_owned());
        Some(Query { document, path, cursor, invoked, follows: false })
    }
}
