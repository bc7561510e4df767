//! Where the open documents lie: told by their URIs at once, and by the disk as soon as it has been asked, on threads
//! where waiting is fine.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task;

use super::uri;
use crate::completion::Located;
use crate::index::{SharedIndex, locate};
use crate::privacy::Location;
use crate::text::documents::Documents;

/// What is known of each open document.
#[derive(Debug)]
pub struct Locations {
    index: Arc<SharedIndex>,
    documents: Arc<Documents>,
    open: Mutex<HashMap<String, Entry>>,
    /// Numbers the questions to the disk.
    questions: AtomicU64,
}

#[derive(Debug)]
struct Entry {
    location: watch::Sender<Arc<Location>>,
    /// The last question to the disk; the answer to an older one does not count.
    asked: u64,
    /// Whether a thread is asking. It asks again for each question that comes meanwhile, so that a slow disk gets no more
    /// than one for each document.
    is_asking: bool,
}

impl Locations {
    pub fn new(index: Arc<SharedIndex>, documents: Arc<Documents>) -> Self {
        Self { index, documents, open: Mutex::default(), questions: AtomicU64::new(0) }
    }

    /// Begins to find where a document lies.
    pub fn opened(self: &Arc<Self>, uri: &str) {
        let named = Arc::new(uri::location(uri));
        let entry = || Entry { location: watch::Sender::new(named), asked: 0, is_asking: false };
        self.open().entry(uri.to_owned()).or_insert_with(entry);
        self.look_again(uri);
    }

    pub fn closed(&self, uri: &str) {
        self.open().remove(uri);
    }

    /// Where a document lies, now and later. One that is not open is never found.
    pub fn of(&self, uri: &str) -> Located {
        let open = self.open();
        match open.get(uri) {
            Some(entry) => entry.location.subscribe().into(),
            None => Located::at(uri::location(uri)),
        }
    }

    /// What is known of a document now.
    pub fn now(&self, uri: &str) -> Arc<Location> {
        self.of(uri).now()
    }

    /// How many open documents the disk has not told of yet.
    pub fn unknown(&self) -> usize {
        self.open().values().filter(|entry| !entry.location.borrow().is_found).count()
    }

    /// Where each open document lies may have changed: other folders are the workspace, or other files are ignored.
    pub fn look_again_at_all(self: &Arc<Self>) {
        let all: Vec<String> = self.open().keys().cloned().collect();
        all.iter().for_each(|uri| self.look_again(uri));
    }

    /// Asks the disk once more. Until it answers the document counts as not found.
    pub fn look_again(self: &Arc<Self>, uri: &str) {
        let mut open = self.open();
        let Some(entry) = open.get_mut(uri) else { return };
        entry.asked = self.questions.fetch_add(1, Relaxed) + 1;
        entry.location.send_modify(|location| {
            // What was found of its names stays: nothing comes in for a moment that was private.
            let known = Location { is_ignored: false, is_temporary: false, is_found: false, ..(**location).clone() };
            *location = Arc::new(known);
        });
        let is_asking = std::mem::replace(&mut entry.is_asking, true);
        drop(open);
        if !is_asking {
            let (locations, uri) = (self.clone(), uri.to_owned());
            task::spawn_blocking(move || locations.ask(&uri));
        }
    }

    fn ask(&self, uri: &str) {
        loop {
            let Some(asked) = self.open().get(uri).map(|entry| entry.asked) else { return };
            let found = Arc::new(locate(&uri::location(uri), &self.index.roots()));
            let mut open = self.open();
            let Some(entry) = open.get_mut(uri) else { return };
            if entry.asked == asked {
                entry.is_asking = false;
                // Before anybody hears of it: what is asked of the index then knows the document.
                self.index.refresh(uri, &found, || self.documents.get(uri));
                entry.location.send_replace(found);
                return;
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
