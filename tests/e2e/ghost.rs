//! Editors that ask a fake endpoint, and what their user would see.

use serde_json::{Value, json};

use crate::clients::Builder;
use crate::editor::Editor;
use crate::fake_endpoint::Fake;
use crate::text::cursor;

/// The key the fake gets; no output may ever hold it.
pub const KEY: &str = "test-key-0123456789";

/// The document most tests write in.
pub const URI: &str = "file:///project/main.rs";

/// Settings that lead to `fake`, wait for nothing and take nothing from anywhere else.
pub fn settings(fake: &Fake) -> Value {
    json!({
        "endpoint": {"url": fake.url(), "dialect": "mistral", "warmUp": false},
        "completion": {"debounceMs": 0, "choices": 1},
        "local": {"fallback": false},
    })
}

/// An editor whose server asks `fake`.
pub fn editor(client: Builder, fake: &Fake) -> Editor {
    client.env("CODESTRAL_API_KEY", KEY).options(settings(fake)).start()
}

impl Editor {
    /// Opens a text with `<cursor>` as if it had just been typed; returns the cursor's offset.
    #[track_caller]
    pub fn write(&mut self, uri: &str, marked: &str) -> usize {
        let (text, offset) = cursor(marked);
        let language = if uri.ends_with(".py") { "python" } else { "rust" };
        self.open(uri, language, "");
        self.change_all(uri, &text);
        offset
    }

    /// Asks by hand (trigger kind 1).
    #[track_caller]
    pub fn invoke(&mut self, uri: &str, offset: usize) -> i64 {
        let position = self.position(uri, offset);
        let params = json!({"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 1}});
        self.request("textDocument/inlineCompletion", params)
    }

    /// Waits for an inline completion and draws it into the text: `⟦what is inserted⟧`, and what it replaces gone.
    #[track_caller]
    pub fn drawn(&mut self, uri: &str, id: i64) -> String {
        let result = self.result(id);
        let Some(item) = result["items"].get(0) else { return result.to_string() };
        let text = item["insertText"].as_str().expect("a plain string");
        let (start, end) = self.range(uri, &item["range"]);
        let whole = self.text(uri);
        format!("{}⟦{text}⟧{}", &whole[..start], &whole[end..])
    }

    /// The byte offsets of a range.
    pub fn range(&self, uri: &str, range: &Value) -> (usize, usize) {
        (self.offset(uri, &range["start"]), self.offset(uri, &range["end"]))
    }

    /// The reasons of the last requests, the newest first.
    #[track_caller]
    pub fn reasons(&mut self) -> Vec<String> {
        let why = self.command("codestral.why");
        let records = why.as_array().expect("a list");
        records.iter().map(|record| record["reason"].as_str().unwrap_or("shown").to_owned()).collect()
    }

    /// Runs a command that shows nothing.
    #[track_caller]
    pub fn command(&mut self, command: &str) -> Value {
        let id = self.request("workspace/executeCommand", json!({"command": command, "arguments": [{"show": false}]}));
        self.result(id)
    }
}
