//! `codestral-ls chat`: from files, a pipe and words to an answer, a conversation or a changed file.

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{question, said};
use crate::fake_endpoint::{Ending, Fake, Script};
use crate::ghost::KEY;
use crate::process::command;

const TEXT: &str = "use std::io;\n\nfn main() {\n    run()\n}\n";
const REPLY: &str = "```rust\nfn main() {\n    run();\n}\n```\n";

struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

/// A home with `main.rs` in it, in which the command runs.
struct Shell {
    home: TempDir,
    url: String,
}

impl Shell {
    fn new(fake: &Fake) -> Self {
        let home = TempDir::new().expect("a temporary directory");
        fs::write(home.path().join("main.rs"), TEXT).expect("the home is writable");
        Self { home, url: fake.url().to_owned() }
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        self.pipe(arguments, "")
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = command(self.home.path());
        command.arg("chat").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if !self.url.is_empty() {
            command.env("CODESTRAL_URL", &self.url).env("CODESTRAL_API_KEY", KEY);
        }
        command.spawn().expect("the binary runs")
    }

    fn pipe(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut child = self.spawn(arguments);
        let mut stdin = child.stdin.take().expect("stdin is piped");
        // It may have refused before it reads.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert!(!format!("{stdout}{stderr}").contains(KEY) && !stderr.contains("panicked"), "{stdout}{stderr}");
        Outcome { code: output.status.code().expect("it exits"), stdout, stderr }
    }

    fn text(&self) -> String {
        fs::read_to_string(self.home.path().join("main.rs")).expect("it is there")
    }

    fn conversations(&self) -> Vec<String> {
        let directory = fs::read_dir(self.home.path().join("state/codestral-ls/conversations"));
        let mut paths: Vec<_> = directory.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().map(|path| fs::read_to_string(path).expect("it can be read")).collect()
    }

    #[track_caller]
    fn check_refused(&self, arguments: &[&str], code: i32, parts: &[&str]) {
        let outcome = self.run(arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (code, ""), "{}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        for part in parts {
            assert!(outcome.stderr.contains(part), "{part:?} is not in {:?}", outcome.stderr);
        }
        assert_eq!(self.text(), TEXT);
    }
}

fn says(text: &'static str) -> Fake {
    Fake::start(move |_| Script::text(text))
}

#[test]
fn a_question_about_a_part_of_a_file_is_answered() {
    let fake = says("It runs.\u{1b}[2J");
    let shell = Shell::new(&fake);
    let outcome = shell.run(&["main.rs:3-5", "Why does this run?"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "It runs.␛[2J\n"), "{}", outcome.stderr);
    let question = question(&fake);
    assert!(question.starts_with("Why does this run?\n\n`main.rs` (rust), lines 3 to 5;"), "{question}");
    assert!(shell.conversations()[0].contains("fn main() {"));
}

#[test]
fn an_action_needs_no_words() {
    let fake = says("It runs.");
    let shell = Shell::new(&fake);
    assert_eq!(shell.run(&["--action", "explain", "main.rs:3-5"]).code, 0);
    assert!(question(&fake).starts_with("Explain this code"));
}

#[test]
fn a_pipe_is_part_of_the_question() {
    let fake = says("A type error.");
    let shell = Shell::new(&fake);
    let outcome = shell.pipe(&["What is wrong here?"], "error[E0308]: mismatched types\n");
    assert_eq!(outcome.stdout, "A type error.\n");
    assert!(question(&fake).contains("`standard input` (plaintext), line 1;"), "{}", question(&fake));
    assert!(question(&fake).contains("E0308"));
}

#[test]
fn a_conversation_is_continued() {
    let fake = says("Yes.");
    let shell = Shell::new(&fake);
    shell.run(&["Is it?"]);
    let outcome = shell.run(&["--continue", "Really?"]);
    assert_eq!(outcome.stdout, "Yes.\n", "{}", outcome.stderr);
    let received = fake.received();
    assert_eq!((said(&received[1], 1), said(&received[1], 2), said(&received[1], 3)), ("Is it?", "Yes.", "Really?"));
    assert_eq!(shell.conversations().len(), 1);
    shell.check_refused(&["--continue=nothing", "Really?"], 1, &["nothing", "check its name"]);
}

#[test]
fn an_edit_is_shown_and_written() {
    let fake = says(REPLY);
    let shell = Shell::new(&fake);
    let outcome = shell.run(&["--apply", "--yes", "main.rs:3-5", "add the semicolon"]);
    let expected =
        "--- main.rs\n+++ main.rs\n@@ line 1 @@\n use std::io;\n \n fn main() {\n-    run()\n+    run();\n }\n";
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, expected), "{}", outcome.stderr);
    assert_eq!(shell.text(), TEXT.replace("run()", "run();"));
}

#[test]
fn a_byte_order_mark_and_crlf_stay() {
    let fake = says(REPLY);
    let shell = Shell::new(&fake);
    let text = format!("\u{feff}{}", TEXT.replace('\n', "\r\n"));
    fs::write(shell.home.path().join("main.rs"), &text).expect("the home is writable");
    let outcome = shell.run(&["--apply", "--yes", "--action", "fix", "main.rs:3-5"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(shell.text(), text.replace("run()", "run();"));
}

#[test]
fn nothing_is_written_without_a_yes() {
    let fake = says(REPLY);
    let shell = Shell::new(&fake);
    let outcome = shell.run(&["--apply", "main.rs:3-5", "add the semicolon"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("+    run();") && outcome.stderr.contains("--yes"), "{}", outcome.stderr);
    assert_eq!(shell.text(), TEXT);
}

#[test]
fn an_answer_that_is_no_edit_is_shown_and_nothing_is_written() {
    let fake = says("I would leave it.");
    let shell = Shell::new(&fake);
    let outcome = shell.run(&["--apply", "--yes", "main.rs:3-5", "improve it"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, "I would leave it.\n"), "{}", outcome.stderr);
    assert_eq!(shell.text(), TEXT);
}

#[test]
fn what_arrived_before_a_cut_is_shown_and_kept() {
    let fake = Fake::start(|_| Script::text("It runs and").ending(Ending::Cut));
    let shell = Shell::new(&fake);
    let outcome = shell.run(&["Why?"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, "It runs and\n"));
    assert!(outcome.stderr.contains("127.0.0.1"), "{}", outcome.stderr);
    assert!(shell.conversations()[0].contains("It runs and\n\n> "));
}

#[test]
fn wrong_arguments_are_told_in_one_line() {
    let fake = says("no");
    let shell = Shell::new(&fake);
    shell.check_refused(&["nothing.rs:3", "Why?"], 1, &["there is no file nothing.rs"]);
    shell.check_refused(&["main.rs:30", "Why?"], 1, &["main.rs has no line 30"]);
    shell.check_refused(&["main.rs:3-5", "Why", "this?"], 2, &["there is no file Why;", "into quotes"]);
    shell.check_refused(&["main.rs:3-5"], 2, &["say in words what you want"]);
    shell.check_refused(&["--apply", "main.rs:3-5"], 2, &["say in words what you want"]);
    shell.check_refused(&["main.rs:9-3", "Why?"], 2, &["FILE:FIRST-LAST"]);
    shell.check_refused(&["--apply", "Why?"], 2, &["--apply"]);
    shell.check_refused(&["--apply", "--action", "explain", "main.rs", "x"], 2, &["--apply cannot explain"]);
    shell.check_refused(&["--action", "sing", "x"], 2, &["sing", "explain"]);
    shell.check_refused(&[" "], 2, &["words"]);
    shell.check_refused(&["--continue", "x"], 1, &["no conversation to go on with"]);
    fs::write(shell.home.path().join("big.rs"), TEXT.repeat(10_000)).expect("the home is writable");
    shell.check_refused(&["--apply", "big.rs", "shorten it"], 1, &["too long to be rewritten"]);
    assert!(shell.conversations().is_empty(), "nothing was asked");
    assert_eq!(fake.stats().requests, 0);
}

#[test]
fn no_more_of_a_path_is_sent_than_is_needed() {
    let fake = says("Yes.");
    let shell = Shell::new(&fake);
    let path = shell.home.path().join("main.rs");
    let outside = TempDir::new().expect("a temporary directory");
    fs::write(outside.path().join("other.rs"), TEXT).expect("it is writable");
    let other = outside.path().join("other.rs");
    let config = shell.home.path().join("config/codestral-ls");
    fs::create_dir_all(&config).expect("the home is writable");
    fs::write(config.join("config.toml"), "privacy.temporaryFiles = true\n").expect("the home is writable");
    shell.run(&[&path.display().to_string(), &other.display().to_string(), "Why?"]);
    let question = question(&fake);
    assert!(question.contains("`main.rs` (rust)") && question.contains("`other.rs` (rust)"), "{question}");
}

#[test]
fn what_was_read_of_an_answer_is_kept_however_it_ends() {
    let fake = Fake::start(|_| Script::chunks(["It runs", " and"]).ending(Ending::Stall));
    let shell = Shell::new(&fake);
    let mut child = shell.spawn(&["Why?"]);
    drop(child.stdin.take());
    let mut begun = [0; 7];
    child.stdout.take().expect("stdout is piped").read_exact(&mut begun).expect("it answers");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert!(
        shell.conversations()[0].ends_with("## Codestral <!-- codestral -->\n\nIt runs")
            || shell.conversations()[0].ends_with("It runs and"),
        "{}",
        shell.conversations()[0]
    );

    let fake = Fake::start(|_| Script::text(&"It runs. ".repeat(100)).between(Duration::from_millis(5)));
    let shell = Shell { url: fake.url().to_owned(), ..shell };
    let mut child = shell.spawn(&["--continue", "And?"]);
    drop(child.stdin.take());
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "a reader that has seen enough is no failure");
    let kept = &shell.conversations()[0];
    assert!(
        kept.contains("\n\n## You <!-- codestral -->\n\nAnd?\n\n## Codestral <!-- codestral -->\n\nIt runs."),
        "{kept}"
    );
    assert!(said(&fake.received()[0], 2).starts_with("It runs"));
}

#[test]
fn without_a_key_chat_says_how_to_set_an_endpoint() {
    let fake = says("no");
    let mut shell = Shell::new(&fake);
    shell.url.clear();
    shell.check_refused(&["Why?"], 1, &["chat needs an endpoint", "MISTRAL_API_KEY"]);
    assert!(shell.conversations().is_empty(), "nothing was asked");
}
