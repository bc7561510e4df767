//! The two requests that complete: `textDocument/inlineCompletion`, and `textDocument/completion` for clients without it.

use tower_lsp::ls_types::{
    CompletionList, CompletionParams, CompletionTriggerKind, InlineCompletionList, InlineCompletionParams,
    InlineCompletionTriggerKind, TextDocumentPositionParams,
};

use super::convert::{self, Anchor};
use super::session::Session;
use crate::completion::{Answer, Cause, Follows, MovingCursor, Query, Reason};
use crate::text::position;

/// Superseded is `null`, which leaves what is shown alone; nothing is an empty list, which clears it. No other error
/// ever: VS Code would pop one up at each key.
pub async fn inline(session: &Session, params: &InlineCompletionParams) -> Option<InlineCompletionList> {
    let encoding = session.client.capabilities().encoding;
    let invoked = params.context.trigger_kind == InlineCompletionTriggerKind::INVOKED;
    let Some(mut query) = query(session, &params.text_document_position, invoked) else {
        return Some(InlineCompletionList { items: vec![] });
    };
    query.keeps_rest = session.client.capabilities().keeps_rest;
    let asked = query.document.clone();
    let mut anchor = Anchor { document: &asked, start: query.cursor, cursor: query.cursor, given: "" };
    if let Some(selected) = &params.context.selected_completion_info {
        let (start, end) = (selected.range.start, selected.range.end);
        let range =
            position::to_range(&asked.text, convert::from_position(start), convert::from_position(end), encoding);
        // Neovim puts the visual selection here; an item of a menu ends at the cursor.
        if range.end == query.cursor {
            (anchor.start, anchor.given) = (range.start, &selected.text);
            query.document = convert::with_selected(&asked, range.start, range.end, &selected.text);
            query.cursor = range.start + selected.text.len();
        }
    }
    if !invoked && anchor.given.is_empty() && session.client.capabilities().takes_late_answers {
        query.follows = Follows::Typing;
    }
    let (answer, others) = if invoked {
        let (session, looked) = (session.clone(), session.clone());
        let look = async move { looked.look_at_settings_file(true).await };
        session.engine.complete_with_alternatives(&query, look).await
    } else {
        session.settings_file_may_have_changed();
        (session.engine.complete(&query).await, vec![])
    };
    match answer.result {
        Err(Reason::Superseded) => None,
        first => {
            let suggestions: Vec<_> = first.into_iter().chain(others).collect();
            if let Some(moved) = &answer.moved {
                let MovingCursor { document, cursor, .. } = moved;
                anchor = Anchor { document, start: *cursor, cursor: *cursor, given: "" };
            }
            Some(convert::to_inline_list(&suggestions, &anchor, encoding))
        }
    }
}

/// The suggestion as an item of the completion menu.
pub async fn in_menu(session: &Session, params: &CompletionParams) -> CompletionList {
    let client = session.client.capabilities();
    let Some(mut query) = query(session, &params.text_document_position, true) else {
        return CompletionList::default();
    };
    query.invoked = is_by_hand(session, params, &query);
    if client.one_at_a_time {
        query.follows = Follows::Words;
    }
    session.settings_file_may_have_changed();
    let Answer { result, moved, .. } = session.engine.complete(&query).await;
    let mut suggestion = result.ok();
    if let (Some(suggestion), Some(moved)) = (&mut suggestion, moved) {
        // In the coordinates of the version it was asked for.
        suggestion.text.insert_str(0, &moved.typed);
    }
    convert::to_completion_list(suggestion.as_ref(), &query.document, query.cursor, &client)
}

/// Whether the person asked for the menu. Clients call their automatic requests "invoked" too, but those follow what is
/// typed: a request without an edit before it was made by hand. Helix alone asks once more unasked, as insert mode begins
/// behind a word, and by hand there is the next request at that place.
fn is_by_hand(session: &Session, params: &CompletionParams, query: &Query) -> bool {
    let kind = params.context.as_ref().map(|context| context.trigger_kind);
    if kind.is_some_and(|kind| kind != CompletionTriggerKind::INVOKED) {
        return false;
    }
    match session.engine.cause(&query.document.uri, query.cursor) {
        Cause::Edit => false,
        Cause::SamePlace => true,
        Cause::OtherPlace => !session.client.capabilities().one_at_a_time || !is_behind_word(query),
    }
}

/// Whether so many letters stand before the cursor that Helix asks for a menu by itself (`completion-trigger-len`).
fn is_behind_word(query: &Query) -> bool {
    const LETTERS: usize = 2;
    let text = &query.document.text;
    let mut before = text.chars_at(text.byte_to_char(query.cursor)).reversed();
    before.by_ref().take(LETTERS).filter(|c| c.is_alphanumeric() || *c == '_').count() == LETTERS
}

/// The query at a position; `None` for a document that is not open.
fn query(session: &Session, params: &TextDocumentPositionParams, invoked: bool) -> Option<Query> {
    let uri = &params.text_document.uri;
    let line = params.position.line as usize;
    let Some(document) = session.documents.get(uri.as_str()) else {
        if session.documents.is_lost(uri.as_str()) {
            session.engine.turned_away(uri.as_str(), line, Reason::LostTrack);
            return None;
        }
        tracing::warn!(uri = uri.as_str(), "a completion for a document that is not open");
        session.engine.not_open(uri.as_str(), line);
        return None;
    };
    // The editor has another text than we: whatever was said would be for another place.
    if document.large.is_none() && line >= document.text.len_lines() {
        session.engine.turned_away(uri.as_str(), line, Reason::NoSuchLine);
        return None;
    }
    let at = convert::from_position(params.position);
    let cursor = position::to_offset(&document.text, at, session.client.capabilities().encoding);
    let location = session.indexing.locations().of(uri.as_str());
    Some(Query { document, location, cursor, invoked, follows: Follows::Nothing, keeps_rest: false })
}
