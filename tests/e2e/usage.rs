//! `codestral-ls usage` on what is on disk.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::clients::vscode;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{URI, editor};
use crate::process::command;

/// A day that no clock has passed, so that it is always among the last days.
const PREPARED: &str = r#"{"days":{
    "1999-01-01":{"rust":{"shown":1000000}},
    "9999-12-30":{"rust":{"shown":8,"accepted":3,"partly":1,"rejected":4,"requests":5,"promptTokens":1000000,"completionTokens":100000}},
    "9999-12-31":{"go":{"shown":2,"requests":1,"promptTokens":1000000},"rust":{"shown":2,"rejected":2}}
}}"#;

/// A home, with `usage.json` in it if there is one.
fn home(usage: Option<&str>) -> TempDir {
    let home = TempDir::new().expect("a temporary directory");
    if let Some(usage) = usage {
        fs::create_dir_all(state(&home)).expect("the home is writable");
        fs::write(state(&home).join("usage.json"), usage).expect("the home is writable");
    }
    home
}

fn state(home: &TempDir) -> PathBuf {
    home.path().join("state/codestral-ls")
}

#[track_caller]
fn check(home: &TempDir, arguments: &[&str], code: i32) -> (String, String) {
    let output = command(home.path()).arg("usage").args(arguments).output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(code), "{stdout}{stderr}");
    (stdout, stderr)
}

#[test]
fn usage_before_the_first_suggestion_says_so_and_makes_nothing() {
    let home = home(None);
    let (stdout, stderr) = check(&home, &[], 0);
    assert!(stdout.starts_with("Nothing was counted since ") && stderr.is_empty(), "{stdout}{stderr}");
    assert!(!state(&home).exists());
    let (stdout, _) = check(&home, &["--json"], 0);
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((&report["languages"], &report["total"]["shown"]), (&json!({}), &0.into()));
}

#[test]
fn usage_is_a_table_by_language() {
    let (stdout, stderr) = check(&home(Some(PREPARED)), &[], 0);
    let lines: Vec<String> = stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in
        ["go 2 0 0 0 0 % 1 1000000 0", "rust 10 3 1 6 40 % 5 1000000 100000", "total 12 3 1 6 33 % 6 2000000 100000"]
    {
        assert!(lines.iter().any(|found| found == line), "{line} is not in\n{stdout}");
    }
    assert!(stdout.contains("Estimate: $0.69") && stderr.is_empty(), "{stdout}{stderr}");
}

#[test]
fn usage_as_json_is_one_object() {
    let (stdout, _) = check(&home(Some(PREPARED)), &["--json", "--days", "7"], 0);
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((&report["days"], &report["total"]["shown"]), (&7.into(), &12.into()));
    assert_eq!(report["languages"]["rust"]["rejected"], 6);
    let dollars = report["estimatedDollars"].as_f64().expect("a number");
    assert!((dollars - 0.69).abs() < 1e-9, "{dollars}");
}

#[test]
fn chats_have_a_line_and_only_known_prices_are_in_the_estimate() {
    let with_chat = r#"{"days":{"9999-12-31":{
        "go":{"shown":2,"requests":1,"promptTokens":1000000},
        "chat":{"requests":3,"promptTokens":1000000,"completionTokens":10},
        "chat-unpriced":{"requests":2,"promptTokens":7000000,"completionTokens":20}
    }}}"#;
    let (stdout, _) = check(&home(Some(with_chat)), &[], 0);
    let lines: Vec<String> = stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in ["go 2 0 0 0 0 % 1 1000000 0", "chat - - - - - 5 8000000 30", "total 2 0 0 0 0 % 6 9000000 30"] {
        assert!(lines.iter().any(|found| found == line), "{line} is not in\n{stdout}");
    }
    assert!(stdout.contains("Estimate: $0.60") && stdout.contains("leaves out 2 chats"), "{stdout}");
    let (stdout, _) = check(&home(Some(with_chat)), &["--json"], 0);
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(report["chat"], json!({ "requests": 5, "promptTokens": 8_000_000, "completionTokens": 30 }));
    assert_eq!((&report["total"]["requests"], report["languages"].get("chat")), (&6.into(), None));
}

#[test]
fn usage_of_a_broken_file_says_what_to_do_and_leaves_it() {
    let home = home(Some("{"));
    let (stdout, stderr) = check(&home, &[], 1);
    assert!(stdout.is_empty() && stderr.contains("usage.json is broken") && stderr.contains("remove it"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1);
    assert!(state(&home).join("usage.json").exists());
}

#[test]
fn usage_of_no_days_is_a_wrong_argument() {
    for days in ["0", "401", "-1", "x"] {
        let (_, stderr) = check(&home(None), &[&format!("--days={days}")], 2);
        assert!(stderr.contains("--days"), "{stderr}");
    }
}

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
    let rust = &counts["languages"]["rust"];
    let row = ["shown", "accepted", "partly", "rejected", "requests"].map(|name| rust[name].as_u64());
    assert_eq!(row, [Some(1), Some(1), Some(0), Some(0), Some(1)], "{counts}");
    let output = command(&home).arg("usage").output().expect("it runs");
    let table = String::from_utf8(output.stdout).expect("text");
    assert!(table.contains("rust") && table.contains("100 %"), "{table}");

    let stored = fs::read_to_string(home.join("state/codestral-ls/usage.json")).expect("the file");
    assert!(!stored.contains("foo") && !stored.contains("main.rs"), "{stored}");
}

#[test]
fn an_editor_that_does_not_wait_for_the_answer_to_shutdown_loses_no_counts() {
    // Neovim closes stdin right behind its `shutdown`; an editor that crashes says nothing at all.
    for says_shutdown in [true, false] {
        let fake = Fake::start(|_| Script::text("foo();\n"));
        let mut editor = editor(vscode(), &fake);
        let offset = editor.write(URI, "let x = <cursor>\n");
        let id = editor.complete(URI, offset);
        let item = editor.result(id)["items"][0].take();
        let accepted = json!({"command": item["command"]["command"], "arguments": item["command"]["arguments"]});
        let id = editor.request("workspace/executeCommand", accepted);
        editor.result(id);
        let home = editor.home();
        if says_shutdown {
            editor.request("shutdown", Value::Null);
        }
        editor.close_stdin();
        assert_eq!(editor.exit_code(Duration::from_secs(10)), 1);
        let stored = fs::read_to_string(home.join("state/codestral-ls/usage.json"));
        assert!(stored.is_ok_and(|counts| counts.contains("rust")), "after a shutdown: {says_shutdown}");
    }
}
