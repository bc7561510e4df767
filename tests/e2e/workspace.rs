//! The folders of the workspace as they come and go, and the progress of reading them.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::clients::{neovim, vscode};
use crate::editor::Editor;
use crate::local::{KNOWN, REST, in_project, shown_in, uri, wait_for_files, wait_for_shown};
use crate::process::is_wine;

/// The largest workspace tried is this many times the smallest, doubled each time: a machine that reads it in a second
/// is faster than any we know.
const DOUBLINGS: u32 = 10;

fn change_folders(editor: &mut Editor, added: &[&str], removed: &[&str]) {
    let home = editor.home();
    let folders =
        |names: &[&str]| -> Value { names.iter().map(|name| json!({"uri": uri(&home, name), "name": name})).collect() };
    let event = json!({"added": folders(added), "removed": folders(removed)});
    editor.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
}

fn write_many(folder: &Path, files: usize) {
    fs::create_dir_all(folder).expect("the home is writable");
    for number in 0..files {
        let text = format!("fn number_{number}() {{\n    call({number});\n}}\n").repeat(100);
        fs::write(folder.join(format!("{number}.rs")), text).expect("the home is writable");
    }
}

/// Removes a folder with all in it. Windows may refuse that while somebody lists it, as the server does with what changed.
#[track_caller]
fn remove(folder: &Path) {
    let begun = Instant::now();
    while let Err(error) = fs::remove_dir_all(folder) {
        assert!(cfg!(windows) && begun.elapsed() < Duration::from_secs(5), "{error}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until so many files are read, however long that takes; `$/progress` is in the notifications then.
#[track_caller]
fn wait_for_all(editor: &mut Editor, files: usize) {
    let begun = Instant::now();
    while editor.command("codestral.status")["local"]["files"] != files {
        assert!(begun.elapsed() < Duration::from_secs(60), "{files} files are not read in a minute");
    }
}

fn progress_of(editor: &Editor) -> Vec<Value> {
    let shown = editor.notifications.iter().filter(|message| message["method"] == "$/progress");
    shown.map(|message| message["params"].clone()).collect()
}

fn created(editor: &Editor) -> Vec<Value> {
    let asked = editor.server_requests.iter().filter(|asked| asked["method"] == "window/workDoneProgress/create");
    asked.map(|asked| asked["params"]["token"].clone()).collect()
}

#[test]
fn folders_added_later_are_read_and_removed_ones_forgotten() {
    let builder =
        neovim().file("project/plain.rs", "fn plain() {}\n").file("more/shapes.rs", KNOWN).file("more/.gitignore", "");
    let mut editor = in_project(builder);
    let offered = &editor.handshake["capabilities"]["workspace"]["workspaceFolders"];
    assert_eq!(*offered, json!({"supported": true, "changeNotifications": true}));
    wait_for_files(&mut editor, 1);
    assert_eq!(shown_in(&mut editor, "project/a.rs"), Value::Null);
    change_folders(&mut editor, &["more"], &[]);
    wait_for_files(&mut editor, 2);
    assert_eq!(shown_in(&mut editor, "project/b.rs"), REST);
    change_folders(&mut editor, &[], &["more"]);
    wait_for_files(&mut editor, 1);
    assert_eq!(shown_in(&mut editor, "project/c.rs"), Value::Null);
}

#[test]
fn a_session_without_a_folder_reads_the_first_one_and_watches_its_files() {
    let mut builder = vscode().file("late/shapes.rs", "fn plain() {}\n");
    builder.capabilities["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] = true.into();
    let mut editor = builder.start();
    wait_for_files(&mut editor, 0);
    change_folders(&mut editor, &["late"], &[]);
    wait_for_files(&mut editor, 1);
    editor.wait_until("a registration", |editor| {
        let watches =
            |asked: &Value| asked["params"]["registrations"][0]["method"] == "workspace/didChangeWatchedFiles";
        editor.server_requests.iter().any(watches).then_some(())
    });
    fs::write(editor.home().join("late/other.rs"), KNOWN).expect("the home is writable");
    let changes = json!([{"uri": uri(&editor.home(), "late/other.rs"), "type": 1}]);
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    wait_for_files(&mut editor, 2);
    assert_eq!(shown_in(&mut editor, "late/a.rs"), REST);
    change_folders(&mut editor, &[], &["late"]);
    wait_for_files(&mut editor, 0);
}

#[test]
fn many_changes_at_once_are_all_read() {
    let mut editor = in_project(vscode().file("project/plain.rs", "fn plain() {}\n").file("project/old/a.rs", "a\n"));
    wait_for_files(&mut editor, 2);
    let home = editor.home();
    write_many(&home.join("project/new"), 50);
    remove(&home.join("project/old"));
    let paths = (0..50).map(|number| format!("project/new/{number}.rs")).chain(["project/old".to_owned()]);
    let changes: Value = paths.map(|path| json!({"uri": uri(&home, &path), "type": 2})).collect();
    editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    wait_for_files(&mut editor, 51);
}

#[test]
fn a_reading_that_takes_long_is_shown_from_its_begin_to_its_end_and_only_to_clients_that_show_it() {
    let options = json!({"local": {"memoryMb": 4096}});
    let mut editor = neovim().options(options.clone()).start();
    // How much takes a second depends on the machine: ever larger folders are added until one does.
    let mut all = 0;
    for round in 0..=DOUBLINGS {
        let (folder, files) = (format!("{round}"), 100 << round);
        write_many(&editor.home().join(&folder), files);
        all += files;
        change_folders(&mut editor, &[&folder], &[]);
        wait_for_all(&mut editor, all);
        if progress_of(&editor).iter().any(|shown| shown["value"]["kind"] == "report") {
            break;
        }
    }
    let all_shown = progress_of(&editor);
    let reported = all_shown.iter().find(|shown| shown["value"]["kind"] == "report");
    let token = &reported.expect("a report")["token"];
    editor.wait_until("the end of the progress", |editor| {
        let ends = |shown: &Value| shown["value"]["kind"] == "end" && shown["token"] == *token;
        progress_of(editor).iter().any(ends).then_some(())
    });
    let shown: Vec<Value> = progress_of(&editor).into_iter().filter(|shown| shown["token"] == *token).collect();
    let kinds: Vec<&str> = shown.iter().filter_map(|shown| shown["value"]["kind"].as_str()).collect();
    assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("begin", "end"), "{kinds:?}");
    assert!(kinds.len() > 2 && kinds[1..kinds.len() - 1].iter().all(|kind| *kind == "report"), "{kinds:?}");
    assert!(shown[0]["value"]["title"].as_str().is_some_and(|title| title.contains("reading")), "{shown:?}");
    assert!(shown[1]["value"]["message"].as_str().is_some_and(|message| message.ends_with(" files")), "{shown:?}");
    let tokens = created(&editor);
    assert!(
        tokens.contains(token) && tokens.iter().all(|one| tokens.iter().filter(|other| one == *other).count() == 1)
    );

    let mut silent = neovim().options(options);
    silent.capabilities["window"]["workDoneProgress"] = false.into();
    silent.root = json!(uri(&editor.home(), ""));
    let mut silent = silent.start();
    wait_for_all(&mut silent, all);
    assert_eq!((progress_of(&silent), created(&silent)), (vec![], vec![]));
}

#[test]
fn the_disk_is_followed_where_the_client_does_not() {
    let mut editor = in_project(neovim().file("project/plain.rs", "fn plain() {}\n").file("project/deep/a.rs", "a\n"));
    wait_for_files(&mut editor, 2);
    let project = editor.home().join("project");
    // Wine tells nothing of folders that were there below the one watched before it was.
    let shapes = project.join(if is_wine() { "shapes.rs" } else { "deep/shapes.rs" });
    // A file that comes, one replaced as git and editors do it, one that goes.
    fs::write(&shapes, KNOWN).expect("the home is writable");
    wait_for_shown(&mut editor, &json!(REST));
    fs::write(project.join("new"), "fn nothing() {}\n").expect("the home is writable");
    fs::rename(project.join("new"), &shapes).expect("the home is writable");
    wait_for_shown(&mut editor, &Value::Null);
    fs::write(project.join("plain.rs"), KNOWN).expect("the home is writable");
    wait_for_shown(&mut editor, &json!(REST));
    fs::remove_file(project.join("plain.rs")).expect("the home is writable");
    wait_for_shown(&mut editor, &Value::Null);
    // Folders that come with all that is in them, go, and come again.
    for round in 0..2 {
        let folder = project.join("more");
        fs::create_dir_all(folder.join("below")).expect("the home is writable");
        fs::write(folder.join("below/a.rs"), KNOWN).expect("the home is writable");
        wait_for_shown(&mut editor, &json!(REST));
        fs::write(folder.join("below/a.rs"), "fn a() {}\n").expect("the home is writable");
        wait_for_shown(&mut editor, &Value::Null);
        remove(&folder);
        wait_for_files(&mut editor, 2);
        assert_eq!(shown_in(&mut editor, "project/main.rs"), Value::Null, "round {round}");
    }
}

#[test]
fn rules_that_change_on_disk_hold_for_files_and_open_documents() {
    let mut editor = in_project(neovim().file("project/plain.rs", "fn plain() {}\n").file("project/b/a.rs", "a\n"));
    wait_for_files(&mut editor, 2);
    let ours = uri(&editor.home(), "project/b/open.rs");
    editor.open(&ours, "rust", KNOWN);
    assert_eq!(shown_in(&mut editor, "project/main.rs"), REST);
    let rules = editor.home().join("project/.gitignore");
    fs::write(&rules, "b/\n").expect("the home is writable");
    wait_for_shown(&mut editor, &Value::Null);
    wait_for_files(&mut editor, 1);
    fs::remove_file(&rules).expect("the home is writable");
    wait_for_shown(&mut editor, &json!(REST));
    wait_for_files(&mut editor, 2);
}

#[test]
fn a_client_that_tells_of_changes_is_relied_on() {
    let mut builder = vscode().file("project/plain.rs", "fn plain() {}\n");
    builder.capabilities["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] = true.into();
    let mut editor = in_project(builder);
    wait_for_files(&mut editor, 1);
    fs::write(editor.home().join("project/new.rs"), KNOWN).expect("the home is writable");
    std::thread::sleep(Duration::from_millis(1200));
    assert_eq!(editor.command("codestral.status")["local"]["files"], 1);
}

#[test]
fn a_client_that_refuses_to_tell_of_changes_is_not_relied_on() {
    let mut builder = vscode().file("project/plain.rs", "fn plain() {}\n").refuses_registrations();
    builder.capabilities["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] = true.into();
    let mut editor = in_project(builder);
    wait_for_files(&mut editor, 1);
    fs::write(editor.home().join("project/new.rs"), KNOWN).expect("the home is writable");
    wait_for_files(&mut editor, 2);
}

#[test]
fn a_home_is_not_read_under_another_name() {
    let name = |root: &str, home: &Path| json!(format!("{}{root}", uri(home, "project").trim_end_matches("/project")));
    for root in ["", "/project/..", "/.."] {
        let mut builder = neovim().file("project/plain.rs", "fn plain() {}\n");
        builder.root = name(root, builder.home.path());
        let mut editor = builder.start();
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(editor.command("codestral.status")["local"]["files"], 0, "{root:?}");
    }
}

/// Milliseconds of a processor that the server has taken so far, in steps of 10.
#[cfg(target_os = "linux")]
fn worked(editor: &Editor) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", editor.process_id())).expect("it runs");
    let numbers: Vec<u64> = stat.rsplit(") ").next().unwrap_or_default().split(' ').flat_map(str::parse).collect();
    // After the state, which is no number: utime and stime are the fields 14 and 15, the first of these is the fourth.
    10 * (numbers[10] + numbers[11])
}

/// What the server works for a flood of changes, against what it has worked for the first reading.
#[cfg(target_os = "linux")]
#[track_caller]
fn check_flood(builder: crate::clients::Builder, told: bool) {
    let mut builder = builder.file("project/.gitignore", "target/\nnode_modules/\n");
    write_many(&builder.home.path().join("project/src"), 1500);
    builder.root = json!(uri(builder.home.path(), "project"));
    let mut editor = builder.start();
    wait_for_all(&mut editor, 1500);
    let (home, before) = (editor.home(), worked(&editor));
    // A build, an installation, and the rule files that tools put into their folders, over two seconds.
    for round in 0..20 {
        for folder in ["target/debug", "node_modules/some/lib", ".venv"] {
            let folder = format!("project/{folder}/{round}");
            fs::create_dir_all(home.join(&folder)).expect("the home is writable");
            let names = (0..50).map(|number| format!("{folder}/{number}.rs")).chain([format!("{folder}/.gitignore")]);
            let names: Vec<String> = names.collect();
            names.iter().for_each(|name| fs::write(home.join(name), "*\n").expect("the home is writable"));
            if told {
                let changes: Vec<Value> =
                    names.iter().map(|name| json!({"uri": uri(&home, name), "type": 1})).collect();
                editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    wait_for_files(&mut editor, 1500);
    let flood = worked(&editor) - before;
    assert!(flood < before / 2, "the first reading took {before} ms, the flood {flood} ms");
}

#[cfg(target_os = "linux")]
#[test]
fn floods_of_changes_cost_next_to_nothing() {
    check_flood(neovim(), false);
    let mut builder = vscode();
    builder.capabilities["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] = true.into();
    check_flood(builder, true);
}
