//! The counts of one session on their way to the disk, and what other editors have put there today.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::Mutex as AsyncMutex;
use tokio::{task, time};

use crate::calendar::Day;
use crate::usage::ledger::Ledger;
use crate::usage::{Recorder, Tally};

/// The time between two writings of the counts: what a crash may lose, against the wear of the disk.
const EVERY: Duration = Duration::from_secs(60);

/// What was counted and the disk does not have yet.
pub struct UsageSync {
    usage: Recorder,
    /// Counts that could not be written.
    unwritten: Mutex<Tally>,
    /// Held while counts are on their way.
    writing: Arc<AsyncMutex<()>>,
}

impl UsageSync {
    pub fn new(usage: Recorder) -> Self {
        Self { usage, unwritten: Mutex::default(), writing: Arc::default() }
    }

    /// Keeps counts and disk in step, for ever.
    pub async fn keep(self: Arc<Self>) {
        self.read().await;
        loop {
            time::sleep(EVERY).await;
            self.write().await;
        }
    }

    /// Adds what was counted since the last time to the counts on disk, and takes from there what the day has cost.
    /// What cannot be written waits for the next time.
    pub async fn write(&self) {
        // Goes with the writing, which goes on though nobody waits for it any more.
        let lock = self.writing.clone().lock_owned().await;
        let tally = {
            let mut unwritten = self.unwritten();
            unwritten.add(&self.usage.take_tally());
            std::mem::take(&mut *unwritten)
        };
        if tally.is_empty() {
            return;
        }
        let now = SystemTime::now();
        let written = task::spawn_blocking(move || {
            let _lock = lock;
            let outcome = Ledger::of_user().and_then(|ledger| ledger.add(&tally, now));
            outcome.map_err(|error| (error, tally))
        });
        match written.await {
            Ok(Ok(figures)) => self.usage.set_spent(Day::at(now), figures.tokens()),
            Ok(Err((error, tally))) => {
                tracing::warn!("the counts for `codestral-ls usage` wait: {error}");
                self.unwritten().add(&tally);
            }
            Err(_) => tracing::warn!("writing the counts for `codestral-ls usage` did not end"),
        }
    }

    /// Takes from the disk what the day has cost before this session, in all editors.
    async fn read(&self) {
        let today = Day::at(SystemTime::now());
        let read = task::spawn_blocking(|| Ledger::of_user().and_then(|ledger| ledger.read()));
        match read.await {
            Ok(Ok(days)) => {
                let tokens = days.on(&today).tokens();
                self.usage.set_spent(today, tokens);
            }
            Ok(Err(error)) => tracing::warn!("what today has cost before this start is not known: {error}"),
            Err(_) => tracing::warn!("reading the counts for `codestral-ls usage` did not end"),
        }
    }

    fn unwritten(&self) -> MutexGuard<'_, Tally> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
