//! Completions while a secret stands above, below, left or right of the cursor, or around it.

use serde_json::{Value, json};

use super::{check_sent, check_written, filled, password, token};
use crate::clients::{helix, neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, URI, editor, settings};
use crate::text::cursor;

fn says(reply: &'static str) -> Fake {
    Fake::start(move |_| Script::text(reply))
}

fn with(fake: &Fake, change: impl Fn(&mut Value)) -> Editor {
    let mut options = settings(fake);
    change(&mut options);
    vscode().env("CODESTRAL_API_KEY", KEY).options(options).start()
}

/// Opens a text of that language, types it and asks; returns what is shown.
#[track_caller]
fn check(language: &str, template: &str) {
    for client in [neovim(), vscode()] {
        let fake = says("foo();\n");
        let mut editor = editor(client, &fake);
        let (text, offset) = cursor(&filled(template));
        editor.open(URI, language, "");
        editor.change_all(URI, &text);
        let id = editor.complete(URI, offset);
        let shown = format!("{}⟦foo();⟧{}", &text[..offset], &text[offset..]);
        assert_eq!(editor.drawn(URI, id), shown, "{template}");
        let sent = check_sent(&fake, 1);
        assert!(sent.contains("masked_secret_1"), "{template}: {sent}");
        check_written(&editor.home(), &[]);
    }
}

#[test]
fn a_secret_above_below_or_beside_the_cursor_is_masked_and_ghost_text_stands_where_it_belongs() {
    check("rust", "let token = \"§\";\nlet x = <cursor>\n");
    check("rust", &format!("let token = \"§\";\n{}let x = <cursor>\n", "let y = compute(1, 2);\n".repeat(80)));
    check("rust", "let x = <cursor>\nlet token = \"§\";\nlet password = \"¤\";\n");
    check("rust", "let token = \"§\"; /* é😀 */ let x = <cursor>\n");
    check("python", "token = \"§\"; x = <cursor>\r\npassword = '¤'\r\n");
    check("yaml", "db:\n  password: ¤\nname: <cursor>\n");
    check("terraform", "variable \"db_password\" {\n  default = \"¤\"\n}\nx = <cursor>\n");
    check("javascript", "fetch(url, {headers: {Authorization: `Bearer §`}}); x = <cursor>\n");
}

#[test]
fn right_of_the_cursor_on_its_line_a_secret_is_masked() {
    let fake = says("a, ");
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, &filled("connect(<cursor>user, \"§\")\n"));
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.drawn(URI, id), filled("connect(⟦a, ⟧user, \"§\")\n"));
    assert!(check_sent(&fake, 1).contains("user, \"masked_secret_1\")"));
}

#[test]
fn while_a_secret_is_typed_nobody_is_asked_and_by_hand_it_is_masked() {
    let fake = says("x");
    let mut editor = editor(vscode(), &fake);
    for secret in [token(), password()] {
        let mut offset = editor.write(URI, "let password = \"<cursor>\n");
        for key in secret.chars() {
            editor.change(URI, offset..offset, key.encode_utf8(&mut [0; 4]));
            offset += key.len_utf8();
            let id = editor.complete(URI, offset);
            editor.result(id);
        }
        let reason = editor.reasons()[0].clone();
        assert_eq!(reason, "inSecret");
        check_sent(&fake, 0);
        for back in [0, 4, secret.len() / 2] {
            let asked = fake.all().len();
            let id = editor.invoke(URI, offset - back);
            editor.result(id);
            check_sent(&fake, asked + 1);
        }
        editor.close(URI);
    }
}

#[test]
fn an_edge_of_the_window_lays_no_part_of_a_secret_bare() {
    let fake = says("x");
    let mut editor = with(&fake, |options| {
        options["completion"]["prefixBytes"] = 256.into();
        options["completion"]["suffixBytes"] = 256.into();
    });
    let line = format!("let t = [{}];", format!("\"{}\", ", token()).repeat(20));
    editor.open(URI, "rust", &line);
    for offset in (0..line.len()).step_by(9) {
        let id = editor.invoke(URI, offset);
        editor.result(id);
    }
    check_sent(&fake, 50);
}

#[test]
fn what_is_asked_ahead_in_a_menu_with_a_selected_item_or_in_other_ways_is_masked_too() {
    let fake = Fake::start(|_| Script::chunks(["one();\n", "two();\n", "three();\n", "four();\n"]));
    let mut editor = with(&fake, |options| {
        options["completion"]["prefetch"] = "onAccept".into();
        options["completion"]["choices"] = 3.into();
    });
    let mut offset = editor.write(URI, &filled("let token = \"§\"; fn f() {\n    <cursor>\n}\n"));
    for _ in 0..3 {
        let id = editor.complete(URI, offset);
        let shown = editor.result(id)["items"][0]["insertText"].as_str().unwrap_or_default().to_owned();
        editor.change(URI, offset..offset, &shown);
        offset += shown.len();
    }
    let id = editor.invoke(URI, offset);
    editor.result(id);
    let position = editor.position(URI, offset);
    let range = json!({"start": position, "end": position});
    let params = json!({
        "textDocument": {"uri": URI},
        "position": position,
        "context": {"triggerKind": 2, "selectedCompletionInfo": {"range": range, "text": "let "}},
    });
    let id = editor.request("textDocument/inlineCompletion", params);
    editor.result(id);
    check_sent(&fake, 3);

    let fake = says("one();\n");
    let mut editor = crate::ghost::editor(helix(), &fake);
    let offset = editor.write(URI, &filled("let token = \"§\"; fn f() {\n    <cursor>\n}\n"));
    let params = json!({"textDocument": {"uri": URI}, "position": editor.position(URI, offset)});
    let id = editor.request("textDocument/completion", params);
    editor.change(URI, offset..offset, "o");
    editor.result(id);
    assert!(check_sent(&fake, 1).contains("masked_secret_1"));
}

#[test]
fn edits_anywhere_keep_all_secrets_masked() {
    let fake = says("x");
    let mut editor = editor(vscode(), &fake);
    let text = filled(&"let a = 1;\r\nlet token = \"§\";\nfn f() {}\nlet password = \"¤\";\n".repeat(9));
    editor.open(URI, "rust", &text);
    for round in 0..12 {
        let middle = editor.text(URI).len() * round / 12;
        let start = editor.text(URI)[..middle].rfind('\n').map_or(0, |at| at + 1);
        editor.change(URI, start..start, "// a line\n");
        let id = editor.invoke(URI, start + 9);
        editor.result(id);
    }
    let id = editor.invoke(URI, 0);
    editor.result(id);
    check_sent(&fake, 8);
}

#[test]
fn it_is_counted_and_can_be_switched_off_but_for_our_own_key() {
    let fake = says("foo();\n");
    let mut editor = with(&fake, |_| {});
    let template = "let token = \"§\"; let again = \"§\"; let password = \"¤\";\nlet x = <cursor>\n";
    let offset = editor.write(URI, &filled(template));
    let id = editor.complete(URI, offset);
    editor.result(id);
    check_sent(&fake, 1);
    fake.wait_for(|stats| stats.open_streams == 0);
    let counts = editor.command("codestral.status")["counts"].take();
    assert_eq!(counts["masked"], 2, "{counts}");

    let fake = says("foo();\n");
    let mut editor = with(&fake, |options| options["privacy"] = json!({"maskSecrets": false}));
    let own = format!("{}// {KEY}\nlet x = <cursor>\n", filled("let token = \"§\";\n"));
    let offset = editor.write(URI, &own);
    let id = editor.complete(URI, offset);
    editor.result(id);
    let sent = fake.all()[0].prompt().to_owned();
    assert!(sent.contains(&token()), "{sent}");
    assert!(!sent.contains(&KEY[..8]), "{sent}");
}

#[test]
fn what_only_looks_like_a_secret_is_sent_as_it_is() {
    let fake = says("foo();\n");
    let mut editor = editor(vscode(), &fake);
    let text = "let id = \"6fa459ea-ee8a-3ca4-894e-db77e160355e\";\nlet key = os.environ[\"KEY\"];\n\
                password = getpass()\ncommit = \"83a1f7c04b5d2e9166c3aa0de1f0c9f2b7d4e581\";\nlet x = <cursor>\n";
    let offset = editor.write(URI, text);
    let id = editor.complete(URI, offset);
    editor.result(id);
    assert_eq!(fake.all()[0].prompt(), text.replace("<cursor>\n", ""));
}
