//! Places for a word that is new: what stands around another word goes on around it.

use crate::{
    best::Best, index::Slot, matches::Matches, occurrence::Occurrence, query::Query, scan::Scanned, tokens::Token,
};

/// So many places of the workspace, and as many of open documents, are enough.
const PLACES: usize = 64;
/// Longer words (bytes) are data, such as numbers of thousands of digits, and would take long to compare.
const LONGEST_WORD: usize = 64;

/// Adds places where another word stands in the context of the word before the cursor, whether that has been finished
/// or only begun.
pub fn gather_new_word<'a>(slots: &'a [Slot], documents: &[Scanned<'a>], query: &Query, best: &mut Best<'a>) {
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
            if is_other(tokens, word, place) && place != document.cursor() && places.len() < PLACES {
                places.push(document.occurrence(place, query));
            }
            places.len() < PLACES
        });
    }
    let open = places.len();
    let mut matches: Vec<_> = slots.iter().map(|slot| (slot, Matches::new(&slot.segment, context))).collect();
    let longest = matches.iter().map(|(_, matches)| matches.longest()).max().unwrap_or(0);
    // What agrees in fewer tokens holds what agrees in more: the first that is enough is taken whole.
    for length in (1..=longest).rev() {
        places.truncate(open);
        for (_, matches) in &mut matches {
            matches.widen(length);
        }
        let size: usize = matches.iter().map(|(_, matches)| matches.ranks().len()).sum();
        for (slot, matches) in &matches {
            for rank in matches.ranks().step_by(size.div_ceil(4 * PLACES).max(1)) {
                let word = slot.segment.place(rank);
                let place = word + usize::from(finished);
                if is_other(slot.segment.tokens(), word, place) && places.len() < open + PLACES {
                    places.extend(Occurrence::any_in_slot(slot, place, query));
                }
            }
        }
        if places.len() - open >= PLACES / 4 {
            break;
        }
    }
    for place in places {
        if finished {
            best.add(place);
        } else {
            ends(&place, query.partial).for_each(|typed| best.add(Occurrence { typed, ..place }));
        }
    }
}

/// Whether a word stands at `word` and something on its line at `place`.
fn is_other(tokens: &[Token], word: usize, place: usize) -> bool {
    let at = |place: usize| tokens.get(place).copied().unwrap_or(Token::BORDER);
    at(word).is_identifier() && !at(place).ends_line()
}

/// Where in the word at a place what has been typed may end: behind what agrees with its last letters, or at the end.
fn ends(one: &Occurrence, partial: &str) -> impl Iterator<Item = usize> {
    let whole = one.source.word(one.source.start(one.place));
    let word = if whole.len() > LONGEST_WORD { "" } else { whole };
    let agree = |end: usize| {
        let back = word.as_bytes()[..end].iter().rev().zip(partial.as_bytes().iter().rev());
        (back.take_while(|(a, b)| a == b).count(), end)
    };
    let is_whole = |(length, _): &(usize, usize)| *length > 0 && partial.is_char_boundary(partial.len() - length);
    let tail = (1..word.len()).map(agree).filter(is_whole).max().map(|(_, end)| end);
    tail.into_iter().chain((!word.is_empty()).then_some(whole.len()))
}
