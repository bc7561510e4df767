//! Next edits over frames: what is offered after what was typed, and what becomes of it.

use std::ops::Range;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::clients::{Builder, helix, neovim, vscode};
use crate::editor::Editor;

const MAIN: &str = "file:///project/main.rs";
const OTHER: &str = "file:///project/other.rs";

/// An editor that is offered what is only a little likely, so that each part of the way can be seen on a short text.
fn start(client: Builder) -> Editor {
    start_with(client, json!({"nextEdit": {"confidence": 0.1}}))
}

/// An editor without any endpoint.
fn start_with(client: Builder, mut options: Value) -> Editor {
    options["endpoint"] = json!({"dialect": "local"});
    options["local"] = json!({"workspace": false});
    client.options(options).start()
}

impl Editor {
    /// Replaces the occurrence number `which` of `old`; returns where the cursor is then.
    #[track_caller]
    fn retype(&mut self, uri: &str, old: &str, which: usize, new: &str) -> usize {
        let (start, _) = self.text(uri).match_indices(old).nth(which).expect("the text has it");
        self.change(uri, start..start + old.len(), new);
        start + new.len()
    }

    /// Asks as Copilot's clients do.
    #[track_caller]
    fn ask(&mut self, uri: &str, cursor: usize) -> i64 {
        let version = self.documents[uri].version;
        let params = json!({
            "textDocument": {"uri": uri, "version": version},
            "position": self.position(uri, cursor),
            "context": {"triggerKind": 2},
        });
        self.request("textDocument/copilotInlineEdit", params)
    }

    /// The next edit as Copilot's clients get it; it must fit the text.
    #[track_caller]
    fn next(&mut self, uri: &str, cursor: usize) -> Option<Value> {
        let id = self.ask(uri, cursor);
        let answer = self.result(id);
        let edits = answer["edits"].as_array().expect("a list").clone();
        assert!(edits.len() <= 1, "some clients take the first only: {answer}");
        for edit in &edits {
            assert_eq!(edit["textDocument"], json!({"uri": uri, "version": self.documents[uri].version}));
            self.place(uri, edit);
        }
        edits.into_iter().next()
    }

    #[track_caller]
    fn place(&self, uri: &str, edit: &Value) -> Range<usize> {
        let (start, end) = self.range(uri, &edit["range"]);
        assert!(start <= end, "{edit}");
        start..end
    }

    /// Makes an edit and says so, as Copilot's clients do; returns where the cursor is then.
    #[track_caller]
    fn take_edit(&mut self, uri: &str, edit: &Value) -> usize {
        let (range, new) = (self.place(uri, edit), edit["text"].as_str().expect("a text").to_owned());
        self.change(uri, range.clone(), &new);
        let id = self.request("workspace/executeCommand", edit["command"].clone());
        self.result(id);
        range.start + new.len()
    }

    #[track_caller]
    fn next_edit(&mut self, argument: Value) -> Value {
        let params = json!({"command": "codestral.nextEdit", "arguments": [argument]});
        let id = self.request("workspace/executeCommand", params);
        self.result(id)
    }

    /// What `codestral.status` says of next edits.
    #[track_caller]
    fn counted(&mut self) -> Value {
        self.command("codestral.status")["nextEdit"].take()
    }
}

/// After `old` became `new`, and each edit offered was taken one by one, the text is `expected`.
#[track_caller]
fn check(options: &Value, language: &str, text: &str, edits: &[(&str, usize, &str)], expected: &str) {
    for client in [neovim(), vscode(), neovim().encodings(&["utf-32"])] {
        let mut editor = start_with(client, options.clone());
        editor.open(MAIN, language, text);
        let mut cursor = 0;
        for (old, which, new) in edits {
            cursor = editor.retype(MAIN, old, *which, new);
        }
        for _ in 0..20 {
            let Some(edit) = editor.next(MAIN, cursor) else { break };
            cursor = editor.take_edit(MAIN, &edit);
        }
        assert_eq!(editor.text(MAIN), expected);
    }
}

/// As `check`, by the settings that hold where nobody set any.
#[track_caller]
fn check_by_default(language: &str, text: &str, edits: &[(&str, usize, &str)], expected: &str) {
    check(&json!({}), language, text, edits, expected);
}

#[track_caller]
fn check_unsure(language: &str, text: &str, edits: &[(&str, usize, &str)], expected: &str) {
    check(&json!({"nextEdit": {"confidence": 0.1}}), language, text, edits, expected);
}

const RENAMED: &str = "fn f(list: &[u32]) -> u32 {
    let count = list.len();
    log(count);
    if count > 3 {
        warn(count);
    }
    let doubled = 2 * count;
    report(count, doubled)
}
";

#[test]
fn a_renaming_is_carried_through_one_by_one() {
    check_unsure("rust", RENAMED, &[("count", 0, "total")], &RENAMED.replace("count", "total"));
    let crlf = RENAMED.replace('\n', "\r\n");
    check_unsure("rust", &crlf, &[("count", 0, "total")], &crlf.replace("count", "total"));
    let emoji = RENAMED.replace("log(", "log(\"😀é\", ").replace("2 * ", "\"😀\".len() * ");
    check_unsure("rust", &emoji, &[("count", 0, "total")], &emoji.replace("count", "total"));
}

#[test]
fn a_method_is_renamed_in_further_calls_by_default() {
    let text = "def a():
    print(x)
    assertEquals(a, 1)
    assertEquals(b, 2)

def b():
    assertEquals(c, 3)
    other()
    assertEquals(d, 4)
";
    let edits = [("assertEquals", 0, "assertEqual"), ("assertEquals", 0, "assertEqual")];
    check_by_default("python", text, &edits, &text.replace("assertEquals", "assertEqual"));
}

#[test]
fn a_line_is_put_in_elsewhere_by_default() {
    let user = |name: &str| {
        format!(
            "    fn {name}() -> Self {{\n        User {{\n            name: {name}(),\n            age: 1,\n        }}\n    }}\n\n"
        )
    };
    let text = ["one", "two", "three", "four"].map(user).concat();
    let (age, admin) = ("            age: 1,\n", "            age: 1,\n            admin: false,\n");
    check_by_default("rust", &text, &[(age, 0, admin), (age, 1, admin)], &text.replace(age, admin));
    let (text, age, admin) = (text.replace('\n', "\r\n"), age.replace('\n', "\r\n"), admin.replace('\n', "\r\n"));
    check_by_default("rust", &text, &[(&age, 0, &admin), (&age, 1, &admin)], &text.replace(&age, &admin));
}

#[test]
fn calls_follow_a_parameter_that_was_taken_out() {
    let text =
        "fn send(to: u8, retry: bool) {\n}\n\nfn main() {\n    send(1, true);\n    x();\n    send(2, false);\n}\n";
    let expected = text.replace(", retry: bool", "").replace(", true", "").replace(", false", "");
    check_unsure("rust", text, &[(", retry: bool", 0, "")], &expected);
}

#[test]
fn what_does_not_repeat_is_quiet_by_default() {
    let more = "    let more = 7;\n    use_it(more);\n";
    let expected = RENAMED.replacen("    log(count);\n", &format!("    log(count);\n{more}"), 1);
    check_by_default("rust", RENAMED, &[("    log(count);\n", 0, &format!("    log(count);\n{more}"))], &expected);
}

#[test]
fn what_fails_is_nothing_and_no_error() {
    let mut editor = start(vscode());
    for params in [
        json!({}),
        json!({"textDocument": {"uri": MAIN, "version": 1}, "position": {"line": 0, "character": 0}}),
        json!({"textDocument": {"uri": "::"}, "position": {"line": -1}}),
        json!({"textDocument": {"uri": MAIN}}),
    ] {
        let id = editor.request("textDocument/copilotInlineEdit", params);
        assert_eq!(editor.result(id), json!({"edits": []}));
    }
    for (method, params) in [
        ("textDocument/didShowInlineEdit", json!({"item": {"command": {"arguments": ["next-edit-77"]}}})),
        ("textDocument/didShowInlineEdit", json!({})),
        ("textDocument/didFocus", json!({"textDocument": {"uri": MAIN}})),
        ("textDocument/didFocus", json!({})),
        ("textDocument/didShowCompletion", json!({"item": {}})),
        ("textDocument/didPartiallyAcceptCompletion", json!({"item": {}, "acceptedLength": 3})),
    ] {
        editor.notify(method, params);
    }
    assert_eq!(editor.next_edit(json!({})), json!({"edits": []}));
    assert!(!editor.stderr().contains("copilot"), "{}", editor.stderr());
}

#[test]
fn an_older_version_and_an_older_text_get_nothing() {
    let mut editor = start(vscode());
    editor.open(MAIN, "rust", RENAMED);
    let cursor = editor.retype(MAIN, "count", 0, "total");
    assert!(editor.next(MAIN, cursor).is_some());
    let older = editor.documents[MAIN].version - 1;
    let params = json!({
        "textDocument": {"uri": MAIN, "version": older},
        "position": editor.position(MAIN, cursor),
    });
    let id = editor.request("textDocument/copilotInlineEdit", params);
    assert_eq!(editor.result(id), json!({"edits": []}));
    // The text changes while the question waits for the keyboard to rest.
    editor.retype(MAIN, "doubled", 0, "twice");
    let id = editor.ask(MAIN, cursor);
    editor.retype(MAIN, "log", 0, "log_it");
    assert_eq!(editor.result(id), json!({"edits": []}));
}

#[test]
fn a_question_without_a_version_is_about_the_text_as_it_is() {
    let mut editor = start(vscode());
    editor.open(MAIN, "rust", RENAMED);
    let cursor = editor.retype(MAIN, "count", 0, "total");
    let params = json!({"textDocument": {"uri": MAIN}, "position": editor.position(MAIN, cursor)});
    let id = editor.request("textDocument/copilotInlineEdit", params.clone());
    let edit = editor.result(id)["edits"][0].clone();
    assert_eq!(edit["textDocument"]["version"], editor.documents[MAIN].version);
    assert_eq!(editor.next_edit(params)["edits"][0]["range"]["start"], edit["range"]["start"]);
}

#[test]
fn a_cancelled_question_is_answered() {
    let mut editor = start(vscode());
    editor.open(MAIN, "rust", RENAMED);
    let cursor = editor.retype(MAIN, "count", 0, "total");
    let id = editor.ask(MAIN, cursor);
    editor.cancel(id);
    let answer = editor.answer(id);
    assert!(answer["error"]["code"] == -32800 || answer["result"]["edits"].is_array(), "{answer}");
}

#[test]
fn what_was_undone_does_not_come_again() {
    let mut editor = start(neovim());
    editor.open(MAIN, "rust", RENAMED);
    let cursor = editor.retype(MAIN, "count", 0, "total");
    let edit = editor.next(MAIN, cursor).expect("an edit");
    let range = editor.place(MAIN, &edit);
    let stood = editor.text(MAIN)[range.clone()].to_owned();
    let end = editor.take_edit(MAIN, &edit);
    // Taken back.
    editor.change(MAIN, range.start..end, &stood);
    let after = editor.next(MAIN, range.start);
    assert_ne!(after.as_ref().map(|after| &after["range"]), Some(&edit["range"]), "{after:?}");
    // The renaming itself is taken back: there is nothing to carry through.
    editor.retype(MAIN, "total", 0, "count");
    assert_eq!(editor.text(MAIN), RENAMED);
    assert_eq!(editor.next(MAIN, range.start), None);
    assert_eq!(editor.counted()["rules"]["rename"], json!({"shown": 1, "taken": 0, "dismissed": 0}));
}

#[test]
fn what_comes_from_outside_is_no_example() {
    let mut editor = start(neovim());
    editor.open(MAIN, "rust", RENAMED);
    editor.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": MAIN, "type": 2}]}));
    let cursor = editor.retype(MAIN, "count", 0, "total");
    assert_eq!(editor.next(MAIN, cursor), None);
}

#[test]
fn a_dismissed_edit_does_not_come_again_and_a_rule_may_rest() {
    let mut editor = start(vscode());
    editor.open(MAIN, "rust", RENAMED);
    let cursor = editor.retype(MAIN, "count", 0, "total");
    let first = editor.next(MAIN, cursor).expect("an edit");
    editor.notify("textDocument/didShowInlineEdit", json!({"item": first}));
    assert_eq!(editor.next_edit(json!({"dismiss": true})), json!({"dismissed": true}));
    assert_eq!(editor.next_edit(json!({"dismiss": true})), json!({"dismissed": false}));
    let second = editor.next(MAIN, cursor);
    assert_ne!(second.map(|second| second["range"].clone()), Some(first["range"].clone()));
    assert_eq!(editor.counted()["rules"]["rename"], json!({"shown": 1, "taken": 0, "dismissed": 1}));
}

#[test]
fn private_files_are_never_in_it() {
    let mut editor = start(vscode());
    let text = "COUNT=1\nA=$COUNT\nB=$COUNT\nC=$COUNT\nD=$COUNT\nE=$COUNT\n";
    for (uri, language) in [("file:///project/.env", "shellscript"), ("file:///project/a.sh", "shellscript")] {
        editor.open(uri, language, text);
    }
    let private = "file:///project/.env";
    let cursor = editor.retype(private, "COUNT", 0, "TOTAL");
    assert_eq!(editor.next(private, cursor), None);
    let asked = json!({"textDocument": {"uri": private}, "position": editor.position(private, cursor)});
    assert_eq!(editor.next_edit(asked), json!({"edits": []}));
    assert!(editor.counted()["nothing"].as_str().is_some_and(|why| why.contains("private")));
    // Nor do its changes lead anywhere else, nor others' changes to it.
    assert_eq!(editor.next("file:///project/a.sh", 0), None);
    editor.retype("file:///project/a.sh", "COUNT", 0, "TOTAL");
    for _ in 0..10 {
        let answer = editor.next_edit(json!({"apply": true, "show": false}));
        if answer["applied"] == 0 {
            break;
        }
    }
    assert_eq!(editor.text(private).matches("TOTAL").count(), 1);
}

#[test]
fn switched_off_there_is_nothing() {
    let mut editor = start_with(vscode(), json!({"nextEdit": {"enabled": false}}));
    editor.open(MAIN, "rust", RENAMED);
    let cursor = editor.retype(MAIN, "count", 0, "total");
    assert_eq!(editor.next(MAIN, cursor), None);
    editor.notify(
        "workspace/didChangeConfiguration",
        json!({"settings": {"codestral": {"nextEdit": {"confidence": 0.1}}}}),
    );
    let cursor = editor.retype(MAIN, "doubled", 0, "twice");
    assert!(editor.next(MAIN, cursor).is_some());
    editor.command("codestral.toggle");
    assert_eq!(editor.next(MAIN, cursor), None);
}

#[test]
fn the_command_makes_the_edit_and_moves_the_cursor() {
    let mut editor = start(helix());
    editor.open(MAIN, "rust", RENAMED);
    editor.retype(MAIN, "count", 0, "total");
    let mut applied = 0;
    while editor.next_edit(json!({"apply": true, "show": false}))["applied"] != 0 {
        applied += 1;
        let shown = editor.server_requests.iter().rfind(|request| request["method"] == "window/showDocument");
        let place = shown.expect("the cursor is moved")["params"]["selection"]["start"].clone();
        let at = editor.offset(MAIN, &place);
        assert!(editor.text(MAIN)[..at].ends_with("total"), "the cursor is behind the edit");
    }
    assert_eq!(editor.text(MAIN), RENAMED.replace("count", "total"));
    assert_eq!(editor.counted()["rules"]["rename"]["taken"], applied);
}

#[test]
fn all_places_are_one_edit_of_the_workspace() {
    let mut editor = start(vscode());
    editor.open(
        MAIN,
        "rust",
        "pub fn load_all(path: &str) {}\n\nfn a() {\n    load_all(\"a\");\n    load_all(\"b\");\n}\n",
    );
    editor.open(OTHER, "rust", "fn b() {\n    load_all(\"c\");\n    other();\n    load_all(\"d\");\n}\n");
    editor.retype(MAIN, "load_all", 0, "fetch_all");
    let cursor = editor.position(MAIN, 16);
    let asked = json!({"textDocument": {"uri": MAIN}, "position": cursor, "all": true});
    let offered = editor.next_edit(asked.clone());
    let places = offered["places"].as_u64().expect("a number");
    assert!(places >= 3, "{offered}");
    let before = editor.server_requests.len();
    let mut asked = asked;
    asked["apply"] = true.into();
    assert_eq!(editor.next_edit(asked)["applied"], places);
    let edits = editor.server_requests[before..].iter().filter(|request| request["method"] == "workspace/applyEdit");
    assert_eq!(edits.count(), 1);
    let left = editor.text(MAIN).matches("load_all").count() + editor.text(OTHER).matches("load_all").count();
    assert_eq!(left as u64, 4 - places);
}

#[test]
fn an_edit_in_another_document_names_it() {
    let mut editor = start(neovim());
    editor.open(MAIN, "rust", "pub fn load_all(path: &str) {}\n\nfn a() {\n    load_all(\"a\");\n}\n");
    editor.open(OTHER, "rust", "fn b() {\n    load_all(\"c\");\n    other();\n    load_all(\"d\");\n}\n");
    let mut cursor = editor.retype(MAIN, "load_all", 0, "fetch_all");
    let mut documents = vec![];
    for _ in 0..5 {
        let asked = json!({"textDocument": {"uri": MAIN}, "position": editor.position(MAIN, cursor)});
        let answer = editor.next_edit(asked);
        let Some(edit) = answer["edits"].get(0) else { break };
        let uri = edit["textDocument"]["uri"].as_str().expect("a URI").to_owned();
        let at = editor.take_edit(&uri, edit);
        if uri == MAIN {
            cursor = at;
        }
        documents.push(uri);
    }
    assert!(documents.contains(&MAIN.to_owned()) && documents.contains(&OTHER.to_owned()), "{documents:?}");
    // A client that shows whatever it gets in the document it asked about never gets another's.
    let mut editor = start(neovim());
    editor.open(MAIN, "rust", "pub fn load_all(path: &str) {}\n");
    editor.open(OTHER, "rust", "fn b() {\n    load_all(\"c\");\n    other();\n    load_all(\"d\");\n}\n");
    let cursor = editor.retype(MAIN, "load_all", 0, "fetch_all");
    assert_eq!(editor.next(MAIN, cursor), None);
}

#[test]
fn where_there_is_a_next_edit_a_code_action_makes_it() {
    let mut editor = start(helix());
    editor.open(MAIN, "rust", RENAMED);
    let ask = |editor: &mut Editor, trigger: u64| {
        let place = editor.position(MAIN, 40);
        let params = json!({
            "textDocument": {"uri": MAIN},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": [], "only": ["codestral.nextEdit"], "triggerKind": trigger},
        });
        let id = editor.request("textDocument/codeAction", params);
        editor.result(id)
    };
    assert_eq!(ask(&mut editor, 1), json!([]));
    editor.retype(MAIN, "count", 0, "total");
    assert_eq!(ask(&mut editor, 2), json!([]));
    let actions = ask(&mut editor, 1);
    assert_eq!(actions[0]["title"], "Codestral: Next edit");
    assert!(actions[1]["title"].as_str().is_some_and(|title| title.starts_with("Codestral: Next edit, all ")));
    let id = editor.request("workspace/executeCommand", actions[1]["command"].clone());
    assert!(editor.result(id)["applied"].as_u64().is_some_and(|applied| applied > 1));
}

#[test]
fn an_edit_that_meets_another_text_is_sought_again() {
    // What was typed between makes the next one less sure.
    let mut editor = start_with(vscode(), json!({"nextEdit": {"confidence": 0.0}}));
    editor.open(MAIN, "rust", RENAMED);
    editor.retype(MAIN, "count", 0, "total");
    editor.types_first = Some("// why\n");
    assert_ne!(editor.next_edit(json!({"apply": true, "show": false}))["applied"], 0);
    assert!(editor.text(MAIN).starts_with("// why\n") && editor.text(MAIN).matches("total").count() > 1);
}

#[test]
fn why_tells_of_next_edits() {
    let mut editor = start(vscode());
    editor.open(MAIN, "rust", RENAMED);
    let cursor = editor.retype(MAIN, "count", 0, "total");
    let edit = editor.next(MAIN, cursor).expect("an edit");
    editor.take_edit(MAIN, &edit);
    let id = editor.request("workspace/executeCommand", json!({"command": "codestral.why", "arguments": []}));
    editor.result(id);
    let shown = editor.home().join("state/codestral-ls/why.txt");
    let text = std::fs::read_to_string(shown).expect("it is written");
    assert!(text.contains("rename, ") && text.contains("confidence 0.") && text.contains(": taken"), "{text}");
}

/// A small linear congruential generator (Knuth's MMIX constants): the same script in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

#[test]
fn two_thousand_random_edits_with_a_question_after_each() {
    const PIECES: [&str; 12] =
        ["count", "total", "log(count);\n", "\r\n", "    ", "😀", "é", " = ", "fn f(a: u8) {\n", "}\n", "f(1, 2)", "x"];
    for (client, language) in [(neovim(), "rust"), (vscode(), "python"), (neovim().encodings(&["utf-32"]), "go")] {
        let mut editor = start_with(client, json!({"nextEdit": {"confidence": 0.0}}));
        let uris = [MAIN, OTHER];
        for uri in uris {
            editor.open(uri, language, &RENAMED.repeat(3));
        }
        let (mut random, mut offered) = (Random(3), 0);
        for _ in 0..700 {
            let uri = uris[random.below(2)];
            let text = editor.text(uri).to_owned();
            let inside =
                |at: usize| text.is_char_boundary(at) && !(text[..at].ends_with('\r') && text[at..].starts_with('\n'));
            let start = (0..=random.below(text.len() + 1)).rev().find(|at| inside(*at)).expect("a place");
            let end = (start..=(start + random.below(12)).min(text.len())).rev().find(|at| inside(*at));
            editor.change(uri, start..end.unwrap_or(start), PIECES[random.below(PIECES.len())]);
            let cursor = editor.position(uri, start);
            let asked = json!({"textDocument": {"uri": uri}, "position": cursor, "all": random.below(4) == 0});
            let answer = editor.next_edit(asked);
            let edits = answer["edits"].as_array().expect("a list").clone();
            offered += edits.len();
            let mut last: Option<(String, usize)> = None;
            for edit in &edits {
                let uri = edit["textDocument"]["uri"].as_str().expect("a URI").to_owned();
                assert_eq!(edit["textDocument"]["version"], editor.documents[&uri].version);
                let range = editor.place(&uri, edit);
                let follows = last.as_ref().is_none_or(|(before, end)| *before != uri || *end <= range.start);
                assert!(follows, "in order, without overlap: {answer}");
                last = Some((uri, range.end));
            }
            if random.below(3) == 0 && !edits.is_empty() {
                for edit in edits.iter().rev() {
                    let uri = edit["textDocument"]["uri"].as_str().expect("a URI").to_owned();
                    let range = editor.place(&uri, edit);
                    editor.change(&uri, range, edit["text"].as_str().expect("a text"));
                }
            }
        }
        assert!(offered > 100, "{offered}");
        assert!(!editor.stderr().contains("panic"), "{}", editor.stderr());
    }
}

#[test]
fn an_edit_that_was_read_and_not_taken_is_passed_over() {
    let mut editor = start(vscode());
    editor.open(MAIN, "rust", RENAMED);
    let cursor = editor.retype(MAIN, "count", 0, "total");
    let edit = editor.next(MAIN, cursor).expect("an edit");
    editor.notify("textDocument/didShowInlineEdit", json!({"item": edit}));
    // As long as a person reads: there is no clock to turn in the server's process.
    thread::sleep(Duration::from_millis(1_100));
    let cursor = editor.retype(MAIN, "doubled", 0, "twice");
    let next = editor.next(MAIN, cursor);
    assert_ne!(next.map(|next| next["range"].clone()), Some(edit["range"].clone()));
}
