//! `limits.tokensPerDay`: used up, nothing is asked while one types, in this editor and in the next.

use std::fs;
use std::time::{Duration, Instant, SystemTime};

use codestral_ls::calendar::Day;
use serde_json::json;

use crate::clients::{Builder, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, URI, settings};
use crate::local::{KNOWN, REST, wait_for_open};

const MOST: u64 = 1001;

fn limited(fake: &Fake) -> serde_json::Value {
    let mut options = settings(fake);
    options["limits"] = json!({ "tokensPerDay": MOST });
    options
}

/// An editor on a day on which the next request uses up what is left.
fn nearly_used_up(options: serde_json::Value) -> Builder {
    let counts = json!({ "days": { Day::at(SystemTime::now()).to_string(): { "go": { "promptTokens": MOST - 1 } } } });
    let builder = vscode()
        .file("state/codestral-ls/usage.json", &counts.to_string())
        .file("state/codestral-ls/excerpts.told", "");
    builder.env("CODESTRAL_API_KEY", KEY).options(options)
}

/// Waits until the counts on disk have been read.
#[track_caller]
fn started(builder: Builder) -> Editor {
    let mut editor = builder.start();
    wait_for_tokens(&mut editor, 1);
    editor
}

#[track_caller]
fn wait_for_tokens(editor: &mut Editor, least: u64) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while editor.command("codestral.status")["today"]["tokens"].as_u64() < Some(least) {
        assert!(Instant::now() < deadline, "{least} tokens are never counted");
    }
}

#[track_caller]
fn shows_nothing(editor: &mut Editor, offset: usize) {
    editor.change(URI, offset..offset, "(");
    let id = editor.complete(URI, offset + 1);
    assert_eq!(editor.result(id), json!({ "items": [] }));
    assert_eq!(editor.command("codestral.why")[0]["reason"], "ceiling");
}

#[test]
fn used_up_it_is_told_once_and_holds_in_the_next_editor_too() {
    let fake = Fake::start(|_| Script::text("foo();\n"));
    let mut first = started(nearly_used_up(limited(&fake)));
    let offset = first.write(URI, "let x = <cursor>\n");
    let id = first.complete(URI, offset);
    assert_eq!(first.drawn(URI, id), "let x = ⟦foo();⟧\n");
    wait_for_tokens(&mut first, MOST);
    shows_nothing(&mut first, offset);
    let message = first.notification("window/showMessage")["message"].to_string();
    assert!(message.contains("limits.tokensPerDay") && message.contains("1001"), "{message}");
    shows_nothing(&mut first, offset + 1);
    let told = first.notifications.iter().filter(|message| message["method"] == "window/showMessage");
    assert_eq!(told.count(), 0, "it is told once");
    let status = first.command("codestral.status");
    assert_eq!((&status["state"], &status["today"]["most"]), (&json!("error"), &json!(MOST)), "{status}");
    let id = first.invoke(URI, offset + 2);
    assert!(first.drawn(URI, id).contains("⟦foo();⟧"), "by hand it is asked");
    assert_eq!(fake.stats().requests, 2);
    let home = first.home();
    assert_eq!(first.shutdown(), 0);

    let counts = fs::read_to_string(home.join("state/codestral-ls/usage.json")).expect("the counts");
    let second = nearly_used_up(limited(&fake)).file("state/codestral-ls/usage.json", &counts);
    let mut second = started(second);
    let offset = second.write(URI, "let x = <cursor>\n");
    shows_nothing(&mut second, offset);
    assert_eq!(fake.stats().requests, 2);
}

#[test]
fn the_embedded_engine_stands_in() {
    let fake = Fake::start(|_| Script::text("foo();\n"));
    let mut options = limited(&fake);
    options["limits"]["tokensPerDay"] = (MOST - 1).into();
    options["local"] = json!({ "workspace": false });
    let mut editor = started(nearly_used_up(options));
    editor.open("file:///project/known.rs", "rust", KNOWN);
    wait_for_open(&mut editor);
    let offset = editor.write(URI, "fn paint(canvas: &mut Canvas) {\n    canvas.stroke_<cursor>\n}\n");
    let id = editor.complete(URI, offset);
    assert!(editor.drawn(URI, id).contains(REST));
    assert_eq!(fake.stats().requests, 0);
}

#[test]
fn without_the_setting_there_is_no_ceiling() {
    let fake = Fake::start(|_| Script::text("foo();\n"));
    let mut editor = started(nearly_used_up(settings(&fake)));
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    for _ in 0..3 {
        editor.change(URI, offset..offset, "y(");
        offset += 2;
        let id = editor.complete(URI, offset);
        assert!(editor.drawn(URI, id).contains("⟦foo();⟧"));
    }
    assert_eq!(fake.stats().requests, 3);
    assert_eq!(editor.command("codestral.status")["today"]["most"], json!(null));
}
