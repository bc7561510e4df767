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
use super::offers::State;
use crate::server::convert;
use crate::server::session::Session;
use crate::text::position;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    text_document: TextDocument,
    position: Position,
}

#[derive(Deserialize)]
struct TextDocument {
    uri: Uri,
    version: Option<i32>,
}

/// Answers one edit, of the document that is asked about: a client shows whatever it gets in that one. Never an error,
/// which clients pop up at each key.
pub async fn answer(session: &Session, params: Value) -> Result<Value> {
    let Ok(params) = Params::deserialize(&params) else { return Ok(answer::nothing()) };
    let TextDocument { uri, version } = params.text_document;
    let Some(document) = session.documents.get(uri.as_str()) else { return Ok(answer::nothing()) };
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

/// `textDocument/didShowInlineEdit`: an offer is on screen.
pub async fn shown(session: &Session, params: Value) {
    if let Some(id) = answer::number(&params["item"]["command"]["arguments"][0]) {
        session.next_edits.became(Some(id), State::Shown(0)).await;
    }
}

/// What Copilot's clients tell besides, and we have no use for.
pub async fn ignored(_: &Session, _: Value) {}
