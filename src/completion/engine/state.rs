//! What the engine knows and decides, all behind its one lock.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use tokio::sync::mpsc::UnboundedSender;

use super::{
    budget, now, today,
    track::{Flight, Track, Uri},
    turn::Turn,
};
use crate::{
    completion::{
        Predictor, Query, Reason, Source, Suggestion, Window,
        acceptance::Verdict,
        pace::Pace,
        reuse::{Found, Id, Reuse},
        trust::Trust,
        why::{Record, Why},
    },
    model::{Endpoint, Error, Usage},
    privacy::Privacy,
    settings::{Debounce, Prefetch, Settings},
    usage::{Cost, Counts, Tally, ceiling::Ceiling, price},
};

/// The same trouble is told again only after this long.
const TELL_AGAIN: Duration = Duration::from_secs(15 * 60);

/// Everything that changes.
pub(super) struct State {
    pub settings: Arc<Settings>,
    pub privacy: Privacy,
    pub endpoint: Arc<dyn Endpoint>,
    pub predictor: Option<Arc<dyn Predictor>>,
    pub on: bool,
    pub reuse: Reuse,
    pub pace: Pace,
    pub tracks: HashMap<Uri, Track>,
    pub why: Why,
    pub counts: Counts,
    /// What was counted since it was last taken.
    pub tally: Tally,
    pub ceiling: Ceiling,
    pub told: Option<(&'static str, Instant)>,
    pub notices: UnboundedSender<Reason>,
}

/// What a query does next.
pub(super) enum Step {
    Answer(Result<Suggestion, Reason>),
    /// Look again when something changed, or at this time.
    Wait(Option<Instant>),
    Ask,
    /// Ask the embedded engine for what it is at least so sure of.
    Predict(f32),
}

impl State {
    /// What the query does now.
    pub fn step(&mut self, turn: &mut Turn<'_>) -> Step {
        let document = &turn.query.document;
        self.forget_predictions();
        if turn.local.id.is_some_and(|id| self.reuse.said(id).is_none()) {
            turn.local.forget();
        }
        let Some(track) = self.tracks.get_mut(&document.uri) else { return Step::Answer(Err(Reason::Superseded)) };
        if track.turn != turn.number {
            return Step::Answer(Err(Reason::Superseded));
        }
        let completion = self.settings.completion_for(&document.language);
        if let Some(follow) = &track.follow {
            turn.trace.window = Window::cut(&follow.text, follow.cursor, budget(completion));
        }
        let now = now();
        let show_after = completion.show_after();
        let found = self.reuse.look(&document.uri, &turn.trace.window, &document.language, false);
        let found = match found {
            Found::Open(id) if track.age(id, now) >= show_after => {
                self.reuse.look(&document.uri, &turn.trace.window, &document.language, true)
            }
            found => found,
        };
        match found {
            Found::Block { text, id, .. } => {
                let answer = turn.show(&text, id, track);
                let shown = answer.as_ref().map_or("", |suggestion| &suggestion.text);
                track.following.shown(shown);
                let verdict = track.acceptance.shown(shown);
                self.judge(&document.language, verdict);
                Step::Answer(answer)
            }
            Found::Open(id) => {
                let until = now + show_after.saturating_sub(track.age(id, now));
                Step::Wait((until > now).then_some(until))
            }
            Found::Nothing if turn.asked.is_some() || !turn.query.invoked => Step::Answer(Err(Reason::Empty)),
            Found::Nothing | Found::Unknown => {
                let ended = track.divert(&turn.trace.window, &self.reuse, turn.moved);
                self.reset(ended);
                self.consider(turn, now)
            }
        }
    }

    /// Nothing is known: whether to ask, and when.
    fn consider(&mut self, turn: &Turn<'_>, now: Instant) -> Step {
        let document = &turn.query.document;
        let track = self.tracks.get(&document.uri);
        if let Some(id) = turn.asked {
            let failed = track.and_then(|track| track.failed.as_ref()).filter(|(failed, _)| *failed == id);
            let reason = failed.map_or(Reason::Empty, |(_, error)| Reason::Endpoint(error.clone()));
            let instead = if failed.is_some() { turn.local.instead(&self.settings.local) } else { None };
            return instead.unwrap_or(Step::Answer(Err(reason)));
        }
        if turn.moved && !turn.query.invoked {
            return Step::Answer(Err(Reason::NoEdit));
        }
        if turn.local.alone {
            return turn.local.instead(&self.settings.local).unwrap_or(Step::Answer(Err(Reason::Unsure)));
        }
        if let Some(step) = turn.local.first(&self.settings.local) {
            return step;
        }
        if turn.query.invoked {
            return Step::Ask;
        }
        if let Some(most) = self.used_up() {
            self.tell_used_up(most);
            return turn.local.instead(&self.settings.local).unwrap_or(Step::Answer(Err(Reason::Ceiling(most))));
        }
        if let Some(error) = self.pace.resting(now) {
            let paused = Step::Answer(Err(Reason::Paused(error.clone())));
            return turn.local.instead(&self.settings.local).unwrap_or(paused);
        }
        let wait = match self.settings.completion_for(&document.language).debounce_ms {
            Debounce::Auto => {
                let trust = track.map(|track| track.following.trust()).unwrap_or_default();
                self.pace.wait(&turn.trace.window, trust)
            }
            Debounce::Milliseconds(ms) => Duration::from_millis(ms),
        };
        let quiet_from = track.and_then(|track| track.edited).unwrap_or(turn.begun) + wait;
        let due = quiet_from.max(self.pace.free_from(now));
        if due > now { Step::Wait(Some(due)) } else { Step::Ask }
    }

    /// Where to ask ahead, if the known text at the query's cursor will soon be typed to its end.
    pub fn runs_out(&mut self, turn: &Turn<'_>, now: Instant) -> Option<Window> {
        let document = &turn.query.document;
        let track = self.tracks.get(&document.uri)?;
        let trust = track.following.trust();
        let wanted = match self.settings.completion_for(&document.language).prefetch {
            Prefetch::Auto => trust == Trust::Followed,
            Prefetch::OnAccept => matches!(trust, Trust::Followed | Trust::Open),
            Prefetch::Off => false,
        };
        let newest = track.turn == turn.number;
        let may_ask = self.used_up().is_none() && self.pace.resting(now).is_none() && self.pace.free_from(now) <= now;
        if !newest || !wanted || !may_ask {
            return None;
        }
        let rest = self.reuse.rest(&document.uri, &turn.trace.window)?;
        if rest.len() > self.pace.ahead() {
            return None;
        }
        let window = turn.trace.window.after_typing(rest);
        let unknown = self.reuse.look(&document.uri, &window, &document.language, false) == Found::Unknown;
        unknown.then_some(window)
    }

    /// Takes note of what became of a suggestion.
    pub fn judge(&mut self, language: &str, verdict: Option<Verdict>) {
        let Some(verdict) = verdict else { return };
        match verdict {
            Verdict::Shown => {}
            Verdict::Accepted | Verdict::Partly => self.pace.accepted(),
            Verdict::Rejected => self.pace.rejected(),
        }
        *self.tallied(language, verdict) += 1;
    }

    /// Takes a verdict back that was mistaken.
    pub fn unjudge(&mut self, language: &str, verdict: Option<Verdict>) {
        if let Some(verdict) = verdict {
            let count = self.tallied(language, verdict);
            *count = count.saturating_sub(1);
        }
    }

    fn tallied(&mut self, language: &str, verdict: Verdict) -> &mut u64 {
        let row = self.tally.of(language);
        match verdict {
            Verdict::Shown => &mut row.shown,
            Verdict::Accepted => &mut row.accepted,
            Verdict::Partly => &mut row.partly,
            Verdict::Rejected => &mut row.rejected,
        }
    }

    fn spent(&mut self, flight: &Flight, usage: Option<Usage>) {
        self.count(&flight.language, Cost::of(flight.prompt_bytes, flight.said_bytes, usage));
    }

    /// Counts one request that is over.
    pub fn count(&mut self, language: &str, cost: Cost) {
        self.pay(cost);
        self.tally.of(language).spend(cost);
    }

    /// Counts one chat that is over.
    pub fn count_chat(&mut self, model: &str, cost: Cost) {
        self.pay(cost);
        self.tally.chat(price::knows(model)).spend(cost);
    }

    fn pay(&mut self, cost: Cost) {
        self.counts.prompt_tokens += cost.prompt_tokens;
        self.counts.completion_tokens += cost.completion_tokens;
        self.ceiling.spend(today(), cost.tokens());
    }

    /// The most tokens a day may take, if they are used up.
    pub fn used_up(&self) -> Option<u64> {
        self.settings.limits.tokens_per_day.filter(|&most| self.ceiling.spent(&today()) >= most)
    }

    fn tell_used_up(&mut self, most: u64) {
        if self.ceiling.is_news(today()) {
            let _ = self.notices.send(Reason::Ceiling(most));
        }
    }

    /// Ends streams nobody can use any more; their complete lines stay known.
    pub fn reset(&mut self, flights: Vec<Flight>) {
        for flight in flights {
            flight.task.abort();
            self.reuse.cut(flight.id);
            self.counts.reset += 1;
            self.spent(&flight, None);
        }
    }

    pub fn record(&mut self, query: &Query, took: Duration, outcome: Result<Source, Reason>) {
        match &outcome {
            Ok(source) => {
                self.counts.shown += 1;
                self.counts.reused += u64::from(*source == Source::Reuse);
                self.counts.local += u64::from(*source == Source::Local);
            }
            Err(reason) => tracing::debug!(reason = reason.code(), "nothing shown"),
        }
        let text = &query.document.text;
        let line = text.byte_to_line(query.cursor.min(text.len_bytes()));
        self.why.add(Record { at: SystemTime::now(), uri: query.document.uri.clone(), line, took, outcome });
    }

    pub fn tell(&mut self, error: &Error, now: Instant) {
        let kind = error.kind();
        if self.told.is_some_and(|(told, at)| told == kind && now.saturating_duration_since(at) < TELL_AGAIN) {
            return;
        }
        self.told = Some((kind, now));
        // The receiver is gone only when the server is shutting down.
        let _ = self.notices.send(Reason::Endpoint(error.clone()));
    }

    /// A stream is over.
    pub fn land(&mut self, uri: &str, id: Id, usage: Option<Usage>) {
        let Some(track) = self.tracks.get_mut(uri) else { return };
        if let Some(flight) = track.land(id) {
            self.spent(&flight, usage);
        }
        self.notify(uri);
    }

    pub fn flight(&mut self, uri: &str, id: Id) -> Option<&mut Flight> {
        self.tracks.get_mut(uri)?.flights.iter_mut().find(|flight| flight.id == id)
    }

    pub fn notify(&self, uri: &str) {
        if let Some(track) = self.tracks.get(uri) {
            track.notify();
        }
    }
}
