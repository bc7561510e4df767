//! The way of one completion: reuse -> join -> wait -> ask -> stop -> filter -> answer. The one async part of the core.
//!
//! A query is a loop: `State::step` looks at all that is known and says what to do now; then the query sleeps until a
//! time or until something of its document changes (an edit, a newer query, more text), and looks again. All state is
//! behind one lock that is never held across an await. Streams are read by tasks of their own, so that one stream can
//! serve many keystrokes; dropping the task resets the stream.

mod chat;
mod cycle;
mod local;
mod reading;
mod state;
mod track;
mod turn;

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use local::Local;
use reading::Reading;
use state::{State, Step};
use tokio::{sync::mpsc::UnboundedSender, time};
use track::{Flight, Follow};
use turn::Turn;

use super::{
    Predictor, Query, Reason, Suggestion, Window, gate,
    pace::Pace,
    prompt,
    reuse::{Id, Reuse},
    stop::Reach,
    trust::Trust,
    why::{Record, Why},
    window::Budget,
};
use crate::{
    model::{Endpoint, Error, Prompt},
    privacy::Privacy,
    settings::{Completion, Settings},
    text::document::{Document, Edit},
    usage::{Counts, Tally, ceiling::Ceiling, days::Day, prompt_bytes},
};

/// The engine. Clones share their state.
#[derive(Clone)]
pub struct Engine {
    state: Arc<Mutex<State>>,
}

/// What one query came to.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The suggestion, or why there is none.
    pub result: Result<Suggestion, Reason>,
    /// How it came about.
    pub trace: Trace,
}

/// How an answer came about, for `complete --explain` and benchmarks.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The window around the cursor.
    pub window: Window,
    /// What the endpoint was asked, if it was.
    pub prompt: Option<Prompt>,
    /// From the query to the request.
    pub waited: Duration,
    /// From the request to the first text.
    pub first_text: Option<Duration>,
    /// From the query to the answer.
    pub total: Duration,
    /// All the model had said when the answer was given, with LF line ends.
    pub said: String,
}

/// What the engine stands at.
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether automatic completion is on.
    pub on: bool,
    /// The endpoint's latest failure, if nothing worked since.
    pub trouble: Option<Error>,
    /// Streams open now.
    pub streams: usize,
    /// Counts since the start.
    pub counts: Counts,
    /// Tokens of this day, by all servers of the user.
    pub today: u64,
    /// The most of them, if they are used up.
    pub ceiling: Option<u64>,
}

impl Engine {
    /// An engine that asks `endpoint`. What a person should hear of goes to `notices`, each kind once.
    pub fn new(settings: Arc<Settings>, endpoint: Arc<dyn Endpoint>, notices: UnboundedSender<Reason>) -> Self {
        let state = State {
            privacy: Privacy::new(&settings.privacy.exclude, settings.privacy.use_default_excludes),
            settings,
            endpoint,
            predictor: None,
            on: true,
            reuse: Reuse::default(),
            pace: Pace::default(),
            tracks: HashMap::new(),
            why: Why::default(),
            counts: Counts::default(),
            tally: Tally::default(),
            ceiling: Ceiling::default(),
            told: None,
            notices,
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Takes what predicts where the endpoint is not or cannot be asked.
    pub fn predict_with(&self, predictor: Arc<dyn Predictor>) {
        self.lock().predictor = Some(predictor);
    }

    /// Takes new settings and the endpoint they name. What is known stays known.
    pub fn configure(&self, settings: Arc<Settings>, endpoint: Arc<dyn Endpoint>) {
        let mut state = self.lock();
        state.privacy = Privacy::new(&settings.privacy.exclude, settings.privacy.use_default_excludes);
        state.settings = settings;
        state.endpoint = endpoint;
        state.pace.forgive();
        state.told = None;
    }

    /// Switches automatic completion; returns whether it is on now.
    pub fn toggle(&self) -> bool {
        let mut state = self.lock();
        state.on = !state.on;
        state.on
    }

    /// The client says that a suggestion was accepted. It does not say where; that is where an edit came last.
    pub fn accepted(&self) {
        let mut guard = self.lock();
        let state = &mut *guard;
        let Some(track) = state.tracks.values_mut().max_by_key(|track| track.edited) else { return };
        let language = track.language.clone();
        let (mistaken, verdict) = track.acceptance.accepted();
        state.unjudge(&language, mistaken);
        state.judge(&language, verdict);
    }

    /// What was counted since the last call.
    pub fn take_tally(&self) -> Tally {
        std::mem::take(&mut self.lock().tally)
    }

    /// Takes the tokens that are on disk for a day, this engine's among them but for what [`take_tally`](Self::take_tally)
    /// would give now.
    pub fn know_spent(&self, day: Day, tokens: u64) {
        let mut state = self.lock();
        let own = state.tally.total().tokens();
        state.ceiling.know(day, tokens.saturating_add(own));
    }

    /// What the engine stands at.
    pub fn status(&self) -> Status {
        let state = self.lock();
        Status {
            on: state.on,
            trouble: state.pace.trouble().cloned(),
            streams: state.tracks.values().map(|track| track.flights.len()).sum(),
            counts: state.counts,
            today: state.ceiling.spent(&today()),
            ceiling: state.used_up(),
        }
    }

    /// The last requests, oldest first.
    pub fn why(&self) -> Vec<Record> {
        self.lock().why.records().cloned().collect()
    }

    /// A document changed. Queries for its older text are superseded; streams that contradict the new one are reset.
    pub fn edited(&self, document: &Document, edits: &[Edit]) {
        let now = now();
        let mut guard = self.lock();
        let state = &mut *guard;
        let budget = budget(state.settings.completion_for(&document.language));
        let track = state.tracks.entry(document.uri.clone()).or_default();
        if let Some(before) = track.edited.filter(|_| edits.iter().all(|edit| edit.inserted.chars().count() == 1)) {
            state.pace.typed(now.saturating_duration_since(before));
        }
        track.language = document.language.clone();
        track.edited(&document.text, edits, now);
        let verdict = track.acceptance.edited(edits);
        if track.following.trust() == Trust::Followed {
            state.pace.accepted();
        }
        state.judge(&document.language, verdict);
        let Some(track) = state.tracks.get_mut(&document.uri) else { return };
        if track.flights.is_empty() {
            return;
        }
        let Some(edit) = edits.last() else { return };
        let window = Window::cut(&document.text, edit.end(), budget);
        let ended = track.divert(&window, &state.reuse, false);
        state.reset(ended);
    }

    /// A document was closed: its queries are superseded, its streams reset.
    pub fn closed(&self, uri: &str) {
        let mut state = self.lock();
        let Some(mut track) = state.tracks.remove(uri) else { return };
        track.turn += 1;
        track.notify();
        let flights = std::mem::take(&mut track.flights);
        state.reset(flights);
    }

    /// The session ends: all streams are reset, so that they are counted.
    pub fn finish(&self) {
        let open: Vec<_> = self.lock().tracks.keys().cloned().collect();
        open.iter().for_each(|uri| self.closed(uri));
    }

    /// Answers one query. Dropping the future takes the query back: a stream that only it waited for is reset.
    pub async fn complete(&self, query: &Query) -> Answer {
        let mut turn = match self.begin(query) {
            Ok(turn) => turn,
            Err(reason) => return self.refuse(query, reason),
        };
        let mut changed = {
            let mut state = self.lock();
            state.tracks.entry(query.document.uri.clone()).or_default().watch()
        };
        turn.local.alone = self.is_local().await;
        let result = loop {
            changed.mark_unchanged();
            match self.advance(&mut turn) {
                Step::Answer(result) => break result,
                // `advance` has asked.
                Step::Ask => {}
                Step::Predict(least) => self.predict(&mut turn, least),
                Step::Wait(Some(until)) => {
                    let timer = time::sleep_until(until.into());
                    tokio::select! { biased; _ = changed.changed() => {}, () = timer => {} }
                }
                // The sender lives in the track; it is gone when the document is closed, which `step` sees.
                Step::Wait(None) => drop(changed.changed().await),
            }
        };
        self.ask_ahead(&turn);
        turn.finish(result)
    }

    fn begin<'a>(&'a self, query: &'a Query) -> Result<Turn<'a>, Reason> {
        let mut guard = self.lock();
        let state = &mut *guard;
        let track = state.tracks.entry(query.document.uri.clone()).or_default();
        let follow = query.follows.then(|| Follow {
            text: query.document.text.clone(),
            cursor: query.cursor,
            typed: String::new(),
        });
        let moved = track.begin(query.cursor, follow);
        let (number, edits) = (track.turn, track.edits);
        gate::document(query, &state.settings, &state.privacy, state.on)?;
        let budget = budget(state.settings.completion_for(&query.document.language));
        let window = Window::cut(&query.document.text, query.cursor, budget);
        gate::place(query, &window)?;
        let track = state.tracks.entry(query.document.uri.clone()).or_default();
        let ended = track.divert(&window, &state.reuse, moved);
        state.reset(ended);
        let trace = Trace { window, ..Trace::default() };
        let begun = now();
        Ok(Turn {
            engine: self,
            query,
            number,
            edits,
            moved,
            begun,
            asked: None,
            local: Local::default(),
            answered: false,
            trace,
        })
    }

    fn refuse(&self, query: &Query, reason: Reason) -> Answer {
        self.lock().record(query, Duration::ZERO, Err(reason.clone()));
        Answer { result: Err(reason), trace: Trace::default() }
    }

    /// The query's next step. Asking happens under the same lock as the decision to ask, so that nothing, such as the
    /// document's end, comes between.
    fn advance(&self, turn: &mut Turn<'_>) -> Step {
        let mut state = self.lock();
        let step = state.step(turn);
        if matches!(step, Step::Ask) {
            self.ask(&mut state, turn);
        }
        step
    }

    /// Opens a stream for the query.
    fn ask(&self, state: &mut State, turn: &mut Turn<'_>) {
        let document = &turn.query.document;
        let trust = state.tracks.get(&document.uri).map(|track| track.following.trust()).unwrap_or_default();
        let reach = if turn.query.invoked { Reach::INVOKED } else { Reach::of(trust) };
        let (id, prompt) = self.open(state, document, turn.trace.window.clone(), reach);
        turn.asked = Some(id);
        turn.trace.prompt = Some(prompt);
        turn.trace.waited = now().saturating_duration_since(turn.begun);
    }

    /// Asks for what follows the known text where that is nearly typed to its end.
    fn ask_ahead(&self, turn: &Turn<'_>) {
        let mut state = self.lock();
        if let Some(window) = state.runs_out(turn, now()) {
            self.open(&mut state, &turn.query.document, window, Reach::of(Trust::Followed));
        }
    }

    /// Opens a stream. The reply is polled by its own task.
    fn open(&self, state: &mut State, document: &Document, window: Window, reach: Reach) -> (Id, Prompt) {
        let begun = now();
        let prompt =
            prompt::build(&window, &state.settings.endpoint.model, state.settings.completion_for(&document.language));
        let bytes = prompt_bytes(&prompt);
        let id = state.reuse.open(&document.uri, &window);
        let track = state.tracks.entry(document.uri.clone()).or_default();
        let reading = Reading {
            engine: self.clone(),
            uri: document.uri.clone(),
            language: document.language.clone(),
            id,
            window,
            reach,
            begun,
            raw: String::new(),
        };
        let task = tokio::spawn(reading.read(state.endpoint.complete(prompt.clone()))).abort_handle();
        let language = document.language.clone();
        track.flights.push(Flight { id, language, begun, prompt_bytes: bytes, said_bytes: 0, task });
        state.pace.asked(begun);
        state.counts.requests += 1;
        (id, prompt)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn budget(completion: &Completion) -> Budget {
    Budget { prefix: completion.prefix_bytes, suffix: completion.suffix_bytes }
}

/// The day by which tokens are counted.
fn today() -> Day {
    Day::at(SystemTime::now())
}

/// The runtime's clock, which tests can pause.
fn now() -> Instant {
    time::Instant::now().into_std()
}
