//! Conversations: followed up from anywhere, kept within a budget, and written by hand in an editor that knows no chat.

use serde_json::{Value, json};

use super::{said, streaming, streaming_with};
use crate::clients::{helix, neovim};
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{URI, editor};

const TEXT: &str = "«fn main() {\n    run();\n}\n»";

/// Answers the first question with `Answer 1`, and so on.
fn numbered() -> Fake {
    Fake::start(|received| {
        let questions = received.body["messages"].as_array().map_or(0, |messages| messages.len() / 2);
        Script::text(&format!("Answer {questions}"))
    })
}

#[test]
fn a_follow_up_goes_on_with_what_was_said() {
    let fake = numbered();
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat(TEXT, "explain");
    let first = editor.told(id);
    let conversation = &first.deltas[0]["conversation"];
    let id = editor.chat(&json!({"action": "ask", "instruction": "And why?", "conversation": conversation}));
    let second = editor.told(id);
    assert_eq!(&second.deltas[0]["conversation"], conversation);
    assert_eq!(
        second.text(),
        "And why?\n\n## Codestral <!-- codestral -->\n\nAnswer 2\n\n## You <!-- codestral -->\n\n"
    );
    let received = &fake.received()[1];
    assert_eq!(received.body["messages"].as_array().map(Vec::len), Some(4));
    assert!(said(received, 1).ends_with("```rust\nfn main() {\n    run();\n}\n```"), "{}", said(received, 1));
    assert_eq!((said(received, 2), said(received, 3)), ("Answer 1", "And why?"));
    assert_eq!(received.body["messages"][2]["role"], "assistant");
}

#[test]
fn an_edit_can_follow_a_question() {
    let fake = Fake::start(|received| {
        let first = received.body["messages"].as_array().map_or(0, Vec::len) == 2;
        Script::text(if first { "It runs." } else { "```rust\nfn main() {\n    walk();\n}\n```" })
    });
    let mut editor = streaming(neovim(), &fake);
    let mut argument = editor.select(TEXT, "explain");
    let id = editor.chat(&argument);
    let first = editor.told(id);
    argument["action"] = json!("change");
    argument["instruction"] = json!("make it walk");
    argument["conversation"] = first.deltas[0]["conversation"].clone();
    let id = editor.chat(&argument);
    assert_eq!(editor.told(id).outcome(), "applied");
    assert_eq!(editor.text(URI), "fn main() {\n    walk();\n}\n");
}

#[test]
fn the_oldest_turns_are_left_out_and_that_is_said() {
    let fake = Fake::start(|_| Script::text(&"words ".repeat(300)));
    let mut editor = streaming_with(neovim(), &fake, &json!({"contextTokens": 1024}));
    let mut argument = json!({"action": "ask", "instruction": "go on"});
    let mut last = None;
    for _ in 0..3 {
        let id = editor.chat(&argument);
        let told = editor.told(id);
        argument["conversation"] = told.deltas[0]["conversation"].clone();
        last = Some(told);
    }
    let message = last.expect("three were asked").message().to_owned();
    assert!(message.contains("the oldest 1 turn of the conversation"), "{message}");
    assert_eq!(fake.received()[2].body["messages"].as_array().map(Vec::len), Some(4));
}

#[test]
fn a_question_is_written_and_sent_in_an_editor_that_knows_no_chat() {
    let fake = numbered();
    let mut editor = editor(helix(), &fake);
    let id = editor.select_and_chat(TEXT, "ask");
    let answer = editor.result(id);
    assert_eq!(answer.get("chat"), None);
    let uri = editor.asked_by_server("window/showDocument")["uri"].as_str().expect("a document").to_owned();
    assert_eq!(fake.stats().requests, 0);

    let text = editor.kept(&answer);
    assert!(text.ends_with("```rust\nfn main() {\n    run();\n}\n```\n\n"), "{text}");
    editor.open(&uri, "markdown", &text);
    editor.change(&uri, text.len()..text.len(), "Why run?\n");
    let sent = send(&mut editor, &uri);
    assert_eq!(sent["conversation"], answer["conversation"]);
    let expected =
        format!("{text}Why run?\n\n## Codestral <!-- codestral -->\n\nAnswer 1\n\n## You <!-- codestral -->\n\n");
    editor.wait_until("the answer", |editor| (editor.text(&uri) == expected).then_some(()));
    assert!(said(&fake.received()[0], 1).ends_with("Why run?"));
    assert_eq!(editor.kept(&answer), text, "what is open is the editor's to save");
    // The last words are on screen a moment before the conversation is free for the next question.
    while editor.notification("$/progress")["value"]["kind"] != "end" {}

    let end = editor.text(&uri).len();
    editor.change(&uri, end..end, "And then?");
    send(&mut editor, &uri);
    editor.wait_until("the next answer", |editor| editor.text(&uri).contains("Answer 2").then_some(()));
    assert_eq!(said(&fake.received()[1], 2), "Answer 1");
    assert!(!editor.server_requests.iter().any(|it| it["method"] == "window/showDocument"), "it is open already");
}

/// Runs the one code action of a conversation's document.
#[track_caller]
fn send(editor: &mut crate::editor::Editor, uri: &str) -> Value {
    let at = json!({"line": 0, "character": 0});
    let params = json!({
        "textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": {"diagnostics": []},
    });
    let id = editor.request("textDocument/codeAction", params);
    let actions = editor.result(id);
    assert_eq!(actions.as_array().map(Vec::len), Some(1), "{actions}");
    assert_eq!(actions[0]["title"], "Codestral: Send this question");
    let id = editor.request("workspace/executeCommand", actions[0]["command"].clone());
    editor.result(id)
}

#[test]
fn an_empty_question_is_not_sent() {
    let fake = numbered();
    let mut editor = streaming(neovim(), &fake);
    let id = editor.chat(&json!({"action": "ask", "instruction": "x"}));
    let told = editor.told(id);
    let id = editor.chat(&json!({"action": "ask", "conversation": told.deltas[0]["conversation"]}));
    let refused = editor.refused(id);
    assert!(refused.contains("write one there"), "{refused}");
    assert_eq!(fake.stats().requests, 1);
}

#[test]
fn two_answers_are_never_written_into_each_other() {
    let fake = Fake::start(|received| match said(received, 1) {
        "slow" => Script::text("Done.").after(std::time::Duration::from_millis(300)),
        _ => Script::text("Well."),
    });
    let mut editor = streaming(neovim(), &fake);
    let first = editor.chat(&json!({"action": "ask", "instruction": "slow"}));
    let conversation = editor.result(first)["conversation"].clone();
    let again = json!({"action": "ask", "instruction": "again", "conversation": conversation});
    let second = editor.chat(&again);
    let refused = editor.refused(second);
    assert!(refused.contains("is still coming; wait for its end, or cancel it"), "{refused}");
    editor.wait_until("the end", |editor| {
        let at = editor.notifications.iter().position(|it| it["params"]["kind"] == "end")?;
        Some(editor.notifications.drain(..=at).count())
    });
    let third = editor.chat(&again);
    assert_eq!(editor.told(third).outcome(), "answered");
    assert_eq!(said(&fake.received()[1], 2), "Done.");
}

#[test]
fn an_answer_finds_the_end_of_a_document_that_is_typed_in() {
    let fake = numbered();
    let mut editor = editor(helix(), &fake);
    let id = editor.chat(&json!({"action": "ask", "instruction": "One?"}));
    let answer = editor.result(id);
    let uri = editor.asked_by_server("window/showDocument")["uri"].as_str().expect("a document").to_owned();
    let kept = editor.kept(&answer);
    editor.open(&uri, "markdown", &kept);
    editor.change(&uri, kept.len()..kept.len(), "Two?");
    editor.types_first = Some("Mine: ");
    send(&mut editor, &uri);
    editor.wait_until("the answer", |editor| editor.text(&uri).contains("Answer 2").then_some(()));
    let text = editor.text(&uri);
    assert!(
        text.starts_with("Mine: # One?") && text.contains("Two?\n\n## Codestral <!-- codestral -->\n\nAnswer 2"),
        "{text}"
    );
    assert_eq!(editor.kept(&answer), kept, "what is open is the editor's to save");
}

#[test]
fn an_open_conversation_is_found_however_the_editor_spells_its_address() {
    let fake = numbered();
    let mut editor = editor(helix(), &fake);
    let id = editor.chat(&json!({"action": "ask", "instruction": "One?"}));
    let answer = editor.result(id);
    let ours = editor.asked_by_server("window/showDocument")["uri"].as_str().expect("a document").to_owned();
    let kept = editor.kept(&answer);
    // VS Code and others encode more, or less, than is needed.
    let theirs = ours.replace("conversations", "c%6Fnversati%6fns").replace("file:///", "FILE:///");
    assert_ne!(ours, theirs);
    editor.open(&theirs, "markdown", &kept);
    let ask = json!({"action": "ask", "instruction": "Two?", "conversation": answer["conversation"]});
    let id = editor.chat(&ask);
    editor.result(id);
    editor.wait_until("the answer", |editor| editor.text(&theirs).contains("Answer 2").then_some(()));
    assert_eq!(editor.kept(&answer), kept, "what is open is the editor's to save");
}

#[test]
fn a_question_that_is_still_to_be_written_begins_with_no_more_code_than_may_be_sent() {
    let fake = numbered();
    let mut editor = editor(helix(), &fake);
    let id = editor.select_and_chat(&format!("«{}»", "let some = code();\n".repeat(100_000)), "ask");
    let answer = editor.result(id);
    let uri = editor.asked_by_server("window/showDocument")["uri"].as_str().expect("a document").to_owned();
    let text = editor.kept(&answer);
    assert!(text.contains("lines left out]\n"));
    editor.open(&uri, "markdown", &text);
    editor.change(&uri, text.len()..text.len(), "Why so long?");
    send(&mut editor, &uri);
    editor.wait_until("the answer", |editor| editor.text(&uri).contains("Answer 1").then_some(()));
    assert!(said(&fake.received()[0], 1).len() < 24_576 * 3);
}
