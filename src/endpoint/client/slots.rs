//! How many requests a server works on at a time. Those of a machine of one's own often work on one: what comes besides
//! would wait there, or slow the first down, for a suggestion that nobody needs any more by then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::endpoint::Dialect;

/// The places for requests of one endpoint.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    /// Those that are free; `None`: any number.
    free: Option<Arc<Semaphore>>,
    /// How many there are, where that is limited.
    count: Arc<AtomicUsize>,
    /// Whether the server may be asked how many it has.
    is_open: Arc<AtomicBool>,
}

impl Slots {
    /// As set; else one of a server that holds its model itself, and any number of others.
    pub fn new(dialect: Dialect, set: Option<u32>) -> Self {
        let slots = set.or(dialect.is_below_root().then_some(1));
        let is_open = set.is_none() && dialect == Dialect::LlamaCpp;
        let count = slots.unwrap_or_default() as usize;
        let free = slots.map(|_| Arc::new(Semaphore::new(count)));
        Self { free, count: Arc::new(AtomicUsize::new(count)), is_open: Arc::new(AtomicBool::new(is_open)) }
    }

    /// How many there are; `None`: any number.
    pub fn count(&self) -> Option<usize> {
        self.free.as_ref().map(|_| self.count.load(Relaxed))
    }

    /// Whether it is not known yet how many there are. Only who asks first is to find out.
    pub fn ask(&self) -> bool {
        self.is_open.swap(false, Relaxed)
    }

    /// The server has so many.
    pub fn learn(&self, slots: u32) {
        if let Some(free) = &self.free {
            let more = slots.saturating_sub(1) as usize;
            self.count.fetch_add(more, Relaxed);
            free.add_permits(more);
        }
    }

    /// The server did not say.
    pub fn ask_again(&self) {
        self.is_open.store(true, Relaxed);
    }

    /// Waits for a free one, which is free again when what is returned is dropped.
    pub async fn take(&self) -> Option<OwnedSemaphorePermit> {
        let free = self.free.clone()?;
        // It is never closed.
        free.acquire_owned().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    /// How many requests may be on their way at once, of four.
    #[track_caller]
    fn check(slots: &Slots, expected: usize) {
        let taken: Vec<_> = (0..4).filter_map(|_| slots.take().now_or_never()).collect();
        assert_eq!(taken.len(), expected);
    }

    #[test]
    fn a_server_that_holds_its_model_works_on_one_at_a_time_unless_it_says_more() {
        for dialect in [Dialect::LlamaCpp, Dialect::Ollama] {
            check(&Slots::new(dialect, None), 1);
            check(&Slots::new(dialect, Some(2)), 2);
        }
        check(&Slots::new(Dialect::OpenAi, None), 4);
        check(&Slots::new(Dialect::OpenAi, Some(1)), 1);
        let told = Slots::new(Dialect::LlamaCpp, None);
        assert!(told.ask() && !told.ask());
        told.learn(3);
        assert_eq!(told.count(), Some(3));
        check(&told, 3);
        assert!(!Slots::new(Dialect::LlamaCpp, Some(2)).ask() && !Slots::new(Dialect::Ollama, None).ask());
    }

    #[test]
    fn a_place_is_free_again_when_the_request_is_over() {
        let slots = Slots::new(Dialect::Ollama, None);
        let first = slots.take().now_or_never();
        check(&slots, 0);
        drop(first);
        check(&slots, 1);
    }
}
