//! What tokens cost, roughly.

use super::Figures;

/// The model, place and month of the prices below.
pub const SOURCE: &str = "Mistral's price list, codestral-2508, November 2026";

/// Dollars for a million tokens sent, from [`SOURCE`].
pub const SENT: f64 = 0.30;

/// Dollars for a million tokens received, from [`SOURCE`].
pub const RECEIVED: f64 = 0.90;

/// Whether these prices hold for a model of this name, as far as a name can tell: `codestral-latest`, and
/// `codestral/codestral-2508` as a proxy may call it.
pub fn knows(model: &str) -> bool {
    model.rsplit('/').next().is_some_and(|name| name.starts_with("codestral"))
}

/// An estimate in dollars. The endpoint may have another price, and not every reply says its tokens.
pub fn dollars(figures: &Figures) -> f64 {
    (figures.prompt_tokens as f64 * SENT + figures.completion_tokens as f64 * RECEIVED) / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prompt_tokens: u64, completion_tokens: u64, expected: f64) {
        let figures = Figures { prompt_tokens, completion_tokens, ..Figures::default() };
        assert!((dollars(&figures) - expected).abs() < 1e-9, "{}", dollars(&figures));
    }

    #[test]
    fn a_model_is_known_by_its_name() {
        for model in ["codestral-latest", "codestral-2508", "codestral", "text-completion-codestral/codestral-2508"] {
            assert!(knows(model), "{model}");
        }
        for model in ["mistral-medium-latest", "devstral-latest", "codestral/other", "my-codestral", ""] {
            assert!(!knows(model), "{model}");
        }
    }

    #[test]
    fn each_direction_has_its_price() {
        check(0, 0, 0.0);
        check(1_000_000, 0, 0.30);
        check(0, 1_000_000, 0.90);
        check(2_500, 100, 0.000_84);
    }
}
