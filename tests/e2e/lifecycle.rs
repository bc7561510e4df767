//! How the server starts, survives and ends.

use std::io::Write;
use std::process::{Child, Stdio};
#[cfg(unix)]
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::clients::{helix, neovim, vscode};
#[cfg(unix)]
use crate::process::read_messages;
use crate::process::{command, frame};

/// The server must be gone this soon after its editor.
const SOON: Duration = Duration::from_secs(1);

#[test]
fn every_client_is_greeted_and_left_in_peace() {
    for builder in [neovim(), helix(), vscode()] {
        let mut editor = builder.start();
        assert!(editor.handshake["capabilities"].is_object());
        assert_eq!(editor.shutdown(), 0);
    }
}

#[test]
fn the_end_of_stdin_ends_the_server() {
    let mut editor = neovim().start();
    editor.close_stdin();
    assert_eq!(editor.exit_code(SOON), 1);
}

#[test]
fn exit_without_shutdown_is_a_failure() {
    let mut editor = neovim().start();
    editor.notify("exit", Value::Null);
    assert_eq!(editor.exit_code(SOON), 1);
}

#[test]
fn exit_after_shutdown_is_a_success() {
    let mut editor = neovim().start();
    let id = editor.request("shutdown", Value::Null);
    editor.result(id);
    editor.notify("exit", Value::Null);
    assert_eq!(editor.exit_code(SOON), 0);
}

#[test]
fn a_dead_stdout_ends_the_server() {
    let home = TempDir::new().unwrap();
    let mut server = idle_server(&home);
    drop(server.stdout.take());
    let initialize = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}});
    server.stdin.as_mut().unwrap().write_all(&frame(&initialize)).unwrap();

    let deadline = Instant::now() + SOON;
    let status = loop {
        if let Some(status) = server.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "the server still runs");
        thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn the_death_of_the_editors_process_ends_the_server_though_its_pipes_stay_open() {
    // A shell as the editor: its server has the shell's own pipes, which this test holds open.
    let home = TempDir::new().unwrap();
    let mut shell = command(home.path());
    let server = shell.get_program().to_owned();
    shell = {
        let mut around = std::process::Command::new("/bin/sh");
        around.args(["-c", "exec 3<&0; \"$0\" <&3 & wait"]).arg(server);
        for (name, value) in shell.get_envs().filter_map(|(name, value)| Some((name, value?))) {
            around.env(name, value);
        }
        around
    };
    let mut shell =
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a shell starts");
    let messages = read_messages(shell.stdout.take().unwrap());
    let initialize = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": shell.id(), "capabilities": {}},
    });
    let mut stdin = shell.stdin.take().unwrap();
    stdin.write_all(&frame(&initialize)).unwrap();
    assert_eq!(messages.recv_timeout(SOON * 5).unwrap()["id"], 1);
    // The watch has to have seen it alive.
    thread::sleep(SOON / 2);

    // Not waited for yet: where there are zombies, it is one now.
    shell.kill().unwrap();
    let closed = messages.recv_timeout(SOON);
    assert_eq!(closed, Err(RecvTimeoutError::Disconnected), "the server ends, and with it its stdout");
    drop(stdin);
    shell.wait().unwrap();
}

#[test]
fn an_editor_without_process_id_is_not_watched() {
    let mut editor = neovim().process_id(Value::Null).start();
    assert_eq!(editor.shutdown(), 0);
}

#[test]
fn malformed_input_is_refused_and_the_next_good_request_answered() {
    let mut editor = neovim().start();
    for (broken, code) in [
        ("Content-Length: 1\r\n\r\n{", -32700),
        ("Content-Length: 2\r\n\r\n[]", -32600),
        ("Content-Length: no\r\n\r\n{}", -32700),
        ("Content-Length: 99999999999\r\n\r\n{}", -32600),
        ("what is this\r\n", -32700),
    ] {
        editor.raw(broken);
        let id = editor.request("unknown", json!({}));
        assert_eq!(editor.error_code(id), -32601, "after {broken:?}");
        assert_eq!(editor.fault(), code, "for {broken:?}");
    }
}

#[test]
fn unknown_requests_are_refused_those_of_the_protocols_own_included() {
    let mut editor = neovim().start();
    for method in ["$/unknown", "unknown"] {
        let id = editor.request(method, json!({}));
        assert_eq!(editor.error_code(id), -32601, "{method}");
    }
    editor.notify("$/unknown", json!({}));
}

#[test]
fn a_notification_that_is_lost_is_named_in_the_log() {
    let mut editor = neovim().start();
    editor.notify("textDocument/didOpen", json!({"textDocument": {"text": "a secret"}}));
    assert_eq!(editor.shutdown(), 0);
    let log = editor.stderr();
    assert!(log.contains("textDocument/didOpen"), "{log}");
    assert!(!log.contains("a secret"), "{log}");
}

fn idle_server(home: &TempDir) -> Child {
    command(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server starts")
}
