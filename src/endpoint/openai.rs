//! OpenAI's `/v1/completions`, as a LiteLLM proxy, DeepSeek and others serve it: the request.

use serde::Serialize;

use super::ContextForm;
use crate::model::Prompt;

/// Below the base address.
pub const PATH: &str = "completions";

/// The request's JSON. A proxy passes on fields it does not know, and Mistral behind it refuses them: add none.
///
/// Streams are not asked to count (`stream_options`), since not every server of this dialect takes that field.
#[derive(Serialize)]
struct Request<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    model: &'a str,
    prompt: &'a str,
    /// Some servers refuse a suffix, even an empty one.
    #[serde(skip_serializing_if = "str::is_empty")]
    suffix: &'a str,
    /// Always sent: the dialect's own default is 16.
    max_tokens: u32,
    /// Not OpenAI's, but passed on by the proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f32>,
    /// What Mistral calls `random_seed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    stream: bool,
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
        seed: prompt.random_seed,
        stop: &prompt.stop,
        stream,
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
    fn the_body_is_the_one_a_litellm_proxy_translates() {
        let prompt = Prompt {
            prefix: "def add(".into(),
            suffix: "    return a + b\n".into(),
            others: Vec::new(),
            path: "".into(),
            cache_key: None,
            secrets: 1,
            model: "codestral".into(),
            max_tokens: 10,
            min_tokens: Some(2),
            temperature: Some(0.0),
            top_p: Some(1.0),
            random_seed: Some(10),
            stop: vec!["return".into()],
        };
        let seen: Value = serde_json::from_str(include_str!("../../tests/wire/litellm-upstream-request.json")).unwrap();
        let mut expect = seen["client_body_to_proxy"].clone();
        expect["stream"] = json!(true);
        // The recorded body writes whole numbers where we write 0.0 and 1.0: the same to JSON Schema.
        expect["temperature"] = json!(0.0);
        expect["top_p"] = json!(1.0);
        check(&prompt, true, &expect);
    }

    #[test]
    fn excerpts_stand_before_the_window_in_the_way_of_the_model() {
        let other = OtherFile { path: "b.rs".into(), text: "fn b();\n".into() };
        let prompt = |model: &str| Prompt {
            prefix: "a".into(),
            others: vec![other.clone()],
            path: "a.rs".into(),
            cache_key: Some("0f".into()),
            model: model.into(),
            ..Prompt::default()
        };
        let sent = |model| -> Value { serde_json::from_slice(&body(&prompt(model), true).unwrap()).unwrap() };
        assert_eq!(sent("codestral")["prompt"], "+++++ b.rs\nfn b();\n\n+++++ a.rs\na");
        assert_eq!(sent("deepseek-coder")["prompt"], "#b.rs\nfn b();\n\n#a.rs\na");
        assert_eq!(sent("codestral")["prompt_cache_key"], Value::Null);
    }

    #[test]
    fn what_is_not_set_is_not_sent() {
        let prompt = Prompt { prefix: "a".into(), max_tokens: 8, ..Prompt::default() };
        check(&prompt, false, &json!({ "prompt": "a", "max_tokens": 8, "stream": false }));
    }
}
