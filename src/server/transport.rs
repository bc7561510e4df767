//! stdio to and from the protocol layer: in order, through bad input, until the editor ends.
//!
//! The library's own `Server` stops at the first broken frame, dies of a panic in a handler and, full of waiting
//! requests, reads no cancel. So its `LspService` is driven from here, one message at a time: a handler runs up to its
//! first wait before the next message is looked at, and what it does until then no other message can get between.

mod dispatch;
pub(crate) mod frames;
mod message;
mod notifications;
mod numbers;
mod parent_process;
mod uri_spelling;
mod writer;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, BufReader, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc as thread_mpsc;
use std::thread;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tower_lsp::{ClientSocket, LanguageServer, LspService};

pub use notifications::EDIT_LOST;
pub use numbers::NO_VERSION;
pub use uri_spelling::parseable;

use dispatch::Dispatch;
use frames::{Frame, Frames};
use message::Message;
use uri_spelling::Spellings;
use writer::Outgoing;

/// Messages read ahead of the one at work. Few, as each may be large; enough that reading and parsing never pause.
const READ_AHEAD: usize = 256;

/// How long the last answers may take to be written, and dropped handlers to end: half of the second within which the
/// server ends.
const DRAIN_LIMIT: Duration = Duration::from_millis(250);

/// Why the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The client said `exit`.
    Exit {
        /// It had said `shutdown` before.
        after_shutdown: bool,
    },
    /// The end of stdin.
    InputClosed,
    /// Nobody reads stdout any more.
    OutputClosed,
    /// The process `initialize.processId` is dead.
    EditorDied,
}

/// In words, for the log.
impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exit { after_shutdown: true } => "the editor said `exit`",
            Self::Exit { after_shutdown: false } => "the editor said `exit` without `shutdown`",
            Self::InputClosed => "stdin is closed; the editor is gone",
            Self::OutputClosed => "stdout is closed; the editor is gone",
            Self::EditorDied => "the editor's process, which started this server, is dead",
        })
    }
}

/// LSP 3.18 `exit`: success after `shutdown`, 1 in every other case.
impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Exit { after_shutdown: true } => Self::SUCCESS,
            _ => Self::FAILURE,
        }
    }
}

/// Serves on stdin and stdout until the editor ends. Requests open by then are dropped.
///
/// The thread that reads stdin may outlive this call, so the process should end right after it.
pub async fn serve<S: LanguageServer>(service: LspService<S>, socket: ClientSocket) -> Ending {
    serve_on(service, socket, io::stdin(), io::stdout()).await
}

/// As [`serve`], on any pair of streams.
pub async fn serve_on<S: LanguageServer>(
    service: LspService<S>,
    socket: ClientSocket,
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> Ending {
    let spellings = Arc::new(Spellings::default());
    let incoming = spawn_reader(input, Arc::clone(&spellings));
    let (outgoing, mut output_closed) = spawn_writer(output, spellings);

    let (mut calls, mut answers) = socket.split();
    let (late, mut late_answers) = mpsc::unbounded_channel();
    let forwarder = tokio::spawn({
        let outgoing = outgoing.clone();
        async move {
            loop {
                // What a handler told the client before it answered leaves before its answer.
                let message = tokio::select! {
                    biased;
                    Some(call) = calls.next() => Outgoing::Call(call),
                    answer = late_answers.recv() => match answer {
                        Some(answer) => Outgoing::Answer(answer),
                        None => break,
                    },
                };
                let _ = outgoing.send(message);
            }
        }
    });

    let mut dispatch = Dispatch::new(service, outgoing, late);
    let ending = dispatch.run(incoming, &mut answers, &mut output_closed).await;
    match ending {
        Ending::Exit { after_shutdown: true } => tracing::info!("the server ends: {ending}"),
        _ => tracing::warn!("the server ends: {ending}"),
    }

    let _ = timeout(DRAIN_LIMIT, dispatch.drop_open()).await;
    // The forwarder ends with its last handler, the writer with its last sender.
    drop(dispatch);
    let _ = timeout(DRAIN_LIMIT, forwarder).await;
    if ending != Ending::OutputClosed {
        // The last answers leave; but a client that does not read must not keep us alive.
        let _ = timeout(DRAIN_LIMIT, output_closed).await;
    }
    ending
}

/// A plain thread: the runtime's own stdin would cost a thread switch a read, and keep the runtime from ending.
fn spawn_reader(input: impl Read + Send + 'static, spellings: Arc<Spellings>) -> mpsc::Receiver<Message> {
    let (sender, incoming) = mpsc::channel(READ_AHEAD);
    thread::spawn(move || {
        let mut frames = Frames::new(BufReader::with_capacity(64 << 10, input));
        while let Ok(Some(frame)) = frames.read() {
            let message = match frame {
                Frame::Body(body) => message::decode(body, &spellings),
                Frame::Fault(fault) => fault.into(),
            };
            if sender.blocking_send(message).is_err() {
                return;
            }
        }
    });
    incoming
}

/// A plain thread, as for stdin. The queue has no bound: a client that is slow to read must still be able to write, or
/// both sides wait for each other. The receiver resolves when nothing more will be written.
fn spawn_writer(
    output: impl Write + Send + 'static,
    spellings: Arc<Spellings>,
) -> (thread_mpsc::Sender<Outgoing>, oneshot::Receiver<()>) {
    let (outgoing, messages) = thread_mpsc::channel();
    let (closed, output_closed) = oneshot::channel();
    thread::spawn(move || {
        if let Err(error) = writer::write(output, &messages, &spellings) {
            tracing::warn!(%error, "stdout is closed");
        }
        let _ = closed.send(());
    });
    (outgoing, output_closed)
}
