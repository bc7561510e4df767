//! Documents that are too large to be completed in: why is said, they are followed all the same, and leave nothing held.

use serde_json::json;

use crate::clients::{neovim, vscode};
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{KEY, URI, settings};

const LINE: &str = "let value = compute(\"some text\", 12345);\n";

/// More than any setting allows, in bytes.
const TOO_LARGE: usize = 17 << 20;

fn lines(bytes: usize) -> String {
    LINE.repeat(bytes / LINE.len() + 1)
}

#[test]
fn a_document_that_shrinks_below_the_limit_is_completed_in_again() {
    let fake = Fake::start(|_| Script::text("foo();\n"));
    let mut options = settings(&fake);
    options["limits"] = json!({"maxFileBytes": 16 << 20});
    let mut editor = neovim().env("CODESTRAL_API_KEY", KEY).options(options).start();
    editor.open(URI, "rust", &lines(TOO_LARGE));
    let cursor = LINE.len() * 1000;
    editor.change(URI, cursor..cursor, "let x = \n");
    for is_by_hand in [true, false] {
        let at = cursor + "let x = ".len();
        let id = if is_by_hand { editor.invoke(URI, at) } else { editor.complete(URI, at) };
        assert_eq!(editor.result(id), json!({"items": []}));
        assert_eq!((editor.reasons()[0].as_str(), fake.stats().requests), ("tooLarge", 0));
    }
    // Edited while it was too large, cut by an edit: what is left is what the editor has.
    let end = editor.text(URI).len();
    editor.change(URI, cursor + LINE.len() * 10..end, "");
    let at = cursor + "let x = ".len();
    let id = editor.invoke(URI, at);
    let drawn = editor.drawn(URI, id);
    assert!(drawn.contains("12345);\nlet x = ⟦foo();⟧\nlet value"), "{} bytes", drawn.len());
    assert!(fake.received()[0].prompt().ends_with("12345);\nlet x = "));
    // Too large once more, and whole again as another text.
    editor.change_all(URI, &lines(TOO_LARGE));
    let id = editor.invoke(URI, 8);
    assert_eq!(editor.result(id), json!({"items": []}));
    editor.change_all(URI, "let y = \n");
    let id = editor.invoke(URI, 8);
    assert_eq!(editor.drawn(URI, id), "let y = ⟦foo();⟧\n");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "half a minute where the program is not optimized; run it with --release")]
fn a_chat_finds_and_edits_its_code_in_a_large_document() {
    let fake = Fake::start(|_| Script::text("```rust\nfn main() {\n    run();\n}\n```\n"));
    let mut options = settings(&fake);
    // The search for secrets in so much text is another matter, and a long one.
    options["privacy"] = json!({"maskSecrets": false});
    let mut editor = vscode().env("CODESTRAL_API_KEY", KEY).options(options).start();
    let code = "fn main() {\n    run()\n}\n";
    editor.open(URI, "rust", &lines(TOO_LARGE));
    let at = LINE.len() * 1000;
    editor.change(URI, at..at, code);
    let range = json!({"start": editor.position(URI, at), "end": editor.position(URI, at + code.len())});
    let argument =
        json!({"action": "change", "textDocument": {"uri": URI}, "range": range, "instruction": "finish it"});
    let id = editor.chat(&argument);
    editor.result(id);
    editor.wait_until("the edit", |editor| {
        editor.text(URI)[at..].starts_with("fn main() {\n    run();\n}\n").then_some(())
    });
    assert!(fake.received()[0].body.to_string().contains("    run()\\n}"));
    let id = editor.invoke(URI, at);
    assert_eq!((editor.result(id), editor.reasons().remove(0)), (json!({"items": []}), "tooLarge".to_owned()));
}

/// What a process holds for itself, in MiB.
#[cfg(target_os = "linux")]
fn held(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("Linux tells");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().expect("a number") / 1024
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_large_document_held_is_given_back_when_it_is_closed() {
    // Of frames, their text and the log's copy little may be left.
    const LITTLE: u64 = 8;
    let mut editor = neovim().start();
    editor.command("codestral.status");
    let before = held(editor.process_id());
    // Without the editor's own copy, in which each position takes a second to find.
    let document = json!({"uri": URI, "languageId": "rust", "version": 1, "text": lines(48 << 20)});
    editor.notify("textDocument/didOpen", json!({"textDocument": document}));
    for line in 0..20 {
        let at = json!({"line": 1000 * line, "character": 0});
        let changes = json!([{"range": {"start": at, "end": at}, "text": "x"}]);
        let document = json!({"uri": URI, "version": 2 + line});
        editor.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }
    let at = json!({"line": 0, "character": 0});
    let place = json!({"textDocument": {"uri": URI}, "position": at, "context": {"triggerKind": 1}});
    let id = editor.request("textDocument/inlineCompletion", place);
    assert_eq!(editor.result(id), json!({"items": []}));
    assert_eq!(editor.reasons(), ["tooLarge"]);
    assert!(held(editor.process_id()) > before + 40, "it is held while it is open");
    editor.notify("textDocument/didClose", json!({"textDocument": {"uri": URI}}));
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        editor.command("codestral.status");
        let after = held(editor.process_id());
        if after < before + LITTLE {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{before} MiB before, {after} MiB after");
    }
}
