//! What the server announces to a client.

use tower_lsp::ls_types::{
    CodeActionProviderCapability, CompletionOptions, ExecuteCommandOptions, InitializeResult, InlineCompletionOptions,
    OneOf, ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};

use super::capabilities::ClientCapabilities;
use super::chats::code_actions;
use super::commands;
use crate::settings::Settings;

/// After these a suggestion is worth asking for where the client waits for two letters else (Helix). Few, since the
/// client then asks its other servers as well.
const TRIGGER_CHARACTERS: [&str; 3] = [".", "(", "="];

pub fn result(client: &ClientCapabilities, settings: &Settings) -> InitializeResult {
    let completion = client.wants_completion(settings.completion.as_completion).then(|| CompletionOptions {
        trigger_characters: Some(TRIGGER_CHARACTERS.map(str::to_owned).to_vec()),
        ..CompletionOptions::default()
    });
    InitializeResult {
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
            code_action_provider: Some(CodeActionProviderCapability::Options(code_actions::options())),
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
    }
}
