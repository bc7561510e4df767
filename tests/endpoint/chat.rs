//! Chat: what is asked, every recorded reply in pieces, refusals, cuts and giving up.

use std::fs;
use std::time::Duration;

use codestral_ls::endpoint::{HttpEndpoint, Options};
use codestral_ls::model::{ChatPrompt, End, Error, Finish, Message, Piece, Role};
use futures_util::StreamExt;
use serde_json::json;

use crate::fake_endpoint::{Config, Ending, Fake, Received, Script};
use crate::{KEY, endpoint, options};

/// What a whole chat brings.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    thinking: String,
    text: String,
    /// `None` before the end, and where there is none.
    end: Option<Result<End, Error>>,
}

fn question() -> ChatPrompt {
    let messages = vec![
        Message { role: Role::System, text: "Be brief.".into() },
        Message { role: Role::User, text: "Why is the sky blue?".into() },
    ];
    ChatPrompt { messages, model: "codestral-latest".into(), random_seed: Some(3), ..ChatPrompt::default() }
}

async fn chat(endpoint: &HttpEndpoint) -> Heard {
    let mut reply = endpoint.chat(question());
    let mut heard = Heard::default();
    while let Some(piece) = reply.next().await {
        assert_eq!(heard.end, None, "something after the end");
        match piece {
            Ok(Piece::Text(more)) => heard.text += &more,
            Ok(Piece::Thinking(more)) => heard.thinking += &more,
            Ok(Piece::End(end)) => heard.end = Some(Ok(end)),
            Err(error) => heard.end = Some(Err(error)),
        }
    }
    heard
}

fn wire(name: &str) -> Vec<u8> {
    fs::read(format!("tests/wire/{name}")).unwrap()
}

/// Serves a recorded body in pieces of seven bytes, so that characters and events are split.
async fn serve(name: &'static str) -> Heard {
    let kind = if name.ends_with(".sse") { "text/event-stream" } else { "application/json" };
    let fake = Fake::start(move |_| Script::raw(kind, wire(name).chunks(7).map(<[u8]>::to_vec).collect()));
    chat(&endpoint(&fake, "/v1")).await
}

#[track_caller]
fn check(name: &str, heard: Heard, thinking: &str, text: &str, tokens: Option<[u64; 2]>) {
    assert_eq!((heard.thinking.as_str(), heard.text.as_str()), (thinking, text), "{name}");
    let end = heard.end.unwrap_or_else(|| panic!("{name} has no end")).unwrap();
    assert_eq!(end.finish, Finish::Stop, "{name}");
    assert_eq!(end.usage.map(|usage| [usage.prompt_tokens, usage.completion_tokens]), tokens, "{name}");
}

#[tokio::test]
async fn every_recorded_chat_is_read_in_full() {
    let hello = "Hello there, how may I assist you today?";
    for (name, thinking, text, tokens) in [
        ("mistral-chat.json", "", hello, Some([9, 12])),
        ("mistral-chat-stream.sse", "", hello, Some([9, 12])),
        ("mistral-chat-thinking.json", "The user says hi.", "Hello!", Some([9, 17])),
        ("mistral-chat-thinking-stream.sse", "The user says hi.", "Hello!", Some([9, 17])),
        ("litellm-chat.json", "", hello, Some([9, 12])),
        ("litellm-chat-stream.sse", "", hello, None),
        ("litellm-chat-thinking.json", "hmm", "answer", Some([9, 12])),
        ("litellm-chat-thinking-stream.sse", "hmm", "answer", None),
        ("seed-litellm-chat.json", "", "\n\nHello there, how may I assist you today?", Some([9, 12])),
        ("seed-litellm-chat-chunk.json", "", "gm", None),
    ] {
        check(name, serve(name).await, thinking, text, tokens);
    }
}

#[tokio::test]
async fn each_dialect_is_asked_at_its_place_with_its_own_words() {
    let fake = Fake::start(|_| Script::text("Because."));
    let messages =
        json!([{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Why is the sky blue?" }]);
    for (path, asked_at, seed) in [
        ("/mistral", "/mistral/v1/chat/completions", "random_seed"),
        ("/v1/fim/completions", "/v1/chat/completions", "random_seed"),
        ("", "/v1/chat/completions", "seed"),
        ("/v1/completions", "/v1/chat/completions", "seed"),
        ("/v1/chat/completions", "/v1/chat/completions", "seed"),
    ] {
        // A chat is streamed although completions are not.
        let endpoint = HttpEndpoint::new(Options { stream: false, ..options(&fake, path) }).unwrap();
        check(path, chat(&endpoint).await, "", "Because.", Some([10, 2]));
        let received: Received = fake.received().pop().unwrap();
        assert_eq!(received.path, asked_at);
        assert_eq!(received.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        assert_eq!(received.header("accept"), Some("text/event-stream, application/json"));
        assert_eq!(
            received.body,
            json!({ "model": "codestral-latest", "messages": messages, seed: 3, "stream": true }),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_chat_uses_the_connection_of_the_completions() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config { tls_in: Some(dir.path().into()), ..Config::default() };
    let fake = Fake::start_with(config, |_| Script::text("x"));
    let endpoint = endpoint(&fake, "");
    assert_eq!(crate::ask(&endpoint).await.0, "x");
    assert_eq!(chat(&endpoint).await.text, "x");
    assert_eq!((fake.stats().connections, fake.stats().requests), (1, 2));
}

#[tokio::test]
async fn a_reply_cut_off_by_its_length_says_so() {
    let fake = Fake::start(|_| Script::chunks(["a", "b"]).finish("length"));
    let heard = chat(&endpoint(&fake, "")).await;
    assert_eq!(heard.text, "ab");
    assert_eq!(heard.end.unwrap().unwrap().finish, Finish::Length);
}

#[track_caller]
fn check_failed(heard: Heard, text: &str, kind: &str) {
    let error = heard.end.unwrap().unwrap_err();
    assert_eq!((heard.text.as_str(), error.kind()), (text, kind), "{error}");
    assert!(!error.to_string().contains(KEY), "{error}");
}

#[tokio::test]
async fn a_refused_key_a_missing_one_and_an_unknown_model_are_told() {
    let config = Config { key: Some("sk-another".to_owned()), ..Config::default() };
    let fake = Fake::start_with(config, |_| Script::text("x"));
    check_failed(chat(&endpoint(&fake, "/mistral")).await, "", "keyRefused");
    let keyless =
        HttpEndpoint::new(Options { key: None, url: "https://192.0.2.1/mistral".into(), ..options(&fake, "") });
    check_failed(chat(&keyless.unwrap()).await, "", "noKey");
    let fake = Fake::start(|_| Script::refuse(400, wire("errors/400-invalid-model.json")));
    check_failed(chat(&endpoint(&fake, "")).await, "", "unknownModel");
    let fake = Fake::start(|_| Script::refuse(400, wire("errors/400-context-length.json")));
    check_failed(chat(&endpoint(&fake, "")).await, "", "promptTooLong");
}

#[tokio::test]
async fn a_cut_stream_and_an_error_in_the_middle_come_after_the_text() {
    for ending in [Ending::Cut, Ending::Unfinished] {
        let fake = Fake::start(move |_| Script::chunks(["half ", "an answer"]).ending(ending));
        check_failed(chat(&endpoint(&fake, "")).await, "half an answer", "cut");
    }
    let body = concat!(
        "data: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}\n\n",
        "data: {\"error\":{\"message\":\"upstream is gone\",\"code\":\"503\"}}\n\n",
    );
    let fake = Fake::start(move |_| Script::raw("text/event-stream", vec![body.into()]));
    check_failed(chat(&endpoint(&fake, "")).await, "half", "overloaded");
}

#[tokio::test]
async fn a_stream_that_stalls_times_out_after_its_text() {
    let short = Duration::from_millis(300);
    let fake = Fake::start(|_| Script::text("half").ending(Ending::Stall));
    let endpoint = HttpEndpoint::new(Options { between_bytes: short, ..options(&fake, "") }).unwrap();
    check_failed(chat(&endpoint).await, "half", "timedOut");
    assert_eq!(fake.until(|stats| stats.open_streams == 0).await.cancelled, 1);
}

#[tokio::test]
async fn giving_up_ends_the_stream_and_nothing_is_sent_unless_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let tls = Config { tls_in: Some(dir.path().into()), ..Config::default() };
    for config in [Config::default(), tls] {
        let fake = Fake::start_with(config, |_| Script::text("half").ending(Ending::Stall));
        let endpoint = endpoint(&fake, "");
        drop(endpoint.chat(question()));
        assert_eq!(fake.stats().connections, 0);
        let mut reply = endpoint.chat(question());
        assert!(matches!(reply.next().await, Some(Ok(Piece::Text(_)))));
        assert_eq!(fake.stats().open_streams, 1);
        drop(reply);
        let stats = fake.until(|stats| stats.open_streams == 0).await;
        assert_eq!((stats.requests, stats.cancelled, stats.open_streams), (1, 1, 0));
    }
}

#[tokio::test]
async fn giving_up_before_the_first_byte_ends_the_request() {
    let fake = Fake::start(|_| Script::silence());
    let endpoint = endpoint(&fake, "");
    let asking = tokio::spawn(async move { chat(&endpoint).await });
    fake.until(|stats| stats.open_streams == 1).await;
    asking.abort();
    assert_eq!(fake.until(|stats| stats.open_streams == 0).await.cancelled, 1);
}
