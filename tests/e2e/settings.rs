//! Settings as editors send them, live.

use serde_json::{Value, json};

use crate::clients::{neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, URI, settings};

#[track_caller]
fn model_asked(editor: &mut Editor, fake: &Fake, uri: &str) -> Value {
    let offset = editor.write(uri, "let x = <cursor>\n");
    let id = editor.invoke(uri, offset);
    editor.result(id);
    fake.received().last().expect("a request").body["model"].clone()
}

fn with_model(fake: &Fake, model: &str) -> Value {
    let mut settings = settings(fake);
    settings["endpoint"]["model"] = model.into();
    settings
}

#[test]
fn options_count_bare_and_under_their_section() {
    let fake = Fake::start(|_| Script::text("1"));
    for options in [with_model(&fake, "mine"), json!({"codestral": with_model(&fake, "mine")})] {
        let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).options(options).start();
        assert_eq!(model_asked(&mut editor, &fake, URI), "mine");
    }
}

#[test]
fn settings_change_while_running() {
    let fake = Fake::start(|_| Script::text("1"));
    let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).options(with_model(&fake, "first")).start();
    assert_eq!(model_asked(&mut editor, &fake, "file:///1.rs"), "first");
    editor.notify("workspace/didChangeConfiguration", json!({"settings": {"codestral": with_model(&fake, "second")}}));
    assert_eq!(model_asked(&mut editor, &fake, "file:///2.rs"), "second");
}

#[test]
fn null_means_ask_me() {
    let fake = Fake::start(|_| Script::text("1"));
    let mut editor =
        vscode().env("CODESTRAL_API_KEY", KEY).settings(json!({"codestral": with_model(&fake, "asked for")})).start();
    let pulled = |editor: &mut Editor| {
        let at = editor.server_requests.iter().position(|request| request["method"] == "workspace/configuration")?;
        Some(editor.server_requests.remove(at))
    };
    editor.wait_until("the question for settings", pulled);
    editor.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    editor.wait_until("the question for settings", pulled);
    assert_eq!(model_asked(&mut editor, &fake, URI), "asked for");
}

#[test]
fn wrong_settings_are_told_and_stop_nothing() {
    let fake = Fake::start(|_| Script::text("1"));
    let mut options = settings(&fake);
    options["completion"]["debonceMs"] = 5.into();
    options["completion"]["temperature"] = 7.into();
    let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).options(options).start();
    let told = [editor.notification("window/showMessage"), editor.notification("window/showMessage")];
    let told: Vec<&str> = told.iter().filter_map(|message| message["message"].as_str()).collect();
    assert!(told.iter().any(|message| message.contains("did you mean completion.debounceMs")), "{told:?}");
    assert!(told.iter().any(|message| message.contains("completion.temperature")), "{told:?}");
    assert!(told.iter().all(|message| message.chars().count() <= 60), "a line of Neovim's: {told:?}");
    let problems = editor.command("codestral.status")["problems"].take();
    assert!(problems.as_array().is_some_and(|problems| problems.len() == 2), "{problems}");
    assert_eq!(model_asked(&mut editor, &fake, URI), "codestral-latest");
}

#[test]
fn the_file_the_environment_and_the_editor_lie_on_top_of_each_other() {
    let fake = Fake::start(|_| Script::text("1"));
    let file = "[endpoint]\nmodel = \"of the file\"\n[completion]\nmaxTokens = 7\n";
    let mut editor = neovim()
        .env("CODESTRAL_API_KEY", KEY)
        .env("CODESTRAL_MODEL", "of the environment")
        .file("config/codestral-ls/config.toml", file)
        .options(settings(&fake))
        .start();
    assert_eq!(model_asked(&mut editor, &fake, URI), "of the environment");
    assert_eq!(fake.received()[0].body["max_tokens"], 7);
}

#[test]
fn nothing_is_sent_while_the_settings_do_not_say_for_sure_where() {
    let fake = Fake::start(|_| Script::text("1"));
    for wrong in [json!({"ulr": "http://127.0.0.1:1"}), json!({"url": 5})] {
        let mut options = settings(&fake);
        options["endpoint"].as_object_mut().expect("an object").extend(wrong.as_object().expect("an object").clone());
        let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).options(options).start();
        let offset = editor.write(URI, "let x = <cursor>\n");
        let id = editor.invoke(URI, offset);
        assert_eq!(editor.result(id), json!({"items": []}));
        assert_eq!(editor.command("codestral.status")["state"], "error");
        editor.notify("workspace/didChangeConfiguration", json!({"settings": settings(&fake)}));
        let asked = fake.stats().requests;
        assert_eq!(model_asked(&mut editor, &fake, "file:///2.rs"), "codestral-latest");
        assert_eq!(fake.stats().requests, asked + 1);
    }
}
