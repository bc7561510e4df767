//! The index as the server shares it: fed by documents and workspace, asked by the completion engine.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::built::{Batch, Built};
use super::context::SharedContext;
use super::{ContextRules, Epoch, Rules, file_key};
use crate::completion::context;
use crate::local::{Coverage, File};
use crate::privacy::Location;
use crate::settings::Settings;
use crate::text::document::{Document, Edit};

/// The index and the folders of the workspace. It asks no disk, and what takes longer than a fraction of a keystroke (the
/// building of batches) is done without its lock.
#[derive(Debug)]
pub struct SharedIndex {
    state: Mutex<State>,
    /// The folders of the workspace, kept here alone.
    roots: Mutex<Vec<PathBuf>>,
    /// See [`ContextSource::removals`](crate::completion::context::ContextSource::removals).
    pub(super) removals: AtomicU64,
    pub(super) context: Arc<SharedContext>,
    /// See [`Predictor::forgotten`]. Counted up when the text is gone, before the lock is given back.
    pub(super) forgotten: AtomicU64,
}

#[derive(Debug)]
pub(super) struct State {
    pub built: Built,
    rules: Rules,
    /// How often all was forgotten. What was read before the last time must not come in.
    epoch: Epoch,
    /// Which files excerpts may come from, for each language.
    pub context: ContextRules,
    /// The open documents, by URI.
    pub open: HashMap<String, Open>,
}

/// An open document.
#[derive(Debug)]
pub(super) struct Open {
    /// What it is called in the indexes: as the file that it stands for, else as its URI.
    pub key: String,
    file: Option<PathBuf>,
    /// Whether it is left out: private, ignored, too large, or not written by hand. Its edits are not followed.
    is_left_out: bool,
}

impl SharedIndex {
    /// An empty one.
    pub fn new(settings: &Settings) -> Self {
        let context = Arc::new(SharedContext::new(settings.may_use_context(), settings.local.memory()));
        Self {
            state: Mutex::new(State::new(settings, Epoch::default(), context.clone())),
            context,
            roots: Mutex::default(),
            removals: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
        }
    }

    pub fn roots(&self) -> Vec<PathBuf> {
        self.roots.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the folders of the workspace, by which open documents are judged and files read from now on.
    pub fn set_roots(&self, roots: Vec<PathBuf>) {
        *self.roots.lock().unwrap_or_else(PoisonError::into_inner) = roots;
    }

    /// Forgets everything and takes new settings. Open documents come back by [`refresh`](Self::refresh).
    pub fn reset(&self, settings: &Settings) {
        let mut state = self.state();
        let new = State::new(settings, state.epoch.next(), self.context.clone());
        self.context.reset(new.epoch, settings.may_use_context(), settings.local.memory());
        let old = std::mem::replace(&mut *state, new);
        self.count_removal();
        drop(state);
        // Many megabytes: freed when nobody waits for the lock.
        drop(old);
    }

    /// Adds a document whose place is found; one that is private, ignored, too large, binary, minified or generated is left
    /// out until it is opened again.
    pub fn open(&self, document: &Document, location: &Location) {
        let mut state = self.state();
        if state.rules.enabled && location.is_found {
            state.open(document, location);
            self.count_removal();
        }
    }

    /// Adds an open document that is missing, and drops or adds one that other rules leave out or not. As long as its place
    /// is not found it stays as it is. `latest` is asked with the index locked, so that no edit comes between.
    pub fn refresh(&self, uri: &str, location: &Location, latest: impl FnOnce() -> Option<Document>) {
        let mut state = self.state();
        if !state.rules.enabled || !location.is_found {
            return;
        }
        let is_as_it_should_be = state.open.get(uri).is_some_and(|open| {
            let is_known = open.is_left_out || state.built.local.document(&open.key).is_some();
            is_known && open.is_left_out != state.rules.allow(location)
        });
        if !is_as_it_should_be {
            let Some(document) = latest() else { return };
            state.open(&document, location);
            self.count_removal();
        }
    }

    /// Follows edits of an open document; `document` is as they left it.
    pub fn edit(&self, document: &Document, location: &Location, edits: &[Edit]) {
        let mut guard = self.state();
        let State { rules, open, built, .. } = &mut *guard;
        let open = open.get(&*document.uri);
        if !rules.enabled || open.is_some_and(|open| open.is_left_out) {
            return;
        }
        let Some(Open { key, .. }) = open else {
            drop(guard);
            // One whose place is not found yet comes in when it is.
            self.open(document, location);
            return;
        };
        if !built.edit(key, document, edits) {
            // It came in this moment, with these edits, or was dropped for its size.
            let key = key.clone();
            let is_left_out = !guard.take_in(&key, document, true);
            guard.open.entry(document.uri.to_string()).and_modify(|open| open.is_left_out = is_left_out);
            self.count_removal();
        } else if edits.iter().any(|edit| !edit.replaced.is_empty()) {
            self.count_forgotten();
        }
    }

    /// Forgets a document and the copy of its file: what stands on disk now has to be read again.
    pub fn close(&self, uri: &str) {
        let mut state = self.state();
        let Some(open) = state.open.remove(uri) else { return };
        state.built.close(&open.key);
        self.count_removal();
    }

    /// For [`add`](Self::add): files are read from now on, by the rules that hold now.
    pub fn epoch(&self) -> Epoch {
        self.state().epoch
    }

    /// Adds files of the workspace, unless the index was reset since they began to be read. Each takes the place of what
    /// was known of it.
    pub fn add(&self, epoch: Epoch, files: Vec<File>) {
        let batch = Batch::new(files.clone());
        let mut state = self.state();
        if batch.is_empty() || state.epoch != epoch {
            return;
        }
        let is_news = files.iter().any(|file| state.built.has(&file.key));
        state.built.add(batch);
        drop(state);
        self.context.add(epoch, &files);
        if is_news {
            self.count_removal();
        }
        self.count_forgotten();
    }

    /// Forgets a file of the workspace, unless the index was reset since it was added.
    pub fn remove(&self, epoch: Epoch, key: &str) {
        let mut state = self.state();
        if state.epoch == epoch {
            state.built.remove(key);
            self.count_removal();
        }
    }

    /// Rebuilds what removals have left full of holes, outside the lock.
    pub fn compact(&self) {
        loop {
            let Some(work) = self.state().built.local.compaction() else { return };
            let segment = work.run();
            self.state().built.local.accept(&work, segment);
        }
    }

    /// Whether the memory allowed is used up.
    pub fn is_full(&self) -> bool {
        self.state().built.is_full()
    }

    pub fn coverage(&self) -> Coverage {
        self.state().built.coverage()
    }

    /// How much excerpts are chosen from.
    pub fn context_coverage(&self) -> context::Coverage {
        self.context.coverage()
    }

    /// The files of the open documents.
    pub fn open_files(&self) -> Vec<PathBuf> {
        let state = self.state();
        let files = state.open.values().filter(|open| !open.is_left_out).filter_map(|open| open.file.clone());
        files.collect()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count_forgotten(&self) {
        self.forgotten.fetch_add(1, Relaxed);
    }

    fn count_removal(&self) {
        self.removals.fetch_add(1, Relaxed);
        self.count_forgotten();
    }
}

impl State {
    fn new(settings: &Settings, epoch: Epoch, context: Arc<SharedContext>) -> Self {
        Self {
            built: Built::new(settings.local.memory(), context),
            rules: Rules::new(settings),
            context: ContextRules::new(settings),
            epoch,
            open: HashMap::new(),
        }
    }

    fn open(&mut self, document: &Document, location: &Location) {
        if !self.rules.enabled {
            return;
        }
        let key = self.key(&document.uri, location);
        let is_allowed = self.take_in(&key, document, self.rules.allow(location));
        let open = Open { key, file: location.file.clone(), is_left_out: !is_allowed };
        self.open.insert(document.uri.to_string(), open);
    }

    /// Takes a document's text in, where that and its place allow it; else forgets it. Says which.
    fn take_in(&mut self, key: &str, document: &Document, place_allows: bool) -> bool {
        let text = document.text.to_string();
        let is_allowed = place_allows && !document.binary && self.rules.text(text.as_bytes()).is_some();
        if is_allowed {
            self.built.open(key, document, &text);
        } else {
            self.built.close(key);
        }
        is_allowed
    }

    /// What a document is called: as its file, so that it hides what that holds on disk, unless another document stands
    /// for the same file already; else as its URI.
    fn key(&self, uri: &str, location: &Location) -> String {
        if let Some(open) = self.open.get(uri) {
            return open.key.clone();
        }
        let file = location.file.as_deref().map(file_key);
        let is_free = |key: &String| self.open.values().all(|open| open.key != *key);
        file.filter(is_free).unwrap_or_else(|| uri.to_owned())
    }
}

#[cfg(test)]
mod tests;
