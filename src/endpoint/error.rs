//! A refused request -> the kind of error and what the endpoint said, whatever shape its body has.

mod retry_after;

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use serde_json::Value;

use crate::model::Error;

/// The longest message shown to a person, in characters: two lines of a terminal.
const LONGEST_MESSAGE: usize = 200;

/// What a reply with a status other than 2xx means. `key` is blacked out wherever the body repeats it.
///
/// The status decides; the body only tells apart what one status is used for, and gives the message.
pub fn from_status(status: StatusCode, headers: &HeaderMap, body: &[u8], host: &str, key: Option<&str>) -> Error {
    let said = Said::from_body(body);
    let message = said.message(key);
    let host = host.to_owned();
    let retry_after = retry_after::from_headers(headers).or_else(|| said.pause());
    let code = status.as_u16();
    match code {
        300..=399 => Error::Redirected { host, location: target(headers) },
        _ if said.has("all_deployments_in_cooldown") => Error::RateLimited { retry_after },
        403 if is_web_page(headers, body) => Error::Intercepted { host },
        401 | 403 if key.is_none() => Error::NoKey,
        401 | 403 => Error::KeyRefused { host, message },
        // A LiteLLM proxy without a database answers so to a key it does not know.
        400 if said.has("no_db_connection") => Error::KeyRefused { host, message },
        402 => Error::PaymentRequired { host, message },
        503 if said.is_loading() => Error::Loading { host },
        400 | 422 | 501 if said.refuses_insertion() => Error::NoInsert { host, message },
        413 => Error::PromptTooLong { message },
        429 => Error::RateLimited { retry_after },
        400 | 404 | 422 if said.names_unknown_model() => Error::UnknownModel { message },
        400 | 422 if said.prompt_too_long() => Error::PromptTooLong { message },
        404 | 405 => Error::NotFound { host, message },
        400..=499 => Error::BadRequest { status: code, message },
        _ => Error::Overloaded { host, status: code, message, retry_after },
    }
}

/// What an error object inside a stream means. Its `code` is the status, if it has one.
pub fn from_event(body: &str, host: &str, key: Option<&str>) -> Error {
    let status = Said::from_body(body.as_bytes())
        .tags
        .iter()
        .filter_map(|tag| tag.parse().ok())
        .find_map(|code: u16| (400..600).contains(&code).then(|| StatusCode::from_u16(code).ok()).flatten())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    from_status(status, &HeaderMap::new(), body.as_bytes(), host, key)
}

/// `text` on one line, without control and direction characters and without `key`, at most [`LONGEST_MESSAGE`] long.
pub fn for_people(text: &str, key: Option<&str>) -> String {
    // The key goes first: cut in half it would no longer be found.
    let text = match key {
        Some(key) if !key.is_empty() => text.replace(key, "[key]"),
        _ => text.to_owned(),
    };
    let plain: String = text.chars().map(|char| if is_unprintable(char) { ' ' } else { char }).collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Endpoints answer in JSON or a plain word; a page for a browser is someone else's.
fn is_web_page(headers: &HeaderMap, body: &[u8]) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/html") || body.trim_ascii_start().starts_with(b"<")
}

/// What a body says: its messages and, beside them, the values of `type` and `code`.
#[derive(Debug, Default)]
struct Said {
    messages: Vec<String>,
    tags: Vec<String>,
}

impl Said {
    fn from_body(body: &[u8]) -> Self {
        let mut said = Self::default();
        let text = String::from_utf8_lossy(body);
        match serde_json::from_str(&text) {
            Ok(value) => said.collect(&value),
            // A web page says nothing useful in one line.
            Err(_) if text.trim_start().starts_with('<') => {}
            Err(_) => said.messages.push(text.into_owned()),
        }
        said
    }

    /// Descends where the known shapes keep their message: `error`, `message`, `detail`, `msg`.
    fn collect(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.collect_text(text),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(fields) => {
                for tag in ["type", "code"] {
                    match fields.get(tag) {
                        Some(Value::String(text)) => self.tags.push(text.clone()),
                        Some(Value::Number(number)) => self.tags.push(number.to_string()),
                        _ => {}
                    }
                }
                if let Some(Value::String(text)) = fields.get("msg") {
                    self.messages.push(match fields.get("loc").and_then(Value::as_array) {
                        Some(place) => format!("{}: {text}", dotted(place)),
                        None => text.clone(),
                    });
                    return;
                }
                // `detail` and `message` may say the same twice: the first that says anything is enough.
                for field in ["error", "message", "detail"] {
                    let before = self.messages.len();
                    if let Some(value) = fields.get(field) {
                        self.collect(value);
                    }
                    if self.messages.len() > before {
                        return;
                    }
                }
            }
            _ => {}
        }
    }

    /// A LiteLLM proxy writes the body it got into its own message, as JSON or as Python prints a dictionary.
    fn collect_text(&mut self, text: &str) {
        let before = self.messages.len();
        if let (Some(start), Some(end)) = (text.find('{'), text.rfind('}'))
            && start < end
        {
            match serde_json::from_str(&text[start..=end]) {
                Ok(value) => self.collect(&value),
                Err(_) => {
                    let inner = text[start..=end].strip_prefix("{'error': '").and_then(|rest| rest.strip_suffix("'}"));
                    self.messages.extend(inner.map(str::to_owned));
                }
            }
        }
        if self.messages.len() == before {
            self.messages.push(unwrapped(text).to_owned());
        }
    }

    fn message(&self, key: Option<&str>) -> String {
        for_people(&self.messages.join("; "), key)
    }

    fn has(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }

    fn mentions(&self, words: &str) -> bool {
        self.messages.iter().any(|message| message.to_lowercase().contains(words))
    }

    fn names_unknown_model(&self) -> bool {
        ["invalid_model", "unknown_model", "model_not_found", "1500"].iter().any(|tag| self.has(tag))
            || self.mentions("invalid model")
            || (self.mentions("model") && (self.mentions("not found") || self.mentions("does not exist")))
    }

    /// llama.cpp while it loads.
    fn is_loading(&self) -> bool {
        self.mentions("loading model")
    }

    /// Ollama of a model whose template has no suffix, vLLM and llama.cpp of the field, llama.cpp of a model without the
    /// tokens for it.
    fn refuses_insertion(&self) -> bool {
        let of_suffix = self.mentions("suffix") && self.mentions("supported");
        of_suffix || self.mentions("does not support insert") || self.mentions("infill is not supported")
    }

    fn prompt_too_long(&self) -> bool {
        self.has("context_length_exceeded")
            || self.has("exceed_context_size_error")
            || ["too large for model", "maximum context length", "exceed_context_size"]
                .iter()
                .any(|it| self.mentions(it))
    }

    /// LiteLLM says it in words only: `Try again in 5 seconds.`
    fn pause(&self) -> Option<Duration> {
        let message = self.messages.iter().find_map(|message| message.split_once("Try again in "))?.1;
        let seconds: u64 = message.split_once(" second")?.0.parse().ok()?;
        Some(Duration::from_secs(seconds).min(retry_after::LONGEST))
    }
}

/// `["body", "tools", 0]` -> `body.tools.0`.
fn dotted(place: &[Value]) -> String {
    let words = place.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned));
    words.collect::<Vec<_>>().join(".")
}

/// Takes off what a LiteLLM proxy puts around a message: the names of its exceptions, and what it did about it.
fn unwrapped(text: &str) -> &str {
    let text = text.split("\n\nLiteLLM: model group").next().unwrap_or(text);
    if !text.starts_with("litellm.") {
        return text;
    }
    ["HTTPStatusError - ", "Exception - "]
        .iter()
        .find_map(|mark| text.split_once(mark).map(|(_, rest)| rest))
        .or_else(|| text.split_once(": ").map(|(_, rest)| rest))
        .unwrap_or(text)
}

/// Control characters, and those that turn the direction of the text around them.
fn is_unprintable(char: char) -> bool {
    char.is_control() || matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Scheme and host of a redirect's target. The rest may hold anything, so it is not shown.
fn target(headers: &HeaderMap) -> String {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match reqwest::Url::parse(location) {
        Ok(url) => for_people(&url.origin().ascii_serialization(), None),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "api.mistral.ai";

    #[track_caller]
    fn check(status: u16, body: &str, kind: &str, message: &str) {
        let status = StatusCode::from_u16(status).unwrap();
        let error = from_status(status, &HeaderMap::new(), body.as_bytes(), HOST, Some("sk-secret"));
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(message), "{error} lacks {message:?}");
    }

    macro_rules! body {
        ($name:literal) => {
            include_str!(concat!("../../tests/wire/errors/", $name))
        };
    }

    #[test]
    fn every_known_body_is_understood() {
        let extra = |field: &str| format!("(\"body.{field}: Extra inputs are not permitted\")");
        check(400, body!("400-context-length.json"), "promptTooLong", "(\"Prompt contains 131500 tokens, too large");
        check(400, body!("400-invalid-model.json"), "unknownModel", "(\"Invalid model: codestral-0000\")");
        check(401, body!("401-detail.json"), "keyRefused", "(\"Unauthorized\")");
        check(401, body!("401-message.json"), "keyRefused", "(\"Unauthorized\")");
        check(422, body!("422-array-message.json"), "badRequest", &extra("tools"));
        check(422, body!("422-detail.json"), "badRequest", &extra("store"));
        check(422, body!("422-wrapped.json"), "badRequest", &extra("max_completion_tokens"));
        check(429, body!("429-capacity.json"), "rateLimited", "for a while");
        check(429, body!("429-legacy.json"), "rateLimited", "");
        check(429, body!("429-rate-limited.json"), "rateLimited", "");
        check(
            400,
            body!("generic-documented.json"),
            "unknownModel",
            "(\"A human-readable description of the error.\")",
        );
        check(
            503,
            body!("503-plain.txt"),
            "overloaded",
            "(\"upstream connect error or disconnect/reset before headers\")",
        );
    }

    #[test]
    fn every_body_of_a_litellm_proxy_is_understood() {
        check(400, body!("litellm-400.json"), "unknownModel", "(\"Invalid model: codestral-0000\")");
        check(400, body!("litellm-400-bad-key-no-db.json"), "keyRefused", "(\"No connected db.\")");
        check(
            400,
            body!("litellm-400-bad-model.json"),
            "unknownModel",
            "(\"/completions: Invalid model name passed in model=nope.",
        );
        check(
            400,
            body!("litellm-400-unsupported-param.json"),
            "badRequest",
            "(\"text-completion-codestral does not support parameters: ['n']",
        );
        check(401, body!("litellm-401.json"), "keyRefused", "(\"Unauthorized\")");
        check(404, body!("litellm-404-wrong-api-base.json"), "notFound", "(\"Not Found\")");
        check(422, body!("litellm-422.json"), "badRequest", "(\"body.n: Extra inputs are not permitted\")");
        check(429, body!("litellm-429.json"), "rateLimited", "");
        check(429, body!("litellm-429-cooldown.json"), "rateLimited", "for 5 s");
        check(500, body!("litellm-429-cooldown.json"), "rateLimited", "for 5 s");
        check(500, body!("litellm-500.json"), "overloaded", "(\"Service unavailable.\")");
        check(
            503,
            body!("litellm-503.json"),
            "overloaded",
            "(\"upstream connect error or disconnect/reset before headers\")",
        );
        check(401, body!("litellm-stream-401.json"), "keyRefused", "(\"Unauthorized\")");
        check(429, body!("litellm-stream-429.json"), "rateLimited", "");
        check(500, body!("litellm-stream-500.json"), "overloaded", "(\"Service unavailable.\")");
    }

    #[test]
    fn other_servers_bodies_are_understood() {
        check(404, r#"{"error":"model 'codestral' not found"}"#, "unknownModel", "(\"model 'codestral' not found\")");
        check(503, include_str!("../../tests/wire/other/llamacpp-loading.json"), "loading", "still loading its model");
        check(
            400,
            include_str!("../../tests/wire/other/vllm-suffix-error.json"),
            "noInsert",
            "(\"suffix is not currently supported\")",
        );
        check(
            400,
            include_str!("../../tests/wire/other/ollama-no-insert-error.json"),
            "noInsert",
            "does not support insert",
        );
        check(400, r#"{"error":{"message":"Unsupported param: suffix"}}"#, "noInsert", "endpoint.fimTemplate");
        let no_tokens = r#"{"error":{"code":501,"message":"Infill is not supported by this model. Prefix token is missing.","type":"not_supported_error"}}"#;
        check(501, no_tokens, "noInsert", "endpoint.model");
        let long = r#"{"error":{"code":400,"message":"the request is too large","type":"exceed_context_size_error"}}"#;
        check(400, long, "promptTooLong", "completion.prefixBytes");
        check(402, "{}", "paymentRequired", "payment;");
        check(403, "", "keyRefused", "refused the API key;");
        check(403, "\r\n <html><body>Blocked by policy</body></html>", "intercepted", "a firewall");
        check(401, "<html>401 Authorization Required</html>", "keyRefused", "refused the API key;");
        check(405, "<!DOCTYPE html><html>…", "notFound", "at this address;");
        check(413, "{}", "promptTooLong", "");
        check(529, "null", "overloaded", "(status 529);");
    }

    #[test]
    fn what_a_422_echoes_of_our_text_decides_nothing() {
        let body = r#"{"detail":[{"type":"extra","loc":["body"],"msg":"No","input":"Invalid model, maximum context length"}]}"#;
        check(422, body, "badRequest", "(\"body: No\")");
    }

    #[test]
    fn the_key_never_shows_even_where_the_message_is_shortened() {
        for padding in 0..LONGEST_MESSAGE + 20 {
            let body = format!(r#"{{"message":"{}Bearer sk-secret is bad"}}"#, "x".repeat(padding));
            let error =
                from_status(StatusCode::UNAUTHORIZED, &HeaderMap::new(), body.as_bytes(), HOST, Some("sk-secret"));
            assert!(!error.to_string().contains("sk-s"), "{error}");
        }
    }

    #[test]
    fn a_message_is_one_short_printable_line() {
        assert_eq!(for_people("a\r\n\tb\u{1b}[31m\u{202e}c", None), "a b [31m c");
        assert_eq!(for_people(&"é".repeat(500), None).chars().count(), LONGEST_MESSAGE + 1);
    }

    #[test]
    fn without_a_key_a_refusal_means_that_one_is_needed() {
        assert_eq!(from_status(StatusCode::UNAUTHORIZED, &HeaderMap::new(), b"", HOST, None), Error::NoKey);
    }

    #[test]
    fn an_error_inside_a_stream_has_its_code_for_status() {
        let error = from_event(r#"{"error":{"message":"slow down","code":"429"}}"#, HOST, None);
        assert_eq!(error.kind(), "rateLimited");
        let error = from_event(r#"{"object":"error","message":"oh","code":"1000"}"#, HOST, None);
        assert!(matches!(error, Error::Overloaded { status: 500, .. }), "{error:?}");
    }

    #[test]
    fn a_redirect_names_where_it_leads_and_no_more() {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, "https://login.example/in?token=abc".parse().unwrap());
        let error = from_status(StatusCode::FOUND, &headers, b"", HOST, None);
        assert_eq!(error, Error::Redirected { host: HOST.into(), location: "https://login.example".into() });
    }
}
