//! A full disk: every file that the program writes keeps what it held, what was paid for is shown, and one sentence tells
//! of it.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::clients::vscode;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, URI, settings};
use crate::process::{command, on_full_disk};

const TEXT: &str = "use std::io;\n\nfn main() {\n    run()\n}\n";
const REPLY: &str = "```rust\nfn main() {\n    run();\n}\n```\n";

/// Counts of a day that no clock has passed.
const USAGE: &str = r#"{"days":{"9999-12-30":{"rust":{"shown":8,"requests":5}}}}"#;

/// No byte fits any more.
const FULL: u32 = 0;

/// So many blocks of the shell's fit into a file, 32 or 64 KB.
const NEARLY_FULL: u32 = 64;

/// More than fits into a file then.
const LARGE: usize = 100_000;

/// A conversation that nearly fills its file, with a letter at every place that is more than one byte.
const CONVERSATION: &str = "2026-11-24-030105-explain-main-rs";

fn earlier() -> String {
    format!("# Explain main.rs\n\n## You\n\nWhy?\n\n## Codestral\n\n{}\n\n", "é".repeat(10_000))
}

struct Home {
    home: TempDir,
    url: String,
}

impl Home {
    fn new(fake: &Fake) -> Self {
        let home = Self { home: TempDir::new().expect("a temporary directory"), url: fake.url().to_owned() };
        home.write("main.rs", TEXT);
        home.write("state/codestral-ls/usage.json", USAGE);
        home
    }

    fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file has a parent")).expect("the home is writable");
        fs::write(path, text).expect("the home is writable");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("it is text still")
    }

    fn conversation(&self) -> String {
        self.read(&format!("state/codestral-ls/conversations/{CONVERSATION}.md"))
    }

    fn names(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(directory)).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs the program; gives its exit code and what it wrote to stdout and stderr.
    #[track_caller]
    fn run(&self, blocks: u32, arguments: &[&str]) -> (i32, String, String) {
        let mut plain = command(self.home.path());
        plain.env("CODESTRAL_URL", &self.url).env("CODESTRAL_API_KEY", KEY).args(arguments);
        let output = on_full_disk(&plain, blocks).stdin(Stdio::null()).output().expect("there is a shell");
        let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert!(!stderr.contains("panicked"), "{stderr}");
        // The counts stay as they are, whatever was asked.
        assert_eq!(self.read("state/codestral-ls/usage.json"), USAGE);
        let strays: Vec<String> = [self.names(""), self.names("state/codestral-ls")]
            .concat()
            .into_iter()
            .filter(|n| n.ends_with(".new"))
            .collect();
        assert!(strays.is_empty(), "{strays:?}");
        (output.status.code().expect("it exits"), stdout, stderr)
    }
}

/// One line, in which all of this stands.
#[track_caller]
fn check_told(stderr: &str, parts: &[&str]) {
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(parts.iter().all(|part| stderr.contains(part)), "{parts:?} are not in {stderr:?}");
}

#[test]
fn a_source_file_that_cannot_be_written_whole_stays_as_it_was() {
    let fake = Fake::start(|_| Script::text(REPLY));
    let home = Home::new(&fake);
    let text = format!("{TEXT}{}", "// A long file.\n".repeat(10_000));
    home.write("main.rs", &text);
    let mut plain = command(home.home.path());
    plain.env("CODESTRAL_URL", &home.url).env("CODESTRAL_API_KEY", KEY);
    plain.args(["chat", "--apply", "--yes", "main.rs:3-5", "add the semicolon"]);
    let output = on_full_disk(&plain, NEARLY_FULL).stdin(Stdio::null()).output().expect("there is a shell");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    check_told(&stderr, &["main.rs", "cannot be written", "it is as it was"]);
    assert!(home.read("main.rs") == text, "{} of {} bytes are left", home.read("main.rs").len(), text.len());
    assert_eq!(home.names(""), ["main.rs", "state"]);
}

#[test]
fn a_suggestion_is_shown_though_it_cannot_be_counted() {
    let fake = Fake::start(|_| Script::text(" // It runs.\n"));
    let home = Home::new(&fake);
    let (code, stdout, stderr) = home.run(FULL, &["complete", "main.rs:4:10"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("It runs."), "{stdout}");
    check_told(&stderr, &["not counted"]);
}

#[test]
fn a_chat_that_cannot_be_begun_says_so_before_it_costs_anything() {
    let fake = Fake::start(|_| Script::text("It runs."));
    let home = Home::new(&fake);
    let (code, stdout, stderr) = home.run(FULL, &["chat", "main.rs:3-5", "Why?"]);
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    check_told(&stderr, &["the conversation cannot be kept", "make room"]);
    assert_eq!(home.names("state/codestral-ls/conversations"), Vec::<String>::new());
    assert_eq!(fake.stats().requests, 0);
}

#[test]
fn an_answer_is_shown_though_the_disk_fills_up_under_it() {
    // Each word another one: a reply that repeats itself without end would be broken off.
    let long: String = (0..LARGE / 8).map(|n| format!("é{n:06} ")).collect();
    let fake = Fake::start(move |_| Script::chunks([format!("{long}é"), "The end.".to_owned()]));
    let home = Home::new(&fake);
    home.write(&format!("state/codestral-ls/conversations/{CONVERSATION}.md"), &earlier());
    let mut plain = command(home.home.path());
    plain.env("CODESTRAL_URL", &home.url).env("CODESTRAL_API_KEY", KEY).args(["chat", "--continue", "And?"]);
    let output = on_full_disk(&plain, NEARLY_FULL).stdin(Stdio::null()).output().expect("there is a shell");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stdout.ends_with("éThe end.\n"), "the whole answer is shown");
    check_told(&stderr, &["Warning", "not kept"]);
    let kept = home.conversation();
    assert!(kept.starts_with(&earlier()) && kept.contains("And?") && !kept.contains("The end."), "{}", kept.len());
}

#[test]
fn an_editor_goes_on_and_hears_of_it() {
    let fake = Fake::start(|_| Script::text("1;\n"));
    let mut options = settings(&fake);
    options["log"] = json!({"level": "debug"});
    let client = vscode()
        .file("state/codestral-ls/usage.json", USAGE)
        .file(&format!("state/codestral-ls/conversations/{CONVERSATION}.md"), &earlier())
        .file("log", "An older line.\n");
    options["log"]["file"] = json!(client.home.path().join("log"));
    let mut editor = client.env("CODESTRAL_API_KEY", KEY).options(options).on_full_disk().start();
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
    let problems = editor.command("codestral.status")["problems"].to_string();
    assert!(problems.contains("cannot log to") && problems.contains("make room"), "{problems}");
    let id = editor.chat(&json!({"action": "ask", "instruction": "Why?"}));
    assert!(editor.refused(id).contains("the conversation cannot be kept"));
    let ask = json!({"action": "ask", "instruction": "And?", "conversation": CONVERSATION});
    let id = editor.chat(&ask);
    editor.result(id);
    editor.wait_until("word of the conversation", |editor| {
        let told =
            |message: &Value| message["params"]["message"].to_string().contains("the conversation cannot be kept");
        editor.notifications.iter().any(told).then_some(())
    });
    let home = editor.home();
    let read = |path: &str| fs::read_to_string(home.join(path)).expect("it is text still");
    assert_eq!(editor.shutdown(), 0);
    assert_eq!(read("log"), "An older line.\n");
    assert_eq!(read("state/codestral-ls/usage.json"), USAGE);
    assert_eq!(read(&format!("state/codestral-ls/conversations/{CONVERSATION}.md")), earlier());
    assert!(editor.stderr().contains("the counts for `codestral-ls usage` wait"), "{}", editor.stderr());
}
