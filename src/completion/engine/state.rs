//! Everything that changes, behind the engine's one lock: it gathers the facts of a step and does what the step says.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::decide::{Asked, Facts, Step, decide, may_ask};
use super::document_state::DocumentState;
use super::moving::MovingCursor;
use super::notices::Notices;
use super::request::Request;
use super::rest::Begun;
use super::stream::{Stream, Uri};
use super::{budget, now};
use crate::completion::{
    Excerpts, MaskedWindow, Predictor, Query, Reason, Source, Suggestion, Window,
    agreement::Agreement,
    cache::{Cache, EntryId, Found},
    context::ContextSource,
    debounce::Debouncer,
    eligibility,
    filter::{Filter, Growing, Took},
    history::{History, Record},
};
use crate::masking::documents::MaskedDocuments;
use crate::model::{Backoff, Endpoint, Error, Recipient};
use crate::privacy::Privacy;
use crate::settings::{Debounce, Prefetch, Settings};
use crate::text::document::Document;
use crate::text::line;
use crate::usage::{Outcome, Recorder};

pub(super) struct State {
    pub settings: Arc<Settings>,
    pub privacy: Arc<Privacy>,
    pub endpoint: Arc<dyn Endpoint>,
    pub predictor: Option<Arc<dyn Predictor>>,
    /// What chooses excerpts of other files.
    pub context: Option<Arc<dyn ContextSource>>,
    /// The number of the last choice.
    pub last_choice: u64,
    /// Edits of all documents that were open together; a closed one counts as edited once more.
    pub edits: u64,
    /// By which documents get the keys that endpoints find their prompts by: others in each session, so that no one can
    /// tell a path by its key.
    pub cache_keys: RandomState,
    /// Whether automatic completion is on.
    pub on: bool,
    /// What is secret in the documents.
    pub masks: Arc<MaskedDocuments>,
    /// What is secret in the files that excerpts are of, apart, so that no open document's place is taken.
    pub other_masks: Arc<MaskedDocuments>,
    pub cache: Cache,
    pub debouncer: Debouncer,
    pub backoff: Backoff,
    pub documents: HashMap<Uri, DocumentState>,
    pub history: History,
    pub usage: Recorder,
    /// The last reply of which the filters left nothing, and which filter took the last of it.
    pub emptied: Option<(EntryId, Filter)>,
    pub notices: Notices,
    /// Who answered last, if that was told.
    pub answerer: Option<Recipient>,
    /// The number of the last request. One count for all documents, so that no number comes twice though a document is
    /// closed and opened again.
    pub last_request: u64,
}

impl State {
    /// What the request does now.
    pub fn step(&mut self, request: &mut Request<'_>, now: Instant) -> Step {
        if !Arc::ptr_eq(&request.settings, &self.settings) {
            request.settings = self.settings.clone();
            // What may be sent may have become private meanwhile.
            if let Err(reason) = eligibility::document(request.query, &self.settings, &self.privacy, self.on) {
                return Step::Refuse(reason);
            }
        }
        if let Err(reason) = self.admit_moved(request) {
            return Step::Refuse(reason);
        }
        let facts = self.facts(request, now);
        let step = decide(facts);
        if let Step::Refuse(Reason::Ceiling(most)) | Step::Predict { instead: Some(Reason::Ceiling(most)), .. } = &step
            && self.usage.ceiling_is_news()
        {
            self.notices.trouble(Reason::Ceiling(*most));
        }
        step
    }

    /// All that counts for the request's next step; `None` if it is superseded. Streams that cannot become right where
    /// it stands are reset before anything else is asked for.
    fn facts(&mut self, request: &mut Request<'_>, now: Instant) -> Option<Facts> {
        let Query { document, invoked, .. } = request.query;
        self.forget_predictions();
        if request.prediction.entry.is_some_and(|entry| self.cache.reply(entry).is_none()) {
            request.prediction.reset();
        }
        let has_place = self.has_place();
        let state = self.documents.get_mut(&document.uri).filter(|state| state.newest == Some(request.number))?;
        let completion = self.settings.completion_for(&document.language);
        if let Some(MovingCursor { document, cursor, .. }) = &state.moving {
            request.trace.window = eligibility::window(document, *cursor, budget(completion));
        }
        let window = &request.trace.window;
        let (found, partly_at) = look_up(&mut self.cache, state, document, window, completion.show_after(), now);
        let again_at = match found {
            Found::Pending(entry) => state.again_at(entry, self.debouncer.patience()),
            _ => None,
        };
        // What is asked besides would only wait there for what it is to be quicker than.
        let again_at = again_at.filter(|_| has_place);
        let is_overtaken = has_place && matches!(found, Found::Pending(entry) if state.is_overtaken(entry));
        let may_ask_again = request.may_ask_again();
        if may_ask(&found, may_ask_again) {
            let stale = state.take_stale(window, &self.cache, request.cause != Begun::Typing);
            reset(&mut self.cache, stale);
        }
        // What was typed since may lead elsewhere than the model said: then it is asked for where that is.
        let has_moved = state.moving.as_ref().is_some_and(|moving| moving.typed.len() > request.typed_when_asked);
        let failed = |entry| state.failed.as_ref().is_some_and(|(failed, _)| *failed == entry);
        request.asked.take_if(|entry| has_moved && !failed(*entry) && !self.cache.fits(*entry, window));
        let asked = match (request.asked, &state.failed) {
            (None, _) => Asked::NotYet,
            (Some(entry), Some((failed, error))) if *failed == entry => Asked::Failed(error.clone()),
            (Some(_), _) => Asked::Empty,
        };
        let (place, cursor) = state.place(request.query);
        // Where nobody is asked nothing needs to be known.
        let in_secret = !request.prediction.alone && self.masks.of(place).at(cursor).is_some();
        let quiet = match completion.debounce_ms {
            Debounce::Auto => self.debouncer.wait(window, state.agreement.agreement()),
            Debounce::Milliseconds(ms) => Duration::from_millis(ms),
        };
        let quiet_from = state.edited_at.unwrap_or(request.begun) + quiet;
        Some(Facts {
            now,
            invoked: *invoked,
            begun: request.cause,
            in_secret,
            found,
            partly_at,
            again_at,
            is_overtaken,
            asked,
            may_ask_again,
            predictor: request.prediction.facts(&self.settings.local, self.debouncer.is_slow()),
            ceiling: self.usage.used_up(self.settings.limits.tokens_per_day),
            resting: self.backoff.resting(now).cloned(),
            due: quiet_from.max(self.debouncer.free_from(now)),
        })
    }

    /// Shows a block of the cache as the request's answer, unless a filter takes it away.
    pub fn show(&mut self, request: &mut Request<'_>, block: &str, entry: EntryId) -> Result<Suggestion, Reason> {
        let uri = &request.query.document.uri;
        let Some(document) = self.documents.get_mut(uri) else { return Err(Reason::Superseded) };
        let rivals = document.take_rivals(entry);
        reset(&mut self.cache, rivals);
        request.moved = document.moving.clone().filter(|moving| !moving.typed.is_empty());
        request.trace.said_by = self.cache.said_by(entry);
        let answer = request.suggest(block, self.cache.beyond(entry, &request.trace.window, block), entry);
        let shown = answer.as_ref().map_or("", |suggestion| &suggestion.text);
        document.agreement.shown(shown);
        let outcome = document.acceptance.shown(shown);
        self.count_outcome(&request.query.document.language, outcome);
        answer
    }

    /// What to ask ahead behind, and the window there, if that text, which is known at the request's cursor, will soon be
    /// typed to its end.
    pub fn asks_ahead(&mut self, request: &Request<'_>, now: Instant) -> Option<(String, Window)> {
        self.admit_moved(request).ok()?;
        let (uri, language) = (&request.query.document.uri, &request.query.document.language);
        let document = self.documents.get(uri).filter(|document| document.newest == Some(request.number))?;
        let agreement = document.agreement.agreement();
        let wanted = match self.settings.completion_for(language).prefetch {
            Prefetch::Auto => agreement == Agreement::Followed,
            Prefetch::OnAccept => matches!(agreement, Agreement::Followed | Agreement::Unknown),
            Prefetch::Off => false,
        };
        let spent = self.usage.used_up(self.settings.limits.tokens_per_day).is_some();
        let may_ask = !spent && self.backoff.resting(now).is_none() && self.debouncer.free_from(now) <= now;
        if !wanted || !may_ask || !self.has_place() {
            return None;
        }
        let rest = self.cache.rest(uri, &request.trace.window)?;
        if rest.len() > self.debouncer.ahead() {
            return None;
        }
        let (rest, window) = (rest.to_owned(), request.trace.window.after_typing(rest));
        let is_unknown = self.cache.lookup(uri, &window, language, false) == Found::Miss;
        is_unknown.then_some((rest, window))
    }

    /// The key by which an endpoint finds what it knows of a document's prompts.
    pub fn cache_key(&self, uri: &str) -> String {
        format!("{:016x}", self.cache_keys.hash_one(uri))
    }

    /// What an endpoint may see where a request stands now, with these excerpts beside it.
    pub fn masked_window(&self, query: &Query, excerpts: Option<&Excerpts>) -> MaskedWindow {
        let unmoved = (&query.document, query.cursor);
        let (document, cursor) = self.documents.get(&query.document.uri).map_or(unmoved, |state| state.place(query));
        let budget = budget(self.settings.completion_for(&document.language));
        let placeholders = excerpts.map(|excerpts| excerpts.placeholders().clone()).unwrap_or_default();
        eligibility::masked_window(document, cursor, budget, &self.masks.of(document), placeholders)
    }

    /// Forgets what the embedded engine said of text that may be deleted.
    pub fn forget_predictions(&mut self) {
        if let Some(predictor) = &self.predictor {
            self.cache.forget_predictions(predictor.forgotten());
        }
    }

    /// Takes note of what became of a suggestion.
    pub fn count_outcome(&mut self, language: &str, outcome: Option<Outcome>) {
        let Some(outcome) = outcome else { return };
        match outcome {
            Outcome::Shown => {}
            Outcome::Accepted | Outcome::Partly => self.debouncer.accepted(),
            Outcome::Rejected => self.debouncer.rejected(),
        }
        self.usage.count_outcome(language, outcome);
    }

    /// Takes note of what the filters did to a reply that is over.
    pub fn filtered(&mut self, entry: EntryId, reply: &Growing) {
        let is_empty = line::is_blank(reply.text()) && !line::is_blank(reply.raw());
        if let Some(last) = reply.took().last().filter(|_| is_empty) {
            self.emptied = Some((entry, last.filter));
        }
        self.count_filters(reply.took());
    }

    /// Counts what filters took of something that is shown all the same, each filter once.
    pub fn count_filters(&self, took: &[Took]) {
        for (at, taken) in took.iter().enumerate() {
            if took[..at].iter().all(|other| other.filter != taken.filter) {
                self.usage.filter_changed(taken.filter.name());
            }
        }
    }

    /// Ends streams nobody can use any more; their complete lines stay in the cache.
    pub fn reset(&mut self, streams: Vec<Stream>) {
        reset(&mut self.cache, streams);
    }

    /// Whether the endpoint would work on one more stream at once.
    pub fn has_place(&self) -> bool {
        self.endpoint.places().is_none_or(|places| self.streams() < places)
    }

    /// How many streams are open.
    pub fn streams(&self) -> usize {
        self.documents.values().map(|document| document.streams.len()).sum()
    }

    /// Ends the streams that would hold up the one that is asked for now in a document: those of other documents first,
    /// then the oldest. Nobody needs them any more; they were kept in case that the text comes back to them.
    pub fn make_room(&mut self, uri: &str) {
        let Some(places) = self.endpoint.places() else { return };
        let too_many = (self.streams() + 1).saturating_sub(places);
        let all = self.documents.iter().flat_map(|(of, document)| document.streams.iter().map(move |it| (of, it)));
        let mut all: Vec<_> = all.map(|(of, stream)| (&**of == uri, stream.begun, stream.entry, of.clone())).collect();
        all.sort_unstable();
        for (is_own, _, entry, of) in all.into_iter().take(too_many) {
            let Some(document) = self.documents.get_mut(&of) else { continue };
            let stream = document.take_stream(entry);
            if !is_own {
                // Who waits for it there has gone on to another document.
                document.newest = None;
                document.notify();
            }
            self.reset(stream.into_iter().collect());
        }
    }

    /// Forgets a reply of which nothing can be shown, and ends its stream.
    pub fn forget(&mut self, uri: &str, useless: Option<EntryId>) {
        let Some(entry) = useless else { return };
        let stream = self.documents.get_mut(uri).and_then(|document| document.take_stream(entry));
        self.reset(stream.into_iter().collect());
        self.cache.remove(entry);
    }

    /// A stream is over, or enough of it has come.
    pub fn stream_over(&mut self, uri: &str, entry: EntryId) {
        let Some(document) = self.documents.get_mut(uri) else { return };
        if let Some(stream) = document.take_stream(entry) {
            stream.meter.stop();
        }
        document.notify();
    }

    /// More of a stream came.
    pub fn spoke(&mut self, uri: &str, entry: EntryId, now: Instant) {
        let stream = self.documents.get_mut(uri).and_then(|document| document.stream(entry));
        stream.into_iter().for_each(|stream| stream.spoke_at = now);
    }

    /// The endpoint answered so long after it was asked. Says which host did, if that was told.
    pub fn answered(&mut self, uri: &str, entry: EntryId, after: Duration) -> Option<Arc<str>> {
        self.debouncer.answered(after);
        self.backoff.reset();
        let stream = self.documents.get_mut(uri).and_then(|document| document.stream(entry));
        let by = stream.and_then(|stream| stream.meter.asked());
        self.notices.endpoint_answered(by.as_ref(), now());
        if by.is_some() {
            self.answerer.clone_from(&by);
        }
        by.map(|by| by.host)
    }

    /// A stream failed. Where another was opened besides, that one tells how the endpoint is.
    pub fn endpoint_failed(&mut self, uri: &str, entry: EntryId, error: Error, now: Instant) {
        let rival = self.documents.get_mut(uri).and_then(|document| document.stream(entry)?.rival);
        if rival.is_some_and(|rival| self.cache.reply(rival).is_some()) {
            return;
        }
        self.notices.endpoint_failed(&error, now);
        self.backoff.failed(error.clone(), now);
        if let Some(document) = self.documents.get_mut(uri) {
            document.failed = Some((entry, error));
        }
    }

    pub fn notify(&self, uri: &str) {
        if let Some(document) = self.documents.get(uri) {
            document.notify();
        }
    }

    /// Records what a query came to, who said it, and the excerpts that were sent for it.
    pub fn record(
        &mut self,
        query: &Query,
        took: Duration,
        outcome: Result<Source, Reason>,
        said_by: Option<Arc<str>>,
        excerpts: Option<&Excerpts>,
    ) {
        let text = &query.document.text;
        let line = text.byte_to_line(query.cursor.min(text.len_bytes()));
        self.record_at(&query.document.uri, line, took, outcome, said_by);
        if let (Some(record), Some(excerpts)) = (self.history.newest(), excerpts) {
            (record.snippets, record.snippet_bytes) = (excerpts.snippets().count(), excerpts.bytes());
        }
    }

    pub fn record_at(
        &mut self,
        uri: &Uri,
        line: usize,
        took: Duration,
        outcome: Result<Source, Reason>,
        said_by: Option<Arc<str>>,
    ) {
        match &outcome {
            Ok(source) => self.usage.answered(*source),
            Err(reason) => tracing::debug!(reason = reason.code(), "nothing shown"),
        }
        let (at, uri) = (SystemTime::now(), uri.clone());
        self.history.add(Record { at, uri, line, took, outcome, said_by, snippets: 0, snippet_bytes: 0 });
    }
}

/// What the cache holds for the window's cursor, and when the complete lines of an open stream will do.
fn look_up(
    cache: &mut Cache,
    state: &DocumentState,
    document: &Document,
    window: &Window,
    show_after: Duration,
    now: Instant,
) -> (Found, Instant) {
    let mut look_up = |partly| cache.lookup(&document.uri, window, &document.language, partly);
    let found = match look_up(false) {
        Found::Pending(entry) if state.age(entry, now) >= show_after => look_up(true),
        found => found,
    };
    let partly_at = match found {
        Found::Pending(entry) => now + show_after.saturating_sub(state.age(entry, now)),
        _ => now,
    };
    (found, partly_at)
}

fn reset(cache: &mut Cache, streams: Vec<Stream>) {
    for stream in streams {
        stream.meter.stop();
        stream.task.abort();
        cache.truncate(stream.entry);
    }
}
