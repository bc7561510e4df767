//! The embedded engine's index as the server shares it: fed by documents and workspace, asked by the engine.

pub mod ignore;
pub mod workspace;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::ignore::is_ignored;
use crate::completion::{Predictor, Query, Window};
use crate::local::{Coverage, Index, Options, Place, Segment, indexable, predict};
use crate::privacy::Privacy;
use crate::settings::Settings;
use crate::text::document::{Document, Edit};

/// What the embedded engine knows. All methods take far less than a keystroke; segments are built outside.
#[derive(Debug)]
pub struct SharedIndex {
    shelf: Mutex<Shelf>,
    /// The folders of the workspace.
    roots: Mutex<Vec<PathBuf>>,
    /// See [`Predictor::forgotten`]. Counted up when the text is gone, before the lock is given back.
    forgotten: AtomicU64,
}

#[derive(Debug)]
struct Shelf {
    index: Index,
    /// Bytes of memory.
    limit: usize,
    privacy: Privacy,
    /// The largest document, in bytes.
    most: usize,
    /// Whether anything is taken in at all.
    wanted: bool,
    /// Open documents that are kept out: private, ignored, too large, or not written by hand. Their edits are not
    /// followed.
    kept_out: HashSet<String>,
    /// The keys of files on disk that open documents stand for.
    paths: HashMap<String, PathBuf>,
    /// Counts uses; the index lets go of what was left alone for longest.
    uses: u64,
}

impl SharedIndex {
    /// An empty one.
    pub fn new(settings: &Settings) -> Self {
        Self { shelf: Mutex::new(Shelf::new(settings)), roots: Mutex::default(), forgotten: AtomicU64::new(0) }
    }

    /// Takes the folders of the workspace, by which open documents are judged from now on.
    pub fn set_roots(&self, roots: Vec<PathBuf>) {
        *self.roots.lock().unwrap_or_else(PoisonError::into_inner) = roots;
    }

    /// Forgets everything, takes new settings, and takes in the documents open now.
    pub fn configure(&self, settings: &Settings, documents: impl Iterator<Item = (Document, Option<PathBuf>)>) {
        let judged: Vec<_> =
            documents.map(|(document, path)| (self.leaves_out(path.as_deref()), document, path)).collect();
        let mut shelf = self.shelf();
        *shelf = Shelf::new(settings);
        for (ignored, document, path) in judged {
            shelf.open(&document, path.as_deref(), ignored);
        }
        self.count_forgotten();
    }

    /// Takes in a document; one that is private, ignored, too large, binary, minified or generated is kept out until it
    /// is opened again. Reads the ignore files above it.
    pub fn open(&self, document: &Document, path: Option<&Path>) {
        if !self.shelf().wanted {
            return;
        }
        let ignored = self.leaves_out(path);
        let mut shelf = self.shelf();
        shelf.open(document, path, ignored);
        self.count_forgotten();
    }

    /// Which files are ignored may have changed: takes an open document in that no longer is, and lets go of one that is
    /// now.
    pub fn judge(&self, document: &Document, path: Option<&Path>) {
        let ignored = self.leaves_out(path);
        let mut shelf = self.shelf();
        if shelf.wanted && ignored != shelf.kept_out.contains(&key(&document.uri, path)) {
            shelf.open(document, path, ignored);
            self.count_forgotten();
        }
    }

    /// Follows edits of an open document; `document` is as they left it.
    pub fn edit(&self, document: &Document, path: Option<&Path>, edits: &[Edit]) {
        let mut shelf = self.shelf();
        let key = key(&document.uri, path);
        if !shelf.wanted || shelf.kept_out.contains(&key) {
            return;
        }
        shelf.uses += 1;
        let now = shelf.uses;
        let fits = edits.iter().all(|edit| shelf.index.edit(&key, edit.replaced.clone(), &edit.inserted, now));
        // A document that was taken in just before its edit came, or let go of for its size, is taken in anew.
        let known = shelf.index.document(&key);
        let same = fits && known.is_some_and(|open| open.live.text().len() == document.text.len_bytes());
        if !same {
            shelf.open(document, path, self.leaves_out(path));
        }
        if !same || edits.iter().any(|edit| !edit.replaced.is_empty()) {
            self.count_forgotten();
        }
    }

    /// Forgets a document and the copy of its file: what stands on disk now has to be read again.
    pub fn close(&self, uri: &str, path: Option<&Path>) {
        let mut shelf = self.shelf();
        let key = key(uri, path);
        shelf.kept_out.remove(&key);
        shelf.paths.remove(&key);
        shelf.index.close(&key);
        shelf.index.remove(&key);
        self.count_forgotten();
    }

    /// Adds files of the workspace. Each takes the place of what was known of it.
    pub fn add(&self, segment: Segment) {
        let mut shelf = self.shelf();
        shelf.index.add(segment);
        self.count_forgotten();
    }

    /// Forgets a file of the workspace.
    pub fn remove(&self, key: &str) {
        let mut shelf = self.shelf();
        shelf.index.remove(key);
        self.count_forgotten();
    }

    /// Rebuilds what is worn, outside the lock, until nothing is.
    pub fn tidy(&self) {
        loop {
            let Some(work) = self.shelf().index.worn() else { return };
            let segment = work.run();
            self.shelf().index.accept(&work, segment);
        }
    }

    /// Whether the memory allowed is used up.
    pub fn is_full(&self) -> bool {
        let shelf = self.shelf();
        // The next segment would push another one out.
        shelf.index.coverage().memory + shelf.limit / NEARLY_FULL_PART > shelf.limit
    }

    /// What it holds.
    pub fn coverage(&self) -> Coverage {
        self.shelf().index.coverage()
    }

    /// The files of the open documents.
    pub fn open_paths(&self) -> Vec<PathBuf> {
        self.shelf().paths.values().cloned().collect()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an open document's file is one that the workspace's reader passes over, so that nothing may come from it.
    fn leaves_out(&self, path: Option<&Path>) -> bool {
        let roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner).clone();
        path.is_some_and(|path| is_ignored(path, &roots))
    }

    fn count_forgotten(&self) {
        self.forgotten.fetch_add(1, Relaxed);
    }
}

/// So much of the memory, as a part of one, is left free for open documents and changed files.
const NEARLY_FULL_PART: usize = 4;

impl Predictor for SharedIndex {
    fn predict(&self, query: &Query, window: &Window) -> Option<(String, f32)> {
        let key = key(&query.document.uri, query.path.as_deref());
        let (before, after) = (window.prefix.as_str(), window.suffix.as_str());
        let place = Place { key: &key, language: &query.document.language, before, after };
        let predicted = predict(&self.shelf().index, place, Options::default())?;
        Some((predicted.text, predicted.confidence))
    }

    fn forgotten(&self) -> u64 {
        self.forgotten.load(Relaxed)
    }
}

impl Shelf {
    fn new(settings: &Settings) -> Self {
        let limit = settings.local.memory();
        Self {
            index: Index::new(limit),
            limit,
            privacy: Privacy::new(&settings.privacy.exclude, settings.privacy.use_default_excludes),
            most: settings.limits.max_file_bytes,
            wanted: settings.may_use_local(),
            kept_out: HashSet::new(),
            paths: HashMap::new(),
            uses: 0,
        }
    }

    fn open(&mut self, document: &Document, path: Option<&Path>, ignored: bool) {
        if !self.wanted {
            return;
        }
        let key = key(&document.uri, path);
        let private = path.is_some_and(|path| self.privacy.excludes(path).is_some());
        let text = document.text.to_string();
        if private || ignored || document.binary || text.len() > self.most || indexable(text.as_bytes()).is_err() {
            self.index.close(&key);
            self.index.remove(&key);
            self.kept_out.insert(key);
            return;
        }
        self.kept_out.remove(&key);
        if let Some(path) = path {
            self.paths.insert(key.clone(), path.to_owned());
        }
        self.uses += 1;
        self.index.open(&key, &document.language, &text, self.uses);
    }
}

/// What the index calls a document: its file's path with `/`, so that it stands for the workspace's copy; else its URI.
pub fn key(uri: &str, path: Option<&Path>) -> String {
    path.map_or_else(|| uri.to_owned(), |path| path.to_string_lossy().replace('\\', "/"))
}
