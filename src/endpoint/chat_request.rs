//! The request of `/v1/chat/completions`, for Mistral (its OpenAPI file's `ChatCompletionRequest`) and for OpenAI's dialect.

use serde::Serialize;

use crate::model::{ChatPrompt, Role};

/// Below the base address, in both dialects.
pub const PATH: &str = "chat/completions";

/// Whose names the fields have that are not the same for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// `random_seed`, `safe_prompt`.
    Mistral,
    /// `seed`; `safe_prompt` too, which a LiteLLM proxy passes on to Mistral's models (its documentation of the provider).
    OpenAi,
    /// `seed`. What the server does not know is not sent.
    Local,
}

/// The request's JSON. The schema refuses any field it does not list, in the messages too, so nothing else may be added.
///
/// Streams are not asked to count (`stream_options`): Mistral counts unasked and refuses the field.
#[derive(Serialize)]
struct Request<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    model: &'a str,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    random_seed: Option<u64>,
    /// What Mistral calls `random_seed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    safe_prompt: Option<bool>,
    stream: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

/// The body that asks for `prompt`, always as a stream: someone is reading along.
pub fn body(prompt: &ChatPrompt, names: Names) -> serde_json::Result<Vec<u8>> {
    let messages = prompt.messages.iter().map(|it| Message { role: role(it.role), content: &it.text }).collect();
    let (random_seed, seed, safe_prompt) = match names {
        Names::Mistral => (prompt.random_seed, None, prompt.safe_prompt),
        // It is only there where the person has set it.
        Names::OpenAi => (None, prompt.random_seed, prompt.safe_prompt),
        Names::Local => (None, prompt.random_seed, None),
    };
    serde_json::to_vec(&Request {
        model: &prompt.model,
        messages,
        max_tokens: prompt.max_tokens,
        temperature: prompt.temperature,
        top_p: prompt.top_p,
        random_seed,
        seed,
        stop: &prompt.stop,
        safe_prompt,
        stream: true,
    })
}

fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::Message;

    fn say(role: Role, text: &'static str) -> Message {
        Message { role, text: text.into() }
    }

    fn full() -> ChatPrompt {
        ChatPrompt {
            messages: vec![
                say(Role::System, "Be brief."),
                say(Role::User, "Why?\n```rust\nlet a = \"é🦀\";\n```"),
                say(Role::Assistant, "Because."),
                say(Role::User, ""),
            ],
            secrets: 1,
            model: "codestral-latest".into(),
            max_tokens: Some(64),
            temperature: Some(0.2),
            top_p: Some(0.9),
            random_seed: Some(10),
            stop: vec!["END".into()],
            safe_prompt: Some(true),
        }
    }

    #[track_caller]
    fn check(prompt: &ChatPrompt, names: Names, expect: &Value) {
        let text = String::from_utf8(body(prompt, names).unwrap()).unwrap();
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(&body, expect);
        assert!(!text.contains("0.200000"), "{text}");
    }

    fn messages() -> Value {
        json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "Why?\n```rust\nlet a = \"é🦀\";\n```" },
            { "role": "assistant", "content": "Because." },
            { "role": "user", "content": "" },
        ])
    }

    #[test]
    fn mistral_is_asked_with_its_own_names() {
        let expect = json!({
            "model": "codestral-latest", "messages": messages(), "max_tokens": 64, "temperature": 0.2, "top_p": 0.9,
            "random_seed": 10, "stop": ["END"], "safe_prompt": true, "stream": true,
        });
        check(&full(), Names::Mistral, &expect);
    }

    #[test]
    fn openai_is_asked_for_a_seed_and_a_local_server_for_no_safe_prompt() {
        let mut expect = json!({
            "model": "codestral-latest", "messages": messages(), "max_tokens": 64, "temperature": 0.2, "top_p": 0.9,
            "seed": 10, "stop": ["END"], "safe_prompt": true, "stream": true,
        });
        check(&full(), Names::OpenAi, &expect);
        expect.as_object_mut().unwrap().remove("safe_prompt");
        check(&full(), Names::Local, &expect);
    }

    #[test]
    fn what_is_not_set_is_not_sent() {
        let prompt = ChatPrompt { messages: vec![say(Role::User, "hi")], model: "m".into(), ..ChatPrompt::default() };
        let expect = json!({ "model": "m", "messages": [{ "role": "user", "content": "hi" }], "stream": true });
        for names in [Names::Mistral, Names::OpenAi, Names::Local] {
            check(&prompt, names, &expect);
        }
        let nameless = ChatPrompt { model: String::new(), ..prompt };
        check(&nameless, Names::OpenAi, &json!({ "messages": expect["messages"], "stream": true }));
    }
}
