//! That README's section on privacy is true: each of its sentences is held by tests, which stand beside it here, and the
//! tests of what it says in passing.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::clients::{neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, editor, settings};
use crate::local::{in_project, uri};

/// Each sentence of the section, and the tests that fail where it is false.
const HELD: &[(&str, &[&str])] = &[
    (
        "**What is sent** for a completion: at most 6 KiB before and 2 KiB after the cursor of the file you are in, and \
         the model's name and settings; to Mistral's hosts also a number that is the same for one document in one \
         session, so that they need not read the same prompt twice.",
        &[
            "a_completion_sends_the_window_and_names_no_file",
            "the_prompt_is_the_text_around_the_cursor",
            "the_key_of_a_document_goes_to_mistral_alone",
        ],
    ),
    (
        "With them go at most 4 KiB of excerpts from other files of the workspace, with their paths and the file's own \
         below its folder: `context.enabled = false` stops that, and then no other file, no path and no file name is sent.",
        &["excerpts_reach_the_endpoint_byte_for_byte", "switched_off_no_other_file_and_no_path_is_sent"],
    ),
    (
        "No excerpt is of a file that is ignored, generated or binary, and none is sent with a file outside the \
         workspace.",
        &["excerpts_reach_the_endpoint_byte_for_byte", "with_a_file_outside_the_workspace_no_excerpt_is_sent"],
    ),
    (
        "For a chat: your question, the selected code with what stands around it, the path below the workspace, the \
         diagnostics of a fix, definitions it uses from other files of the workspace (from open ones alone where \
         `context.enabled` is off), excerpts as for a completion, and what was said before in that conversation.",
        &[
            "no_more_of_a_path_is_sent_than_is_needed",
            "definitions_come_from_open_files_that_may_be_sent",
            "a_chat_is_shown_excerpts_of_files_that_are_not_open",
            "switched_off_a_chat_is_shown_no_file_that_is_not_open",
        ],
    ),
    (
        "**Masked**: passwords, keys and tokens in all of that, known by their form or by the name that they are given \
         to, are replaced by `masked_secret_1` and so on before anything is cut out.",
        &[
            "a_secret_above_below_or_beside_the_cursor_is_masked_and_ghost_text_stands_where_it_belongs",
            "the_question_the_diagnostics_and_the_conversation_are_masked",
            "the_code_its_surroundings_and_definitions_are_masked_and_so_is_what_is_kept",
            "an_edge_of_the_window_lays_no_part_of_a_secret_bare",
        ],
    ),
    ("No rule finds every secret.", &["secrets_are_masked_and_look_alikes_are_not_on_the_held_out_half"]),
    ("While you type one, nothing is asked.", &["while_a_secret_is_typed_nobody_is_asked_and_by_hand_it_is_masked"]),
    (
        "A suggestion that holds such a word is cut before it, and an edit with one is offered, not made.",
        &["a_reply_is_cut_before_the_placeholder_or_not_shown", "an_edit_that_holds_one_is_offered_and_not_made"],
    ),
    (
        "`complete --explain` tells which lines were masked by which rule; `codestral.status` and `codestral-ls usage` \
         count.",
        &[
            "complete_explains_what_was_masked_and_never_shows_it",
            "it_is_counted_and_can_be_switched_off_but_for_our_own_key",
        ],
    ),
    (
        "`privacy.maskSecrets = false` sends all as it is, but for our own key, which is masked in any text and in the \
         log.",
        &["it_is_counted_and_can_be_switched_off_but_for_our_own_key", "the_key_is_in_nothing_the_server_writes"],
    ),
    (
        "**When**: while you type, and when you ask for a completion or a chat; once where the cursor comes to rest at an \
         unfinished line or an empty one in a body, in editors that ask then.",
        &["an_unfinished_line_is_asked_about_once_after_a_rest", "opening_saving_and_moving_about_send_nothing"],
    ),
    (
        "Moving the cursor sends nothing else, and with `completion.onRest = false` nothing at all.",
        &["wandering_sends_nothing", "with_on_rest_off_a_rest_sends_nothing"],
    ),
    (
        "**Where**: to the one host you set, over TLS; while it fails or rests, to those of `endpoint.fallbacks`, if you \
         name any, and no key goes to another host than its own.",
        &[
            "an_endpoint_with_http1_alone_works_over_tls",
            "while_the_first_refuses_the_second_is_asked_and_no_key_goes_to_the_other",
            "headers_are_read_as_keys_are_and_go_to_their_endpoint_alone",
        ],
    ),
    (
        "Plain HTTP is for this machine, and for hosts you name in `endpoint.allowHttp`.",
        &[
            "no_endpoint_is_made_that_would_send_the_key_in_the_clear",
            "a_host_that_is_named_may_be_asked_over_plain_http",
        ],
    ),
    ("Redirects are not followed.", &["a_redirect_is_not_followed"]),
    ("The server reads no settings from the files and folders you open.", &["settings_in_an_open_folder_are_not_read"]),
    // What the editors read is theirs; what they say to the server is settings like any. VS Code's part is held by the
    // extension's own tests.
    (
        "Your editor may: Helix reads `.helix/languages.toml`, and what that says to the server holds; VS Code a \
         workspace's settings once you trust it, but never where code and key go or what is run.",
        &["what_an_editor_says_of_settings_holds"],
    ),
    // Nothing here could hold it.
    ("Open only projects you trust there, as for every language server.", &[]),
    (
        "**Never sent**, in ghost text, chats and the terminal alike: files that hold secrets by their name ([the \
         list](src/privacy/secret_files.rs)): `.env*`, private keys and certificates, credential and secret stores, `.netrc`, \
         `.npmrc`, `.aws/`, `.ssh/`, shell histories; and what you add to `privacy.exclude`, which reads like a \
         `.gitignore`: `private/`, `*.sql`, `~/clients/`, `/srv/data`, `!schema.sql`.",
        &[
            "names_that_hold_secrets_are_kept_in_every_scheme",
            "an_excluded_folder_is_kept_however_it_is_written",
            "the_terminal_keeps_what_the_editor_keeps",
        ],
    ),
    (
        "Where a symbolic link leads counts as well as its name, and so does every path in a URI (`git:`, notebook \
         cells, ...);",
        &["both_names_of_a_link_count", "names_that_hold_secrets_are_kept_in_every_scheme"],
    ),
    (
        "files in temporary folders (`/tmp`, `/var/tmp`, `/dev/shm`, `/run/user`, `$TMPDIR` and the like) outside the \
         workspace: there `pass`, `sops`, `kubectl edit` and `crontab -e` put what you edit. `privacy.temporaryFiles = \
         true` sends them;",
        &["files_in_temporary_folders_outside_the_workspace_are_kept_unless_they_are_wanted"],
    ),
    (
        "what stands below the scissors line of a commit message, and a text that holds a diff of a file that is never \
         sent;",
        &[
            "below_the_scissors_of_a_commit_message_nothing_is_sent_and_nothing_completed",
            "a_diff_of_an_excluded_file_is_not_sent",
        ],
    ),
    (
        "with `privacy.respectGitignore = true`, files that `.gitignore` or `.ignore` leave out.",
        &["ignored_files_are_kept_where_that_is_set"],
    ),
    (
        "**Kept**: conversations, in `conversations/` in your state directory (`~/.local/state/codestral-ls`, on Windows \
         `%LOCALAPPDATA%\\codestral-ls`); counts by day, language and endpoint for `codestral-ls usage`, in `usage.json` \
         beside them; and that you know of excerpts, in `excerpts.told`.",
        &["what_is_kept_is_conversations_and_counts_for_the_person_alone"],
    ),
    (
        "What `codestral.why` shows stands in `why.txt` there until the server ends: names of files, lines, and what \
         became of requests and next edits.",
        &["what_is_kept_is_conversations_and_counts_for_the_person_alone"],
    ),
    (
        "All are for you alone and never leave this machine.",
        &["what_is_kept_is_conversations_and_counts_for_the_person_alone"],
    ),
    ("There is no telemetry.", &["what_is_kept_is_conversations_and_counts_for_the_person_alone"]),
    (
        "The log holds no source text unless you set its level to `debug` or `trace`, and never the key.",
        &[
            "up_to_its_level_info_the_log_holds_no_source_text",
            "the_key_is_in_no_log_at_any_level_nor_in_debug_output_nor_in_an_error",
        ],
    ),
    // Nor this.
    ("What Mistral or a proxy does with requests is for their terms to say.", &[]),
];

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn each_sentence_on_privacy_is_held_by_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("README.md")).expect("the README");
    let section = page.split("\n## Privacy\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
    let lines = section.lines().map(|line| line.trim_start().trim_start_matches("- "));
    let mut rest = lines.collect::<Vec<_>>().join(" ");
    for (sentence, _) in HELD {
        assert!(rest.contains(sentence), "README does not say (any more):\n{sentence}\nLeft of it:\n{rest}");
        rest = rest.replacen(sentence, "", 1);
    }
    assert!(rest.trim().is_empty(), "no test is named for:\n{}", rest.trim());
    let places = ["tests", "src/endpoint"].map(|folder| files(&root.join(folder)));
    let sources = places.into_iter().flatten().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let sources: String = sources.filter_map(|path| fs::read_to_string(path).ok()).collect();
    for test in HELD.iter().flat_map(|(_, tests)| *tests) {
        assert!(sources.contains(&format!("fn {test}()")), "there is no test {test}");
    }
}

#[test]
fn a_completion_sends_the_window_and_names_no_file() {
    let fake = Fake::start(|_| Script::text("x"));
    let mut editor = editor(vscode(), &fake);
    let lines = "let number = other + 1;\n".repeat(1000);
    let named = "file:///home/somebody/project_of_mine/file_of_mine.rs";
    let offset = editor.write(named, &format!("{lines}let x = <cursor>\n{lines}"));
    let id = editor.complete(named, offset);
    editor.result(id);
    let asked = &fake.received()[0];
    let (before, after) = (asked.prompt().len(), asked.suffix().len());
    assert!(before > 4096 && before <= 6144 && after > 1024 && after <= 2048, "{before} and {after} bytes");
    let body = asked.body.to_string();
    assert!(["somebody", "of_mine"].iter().all(|name| !body.contains(name)), "{body}");
}

#[test]
fn opening_saving_and_moving_about_send_nothing() {
    let fake = Fake::start(|_| Script::text("x"));
    for client in [vscode(), neovim()] {
        let mut editor = editor(client, &fake);
        let uri = "file:///project/read.rs";
        editor.open(uri, "rust", "fn main() {\n    let x = \n}\n");
        editor.notify("textDocument/didSave", json!({"textDocument": {"uri": uri}}));
        for line in 0..3 {
            let at = json!({"line": line, "character": 0});
            let params = json!({
                "textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": {"diagnostics": []},
            });
            let id = editor.request("textDocument/codeAction", params);
            editor.answer(id);
        }
        // Long enough for any wait before a request.
        thread::sleep(Duration::from_millis(300));
        editor.command("codestral.status");
    }
    assert_eq!(fake.stats().requests, 0);
}

#[test]
fn settings_in_an_open_folder_are_not_read() {
    let (fake, other) = (Fake::start(|_| Script::text("1;\n")), Fake::start(|_| Script::text("stolen")));
    let client = neovim().env("CODESTRAL_API_KEY", KEY).options(settings(&fake));
    let project = client.home.path().join("project");
    let toml = format!("[endpoint]\nurl = \"{}\"\ndialect = \"mistral\"\n", other.url());
    let json = json!({"codestral.endpoint.url": other.url(), "endpoint": {"url": other.url()}}).to_string();
    for folder in ["", ".codestral-ls", "codestral-ls", ".config/codestral-ls", ".vscode"] {
        let folder = project.join(folder);
        fs::create_dir_all(&folder).expect("a folder");
        for name in ["config.toml", "codestral-ls.toml", ".codestral-ls.toml"] {
            fs::write(folder.join(name), &toml).expect("a file");
        }
        for name in ["settings.json", "config.json", ".codestral-ls.json"] {
            fs::write(folder.join(name), &json).expect("a file");
        }
    }
    let mut editor = in_project(client);
    for name in ["main.rs", "config.toml"] {
        let uri = uri(&editor.home(), &format!("project/{name}"));
        let offset = editor.write(&uri, "let x = <cursor>\n");
        let id = editor.complete(&uri, offset);
        assert_eq!(editor.drawn(&uri, id), "let x = ⟦1;⟧\n");
    }
    assert_eq!(other.stats().connections, 0);
}

#[test]
fn what_an_editor_says_of_settings_holds() {
    let (first, second) = (Fake::start(|_| Script::text("1;\n")), Fake::start(|_| Script::text("2;\n")));
    let mut editor = editor(neovim(), &first);
    editor.notify("workspace/didChangeConfiguration", json!({"settings": {"codestral": settings(&second)}}));
    let uri = "file:///project/a.rs";
    let offset = editor.write(uri, "let x = <cursor>\n");
    let id = editor.complete(uri, offset);
    assert_eq!(editor.drawn(uri, id), "let x = ⟦2;⟧\n");
    assert_eq!(first.stats().requests, 0);
}

/// The editor, which keeps its home, and what the server logged, after a completion and a chat about a text that holds
/// marks, as do question and reply; the server has ended.
fn a_session(level: &str) -> (Editor, String) {
    let fake = Fake::start(|_| Script::text("mark_of_the_reply();\n"));
    let mut options = settings(&fake);
    options["log"]["level"] = level.into();
    let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).options(options).start();
    let uri = "file:///project/a.rs";
    let offset = editor.write(uri, "fn mark_of_the_source() {\n    let x = <cursor>\n}\n");
    let id = editor.complete(uri, offset);
    assert!(editor.drawn(uri, id).contains("mark_of_the_reply"));
    let argument = json!({"action": "ask", "textDocument": {"uri": uri}, "instruction": "mark_of_the_question?"});
    let id = editor.request("workspace/executeCommand", json!({"command": "codestral.chat", "arguments": [argument]}));
    editor.result(id);
    fake.wait_for(|stats| stats.requests >= 2 && stats.open_streams == 0);
    let id = editor.request("workspace/executeCommand", json!({"command": "codestral.why"}));
    editor.result(id);
    assert!(editor.home().join("state/codestral-ls/why.txt").exists(), "it is shown as a document");
    editor.shutdown();
    let written = editor.stderr();
    (editor, written)
}

#[test]
fn up_to_its_level_info_the_log_holds_no_source_text() {
    for level in ["error", "warn", "info"] {
        let (_, log) = a_session(level);
        assert!(!log.contains("mark_of_the"), "{level}: {log}");
        assert!(level != "info" || !log.is_empty(), "there is a log to look at");
    }
}

#[test]
fn what_is_kept_is_conversations_and_counts_for_the_person_alone() {
    let (editor, _) = a_session("warn");
    let home = editor.home();
    let kept = files(&home);
    assert!(kept.iter().any(|path| path.ends_with("usage.json")), "{kept:?}");
    for path in kept {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let conversation = path.parent().is_some_and(|folder| folder.ends_with("codestral-ls/conversations"));
        let state = path.parent().is_some_and(|folder| folder.ends_with("codestral-ls"));
        let known = name.starts_with("usage.") || name == "excerpts.told";
        assert!(conversation || state && known, "{} is kept", path.display());
        let text = fs::read_to_string(&path).expect("what is kept is text");
        assert!(conversation || !text.contains("mark_of_the"), "{}: {text}", path.display());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} can be read by others", path.display());
        }
    }
}
