//! The way of one completion: cache -> open stream -> wait -> ask -> stop -> filter -> answer. The one async part of
//! the core.
//!
//! A request is a loop: all that is known of it is gathered, `decide` says what it does now, then it sleeps until a
//! time or until something of its document changes (an edit, a newer request, more text), and looks again. All state is
//! behind one lock that is never held across an await. Streams are read by tasks of their own, so that one stream can
//! serve many keystrokes; dropping the task resets the stream.

mod alternatives;
mod answer;
mod ask;
mod begin;
mod choices;
mod context;
mod decide;
mod document_state;
mod located;
mod moving;
mod notices;
mod prediction;
mod request;
mod rest;
mod state;
mod stream;

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    future::{Future, ready},
    hash::RandomState,
    ops::ControlFlow,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use tokio::{sync::mpsc::UnboundedSender, time};

pub use answer::{Answer, Status, Trace};

use decide::Step;
pub use located::Located;
pub use moving::MovingCursor;
use notices::Notices;
use request::{Pause, Request, Standing};
use state::State;

use super::{
    Cause, Notice, Predictor, Query, Reason, Suggestion,
    agreement::Agreement,
    cache::Cache,
    debounce::Debouncer,
    eligibility,
    history::{History, Record},
    window::Budget,
};
use crate::{
    masking::documents::MaskedDocuments,
    model::{Backoff, Endpoint},
    privacy::Privacy,
    settings::{Completion, Settings},
    text::document::{Document, Edit},
    usage::{Outcome, Recorder},
};

/// The engine. Clones share their state.
#[derive(Clone)]
pub struct Engine {
    state: Arc<Mutex<State>>,
}

impl Engine {
    /// An engine that asks `endpoint` and records in `usage`. What the user should hear of goes to `notices`, each kind
    /// once.
    pub fn new(
        settings: Arc<Settings>,
        endpoint: Arc<dyn Endpoint>,
        usage: Recorder,
        notices: UnboundedSender<Notice>,
    ) -> Self {
        let state = State {
            privacy: Arc::new(settings.privacy.rules()),
            masks: Arc::new(MaskedDocuments::new(settings.privacy.mask_secrets)),
            other_masks: Arc::new(MaskedDocuments::new(settings.privacy.mask_secrets)),
            settings,
            endpoint,
            predictor: None,
            context: None,
            last_choice: 0,
            edits: 0,
            cache_keys: RandomState::new(),
            on: true,
            cache: Cache::default(),
            debouncer: Debouncer::default(),
            backoff: Backoff::default(),
            documents: HashMap::new(),
            history: History::default(),
            usage,
            emptied: None,
            notices: Notices::new(notices),
            answerer: None,
            last_request: 0,
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Takes what predicts where the endpoint is not or cannot be asked.
    pub fn set_predictor(&self, predictor: Arc<dyn Predictor>) {
        self.lock().predictor = Some(predictor);
    }

    /// Takes new settings and the endpoint they name. The cache stays.
    pub fn configure(&self, settings: Arc<Settings>, endpoint: Arc<dyn Endpoint>) {
        let mut state = self.lock();
        state.privacy = Arc::new(settings.privacy.rules());
        state.masks.configure(settings.privacy.mask_secrets);
        state.other_masks.configure(settings.privacy.mask_secrets);
        state.settings = settings;
        state.endpoint = endpoint;
        state.answerer = None;
        state.forget_choices();
        state.backoff.reset();
        state.notices.reset();
    }

    /// Switches automatic completion; returns whether it is on now.
    pub fn toggle(&self) -> bool {
        let mut state = self.lock();
        state.on ^= true;
        state.on
    }

    /// The client says that a suggestion was accepted. It does not say where; that is where an edit came last.
    pub fn accepted(&self) {
        let state = &mut *self.lock();
        let Some(document) = state.documents.values_mut().max_by_key(|document| document.edited_at) else { return };
        let language = document.language.clone();
        let (mistaken, outcome) = document.acceptance.accepted();
        if let Some(mistaken) = mistaken {
            state.usage.retract_outcome(&language, mistaken);
        }
        state.count_outcome(&language, outcome);
    }

    /// The files that are never sent, by the settings in force.
    pub fn privacy(&self) -> Arc<Privacy> {
        self.lock().privacy.clone()
    }

    /// What the engine stands at.
    pub fn status(&self) -> Status {
        let state = self.lock();
        Status {
            on: state.on,
            last_error: state.backoff.last_error().cloned(),
            answerer: state.answerer.clone(),
            streams: state.streams(),
            ceiling: state.usage.used_up(state.settings.limits.tokens_per_day),
        }
    }

    /// What is secret in the open documents, by the settings in force.
    pub fn masks(&self) -> Arc<MaskedDocuments> {
        self.lock().masks.clone()
    }

    /// The last requests, oldest first.
    pub fn history(&self) -> Vec<Record> {
        self.lock().history.records().cloned().collect()
    }

    /// Records that the client asked for a completion in a document it has not opened, in a line counted from zero.
    pub fn not_open(&self, uri: &str, line: usize) {
        self.turned_away(uri, line, Reason::NotOpen);
    }

    /// Records that a request got nothing before it was a query, in a line counted from zero.
    pub fn turned_away(&self, uri: &str, line: usize, reason: Reason) {
        self.lock().record_at(&uri.into(), line, Duration::ZERO, Err(reason), None);
    }

    /// A document was opened: its secrets are looked for, so that no request needs to wait for that.
    pub fn opened(&self, document: &Document) {
        self.masks().closed(&document.uri);
        self.look_for_secrets(document);
    }

    /// What came before a request at `cursor`, a byte offset, that is about to begin.
    pub fn cause(&self, uri: &str, cursor: usize) -> Cause {
        self.lock().documents.get(uri).map_or(Cause::OtherPlace, |document| document.cause(cursor))
    }

    /// A document changed. Requests for its older text are superseded; streams that contradict the new one are reset.
    /// Returns what the edits did with the suggestion on screen, if anything.
    pub fn edited(&self, document: &Document, edits: &[Edit]) -> Option<Outcome> {
        if !self.masks().edited(document, edits) {
            self.look_for_secrets(document);
        }
        let now = now();
        let mut guard = self.lock();
        let State { documents, debouncer, cache, settings, edits: all_edits, .. } = &mut *guard;
        let state = documents.entry(document.uri.clone()).or_default();
        *all_edits += 1;
        if let Some(before) = state.edited_at.filter(|_| edits.iter().all(|edit| edit.inserted.chars().count() == 1)) {
            debouncer.typed(now.saturating_duration_since(before));
        }
        state.language = document.language.clone();
        state.edited(document, edits, now);
        if state.agreement.agreement() == Agreement::Followed {
            debouncer.accepted();
        }
        let outcome = state.acceptance.edited(edits);
        let stale = match edits.last() {
            Some(edit) if !state.streams.is_empty() => {
                let budget = budget(settings.completion_for(&document.language));
                let window = eligibility::window(document, edit.end(), budget);
                state.take_stale(&window, cache, false)
            }
            _ => vec![],
        };
        guard.count_outcome(&document.language, outcome);
        guard.reset(stale);
        drop(guard);
        self.choose_behind(document, edits);
        outcome
    }

    /// A document was closed: its requests are superseded, its streams reset.
    pub fn closed(&self, uri: &str) {
        let mut state = self.lock();
        state.masks.closed(uri);
        // Whoever waits for a change of it hears that there will be none.
        let Some(document) = state.documents.remove(uri) else { return };
        // All that it had counts as edits elsewhere from now on, and its end as one more.
        state.edits += 1;
        state.reset(document.streams);
    }

    /// The session ends: all streams are reset, so that they are counted.
    pub fn finish(&self) {
        let open: Vec<_> = self.lock().documents.keys().cloned().collect();
        open.iter().for_each(|uri| self.closed(uri));
    }

    /// Answers a query asked by hand: the answer [`complete`](Self::complete) gives, and further suggestions. Nothing is
    /// asked before `prepared` is over, such as a look at the settings.
    pub async fn complete_with_alternatives(
        &self,
        query: &Query,
        prepared: impl Future<Output = ()> + Send + 'static,
    ) -> (Answer, Vec<Suggestion>) {
        alternatives::complete(self, query, prepared.boxed().shared()).await
    }

    /// Answers one query. Dropping the future takes the query back: a stream that only it waited for is reset.
    pub async fn complete(&self, query: &Query) -> Answer {
        self.complete_after(query, ready(())).await.0
    }

    /// The same, once `prepared` is over. Gives the request's place among the others as well, if it was let in.
    async fn complete_after(&self, query: &Query, prepared: impl Future<Output = ()>) -> (Answer, Option<Standing>) {
        let mut request = match self.begin(query) {
            Ok(request) => request,
            Err(reason) => return (self.refuse(query, reason), None),
        };
        let mut standing = request.standing();
        let mut alone = pin!(async {
            prepared.await;
            let endpoint = self.lock().endpoint.clone();
            endpoint.is_local().await
        });
        // The key may have to be looked for, which can take seconds; whoever is overtaken meanwhile does not wait.
        request.prediction.alone = tokio::select! {
            biased;
            alone = &mut alone => alone,
            () = standing.overtaken(self, &query.document.uri) => {
                return (request.finish(Err(Reason::Superseded)), None);
            }
        };
        if let Err(reason) = self.admit(query).await {
            let is_newest = self.lock().is_newest(&query.document.uri, request.number);
            return (request.finish(Err(if is_newest { reason } else { Reason::Superseded })), None);
        }
        if !request.prediction.alone {
            self.find_secrets(query);
            self.choose(query);
        }
        let result = loop {
            request.changed.mark_unchanged();
            match self.advance(&mut request) {
                ControlFlow::Break(result) => break result,
                ControlFlow::Continue(Pause::None) => {}
                ControlFlow::Continue(Pause::Predict(least)) => self.predict(&mut request, least),
                ControlFlow::Continue(Pause::Until(Some(time))) => {
                    let timer = time::sleep_until(time.into());
                    tokio::select! { biased; _ = request.changed.changed() => {}, () = timer => {} }
                }
                // The sender lives in the document's state; it is gone when that is closed, which the next step sees.
                ControlFlow::Continue(Pause::Until(None)) => drop(request.changed.changed().await),
            }
        };
        self.ask_ahead(&request);
        (request.finish(result), Some(standing))
    }

    /// Takes the request's next step. Asking happens under the same lock as the decision to ask, so that nothing, such
    /// as the document's end, comes between.
    fn advance(&self, request: &mut Request<'_>) -> ControlFlow<Result<Suggestion, Reason>, Pause> {
        let mut state = self.lock();
        let step = state.step(request, now());
        if matches!(step, Step::Ask { .. } | Step::AskAgain { .. })
            && let Some(until) = state.choice_due(request.query, now())
        {
            return ControlFlow::Continue(Pause::Until(Some(until)));
        }
        match step {
            Step::Show { text, entry } => {
                let result = state.show(request, &text, entry);
                let is_useless = matches!(result, Err(Reason::Filtered(_)));
                if is_useless && !request.prediction.alone && state.cache.forget_prediction(entry) {
                    // What the embedded engine said is of no use here: the endpoint may know better.
                    request.prediction.entry = None;
                } else if is_useless && request.may_ask_again() && request.prediction.entry != Some(entry) {
                    self.ask_again(&mut state, request, Some(entry));
                } else {
                    return ControlFlow::Break(result);
                }
            }
            Step::Refuse(reason) => return ControlFlow::Break(Err(reason)),
            Step::Wait(until) => return ControlFlow::Continue(Pause::Until(until)),
            Step::Predict { least, .. } => return ControlFlow::Continue(Pause::Predict(least)),
            Step::Ask { besides } => self.ask(&mut state, request, besides),
            Step::AskAgain { empty } => self.ask_again(&mut state, request, empty),
        }
        ControlFlow::Continue(Pause::None)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn budget(completion: &Completion) -> Budget {
    Budget { prefix: completion.prefix_bytes, suffix: completion.suffix_bytes }
}

/// The runtime's clock, which tests can pause.
fn now() -> Instant {
    time::Instant::now().into_std()
}
