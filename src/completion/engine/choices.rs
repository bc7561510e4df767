//! The excerpts of other files that are chosen for one document, and which of them a request takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::located::Located;
use crate::completion::{Excerpts, Query};

/// How long a request that is about to ask waits for a choice on its way. One takes a few milliseconds, and mostly they
/// are over before the keyboard rests.
const PATIENCE: Duration = Duration::from_millis(20);

/// The same where a person asks by hand, who would rather have the right names than an answer a blink sooner: a busy
/// machine, or a workspace that was just changed, takes longer.
const PATIENCE_BY_HAND: Duration = Duration::from_millis(250);

/// What is chosen for one document.
#[derive(Debug, Default)]
pub(super) struct Choices {
    /// Where it lies, once a request has told.
    location: Option<Located>,
    /// What was chosen last.
    latest: Option<Chosen>,
    /// What the requests in one line take.
    taken: Option<Chosen>,
    /// The choice on its way.
    running: Option<Running>,
    /// Where another one is due after it.
    next: Option<Query>,
}

/// Excerpts, and what they were chosen for.
#[derive(Debug, Clone)]
struct Chosen {
    place: Place,
    excerpts: Arc<Excerpts>,
}

/// Where excerpts are chosen, and of which texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub line: usize,
    /// Edits of other documents before.
    pub edits: u64,
    /// Texts that were gone by then: see [`ContextSource::removals`](crate::completion::context::ContextSource::removals).
    pub removals: u64,
}

#[derive(Debug)]
struct Running {
    number: u64,
    place: Place,
    begun: Instant,
}

impl Choices {
    pub fn location(&self) -> Option<Located> {
        self.location.clone()
    }

    /// What was chosen last.
    pub fn latest(&self) -> Option<Arc<Excerpts>> {
        self.latest.as_ref().map(|chosen| chosen.excerpts.clone())
    }

    /// What a request takes: in one line always the same, until other texts are not what they were.
    pub fn take(&mut self, place: Place) -> Option<Arc<Excerpts>> {
        if self.taken.as_ref().is_none_or(|taken| taken.place != place) {
            // For which line they count is told by the one that takes them; of which texts they are, by when they were
            // chosen.
            self.taken = self
                .latest
                .clone()
                .map(|chosen| Chosen { place: Place { line: place.line, ..chosen.place }, excerpts: chosen.excerpts });
        }
        self.taken.as_ref().map(|taken| taken.excerpts.clone())
    }

    /// What the last request took, else what was chosen last.
    pub fn ahead(&self) -> Option<Arc<Excerpts>> {
        self.taken.as_ref().or(self.latest.as_ref()).map(|chosen| chosen.excerpts.clone())
    }

    /// Until when a request in that place waits for the choice on its way before it asks.
    pub fn due(&self, place: Place, invoked: bool, now: Instant) -> Option<Instant> {
        let is_known = [&self.latest, &self.taken].into_iter().flatten().any(|chosen| chosen.place == place);
        let until =
            self.running.as_ref().filter(|_| !is_known)?.begun + if invoked { PATIENCE_BY_HAND } else { PATIENCE };
        (until > now).then_some(until)
    }

    /// Whether a choice is to begin now for a query in that place; where one is on its way, another is due after it.
    pub fn wants(&mut self, query: &Query, place: Place) -> bool {
        let is_known = self.latest.as_ref().is_some_and(|latest| latest.place == place);
        let is_running = self.running.as_ref().is_some_and(|running| running.place == place);
        if is_known || is_running {
            return false;
        }
        self.location = Some(query.location.clone());
        if self.running.is_some() {
            self.next = Some(query.clone());
        }
        self.running.is_none()
    }

    /// A choice begins.
    pub fn begin(&mut self, number: u64, place: Place, now: Instant) {
        self.running = Some(Running { number, place, begun: now });
    }

    /// A choice has ended: gives the query for which another one is due, if there is one. `None` where settings have
    /// overtaken it, and it counts for nothing.
    pub fn end(&mut self, number: u64, excerpts: Excerpts) -> Option<Option<Query>> {
        let running = self.running.take_if(|running| running.number == number)?;
        self.latest = Some(Chosen { place: running.place, excerpts: Arc::new(excerpts) });
        Some(self.next.take())
    }

    /// Forgets all that was chosen, and what is on its way.
    pub fn forget(&mut self) {
        *self = Self { location: self.location.take(), ..Self::default() };
    }
}
