//! Code actions: each leads from a selection to its result.

use serde_json::{Value, json};

use crate::clients::{helix, neovim};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{URI, editor};

const TEXT: &str = "fn main() {\n    run()\n}\n";

fn actions(editor: &mut Editor, context: Value) -> Vec<Value> {
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 3, "character": 0}});
    let params = json!({"textDocument": {"uri": URI}, "range": range, "context": context});
    let id = editor.request("textDocument/codeAction", params);
    editor.result(id).as_array().expect("a list").clone()
}

#[test]
fn the_kinds_are_announced() {
    let fake = Fake::start(|_| Script::text(""));
    let editor = editor(neovim(), &fake);
    let capabilities = &editor.handshake["capabilities"];
    assert_eq!(
        capabilities["codeActionProvider"]["codeActionKinds"],
        json!(["quickfix", "refactor.rewrite", "codestral"])
    );
    let commands = capabilities["executeCommandProvider"]["commands"].as_array().expect("commands");
    assert!(commands.contains(&json!("codestral.chat")));
}

#[test]
fn each_action_does_what_it_says() {
    let fake = Fake::start(|_| Script::text("```rust\nfn main() {\n    run();\n}\n```"));
    let mut editor = editor(helix(), &fake);
    editor.open(URI, "rust", TEXT);
    let diagnostic = json!({
        "range": {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 9}}, "message": "no semicolon",
    });
    let offered = actions(&mut editor, json!({"diagnostics": [diagnostic], "triggerKind": 1}));
    let titles: Vec<_> = offered.iter().map(|action| action["title"].as_str().unwrap_or_default()).collect();
    let expected =
        ["Explain", "Fix", "Document", "Write tests", "Improve", "Ask"].map(|name| format!("Codestral: {name}"));
    assert_eq!(titles, expected);
    for (nth, action) in offered.iter().enumerate() {
        editor.change_all(URI, TEXT);
        let id = editor.request("workspace/executeCommand", action["command"].clone());
        editor.result(id);
        let edits = ["Codestral: Fix", "Codestral: Document", "Codestral: Improve"].contains(&titles[nth]);
        let method = if edits { "workspace/applyEdit" } else { "window/showDocument" };
        editor.asked_by_server(method);
        if edits {
            assert_eq!(editor.text(URI), TEXT.replace("run()", "run();"), "{}", titles[nth]);
        }
    }
    let fix = fake.received().into_iter().find(|it| it.body.to_string().contains("Fix what is wrong")).expect("a fix");
    assert!(fix.body.to_string().contains("line 2: error: no semicolon"), "{}", fix.body);
    assert_eq!(fake.stats().requests, 5, "asking waits for its words");
}
