//! Several endpoints, as a person sees them: which one is asked, how often, what is shown and told, and by which key.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use serde_json::{Value, json};

use crate::clients::{Builder, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Config, Fake, Script};
use crate::ghost::{KEY, URI, settings};
use crate::process::command;

const SECOND_KEY: &str = "second-key-0123456789";

/// An editor whose server asks `first`, and `second` while that cannot answer.
fn editor(first: &Fake, second: &Fake) -> Editor {
    let client: Builder = vscode().env("CODESTRAL_API_KEY", KEY).file("second-key", SECOND_KEY);
    let mut options = settings(first);
    let key_file = client.home.path().join("second-key");
    options["endpoint"]["fallbacks"] =
        json!([{"url": second.url(), "dialect": "mistral", "model": "second-model", "apiKeyFile": key_file}]);
    client.options(options).start()
}

fn host(fake: &Fake) -> String {
    fake.url().trim_start_matches("http://").to_owned()
}

pub fn messages(editor: &Editor) -> Vec<String> {
    let shown = editor.notifications.iter().filter(|message| message["method"] == "window/showMessage");
    shown.map(|message| message["params"]["message"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Types one more key and waits for what is shown.
fn type_on(editor: &mut Editor, offset: &mut usize, key: &str) -> String {
    editor.change(URI, *offset..*offset, key);
    *offset += key.len();
    let id = editor.complete(URI, *offset);
    editor.drawn(URI, id)
}

#[track_caller]
fn keys(fake: &Fake, key: &str) {
    for request in fake.all() {
        let sent = request.header("authorization");
        assert!(sent.is_none_or(|sent| sent == format!("Bearer {key}")), "{sent:?} came to the wrong host");
    }
    assert!(fake.received().iter().all(|request| request.header("authorization").is_some()));
}

#[test]
fn while_the_first_cannot_answer_the_second_does_and_that_and_its_end_are_told_once() {
    let broken = Arc::new(AtomicBool::new(true));
    let is_broken = Arc::clone(&broken);
    let first = Fake::start(move |_| match is_broken.load(SeqCst) {
        true => Script::refuse(503, "{}").header("retry-after-ms", "1500"),
        false => Script::text("first();\n"),
    });
    let second = Fake::start(|_| Script::text("second();\n"));
    let mut editor = editor(&first, &second);
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦second();⟧\n");
    for key in ["(", "[", "{"] {
        assert!(type_on(&mut editor, &mut offset, key).contains("second"));
    }
    assert_eq!(first.stats().requests, 1, "it rests");
    editor.wait_until("word of who answers", |editor| {
        messages(editor).iter().any(|told| told.contains("completions come from")).then_some(())
    });

    let why = editor.command("codestral.why");
    assert_eq!((&why[0]["shown"], &why[0]["from"]), (&json!("endpoint"), &json!(host(&second))));
    let status = editor.command("codestral.status");
    assert_eq!((&status["answeredBy"], &status["error"]), (&json!(host(&second)), &Value::Null));
    assert!(status["endpoints"][0]["resting"].as_str().is_some_and(|why| why.contains("503")), "{status}");
    assert_eq!(
        (&status["endpoints"][1]["url"], &status["endpoints"][1]["resting"]),
        (&json!(second.url()), &Value::Null)
    );

    broken.store(false, SeqCst);
    for _ in 0..250 {
        if type_on(&mut editor, &mut offset, "(").contains("first") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(editor.command("codestral.status")["answeredBy"], host(&first));
    editor.wait_until("word that it works again", |editor| {
        messages(editor).iter().any(|told| told.contains("work again")).then_some(())
    });
    let told = messages(&editor);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains(&host(&second)) && told.iter().all(|line| line.chars().count() <= 60), "{told:?}");
    keys(&first, KEY);
    keys(&second, SECOND_KEY);
    assert!(second.received().iter().all(|request| request.body["model"] == "second-model"));

    let home = editor.home();
    assert_eq!(editor.shutdown(), 0);
    let output = command(&home).args(["usage", "--json"]).output().expect("it runs");
    let counts: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let asked = |fake: &Fake| counts["endpoints"][host(fake)]["requests"].as_u64().unwrap_or_default();
    assert!(asked(&first) >= 1 && asked(&second) >= 4, "{counts}");
    assert_eq!(counts["estimatedDollars"], 0.0, "what this machine does costs nothing");
    let written = fs::read_to_string(home.join("state/codestral-ls/usage.json")).expect("the file");
    assert!(!written.contains("key"), "{written}");
}

/// Types on until the first answers again.
fn until_the_first_answers(editor: &mut Editor, offset: &mut usize) {
    for _ in 0..250 {
        if type_on(editor, offset, "(").contains("first") {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(40));
    }
    panic!("it is not asked again");
}

/// That the second answers instead was told, then that it is over, and nothing else.
#[track_caller]
fn told_of_it(editor: &mut Editor, second: &str) {
    editor.wait_until("word that it works again", |editor| (messages(editor).len() >= 2).then_some(()));
    let told = messages(editor);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains(&format!("completions come from {second}")), "{told:?}");
    assert!(told[1].contains("work again"), "{told:?}");
}

#[test]
fn one_that_hangs_is_passed_over_within_two_seconds_and_asked_again_when_it_has_rested() {
    let hangs = Arc::new(AtomicBool::new(true));
    let is_hanging = Arc::clone(&hangs);
    let first = Fake::start(move |_| match is_hanging.load(SeqCst) {
        true => Script::silence(),
        false => Script::text("first();\n"),
    });
    let second = Fake::start(|_| Script::text("second();\n"));
    let mut editor = editor(&first, &second);
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    let begun = std::time::Instant::now();
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦second();⟧\n");
    let took = begun.elapsed();
    println!("the second answers after {took:?}");
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
    let asked = first.stats().requests;
    assert!(type_on(&mut editor, &mut offset, "(").contains("second"));
    assert_eq!(first.stats().requests, asked, "it rests");
    hangs.store(false, SeqCst);
    until_the_first_answers(&mut editor, &mut offset);
    told_of_it(&mut editor, &host(&second));
    keys(&first, KEY);
    keys(&second, SECOND_KEY);
}

#[test]
fn one_that_does_not_run_is_asked_again_when_it_was_started() {
    let gone = Fake::start(|_| Script::silence());
    let (first_url, port) = (gone.url().to_owned(), gone.url().rsplit(':').next().and_then(|port| port.parse().ok()));
    let second = Fake::start(|_| Script::text("second();\n"));
    let mut editor = editor(&gone, &second);
    drop(gone);
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦second();⟧\n");
    assert!(type_on(&mut editor, &mut offset, "(").contains("second"));
    let config = Config { port: port.expect("a port"), ..Config::default() };
    let first = Fake::start_with(config, |_| Script::text("first();\n"));
    assert_eq!(first.url(), first_url);
    until_the_first_answers(&mut editor, &mut offset);
    told_of_it(&mut editor, &host(&second));
    keys(&first, KEY);
    keys(&second, SECOND_KEY);
}

#[test]
fn chat_comes_from_the_second_too() {
    let first = Fake::start(|_| Script::refuse(500, "{}"));
    let second = Fake::start(|_| Script::text("because"));
    let mut editor = editor(&first, &second);
    editor.write(URI, "fn f() {<cursor>}\n");
    let argument = json!({"action": "ask", "textDocument": {"uri": URI}, "instruction": "why?"});
    let id = editor.request("workspace/executeCommand", json!({"command": "codestral.chat", "arguments": [argument]}));
    let result = editor.result(id).to_string();
    second.wait_for(|stats| stats.requests == 1);
    assert_eq!(second.received()[0].path, "/v1/chat/completions", "{result}");
    keys(&first, KEY);
    keys(&second, SECOND_KEY);
}

#[test]
fn what_an_endpoint_cannot_carry_is_told_once() {
    let fake = Fake::start(|_| Script::text("x"));
    let mut options = settings(&fake);
    options["endpoint"]["dialect"] = "llamacpp".into();
    options["chat"] = json!({"safePrompt": true});
    let mut editor = vscode().options(options.clone()).start();
    let is_told = |editor: &mut Editor| {
        messages(editor).iter().any(|it| it.contains("chat.safePrompt is not sent")).then_some(())
    };
    editor.wait_until("word of what is not sent", is_told);
    editor.notify("workspace/didChangeConfiguration", json!({"settings": {"codestral": options}}));
    assert_eq!(editor.command("codestral.status")["problems"].as_array().map(Vec::len), Some(1));
    assert_eq!(messages(&editor).len(), 1);
}

/// What a command of the terminal prints, and its exit code, with this settings file.
fn run(config: &str, arguments: &[&str]) -> (String, i32) {
    let home = tempfile::tempdir().expect("a directory");
    let folder = home.path().join("config/codestral-ls");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("config.toml"), config).expect("a file");
    fs::write(home.path().join("second-key"), SECOND_KEY).expect("a file");
    let output = command(home.path()).env("CODESTRAL_API_KEY", KEY).args(arguments).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!text.contains(KEY) && !text.contains(SECOND_KEY), "{text}");
    (text, output.status.code().unwrap_or_default())
}

fn two(first: &Fake, second: &Fake) -> String {
    format!(
        "[endpoint]\nurl = '{}'\ndialect = 'openai'\nmodel = 'codestral-2508'\n\
         fallbacks = [{{ url = '{}', dialect = 'mistral', model = 'none', apiKeyFile = '~/second-key' }}]\n",
        first.url(),
        second.url()
    )
}

#[test]
fn check_goes_through_each_endpoint_and_shows_whether_the_suffix_is_read() {
    let reading = Fake::start(|request| match request.suffix().contains("width") {
        true => Script::text("width, height"),
        false => Script::text("a + b"),
    });
    let second = Fake::start(|_| Script::text("a + b"));
    let (text, code) = run(&two(&reading, &second), &["check"]);
    for part in [
        "ok   suffix     what stands behind the cursor is read",
        "endpoint.fallbacks[0], asked while those before it cannot answer",
        "file ",
        "none is not listed; set endpoint.fallbacks[0].model",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert_eq!((code, text.matches(" completion ").count()), (0, 2), "{text}");
    keys(&reading, KEY);
    keys(&second, SECOND_KEY);

    let deaf = Fake::start(|_| Script::text("a + b"));
    let (text, _) = run(&two(&deaf, &second), &["check"]);
    assert!(text.contains("seems not to be read; set endpoint.fimTemplate = \"auto\""), "{text}");
}

#[test]
fn a_completion_in_the_terminal_says_who_answered_instead() {
    let (first, second) = (Fake::start(|_| Script::refuse(500, "{}")), Fake::start(|_| Script::text("a + b")));
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("add.rs");
    fs::write(&file, "fn add() {\n    \n}\n").expect("a file");
    let config = format!("privacy.temporaryFiles = true\n{}", two(&first, &second));
    let place = format!("{}:2", file.display());
    let (text, code) = run(&config, &["complete", &place, "--explain"]);
    assert!(text.contains(&format!("; {} answered", host(&second))), "{text}");
    assert_eq!(code, 0, "{text}");
    keys(&first, KEY);
    keys(&second, SECOND_KEY);
}

#[test]
fn models_lists_what_each_endpoint_has() {
    let (first, second) = (Fake::start(|_| Script::text("x")), Fake::start(|_| Script::text("x")));
    let (text, code) = run(&two(&first, &second), &["models"]);
    for part in [
        format!("{} (endpoint, openai)", first.url()),
        "codestral-latest  completes inside code; 128000 tokens; set by endpoint.model".to_owned(),
        format!("{} (endpoint.fallbacks[0], mistral)", second.url()),
        "endpoint.fallbacks[0].model is none, which is not among them".to_owned(),
    ] {
        assert!(text.contains(&part), "{part:?} is not in\n{text}");
    }
    let (json, _) = run(&two(&first, &second), &["models", "--json"]);
    let report: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(report["endpoints"][0]["models"][0]["completesInsideCode"], true);
    assert_eq!((code, first.stats().requests), (0, 0));
    keys(&first, KEY);
    keys(&second, SECOND_KEY);
}
