//! What a request knows of the embedded engine: what it was asked, and what it said.

use super::decide::Predictor;
use crate::completion::cache::EntryId;
use crate::settings::{First, Local};

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

    /// As it counts for the next step; `is_slow`: the endpoint is.
    pub fn facts(&self, settings: &Local, is_slow: bool) -> Predictor {
        let first = match settings.first {
            First::Auto => settings.fallback && is_slow,
            First::Set(first) => first,
        };
        Predictor { alone: self.alone, first, fallback: settings.fallback, tried: self.tried }
    }
}
