//! Replies that hold the placeholder of a masked secret.

use super::filled;
use crate::clients::{neovim, vscode};
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, URI, editor, settings};

const SECRET: &str = "let token = \"§\";\nlet x = <cursor>\n";
const HONEST: &str = "let token = token();\nlet x = <cursor>\n";

/// The model says these chunks at the cursor; what is shown, and the reason if nothing is.
#[track_caller]
fn check(template: &str, chunks: &'static [&'static str], shown: &str, reason: &str) {
    let fake = Fake::start(move |_| Script::chunks(chunks.iter().copied()));
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, &filled(template));
    let id = editor.complete(URI, offset);
    let result = editor.result(id);
    assert_eq!(result["items"][0]["insertText"].as_str().unwrap_or_default(), shown, "{chunks:?}");
    assert_eq!(editor.reasons()[0], reason, "{chunks:?}");
}

#[test]
fn a_reply_is_cut_before_the_placeholder_or_not_shown() {
    check(SECRET, &["one();\n", "let y = \"mask", "ed_secret_1\";\n", "two();\n"], "one();", "shown");
    check(SECRET, &["{\n    one();\n    f(MASKED_", "SECRET_1);\n}\n"], "{\n    one();", "shown");
    check(SECRET, &["\"masked_", "secret_1\";\n"], "", "masked");
    check(SECRET, &["masked_secret_1"], "", "masked");
    check(SECRET, &["\n", "masked_secret_12"], "", "masked");
    // What only begins like one is kept back until it is clear, and then shown.
    check(SECRET, &["f(mas", "k);"], "f(mask);", "shown");
    check(SECRET, &["f(mask"], "f(mask", "shown");
}

#[test]
fn where_nothing_was_masked_it_is_a_word_like_any() {
    check(HONEST, &["\"masked_", "secret_1\";\n"], "\"masked_secret_1\";", "shown");
}

#[test]
fn none_of_several_suggestions_holds_one() {
    let fake = Fake::start(|request| {
        Script::text(request.body["random_seed"].as_u64().map_or("a();\n", |_| "f(masked_secret_1);\n"))
    });
    let mut options = settings(&fake);
    options["completion"]["choices"] = 3.into();
    let mut editor = vscode().env("CODESTRAL_API_KEY", KEY).options(options).start();
    let offset = editor.write(URI, &filled(SECRET));
    let id = editor.invoke(URI, offset);
    let items = editor.result(id)["items"].take();
    assert_eq!(items.as_array().map(Vec::len), Some(1), "{items}");
    assert_eq!(items[0]["insertText"], "a();");
}

#[test]
fn an_edit_that_holds_one_is_offered_and_not_made() {
    let fake = Fake::start(|_| Script::text("```rust\nlet token = \"masked_secret_1\".into();\n```\n"));
    let mut editor = crate::chat::streaming(vscode(), &fake);
    let id = editor.select_and_chat(&filled("«let token = \"§\";\n»"), "improve");
    let told = editor.told(id);
    assert_eq!(told.outcome(), "offered");
    assert!(told.message().contains("masked_secret_1 in the place of a secret"), "{}", told.message());
    assert_eq!(editor.text(URI), filled("let token = \"§\";\n"));

    // In a text without secrets the word may well be meant.
    let id = editor.select_and_chat("«let word = 1;\n»", "improve");
    assert_eq!(editor.told(id).outcome(), "applied");
}

#[test]
fn an_edit_beside_a_secret_is_made_where_it_belongs() {
    let fake = Fake::start(|_| Script::text("```rust\nrun();\n```\n"));
    let mut editor = crate::chat::streaming(vscode(), &fake);
    let id = editor.select_and_chat(&filled("let token = \"§\"; «run()»;\nlet password = \"¤\";\n"), "improve");
    editor.told(id);
    assert_eq!(editor.text(URI), filled("let token = \"§\"; run();\nlet password = \"¤\";\n"));
}
