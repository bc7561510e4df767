//! One completion, as each client asks for it and wants it answered.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clients::{helix, jetbrains, neovim, vscode};
use crate::fake_endpoint::{Ending, Fake, Script};
use crate::ghost::{KEY, URI, editor, settings};
use crate::process::command;

#[track_caller]
fn check(marked: &str, reply: &str, drawn: &str) {
    for client in [neovim(), vscode(), neovim().encodings(&["utf-32"])] {
        let reply = reply.to_owned();
        let fake = Fake::start(move |_| Script::text(&reply));
        let mut editor = editor(client, &fake);
        let offset = editor.write(URI, marked);
        let id = editor.complete(URI, offset);
        assert_eq!(editor.drawn(URI, id), drawn, "{:?}", editor.encoding);
    }
}

/// The endpoint would go on for ever: at what a filter cuts nobody reads on, so that it is not paid for.
#[test]
fn at_what_a_filter_would_cut_the_stream_is_reset() {
    for (before, chunks, shown) in [
        ("let x = ", ["total();", "</s>"], "let x = ⟦total();⟧\n"),
        ("let x = ", ["total();<|fi", "le_sep|>"], "let x = ⟦total();⟧\n"),
        ("let x = ", ["total();[PRE", "FIX]fn f() {"], "let x = ⟦total();⟧\n"),
        ("fn f() {\n    ", ["```rust\nlet a = b();\n```", "\nThis"], "fn f() {\n    ⟦let a = b();⟧\n"),
        ("let x = [", ["0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,", " 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,"], ""),
    ] {
        let fake = Fake::start(move |_| Script::chunks(chunks).ending(Ending::Stall));
        let mut editor = editor(vscode(), &fake);
        let offset = editor.write(URI, &format!("{before}<cursor>\n"));
        let id = editor.complete(URI, offset);
        let stats = fake.wait_for(|stats| stats.cancelled == 1);
        assert_eq!((stats.cancelled, stats.open_streams), (1, 0), "{chunks:?}");
        let drawn = editor.drawn(URI, id);
        assert!(shown.is_empty() || drawn == shown, "{chunks:?}: {drawn}");
    }
}

#[test]
fn where_the_client_takes_late_answers_one_comes_for_where_the_typing_has_led() {
    let fake = Fake::start(|_| Script::text("compute(é);\n").after(Duration::from_millis(150)));
    for (client, shown) in [(neovim(), "let x = comp⟦ute(é);⟧\n"), (vscode(), "null")] {
        let mut editor = editor(client, &fake);
        let offset = editor.write(URI, "let x = <cursor>\n");
        let id = editor.complete(URI, offset);
        fake.wait_for(|stats| stats.open_streams == 1);
        "comp".char_indices().for_each(|(at, key)| editor.change(URI, offset + at..offset + at, &key.to_string()));
        assert_eq!(editor.drawn(URI, id), shown);
        fake.wait_for(|stats| stats.open_streams == 0);
    }
    assert_eq!(fake.stats().requests, 2);
}

#[test]
fn ghost_text_stands_at_the_cursor_in_every_encoding() {
    check("let x = <cursor>\n", "foo();\n", "let x = ⟦foo();⟧\n");
    check("/* é世😀 */ let x = <cursor>\nnext\n", "\"😀\";\n", "/* é世😀 */ let x = ⟦\"😀\";⟧\nnext\n");
    check("a\r\nfn f() {<cursor>\r\n", "\n    b\n}\n", "a\r\nfn f() {⟦\n    b\n}⟧\r\n");
    check("foo(<cursor>)\n", "a, b) {\n    c\n}\n", "foo(⟦a, b) {\n    c\n}⟧\n");
    check("foo(<cursor>);\n", "a, b);\n", "foo(⟦a, b⟧);\n");
    check("<cursor>\n", "x", "⟦x⟧\n");
}

#[test]
fn the_prompt_is_the_text_around_the_cursor() {
    let fake = Fake::start(|_| Script::text("x"));
    let mut editor = editor(vscode(), &fake);
    let offset = editor.write(URI, "a\r\nlet é = <cursor>;\r\nb\r\n");
    let id = editor.complete(URI, offset);
    editor.result(id);
    let asked = &fake.received()[0];
    assert_eq!(
        (asked.path.as_str(), asked.header("authorization")),
        ("/v1/fim/completions", Some("Bearer test-key-0123456789"))
    );
    assert_eq!((asked.prompt(), asked.suffix()), ("a\nlet é = ", ";\nb\n"));
    let mut fields: Vec<&String> = asked.body.as_object().expect("an object").keys().collect();
    fields.sort();
    assert_eq!(fields, ["max_tokens", "model", "prompt", "stream", "suffix", "temperature"]);
    assert_eq!(asked.body["model"], "codestral-latest");
}

#[test]
fn the_answer_has_the_shape_clients_need() {
    let fake = Fake::start(|_| Script::text("foo();\n"));
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    let at = json!({"line": 0, "character": 8});
    let item = json!({
        "insertText": "foo();",
        "range": {"start": at, "end": at},
        "command": {
            "title": "Codestral suggestion accepted",
            "command": "codestral.accepted",
            "arguments": [{"characters": 6}],
        },
    });
    assert_eq!(editor.result(id), json!({"items": [item]}));
}

#[test]
fn nothing_is_an_empty_list_with_a_reason() {
    let fake = Fake::start(|_| Script::text(""));
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.result(id), json!({"items": []}));
    let never_opened = json!({
        "textDocument": {"uri": "file:///project/never-opened.rs"},
        "position": {"line": 0, "character": 0},
        "context": {"triggerKind": 2},
    });
    let id = editor.request("textDocument/inlineCompletion", never_opened);
    assert_eq!(editor.result(id), json!({"items": []}));
    assert_eq!(editor.reasons(), ["notOpen", "empty"]);
}

#[test]
fn inline_completion_is_advertised_statically_and_items_only_where_needed() {
    let fake = Fake::start(|_| Script::text(""));
    for (client, items) in [(neovim(), false), (vscode(), false), (helix(), true)] {
        let editor = editor(client, &fake);
        let capabilities = &editor.handshake["capabilities"];
        assert!(capabilities["inlineCompletionProvider"].is_object());
        assert_eq!(capabilities["completionProvider"].is_object(), items);
    }
}

#[test]
fn typing_along_is_answered_without_asking_again() {
    let fake = Fake::start(|_| Script::text("foo_bar();\n"));
    let mut editor = editor(vscode(), &fake);
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    editor.result(id);
    for typed in ["f", "o", "o_", "bar"] {
        editor.change(URI, offset..offset, typed);
        offset += typed.len();
        let id = editor.complete(URI, offset);
        let drawn = editor.drawn(URI, id);
        assert_eq!(drawn.replace(['⟦', '⟧'], ""), "let x = foo_bar();\n");
    }
    assert_eq!(fake.stats().requests, 1);
}

/// What stands in the text after LSP4IJ has inserted: all of the text behind all of the range.
#[track_caller]
fn check_jetbrains(marked: &str, reply: &'static str, after: Option<&str>) {
    let fake = Fake::start(move |_| Script::text(reply));
    let mut editor = editor(jetbrains(), &fake);
    let offset = editor.write(URI, marked);
    let id = editor.complete(URI, offset);
    let result = editor.result(id);
    let Some(item) = result["items"].get(0) else {
        assert_eq!((after, editor.reasons()), (None, vec!["filteredSuffix".to_owned()]));
        return;
    };
    let text = item["insertText"].as_str().expect("a plain string").to_owned();
    let (start, end) = editor.range(URI, &item["range"]);
    assert_eq!((start, end), (offset, offset), "the range ends at the cursor");
    editor.change(URI, offset..offset, &text);
    assert_eq!(Some(editor.text(URI)), after);
    // It runs no command: the edit tells.
    editor.command("codestral.status");
    assert_eq!(editor.shutdown(), 0);
    let output = command(&editor.home()).args(["usage", "--json"]).output().expect("the binary runs");
    let usage: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&usage["total"]["shown"], &usage["total"]["accepted"]), (&1.into(), &1.into()), "{usage}");
}

#[test]
fn an_ide_that_replaces_nothing_gets_what_fits_before_the_rest_of_the_line() {
    check_jetbrains("print(\"<cursor>\")\n", "abc\", b) + 1", Some("print(\"abc\")\n"));
    check_jetbrains("foo(<cursor>)\n", "a, g(b)) {\n    c\n}\n", Some("foo(a, g(b))\n"));
    check_jetbrains("foo(<cursor>)\n", "a, b)\n", Some("foo(a, b)\n"));
    check_jetbrains("let x = <cursor>\n", "foo();\n", Some("let x = foo();\n"));
    check_jetbrains("foo(<cursor>)\n", ") + 1\n", None);
}

#[test]
fn asked_by_hand_there_is_something_to_choose_from() {
    let fake = Fake::start(|request| Script::text(request.body["random_seed"].as_u64().map_or("a();\n", |_| "b();\n")));
    let mut options = settings(&fake);
    options["completion"]["choices"] = 3.into();
    let mut editor = vscode().env("CODESTRAL_API_KEY", KEY).options(options).start();
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.invoke(URI, offset);
    let items = editor.result(id)["items"].take();
    let texts: Vec<&Value> = items.as_array().expect("a list").iter().map(|item| &item["insertText"]).collect();
    assert_eq!(texts, ["a();", "b();"]);
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).requests, 3);
}

#[test]
fn an_empty_reply_is_asked_for_once_more_by_hand_and_never_by_itself() {
    let fake = Fake::start(|request| Script::text(request.body["min_tokens"].as_u64().map_or("", |_| "foo();\n")));
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    for _ in 0..2 {
        let id = editor.complete(URI, offset);
        assert_eq!(editor.drawn(URI, id), json!({"items": []}).to_string());
    }
    assert_eq!(fake.stats().requests, 1);
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦foo();⟧\n");
    assert_eq!(fake.stats().requests, 2);
    // Asked first by hand, it is asked twice and no more.
    let offset = editor.write("file:///project/other.rs", "let y = <cursor>\n");
    let id = editor.invoke("file:///project/other.rs", offset);
    assert_eq!(editor.drawn("file:///project/other.rs", id), "let y = ⟦foo();⟧\n");
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).requests, 4);
}

#[test]
fn a_superseded_request_is_answered_null_before_the_newer_one() {
    let fake = Fake::start(|_| Script::text("foo();\n").after(Duration::from_millis(100)));
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    let first = editor.complete(URI, offset);
    fake.wait_for(|stats| stats.requests == 1);
    editor.change(URI, offset..offset, "f");
    let second = editor.complete(URI, offset + 1);
    assert_eq!(editor.result(second)["items"][0]["insertText"], "oo();");
    // It came first, so it is here already.
    assert_eq!(editor.result(first), Value::Null);
    assert_eq!(fake.stats().requests, 1);
}

#[test]
fn the_selected_item_of_a_menu_counts_as_typed() {
    let fake = Fake::start(|_| Script::text("(args);\n"));
    let mut editor = editor(vscode(), &fake);
    let offset = editor.write(URI, "    ma<cursor>\n");
    let range = json!({"start": editor.position(URI, 4), "end": editor.position(URI, offset)});
    let context = json!({"triggerKind": 2, "selectedCompletionInfo": {"range": range, "text": "main"}});
    let position = editor.position(URI, offset);
    let params = json!({"textDocument": {"uri": URI}, "position": position, "context": context});
    let id = editor.request("textDocument/inlineCompletion", params);
    assert_eq!(editor.drawn(URI, id), "    ⟦main(args);⟧\n");
    assert_eq!(fake.received()[0].prompt(), "    main");
}

#[test]
fn private_large_and_binary_documents_are_never_sent() {
    let fake = Fake::start(|_| Script::text("leak"));
    let mut editor = editor(neovim(), &fake);
    let large = format!("{}<cursor>", "x\n".repeat(1 << 21));
    for (uri, marked, reason) in [
        ("file:///project/.env", "KEY=<cursor>", "private"),
        ("file:///home/me/.ssh/id_ed25519", "<cursor>", "private"),
        ("file:///project/large.rs", large.as_str(), "tooLarge"),
        ("file:///project/binary.rs", "a\0<cursor>", "binary"),
    ] {
        let offset = editor.write(uri, marked);
        for id in [editor.complete(uri, offset), editor.invoke(uri, offset)] {
            assert_eq!(editor.result(id), json!({"items": []}), "{uri}");
        }
        assert_eq!(editor.reasons()[0], reason);
    }
    assert_eq!(fake.stats().requests, 0);
}

#[test]
fn toggle_stops_what_is_automatic_and_nothing_else() {
    let fake = Fake::start(|_| Script::text("1;\n"));
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    assert_eq!(editor.command("codestral.toggle"), json!({"on": false}));
    let id = editor.complete(URI, offset);
    assert_eq!(editor.result(id), json!({"items": []}));
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
    assert_eq!(editor.reasons(), ["shown", "off"]);
    assert_eq!(editor.command("codestral.status")["state"], "off");
}

#[test]
fn commands_show_what_they_know() {
    let fake = Fake::start(|_| Script::text("1;\n"));
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    editor.result(id);
    let id = editor.request("workspace/executeCommand", json!({"command": "codestral.status"}));
    let status = editor.result(id);
    assert_eq!((&status["model"], &status["counts"]["requests"]), (&json!("codestral-latest"), &json!(1)));
    let message = editor.notification("window/showMessage")["message"].to_string();
    assert!(message.contains("codestral-latest at http://127.0.0.1"), "{message}");
    let id = editor.request("workspace/executeCommand", json!({"command": "codestral.why"}));
    editor.result(id);
    let shown = editor.server_requests.iter().find(|request| request["method"] == "window/showDocument");
    assert!(shown.expect("a document").to_string().contains("why.txt"));
    let id = editor.request("workspace/executeCommand", json!({"command": "codestral.nothing"}));
    assert_eq!(editor.error_code(id), -32602);
}

#[test]
fn changes_to_what_is_not_open_are_logged_and_ignored() {
    let fake = Fake::start(|_| Script::text("1;\n"));
    let mut editor = editor(neovim(), &fake);
    let change = json!({
        "textDocument": {"uri": "file:///never.rs", "version": 1},
        "contentChanges": [{"text": "x"}],
    });
    editor.notify("textDocument/didChange", change);
    editor.notify("textDocument/didClose", json!({"textDocument": {"uri": "file:///never.rs"}}));
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
    editor.shutdown();
    let log = editor.stderr();
    assert!(log.contains("didChange for a document that is not open") && log.contains("file:///never.rs"), "{log}");
}

#[test]
fn uris_that_strict_parsers_refuse_work() {
    let fake = Fake::start(|_| Script::text("1;\n"));
    let mut editor = editor(neovim(), &fake);
    for uri in ["file:///a b.rs", "file:///c:/x.rs", "untitled:Untitled-1", "file:///é[1].rs"] {
        let offset = editor.write(uri, "let x = <cursor>\n");
        let id = editor.invoke(uri, offset);
        assert_eq!(editor.drawn(uri, id), "let x = ⟦1;⟧\n", "{uri}");
    }
}
