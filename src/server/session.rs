//! One editor's session: the parts that it owns, and what happens to all of them at its beginning, at its end and with
//! new settings.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::unbounded_channel;
use tokio::{task, time};
use tower_lsp::ls_types::{InitializeParams, MessageType};

use super::capabilities;
use super::chats::Chats;
use super::client::Client;
use super::configuration::{Configuration, Current};
use super::indexing::Indexing;
use super::loading_progress;
use super::next_edits::NextEdits;
use super::notices::Notices;
use super::usage_sync::UsageSync;
use crate::completion::Engine;
use crate::logging::Logging;
use crate::settings::Sources;
use crate::text::documents::Documents;
use crate::usage::Recorder;
use crate::{masking, privacy};

/// How long the last writing may hold up the answer to `shutdown`; editors kill a server that dawdles.
const LAST_WRITES_LIMIT: Duration = Duration::from_millis(200);

/// How long settings that the editor is asked for hold up what they may change.
const SETTINGS_PATIENCE: Duration = Duration::from_secs(1);

/// Said once where an edit cannot be read. Short, as it may be said while someone types.
const EDIT_LOST: &str = "Codestral: an edit was unreadable; reopen the file";

/// One editor's session. Clones share its parts: a handler borrows it, a task has a clone, or of the part it needs.
#[derive(Clone)]
pub struct Session {
    pub documents: Arc<Documents>,
    pub client: Client,
    pub configuration: Arc<Configuration>,
    /// What completes.
    pub engine: Engine,
    pub indexing: Arc<Indexing>,
    pub next_edits: Arc<NextEdits>,
    pub chats: Arc<Chats>,
    /// What is asked, paid and shown.
    pub usage: Recorder,
    usage_sync: Arc<UsageSync>,
    notices: Arc<Notices>,
}

impl Session {
    /// A session before its `initialize`.
    pub fn new(connection: tower_lsp::Client, sources: Sources, logging: Logging) -> Self {
        let client = Client::new(connection);
        let documents = Arc::<Documents>::default();
        let configuration = Configuration::new(sources, logging);
        let Current { settings, backend } = configuration.current();
        let indexing = Indexing::new(documents.clone(), client.clone(), settings.clone());
        let (sender, trouble) = unbounded_channel();
        let usage = Recorder::default();
        let engine = Engine::new(settings.clone(), Arc::new(backend), usage.clone(), sender);
        let next_edits = NextEdits::new(settings, engine.privacy(), usage.clone());
        engine.set_predictor(indexing.index());
        engine.set_context(indexing.index());
        Self {
            documents,
            client,
            configuration: Arc::new(configuration),
            usage_sync: Arc::new(UsageSync::new(usage.clone())),
            usage,
            engine,
            indexing: Arc::new(indexing),
            next_edits: Arc::new(next_edits),
            chats: Arc::default(),
            notices: Arc::new(Notices::new(trouble)),
        }
    }

    /// `initialize`: what the client can do, its folders, its settings.
    pub fn initialize(&self, params: &InitializeParams) {
        self.client.learn(params);
        self.indexing.set_folders(capabilities::folders(params));
        self.configure(capabilities::settings_of(params.initialization_options.clone().unwrap_or_default()));
        self.follow_settings();
    }

    /// After `initialized`: settings are asked for, trouble is told and counts are kept from now on, the workspace is
    /// read, the connection is warmed up.
    pub fn begin(&self) {
        // The rules by which texts are judged. Whoever needs them earlier waits for them.
        task::spawn_blocking(|| {
            privacy::prepare();
            masking::prepare();
        });
        tokio::spawn(self.usage_sync.clone().keep());
        // Each on its own: an editor that leaves one question unanswered holds up nothing else.
        let session = self.clone();
        tokio::spawn(async move { session.notices.tell_trouble(&session.client).await });
        let loads = self.configuration.backend().loading().watch();
        tokio::spawn(loading_progress::show(self.client.clone(), loads));
        let session = self.clone();
        tokio::spawn(async move {
            session.configuration.register(&session.client).await;
            session.indexing.watch_files().await;
        });
        let session = self.clone();
        tokio::spawn(async move {
            session.pull_configuration().await;
            session.indexing.begin();
            session.settle().await;
        });
    }

    /// Before the answer to `shutdown`: streams end, chats keep what they have, the last counts are written and the texts
    /// that were shown removed, if the disk is quick enough.
    pub async fn end(&self) {
        self.engine.finish();
        let last = async {
            self.chats.finish().await;
            self.usage_sync.write().await;
            let client = self.client.clone();
            let _ = task::spawn_blocking(move || client.remove_texts()).await;
        };
        if time::timeout(LAST_WRITES_LIMIT, last).await.is_err() {
            tracing::warn!("the last counts or words of a chat may be lost: the disk is slow");
        }
    }

    /// An edit of this document, or of one that is not named, could not be read. The person is told once for each.
    pub fn edit_lost(&self, uri: Option<&str>) {
        let lost = self.documents.lose(uri);
        for uri in &lost {
            self.engine.closed(uri);
            self.next_edits.closed(uri);
        }
        if !lost.is_empty() {
            let client = self.client.clone();
            tokio::spawn(async move { client.show_message(MessageType::WARNING, EDIT_LOST.to_owned()).await });
        }
    }

    /// The editor tells its settings, or says that they changed without saying how: then it is asked. What comes after
    /// sees the new ones; what takes time follows.
    pub fn settings_changed(&self, sent: Value) {
        let said = self.configure(sent);
        let session = self.clone();
        tokio::spawn(async move {
            session.look_at_settings_file(true).await;
            if !said {
                session.pull_configuration().await;
            }
            session.settle().await;
        });
    }

    /// Takes what the editor says of the settings. False where it says nothing (`null`): then it wants to be asked.
    ///
    /// All that is done here is to swap values, so that it may be done between two messages. See
    /// [`follow_settings`](Self::follow_settings) for the rest.
    fn configure(&self, sent: Value) -> bool {
        self.configuration.update(sent, |current| self.apply(current))
    }

    fn apply(&self, Current { settings, backend }: &Current) {
        self.engine.configure(settings.clone(), Arc::new(backend.clone()));
        self.next_edits.configure(settings, self.engine.privacy());
        self.indexing.configure(settings);
    }

    /// Takes what the settings file says now, if it changed. `asked`: a person asks by hand, and waits for it.
    pub async fn look_at_settings_file(&self, asked: bool) {
        let session = self.clone();
        let look = move || session.configuration.look_at_file(asked, |current| session.apply(current));
        if task::spawn_blocking(look).await.unwrap_or_default() {
            let session = self.clone();
            tokio::spawn(async move { session.settle().await });
        }
    }

    /// Has the settings file looked at, now and then; nobody waits for it.
    pub fn settings_file_may_have_changed(&self) {
        if self.configuration.file_is_due() {
            let session = self.clone();
            tokio::spawn(async move { session.look_at_settings_file(false).await });
        }
    }

    /// Asks for the settings, and waits a moment for them; those that come later count then.
    async fn pull_configuration(&self) {
        let session = self.clone();
        let mut pulled = tokio::spawn(async move {
            let sent = session.configuration.pull(&session.client).await;
            sent.is_some_and(|sent| session.configure(sent))
        });
        if time::timeout(SETTINGS_PATIENCE, &mut pulled).await.is_err() {
            tracing::warn!("the editor takes long to tell its settings; going on with what is known");
            let session = self.clone();
            tokio::spawn(async move {
                if pulled.await.unwrap_or_default() {
                    session.settle().await;
                }
            });
        }
    }

    /// Does what new settings ask for, tells what is wrong with them, and warms up the endpoint they name.
    async fn settle(&self) {
        let session = self.clone();
        if task::spawn_blocking(move || session.follow_settings()).await.is_err() {
            tracing::warn!("not all of the new settings are in force");
        }
        self.notices.tell_problems(&self.client, &self.configuration).await;
        let Current { settings, backend } = self.configuration.current();
        self.notices.tell_of_local(&self.client, &settings, &backend).await;
        self.notices.tell_of_excerpts(&self.client, &settings, &backend).await;
        if settings.endpoint.warm_up {
            backend.warm_up().await;
        }
    }

    /// What takes longer: the log's file is opened, documents and workspace are indexed anew. Follows whatever settings
    /// are the newest, so any number of these may run at once.
    fn follow_settings(&self) {
        self.configuration.open_log();
        self.indexing.follow_settings();
    }
}
