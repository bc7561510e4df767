//! What is asked: the one place where completions open streams, and where secrets are looked for before, and the one
//! where the embedded engine is asked.

use tokio::task;

use super::request::Request;
use super::rest::Begun;
use super::state::State;
use super::stream::{Stream, StreamReader};
use super::{Engine, now};
use crate::completion::{
    Excerpts, MaskedWindow, Query, Window,
    agreement::Agreement,
    cache::EntryId,
    eligibility,
    filter::Growing,
    prompt,
    stop::{Reach, Watch},
};
use crate::masking::ValueSyntax;
use crate::model::Prompt;
use crate::settings::Dialect;
use crate::text::document::Document;
use crate::text::line;
use crate::usage::Metered;

/// What a stream is opened for.
struct Opening<'a> {
    /// What the endpoint may see.
    masked: &'a MaskedWindow,
    /// What is sent with it of other files.
    excerpts: Option<&'a Excerpts>,
    /// By which the reply is kept and filtered.
    window: Window,
    reach: Reach,
    /// It is told to say something, in the place of an empty reply.
    again: bool,
    /// The silent stream besides which it is opened, on a connection of its own.
    besides: Option<EntryId>,
}

impl Engine {
    /// Looks for a document's secrets in a thread of their own, if it may be completed in.
    pub(super) fn look_for_secrets(&self, document: &Document) {
        let (masks, settings) = {
            let state = self.lock();
            (state.masks.clone(), state.settings.clone())
        };
        let is_asked = settings.endpoint.dialect != Dialect::Local;
        if is_asked && !document.binary && document.len_bytes() <= settings.limits.max_file_bytes {
            let document = document.clone();
            task::spawn_blocking(move || masks.of(&document));
        }
    }

    /// Reads what is not known of a document's secrets, outside the lock, before they are needed.
    pub(super) fn find_secrets(&self, query: &Query) {
        let (masks, is_asked) = {
            let state = self.lock();
            (state.masks.clone(), eligibility::document(query, &state.settings, &state.privacy, state.on).is_ok())
        };
        if is_asked {
            masks.of(&query.document);
        }
    }

    /// Opens a stream for the request, perhaps besides a silent one.
    pub(super) fn ask(&self, state: &mut State, request: &mut Request<'_>, besides: Option<EntryId>) {
        let document = &request.query.document;
        state.make_room(&document.uri);
        let reach = if request.query.invoked {
            Reach::INVOKED
        } else if let Some(document) = state.documents.get_mut(&document.uri) {
            // Who comes to write at a place means nothing that was typed elsewhere.
            let is_new = request.cause != Begun::Typing && document.rests.add(&request.trace.window);
            Reach::of(if is_new { Agreement::Unknown } else { document.agreement.agreement() })
        } else {
            Reach::OPEN
        };
        let moving = state.documents.get(&document.uri).and_then(|document| document.moving.as_ref());
        request.typed_when_asked = moving.map_or(0, |moving| moving.typed.len());
        request.trace.excerpts = state.take_excerpts(request.query, &request.trace.window);
        let excerpts = request.trace.excerpts.as_deref();
        let masked = state.masked_window(request.query, excerpts);
        request.trace.masked.clone_from(&masked.masked);
        let opening = Opening {
            masked: &masked,
            excerpts,
            window: request.trace.window.clone(),
            reach,
            again: request.asked_again,
            besides,
        };
        let (entry, prompt) = self.open(state, document, opening);
        request.asked = Some(entry);
        request.trace.prompt = Some(prompt);
        request.trace.waited = now().saturating_duration_since(request.begun);
    }

    /// Asks once more, where nothing of a reply can be shown; it is forgotten.
    pub(super) fn ask_again(&self, state: &mut State, request: &mut Request<'_>, useless: Option<EntryId>) {
        state.forget(&request.query.document.uri, useless);
        request.asked_again = true;
        self.ask(state, request, None);
    }

    /// Asks for what follows the known text where that is nearly typed to its end.
    pub(super) fn ask_ahead(&self, request: &Request<'_>) {
        let mut state = self.lock();
        let Some((rest, window)) = state.asks_ahead(request, now()) else { return };
        let document = &request.query.document;
        let (line, masker) = (request.trace.window.line_before(), state.masks.masker());
        let excerpts = state.excerpts_ahead(request.query, &window);
        let excerpts = excerpts.as_deref();
        let masked = state.masked_window(request.query, excerpts);
        let masked = masked.after_typing(line, &rest, &masker, ValueSyntax::of(&document.language));
        if let Some(masked) = &masked {
            let reach = Reach::of(Agreement::Followed);
            self.open(&mut state, document, Opening { masked, excerpts, window, reach, again: false, besides: None });
        }
    }

    /// Opens a stream. The reply is polled by its own task.
    fn open(&self, state: &mut State, document: &Document, opening: Opening<'_>) -> (EntryId, Prompt) {
        let Opening { masked, excerpts, window, reach, again, besides } = opening;
        let begun = now();
        let (uri, language) = (document.uri.clone(), document.language.clone());
        let (model, completion) = (&state.settings.endpoint.model, state.settings.completion_for(&language));
        let prompt =
            Prompt { cache_key: Some(state.cache_key(&uri)), ..prompt::build(masked, excerpts, model, completion) };
        let prompt = if again { prompt::again(prompt) } else { prompt };
        let entry = state.cache.insert(&uri, &window);
        let endpoint = state.endpoint.clone();
        let ask = |prompt, sent: &_| match besides {
            Some(_) => endpoint.complete_apart(prompt, sent),
            None => endpoint.complete_telling(prompt, sent),
        };
        let reply = Metered::completion(&state.usage, &language, &prompt, ask);
        let meter = reply.meter();
        let text = Growing::new(window, language).beside(prompt.others.iter().map(|other| &*other.path));
        let (engine, watch, masked) = (self.clone(), Watch::new(reach), masked.count > 0);
        let reader = StreamReader { engine, uri: uri.clone(), entry, masked, watch, begun, text };
        let task = tokio::spawn(reader.read(reply)).abort_handle();
        let document = state.documents.entry(uri).or_default();
        let edits = document.edits;
        document.add_stream(Stream { entry, begun, edits, spoke_at: begun, rival: besides, meter, task });
        state.debouncer.asked(begun);
        (entry, prompt)
    }

    /// Asks the predictor, outside the lock. What it says goes into the cache like any reply; what it does not say
    /// leaves the place unknown, so that the endpoint may still be asked.
    pub(super) fn predict(&self, request: &mut Request<'_>, least: f32) {
        request.prediction.tried = least;
        let Some(predictor) = self.lock().predictor.clone() else { return };
        let window = &request.trace.window;
        // Counted before it is asked: what is deleted meanwhile must not be taken for known.
        let forgotten = predictor.forgotten();
        let predicted = predictor.predict(request.query, window);
        let Some((text, _)) = predicted.filter(|(_, confidence)| *confidence >= least) else { return };
        let reply = Growing::whole(window.clone(), request.query.document.language.clone(), &text);
        if line::is_blank(reply.text()) {
            return;
        }
        let entry = self.lock().cache.insert_prediction(&request.query.document.uri, window, reply.text(), forgotten);
        request.prediction.entry = Some(entry);
    }
}
