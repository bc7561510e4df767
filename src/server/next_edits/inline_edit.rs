//! `textDocument/copilotInlineEdit`, the one method for next edits that clients speak, and its notifications.
//!
//! Source: the README of github/copilot-language-server-release, "Next Edit Suggestions". It is in no version of LSP, and
//! no capability announces it.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{Position, Uri};

use super::answer;
use super::message::Ask;
use crate::server::convert;
use crate::server::session::Session;
use crate::server::transport::NO_VERSION;
use crate::text::position;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    text_document: TextDocument,
    position: Position,
}

/// A document, and the version of it that is meant.
#[derive(Deserialize)]
pub struct TextDocument {
    pub uri: Uri,
    version: Option<i32>,
}

impl TextDocument {
    /// The version; `None` where the client leaves it out, which the transport writes as a number.
    pub fn version(&self) -> Option<i32> {
        self.version.filter(|&version| version != NO_VERSION)
    }
}

/// Answers one edit, of the document that is asked about: a client shows whatever it gets in that one. Never an error,
/// which clients pop up at each key.
pub async fn answer(session: &Session, params: Value) -> Result<Value> {
    let Ok(params) = Params::deserialize(&params) else { return Ok(answer::nothing()) };
    let version = params.text_document.version();
    let Some(document) = session.documents.get(params.text_document.uri.as_str()) else { return Ok(answer::nothing()) };
    if version.is_some_and(|version| version != document.version) || !session.engine.status().on {
        return Ok(answer::nothing());
    }
    let encoding = session.client.capabilities().encoding;
    let ask = Ask {
        key: Some(document.uri.clone()),
        version: Some(document.version),
        cursor: Some(position::to_offset(&document.text, convert::from_position(params.position), encoding)),
        here_only: true,
        all: false,
        invoked: false,
        located: false,
    };
    let is_current = || session.documents.get(&document.uri).is_some_and(|now| now.version == document.version);
    let offer = session.next_edits.ask(ask, is_current).await.filter(|_| is_current());
    Ok(offer.map_or_else(answer::nothing, |offer| answer::as_one(&offer, version, encoding)))
}

/// `textDocument/didShowInlineEdit`: an offer is on screen. Nothing is waited for, so that what comes next is next.
pub async fn shown(session: &Session, params: Value) {
    if let Some(id) = answer::number(&params["item"]["command"]["arguments"][0]) {
        session.next_edits.shown(id);
    }
}

/// What Copilot's clients tell besides, and we have no use for.
pub async fn ignored(_: &Session, _: Value) {}
