//! Feeds the embedded engine: the open documents as they change, the workspace as it is read, and the progress of that.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::time::{self, Instant};
use tower_lsp::ls_types::{InitializeParams, ProgressToken, Registration, Uri};

use super::Server;
use super::session::Session;
use crate::document::{Document, Edit};
use crate::settings::Settings;
use crate::workspace::{Progress, Rules, Workspace};

/// Progress is shown for what takes longer, and then renewed as often.
const EVERY: Duration = Duration::from_secs(1);

/// The name of our one progress.
const TOKEN: &str = "codestral-workspace";

/// The workspace, once the session has begun.
#[derive(Debug, Default)]
pub struct Shelves {
    begun: bool,
    workspace: Option<Workspace>,
}

/// The folders that `initialize` names.
pub(super) fn roots(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.iter().flatten().filter_map(|folder| path(&folder.uri));
    let folders: Vec<PathBuf> = folders.collect();
    if !folders.is_empty() {
        return folders;
    }
    #[expect(deprecated, reason = "the only root that older clients name")]
    let root = params.root_uri.as_ref();
    root.and_then(path).into_iter().collect()
}

/// Whether the index made by the one settings holds by the others.
pub(super) fn same(a: &Settings, b: &Settings) -> bool {
    let may = a.may_use_local() == b.may_use_local();
    let bounds = a.local.memory_mb == b.local.memory_mb && a.local.workspace == b.local.workspace;
    may && bounds && a.privacy == b.privacy && a.limits == b.limits
}

pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    uri.to_file_path().map(|path| path.into_owned())
}

impl Session {
    /// A document was opened.
    pub(super) fn take_in(&self, document: &Document) {
        self.library.open(document, document_path(document).as_deref());
    }

    /// A document was edited.
    pub(super) fn follow(&self, document: &Document, edits: &[Edit]) {
        self.library.edit(document, document_path(document).as_deref(), edits);
    }

    /// A document was closed: what its file holds counts again.
    pub(super) fn put_back(&self, uri: &Uri) {
        let path = path(uri);
        self.library.close(uri.as_str(), path.as_deref());
        path.into_iter().for_each(|path| self.file_changed(path));
    }

    /// A file or folder may have changed, come or gone.
    pub(super) fn file_changed(&self, path: PathBuf) {
        let shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(workspace) = &shelves.workspace {
            workspace.changed(path);
        }
    }

    /// Builds the index anew as `settings` say.
    pub(super) fn shelve(&self, settings: &Settings) {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.workspace = None;
        let documents = self.documents.all().into_iter();
        self.library.configure(settings, documents.map(|document| (document.clone(), document_path(&document))));
        if shelves.begun {
            shelves.workspace = self.read_workspace(settings);
        }
    }

    fn read_workspace(&self, settings: &Settings) -> Option<Workspace> {
        let roots = self.roots.get().cloned().unwrap_or_default();
        let wanted = settings.may_use_local() && settings.local.workspace && !roots.is_empty();
        wanted.then(|| Workspace::follow(roots, Rules::new(settings), Arc::clone(&self.library))).flatten()
    }
}

impl Server {
    /// From now on the workspace is read, and its reading told where it takes long.
    pub(super) fn follow_workspace(&self) {
        let settings = self.settings();
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.begun = true;
        shelves.workspace = self.read_workspace(&settings);
        let Some(mut progress) = shelves.workspace.as_ref().map(|workspace| workspace.progress.clone()) else { return };
        let server = self.clone();
        tokio::spawn(async move {
            // The sender is dropped when the reading is given up, which is an end as well.
            let finished = async { drop(progress.wait_for(|progress| progress.finished).await) };
            if time::timeout(EVERY, finished).await.is_err() && server.client().progress {
                server.show_progress(progress).await;
            }
        });
    }

    async fn show_progress(&self, mut progress: tokio::sync::watch::Receiver<Progress>) {
        let token = ProgressToken::String(TOKEN.to_owned());
        if self.connection.create_work_done_progress(token.clone()).await.is_err() {
            return;
        }
        let shown =
            self.connection.progress(token, "Codestral: reading the workspace").with_percentage(0).begin().await;
        loop {
            let Progress { done, total, .. } = *progress.borrow();
            let percent = u32::try_from(100 * done / total.max(1)).unwrap_or(100);
            shown.report_with_message(format!("{done} of {total} files"), percent).await;
            let next = Instant::now() + EVERY;
            let finished = async { drop(progress.wait_for(|progress| progress.finished).await) };
            if time::timeout_at(next, finished).await.is_ok() {
                break;
            }
        }
        shown.finish().await;
    }

    /// Asks the editor to tell of changed files.
    pub(super) async fn watch_files(&self) {
        if !self.client().watches_files || self.roots.get().is_none_or(Vec::is_empty) {
            return;
        }
        let registration = Registration {
            id: "codestral-files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: Some(json!({ "watchers": [{ "globPattern": "**/*" }] })),
        };
        if let Err(error) = self.connection.register_capability(vec![registration]).await {
            tracing::warn!("the editor will not tell of changed files: {error}");
        }
    }
}

fn document_path(document: &Document) -> Option<PathBuf> {
    document.uri.parse::<Uri>().ok().as_ref().and_then(path)
}
