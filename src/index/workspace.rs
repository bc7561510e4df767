//! Reads the files of the workspace into the index, on a thread of its own that gives way to everything else.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;

pub(crate) use super::Rules;
use super::listing::{Listing, Stamp, changes_rules, list, may_matter};
use super::watch::{TooMany, Watch};
use super::{Epoch, SharedIndex, file_key};
use crate::local::{File, SEGMENT_BYTES};
use crate::text::language;

/// After each file the thread rests for its working time divided by this: it takes four fifths of one core at most.
const REST_PART: u32 = 4;

/// Between two readings changes are collected for so long: a build or a checkout is then a few readings, each one walk.
const COLLECT: Duration = Duration::from_millis(500);

/// Where folders cannot be watched, the workspace is looked at so often, or so many times as rarely as a look takes: it
/// costs two hundredths of one core at most.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const LOOK_PART: u32 = 50;

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
    /// Something may have, and nobody knows what.
    Anything,
    /// The index has other roots.
    Roots,
    /// The workspace is not followed any more.
    Stop,
}

/// What a workspace is followed by, beside what its owner tells.
pub struct Following {
    /// Whether the disk is watched: nobody else tells of changed files.
    pub watch: bool,
    /// Called on the reader's thread when other files are ignored than before.
    pub rules_changed: Box<dyn Fn() + Send>,
}

impl Workspace {
    /// Begins to read the roots of `index` into it. `None` where the system gives no thread.
    pub fn follow(rules: Rules, index: Arc<SharedIndex>, following: Following) -> Option<Self> {
        let (changes, changed) = channel();
        let (progress, watched) = watch::channel(Progress::default());
        let stopped = Arc::new(AtomicBool::new(false));
        let mut reader = Reader::new(rules, index, stopped.clone(), progress);
        let to_reader = changes.clone();
        let run = move || {
            reader.rules_changed = following.rules_changed;
            reader.disk = if following.watch { Disk::watched(to_reader) } else { Disk::Told };
            reader.run(&changed);
        };
        thread::Builder::new().name("workspace".to_owned()).spawn(run).ok()?;
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
        let _ = self.changes.send(Change::Stop);
    }
}

/// Makes `roots` those of `index`, reads them into it once, and returns when that is done.
pub fn read(roots: Vec<PathBuf>, rules: Rules, index: Arc<SharedIndex>) {
    index.set_roots(roots);
    let (progress, _) = watch::channel(Progress::default());
    Reader::new(rules, index, Arc::default(), progress).read_all(true);
}

/// How changes on disk are heard of.
enum Disk {
    /// From the owner alone.
    Told,
    /// From the system.
    Watched(Box<Watch>),
    /// By a look from time to time; the next at this time.
    LookedAt(Instant),
}

impl Disk {
    fn watched(changes: Sender<Change>) -> Self {
        let for_all = changes.clone();
        let changed = move |path| drop(changes.send(Change::Path(path)));
        match Watch::new(changed, move || drop(for_all.send(Change::Anything))) {
            Some(watch) => Self::Watched(Box::new(watch)),
            None => Self::LookedAt(Instant::now() + LOOK_EVERY),
        }
    }
}

/// Changes that are read together.
#[derive(Debug, Default)]
struct Changes {
    paths: BTreeSet<PathBuf>,
    anything: bool,
    roots: bool,
}

impl Changes {
    /// False for the end of all.
    fn take(&mut self, change: Change) -> bool {
        match change {
            Change::Path(path) => drop(self.paths.insert(path)),
            Change::Anything => self.anything = true,
            Change::Roots => self.roots = true,
            Change::Stop => return false,
        }
        true
    }

    fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.anything && !self.roots
    }
}

struct Reader {
    rules: Rules,
    index: Arc<SharedIndex>,
    /// New settings empty the index; what was read by the old ones does not come in.
    epoch: Epoch,
    stopped: Arc<AtomicBool>,
    progress: watch::Sender<Progress>,
    /// The files in the index by key, as they were when they were read.
    known: BTreeMap<String, Stamp>,
    disk: Disk,
    rules_changed: Box<dyn Fn() + Send>,
}

impl Reader {
    fn new(rules: Rules, index: Arc<SharedIndex>, stopped: Arc<AtomicBool>, progress: watch::Sender<Progress>) -> Self {
        let epoch = index.epoch();
        let (known, rules_changed) = (BTreeMap::new(), Box::new(|| {}));
        Self { rules, index, epoch, stopped, progress, known, disk: Disk::Told, rules_changed }
    }

    fn run(mut self, changed: &Receiver<Change>) {
        self.read_all(true);
        let mut changes = Changes::default();
        loop {
            if changes.is_empty() && !self.wait(changed, &mut changes) {
                return;
            }
            if changed.try_iter().any(|change| !changes.take(change)) || self.is_stopped() {
                return;
            }
            self.catch_up(std::mem::take(&mut changes));
            let until = Instant::now() + COLLECT;
            while let Ok(change) = changed.recv_timeout(until.saturating_duration_since(Instant::now())) {
                if !changes.take(change) {
                    return;
                }
            }
        }
    }

    /// Waits for the first change, or for the time of the next look. False for the end of all.
    fn wait(&self, changed: &Receiver<Change>, changes: &mut Changes) -> bool {
        let change = match self.disk {
            Disk::LookedAt(next) => changed.recv_timeout(next.saturating_duration_since(Instant::now())),
            Disk::Told | Disk::Watched(_) => changed.recv().map_err(RecvTimeoutError::from),
        };
        match change {
            Ok(change) => changes.take(change),
            Err(RecvTimeoutError::Timeout) => changes.take(Change::Anything),
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }

    fn catch_up(&mut self, changes: Changes) {
        let Changes { mut paths, anything, roots: other_roots } = changes;
        let roots = self.index.roots();
        paths.retain(|path| may_matter(path, &roots));
        let other_rules = paths.iter().any(|path| changes_rules(path, &roots));
        if other_rules {
            (self.rules_changed)();
        }
        if anything {
            self.look();
        } else if other_roots || other_rules {
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
        let mut files = self.list_all();
        files.retain(|file| anew || !self.known.contains_key(&file_key(file)));
        let open = self.index.open_files();
        files.sort_by_cached_key(|file| usize::MAX - open.iter().map(|path| shared(path, file)).max().unwrap_or(0));
        self.add(&files, true);
        self.finish();
    }

    /// Looks for what is not as it was when it was read, or new, or gone.
    fn look(&mut self) {
        let begun = Instant::now();
        let mut files = self.list_all();
        let took = begun.elapsed();
        if let Disk::LookedAt(next) = &mut self.disk {
            *next = Instant::now() + LOOK_EVERY.max(took * LOOK_PART);
        }
        files.retain(|file| {
            let stamp = self.known.get(&file_key(file));
            stamp.is_none_or(|stamp| Some(*stamp) != Stamp::at(file))
        });
        if !files.is_empty() {
            self.begin();
            self.add(&files, false);
            self.finish();
        }
    }

    /// Lists all roots, forgets what is not there any more, and watches what is.
    fn list_all(&mut self) -> Vec<PathBuf> {
        let roots = self.index.roots();
        let Listing { mut files, folders } = self.list(&roots, None);
        let mut keys = HashSet::new();
        // A folder may be inside another one.
        files.retain(|file| keys.insert(file_key(file)));
        let gone: Vec<String> = self.known.keys().filter(|key| !keys.contains(*key)).cloned().collect();
        gone.iter().for_each(|key| self.forget(key));
        self.watch(|watch| watch.set(&roots, &folders));
        files
    }

    fn list(&self, roots: &[PathBuf], only: Option<&BTreeSet<PathBuf>>) -> Listing {
        let mut all = Listing::default();
        for root in roots {
            let Listing { files, folders } = list(root, only, &self.rules, || self.is_stopped());
            all.files.extend(files);
            all.folders.extend(folders);
        }
        all
    }

    /// Watches more or other folders; where that is too much, the workspace is looked at from now on.
    fn watch(&mut self, change: impl FnOnce(&mut Watch) -> Result<(), TooMany>) {
        if let Disk::Watched(watch) = &mut self.disk
            && change(watch).is_err()
        {
            self.disk = Disk::LookedAt(Instant::now() + LOOK_EVERY);
        }
    }

    /// Reads files again, or the files of folders: one walk for each root, however many there are.
    fn read_again(&mut self, paths: &BTreeSet<PathBuf>) {
        self.begin();
        for path in paths {
            let key = file_key(path);
            let inside = format!("{key}/");
            let below = self.known.range(inside.clone()..).take_while(|(known, _)| known.starts_with(&inside));
            let old: Vec<String> = below.map(|(key, _)| key.clone()).chain([key]).collect();
            old.iter().for_each(|key| self.forget(key));
        }
        let Listing { files, folders } = self.list(&self.index.roots(), Some(paths));
        self.watch(|watch| watch.add(&folders));
        let files: BTreeSet<PathBuf> = files.into_iter().collect();
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
        if self.known.remove(key).is_some() {
            self.index.remove(self.epoch, key);
        }
    }

    /// Reads files; `sparingly` only as long as there is room, so that nothing nearer is pushed out.
    fn add(&mut self, paths: &[PathBuf], sparingly: bool) {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for (done, path) in paths.iter().enumerate() {
            if self.is_stopped() || (sparingly && bytes == 0 && self.index.is_full()) {
                return;
            }
            let begun = Instant::now();
            let key = file_key(path);
            // Taken before it is read: what changes meanwhile is another one.
            let stamp = Stamp::at(path);
            match stamp.zip(load(path, &key, &self.rules)) {
                Some((stamp, file)) => {
                    bytes += file.text.len();
                    batch.push(file);
                    self.known.insert(key, stamp);
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

fn load(path: &Path, key: &str, rules: &Rules) -> Option<File> {
    let bytes = fs::read(path).ok()?;
    let text = rules.text(&bytes)?.to_owned();
    Some(File { key: key.into(), language: language::of(path).into(), text })
}

/// How many folders two paths share.
fn shared(a: &Path, b: &Path) -> usize {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).count()
}
