//! The endpoint as set: where chat goes, and that each key goes to its own host alone.

use std::fs;
use std::path::PathBuf;

use codestral_ls::endpoint::Backend;
use codestral_ls::endpoint::backend::Variable;
use codestral_ls::model::{ChatPrompt, Endpoint, Error, Message, Piece, Reply, Role};
use codestral_ls::settings::{Dialect, Settings};
use futures_util::StreamExt;
use tempfile::TempDir;

use crate::fake_endpoint::{Config, Fake, Script};
use crate::prompt;

const NO_VARIABLE: Variable = |_| None;

/// The endpoint's key.
const ENDPOINT: &str = "sk-endpoint";

/// The endpoint at this address, its key in a file of `dir`.
fn settings(dir: &TempDir, url: &str) -> Settings {
    let mut settings = Settings::default();
    settings.endpoint.url = Some(url.to_owned());
    settings.endpoint.api_key_file = Some(key_file(dir, "endpoint", ENDPOINT));
    settings
}

fn key_file(dir: &TempDir, name: &str, key: &str) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, key).unwrap();
    path
}

fn answering() -> Fake {
    Fake::start(|_| Script::text("yes"))
}

fn chat(backend: &Backend) -> Reply {
    let messages = vec![Message { role: Role::User, text: "hi".into() }];
    backend.chat(ChatPrompt { messages, model: "m".into(), ..ChatPrompt::default() })
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

/// The key that came with the last request, if one did.
#[track_caller]
fn last_key(fake: &Fake) -> Option<String> {
    let received = fake.received().pop().unwrap();
    received.header("authorization").map(|value| value.trim_start_matches("Bearer ").to_owned())
}

#[tokio::test]
async fn chat_goes_where_completions_come_from_unless_it_has_an_address() {
    let (dir, fake) = (TempDir::new().unwrap(), answering());
    let mut settings = settings(&dir, fake.url());
    // Without chat.url these name a key for nobody.
    settings.chat.api_key_file = Some(key_file(&dir, "chat", "sk-chat"));
    settings.chat.api_key_command = vec!["no-such-program".to_owned()];
    let backend = Backend::with_environment(&settings, |name| {
        (name == "CODESTRAL_CHAT_API_KEY").then(|| "sk-variable".to_owned())
    });
    assert_eq!(backend.chat_url(), fake.url());
    assert_eq!(heard(chat(&backend)).await.unwrap(), "yes");
    assert_eq!(last_key(&fake).as_deref(), Some(ENDPOINT));
    assert_eq!(fake.received()[0].path, "/v1/chat/completions");
}

#[tokio::test]
async fn the_endpoints_key_goes_to_no_other_host_port_or_scheme() {
    let (dir, endpoint, other) = (TempDir::new().unwrap(), answering(), answering());
    let localhost = endpoint.url().replace("127.0.0.1", "localhost");
    for (url, asked, key) in [
        (format!("{}/proxy/v1", endpoint.url()), &endpoint, Some(ENDPOINT)),
        (format!("{}/v1", other.url()), &other, None),
        (localhost, &endpoint, None),
    ] {
        let mut settings = settings(&dir, endpoint.url());
        settings.chat.url = Some(url.clone());
        let backend = Backend::with_environment(&settings, NO_VARIABLE);
        // Whether or not the endpoint has been used before.
        for _ in 0..2 {
            assert_eq!(heard(chat(&backend)).await.unwrap(), "yes", "{url}");
            assert_eq!(last_key(asked).as_deref(), key, "{url}");
            assert_eq!(heard(backend.complete(prompt())).await.unwrap(), "yes");
            assert_eq!(last_key(&endpoint).as_deref(), Some(ENDPOINT));
        }
        assert_eq!(backend.chat_url(), url);
    }
    let mut settings = settings(&dir, "https://127.0.0.1:1");
    settings.chat.url = Some(other.url().to_owned());
    assert_eq!(heard(chat(&Backend::with_environment(&settings, NO_VARIABLE))).await.unwrap(), "yes");
    assert_eq!(last_key(&other), None);
}

#[tokio::test]
async fn chats_own_key_goes_to_its_address_alone_and_what_the_settings_name_goes_first() {
    let (dir, endpoint, other) = (TempDir::new().unwrap(), answering(), answering());
    let file = key_file(&dir, "chat", "sk-file");
    let printed = vec!["printf".to_owned(), "sk-command".to_owned()];
    let variable: Variable = |name| (name == "CODESTRAL_CHAT_API_KEY").then(|| "sk-variable".to_owned());
    let mut cases = vec![(variable, Some(file), vec!["no-such-program".to_owned()], "sk-file")];
    cases.push((variable, None, vec![], "sk-variable"));
    if cfg!(unix) {
        cases.push((variable, None, printed, "sk-command"));
    }
    for (variable, file, command, key) in cases {
        for asked in [&other, &endpoint] {
            let mut settings = settings(&dir, endpoint.url());
            settings.chat.url = Some(asked.url().to_owned());
            settings.chat.api_key_file = file.clone();
            settings.chat.api_key_command = command.clone();
            let backend = Backend::with_environment(&settings, variable);
            assert_eq!(heard(chat(&backend)).await.unwrap(), "yes");
            assert_eq!(last_key(asked).as_deref(), Some(key));
            assert_eq!(heard(backend.complete(prompt())).await.unwrap(), "yes");
            assert_eq!(last_key(&endpoint).as_deref(), Some(ENDPOINT));
        }
    }
}

#[tokio::test]
async fn chats_own_address_works_without_an_endpoint_and_in_spite_of_a_broken_one() {
    let (dir, fake) = (TempDir::new().unwrap(), answering());
    let mut local = Settings::default();
    local.endpoint.dialect = Dialect::Local;
    let mut broken = settings(&dir, "nonsense");
    broken.endpoint.api_key_file = Some(dir.path().join("none"));
    for mut settings in [Settings::default(), local, broken] {
        settings.chat.url = Some(fake.url().to_owned());
        assert_eq!(heard(chat(&Backend::with_environment(&settings, NO_VARIABLE))).await.unwrap(), "yes");
        assert_eq!(last_key(&fake), None);
    }
}

#[track_caller]
fn check_refused(error: &Error, kind: &str, parts: &[&str]) {
    let text = error.to_string();
    assert_eq!(error.kind(), kind, "{text}");
    for part in parts {
        assert!(text.contains(part), "{text:?} lacks {part:?}");
    }
    assert!(!text.contains('\n') && !text.contains(". ") && !text.contains("sk-"), "{text:?}");
}

/// That both ways to ask give this error.
async fn refused(settings: &Settings, kind: &str, parts: &[&str]) {
    let backend = Backend::with_environment(settings, NO_VARIABLE);
    check_refused(&backend.open_chat().await.unwrap_err(), kind, parts);
    check_refused(&heard(chat(&backend)).await.unwrap_err(), kind, parts);
}

#[tokio::test]
async fn where_nobody_can_be_asked_the_error_says_how_to_set_an_endpoint() {
    let mut settings = Settings::default();
    refused(&settings, "noEndpoint", &["chat needs an endpoint", "MISTRAL_API_KEY", "chat.url"]).await;
    settings.endpoint.dialect = Dialect::Local;
    refused(&settings, "noEndpoint", &["chat needs an endpoint", "endpoint.dialect is local", "chat.url"]).await;
    settings.endpoint.dialect = Dialect::Mistral;
    refused(&settings, "noKey", &["CODESTRAL_API_KEY", "endpoint.apiKeyFile"]).await;
    settings.chat.url = Some("https://192.0.2.1/mistral".to_owned());
    refused(&settings, "noKey", &["CODESTRAL_CHAT_API_KEY", "chat.apiKeyFile"]).await;
}

#[tokio::test]
async fn what_is_wrong_with_chats_address_or_key_is_named_and_completions_go_on() {
    let (dir, fake) = (TempDir::new().unwrap(), answering());
    let settings = settings(&dir, fake.url());
    let with = |url: &str, file: Option<&str>, command: &[&str]| {
        let mut settings = settings.clone();
        settings.chat.url = Some(url.to_owned());
        settings.chat.api_key_file = file.map(|name| dir.path().join(name));
        settings.chat.api_key_command = command.iter().map(|&word| word.to_owned()).collect();
        settings
    };
    let cases = [
        (with("endpoint.example", None, &[]), &["chat.url \"endpoint.example\"", "https://endpoint.example"][..]),
        (with("http://192.0.2.1", None, &[]), &["chat.url uses http://", "write https://"]),
        (with("https://me:pw@192.0.2.1", None, &[]), &["chat.url holds", "CODESTRAL_CHAT_API_KEY"]),
        (with(fake.url(), Some("none"), &[]), &["none cannot be read", "chat.apiKeyFile"]),
        (with(fake.url(), None, &["no-such-program"]), &["no-such-program", "chat.apiKeyCommand"]),
    ];
    for (settings, parts) in cases {
        refused(&settings, "setup", parts).await;
        let backend = Backend::with_environment(&settings, NO_VARIABLE);
        assert_eq!(heard(backend.complete(prompt())).await.unwrap(), "yes");
        // Mended, it works.
        let mut mended = settings.clone();
        mended.chat.url = Some(fake.url().to_owned());
        (mended.chat.api_key_file, mended.chat.api_key_command) = (None, vec![]);
        assert_eq!(heard(chat(&backend.changed(&mended))).await.unwrap(), "yes");
        assert_eq!(last_key(&fake).as_deref(), Some(ENDPOINT));
    }
}

#[tokio::test]
async fn settings_that_forbid_sending_forbid_chat_too() {
    let (dir, fake) = (TempDir::new().unwrap(), answering());
    for url in [None, Some(fake.url().to_owned())] {
        for dialect in [Dialect::Auto, Dialect::Local] {
            let mut settings = settings(&dir, fake.url());
            settings.chat.url = url.clone();
            settings.endpoint.dialect = dialect;
            let backend = Backend::new(&settings).refusing(&settings, "nothing is sent until x is mended".to_owned());
            let error = heard(chat(&backend)).await.unwrap_err();
            assert_eq!(error.to_string(), "nothing is sent until x is mended");
            settings.endpoint.dialect = Dialect::Auto;
            assert_eq!(heard(chat(&backend.changed(&settings))).await.unwrap(), "yes");
        }
    }
}

#[tokio::test]
async fn an_error_of_the_endpoint_speaks_of_chats_settings() {
    let body = fs::read("tests/wire/errors/400-invalid-model.json").unwrap();
    let fake = Fake::start(move |_| Script::refuse(400, body.clone()));
    let dir = TempDir::new().unwrap();
    let error = heard(chat(&Backend::with_environment(&settings(&dir, fake.url()), NO_VARIABLE))).await.unwrap_err();
    check_refused(&error, "unknownModel", &["chat.model"]);
}

#[tokio::test]
async fn other_settings_keep_chats_connection() {
    let (dir, authority) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let config = Config { tls_in: Some(authority.path().into()), ..Config::default() };
    let (endpoint, other) = (answering(), Fake::start_with(config, |_| Script::text("yes")));
    let mut settings = settings(&dir, endpoint.url());
    settings.endpoint.ca_file = other.ca_file().map(Into::into);
    settings.chat.url = Some(other.url().to_owned());
    let mut backend = Backend::with_environment(&settings, NO_VARIABLE);
    assert_eq!(heard(chat(&backend)).await.unwrap(), "yes");
    settings.chat.temperature = Some(0.1);
    settings.chat.model = "other".to_owned();
    settings.endpoint.model = "other".to_owned();
    settings.completion.max_tokens = 9;
    backend = backend.changed(&settings);
    assert_eq!(heard(chat(&backend)).await.unwrap(), "yes");
    assert_eq!(other.stats().connections, 1);
    settings.chat.api_key_file = Some(key_file(&dir, "chat", "sk-new"));
    backend = backend.changed(&settings);
    assert_eq!(heard(chat(&backend)).await.unwrap(), "yes");
    assert_eq!(last_key(&other).as_deref(), Some("sk-new"));
}
