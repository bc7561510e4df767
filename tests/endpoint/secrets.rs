//! The key: it goes to the chosen host, in one header, and shows nowhere else.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use codestral_ls::endpoint::{HttpEndpoint, Options};
use codestral_ls::model::{Endpoint, Error, Prompt};
use futures_util::StreamExt;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::fake_endpoint::{Config, Ending, Fake, Script};
use crate::{KEY, ask, ask_in_vain, endpoint, options, prompt};

#[tokio::test]
async fn the_key_is_sent_in_the_authorization_header_alone() {
    let fake = Fake::start(|_| Script::text("x"));
    ask(&endpoint(&fake, "/mistral")).await.1.unwrap();
    let received = fake.received().pop().unwrap();
    assert_eq!(received.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    let elsewhere = received.headers.iter().filter(|(name, value)| name != "authorization" && value.contains(KEY));
    assert_eq!(elsewhere.count(), 0);
    assert!(!received.path.contains(KEY) && !received.body.to_string().contains(KEY));
}

#[test]
fn no_endpoint_is_made_that_would_send_the_key_in_the_clear() {
    let fake = Fake::start(|_| Script::text("x"));
    for url in ["http://192.0.2.1", "http://api.mistral.ai/v1", "192.0.2.1", "https://me:pw@192.0.2.1"] {
        assert!(HttpEndpoint::new(Options { url: url.into(), ..options(&fake, "") }).is_err(), "{url}");
    }
}

#[tokio::test]
async fn without_a_key_mistral_is_not_even_called() {
    let fake = Fake::start(|_| Script::text("x"));
    for url in ["https://api.mistral.ai", "https://192.0.2.1/mistral"] {
        let endpoint = HttpEndpoint::new(Options { url: url.into(), key: None, ..options(&fake, "") }).unwrap();
        assert_eq!(ask_in_vain(&endpoint).await, Error::NoKey);
        assert_eq!(endpoint.models().await, Err(Error::NoKey));
    }
}

#[tokio::test]
async fn a_server_on_this_machine_may_need_no_key() {
    let fake = Fake::start(|_| Script::text("x"));
    for path in ["", "/mistral"] {
        let endpoint = HttpEndpoint::new(Options { key: None, ..options(&fake, path) }).unwrap();
        assert_eq!(ask(&endpoint).await.0, "x");
        assert_eq!(fake.received().pop().unwrap().header("authorization"), None);
    }
}

#[test]
fn the_key_is_in_no_log_at_any_level_nor_in_debug_output_nor_in_an_error() {
    let log = Log { thread: thread::current().id(), text: Arc::default() };
    let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(log.clone()).finish();
    // For the whole process: one for a single thread misses what other tests' threads have switched off by then.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let mut shown = String::new();
    // One thread, so that the tasks of the HTTP client log here and the fakes elsewhere.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let tls = Config { tls_in: Some(dir.path().into()), ..Config::default() };
        for config in [Config::default(), tls] {
            for script in scripts() {
                let fake = Fake::start_with(config.clone(), move |_| script.clone());
                let endpoint = endpoint(&fake, "");
                endpoint.warm_up().await;
                write!(shown, "{:?}", endpoint.models().await).unwrap();
                let (_, end) = ask(&endpoint).await;
                if let Err(error) = &end {
                    write!(shown, "{error}").unwrap();
                }
                write!(shown, "{end:?} {endpoint:?} {:?}", options(&fake, "")).unwrap();
            }
        }
    });
    let logged = String::from_utf8(log.text.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("endpoint answered") && logged.contains("h2"), "nothing was captured: {logged}");
    assert!(shown.contains("[key]"), "no server echoed the key: {shown}");
    for part in [KEY, &KEY[..12], "Bearer sk"] {
        assert!(!logged.contains(part), "{part} was logged");
        assert!(!shown.contains(part), "{part} was shown: {shown}");
    }
}

/// An answer, a cut, and servers that repeat what they were sent.
fn scripts() -> Vec<Script> {
    let echo = format!(r#"{{"error":{{"message":"bad header Authorization: Bearer {KEY}","code":"400"}}}}"#);
    vec![
        Script::text("x"),
        Script::text("x").ending(Ending::Cut),
        Script::refuse(401, echo.clone()),
        Script::refuse(500, format!("Bearer {KEY}")),
        Script::raw("text/event-stream", vec![format!("data: {echo}\n\n").into_bytes()]),
    ]
}

/// Keeps all that is logged on one thread.
#[derive(Clone)]
struct Log {
    thread: ThreadId,
    text: Arc<Mutex<Vec<u8>>>,
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if thread::current().id() == self.thread {
            self.text.lock().unwrap().extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_key_of_a_document_goes_to_mistral_alone() {
    let fake = Fake::start(|_| Script::text("x"));
    for path in ["/mistral", "/v1"] {
        let prompt = Prompt { cache_key: Some("0123456789abcdef".into()), ..prompt() };
        let reply = endpoint(&fake, path).complete(prompt);
        reply.for_each(|_| async {}).await;
    }
    assert_eq!(fake.received().len(), 2);
    assert!(fake.received().iter().all(|asked| !asked.body.to_string().contains("0123456789abcdef")));
}
