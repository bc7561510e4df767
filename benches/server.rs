//! The whole server over stdio: start, memory, and the time from a keystroke to its answer.
//!
//! `cargo bench --bench server`. It starts the built binary, which asks a fake endpoint on this machine that answers at
//! once. A whole exchange over HTTP is in the figure for a completion; the line below it is such an exchange alone, with the
//! same client and the same prompt, so that the difference is the server's own time.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a benchmark prints")]

#[path = "../tests/e2e/clients.rs"]
#[allow(dead_code)]
mod clients;
#[path = "../tests/e2e/editor.rs"]
#[allow(dead_code)]
mod editor;
#[path = "../tests/support/fake_endpoint.rs"]
mod fake_endpoint;
#[path = "../tests/e2e/process.rs"]
#[allow(dead_code)]
mod process;
#[path = "../tests/e2e/text.rs"]
#[allow(dead_code)]
mod text;

use std::fs;
use std::time::{Duration, Instant};

use codestral_ls::endpoint::client::BETWEEN_BYTES;
use codestral_ls::endpoint::{Dialect, HttpEndpoint, Options};
use codestral_ls::masking::{Masker, Placeholders, ValueSyntax};
use codestral_ls::model::{Endpoint, Piece, Prompt};
use futures_util::StreamExt;
use serde_json::json;
use tokio::runtime::Builder;

use clients::neovim;
use editor::Editor;
use fake_endpoint::{Fake, Script};

const URI: &str = "file:///large.rs";
const KEYS: usize = 500;

/// Files of the workspace that is read while edits come, of some 6 KB each.
const FILES: usize = 6000;

fn main() {
    println!("{:<68} {:>10} {:>10}", "", "median", "p99");
    starts();
    let fake = Fake::start(|_| Script::text("value();\n"));
    memory(&fake);
    completions(&fake);
    masking(&fake);
    exchanges(&fake);
    edits(&fake);
    edits_while_reading(&fake);
    let binary = fs::metadata(env!("CARGO_BIN_EXE_codestral-ls")).expect("the binary").len();
    println!("{:<68} {:>8.2} MB", "binary", binary as f64 / 1e6);
}

fn client(fake: &Fake) -> clients::Builder {
    let settings = json!({
        "endpoint": {"url": fake.url(), "dialect": "mistral"},
        "completion": {"debounceMs": 0, "choices": 1},
    });
    neovim().env("CODESTRAL_API_KEY", "bench-key").options(settings)
}

fn starts() {
    let times = (0..20).map(|_| {
        let begun = Instant::now();
        let mut editor = neovim().start();
        let took = begun.elapsed();
        editor.shutdown();
        took
    });
    print("process start to the answer to initialize", times.collect());
}

fn memory(fake: &Fake) {
    let mut editor = client(fake).start();
    editor.wait_until("nothing", |_| Some(()));
    std::thread::sleep(Duration::from_millis(300));
    println!("{:<68} {:>8.1} MB", "resident after initialize and warm-up", resident(&editor));
    let text: String = (0..2000).map(|n| format!("    let value_{n} = compute({n}, \"some text\");\n")).collect();
    for n in 0..20 {
        editor.open(&format!("file:///{n}.rs"), "rust", &text);
    }
    editor.open(URI, "rust", "let x = \n");
    let id = editor.complete(URI, 8);
    editor.result(id);
    println!("{:<68} {:>8.1} MB", "resident with 20 files of 2,000 lines open", resident(&editor));
}

/// Types in a file of 10,000 lines; every key goes another way than what was suggested, so that each asks.
fn completions(fake: &Fake) {
    let text: String = (0..10_000).map(|n| format!("    let value_{n} = compute({n});\n")).collect();
    let mut editor = client(fake).start();
    editor.open(URI, "rust", &text);
    let (mut asked, mut reused, mut nothing) = (vec![], vec![], vec![]);
    let mut offset = text.len() / 2;
    offset += text[offset..].find('\n').unwrap_or_default();
    for n in 0..KEYS {
        let line = format!("\n    let other_{n} = ");
        editor.change(URI, offset..offset, &line);
        offset += line.len();
        asked.push(ask(&mut editor, offset));
        editor.change(URI, offset..offset, "v");
        offset += 1;
        reused.push(ask(&mut editor, offset));
        nothing.push(ask_nothing(&mut editor));
    }
    print("a completion in a file of 10,000 lines, HTTP included", asked);
    print("an answer from what is known, with the edit before it", reused);
    print("    of which the way there and back, as of a document that is not open", nothing);
}

/// What looking for secrets costs a completion: two servers in turn, one that looks and one that does not, in a file of
/// 1 MB with a password in every hundredth line.
fn masking(fake: &Fake) {
    let line = |n: usize| match n % 100 {
        7 => format!("    let password_{n} = \"trom{}bone{n}sword\";\n", n * 31),
        _ => format!("    let value_{n} = compute(value_{}, {n});\n", n / 2),
    };
    let text: String = (0..27_000).map(line).collect();
    let mut sides = [true, false].map(|masks| {
        let mut builder = client(fake);
        builder.options["privacy"] = json!({"maskSecrets": masks});
        let mut editor = builder.start();
        editor.open(URI, "rust", &text);
        (editor, vec![])
    });
    let middle = text.len() / 2;
    let mut offset = middle + text[middle..].find('\n').unwrap_or_default();
    for n in 0..KEYS {
        let line = format!("\n    let other_{n} = ");
        for (editor, times) in &mut sides {
            editor.change(URI, offset..offset, &line);
            times.push(ask(editor, offset + line.len()));
        }
        offset += line.len();
    }
    let [(_, with), (_, without)] = sides;
    print("a completion in a file of 1 MB with 270 passwords, masked", with);
    print("    with privacy.maskSecrets = false", without);
}

/// The endpoint's part of a completion: the same prompt over the same client, to the end of the first line.
fn exchanges(fake: &Fake) {
    let endpoint = HttpEndpoint::new(Options {
        url: fake.url().to_owned(),
        dialect: Some(Dialect::Mistral),
        stream: true,
        key: None,
        ca_file: None,
        timeout: Duration::from_secs(5),
        between_bytes: BETWEEN_BYTES,
        ..Options::default()
    })
    .expect("the address is fine");
    let text = |bytes| Masker::only(&[]).text(&"x".repeat(bytes), ValueSyntax::Code, &mut Placeholders::default());
    let prompt = Prompt { prefix: text(6144), suffix: text(2048), model: "m".into(), ..Prompt::default() };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    let times = (0..KEYS).map(|_| {
        runtime.block_on(async {
            let begun = Instant::now();
            let mut reply = endpoint.complete(prompt.clone());
            while let Some(piece) = reply.next().await {
                if matches!(&piece, Ok(Piece::Text(text)) if text.ends_with('\n')) {
                    break;
                }
            }
            begun.elapsed()
        })
    });
    print("    of which the exchange over HTTP", times.collect());
}

/// The time from the request to its answer.
fn ask(editor: &mut Editor, offset: usize) -> Duration {
    let position = editor.position(URI, offset);
    let params = json!({"textDocument": {"uri": URI}, "position": position, "context": {"triggerKind": 1}});
    let begun = Instant::now();
    let id = editor.request("textDocument/inlineCompletion", params);
    assert!(editor.result(id)["items"][0].is_object());
    begun.elapsed()
}

/// The same of a document that is not open, which takes the server no thought.
fn ask_nothing(editor: &mut Editor) -> Duration {
    let position = json!({"line": 0, "character": 0});
    let document = json!({"uri": "file:///other.rs"});
    let params = json!({"textDocument": document, "position": position, "context": {"triggerKind": 1}});
    let begun = Instant::now();
    let id = editor.request("textDocument/inlineCompletion", params);
    assert_eq!(editor.result(id), json!({"items": []}));
    begun.elapsed()
}

/// Edits in a file of 100,000 lines, sent one after the other; a request after them tells when they are done.
fn edits(fake: &Fake) {
    let text: String = (0..100_000).map(|n| format!("    let value_{n} = compute({n});\n")).collect();
    let mut editor = client(fake).start();
    editor.open(URI, "rust", &text);
    let edit = |line: usize| {
        let at = json!({"line": line, "character": 4});
        json!({
            "textDocument": {"uri": URI, "version": line},
            "contentChanges": [{"range": {"start": at, "end": at}, "text": "x"}],
        })
    };
    let mut times = vec![];
    for round in 0..20 {
        let begun = Instant::now();
        for n in 0..500 {
            editor.notify("textDocument/didChange", edit((round * 500 + n) * 7 % 100_000));
        }
        let id = editor
            .request("workspace/executeCommand", json!({"command": "codestral.why", "arguments": [{"show": false}]}));
        editor.result(id);
        times.push(begun.elapsed() / 500);
    }
    print("one edit in a file of 100,000 lines, transport included", times);
}

/// Edits in an open file that the embedded engine follows, while a big workspace is read and after it: what one takes of
/// a burst, and how long the answer to a command after a single one takes, in which every hold-up shows.
fn edits_while_reading(fake: &Fake) {
    let mut builder = client(fake);
    for number in 0..FILES {
        let lines = (0..200).map(|n| format!("    let value_{n} = compute({number}, {n});\n"));
        let text: String = lines.collect();
        builder = builder.file(&format!("project/folder_{}/{number}.rs", number % 60), &text);
    }
    builder.options["local"] = json!({"memoryMb": 2048});
    builder.root = json!(format!("file://{}", builder.home.path().join("project").display()));
    let mut editor = builder.start();
    let text: String = (0..10_000).map(|n| format!("    let value_{n} = compute({n});\n")).collect();
    editor.open(URI, "rust", &text);
    let mut line = 0;
    let mut edit = |editor: &mut Editor| {
        line = (line + 7) % 10_000;
        let at = json!({"line": line, "character": 4});
        let change = json!({"range": {"start": at, "end": at}, "text": "x"});
        let document = json!({"uri": URI, "version": line});
        editor.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    };
    let why = json!({"command": "codestral.why", "arguments": [{"show": false}]});
    let mut rounds = |editor: &mut Editor| {
        let (mut bursts, mut singles) = (vec![], vec![]);
        let begun = Instant::now();
        let mut files = 0;
        while bursts.len() < 10 || files < FILES as u64 {
            let burst = Instant::now();
            (0..50).for_each(|_| edit(editor));
            let id = editor.request("workspace/executeCommand", why.clone());
            editor.result(id);
            bursts.push(burst.elapsed() / 50);
            for _ in 0..20 {
                let single = Instant::now();
                edit(editor);
                let id = editor.request("workspace/executeCommand", why.clone());
                editor.result(id);
                singles.push(single.elapsed());
            }
            let id = editor.request(
                "workspace/executeCommand",
                json!({"command": "codestral.status", "arguments": [{"show": false}]}),
            );
            files = editor.result(id)["local"]["files"].as_u64().expect("a number");
        }
        (bursts, singles, begun.elapsed())
    };
    let (bursts, singles, took) = rounds(&mut editor);
    println!("{:<68} {:>8.1} s", format!("{FILES} files of 6 KB read meanwhile"), took.as_secs_f64());
    print("one edit in an indexed file of 10,000 lines, while reading", bursts);
    print("    with a command's answer, one at a time", singles);
    let (bursts, singles, _) = rounds(&mut editor);
    print("one edit in an indexed file of 10,000 lines, after it", bursts);
    print("    with a command's answer, one at a time", singles);
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("{what:<68} {:>7.3} ms {:>7.3} ms", at(0.5), at(0.99));
}

/// Resident memory in MB; 0 where the system does not tell in `/proc`.
fn resident(editor: &Editor) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", editor.process_id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap_or_default() / 1e3
}
