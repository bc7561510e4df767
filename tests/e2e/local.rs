//! The embedded engine behind a real server: without a key, in the place of an endpoint in trouble, and what it forgets.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::clients::{Builder, neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, URI, settings};

/// Text that occurs often enough for the embedded engine to be sure of it.
pub const KNOWN: &str = "fn draw(canvas: &mut Canvas) {\n    canvas.stroke_polygon(corner_points, line_width);\n}\n";

/// The same context, not yet written on.
const BEGUN: &str = "fn paint(canvas: &mut Canvas) {\n    canvas.stroke_<cursor>\n}\n";

/// What the engine must say there.
pub const REST: &str = "polygon(corner_points, line_width);";

/// The editor with its home's folder `project` as its workspace.
pub fn in_project(mut builder: Builder) -> Editor {
    let root = uri(builder.home.path(), "project");
    builder.root = json!(root);
    builder.start()
}

pub fn uri(home: &Path, path: &str) -> String {
    let path = home.join(path).to_string_lossy().replace('\\', "/");
    if path.starts_with('/') { format!("file://{path}") } else { format!("file:///{path}") }
}

/// Waits until the index holds so many files of the workspace.
#[track_caller]
pub fn wait_for_files(editor: &mut Editor, files: u64) {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let local = editor.command("codestral.status")["local"].take();
        if local["files"] == files {
            return;
        }
        assert!(Instant::now() < deadline, "{local}");
    }
}

/// Waits until the disk has told of all open documents: those that may be are in the index then. Returns how many are.
#[track_caller]
pub fn wait_for_open(editor: &mut Editor) -> u64 {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let local = editor.command("codestral.status")["local"].take();
        if local["waiting"] == 0 {
            return local["open"].as_u64().unwrap_or_default();
        }
        assert!(Instant::now() < deadline, "{local}");
    }
}

/// What is shown after `BEGUN` was typed in a new document, which is closed again: it would be a witness that nothing
/// follows.
#[track_caller]
pub fn shown(editor: &mut Editor, uri: &str) -> Value {
    wait_for_open(editor);
    let offset = editor.write(uri, BEGUN);
    let id = editor.complete(uri, offset);
    let shown = editor.result(id)["items"].get(0).map(|item| item["insertText"].clone());
    editor.close(uri);
    shown.unwrap_or_default()
}

/// Waits until what is shown after the known beginning is this: the disk is asked and followed within seconds.
#[track_caller]
pub fn wait_for_shown(editor: &mut Editor, expected: &Value) {
    let begun = Instant::now();
    while shown_in(editor, "project/main.rs") != *expected {
        assert!(begun.elapsed() < Duration::from_secs(10), "{expected} is not shown");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The same in a file of the home.
#[track_caller]
pub fn shown_in(editor: &mut Editor, path: &str) -> Value {
    let uri = uri(&editor.home(), path);
    shown(editor, &uri)
}

fn told(editor: &Editor) -> Vec<String> {
    let shown = editor.notifications.iter().filter(|message| message["method"] == "window/showMessage");
    shown.map(|message| message["params"]["message"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn without_a_key_text_comes_from_another_open_document_and_the_person_is_told_once() {
    let mut editor = neovim().start();
    editor.open("file:///other.rs", "rust", KNOWN);
    assert_eq!(shown(&mut editor, URI), REST);
    assert_eq!(shown(&mut editor, "file:///project/b.rs"), REST);
    let message = editor.notification("window/showMessage")["message"].to_string();
    assert!(message.contains("MISTRAL_API_KEY") && message.contains("nothing is sent"), "{message}");
    let status = editor.command("codestral.status");
    assert_eq!((&status["local"]["alone"], &status["counts"]["local"]), (&true.into(), &2.into()));
    assert_eq!(editor.command("codestral.why")[0]["shown"], "local");
    editor.notify("workspace/didChangeConfiguration", json!({"settings": {"codestral": {"log": {"level": "info"}}}}));
    editor.command("codestral.status");
    assert_eq!(told(&editor), Vec::<String>::new());
}

#[test]
fn who_sets_the_dialect_is_told_nothing_and_a_key_is_not_used() {
    let options = json!({"endpoint": {"dialect": "local"}});
    let mut editor = vscode().env("CODESTRAL_API_KEY", KEY).options(options).start();
    editor.open("file:///other.rs", "rust", KNOWN);
    assert_eq!(shown(&mut editor, URI), REST);
    assert_eq!(editor.command("codestral.status")["counts"]["requests"], 0);
    assert_eq!(told(&editor), Vec::<String>::new());
}

#[test]
fn where_it_is_not_sure_it_says_so() {
    let mut editor = neovim().start();
    assert_eq!(shown(&mut editor, URI), Value::Null);
    assert_eq!(editor.reasons(), ["unsure"]);
}

#[test]
fn text_comes_from_a_file_of_the_workspace() {
    let mut editor = in_project(neovim().file("project/shapes.rs", KNOWN));
    wait_for_files(&mut editor, 1);
    assert_eq!(shown_in(&mut editor, "project/main.rs"), REST);
}

#[test]
fn nothing_comes_from_what_is_ignored_hidden_or_private() {
    let builder = neovim()
        .file("project/.gitignore", "target/\n")
        .file("project/.ignore", "left_out.rs\n")
        .file("project/target/built.rs", KNOWN)
        .file("project/left_out.rs", KNOWN)
        .file("project/.cache/a.rs", KNOWN)
        .file("project/secrets.rs", KNOWN)
        .file("project/mine/a.rs", KNOWN)
        .file("project/generated.rs", &format!("// @generated\n{KNOWN}"))
        .file("project/plain.rs", "fn plain() {}\n")
        .options(json!({"privacy": {"exclude": ["mine/**"]}}));
    let mut editor = in_project(builder);
    wait_for_files(&mut editor, 1);
    for private in ["project/secrets.rs", "project/mine/b.rs"] {
        let private = uri(&editor.home(), private);
        editor.open(&private, "rust", KNOWN);
    }
    // A file that was open and is read again at its closing is still ignored.
    let ignored = uri(&editor.home(), "project/left_out.rs");
    editor.open(&ignored, "rust", "");
    editor.close(&ignored);
    let main = uri(&editor.home(), "project/main.rs");
    assert_eq!(shown(&mut editor, &main), Value::Null);
    assert_eq!(editor.reasons(), ["unsure"]);
}

#[test]
fn a_newly_ignored_file_is_forgotten() {
    let mut editor = in_project(vscode().file("project/a.rs", KNOWN).file("project/b.rs", "fn b() {}\n"));
    wait_for_files(&mut editor, 2);
    let rules = editor.home().join("project/.gitignore");
    fs::write(&rules, "a.rs\n").expect("the home is writable");
    let changes = json!([{"uri": uri(&editor.home(), "project/.gitignore"), "type": 1}]);
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    wait_for_files(&mut editor, 1);
    assert_eq!(shown_in(&mut editor, "project/main.rs"), Value::Null);
}

#[test]
fn deleted_text_is_forgotten() {
    let mut editor = in_project(neovim().file("project/a.rs", KNOWN));
    wait_for_files(&mut editor, 1);
    let file = uri(&editor.home(), "project/a.rs");
    editor.open(&file, "rust", KNOWN);
    editor.change_all(&file, "fn draw() {}\n");
    assert_eq!(shown_in(&mut editor, "project/b.rs"), Value::Null, "the open text is what holds");
    fs::write(editor.home().join("project/a.rs"), "fn draw() {}\n").expect("the home is writable");
    editor.close(&file);
    wait_for_files(&mut editor, 1);
    assert_eq!(shown_in(&mut editor, "project/c.rs"), Value::Null, "the old file is forgotten");
}

#[test]
fn what_is_shown_is_forgotten_with_the_text_it_came_from() {
    let mut editor = in_project(neovim().file("project/shapes.rs", KNOWN));
    wait_for_files(&mut editor, 1);
    let (shapes, main) = (uri(&editor.home(), "project/shapes.rs"), uri(&editor.home(), "project/main.rs"));
    let offset = editor.write(&main, BEGUN);
    let ask = |editor: &mut Editor| {
        let id = editor.complete(&main, offset);
        editor.result(id)["items"].get(0).map(|item| item["insertText"].clone())
    };
    assert_eq!(ask(&mut editor), Some(REST.into()));
    assert_eq!(ask(&mut editor), Some(REST.into()), "as long as it is there");
    editor.open(&shapes, "rust", KNOWN);
    wait_for_open(&mut editor);
    let deleted = KNOWN.find("polygon").expect("it is there")..KNOWN.len();
    editor.change(&shapes, deleted, "");
    assert_eq!(ask(&mut editor), None);
}

#[test]
fn a_file_made_private_is_forgotten_open_or_not() {
    for open in [false, true] {
        let mut editor = in_project(neovim().file("project/shapes.rs", KNOWN).file("project/b.rs", "fn b() {}\n"));
        wait_for_files(&mut editor, 2);
        if open {
            let shapes = uri(&editor.home(), "project/shapes.rs");
            editor.open(&shapes, "rust", KNOWN);
        }
        assert_eq!(shown_in(&mut editor, "project/main.rs"), REST);
        let settings = json!({"codestral": {"privacy": {"exclude": ["shapes.rs"]}}});
        editor.notify("workspace/didChangeConfiguration", json!({ "settings": settings }));
        wait_for_files(&mut editor, 1);
        assert_eq!(shown_in(&mut editor, "project/main.rs"), Value::Null, "open: {open}");
    }
}

#[test]
fn an_ignored_file_says_nothing_even_while_it_is_open() {
    let builder =
        neovim().file("project/.gitignore", "scratch/\n*.log.rs\n").file("project/plain.rs", "fn plain() {}\n");
    let mut editor = in_project(builder);
    wait_for_files(&mut editor, 1);
    for ignored in ["project/scratch/a.rs", "project/b.log.rs"] {
        let ignored = uri(&editor.home(), ignored);
        editor.open(&ignored, "rust", "");
        editor.change_all(&ignored, KNOWN);
    }
    assert_eq!(shown_in(&mut editor, "project/main.rs"), Value::Null);
    assert_eq!(wait_for_open(&mut editor), 0);
    // What is taken back in counts again, and what is newly ignored no longer.
    for (rules, shown) in [("scratch/\n", json!(REST)), ("*.rs\n!main.rs\n", Value::Null)] {
        fs::write(editor.home().join("project/.gitignore"), rules).expect("the home is writable");
        let changes = json!([{"uri": uri(&editor.home(), "project/.gitignore"), "type": 2}]);
        editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
        assert_eq!(shown_in(&mut editor, "project/main.rs"), shown, "{rules:?}");
    }
}

#[test]
fn huge_binary_minified_and_generated_files_do_not_hurt_open_or_not() {
    let odd = [
        ("huge.rs", KNOWN.repeat(20_000)),
        ("binary.rs", format!("\0{KNOWN}")),
        ("minified.rs", KNOWN.replace('\n', " ").repeat(500)),
        ("generated.rs", format!("// Code generated by a program. DO NOT EDIT.\n{KNOWN}")),
        ("line.rs", format!("{KNOWN}\n{}", "x".repeat(1_000_000))),
    ];
    let mut builder = neovim().file("project/plain.rs", "fn plain() {}\n");
    for (name, text) in &odd {
        builder = builder.file(&format!("project/{name}"), text);
    }
    let mut editor = in_project(builder);
    wait_for_files(&mut editor, 1);
    assert_eq!(shown_in(&mut editor, "project/a.rs"), Value::Null);
    for (name, text) in &odd {
        let file = uri(&editor.home(), &format!("project/{name}"));
        editor.open(&file, "rust", text);
        editor.change(&file, 0..0, "y");
        let id = editor.complete(&file, 1);
        editor.result(id);
    }
    assert_eq!(shown_in(&mut editor, "project/b.rs"), Value::Null);
    assert_eq!(wait_for_open(&mut editor), 0);
}

#[test]
fn two_windows_of_the_same_text_give_the_same_answer() {
    // After the line that is sure the texts differ, so that an order left to chance would show.
    let texts: Vec<String> =
        (0..9).map(|n| KNOWN.replace(";\n", &format!(";\n    canvas.flush_{}();\n", n / 5))).collect();
    let above: String = (0..200).map(|n| format!("fn number_{n}() {{\n    call({n});\n}}\n")).collect();
    let answer = |bytes: usize| {
        let completion = json!({"prefixBytes": bytes, "suffixBytes": bytes});
        let mut editor = neovim().options(json!({ "completion": completion })).start();
        for (n, text) in texts.iter().enumerate() {
            editor.open(&format!("file:///{n}.rs"), "rust", text);
        }
        wait_for_open(&mut editor);
        let marked = format!("{above}{BEGUN}");
        let offset = editor.write(URI, &marked);
        let id = editor.complete(URI, offset);
        editor.result(id)["items"].get(0).map(|item| item["insertText"].clone()).unwrap_or_default()
    };
    let first = answer(6144);
    assert!(first.as_str().is_some_and(|text| text.starts_with(REST)), "{first}");
    for bytes in [6144, 6144, 512, 256, 100_000] {
        assert_eq!(answer(bytes), first, "{bytes} bytes of the same text");
    }
}

#[test]
fn ignore_files_that_take_long_hold_up_no_message() {
    // So many rules are read for some tenths of a second, as a few are on a slow disk.
    let rules: String = (0..50_000).map(|number| format!("name_{number}.log\n")).collect();
    let mut editor = in_project(neovim().file("project/.gitignore", &format!("{rules}left_out.rs\n")));
    wait_for_files(&mut editor, 0);
    let file = uri(&editor.home(), "project/other.rs");
    let waiting = |editor: &mut Editor| editor.command("codestral.status")["local"]["waiting"].clone();
    editor.open(&file, "rust", KNOWN);
    assert_eq!(waiting(&mut editor), 1, "opened, and the next message is read");
    editor.change(&file, 0..0, "// edited meanwhile\n");
    assert_eq!(wait_for_open(&mut editor), 1);
    wait_for_shown(&mut editor, &json!(REST));
    editor.notify("textDocument/didSave", json!({"textDocument": {"uri": file}}));
    assert_eq!(waiting(&mut editor), 1, "saved");
    let changes = json!([{"uri": uri(&editor.home(), "project/.gitignore"), "type": 2}]);
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    assert_eq!(waiting(&mut editor), 1, "other rules");
    let left_out = uri(&editor.home(), "project/left_out.rs");
    editor.open(&left_out, "rust", KNOWN);
    editor.close(&file);
    assert_eq!(waiting(&mut editor), 1, "closed");
    assert_eq!(wait_for_open(&mut editor), 0);
}

#[test]
fn edits_are_answered_while_the_workspace_is_read() {
    let mut builder = neovim();
    for number in 0..4000 {
        let text = format!("fn number_{number}() {{\n    call({number});\n}}\n").repeat(20);
        builder = builder.file(&format!("project/{number}.rs"), &text);
    }
    let mut editor = in_project(builder);
    let other = uri(&editor.home(), "project/other.rs");
    editor.open(&other, "rust", KNOWN);
    assert_eq!(shown_in(&mut editor, "project/main.rs"), REST);
    let files = editor.command("codestral.status")["local"]["files"].as_u64();
    assert!(files < Some(4000), "it was still being read: {files:?}");
}

#[track_caller]
fn check_fallback(script: impl Fn() -> Script + Send + Sync + 'static, fallback: bool) {
    let fake = Fake::start(move |_| script());
    let mut options = settings(&fake);
    options["local"] = json!({ "fallback": fallback });
    let mut editor = vscode().env("CODESTRAL_API_KEY", KEY).options(options).start();
    editor.open("file:///other.rs", "rust", KNOWN);
    let expected = if fallback { json!(REST) } else { Value::Null };
    assert_eq!(shown(&mut editor, URI), expected, "right after it failed");
    assert_eq!(shown(&mut editor, "file:///project/b.rs"), expected, "while it rests");
    assert_eq!(fake.stats().requests, 1);
    let reasons = if fallback { ["shown", "shown"] } else { ["paused", "endpoint"] };
    assert_eq!(editor.reasons(), reasons);
}

#[test]
fn it_stands_in_for_an_endpoint_that_refuses_limits_or_hangs_up() {
    check_fallback(|| Script::refuse(503, "upstream connect error"), true);
    check_fallback(|| Script::refuse(429, "slow down"), true);
    check_fallback(Script::hang_up, true);
}

#[test]
fn without_fallback_an_endpoint_in_trouble_shows_nothing() {
    check_fallback(|| Script::refuse(503, "upstream connect error"), false);
}

#[test]
fn an_endpoint_that_answers_is_asked_and_not_the_embedded_engine() {
    let fake = Fake::start(|_| Script::text("rect(1);\n"));
    let mut editor = vscode().env("CODESTRAL_API_KEY", KEY).options(settings(&fake)).start();
    editor.open("file:///other.rs", "rust", KNOWN);
    assert_eq!(shown(&mut editor, URI), "rect(1);");
}

#[test]
fn where_it_goes_first_the_endpoint_is_asked_only_for_what_it_is_not_sure_of() {
    let fake = Fake::start(|_| Script::text("rect(1);\n"));
    let mut options = settings(&fake);
    options["local"] = json!({ "first": true });
    let mut editor = vscode().env("CODESTRAL_API_KEY", KEY).options(options).start();
    assert_eq!(shown(&mut editor, URI), "rect(1);");
    assert_eq!(fake.stats().requests, 1);
    for number in 0..9 {
        editor.open(&format!("file:///{number}.rs"), "rust", &KNOWN.replace("draw", "paint").repeat(3));
    }
    assert_eq!(shown(&mut editor, "file:///project/b.rs"), REST);
    assert_eq!(fake.stats().requests, 1);
}

#[test]
fn who_sets_the_dialect_sends_nothing_by_hand_either() {
    let fake = Fake::start(|_| Script::text("sent();"));
    // Sections apart: an address that stands beside the dialect changes nothing.
    for endpoint in [json!({"dialect": "local"}), json!({"dialect": "local", "url": fake.url()})] {
        let mut editor = vscode().env("CODESTRAL_API_KEY", KEY).options(json!({ "endpoint": endpoint })).start();
        editor.open("file:///other.rs", "rust", KNOWN);
        wait_for_open(&mut editor);
        let offset = editor.write(URI, BEGUN);
        let id = editor.invoke(URI, offset);
        assert_eq!(editor.result(id)["items"][0]["insertText"], REST);
        assert_eq!(editor.command("codestral.status")["counts"]["requests"], 0);
        assert_eq!(told(&editor), Vec::<String>::new());
    }
    assert_eq!(fake.received().len(), 0);
}
