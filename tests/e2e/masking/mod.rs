//! Secrets never leave the machine: what reaches the endpoint holds none of them, wherever they stand.

mod chat;
mod completion;
mod reply;
mod terminal;

use std::fs;
use std::path::Path;

use codestral_ls::masking::examples::assemble;

use crate::fake_endpoint::Fake;

/// Letters of a secret in a row that are a leak.
const LEAK: usize = 8;

/// A made-up token of a service, put together here so that no scanner finds one in the repository.
pub fn token() -> String {
    assemble("gh|p_<A36>", 11)
}

/// A made-up password, known by its place only.
pub fn password() -> String {
    assemble("<P14>", 3)
}

/// A text with both: `§` is the token, `¤` the password.
pub fn filled(template: &str) -> String {
    template.replace('§', &token()).replace('¤', &password())
}

/// A part of a secret in `text`, if there is one.
pub fn leak(text: &str) -> Option<String> {
    let parts = |secret: String| -> Vec<String> {
        secret.as_bytes().windows(LEAK).map(|part| String::from_utf8_lossy(part).into_owned()).collect()
    };
    [token(), password()].into_iter().flat_map(parts).find(|part| text.contains(part))
}

/// Expects at least `least` requests, none of which holds a part of a secret; returns all that was sent.
#[track_caller]
pub fn check_sent(fake: &Fake, least: usize) -> String {
    let sent = fake.all();
    assert!(sent.len() >= least, "{} requests", sent.len());
    let sent: Vec<String> = sent
        .iter()
        .flat_map(|request| [request.path.clone(), request.prompt().into(), request.suffix().into(), said(request)])
        .collect();
    let sent = sent.join("\n");
    assert_eq!(leak(&sent), None, "{sent}");
    sent
}

fn said(request: &crate::fake_endpoint::Received) -> String {
    let messages = request.body["messages"].as_array().into_iter().flatten();
    messages.map(|message| message["content"].as_str().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Expects that no file below a folder holds a part of a secret, but for those of these names.
#[track_caller]
pub fn check_written(folder: &Path, but: &[&str]) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            check_written(&path, but);
        } else if !but.iter().any(|name| path.ends_with(name)) {
            let text = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
            assert_eq!(leak(&text), None, "{} holds {text}", path.display());
            assert_eq!(leak(&path.to_string_lossy()), None);
        }
    }
}
