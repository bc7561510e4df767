//! Next edits: the person's changes go to a thread of its own, and who asks for the next edit asks that thread.
//!
//! `worker` is the thread, `message` what it is told and asked, `origin` tells who made an edit, `offers` what became of
//! an offer. `answer` gives an offer the shapes of the protocol, `inline_edit` serves the clients that speak Copilot's
//! method, `command` all others, and `action` is the code action that carries the command.

mod action;
mod answer;
mod command;
mod inline_edit;
mod message;
mod offers;
mod origin;
mod worker;

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::oneshot;
use tokio::time;

use crate::completion::Located;
use crate::privacy::Privacy;
use crate::settings::Settings;
use crate::text::document::{Document, Edit};
use crate::usage::Recorder;

pub use action::offered;
pub use answer::ACCEPTED;
pub use command::{COMMAND, execute};
pub use inline_edit::{answer as inline_edit, ignored, shown};
pub use message::{Report, Told};

use message::{Answer, Ask, Message};
use offers::{Offer, State};

/// The next edits of a session.
pub struct NextEdits {
    worker: Sender<Message>,
    begun: Instant,
}

impl NextEdits {
    /// Starts the thread, which ends with this.
    pub fn new(settings: Arc<Settings>, privacy: Arc<Privacy>, usage: Recorder) -> Self {
        let (worker, messages) = mpsc::channel();
        let run = move || worker::run(&messages, settings, privacy, usage);
        if let Err(error) = thread::Builder::new().name("next-edit".to_owned()).spawn(run) {
            tracing::warn!("there are no next edits: {error}");
        }
        Self { worker, begun: Instant::now() }
    }

    /// Takes new settings, and what is private by them.
    pub fn configure(&self, settings: &Arc<Settings>, privacy: Arc<Privacy>) {
        self.tell(Message::Configured(settings.clone(), privacy));
    }

    /// A document was opened, and lies where the disk will tell.
    pub fn opened(&self, document: &Document, location: Located) {
        self.tell(Message::Opened(document.clone(), location));
    }

    /// `document` is as the edits left it; `accepted`: they took a suggestion at the cursor.
    pub fn edited(&self, document: &Document, edits: Vec<Edit>, accepted: bool) {
        self.tell(Message::Changed { document: document.clone(), edits, accepted, now_ms: self.now_ms() });
    }

    /// A document was closed.
    pub fn closed(&self, uri: &str) {
        self.tell(Message::Closed(uri.into()));
    }

    /// The editor wrote a document's file.
    pub fn saved(&self, uri: &str) {
        self.tell(Message::Written(uri.into(), self.now_ms()));
    }

    /// Files changed on disk.
    pub fn files_changed(&self, uris: Vec<String>) {
        self.tell(Message::ChangedOnDisk(uris, self.now_ms()));
    }

    /// What there is to report.
    pub async fn report(&self) -> Report {
        let (sender, report) = oneshot::channel();
        self.tell(Message::Reported(sender));
        report.await.unwrap_or_default()
    }

    /// Answers one question, once the keyboard rests and the disk has told where the documents lie. `still` says whether
    /// the question is still worth an answer.
    async fn ask(&self, mut ask: Ask, still: impl Fn() -> bool) -> Option<Offer> {
        loop {
            let (sender, answer) = oneshot::channel();
            self.tell(Message::Asked(ask.clone(), self.now_ms(), sender));
            match answer.await {
                Ok(Answer::Offered(offer)) => return Some(offer),
                Ok(Answer::Wait(until_ms)) => {
                    let wait = until_ms.saturating_sub(self.now_ms());
                    time::sleep(Duration::from_millis(wait)).await;
                    if !still() {
                        return None;
                    }
                }
                Ok(Answer::Locating(documents)) => {
                    join_all(documents.iter().map(Located::found)).await;
                    ask.located = true;
                }
                Ok(Answer::Nothing(nothing)) => {
                    tracing::debug!("no next edit: {nothing}");
                    return None;
                }
                Err(_) => return None,
            }
        }
    }

    /// The offer with this number is on screen.
    fn shown(&self, id: u64) {
        self.tell(Message::Shown(id, self.now_ms()));
    }

    /// The offer with this number, or the newest, has come to `state`; false where it is over already.
    async fn became(&self, id: Option<u64>, state: State) -> bool {
        let (sender, answer) = oneshot::channel();
        self.tell(Message::Became(id, state, sender));
        answer.await.unwrap_or_default()
    }

    /// Without the thread there is nobody to be told.
    fn tell(&self, message: Message) {
        let _ = self.worker.send(message);
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
