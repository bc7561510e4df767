//! An editor for tests: spawns the built server, keeps its own copy of each text, and fails on any answer that is
//! missing or double.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::clients::Builder;
#[cfg(unix)]
use crate::process::on_full_disk;
use crate::process::{collect, command, frame, read_messages};
use crate::text::{Encoding, offset, position};

/// How long an answer may take before the test fails. Far more than any takes, even on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The editor's own copy of an open text.
#[derive(Debug, Clone)]
pub struct Document {
    pub text: String,
    pub version: i64,
}

/// A running editor with its server.
pub struct Editor {
    server: Child,
    stdin: Option<ChildStdin>,
    incoming: Receiver<Value>,
    stderr: Arc<Mutex<String>>,
    frame_log: String,
    home: TempDir,
    settings: Value,
    first_version: i64,
    next_id: i64,
    unanswered: BTreeSet<i64>,
    answers: BTreeMap<i64, Value>,
    ended: bool,
    /// The answer to `initialize`.
    pub handshake: Value,
    /// What the server chose.
    pub encoding: Encoding,
    /// The open texts by URI.
    pub documents: HashMap<String, Document>,
    /// Notifications of the server's so far.
    pub notifications: Vec<Value>,
    /// Requests of the server's so far; all are answered.
    pub server_requests: Vec<Value>,
    /// Errors without an id: the server could not read what we sent.
    pub faults: Vec<Value>,
    /// Whether `workspace/applyEdit` is refused.
    pub refuses_edits: bool,
    never_answers: bool,
    refuses_registrations: bool,
    /// What the person types at the start of a document while the next edit of it is on its way.
    pub types_first: Option<&'static str>,
}

impl Editor {
    /// Spawns the server and shakes hands.
    #[track_caller]
    pub fn start(builder: Builder) -> Self {
        let mut server = command(builder.home.path());
        server.envs(builder.env).args(builder.args);
        #[cfg(unix)]
        if builder.full_disk {
            server = on_full_disk(&server, 0);
        }
        let mut server = server
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stdin = server.stdin.take();
        let incoming = read_messages(server.stdout.take().expect("stdout is piped"));
        let stderr = collect(server.stderr.take().expect("stderr is piped"));
        let mut editor = Self {
            server,
            stdin,
            incoming,
            stderr,
            frame_log: String::new(),
            home: builder.home,
            settings: builder.settings,
            first_version: builder.first_version,
            next_id: 0,
            unanswered: BTreeSet::new(),
            answers: BTreeMap::new(),
            ended: false,
            handshake: Value::Null,
            encoding: Encoding::Utf16,
            documents: HashMap::new(),
            notifications: Vec::new(),
            server_requests: Vec::new(),
            faults: Vec::new(),
            refuses_edits: false,
            never_answers: builder.never_answers,
            refuses_registrations: builder.refuses_registrations,
            types_first: None,
        };
        let params = json!({
            "processId": builder.process_id,
            "clientInfo": builder.client_info,
            "rootUri": builder.root,
            "capabilities": builder.capabilities,
            "initializationOptions": builder.options,
        });
        editor.shake_hands(params);
        editor
    }

    #[track_caller]
    fn shake_hands(&mut self, params: Value) {
        let id = self.request("initialize", params);
        self.handshake = self.result(id);
        self.encoding = match self.handshake["capabilities"]["positionEncoding"].as_str() {
            Some("utf-8") => Encoding::Utf8,
            Some("utf-32") => Encoding::Utf32,
            _ => Encoding::Utf16,
        };
        self.notify("initialized", json!({}));
    }

    /// The server's process.
    pub fn process_id(&self) -> u32 {
        self.server.id()
    }

    /// The server's home directory.
    pub fn home(&self) -> PathBuf {
        self.home.path().to_owned()
    }

    /// What the server wrote to stderr so far.
    pub fn stderr(&self) -> String {
        self.stderr.lock().expect("no panic holds it").clone()
    }

    /// Opens a text.
    #[track_caller]
    pub fn open(&mut self, uri: &str, language: &str, text: &str) {
        let version = self.first_version;
        let document = json!({"uri": uri, "languageId": language, "version": version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
        self.documents.insert(uri.to_owned(), Document { text: text.to_owned(), version });
    }

    /// Replaces a range of bytes of the text by an incremental change.
    #[track_caller]
    pub fn change(&mut self, uri: &str, range: Range<usize>, new_text: &str) {
        let change = json!({
            "range": {"start": self.position(uri, range.start), "end": self.position(uri, range.end)},
            "text": new_text,
        });
        self.send_change(uri, &change, |text| text.replace_range(range, new_text));
    }

    /// Replaces the whole text by a change without range.
    #[track_caller]
    pub fn change_all(&mut self, uri: &str, new_text: &str) {
        self.send_change(uri, &json!({ "text": new_text }), |text| new_text.clone_into(text));
    }

    #[track_caller]
    fn send_change(&mut self, uri: &str, change: &Value, apply: impl FnOnce(&mut String)) {
        let document = self.documents.get_mut(uri).expect("the document is open");
        document.version += 1;
        apply(&mut document.text);
        let document = json!({"uri": uri, "version": document.version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    }

    /// Closes a text.
    #[track_caller]
    pub fn close(&mut self, uri: &str) {
        self.documents.remove(uri).expect("the document is open");
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }

    /// The text of an open document as this editor knows it.
    #[track_caller]
    pub fn text(&self, uri: &str) -> &str {
        &self.documents.get(uri).expect("the document is open").text
    }

    /// A byte offset as a position in the encoding the server chose.
    #[track_caller]
    pub fn position(&self, uri: &str, offset: usize) -> Value {
        position(self.text(uri), offset, self.encoding)
    }

    /// A position in the encoding the server chose as a byte offset.
    #[track_caller]
    pub fn offset(&self, uri: &str, position: &Value) -> usize {
        offset(self.text(uri), position, self.encoding)
    }

    /// Asks for an automatic inline completion at a byte offset.
    #[track_caller]
    pub fn complete(&mut self, uri: &str, offset: usize) -> i64 {
        let position = self.position(uri, offset);
        let params = json!({"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 2}});
        self.request("textDocument/inlineCompletion", params)
    }

    /// Sends a request; its answer is owed.
    #[track_caller]
    pub fn request(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        self.unanswered.insert(id);
        self.send(&message(json!({"jsonrpc": "2.0", "id": id, "method": method}), params));
        id
    }

    /// Sends a notification.
    #[track_caller]
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&message(json!({"jsonrpc": "2.0", "method": method}), params));
    }

    /// Cancels a request; its answer is still owed.
    #[track_caller]
    pub fn cancel(&mut self, id: i64) {
        self.notify("$/cancelRequest", json!({ "id": id }));
    }

    /// Sends any bytes.
    #[track_caller]
    pub fn raw(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        let _ = writeln!(self.frame_log, "--> {}", String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]));
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(bytes).expect("the server reads");
    }

    fn send(&mut self, message: &Value) {
        self.raw(frame(message));
    }

    /// Waits for the whole answer to a request: an object with `result` or `error`.
    #[track_caller]
    pub fn answer(&mut self, id: i64) -> Value {
        self.wait_until(&format!("the answer to request {id}"), |editor| editor.answers.remove(&id))
    }

    /// Waits for the result of a request that must not fail.
    #[track_caller]
    pub fn result(&mut self, id: i64) -> Value {
        let mut answer = self.answer(id);
        if answer.get("error").is_some() {
            self.fail(&format!("request {id} failed: {answer}"));
        }
        answer["result"].take()
    }

    /// Waits for the error code of a request that must fail.
    #[track_caller]
    pub fn error_code(&mut self, id: i64) -> i64 {
        let answer = self.answer(id);
        answer["error"]["code"].as_i64().unwrap_or_else(|| self.fail(&format!("request {id} did not fail: {answer}")))
    }

    /// Waits for the next notification of this method and returns its params.
    #[track_caller]
    pub fn notification(&mut self, method: &str) -> Value {
        self.wait_until(method, |editor| {
            let at = editor.notifications.iter().position(|notification| notification["method"] == method)?;
            Some(editor.notifications.remove(at)["params"].take())
        })
    }

    /// Waits for an error without an id and returns its code.
    #[track_caller]
    pub fn fault(&mut self) -> i64 {
        let fault = self.wait_until("an error without an id", |editor| editor.faults.pop());
        fault["error"]["code"].as_i64().expect("an error has a code")
    }

    /// Takes in messages until `ready` finds what it wants among them.
    #[track_caller]
    pub fn wait_until<T>(&mut self, what: &str, mut ready: impl FnMut(&mut Self) -> Option<T>) -> T {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Some(found) = ready(self) {
                return found;
            }
            match self.incoming.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => self.fail(&format!("no sign of {what} after {TIMEOUT:?}")),
                Err(RecvTimeoutError::Disconnected) => self.fail(&format!("the server ended before {what}")),
            }
        }
    }

    #[track_caller]
    fn take(&mut self, message: Value) {
        let _ = writeln!(self.frame_log, "<-- {message}");
        if message.get("method").is_some() {
            if message.get("id").is_some() {
                self.answer_server(&message);
                self.server_requests.push(message);
            } else {
                self.notifications.push(message);
            }
            return;
        }
        let Some(id) = message["id"].as_i64() else {
            self.faults.push(message);
            return;
        };
        if !self.unanswered.remove(&id) {
            self.fail(&format!("request {id} is answered twice or was never asked"));
        }
        self.answers.insert(id, message);
    }

    /// What an obliging client says to requests of the server's.
    #[track_caller]
    fn answer_server(&mut self, request: &Value) {
        let result = match request["method"].as_str().unwrap_or_default() {
            "workspace/configuration" => {
                let items = request["params"]["items"].as_array().cloned().unwrap_or_default();
                items.iter().map(|item| self.settings_of(&item["section"])).collect()
            }
            "workspace/applyEdit" => json!({"applied": self.apply(&request["params"]["edit"])}),
            "window/showDocument" => json!({"success": true}),
            _ => Value::Null,
        };
        if self.refuses_registrations && request["method"] == "client/registerCapability" {
            let error = json!({"code": -32601, "message": "nothing is registered here"});
            self.send(&json!({"jsonrpc": "2.0", "id": request["id"], "error": error}));
        } else if self.stdin.is_some() && !self.never_answers {
            self.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": result}));
        }
    }

    /// Makes the edits of each document, last to first, if all are meant for its version, or for no certain one.
    fn apply(&mut self, edit: &Value) -> bool {
        let mut changes = edit["documentChanges"].as_array().cloned().unwrap_or_default();
        for (uri, edits) in edit["changes"].as_object().into_iter().flatten() {
            let version = self.documents.get(uri).map(|document| document.version);
            changes.push(json!({"textDocument": {"uri": uri, "version": version}, "edits": edits}));
        }
        let uri_of = |change: &Value| change["textDocument"]["uri"].as_str().unwrap_or_default().to_owned();
        if let Some(typed) = self.types_first.take() {
            let uri = changes.first().map(uri_of).unwrap_or_default();
            self.change(&uri, 0..0, typed);
        }
        let is_current = |change: &Value| {
            let document = self.documents.get(&uri_of(change));
            document.is_some_and(|document| change["textDocument"]["version"].as_i64() == Some(document.version))
        };
        if self.refuses_edits || changes.is_empty() || !changes.iter().all(is_current) {
            return false;
        }
        for change in &changes {
            let uri = uri_of(change);
            for edit in change["edits"].as_array().cloned().unwrap_or_default().iter().rev() {
                let range = self.offset(&uri, &edit["range"]["start"])..self.offset(&uri, &edit["range"]["end"]);
                self.change(&uri, range, edit["newText"].as_str().expect("an edit has a text"));
            }
        }
        true
    }

    fn settings_of(&self, section: &Value) -> Value {
        let path = section.as_str().unwrap_or_default().replace('.', "/");
        let pointer = if path.is_empty() { String::new() } else { format!("/{path}") };
        self.settings.pointer(&pointer).cloned().unwrap_or_default()
    }

    /// Closes the server's stdin, as an editor does that dies.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Waits for the process to end within `limit` and returns its exit code. Open requests are forgiven.
    #[track_caller]
    pub fn exit_code(&mut self, limit: Duration) -> i32 {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.server.try_wait().expect("the server can be waited for") {
                self.ended = true;
                return status.code().unwrap_or_else(|| self.fail(&format!("the server was killed: {status}")));
            }
            if Instant::now() > deadline {
                self.fail(&format!("the server still runs after {limit:?}"));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends the server by the protocol; everything asked must have been answered by then.
    #[track_caller]
    pub fn shutdown(&mut self) -> i32 {
        let id = self.request("shutdown", Value::Null);
        self.result(id);
        let asked = std::mem::take(&mut self.unanswered);
        if !asked.is_empty() {
            self.fail(&format!("requests left unanswered: {asked:?}"));
        }
        self.notify("exit", Value::Null);
        let code = self.exit_code(TIMEOUT);
        // Nobody is left to answer the server's own last requests.
        self.stdin = None;
        while let Ok(message) = self.incoming.recv_timeout(TIMEOUT) {
            self.take(message);
        }
        code
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!("{what}\n\nstderr:\n{}\nframes:\n{}", self.stderr(), self.frame_log);
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if thread::panicking() {
            let _ = self.server.kill();
            let _ = self.server.wait();
            return;
        }
        let code = self.shutdown();
        let stderr = self.stderr();
        assert_eq!(code, 0, "exit code after shutdown and exit\n{stderr}");
        // What the server found wrong with itself: no test provokes that, and it is survived in silence.
        for mistake in ["a bug:", "a handler waits that must not", "a handler panicked"] {
            assert!(!stderr.contains(mistake), "{stderr}");
        }
    }
}

fn message(mut message: Value, params: Value) -> Value {
    if !params.is_null() {
        message["params"] = params;
    }
    message
}
