//! What was offered and what became of it: taken, taken back, dismissed, or passed over for something else.

use std::collections::VecDeque;
use std::ops::Range;

use ropey::Rope;

use crate::next_edit::{Proposal, Rule};
use crate::text::document::{Document, replace};

/// Offers that are remembered.
const MAX_OFFERS: usize = 16;

/// An offer that was on screen this long, in milliseconds, was read: whoever then changes something else did not want it.
const READ_MS: u64 = 1_000;

/// Edits that are offered together: one, or all places of a pattern.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The offer's number.
    pub id: u64,
    /// What it consists of; the first is that for which the others were found.
    pub proposals: Vec<Proposal>,
    /// The documents it is for, as they were.
    pub documents: Vec<Document>,
    /// Each of these texts as it is, and after each of its edits, made from the last to the first: a client may tell of
    /// them one by one.
    stages: Vec<Vec<Rope>>,
    state: State,
    /// Whether it was on screen.
    seen: bool,
}

/// How far an offer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was answered.
    Offered,
    /// It is on screen since then, in milliseconds.
    Shown(u64),
    /// It was made.
    Taken,
    /// It was made and taken back.
    TakenBack,
    /// The person does not want it.
    Dismissed,
    /// The person did something else.
    PassedOver,
}

impl State {
    /// The state in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Shown(_) => "shown",
            Self::Taken => "taken",
            Self::TakenBack => "taken back",
            Self::Dismissed => "dismissed",
            Self::PassedOver => "passed over",
        }
    }
}

/// What an edit of a document says of an offer.
#[derive(Debug, PartialEq)]
pub enum Said {
    /// It makes this one.
    Takes(Offer),
    /// It makes a further part of the one that was taken.
    TakesMore,
    /// It takes these back.
    TakesBack(Vec<Offer>),
    /// It is something else than this one, which had been read.
    PassesOver(Offer),
    /// Nothing.
    Nothing,
}

impl PartialEq for Offer {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Offer {
    /// By which rule it was found.
    pub fn rule(&self) -> Option<Rule> {
        self.proposals.first().map(|proposal| proposal.rule)
    }

    /// How many places it changes.
    pub fn places(&self) -> usize {
        self.proposals.iter().map(|proposal| proposal.edits.len()).sum()
    }

    /// Its edits in one of its documents, in order.
    pub fn edits_in(&self, document: &Document) -> Vec<&(Range<usize>, String)> {
        edits_in(&self.proposals, document)
    }

    /// How far it has come.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether it was on screen before it came to this.
    pub fn was_seen(&self) -> bool {
        self.seen
    }

    fn is_open(&self) -> bool {
        matches!(self.state, State::Offered | State::Shown(_))
    }

    fn place(&self, key: &str) -> Option<usize> {
        self.documents.iter().position(|document| &*document.uri == key)
    }

    /// Whether the change of the document `key` is of this offer, or one of its parts.
    fn makes(&self, before: &Rope, after: &Rope, key: &str) -> bool {
        let mut stages = self.place(key).and_then(|at| self.stages.get(at)).into_iter().flatten();
        stages.any(|stage| same(stage, before)) && stages.any(|stage| same(stage, after))
    }

    fn has_parts(&self) -> bool {
        self.stages.len() > 1 || self.stages.iter().any(|stages| stages.len() > 2)
    }
}

/// The last offers, the oldest first.
#[derive(Debug, Default)]
pub struct Offers {
    offers: VecDeque<Offer>,
    count: u64,
}

impl Offers {
    /// Offers `proposals` in `documents`. One that is offered already, for the same text, is the same.
    pub fn add(&mut self, proposals: Vec<Proposal>, documents: Vec<Document>) -> Offer {
        let versions = |documents: &[Document]| -> Vec<i32> { documents.iter().map(|one| one.version).collect() };
        let same = |offer: &&Offer| {
            offer.is_open()
                && versions(&offer.documents) == versions(&documents)
                && offer.proposals.iter().map(|one| one.identity).eq(proposals.iter().map(|one| one.identity))
        };
        if let Some(known) = self.offers.iter().find(same) {
            return known.clone();
        }
        self.count += 1;
        let stages = documents.iter().map(|document| stages(document, &proposals)).collect();
        let offer = Offer { id: self.count, proposals, documents, stages, state: State::Offered, seen: false };
        self.offers.push_back(offer.clone());
        if self.offers.len() > MAX_OFFERS {
            self.offers.pop_front();
        }
        offer
    }

    /// The last ones, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().rev()
    }

    /// Brings the offer `id`, or the newest that is still open, into another state. `None` where it is none, or has come
    /// to an end already.
    pub fn set(&mut self, id: Option<u64>, state: State) -> Option<Offer> {
        let wanted = |offer: &&mut Offer| id.is_none_or(|id| offer.id == id) && offer.is_open();
        let offer = self.offers.iter_mut().rev().find(wanted)?;
        if matches!((offer.state, state), (State::Shown(_), State::Shown(_))) {
            return None;
        }
        offer.state = state;
        // Whether it was seen is told of the time before.
        let told = offer.clone();
        offer.seen |= matches!(state, State::Shown(_));
        Some(told)
    }

    /// What it says of the offers that the text of the document `key` was `before` and is `after`, the change being at
    /// byte `at`.
    pub fn edited(&mut self, key: &str, before: &Rope, after: &Rope, at: usize, now_ms: u64) -> Said {
        let made = self.offers.iter_mut().rev().find(|offer| {
            let goes_on = offer.state == State::Taken && offer.has_parts();
            (offer.is_open() || goes_on) && offer.makes(before, after, key)
        });
        if let Some(offer) = made {
            let is_news = offer.is_open();
            offer.state = State::Taken;
            return if is_news { Said::Takes(offer.clone()) } else { Said::TakesMore };
        }
        let back = self.offers.iter().rposition(|offer| offer.state == State::Taken && takes_back(offer, key, after));
        if let Some(first) = back {
            let later = self.offers.iter_mut().skip(first);
            let undone = later.filter(|offer| offer.state == State::Taken && offer.place(key).is_some());
            let undone = undone.map(|offer| {
                offer.state = State::TakenBack;
                offer.clone()
            });
            return Said::TakesBack(undone.collect());
        }
        let newest = self.offers.back_mut().filter(|offer| offer.place(key).is_some());
        match newest {
            Some(offer) if offer.was_read(now_ms) && !offer.is_at(key, before, at) => {
                offer.state = State::PassedOver;
                Said::PassesOver(offer.clone())
            }
            _ => Said::Nothing,
        }
    }

    /// A document was closed.
    pub fn closed(&mut self, key: &str) {
        self.offers.retain(|offer| offer.place(key).is_none());
    }
}

impl Offer {
    fn was_read(&self, now_ms: u64) -> bool {
        matches!(self.state, State::Shown(since) if now_ms.saturating_sub(since) >= READ_MS)
    }

    /// Whether byte `at` is on the lines it is about.
    fn is_at(&self, key: &str, text: &Rope, at: usize) -> bool {
        let line = |at: usize| text.byte_to_line(at.min(text.len_bytes()));
        let edits = self.proposals.iter().filter(|proposal| &*proposal.key == key).flat_map(|one| &one.edits);
        edits.into_iter().any(|(range, _)| (line(range.start)..=line(range.end)).contains(&line(at)))
    }
}

fn takes_back(offer: &Offer, key: &str, after: &Rope) -> bool {
    let before = offer.place(key).and_then(|at| offer.documents.get(at));
    before.is_some_and(|document| same(&document.text, after))
}

/// Most texts differ in their length, which is known.
fn same(one: &Rope, two: &Rope) -> bool {
    one.len_bytes() == two.len_bytes() && one == two
}

/// The edits of `proposals` in `document`, in order.
fn edits_in<'a>(proposals: &'a [Proposal], document: &Document) -> Vec<&'a (Range<usize>, String)> {
    let own = proposals.iter().filter(|proposal| proposal.key == document.uri);
    let mut edits: Vec<_> = own.flat_map(|proposal| &proposal.edits).collect();
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    edits
}

/// The document's text, and what it becomes by each of its edits, from the last to the first.
fn stages(document: &Document, proposals: &[Proposal]) -> Vec<Rope> {
    let mut text = document.text.clone();
    let mut stages = vec![text.clone()];
    for (range, new) in edits_in(proposals, document).into_iter().rev() {
        replace(&mut text, range.clone(), new);
        stages.push(text.clone());
    }
    stages
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn document(text: &str, version: i32) -> Document {
        Document::new("file:///a", "rust", version, text)
    }

    fn proposal(at: usize, new: &str) -> Proposal {
        Proposal {
            key: Arc::from("file:///a"),
            edits: vec![(at..at + 1, new.to_owned())],
            lines: 0..1,
            rule: Rule::Rename,
            confidence: 0.9,
            pattern: 1,
            nearness: (0, 0, 0),
            identity: at as u64,
        }
    }

    /// After `x` is offered for the `b` of `a\nb\nc\n` and was on screen for so long, the text becomes `after`.
    #[track_caller]
    fn check(shown_ms: u64, after: &[(&str, usize)], expected: State) {
        let mut offers = Offers::default();
        let mut text = Rope::from_str("a\nb\nc\n");
        let offer = offers.add(vec![proposal(2, "x")], vec![document("a\nb\nc\n", 1)]);
        offers.set(Some(offer.id), State::Shown(0)).unwrap();
        for (next, at) in after {
            let next = Rope::from_str(next);
            offers.edited("file:///a", &text, &next, *at, shown_ms);
            text = next;
        }
        let state = offers.newest_first().next().unwrap().state();
        assert_eq!(std::mem::discriminant(&state), std::mem::discriminant(&expected), "{state:?}");
    }

    #[test]
    fn an_edit_tells_what_became_of_the_offer() {
        check(0, &[("a\nx\nc\n", 2)], State::Taken);
        check(0, &[("a\nx\nc\n", 2), ("a\nb\nc\n", 2)], State::TakenBack);
        check(0, &[("a\nx\nc\n", 2), ("a\nx\ncc\n", 5), ("a\nb\nc\n", 2)], State::TakenBack);
        check(0, &[("a\nb\ncc\n", 5)], State::Shown(0));
        check(2_000, &[("a\nb\ncc\n", 5)], State::PassedOver);
        check(2_000, &[("a\nbb\nc\n", 3)], State::Shown(0));
    }

    #[test]
    fn what_is_asked_for_twice_is_one_offer() {
        let mut offers = Offers::default();
        let first = offers.add(vec![proposal(2, "x")], vec![document("a\nb\n", 1)]);
        assert_eq!(offers.add(vec![proposal(2, "x")], vec![document("a\nb\n", 1)]).id, first.id);
        assert_ne!(offers.add(vec![proposal(2, "x")], vec![document("a\nb\n", 2)]).id, first.id);
    }

    #[test]
    fn an_offer_ends_once() {
        let mut offers = Offers::default();
        let offer = offers.add(vec![proposal(2, "x")], vec![document("a\nb\n", 1)]);
        assert!(offers.set(None, State::Dismissed).is_some());
        assert!(offers.set(Some(offer.id), State::Taken).is_none() && offers.set(None, State::Shown(0)).is_none());
    }
}
