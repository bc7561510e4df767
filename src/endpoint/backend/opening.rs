//! A client that is made when it is first needed, once for all who wait, and anew when its key may be another.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use std::{fs, mem};

use tokio::sync::OnceCell;
use tokio::task;
use tokio::time::Instant;

use super::Opened;
use crate::model::Error;

/// How often a key file is looked at while completions are asked for. A person who writes a new key needs longer to go
/// back to the editor.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What was opened. A failure is told to all who wait for it and then forgotten: the next one tries again.
#[derive(Debug, Default)]
pub(super) struct Opening {
    cell: Mutex<Arc<OnceCell<Result<Opened, Error>>>>,
    looked: Mutex<Option<Look>>,
    failed: AtomicBool,
}

/// The key file as it was when it was read, and when it was last looked at.
#[derive(Debug, Clone)]
struct Look {
    at: Instant,
    file: PathBuf,
    stamp: Stamp,
}

/// What changes when a file does: its time of change and its size; `None` where there is no file.
type Stamp = Option<(SystemTime, u64)>;

impl Opening {
    /// What is open, or what `find` opens now. `key_file` is where it would read the key.
    pub(super) async fn get<F>(&self, key_file: Option<&Path>, find: impl FnOnce() -> F) -> Result<Opened, Error>
    where
        F: Future<Output = Result<Opened, Error>>,
    {
        self.look(key_file).await;
        let cell = self.cell();
        let found = cell.get_or_init(find).await.clone();
        self.failed.store(found.is_err(), Relaxed);
        if found.is_err() {
            self.forget_if(&cell);
        }
        found
    }

    /// What is open now, without opening anything.
    pub(super) fn peek(&self) -> Option<Opened> {
        self.cell().get()?.clone().ok()
    }

    /// Whether the last try failed.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Relaxed)
    }

    /// The next one opens anew: the key was refused.
    pub(super) fn forget(&self) {
        mem::take(&mut *self.cell.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn cell(&self) -> Arc<OnceCell<Result<Opened, Error>>> {
        Arc::clone(&self.cell.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Nobody else may have begun anew meanwhile.
    fn forget_if(&self, failed: &Arc<OnceCell<Result<Opened, Error>>>) {
        let mut cell = self.cell.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&cell, failed) {
            *cell = Arc::default();
        }
    }

    /// Forgets a key whose file has changed since it was read.
    async fn look(&self, key_file: Option<&Path>) {
        let Some(file) = key_file else { return };
        let looked = || self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = looked().clone().filter(|look| look.file == file);
        if before.as_ref().is_some_and(|look| look.at.elapsed() < LOOK_EVERY) {
            return;
        }
        let file = file.to_owned();
        // A home directory on a network may hang; the wait is this request's alone.
        let path = file.clone();
        let stamp = task::spawn_blocking(move || stamp(&path)).await.unwrap_or_default();
        if before.is_some_and(|look| look.stamp != stamp) {
            self.forget();
        }
        *looked() = Some(Look { at: Instant::now(), file, stamp });
    }
}

fn stamp(file: &Path) -> Stamp {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
