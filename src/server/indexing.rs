//! Feeds the embedded engine: the open documents as they change, and the workspace as it is read.

use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError};

use serde_json::json;
use tower_lsp::ls_types::{InitializeParams, Registration, Uri, WorkspaceFoldersChangeEvent};

use super::session::Session;
use super::{Server, progress};
use crate::index::ignore::is_rule;
use crate::index::workspace::{Rules, Workspace};
use crate::settings::Settings;
use crate::text::document::{Document, Edit};

/// The workspace, once the session has begun.
#[derive(Debug, Default)]
pub struct Shelves {
    begun: bool,
    /// Its folders.
    roots: Vec<PathBuf>,
    workspace: Option<Workspace>,
    /// Whether the editor was asked to tell of changed files.
    watches: bool,
}

/// The folders that `initialize` names.
fn roots(params: &InitializeParams) -> Vec<PathBuf> {
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
    /// A file's path below the workspace's folder that holds it, if one does.
    pub(super) fn below_root(&self, path: &Path) -> Option<PathBuf> {
        self.shelves().roots.iter().find_map(|root| path.strip_prefix(root).ok().map(Path::to_owned))
    }

    /// `initialize` has named the folders of the workspace.
    pub(super) fn find_roots(&self, params: &InitializeParams) {
        let roots = roots(params);
        self.library.set_roots(roots.clone());
        self.shelves().roots = roots;
    }

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
        self.library.close(uri.as_str(), path(uri).as_deref());
        self.files_changed([uri.clone()].into_iter());
    }

    /// Files or folders may have changed, come or gone.
    pub(super) fn files_changed(&self, uris: impl Iterator<Item = Uri>) {
        let paths: Vec<PathBuf> = uris.filter_map(|uri| path(&uri)).collect();
        if paths.iter().any(|path| is_rule(path)) {
            self.judge_documents();
        }
        if let Some(workspace) = &self.shelves().workspace {
            paths.into_iter().for_each(|path| workspace.changed(path));
        }
    }

    /// Which open documents are ignored may have changed.
    fn judge_documents(&self) {
        for document in self.documents.all() {
            self.library.judge(&document, document_path(&document).as_deref());
        }
    }

    /// Builds the index anew as `settings` say.
    pub(super) fn shelve(&self, settings: &Settings) {
        let mut shelves = self.shelves();
        shelves.workspace = None;
        let documents = self.documents.all().into_iter();
        self.library.configure(settings, documents.map(|document| (document.clone(), document_path(&document))));
        if shelves.begun {
            shelves.workspace = self.read_workspace(&shelves.roots, settings);
        }
    }

    fn read_workspace(&self, roots: &[PathBuf], settings: &Settings) -> Option<Workspace> {
        if !settings.may_use_local() || !settings.local.workspace || roots.is_empty() {
            return None;
        }
        let workspace = Workspace::follow(roots.to_vec(), Rules::new(settings), Arc::clone(&self.library))?;
        if self.client().progress {
            tokio::spawn(progress::show(self.connection.clone(), workspace.progress.clone()));
        }
        Some(workspace)
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// From now on the workspace is read.
    pub(super) fn follow_workspace(&self) {
        let settings = self.settings();
        let mut shelves = self.shelves();
        shelves.begun = true;
        shelves.workspace = self.read_workspace(&shelves.roots, &settings);
    }

    /// Folders were added to the workspace or removed from it.
    pub(super) fn change_folders(&self, event: &WorkspaceFoldersChangeEvent) {
        let settings = self.settings();
        let removed: Vec<PathBuf> = event.removed.iter().filter_map(|folder| path(&folder.uri)).collect();
        {
            let mut shelves = self.shelves();
            shelves.roots.retain(|root| !removed.contains(root));
            for added in event.added.iter().filter_map(|folder| path(&folder.uri)) {
                if !shelves.roots.contains(&added) {
                    shelves.roots.push(added);
                }
            }
            self.library.set_roots(shelves.roots.clone());
            if let Some(workspace) = &shelves.workspace {
                workspace.change_roots(shelves.roots.clone());
            } else if shelves.begun {
                shelves.workspace = self.read_workspace(&shelves.roots, &settings);
            }
        }
        self.judge_documents();
        let server = self.clone();
        tokio::spawn(async move { server.watch_files().await });
    }

    /// Asks the editor to tell of changed files, once there is a folder they can be in.
    pub(super) async fn watch_files(&self) {
        {
            let mut shelves = self.shelves();
            if !self.client().watches_files || shelves.roots.is_empty() || shelves.watches {
                return;
            }
            shelves.watches = true;
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
