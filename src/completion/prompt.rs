//! From a masked window and the settings to what an endpoint is asked.

use super::{Excerpts, MaskedWindow};
use crate::{masking::MaskedText, model::Prompt, settings::Completion};

/// The temperature of what is asked for in another way than the first time: the upper end of what Mistral recommends,
/// so that it differs.
pub const OTHER_TEMPERATURE: f32 = 0.7;

/// The shortest reply, in tokens, to a prompt that was answered with nothing of use: a short statement.
const LEAST_TOKENS: u32 = 8;

/// What to ask for a suggestion at the window's cursor, with excerpts of other files, if there are any.
pub fn build(window: &MaskedWindow, excerpts: Option<&Excerpts>, model: &str, completion: &Completion) -> Prompt {
    Prompt {
        prefix: window.prefix.clone(),
        suffix: window.suffix.clone(),
        others: excerpts.map_or_else(Vec::new, |excerpts| excerpts.others().to_vec()),
        path: excerpts.map_or_else(MaskedText::default, |excerpts| excerpts.path().clone()),
        cache_key: None,
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

/// What to ask after a reply of which nothing could be shown: asked the same question twice, Codestral answers the same.
pub fn again(prompt: Prompt) -> Prompt {
    let least = prompt.min_tokens.unwrap_or_default().max(LEAST_TOKENS).min(prompt.max_tokens);
    let temperature = prompt.temperature.unwrap_or_default().max(OTHER_TEMPERATURE);
    Prompt { min_tokens: Some(least), temperature: Some(temperature), ..prompt }
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
        assert_eq!(build(&window, None, "m", &completion), expected);
    }

    #[test]
    fn asked_again_a_model_must_say_something_and_may_say_something_else() {
        let prompt =
            |max_tokens, min_tokens, temperature| Prompt { max_tokens, min_tokens, temperature, ..Prompt::default() };
        assert_eq!(again(prompt(64, None, Some(0.0))), prompt(64, Some(8), Some(0.7)));
        assert_eq!(again(prompt(5, Some(2), None)), prompt(5, Some(5), Some(0.7)));
        assert_eq!(again(prompt(64, Some(20), Some(1.0))), prompt(64, Some(20), Some(1.0)));
    }
}
