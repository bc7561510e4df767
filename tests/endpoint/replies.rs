//! Answers, refusals and failures, one request each.

use std::fs;
use std::time::{Duration, Instant};

use codestral_ls::endpoint::{HttpEndpoint, Options};
use codestral_ls::model::{Error, Finish};
use serde_json::json;

use crate::fake_endpoint::{Ending, Fake, Script, knows};
use crate::{ask, ask_in_vain, endpoint, options};

/// Short enough for a test, long enough for a busy machine to be on time.
const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn both_dialects_complete_with_and_without_streaming() {
    let text = "\n    1 + 世界🦀\n";
    let fake = Fake::start(move |_| Script::text(text));
    for (path, asked_at) in [("/mistral", "/mistral/v1/fim/completions"), ("/v1", "/v1/completions")] {
        for stream in [true, false] {
            let endpoint = HttpEndpoint::new(Options { stream, ..options(&fake, path) }).unwrap();
            let (heard, end) = ask(&endpoint).await;
            let end = end.unwrap();
            assert_eq!((heard.as_str(), end.finish), (text, Finish::Stop));
            assert_eq!(end.usage.map(|usage| usage.prompt_tokens), Some(10));
            let received = fake.received().pop().unwrap();
            assert_eq!(received.path, asked_at);
            assert_eq!(received.body["stream"], json!(stream));
            assert_eq!((received.prompt(), received.suffix()), ("fn one() {", "}"));
        }
    }
}

#[tokio::test]
async fn text_arrives_before_the_end_and_with_its_reason() {
    let fake = Fake::start(|_| Script::chunks(["a", "b"]).finish("length"));
    let (text, end) = ask(&endpoint(&fake, "")).await;
    assert_eq!((text.as_str(), end.unwrap().finish), ("ab", Finish::Length));
}

#[tokio::test]
async fn every_recorded_refusal_keeps_its_status() {
    for entry in fs::read_dir("tests/wire/errors").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let Some(status) = name.split('-').find_map(|word| word.parse::<u16>().ok()) else { continue };
        let body = fs::read(&path).unwrap();
        let fake = Fake::start(move |_| Script::refuse(status, body.clone()).header("retry-after", "7"));
        let error = ask_in_vain(&endpoint(&fake, "/mistral")).await;
        let expect: &[&str] = match status {
            400 => &["unknownModel", "promptTooLong", "badRequest", "keyRefused"],
            401 => &["keyRefused"],
            404 => &["notFound"],
            422 => &["badRequest"],
            429 => &["rateLimited"],
            _ => &["overloaded"],
        };
        assert!(expect.contains(&error.kind()), "{name}: {error:?}");
        if matches!(status, 429 | 500..) {
            assert_eq!(error.retry_after(), Some(Duration::from_secs(7)), "{name}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Fake::start(|_| Script::text("stolen"));
    let location = format!("{}/v1/completions", elsewhere.url());
    for status in [301, 302, 307, 308] {
        let location = location.clone();
        let fake = Fake::start(move |_| Script::refuse(status, "").header("location", &location));
        let error = ask_in_vain(&endpoint(&fake, "")).await;
        assert!(matches!(&error, Error::Redirected { location, .. } if location == elsewhere.url()), "{error:?}");
    }
    assert_eq!(elsewhere.stats().connections, 0);
}

#[tokio::test]
async fn silence_before_the_answer_times_out() {
    let fake = Fake::start(|_| Script::silence());
    let endpoint = HttpEndpoint::new(Options { timeout: SHORT, ..options(&fake, "") }).unwrap();
    let started = Instant::now();
    assert_eq!(ask_in_vain(&endpoint).await.kind(), "timedOut");
    assert!(started.elapsed() < SHORT * 5, "{:?}", started.elapsed());
    assert_eq!(fake.until(|stats| stats.open_streams == 0).await.cancelled, 1);
}

#[tokio::test]
async fn silence_after_the_head_times_out_too() {
    let fake = Fake::start(|_| Script::raw("text/event-stream", vec![]).ending(Ending::Stall));
    let endpoint = HttpEndpoint::new(Options { timeout: SHORT, ..options(&fake, "") }).unwrap();
    assert_eq!(ask_in_vain(&endpoint).await.kind(), "timedOut");
}

#[tokio::test]
async fn a_stream_that_stalls_gives_its_text_and_times_out() {
    let fake = Fake::start(|_| Script::text("half").ending(Ending::Stall));
    let endpoint = HttpEndpoint::new(Options { between_bytes: SHORT, ..options(&fake, "") }).unwrap();
    let (text, end) = ask(&endpoint).await;
    assert_eq!((text.as_str(), end.unwrap_err().kind()), ("half", "timedOut"));
    assert_eq!(fake.until(|stats| stats.open_streams == 0).await.cancelled, 1);
}

#[tokio::test]
async fn a_stream_that_stalls_after_its_finish_reason_just_ends() {
    let chunk = r#"data: {"choices":[{"text":"all","finish_reason":"stop"}]}"#;
    let bytes = format!("{chunk}\n\n").into_bytes();
    let fake = Fake::start(move |_| Script::raw("text/event-stream", vec![bytes.clone()]).ending(Ending::Stall));
    let started = Instant::now();
    let (text, end) = ask(&endpoint(&fake, "")).await;
    assert_eq!((text.as_str(), end.unwrap().finish), ("all", Finish::Stop));
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_cut_stream_gives_its_text_and_says_so() {
    for ending in [Ending::Cut, Ending::Unfinished] {
        let dir = tempfile::tempdir().unwrap();
        let tls = crate::fake_endpoint::Config { tls_in: Some(dir.path().into()), ..Default::default() };
        let script = move |_: &_| Script::text("half").ending(ending);
        for fake in [Fake::start(script), Fake::start_with(tls, script)] {
            let (text, end) = ask(&endpoint(&fake, "")).await;
            assert_eq!((text.as_str(), end.unwrap_err().kind()), ("half", "cut"), "{ending:?} {}", fake.url());
        }
    }
}

#[tokio::test]
async fn an_error_inside_a_stream_is_an_error_after_its_text() {
    let body = include_bytes!("../wire/litellm-completions-stream-cut.sse");
    let fake = Fake::start(|_| Script::raw("text/event-stream", vec![body.to_vec()]));
    let (text, end) = ask(&endpoint(&fake, "")).await;
    assert_eq!((text.as_str(), end.unwrap_err().kind()), ("a, b", "overloaded"));
}

#[tokio::test]
async fn one_json_body_is_taken_for_a_stream() {
    let body = include_bytes!("../wire/mistral-fim.json");
    let fake = Fake::start(|_| Script::raw("application/json", body.chunks(7).map(<[u8]>::to_vec).collect()));
    assert_eq!(ask(&endpoint(&fake, "/mistral")).await.0, "return n % 2 == 1");
}

#[tokio::test]
async fn a_web_page_is_not_a_reply() {
    let fake = Fake::start(|_| Script::raw("text/html", vec![b"<!DOCTYPE html>".to_vec()]));
    assert_eq!(ask_in_vain(&endpoint(&fake, "")).await.kind(), "unreadable");
}

#[tokio::test]
async fn the_models_are_listed_and_a_wrong_key_is_told() {
    let config = crate::fake_endpoint::Config { key: Some(crate::KEY.to_owned()), ..Default::default() };
    let fake = Fake::start_with(config, |_| Script::text(""));
    let right = endpoint(&fake, "/v1");
    let models = right.models().await.unwrap();
    assert_eq!((models[0].id.as_str(), models[0].fim), ("codestral-latest", Some(true)));
    let wrong = HttpEndpoint::new(Options { key: Some("sk-other".into()), ..options(&fake, "/v1") }).unwrap();
    assert_eq!(wrong.models().await.unwrap_err().kind(), "keyRefused");
    assert_eq!(ask_in_vain(&wrong).await.kind(), "keyRefused");
    let none = HttpEndpoint::new(Options { key: None, ..options(&fake, "/v1") }).unwrap();
    assert_eq!(ask_in_vain(&none).await, Error::NoKey);
}

#[tokio::test]
async fn a_model_due_for_removal_is_remembered() {
    let body = include_bytes!("../wire/mistral-fim.json");
    let fake = Fake::start(|_| {
        Script::raw("application/json", vec![body.to_vec()])
            .header("x-model-deprecation-timestamp", "2027-01-01T00:00:00Z")
    });
    let endpoint = endpoint(&fake, "");
    assert_eq!(endpoint.deprecation(), None);
    ask(&endpoint).await.1.unwrap();
    assert_eq!(endpoint.deprecation().as_deref(), Some("2027-01-01T00:00:00Z"));
}

#[tokio::test]
async fn a_fake_that_knows_a_file_goes_on_from_the_prompt_to_the_suffix() {
    let fake = Fake::start(knows(vec!["fn zero() {\n    0\n}\r\nfn one() {\n    1\n}\n".into()], 2));
    assert_eq!(ask(&endpoint(&fake, "")).await.0, "\n    1\n");
}
