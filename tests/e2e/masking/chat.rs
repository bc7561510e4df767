//! Chats about text with secrets, in the editor.

use serde_json::json;

use super::{check_sent, check_written, filled};
use crate::chat::{streaming, streaming_with};
use crate::clients::{neovim, vscode};
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::URI;

const OTHER: &str = "file:///project/other.rs";

fn answers() -> Fake {
    Fake::start(|_| Script::text("It does.\n"))
}

#[test]
fn the_code_its_surroundings_and_definitions_are_masked_and_so_is_what_is_kept() {
    let fake = answers();
    let mut editor = streaming(vscode(), &fake);
    editor.open(OTHER, "rust", &filled("pub fn connect() -> Token {\n    Token::new(\"§\")\n}\n"));
    let code = "let token = \"§\";\n«let password = \"¤\"; connect();\n»let again = \"§\";\n";
    let id = editor.select_and_chat(&filled(code), "explain");
    let told = editor.told(id);
    assert_eq!(told.outcome(), "answered");
    let sent = check_sent(&fake, 1);
    assert!(sent.contains("let password = \"masked_secret_") && sent.contains("Token::new(\"masked_secret_"), "{sent}");
    assert!(told.text().contains("let password = \"masked_secret_"), "{}", told.text());
    check_written(&editor.home(), &[]);
}

#[test]
fn the_question_the_diagnostics_and_the_conversation_are_masked() {
    let fake = answers();
    let mut editor = streaming_with(neovim(), &fake, &json!({"systemPrompt": filled("Never say §.")}));
    let mut argument = editor.select("«fn main() {}\n»", "fix");
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 2}});
    argument["diagnostics"] = json!([{"range": range, "severity": 1, "message": filled("the token § is bad")}]);
    argument["instruction"] = filled("replace § by the environment").into();
    let id = editor.chat(&argument);
    let told = editor.told(id);
    let sent = check_sent(&fake, 1);
    assert!(sent.contains("replace masked_secret_") && sent.contains("the token masked_secret_"), "{sent}");

    let conversation = told.deltas[0]["conversation"].clone();
    let again = json!({"action": "ask", "instruction": filled("and password=¤ ?"), "conversation": conversation});
    let id = editor.chat(&again);
    editor.told(id);
    check_sent(&fake, 2);
    check_written(&editor.home(), &[]);
}

#[test]
fn a_question_alone_names_no_file_by_a_secret() {
    let fake = answers();
    let mut editor = streaming(vscode(), &fake);
    let id = editor.chat(&json!({"action": "ask", "instruction": filled("is § valid?")}));
    editor.told(id);
    check_sent(&fake, 1);
    check_written(&editor.home(), &[]);
}

#[test]
fn a_selection_that_cuts_a_secret_in_two_shows_none_of_it() {
    let fake = answers();
    let mut editor = streaming(vscode(), &fake);
    let text = filled("let token = \"§\";\n");
    editor.open(URI, "rust", &text);
    for character in (14..50).step_by(7) {
        let range = json!({"start": {"line": 0, "character": character}, "end": {"line": 0, "character": 60}});
        let argument = json!({"action": "explain", "textDocument": {"uri": URI}, "range": range});
        let id = editor.chat(&argument);
        editor.told(id);
    }
    check_sent(&fake, 6);
}
