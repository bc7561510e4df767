//! Tells clients that show conversations themselves what comes: `codestral/chatDelta`.

use serde_json::{Value, json};
use tower_lsp::ls_types::notification::Notification;

use super::stored_conversation::StoredConversation;
use crate::server::client::Client;

/// Our own notification to clients that show conversations themselves.
enum ChatDelta {}

impl Notification for ChatDelta {
    type Params = Value;
    const METHOD: &'static str = "codestral/chatDelta";
}

/// Numbers what is told of one chat.
pub struct Deltas<'a> {
    client: &'a Client,
    conversation: &'a StoredConversation,
    chat: u64,
    sequence: u64,
}

impl<'a> Deltas<'a> {
    pub fn new(client: &'a Client, conversation: &'a StoredConversation, chat: u64) -> Self {
        Self { client, conversation, chat, sequence: 0 }
    }

    /// Only clients that said so are told.
    pub async fn send(&mut self, mut delta: Value) {
        if !self.client.capabilities().streams_chat {
            return;
        }
        delta["chat"] = self.chat.into();
        delta["conversation"] = self.conversation.id.as_str().into();
        delta["uri"] = self.conversation.uri.as_str().into();
        delta["sequence"] = self.sequence.into();
        self.sequence += 1;
        self.client.connection.send_notification::<ChatDelta>(delta).await;
    }

    pub async fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.send(json!({ "kind": "text", "text": text })).await;
        }
    }
}
