//! Ten thousand random keys, and typing through our own sources: every id is answered once, nothing stays open, the
//! server's text is the editor's.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::clients::{Builder, neovim, vscode};
use crate::editor::Editor;
use crate::fake_endpoint::{Ending, Fake, Script, knows};
use crate::ghost::{KEY, editor, settings};

/// A small linear congruential generator (Knuth's MMIX constants): the same script in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn boundary(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        // No position of the protocol lies inside a character or a line end.
        while !text.is_char_boundary(at) || (text[..at].ends_with('\r') && text[at..].starts_with('\n')) {
            at -= 1;
        }
        at
    }
}

#[test]
fn ten_thousand_random_keys_edits_cancels_and_requests() {
    const PIECES: [&str; 12] = ["a", "b(", ")", "\n", "\r\n", "    ", "😀", "é", " = ", "fn f() {", "}", "word"];
    let fake = Fake::start(|request| {
        let script = Script::text("one two();\n    three\nfour\n").between(Duration::from_millis(1));
        match request.prompt().len() % 6 {
            0 => script.ending(Ending::Stall),
            1 => script.ending(Ending::Cut),
            2 => Script::silence(),
            _ => script,
        }
    });
    let mut options = settings(&fake);
    options["completion"]["prefixBytes"] = 262_144.into();
    options["completion"]["suffixBytes"] = 262_144.into();
    let mut editor = vscode().env("CODESTRAL_API_KEY", KEY).options(options).start();
    let uris = ["file:///a.rs", "file:///b.py", "untitled:c d"];
    for uri in uris {
        editor.write(uri, "start\n<cursor>");
    }
    let mut random = Random(7);
    let mut open: Vec<i64> = vec![];
    for _ in 0..10_000 {
        let uri = uris[random.below(3)];
        let text = editor.text(uri).to_owned();
        let at = random.boundary(&text);
        match random.below(10) {
            0..=4 => editor.change(uri, at..at, PIECES[random.below(PIECES.len())]),
            5 => {
                let end = random.boundary(&text);
                // Shorter on the whole, so that the texts stay small.
                let end = if at.abs_diff(end) > 60 { at } else { end };
                editor.change(uri, at.min(end)..at.max(end), "");
            }
            6 => open.push(editor.invoke(uri, at)),
            7 | 8 => open.push(editor.complete(uri, at)),
            _ if !open.is_empty() => {
                let id = open.swap_remove(random.below(open.len()));
                editor.cancel(id);
                editor.answer(id);
            }
            _ => {}
        }
    }
    for uri in uris {
        // A last edit supersedes what is still open.
        editor.change(uri, 0..0, "x");
    }
    for id in open {
        editor.answer(id);
    }
    check_texts(&mut editor, &fake, &uris);
    for uri in uris {
        editor.close(uri);
    }
    let stats = fake.wait_for(|stats| stats.open_streams == 0);
    assert_eq!(stats.open_streams, 0, "{stats:?}");
    assert_eq!(editor.shutdown(), 0);
    assert_eq!(fake.wait_for(|stats| stats.open_connections == 0).open_connections, 0);
}

/// Asks once more in each text, after an edit that tells it apart: what the server sends is all it has.
#[track_caller]
fn check_texts(editor: &mut Editor, fake: &Fake, uris: &[&str]) {
    for uri in uris {
        let mark = format!("the last edit of {uri}");
        editor.change(uri, 0..0, &mark);
        let id = editor.invoke(uri, mark.len());
        let ours = |fake: &Fake| fake.received().into_iter().find(|received| received.prompt() == mark);
        fake.wait_for(|_| ours(fake).is_some());
        editor.cancel(id);
        editor.answer(id);
        let received = ours(fake).expect("the server asks");
        let text = editor.text(uri).replace("\r\n", "\n").replace('\r', "\n");
        assert_eq!(format!("{}{}", received.prompt(), received.suffix()), text, "{uri}");
    }
}

#[test]
fn typing_our_own_sources_shows_the_right_text_at_the_right_place() {
    for (at, client) in [neovim(), vscode(), neovim().encodings(&["utf-32"])].into_iter().enumerate() {
        type_sources(client, at);
    }
}

/// Types 25 characters into every third source file, asking at each; other files, and another part of them, in each
/// round.
fn type_sources(client: Builder, round: usize) {
    const KEYS: usize = 25;
    const ROUNDS: usize = 3;
    let files = sources();
    assert!(files.len() > 40, "the sources are found");
    let texts: Vec<String> = files.iter().map(|path| fs::read_to_string(path).expect("readable")).collect();
    let fake = Fake::start(knows(texts.clone(), 8));
    let mut editor = editor(client, &fake);
    let (mut shown, mut keys) = (0, 0);
    for (number, text) in texts.iter().enumerate().skip(round).step_by(ROUNDS) {
        let uri = format!("file:///{number}.rs");
        let mut start = text.len() * (round + 1) / 4;
        while !text.is_char_boundary(start) {
            start += 1;
        }
        let hole: String = text[start..].chars().take(KEYS).collect();
        editor.open(&uri, "rust", &format!("{}{}", &text[..start], &text[start + hole.len()..]));
        let mut offset = start;
        for key in hole.chars() {
            editor.change(&uri, offset..offset, key.encode_utf8(&mut [0; 4]));
            offset += key.len_utf8();
            let id = editor.invoke(&uri, offset);
            let items = editor.result(id)["items"].clone();
            keys += 1;
            let Some(item) = items.get(0) else { continue };
            let insert = item["insertText"].as_str().expect("a string");
            let (from, to) = editor.range(&uri, &item["range"]);
            let now = editor.text(&uri);
            let after = format!("{}{insert}{}", &now[..from], &now[to..]);
            // Whatever stands before the rest of the file is a beginning of what the file says there.
            let rest = &text[start + hole.len()..];
            let typed = after
                .strip_suffix(rest)
                .unwrap_or_else(|| panic!("{uri}: {insert:?} tears {:?}", &now[from..(from + 80).min(now.len())]));
            assert!(
                text[..start + hole.len()].starts_with(typed),
                "{uri} at {offset}: {insert:?} in hole {hole:?}, asked {}",
                fake.stats().requests
            );
            shown += 1;
        }
        editor.close(&uri);
    }
    assert!(shown * 2 > keys, "{shown} of {keys} keys showed something");
}

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("tests/e2e")];
    let mut found = vec![];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
