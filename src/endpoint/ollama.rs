//! Ollama's `/api/generate` (its API's documentation): the request, and what the reply says.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::endpoint::ContextForm;
use crate::endpoint::reply::{Chunk, Fault};
use crate::model::{Finish, Prompt, Usage};

/// Below the server's root.
pub const PATH: &str = "api/generate";

/// How long the model stays in memory after a request. The server's own five minutes are shorter than reading a page, and
/// loading takes seconds.
pub const KEPT: Duration = Duration::from_secs(30 * 60);

/// The same as it is written.
const KEEP_ALIVE: &str = "30m";

/// The request's JSON.
#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    suffix: Option<&'a str>,
    /// The prompt goes to the model as it is, in none of its templates.
    #[serde(skip_serializing_if = "is_false")]
    raw: bool,
    stream: bool,
    options: Options<'a>,
    keep_alive: &'static str,
}

#[derive(Serialize)]
struct Options<'a> {
    num_predict: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The body that asks for `prompt`. `raw`: its prefix is the whole prompt, in the model's own format. There is no field
/// for the shortest reply.
pub fn body(prompt: &Prompt, stream: bool, raw: bool) -> serde_json::Result<Vec<u8>> {
    let text = ContextForm::of(&prompt.model).prefix(prompt);
    // Without a suffix the template for chats would be used.
    let suffix = if prompt.suffix.is_empty() { "\n" } else { &*prompt.suffix };
    serde_json::to_vec(&Request {
        model: &prompt.model,
        prompt: &text,
        suffix: (!raw).then_some(suffix),
        raw,
        stream,
        options: Options {
            num_predict: prompt.max_tokens,
            temperature: prompt.temperature,
            top_p: prompt.top_p,
            seed: prompt.random_seed,
            stop: &prompt.stop,
        },
        keep_alive: KEEP_ALIVE,
    })
}

/// The body that has a model loaded and nothing said.
pub fn load(model: &str) -> String {
    json!({ "model": model, "keep_alive": KEEP_ALIVE }).to_string()
}

/// The body of `/api/show`, which asks what a model can.
pub fn show(model: &str) -> String {
    json!({ "model": model }).to_string()
}

/// What `/api/show` says: whether the model completes between prefix and suffix, and its longest context in tokens.
pub fn read_show(body: &[u8]) -> (Option<bool>, Option<u64>) {
    let Ok(shown) = serde_json::from_slice::<Value>(body) else { return (None, None) };
    let capabilities = shown["capabilities"].as_array();
    let inserts = capabilities.map(|all| all.iter().any(|capability| capability == "insert"));
    let info = shown["model_info"].as_object();
    let context = info.and_then(|info| info.iter().find(|(name, _)| name.ends_with(".context_length"))?.1.as_u64());
    (inserts, context)
}

#[derive(Deserialize)]
struct Reply {
    response: Option<String>,
    thinking: Option<String>,
    done: Option<bool>,
    done_reason: Option<String>,
    prompt_eval_count: Option<u64>,
    eval_count: Option<u64>,
    error: Option<String>,
}

/// Reads a line of the stream, or a whole reply.
pub fn read(json: &str) -> Result<Chunk, Fault> {
    let reply: Reply = serde_json::from_str(json).map_err(|_| Fault::NotAReply)?;
    if reply.error.is_some() {
        return Err(Fault::Refused);
    }
    let Some(text) = reply.response else { return Err(Fault::NotAReply) };
    let thinking = reply.thinking.unwrap_or_default();
    if reply.done != Some(true) {
        return Ok(Chunk { text, thinking, ..Chunk::default() });
    }
    let finish = match reply.done_reason.as_deref() {
        Some("stop") | None => Finish::Stop,
        Some("length") => Finish::Length,
        Some(_) => Finish::Other,
    };
    let usage = Usage {
        // Left out where all of the prompt was known already.
        prompt_tokens: reply.prompt_eval_count.unwrap_or(0),
        completion_tokens: reply.eval_count.unwrap_or(0),
        cached_tokens: 0,
    };
    let usage = (usage != Usage::default()).then_some(usage);
    Ok(Chunk { text, thinking, finish: Some(finish), usage, is_last: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prompt: &Prompt, (stream, raw): (bool, bool), expect: &Value) {
        let body: Value = serde_json::from_slice(&body(prompt, stream, raw).unwrap()).unwrap();
        assert_eq!(&body, expect);
    }

    #[test]
    fn the_body_is_the_documented_one() {
        let prompt = Prompt {
            prefix: "def add(".into(),
            suffix: "return c".into(),
            model: "codestral".into(),
            max_tokens: 64,
            temperature: Some(0.0),
            stop: vec!["\n\n".into()],
            ..Prompt::default()
        };
        let mut expect: Value =
            serde_json::from_str(include_str!("../../tests/wire/other/ollama-generate-request.json")).unwrap();
        expect["options"]["temperature"] = json!(0.0);
        check(&prompt, (false, false), &expect);
    }

    #[test]
    fn raw_sends_no_suffix_and_an_empty_one_is_a_line_end() {
        let prompt = Prompt { prefix: "a".into(), model: "m".into(), max_tokens: 8, ..Prompt::default() };
        let mut expect = json!({
            "model": "m", "prompt": "a", "suffix": "\n", "stream": true, "options": { "num_predict": 8 },
            "keep_alive": "30m",
        });
        check(&prompt, (true, false), &expect);
        expect.as_object_mut().unwrap().remove("suffix");
        expect["raw"] = json!(true);
        check(&prompt, (true, true), &expect);
    }

    #[test]
    fn what_a_model_can_is_read() {
        let shown = r#"{"capabilities":["completion","insert"],"model_info":{"qwen2.context_length":32768}}"#;
        assert_eq!(read_show(shown.as_bytes()), (Some(true), Some(32768)));
        assert_eq!(read_show(br#"{"capabilities":["completion"]}"#), (Some(false), None));
        assert_eq!(read_show(b"{}"), (None, None));
        assert_eq!(read_show(b"<html>"), (None, None));
    }

    #[test]
    fn each_line_is_understood() {
        let open = read(r#"{"response":"a","done":false}"#).unwrap();
        assert_eq!(open, Chunk { text: "a".into(), ..Chunk::default() });
        let end = |reason: &str| read(&format!(r#"{{"response":"","done":true,"done_reason":"{reason}"}}"#)).unwrap();
        assert_eq!((end("stop").finish, end("stop").is_last), (Some(Finish::Stop), true));
        assert_eq!(end("length").finish, Some(Finish::Length));
        assert_eq!(end("load").finish, Some(Finish::Other));
        assert_eq!(read(r#"{"error":"model runner has unexpectedly stopped"}"#), Err(Fault::Refused));
        for stranger in ["{}", "[]", "{", r#"{"choices":[]}"#] {
            assert_eq!(read(stranger), Err(Fault::NotAReply), "{stranger}");
        }
    }
}
