//! Completions and chats in a terminal about files with secrets.

use std::fs;
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{check_sent, check_written, filled, leak};
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::KEY;
use crate::process::command;

const CODE: &str = "fn f() {\n    let token = \"§\"; let x = 1;\n    let password = \"¤\";\n    \n}\n";

/// Runs the command in a home whose `main.rs` is that code; no output may hold a secret.
fn run(fake: &Fake, arguments: &[&str]) -> (TempDir, Output) {
    let home = TempDir::new().expect("a temporary directory");
    fs::write(home.path().join("main.rs"), filled(CODE)).expect("the home is writable");
    let mut command = command(home.path());
    command.args(arguments).env("CODESTRAL_URL", fake.url()).env("CODESTRAL_API_KEY", KEY).stdin(Stdio::null());
    let output = command.output().expect("the binary runs");
    check_written(home.path(), &["main.rs"]);
    (home, output)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn complete_explains_what_was_masked_and_never_shows_it() {
    let fake = Fake::start(|_| Script::text("run();\n"));
    let (_, output) = run(&fake, &["complete", "main.rs:4", "--explain"]);
    let sent = check_sent(&fake, 1);
    assert!(
        sent.contains("let token = \"masked_secret_1\"; let x = 1;\n    let password = \"masked_secret_2\";"),
        "{sent}"
    );
    let shown = text(&output.stdout);
    assert!(shown.contains("masked    token-by-name in line 2, password-by-name in line 3"), "{shown}");

    let (_, output) = run(&fake, &["complete", "main.rs:4", "--explain", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let masked = &report["explain"]["masked"];
    assert_eq!(masked[0]["rule"], "token-by-name");
    assert_eq!((&masked[0]["line"], &masked[1]["line"]), (&2.into(), &3.into()));
    assert_eq!(leak(&report.to_string()), None, "{report}");
}

#[test]
fn chat_masks_files_and_words_and_writes_no_placeholder_into_a_file() {
    let fake = Fake::start(|_| Script::text("It runs.\n"));
    run(&fake, &["chat", "main.rs:2-3", &filled("is § still valid?")]);
    check_sent(&fake, 1);

    let fake = Fake::start(|_| Script::text("```rust\n    let password = \"masked_secret_2\".to_owned();\n```\n"));
    let (home, output) = run(&fake, &["chat", "--apply", "--yes", "main.rs:3", "make it owned"]);
    check_sent(&fake, 1);
    assert_eq!(fs::read_to_string(home.path().join("main.rs")).expect("a file"), filled(CODE));
    let (shown, why) = (text(&output.stdout), text(&output.stderr));
    assert!(shown.contains("masked_secret_2") && why.contains("in the place of a secret"), "{shown}{why}");
}
