//! Feeds the index: the open documents as they change, and the workspace as it is read.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;
use tokio::runtime::Handle;
use tokio::task;
use tower_lsp::ls_types::{Uri, WorkspaceFoldersChangeEvent};

use super::client::Client;
use super::locations::Locations;
use super::{uri, workspace_progress};
use crate::index::listing::may_change_rules;
use crate::index::workspace::{Following, Workspace};
use crate::index::{Rules, SharedIndex};
use crate::settings::{Context, Language, Settings};
use crate::text::document::{Document, Edit};
use crate::text::documents::Documents;

/// The index of a session, and all that tells it of changes.
pub struct Indexing {
    index: Arc<SharedIndex>,
    documents: Arc<Documents>,
    locations: Arc<Locations>,
    client: Client,
    state: Mutex<State>,
}

struct State {
    settings: Arc<Settings>,
    /// Whether the workspace may be read yet.
    begun: bool,
    /// The workspace, while it is read and followed.
    workspace: Option<Workspace>,
    /// Whether the index was emptied, and the open documents are to come in again.
    reset: bool,
    /// Whether the editor was asked to tell of changed files.
    watches: bool,
    /// Whether it was and will not.
    refuses_to_watch: bool,
}

impl Indexing {
    pub fn new(documents: Arc<Documents>, client: Client, settings: Arc<Settings>) -> Self {
        let index = Arc::new(SharedIndex::new(&settings));
        let state =
            State { settings, begun: false, workspace: None, reset: false, watches: false, refuses_to_watch: false };
        let locations = Arc::new(Locations::new(index.clone(), documents.clone()));
        Self { index, documents, locations, client, state: Mutex::new(state) }
    }

    pub fn index(&self) -> Arc<SharedIndex> {
        self.index.clone()
    }

    /// Where the open documents lie.
    pub fn locations(&self) -> &Locations {
        &self.locations
    }

    /// A file's path below the workspace's folder that holds it, if one does.
    pub fn below_root(&self, path: &Path) -> Option<PathBuf> {
        self.index.roots().iter().find_map(|root| path.strip_prefix(root).ok().map(Path::to_owned))
    }

    /// The document comes into the index as soon as the disk has told where it lies.
    pub fn opened(&self, document: &Document) {
        self.locations.opened(&document.uri);
    }

    /// `document` is as the edits left it.
    pub fn edited(&self, document: &Document, edits: &[Edit]) {
        self.index.edit(document, &self.locations.now(&document.uri), edits);
    }

    /// What the document's file holds counts again.
    pub fn closed(&self, uri: &Uri) {
        self.locations.closed(uri.as_str());
        self.index.close(uri.as_str());
        self.files_changed([uri.clone()].into_iter());
    }

    /// Files or folders may have changed, come or gone.
    pub fn files_changed(&self, uris: impl Iterator<Item = Uri>) {
        // A file that changed may be a link now.
        let looked_at = uris.inspect(|uri| self.locations.look_again(uri.as_str()));
        let paths: Vec<PathBuf> = looked_at.filter_map(|uri| uri::to_path(&uri)).collect();
        let roots = self.index.roots();
        if paths.iter().any(|path| may_change_rules(path, &roots)) {
            self.locations.look_again_at_all();
        }
        if let Some(workspace) = &self.state().workspace {
            paths.into_iter().for_each(|path| workspace.changed(path));
        }
    }

    /// The workspace's folders, before it is read.
    pub fn set_folders(&self, folders: Vec<PathBuf>) {
        self.index.set_roots(folders);
    }

    /// Folders were added to the workspace or removed from it.
    pub fn folders_changed(self: &Arc<Self>, event: &WorkspaceFoldersChangeEvent) {
        let removed: Vec<PathBuf> = event.removed.iter().filter_map(|folder| uri::to_path(&folder.uri)).collect();
        let mut roots = self.index.roots();
        roots.retain(|root| !removed.contains(root));
        for added in event.added.iter().filter_map(|folder| uri::to_path(&folder.uri)) {
            if !roots.contains(&added) {
                roots.push(added);
            }
        }
        self.index.set_roots(roots);
        if let Some(workspace) = &self.state().workspace {
            workspace.roots_changed();
        }
        self.locations.look_again_at_all();
        let indexing = self.clone();
        task::spawn_blocking(move || indexing.follow_settings());
    }

    /// From now on the workspace is read.
    pub fn begin(&self) {
        self.state().begun = true;
        self.follow_settings();
    }

    /// Takes new settings. Where the index does not hold by them it is emptied at once; what is allowed now comes in
    /// again by [`follow_settings`](Self::follow_settings).
    pub fn configure(&self, settings: &Arc<Settings>) {
        let mut state = self.state();
        let holds = same_index(&state.settings, settings);
        state.settings = settings.clone();
        if !holds {
            state.workspace = None;
            state.reset = true;
            self.index.reset(settings);
        }
    }

    /// Takes in what the newest settings allow, as far as it is not in: the open documents, and the workspace as soon as
    /// it has begun. Takes its time with large ones.
    pub fn follow_settings(&self) {
        if std::mem::take(&mut self.state().reset) {
            for document in self.documents.all() {
                let location = self.locations.now(&document.uri);
                self.index.refresh(&document.uri, &location, || self.documents.get(&document.uri));
            }
        }
        let mut state = self.state();
        if state.begun && state.workspace.is_none() {
            let watch = state.refuses_to_watch || !self.client.capabilities().watches_files;
            state.workspace = self.read_workspace(&state.settings, watch);
        }
    }

    /// `watch`: nobody else tells of changed files.
    fn read_workspace(&self, settings: &Settings, watch: bool) -> Option<Workspace> {
        let is_wanted = settings.may_use_local() || settings.may_use_files();
        if !is_wanted || !settings.local.workspace || self.index.roots().is_empty() {
            return None;
        }
        let locations = self.locations.clone();
        // The thread that reads the workspace is none of the runtime's own.
        let runtime = Handle::current();
        let following = Following {
            watch,
            rules_changed: Box::new(move || {
                let _inside = runtime.enter();
                locations.look_again_at_all();
            }),
        };
        let workspace = Workspace::follow(Rules::new(settings), Arc::clone(&self.index), following)?;
        if self.client.capabilities().progress {
            tokio::spawn(workspace_progress::show(self.client.clone(), workspace.progress.clone()));
        }
        Some(workspace)
    }

    /// Asks the editor to tell of changed files, once there is a folder they can be in. Where it will not, the disk is
    /// watched.
    pub async fn watch_files(self: &Arc<Self>) {
        if !self.client.capabilities().watches_files || self.index.roots().is_empty() {
            return;
        }
        if std::mem::replace(&mut self.state().watches, true) {
            return;
        }
        let options = json!({ "watchers": [{ "globPattern": "**/*" }] });
        let registered = self.client.register("codestral-files", "workspace/didChangeWatchedFiles", options).await;
        if let Err(error) = registered {
            tracing::warn!("the editor will not tell of changed files, so the disk is watched: {error}");
            {
                let mut state = self.state();
                state.refuses_to_watch = true;
                // Read anew below, since files may have changed before anybody watched.
                state.workspace = None;
            }
            let indexing = self.clone();
            if task::spawn_blocking(move || indexing.follow_settings()).await.is_err() {
                tracing::warn!("the workspace is not read");
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the index made by the one settings holds by the others.
fn same_index(a: &Settings, b: &Settings) -> bool {
    let may = a.may_use_local() == b.may_use_local() && a.may_use_context() == b.may_use_context();
    let may = may && a.may_use_files() == b.may_use_files();
    let bounds = a.local.memory_mb == b.local.memory_mb && a.local.workspace == b.local.workspace;
    let from = a.context == b.context && a.languages.iter().map(own_context).eq(b.languages.iter().map(own_context));
    may && bounds && from && a.privacy == b.privacy && a.limits == b.limits
}

fn own_context<'a>((language, own): (&'a String, &'a Language)) -> (&'a String, &'a Context) {
    (language, &own.context)
}
