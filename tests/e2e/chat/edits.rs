//! Fix, document, improve, change: the smallest edit, in the text it is meant for and in no other.

use serde_json::{Value, json};

use super::{question, streaming, streaming_with};
use crate::clients::{helix, neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{URI, editor};

const TEXT: &str = "use std::io;\n\n«fn main() {\n    run()\n}\n»\nfn run() {}\n";
const REPLY: &str = "Here it is:\n\n```rust\nfn main() {\n    run();\n}\n```\n";
const AFTER: &str = "use std::io;\n\nfn main() {\n    run();\n}\n\nfn run() {}\n";

fn says(reply: &'static str) -> Fake {
    Fake::start(move |_| Script::text(reply))
}

/// Waits for the endpoint to be asked, while its answer is held back.
#[track_caller]
fn wait_for_question(fake: &Fake) {
    assert_eq!(fake.wait_for(|stats| stats.requests == 1).requests, 1);
}

fn slowly(reply: &'static str) -> Fake {
    Fake::start(move |_| Script::text(reply).after(std::time::Duration::from_millis(300)))
}

#[test]
fn each_edit_is_made_in_each_editor() {
    for (client, action) in [(neovim(), "fix"), (helix(), "document"), (vscode(), "improve"), (neovim(), "change")] {
        let fake = says(REPLY);
        let mut editor = streaming(client, &fake);
        let mut argument = editor.select(TEXT, action);
        argument["instruction"] = json!("add the semicolon");
        let id = editor.chat(&argument);
        let told = editor.told(id);
        assert_eq!((told.outcome(), told.message()), ("applied", ""), "{action}");
        assert_eq!(editor.text(URI), AFTER);
        assert!(told.text().contains(REPLY.trim()), "the reply can be read");
        assert!(question(&fake).contains("add the semicolon"));
    }
}

#[test]
fn the_edit_is_the_smallest_and_bound_to_the_version() {
    let fake = says(REPLY);
    let mut editor = editor(helix(), &fake);
    let version = {
        let argument = editor.select(TEXT, "improve");
        let id = editor.chat(&argument);
        editor.result(id);
        editor.documents[URI].version
    };
    let edit = editor.asked_by_server("workspace/applyEdit")["edit"].take();
    let change = &edit["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({"uri": URI, "version": version}));
    let at = json!({"line": 3, "character": 9});
    assert_eq!(change["edits"], json!([{"range": {"start": at, "end": at}, "newText": ";"}]));
    assert_eq!(editor.text(URI), AFTER);
}

#[test]
fn diagnostics_are_part_of_the_question() {
    let fake = says(REPLY);
    let mut editor = streaming(neovim(), &fake);
    let mut argument = editor.select(TEXT, "fix");
    let range = json!({"start": {"line": 3, "character": 4}, "end": {"line": 3, "character": 9}});
    argument["diagnostics"] = json!([{"range": range, "severity": 1, "source": "rustc", "message": "expected `()`"}]);
    let id = editor.chat(&argument);
    editor.told(id);
    assert!(question(&fake).contains("- line 4: error: expected `()` (rustc)"));
}

#[test]
fn without_a_selection_the_enclosing_block_is_meant() {
    let fake = says(REPLY);
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat("use std::io;\n\nfn main() {\n    «»run()\n}\n\nfn run() {}\n", "improve");
    assert_eq!(editor.told(id).outcome(), "applied");
    assert_eq!(editor.text(URI), AFTER);
    assert!(question(&fake).contains("<selection>\nfn main() {"));
}

#[test]
fn a_file_with_crlf_keeps_its_line_ends() {
    let fake = says(REPLY);
    let mut editor = streaming(vscode(), &fake);
    let id = editor.select_and_chat(&TEXT.replace('\n', "\r\n"), "improve");
    assert_eq!(editor.told(id).outcome(), "applied");
    assert_eq!(editor.text(URI), AFTER.replace('\n', "\r\n"));
}

#[test]
fn a_range_that_ends_inside_a_surrogate_pair_splits_nothing() {
    let fake = says("```rust\nlet b = 2; // 😀\n```");
    let mut editor = streaming(vscode(), &fake);
    let mut argument = editor.select("«let a = 1; // 😀»\n", "improve");
    argument["range"]["end"] = json!({"line": 0, "character": 15});
    let id = editor.chat(&argument);
    let told = editor.told(id);
    assert!(editor.text(URI).contains('😀') && editor.text(URI).ends_with('\n'), "{:?} {told:?}", editor.text(URI));
    assert!(question(&fake).contains("let a = 1; // "));
}

#[test]
fn a_client_that_takes_no_versions_gets_the_edit_for_the_text_it_has() {
    let fake = slowly(REPLY);
    let mut client = neovim();
    client.capabilities["workspace"]["workspaceEdit"]["documentChanges"] = false.into();
    let mut editor = streaming(client, &fake);
    let id = editor.select_and_chat(TEXT, "improve");
    wait_for_question(&fake);
    editor.change(URI, 0..0, "// new\n");
    assert_eq!(editor.told(id).outcome(), "moved");
    assert_eq!(editor.text(URI), format!("// new\n{AFTER}"));
    let edit = editor.asked_by_server("workspace/applyEdit")["edit"].take();
    assert!(edit["documentChanges"].is_null() && edit["changes"][URI].is_array(), "{edit}");
}

/// Asks for an improvement, edits the text while the endpoint thinks, and compares.
#[track_caller]
fn check_meanwhile(meanwhile: impl FnOnce(&mut Editor), outcome: &str, message: &str, after: Option<&str>) {
    let fake = slowly(REPLY);
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat(TEXT, "improve");
    wait_for_question(&fake);
    meanwhile(&mut editor);
    let told = editor.told(id);
    assert_eq!(told.outcome(), outcome);
    assert!(told.message().contains(message), "{:?}", told.message());
    assert!(told.text().contains(REPLY.trim()), "the reply can be read");
    if let Some(after) = after {
        assert_eq!(editor.text(URI), after);
    }
}

#[test]
fn an_edit_moves_along_with_its_code() {
    let above = |editor: &mut Editor| editor.change(URI, 0..0, "// new\n");
    check_meanwhile(above, "moved", "", Some(&format!("// new\n{AFTER}")));
    let both = |editor: &mut Editor| {
        editor.change(URI, 0..0, "// new\n");
        let end = editor.text(URI).len();
        editor.change(URI, end..end, "// end\n");
    };
    check_meanwhile(both, "moved", "", Some(&format!("// new\n{AFTER}// end\n")));
}

#[test]
fn code_that_changed_meanwhile_is_not_overwritten() {
    let inside = |editor: &mut Editor| {
        let at = editor.text(URI).find("run()").unwrap();
        editor.change(URI, at..at + 5, "walk()");
    };
    let after = "use std::io;\n\nfn main() {\n    walk()\n}\n\nfn run() {}\n";
    check_meanwhile(inside, "offered", "changed meanwhile", Some(after));
}

#[test]
fn a_document_that_was_closed_is_left_alone() {
    check_meanwhile(|editor| editor.close(URI), "offered", "closed", None);
}

#[test]
fn an_edit_that_the_editor_refuses_is_offered() {
    let fake = says(REPLY);
    let mut editor = streaming(neovim(), &fake);
    editor.refuses_edits = true;
    let id = editor.select_and_chat(TEXT, "improve");
    let told = editor.told(id);
    assert_eq!(told.outcome(), "offered");
    assert!(told.message().contains("did not take it"), "{}", told.message());
}

#[test]
fn of_two_edits_of_one_place_the_second_is_offered() {
    let fake = Fake::start(|_| Script::text(REPLY));
    let mut editor = streaming(neovim(), &fake);
    let argument = editor.select(TEXT, "improve");
    let first = editor.chat(&argument);
    assert_eq!(editor.told(first).outcome(), "applied");
    let second = editor.chat(&argument);
    assert_ne!(editor.told(second).outcome(), "failed");

    let fake = slowly(REPLY);
    let mut editor = streaming(neovim(), &fake);
    let argument = editor.select(TEXT, "improve");
    let ids = [editor.chat(&argument), editor.chat(&argument)];
    let chats = ids.map(|id| editor.result(id)["chat"].clone());
    let mut outcomes = Vec::new();
    while outcomes.len() < 2 {
        let delta = editor.notification("codestral/chatDelta");
        assert!(chats.contains(&delta["chat"]));
        if delta["kind"] == "end" {
            outcomes.push(delta["outcome"].as_str().unwrap_or_default().to_owned());
        }
    }
    outcomes.sort();
    assert_eq!(outcomes, ["applied", "offered"]);
    assert_eq!(editor.text(URI), AFTER);
}

#[track_caller]
fn check_not_made(script: impl Fn() -> Script + Send + Sync + 'static, outcome: &str, message: &str) {
    let fake = Fake::start(move |_| script());
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat(TEXT, "improve");
    let told = editor.told(id);
    assert_eq!(told.outcome(), outcome, "{told:?}");
    assert!(told.message().contains(message), "{:?}", told.message());
    assert_eq!(editor.text(URI), TEXT.replace(['«', '»'], ""));
}

#[test]
fn an_answer_that_is_no_edit_edits_nothing() {
    check_not_made(|| Script::text("I would leave this as it is."), "offered", "");
    check_not_made(|| Script::text("```rust\nfn main() {\n    run()\n}\n```"), "unchanged", "gave back the same text");
    check_not_made(|| Script::text("```rust\nfn main() {\n").finish("length"), "offered", "");
    check_not_made(|| Script::text("```rust\nfn main() {\n    // ... rest of the code\n}\n```"), "offered", "");
    check_not_made(|| Script::text(""), "offered", "");
}

#[test]
fn an_editor_that_knows_no_chat_is_shown_what_was_offered() {
    let fake = says("I would leave this as it is.");
    let mut editor = editor(helix(), &fake);
    let id = editor.select_and_chat(TEXT, "improve");
    let answer = editor.result(id);
    assert_eq!(editor.asked_by_server("window/showDocument")["uri"], answer["uri"]);
    let message = editor.notification("window/showMessage");
    assert!(message["message"].as_str().is_some_and(|message| message.starts_with("Codestral: ")), "{message}");
    assert!(editor.kept(&answer).contains("I would leave this as it is."));
}

#[test]
fn a_hundred_thousand_lines_are_cut_for_prose_and_refused_for_an_edit() {
    let text = format!("«{}»", "let some = code();\n".repeat(100_000));
    let fake = says("Long.");
    let mut editor = streaming_with(neovim(), &fake, &json!({}));
    let mut argument = editor.select(&text, "explain");
    let id = editor.chat(&argument);
    let told = editor.told(id);
    assert_eq!(told.outcome(), "answered");
    assert!(told.message().contains("lines from the middle of main.rs:1-100000"), "{}", told.message());
    argument["action"] = json!("improve");
    let id = editor.chat(&argument);
    let refused = editor.refused(id);
    assert!(refused.contains("select less, or raise chat.contextTokens"), "{refused}");
    assert_eq!(fake.stats().requests, 1);
}

#[test]
fn with_its_own_token_the_request_is_answered_at_the_end() {
    let fake = slowly(REPLY);
    let mut editor = editor(neovim(), &fake);
    let argument = editor.select(TEXT, "improve");
    let params = json!({"command": "codestral.chat", "arguments": [argument], "workDoneToken": "mine"});
    let id = editor.request("workspace/executeCommand", params);
    let answer = editor.result(id);
    assert_eq!(answer["outcome"], "applied", "{answer}");
    let of_token = |message: &&Value| message["params"]["token"] == "mine";
    let kinds: Vec<_> = editor.notifications.iter().filter(of_token).map(|it| &it["params"]["value"]["kind"]).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&&json!("begin")), Some(&&json!("end"))), "before the answer");
    assert!(!editor.server_requests.iter().any(|it| it["method"] == "window/workDoneProgress/create"));
}
