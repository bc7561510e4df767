//! Replies of a chat: what is kept of them does not depend on how they came, and an edit stays in its selection.

use ropey::Rope;

use super::check;
use crate::chat::conversation::{CODESTRAL, Conversation, YOU};
use crate::chat::edit::rewrite::rewrite;
use crate::chat::transcript::Transcript;

const WORDS: &[&str] = &[
    "```rust\n",
    "```\n",
    "~~~\n",
    "````\n",
    "fn main() {\n",
    "    // ... rest of the code\n",
    "<selection>\n",
    "</selection>\n",
    "Here it is:\n\n",
    "## You <!-- codestral -->\n",
    "## Codestral <!-- codestral -->\n",
    "\r\n",
    "~~",
    "\t",
    "> cancelled <!-- codestral -->\n",
];

fn written(pieces: impl Iterator<Item = String>) -> (String, String) {
    let mut transcript = Transcript::new(true);
    let mut told: String = String::new();
    for piece in pieces {
        told += &transcript.text(&piece);
    }
    told += &transcript.finish();
    assert_eq!(told, transcript.written());
    (told, transcript.answer().to_owned())
}

/// The text, the selection's two places in it as letters, and the reply, between `§`.
fn target(input: &[u8]) {
    let input = String::from_utf8_lossy(input);
    let mut parts = input.splitn(3, '§');
    let (text, places, reply) =
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let at_once = written([reply.to_owned()].into_iter());
    assert_eq!(at_once.1, reply);
    assert_eq!(written(reply.chars().map(String::from)), at_once);
    let kept = format!("# A title\n\n{YOU}\n\nWhy?\n\n{CODESTRAL}\n\n{}\n\n{YOU}\n\n", at_once.0);
    let turns = Conversation::parse(&kept).turns;
    assert_eq!((turns.len(), turns[0].question.as_str()), (1, "Why?"), "an answer is no question: {kept:?}");
    Conversation::parse(&input);
    let mut numbers = places.chars().map(|letter| u32::from(letter) as usize % 200);
    let (a, b) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(usize::MAX));
    for range in [a.min(b)..a.max(b), 0..text.len()] {
        for complete in [true, false] {
            if let Ok(new) = rewrite(&Rope::from_str(text), range.clone(), reply, complete) {
                let same = text.get(range.clone()).is_some_and(|selected| selected == new);
                assert!(!same, "an edit that changes nothing");
            }
        }
    }
}

#[test]
fn a_chats_replies_are_read_however_they_come() {
    check("chat", WORDS, target);
}
