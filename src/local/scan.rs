//! Searching an open document from its cursor outwards.

use crate::{
    best::{Best, VOTERS},
    index::Open,
    occurrence::{Nearness, Occurrence},
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
        let (source, end) = (self.source, self.source.tokens.len());
        let Some(&nearest) = query.context.first() else {
            self.cursor = 0;
            return;
        };
        if query.partial.is_empty() && is_cursor(&source, end, query) {
            return;
        }
        let context = &query.context[..query.context.len().min(OWN_MATCH)];
        source.each_place(0..end, Some(nearest), query.begun(), |place| {
            let found = source.matched(place, context) == context.len() && is_cursor(&source, place, query);
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

/// Whether `place` is the cursor's own: its document holds the text on both sides of the cursor.
fn is_cursor(source: &Source, place: usize, query: &Query) -> bool {
    let start = source.start(place);
    let (Some(left), Some(right)) = (source.text.get(..start), source.text.get(start + query.partial.len()..)) else {
        return false;
    };
    let follows = match query.own_after {
        "" => right.trim_start().is_empty(),
        after => right.trim_start().starts_with(after),
    };
    follows && left.trim_end().ends_with(query.own_before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{index::Index, query::Place};

    /// The open text with a cursor, what stands before it as it is asked with, and the words at the places of its
    /// context, above the cursor and below, nearest last.
    #[track_caller]
    fn check(marked: &str, asked_with: &str, words: &[&str]) {
        let (before, after) = marked.split_once("<cursor>").expect("a <cursor>");
        let mut index = Index::new(1 << 20);
        index.open("a", "text", &format!("{before}{after}"), 1);
        let query = Query::new(Place { key: "a", language: "text", before: asked_with, after });
        let documents = index.documents();
        let document = Scanned::new("a", documents[0].1, &query);
        let mut best = Best::default();
        document.scan(&query, query.context.first().copied(), &mut best);
        let mut found = best.finish();
        found.sort_by_key(|one| std::cmp::Reverse(one.distance));
        assert_eq!(found.iter().map(|one| one.source.word(one.source.start(one.place))).collect::<Vec<_>>(), words);
    }

    #[test]
    fn the_cursors_own_place_is_not_one_of_them() {
        check("x one x two x <cursor>x three", "x one x two x ", &["one", "two", "three"]);
        check("x one x tw<cursor>o x tea", "x one x tw", &[]);
        check("x to x t<cursor> x tea x at", "x to x t", &["to", "tea"]);
        check("x one\nx two\nx <cursor>\nx ten\n", "x ", &["one", "two", "ten"]);
        check("<cursor>x one", "", &["one"]);
    }

    #[test]
    fn the_cursor_is_found_at_the_end_and_where_the_text_says_the_same_twice() {
        check("x one x <cursor>", "x one x ", &["one"]);
        check("a b x one\na b x <cursor>one\n", "a b x one\na b x ", &["one"]);
    }
}
