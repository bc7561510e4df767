//! Connections: how they are made, shared, kept, given up and made secure.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use codestral_ls::endpoint::{HttpEndpoint, Options};
use codestral_ls::model::Endpoint;
use futures_util::StreamExt;

use crate::fake_endpoint::{Config, Ending, Fake, Script};
use crate::{ask, ask_in_vain, endpoint, options, prompt};

fn tls(dir: &Path) -> Config {
    Config { tls_in: Some(dir.into()), ..Config::default() }
}

/// Asks, waits for the first text of a reply that never ends, and gives up.
async fn give_up_half_way(endpoint: &HttpEndpoint) {
    let mut reply = endpoint.complete(prompt());
    assert!(matches!(reply.next().await, Some(Ok(_))));
}

#[tokio::test]
async fn over_http2_giving_up_resets_the_stream_and_keeps_the_connection() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Fake::start_with(tls(dir.path()), |_| Script::text("half").ending(Ending::Stall));
    let endpoint = endpoint(&fake, "");
    for _ in 0..50 {
        give_up_half_way(&endpoint).await;
    }
    let stats = fake.until(|stats| stats.open_streams == 0).await;
    assert_eq!((stats.cancelled, stats.connections, stats.open_connections), (50, 1, 1));
    assert!(fake.received().iter().all(|received| received.version == "HTTP/2.0"));
}

#[tokio::test]
async fn over_http1_giving_up_closes_the_connection() {
    let fake = Fake::start(|_| Script::text("half").ending(Ending::Stall));
    give_up_half_way(&endpoint(&fake, "")).await;
    let stats = fake.until(|stats| stats.open_connections == 0).await;
    assert_eq!((stats.cancelled, stats.open_streams, stats.open_connections), (1, 0, 0));
}

#[tokio::test]
async fn giving_up_before_the_answer_ends_the_request() {
    let dir = tempfile::tempdir().unwrap();
    for config in [Config::default(), tls(dir.path())] {
        let fake = Fake::start_with(config, |_| Script::silence());
        let endpoint = endpoint(&fake, "");
        let asking = tokio::spawn(async move { ask(&endpoint).await });
        fake.until(|stats| stats.open_streams == 1).await;
        asking.abort();
        let stats = fake.until(|stats| stats.open_streams == 0).await;
        assert_eq!((stats.cancelled, stats.open_streams), (1, 0));
    }
}

#[tokio::test]
async fn nothing_is_sent_before_the_reply_is_polled() {
    let fake = Fake::start(|_| Script::text("x"));
    drop(endpoint(&fake, "").complete(prompt()));
    assert_eq!(fake.stats().connections, 0);
}

#[tokio::test]
async fn complete_replies_over_http1_share_a_connection() {
    // The end of the chunked body comes this long after the end mark.
    let late = Duration::from_millis(30);
    let fake = Fake::start(move |_| Script::text("text").between(late));
    let endpoint = endpoint(&fake, "");
    for _ in 0..3 {
        ask(&endpoint).await.1.unwrap();
        tokio::time::sleep(late * 4).await;
    }
    assert_eq!(fake.stats().connections, 1);
}

#[tokio::test]
async fn a_warmed_up_connection_is_used_and_survives_other_settings() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Fake::start_with(tls(dir.path()), |_| Script::text("x"));
    let first = endpoint(&fake, "");
    first.warm_up().await;
    assert_eq!((fake.stats().gets, fake.all()[0].header("authorization")), (1, None));
    let second = first.changed(Options { stream: false, ..options(&fake, "/v1") }).unwrap();
    ask(&second).await.1.unwrap();
    assert_eq!(fake.stats().connections, 1);
}

#[tokio::test]
async fn a_warm_up_in_vain_is_no_trouble() {
    let url = format!("http://127.0.0.1:{}", unused_port());
    let fake = Fake::start(|_| Script::text("x"));
    HttpEndpoint::new(Options { url, ..options(&fake, "") }).unwrap().warm_up().await;
}

#[tokio::test]
async fn an_endpoint_with_http1_alone_works_over_tls() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Fake::start_with(Config { http1_only: true, ..tls(dir.path()) }, |_| Script::text("x"));
    assert_eq!(ask(&endpoint(&fake, "")).await.0, "x");
    assert_eq!(fake.received()[0].version, "HTTP/1.1");
}

#[tokio::test]
async fn an_unknown_authority_is_a_tls_error_that_names_the_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Fake::start_with(tls(dir.path()), |_| Script::text("x"));
    let endpoint = HttpEndpoint::new(Options { ca_file: None, ..options(&fake, "") }).unwrap();
    let error = ask_in_vain(&endpoint).await;
    assert_eq!(error.kind(), "tls");
    assert!(error.to_string().contains("endpoint.caFile"), "{error}");
    assert_eq!(fake.stats().requests, 0);
}

#[tokio::test]
async fn a_bad_file_of_authorities_is_named() {
    let fake = Fake::start(|_| Script::text("x"));
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty.pem");
    std::fs::write(&empty, "not PEM").unwrap();
    for path in [empty, dir.path().join("none.pem")] {
        let error =
            ask_in_vain(&HttpEndpoint::new(Options { ca_file: Some(path), ..options(&fake, "") }).unwrap()).await;
        assert_eq!(error.kind(), "setup");
        assert!(error.to_string().contains("endpoint.caFile"), "{error}");
    }
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let url = format!("http://127.0.0.1:{}", unused_port());
    let fake = Fake::start(|_| Script::text("x"));
    let error = ask_in_vain(&HttpEndpoint::new(Options { url, ..options(&fake, "") }).unwrap()).await;
    assert_eq!(error.kind(), "unreachable");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn an_endpoint_that_hangs_up_at_once_is_asked_once() {
    let fake = Fake::start(|_| Script::hang_up());
    assert_eq!(ask_in_vain(&endpoint(&fake, "")).await.kind(), "cut");
    assert_eq!(fake.stats().requests, 1);
}

#[tokio::test]
async fn a_kept_connection_found_closed_costs_one_more_try_and_no_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut first, _) = listener.accept().unwrap();
        answer_one(&mut first);
        read_request(&mut first);
        drop(first);
        answer_one(&mut listener.accept().unwrap().0);
    });
    let fake = Fake::start(|_| Script::text("unused"));
    let endpoint = HttpEndpoint::new(Options { url, ..options(&fake, "") }).unwrap();
    for _ in 0..2 {
        assert_eq!(ask(&endpoint).await.0, "x");
    }
    server.join().unwrap();
}

fn answer_one(socket: &mut TcpStream) {
    read_request(socket);
    let body = r#"{"choices":[{"text":"x","finish_reason":"stop"}]}"#;
    write!(socket, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
}

/// Reads up to the brace that ends the body.
fn read_request(socket: &mut TcpStream) {
    let mut bytes = [0; 8192];
    let mut last = 0;
    while last != b'}' {
        let read = socket.read(&mut bytes).unwrap();
        assert_ne!(read, 0, "closed before a request");
        last = bytes[read - 1];
    }
}

fn unused_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
