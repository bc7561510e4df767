//! Finding the places that have the cursor's context, or the last part of it.
//!
//! Open documents are scanned, for nothing has to be sorted again when they change; the files of the workspace are
//! looked up in the suffix arrays of their segments.

use std::ops::Range;

use crate::{
    index::{Index, OpenDocument, Slot},
    occurrence::{MAX_OCCURRENCES, Nearness, Occurrence, Top},
    query::Query,
    source::{MAX_MATCH, Source},
    suffix_array::{Matches, SORTED_DEPTH},
    tokens::Token,
};

/// How many places of the workspace are looked at; where there are more, every n-th.
const LOOKS: usize = 1024;
/// How many tokens of open documents are scanned, the document at the cursor first, then the last used.
const SCANNED_TOKENS: usize = 1 << 20;
/// With fewer places than this for its context, a word begun is looked for in every context, and other words in its.
/// With 4, what is right is found at 0.3 % fewer places of tokio, and 0.9 % fewer of rustls (2026-11-25).
const FEW: usize = 16;
/// How many words of a segment that start so are tried then, and how many places of each.
const WORDS: usize = 16;
const PLACES_OF_WORD: usize = 4;
/// So many places of the workspace, and as many of open documents, are enough.
const OTHER_PLACES: usize = 64;
/// Longer words (bytes) are data, such as numbers of thousands of digits, and would take long to compare.
const LONGEST_WORD: usize = 64;
/// The cursor's own place is sought among those that agree in so many tokens, or in all there are.
const OWN_MATCH: usize = 12;

/// The occurrences with the longest matches, the nearest first among equals.
pub fn find<'a>(index: &'a Index, query: &Query) -> Vec<Occurrence<'a>> {
    let mut top = Top::default();
    let documents = scanned(index, query);
    if let Some(&nearest) = query.context.first() {
        documents.iter().for_each(|document| document.scan(query, Some(nearest), &mut top));
    }
    look_up(index.slots(), query, &mut top);
    if top.len() >= FEW {
        return top.finish();
    }
    if !query.partial.is_empty() {
        // For a word whose context is new: every place of an open document that has such a word, and some of the
        // workspace.
        documents.iter().for_each(|document| document.scan(query, None, &mut top));
        look_up_words(index.slots(), query, &mut top);
    }
    if top.len() < FEW {
        find_by_other_words(index.slots(), &documents, query, &mut top);
    }
    // A place can be found in each of these ways.
    top.drop_repeated();
    top.finish()
}

/// The open documents that are scanned: the one at the cursor, then the last used while they fit.
fn scanned<'a>(index: &'a Index, query: &Query) -> Vec<ScannedDocument<'a>> {
    let mut documents = index.documents();
    documents.sort_by_key(|(key, _)| ***key != *query.place.key);
    let mut tokens = 0;
    let fits = |document: &ScannedDocument| {
        tokens += document.source.tokens.len();
        tokens <= SCANNED_TOKENS || document.nearness == Nearness::Here
    };
    documents.into_iter().map(|(key, open)| ScannedDocument::new(key, open, query)).take_while(fits).collect()
}

fn look_up_words<'a>(slots: &'a [Slot], query: &Query, top: &mut Top<'a>) {
    for slot in slots {
        for places in slot.segment.words_from(query.partial, PLACES_OF_WORD).take(WORDS) {
            let words = places.iter().filter_map(|&behind| (behind as usize).checked_sub(1));
            words
                .filter_map(|place| Occurrence::in_slot(slot, place, query))
                .for_each(|occurrence| top.add(occurrence));
        }
    }
}

/// Places of the workspace, those with the longest match first, until enough have been looked at.
fn look_up<'a>(slots: &'a [Slot], query: &Query, top: &mut Top<'a>) {
    let mut matches: Vec<(&Slot, Matches)> =
        slots.iter().map(|slot| (slot, slot.segment.matches(&query.context))).collect();
    let mut looks = LOOKS;
    let mut hits = 0;
    for length in (1..=SORTED_DEPTH).rev() {
        let new = |(slot, matches): &mut (&'a Slot, Matches)| matches.widen(length).map(|ranks| (*slot, ranks));
        let level: Vec<(&Slot, Range<usize>)> = matches.iter_mut().flat_map(new).collect();
        let places: usize = level.iter().map(|(_, ranks)| ranks.len()).sum();
        // Without a word begun every place looked at is an occurrence.
        let wanted = if query.partial.is_empty() { MAX_OCCURRENCES - hits } else { looks };
        let step = places.div_ceil(wanted.min(looks)).max(1);
        for (slot, ranks) in level {
            for rank in ranks.step_by(step) {
                looks = looks.saturating_sub(1);
                if let Some(occurrence) = Occurrence::in_slot(slot, slot.segment.place(rank), query) {
                    hits += 1;
                    top.add(occurrence);
                }
            }
        }
        if looks == 0 || hits >= MAX_OCCURRENCES {
            return;
        }
    }
}

/// Adds places where another word stands in the context of the word before the cursor, whether that has been finished
/// or only begun.
fn find_by_other_words<'a>(slots: &'a [Slot], documents: &[ScannedDocument<'a>], query: &Query, top: &mut Top<'a>) {
    let finished = query.partial.is_empty();
    if query.partial.len() > LONGEST_WORD {
        return;
    }
    if finished && !query.context.first().is_some_and(|word| word.is_identifier()) {
        return;
    }
    let context = query.context.get(usize::from(finished)..).unwrap_or_default();
    let Some(&nearest) = context.first() else { return };
    let mut places = Vec::new();
    for document in documents {
        let tokens = document.source.tokens;
        document.each_place(Some(nearest), None, |word| {
            let place = word + usize::from(finished);
            if is_other(tokens, word, place) && place != document.cursor() && places.len() < OTHER_PLACES {
                places.push(document.occurrence(place, query));
            }
            places.len() < OTHER_PLACES
        });
    }
    let open = places.len();
    let mut matches: Vec<_> = slots.iter().map(|slot| (slot, slot.segment.matches(context))).collect();
    let longest = matches.iter().map(|(_, matches)| matches.longest()).max().unwrap_or(0);
    // What agrees in fewer tokens holds what agrees in more: the first that is enough is taken whole.
    for length in (1..=longest).rev() {
        places.truncate(open);
        for (_, matches) in &mut matches {
            matches.widen(length);
        }
        let size: usize = matches.iter().map(|(_, matches)| matches.ranks().len()).sum();
        for (slot, matches) in &matches {
            for rank in matches.ranks().step_by(size.div_ceil(4 * OTHER_PLACES).max(1)) {
                let word = slot.segment.place(rank);
                let place = word + usize::from(finished);
                if is_other(slot.segment.source().tokens, word, place) && places.len() < open + OTHER_PLACES {
                    places.extend(Occurrence::anything_in_slot(slot, place, query));
                }
            }
        }
        if places.len() - open >= OTHER_PLACES / 4 {
            break;
        }
    }
    for place in places {
        if finished {
            top.add(place);
        } else {
            ends(&place, query.partial).for_each(|typed| top.add(Occurrence { typed, ..place }));
        }
    }
}

/// Whether a word stands at `word` and something on its line at `place`.
fn is_other(tokens: &[Token], word: usize, place: usize) -> bool {
    let at = |place: usize| tokens.get(place).copied().unwrap_or(Token::BORDER);
    at(word).is_identifier() && !at(place).ends_line()
}

/// Where in the word at a place what has been typed may end: behind what agrees with its last letters, or at the end.
fn ends(occurrence: &Occurrence, partial: &str) -> impl Iterator<Item = usize> {
    let whole = occurrence.source.word(occurrence.source.start(occurrence.place));
    let word = if whole.len() > LONGEST_WORD { "" } else { whole };
    let agree = |end: usize| {
        let back = word.as_bytes()[..end].iter().rev().zip(partial.as_bytes().iter().rev());
        (back.take_while(|(a, b)| a == b).count(), end)
    };
    let is_whole = |(length, _): &(usize, usize)| *length > 0 && partial.is_char_boundary(partial.len() - length);
    let tail = (1..word.len()).map(agree).filter(is_whole).max().map(|(_, end)| end);
    tail.into_iter().chain((!word.is_empty()).then_some(whole.len()))
}

/// An open document that is scanned.
#[derive(Debug)]
struct ScannedDocument<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its text.
    pub source: Source<'a>,
    /// How near its places are.
    pub nearness: Nearness,
    /// The cursor's own place, or the end of the document where it is not in it.
    cursor: usize,
}

impl<'a> ScannedDocument<'a> {
    /// An open document, and where the cursor is in it.
    pub fn new(key: &'a str, open: &'a OpenDocument, query: &Query) -> Self {
        let source = open.source();
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
    pub fn scan(&self, query: &Query, nearest: Option<Token>, top: &mut Top<'a>) {
        let mut full = 0;
        self.each_place(nearest, query.begun(), |place| {
            let occurrence = self.occurrence(place, query);
            if top.wants(occurrence.strength()) && self.source.continues(place, query.partial) {
                full += usize::from(occurrence.length == MAX_MATCH);
                top.add(occurrence);
            }
            full < MAX_OCCURRENCES
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
    use crate::query::Place;

    /// The open text with a cursor, what stands before it as it is asked with, and the words at the places of its
    /// context, above the cursor and below, nearest last.
    #[track_caller]
    fn check(marked: &str, asked_with: &str, words: &[&str]) {
        let (before, after) = marked.split_once("<cursor>").expect("a <cursor>");
        let mut index = Index::new(1 << 20);
        index.open("a", "text", &format!("{before}{after}"), 1);
        let query = Query::new(Place { key: "a", language: "text", before: asked_with, after });
        let documents = index.documents();
        let document = ScannedDocument::new("a", documents[0].1, &query);
        let mut top = Top::default();
        document.scan(&query, query.context.first().copied(), &mut top);
        let mut found = top.finish();
        found.sort_by_key(|occurrence| std::cmp::Reverse(occurrence.distance));
        assert_eq!(
            found
                .iter()
                .map(|occurrence| occurrence.source.word(occurrence.source.start(occurrence.place)))
                .collect::<Vec<_>>(),
            words
        );
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
