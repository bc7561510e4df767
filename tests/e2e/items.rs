//! Suggestions as items of the completion menu, for clients without inline completion.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clients::{helix, neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{URI, editor, settings};

fn ask(editor: &mut Editor, offset: usize) -> i64 {
    let position = editor.position(URI, offset);
    let params = json!({"textDocument": {"uri": URI}, "position": position, "context": {"triggerKind": 1}});
    editor.request("textDocument/completion", params)
}

#[test]
fn helix_gets_an_incomplete_list_with_the_word_in_it() {
    let fake = Fake::start(|_| Script::text("o {\n    b\n}\n"));
    let mut editor = editor(helix(), &fake);
    let offset = editor.write(URI, "/* 😀 */ fo<cursor>\r\n");
    let id = ask(&mut editor, offset);
    let list = editor.result(id);
    let item = &list["items"][0];
    assert_eq!((&list["isIncomplete"], &item["filterText"]), (&json!(true), &json!("foo {")));
    assert_eq!(item["textEdit"]["newText"], "foo {\r\n    b\r\n}");
    let (start, end) = editor.range(URI, &item["textEdit"]["range"]);
    assert_eq!((start, end), (offset - 2, offset));
    assert_ne!(item["kind"], 15, "Helix re-indents snippets");
}

/// Types nothing, asks at a place of the opened text, and says whether the endpoint was asked.
#[track_caller]
fn check_by_hand(client: crate::clients::Builder, marked: &str, kind: u8, asks: &[bool]) {
    let fake = Fake::start(|_| Script::text("x();\n"));
    let mut editor = editor(client, &fake);
    let (text, offset) = crate::text::cursor(marked);
    editor.open(URI, "rust", &text);
    editor.command("codestral.toggle");
    for (times, asks) in asks.iter().enumerate() {
        let position = editor.position(URI, offset);
        let context = json!({"triggerKind": kind});
        let params = json!({"textDocument": {"uri": URI}, "position": position, "context": context});
        let id = editor.request("textDocument/completion", params);
        let list = editor.result(id);
        assert_eq!(list["items"].get(0).is_some(), *asks, "{marked:?}, time {times}: {list}");
    }
    assert_eq!(fake.stats().requests, usize::from(asks.contains(&true)), "{marked:?}");
}

#[test]
fn a_menu_asked_for_by_hand_is_answered_though_completion_is_off_and_nothing_was_typed() {
    let plain = || {
        let mut client = helix();
        client.client_info = Value::Null;
        client
    };
    for client in [helix, plain] {
        check_by_hand(client(), "let x = <cursor>\n", 1, &[true]);
        check_by_hand(client(), "a\n    <cursor>\nb\n", 1, &[true, true]);
        check_by_hand(client(), "let x = f<cursor>\n", 1, &[true]);
        // These kinds are of what is typed.
        check_by_hand(client(), "x.<cursor>\n", 2, &[false, false]);
        check_by_hand(client(), "x.<cursor>\n", 3, &[false, false]);
    }
    check_by_hand(plain(), "let x = foo<cursor>\n", 1, &[true]);
    // Helix asks here as soon as insert mode begins; by hand is what comes then.
    check_by_hand(helix(), "let x = foo<cursor>\n", 1, &[false, true]);
}

#[test]
fn what_is_typed_asks_for_a_menu_only_while_completion_is_on_and_there_is_no_trouble() {
    let fake = Fake::start(|_| Script::refuse(401, r#"{"detail":"Unauthorized"}"#));
    let mut editor = editor(helix(), &fake);
    let mut offset = editor.write(URI, "let x = fo<cursor>\n");
    for (typed, requests) in [("", 1), ("(", 1), ("\"", 1)] {
        editor.change(URI, offset..offset, typed);
        offset += typed.len();
        let id = ask(&mut editor, offset);
        editor.result(id);
        assert_eq!(fake.stats().requests, requests, "typed {typed:?}");
    }
    for requests in [2, 3] {
        let id = ask(&mut editor, offset);
        editor.result(id);
        assert_eq!(fake.stats().requests, requests, "by hand, after trouble");
    }
}

#[test]
fn nothing_is_a_complete_empty_list() {
    let fake = Fake::start(|_| Script::text(""));
    let mut editor = editor(helix(), &fake);
    let offset = editor.write(URI, "fo<cursor>\n");
    let id = ask(&mut editor, offset);
    assert_eq!(editor.result(id), json!({"isIncomplete": false, "items": []}));
}

#[test]
fn an_open_request_follows_the_word_that_is_typed_on() {
    let fake = Fake::start(|received| {
        let rest = "foo_bar();\n".strip_prefix(received.prompt().trim_start_matches("let x = ")).unwrap_or_default();
        Script::text(rest).after(Duration::from_millis(100))
    });
    let mut editor = editor(helix(), &fake);
    let offset = editor.write(URI, "let x = fo<cursor>\n");
    let id = ask(&mut editor, offset);
    editor.change(URI, offset..offset, "o");
    editor.change(URI, offset + 1..offset + 1, "_");
    let edit = editor.result(id)["items"][0]["textEdit"].take();
    assert_eq!(edit["newText"], "foo_bar();");
    assert_eq!(edit["range"]["end"]["character"], 10, "in the coordinates of the version it was asked for");
}

#[test]
fn an_open_request_ends_at_once_when_the_text_goes_another_way() {
    let fake = Fake::start(|_| Script::silence());
    let mut editor = editor(helix(), &fake);
    let offset = editor.write(URI, "let x = fo<cursor>\n");
    let id = ask(&mut editor, offset);
    fake.wait_for(|stats| stats.open_streams == 1);
    editor.change(URI, offset..offset, ";\n");
    assert_eq!(editor.result(id), json!({"isIncomplete": false, "items": []}));
}

#[test]
fn neovim_0_11_gets_one_line() {
    let fake = Fake::start(|_| Script::text("o {\n    b\n}\n"));
    let mut client = neovim();
    client.capabilities["textDocument"].as_object_mut().expect("an object").remove("inlineCompletion");
    let mut editor = editor(client, &fake);
    let offset = editor.write(URI, "fo<cursor>\n");
    let id = ask(&mut editor, offset);
    assert_eq!(editor.result(id)["items"][0]["textEdit"]["newText"], "foo {");
}

#[test]
fn items_can_be_had_beside_inline_completion() {
    let fake = Fake::start(|_| Script::text(""));
    let mut options = settings(&fake);
    options["completion"]["asCompletion"] = "always".into();
    let editor = vscode().options(options).start();
    assert!(editor.handshake["capabilities"]["completionProvider"].is_object());
}
