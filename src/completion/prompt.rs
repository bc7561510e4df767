//! From a masked window and the settings to what an endpoint is asked.

use super::MaskedWindow;
use crate::{model::Prompt, settings::Completion};

/// What to ask for a suggestion at the window's cursor.
pub fn build(window: &MaskedWindow, model: &str, completion: &Completion) -> Prompt {
    Prompt {
        prefix: window.prefix.clone(),
        suffix: window.suffix.clone(),
        secrets: window.count as u64,
        model: model.to_owned(),
        max_tokens: completion.max_tokens,
        // More than the most would be refused.
        min_tokens: completion.min_tokens.map(|least| least.min(completion.max_tokens)),
        temperature: completion.temperature.map(|value| value as f32),
        top_p: completion.top_p.map(|value| value as f32),
        random_seed: completion.random_seed,
        stop: completion.stop.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_asked_for_and_nothing_else() {
        let window = MaskedWindow { prefix: "a".into(), suffix: "b".into(), count: 2, ..MaskedWindow::default() };
        let mut completion =
            Completion { temperature: None, min_tokens: Some(9), max_tokens: 5, ..Completion::default() };
        completion.stop = vec!["\n\n".into()];
        let expected = Prompt {
            prefix: "a".into(),
            suffix: "b".into(),
            secrets: 2,
            model: "m".into(),
            max_tokens: 5,
            min_tokens: Some(5),
            stop: vec!["\n\n".into()],
            ..Prompt::default()
        };
        assert_eq!(build(&window, "m", &completion), expected);
    }
}
