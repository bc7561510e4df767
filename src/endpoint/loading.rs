//! Which servers load a model now, for whoever shows it.

use std::sync::Arc;

use tokio::sync::watch;

/// The servers that load a model, over all endpoints of a session. Clones are the same.
#[derive(Debug, Clone)]
pub struct LoadingModels(Arc<watch::Sender<Loads>>);

/// What is loaded now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loads {
    /// Host and port of each server that loads a model, in the order in which it was noticed.
    hosts: Vec<Arc<str>>,
    /// Whether the load that ended last came to nothing.
    failed: bool,
}

/// One server's load. It ends when this is dropped.
#[derive(Debug)]
pub struct Load {
    models: LoadingModels,
    host: Arc<str>,
    /// Whether it came to nothing.
    pub failed: bool,
}

impl Default for LoadingModels {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Loads::default())))
    }
}

impl LoadingModels {
    /// The server at this host loads a model from now on.
    pub fn begin(&self, host: &str) -> Load {
        let host: Arc<str> = host.into();
        self.0.send_modify(|loads| loads.hosts.push(Arc::clone(&host)));
        Load { models: self.clone(), host, failed: false }
    }

    /// Tells of every change from now on.
    pub fn watch(&self) -> watch::Receiver<Loads> {
        self.0.subscribe()
    }
}

impl Loads {
    /// Who has been loading for longest, if anyone does.
    pub fn host(&self) -> Option<&Arc<str>> {
        self.hosts.first()
    }

    /// Whether the load that ended last came to nothing.
    pub fn has_failed(&self) -> bool {
        self.failed
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.models.0.send_modify(|loads| {
            if let Some(at) = loads.hosts.iter().position(|host| *host == self.host) {
                loads.hosts.remove(at);
            }
            loads.failed = self.failed;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_load_is_seen_from_its_beginning_to_its_end() {
        let models = LoadingModels::default();
        let seen = models.watch();
        let host = || seen.borrow().host().map(ToString::to_string);
        assert_eq!(host(), None);
        let (one, mut other) = (models.begin("one:1"), models.begin("other:2"));
        assert_eq!(host().as_deref(), Some("one:1"));
        drop(one);
        assert_eq!((host().as_deref(), seen.borrow().has_failed()), (Some("other:2"), false));
        other.failed = true;
        drop(other);
        assert_eq!((host(), seen.borrow().has_failed()), (None, true));
    }
}
