//! Explain, write tests, ask: a Markdown document, streamed to those who show it themselves.

use serde_json::json;

use super::{question, said, streaming, streaming_with};
use crate::clients::{helix, neovim, vscode};
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::editor;

const TEXT: &str = "use std::io;\n\n«fn main() {\n    run();\n}\n»\nfn run() {}\n";

#[test]
fn an_explanation_is_streamed_and_kept() {
    let fake = Fake::start(|_| Script::text("It calls `run`.\n\nNothing else."));
    let mut editor = streaming(neovim(), &fake);
    let id = editor.select_and_chat(TEXT, "explain");
    let told = editor.told(id);
    assert_eq!(told.outcome(), "answered");
    assert_eq!(told.deltas[0]["action"], "explain");
    assert!(told.deltas.len() > 3, "it comes in pieces: {told:?}");
    let expected = "# Explain main.rs:3-5\n\n## You <!-- codestral -->\n\n\
                    Explain this code: what it is for, how it works, and what may surprise its reader.\n\n\
                    `main.rs`, lines 3 to 5:\n\n```rust\nfn main() {\n    run();\n}\n```\n\n\
                    ## Codestral <!-- codestral -->\n\nIt calls `run`.\n\nNothing else.\n\n## You <!-- codestral -->\n\n";
    assert_eq!(told.text(), expected);
    assert!(question(&fake).contains("\n<selection>\nfn main() {\n    run();\n}\n</selection>\n"));
    assert!(!editor.server_requests.iter().any(|request| request["method"] == "window/showDocument"));
}

#[test]
fn each_kind_of_prose_is_shown_by_an_editor_that_knows_no_chat() {
    for (client, action, words) in
        [(helix(), "explain", None), (vscode(), "tests", None), (neovim(), "ask", Some("What is this for?"))]
    {
        let fake = Fake::start(|_| Script::text("Some prose."));
        let mut editor = editor(client, &fake);
        let mut argument = editor.select(TEXT, action);
        argument["instruction"] = json!(words);
        let id = editor.chat(&argument);
        let answer = editor.result(id);
        let shown = editor.asked_by_server("window/showDocument");
        assert_eq!(shown["uri"], answer["uri"]);
        assert!(editor.kept(&answer).contains("\n\nSome prose.\n\n## You"), "{action}");
        assert!(editor.notifications.iter().all(|message| message["method"] != "codestral/chatDelta"));
        let question = question(&fake);
        assert!(question.contains(words.unwrap_or("this code")) && question.contains("<selection>"), "{question}");
    }
}

#[test]
fn progress_tells_what_is_written_and_ends() {
    let fake = Fake::start(|_| Script::text("Some prose."));
    let mut editor = editor(helix(), &fake);
    let id = editor.select_and_chat(TEXT, "explain");
    editor.result(id);
    let token = editor.asked_by_server("window/workDoneProgress/create")["token"].clone();
    let begin = editor.notification("$/progress");
    assert_eq!(begin["token"], token);
    assert_eq!(begin["value"]["kind"], "begin");
    assert_eq!(begin["value"]["title"], "Codestral: Explain main.rs:3-5");
    assert_eq!(begin["value"]["cancellable"], true);
    let mut last = editor.notification("$/progress");
    while last["value"]["kind"] == "report" {
        assert!(last["value"]["message"].as_str().is_some_and(|message| message.contains("word")), "{last}");
        last = editor.notification("$/progress");
    }
    assert_eq!(last["value"]["kind"], "end");
}

#[test]
fn a_question_needs_no_code_at_all() {
    let fake = Fake::start(|_| Script::text("A rope."));
    let mut editor = streaming(neovim(), &fake);
    let id = editor.chat(&json!({"action": "ask", "instruction": "What is a rope?"}));
    assert_eq!(editor.told(id).outcome(), "answered");
    assert_eq!(question(&fake), "What is a rope?");
}

#[test]
fn the_settings_reach_the_endpoint() {
    let fake = Fake::start(|_| Script::text("Yes."));
    let chat = json!({
        "model": "devstral-latest", "systemPrompt": "Speak like a pirate.", "temperature": 0.5, "topP": 0.9,
        "maxTokens": 100, "randomSeed": 7, "stop": ["END"], "safePrompt": true,
    });
    let mut editor = streaming_with(neovim(), &fake, &chat);
    let id = editor.chat(&json!({"action": "ask", "instruction": "Well?"}));
    editor.told(id);
    let received = &fake.received()[0];
    assert_eq!(received.path, "/v1/chat/completions");
    assert_eq!(said(received, 0), "Speak like a pirate.");
    let mut body = received.body.clone();
    body["messages"].take();
    let expected = json!({
        "messages": null, "model": "devstral-latest", "temperature": 0.5, "top_p": 0.9, "max_tokens": 100,
        "random_seed": 7, "stop": ["END"], "safe_prompt": true, "stream": true,
    });
    assert_eq!(body, expected);
}

#[test]
fn thoughts_are_left_out_unless_they_are_wanted() {
    for (show, thought) in [(false, ""), (true, "> The user says hi.\n\n")] {
        let body = include_bytes!("../../wire/mistral-chat-thinking-stream.sse");
        let fake = Fake::start(move |_| Script::raw("text/event-stream", vec![body.to_vec()]));
        let mut editor = streaming_with(neovim(), &fake, &json!({"showThinking": show}));
        let id = editor.chat(&json!({"action": "ask", "instruction": "Hi"}));
        let text = editor.told(id).text();
        assert!(text.contains(&format!("<!-- codestral -->\n\n{thought}Hello!")), "{text}");
    }
}

#[test]
fn both_families_of_replies_are_understood() {
    for body in [
        include_str!("../../wire/mistral-chat-stream.sse"),
        include_str!("../../wire/litellm-chat-stream.sse"),
        include_str!("../../wire/mistral-chat.json"),
        include_str!("../../wire/litellm-chat.json"),
    ] {
        let fake = Fake::start(|_| Script::raw("text/event-stream", vec![body.into()]));
        let mut editor = streaming(neovim(), &fake);
        let id = editor.chat(&json!({"action": "ask", "instruction": "Hi"}));
        let text = editor.told(id).text();
        assert!(text.contains("Hello there, how may I assist you today?"), "{text}");
    }
}

#[test]
fn definitions_come_from_open_files_that_may_be_sent() {
    let fake = Fake::start(|_| Script::text("Yes."));
    let mut editor = streaming(neovim(), &fake);
    editor.open("file:///project/run.rs", "rust", "fn other() {}\n\nfn run() -> u8 {\n    1\n}\n");
    editor.open("file:///project/secrets.rs", "rust", "fn run() {\n    let key = 1;\n}\n");
    let id = editor.select_and_chat("«fn main() {\n    run();\n}\n»", "explain");
    editor.told(id);
    let question = question(&fake);
    assert!(question.contains("`run.rs`, line 3:\n\n```rust\nfn run() -> u8 {\n    1\n}\n```"), "{question}");
    assert!(!question.contains("other") && !question.contains("key"), "{question}");
}
