//! What becomes of the beginning of a reply: what wraps it and what it says again goes, its white space is put right.

use super::chat_wrapping::{self, Opening};
use super::repeated_prefix::{self, Again};
use super::surroundings::Style;
use super::{Filter, Took, leading_whitespace, repeated_sign};
use crate::completion::Window;

/// The beginning of a reply.
#[derive(Debug)]
pub struct Beginning {
    /// Bytes of the reply that go.
    pub skip: usize,
    /// White space that comes in their place.
    pub insert: String,
    /// Whether a fence opened before the code.
    pub fenced: bool,
    /// What was taken.
    pub took: Vec<Took>,
}

/// What becomes of the beginning of `text`, the reply so far; `None` while more must tell. With `unwraps`, fences and
/// prose before the code go.
pub fn of(window: &Window, id: &str, style: Style, text: &str, unwraps: bool, finished: bool) -> Option<Beginning> {
    let mut took = vec![];
    let (mut skip, mut fenced) = (0, false);
    if unwraps {
        let Opening::Known { skip: bytes, fenced: opened } = chat_wrapping::opening(window, id, text, finished) else {
            return None;
        };
        note(&mut took, Filter::Wrapping, &text[..bytes]);
        (skip, fenced) = (bytes, opened);
    }
    let again = again(window, id, &text[skip..], finished)?;
    note(&mut took, Filter::Begun, &text[skip..skip + again]);
    skip += again;
    let start = leading_whitespace::start(window, id, style, &text[skip..], finished)?;
    if start.drop > 0 || !start.insert.is_empty() {
        took.push(Took::new(Filter::Leading, &text[skip..skip + start.drop]));
    }
    Some(Beginning { skip: skip + start.drop, insert: start.insert, fenced, took })
}

/// How many bytes of `text` say again what stands before the cursor; `None` while more must tell.
fn again(window: &Window, id: &str, text: &str, finished: bool) -> Option<usize> {
    let lines = repeated_prefix::lines(window, id, text, finished);
    let line = repeated_prefix::line(window, id, text, finished);
    for again in [lines, line, repeated_sign::again(window, id, text, finished)] {
        match again {
            Again::Unknown => return None,
            Again::Bytes(0) => {}
            Again::Bytes(bytes) => return Some(bytes),
        }
    }
    match repeated_prefix::word(window, text, finished) {
        Again::Unknown => None,
        Again::Bytes(bytes) => Some(bytes),
    }
}

fn note(took: &mut Vec<Took>, filter: Filter, text: &str) {
    if !text.is_empty() {
        took.push(Took::new(filter, text));
    }
}
