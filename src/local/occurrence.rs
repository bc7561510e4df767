//! Places that have the cursor's context, or a part of it, and which of them are used.

use std::cmp::Reverse;

use crate::{
    index::{Slot, State},
    query::Query,
    source::Source,
    tokens::indentation,
};

/// How many occurrences a prediction uses. With 176 the rates are the same or 0.3 % better, and a prediction takes 1.5
/// times as long (tokio and rustls, 2026-11-26).
pub const MAX_OCCURRENCES: usize = 96;
/// So many are kept until the best are picked from them: a list that stays small costs no fresh pages of memory, which
/// took up to half of the time.
const KEPT: usize = 4 * MAX_OCCURRENCES;
/// More bytes than this that agree tell nothing more.
const MAX_BYTES: usize = 200;

/// How near a place is, nearest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// A file of another language.
    Foreign,
    /// A file of the workspace.
    Workspace,
    /// A file of the same folder.
    Folder,
    /// Another open document.
    Open,
    /// The document at the cursor.
    Here,
}

/// A place that had the same context.
#[derive(Debug, Clone, Copy)]
pub struct Occurrence<'a> {
    /// The text it is in.
    pub source: Source<'a>,
    /// The token that follows the context there.
    pub place: usize,
    /// How many tokens agree.
    pub length: usize,
    /// How many bytes of the token at the place answer to the word begun at the cursor.
    pub typed: usize,
    /// Whose text it is.
    pub nearness: Nearness,
    /// Tokens between it and the cursor, in the document at the cursor; elsewhere they tell nothing.
    pub distance: usize,
    /// The file's key: the last thing that tells equals apart.
    pub key: &'a str,
}

/// See [`Occurrence::strength`].
pub type Strength = (usize, Nearness, Reverse<usize>);

impl<'a> Occurrence<'a> {
    /// A place of the workspace that has the word begun; `None` as well where its file may not be read.
    pub fn in_slot(slot: &'a Slot, place: usize, query: &Query) -> Option<Self> {
        let continues = slot.segment.source().continues(place, query.partial);
        if continues { Self::anything_in_slot(slot, place, query) } else { None }
    }

    /// The same, whatever word stands there.
    pub fn anything_in_slot(slot: &'a Slot, place: usize, query: &Query) -> Option<Self> {
        let (segment, source) = (&slot.segment, slot.segment.source());
        let file = segment.file_of(place);
        if slot.states.get(file) != Some(&State::Shown) {
            return None;
        }
        let span = segment.files().get(file)?;
        let nearness = if *span.language != *query.place.language {
            Nearness::Foreign
        } else if span.folder() == query.folder {
            Nearness::Folder
        } else {
            Nearness::Workspace
        };
        let length = source.matched(place, &query.context);
        Some(Self { source, place, length, typed: query.partial.len(), nearness, distance: 0, key: &span.key })
    }

    /// Whether nothing before the cursor agrees there, or another word stands in the place of the one begun.
    pub fn is_weak(&self, query: &Query) -> bool {
        self.length == 0 || self.typed != query.partial.len()
    }

    /// What the word at the place has behind the letters that have been typed.
    pub fn missing(&self) -> &str {
        self.source.word(self.source.start(self.place) + self.typed)
    }

    /// The indentation of its line.
    pub fn indent(&self) -> &'a str {
        let start = self.source.starts.get(self.place).map_or(0, |&start| start as usize);
        let line = self.source.text[..start].rfind('\n').map_or(0, |at| at + 1);
        indentation(&self.source.text[line..])
    }

    /// How much white space (bytes) is still missing at the cursor where some has been typed, as in a column or an
    /// indented comment.
    pub fn gap(&self, query: &Query) -> usize {
        if !query.partial.is_empty() || !query.spaced() || query.starts_line() || !query.suffix.is_empty() {
            return 0;
        }
        let start = self.source.starts.get(self.place).map_or(0, |&start| start as usize);
        let space = |text: &'_ str| text.len() - text.trim_end_matches([' ', '\t']).len();
        let (there, here) = (&self.source.text[..start], query.line);
        let (there, here) = (&there[there.len() - space(there)..], &here[here.len() - space(here)..]);
        there.strip_prefix(here).map_or(0, str::len)
    }

    /// How many bytes before the cursor agree with those before the place, white space and the word begun included.
    /// Of the white space before the first token, `gap` is still missing at the cursor.
    pub fn matched_bytes(&self, query: &Query, gap: usize) -> usize {
        let Some(&start) = self.source.starts.get(self.place) else { return 0 };
        let before = &self.source.text[..start as usize];
        let cursor = match query.partial.len() {
            0 if query.spaced() => start as usize - gap,
            0 if query.line.is_empty() => before.trim_end_matches([' ', '\t']).len(),
            0 => before.trim_end().len(),
            _ => start as usize + self.typed,
        };
        // The first token that differs may agree in part; nothing before it does, nor does another file.
        let first = self.place.saturating_sub(self.length + 1);
        let from = self.source.starts.get(first).map_or(0, |&start| start as usize).min(cursor);
        let there = self.source.text.as_bytes()[from..cursor].iter().rev();
        there.zip(query.place.before.as_bytes().iter().rev()).take(MAX_BYTES).take_while(|(a, b)| a == b).count()
    }

    /// Longer matches first, then nearer ones.
    pub fn strength(&self) -> Strength {
        (self.length, self.nearness, Reverse(self.distance))
    }

    /// The strongest first; among equals the order is the same however the index was built.
    pub fn precedence(&self) -> impl Ord {
        (self.strength(), Reverse(self.key), self.source.start(self.place))
    }
}

/// The strongest occurrences so far.
#[derive(Debug, Default)]
pub struct Top<'a> {
    found: Vec<Occurrence<'a>>,
    /// What is weaker than this is not among them.
    weakest: Option<Strength>,
}

impl<'a> Top<'a> {
    /// Whether an occurrence of this strength may be among them.
    pub fn wants(&self, strength: Strength) -> bool {
        self.weakest.is_none_or(|weakest| strength >= weakest)
    }

    pub fn add(&mut self, occurrence: Occurrence<'a>) {
        if self.wants(occurrence.strength()) {
            self.found.push(occurrence);
        }
        if self.found.len() >= KEPT {
            self.pick();
        }
    }

    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Keeps one of occurrences that are the same.
    pub fn drop_repeated(&mut self) {
        self.found.sort_unstable_by_key(|occurrence| (occurrence.key, occurrence.place, occurrence.typed));
        self.found.dedup_by_key(|occurrence| (occurrence.key, occurrence.place, occurrence.typed));
    }

    /// The strongest, in no order.
    pub fn finish(mut self) -> Vec<Occurrence<'a>> {
        self.pick();
        self.found
    }

    fn pick(&mut self) {
        if self.found.len() <= MAX_OCCURRENCES {
            return;
        }
        let (_, last, _) =
            self.found.select_nth_unstable_by(MAX_OCCURRENCES - 1, |a, b| b.precedence().cmp(&a.precedence()));
        self.weakest = Some(last.strength());
        self.found.truncate(MAX_OCCURRENCES);
    }
}
