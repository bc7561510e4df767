//! Mistral's `/v1/fim/completions`: the request, as its OpenAPI file (`FIMCompletionRequest`) describes it.

use serde::Serialize;

use super::ContextForm;
use crate::model::Prompt;

/// Below the base address.
pub const PATH: &str = "fim/completions";

/// The request's JSON. The schema refuses any field it does not list, so nothing else may be added.
#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    prompt: &'a str,
    /// Empty and missing mean the same to the tokenizer; missing is shorter.
    #[serde(skip_serializing_if = "str::is_empty")]
    suffix: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    random_seed: Option<u64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<&'a str>,
}

/// The body that asks for `prompt`.
pub fn body(prompt: &Prompt, stream: bool) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Request {
        model: &prompt.model,
        prompt: &ContextForm::of(&prompt.model).prefix(prompt),
        suffix: &prompt.suffix,
        max_tokens: prompt.max_tokens,
        min_tokens: prompt.min_tokens,
        temperature: prompt.temperature,
        top_p: prompt.top_p,
        random_seed: prompt.random_seed,
        stop: &prompt.stop,
        stream,
        prompt_cache_key: prompt.cache_key.as_deref(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::OtherFile;

    #[track_caller]
    fn check(prompt: &Prompt, stream: bool, expect: &Value) {
        let body: Value = serde_json::from_slice(&body(prompt, stream).unwrap()).unwrap();
        assert_eq!(&body, expect);
    }

    #[test]
    fn every_field_is_written_as_the_schema_has_it() {
        let prompt = Prompt {
            prefix: "def is_odd(n):\n    ".into(),
            suffix: "\n\nassert is_odd(3)\n".into(),
            others: Vec::new(),
            path: "".into(),
            cache_key: None,
            secrets: 1,
            model: "codestral-latest".into(),
            max_tokens: 64,
            min_tokens: Some(1),
            temperature: Some(0.0),
            top_p: Some(1.0),
            random_seed: Some(10),
            stop: vec!["\n\n".into()],
        };
        let mut expect: Value =
            serde_json::from_str(include_str!("../../tests/wire/mistral-fim-request.json")).unwrap();
        // The recorded body writes whole numbers where we write 0.0 and 1.0: the same to JSON Schema.
        expect["temperature"] = json!(0.0);
        expect["top_p"] = json!(1.0);
        check(&prompt, false, &expect);
    }

    #[test]
    fn what_is_not_set_is_not_sent() {
        let prompt = Prompt { prefix: "a".into(), model: "m".into(), max_tokens: 8, ..Prompt::default() };
        check(&prompt, true, &json!({ "model": "m", "prompt": "a", "max_tokens": 8, "stream": true }));
    }

    #[test]
    fn excerpts_stand_before_the_window_and_a_key_is_sent_where_there_is_one() {
        let other = OtherFile { path: "b.rs".into(), text: "fn b();\n".into() };
        let prompt = Prompt {
            prefix: "a".into(),
            others: vec![other],
            path: "a.rs".into(),
            cache_key: Some("0f".into()),
            ..Prompt::default()
        };
        let sent: Value = serde_json::from_slice(&body(&prompt, true).unwrap()).unwrap();
        assert_eq!(sent["prompt"], "+++++ b.rs\nfn b();\n\n+++++ a.rs\na");
        assert_eq!(sent["prompt_cache_key"], "0f");
    }

    #[test]
    fn a_temperature_keeps_the_digits_the_user_wrote() {
        let prompt = Prompt { temperature: Some(0.2), ..Prompt::default() };
        let body = String::from_utf8(body(&prompt, true).unwrap()).unwrap();
        assert!(body.contains("\"temperature\":0.2,"), "{body}");
    }
}
