//! llama.cpp's own `/infill` (its server's README): the request, and what the reply says. The server writes the prompt in
//! the model's own format, from the tokens that the model file names.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::endpoint::reply::{Chunk, Fault};
use crate::model::{Finish, Prompt, Usage};

/// Below the server's root.
pub const PATH: &str = "infill";

/// How long the model writes, in milliseconds, once it has written a line end. A model on a slow machine holds the one
/// slot for a reply that nobody reads to its end; what is read of a block comes within this.
const WRITES_FOR: u64 = 4_000;

/// The request's JSON. The samplers are the server's, as its user started it.
#[derive(Serialize)]
struct Request<'a> {
    /// For a server that has several.
    #[serde(skip_serializing_if = "str::is_empty")]
    model: &'a str,
    input_prefix: &'a str,
    input_suffix: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    input_extra: Vec<Extra<'a>>,
    /// What stands behind the token that begins the middle.
    prompt: &'a str,
    n_predict: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    stream: bool,
    /// What the slot holds already of this prompt is not computed again.
    cache_prompt: bool,
    t_max_predict_ms: u64,
}

/// An excerpt of another file.
#[derive(Serialize)]
struct Extra<'a> {
    filename: &'a str,
    text: &'a str,
}

/// The body that asks for `prompt`. There is no field for the shortest reply.
pub fn body(prompt: &Prompt, stream: bool) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Request {
        model: &prompt.model,
        input_prefix: &prompt.prefix,
        input_suffix: &prompt.suffix,
        input_extra: prompt.others.iter().map(|file| Extra { filename: &file.path, text: &file.text }).collect(),
        prompt: "",
        n_predict: prompt.max_tokens,
        temperature: prompt.temperature,
        top_p: prompt.top_p,
        seed: prompt.random_seed,
        stop: &prompt.stop,
        stream,
        cache_prompt: true,
        t_max_predict_ms: WRITES_FOR,
    })
}

#[derive(Deserialize)]
struct Reply {
    content: Option<String>,
    stop: Option<bool>,
    stop_type: Option<String>,
    tokens_evaluated: Option<u64>,
    tokens_predicted: Option<u64>,
    timings: Option<Timings>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Timings {
    cache_n: Option<u64>,
}

/// Reads an object of the stream, or a whole reply. The last one says `"stop": true`; there is no other end mark.
pub fn read(json: &str) -> Result<Chunk, Fault> {
    let reply: Reply = serde_json::from_str(json).map_err(|_| Fault::NotAReply)?;
    if reply.error.is_some() {
        return Err(Fault::Refused);
    }
    let Some(text) = reply.content else { return Err(Fault::NotAReply) };
    if reply.stop != Some(true) {
        return Ok(Chunk { text, ..Chunk::default() });
    }
    let finish = match reply.stop_type.as_deref() {
        Some("eos" | "word") | None => Finish::Stop,
        Some("limit") => Finish::Length,
        Some(_) => Finish::Other,
    };
    let cached_tokens = reply.timings.and_then(|timings| timings.cache_n).unwrap_or(0);
    let usage = reply.tokens_evaluated.map(|prompt_tokens| Usage {
        prompt_tokens,
        completion_tokens: reply.tokens_predicted.unwrap_or(0),
        cached_tokens,
    });
    Ok(Chunk { text, finish: Some(finish), usage, is_last: true, ..Chunk::default() })
}

/// What `/props` says of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Props {
    /// How many requests it works on at a time.
    pub slots: Option<u32>,
    /// Tokens of prompt and reply that one of them holds.
    pub context: Option<u64>,
    /// The model's file.
    pub model: Option<String>,
}

/// Reads `/props`; `None` if it is not what llama.cpp says there.
pub fn read_props(body: &[u8]) -> Option<Props> {
    #[derive(Deserialize)]
    struct Body {
        total_slots: Option<u32>,
        model_path: Option<String>,
        default_generation_settings: Option<Settings>,
    }
    #[derive(Deserialize)]
    struct Settings {
        n_ctx: Option<u64>,
    }
    let body: Body = serde_json::from_slice(body).ok()?;
    let context = body.default_generation_settings.and_then(|settings| settings.n_ctx);
    let props = Props { slots: body.total_slots, context, model: body.model_path };
    (props != Props::default()).then_some(props)
}

/// How many slots are at work and how many there are, by `/slots`.
pub fn read_slots(body: &[u8]) -> Option<(usize, usize)> {
    #[derive(Deserialize)]
    struct Slot {
        is_processing: bool,
    }
    let slots: Vec<Slot> = serde_json::from_slice(body).ok()?;
    Some((slots.iter().filter(|slot| slot.is_processing).count(), slots.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::OtherFile;

    #[track_caller]
    fn check(prompt: &Prompt, stream: bool, expect: &Value) {
        let body: Value = serde_json::from_slice(&body(prompt, stream).unwrap()).unwrap();
        assert_eq!(&body, expect);
    }

    #[test]
    fn the_body_is_the_one_that_the_servers_readme_describes() {
        let prompt = Prompt {
            prefix: "def add(a, b):\n    ".into(),
            suffix: "\n".into(),
            others: vec![OtherFile { path: "util.py".into(), text: "X = 1\n".into() }],
            max_tokens: 64,
            temperature: Some(0.0),
            ..Prompt::default()
        };
        let mut expect: Value =
            serde_json::from_str(include_str!("../../tests/wire/other/llamacpp-infill-request.json")).unwrap();
        expect["temperature"] = json!(0.0);
        expect["t_max_predict_ms"] = json!(WRITES_FOR);
        expect.as_object_mut().unwrap().remove("stop");
        check(&prompt, false, &expect);
    }

    #[test]
    fn what_is_set_is_sent() {
        let prompt = Prompt {
            model: "m".into(),
            top_p: Some(0.5),
            random_seed: Some(7),
            stop: vec!["\n\n".into()],
            ..Prompt::default()
        };
        let expect = json!({
            "model": "m", "input_prefix": "", "input_suffix": "", "prompt": "", "n_predict": 0, "top_p": 0.5, "seed": 7,
            "stop": ["\n\n"], "stream": true, "cache_prompt": true, "t_max_predict_ms": WRITES_FOR,
        });
        check(&prompt, true, &expect);
    }

    #[test]
    fn each_end_is_understood() {
        let end = |kind: &str| read(&format!(r#"{{"content":"a","stop":true,"stop_type":"{kind}"}}"#)).unwrap().finish;
        assert_eq!(end("eos"), Some(Finish::Stop));
        assert_eq!(end("word"), Some(Finish::Stop));
        assert_eq!(end("limit"), Some(Finish::Length));
        assert_eq!(end("none"), Some(Finish::Other));
        let open = read(r#"{"content":"a","stop":false}"#).unwrap();
        assert_eq!(open, Chunk { text: "a".into(), ..Chunk::default() });
    }

    #[test]
    fn cached_tokens_are_those_that_were_not_computed_again() {
        let said = r#"{"content":"","stop":true,"stop_type":"eos","tokens_evaluated":30,"tokens_predicted":4,
            "tokens_cached":33,"timings":{"cache_n":12}}"#;
        let usage = read(said).unwrap().usage;
        assert_eq!(usage, Some(Usage { prompt_tokens: 30, completion_tokens: 4, cached_tokens: 12 }));
    }

    #[test]
    fn errors_and_strangers_are_told_apart() {
        assert_eq!(read(r#"{"error":{"code":400,"message":"no"}}"#), Err(Fault::Refused));
        for stranger in ["{}", "[]", "7", "{", r#"{"choices":[]}"#] {
            assert_eq!(read(stranger), Err(Fault::NotAReply), "{stranger}");
        }
    }

    #[test]
    fn the_servers_state_is_read() {
        let props =
            r#"{"default_generation_settings":{"n_ctx":4096,"params":{}},"total_slots":1,"model_path":"/m.gguf"}"#;
        let expect = Props { slots: Some(1), context: Some(4096), model: Some("/m.gguf".into()) };
        assert_eq!(read_props(props.as_bytes()), Some(expect));
        assert_eq!(read_props(b"{}"), None);
        assert_eq!(read_props(b"<html>"), None);
        let slots = r#"[{"id":0,"is_processing":true},{"id":1,"is_processing":false,"n_ctx":512}]"#;
        assert_eq!(read_slots(slots.as_bytes()), Some((1, 2)));
        assert_eq!(read_slots(br#"{"error":{"code":501}}"#), None);
    }
}
