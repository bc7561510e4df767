//! Reads the files of the workspace into the index, on a thread of its own that gives way to everything else.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;
use std::{iter, thread};

use tokio::sync::watch;

pub(crate) use super::Rules;
use super::ignore::{self, is_rule};
use super::shared::Epoch;
use super::{SharedIndex, file_key};
use crate::local::{File, SEGMENT_BYTES};
use crate::text::language;

/// Files looked at, at most: a workspace with more is a whole disk, whose names alone take seconds.
const MOST_FILES: usize = 100_000;

/// After each file the thread rests for its working time divided by this: it takes four fifths of one core at most.
const REST_PART: u32 = 4;

/// How far a reading is: the first, of all files, or a later one, of what changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Which reading, counted from 1; 0 before the first.
    pub reading: u64,
    /// Files looked at.
    pub done: usize,
    /// Files to look at.
    pub total: usize,
    /// Nothing more is to be read.
    pub finished: bool,
}

/// A workspace that is being followed. Dropping it ends the thread at its next file.
#[derive(Debug)]
pub struct Workspace {
    changes: Sender<Change>,
    stopped: Arc<AtomicBool>,
    /// How far the latest reading is.
    pub progress: watch::Receiver<Progress>,
}

#[derive(Debug)]
enum Change {
    /// A file or folder may have changed, come or gone.
    Path(PathBuf),
    /// The index has other roots.
    Roots,
}

impl Workspace {
    /// Begins to read the roots of `index` into it. `None` where the system gives no thread.
    pub fn follow(rules: Rules, index: Arc<SharedIndex>) -> Option<Self> {
        let (changes, changed) = channel();
        let (progress, watched) = watch::channel(Progress::default());
        let stopped = Arc::new(AtomicBool::new(false));
        let reader = Reader::new(rules, index, stopped.clone(), progress);
        thread::Builder::new().name("workspace".to_owned()).spawn(move || reader.run(&changed)).ok()?;
        Some(Self { changes, stopped, progress: watched })
    }

    /// A file or folder may have changed, come or gone.
    pub fn changed(&self, path: PathBuf) {
        // The thread is gone only when it has died; then the index stays as it is.
        let _ = self.changes.send(Change::Path(path));
    }

    /// The index has other roots. Files of those that were removed are forgotten.
    pub fn roots_changed(&self) {
        let _ = self.changes.send(Change::Roots);
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.stopped.store(true, Relaxed);
    }
}

/// The folder a file belongs to: the nearest one above it with `.git`, else its own.
pub fn root_of(file: &Path) -> Option<PathBuf> {
    let project = file.ancestors().skip(1).find(|folder| folder.join(".git").exists());
    project.or_else(|| file.parent()).map(Path::to_owned)
}

/// Makes `roots` those of `index`, reads them into it once, and returns when that is done.
pub fn read(roots: Vec<PathBuf>, rules: Rules, index: Arc<SharedIndex>) {
    index.set_roots(roots);
    let (progress, _) = watch::channel(Progress::default());
    Reader::new(rules, index, Arc::default(), progress).read_all(true);
}

struct Reader {
    rules: Rules,
    index: Arc<SharedIndex>,
    /// New settings empty the index; what was read by the old ones does not come in.
    epoch: Epoch,
    stopped: Arc<AtomicBool>,
    progress: watch::Sender<Progress>,
    /// The keys of the files in the index.
    known: BTreeSet<String>,
}

impl Reader {
    fn new(rules: Rules, index: Arc<SharedIndex>, stopped: Arc<AtomicBool>, progress: watch::Sender<Progress>) -> Self {
        let epoch = index.epoch();
        Self { rules, index, epoch, stopped, progress, known: BTreeSet::new() }
    }

    fn run(mut self, changes: &Receiver<Change>) {
        self.read_all(true);
        while let Ok(first) = changes.recv() {
            if self.stopped.load(Relaxed) {
                return;
            }
            // Another branch checked out is thousands of changes: they are one reading.
            let waiting = changes.try_iter().collect::<Vec<_>>();
            self.catch_up(iter::once(first).chain(waiting));
        }
    }

    fn catch_up(&mut self, changes: impl Iterator<Item = Change>) {
        let (mut paths, mut other_roots) = (BTreeSet::new(), false);
        for change in changes {
            match change {
                Change::Path(path) => drop(paths.insert(path)),
                Change::Roots => other_roots = true,
            }
        }
        if paths.iter().any(|path| is_rule(path)) {
            return self.read_all(true);
        }
        if other_roots {
            self.read_all(false);
        }
        if !paths.is_empty() {
            self.read_again(&paths);
        }
    }

    /// Reads everything that is to be read, what is nearest to an open document first, and forgets all else. What was
    /// read before is read again only with `anew`.
    fn read_all(&mut self, anew: bool) {
        self.begin();
        let mut files: Vec<PathBuf> =
            self.index.roots().iter().flat_map(|root| list(root, None, &self.rules)).collect();
        let mut keys = HashSet::new();
        // A folder may be inside another one.
        files.retain(|file| keys.insert(file_key(file)));
        let gone: Vec<String> = self.known.iter().filter(|key| !keys.contains(*key)).cloned().collect();
        gone.iter().for_each(|key| self.forget(key));
        files.retain(|file| anew || !self.known.contains(&file_key(file)));
        let open = self.index.open_files();
        files.sort_by_cached_key(|file| usize::MAX - open.iter().map(|path| shared(path, file)).max().unwrap_or(0));
        self.add(&files, true);
        self.finish();
    }

    /// Reads files again, or the files of folders.
    fn read_again(&mut self, paths: &BTreeSet<PathBuf>) {
        self.begin();
        let (roots, mut files) = (self.index.roots(), BTreeSet::new());
        for path in paths {
            if self.stopped.load(Relaxed) {
                return;
            }
            let key = file_key(path);
            let inside = format!("{key}/");
            let below = self.known.range(inside.clone()..).take_while(|known| known.starts_with(&inside));
            let old: Vec<String> = below.cloned().chain([key]).collect();
            old.iter().for_each(|key| self.forget(key));
            let roots = roots.iter().filter(|root| path.starts_with(root));
            files.extend(roots.flat_map(|root| list(root, Some(path), &self.rules)));
        }
        self.add(&files.into_iter().collect::<Vec<_>>(), false);
        self.finish();
    }

    fn begin(&self) {
        self.progress.send_modify(|progress| {
            *progress = Progress { reading: progress.reading + 1, ..Progress::default() };
        });
    }

    fn finish(&self) {
        self.progress.send_modify(|progress| progress.finished = true);
    }

    fn forget(&mut self, key: &str) {
        if self.known.remove(key) {
            self.index.remove(self.epoch, key);
        }
    }

    /// Reads files; `sparingly` only as long as there is room, so that nothing nearer is pushed out.
    fn add(&mut self, paths: &[PathBuf], sparingly: bool) {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for (done, path) in paths.iter().enumerate() {
            if self.stopped.load(Relaxed) || (sparingly && bytes == 0 && self.index.is_full()) {
                return;
            }
            let begun = Instant::now();
            let key = file_key(path);
            match load(path, &key, &self.rules) {
                Some(file) => {
                    bytes += file.text.len();
                    batch.push(file);
                    self.known.insert(key);
                }
                None => self.forget(&key),
            }
            if bytes >= SEGMENT_BYTES {
                self.index.add(self.epoch, std::mem::take(&mut batch));
                bytes = 0;
            }
            self.progress.send_modify(|progress| (progress.done, progress.total) = (done + 1, paths.len()));
            thread::sleep(begun.elapsed() / REST_PART);
        }
        self.index.add(self.epoch, batch);
        self.index.compact();
    }
}

/// The files below `root` that may be read: not ignored, not hidden, not private, of a known language. With `only`, of
/// these the file `only` itself, or those inside it.
fn list(root: &Path, only: Option<&Path>, rules: &Rules) -> Vec<PathBuf> {
    if is_too_wide(root) {
        return Vec::new();
    }
    let mut walk = ignore::walk(root);
    walk.max_filesize(Some(rules.max_bytes as u64));
    if let Some(only) = only.map(Path::to_owned) {
        walk.filter_entry(move |entry| only.starts_with(entry.path()) || entry.path().starts_with(&only));
    }
    let files = walk.build().flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let paths = files.take(MOST_FILES).map(::ignore::DirEntry::into_path);
    let wanted = |path: &PathBuf| rules.allow_path(path) && language::of(path) != language::PLAIN_TEXT;
    paths.filter(wanted).collect()
}

/// Whether this is no project but a home or a disk.
fn is_too_wide(root: &Path) -> bool {
    root.parent().is_none() || etcetera::home_dir().is_ok_and(|home| home == root)
}

fn load(path: &Path, key: &str, rules: &Rules) -> Option<File> {
    let bytes = fs::read(path).ok()?;
    let text = rules.text(&bytes)?.to_owned();
    Some(File { key: key.into(), language: language::of(path).into(), text })
}

/// How many folders two paths share.
fn shared(a: &Path, b: &Path) -> usize {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).count()
}
