//! Both dialects through a real LiteLLM proxy: completions, refusals and requests given up.
//!
//! Opt-in: `tests/litellm/run` installs and starts the proxy, and runs these tests. The endpoint behind the proxy is
//! ours: a fake that does what the model's name says. One proxy and one fake serve all tests, one after the other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure here is a failed test")]

#[path = "../support/fake_endpoint.rs"]
mod fake_endpoint;

use std::env;
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use codestral_ls::endpoint::client::BETWEEN_BYTES;
use codestral_ls::endpoint::{Dialect, HttpEndpoint, Options};
use codestral_ls::model::{End, Endpoint, Error, Finish, Piece, Prompt};
use fake_endpoint::{Config, Ending, Fake, Received, Script};
use futures_util::StreamExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// What the proxy takes, as its configuration says; see `run`.
const PROXY_KEY: &str = "sk-proxy-key";

/// What the endpoint behind the proxy takes.
const UPSTREAM_KEY: &str = "sk-upstream-key";

/// The answer to `codestral-latest`.
const TEXT: &str = "\n    1 + 世界🦀\n";

/// How long the endpoint behind the proxy asks to be left alone, in seconds.
const PAUSE: u64 = 7;

/// How long the model `late` thinks before its first word.
const LATE: Duration = Duration::from_secs(2);

/// The proxy asks three times before it passes on a refusal of a request without streaming, with pauses of seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Each dialect by the address that is set for it, and where the fake is then asked: the proxy's own OpenAI route, and
/// its pass-through.
const ROUTES: [(&str, Dialect); 2] = [("/v1", Dialect::OpenAi), ("/mistral", Dialect::Mistral)];

/// What the endpoint behind the proxy is asked at, whichever way the request came.
const ASKED_AT: &str = "/v1/fim/completions";

static UPSTREAM: LazyLock<Fake> = LazyLock::new(|| {
    let port = variable("CODESTRAL_LITELLM_UPSTREAM_PORT").parse().expect("a port number");
    Fake::start_with(Config { port, key: Some(UPSTREAM_KEY.to_owned()), ..Config::default() }, script)
});

fn script(received: &Received) -> Script {
    let model = received.body["model"].as_str().unwrap_or_default();
    match model {
        "refused" => Script::refuse(401, r#"{"detail":"Unauthorized"}"#),
        "limited" => {
            let body = include_str!("../wire/errors/429-rate-limited.json");
            Script::refuse(429, body).header("retry-after", &PAUSE.to_string())
        }
        "late" => Script::text("half").after(LATE).ending(Ending::Stall),
        "stalled" => Script::text("half").ending(Ending::Stall),
        _ => Script::text(TEXT),
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set; start these tests by tests/litellm/run"))
}

fn endpoint(path: &str, stream: bool, key: &str) -> HttpEndpoint {
    let url = format!("{}{path}", variable("CODESTRAL_LITELLM_URL"));
    let endpoint = HttpEndpoint::new(Options {
        url,
        dialect: None,
        stream,
        key: Some(SecretString::from(key)),
        ca_file: None,
        timeout: PATIENCE,
        between_bytes: BETWEEN_BYTES,
        ..Options::default()
    });
    LazyLock::force(&UPSTREAM);
    endpoint.unwrap()
}

/// A prompt with every field that Codestral knows.
fn prompt(model: &str) -> Prompt {
    Prompt {
        prefix: "  fn one() -> i32 {\t".into(),
        suffix: "}\n ".into(),
        others: Vec::new(),
        path: "".into(),
        cache_key: None,
        secrets: 0,
        model: model.to_owned(),
        max_tokens: 64,
        min_tokens: Some(1),
        temperature: Some(0.5),
        top_p: Some(0.25),
        random_seed: Some(42),
        stop: vec!["\n\n".to_owned()],
    }
}

/// The text and how it ended.
async fn ask(endpoint: &HttpEndpoint, model: &str) -> (String, Result<End, Error>) {
    let mut reply = endpoint.complete(prompt(model));
    let mut text = String::new();
    while let Some(piece) = reply.next().await {
        match piece {
            Ok(Piece::Text(more)) => text += &more,
            Ok(Piece::Thinking(_)) => {}
            Ok(Piece::End(end)) => return (text, Ok(end)),
            Err(error) => return (text, Err(error)),
        }
    }
    panic!("a reply without an end");
}

/// Prints what was seen, for the closing note of a run.
#[allow(clippy::print_stdout, reason = "shown by `run`")]
fn say(path: &str, stream: bool, what: impl std::fmt::Display) {
    println!("{path:<9} {} {what}", if stream { "streamed" } else { "whole   " });
}

#[tokio::test]
#[ignore = "needs a LiteLLM proxy: run tests/litellm/run"]
async fn a_completion_comes_through_unchanged() {
    for (path, dialect) in ROUTES {
        for stream in [true, false] {
            let endpoint = endpoint(path, stream, PROXY_KEY);
            assert_eq!(endpoint.dialect(), dialect, "told from the address");
            let started = Instant::now();
            let (text, end) = ask(&endpoint, "codestral-latest").await;
            assert_eq!((text.as_str(), end.unwrap().finish), (TEXT, Finish::Stop), "{path} {stream}");
            let received = UPSTREAM.received().pop().unwrap();
            let sent = prompt("codestral-latest");
            assert_eq!(received.path, ASKED_AT);
            assert_eq!((received.prompt(), received.suffix()), (&*sent.prefix, &*sent.suffix));
            for (field, value) in [
                ("model", json!("codestral-latest")),
                ("max_tokens", json!(64)),
                ("min_tokens", json!(1)),
                ("temperature", json!(0.5)),
                ("top_p", json!(0.25)),
                ("random_seed", json!(42)),
                ("stop", json!(["\n\n"])),
            ] {
                assert_eq!(received.body[field], value, "{path} {field}");
            }
            let bearer = format!("Bearer {UPSTREAM_KEY}");
            assert_eq!(received.header("authorization"), Some(bearer.as_str()), "our key stays at the proxy");
            say(path, stream, format_args!("complete after {} ms", started.elapsed().as_millis()));
        }
    }
}

#[tokio::test]
#[ignore = "needs a LiteLLM proxy: run tests/litellm/run"]
async fn a_key_the_proxy_does_not_know_is_refused() {
    for (path, _) in ROUTES {
        for stream in [true, false] {
            let asked_before = UPSTREAM.stats().requests;
            let error = ask(&endpoint(path, stream, "sk-wrong"), "codestral-latest").await.1.unwrap_err();
            say(path, stream, &error);
            assert_eq!(error.kind(), "keyRefused", "{path} {stream}");
            assert!(!error.to_string().contains("sk-wrong"), "{error}");
            assert_eq!(UPSTREAM.stats().requests, asked_before);
        }
    }
}

#[tokio::test]
#[ignore = "needs a LiteLLM proxy: run tests/litellm/run"]
async fn a_key_the_endpoint_behind_the_proxy_refuses_is_told_as_such() {
    for (path, dialect) in ROUTES {
        for stream in [true, false] {
            // After the first refusal the proxy lets a model cool down and answers 429 itself; so each case has a
            // model of its own. The pass-through knows no models.
            let model = match (dialect, stream) {
                (Dialect::OpenAi, true) => "refused-streamed",
                (Dialect::OpenAi, false) => "refused-whole",
                _ => "refused",
            };
            let endpoint = endpoint(path, stream, PROXY_KEY);
            let error = ask(&endpoint, model).await.1.unwrap_err();
            say(path, stream, &error);
            assert_eq!(error.kind(), "keyRefused", "{path} {stream}");
            let second = ask(&endpoint, model).await.1.unwrap_err();
            say(path, stream, format_args!("asked again: {second}"));
            assert!(matches!(second.kind(), "keyRefused" | "rateLimited"), "{path} {stream}: {second}");
        }
    }
}

#[tokio::test]
#[ignore = "needs a LiteLLM proxy: run tests/litellm/run"]
async fn a_rate_limit_is_told_as_such() {
    for (path, dialect) in ROUTES {
        for stream in [true, false] {
            let started = Instant::now();
            let error = ask(&endpoint(path, stream, PROXY_KEY), "limited").await.1.unwrap_err();
            say(path, stream, format_args!("{error} (told after {} ms)", started.elapsed().as_millis()));
            assert_eq!(error.kind(), "rateLimited", "{path} {stream}");
            if dialect == Dialect::Mistral {
                assert_eq!(error.retry_after(), Some(Duration::from_secs(PAUSE)), "the pass-through keeps Retry-After");
            }
        }
    }
}

/// Without streaming the proxy runs an abandoned request to its end, so this is promised for streams alone. The
/// pass-through sees that its client has left only when the first word comes from behind it.
#[tokio::test]
#[ignore = "needs a LiteLLM proxy: run tests/litellm/run"]
async fn a_stream_given_up_ends_behind_the_proxy_too() {
    for (path, dialect) in ROUTES {
        for model in ["late", "stalled"] {
            let endpoint = endpoint(path, true, PROXY_KEY);
            let before = UPSTREAM.stats();
            let (heard, mut first) = mpsc::channel(1);
            let asking = tokio::spawn(async move {
                let mut reply = endpoint.complete(prompt(model));
                while let Some(piece) = reply.next().await {
                    assert!(matches!(piece, Ok(Piece::Text(_))), "{piece:?}");
                    let _ = heard.try_send(());
                }
            });
            let open = UPSTREAM.until(|stats| stats.open_streams == 1).await;
            assert_eq!(open.requests, before.requests + 1, "{path} {model} was not asked once");
            if model == "stalled" {
                first.recv().await.expect("the first word");
            }
            let given_up = Instant::now();
            asking.abort();
            let stats = UPSTREAM.until(|stats| stats.open_streams == 0).await;
            let took = given_up.elapsed();
            assert_eq!((stats.open_streams, stats.cancelled), (0, before.cancelled + 1), "{path} {model}");
            if dialect == Dialect::OpenAi || model == "stalled" {
                assert!(took < LATE, "{path} {model}: {took:?}");
            }
            say(path, true, format_args!("{model}: given up, ended after {} ms", took.as_millis()));
        }
    }
}

#[test]
#[ignore = "needs a LiteLLM proxy: run tests/litellm/run"]
fn the_command_line_completes_through_both() {
    LazyLock::force(&UPSTREAM);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("one.rs"), "fn one() -> i32 {\n}\n").unwrap();
    for (path, _) in ROUTES {
        let outcome = Command::new(env!("CARGO_BIN_EXE_codestral-ls"))
            .args(["complete", "--json", "one.rs:1"])
            .current_dir(home.path())
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", home.path())
            .env("CODESTRAL_URL", format!("{}{path}", variable("CODESTRAL_LITELLM_URL")))
            .env("CODESTRAL_API_KEY", PROXY_KEY)
            .output()
            .unwrap();
        let said: Value = serde_json::from_slice(&outcome.stdout).unwrap_or_default();
        let wrong = String::from_utf8_lossy(&outcome.stderr);
        assert_eq!(said["insertText"], TEXT.trim_end(), "{path}: {said} {wrong}");
        say(path, true, &said);
    }
}

#[tokio::test]
#[ignore = "needs a LiteLLM proxy: run tests/litellm/run"]
async fn the_proxys_models_are_listed() {
    let models = endpoint("/v1", true, PROXY_KEY).models().await.unwrap();
    assert!(models.iter().any(|model| model.id == "codestral-latest"), "{models:?}");
}
