//! What became of suggestions, counted on this machine.

use std::fs;

use serde_json::{Value, json};

use crate::clients::vscode;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{URI, editor};
use crate::process::command;

#[test]
fn acceptances_are_counted_and_shown_by_usage() {
    let fake = Fake::start(|_| Script::text("foo();\n"));
    let mut editor = editor(vscode(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    let item = editor.result(id)["items"][0].take();
    editor.change(URI, offset..offset, "foo();");
    let accepted = json!({"command": item["command"]["command"], "arguments": item["command"]["arguments"]});
    let id = editor.request("workspace/executeCommand", accepted);
    assert_eq!(editor.result(id), Value::Null);
    fake.wait_for(|stats| stats.open_streams == 0);
    let home = editor.home();
    assert_eq!(editor.shutdown(), 0);

    let output = command(&home).args(["usage", "--json"]).output().expect("it runs");
    let counts: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rust = &counts["rust"];
    let row = ["shown", "accepted", "partly", "rejected", "requests"].map(|name| rust[name].as_u64());
    assert_eq!(row, [Some(1), Some(1), Some(0), Some(0), Some(1)], "{counts}");
    let output = command(&home).arg("usage").output().expect("it runs");
    let table = String::from_utf8(output.stdout).expect("text");
    assert!(table.contains("rust") && table.contains("100 %"), "{table}");

    let stored = fs::read_to_string(home.join("state/codestral-ls/usage.json")).expect("the file");
    assert!(!stored.contains("foo") && !stored.contains("main.rs"), "{stored}");
    fs::write(home.join("state/codestral-ls/usage.json"), "{").expect("writable");
    let output = command(&home).arg("usage").output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("delete the file"), "{output:?}");
}

#[test]
fn without_counts_it_says_so() {
    let home = tempfile::TempDir::new().expect("a directory");
    let output = command(home.path()).arg("usage").output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("Nothing was suggested"), "{output:?}");
}
