//! The index as the server shares it: fed by documents and workspace, asked by the completion engine.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::built::{Batch, Built};
use super::context::SharedContext;
use super::{ContextRules, Rules, file_key};
use crate::completion::{Predictor, Query, Window};
use crate::local::{Coverage, File, Options, Place, predict};
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
    forgotten: AtomicU64,
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

/// The time between two resets of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(u64);

impl SharedIndex {
    /// An empty one.
    pub fn new(settings: &Settings) -> Self {
        let context = Arc::new(SharedContext::new(settings.local.memory()));
        Self {
            state: Mutex::new(State::new(settings, Epoch(0), context.clone())),
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
        let new = State::new(settings, Epoch(state.epoch.0 + 1), self.context.clone());
        self.context.reset(new.epoch, settings.local.memory());
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
        if !open.is_some_and(|open| built.edit(&open.key, document, edits)) {
            drop(guard);
            // One whose place is not found yet comes in when it is.
            self.open(document, location);
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
        let tells = state.rules.tells;
        drop(state);
        if tells {
            self.context.add(epoch, &files);
        }
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
    pub fn context_coverage(&self) -> crate::completion::context::Coverage {
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

impl Predictor for SharedIndex {
    fn predict(&self, query: &Query, window: &Window) -> Option<(String, f32)> {
        let (before, after) = (window.prefix.as_str(), window.suffix.as_str());
        let state = self.state();
        let key = state.open.get(&*query.document.uri).map_or(&*query.document.uri, |open| open.key.as_str());
        let place = Place { key, language: &query.document.language, before, after };
        let predicted = predict(&state.built.local, place, Options::default())?;
        Some((predicted.text, predicted.confidence))
    }

    fn forgotten(&self) -> u64 {
        self.forgotten.load(Relaxed)
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
        let text = document.text.to_string();
        let is_allowed = self.rules.allow(location) && !document.binary && self.rules.text(text.as_bytes()).is_some();
        if is_allowed {
            self.built.open(&key, document, &text);
        } else {
            self.built.close(&key);
        }
        let open = Open { key, file: location.file.clone(), is_left_out: !is_allowed };
        self.open.insert(document.uri.to_string(), open);
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

    fn nowhere() -> Location {
        Location::nowhere()
    }

    fn found(path: &str) -> Location {
        Location { is_found: true, ..Location::named(Some(path.into()), vec![path.into()]) }
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
        index.open(&document(TEXT), &nowhere());
        index.reset(&settings());
        check(&index, 0, 0, 0);
        let edited = format!("{TEXT}\n");
        index.refresh(URI, &nowhere(), || Some(document(&edited)));
        check(&index, 1, 0, edited.len());
        index.refresh(URI, &nowhere(), || panic!("it is known already"));
    }

    #[test]
    fn a_document_that_was_closed_meanwhile_is_not_brought_back() {
        let index = SharedIndex::new(&settings());
        index.refresh(URI, &nowhere(), || None);
        check(&index, 0, 0, 0);
    }

    #[test]
    fn an_edit_brings_back_what_a_reset_has_forgotten() {
        let index = SharedIndex::new(&settings());
        index.open(&document(TEXT), &nowhere());
        index.reset(&settings());
        let edit = Edit { replaced: 0..0, inserted: "\n".into() };
        let edited = document(&format!("\n{TEXT}"));
        index.edit(&edited, &nowhere(), std::slice::from_ref(&edit));
        check(&index, 1, 0, TEXT.len() + 1);
        index.edit(&document(&format!("\n\n{TEXT}")), &nowhere(), &[edit]);
        check(&index, 1, 0, TEXT.len() + 2);
    }

    #[test]
    fn private_documents_are_left_out_until_they_are_opened_again() {
        let index = SharedIndex::new(&settings());
        let private = found("/w/.env");
        index.open(&document(TEXT), &private);
        let edit = Edit { replaced: 0..0, inserted: "\n".into() };
        index.edit(&document(&format!("\n{TEXT}")), &private, &[edit]);
        check(&index, 0, 0, 0);
    }

    #[test]
    fn documents_of_one_path_are_apart_and_closing_one_forgets_no_other() {
        let index = SharedIndex::new(&settings());
        let of_file = || found("/w/a.rs");
        let twin = || Location { file: None, ..of_file() };
        let others =
            ["git:/w/a.rs", "vscode-notebook-cell:/w/a.rs#W0", "vscode-notebook-cell:/w/a.rs#W1", "untitled:/w/a.rs"];
        index.open(&document(TEXT), &of_file());
        for uri in others {
            index.open(&Document::new(uri, "rust", 1, TEXT), &twin());
        }
        // Another spelling of the same file's name is another document as well.
        index.open(&Document::new("file:///w/%61.rs", "rust", 1, TEXT), &of_file());
        check(&index, 6, 0, 6 * TEXT.len());
        for (closed, uri) in others.iter().enumerate() {
            index.close(uri);
            check(&index, 5 - closed, 0, (5 - closed) * TEXT.len());
        }
        index.close(URI);
        check(&index, 1, 0, TEXT.len());
        index.close("file:///w/%61.rs");
        index.add(index.epoch(), vec![file("/w/a.rs")]);
        index.open(&Document::new("git:/w/a.rs", "rust", 1, TEXT), &twin());
        index.close("git:/w/a.rs");
        check(&index, 0, 1, TEXT.len());
    }

    #[test]
    fn what_is_found_to_be_private_is_forgotten() {
        let index = SharedIndex::new(&settings());
        index.open(&document(TEXT), &found("/w/a.rs"));
        check(&index, 1, 0, TEXT.len());
        let private = Location { names: vec!["/w/a.rs".into(), "/w/.env".into()], ..found("/w/a.rs") };
        index.refresh(URI, &private, || Some(document(TEXT)));
        check(&index, 0, 0, 0);
    }

    #[test]
    fn a_document_comes_in_when_its_place_is_found_and_stays_while_that_is_looked_for_again() {
        let index = SharedIndex::new(&settings());
        let named = Location { is_found: false, ..found("/w/a.rs") };
        let edit = Edit { replaced: 0..0, inserted: "\n".into() };
        let edited = document(&format!("\n{TEXT}"));
        index.open(&document(TEXT), &named);
        index.edit(&edited, &named, std::slice::from_ref(&edit));
        index.refresh(URI, &named, || Some(edited.clone()));
        check(&index, 0, 0, 0);
        index.refresh(URI, &found("/w/a.rs"), || Some(edited.clone()));
        check(&index, 1, 0, TEXT.len() + 1);
        index.edit(&document(&format!("\n\n{TEXT}")), &named, &[edit]);
        index.refresh(URI, &named, || panic!("nothing is known that would change it"));
        check(&index, 1, 0, TEXT.len() + 2);
    }
}
