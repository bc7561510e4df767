//! An endpoint in trouble: the editor is never bothered at each key, the person is told once, the key never shows.

use std::fs;
use std::time::Duration;

use serde_json::json;

use crate::clients::{neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Ending, Fake, Script};
use crate::ghost::{KEY, URI, editor, settings};

/// What is shown while somebody types fits so many characters.
const LINE: usize = 60;

/// Types `keys` keys one after the other, each asking for a completion that must show nothing.
#[track_caller]
fn type_in_vain(editor: &mut Editor, keys: usize) {
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    for _ in 0..keys {
        editor.change(URI, offset..offset, "(");
        offset += 1;
        let id = editor.complete(URI, offset);
        assert_eq!(editor.result(id), json!({"items": []}));
    }
}

fn messages(editor: &Editor) -> Vec<String> {
    let shown = editor.notifications.iter().filter(|message| message["method"] == "window/showMessage");
    shown.map(|message| message["params"]["message"].as_str().unwrap_or_default().to_owned()).collect()
}

#[track_caller]
fn check(script: impl Fn() -> Script + Send + Sync + 'static, requests: usize, told: &[&str]) {
    let fake = Fake::start(move |_| script());
    let mut editor = editor(vscode(), &fake);
    type_in_vain(&mut editor, 5);
    let message = editor.notification("window/showMessage")["message"].as_str().unwrap_or_default().to_owned();
    for part in told {
        assert!(message.contains(part), "{message:?} lacks {part}");
    }
    assert!(message.chars().count() <= LINE && !message.contains('\n'), "{message:?}");
    let whole = editor.command("codestral.status")["error"].as_str().unwrap_or_default().to_owned();
    assert!(!whole.is_empty() && told.iter().all(|part| whole.contains(part)), "{whole:?}");
    assert_eq!(messages(&editor), Vec::<String>::new(), "it is told once");
    assert_eq!(fake.stats().requests, requests);
}

#[test]
fn a_refused_key_is_told_once_and_not_tried_again() {
    check(|| Script::refuse(401, r#"{"detail":"Unauthorized"}"#), 1, &["127.0.0.1", "API key"]);
}

#[test]
fn an_unknown_model_is_told_once() {
    let body = include_str!("../wire/errors/400-invalid-model.json");
    check(move || Script::refuse(400, body), 1, &["endpoint.model"]);
}

#[test]
fn a_rate_limit_is_obeyed() {
    let body = include_str!("../wire/errors/429-rate-limited.json");
    check(move || Script::refuse(429, body).header("retry-after", "30"), 1, &["rate limited", "30 s"]);
}

#[test]
fn an_overloaded_endpoint_is_left_alone() {
    check(|| Script::refuse(503, "upstream connect error"), 1, &["503"]);
}

#[test]
fn a_hang_up_is_told() {
    check(Script::hang_up, 1, &["127.0.0.1"]);
}

#[test]
fn a_stalled_endpoint_times_out() {
    let fake = Fake::start(|_| Script::silence());
    let mut options = settings(&fake);
    options["endpoint"]["timeoutMs"] = 200.into();
    let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).options(options).start();
    type_in_vain(&mut editor, 2);
    assert!(editor.notification("window/showMessage")["message"].to_string().contains("endpoint.timeoutMs"));
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).open_streams, 0);
}

#[test]
fn what_came_before_a_cut_is_shown() {
    let fake = Fake::start(|_| Script::chunks(["1;\nlet y", " = 2;\n", "let"]).ending(Ending::Cut));
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
}

#[test]
fn without_a_key_mistral_is_not_asked_and_the_person_is_told_how_to_set_one() {
    let options =
        json!({"completion": {"debounceMs": 0}, "endpoint": {"dialect": "mistral"}, "local": {"fallback": false}});
    let mut editor = neovim().options(options).start();
    type_in_vain(&mut editor, 3);
    let message = editor.notification("window/showMessage")["message"].to_string();
    assert!(message.contains("CODESTRAL_API_KEY"), "{message}");
}

#[test]
fn another_trouble_is_told_again_and_new_settings_are_tried_at_once() {
    let refusing = Fake::start(|_| Script::refuse(401, "{}"));
    let mut editor = editor(vscode(), &refusing);
    type_in_vain(&mut editor, 3);
    let working = Fake::start(|_| Script::text("1;\n"));
    editor.notify("workspace/didChangeConfiguration", json!({"settings": {"codestral": settings(&working)}}));
    let offset = editor.write("file:///project/b.rs", "let x = <cursor>\n");
    let id = editor.complete("file:///project/b.rs", offset);
    assert_eq!(editor.drawn("file:///project/b.rs", id), "let x = ⟦1;⟧\n");
    working.wait_for(|stats| stats.open_streams == 0);
    assert_ne!(editor.command("codestral.status")["state"], "error");
}

#[test]
fn the_key_is_in_nothing_the_server_writes() {
    let echo = format!(r#"{{"message":"bad key {KEY}"}}"#);
    let fake = Fake::start(move |_| Script::refuse(401, echo.clone()).after(Duration::from_millis(1)));
    for to_file in [false, true] {
        let mut options = settings(&fake);
        options["log"]["level"] = "trace".into();
        let client = neovim();
        let log = client.home.path().join("server.log");
        if to_file {
            options["log"]["file"] = log.to_string_lossy().into();
        }
        let mut editor = client.env("CODESTRAL_API_KEY", KEY).options(options).start();
        type_in_vain(&mut editor, 2);
        editor.command("codestral.status");
        editor.command("codestral.why");
        let written = if to_file { fs::read_to_string(&log).expect("a log") } else { editor.stderr() };
        assert!(written.len() > 500, "there is a log to look at: {written}");
        let all = format!("{written}{:?}{:?}", editor.notifications, editor.handshake);
        assert!(!all.contains(KEY), "{all}");
    }
}
