//! A server that loads its model: noticed, told, and watched until it is over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::{COLD, Inner, Patience};
use crate::endpoint::loading::{Load, LoadingModels};
use crate::endpoint::{Dialect, ollama};
use crate::model::Error;

/// How often a server is asked whether it has loaded its model. The answer comes at once and costs nothing.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Ollama answers sooner where the model is in memory and the prompt is short; it says nothing while it loads.
const SOON: Duration = Duration::from_secs(1);

/// What is known of one server's model.
#[derive(Debug, Default)]
pub(super) struct Loading {
    models: LoadingModels,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The load that goes on, while one does.
    ongoing: Option<Load>,
    /// Whether somebody makes sure that Ollama loads the model.
    is_seen_to: bool,
    /// When it last answered a completion or a chat.
    answered: Option<Instant>,
}

impl Loading {
    /// Nothing is known yet; what is noticed is told to `models`.
    pub fn new(models: LoadingModels) -> Self {
        Self { models, state: Mutex::default() }
    }

    /// It loads its model; says whether that is news.
    fn begin(&self, host: &str) -> bool {
        let mut state = self.state();
        let is_news = state.ongoing.is_none();
        state.ongoing.get_or_insert_with(|| self.models.begin(host));
        is_news
    }

    /// It loads no more: it answered, or failed in another way.
    fn over(&self, failed: bool) {
        let mut state = self.state();
        // What fails may have made room for another model.
        state.answered = Some(Instant::now()).filter(|_| !failed);
        if let Some(load) = &mut state.ongoing {
            load.failed = failed;
        }
        state.ongoing = None;
    }

    fn is_ongoing(&self) -> bool {
        self.state().ongoing.is_some()
    }

    /// Whether the model is in Ollama's memory by all that is known.
    fn is_warm(&self) -> bool {
        self.state().answered.is_some_and(|at| at.elapsed() < ollama::KEPT)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// A request for a completion or a chat was answered so.
    pub(super) fn notice(self: &Arc<Self>, failure: Option<&Error>) {
        match failure {
            Some(Error::Loading { .. }) => self.loads(),
            failure => self.loading.over(failure.is_some()),
        }
    }

    /// It says that it loads its model: that is told until it says something else, or is not heard of any more.
    pub(super) fn loads(self: &Arc<Self>) {
        if !self.loading.begin(&self.host) {
            return;
        }
        let (known, begun) = (Arc::downgrade(self), Instant::now());
        tokio::spawn(async move {
            loop {
                sleep(LOOK_AGAIN).await;
                // With the settings that name it goes what is known of it.
                let Some(inner) = known.upgrade().filter(|inner| inner.loading.is_ongoing()) else { return };
                let failed = match inner.get("health").await {
                    Ok(_) => false,
                    Err(Error::Loading { .. }) => continue,
                    // Nobody tells there: a completion will.
                    Err(Error::NotFound { .. }) if begun.elapsed() < COLD => continue,
                    Err(_) => true,
                };
                return inner.loading.over(failed);
            }
        });
    }

    /// How long a completion may be silent now. Ollama says nothing while it loads the model.
    pub(super) fn patience_now(&self) -> Patience {
        let Patience { first_byte, between_bytes } = self.patience;
        let is_cold = self.dialect == Dialect::Ollama && !self.loading.is_warm();
        Patience { first_byte: if is_cold { first_byte.max(COLD) } else { first_byte }, between_bytes }
    }

    /// Sees to it that Ollama loads the model, unless it answers soon. It stops loading when nobody waits for it any
    /// more, and a completion may be given up with any key.
    pub(super) fn load_if_cold(self: &Arc<Self>, model: &str) {
        if self.dialect != Dialect::Ollama || self.loading.is_warm() {
            return;
        }
        if std::mem::replace(&mut self.loading.state().is_seen_to, true) {
            return;
        }
        let (known, model) = (Arc::downgrade(self), model.to_owned());
        tokio::spawn(async move {
            sleep(SOON).await;
            let Some(inner) = known.upgrade() else { return };
            if !inner.loading.is_warm() {
                inner.loading.begin(&inner.host);
                inner.load_by_asking(&model).await;
            }
            inner.loading.state().is_seen_to = false;
        });
    }

    /// Has Ollama load the model, and waits for that.
    pub(super) async fn load_by_asking(self: &Arc<Self>, model: &str) {
        let mut asked = std::pin::pin!(self.post("api/generate", ollama::load(model), COLD));
        let outcome = match timeout(SOON, &mut asked).await {
            Ok(outcome) => outcome,
            Err(_) => {
                self.loading.begin(&self.host);
                asked.await
            }
        };
        self.loading.over(outcome.is_err());
    }
}
