//! An endpoint on a bad day: streams that hang or stop half way, connections that are dead though nobody said so. Ghost
//! text comes all the same, and nobody hears of it.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::clients::{neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Config, Ending, Fake, Received, Script};
use crate::ghost::{KEY, URI, settings};
use crate::process::is_wine;

/// From a key to ghost text, at the worst.
const LONGEST: Duration = Duration::from_secs(2);

/// All that has come through on a connection that works, and only so long does it take.
const AT_ONCE: Duration = Duration::from_millis(600);

/// The script that the n-th request meets.
fn in_turn(config: Config, script: impl Fn(usize, &Received) -> Script + Send + Sync + 'static) -> Fake {
    let count = AtomicUsize::new(0);
    Fake::start_with(config, move |received| script(count.fetch_add(1, SeqCst), received))
}

/// An editor that asks with all defaults but the address.
fn start(fake: &Fake, cancels: bool) -> Editor {
    let mut options = settings(fake);
    options["completion"] = json!({"choices": 1});
    options["endpoint"]["caFile"] = fake.ca_file().map_or(Value::Null, |path| path.to_string_lossy().into());
    let client = if cancels { vscode() } else { neovim() };
    client.env("CODESTRAL_API_KEY", KEY).options(options).start()
}

/// Types `key` at the end of the line the cursor stands in and draws what comes, with the time until then.
fn press(editor: &mut Editor, offset: &mut usize, key: &str) -> (String, Duration) {
    let begun = Instant::now();
    editor.change(URI, *offset..*offset, key);
    *offset += key.len();
    let id = editor.complete(URI, *offset);
    (editor.drawn(URI, id), begun.elapsed())
}

/// What was said to the person.
fn messages(editor: &mut Editor) -> usize {
    // Whatever the server had to say comes before this answer.
    editor.command("codestral.status");
    editor.notifications.iter().filter(|message| message["method"] == "window/showMessage").count()
}

fn tls(dir: &tempfile::TempDir) -> Config {
    Config { tls_in: Some(dir.path().into()), ..Config::default() }
}

/// Whether a client here can be told to trust what `config` shows it. Under Wine none can: it refuses a
/// `CERT_CHAIN_ENGINE_CONFIG` that is as long as it has been since Windows 8, so that no authority can be added to its own.
#[allow(clippy::print_stderr, reason = "what is left out is said")]
fn can_be_trusted(config: &Config) -> bool {
    let can = config.tls_in.is_none() || !is_wine();
    if !can {
        eprintln!("SKIPPED: TLS by an authority of our own, under Wine");
    }
    can
}

#[test]
fn a_hung_stream_holds_up_no_key() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let kinds = [(Config::default(), false, "HTTP/1.1"), (tls(&dir), false, "HTTP/2.0"), (tls(&dir), true, "HTTP/2.0")];
    for (config, cancels, version) in kinds.into_iter().filter(|(config, ..)| can_be_trusted(config)) {
        let fake = in_turn(config, |n, _| if n == 0 { Script::silence() } else { Script::text("1;\n") });
        let mut editor = start(&fake, cancels);
        let offset = editor.write(URI, "let x = <cursor>\n");
        let begun = Instant::now();
        let id = editor.complete(URI, offset);
        assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
        assert!(begun.elapsed() < LONGEST, "{version}: {:?}", begun.elapsed());
        let stats = fake.wait_for(|stats| stats.open_streams == 0);
        assert_eq!(
            (stats.requests, stats.open_streams, stats.cancelled),
            (2, 0, 1),
            "{version}: the hung one is reset"
        );
        assert_eq!(stats.connections, 2, "{version}: the second does not share the first one's connection");
        assert!(fake.received().iter().all(|received| received.version == version));
        assert_eq!(messages(&mut editor), 0, "{version}");
        let counts = editor.command("codestral.status")["counts"].take();
        assert_eq!((counts["requests"].as_u64(), counts["reset"].as_u64()), (Some(2), Some(1)), "{counts}");
    }
}

#[test]
fn keys_pressed_meanwhile_ask_once_more_and_no_oftener() {
    let fake = in_turn(Config::default(), |n, _| if n == 0 { Script::silence() } else { Script::text("ue;\n") });
    let mut editor = start(&fake, true);
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    let mut last = editor.complete(URI, offset);
    let mut superseded = vec![];
    // All of it is typed in the time that a hung stream is given.
    for key in ["v", "a", "l"] {
        fake.wait_for(|stats| stats.requests > 0);
        editor.change(URI, offset..offset, key);
        offset += key.len();
        editor.cancel(last);
        superseded.push(last);
        last = editor.complete(URI, offset);
    }
    let begun = Instant::now();
    assert_eq!(editor.drawn(URI, last), "let x = val⟦ue;⟧\n");
    assert!(begun.elapsed() < LONGEST, "{:?}", begun.elapsed());
    superseded.into_iter().for_each(|id| drop(editor.answer(id)));
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).requests, 2);
    assert_eq!(messages(&mut editor), 0);
}

#[test]
fn what_came_of_a_stream_that_stops_half_way_is_shown_and_the_rest_asked_for() {
    let fake = in_turn(Config::default(), |n, _| match n {
        0 => Script::chunks(["1;\nlet y", " = tw"]).ending(Ending::Stall),
        _ => Script::text("2;\n"),
    });
    let mut editor = start(&fake, false);
    let mut offset = editor.write(URI, "let x = <cursor>\n");
    let begun = Instant::now();
    let id = editor.complete(URI, offset);
    assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    let (shown, took) = press(&mut editor, &mut offset, "1;\nlet y = ");
    assert_eq!(shown, "let x = 1;\nlet y = ⟦2;⟧\n");
    assert!(took < LONGEST, "{took:?}");
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).requests, 2);
    assert_eq!(messages(&mut editor), 0);
}

#[test]
fn a_connection_that_died_unnoticed_costs_one_key_some_patience_and_the_next_none() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let kinds = [(Config::default(), "HTTP/1.1"), (tls(&dir), "HTTP/2.0")];
    for (config, version) in kinds.into_iter().filter(|(config, _)| can_be_trusted(config)) {
        let config = Config { swallowed: 1, ..config };
        let fake = in_turn(config, |n, _| Script::text(["1;\n", "2;\n", "3;\n"].get(n).unwrap_or(&"")));
        let mut editor = start(&fake, false);
        let mut offset = editor.write(URI, "let x = <cursor>\n");
        let id = editor.complete(URI, offset);
        assert_eq!(editor.drawn(URI, id), "let x = ⟦1;⟧\n");
        std::thread::sleep(Duration::from_millis(100));
        let (shown, took) = press(&mut editor, &mut offset, "f(");
        assert_eq!(shown, "let x = f(⟦2;⟧\n", "{version}");
        assert!((AT_ONCE..LONGEST).contains(&took), "{version}: it was dead, and that costs patience: {took:?}");
        let (shown, took) = press(&mut editor, &mut offset, "g(");
        assert_eq!(shown, "let x = f(g(⟦3;⟧\n", "{version}");
        assert!(took < AT_ONCE, "{version}: all goes over the connection that works: {took:?}");
        let stats = fake.stats();
        assert_eq!(stats.requests, 3, "{version}: one was swallowed unseen");
        assert!(fake.received().iter().all(|received| received.version == version));
        assert_eq!(messages(&mut editor), 0, "{version}");
    }
}
