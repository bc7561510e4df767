//! The LSP shell: what an editor talks to.

pub mod capabilities;
pub mod chat;
pub mod commands;
pub mod convert;
pub mod handlers;
mod indexing;
mod progress;
pub mod session;
pub mod transport;
mod usage_sync;

use std::io;
use std::ops::Deref;
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::runtime;
use tower_lsp::LspService;

use crate::logging::Logging;
use crate::settings::Sources;

use session::Session;

/// Two threads besides the one that reads messages in order: one for streams and timers, one in reserve, so that no
/// computation can hold up another.
const WORKERS: usize = 2;

/// The language server: one session, shared by handlers and tasks.
#[derive(Clone)]
pub struct Server(Arc<Session>);

impl Deref for Server {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

/// Serves one editor over stdin and stdout until it leaves.
///
/// # Errors
/// The system gives no threads.
pub fn run(sources: Sources, logging: Logging) -> io::Result<ExitCode> {
    panic::set_hook(Box::new(log_panic));
    let runtime = runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let ending = runtime.block_on(async {
        let (service, socket) =
            LspService::build(|connection| Server(Arc::new(Session::new(connection, sources, logging))))
                .custom_method("textDocument/inlineCompletion", Server::inline_completion)
                .custom_method("window/workDoneProgress/cancel", Server::cancel_progress)
                .finish();
        let server = service.inner().clone();
        let ending = transport::serve(service, socket).await;
        // Editors leave without `shutdown`, or without waiting for its answer.
        server.end().await;
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
