//! The loop: one message at a time to the protocol layer, exactly one answer to every request.

use std::any::Any;
use std::future::{self, Future};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::mpsc::Sender;
use std::task::{Context, Poll, Waker};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Sink, SinkExt};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinSet, unconstrained};
use tower::Service;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};
use tower_lsp::{ExitedError, LanguageServer, LspService};

use super::Ending;
use super::message::Message;
use super::writer::Outgoing;
use super::{notifications, parent_process};

/// What a handler came to: an answer for a request, nothing for a notification.
type HandlerResult = Result<Option<Response>, ExitedError>;

/// Takes messages in the order of their arrival.
pub struct Dispatch<S> {
    service: LspService<S>,
    outgoing: Sender<Outgoing>,
    /// Where answers go that had to be waited for: behind what was told the client meanwhile.
    late: mpsc::UnboundedSender<Response>,
    /// Handlers that wait for something.
    open: JoinSet<()>,
    /// `shutdown` was asked for.
    shutdown: bool,
    /// Resolves when the editor is dead; `None` when it is not watched.
    editor: Option<oneshot::Receiver<()>>,
}

impl<S: LanguageServer> Dispatch<S> {
    /// Nothing is open and no editor watched.
    pub fn new(service: LspService<S>, outgoing: Sender<Outgoing>, late: mpsc::UnboundedSender<Response>) -> Self {
        Self { service, outgoing, late, open: JoinSet::new(), shutdown: false, editor: None }
    }

    /// Handles messages until something ends the server. `answers` must never wait.
    pub async fn run(
        &mut self,
        mut incoming: mpsc::Receiver<Message>,
        answers: &mut (impl Sink<Response> + Unpin),
        output_closed: &mut oneshot::Receiver<()>,
    ) -> Ending {
        loop {
            let message = tokio::select! {
                biased;
                _ = &mut *output_closed => return Ending::OutputClosed,
                () = death(&mut self.editor) => return Ending::EditorDied,
                message = incoming.recv() => message,
            };
            while self.open.try_join_next().is_some() {}
            match message {
                None => return Ending::InputClosed,
                Some(Message::Fault(answer)) => {
                    tracing::warn!(error = ?answer.error(), "the client sent something that is no message");
                    let _ = self.outgoing.send(Outgoing::Answer(answer));
                }
                Some(Message::Answer(answer)) => {
                    let _ = answers.send(answer).now_or_never();
                }
                Some(Message::Call(call)) => {
                    if let Some(ending) = self.call(call) {
                        return ending;
                    }
                }
            }
        }
    }

    /// Drops every handler that still waits, and with each what it holds: HTTP requests end.
    pub async fn drop_open(&mut self) {
        self.open.shutdown().await;
    }

    /// Runs a handler up to its first wait, in which no other message can come between; the rest becomes a task.
    fn call(&mut self, call: Request) -> Option<Ending> {
        self.follow_life_cycle(&call);
        let pending = PendingAnswer { method: call.method().to_owned(), id: call.id().cloned() };
        let call = if pending.warn_if_lost(&call) { notifications::instead_of_lost(call) } else { call };
        let ending = (pending.method == "exit").then_some(Ending::Exit { after_shutdown: self.shutdown });

        let first = catch_unwind(AssertUnwindSafe(|| first_poll(self.service.call(call))));
        match first {
            Ok(Polled::Done(outcome)) => self.send(pending.answer(Ok(outcome))),
            Ok(Polled::Waits(rest)) => {
                let late = self.late.clone();
                self.open.spawn(async move {
                    let rest = async {
                        pending.check_may_wait();
                        rest.await
                    };
                    let outcome = AssertUnwindSafe(rest).catch_unwind().await;
                    // Nobody reads any more: the loop has its own sign of that.
                    let _ = pending.answer(outcome).map(|answer| late.send(answer));
                });
            }
            Err(panic) => self.send(pending.answer(Err(panic))),
        }
        ending
    }

    fn send(&self, answer: Option<Response>) {
        let _ = answer.map(|answer| self.outgoing.send(Outgoing::Answer(answer)));
    }

    fn follow_life_cycle(&mut self, call: &Request) {
        match call.method() {
            "shutdown" if call.id().is_some() => self.shutdown = true,
            "initialize" if self.editor.is_none() => {
                let pid = call.params().and_then(|params| params.get("processId")).and_then(Value::as_u64);
                self.editor = pid.and_then(|pid| u32::try_from(pid).ok()).map(parent_process::watch);
            }
            _ => {}
        }
    }
}

async fn death(editor: &mut Option<oneshot::Receiver<()>>) {
    match editor {
        Some(watched) => {
            // Where it is not watched the sender is dropped: then it never dies.
            if watched.await.is_err() {
                *editor = None;
                future::pending::<()>().await;
            }
        }
        None => future::pending().await,
    }
}

enum Polled {
    Done(HandlerResult),
    Waits(BoxFuture<'static, HandlerResult>),
}

/// Polls once, without tokio's budget: a handler must not wait only because many messages came at once. The waker does
/// nothing, as the task that takes over polls again.
fn first_poll(mut handler: BoxFuture<'static, HandlerResult>) -> Polled {
    let polled = pin!(unconstrained(&mut handler)).poll(&mut Context::from_waker(Waker::noop()));
    match polled {
        Poll::Ready(outcome) => Polled::Done(outcome),
        Poll::Pending => Polled::Waits(handler),
    }
}

/// The answer to one call, if it is a request. Given once.
struct PendingAnswer {
    method: String,
    id: Option<Id>,
}

impl PendingAnswer {
    fn answer(self, outcome: Result<HandlerResult, Box<dyn Any + Send>>) -> Option<Response> {
        match outcome {
            Ok(Ok(Some(answer))) => Some(answer),
            // The layer leaves unknown requests `$/...` unanswered, against LSP 3.18 "$ Notifications and Requests".
            Ok(Ok(None)) => self.id.map(|id| Response::from_error(id, Error::method_not_found())),
            Ok(Err(ExitedError { .. })) => None,
            Err(panic) => {
                tracing::error!(method = self.method, "a handler panicked; the server goes on");
                tracing::debug!(method = self.method, panic = panic_text(&*panic));
                self.id.map(|id| Response::from_error(id, Error::internal_error()))
            }
        }
    }

    /// The layer drops a notification whose params do not fit without a word; says whether it will.
    fn warn_if_lost(&self, call: &Request) -> bool {
        if self.id.is_some() {
            return false;
        }
        let Some(reason) = notifications::misfit(call) else { return false };
        tracing::warn!(method = self.method, "a notification is ignored, for its params do not fit");
        tracing::debug!(method = self.method, reason);
        true
    }

    /// An edit whose handler waits lets later messages see the old text. That is our own mistake: in debug builds the
    /// handler panics, which tests see and the loop survives.
    fn check_may_wait(&self) {
        if self.id.is_none() && notifications::is_ordered(&self.method) {
            tracing::error!(method = self.method, "a handler waits that must not: later messages overtake it");
            debug_assert!(false, "the handler of {} waits", self.method);
        }
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}
