//! `GET /v1/models`: which models the endpoint has, and what it says of them.

use serde::Deserialize;

/// One model. Only Mistral says more than the id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// The name to ask by.
    pub id: String,
    /// Other names of the same model.
    pub aliases: Vec<String>,
    /// Whether it completes between prefix and suffix; `None` if the endpoint does not say.
    pub fim: Option<bool>,
    /// Tokens of prompt and reply together.
    pub max_context_length: Option<u64>,
    /// The temperature used when none is sent.
    pub default_temperature: Option<f64>,
    /// When it goes away, as the endpoint writes dates.
    pub deprecation: Option<String>,
    /// What to use instead.
    pub replacement: Option<String>,
}

impl Model {
    /// Is this the model of that name?
    pub fn is_called(&self, name: &str) -> bool {
        self.id == name || self.aliases.iter().any(|alias| alias == name)
    }
}

/// Reads the list; `None` if it is not one.
pub fn read(body: &[u8]) -> Option<Vec<Model>> {
    let list: List = serde_json::from_slice(body).ok()?;
    Some(list.data.into_iter().map(Model::from).collect())
}

#[derive(Deserialize)]
struct List {
    data: Vec<Card>,
}

#[derive(Deserialize)]
struct Card {
    id: String,
    aliases: Option<Vec<String>>,
    capabilities: Option<Capabilities>,
    max_context_length: Option<u64>,
    default_model_temperature: Option<f64>,
    deprecation: Option<String>,
    deprecation_replacement_model: Option<String>,
}

#[derive(Deserialize)]
struct Capabilities {
    completion_fim: Option<bool>,
}

impl From<Card> for Model {
    fn from(card: Card) -> Self {
        Self {
            id: card.id,
            aliases: card.aliases.unwrap_or_default(),
            fim: card.capabilities.and_then(|capabilities| capabilities.completion_fim),
            max_context_length: card.max_context_length,
            default_temperature: card.default_model_temperature,
            deprecation: card.deprecation,
            replacement: card.deprecation_replacement_model,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_mistral_is_read() {
        let models = read(include_bytes!("../../tests/wire/mistral-models.json")).unwrap();
        let expect = Model {
            id: "codestral-latest".into(),
            aliases: vec!["codestral-2508".into()],
            fim: Some(true),
            max_context_length: Some(128_000),
            default_temperature: Some(0.3),
            ..Model::default()
        };
        assert_eq!(models, [expect]);
        assert!(models[0].is_called("codestral-2508") && models[0].is_called("codestral-latest"));
    }

    #[test]
    fn a_bare_list_is_read_and_a_stranger_is_not() {
        let models = read(br#"{"object":"list","data":[{"id":"x","object":"model"}]}"#).unwrap();
        assert_eq!(models, [Model { id: "x".into(), ..Model::default() }]);
        assert_eq!(read(b"{}"), None);
        assert_eq!(read(b"<html>"), None);
    }
}
