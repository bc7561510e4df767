//! Chat in trouble: nothing is lost, nothing is edited by half, and the person is told what to do.

use std::time::Duration;

use serde_json::{Value, json};

use super::{said, selection, streaming};
use crate::clients::{helix, neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Ending, Fake, Script};
use crate::ghost::{KEY, URI, editor, settings};

const TEXT: &str = "«fn main() {\n    run()\n}\n»";

fn cut(text: &'static str) -> Fake {
    Fake::start(move |_| Script::text(text).ending(Ending::Cut))
}

#[track_caller]
fn check_untouched(editor: &Editor) {
    assert_eq!(editor.text(URI), selection(TEXT).0);
}

#[test]
fn what_had_arrived_when_the_endpoint_failed_is_kept() {
    let fake = cut("It runs and then");
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat(TEXT, "explain");
    let told = editor.told(id);
    assert_eq!(told.outcome(), "failed");
    assert!(told.message().contains("127.0.0.1"), "{}", told.message());
    assert!(told.text().contains("It runs and then\n\n> "), "{}", told.text());
}

#[test]
fn what_went_wrong_is_not_sent_as_the_models_own_words() {
    let fake = Fake::start(|received| match said(received, 1) {
        "One?" => Script::refuse(500, r#"{"message":"on fire"}"#),
        "Two?" => Script::text("It is and").ending(Ending::Cut),
        _ => Script::text("Yes."),
    });
    let mut editor = streaming(neovim(), &fake);
    let id = editor.chat(&json!({"action": "ask", "instruction": "One?"}));
    let first = editor.told(id);
    assert!(first.text().contains("on fire"), "{}", first.text());
    for words in ["Two?", "Three?"] {
        let conversation = &first.deltas[0]["conversation"];
        let id = editor.chat(&json!({"action": "ask", "instruction": words, "conversation": conversation}));
        editor.told(id);
    }
    let received = fake.received();
    let last = received.last().expect("three were asked");
    assert_eq!(last.body["messages"].as_array().map(Vec::len), Some(4), "{}", last.body);
    assert_eq!([said(last, 1), said(last, 2), said(last, 3)], ["Two?", "It is and", "Three?"]);
}

#[test]
fn half_an_edit_is_not_made() {
    let fake = cut("```rust\nfn main() {\n    run();\n}\n```");
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat(TEXT, "improve");
    assert_eq!(editor.told(id).outcome(), "failed");
    check_untouched(&editor);
}

/// A model that has lost its way; the endpoint would go on for as long as it is read.
fn endless() -> Fake {
    let round = "    run(&mut state, argument);\n    check(&state);\n";
    let begins = std::iter::once("```rust\nfn main() {\n");
    let chunks: Vec<&str> = begins.chain(std::iter::repeat_n(round, 2_000)).collect();
    Fake::start(move |_| Script::chunks(chunks.clone()).between(Duration::from_millis(1)))
}

#[test]
fn a_reply_that_repeats_itself_without_end_is_broken_off() {
    let fake = endless();
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat(TEXT, "improve");
    let told = editor.told(id);
    assert_eq!(told.outcome(), "offered");
    assert!(told.message().contains("the reply repeats itself without end"), "{}", told.message());
    assert!(told.text().len() < 8_000, "{} bytes were read", told.text().len());
    check_untouched(&editor);
    let id = editor.select_and_chat(TEXT, "explain");
    let told = editor.told(id);
    assert_eq!(told.outcome(), "answered");
    assert!(told.message().contains("repeats itself"), "{}", told.message());
}

#[test]
fn an_editor_that_knows_no_chat_is_told_and_shown_what_arrived() {
    let fake = cut("It runs and then");
    let mut editor = editor(helix(), &fake);
    let id = editor.select_and_chat(TEXT, "explain");
    let answer = editor.result(id);
    assert_eq!(editor.asked_by_server("window/showDocument")["uri"], answer["uri"]);
    let message = editor.notification("window/showMessage");
    assert_eq!(message["type"], 1);
    assert!(message["message"].as_str().is_some_and(|message| message.contains("127.0.0.1")), "{message}");
    assert!(editor.kept(&answer).contains("It runs and then"));
}

#[test]
fn a_refusal_says_what_to_do() {
    let fake = Fake::start(|_| Script::refuse(401, r#"{"detail":"Unauthorized"}"#));
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat(TEXT, "explain");
    let told = editor.told(id);
    assert_eq!(told.outcome(), "failed");
    assert!(told.message().contains("API key") && !told.message().contains(KEY), "{}", told.message());
}

#[test]
fn a_chat_is_cancelled_before_its_first_byte() {
    let fake = Fake::start(|_| Script::silence());
    let mut editor = streaming(vscode(), &fake);
    let id = editor.select_and_chat(TEXT, "improve");
    let token = editor.asked_by_server("window/workDoneProgress/create")["token"].clone();
    fake.wait_for(|stats| stats.open_streams == 1);
    editor.notify("window/workDoneProgress/cancel", json!({ "token": token }));
    let told = editor.told(id);
    assert_eq!(told.outcome(), "cancelled");
    check_untouched(&editor);
    let stats = fake.wait_for(|stats| stats.open_streams == 0);
    assert_eq!((stats.open_streams, stats.cancelled), (0, 1));
}

#[test]
fn a_chat_is_cancelled_in_the_middle_and_keeps_what_it_has() {
    let fake = Fake::start(|_| Script::chunks(["It runs", " and"]).ending(Ending::Stall));
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat(TEXT, "explain");
    let token = editor.asked_by_server("window/workDoneProgress/create")["token"].clone();
    editor.wait_until("some text", |editor| {
        editor.notifications.iter().any(|it| it["params"]["text"] == " and").then_some(())
    });
    editor.notify("window/workDoneProgress/cancel", json!({ "token": token }));
    let told = editor.told(id);
    assert_eq!(told.outcome(), "cancelled");
    assert!(told.text().contains("It runs and\n\n> cancelled <!-- codestral -->\n\n"), "{}", told.text());
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).open_streams, 0);
}

#[test]
fn cancelling_the_request_cancels_the_chat() {
    let fake = Fake::start(|_| Script::silence());
    let mut editor = streaming(neovim(), &fake);
    let argument = editor.select(TEXT, "improve");
    let params = json!({"command": "codestral.chat", "arguments": [argument], "workDoneToken": 7});
    let id = editor.request("workspace/executeCommand", params);
    fake.wait_for(|stats| stats.open_streams == 1);
    editor.cancel(id);
    assert_eq!(editor.error_code(id), -32800);
    let end = editor
        .wait_until("the end", |editor| editor.notifications.iter().find(|it| it["params"]["kind"] == "end").cloned());
    assert_eq!(end["params"]["outcome"], "cancelled");
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).open_streams, 0);
    check_untouched(&editor);
}

#[test]
fn closing_the_editor_ends_a_chat_and_keeps_what_it_had() {
    let fake = Fake::start(|_| Script::chunks(["It runs", " and"]).ending(Ending::Stall));
    let mut editor = streaming(helix(), &fake);
    let id = editor.select_and_chat(TEXT, "explain");
    let answer = editor.result(id);
    editor.wait_until("some text", |editor| {
        editor.notifications.iter().any(|it| it["params"]["text"] == " and").then_some(())
    });
    let file = editor.conversation_file(&answer);
    assert_eq!(editor.shutdown(), 0);
    let kept = std::fs::read_to_string(file).expect("the conversation is kept");
    assert!(kept.contains("It runs and\n\n> cancelled <!-- codestral -->"), "{kept}");
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).open_streams, 0);
}

#[test]
fn without_a_key_chat_says_how_to_set_an_endpoint() {
    let mut editor = neovim().options(json!({"chatStream": true})).start();
    let id = editor.select_and_chat(TEXT, "explain");
    let refused = editor.refused(id);
    assert!(refused.contains("chat needs an endpoint") && refused.contains("MISTRAL_API_KEY"), "{refused}");
    assert_eq!(refused.matches(". ").count(), 0, "one sentence: {refused}");
}

#[track_caller]
fn check_refused(argument: &Value, parts: &[&str]) {
    let fake = Fake::start(|_| Script::text("no"));
    let mut editor = streaming(neovim(), &fake);
    editor.open(URI, "rust", "fn a() {}\n\n\n\nfn b() {}\n");
    editor.open("file:///project/.env", "plaintext", "KEY=secret\n");
    let id = editor.chat(argument);
    let refused = editor.refused(id);
    for part in parts {
        assert!(refused.contains(part), "{part:?} is not in {refused:?}");
    }
    assert_eq!(fake.stats().requests, 0);
    assert_eq!(editor.conversations(), 0, "nothing is kept of it");
}

fn at(uri: &str, action: &str, lines: [u32; 2]) -> Value {
    let at = |line| json!({"line": line, "character": 0});
    json!({"action": action, "textDocument": {"uri": uri}, "range": {"start": at(lines[0]), "end": at(lines[1])}})
}

#[test]
fn what_cannot_be_asked_is_refused_with_a_cure() {
    check_refused(&at(URI, "sing", [0, 1]), &["sing", "explain, fix"]);
    check_refused(&at("file:///project/other.rs", "explain", [0, 1]), &["other.rs", "open"]);
    check_refused(&at("file:///project/.env", "explain", [0, 1]), &[".env"]);
    check_refused(&at(URI, "change", [0, 1]), &["instruction"]);
    check_refused(&at(URI, "explain", [2, 2]), &["select"]);
    check_refused(&json!({"action": "fix"}), &["textDocument"]);
    check_refused(&json!({"action": "ask", "instruction": "x", "conversation": "../../etc/passwd"}), &["conversation"]);
    check_refused(&json!({"action": "ask", "instruction": "x", "conversation": "2026-nothing"}), &["conversation"]);
    let long = "why ".repeat(100_000);
    check_refused(&json!({"action": "ask", "instruction": long}), &["shorten it", "chat.contextTokens"]);
    check_refused(&json!({}), &["action"]);
}

#[test]
fn a_conversation_that_cannot_be_kept_is_told() {
    let fake = Fake::start(|_| Script::text("It runs.").after(Duration::from_millis(300)));
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat(TEXT, "explain");
    let answer = editor.result(id);
    assert_eq!(fake.wait_for(|stats| stats.requests == 1).requests, 1);
    std::fs::remove_file(editor.conversation_file(&answer)).expect("it was begun");
    let end = editor
        .wait_until("the end", |editor| editor.notifications.iter().find(|it| it["params"]["kind"] == "end").cloned());
    let message = end["params"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("the conversation cannot be kept"), "{end}");
}

#[test]
fn typing_and_completing_go_on_while_a_chat_hangs() {
    let fake =
        Fake::start(|received| if received.path.contains("chat") { Script::silence() } else { Script::text("run()") });
    let mut options = settings(&fake);
    options["chatStream"] = true.into();
    let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).options(options).start();
    let id = editor.select_and_chat(TEXT, "explain");
    editor.result(id);
    fake.wait_for(|stats| stats.open_streams == 1);
    let end = editor.text(URI).len();
    editor.change(URI, end..end, "fn next() {\n    ");
    let id = editor.complete(URI, end + 16);
    let begun = std::time::Instant::now();
    assert!(editor.drawn(URI, id).contains("⟦run()⟧"));
    assert!(begun.elapsed() < Duration::from_secs(2));
}
