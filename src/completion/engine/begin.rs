//! How a request begins: whether it is let in, there and where it moves to, and what came before it.

use std::time::{Duration, Instant};

use super::document_state::DocumentState;
use super::moving::MovingCursor;
use super::prediction::Prediction;
use super::request::Request;
use super::rest::{Begun, REST};
use super::state::State;
use super::{Answer, Engine, Trace, budget, now};
use crate::completion::{Follows, Query, Reason, Window, eligibility, unfinished};
use crate::settings::Settings;

impl Engine {
    /// Lets a query in; all that was asked for its document before is superseded.
    pub(super) fn begin<'a>(&'a self, query: &'a Query) -> Result<Request<'a>, Reason> {
        let mut guard = self.lock();
        let State { documents, cache, settings, privacy, on, last_request, .. } = &mut *guard;
        let settings = settings.clone();
        *last_request += 1;
        let number = *last_request;
        let document = documents.entry(query.document.uri.clone()).or_default();
        let moved = document.begin(number, query.cursor, MovingCursor::of(query));
        eligibility::document(query, &settings, privacy, *on)?;
        let budget = budget(settings.completion_for(&query.document.language));
        let window = eligibility::window(&query.document, query.cursor, budget);
        eligibility::place(query, &window)?;
        let (edits, changed, begun) = (document.edits, document.watch(), now());
        let cause = if moved { after_move(query, &settings, document, &window, begun) } else { Begun::Typing };
        if cause != Begun::Typing && query.follows == Follows::Typing {
            // Whoever types on asks by that.
            document.moving = None;
        }
        let stale = document.take_stale(&window, cache, moved);
        guard.reset(stale);
        Ok(Request {
            engine: self,
            query,
            settings,
            number,
            edits,
            begun,
            cause,
            changed,
            asked: None,
            typed_when_asked: 0,
            asked_again: false,
            prediction: Prediction::default(),
            moved: None,
            answered: false,
            took: vec![],
            trace: Trace { window, ..Trace::default() },
        })
    }

    /// Refuses a query in a document of which nothing may be sent, once it is known where that lies.
    pub(super) async fn admit(&self, query: &Query) -> Result<(), Reason> {
        query.location.found().await;
        eligibility::completable(query, &self.privacy())
    }

    pub(super) fn refuse(&self, query: &Query, reason: Reason) -> Answer {
        self.lock().record(query, Duration::ZERO, Err(reason.clone()), None, None);
        Answer { result: Err(reason), moved: None, trace: Trace::default() }
    }
}

impl State {
    /// Whether no edit and no other request has superseded the one with this number, and its document is still open.
    pub fn is_newest(&self, uri: &str, number: u64) -> bool {
        self.documents.get(uri).is_some_and(|document| document.newest == Some(number))
    }

    /// Refuses a request that has moved to where nothing may be sent: what came in at its cursor may be private, or no
    /// text.
    pub fn admit_moved(&self, request: &Request<'_>) -> Result<(), Reason> {
        let uri = &request.query.document.uri;
        let document = self.documents.get(uri).filter(|_| self.is_newest(uri, request.number));
        let moving = document.and_then(|document| document.moving.as_ref()).filter(|moving| !moving.typed.is_empty());
        let Some(MovingCursor { document, cursor, .. }) = moving else { return Ok(()) };
        let query = Query { document: document.clone(), cursor: *cursor, ..request.query.clone() };
        eligibility::document(&query, &self.settings, &self.privacy, self.on)?;
        eligibility::completable(&query, &self.privacy)
    }
}

/// What a request may do before which nothing was typed. A menu that came up by itself would be in the way.
fn after_move(query: &Query, settings: &Settings, document: &DocumentState, window: &Window, now: Instant) -> Begun {
    let language = &query.document.language;
    let is_to_write = settings.completion_for(language).on_rest
        && query.follows != Follows::Words
        && unfinished::is_unfinished(window, language)
        && !document.rests.contains(window);
    if is_to_write { Begun::ToRest(now + REST) } else { Begun::InPassing }
}
