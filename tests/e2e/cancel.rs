//! Requests taken back, overtaken and hung: nothing stays open, nothing holds anything up.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::clients::{neovim, vscode};
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{URI, editor};
use crate::process::open_files;

#[test]
fn a_cancelled_request_is_answered_so_and_its_stream_closed() {
    let fake = Fake::start(|_| Script::silence());
    let mut editor = editor(vscode(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    fake.wait_for(|stats| stats.open_streams == 1);
    editor.cancel(id);
    assert_eq!(editor.error_code(id), -32800);
    let stats = fake.wait_for(|stats| stats.open_streams == 0);
    assert_eq!((stats.open_streams, stats.cancelled), (0, 1));
    assert_eq!(editor.reasons(), ["cancelled"]);
}

#[test]
fn a_stream_in_the_middle_is_closed_as_well() {
    let fake =
        Fake::start(|_| Script::chunks(["fn f() {\n", "    a();\n"]).ending(crate::fake_endpoint::Ending::Stall));
    let mut editor = editor(vscode(), &fake);
    let offset = editor.write(URI, "<cursor>\n");
    let id = editor.complete(URI, offset);
    fake.wait_for(|stats| stats.open_streams == 1);
    editor.change(URI, 0..0, "struct Other;\n\n");
    assert_eq!(editor.result(id), Value::Null);
    let stats = fake.wait_for(|stats| stats.open_streams == 0);
    assert_eq!((stats.open_streams, stats.cancelled), (0, 1));
    assert_eq!(offset, 0);
}

#[test]
fn three_hundred_hung_requests_hold_up_nothing() {
    // Each is a socket here and one in the server; the other half is for the tests that run beside this one.
    let requests = 300.min(open_files() / 2);
    println!("{requests} requests");
    let fake = Fake::start(|_| Script::silence());
    let mut editor = editor(neovim(), &fake);
    let mut hung = vec![];
    for n in 0..requests {
        let uri = format!("file:///project/{n}.rs");
        let offset = editor.write(&uri, "let x = <cursor>\n");
        hung.push((uri.clone(), editor.invoke(&uri, offset)));
        // A listener's queue holds 128 connections; what comes on top waits for seconds.
        if hung.len() % 100 == 0 || hung.len() == requests {
            let stats = fake.wait_for(|stats| stats.open_streams == hung.len());
            assert_eq!(stats.open_streams, hung.len(), "{stats:?}");
        }
    }
    let begun = Instant::now();
    let (uri, id) = hung.pop().expect("all of them");
    editor.change(&uri, 0..0, "// ");
    assert_eq!(editor.result(id), Value::Null, "an edit supersedes");
    let (_, id) = hung.pop().expect("all but one");
    editor.cancel(id);
    assert_eq!(editor.error_code(id), -32800);
    for (uri, id) in hung {
        editor.close(&uri);
        assert_eq!(editor.result(id), Value::Null);
    }
    assert_eq!(editor.shutdown(), 0);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let stats = fake.wait_for(|stats| stats.open_connections == 0);
    assert_eq!((stats.open_streams, stats.open_connections), (0, 0));
}

#[test]
fn leaving_with_a_request_open_leaves_nothing_behind() {
    let fake = Fake::start(|_| Script::silence());
    let mut editor = editor(neovim(), &fake);
    let offset = editor.write(URI, "let x = <cursor>\n");
    let id = editor.complete(URI, offset);
    fake.wait_for(|stats| stats.open_streams == 1);
    editor.close(URI);
    editor.result(id);
    assert_eq!(editor.shutdown(), 0);
    assert_eq!(fake.wait_for(|stats| stats.open_connections == 0).open_connections, 0);
}
