//! One JSON object of a reply -> text, thinking, end and usage. Takes both families, whichever dialect was asked: the path does
//! not tell which one a server answers in.

use serde::Deserialize;
use serde_json::Value;

use crate::model::{Finish, Usage};

/// What one object says: a chunk of a stream, or a whole reply.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chunk {
    /// Text to append; often empty.
    pub text: String,
    /// What the model thought before that text; empty from most models.
    pub thinking: String,
    /// Set when the model stopped.
    pub finish: Option<Finish>,
    /// Set when the endpoint counted.
    pub usage: Option<Usage>,
    /// Nothing comes behind it.
    pub is_last: bool,
}

/// Why an object says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is an error object.
    Refused,
    /// It is no object we know.
    NotAReply,
}

/// Reads an object in the shape of `/v1/fim/completions`, `/v1/chat/completions` or `/v1/completions`, of the reply
/// or of the stream. Fields we do not know are skipped, be they padding (`p`) or news.
pub fn read(json: &str) -> Result<Chunk, Fault> {
    let body: Body = serde_json::from_str(json).map_err(|_| Fault::NotAReply)?;
    if body.is_error() {
        return Err(Fault::Refused);
    }
    let usage = body.usage.and_then(Counted::known);
    let Some(choices) = body.choices else {
        return if usage.is_some() { Ok(Chunk { usage, ..Chunk::default() }) } else { Err(Fault::NotAReply) };
    };
    // We ask for one candidate; a server that sends more must not interleave them in our text.
    let first = choices.into_iter().find(|choice| choice.index.unwrap_or(0) == 0).unwrap_or_default();
    let finish = first.finish_reason.as_deref().map(finish_of);
    let (text, thinking) = first.words();
    Ok(Chunk { text, thinking, finish, usage, is_last: false })
}

fn finish_of(reason: &str) -> Finish {
    match reason {
        "stop" => Finish::Stop,
        "length" | "model_length" => Finish::Length,
        _ => Finish::Other,
    }
}

#[derive(Deserialize)]
struct Body {
    choices: Option<Vec<Choice>>,
    usage: Option<Counted>,
    error: Option<Value>,
    object: Option<Value>,
    message: Option<Value>,
    detail: Option<Value>,
}

impl Body {
    fn is_error(&self) -> bool {
        let named = self.object.as_ref().and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case("error"));
        let bare = self.choices.is_none() && (self.message.is_some() || self.detail.is_some());
        self.error.is_some() || named || bare
    }
}

#[derive(Default, Deserialize)]
struct Choice {
    index: Option<u64>,
    message: Option<Message>,
    delta: Option<Message>,
    text: Option<String>,
    finish_reason: Option<String>,
}

impl Choice {
    /// The text, and the thinking before it.
    fn words(self) -> (String, String) {
        let Some(message) = self.delta.or(self.message) else { return (self.text.unwrap_or_default(), String::new()) };
        let thinking = message.reasoning_content.as_ref().and_then(Value::as_str).unwrap_or_default();
        let (text, inside) = match message.content {
            Some(content) => content.words(),
            None => (self.text.unwrap_or_default(), String::new()),
        };
        (text, if inside.is_empty() { thinking.to_owned() } else { inside })
    }
}

#[derive(Deserialize)]
struct Message {
    content: Option<Content>,
    /// Where a LiteLLM proxy puts thinking, and `content` is null or missing meanwhile. Any other shape is skipped.
    reasoning_content: Option<Value>,
}

/// A string, or typed parts (Mistral's OpenAPI file: `ContentChunk`).
#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Value>),
}

impl Content {
    /// The text, and the thinking. Other parts, such as references, are no part of the answer.
    fn words(self) -> (String, String) {
        match self {
            Self::Text(text) => (text, String::new()),
            Self::Parts(parts) => {
                let thinking = parts.iter().filter_map(|part| named(part, "thinking")).map(|thought| match thought {
                    Value::Array(parts) => texts(parts),
                    thought => thought.as_str().unwrap_or_default().to_owned(),
                });
                (texts(&parts), thinking.collect())
            }
        }
    }
}

fn texts(parts: &[Value]) -> String {
    parts.iter().filter_map(|part| named(part, "text")).filter_map(Value::as_str).collect()
}

/// What a part of this type holds: under the type's own name.
fn named<'a>(part: &'a Value, name: &str) -> Option<&'a Value> {
    if part.get("type")?.as_str() == Some(name) { part.get(name) } else { None }
}

#[derive(Deserialize)]
struct Counted {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<Details>,
    /// Where DeepSeek counts what it had cached.
    prompt_cache_hit_tokens: Option<u64>,
}

impl Counted {
    /// A LiteLLM proxy puts zeroes into every chunk: that is not a count.
    fn known(self) -> Option<Usage> {
        let detailed = self.prompt_tokens_details.and_then(|details| details.cached_tokens);
        let cached_tokens = detailed.or(self.prompt_cache_hit_tokens).unwrap_or(0);
        let usage = Usage {
            prompt_tokens: self.prompt_tokens.unwrap_or(0),
            completion_tokens: self.completion_tokens.unwrap_or(0),
            cached_tokens,
        };
        (usage != Usage::default()).then_some(usage)
    }
}

#[derive(Deserialize)]
struct Details {
    cached_tokens: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, text: &str, finish: Option<Finish>, usage: Option<[u64; 3]>) {
        let usage = usage.map(|[prompt_tokens, completion_tokens, cached_tokens]| Usage {
            prompt_tokens,
            completion_tokens,
            cached_tokens,
        });
        let chunk = read(json).map(|chunk| Chunk { thinking: String::new(), ..chunk });
        assert_eq!(chunk, Ok(Chunk { text: text.into(), finish, usage, ..Chunk::default() }));
    }

    macro_rules! body {
        ($name:literal) => {
            include_str!(concat!("../../tests/wire/", $name))
        };
    }

    #[test]
    fn whole_replies_are_read_in_both_families() {
        let stop = Some(Finish::Stop);
        check(body!("mistral-fim.json"), "return n % 2 == 1", stop, Some([21, 9, 0]));
        check(body!("mistral-fim-length.json"), "return n % 2 ==", Some(Finish::Length), Some([21, 6, 0]));
        check(body!("mistral-fim-empty.json"), "", stop, Some([21, 0, 0]));
        check(body!("mistral-chat-thinking.json"), "Hello!", stop, Some([9, 17, 0]));
        check(body!("litellm-completions.json"), "a, b):\n    ", stop, Some([8, 9, 0]));
        check(body!("litellm-passthrough-fim.json"), "a, b):\n    ", stop, Some([8, 9, 0]));
        check(body!("litellm-chat.json"), "Hello there, how may I assist you today?", stop, Some([9, 12, 0]));
        check(body!("litellm-chat-thinking.json"), "answer", stop, Some([9, 12, 0]));
        check(body!("other/openai-completions.json"), "return n % 2 == 1", stop, Some([21, 9, 0]));
        check(
            body!("seed-litellm-text-completion.json"),
            "\n assert is_odd(1)\n assert",
            Some(Finish::Length),
            Some([5, 7, 0]),
        );
        check(body!("seed-litellm-text-completion-chunk.json"), "This", None, None);
        check(body!("seed-litellm-chat.json"), "\n\nHello there, how may I assist you today?", stop, Some([9, 12, 0]));
        check(body!("seed-litellm-chat-chunk.json"), "gm", None, None);
    }

    #[track_caller]
    fn check_thinking(json: &str, thinking: &str, text: &str) {
        let chunk = read(json).unwrap();
        assert_eq!((chunk.thinking.as_str(), chunk.text.as_str()), (thinking, text));
    }

    #[test]
    fn thinking_is_read_in_both_families_and_kept_apart() {
        check_thinking(body!("mistral-chat-thinking.json"), "The user says hi.", "Hello!");
        check_thinking(body!("litellm-chat-thinking.json"), "hmm", "answer");
        check_thinking(body!("mistral-chat.json"), "", "Hello there, how may I assist you today?");
        check_thinking(r#"{"choices":[{"delta":{"reasoning_content":"a","content":null}}]}"#, "a", "");
        check_thinking(r#"{"choices":[{"delta":{"reasoning_content":"a"},"text":"b"}]}"#, "a", "b");
        check_thinking(r#"{"choices":[{"delta":{"reasoning_content":{"new":1},"content":"b"}}]}"#, "", "b");
        let part = |thinking: &str| {
            format!(
                r#"{{"choices":[{{"delta":{{"content":[{{"type":"thinking","thinking":{thinking}}},
                    {{"type":"text","text":"b"}}]}}}}]}}"#
            )
        };
        check_thinking(&part(r#""a""#), "a", "b");
        check_thinking(&part(r#"[{"type":"text","text":"a"},{"type":"reference","text":"x"},7]"#), "a", "b");
        check_thinking(&part("7"), "", "b");
        check_thinking(&part("null"), "", "b");
    }

    #[test]
    fn cached_tokens_are_counted() {
        let chunk = read(body!("mistral-fim-cached.json")).unwrap();
        assert_eq!(chunk.usage.map(|usage| usage.cached_tokens), Some(960));
        let of_deepseek = body!("other/deepseek-completions.json");
        let hit = of_deepseek.replace("\"prompt_cache_hit_tokens\": 0", "\"prompt_cache_hit_tokens\": 16");
        assert_eq!(read(&hit).unwrap().usage.map(|usage| usage.cached_tokens), Some(16));
    }

    #[test]
    fn missing_null_and_unknown_parts_are_no_trouble() {
        check(r#"{"choices":[]}"#, "", None, None);
        check(r#"{"choices":[{}],"usage":null,"new":{}}"#, "", None, None);
        check(r#"{"choices":[{"message":null,"delta":{"content":null},"text":null}]}"#, "", None, None);
        check(
            r#"{"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"type":"new"},7,{"type":"text","text":"b"}]}}]}"#,
            "ab",
            None,
            None,
        );
        check(r#"{"choices":[{"text":"x","finish_reason":"error"}]}"#, "x", Some(Finish::Other), None);
        check(r#"{"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#, "", None, None);
        check(r#"{"usage":{"prompt_tokens":3}}"#, "", None, Some([3, 0, 0]));
    }

    #[test]
    fn only_the_first_candidate_is_taken() {
        let both = r#"{"choices":[{"index":1,"text":"b","finish_reason":"stop"},{"index":0,"text":"a"}]}"#;
        check(both, "a", None, None);
        check(r#"{"choices":[{"index":1,"text":"b","finish_reason":"stop"}]}"#, "", None, None);
    }

    #[test]
    fn errors_and_strangers_are_told_apart() {
        for error in [r#"{"error":{}}"#, r#"{"error":"x"}"#, r#"{"object":"error","choices":[]}"#, r#"{"detail":"x"}"#]
        {
            assert_eq!(read(error), Err(Fault::Refused), "{error}");
        }
        for stranger in ["{}", "[]", "7", "{", "", r#"{"choices":7}"#, r#"{"models":[]}"#] {
            assert_eq!(read(stranger), Err(Fault::NotAReply), "{stranger}");
        }
    }
}
