//! Searching an open document from its cursor outwards.

use crate::{
    best::{Best, VOTERS},
    gather::{Nearness, Occurrence},
    index::Open,
    query::Query,
    source::{MAX_MATCH, Source},
    tokens::Token,
};

/// The cursor's own place is sought among those that agree in so many tokens, or in all there are.
const OWN_MATCH: usize = 12;

/// An open document that is scanned.
#[derive(Debug)]
pub struct Scanned<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its text.
    pub source: Source<'a>,
    /// How near its places are.
    pub nearness: Nearness,
    /// The cursor's own place, or the end of the document where it is not in it.
    cursor: usize,
}

impl<'a> Scanned<'a> {
    /// An open document, and where the cursor is in it.
    pub fn new(key: &'a str, open: &'a Open, query: &Query) -> Self {
        let source = open.live.source();
        let nearness = match (key == query.place.key, *open.language == *query.place.language) {
            (true, _) => Nearness::Here,
            (false, true) => Nearness::Open,
            (false, false) => Nearness::Foreign,
        };
        let mut scanned = Self { key, source, nearness, cursor: source.tokens.len() };
        if nearness == Nearness::Here {
            scanned.find_cursor(query);
        }
        scanned
    }

    fn find_cursor(&mut self, query: &Query) {
        let Some(&nearest) = query.context.first() else {
            self.cursor = 0;
            return;
        };
        let (source, least) = (self.source, query.context.len().min(OWN_MATCH));
        source.each_place(0..source.tokens.len(), Some(nearest), query.begun(), |place| {
            let found = source.matched(place, &query.context) >= least && source.is_cursor(place, query);
            if found {
                self.cursor = place;
            }
            !found
        });
    }

    /// The cursor's own place.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Calls `visit` with the places behind the token `nearest`, or with all, whose token starts with the byte `begun`;
    /// first those above the cursor, the last first, then those below, the last first. Of either part no more when it
    /// returns false.
    pub fn each_place(&self, nearest: Option<Token>, begun: Option<u8>, mut visit: impl FnMut(usize) -> bool) {
        let source = self.source;
        source.each_place(0..self.cursor, nearest, begun, &mut visit);
        source.each_place(self.cursor + 1..source.tokens.len(), nearest, begun, &mut visit);
    }

    /// A place of the document as an occurrence.
    pub fn occurrence(&self, place: usize, query: &Query) -> Occurrence<'a> {
        let Self { key, source, nearness, cursor } = *self;
        let length = source.matched(place, &query.context);
        Occurrence {
            source,
            place,
            length,
            typed: query.partial.len(),
            nearness,
            distance: cursor.abs_diff(place),
            key,
        }
    }

    /// Adds every place behind the token `nearest`, or every one, that has the word begun; in a text that repeats
    /// itself until there are enough that could not agree in more.
    pub fn scan(&self, query: &Query, nearest: Option<Token>, best: &mut Best<'a>) {
        let mut full = 0;
        self.each_place(nearest, query.begun(), |place| {
            let one = self.occurrence(place, query);
            if best.wants(one.strength()) && self.source.continues(place, query.partial) {
                full += usize::from(one.length == MAX_MATCH);
                best.add(one);
            }
            full < VOTERS
        });
    }
}
