//! Chat about the selected code, from the editor's command to the edit, the document or the trouble.

mod actions;
mod conversation;
mod edits;
mod prose;
mod terminal;
mod trouble;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::clients::Builder;
use crate::editor::Editor;
use crate::fake_endpoint::{Fake, Received};
use crate::ghost::{KEY, URI, settings};

/// What a client that shows conversations itself was told of one chat.
#[derive(Debug)]
pub struct Told {
    pub deltas: Vec<Value>,
}

impl Told {
    /// How it ended.
    pub fn outcome(&self) -> &str {
        self.end()["outcome"].as_str().expect("an end has an outcome")
    }

    /// The sentence at its end.
    pub fn message(&self) -> &str {
        self.end()["message"].as_str().unwrap_or_default()
    }

    /// All its Markdown.
    pub fn text(&self) -> String {
        self.deltas.iter().map(|delta| delta["text"].as_str().expect("each has a text")).collect()
    }

    fn end(&self) -> &Value {
        self.deltas.last().expect("there is an end")
    }
}

/// An editor that shows conversations itself.
pub fn streaming(client: Builder, fake: &Fake) -> Editor {
    streaming_with(client, fake, &json!({}))
}

/// The same with settings of `chat`.
pub fn streaming_with(client: Builder, fake: &Fake, chat: &Value) -> Editor {
    let mut options = settings(fake);
    options["chatStream"] = true.into();
    options["chat"] = chat.clone();
    client.env("CODESTRAL_API_KEY", KEY).options(options).start()
}

/// The text around `«` and `»`, and the range between them in bytes.
#[track_caller]
pub fn selection(marked: &str) -> (String, std::ops::Range<usize>) {
    let start = marked.find('«').expect("there is a «");
    let end = marked.find('»').expect("there is a »") - '«'.len_utf8();
    (marked.replace(['«', '»'], ""), start..end)
}

/// The text of the message at `at` of a request.
pub fn said(received: &Received, at: usize) -> &str {
    received.body["messages"][at]["content"].as_str().unwrap_or_default()
}

/// The last message of the only request.
#[track_caller]
pub fn question(fake: &Fake) -> String {
    let received = fake.received();
    assert_eq!(received.len(), 1, "{received:?}");
    let messages = received[0].body["messages"].as_array().expect("messages").len();
    said(&received[0], messages - 1).to_owned()
}

impl Editor {
    /// Opens a text and asks about the part between `«` and `»`; the request's id.
    #[track_caller]
    pub fn select_and_chat(&mut self, marked: &str, action: &str) -> i64 {
        let argument = self.select(marked, action);
        self.chat(&argument)
    }

    /// Opens a text; the argument that asks about the part between `«` and `»`.
    #[track_caller]
    pub fn select(&mut self, marked: &str, action: &str) -> Value {
        let (text, range) = selection(marked);
        self.open(URI, "rust", &text);
        let range = json!({"start": self.position(URI, range.start), "end": self.position(URI, range.end)});
        json!({"action": action, "textDocument": {"uri": URI}, "range": range})
    }

    /// Runs the command.
    #[track_caller]
    pub fn chat(&mut self, argument: &Value) -> i64 {
        self.request("workspace/executeCommand", json!({"command": "codestral.chat", "arguments": [argument]}))
    }

    /// Waits for the answer of the command and the end of the chat, and checks what is promised of all deltas.
    #[track_caller]
    pub fn told(&mut self, id: i64) -> Told {
        let answer = self.result(id);
        let mut deltas = Vec::new();
        loop {
            let delta = self.notification("codestral/chatDelta");
            assert_eq!(delta["sequence"], deltas.len(), "{delta}");
            for field in ["chat", "conversation", "uri"] {
                assert_eq!(delta[field], answer[field], "{field}");
            }
            let kind = if deltas.is_empty() { "begin" } else { delta["kind"].as_str().unwrap_or_default() };
            assert_eq!(delta["kind"], kind);
            let is_end = kind == "end";
            deltas.push(delta);
            if is_end {
                break;
            }
        }
        let told = Told { deltas };
        let path = self.conversation_file(&answer);
        let kept = fs::read_to_string(path).expect("the conversation is kept");
        assert!(kept.ends_with(&told.text()), "{kept}\n---\n{}", told.text());
        told
    }

    /// The file that an answer of the command names.
    pub fn conversation_file(&self, answer: &Value) -> PathBuf {
        let id = answer["conversation"].as_str().expect("an answer names its conversation");
        self.home().join("state/codestral-ls/conversations").join(id).with_extension("md")
    }

    /// How many conversations are kept.
    pub fn conversations(&self) -> usize {
        fs::read_dir(self.home().join("state/codestral-ls/conversations")).map_or(0, Iterator::count)
    }

    /// What the conversation of an answer holds on disk.
    #[track_caller]
    pub fn kept(&self, answer: &Value) -> String {
        fs::read_to_string(self.conversation_file(answer)).expect("the conversation is kept")
    }

    /// Waits for the server's request of that method and returns its params.
    #[track_caller]
    pub fn asked_by_server(&mut self, method: &str) -> Value {
        self.wait_until(method, |editor| {
            let at = editor.server_requests.iter().position(|request| request["method"] == method)?;
            Some(editor.server_requests.remove(at)["params"].take())
        })
    }

    /// The error of a command that must fail.
    #[track_caller]
    pub fn refused(&mut self, id: i64) -> String {
        let answer = self.answer(id);
        answer["error"]["message"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}
