//! Excerpts of other files: chosen beside the requests that take them, and the same for all requests in one line.
//!
//! What a prompt begins with decides what its endpoint's cache can use again, so it rests while a line is typed: a
//! request takes what was chosen when the cursor came to its line, and those after it in that line take the same.

use std::sync::Arc;
use std::time::Instant;

use tokio::{task, time};

use super::choices::Place;
use super::state::State;
use super::{Engine, budget, now};
use crate::completion::context::{ContextSource, Snippet};
use crate::completion::excerpts::Maker;
use crate::completion::{Excerpts, Follows, Query, Window, eligibility};
use crate::masking::Placeholders;
use crate::masking::documents::MaskedDocuments;
use crate::model::OtherFile;
use crate::privacy::Privacy;
use crate::settings::Settings;
use crate::text::document::{Document, Edit};

/// A choice to be made outside the lock, with all that it needs.
struct Choice {
    number: u64,
    query: Query,
    source: Arc<dyn ContextSource>,
    settings: Arc<Settings>,
    privacy: Arc<Privacy>,
    masks: Arc<MaskedDocuments>,
    before: Arc<Excerpts>,
}

impl Engine {
    /// Takes what chooses excerpts of other files.
    pub fn set_context(&self, source: Arc<dyn ContextSource>) {
        self.lock().context = Some(source);
    }

    /// Excerpts for a place in a document, for whoever asks about it by hand in a text with these placeholders.
    pub async fn excerpts(&self, query: Query, placeholders: Placeholders) -> Option<Excerpts> {
        let choice = self.choice_by_hand(query)?;
        task::spawn_blocking(move || choice.make(placeholders)).await.ok()
    }

    /// Files that are not open and hold the most of these names, as a whole, for whoever asks about the query's document by
    /// hand in a text with these placeholders; and the placeholders with theirs.
    pub async fn files_with(
        &self,
        query: Query,
        names: Vec<String>,
        placeholders: Placeholders,
    ) -> Option<(Vec<OtherFile>, Placeholders)> {
        let choice = self.choice_by_hand(query)?;
        task::spawn_blocking(move || choice.files_with(&names, placeholders)).await.ok()
    }

    fn choice_by_hand(&self, query: Query) -> Option<Choice> {
        let state = self.lock();
        let is_wanted = state.settings.context_for(&query.document.language).bytes() > 0;
        if is_wanted { state.choice_of(query, 0) } else { None }
    }

    /// Has excerpts chosen for where a query stands, unless they are.
    pub(super) fn choose(&self, query: &Query) {
        let choice = self.lock().begin_choice(query, now());
        self.run(choice);
    }

    /// The same after edits, for where the last one ends.
    pub(super) fn choose_behind(&self, document: &Document, edits: &[Edit]) {
        let Some(edit) = edits.last() else { return };
        let mut state = self.lock();
        let location = state.documents.get(&document.uri).and_then(|known| known.choices.location());
        let Some(location) = location else { return };
        let (document, cursor) = (document.clone(), edit.end());
        let query = Query { document, location, cursor, invoked: false, follows: Follows::Nothing, keeps_rest: false };
        let choice = state.begin_choice(&query, now());
        drop(state);
        self.run(choice);
    }

    /// Waits until excerpts are chosen for where a query stands, at most so long as one that is about to ask does.
    pub(super) async fn chosen(&self, query: &Query) {
        self.choose(query);
        loop {
            let (until, mut changed) = {
                let state = self.lock();
                let Some(until) = state.choice_due(query, now()) else { return };
                let Some(document) = state.documents.get(&query.document.uri) else { return };
                (until, document.watch())
            };
            let _ = time::timeout_at(until.into(), changed.changed()).await;
        }
    }

    fn run(&self, choice: Option<Choice>) {
        let Some(mut choice) = choice else { return };
        let engine = self.clone();
        task::spawn_blocking(move || {
            loop {
                let excerpts = choice.make(Placeholders::default());
                let next = engine.lock().end_choice(&choice, excerpts, now());
                let Some(next) = next else { return };
                choice = next;
            }
        });
    }
}

/// So many files are looked through for what a person asks about.
const FILES_BY_HAND: usize = 8;

impl Choice {
    fn files_with(&self, names: &[String], mut placeholders: Placeholders) -> (Vec<OtherFile>, Placeholders) {
        let Self { query, source, privacy, masks, .. } = self;
        let maker = Maker { source: &**source, privacy, masks };
        if maker.own_path(&query.document.uri, &query.location.now()).is_none() {
            return (vec![], placeholders);
        }
        let keys = source.holding(query, names, FILES_BY_HAND);
        (maker.whole(&keys, &mut placeholders), placeholders)
    }

    fn make(&self, placeholders: Placeholders) -> Excerpts {
        let Self { query, source, settings, privacy, masks, before, .. } = self;
        let document = &query.document;
        let maker = Maker { source: &**source, privacy, masks };
        let Some(path) = maker.own_path(&document.uri, &query.location.now()) else {
            return Excerpts::none(placeholders);
        };
        let budget = budget(settings.completion_for(&document.language));
        let window = eligibility::window(document, query.cursor, budget);
        let kept: Vec<Snippet> = before.snippets().cloned().collect();
        let bytes = settings.context_for(&document.language).bytes();
        maker.make(source.choose(query, &window, &kept, bytes), &path, before, placeholders)
    }
}

impl State {
    /// The excerpts that a request at the query's cursor sends before its window: those of its line, once there are any.
    pub fn take_excerpts(&mut self, query: &Query, window: &Window) -> Option<Arc<Excerpts>> {
        let place = self.place_of(query)?;
        let excerpts = self.documents.get_mut(&query.document.uri)?.choices.take(place)?;
        Some(excerpts).filter(|excerpts| excerpts.fit(window))
    }

    /// The same for what is asked ahead of the cursor, which takes nothing.
    pub fn excerpts_ahead(&self, query: &Query, window: &Window) -> Option<Arc<Excerpts>> {
        self.place_of(query)?;
        let excerpts = self.documents.get(&query.document.uri)?.choices.ahead()?;
        Some(excerpts).filter(|excerpts| excerpts.fit(window))
    }

    /// Until when a request waits for the choice on its way before it asks.
    pub fn choice_due(&self, query: &Query, now: Instant) -> Option<Instant> {
        self.documents.get(&query.document.uri)?.choices.due(self.place_of(query)?, query.invoked, now)
    }

    /// Other settings may choose and mask in another way: all that was chosen is forgotten.
    pub fn forget_choices(&mut self) {
        self.documents.values_mut().for_each(|document| document.choices.forget());
    }

    fn begin_choice(&mut self, query: &Query, now: Instant) -> Option<Choice> {
        let place = self.place_of(query)?;
        let uri = &query.document.uri;
        if !self.documents.get_mut(uri)?.choices.wants(query, place) {
            return None;
        }
        eligibility::document(query, &self.settings, &self.privacy, self.on).ok()?;
        self.last_choice += 1;
        let number = self.last_choice;
        self.documents.get_mut(uri)?.choices.begin(number, place, now);
        self.choice_of(query.clone(), number)
    }

    fn choice_of(&self, query: Query, number: u64) -> Option<Choice> {
        let known = self.documents.get(&query.document.uri).and_then(|document| document.choices.latest());
        Some(Choice {
            number,
            query,
            source: self.context.clone()?,
            settings: self.settings.clone(),
            privacy: self.privacy.clone(),
            masks: self.other_masks.clone(),
            before: known.unwrap_or_default(),
        })
    }

    /// Takes what was chosen. Gives the choice that is due next.
    fn end_choice(&mut self, choice: &Choice, excerpts: Excerpts, now: Instant) -> Option<Choice> {
        let document = self.documents.get_mut(&choice.query.document.uri)?;
        let next = document.choices.end(choice.number, excerpts)?;
        document.notify();
        self.begin_choice(&next?, now)
    }

    /// Where the query stands, if excerpts are wanted there.
    fn place_of(&self, query: &Query) -> Option<Place> {
        let document = &query.document;
        if self.settings.context_for(&document.language).bytes() == 0 {
            return None;
        }
        let known = self.documents.get(&document.uri)?;
        let (Document { text, .. }, cursor) = known.place(query);
        let line = text.byte_to_line(cursor.min(text.len_bytes()));
        let removals = self.context.as_ref()?.removals();
        Some(Place { line, edits: self.edits - known.edits, removals })
    }
}
