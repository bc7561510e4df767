//! Reads the files of the workspace into the library, on a thread of its own that gives way to everything else.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use ignore::WalkBuilder;
use tokio::sync::watch;

use crate::language;
use crate::library::{Library, key};
use crate::local::{File, SEGMENT_BYTES, Segment, indexable};
use crate::privacy::Privacy;
use crate::settings::Settings;

/// Files looked at, at most: a workspace with more is a whole disk, whose names alone take seconds.
const MOST_FILES: usize = 100_000;

/// After each file the thread rests for its working time divided by this: it takes four fifths of one core at most.
const REST_PART: u32 = 4;

/// Files that change which others are ignored.
const RULES: [&str; 2] = [".gitignore", ".ignore"];

/// How far the reading is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files looked at.
    pub done: usize,
    /// Files to look at.
    pub total: usize,
    /// Nothing more is to be read.
    pub finished: bool,
}

/// Which files are read.
#[derive(Debug, Clone)]
pub struct Rules {
    privacy: Privacy,
    /// Bytes of a file.
    most: usize,
}

impl Rules {
    /// As the settings say.
    pub fn new(settings: &Settings) -> Self {
        let privacy = Privacy::new(&settings.privacy.exclude, settings.privacy.use_default_excludes);
        Self { privacy, most: settings.limits.max_file_bytes }
    }
}

/// A workspace that is being followed. Dropping it ends the thread at its next file.
#[derive(Debug)]
pub struct Workspace {
    changes: Sender<PathBuf>,
    stopped: Arc<AtomicBool>,
    /// How far the first reading is.
    pub progress: watch::Receiver<Progress>,
}

impl Workspace {
    /// Begins to read `roots` into `library`. `None` where the system gives no thread.
    pub fn follow(roots: Vec<PathBuf>, rules: Rules, library: Arc<Library>) -> Option<Self> {
        let (changes, changed) = channel();
        let (progress, watched) = watch::channel(Progress::default());
        let stopped = Arc::new(AtomicBool::new(false));
        let reader = Reader { roots, rules, library, stopped: stopped.clone(), progress, known: HashSet::new() };
        thread::Builder::new().name("workspace".to_owned()).spawn(move || reader.run(&changed)).ok()?;
        Some(Self { changes, stopped, progress: watched })
    }

    /// A file or folder may have changed, come or gone.
    pub fn changed(&self, path: PathBuf) {
        // The thread is gone only when it has died; then the index stays as it is.
        let _ = self.changes.send(path);
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

/// Reads `roots` into `library` once, and returns when that is done.
pub fn read(roots: Vec<PathBuf>, rules: Rules, library: Arc<Library>) {
    let (progress, _) = watch::channel(Progress::default());
    let stopped = Arc::new(AtomicBool::new(false));
    Reader { roots, rules, library, stopped, progress, known: HashSet::new() }.read_all();
}

struct Reader {
    roots: Vec<PathBuf>,
    rules: Rules,
    library: Arc<Library>,
    stopped: Arc<AtomicBool>,
    progress: watch::Sender<Progress>,
    /// The keys of the files in the library.
    known: HashSet<String>,
}

impl Reader {
    fn run(mut self, changes: &Receiver<PathBuf>) {
        self.read_all();
        while let Ok(path) = changes.recv() {
            if self.stopped.load(Relaxed) {
                return;
            }
            if path.file_name().is_some_and(|name| RULES.iter().any(|rules| name == *rules)) {
                self.read_all();
            } else {
                self.read_again(&path);
            }
        }
    }

    /// Reads everything that is to be read, what is nearest to an open document first, and forgets all else.
    fn read_all(&mut self) {
        let mut files: Vec<PathBuf> = self.roots.iter().flat_map(|root| list(root, None, &self.rules)).collect();
        let keys: HashSet<String> = files.iter().map(|file| key("", Some(file))).collect();
        let gone: Vec<String> = self.known.difference(&keys).cloned().collect();
        gone.iter().for_each(|key| self.forget(key));
        let open = self.library.open_paths();
        files.sort_by_cached_key(|file| usize::MAX - open.iter().map(|path| shared(path, file)).max().unwrap_or(0));
        self.take_in(&files, true);
        self.progress.send_modify(|progress| progress.finished = true);
    }

    /// Reads one file again, or the files of one folder.
    fn read_again(&mut self, path: &Path) {
        let roots: Vec<&PathBuf> = self.roots.iter().filter(|root| path.starts_with(root)).collect();
        let files: Vec<PathBuf> = roots.iter().flat_map(|root| list(root, Some(path), &self.rules)).collect();
        let key = key("", Some(path));
        let inside = format!("{key}/");
        let old: Vec<String> =
            self.known.iter().filter(|known| **known == key || known.starts_with(&inside)).cloned().collect();
        old.iter().for_each(|key| self.forget(key));
        self.take_in(&files, false);
    }

    fn forget(&mut self, key: &str) {
        self.known.remove(key);
        self.library.remove(key);
    }

    /// Reads files; `sparingly` only as long as there is room, so that nothing nearer is pushed out.
    fn take_in(&mut self, paths: &[PathBuf], sparingly: bool) {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for (done, path) in paths.iter().enumerate() {
            if self.stopped.load(Relaxed) || (sparingly && bytes == 0 && self.library.is_full()) {
                return;
            }
            let begun = Instant::now();
            let key = key("", Some(path));
            match load(path, &key, self.rules.most) {
                Some(file) => {
                    bytes += file.text.len();
                    batch.push(file);
                    self.known.insert(key);
                }
                None => self.forget(&key),
            }
            if bytes >= SEGMENT_BYTES {
                self.add(std::mem::take(&mut batch));
                bytes = 0;
            }
            self.progress.send_modify(|progress| (progress.done, progress.total) = (done + 1, paths.len()));
            thread::sleep(begun.elapsed() / REST_PART);
        }
        self.add(batch);
        self.library.tidy();
    }

    fn add(&self, batch: Vec<File>) {
        let segment = Segment::build(batch);
        // New settings may have emptied the library meanwhile; what was read by the old ones must not come in.
        if !self.stopped.load(Relaxed) && !segment.files().is_empty() {
            self.library.add(segment);
        }
    }
}

/// The files below `root` that may be read: not ignored, not hidden, not private, of a known language. With `only`, of
/// these the file `only` itself, or those inside it.
fn list(root: &Path, only: Option<&Path>, rules: &Rules) -> Vec<PathBuf> {
    if is_too_wide(root) {
        return Vec::new();
    }
    let mut walk = WalkBuilder::new(root);
    walk.require_git(false).follow_links(false).max_filesize(Some(rules.most as u64));
    if let Some(only) = only.map(Path::to_owned) {
        walk.filter_entry(move |entry| only.starts_with(entry.path()) || entry.path().starts_with(&only));
    }
    let files = walk.build().flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let paths = files.take(MOST_FILES).map(ignore::DirEntry::into_path);
    let wanted = |path: &PathBuf| rules.privacy.excludes(path).is_none() && language::of(path) != language::PLAIN_TEXT;
    paths.filter(wanted).collect()
}

/// Whether this is no project but a home or a disk.
fn is_too_wide(root: &Path) -> bool {
    root.parent().is_none() || etcetera::home_dir().is_ok_and(|home| home == root)
}

fn load(path: &Path, key: &str, most: usize) -> Option<File> {
    let bytes = fs::read(path).ok().filter(|bytes| bytes.len() <= most)?;
    let text = indexable(&bytes).ok()?.to_owned();
    Some(File { key: key.into(), language: language::of(path).into(), text })
}

/// How many folders two paths share.
fn shared(a: &Path, b: &Path) -> usize {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).count()
}
