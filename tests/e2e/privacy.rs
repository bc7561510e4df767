//! Only what may leave the machine leaves it: every way to ask, over real frames, with an endpoint that counts.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::clients::{Builder, neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, settings};
use crate::local::{KNOWN, REST, in_project, uri, wait_for_files, wait_for_open};
use crate::process::command;

const SCISSORS: &str = "# ------------------------ >8 ------------------------";

/// What no request may hold.
const SECRET: &str = "hunter2-is-no-password";

fn fake() -> Fake {
    Fake::start(|_| Script::text("sent();"))
}

/// An editor with its home's folder `project` as its workspace and these settings of `privacy`.
fn editor(builder: Builder, fake: &Fake, privacy: &Value) -> Editor {
    let mut options = settings(fake);
    options["privacy"] = privacy.clone();
    options["completion"]["choices"] = 3.into();
    in_project(builder.env("CODESTRAL_API_KEY", KEY).options(options))
}

/// Asks in every way that a document can be asked about: while typing, by hand with alternatives, in the menu, in chats
/// about it and about another that uses what it defines.
#[track_caller]
fn ask_all(editor: &mut Editor, uri: &str, language: &str, text: &str, cursor: usize) {
    editor.open(uri, language, "");
    editor.change_all(uri, text);
    let position = editor.position(uri, cursor);
    let document = json!({ "uri": uri });
    for kind in [2, 1] {
        let params = json!({"textDocument": document, "position": position, "context": {"triggerKind": kind}});
        let id = editor.request("textDocument/inlineCompletion", params);
        editor.result(id);
    }
    let id = editor.request("textDocument/completion", json!({"textDocument": document, "position": position}));
    editor.result(id);
    chat(editor, uri);
    let user = "untitled:user";
    editor.open(user, language, "use_it(secret_word);\n");
    chat(editor, user);
    editor.close(user);
    editor.close(uri);
}

/// Asks about a document and waits until the chat is over.
#[track_caller]
fn chat(editor: &mut Editor, uri: &str) {
    let argument = json!({"action": "ask", "textDocument": {"uri": uri}, "instruction": "What is this?"});
    let params = json!({"command": "codestral.chat", "arguments": [argument], "workDoneToken": uri});
    let id = editor.request("workspace/executeCommand", params);
    editor.answer(id);
}

/// What arrived, as one text.
fn sent(fake: &Fake) -> String {
    fake.received().iter().map(|received| received.body.to_string()).collect()
}

/// The document is never sent, in whichever way it is asked about, and the reason has this code.
#[track_caller]
fn check_kept(editor: &mut Editor, fake: &Fake, uri: &str, language: &str) {
    let text = format!("const secret_word: &str = \"{SECRET}\";\n");
    ask_all(editor, uri, language, &text, text.len());
    assert!(!sent(fake).contains(SECRET), "{uri} was sent");
    let reasons = editor.reasons();
    assert!(reasons.iter().take(3).all(|reason| reason == "private"), "{uri}: {reasons:?}");
}

#[track_caller]
fn check_sent(editor: &mut Editor, fake: &Fake, uri: &str) {
    let text = format!("const secret_word: &str = \"{SECRET}\";\n");
    let before = fake.received().len();
    ask_all(editor, uri, "rust", &text, text.len());
    let sent: Vec<_> = fake.received()[before..].iter().map(|received| received.body.to_string()).collect();
    // Two completions and two chats at least, with the definition in the second.
    assert!(sent.iter().filter(|body| body.contains(SECRET)).count() >= 4, "{uri} was not sent: {sent:?}");
}

#[test]
fn an_honest_file_is_sent_in_each_of_these_ways() {
    let fake = fake();
    let mut editor = editor(neovim(), &fake, &json!({}));
    let main = uri(&editor.home(), "project/main.rs");
    check_sent(&mut editor, &fake, &main);
    check_sent(&mut editor, &fake, "file:///elsewhere/main.rs");
    check_sent(&mut editor, &fake, "untitled:Untitled-1");
    check_sent(&mut editor, &fake, "git:/elsewhere/main.rs?%7B%22path%22%3A%22%2Felsewhere%2Fmain.rs%22%7D");
}

#[test]
fn without_a_key_nothing_is_asked_by_hand_either() {
    let mut editor = vscode().start();
    editor.open("file:///other.rs", "rust", KNOWN);
    wait_for_open(&mut editor);
    let offset =
        editor.write("file:///project/main.rs", "fn paint(canvas: &mut Canvas) {\n    canvas.stroke_<cursor>\n}\n");
    let id = editor.invoke("file:///project/main.rs", offset);
    assert_eq!(editor.result(id)["items"][0]["insertText"], REST);
    assert_eq!(editor.command("codestral.status")["counts"]["requests"], 0);
    assert_eq!(editor.command("codestral.status")["lastError"], Value::Null);
}

#[test]
fn settings_that_may_have_meant_a_host_or_a_private_file_stop_all_sending_wherever_they_stand() {
    let fake = fake();
    for wrong in [
        json!({"url": "https://proxy.example"}),
        json!({"exclude": ["private/"]}),
        json!({"endpont": {"url": "https://proxy.example"}}),
        json!({"Endpoint": {"url": "https://proxy.example"}}),
        json!({"server": {"endpoint": {"url": "https://proxy.example"}}}),
        json!({"mistral": {"url": "https://proxy.example"}}),
        json!({"mine": {"exclude": ["private/"]}}),
        json!({"respectGitignore": true}),
        json!({"completion": {"url": "https://proxy.example"}}),
        json!({"log": {"exclude": ["private/"]}}),
        json!({"endpoint.urls": "https://proxy.example"}),
        json!({"privacy": {"excludes": ["private/"]}}),
        json!({"privacy": {"respectGitIgnore": true}}),
        json!({"privacy": {"respectGitignore": "yes"}}),
        json!({"privacy": {"temporaryFiles": 0}}),
        json!({"baseUrl": "https://proxy.example"}),
        json!({"local-only": true}),
        json!({"dialect": "local"}),
    ] {
        let mut options = settings(&fake);
        options["completion"]["choices"] = 3.into();
        for (key, value) in wrong.as_object().expect("an object") {
            match options.get_mut(key).and_then(Value::as_object_mut) {
                Some(section) => section.extend(value.as_object().expect("a section").clone()),
                None => options[key] = value.clone(),
            }
        }
        let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).options(options).start();
        ask_all(&mut editor, "file:///project/main.rs", "rust", "let x = \n", 8);
        assert_eq!(fake.all().len(), 0, "{wrong}");
    }
}

#[test]
fn a_key_of_mistrals_goes_to_no_other_host_and_what_the_settings_name_beats_the_environment() {
    let fake = fake();
    let mut editor = neovim().env("MISTRAL_API_KEY", KEY).options(settings(&fake)).start();
    ask_all(&mut editor, "file:///project/main.rs", "rust", "let x = \n", 8);
    for received in fake.all() {
        assert!(received.headers.iter().all(|(_, value)| !value.contains(KEY)), "{received:?}");
    }
    let mut builder = neovim().env("MISTRAL_API_KEY", KEY).env("CODESTRAL_API_KEY", KEY).file("key", "of-the-file\n");
    let mut options = settings(&fake);
    options["endpoint"]["apiKeyFile"] = builder.home.path().join("key").to_string_lossy().into();
    builder = builder.options(options);
    let before = fake.all().len();
    ask_all(&mut builder.start(), "file:///project/main.rs", "rust", "let x = \n", 8);
    let keys: Vec<_> =
        fake.all()[before..].iter().map(|received| received.header("authorization").map(str::to_owned)).collect();
    assert!(keys.len() >= 2 && keys.iter().all(|key| key.as_deref() == Some("Bearer of-the-file")), "{keys:?}");
}

#[test]
fn an_excluded_folder_is_kept_however_it_is_written() {
    let fake = fake();
    for pattern in [
        "private/",
        "private",
        "./private/**",
        "PROJECT/private",
        "~/project/private/**",
        "HOME/project/private",
        "**/private/*",
    ] {
        let builder = neovim();
        let pattern = pattern.replace("PROJECT", "/project").replace("HOME", &builder.home.path().to_string_lossy());
        let mut editor = editor(builder, &fake, &json!({"exclude": [pattern]}));
        let home = editor.home();
        check_kept(&mut editor, &fake, &uri(&home, "project/private/a.rs"), "rust");
        let before = fake.received().len();
        ask_all(&mut editor, &uri(&home, "project/public/a.rs"), "rust", "let x = \n", 8);
        assert!(fake.received().len() > before, "{pattern} excludes everything");
    }
}

#[test]
fn a_pattern_that_can_mean_nothing_is_told_and_nothing_is_sent() {
    let fake = fake();
    for pattern in ["!x", "", "/", "../private", "$HOME/private", "# private", "https://a/private", "a["] {
        let mut editor = editor(neovim(), &fake, &json!({"exclude": [pattern]}));
        let message = editor.notification("window/showMessage")["message"].to_string();
        assert!(message.contains("privacy.exclude"), "{message}");
        let main = uri(&editor.home(), "project/main.rs");
        ask_all(&mut editor, &main, "rust", "let x = \n", 8);
        assert_eq!(fake.all().len(), 0, "{pattern}");
    }
}

#[test]
fn names_that_hold_secrets_are_kept_in_every_scheme() {
    let fake = fake();
    let mut editor = editor(neovim(), &fake, &json!({"exclude": ["/w/private/"]}));
    for uri in [
        "file:///w/.dev.vars",
        "file:///w/.env~",
        "file:///w/prod.tfvars.json",
        "file:///w/kubeconfig",
        "file:///w/service-account-1.json",
        "file:///w/%2Eenv",
        "file:///home/a/.ansible/tmp/ansible-local-1/x.yml",
        "file:///w/#old/.env",
        "git:/w/.env?%7B%22path%22%3A%22%2Fw%2F.env%22%2C%22ref%22%3A%22~%22%7D",
        "git:/w/x?%7B%22path%22%3A%22%2Fw%2F.env%22%7D",
        "untitled:/w/.env",
        "untitled:.env",
        "vscode-notebook-cell:/w/private/a.ipynb#W0sZmlsZQ%3D%3D",
        "fugitive:///w/.git//1234abcd/private/a.rs",
        "fugitive:///w/.git//0/.env",
        "diffview:///w/.git/1234abcd/private/a.rs",
        "diffview:///w/.git/:0:/.env",
        "gitsigns:///w/.git//HEAD:private/a.rs",
        "gitsigns:///w/.git//:0:.env",
        "jj:/w/private/a.rs?rev=@-",
        "vscode-userdata:/w/.env",
        "zipfile:///w/a.zip::conf/.env",
        "/w/.env",
    ] {
        check_kept(&mut editor, &fake, uri, "rust");
    }
}

#[test]
fn files_in_temporary_folders_outside_the_workspace_are_kept_unless_they_are_wanted() {
    let fake = fake();
    let folder = tempfile::TempDir::new().expect("a temporary directory");
    let own = folder.path().join("mine/tmp.txt");
    fs::create_dir_all(folder.path().join("mine")).expect("it is writable");
    fs::write(&own, "x").expect("it is writable");
    let mut all = vec![uri(folder.path(), "mine/tmp.txt"), uri(folder.path(), "mine/new.txt")];
    let builder = neovim().file("set/x", "").env("XDG_RUNTIME_DIR", "/run/user/1000");
    let set = builder.home.path().join("set");
    all.push(uri(&set, "x"));
    if cfg!(not(windows)) {
        let known = [
            "file:///dev/shm/pass.x1/mail-x2.txt",
            "file:///tmp/sops1234/secrets-file.yml2",
            "file:///tmp/kubectl-edit-1234.yaml",
            "file:///tmp/crontab.x1/crontab",
            "file:///var/tmp/hosts.x1",
            "file:///run/user/1000/gopass-edit1/secret",
            "file:///private/tmp/x",
            "file:///var/folders/ab/cd/T/x",
            "untitled:/tmp/x",
        ];
        all.extend(known.map(str::to_owned));
    }
    let mut one = editor(builder.env("TMPDIR", &set).env("TMP", &set), &fake, &json!({}));
    for uri in &all {
        check_kept(&mut one, &fake, uri, "rust");
        let why = one.command("codestral.why").to_string();
        assert!(why.contains("privacy.temporaryFiles"), "{why}");
    }
    let mut wanting = editor(neovim(), &fake, &json!({"temporaryFiles": true}));
    check_sent(&mut wanting, &fake, &all[0]);
    // The tests' home is a temporary folder: a workspace there is worked in, until it is closed.
    let main = uri(&one.home(), "project/main.rs");
    check_sent(&mut one, &fake, &main);
    let removed = json!({"added": [], "removed": [{"uri": uri(&one.home(), "project"), "name": "project"}]});
    one.notify("workspace/didChangeWorkspaceFolders", json!({ "event": removed }));
    let before = fake.received().len();
    ask_all(&mut one, &main, "rust", "const secret_word: u8 = 1;\n", 0);
    let sent = fake.received()[before..]
        .iter()
        .filter(|received| received.body.to_string().contains("secret_word: u8"))
        .count();
    assert_eq!(sent, 0);
}

#[cfg(unix)]
#[test]
fn both_names_of_a_link_count() {
    use std::os::unix::fs::symlink;

    let fake = fake();
    let builder = neovim().file("project/.env", "").file("project/private/a.rs", "").file("outside/x", "");
    let project = builder.home.path().join("project");
    symlink(".env", project.join("notes.txt")).expect("it is writable");
    symlink("notes.txt", project.join("chain.txt")).expect("it is writable");
    symlink(".env.local", project.join("missing.txt")).expect("it is writable");
    symlink("private", project.join("open")).expect("it is writable");
    symlink("../outside/x", project.join("away.rs")).expect("it is writable");
    symlink("main.rs", project.join(".netrc")).expect("it is writable");
    let mut editor = editor(builder, &fake, &json!({"exclude": ["private/"]}));
    let home = editor.home();
    for path in ["notes.txt", "chain.txt", "missing.txt", "open/a.rs", "open/new.rs", "away.rs", ".netrc"] {
        check_kept(&mut editor, &fake, &uri(&project, path), "rust");
    }
    check_kept(&mut editor, &fake, &format!("git:{}", project.join("notes.txt").display()), "rust");
    // What was an honest file may be a link later.
    let later = uri(&home, "project/later.rs");
    check_sent(&mut editor, &fake, &later);
    let before = fake.received().len();
    editor.open(&later, "rust", "");
    symlink(".env", project.join("later.rs")).expect("it is writable");
    editor.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": later, "type": 1}]}));
    editor.change_all(&later, "let x = \n");
    let id = editor.invoke(&later, 8);
    assert_eq!((editor.result(id), fake.received().len()), (json!({"items": []}), before));
}

#[test]
fn below_the_scissors_of_a_commit_message_nothing_is_sent_and_nothing_completed() {
    let fake = fake();
    let mut editor = editor(neovim(), &fake, &json!({}));
    let message = uri(&editor.home(), "project/.git/COMMIT_EDITMSG");
    for scissors in [SCISSORS, &SCISSORS.replace('#', ";"), &SCISSORS.replace("# ", "HG: "), "JJ: ignore-rest"] {
        for language in ["gitcommit", "git-commit", "plaintext"] {
            let below = format!("+const secret_word: &str = \"{SECRET}\";\n");
            let text = format!("Mend the reader\n\n{scissors}\n# Do not touch.\n{below}");
            let before = fake.received().len();
            ask_all(&mut editor, &message, language, &text, 15);
            let received = &fake.received()[before..];
            assert!(received.iter().any(|received| received.prompt().ends_with("Mend the reader")), "it is completed");
            ask_all(&mut editor, &message, language, &text, text.len());
            assert!(!sent(&fake).contains(SECRET) && !sent(&fake).contains("Do not touch"), "{scissors} {language}");
        }
    }
}

#[test]
fn a_diff_of_an_excluded_file_is_not_sent() {
    let fake = fake();
    let builder = neovim().file("project/.git/HEAD", "");
    let absolute = builder.home.path().join("project/own").to_string_lossy().into_owned();
    let mut editor = editor(builder, &fake, &json!({"exclude": ["private/", absolute]}));
    for head in [
        "diff --git a/.env b/.env",
        "diff --git a/private/a.rs b/private/a.rs",
        "diff --git a/a.rs b/private/b.rs",
        "diff --git \"a/private/\\303\\251.rs\" \"b/private/\\303\\251.rs\"",
        "diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -1 +1 @@\n-a\n+b\n--- a/.env\t2026-01-01\n+++ b/.env\t2026-01-01",
        "--- /dev/null\n+++ own/a.rs",
        "*** private/a.rs\n--- private/a.rs",
        "Index: private/a.rs",
        "diff -r 1234 private/a.rs",
        "diff --cc private/a.rs",
        "> diff --git a/.env b/.env",
    ] {
        for (path, language) in [("a.patch", "diff"), (".git/COMMIT_EDITMSG", "git-commit"), ("a.txt", "plaintext")] {
            let uri = uri(&editor.home(), &format!("project/{path}"));
            let text = format!("{head}\n@@ -1 +1 @@\n+const secret_word: &str = \"{SECRET}\";\n");
            ask_all(&mut editor, &uri, language, &text, text.len());
            assert!(!sent(&fake).contains(SECRET), "{head} in {path}");
            assert_eq!(editor.reasons()[0], "private");
        }
    }
    let before = fake.received().len();
    let honest = uri(&editor.home(), "project/b.patch");
    ask_all(&mut editor, &honest, "diff", "diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -1 +1 @@\n+x\n", 0);
    assert!(fake.received().len() > before);
}

#[test]
fn ignored_files_are_kept_where_that_is_set() {
    let fake = fake();
    let rules =
        |builder: Builder| builder.file("project/.git/HEAD", "").file("project/.gitignore", "scratch/\n*.log\n");
    let mut respectful = editor(rules(neovim()), &fake, &json!({"respectGitignore": true}));
    let home = respectful.home();
    for path in ["project/scratch/a.rs", "project/a.log"] {
        check_kept(&mut respectful, &fake, &uri(&home, path), "rust");
    }
    let main = uri(&home, "project/main.rs");
    check_sent(&mut respectful, &fake, &main);
    fs::write(home.join("project/.gitignore"), "main.rs\n").expect("it is writable");
    let changes = json!([{"uri": uri(&home, "project/.gitignore"), "type": 2}]);
    respectful.open(&main, "rust", "");
    respectful.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    let before = fake.received().len();
    respectful.change_all(&main, "let x = \n");
    let id = respectful.invoke(&main, 8);
    assert_eq!((respectful.result(id), fake.received().len()), (json!({"items": []}), before));

    let mut other = editor(rules(neovim()), &fake, &json!({}));
    let scratch = uri(&other.home(), "project/scratch/a.rs");
    check_sent(&mut other, &fake, &scratch);
}

/// Runs the program in a home's folder `project`; its exit code and what it said.
fn run(home: &Path, fake: &Fake, arguments: &[&str], input: &str) -> (Option<i32>, String) {
    use std::io::Write as _;
    use std::process::Stdio;

    let mut command = command(home);
    command.current_dir(home.join("project")).args(arguments).env("CODESTRAL_URL", fake.url());
    command.env("CODESTRAL_API_KEY", KEY).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // It may have refused before it reads.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_terminal_keeps_what_the_editor_keeps() {
    let fake = fake();
    let builder = neovim()
        .file("project/.git/HEAD", "")
        .file("project/.gitignore", "scratch/\n")
        .file("project/main.rs", "fn main() {}\n")
        .file("project/.env", "A=1\n")
        .file("project/scratch/a.rs", "a\n")
        .file("project/a.patch", "--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n+A=1\n")
        .file("project/message", &format!("Fix\n{SCISSORS}\ndiff\n"))
        .file("other/pass.txt", "x\n")
        .file("config/codestral-ls/config.toml", "[privacy]\nrespectGitignore = true\n");
    let home = builder.home.path().canonicalize().expect("it is there");
    #[cfg(unix)]
    std::os::unix::fs::symlink(".env", home.join("project/notes.txt")).expect("it is writable");
    let outside = home.join("other/pass.txt").to_string_lossy().into_owned();
    let mut kept = vec![
        (".env", "matches"),
        ("scratch/a.rs", "respectGitignore"),
        ("a.patch", "diff of"),
        (&*outside, "temporaryFiles"),
    ];
    if cfg!(unix) {
        kept.push(("notes.txt", "matches"));
    }
    for (file, part) in kept {
        for arguments in [vec!["complete", &*format!("{file}:1")], vec!["chat", &*format!("{file}:1"), "What?"]] {
            let (code, said) = run(&home, &fake, &arguments, "");
            assert!(code != Some(0) && said.contains(part), "{arguments:?}: {code:?} {said}");
        }
    }
    let (code, said) = run(&home, &fake, &["chat", "message:1", "What?"], "");
    assert!(code != Some(0) && said.contains("scissors"), "{said}");
    let (code, said) = run(&home, &fake, &["complete", "message:3"], "");
    assert!(code != Some(0) && said.contains("scissors"), "{said}");
    let (code, said) = run(&home, &fake, &["chat", "What?"], "diff --git a/.env b/.env\n+A=1\n");
    assert!(code != Some(0) && said.contains("diff of"), "{said}");
    assert_eq!(fake.all().len(), 0);
    assert_eq!(run(&home, &fake, &["complete", "main.rs:1"], "").0, Some(0));
    assert_eq!(run(&home, &fake, &["chat", "main.rs:1", "What?"], "+x\n").0, Some(0));
    assert_eq!(fake.received().len(), 2);
}

#[test]
fn closing_a_cell_a_twin_or_a_nameless_document_forgets_no_file() {
    let mut editor =
        in_project(neovim().file("project/shapes.rs", "fn draw() {}\n").file("project/b.rs", "fn b() {}\n"));
    wait_for_files(&mut editor, 2);
    let file = uri(&editor.home(), "project/shapes.rs");
    let path = file.strip_prefix("file://").expect("it is a file's").to_owned();
    editor.open(&file, "rust", KNOWN);
    for twin in [
        format!("git:{path}?%7B%22ref%22%3A%22~%22%7D"),
        format!("vscode-notebook-cell:{path}#W0"),
        format!("untitled:{path}"),
        format!("{file}#cell"),
    ] {
        editor.open(&twin, "rust", "fn other() {}\n");
        assert_eq!(wait_for_open(&mut editor), 2, "{twin}");
        editor.close(&twin);
        assert_eq!(wait_for_open(&mut editor), 1, "{twin}");
        let offset = editor.write("untitled:new", "fn paint(canvas: &mut Canvas) {\n    canvas.stroke_<cursor>\n}\n");
        let id = editor.complete("untitled:new", offset);
        assert_eq!(editor.result(id)["items"][0]["insertText"], REST, "{twin}");
        editor.close("untitled:new");
    }
    // And the other way round: the file is closed, the twin stays, and what stands on disk counts again.
    editor.open(&format!("git:{path}"), "rust", "fn other() {}\n");
    editor.close(&file);
    assert_eq!(wait_for_open(&mut editor), 1);
    wait_for_files(&mut editor, 2);
}
