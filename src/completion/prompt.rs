//! From a window and the settings to what an endpoint is asked.

use super::Window;
use crate::{endpoint::Prompt, settings::Completion};

/// What to ask for a suggestion at the window's cursor.
pub fn build(window: &Window, model: &str, completion: &Completion) -> Prompt {
    Prompt {
        prefix: window.prefix.clone(),
        suffix: window.suffix.clone(),
        model: model.to_owned(),
        max_tokens: completion.max_tokens,
        min_tokens: completion.min_tokens,
        temperature: completion.temperature.map(|value| value as f32),
        top_p: completion.top_p.map(|value| value as f32),
        random_seed: completion.random_seed,
        stop: completion.stop.clone(),
    }
}
