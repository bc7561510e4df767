//! The counts of one session on their way to the disk, and what other editors have put there today.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::Mutex as AsyncMutex;
use tokio::task;

use crate::completion::Engine;
use crate::usage::Tally;
use crate::usage::days::Day;
use crate::usage::ledger::Ledger;

/// What the engine counted and the disk does not have yet.
#[derive(Default)]
pub(super) struct UsageSync {
    /// Counts that could not be written.
    unwritten: Mutex<Tally>,
    /// Held while counts are on their way.
    writing: Arc<AsyncMutex<()>>,
}

impl UsageSync {
    /// Adds what the engine counted since the last time to the counts on disk, and tells it what the day has cost. What
    /// cannot be written waits for the next time.
    pub(super) async fn write(&self, engine: &Engine) {
        // Goes with the writing, which goes on though nobody waits for it any more.
        let lock = self.writing.clone().lock_owned().await;
        let tally = {
            let mut unwritten = self.unwritten();
            unwritten.add(&engine.take_tally());
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
            Ok(Ok(figures)) => engine.know_spent(Day::at(now), figures.tokens()),
            Ok(Err((error, tally))) => {
                tracing::warn!("the counts for `codestral-ls usage` wait: {error}");
                self.unwritten().add(&tally);
            }
            Err(_) => tracing::warn!("writing the counts for `codestral-ls usage` did not end"),
        }
    }

    /// Tells the engine what the day has cost before this session, in all editors.
    pub(super) async fn read(&self, engine: &Engine) {
        let today = Day::at(SystemTime::now());
        let read = task::spawn_blocking(|| Ledger::of_user().and_then(|ledger| ledger.read()));
        match read.await {
            Ok(Ok(days)) => {
                let tokens = days.on(&today).tokens();
                engine.know_spent(today, tokens);
            }
            Ok(Err(error)) => tracing::warn!("what today has cost before this start is not known: {error}"),
            Err(_) => tracing::warn!("reading the counts for `codestral-ls usage` did not end"),
        }
    }

    fn unwritten(&self) -> MutexGuard<'_, Tally> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
