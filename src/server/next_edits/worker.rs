//! The thread that knows the person's changes: what it is told, and what it answers.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use ropey::Rope;

use super::message::{Answer, Ask, Message, Nothing, Report, Told};
use super::offers::{Offer, Offers, Said, State};
use super::origin::{File, origin};
use crate::completion::{Located, Reason, eligibility};
use crate::next_edit::{NextEdit, Origin, Proposal, SETTLED_MS, nearest_of_likeliest};
use crate::privacy::{Privacy, Private};
use crate::settings::Settings;
use crate::text::document::{Document, Edit, replace};
use crate::usage::{Outcome, Recorder};

/// Changes that are kept until the disk has told where their document lies, which takes it a moment only.
const MAX_EARLY: usize = 200;

/// The thread's state.
pub struct Worker {
    engine: NextEdit,
    settings: Arc<Settings>,
    privacy: Arc<Privacy>,
    usage: Recorder,
    documents: HashMap<Arc<str>, Open>,
    offers: Offers,
    /// Where the last edit ended.
    last: Option<(Arc<str>, usize)>,
    /// When the person typed last.
    typed_ms: Option<u64>,
    nothing: Option<Nothing>,
}

struct Open {
    document: Document,
    location: Located,
    file: File,
    /// Whether the engine knows it.
    known: bool,
    /// Whether it is still to be judged, once the disk has told where it lies.
    waits: bool,
    /// What was changed before the disk told where it lies. The engine gets to know it once the document is admitted.
    early: Vec<Change>,
}

/// One batch of edits.
struct Change {
    before: Rope,
    after: Rope,
    edits: Vec<Edit>,
    /// Whether they took a suggestion at the cursor.
    accepted: bool,
    now_ms: u64,
}

/// Works until nobody can tell it anything any more.
pub fn run(messages: &Receiver<Message>, settings: Arc<Settings>, privacy: Arc<Privacy>, usage: Recorder) {
    let mut worker = Worker::new(settings, privacy, usage);
    for message in messages {
        // Whoever waits for an answer sees that there will be none; the next question meets a fresh engine.
        if catch_unwind(AssertUnwindSafe(|| worker.take(message))).is_err() {
            worker.begin_anew();
        }
    }
}

impl Worker {
    /// The state before anything is open.
    pub fn new(settings: Arc<Settings>, privacy: Arc<Privacy>, usage: Recorder) -> Self {
        Self {
            engine: NextEdit::default(),
            settings,
            privacy,
            usage,
            documents: HashMap::new(),
            offers: Offers::default(),
            last: None,
            typed_ms: None,
            nothing: None,
        }
    }

    /// Takes one message in. Nobody may wait for an answer any more: that is no fault.
    pub fn take(&mut self, message: Message) {
        match message {
            Message::Configured(settings, privacy) => {
                (self.settings, self.privacy) = (settings, privacy);
                self.judge_all();
            }
            Message::Opened(document, location) => self.opened(document, location),
            Message::Changed { document, edits, accepted, now_ms } => self.changed(document, edits, accepted, now_ms),
            Message::Closed(key) => self.closed(&key),
            Message::Written(key, now_ms) => {
                self.documents.entry(key).and_modify(|open| open.file.written_ms = Some(now_ms));
            }
            Message::ChangedOnDisk(keys, now_ms) => {
                for key in keys {
                    self.documents.entry(key.into()).and_modify(|open| open.file.changed_ms = Some(now_ms));
                }
            }
            Message::Asked(ask, now_ms, answer) => drop(answer.send(self.asked(&ask, now_ms))),
            Message::Shown(id, now_ms) => drop(self.became(Some(id), State::Shown(now_ms))),
            Message::Became(id, state, answer) => drop(answer.send(self.became(id, state))),
            Message::Reported(answer) => drop(answer.send(self.report())),
        }
    }

    fn opened(&mut self, document: Document, location: Located) {
        let key = document.uri.clone();
        self.closed(&key);
        let open = Open { document, location, file: File::default(), known: false, waits: false, early: Vec::new() };
        self.documents.insert(key.clone(), open);
        self.judge(&key);
    }

    fn closed(&mut self, key: &str) {
        self.engine.close(key);
        self.offers.closed(key);
        self.documents.remove(key);
        if self.last.as_ref().is_some_and(|(last, _)| &**last == key) {
            self.last = None;
        }
    }

    /// Judges every document anew.
    fn judge_all(&mut self) {
        let keys: Vec<Arc<str>> = self.documents.keys().cloned().collect();
        keys.iter().for_each(|key| self.judge(key));
    }

    /// Judges the documents of which the disk has told meanwhile where they lie.
    fn judge_found(&mut self) {
        let found = self.documents.iter().filter(|(_, open)| open.waits && open.location.now().is_found);
        let keys: Vec<Arc<str>> = found.map(|(key, _)| key.clone()).collect();
        keys.iter().for_each(|key| self.judge(key));
    }

    /// Opens in the engine a document that may be looked at now, and closes one that may not. While the disk is asked
    /// all stays as it was.
    fn judge(&mut self, key: &Arc<str>) {
        let Some(open) = self.documents.get_mut(key) else { return };
        let judged = may_look_at(open, &self.settings, &self.privacy);
        open.waits = matches!(judged, Err(Nothing::NotLookedAt(Reason::Private(Private::NotFoundYet))));
        match judged {
            Ok(()) if !open.known => {
                open.known = true;
                let early = std::mem::take(&mut open.early);
                let first = early.first().map_or(&open.document.text, |change| &change.before);
                self.engine.open(key, &open.document.language, first.clone());
                early.into_iter().for_each(|change| self.learn(key, change));
            }
            Ok(()) => {}
            Err(_) if open.waits => {}
            Err(_) => {
                open.early.clear();
                if open.known {
                    open.known = false;
                    self.engine.close(key);
                    self.offers.closed(key);
                }
            }
        }
    }

    fn begin_anew(&mut self) {
        self.engine = NextEdit::default();
        self.offers = Offers::default();
        self.documents.values_mut().for_each(|open| open.known = false);
        self.judge_all();
    }

    fn changed(&mut self, document: Document, edits: Vec<Edit>, accepted: bool, now_ms: u64) {
        let key = document.uri.clone();
        self.judge_found();
        let Some(open) = self.documents.get_mut(&key) else { return };
        let after = document.text.clone();
        let before = std::mem::replace(&mut open.document, document).text;
        let change = Change { before, after, edits, accepted, now_ms };
        if !open.known {
            // What it waits for may have come this moment: then the judging below takes the change in.
            let waits = open.waits || !open.location.now().is_found;
            if waits && open.early.len() < MAX_EARLY {
                open.early.push(change);
            } else {
                open.early.clear();
            }
            return self.judge(&key);
        }
        // A text may become private by what is put in it.
        self.judge(&key);
        if self.documents.get(&key).is_some_and(|open| open.known) {
            self.learn(&key, change);
        }
    }

    /// Takes one batch of edits in a document that the engine knows.
    fn learn(&mut self, key: &Arc<str>, change: Change) {
        let Change { before, after, edits, accepted, now_ms } = change;
        let (Some(open), Some(last)) = (self.documents.get(key), edits.last()) else { return };
        let file = open.file;
        let origin = match self.offers.edited(key, &before, &after, last.replaced.start, now_ms) {
            Said::Takes(offer) => {
                self.count(&offer, State::Taken);
                Origin::Accepted
            }
            Said::TakesMore => Origin::Accepted,
            Said::TakesBack(offers) => {
                offers.iter().for_each(|offer| self.count(offer, State::TakenBack));
                Origin::Outside
            }
            said => {
                if let Said::PassesOver(offer) = said {
                    self.count(&offer, State::PassedOver);
                }
                match accepted {
                    true => Origin::Accepted,
                    false => origin(&before, &after, &edits, file, now_ms),
                }
            }
        };
        let mut text = before;
        for edit in &edits {
            replace(&mut text, edit.replaced.clone(), &edit.inserted);
            self.engine.change(key, text.clone(), edit.replaced.clone(), edit.inserted.len(), origin, now_ms);
        }
        if origin == Origin::Typed {
            self.typed_ms = Some(now_ms);
        }
        if origin != Origin::Outside {
            self.last = Some((key.clone(), last.end()));
        }
    }

    fn asked(&mut self, ask: &Ask, now_ms: u64) -> Answer {
        // First of all: what was typed before the disk told of a document counts as typed.
        self.judge_found();
        let settled_ms = self.typed_ms.map_or(0, |typed| typed + SETTLED_MS);
        if settled_ms > now_ms && !ask.invoked {
            return Answer::Wait(settled_ms);
        }
        let waiting = self.documents.values().filter(|open| open.waits);
        let waiting: Vec<Located> = waiting.map(|open| open.location.clone()).collect();
        if !ask.located && !waiting.is_empty() {
            return Answer::Locating(waiting);
        }
        match self.find(ask, now_ms.max(settled_ms)) {
            Ok(offer) => Answer::Offered(offer),
            Err(nothing) => {
                self.nothing = Some(nothing.clone());
                Answer::Nothing(nothing)
            }
        }
    }

    fn find(&mut self, ask: &Ask, now_ms: u64) -> Result<Offer, Nothing> {
        if !self.settings.next_edit.enabled {
            return Err(Nothing::Off);
        }
        let (key, cursor) = match (&ask.key, ask.cursor, &self.last) {
            (Some(key), Some(cursor), _) => (key.clone(), cursor),
            (Some(key), None, Some((last, end))) if key == last => (key.clone(), *end),
            (Some(key), None, _) => (key.clone(), 0),
            (None, _, Some((last, end))) => (last.clone(), *end),
            (None, _, None) => return Err(Nothing::NoPattern),
        };
        let open = self.documents.get(&key).ok_or(Nothing::NotOpen)?;
        may_look_at(open, &self.settings, &self.privacy)?;
        if ask.version.is_some_and(|version| version != open.document.version) {
            return Err(Nothing::OtherVersion);
        }
        let least = self.settings.next_edit.confidence as f32;
        let mut known = self.engine.candidates(&key, cursor, now_ms);
        known.retain(|one| !ask.here_only || one.key == key);
        let likeliest = known.iter().map(|one| one.confidence).reduce(f32::max);
        known.retain(|one| one.confidence >= least);
        let Some(best) = nearest_of_likeliest(&known).cloned() else {
            return Err(likeliest.map_or(Nothing::NoPattern, Nothing::Unsure));
        };
        let proposals = match ask.all {
            true => {
                let mut all = self.engine.all_places(&best, cursor, least, now_ms);
                all.retain(|one| !ask.here_only || one.key == key);
                // What the offer is told by comes first.
                all.sort_by_key(|one| one.identity != best.identity);
                all
            }
            false => vec![best],
        };
        let documents = self.documents_of(&proposals);
        Ok(self.offers.add(proposals, documents))
    }

    /// The documents of the proposals, each once, in the proposals' order.
    fn documents_of(&self, proposals: &[Proposal]) -> Vec<Document> {
        let mut documents: Vec<Document> = Vec::new();
        for proposal in proposals {
            if documents.iter().all(|document| document.uri != proposal.key) {
                documents.extend(self.documents.get(&proposal.key).map(|open| open.document.clone()));
            }
        }
        documents
    }

    /// Whether the offer, or the newest, was open and has come to `state`.
    fn became(&mut self, id: Option<u64>, state: State) -> bool {
        let Some(offer) = self.offers.set(id, state) else { return false };
        self.count(&offer, state);
        true
    }

    /// Tells the engine and the counts what became of an offer.
    fn count(&mut self, offer: &Offer, state: State) {
        let Some(rule) = offer.rule() else { return };
        let outcome = match state {
            State::Offered => return,
            State::Shown(_) => Outcome::Shown,
            State::Taken => {
                // Some clients do not tell what they show; nobody takes what he does not see.
                if !offer.was_seen() {
                    self.usage.count_next_edit(rule.name(), Outcome::Shown);
                }
                offer.proposals.iter().for_each(|proposal| self.engine.accepted(proposal));
                Outcome::Accepted
            }
            State::TakenBack => {
                offer.proposals.iter().for_each(|proposal| self.engine.passed_over(proposal));
                self.usage.retract_next_edit(rule.name(), Outcome::Accepted);
                return;
            }
            State::Dismissed => {
                // One key is one dismissal, however many places it was about.
                offer.proposals.iter().take(1).for_each(|proposal| self.engine.dismissed(proposal));
                offer.proposals.iter().skip(1).for_each(|proposal| self.engine.passed_over(proposal));
                Outcome::Rejected
            }
            State::PassedOver => {
                offer.proposals.iter().for_each(|proposal| self.engine.passed_over(proposal));
                return;
            }
        };
        self.usage.count_next_edit(rule.name(), outcome);
    }

    fn report(&self) -> Report {
        let told = self.offers.newest_first().filter_map(|offer| {
            let first = offer.proposals.first()?;
            let document = offer.documents.iter().find(|document| document.uri == first.key)?;
            let start = first.edits.first()?.0.start.min(document.text.len_bytes());
            Some(Told {
                uri: first.key.clone(),
                line: document.text.byte_to_line(start),
                rule: first.rule,
                confidence: first.confidence,
                places: offer.places(),
                state: offer.state(),
            })
        });
        Report { told: told.collect(), nothing: self.nothing.clone(), resting: self.engine.resting() }
    }
}

fn may_look_at(open: &Open, settings: &Settings, privacy: &Privacy) -> Result<(), Nothing> {
    if !settings.next_edit.enabled {
        return Err(Nothing::Off);
    }
    let bytes = open.document.len_bytes();
    if bytes > settings.limits.max_file_bytes {
        return Err(Nothing::NotLookedAt(Reason::TooLarge(bytes)));
    }
    eligibility::sendable(&open.document, &open.location.now(), privacy).map_err(Nothing::NotLookedAt)
}
