//! One editor's session: its documents, its settings as they change, and what is said to the person.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::{task, time};
use tower_lsp::Client as Connection;
use tower_lsp::ls_types::{ConfigurationItem, InitializeParams, MessageType, Registration, ShowDocumentParams, Uri};

use super::Server;
use super::capabilities::Client;
use super::chat::Chats;
use super::indexing::{self, Shelves};
use super::usage_sync::UsageSync;
use crate::completion::{Engine, Reason};
use crate::endpoint::Backend;
use crate::index::SharedIndex;
use crate::logging::Logging;
use crate::settings::{Dialect, Settings, Sources};
use crate::state_dir;
use crate::text::document::Documents;

/// The section of the settings in a client's configuration.
const SECTION: &str = "codestral";

/// The time between two writings of the counts: what a crash may lose, against the wear of the disk.
const COUNTS_EVERY: Duration = Duration::from_secs(60);

/// How long the last writing may hold up the answer to `shutdown`; editors kill a server that dawdles.
const LAST_WORDS_LIMIT: Duration = Duration::from_millis(200);

/// One editor's session.
pub struct Session {
    /// The open documents.
    pub documents: Documents,
    /// What completes.
    pub engine: Engine,
    /// What the embedded engine knows.
    pub library: Arc<SharedIndex>,
    /// The chats that run.
    pub(super) chats: Arc<Chats>,
    pub(super) shelves: Mutex<Shelves>,
    pub(super) connection: Connection,
    client: OnceLock<Client>,
    configured: Mutex<Configured>,
    logging: Logging,
    /// Whether the person knows that the embedded engine completes.
    told_local: AtomicBool,
    /// The engine's trouble, until `initialized` begins to read it.
    trouble: Mutex<Option<UnboundedReceiver<Reason>>>,
    usage_sync: UsageSync,
}

/// The settings, and what was made from them.
struct Configured {
    sources: Sources,
    settings: Arc<Settings>,
    backend: Backend,
    /// Why nothing may be sent, if they are wrong where it matters.
    refusal: Option<String>,
    /// What is wrong with them, and whether the person has been told.
    problems: Vec<String>,
    told: Vec<String>,
}

impl Session {
    /// A session before its `initialize`.
    pub fn new(connection: Connection, sources: Sources, logging: Logging) -> Self {
        let settings = Arc::new(sources.load().settings);
        let backend = Backend::new(&settings);
        let (sender, trouble) = unbounded_channel();
        let engine = Engine::new(settings.clone(), Arc::new(backend.clone()), sender);
        let library = Arc::new(SharedIndex::new(&settings));
        engine.predict_with(library.clone());
        Self {
            documents: Documents::default(),
            engine,
            library,
            chats: Arc::default(),
            shelves: Mutex::new(Shelves::default()),
            connection,
            client: OnceLock::new(),
            configured: Mutex::new(Configured {
                sources,
                settings,
                backend,
                refusal: None,
                problems: vec![],
                told: vec![],
            }),
            logging,
            told_local: AtomicBool::new(false),
            trouble: Mutex::new(Some(trouble)),
            usage_sync: UsageSync::default(),
        }
    }

    /// Learns what the client can do.
    pub fn meet(&self, params: &InitializeParams) -> Client {
        self.find_roots(params);
        *self.client.get_or_init(|| Client::new(params))
    }

    /// What the client can do.
    pub fn client(&self) -> Client {
        self.client.get().copied().unwrap_or_default()
    }

    /// The settings in force.
    pub fn settings(&self) -> Arc<Settings> {
        self.configured().settings.clone()
    }

    /// What is asked.
    pub fn backend(&self) -> Backend {
        self.configured().backend.clone()
    }

    /// The address that is asked.
    pub fn url(&self) -> String {
        self.configured().backend.url().to_owned()
    }

    /// Takes what the editor says of the settings. False where it says nothing (`null`): then it wants to be asked.
    pub fn configure(&self, sent: Value) -> bool {
        let mut configured = self.configured();
        let said = configured.sources.set_editor(sent);
        let loaded = configured.sources.load();
        configured.problems = loaded.problems.iter().map(ToString::to_string).collect();
        if let Err(error) = self.logging.apply(&loaded.settings.log) {
            configured.problems.push(error.to_string());
        }
        let dangerous = loaded.problems.iter().find(|problem| problem.forbids_sending());
        let refusal = dangerous.map(|problem| format!("nothing is sent until the settings are mended: {problem}"));
        if *configured.settings != loaded.settings || configured.refusal != refusal {
            let shelved = indexing::same(&configured.settings, &loaded.settings);
            configured.settings = Arc::new(loaded.settings);
            configured.backend = match &refusal {
                Some(why) => Backend::refusing(&configured.settings, why.clone()),
                None => configured.backend.changed(&configured.settings),
            };
            configured.refusal = refusal;
            self.engine.configure(configured.settings.clone(), Arc::new(configured.backend.clone()));
            if !shelved {
                self.shelve(&configured.settings);
            }
        }
        said
    }

    /// What is wrong with the settings and has not been said yet.
    fn new_problems(&self) -> Vec<String> {
        let mut configured = self.configured();
        let problems = configured.problems.clone();
        let new = problems.iter().filter(|problem| !configured.told.contains(problem)).cloned().collect();
        configured.told = problems;
        new
    }

    /// Says one thing to the person.
    pub async fn say(&self, kind: MessageType, text: String) {
        self.connection.show_message(kind, text).await;
    }

    /// Shows a longer text: as a document where the client can open one, else as a message.
    pub async fn show_text(&self, name: &'static str, text: String) {
        let shown = self.client().show_document.then(|| text.clone());
        if let Some(text) = shown {
            let written = task::spawn_blocking(move || write_state(name, &text)).await;
            match written {
                Ok(Ok(path)) => {
                    if let Some(uri) = Uri::from_file_path(&path) {
                        let document =
                            ShowDocumentParams { uri, external: None, take_focus: Some(true), selection: None };
                        if self.connection.show_document(document).await.unwrap_or_default() {
                            return;
                        }
                    }
                }
                Ok(Err(error)) => tracing::warn!("cannot write {name}: {error}"),
                Err(_) => tracing::warn!("writing {name} did not end"),
            }
        }
        self.say(MessageType::INFO, text).await;
    }

    fn configured(&self) -> MutexGuard<'_, Configured> {
        self.configured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// After `initialized`: settings are asked for, trouble is told and counts are kept from now on, the connection is
    /// warmed up.
    pub fn begin(&self) {
        self.keep_counts();
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        let server = self.clone();
        tokio::spawn(async move {
            if server.client().registers_configuration {
                let registration = Registration {
                    id: "codestral-settings".to_owned(),
                    method: "workspace/didChangeConfiguration".to_owned(),
                    register_options: Some(serde_json::json!({ "section": SECTION })),
                };
                if let Err(error) = server.connection.register_capability(vec![registration]).await {
                    tracing::warn!("the editor will not tell of changed settings: {error}");
                }
            }
            server.watch_files().await;
            server.pull_configuration().await;
            server.follow_workspace();
            server.settle().await;
            let Some(mut trouble) = trouble else { return };
            while let Some(reason) = trouble.recv().await {
                let is_chosen = matches!(reason, Reason::Ceiling(_));
                let kind = if is_chosen { MessageType::WARNING } else { MessageType::ERROR };
                server.say(kind, format!("Codestral: {reason}")).await;
            }
        });
    }

    fn keep_counts(&self) {
        let server = self.clone();
        tokio::spawn(async move {
            server.usage_sync.read(&server.engine).await;
            loop {
                time::sleep(COUNTS_EVERY).await;
                server.usage_sync.write(&server.engine).await;
            }
        });
    }

    /// Before the answer to `shutdown`: streams end, chats keep what they have and the last counts are written, if the
    /// disk is quick enough.
    pub async fn end(&self) {
        self.engine.finish();
        let last = async {
            self.chats.finish().await;
            self.usage_sync.write(&self.engine).await;
        };
        if time::timeout(LAST_WORDS_LIMIT, last).await.is_err() {
            tracing::warn!("the last counts or words of a chat may be lost: the disk is slow");
        }
    }

    /// The editor says its settings changed without saying how.
    pub fn ask_configuration(&self) {
        let server = self.clone();
        tokio::spawn(async move {
            server.pull_configuration().await;
            server.settle().await;
        });
    }

    /// Tells what is wrong with new settings, and warms up the endpoint they name. Must not hold up a notification.
    pub fn settle_soon(&self) {
        let server = self.clone();
        tokio::spawn(async move { server.settle().await });
    }

    async fn pull_configuration(&self) {
        if !self.client().configuration {
            return;
        }
        let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
        match self.connection.configuration(vec![item]).await {
            Ok(mut values) => {
                if let Some(value) = values.pop() {
                    self.configure(value);
                }
            }
            Err(error) => tracing::warn!("the editor does not tell its settings: {error}"),
        }
    }

    async fn settle(&self) {
        for problem in self.new_problems() {
            self.say(MessageType::WARNING, format!("Codestral settings: {problem}")).await;
        }
        let (backend, warm_up) = {
            let configured = self.configured();
            (configured.backend.clone(), configured.settings.endpoint.warm_up)
        };
        self.tell_of_local(&backend).await;
        if warm_up {
            backend.warm_up().await;
        }
    }
}

/// Says where completions come from when nobody chose that.
const LOCAL: &str = "Codestral: no API key is set, so suggestions come from your own open files and workspace alone, and \
     nothing is sent. For Codestral's, set MISTRAL_API_KEY; `codestral-ls check` helps.";

impl Server {
    async fn tell_of_local(&self, backend: &Backend) {
        let chosen = self.settings().endpoint.dialect == Dialect::Local;
        if !chosen && backend.is_local().await && !self.told_local.swap(true, Relaxed) {
            self.say(MessageType::INFO, LOCAL.to_owned()).await;
        }
    }
}

/// Writes a text below the user's state directory, for no one else to read.
fn write_state(name: &str, text: &str) -> io::Result<PathBuf> {
    let directory = state_dir::path()?;
    state_dir::create(&directory)?;
    let path = directory.join(name);
    state_dir::private_file().truncate(true).open(&path)?.write_all(text.as_bytes())?;
    Ok(path)
}
