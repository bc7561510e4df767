//! Follows folders on disk, for clients that do not tell of changed files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Folders watched one by one, at most. The system allows a user 8,192 on many machines, for all programs.
const MOST_FOLDERS: usize = 4096;

/// Whether one watch of a root covers all below it. On Linux each folder takes a watch of its own, which spares us the
/// ignored ones.
const COVERS_ALL: bool = cfg!(any(target_os = "macos", windows));

/// What is watched. Dropping it ends that.
#[derive(Debug)]
pub struct Watch {
    watcher: RecommendedWatcher,
    watched: HashSet<PathBuf>,
}

/// Not all of it can be watched: too many folders, or more than the system allows.
#[derive(Debug, PartialEq, Eq)]
pub struct TooMany;

impl Watch {
    /// Watches nothing yet. `changed` hears of each path that changed, came or went, `lost` that some went unheard. `None`
    /// where the system has no way to watch.
    pub fn new(changed: impl Fn(PathBuf) + Send + 'static, lost: impl Fn() + Send + 'static) -> Option<Self> {
        let heard = move |event: notify::Result<Event>| match event {
            Ok(event) if event.need_rescan() => lost(),
            // Reading is no change.
            Ok(Event { kind: EventKind::Access(_), .. }) => {}
            Ok(event) => event.paths.into_iter().for_each(&changed),
            Err(error) => {
                tracing::debug!("watching the workspace: {error}");
                lost();
            }
        };
        let watcher = notify::recommended_watcher(heard)
            .inspect_err(|error| tracing::info!("changed files are looked for from time to time: {error}"))
            .ok()?;
        Some(Self { watcher, watched: HashSet::new() })
    }

    /// Watches just the roots, or these folders inside them.
    ///
    /// # Errors
    /// Not all of them can be watched; then none is.
    pub fn set(&mut self, roots: &[PathBuf], folders: &[PathBuf]) -> Result<(), TooMany> {
        let wanted: HashSet<&PathBuf> = if COVERS_ALL { roots.iter().collect() } else { folders.iter().collect() };
        let gone: Vec<PathBuf> = self.watched.iter().filter(|path| !wanted.contains(path)).cloned().collect();
        gone.iter().for_each(|path| self.forget(path));
        let missing: Vec<&PathBuf> = wanted.into_iter().filter(|path| !self.watched.contains(*path)).collect();
        self.watch(missing.into_iter())
    }

    /// Watches folders that came, or came back, as well.
    ///
    /// # Errors
    /// Not all can be watched; then none is.
    pub fn add(&mut self, folders: &[PathBuf]) -> Result<(), TooMany> {
        if COVERS_ALL { Ok(()) } else { self.watch(folders.iter()) }
    }

    fn watch<'a>(&mut self, folders: impl ExactSizeIterator<Item = &'a PathBuf>) -> Result<(), TooMany> {
        let mode = if COVERS_ALL { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        let fits = self.watched.len() + folders.len() <= MOST_FOLDERS;
        for folder in folders.take(if fits { MOST_FOLDERS } else { 0 }) {
            match self.watcher.watch(folder, mode) {
                Ok(()) => drop(self.watched.insert(folder.clone())),
                // It is gone already, which the folder above tells; each system has an error of its own for that.
                Err(_) if !folder.is_dir() => {}
                Err(error) => {
                    tracing::info!("changed files are looked for from time to time: {error}");
                    self.forget_all();
                    return Err(TooMany);
                }
            }
        }
        if fits {
            return Ok(());
        }
        tracing::info!("changed files are looked for from time to time: there are more than {MOST_FOLDERS} folders");
        self.forget_all();
        Err(TooMany)
    }

    fn forget_all(&mut self) {
        let all: Vec<PathBuf> = self.watched.iter().cloned().collect();
        all.iter().for_each(|path| self.forget(path));
    }

    fn forget(&mut self, folder: &Path) {
        // A folder that is gone is not watched any more, which is an error here.
        let _ = self.watcher.unwatch(folder);
        self.watched.remove(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_folders_are_not_watched_at_all() {
        let mut watch = Watch::new(|_| {}, || {}).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let folder = |number: usize| directory.path().join(number.to_string());
        let few: Vec<PathBuf> = (0..3).map(folder).collect();
        few.iter().for_each(|folder| std::fs::create_dir(folder).unwrap());
        assert_eq!(watch.set(&few, &few), Ok(()));
        assert_eq!(watch.watched.len(), 3);
        assert_eq!(watch.set(&few[..1], &few[..1]), Ok(()));
        assert_eq!(watch.watched.len(), 1);
        let many: Vec<PathBuf> = (0..=MOST_FOLDERS).map(folder).collect();
        assert_eq!(watch.set(&many, &many), Err(TooMany));
        assert!(watch.watched.is_empty());
        // What is not there is no reason to give up the rest.
        assert_eq!(watch.set(&many[..5], &many[..5]), Ok(()));
        assert_eq!(watch.watched.len(), 3);
    }
}
