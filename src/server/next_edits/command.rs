//! `codestral.nextEdit`, for clients that know no next edits: answers the edit, makes it, or lets it go.

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{ExecuteCommandParams, MessageType, Position};

use super::answer::{self, ACCEPTED};
use super::inline_edit::TextDocument;
use super::message::Ask;
use super::offers::{Offer, State};
use crate::server::convert;
use crate::server::edits::{TRIES, has_moved_on};
use crate::server::session::Session;
use crate::text::document::Document;
use crate::text::position;

/// The command.
pub const COMMAND: &str = "codestral.nextEdit";

/// What the command is to do. Without a place, that of the last edit counts.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Argument {
    text_document: Option<TextDocument>,
    position: Option<Position>,
    /// Whether the edit is made.
    apply: bool,
    /// Whether all places of the pattern are wanted.
    all: bool,
    /// Whether the offer is let go: it does not come again.
    dismiss: bool,
    /// Whether the answer waits until the keyboard rests, as it does for a client that asks after each edit.
    automatic: bool,
    /// Which offer; the newest otherwise.
    id: Value,
    /// Whether the person is told when there is nothing.
    show: Option<bool>,
}

/// Runs one of the two commands.
///
/// # Errors
/// The argument is not as it should be.
pub async fn execute(session: &Session, params: ExecuteCommandParams) -> Result<Option<Value>> {
    let argument = params.arguments.into_iter().next().unwrap_or_default();
    if params.command == ACCEPTED {
        if let Some(id) = answer::number(&argument) {
            session.next_edits.became(Some(id), State::Taken).await;
        }
        return Ok(None);
    }
    let argument = if argument.is_null() { json!({}) } else { argument };
    let argument: Argument = serde_json::from_value(argument).map_err(|error| {
        Error::invalid_params(format!("the argument of {COMMAND} is not as it should be ({error})"))
    })?;
    if argument.dismiss {
        let dismissed = session.next_edits.became(answer::number(&argument.id), State::Dismissed).await;
        return Ok(Some(json!({ "dismissed": dismissed })));
    }
    if argument.automatic && !session.engine.status().on {
        return Ok(Some(answer::nothing()));
    }
    let encoding = session.client.capabilities().encoding;
    if !argument.apply {
        let offer = find(session, &argument).await;
        return Ok(Some(offer.map_or_else(answer::nothing, |offer| answer::as_all(&offer, encoding))));
    }
    let made = make(session, &argument).await;
    let text = match &made {
        Ok(offer) => {
            if let Some((uri, place)) = answer::place_after(offer, encoding)
                && !session.client.show_place(uri, place).await
            {
                tracing::debug!("the editor did not move the cursor");
            }
            return Ok(Some(json!({ "applied": offer.places() })));
        }
        Err(NotMade::Nothing) => "there is no next edit".to_owned(),
        Err(NotMade::Refused(reason)) => format!("the next edit was not made: {reason}"),
    };
    if argument.show != Some(false) {
        session.client.show_message(MessageType::INFO, format!("Codestral: {text}")).await;
    }
    Ok(Some(json!({ "applied": 0 })))
}

/// Why no edit was made.
enum NotMade {
    Nothing,
    /// The client refused, in words.
    Refused(String),
}

/// Has the client make the next edit, bound to the versions of its documents.
async fn make(session: &Session, argument: &Argument) -> std::result::Result<Offer, NotMade> {
    let encoding = session.client.capabilities().encoding;
    let mut refused = NotMade::Nothing;
    for _ in 0..TRIES {
        let Some(offer) = find(session, argument).await else { break };
        let edits = |document: &Document| answer::text_edits(&offer, document, encoding);
        let edits: Vec<_> = offer.documents.iter().map(|document| (document, edits(document))).collect();
        match session.client.apply_all_edits(edits).await {
            Ok(()) => {
                // Told by the edit as well, unless the client tells of it in a way that cannot be recognized.
                session.next_edits.became(Some(offer.id), State::Taken).await;
                return Ok(offer);
            }
            Err(reason) => refused = NotMade::Refused(reason),
        }
        if !offer.documents.iter().any(|document| has_moved_on(&session.documents, document)) {
            break;
        }
    }
    Err(refused)
}

async fn find(session: &Session, argument: &Argument) -> Option<Offer> {
    let named = argument.text_document.as_ref();
    let document = match named {
        Some(named) => Some(session.documents.get(named.uri.as_str())?),
        None => None,
    };
    let encoding = session.client.capabilities().encoding;
    let cursor = argument
        .position
        .zip(document.as_ref())
        .map(|(position, document)| position::to_offset(&document.text, convert::from_position(position), encoding));
    let ask = Ask {
        key: document.as_ref().map(|document| document.uri.clone()),
        version: named.and_then(TextDocument::version),
        cursor,
        here_only: false,
        all: argument.all,
        invoked: !argument.automatic,
        located: false,
    };
    let is_current = || {
        let version = document.as_ref().map(|document| document.version);
        let latest = document.as_ref().and_then(|document| session.documents.get(&document.uri));
        version == latest.map(|latest| latest.version)
    };
    session.next_edits.ask(ask, is_current).await
}
