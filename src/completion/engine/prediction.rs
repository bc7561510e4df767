//! The embedded engine's part in a request: what it was asked, and what it said.

use super::decide::Predictor;
use super::{Engine, request::Request};
use crate::completion::{cache::EntryId, filter::Growing};
use crate::settings;
use crate::text::line;

/// What a request knows of the embedded engine.
#[derive(Debug)]
pub(super) struct Prediction {
    /// There is no endpoint to ask.
    pub alone: bool,
    /// The least confidence it was asked for so far; infinite before.
    pub tried: f32,
    /// The entry that holds what it predicted.
    pub entry: Option<EntryId>,
}

impl Default for Prediction {
    fn default() -> Self {
        Self { alone: false, tried: f32::INFINITY, entry: None }
    }
}

impl Prediction {
    /// What it predicted is forgotten: it may be asked again.
    pub fn reset(&mut self) {
        *self = Self { alone: self.alone, ..Self::default() };
    }

    /// As it counts for the next step.
    pub fn facts(&self, settings: &settings::Local) -> Predictor {
        Predictor { alone: self.alone, first: settings.first, fallback: settings.fallback, tried: self.tried }
    }
}

impl Engine {
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
