//! A server on one's own machine: its model is loading, and it works on one request at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::clients::{Builder, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Config, Ending, Fake, Received, Script};
use crate::fallbacks::messages;
use crate::ghost::{URI, settings};

const SSE: &str = "text/event-stream";

/// One event of llama.cpp's stream.
fn event(text: &str) -> Vec<u8> {
    format!("data: {}\n\n", json!({"content": text, "stop": false})).into_bytes()
}

/// An editor whose server asks `fake` as llama.cpp.
fn editor(client: Builder, fake: &Fake, change: impl FnOnce(&mut Value)) -> Editor {
    let mut options = settings(fake);
    options["endpoint"]["dialect"] = "llamacpp".into();
    change(&mut options);
    client.options(options).start()
}

/// llama.cpp that loads its model for as long as `loading` says.
fn loading_server(loading: &Arc<AtomicBool>) -> Fake {
    let loading = Arc::clone(loading);
    let config = Config { scripts_gets: true, ..Config::default() };
    Fake::start_with(config, move |received: &Received| match received.path.as_str() {
        _ if loading.load(SeqCst) => Script::refuse(503, include_str!("../wire/other/llamacpp-loading.json")),
        "/infill" => Script::raw(SSE, vec![include_bytes!("../wire/other/llamacpp-infill-stream.sse").to_vec()]),
        "/health" => Script::raw("application/json", vec![br#"{"status":"ok"}"#.to_vec()]),
        _ => Script::refuse(404, "{}"),
    })
}

/// The kinds of what was shown of loading models, in order.
fn shown(editor: &Editor) -> Vec<String> {
    let progress = editor.notifications.iter().filter(|message| {
        let token = message["params"]["token"].as_str().unwrap_or_default();
        message["method"] == "$/progress" && token.starts_with("codestral-loading-")
    });
    progress.map(|message| message["params"]["value"]["kind"].as_str().unwrap_or_default().to_owned()).collect()
}

fn wait_for_shown(editor: &mut Editor, kinds: &[&str]) {
    editor.wait_until(&format!("progress {kinds:?}"), |editor| (shown(editor) == kinds).then_some(()));
}

#[test]
fn a_model_that_loads_is_shown_by_progress_until_it_is_there_and_by_nothing_else() {
    let loading = Arc::new(AtomicBool::new(true));
    let fake = loading_server(&loading);
    let mut editor = editor(vscode(), &fake, |options| options["endpoint"]["timeoutMs"] = json!(300));
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), json!({"items": []}).to_string());
    wait_for_shown(&mut editor, &["begin"]);
    let begin = editor.notifications.iter().find(|message| message["method"] == "$/progress").expect("progress");
    let host = fake.url().trim_start_matches("http://");
    let value = &begin["params"]["value"];
    assert_eq!((&value["title"], &value["message"]), (&json!("Codestral: the model is loading"), &json!(host)));
    loading.store(false, SeqCst);
    // Nobody asks for anything meanwhile.
    wait_for_shown(&mut editor, &["begin", "end"]);
    let id = editor.invoke(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦return a + b⟧\n");
    assert_eq!((messages(&editor), shown(&editor).len()), (vec![], 2));
    assert_eq!(fake.received()[0].path, "/infill");
}

#[test]
fn a_model_that_loads_while_the_editor_starts_is_shown_before_anything_is_asked() {
    let loading = Arc::new(AtomicBool::new(true));
    let fake = loading_server(&loading);
    let mut editor = editor(vscode(), &fake, |options| options["endpoint"]["warmUp"] = true.into());
    wait_for_shown(&mut editor, &["begin"]);
    loading.store(false, SeqCst);
    wait_for_shown(&mut editor, &["begin", "end"]);
    assert_eq!((fake.stats().requests, messages(&editor)), (0, vec![]));
}

#[test]
fn a_server_that_dies_while_it_loads_ends_the_progress() {
    let fake = loading_server(&Arc::new(AtomicBool::new(true)));
    let mut editor = editor(vscode(), &fake, |options| options["endpoint"]["warmUp"] = true.into());
    wait_for_shown(&mut editor, &["begin"]);
    drop(fake);
    wait_for_shown(&mut editor, &["begin", "end"]);
    assert_eq!(messages(&editor), Vec::<String>::new());
}

/// What is told of a model that loads for three seconds by an editor that shows no progress.
fn told_by_messages(client: Builder) -> Vec<String> {
    let loading = Arc::new(AtomicBool::new(true));
    let fake = loading_server(&loading);
    let mut editor = editor(client, &fake, |options| options["endpoint"]["timeoutMs"] = json!(300));
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    for key in ["a", "b", "c"] {
        editor.change(URI, offset..offset, key);
        offset += 1;
        let id = editor.invoke(URI, offset);
        editor.result(id);
    }
    editor.wait_until("word that it loads", |editor| (messages(editor).len() == 1).then_some(()));
    loading.store(false, SeqCst);
    editor.wait_until("word that it is loaded", |editor| (messages(editor).len() == 2).then_some(()));
    assert_eq!(shown(&editor), Vec::<String>::new());
    messages(&editor)
}

#[test]
fn who_shows_no_progress_gets_one_short_message_and_one_at_its_end() {
    let mut without = vscode();
    without.capabilities["window"]["workDoneProgress"] = false.into();
    for client in [without, vscode().never_answers()] {
        let told = told_by_messages(client);
        assert!(told[0].starts_with("Codestral: the model is loading (127.0.0.1:"), "{told:?}");
        assert_eq!(told[1], "Codestral: the model is loaded");
        assert!(told.iter().all(|line| line.chars().count() <= 60), "{told:?}");
    }
}

#[test]
fn typing_at_a_cold_ollama_does_not_stop_it_from_loading() {
    let loaded = Arc::new(AtomicBool::new(false));
    let is_loaded = Arc::clone(&loaded);
    let loads = |received: &Received| received.body.get("prompt").is_none();
    let fake = Fake::start(move |received| match is_loaded.load(SeqCst) {
        false if loads(received) => {
            let is_loaded = Arc::clone(&is_loaded);
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(1500));
                is_loaded.store(true, SeqCst);
            });
            let done = br#"{"model":"m","response":"","done":true,"done_reason":"load"}"#;
            Script::raw("application/json", vec![done.to_vec()]).after(Duration::from_millis(1600))
        }
        _ => {
            let body = include_bytes!("../wire/other/ollama-generate-stream.ndjson").to_vec();
            let answer = Script::raw("application/x-ndjson", vec![body]);
            if is_loaded.load(SeqCst) { answer } else { answer.after(Duration::from_secs(4)) }
        }
    });
    let mut editor = editor(vscode(), &fake, |options| options["endpoint"]["dialect"] = "ollama".into());
    let mut offset = editor.write(URI, "fn add<cursor>\n");
    for key in ["(", "[", "{", "<", "(", "[", "{", "<", "(", "[", "{", "<"] {
        editor.change(URI, offset..offset, key);
        offset += 1;
        editor.complete(URI, offset);
        thread::sleep(Duration::from_millis(150));
    }
    wait_for_shown(&mut editor, &["begin", "end"]);
    assert_eq!(fake.received().iter().filter(|received| loads(received)).count(), 1);
    editor.change(URI, offset..offset, "(");
    let id = editor.complete(URI, offset + 1);
    assert!(editor.drawn(URI, id).contains("⟦a, b):"), "it completes");
}

/// llama.cpp with one slot, that says `text` of each request and then no more, for ever.
fn one_slot(text: &'static str) -> Fake {
    Fake::start(move |_| Script::raw(SSE, vec![event(text)]).ending(Ending::Stall))
}

/// How long after `ask` the fake has got its `number`th request.
fn asked_after(fake: &Fake, number: usize, ask: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    ask();
    let stats = fake.wait_for(|stats| stats.requests == number);
    assert_eq!(stats.requests, number, "{stats:?}");
    begun.elapsed()
}

#[test]
fn with_one_slot_a_stream_that_is_typed_along_is_kept_and_one_that_is_of_no_use_makes_room_at_once() {
    let fake = one_slot("foo_bar(one");
    let mut editor = editor(vscode(), &fake, |_| {});
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    editor.complete(URI, offset);
    fake.wait_for(|stats| stats.requests == 1);
    thread::sleep(Duration::from_millis(100));
    for key in ["f", "o", "o"] {
        editor.change(URI, offset..offset, key);
        offset += 1;
        editor.complete(URI, offset);
        thread::sleep(Duration::from_millis(30));
    }
    let stats = fake.stats();
    assert_eq!((stats.requests, stats.cancelled, stats.open_streams), (1, 0, 1), "{stats:?}");
    // The stream might come to be right again; but somebody waits for another now.
    let took = asked_after(&fake, 2, || {
        editor.change(URI, offset..offset, "z");
        editor.complete(URI, offset + 1);
    });
    println!("from the key to the next request: {took:?}");
    assert!(took < Duration::from_secs(1), "{took:?}");
    let stats = fake.wait_for(|stats| stats.cancelled == 1);
    assert_eq!((stats.cancelled, stats.open_streams), (1, 1), "{stats:?}");
    let asked = fake.received()[1].body["input_prefix"].as_str().unwrap_or_default().to_owned();
    assert!(asked.ends_with("fooz"), "{asked:?}");
}

#[test]
fn with_one_slot_the_stream_of_another_document_makes_room() {
    let other = "file:///project/other.rs";
    let fake = one_slot("foo_bar(one");
    let mut editor = editor(vscode(), &fake, |_| {});
    let offset = editor.write(URI, "let x = <cursor>\n");
    editor.complete(URI, offset);
    fake.wait_for(|stats| stats.requests == 1);
    let offset = editor.write(other, "let y = <cursor>\n");
    let took = asked_after(&fake, 2, || _ = editor.complete(other, offset));
    println!("from one document to the other: {took:?}");
    assert!(took < Duration::from_secs(1), "{took:?}");
    let stats = fake.wait_for(|stats| stats.cancelled == 1);
    assert_eq!((stats.cancelled, stats.open_streams), (1, 1), "{stats:?}");
}

/// The texts before the cursor of all that was asked, in order.
fn prefixes(fake: &Fake) -> Vec<String> {
    let sent = |received: &Received| received.body["input_prefix"].as_str().unwrap_or_default().to_owned();
    fake.received().iter().map(sent).collect()
}

#[test]
fn typing_in_a_long_file_leaves_the_head_of_the_prompt_as_it_is_so_that_the_servers_cache_serves() {
    // What is said fits nowhere, so that each key asks anew.
    let fake = Fake::start(|_| Script::raw(SSE, vec![event("§"), event("\n")]));
    let mut editor = editor(vscode(), &fake, |_| {});
    let lines =
        |from: usize| (from..from + 600).map(|at| format!("let value_{at} = compute({at});\n")).collect::<String>();
    let mut offset = editor.write(URI, &format!("{}<cursor>\n{}", lines(0), lines(600)));
    for typed in 0..60_u8 {
        let key = if typed % 20 == 19 { "\n".to_owned() } else { char::from(b'a' + typed % 20).to_string() };
        editor.change(URI, offset..offset, &key);
        offset += 1;
        let id = editor.invoke(URI, offset);
        editor.result(id);
    }
    let (asked, received) = (prefixes(&fake), fake.received());
    assert!(asked.len() >= 60, "{}", asked.len());
    assert!(received.iter().all(|received| received.body["cache_prompt"] == true));
    let moved = asked.windows(2).filter(|two| !two[1].starts_with(&two[0][..two[0].len().min(two[1].len())])).count();
    let suffixes: std::collections::BTreeSet<_> =
        received.iter().map(|received| received.body["input_suffix"].to_string()).collect();
    println!(
        "of {} requests {moved} begin elsewhere than the one before, with {} suffixes",
        asked.len(),
        suffixes.len()
    );
    assert!(moved <= 1 && suffixes.len() == 1, "{moved}, {}", suffixes.len());
}

#[test]
fn a_slow_server_that_cannot_stream_is_asked_for_what_is_there_in_time() {
    const TOKEN: Duration = Duration::from_millis(10);
    // It writes all that it is asked for.
    let fake = Fake::start(|received| {
        let tokens = u32::try_from(received.body["n_predict"].as_u64().unwrap_or_default()).unwrap_or_default();
        let reply = json!({"content": "foo();\n", "stop": true, "tokens_evaluated": 9, "tokens_predicted": tokens});
        Script::raw("application/json", vec![reply.to_string().into_bytes()]).after(TOKEN * tokens)
    });
    let mut editor = editor(vscode(), &fake, |options| options["endpoint"]["stream"] = false.into());
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    let mut took = Vec::new();
    for key in ["", "(", "["] {
        editor.change(URI, offset..offset, key);
        offset += key.len();
        let begun = Instant::now();
        let id = editor.complete(URI, offset);
        assert!(editor.drawn(URI, id).contains("foo();"));
        took.push(begun.elapsed());
    }
    let asked: Vec<_> = fake.received().iter().map(|received| received.body["n_predict"].as_u64()).collect();
    println!("asked for {asked:?} tokens, answered after {took:?}");
    assert!(asked[0] > asked[1] && asked[1].is_some_and(|tokens| (24..=40).contains(&tokens)), "{asked:?}");
    // 400 ms is the default of completion.showAfterMs; the rest is for a busy machine.
    assert!(took[1..].iter().all(|took| *took < Duration::from_millis(1400)), "{took:?}");
}
