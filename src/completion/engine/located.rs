//! Where a query's document lies: by its names at once, for sure as soon as the disk has been asked.

use std::sync::Arc;
use std::time::Duration;

use tokio::{sync::watch, time};

use crate::privacy::Location;

/// How long a query waits for the disk to tell where its document lies. A disk that is there answers in a millisecond;
/// one that is not must not keep an editor waiting that asks nothing else meanwhile.
const LIMIT: Duration = Duration::from_secs(2);

/// Where a document lies, now and later. Clones tell the same.
#[derive(Debug, Clone)]
pub struct Located(watch::Receiver<Arc<Location>>);

impl Located {
    /// A document that is known to lie there.
    pub fn at(location: Location) -> Self {
        Self(watch::channel(Arc::new(location)).1)
    }

    /// What is known now.
    pub fn now(&self) -> Arc<Location> {
        self.0.borrow().clone()
    }

    /// What is known once the disk has told, or after a limit, or at the document's end: then it may not be found yet.
    pub async fn found(&self) -> Arc<Location> {
        let mut receiver = self.0.clone();
        let _ = time::timeout(LIMIT, receiver.wait_for(|location| location.is_found)).await;
        self.now()
    }
}

impl From<watch::Receiver<Arc<Location>>> for Located {
    fn from(receiver: watch::Receiver<Arc<Location>>) -> Self {
        Self(receiver)
    }
}
