//! A cursor that comes to rest without an edit: asked about once where something is still to be written, else never.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::clients::{neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Ending, Fake, Script};
use crate::ghost::{URI, editor, settings};
use crate::local::in_project;
use crate::text::cursor;

/// The server's own wait, less what a timer may be early.
const REST: Duration = Duration::from_millis(590);

const TEXT: &str = "fn f() {\n    let x = \n    done(1);\n}\n\nfn g() {}\n";

/// Behind the text, as its end of line has it.
fn behind(text: &str) -> usize {
    TEXT.find(text).expect("it is there") + text.len()
}

/// Asks as Neovim does when the cursor has come there; draws what comes, with the time until then.
fn rest(editor: &mut Editor, uri: &str, offset: usize) -> (String, Duration) {
    let begun = Instant::now();
    let id = editor.complete(uri, offset);
    (editor.drawn(uri, id), begun.elapsed())
}

/// Nothing is shown, and what an editor that takes every answer needs for that.
const NOTHING: &str = r#"{"items":[]}"#;

#[test]
fn an_unfinished_line_is_asked_about_once_after_a_rest() {
    for client in [neovim(), vscode()] {
        let fake = Fake::start(|_| Script::text("foo();\n"));
        let mut editor = editor(client, &fake);
        editor.open(URI, "rust", TEXT);
        let (drawn, took) = rest(&mut editor, URI, behind("let x = "));
        assert_eq!(drawn, TEXT.replace("let x = ", "let x = ⟦foo();⟧"));
        assert!(took >= REST, "{took:?}");
        // Away and back: it is known.
        assert_eq!(rest(&mut editor, URI, behind("g() {}")).0, NOTHING);
        let (again, took) = rest(&mut editor, URI, behind("let x = "));
        assert_eq!(again, drawn);
        assert!(took < REST, "{took:?}");
        assert_eq!(fake.stats().requests, 1);
    }
}

#[test]
fn an_empty_line_in_a_body_is_asked_about_and_one_between_bodies_is_not() {
    let fake = Fake::start(|_| Script::text("    foo();\n"));
    let mut editor = editor(neovim(), &fake);
    for (marked, asks) in [
        ("fn f() {\n<cursor>\n}\n", true),
        ("fn f() {\n    a();\n<cursor>\n    b();\n}\n", true),
        ("fn f() {\n}\n<cursor>\nfn g() {\n}\n", false),
        ("use a;\n<cursor>\nuse b;\n", false),
    ] {
        let (text, offset) = cursor(marked);
        let before = fake.stats().requests;
        editor.open(URI, "rust", &text);
        let (drawn, _) = rest(&mut editor, URI, offset);
        assert_eq!(drawn != NOTHING, asks, "{marked:?}: {drawn}");
        assert_eq!(fake.stats().requests - before, usize::from(asks), "{marked:?}");
        editor.close(URI);
    }
}

#[test]
fn a_place_from_which_the_person_went_before_the_answer_is_not_asked_about_again() {
    let fake = Fake::start(|_| Script::chunks(["foo"]).ending(Ending::Stall));
    let mut editor = editor(neovim(), &fake);
    editor.open(URI, "rust", TEXT);
    let id = editor.complete(URI, behind("let x = "));
    fake.wait_for(|stats| stats.open_streams == 1);
    // Insert mode is left.
    editor.cancel(id);
    editor.answer(id);
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).requests, 1);
    for _ in 0..2 {
        let (drawn, took) = rest(&mut editor, URI, behind("let x = "));
        assert_eq!(drawn, NOTHING);
        assert!(took < REST, "{took:?}");
    }
    assert_eq!(editor.reasons()[..2], ["noEdit", "noEdit"]);
    assert_eq!(fake.stats().requests, 1);
}

#[test]
fn wandering_sends_nothing() {
    let fake = Fake::start(|_| Script::text("x"));
    let mut editor = editor(neovim(), &fake);
    editor.open(URI, "rust", TEXT);
    // Through every place, half a rest at some that are unfinished; then whole rests where all is written.
    let mut passed: Vec<i64> = (0..=TEXT.len()).map(|offset| editor.complete(URI, offset)).collect();
    for place in ["let x = ", "let x =", "fn g() {", "let x = ", "let x ="] {
        passed.push(editor.complete(URI, behind(place)));
        thread::sleep(REST / 3);
    }
    for place in ["done(1);", "g() {}", "fn f()", "}\n"] {
        assert_eq!(rest(&mut editor, URI, behind(place)).0, NOTHING, "{place:?}");
        thread::sleep(REST * 2);
    }
    passed.into_iter().for_each(|id| drop(editor.answer(id)));
    assert_eq!(fake.stats().requests, 0);
}

#[test]
fn with_on_rest_off_a_rest_sends_nothing() {
    let fake = Fake::start(|_| Script::text("foo();\n"));
    let mut options = settings(&fake);
    options["completion"]["onRest"] = false.into();
    let mut editor = neovim().env("CODESTRAL_API_KEY", crate::ghost::KEY).options(options).start();
    editor.open(URI, "rust", TEXT);
    for _ in 0..2 {
        let (drawn, took) = rest(&mut editor, URI, behind("let x = "));
        assert_eq!(drawn, NOTHING);
        assert!(took < REST, "{took:?}");
    }
    assert_eq!((editor.reasons()[0].as_str(), fake.stats().requests), ("noEdit", 0));
}

#[test]
fn nothing_of_a_private_document_is_sent_by_a_rest() {
    let fake = Fake::start(|_| Script::text("foo();\n"));
    let mut options = settings(&fake);
    options["privacy"] = json!({"exclude": ["own/"]});
    let mut editor = in_project(neovim().env("CODESTRAL_API_KEY", crate::ghost::KEY).options(options));
    let home = editor.home();
    for path in ["project/.env", "project/own/main.rs", "project/id_rsa"] {
        let uri = crate::local::uri(&home, path);
        editor.open(&uri, "rust", TEXT);
        assert_eq!(rest(&mut editor, &uri, behind("let x = ")).0, NOTHING, "{path}");
        assert_eq!(editor.reasons()[0], "private", "{path}");
    }
    assert_eq!(fake.stats().requests, 0);
    let uri = crate::local::uri(&home, "project/main.rs");
    editor.open(&uri, "rust", TEXT);
    assert_ne!(rest(&mut editor, &uri, behind("let x = ")).0, NOTHING, "the way it is asked would send");
}
