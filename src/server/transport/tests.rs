//! The whole transport over pipes, with a server that waits, panics and counts.

use std::future::pending;
use std::io::{PipeReader, PipeWriter, pipe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidSaveTextDocumentParams, InitializeParams,
    InitializeResult,
};

use super::*;

/// Handlers of `test/hang` that wait at this moment.
static HANGING: AtomicUsize = AtomicUsize::new(0);

struct Backend {
    version: Mutex<i32>,
}

impl LanguageServer for Backend {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        Ok(InitializeResult::default())
    }

    async fn did_save(&self, _: DidSaveTextDocumentParams) {
        tokio::task::yield_now().await;
        *self.version.lock().unwrap() = -7;
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        *self.version.lock().unwrap() = params.text_document.version;
    }

    async fn did_close(&self, _: DidCloseTextDocumentParams) {
        panic!("the document could not be closed");
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
}

impl Backend {
    async fn version(&self) -> Result<i32> {
        let version = *self.version.lock().unwrap();
        tokio::task::yield_now().await;
        Ok(version)
    }

    async fn echo(&self, params: Value) -> Result<Value> {
        Ok(params)
    }

    async fn hang(&self) -> Result<()> {
        struct Hanging;
        impl Drop for Hanging {
            fn drop(&mut self) {
                HANGING.fetch_sub(1, Ordering::SeqCst);
            }
        }
        HANGING.fetch_add(1, Ordering::SeqCst);
        let _hanging = Hanging;
        pending().await
    }

    async fn panic(&self) -> Result<()> {
        panic!("at once")
    }

    async fn panic_late(&self) -> Result<()> {
        tokio::task::yield_now().await;
        panic!("late")
    }
}

/// The client's side: writes raw bytes, reads messages.
struct Client {
    to_server: PipeWriter,
    from_server: Frames<BufReader<PipeReader>>,
    ending: thread::JoinHandle<Ending>,
}

impl Client {
    /// A server that has answered `initialize`.
    fn start() -> Self {
        let (input, to_server) = pipe().unwrap();
        let (from_server, output) = pipe().unwrap();
        let ending = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(async {
                let (service, socket) = LspService::build(|_| Backend { version: Mutex::new(-1) })
                    .custom_method("test/version", Backend::version)
                    .custom_method("test/echo", Backend::echo)
                    .custom_method("test/hang", Backend::hang)
                    .custom_method("test/panic", Backend::panic)
                    .custom_method("test/panicLate", Backend::panic_late)
                    .finish();
                serve_on(service, socket, input, output).await
            })
        });
        let mut client = Self { to_server, from_server: Frames::new(BufReader::new(from_server)), ending };
        client.request(0, "initialize", &json!({"capabilities": {}}));
        assert_eq!(client.read()["id"], 0);
        client
    }

    fn raw(&mut self, bytes: impl AsRef<[u8]>) {
        self.to_server.write_all(bytes.as_ref()).unwrap();
    }

    fn body(&mut self, body: impl AsRef<[u8]>) {
        let body = body.as_ref();
        self.raw(format!("Content-Length: {}\r\n\r\n", body.len()));
        self.raw(body);
    }

    fn request(&mut self, id: i64, method: &str, params: &Value) {
        let mut message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        if params.is_null() {
            message.as_object_mut().unwrap().remove("params");
        }
        self.body(message.to_string());
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.body(json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    fn change(&mut self, uri: &str, version: i64) {
        let params = json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": []});
        self.notify("textDocument/didChange", &params);
    }

    fn read(&mut self) -> Value {
        let Some(Frame::Body(body)) = self.from_server.read().unwrap() else {
            panic!("expected a message");
        };
        serde_json::from_slice(body).unwrap()
    }

    /// The next answer, as id and result or error code.
    #[track_caller]
    fn expect(&mut self, id: impl Into<Value>, outcome: impl Into<Value>) {
        let message = self.read();
        let seen = message.get("result").unwrap_or(&message["error"]["code"]).clone();
        assert_eq!((message["id"].clone(), seen), (id.into(), outcome.into()), "{message}");
    }

    fn shut_down(mut self) -> Ending {
        self.request(99_999, "shutdown", &Value::Null);
        self.expect(99_999, Value::Null);
        self.body(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        self.ending.join().unwrap()
    }
}

#[test]
fn every_request_sees_the_last_edit_before_it() {
    let mut client = Client::start();
    let mut writer = client.to_server.try_clone().unwrap();
    let count = 1000;
    let typist = thread::spawn(move || {
        for version in 0..count {
            let edit = json!({"jsonrpc": "2.0", "method": "textDocument/didChange",
                "params": {"textDocument": {"uri": "file:///a", "version": version}, "contentChanges": []}});
            let ask = json!({"jsonrpc": "2.0", "id": version, "method": "test/version"});
            for body in [edit.to_string(), ask.to_string()] {
                write!(writer, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
            }
        }
    });
    let mut seen = vec![false; count];
    for _ in 0..count {
        let answer = client.read();
        assert_eq!(answer["id"], answer["result"]);
        let id = usize::try_from(answer["id"].as_u64().unwrap()).unwrap();
        assert!(!std::mem::replace(&mut seen[id], true), "{id} is answered twice");
    }
    typist.join().unwrap();
    assert_eq!(client.shut_down(), Ending::Exit { after_shutdown: true });
}

#[test]
fn hung_requests_hold_up_nothing_and_end_when_cancelled_or_at_the_end() {
    let mut client = Client::start();
    for id in 1..=300 {
        client.request(id, "test/hang", &Value::Null);
    }
    client.change("file:///a", 7);
    client.request(1000, "test/version", &Value::Null);
    client.expect(1000, 7);
    assert_eq!(HANGING.load(Ordering::SeqCst), 300);

    client.notify("$/cancelRequest", &json!({"id": 5}));
    client.expect(5, -32800);
    assert_eq!(HANGING.load(Ordering::SeqCst), 299);

    assert_eq!(client.shut_down(), Ending::Exit { after_shutdown: true });
    assert_eq!(HANGING.load(Ordering::SeqCst), 0);
}

#[test]
fn a_panic_answers_its_request_and_nothing_else() {
    let mut client = Client::start();
    client.request(1, "test/panic", &Value::Null);
    client.expect(1, -32603);
    client.request(2, "test/panicLate", &Value::Null);
    client.expect(2, -32603);
    client.notify("textDocument/didClose", &json!({"textDocument": {"uri": "file:///a"}}));
    client.request(3, "test/echo", &json!([1]));
    client.expect(3, json!([1]));
    assert_eq!(client.shut_down(), Ending::Exit { after_shutdown: true });
}

#[test]
#[cfg(debug_assertions)]
fn a_did_handler_that_waits_fails_in_debug_builds_and_the_loop_lives() {
    let mut client = Client::start();
    client.notify("textDocument/didSave", &json!({"textDocument": {"uri": "file:///a"}}));
    for id in 1..=10 {
        client.request(id, "test/version", &Value::Null);
        client.expect(id, -1);
    }
    assert_eq!(client.shut_down(), Ending::Exit { after_shutdown: true });
}

#[test]
fn what_is_no_message_is_refused_and_the_next_good_one_answered() {
    let table: &[(&[u8], &[i64])] = &[
        (b"Content-Length: 1\r\n\r\n{", &[-32700]),
        (b"Content-Length: 2\r\n\r\n\xff\xfe", &[-32700]),
        (b"Content-Length: 2\r\n\r\n42", &[-32600]),
        (b"Content-Length: 2\r\n\r\n[]", &[-32600]),
        (b"Content-Length: abc\r\n\r\n{}", &[-32700]),
        (b"Content-Length: -5\r\n\r\n{}", &[-32700]),
        (b"Content-Length: 99999999999\r\n\r\n{}", &[-32600]),
        (b"Content-Length: 1\r\n\r\n{}", &[-32700, -32700]),
        (b"Content-Type: x\r\n\r\n{}", &[-32700]),
        (b"what is this\r\n", &[-32700]),
        (b"", &[]),
    ];
    let mut client = Client::start();
    for (id, (broken, codes)) in (1..).zip(table) {
        client.raw(broken);
        client.request(id, "test/echo", &json!({"id": id}));
        for &code in *codes {
            client.expect(Value::Null, code);
        }
        client.expect(id, json!({"id": id}));
    }
    assert_eq!(client.shut_down(), Ending::Exit { after_shutdown: true });
}

#[test]
fn requests_nobody_knows_are_refused_and_notifications_ignored() {
    let mut client = Client::start();
    client.request(1, "$/unknown", &json!({}));
    client.expect(1, -32601);
    client.request(2, "unknown", &json!({}));
    client.expect(2, -32601);
    client.notify("$/unknown", &json!({}));
    client.notify("unknown", &json!({}));
    client.notify("textDocument/didChange", &json!({"textDocument": 7}));
    client.body(r#"{"jsonrpc":"2.0","id":77,"result":null}"#);
    client.request(3, "test/echo", &json!({}));
    client.expect(3, json!({}));
    assert_eq!(client.shut_down(), Ending::Exit { after_shutdown: true });
}

#[test]
fn uris_that_strict_parsers_refuse_work_and_come_back_as_they_were() {
    let mut client = Client::start();
    for (id, uri) in (1..).zip(["file:///a b", "file:///c:/x", "untitled:Untitled-1", "file:///home/ü.rs", "scratch"])
    {
        client.change(uri, id);
        client.request(id, "test/version", &Value::Null);
        client.expect(id, id);
        client.request(id, "test/echo", &json!({"uri": uri}));
        client.expect(id, json!({"uri": uri}));
    }
    assert_eq!(client.shut_down(), Ending::Exit { after_shutdown: true });
}

#[test]
fn the_ends() {
    let client = Client::start();
    drop(client.to_server);
    assert_eq!(client.ending.join().unwrap(), Ending::InputClosed);

    let mut client = Client::start();
    client.body(r#"{"jsonrpc":"2.0","method":"exit"}"#);
    assert_eq!(client.ending.join().unwrap(), Ending::Exit { after_shutdown: false });

    let mut client = Client::start();
    drop(client.from_server);
    let ask = r#"{"jsonrpc":"2.0","id":1,"method":"test/version"}"#;
    write!(client.to_server, "Content-Length: {}\r\n\r\n{ask}", ask.len()).unwrap();
    assert_eq!(client.ending.join().unwrap(), Ending::OutputClosed);
}

#[test]
fn a_client_that_reads_nothing_can_still_end_the_server() {
    let mut client = Client::start();
    let large = json!("x".repeat(200_000));
    for id in 1..=10 {
        client.request(id, "test/echo", &large);
    }
    client.body(r#"{"jsonrpc":"2.0","method":"exit"}"#);
    assert_eq!(client.ending.join().unwrap(), Ending::Exit { after_shutdown: false });
}
