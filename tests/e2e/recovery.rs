//! It comes back by itself: settings that are mended, edits that cannot be read, clients that never answer.

use std::fs;

use serde_json::{Value, json};

use crate::clients::{neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, URI, editor, settings};

fn messages(editor: &Editor) -> Vec<String> {
    let shown = editor.notifications.iter().filter(|message| message["method"] == "window/showMessage");
    shown.map(|message| message["params"]["message"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A settings file that leads to `fake`.
fn config(fake: &Fake) -> String {
    let url = fake.url();
    format!(
        "local.fallback = false\n[endpoint]\nurl = '{url}'\ndialect = 'mistral'\nwarmUp = false\n\
         [completion]\ndebounceMs = 0\nchoices = 1\n"
    )
}

#[test]
fn a_settings_file_that_is_mended_counts_for_the_next_request_by_hand() {
    let refusing = Fake::start(|_| Script::refuse(401, "{}"));
    let working = Fake::start(|_| Script::text("1;\n"));
    let client = vscode().env("CODESTRAL_API_KEY", KEY).file("config/codestral-ls/config.toml", &config(&refusing));
    let mut editor = client.start();
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), json!({"items": []}).to_string());
    let file = editor.home().join("config/codestral-ls/config.toml");
    // What is broken sends nothing anywhere else, and is told.
    fs::write(&file, "[endpoint]\nurl = 'htt").expect("it is writable");
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.drawn(URI, id), json!({"items": []}).to_string());
    editor.wait_until("word of the broken file", |editor| {
        messages(editor).iter().any(|told| told.contains("the file is ignored")).then_some(())
    });
    fs::write(&file, config(&working)).expect("it is writable");
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
    assert_eq!((refusing.stats().requests, working.stats().requests), (1, 1));
    editor.wait_until("word that it works", |editor| {
        messages(editor).iter().any(|told| told.contains("work again")).then_some(())
    });
}

/// Sends one change of the document's first line as this JSON.
fn change(editor: &mut Editor, version: Value, start: Value, end: Value, text: &str) {
    let range = json!({"start": {"line": 0, "character": start}, "end": {"line": 0, "character": end}});
    let document = json!({"uri": URI, "version": version});
    let changes = json!([{"range": range, "rangeLength": -1, "text": text}]);
    editor.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
}

#[test]
fn numbers_are_read_however_they_are_written() {
    let fake = Fake::start(|_| Script::text("1;\n"));
    let mut editor = editor(neovim(), &fake);
    editor.write(URI, "let <cursor>\n");
    for (at, text, version) in [(4, "x", json!(3.0)), (5, " ", Value::Null), (6, "=", json!(1_u64 << 40))] {
        change(&mut editor, version, json!(f64::from(at)), json!(9_007_199_254_740_991_u64), text);
    }
    let position = json!({"line": 0.0, "character": 7.0});
    let params = json!({"textDocument": {"uri": URI}, "position": position, "context": {"triggerKind": 1.0}});
    let id = editor.request("textDocument/inlineCompletion", params);
    assert_eq!(editor.result(id)["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(fake.received()[0].prompt(), "let x =");
}

#[test]
fn after_an_unreadable_edit_nothing_is_completed_until_the_whole_text_comes() {
    let fake = Fake::start(|_| Script::text("1;\n"));
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    for _ in 0..3 {
        change(&mut editor, json!(9), json!(1.5), json!(2), "y");
    }
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.result(id), json!({"items": []}));
    assert_eq!(editor.reasons()[0], "lostTrack");
    let told = messages(&editor);
    assert_eq!(told.len(), 1, "told once: {told:?}");
    assert!(told[0].chars().count() <= 60, "{told:?}");
    editor.change_all(URI, "let y = \n");
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let y = ⟦1;⟧\n");
    assert_eq!(fake.stats().requests, 1);
}

#[test]
fn a_request_at_a_line_that_is_not_there_gets_nothing() {
    let fake = Fake::start(|_| Script::text("1;\n"));
    let mut editor = editor(neovim(), &fake);
    editor.write(URI, "let x = <cursor>\n");
    let params = json!({
        "textDocument": {"uri": URI}, "position": {"line": 7, "character": 0}, "context": {"triggerKind": 1},
    });
    let id = editor.request("textDocument/inlineCompletion", params);
    assert_eq!(editor.result(id), json!({"items": []}));
    assert_eq!((editor.reasons()[0].as_str(), fake.stats().requests), ("noSuchLine", 0));
}

#[test]
fn a_process_id_that_started_nobody_is_not_watched() {
    for pid in [json!(0), json!(4), json!(u32::MAX - 1), json!(-1), json!("x")] {
        let mut editor = neovim().process_id(pid).start();
        std::thread::sleep(std::time::Duration::from_millis(700));
        let id = editor.request("$/unknown", json!({}));
        assert_eq!(editor.error_code(id), -32601);
        editor.close_stdin();
        assert_eq!(editor.exit_code(std::time::Duration::from_secs(10)), 1);
        // Read by a thread of its own, which may come a moment after the end.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !editor.stderr().contains("stdin is closed") {
            assert!(std::time::Instant::now() < deadline, "{}", editor.stderr());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

#[test]
fn what_was_never_sent_or_refused_is_not_charged() {
    // Counted when the stream has ended, which may be after its text is shown.
    let charged = |script: fn() -> Script, wanted: bool| {
        let fake = Fake::start(move |_| script());
        let mut editor = editor(neovim(), &fake);
        let offset = editor.write(URI, "let x = <cursor>\n");
        let id = editor.invoke(URI, offset);
        editor.result(id);
        fake.wait_for(|stats| stats.open_streams == 0);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(if wanted { 10 } else { 0 });
        loop {
            let tokens = editor.command("codestral.status")["counts"]["promptTokens"].as_u64().unwrap_or_default();
            if tokens > 0 || std::time::Instant::now() >= deadline {
                return tokens;
            }
        }
    };
    for status in [401, 402, 403, 404, 429] {
        let script = match status {
            401 => || Script::refuse(401, "{}"),
            402 => || Script::refuse(402, "{}"),
            403 => || Script::refuse(403, "<html>"),
            404 => || Script::refuse(404, "{}"),
            _ => || Script::refuse(429, "{}"),
        };
        assert_eq!(charged(script, false), 0, "{status}");
    }
    assert!(charged(|| Script::text("1;\n"), true) > 0);
    assert!(charged(Script::hang_up, true) > 0);
    let nobody = json!({"endpoint": {"url": "http://127.0.0.1:9", "dialect": "mistral", "warmUp": false}});
    let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).options(nobody).start();
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.invoke(URI, offset);
    editor.result(id);
    let counts = editor.command("codestral.status")["counts"].take();
    assert_eq!((counts["requests"].as_u64(), counts["promptTokens"].as_u64()), (Some(0), Some(0)), "{counts}");
}

#[test]
fn a_client_that_never_answers_holds_up_neither_messages_nor_completions() {
    let fake = Fake::start(|_| Script::refuse(401, "{}"));
    let client = vscode().env("CODESTRAL_API_KEY", KEY).options(settings(&fake)).never_answers();
    let mut editor = client.start();
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.result(id), json!({"items": []}));
    assert!(editor.notification("window/showMessage")["message"].to_string().contains("API key"));
}

#[test]
fn a_home_that_is_no_directory_stops_nothing() {
    let fake = Fake::start(|_| Script::text("1;\n"));
    let mut client = neovim().options(settings(&fake)).env("CODESTRAL_API_KEY", KEY);
    for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
        client = client.env(name, if cfg!(windows) { "NUL" } else { "/dev/null" });
    }
    let mut editor = client.start();
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
}
