//! What the person is told unasked: what is wrong with the settings, the endpoint's trouble, where completions come from.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task;
use tower_lsp::ls_types::MessageType;

use super::client::Client;
use super::configuration::Configuration;
use crate::completion::{Notice, Reason};
use crate::endpoint::Backend;
use crate::settings::{Dialect, Settings};
use crate::state_dir;
use crate::usage::ledger::Ledger;

/// Says where completions come from when nobody chose that.
const LOCAL: &str = "no MISTRAL_API_KEY, so nothing is sent";

/// Said once to who used a version that sent none, and how they are stopped.
const EXCERPTS: &str = "excerpts of other files of the workspace are now sent with completions and chats; context.enabled = false stops that";

/// The same where a message of more than a line waits for a key.
const EXCERPTS_IN_SHORT: &str = "excerpts are sent now: context.enabled";

/// The file in the state directory that remembers that this is known.
const EXCERPTS_TOLD: &str = "excerpts.told";

/// Said where trouble was told before. Short: a message of more than a line waits for a key in some terminals.
const WORKS_AGAIN: &str = "completions work again";

pub struct Notices {
    /// The engine's trouble, until somebody reads it.
    trouble: Mutex<Option<UnboundedReceiver<Notice>>>,
    /// Whether the person knows that the embedded engine completes.
    told_of_local: AtomicBool,
    /// Whether it was looked up if they know that excerpts are sent.
    told_of_excerpts: AtomicBool,
}

impl Notices {
    pub fn new(trouble: UnboundedReceiver<Notice>) -> Self {
        Self {
            trouble: Mutex::new(Some(trouble)),
            told_of_local: AtomicBool::new(false),
            told_of_excerpts: AtomicBool::new(false),
        }
    }

    pub async fn tell_problems(&self, client: &Client, configuration: &Configuration) {
        for problem in configuration.new_problems() {
            client.tell_settings(&problem).await;
        }
    }

    /// Once a session, where no key is found and nobody chose to do without.
    pub async fn tell_of_local(&self, client: &Client, settings: &Settings, backend: &Backend) {
        let chosen = settings.endpoint.dialect == Dialect::Local;
        if !chosen && backend.is_local().await && !self.told_of_local.swap(true, Relaxed) {
            client.tell(MessageType::INFO, LOCAL).await;
        }
    }

    /// Once for a person: at the first start after an update, where excerpts are sent to an endpoint. Who never used
    /// another version has no need of it.
    pub async fn tell_of_excerpts(&self, client: &Client, settings: &Settings, backend: &Backend) {
        if !settings.may_use_context() || backend.is_local().await || self.told_of_excerpts.swap(true, Relaxed) {
            return;
        }
        let is_news = task::spawn_blocking(excerpts_are_news).await.unwrap_or(Ok(false));
        match is_news {
            Ok(true) if client.capabilities().blocks_on_long_messages => {
                client.tell(MessageType::INFO, EXCERPTS_IN_SHORT).await;
            }
            Ok(true) => client.show_message(MessageType::INFO, format!("Codestral: {EXCERPTS}")).await,
            Ok(false) => {}
            Err(error) => tracing::warn!("cannot remember what was told: {error}"),
        }
    }

    /// Tells of the endpoint's trouble for as long as there is an engine. Only the first call does.
    pub async fn tell_trouble(&self, client: &Client) {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut trouble) = trouble else { return };
        while let Some(notice) = trouble.recv().await {
            let (kind, text) = match &notice {
                Notice::Trouble(reason) => {
                    tracing::warn!("{reason}");
                    let is_chosen = matches!(reason, Reason::Ceiling(_));
                    (if is_chosen { MessageType::WARNING } else { MessageType::ERROR }, reason.headline())
                }
                Notice::Instead(host) => (MessageType::INFO, format!("completions come from {host} for now")),
                Notice::WorksAgain => (MessageType::INFO, WORKS_AGAIN.to_owned()),
            };
            client.tell(kind, &text).await;
        }
    }
}

/// Whether the person used this program before it sent excerpts, and was not told yet. Then, or where they are new here,
/// they count as told.
fn excerpts_are_news() -> io::Result<bool> {
    let directory = state_dir::path()?;
    let was_used = directory.join(Ledger::FILE).exists();
    state_dir::create(&directory)?;
    let told = state_dir::private_file().create_new(true).open(directory.join(EXCERPTS_TOLD));
    match told {
        Ok(_) => Ok(was_used),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
