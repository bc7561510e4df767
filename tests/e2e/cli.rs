//! What a person runs in a terminal: one way in which it goes well, and every way in which it does not.

use std::fs;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::fake_endpoint::{Config, Fake, Script};
use crate::process::command;

const SECRET: &str = "sk-not-to-be-seen";

/// A home with files in it, and the environment in which commands run there.
struct Shell {
    home: TempDir,
    env: Vec<(&'static str, String)>,
}

/// What a command left behind.
#[derive(Debug)]
struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Shell {
    /// With a key, and the fake endpoint to ask.
    fn new(fake: &Fake) -> Self {
        Self::alone().env("CODESTRAL_URL", fake.url()).env("CODESTRAL_API_KEY", SECRET)
    }

    fn alone() -> Self {
        Self { home: TempDir::new().expect("a temporary directory"), env: Vec::new() }
    }

    fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a parent")).expect("the home is writable");
        fs::write(path, content).expect("the home is writable");
        self
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = command(self.home.path());
        let output = command.args(arguments).envs(self.env.iter().cloned()).output().expect("the binary runs");
        let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
        let outcome = Outcome {
            code: output.status.code().expect("it exits"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        assert!(!format!("{outcome:?}").contains(SECRET), "the key is shown: {outcome:?}");
        assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
        assert!(!outcome.stdout.contains('\u{1b}'), "colours without a terminal: {outcome:?}");
        outcome
    }

    /// Expects this exit code and one line on stderr that holds `parts`; nothing on stdout.
    #[track_caller]
    fn check_refused(&self, arguments: &[&str], code: i32, parts: &[&str]) {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, code, "{outcome:?}");
        assert_eq!(outcome.stdout, "", "{outcome:?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
        for part in parts {
            assert!(outcome.stderr.contains(part), "{part:?} is not in {:?}", outcome.stderr);
        }
    }
}

fn says(text: &'static str) -> Fake {
    Fake::start(move |_| Script::text(text))
}

const ADD: &str = "fn add(a: i32, b: i32) -> i32 {\n    \n}\n";

#[test]
fn a_suggestion_is_drawn_into_the_text() {
    let fake = says("a + b");
    let shell = Shell::new(&fake).file("add.rs", ADD);
    for place in ["add.rs:2", "add.rs:2:5"] {
        let outcome = shell.run(&["complete", place]);
        assert_eq!(outcome.stdout, "1 │ fn add(a: i32, b: i32) -> i32 {\n2 │     ⟦a + b⟧\n3 │ }\n", "{outcome:?}");
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    }
    assert!(fake.received()[0].prompt().ends_with("-> i32 {\n    "));
    assert_eq!(fake.received()[0].suffix(), "\n}\n");
}

#[test]
fn a_file_name_may_hold_colons() {
    if cfg!(windows) {
        return;
    }
    let fake = says("a + b");
    let outcome = Shell::new(&fake).file("a:7.rs", ADD).run(&["complete", "a:7.rs:2"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

#[test]
fn json_is_one_object() {
    let fake = says("a + b");
    let outcome = Shell::new(&fake).file("add.rs", ADD).run(&["complete", "add.rs:2:5", "--json"]);
    let report: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(report["file"], "add.rs");
    assert_eq!((&report["line"], &report["column"]), (&2.into(), &5.into()));
    assert_eq!((&report["insertText"], &report["replaces"]), (&"a + b".into(), &0.into()));
    assert_eq!((&report["source"], &report["reason"]), (&"endpoint".into(), &Value::Null));
    assert!(report["timings"]["totalMs"].is_u64() && report["timings"]["firstTextMs"].is_u64(), "{report}");
    assert!(report.get("explain").is_none());
}

#[test]
fn an_explanation_tells_all_but_the_key() {
    let fake = says("a + b");
    let shell = Shell::new(&fake).file("add.rs", ADD);
    let outcome = shell.run(&["complete", "add.rs:2:5", "--explain"]);
    for part in [
        "rust",
        fake.url(),
        "from CODESTRAL_URL",
        "env CODESTRAL_API_KEY",
        "36 bytes from line 1 (the start), 3 bytes to line 3 (the end)",
        "model codestral-latest, maxTokens 256, temperature 0.2",
        "first text",
        "\"a + b\"",
        "shown, from endpoint",
    ] {
        assert!(outcome.stdout.contains(part), "{part:?} is not in\n{}", outcome.stdout);
    }
    let outcome = shell.run(&["complete", "add.rs:2:5", "--explain", "--json"]);
    let report: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(report["explain"]["said"], "a + b");
    assert_eq!(report["explain"]["prompt"]["suffix"], "\n}\n");
    assert_eq!(report["explain"]["window"]["firstLine"], 1);
}

#[test]
fn an_explanation_tells_what_each_filter_took() {
    let raw = "```rust\na + b\n```\nIt adds them.";
    let fake = says(raw);
    let shell = Shell::new(&fake).file("add.rs", ADD);
    let outcome = shell.run(&["complete", "add.rs:2:5", "--explain"]);
    for part in ["⟦a + b⟧", "filteredWrapping took \"```rust\\n\"", "holds a fence", "shown, from endpoint"] {
        assert!(outcome.stdout.contains(part), "{part:?} is not in\n{}", outcome.stdout);
    }
    let outcome = shell.run(&["complete", "add.rs:2:5", "--explain", "--json"]);
    let report: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(
        (&report["insertText"], &report["explain"]["filters"][0]["name"]),
        (&"a + b".into(), &"filteredWrapping".into())
    );
    let said = report["explain"]["said"].as_str().expect("what was said");
    assert!(raw.starts_with(said) && said.starts_with("```rust"), "{said}");
}

#[test]
fn nothing_to_show_has_a_code_and_a_reason() {
    let fake = says("");
    let shell = Shell::new(&fake).file("add.rs", ADD);
    shell.check_refused(&["complete", "add.rs:2"], 3, &["Nothing to show", "the model answered with nothing"]);
    let outcome = shell.run(&["complete", "add.rs:2", "--json"]);
    let report: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!((outcome.code, &report["reason"], &report["insertText"]), (3, &"empty".into(), &Value::Null));
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let fake = says("x");
    let shell = Shell::new(&fake)
        .file("dir/a.rs", "")
        .file("binary.rs", b"\x7fELF\0\0")
        .file("latin.rs", b"// ok\n// caf\xe9\n")
        .file("large.rs", "x".repeat(2000))
        .file(".env", "PASSWORD=1\n")
        .file("config/codestral-ls/config.toml", "limits.maxFileBytes = 1024\n");
    for (place, part) in [
        ("none.rs:1", "there is no file none.rs; check the name"),
        ("dir:1", "dir is a directory; name a file in it"),
        ("binary.rs:1", "binary.rs is binary; name a file of text"),
        ("latin.rs:1", "latin.rs is not UTF-8 in line 2; save it as UTF-8"),
        ("large.rs:1", "large.rs has 2000 bytes, more than limits.maxFileBytes (1024)"),
        (".env:1", ".env: the file is private: it matches .env; privacy.exclude"),
    ] {
        shell.check_refused(&["complete", place], 1, &["Error: ", part]);
    }
    assert_eq!(fake.received().len(), 0, "something was sent");
}

#[cfg(unix)]
#[test]
fn a_device_is_not_read() {
    Shell::alone().check_refused(&["complete", "/dev/zero:1"], 1, &["/dev/zero is not a regular file"]);
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let fake = says("x");
    let shell = Shell::new(&fake).file("closed.rs", "x");
    let path = shell.home.path().join("closed.rs");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("the file is ours");
    if fs::read(&path).is_ok() {
        return; // The tester is root, whom no permission stops.
    }
    shell.check_refused(&["complete", "closed.rs:1"], 1, &["closed.rs cannot be read", "check its permissions"]);
}

#[test]
fn a_place_outside_the_file_says_where_it_ends() {
    let fake = says("x");
    let shell = Shell::new(&fake).file("add.rs", ADD);
    shell.check_refused(&["complete", "add.rs:9"], 1, &["add.rs has no line 9; choose one from 1 to 4"]);
    shell.check_refused(&["complete", "add.rs:2:9"], 1, &["line 2 of add.rs has no column 9; choose one from 1 to 5"]);
}

#[test]
fn wrong_arguments_have_a_code_of_their_own() {
    let shell = Shell::alone();
    shell.check_refused(&["complete"], 2, &["FILE:LINE[:COL]"]);
    shell.check_refused(&["complete", "add.rs"], 2, &["add.rs", "write FILE:LINE"]);
    shell.check_refused(&["complete", "add.rs:0"], 2, &["count from 1"]);
    shell.check_refused(&["complete", "add.rs:1", "--jsn"], 2, &["--jsn", "--json"]);
    shell.check_refused(&["chekc"], 2, &["chekc", "check"]);
}

#[test]
fn a_set_up_that_cannot_work_says_what_to_do() {
    let shell = || Shell::alone().file("add.rs", ADD);
    let complete = ["complete", "add.rs:2"];
    let config = "config/codestral-ls/config.toml";
    let keyless = shell().file(config, "endpoint.dialect = \"mistral\"\n");
    keyless.check_refused(&complete, 1, &["no API key", "CODESTRAL_API_KEY", "endpoint.apiKeyFile"]);
    let shell_with = |url: &str| shell().env("CODESTRAL_API_KEY", SECRET).env("CODESTRAL_URL", url);
    shell_with("api.mistral.ai").check_refused(&complete, 1, &["no scheme", "write \"https://api.mistral.ai\""]);
    shell_with("http://api.mistral.ai").check_refused(&complete, 1, &["http://", "api.mistral.ai", "write https://"]);
    let file = "config/codestral-ls/config.toml";
    shell().file(file, "limits = [\n").check_refused(&complete, 1, &["config.toml", "line 1", "mended"]);
    shell().file(file, b"model = \"\xff\"").check_refused(&complete, 1, &["config.toml", "not UTF-8", "mended"]);
    shell().check_refused(
        &["complete", "add.rs:2", "--config", "no.toml"],
        1,
        &["no.toml", "cannot be read", "mended"],
    );
}

#[test]
fn a_wrong_setting_is_told_and_stops_only_what_might_send_too_much() {
    let fake = says("a + b");
    let shell = |toml: &str| Shell::new(&fake).file("add.rs", ADD).file("config/codestral-ls/config.toml", toml);
    for toml in ["endpoint.url = 1", "endpoint.urll = \"https://a.b\"", "privacy.exclude = 1"] {
        shell(toml).check_refused(
            &["complete", "add.rs:2"],
            1,
            &["config.toml", "nothing is sent until that is mended"],
        );
    }
    assert_eq!(fake.received().len(), 0, "something was sent");
    let outcome = shell("completion.maxTokens = 0").run(&["complete", "add.rs:2"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stderr.starts_with("Warning: completion.maxTokens"), "{outcome:?}");
}

#[test]
fn a_command_logs_when_told_to_and_never_the_key() {
    let fake = says("a + b");
    let outcome = Shell::new(&fake).file("add.rs", ADD).run(&["complete", "add.rs:2", "--log-level", "trace"]);
    assert!(outcome.stderr.contains("endpoint answered"), "{outcome:?}");
}

#[test]
fn a_refused_key_and_a_silent_host_are_told_apart() {
    let fake = Fake::start_with(Config { key: Some("other".into()), ..Config::default() }, |_| Script::text("x"));
    let shell = Shell::new(&fake).file("add.rs", ADD);
    shell.check_refused(&["complete", "add.rs:2"], 1, &["127.0.0.1", "refused the API key", "not interchangeable"]);
    let fake = Fake::start(|_| Script::text("x").after(Duration::from_secs(60)));
    let shell =
        Shell::new(&fake).file("add.rs", ADD).file("config/codestral-ls/config.toml", "endpoint.timeoutMs = 100\n");
    shell.check_refused(&["complete", "add.rs:2"], 1, &["127.0.0.1", "100 ms", "endpoint.timeoutMs"]);
}

const AREAS: &str = "fn area(width: f32, height: f32) -> f32 {\n    round_to_pixels(width * height, SCALE)\n}\n";

#[test]
fn without_a_key_the_files_around_are_enough() {
    let shell = Shell::alone()
        .file("project/.git/HEAD", "")
        .file("project/area.rs", AREAS)
        .file("project/deep/new.rs", "fn other(width: f32, height: f32) -> f32 {\n    round_to_\n}\n");
    let outcome = shell.run(&["complete", "project/deep/new.rs:2"]);
    assert!(outcome.stdout.contains("round_to_⟦pixels(width * height, SCALE)⟧"), "{outcome:?}");
    let outcome = shell.run(&["complete", "project/deep/new.rs:2", "--explain"]);
    for part in ["none: the embedded engine, which read 1 files", "shown, from local"] {
        assert!(outcome.stdout.contains(part), "{part:?} is not in\n{}", outcome.stdout);
    }
    let outcome = shell.run(&["check"]);
    check_steps(&outcome, &["ok settings", "ok local", "ok index", "skip chat"]);
    assert!(outcome.stdout.contains("chat needs an endpoint: set MISTRAL_API_KEY"), "{outcome:?}");
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

/// The steps of `check` and what became of them, without the summary.
#[track_caller]
fn check_steps(outcome: &Outcome, expected: &[&str]) {
    let mut lines: Vec<String> =
        outcome.stdout.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect();
    lines.pop();
    assert_eq!(lines, expected, "{}", outcome.stdout);
}

#[test]
fn check_finds_a_good_set_up_good() {
    let fake = says("a + b");
    let outcome = Shell::new(&fake)
        .env("CODESTRAL_URL", format!("{}/v1/fim/completions", fake.url()))
        .file("config/codestral-ls/config.toml", "endpoint.model = \"codestral-2508\"\n")
        .run(&["check"]);
    check_steps(
        &outcome,
        &[
            "ok settings",
            "ok model",
            "ok url",
            "ok key",
            "ok connection",
            "ok models",
            "ok models",
            "ok models",
            "ok completion",
            "ok local",
            "ok index",
        ][..],
    );
    for part in [
        "config.toml",
        "codestral-2508 (in ",
        "from CODESTRAL_URL",
        "from env CODESTRAL_API_KEY",
        "first text after",
        "the embedded engine steps in",
    ] {
        assert!(outcome.stdout.contains(part), "{part:?} is not in\n{}", outcome.stdout);
    }
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
}

#[test]
fn check_tells_where_chat_goes_with_which_key_and_whether_its_model_is_there() {
    const CHAT_KEY: &str = "sk-chat-0123456789";
    let (fake, config) = (says("a + b"), "config/codestral-ls/config.toml");
    let other = Fake::start_with(Config { key: Some(CHAT_KEY.into()), ..Config::default() }, |_| Script::text("x"));
    let chat = |toml: &str| Shell::new(&fake).file(config, format!("chat.url = \"{}\"\n{toml}", other.url()));
    let head = [
        "ok settings",
        "ok model",
        "ok url",
        "ok key",
        "ok connection",
        "ok models",
        "ok models",
        "ok completion",
        // Whatever it is asked, the fake answers the same.
        "warn suffix",
        "ok local",
        "ok index",
    ];
    let steps = |tail: &[&'static str]| [&head[..], tail].concat();

    let outcome = chat("").env("CODESTRAL_CHAT_API_KEY", CHAT_KEY).run(&["check"]);
    check_steps(&outcome, &steps(&["ok chat", "ok chat"]));
    for part in
        [other.url(), "config.toml", "from env CODESTRAL_CHAT_API_KEY goes to 127.0.0.1", "(chat.model) is listed"]
    {
        assert!(outcome.stdout.contains(part), "{part:?} is not in\n{}", outcome.stdout);
    }
    assert!(!outcome.stdout.contains(CHAT_KEY) && outcome.code == 0, "{outcome:?}");

    // Neither does the endpoint's key go there.
    let outcome = chat("").run(&["check"]);
    check_steps(&outcome, &steps(&["ok chat", "warn chat"]));
    assert!(
        outcome.stdout.contains("without a key") && outcome.stdout.contains("CODESTRAL_CHAT_API_KEY"),
        "{outcome:?}"
    );
    assert!(other.all().iter().skip(1).all(|received| received.header("authorization").is_none()));

    let outcome = chat("chat.model = \"none\"\n").env("CODESTRAL_CHAT_API_KEY", CHAT_KEY).run(&["check"]);
    check_steps(&outcome, &steps(&["ok chat", "warn chat"]));
    assert!(outcome.stdout.contains("set chat.model to one that is"), "{outcome:?}");

    let outcome = chat("chat.apiKeyFile = \"no/such/file\"\n").run(&["check"]);
    check_steps(&outcome, &steps(&["warn chat"]));
    assert!(outcome.stdout.contains("chat.apiKeyFile") && outcome.code == 0, "{outcome:?}");

    let outcome = Shell::new(&fake).file(config, "chat.apiKeyFile = \"key\"\n").run(&["check"]);
    check_steps(&outcome, &steps(&["warn chat"]));
    assert!(outcome.stdout.contains("is for chat.url, which is not set"), "{outcome:?}");
}

#[test]
fn check_names_the_host_that_refuses_the_key_and_the_cure() {
    let fake = Fake::start_with(Config { key: Some("other".into()), ..Config::default() }, |_| Script::text("x"));
    let outcome = Shell::new(&fake).run(&["check"]);
    check_steps(
        &outcome,
        &[
            "ok settings",
            "ok model",
            "ok url",
            "ok key",
            "ok connection",
            "warn models",
            "fail completion",
            "ok local",
            "ok index",
        ],
    );
    let last = outcome.stdout.lines().find(|line| line.starts_with("fail")).expect("a failure");
    assert!(last.contains("127.0.0.1") && last.contains("use a key that"), "{last}");
    assert_eq!(outcome.code, 1);
}

#[test]
fn check_tells_what_is_left_of_the_days_tokens() {
    let fake = says("a + b");
    let outcome =
        Shell::new(&fake).file("config/codestral-ls/config.toml", "limits.tokensPerDay = 5000\n").run(&["check"]);
    let line = outcome.stdout.lines().find(|line| line.contains("ceiling")).expect("a line");
    assert!(line.starts_with("ok") && line.contains("0 of today's 5000 tokens"), "{line}");
}

#[test]
fn check_stops_where_nothing_further_can_work() {
    let shell = |url: &str| Shell::alone().env("CODESTRAL_URL", url);
    let skipped = ["skip connection", "skip models", "skip completion"];
    // The embedded engine works none the less, and says what it knows.
    let steps = |head: &[&'static str]| [head, &skipped[..], &["ok local", "ok index"]].concat();

    let keyless = Shell::alone().file("config/codestral-ls/config.toml", "endpoint.dialect = \"mistral\"\n");
    check_steps(&keyless.run(&["check"]), &steps(&["ok settings", "ok model", "ok url", "fail key"]));
    let outcome = shell("api.mistral.ai").run(&["check"]);
    check_steps(&outcome, &steps(&["ok settings", "ok model", "fail url", "skip key"]));
    let broken = Shell::alone().file("config/codestral-ls/config.toml", "endpoint.url = 1");
    let rest = ["skip model", "skip url", "skip key"];
    check_steps(&broken.run(&["check"]), &[&["fail settings"], &rest[..], &skipped[..]].concat());

    let gone = says("x").url().to_owned();
    let outcome = shell(&gone).run(&["check"]);
    check_steps(
        &outcome,
        &[
            "ok settings",
            "ok model",
            "ok url",
            "ok key",
            "fail connection",
            "skip models",
            "skip completion",
            "ok local",
            "ok index",
        ],
    );
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""), "{outcome:?}");
}
