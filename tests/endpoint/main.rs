//! The HTTP endpoint against a fake one: every way to answer, to refuse and to fail, over HTTP/1.1 and HTTP/2.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failure here is a failed test")]

#[path = "../support/fake_endpoint.rs"]
mod fake_endpoint;

mod backend;
mod chat;
mod connections;
mod fallbacks;
mod local_servers;
mod replies;
mod secrets;

use std::time::Duration;

use codestral_ls::endpoint::client::BETWEEN_BYTES;
use codestral_ls::endpoint::{HttpEndpoint, Options};
use codestral_ls::model::{End, Endpoint, Error, Piece, Prompt};
use fake_endpoint::Fake;
use futures_util::StreamExt;
use secrecy::SecretString;

/// The key in all tests; it must show up in one header and nowhere else.
const KEY: &str = "sk-0123456789-very-secret";

/// What this fake's clients are set to; `path` follows the fake's address.
fn options(fake: &Fake, path: &str) -> Options {
    Options {
        url: format!("{}{path}", fake.url()),
        dialect: None,
        stream: true,
        key: Some(SecretString::from(KEY)),
        ca_file: fake.ca_file().map(Into::into),
        timeout: Duration::from_secs(5),
        between_bytes: BETWEEN_BYTES,
        ..Options::default()
    }
}

fn endpoint(fake: &Fake, path: &str) -> HttpEndpoint {
    HttpEndpoint::new(options(fake, path)).unwrap()
}

fn prompt() -> Prompt {
    Prompt {
        prefix: "fn one() {".into(),
        suffix: "}".into(),
        model: "codestral-latest".into(),
        max_tokens: 64,
        ..Prompt::default()
    }
}

/// All that one completion brings: its text, and its end or the error.
async fn ask(endpoint: &HttpEndpoint) -> (String, Result<End, Error>) {
    let mut reply = endpoint.complete(prompt());
    let mut text = String::new();
    while let Some(piece) = reply.next().await {
        match piece {
            Ok(Piece::Text(more)) => text += &more,
            Ok(Piece::Thinking(_)) => {}
            Ok(Piece::End(end)) => {
                assert_eq!(reply.next().await, None, "something after the end");
                return (text, Ok(end));
            }
            Err(error) => {
                assert_eq!(reply.next().await, None, "something after an error");
                return (text, Err(error));
            }
        }
    }
    panic!("a reply without an end");
}

async fn ask_in_vain(endpoint: &HttpEndpoint) -> Error {
    ask(endpoint).await.1.unwrap_err()
}
