//! The LSP shell: what an editor talks to.
//!
//! `transport` hands one message at a time to `handlers`, the table of contents. `session` owns the parts, each with
//! its own file: documents, `client`, `configuration`, `indexing`, `next_edits`, `chats`, `usage_sync`, `notices`. LSP's
//! types become ours in `convert`, URIs paths in `uri`.

mod capabilities;
mod chats;
mod client;
mod code_actions;
mod commands;
mod completions;
mod configuration;
mod convert;
mod edits;
mod handlers;
mod indexing;
mod initialize;
mod loading_progress;
mod locations;
mod next_edits;
mod notices;
mod session;
pub(crate) mod transport;
mod uri;
mod usage_sync;
mod workspace_progress;

use std::io;
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

use tokio::runtime;
use tower_lsp::LspService;

use crate::logging::Logging;
use crate::settings::Sources;

use session::Session;

/// Two threads besides the one that reads messages in order: one for streams and timers, one in reserve, so that no
/// computation can hold up another.
const WORKERS: usize = 2;

/// Serves one editor over stdin and stdout until it leaves.
///
/// # Errors
/// The system gives no threads.
pub(crate) fn run(sources: Sources, logging: Logging) -> io::Result<ExitCode> {
    panic::set_hook(Box::new(log_panic));
    let runtime = runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let ending = runtime.block_on(async {
        let (service, socket) = LspService::build(|client| Session::new(client, sources, logging))
            .custom_method("textDocument/inlineCompletion", handlers::inline_completion)
            .custom_method(transport::EDIT_LOST, handlers::edit_lost)
            .custom_method("window/workDoneProgress/cancel", handlers::cancel_progress)
            .custom_method("textDocument/copilotInlineEdit", next_edits::inline_edit)
            .custom_method("textDocument/didShowInlineEdit", next_edits::shown)
            .custom_method("textDocument/didFocus", next_edits::ignored)
            .custom_method("textDocument/didShowCompletion", next_edits::ignored)
            .custom_method("textDocument/didPartiallyAcceptCompletion", next_edits::ignored)
            .finish();
        let session = service.inner().clone();
        let ending = transport::serve(service, socket).await;
        // Editors leave without `shutdown`, or without waiting for its answer.
        session.end().await;
        ending
    });
    // Nothing that still runs may keep the process alive.
    runtime.shutdown_background();
    Ok(ending.into())
}

/// The place of a panic, for a report of it. Its text may hold the user's source, so that is for debugging only.
fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!("a bug: panic at {place}; please report it");
    tracing::debug!("{info}");
}
