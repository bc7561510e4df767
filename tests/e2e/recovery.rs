//! It comes back by itself: settings that are mended, edits that cannot be read, clients that never answer.

use std::fs;

use serde_json::json;

use crate::clients::vscode;
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, URI};

fn messages(editor: &Editor) -> Vec<String> {
    let shown = editor.notifications.iter().filter(|message| message["method"] == "window/showMessage");
    shown.map(|message| message["params"]["message"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A settings file that leads to `fake`.
fn config(fake: &Fake) -> String {
    let url = fake.url();
    format!(
        "local.fallback = false\n[endpoint]\nurl = '{url}'\ndialect = 'mistral'\nwarmUp = false\n\
         [completion]\ndebounceMs = 0\nchoices = 1\n"
    )
}

#[test]
fn a_settings_file_that_is_mended_counts_for_the_next_request_by_hand() {
    let refusing = Fake::start(|_| Script::refuse(401, "{}"));
    let working = Fake::start(|_| Script::text("1;\n"));
    let client = vscode().env("CODESTRAL_API_KEY", KEY).file("config/codestral-ls/config.toml", &config(&refusing));
    let mut editor = client.start();
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), json!({"items": []}).to_string());
    let file = editor.home().join("config/codestral-ls/config.toml");
    // What is broken sends nothing anywhere else, and is told.
    fs::write(&file, "[endpoint]\nurl = 'htt").expect("it is writable");
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.drawn(URI, id), json!({"items": []}).to_string());
    editor.wait_until("word of the broken file", |editor| {
        messages(editor).iter().any(|told| told.contains("the file is ignored")).then_some(())
    });
    fs::write(&file, config(&working)).expect("it is writable");
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
    assert_eq!((refusing.stats().requests, working.stats().requests), (1, 1));
    editor.wait_until("word that it works", |editor| {
        messages(editor).iter().any(|told| told.contains("work again")).then_some(())
    });
}
