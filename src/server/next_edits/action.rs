//! The code actions "Next edit" and "Next edit, all places", offered where there is a next edit.

use serde_json::json;
use tower_lsp::ls_types::{CodeAction, CodeActionOrCommand, CodeActionParams, CodeActionTriggerKind, Command};

use super::command::COMMAND;
use super::message::Ask;
use crate::server::code_actions::{in_form, is_wanted};
use crate::server::convert;
use crate::server::session::Session;
use crate::text::position;

/// The kind of both.
const KIND: &str = "codestral.nextEdit";

/// What is offered at a place. Nothing where the editor asks on its own, at every move of the cursor: no bulb is lit.
pub async fn offered(session: &Session, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let automatic = params.context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
    if automatic || !is_wanted(KIND, params) {
        return vec![];
    }
    let uri = &params.text_document.uri;
    let Some(document) = session.documents.get(uri.as_str()) else { return vec![] };
    let encoding = session.client.capabilities().encoding;
    let place = params.range.end;
    let ask = Ask {
        key: Some(document.uri.clone()),
        version: Some(document.version),
        cursor: Some(position::to_offset(&document.text, convert::from_position(place), encoding)),
        here_only: false,
        all: true,
        invoked: true,
        located: false,
    };
    let Some(offer) = session.next_edits.ask(ask, || true).await else { return vec![] };
    let places = offer.places();
    let action = |title: String, all: bool| {
        let argument = json!({ "apply": true, "all": all, "textDocument": { "uri": uri }, "position": place });
        let command = Command { title: title.clone(), command: COMMAND.to_owned(), arguments: Some(vec![argument]) };
        let action = CodeAction { title, kind: Some(KIND.into()), command: Some(command), ..CodeAction::default() };
        in_form(action, &session.client.capabilities())
    };
    let mut actions = vec![action("Codestral: Next edit".to_owned(), false)];
    if offer.proposals.len() > 1 {
        actions.push(action(format!("Codestral: Next edit, all {places} places"), true));
    }
    actions
}
