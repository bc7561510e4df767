//! A place that had the cursor's context, and how strong a claim it has.

use std::cmp::Reverse;

use crate::{
    index::{Slot, State},
    query::Query,
    source::Source,
};

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
        if continues { Self::any_in_slot(slot, place, query) } else { None }
    }

    /// The same, whatever stands there.
    pub fn any_in_slot(slot: &'a Slot, place: usize, query: &Query) -> Option<Self> {
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
    pub fn is_far_fetched(&self, query: &Query) -> bool {
        self.length == 0 || self.typed != query.partial.len()
    }

    /// What the word at the place has behind the letters that have been typed.
    pub fn missing(&self) -> &str {
        self.source.word(self.source.start(self.place) + self.typed)
    }

    /// Longer matches first, then nearer ones.
    pub fn strength(&self) -> Strength {
        (self.length, self.nearness, Reverse(self.distance))
    }

    /// The strongest first; among equals the order is the same however the index was built.
    pub fn rank(&self) -> impl Ord {
        (self.strength(), Reverse(self.key), self.source.start(self.place))
    }
}
