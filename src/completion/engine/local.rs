//! Where the embedded engine is asked: alone, in the place of an endpoint in trouble, or first where it is very sure.

use std::sync::Arc;

use super::{Engine, State, Step, turn::Turn};
use crate::{completion::reuse::Id, settings};

/// Any prediction is welcome: the predictor keeps back what it is not sure of.
const ANY: f32 = 0.0;

/// The least confidence at which the endpoint is not asked. The model may write more lines, and better ones, so only
/// what is right four times in five goes before it; the confidence is calibrated (`cargo bench --bench local`), and a
/// rest of 35 bytes seldom gets above 0.86.
const FIRST: f32 = 0.8;

/// What a query knows of the embedded engine.
#[derive(Debug)]
pub(super) struct Local {
    /// There is no endpoint to ask.
    pub alone: bool,
    /// The least confidence it was asked for so far; infinite before.
    tried: f32,
    /// What it predicted, by its place in `Reuse`.
    pub id: Option<Id>,
}

impl Default for Local {
    fn default() -> Self {
        Self { alone: false, tried: f32::INFINITY, id: None }
    }
}

impl Local {
    /// The embedded engine's turn, where it completes alone or the endpoint is in trouble; `None` if it has had it.
    pub fn instead(&self, settings: &settings::Local) -> Option<Step> {
        (self.alone || settings.fallback).then(|| self.step(ANY)).flatten()
    }

    /// The embedded engine's turn before the endpoint is asked.
    pub fn first(&self, settings: &settings::Local) -> Option<Step> {
        settings.first.then(|| self.step(FIRST)).flatten()
    }

    /// What it predicted is forgotten: it may be asked again.
    pub fn forget(&mut self) {
        *self = Self { alone: self.alone, ..Self::default() };
    }

    fn step(&self, least: f32) -> Option<Step> {
        (self.tried > least).then_some(Step::Predict(least))
    }
}

impl Engine {
    /// Whether there is no endpoint to ask. Waits only until the endpoint knows whether there is a key.
    pub(super) async fn is_local(&self) -> bool {
        let endpoint = Arc::clone(&self.lock().endpoint);
        endpoint.is_local().await
    }

    /// Asks the predictor, outside the lock. What it says becomes known like any reply; what it does not say leaves the
    /// place unknown, so that the endpoint may still be asked.
    pub(super) fn predict(&self, turn: &mut Turn<'_>, least: f32) {
        turn.local.tried = least;
        let Some(predictor) = self.lock().predictor.clone() else { return };
        let window = &turn.trace.window;
        // Counted before it is asked: what is deleted meanwhile must not be taken for known.
        let forgotten = predictor.forgotten();
        let predicted = predictor.predict(turn.query, window);
        let Some((text, _)) = predicted.filter(|(_, confidence)| *confidence >= least) else { return };
        let mut guard = self.lock();
        turn.local.id = Some(guard.reuse.predicted(&turn.query.document.uri, window, &text, forgotten));
    }
}

impl State {
    /// Forgets what the embedded engine said of text that may be deleted.
    pub fn forget_predictions(&mut self) {
        if let Some(predictor) = &self.predictor {
            self.reuse.forget_predictions(predictor.forgotten());
        }
    }
}
