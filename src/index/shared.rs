//! The index as the server shares it: fed by documents and workspace, asked by the completion engine.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::built::{Batch, Built};
use super::ignore::is_ignored;
use super::{Rules, key};
use crate::completion::{Predictor, Query, Window};
use crate::local::{Coverage, File, Options, Place, predict};
use crate::settings::Settings;
use crate::text::document::{Document, Edit};

/// The index and the folders of the workspace. What takes longer than a fraction of a keystroke (ignore files, the
/// building of batches) is done without its lock.
#[derive(Debug)]
pub struct SharedIndex {
    state: Mutex<State>,
    /// The folders of the workspace, kept here alone.
    roots: Mutex<Vec<PathBuf>>,
    /// See [`Predictor::forgotten`]. Counted up when the text is gone, before the lock is given back.
    forgotten: AtomicU64,
}

#[derive(Debug)]
struct State {
    built: Built,
    rules: Rules,
    /// How often all was forgotten. What was read before the last time must not come in.
    epoch: Epoch,
    /// Open documents that are left out: private, ignored, too large, or not written by hand. Their edits are not
    /// followed.
    left_out: HashSet<String>,
    /// The files that open documents stand for, by key.
    open_files: HashMap<String, PathBuf>,
}

/// The time between two resets of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(u64);

impl SharedIndex {
    /// An empty one.
    pub fn new(settings: &Settings) -> Self {
        Self {
            state: Mutex::new(State::new(settings, Epoch(0))),
            roots: Mutex::default(),
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
        let new = State::new(settings, Epoch(state.epoch.0 + 1));
        let old = std::mem::replace(&mut *state, new);
        self.count_forgotten();
        drop(state);
        // Many megabytes: freed when nobody waits for the lock.
        drop(old);
    }

    /// Adds a document; one that is private, ignored, too large, binary, minified or generated is left out until it is
    /// opened again. Reads the ignore files above it.
    pub fn open(&self, document: &Document, path: Option<&Path>) {
        if !self.state().rules.enabled {
            return;
        }
        let ignored = self.ignores(path);
        let mut state = self.state();
        state.open(document, path, ignored);
        self.count_forgotten();
    }

    /// Adds an open document that is missing, and drops or adds one that other rules leave out or not. Reads the ignore
    /// files above it. `latest` is asked with the index locked, so that no edit comes between.
    pub fn refresh(&self, uri: &str, path: Option<&Path>, latest: impl FnOnce() -> Option<Document>) {
        if !self.state().rules.enabled {
            return;
        }
        let (key, ignored) = (key(uri, path), self.ignores(path));
        let mut state = self.state();
        let left_out = state.left_out.contains(&key);
        let missing = !left_out && state.built.local.document(&key).is_none();
        if missing || ignored != left_out {
            let Some(document) = latest() else { return };
            state.open(&document, path, ignored);
            self.count_forgotten();
        }
    }

    /// Follows edits of an open document; `document` is as they left it.
    pub fn edit(&self, document: &Document, path: Option<&Path>, edits: &[Edit]) {
        let key = key(&document.uri, path);
        let mut state = self.state();
        if !state.rules.enabled || state.left_out.contains(&key) {
            return;
        }
        if !state.built.edit(&key, document, edits) {
            drop(state);
            self.open(document, path);
        } else if edits.iter().any(|edit| !edit.replaced.is_empty()) {
            self.count_forgotten();
        }
    }

    /// Forgets a document and the copy of its file: what stands on disk now has to be read again.
    pub fn close(&self, uri: &str, path: Option<&Path>) {
        let key = key(uri, path);
        let mut state = self.state();
        state.left_out.remove(&key);
        state.open_files.remove(&key);
        state.built.close(&key);
        self.count_forgotten();
    }

    /// For [`add`](Self::add): files are read from now on, by the rules that hold now.
    pub fn epoch(&self) -> Epoch {
        self.state().epoch
    }

    /// Adds files of the workspace, unless the index was reset since they began to be read. Each takes the place of what
    /// was known of it.
    pub fn add(&self, epoch: Epoch, files: Vec<File>) {
        let batch = Batch::new(files);
        let mut state = self.state();
        if !batch.is_empty() && state.epoch == epoch {
            state.built.add(batch);
            self.count_forgotten();
        }
    }

    /// Forgets a file of the workspace, unless the index was reset since it was added.
    pub fn remove(&self, epoch: Epoch, key: &str) {
        let mut state = self.state();
        if state.epoch == epoch {
            state.built.remove(key);
            self.count_forgotten();
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

    /// The files of the open documents.
    pub fn open_files(&self) -> Vec<PathBuf> {
        self.state().open_files.values().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an open document's file is one that the reading of the workspace passes over, so that nothing may come
    /// from it.
    fn ignores(&self, path: Option<&Path>) -> bool {
        path.is_some_and(|path| is_ignored(path, &self.roots()))
    }

    fn count_forgotten(&self) {
        self.forgotten.fetch_add(1, Relaxed);
    }
}

impl Predictor for SharedIndex {
    fn predict(&self, query: &Query, window: &Window) -> Option<(String, f32)> {
        let key = key(&query.document.uri, query.path.as_deref());
        let (before, after) = (window.prefix.as_str(), window.suffix.as_str());
        let place = Place { key: &key, language: &query.document.language, before, after };
        let predicted = predict(&self.state().built.local, place, Options::default())?;
        Some((predicted.text, predicted.confidence))
    }

    fn forgotten(&self) -> u64 {
        self.forgotten.load(Relaxed)
    }
}

impl State {
    fn new(settings: &Settings, epoch: Epoch) -> Self {
        Self {
            built: Built::new(settings.local.memory()),
            rules: Rules::new(settings),
            epoch,
            left_out: HashSet::new(),
            open_files: HashMap::new(),
        }
    }

    fn open(&mut self, document: &Document, path: Option<&Path>, ignored: bool) {
        if !self.rules.enabled {
            return;
        }
        let key = key(&document.uri, path);
        let allowed = path.is_none_or(|path| self.rules.allow_path(path)) && !ignored && !document.binary;
        let text = document.text.to_string();
        if !allowed || self.rules.text(text.as_bytes()).is_none() {
            self.built.close(&key);
            self.left_out.insert(key);
            return;
        }
        self.left_out.remove(&key);
        if let Some(path) = path {
            self.open_files.insert(key.clone(), path.to_owned());
        }
        self.built.open(&key, &document.language, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "file:///w/a.rs";
    const TEXT: &str = "fn first() {\n    second();\n}\n";

    fn settings() -> Settings {
        Settings::default()
    }

    fn document(text: &str) -> Document {
        Document::new(URI, "rust", 1, text)
    }

    fn file(key: &str) -> File {
        File { key: key.into(), language: "rust".into(), text: TEXT.into() }
    }

    /// Open documents, files and bytes of text that an index knows.
    #[track_caller]
    fn check(index: &SharedIndex, open: usize, files: usize, bytes: usize) {
        let coverage = index.coverage();
        assert_eq!((coverage.open, coverage.files, coverage.bytes), (open, files, bytes));
    }

    #[test]
    fn what_was_read_before_a_reset_does_not_come_in() {
        let index = SharedIndex::new(&settings());
        let before = index.epoch();
        index.reset(&settings());
        index.add(before, vec![file("/w/a.rs")]);
        check(&index, 0, 0, 0);
        index.add(index.epoch(), vec![file("/w/a.rs")]);
        index.remove(before, "/w/a.rs");
        check(&index, 0, 1, TEXT.len());
    }

    #[test]
    fn a_reset_forgets_and_a_refresh_brings_open_documents_back_as_they_are_by_then() {
        let index = SharedIndex::new(&settings());
        index.open(&document(TEXT), None);
        index.reset(&settings());
        check(&index, 0, 0, 0);
        let edited = format!("{TEXT}\n");
        index.refresh(URI, None, || Some(document(&edited)));
        check(&index, 1, 0, edited.len());
        index.refresh(URI, None, || panic!("it is known already"));
    }

    #[test]
    fn a_document_that_was_closed_meanwhile_is_not_brought_back() {
        let index = SharedIndex::new(&settings());
        index.refresh(URI, None, || None);
        check(&index, 0, 0, 0);
    }

    #[test]
    fn an_edit_brings_back_what_a_reset_has_forgotten() {
        let index = SharedIndex::new(&settings());
        index.open(&document(TEXT), None);
        index.reset(&settings());
        let edit = Edit { replaced: 0..0, inserted: "\n".into() };
        let edited = document(&format!("\n{TEXT}"));
        index.edit(&edited, None, std::slice::from_ref(&edit));
        check(&index, 1, 0, TEXT.len() + 1);
        index.edit(&document(&format!("\n\n{TEXT}")), None, &[edit]);
        check(&index, 1, 0, TEXT.len() + 2);
    }

    #[test]
    fn private_documents_are_left_out_until_they_are_opened_again() {
        let index = SharedIndex::new(&settings());
        let path = Path::new("/w/.env");
        index.open(&document(TEXT), Some(path));
        let edit = Edit { replaced: 0..0, inserted: "\n".into() };
        index.edit(&document(&format!("\n{TEXT}")), Some(path), &[edit]);
        check(&index, 0, 0, 0);
    }
}
