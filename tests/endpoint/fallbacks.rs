//! Several endpoints: which is asked, how often, by which key; headers of one's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use codestral_ls::endpoint::Backend;
use codestral_ls::endpoint::backend::Variable;
use codestral_ls::model::{ChatPrompt, Endpoint, Error, Message, Piece, Reply, Role, Sent};
use codestral_ls::settings::{Dialect, Fallback, Header, Settings};
use futures_util::StreamExt;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::fake_endpoint::{Ending, Fake, Script};
use crate::prompt;

const NO_VARIABLE: Variable = |_| None;

/// How long the first may be silent in these tests, and rests after a rate limit.
const SHORT: Duration = Duration::from_millis(100);

fn file(dir: &TempDir, name: &str, content: &str) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

/// Two endpoints, each with a key of its own.
fn settings(dir: &TempDir, first: &Fake, second: &Fake) -> Settings {
    let mut settings = Settings::default();
    settings.endpoint.url = Some(first.url().to_owned());
    settings.endpoint.api_key_file = Some(file(dir, "first", "sk-first"));
    settings.endpoint.fallbacks = vec![Fallback {
        url: Some(second.url().to_owned()),
        model: "second-model".to_owned(),
        api_key_file: Some(file(dir, "second", "sk-second")),
        ..Fallback::default()
    }];
    settings
}

fn backend(settings: &Settings) -> Backend {
    Backend::with_environment(settings, NO_VARIABLE)
}

async fn heard(mut reply: Reply) -> Result<String, Error> {
    let mut text = String::new();
    while let Some(piece) = reply.next().await {
        if let Piece::Text(more) = piece? {
            text += &more;
        }
    }
    Ok(text)
}

/// What one completion says, and who said it.
async fn asked(backend: &Backend) -> (Result<String, Error>, Option<(String, bool)>) {
    let sent = Sent::default();
    let text = heard(backend.complete_telling(prompt(), &sent)).await;
    (text, sent.to().map(|to| (to.host.to_string(), to.is_fallback)))
}

fn host(fake: &Fake) -> String {
    fake.url().trim_start_matches("http://").to_owned()
}

/// Every key that came to an endpoint is this one, and it came.
#[track_caller]
fn only_key(fake: &Fake, key: &str) {
    let received = fake.received();
    assert!(!received.is_empty());
    for request in received {
        assert_eq!(request.header("authorization"), Some(format!("Bearer {key}").as_str()));
    }
}

#[tokio::test]
async fn while_the_first_refuses_the_second_is_asked_and_no_key_goes_to_the_other() {
    let (dir, first) = (TempDir::new().unwrap(), Fake::start(|_| Script::refuse(500, "{}")));
    let second = Fake::start(|_| Script::text("two"));
    let backend = backend(&settings(&dir, &first, &second));
    for _ in 0..3 {
        assert_eq!(asked(&backend).await, (Ok("two".to_owned()), Some((host(&second), true))));
    }
    assert_eq!((first.stats().requests, second.stats().requests), (1, 3), "one that rests is not asked");
    only_key(&first, "sk-first");
    only_key(&second, "sk-second");
    assert_eq!(first.received()[0].body["model"], "codestral-latest");
    assert_eq!(second.received()[0].body["model"], "second-model");
    let standings = backend.standings();
    assert_eq!(standings[0].resting.as_ref().map(Error::kind), Some("overloaded"));
    assert!(standings[1].resting.is_none());
}

#[tokio::test]
async fn the_first_is_asked_again_once_it_comes_back() {
    let dir = TempDir::new().unwrap();
    let limited = std::sync::atomic::AtomicBool::new(true);
    let first = Fake::start(move |_| match limited.swap(false, std::sync::atomic::Ordering::SeqCst) {
        true => Script::refuse(429, "{}").header("retry-after-ms", "100"),
        false => Script::text("one"),
    });
    let second = Fake::start(|_| Script::text("two"));
    let backend = backend(&settings(&dir, &first, &second));
    assert_eq!(asked(&backend).await.0, Ok("two".to_owned()));
    sleep(SHORT * 2).await;
    for _ in 0..2 {
        assert_eq!(asked(&backend).await, (Ok("one".to_owned()), Some((host(&first), false))));
    }
    assert_eq!((first.stats().requests, second.stats().requests), (3, 1));
}

#[tokio::test]
async fn one_that_hangs_is_passed_over_and_listened_to_until_it_answers() {
    let dir = TempDir::new().unwrap();
    let slow = std::sync::atomic::AtomicBool::new(true);
    let first = Fake::start(move |_| match slow.swap(false, std::sync::atomic::Ordering::SeqCst) {
        true => Script::text("late").after(Duration::from_millis(2600)),
        false => Script::text("one"),
    });
    let second = Fake::start(|_| Script::text("two"));
    let backend = backend(&settings(&dir, &first, &second));
    let sent = Sent::default();
    assert_eq!(heard(backend.complete_telling(prompt(), &sent)).await, Ok("two".to_owned()));
    assert_eq!((sent.given_up(), first.stats().cancelled), (1, 0), "a model that is loaded goes on loading");
    assert_eq!(asked(&backend).await.1, Some((host(&second), true)));
    for _ in 0..100 {
        if backend.standings()[0].resting.is_none() {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(asked(&backend).await, (Ok("one".to_owned()), Some((host(&first), false))));
}

#[tokio::test]
async fn what_waits_for_a_place_at_the_first_is_asked_of_the_second_and_never_sent_to_the_first() {
    let dir = TempDir::new().unwrap();
    let piece = br#"data: {"content":"one","stop":false}"#.to_vec();
    let first = Fake::start(move |_| {
        Script::raw("text/event-stream", vec![[piece.clone(), b"\n\n".to_vec()].concat()]).ending(Ending::Stall)
    });
    let second = Fake::start(|_| Script::text("two"));
    let mut settings = settings(&dir, &first, &second);
    settings.endpoint.dialect = Dialect::Llamacpp;
    let backend = backend(&settings);
    let mut taking_the_place = backend.complete(prompt());
    assert_eq!(taking_the_place.next().await, Some(Ok(Piece::Text("one".into()))));
    let sent = Sent::default();
    assert_eq!(heard(backend.complete_telling(prompt(), &sent)).await, Ok("two".to_owned()));
    assert_eq!((sent.given_up(), sent.to().map(|to| to.is_fallback)), (0, Some(true)));
    drop(taking_the_place);
    sleep(SHORT * 3).await;
    assert_eq!(first.stats().requests, 1);
}

#[tokio::test]
async fn where_none_can_answer_the_last_one_says_why_and_by_hand_all_are_asked_again() {
    let dir = TempDir::new().unwrap();
    let (first, second) = (Fake::start(|_| Script::hang_up()), Fake::start(|_| Script::refuse(401, "{}")));
    let backend = backend(&settings(&dir, &first, &second));
    for round in 1..=2 {
        let error = asked(&backend).await.0.unwrap_err();
        assert_eq!(error.kind(), "keyRefused", "{error}");
        assert_eq!(second.stats().requests, round);
    }
    assert!(first.stats().requests >= 2);
}

#[tokio::test]
async fn what_breaks_off_in_its_midst_is_not_asked_for_elsewhere() {
    let (dir, first) = (TempDir::new().unwrap(), Fake::start(|_| Script::chunks(["half"]).ending(Ending::Cut)));
    let second = Fake::start(|_| Script::text("two"));
    let backend = backend(&settings(&dir, &first, &second));
    assert_eq!(asked(&backend).await.0.unwrap_err().kind(), "cut");
    assert_eq!(second.stats().requests, 0);
}

#[tokio::test]
async fn a_second_connection_besides_a_silent_stream_goes_to_the_one_that_is_asked() {
    let (dir, first) = (TempDir::new().unwrap(), Fake::start(|_| Script::text("one")));
    let second = Fake::start(|_| Script::text("two"));
    let backend = backend(&settings(&dir, &first, &second));
    assert_eq!(heard(backend.complete(prompt())).await, Ok("one".to_owned()));
    let sent = Sent::default();
    assert_eq!(heard(backend.complete_apart(prompt(), &sent)).await, Ok("one".to_owned()));
    assert_eq!((first.stats().connections, second.stats().connections), (2, 0));
}

#[tokio::test]
async fn chat_falls_back_as_completions_do() {
    let (dir, first) = (TempDir::new().unwrap(), Fake::start(|_| Script::refuse(503, "{}")));
    let second = Fake::start(|_| Script::text("two"));
    let backend = backend(&settings(&dir, &first, &second));
    let messages = vec![Message { role: Role::User, text: "hi".into() }];
    let prompt = ChatPrompt { messages, model: "first-model".into(), ..ChatPrompt::default() };
    assert_eq!(heard(backend.chat(prompt)).await, Ok("two".to_owned()));
    let asked = &second.received()[0];
    assert_eq!((asked.path.as_str(), &asked.body["model"]), ("/v1/chat/completions", &json!("second-model")));
    only_key(&first, "sk-first");
    only_key(&second, "sk-second");
}

#[tokio::test]
async fn the_variable_of_the_endpoint_is_for_its_one_host() {
    let (dir, first) = (TempDir::new().unwrap(), Fake::start(|_| Script::refuse(500, "{}")));
    let second = Fake::start(|_| Script::text("two"));
    let mut settings = settings(&dir, &first, &second);
    settings.endpoint.api_key_file = None;
    settings.endpoint.fallbacks[0].api_key_file = None;
    let backend = Backend::with_environment(&settings, |name| Some(format!("sk-{}", name.to_lowercase())));
    assert_eq!(asked(&backend).await.0, Ok("two".to_owned()));
    only_key(&first, "sk-codestral_api_key");
    assert_eq!(second.received()[0].header("authorization"), None);
}

#[tokio::test]
async fn an_endpoint_that_is_set_wrong_is_passed_over() {
    let (dir, first) = (TempDir::new().unwrap(), Fake::start(|_| Script::text("one")));
    let second = Fake::start(|_| Script::text("two"));
    let mut settings = settings(&dir, &first, &second);
    settings.endpoint.api_key_file = Some(dir.path().join("none"));
    assert_eq!(asked(&backend(&settings)).await.0, Ok("two".to_owned()));
    settings.endpoint.fallbacks[0].api_key_file = Some(dir.path().join("none"));
    let error = asked(&backend(&settings)).await.0.unwrap_err().to_string();
    assert!(error.contains("endpoint.fallbacks[0].apiKeyFile"), "{error}");
    assert_eq!(first.stats().requests, 0);
}

#[tokio::test]
async fn with_the_embedded_engine_alone_no_fallback_is_asked() {
    let (dir, first) = (TempDir::new().unwrap(), Fake::start(|_| Script::text("one")));
    let second = Fake::start(|_| Script::text("two"));
    let mut settings = settings(&dir, &first, &second);
    settings.endpoint.dialect = Dialect::Local;
    let backend = backend(&settings);
    assert!(backend.is_local().await);
    assert_eq!(asked(&backend).await.0.unwrap_err().kind(), "noEndpoint");
    assert_eq!(first.stats().connections + second.stats().connections, 0);
}

#[tokio::test]
async fn headers_are_read_as_keys_are_and_go_to_their_endpoint_alone() {
    let (dir, first) = (TempDir::new().unwrap(), Fake::start(|_| Script::refuse(500, "{}")));
    let second = Fake::start(|_| Script::text("two"));
    let mut settings = settings(&dir, &first, &second);
    settings.endpoint.api_key_file = None;
    let of_file = |name: &str, value: &str| Header { file: Some(file(&dir, name, value)), ..Header::default() };
    settings.endpoint.headers = BTreeMap::from([("api-key".to_owned(), of_file("header", "sk-azure\n"))]);
    let project = of_file("project", "my project");
    settings.endpoint.fallbacks[0].headers = BTreeMap::from([("x-goog-user-project".to_owned(), project)]);
    assert_eq!(asked(&backend(&settings)).await.0, Ok("two".to_owned()));
    let (one, two) = (&first.received()[0], &second.received()[0]);
    assert_eq!((one.header("api-key"), one.header("authorization")), (Some("sk-azure"), None));
    assert_eq!((one.header("x-goog-user-project"), two.header("api-key")), (None, None));
    assert_eq!(two.header("x-goog-user-project"), Some("my project"));
    settings.endpoint.headers = BTreeMap::from([("a b".to_owned(), Header::default())]);
    settings.endpoint.fallbacks.clear();
    let error = asked(&backend(&settings)).await.0.unwrap_err().to_string();
    assert!(error.contains("endpoint.headers.a b is no name of a header"), "{error}");
    settings.endpoint.headers = BTreeMap::from([("Host".to_owned(), Header::default())]);
    let error = asked(&backend(&settings)).await.0.unwrap_err().to_string();
    assert!(error.contains("endpoint.headers.host belongs to HTTP itself"), "{error}");
    settings.endpoint.headers = BTreeMap::from([("api-key".to_owned(), Header::default())]);
    let error = asked(&backend(&settings)).await.0.unwrap_err().to_string();
    assert!(error.contains("endpoint.headers.api-key has no value"), "{error}");
}

#[tokio::test]
async fn other_settings_keep_each_endpoints_connection() {
    let (dir, first) = (TempDir::new().unwrap(), Fake::start(|_| Script::refuse(500, "{}")));
    let second = Fake::start(|_| Script::text("two"));
    let mut settings = settings(&dir, &first, &second);
    let mut backend = backend(&settings);
    assert_eq!(asked(&backend).await.0, Ok("two".to_owned()));
    settings.completion.max_tokens = 9;
    backend = backend.changed(&settings);
    assert_eq!(asked(&backend).await.0, Ok("two".to_owned()));
    assert_eq!((first.stats().requests, second.stats().connections), (2, 1), "what failed may work now");
}
