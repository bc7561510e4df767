//! Replies of endpoints: cut anywhere, the same text comes out, and the same end.

use super::{check, pieces};
use crate::endpoint::decode::Decoder;
use crate::endpoint::reply;
use crate::model::Piece;

const WORDS: &[&str] = &[
    "data: ",
    "data:",
    "data: [DONE]\n\n",
    "\n\n",
    "\r\n\r\n",
    ": comment\n",
    "event: x\n",
    "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
    "{\"choices\":[{\"text\":\"é\"}]}",
    "\"finish_reason\":\"stop\"",
    "\"usage\":{\"prompt_tokens\":1}",
    "{\"error\":{\"message\":\"no\"}}",
    "\"content\":[{\"type\":\"text\",\"text\":\"x\"}]",
    "<html>",
];

/// The pieces with texts that follow each other made one, and how it ended.
fn read<'a>(input: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Piece>, String) {
    let (mut decoder, mut pieces) = (Decoder::new(reply::read), Vec::new());
    let mut outcome = Ok(());
    for bytes in input {
        outcome = decoder.push(bytes, &mut pieces);
        if outcome.is_err() {
            break;
        }
    }
    let outcome = outcome.and_then(|()| decoder.finish(&mut pieces));
    let ends = pieces.iter().filter(|piece| matches!(piece, Piece::End(_))).count();
    assert!(ends <= 1, "one end: {pieces:?}");
    assert!(ends == 0 || matches!(pieces.last(), Some(Piece::End(_))), "nothing after it: {pieces:?}");
    assert_eq!(outcome.is_ok(), ends == 1, "an end, or why there is none: {outcome:?} {pieces:?}");
    (pieces, format!("{outcome:?}"))
}

fn target(input: &[u8]) {
    let whole = read([input]);
    assert_eq!(whole, read(pieces(input)));
    assert_eq!(whole, read(input.chunks(1)));
}

#[test]
fn replies_are_read_however_they_are_cut() {
    check("replies", WORDS, target);
}
