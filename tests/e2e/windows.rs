//! What is Windows' own: drives, back slashes and shares in paths, the directories of a person there, line ends, commands.
//! `tests/windows/run` runs these under Wine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::clients::{Builder, helix, neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, URI, settings};
use crate::local::{KNOWN, REST, shown, wait_for_files, wait_for_open};
use crate::process::command;

fn says(text: &'static str) -> Fake {
    Fake::start(move |_| Script::text(text))
}

/// As VS Code writes it: the drive in lower case, its colon encoded.
fn encoded(path: &Path) -> String {
    spelled(path, |drive| format!("{}%3A", drive.to_ascii_lowercase()))
}

/// As Neovim writes it.
fn plain(path: &Path) -> String {
    spelled(path, |drive| format!("{}:", drive.to_ascii_uppercase()))
}

fn spelled(path: &Path, drive: impl Fn(&str) -> String) -> String {
    let path = path.to_str().expect("a path of ours is text").replace('\\', "/");
    let (letter, rest) = path.split_once(':').expect("a path of ours begins with a drive");
    format!("file:///{}{rest}", drive(letter))
}

/// An editor whose server asks `fake`, with these settings of `privacy`, in the workspace `project` of its home.
fn in_project(builder: Builder, fake: &Fake, root: impl Fn(&Path) -> String, privacy: &Value) -> Editor {
    let mut options = settings(fake);
    options["privacy"] = privacy.clone();
    let mut builder = builder.env("CODESTRAL_API_KEY", KEY).options(options).file("project/.git/HEAD", "");
    builder.root = json!(root(&builder.home.path().join("project")));
    builder.start()
}

/// Asks by hand; whether the endpoint was, and the reason if nothing was shown.
fn asked(editor: &mut Editor, fake: &Fake, uri: &str) -> (bool, String) {
    let before = fake.stats().requests;
    let offset = editor.write(uri, "let x = <cursor>\n");
    let id = editor.invoke(uri, offset);
    editor.result(id);
    let reason = editor.reasons().remove(0);
    editor.close(uri);
    (fake.stats().requests > before, reason)
}

#[test]
fn private_files_are_kept_however_a_client_writes_their_drive_or_share() {
    let fake = says("1;");
    let exclude = json!({"exclude": [r"C:\kept\", "d:/also kept", r"\\server\share\private"]});
    let mut editor = in_project(neovim(), &fake, plain, &exclude);
    for uri in [
        "file:///c%3A/w/.env",
        "file:///C:/w/.env",
        "file:///c:/w/%2Eenv",
        "file:///C%3A/Users/a/.ssh/id_ed25519",
        "file://server/share/.env",
        "file:////server/share/.env",
        r"file:///C:\w\.env",
        r"C:\w\.env",
        r"\\server\share\.env",
        "file:///c%3A/kept/deep/a.rs",
        "file:///C:/Kept/a.rs",
        "file:///D:/also%20kept/a.rs",
        "file://server/share/private/a.rs",
        "file://SERVER/Share/private/a.rs",
        "git:/c%3A/w/.env?%7B%22path%22%3A%22c%3A%5C%5Cw%5C%5C.env%22%7D",
        "git:/x?%7B%22path%22%3A%22c%3A%5C%5Cw%5C%5C.env%22%7D",
    ] {
        assert_eq!(asked(&mut editor, &fake, uri), (false, "private".to_owned()), "{uri}");
    }
    for uri in ["file:///c%3A/w/a.rs", "file:///D:/kept/a.rs", "file://server/share/a.rs", r"file:///C:\w\a.rs"] {
        assert!(asked(&mut editor, &fake, uri).0, "{uri}");
    }
}

#[test]
fn an_excluded_folder_of_the_workspace_is_kept_however_it_is_written() {
    let fake = says("1;");
    for pattern in
        ["private/", r".\private", "private/**", "HOME\\project\\private\\", "~/project/private", r"~\project\private"]
    {
        for root in [plain, encoded] {
            let builder = vscode();
            let pattern = pattern.replace("HOME", builder.home.path().to_str().expect("text"));
            let mut editor = in_project(builder, &fake, root, &json!({"exclude": [pattern]}));
            let project = editor.home().join("project");
            for spell in [plain, encoded] {
                let kept = asked(&mut editor, &fake, &spell(&project.join("private").join("a.rs")));
                assert_eq!(kept, (false, "private".to_owned()), "{pattern}");
                assert!(asked(&mut editor, &fake, &spell(&project.join("a.rs"))).0, "{pattern} excludes everything");
            }
        }
    }
}

#[test]
fn files_of_the_workspace_are_read_and_known_under_either_spelling() {
    for (root, spell) in [(plain as fn(&Path) -> String, encoded as fn(&Path) -> String), (encoded, plain)] {
        let builder =
            neovim().file("project/src/shapes.rs", KNOWN).file("project/.gitignore", "src\\\\odd\n/ignored/\n");
        let mut builder = builder.file("project/ignored/a.rs", "fn other() {}\n");
        builder.root = json!(root(&builder.home.path().join("project")));
        let mut editor = builder.start();
        wait_for_files(&mut editor, 1);
        let shapes = spell(&editor.home().join("project/src/shapes.rs"));
        let main = spell(&editor.home().join("project/src/main.rs"));
        assert_eq!(shown(&mut editor, &main), REST);
        // What is open counts instead of what is on disk, which is the same file.
        editor.open(&shapes, "rust", "fn nothing() {}\n");
        wait_for_open(&mut editor);
        assert_eq!(shown(&mut editor, &main), Value::Null);
        editor.close(&shapes);
        wait_for_files(&mut editor, 1);
        assert_eq!(shown(&mut editor, &main), REST);
    }
}

#[test]
fn ignored_files_are_kept_where_that_is_set() {
    let fake = says("1;");
    let builder =
        neovim().file("project/.gitignore", "scratch/\r\n*.log\r\n").file("project/sub/.gitignore", "a.rs\r\n");
    let mut editor = in_project(builder, &fake, plain, &json!({"respectGitignore": true}));
    let project = editor.home().join("project");
    for path in [r"scratch\a.rs", "a.log", r"sub\a.rs"] {
        for spell in [plain, encoded] {
            let uri = spell(&project.join(path));
            assert_eq!(asked(&mut editor, &fake, &uri), (false, "private".to_owned()), "{uri}");
        }
    }
    assert!(asked(&mut editor, &fake, &encoded(&project.join("a.rs"))).0);
}

#[test]
fn settings_are_read_below_appdata_and_what_is_kept_stands_below_localappdata() {
    let fake = says("1;\n");
    let file = format!("\u{feff}[endpoint]\r\nurl = '{}'\r\ndialect = 'mistral'\r\n", fake.url());
    let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).file("config/codestral-ls/config.toml", &file).start();
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
    let home = editor.home();
    assert_eq!(editor.shutdown(), 0);
    assert!(home.join("state/codestral-ls/usage.json").exists());
    assert!(!home.join("config/codestral-ls/usage.json").exists());
}

#[test]
fn a_key_is_read_from_a_file_with_windows_line_ends_and_from_a_command_there() {
    let fake = says("1;\n");
    let check = |name: &str, value: fn(&Path) -> Value| {
        let mut builder = neovim().file("my keys/key.txt", "\u{feff}\"the-key-of-the-file\"\r\n");
        let mut options = settings(&fake);
        options["endpoint"][name] = value(&builder.home.path().join("my keys").join("key.txt"));
        builder = builder.options(options);
        let mut editor = builder.start();
        let offset = editor.write(URI, "let x = <cursor>\n");
        let id = editor.invoke(URI, offset);
        assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n", "{name}");
        let received = fake.received();
        let header = received.last().and_then(|received| received.header("authorization"));
        assert_eq!(header, Some("Bearer the-key-of-the-file"), "{name}");
    };
    check("apiKeyFile", |path| json!(path));
    check("apiKeyFile", |path| json!(path.to_str().expect("text").replace('\\', "/")));
    check("apiKeyFile", |_| json!("~/my keys/key.txt"));
    check("apiKeyFile", |_| json!(r"~\my keys\key.txt"));
    check("apiKeyCommand", |_| json!(["cmd", "/c", "echo the-key-of-the-file"]));
}

#[test]
fn two_servers_count_into_one_file() {
    let fake = says("1;\n");
    let shared = TempDir::new().expect("a temporary directory");
    let start = || {
        let client = vscode().env("CODESTRAL_API_KEY", KEY).options(settings(&fake));
        client.env("LOCALAPPDATA", shared.path()).start()
    };
    let (mut one, mut two) = (start(), start());
    for round in 0..3 {
        for editor in [&mut one, &mut two] {
            let uri = format!("file:///c%3A/project/{round}.rs");
            let offset = editor.write(&uri, "let x = <cursor>\n");
            let id = editor.invoke(&uri, offset);
            assert_eq!(editor.drawn(&uri, id), "let x = ⟦1;⟧\n");
        }
    }
    fake.wait_for(|stats| stats.open_streams == 0);
    assert_eq!((one.shutdown(), two.shutdown()), (0, 0));
    let home = TempDir::new().expect("a temporary directory");
    let usage = command(home.path()).args(["usage", "--json"]).env("LOCALAPPDATA", shared.path()).output();
    let counts: Value = serde_json::from_slice(&usage.expect("it runs").stdout).expect("JSON");
    assert_eq!((&counts["total"]["requests"], &counts["total"]["shown"]), (&6.into(), &6.into()), "{counts}");
}

/// A home with `src\main.rs` in it, and what `codestral-ls chat` does there.
fn chat(fake: &Fake, text: &str, place: impl Fn(&Path) -> String) -> (Output, PathBuf, TempDir) {
    let home = TempDir::new().expect("a temporary directory");
    let file = home.path().join("src").join("main.rs");
    fs::create_dir_all(file.parent().expect("a folder")).expect("the home is writable");
    fs::write(&file, text).expect("the home is writable");
    let mut command = command(home.path());
    command.args(["chat", "--apply", "--yes", &place(&file), "add the semicolon"]);
    let output = command.env("CODESTRAL_URL", fake.url()).env("CODESTRAL_API_KEY", KEY).output().expect("it runs");
    (output, file, home)
}

#[test]
fn an_edit_from_the_terminal_keeps_line_ends_and_finds_its_file_however_it_is_written() {
    let fake = says("```rust\nfn main() {\n    run();\n}\n```\n");
    let text = "\u{feff}use std::io;\r\n\r\nfn main() {\r\n    run()\r\n}\r\n";
    for place in [
        |file: &Path| format!("{}:3-5", file.display()),
        |file: &Path| format!("{}:3-5", file.display().to_string().replace('\\', "/")),
        |file: &Path| format!(r"\\?\{}:3-5", file.display()),
        |_: &Path| r"src\main.rs:3-5".to_owned(),
        |_: &Path| r".\src/main.rs:3-5".to_owned(),
    ] {
        let (output, file, home) = chat(&fake, text, place);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{}: {stderr}", place(&file));
        assert_eq!(fs::read_to_string(&file).expect("it is there"), text.replace("run()", "run();"));
        let beside = fs::read_dir(file.parent().expect("a folder")).expect("it can be read").count();
        assert_eq!(beside, 1, "the file was replaced and nothing is left beside it");
        let conversations = fs::read_dir(home.path().join("state/codestral-ls/conversations"));
        assert_eq!(conversations.expect("they are kept").count(), 1);
    }
}

#[test]
fn a_file_that_may_not_be_written_stays_as_it_is() {
    let fake = says("```rust\nfn main() {\n    run();\n}\n```\n");
    let home = TempDir::new().expect("a temporary directory");
    let file = home.path().join("main.rs");
    let text = "fn main() {\r\n    run()\r\n}\r\n";
    fs::write(&file, text).expect("the home is writable");
    let set_readonly = |readonly| {
        let mut permissions = fs::metadata(&file).expect("it is there").permissions();
        permissions.set_readonly(readonly);
        fs::set_permissions(&file, permissions).expect("it is ours");
    };
    set_readonly(true);
    let mut command = command(home.path());
    command.args(["chat", "--apply", "--yes", "main.rs:1-3", "add the semicolon"]);
    let output = command.env("CODESTRAL_URL", fake.url()).env("CODESTRAL_API_KEY", KEY).output().expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("main.rs"), "{stderr}");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), text);
    set_readonly(false);
    let left = fs::read_dir(home.path()).expect("it can be read").flatten();
    let left: Vec<_> =
        left.map(|entry| entry.file_name()).filter(|name| name.to_string_lossy().contains("new")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_conversation_is_known_by_its_file_under_either_spelling() {
    let fake = says("Because.");
    let mut editor = in_project(helix(), &fake, plain, &json!({}));
    let main = encoded(&editor.home().join(r"project\src\main.rs"));
    editor.open(&main, "rust", "fn main() {\n    run();\n}\n");
    let id = editor.chat(&json!({"action": "ask", "textDocument": {"uri": main}, "instruction": "Why?"}));
    let answer = editor.result(id);
    let ours = editor.asked_by_server("window/showDocument")["uri"].as_str().expect("a document").to_owned();
    assert!(ours.starts_with("file:///") && ours.contains("codestral-ls/conversations/"), "{ours}");
    let sent = fake.wait_for(|stats| stats.requests == 1 && stats.open_streams == 0);
    assert_eq!((sent.requests, sent.open_streams), (1, 0));
    let sent = fake.received()[0].body.to_string();
    assert!(sent.contains("src/main.rs") && !sent.contains(r"src\\main.rs"), "the path below the workspace: {sent}");

    // Opened as VS Code writes it, it is the same conversation.
    let path = editor.conversation_file(&answer);
    while editor.notification("$/progress")["value"]["kind"] != "end" {}
    let kept = editor.kept(&answer);
    assert!(kept.contains("Because."), "{kept}");
    let theirs = encoded(&path);
    assert_ne!(ours, theirs);
    editor.open(&theirs, "markdown", &kept);
    let id = editor.chat(&json!({"action": "ask", "instruction": "Really?", "conversation": answer["conversation"]}));
    editor.result(id);
    editor.wait_until("the answer", |editor| editor.text(&theirs).contains("Really?").then_some(()));
    assert_eq!(editor.kept(&answer), kept, "what is open is the editor's to save");
}
