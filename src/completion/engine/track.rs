//! What the engine keeps for each open document: the newest query, when it was edited, and its open streams.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::watch, task::AbortHandle};

use crate::{
    completion::{
        Window,
        acceptance::Acceptance,
        reuse::{Id, Reuse},
        trust::Following,
    },
    model::Error,
    text::document::Edit,
};

/// So many characters typed wrongly are likely to be taken back at once: a stream they lead away from is worth keeping
/// that long.
const TYPO: usize = 2;

/// What is typed against a stream of which less than this (bytes) was typed along is no typo: the suggestion is wrong.
/// By the replay bench keeping such streams as well costs half as many tokens again and saves no request.
const AGREED: usize = 3;

/// One document.
#[derive(Debug)]
pub struct Track {
    /// The document's language.
    pub language: Arc<str>,
    /// Number of the newest query; an older one is superseded.
    pub turn: u64,
    /// Edits seen.
    pub edits: u64,
    /// When the last one came.
    pub edited: Option<Instant>,
    /// The newest query's place: the edits before it, and its cursor.
    pub asked_at: Option<(u64, usize)>,
    /// Where the newest query stands now, if it follows the typing.
    pub follow: Option<Follow>,
    /// Streams on their way, oldest first.
    pub flights: Vec<Flight>,
    /// How far the person goes along with what is suggested.
    pub following: Following,
    /// The suggestion on screen, and whether it is taken.
    pub acceptance: Acceptance,
    /// The last stream that failed.
    pub failed: Option<(Id, Error)>,
    changed: watch::Sender<()>,
}

/// One open stream.
#[derive(Debug)]
pub struct Flight {
    /// What it fills in [`Reuse`].
    pub id: Id,
    /// The document's language.
    pub language: Arc<str>,
    /// When it was asked.
    pub begun: Instant,
    /// Bytes of its prompt, for the count of tokens.
    pub prompt_bytes: usize,
    /// Bytes it has said.
    pub said_bytes: usize,
    /// The task that reads it; aborting it resets the stream.
    pub task: AbortHandle,
}

/// A query that moves along with what is typed.
#[derive(Debug, Clone)]
pub struct Follow {
    /// The text now.
    pub text: ropey::Rope,
    /// The cursor now.
    pub cursor: usize,
    /// What was typed since the query came.
    pub typed: String,
}

impl Default for Track {
    fn default() -> Self {
        Self {
            language: Arc::default(),
            turn: 0,
            edits: 0,
            edited: None,
            asked_at: None,
            follow: None,
            flights: vec![],
            following: Following::default(),
            acceptance: Acceptance::default(),
            failed: None,
            changed: watch::Sender::new(()),
        }
    }
}

impl Track {
    /// Begins a query: whatever was asked before is superseded. Says whether only the cursor moved since.
    pub fn begin(&mut self, cursor: usize, follow: Option<Follow>) -> bool {
        let moved = match self.asked_at {
            Some((edits, at)) => edits == self.edits && at != cursor,
            None => self.edits == 0,
        };
        self.turn += 1;
        self.asked_at = Some((self.edits, cursor));
        self.follow = follow;
        self.notify();
        moved
    }

    /// Takes note of edits: the open query is superseded, unless it follows and they are letters typed at its cursor.
    pub fn edited(&mut self, text: &ropey::Rope, edits: &[Edit], now: Instant) {
        self.edits += 1;
        self.edited = Some(now);
        self.following.edited(edits);
        let followed = self.follow.as_mut().is_some_and(|follow| edits.iter().all(|edit| follow.take(edit)));
        match &mut self.follow {
            Some(follow) if followed => follow.text = text.clone(),
            _ => {
                self.turn += 1;
                self.follow = None;
            }
        }
        self.notify();
    }

    /// Wakes the queries that wait.
    pub fn notify(&self) {
        self.changed.send_replace(());
    }

    /// Tells of every change from now on.
    pub fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Takes out the streams that can no longer become right at the window's cursor. One may run on that a few
    /// characters taken back, or the cursor coming back, would make right again.
    pub fn divert(&mut self, window: &Window, reuse: &Reuse, moved: bool) -> Vec<Flight> {
        let newest = self.flights.last().map(|flight| flight.id);
        // Once a line of it is complete, that line stays known without the stream.
        let has_line = |id: Id| reuse.said(id).is_some_and(|(said, _)| said.contains('\n'));
        let may_return = |id: Id| Some(id) == newest && !has_line(id) && (moved || returns(id, window, reuse));
        let (kept, ended) =
            self.flights.drain(..).partition(|flight| reuse.fits(flight.id, window) || may_return(flight.id));
        self.flights = kept;
        ended
    }

    /// How long the stream has been open.
    pub fn age(&self, id: Id, now: Instant) -> Duration {
        let flight = self.flights.iter().find(|flight| flight.id == id);
        flight.map_or(Duration::ZERO, |flight| now.saturating_duration_since(flight.begun))
    }

    /// Takes a stream out.
    pub fn land(&mut self, id: Id) -> Option<Flight> {
        let at = self.flights.iter().position(|flight| flight.id == id)?;
        Some(self.flights.remove(at))
    }
}

impl Follow {
    fn take(&mut self, edit: &Edit) -> bool {
        let word = edit.inserted.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !edit.replaced.is_empty() || edit.replaced.start != self.cursor || !word {
            return false;
        }
        self.cursor += edit.inserted.len();
        self.typed.push_str(&edit.inserted);
        true
    }
}

fn returns(id: Id, window: &Window, reuse: &Reuse) -> bool {
    let mut before = window.clone();
    (0..TYPO).any(|_| before.prefix.pop().is_some() && reuse.agreed(id, &before).is_some_and(|agreed| agreed >= AGREED))
}

/// Names a document.
pub type Uri = Arc<str>;
