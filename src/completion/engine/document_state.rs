//! What the engine keeps for each open document: its newest request, when it was edited, and its open streams.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::choices::Choices;
use super::moving::MovingCursor;
use super::rest::Rests;
use super::stream::Stream;
use crate::completion::{
    Cause, Query, Window,
    acceptance::Acceptance,
    agreement::{Agreement, AgreementTracker},
    cache::{Cache, EntryId},
};
use crate::model::Error;
use crate::text::document::{Document, Edit};

/// So many characters typed wrongly are likely to be taken back at once: a stream they lead away from is worth keeping
/// that long.
const TYPO: usize = 2;

/// What is typed against a stream of which less than this (bytes) was typed along is no typo: the suggestion is wrong.
/// By the replay bench keeping such streams as well costs half as many tokens again and saves no request.
const AGREED: usize = 3;

/// Where the text has left what was suggested, a stream that has said nothing for so many keys is not all that is waited
/// for: mostly those keys are what the model needed to know. By the replay bench's reference world the right line is
/// shown at 0.5 % more keys so; after each key instead of each second one it costs a fifth more requests and tokens, and
/// shows 0.1 % more.
const OVERTAKEN: u64 = 2;

/// No such stream is opened where so many are open already.
const MOST_STREAMS: usize = 3;

/// One document.
#[derive(Debug)]
pub(super) struct DocumentState {
    pub language: Arc<str>,
    /// Number of the request that is not superseded, if there is one.
    pub newest: Option<u64>,
    /// Edits seen.
    pub edits: u64,
    /// When the last one came.
    pub edited_at: Option<Instant>,
    /// Where the newest request began: the edits before it, and its cursor; and whether the cursor was only moved there.
    began_at: Option<(u64, usize, bool)>,
    /// Where the newest request stands now, if it follows the typing.
    pub moving: Option<MovingCursor>,
    /// Streams on their way, oldest first.
    pub streams: Vec<Stream>,
    /// How far what is typed agrees with what is suggested.
    pub agreement: AgreementTracker,
    /// The suggestion on screen, and whether it is taken.
    pub acceptance: Acceptance,
    /// The last stream that failed.
    pub failed: Option<(EntryId, Error)>,
    /// The excerpts of other files that are sent with its requests.
    pub choices: Choices,
    /// The places at which a rest has asked.
    pub rests: Rests,
    changed: watch::Sender<()>,
}

impl Default for DocumentState {
    fn default() -> Self {
        Self {
            language: Arc::default(),
            newest: None,
            edits: 0,
            edited_at: None,
            began_at: None,
            moving: None,
            streams: vec![],
            agreement: AgreementTracker::default(),
            acceptance: Acceptance::default(),
            failed: None,
            choices: Choices::default(),
            rests: Rests::default(),
            changed: watch::Sender::new(()),
        }
    }
}

impl DocumentState {
    /// Begins a request: whatever was asked before is superseded. Says whether only the cursor moved there since the
    /// last edit.
    pub fn begin(&mut self, number: u64, cursor: usize, moving: Option<MovingCursor>) -> bool {
        let moved = match self.cause(cursor) {
            Cause::Edit => false,
            Cause::SamePlace => self.began_at.is_some_and(|(.., moved)| moved),
            Cause::OtherPlace => true,
        };
        self.newest = Some(number);
        self.began_at = Some((self.edits, cursor, moved));
        self.moving = moving;
        self.notify();
        moved
    }

    /// Where the newest request, `query`'s, stands now: its document, and the cursor in bytes.
    pub fn place<'a>(&'a self, query: &'a Query) -> (&'a Document, usize) {
        let moved = self.moving.as_ref().map(|moving| (&moving.document, moving.cursor));
        moved.unwrap_or((&query.document, query.cursor))
    }

    /// What came before a request that stands at `cursor`.
    pub fn cause(&self, cursor: usize) -> Cause {
        match self.began_at {
            Some((edits, at, _)) if edits == self.edits => {
                if at == cursor {
                    Cause::SamePlace
                } else {
                    Cause::OtherPlace
                }
            }
            None if self.edits == 0 => Cause::OtherPlace,
            _ => Cause::Edit,
        }
    }

    /// Takes note of edits: the newest request is superseded, unless its cursor moves along with them.
    pub fn edited(&mut self, document: &Document, edits: &[Edit], now: Instant) {
        self.edits += 1;
        self.edited_at = Some(now);
        self.agreement.edited(edits);
        let moves = |moving: &mut MovingCursor| edits.iter().all(|edit| moving.follow(document, edit));
        if !self.moving.as_mut().is_some_and(moves) {
            (self.newest, self.moving) = (None, None);
        }
        self.notify();
    }

    /// Wakes the requests that wait.
    pub fn notify(&self) {
        self.changed.send_replace(());
    }

    /// Tells of every change from now on, and of the document's end.
    pub fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Takes out the streams that can no longer become right at the window's cursor. One may run on that a few
    /// characters taken back, or the cursor coming back, would make right again.
    pub fn take_stale(&mut self, window: &Window, cache: &Cache, moved: bool) -> Vec<Stream> {
        let newest = self.streams.last().map(|stream| stream.entry);
        // Once a line of it is complete, that line stays in the cache without the stream.
        let has_line = |entry| cache.reply(entry).is_some_and(|(reply, _)| reply.contains('\n'));
        let may_return =
            |entry| Some(entry) == newest && !has_line(entry) && (moved || may_be_typo(entry, window, cache));
        let (kept, stale) =
            self.streams.drain(..).partition(|stream| cache.fits(stream.entry, window) || may_return(stream.entry));
        self.streams = kept;
        stale
    }

    /// How long the stream that fills an entry has been open; zero where none is.
    pub fn age(&self, entry: EntryId, now: Instant) -> Duration {
        let stream = self.streams.iter().find(|stream| stream.entry == entry);
        stream.map_or(Duration::ZERO, |stream| now.saturating_duration_since(stream.begun))
    }

    /// The open stream that fills an entry.
    pub fn stream(&mut self, entry: EntryId) -> Option<&mut Stream> {
        self.streams.iter_mut().find(|stream| stream.entry == entry)
    }

    /// When another stream is opened besides the one that fills an entry, unless that speaks before: once it has been
    /// silent for longer than `patience`. `None` where another is open already.
    pub fn again_at(&self, entry: EntryId, patience: Duration) -> Option<Instant> {
        let stream = self.streams.iter().find(|stream| stream.entry == entry)?;
        let has_rival = self.streams.iter().any(|other| other.rival == Some(entry));
        (!has_rival).then(|| stream.spoke_at + patience)
    }

    /// Whether the stream that fills an entry is silent since a few keys, which what is suggested did not foresee.
    pub fn is_overtaken(&self, entry: EntryId) -> bool {
        let is_behind =
            |stream: &Stream| stream.entry == entry && !stream.has_spoken() && self.edits >= stream.edits + OVERTAKEN;
        self.agreement.agreement() == Agreement::Diverged
            && self.streams.len() < MOST_STREAMS
            && self.streams.iter().any(is_behind)
    }

    /// Adds an open stream, perhaps one besides another.
    pub fn add_stream(&mut self, stream: Stream) {
        if let Some(other) = stream.rival.and_then(|other| self.stream(other)) {
            other.rival = Some(stream.entry);
        }
        self.streams.push(stream);
    }

    /// Takes out the stream that was opened besides the one that fills, or filled, an entry, or that it was opened
    /// besides.
    pub fn take_rivals(&mut self, entry: EntryId) -> Vec<Stream> {
        self.streams.extract_if(.., |stream| stream.rival == Some(entry)).collect()
    }

    /// Takes out the stream that fills an entry.
    pub fn take_stream(&mut self, entry: EntryId) -> Option<Stream> {
        let at = self.streams.iter().position(|stream| stream.entry == entry)?;
        Some(self.streams.remove(at))
    }
}

/// Whether the stream would be right again were the last characters taken back.
fn may_be_typo(entry: EntryId, window: &Window, cache: &Cache) -> bool {
    let mut before = window.clone();
    let matches = |before: &Window| cache.matched(entry, before).is_some_and(|matched| matched >= AGREED);
    (0..TYPO).any(|_| before.prefix.pop().is_some() && matches(&before))
}
