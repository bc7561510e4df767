//! An offer in the shapes of the protocol.

use std::ops::Range;

use serde_json::{Value, json};
use tower_lsp::ls_types::{self as lsp, TextEdit, Uri};

use super::offers::Offer;
use crate::next_edit::text::slice;
use crate::server::convert;
use crate::text::document::{Document, replace};
use crate::text::position::{self, Encoding};

/// Run by clients after they made an edit; its argument is the offer's id.
pub const ACCEPTED: &str = "codestral.nextEditAccepted";

/// What begins the id of an offer; its number follows.
const ID: &str = "next-edit-";

/// Nothing.
pub fn nothing() -> Value {
    json!({ "edits": [] })
}

/// The offer as one edit of the document that was asked about, for a client that takes only the first of several. The
/// `version` is the client's own.
pub fn as_one(offer: &Offer, version: Option<i32>, encoding: Encoding) -> Value {
    let Some(document) = offer.documents.first() else { return nothing() };
    let edits = offer.edits_in(document);
    let (Some((first, _)), Some((last, _))) = (edits.first(), edits.last()) else { return nothing() };
    let whole = first.start..last.end;
    let (mut text, mut at) = (String::new(), whole.start);
    for (range, new) in &edits {
        text.push_str(&slice(&document.text, at..range.start));
        text.push_str(new);
        at = range.end;
    }
    let version = version.unwrap_or(document.version);
    json!({ "edits": [edit(offer, document, version, &whole, &text, encoding)] })
}

/// The offer as all its edits, with what it is.
pub fn as_all(offer: &Offer, encoding: Encoding) -> Value {
    let of_document = |document| {
        let edits = offer.edits_in(document).into_iter();
        edits.map(move |(range, new)| edit(offer, document, document.version, range, new, encoding))
    };
    let edits: Vec<Value> = offer.documents.iter().flat_map(of_document).collect();
    let confidence = offer.proposals.first().map_or(0.0, |proposal| proposal.confidence);
    json!({
        "id": id(offer),
        "edits": edits,
        "rule": offer.rule().map(|rule| rule.name()),
        "confidence": (f64::from(confidence) * 100.0).round() / 100.0,
        "places": offer.places(),
    })
}

/// The offer's edits in one of its documents, as the client is asked to make them.
pub fn text_edits(offer: &Offer, document: &Document, encoding: Encoding) -> Vec<TextEdit> {
    let edits = offer.edits_in(document).into_iter();
    edits.map(|(range, new)| TextEdit { range: to_range(document, range, encoding), new_text: new.clone() }).collect()
}

/// Where the cursor is best once the offer is made: behind the first edit of its first proposal.
pub fn place_after(offer: &Offer, encoding: Encoding) -> Option<(Uri, lsp::Position)> {
    let proposal = offer.proposals.first()?;
    let document = offer.documents.iter().find(|document| document.uri == proposal.key)?;
    let (target, new) = proposal.edits.first()?;
    let mut text = document.text.clone();
    let mut end = target.start + new.len();
    for (range, new) in offer.edits_in(document).into_iter().rev() {
        replace(&mut text, range.clone(), new);
        if range.end <= target.start && range != target {
            end = (end + new.len()).saturating_sub(range.len());
        }
    }
    let place = convert::to_position(position::from_offset(&text, end, encoding));
    Some((document.uri.parse().ok()?, place))
}

/// The number of the offer with this id.
pub fn number(id: &Value) -> Option<u64> {
    id.as_str()?.strip_prefix(ID)?.parse().ok()
}

/// The offer's id.
pub fn id(offer: &Offer) -> String {
    format!("{ID}{}", offer.id)
}

fn edit(
    offer: &Offer,
    document: &Document,
    version: i32,
    range: &Range<usize>,
    new: &str,
    encoding: Encoding,
) -> Value {
    json!({
        "text": new,
        "range": to_range(document, range, encoding),
        "textDocument": { "uri": &*document.uri, "version": version },
        "command": { "title": "Codestral next edit accepted", "command": ACCEPTED, "arguments": [id(offer)] },
    })
}

fn to_range(document: &Document, range: &Range<usize>, encoding: Encoding) -> lsp::Range {
    let at = |offset| convert::to_position(position::from_offset(&document.text, offset, encoding));
    lsp::Range { start: at(range.start), end: at(range.end) }
}
