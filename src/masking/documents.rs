//! What is secret in the open documents, kept from one request to the next and brought up to date with each edit.
//!
//! Whoever asks gives the text: what is kept of another text is brought up to date first, by what both have in common.
//! So an answer is always that of the text it was asked for, whatever was told of edits.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ropey::Rope;

use super::{Lines, Masked, Masker, RequestMask, Scan, ValueSyntax, own_keys};
use crate::text::common_ends::{rope_prefix, rope_suffix};
use crate::text::document::{Document, Edit};

/// Documents that are kept at most; an editor that has more of them open asks in few.
const MOST_DOCUMENTS: usize = 64;

/// Bytes of text over all that is kept; what is kept of them takes two to three times as much.
const MOST_BYTES: usize = 16 << 20;

/// An edit after which more than this (bytes) is to be read anew is not read while the next message waits: by the bench
/// it takes a few milliseconds.
const MOST_AT_ONCE: usize = 64 * 1024;

/// An edit that replaces more than this (bytes) may have changed little: some editors send the whole text.
const LARGE_EDIT: usize = 4096;

/// The open documents' secrets.
#[derive(Debug)]
pub struct MaskedDocuments {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    mask_secrets: bool,
    masker: Arc<Masker>,
    /// How many keys the masker knows.
    generation: u64,
    kept: HashMap<Arc<str>, Kept>,
    /// Counts what was asked.
    uses: u64,
}

/// A document's place: its own lock is held while it is read, so that no other document waits.
#[derive(Debug, Clone, Default)]
struct Kept {
    slot: Arc<Mutex<Option<Found>>>,
    used: u64,
    bytes: usize,
}

/// What was found in a text.
#[derive(Debug)]
struct Found {
    text: Rope,
    kind: ValueSyntax,
    scan: Scan,
    /// Put together when it is asked for: not with each edit.
    masked: Option<Arc<Masked>>,
    /// Whether `text` is the one that the next edit is made in.
    in_step: bool,
}

impl MaskedDocuments {
    /// Nothing is kept yet. Without `mask_secrets` nothing but our own keys is masked.
    pub fn new(mask_secrets: bool) -> Self {
        let state = State {
            mask_secrets,
            masker: Arc::new(own_keys::masker(!mask_secrets)),
            generation: own_keys::generation(),
            kept: HashMap::new(),
            uses: 0,
        };
        Self { state: Mutex::new(state) }
    }

    /// Follows the setting.
    pub fn configure(&self, mask_secrets: bool) {
        let mut state = self.lock();
        if state.mask_secrets != mask_secrets {
            state.mask_secrets = mask_secrets;
            state.renew();
        }
    }

    /// Masks the texts of one request.
    pub fn request(&self) -> RequestMask {
        RequestMask::new(self.lock().masker())
    }

    /// What masks now.
    pub fn masker(&self) -> Arc<Masker> {
        self.lock().masker()
    }

    /// The secrets of a document. Reads what is not known of it yet: all of it the first time.
    pub fn of(&self, document: &Document) -> Arc<Masked> {
        let text = &document.text;
        let kind = ValueSyntax::of(&document.language);
        let (masker, slot) = {
            let mut state = self.lock();
            let masker = state.masker();
            if masker.is_idle() {
                return Arc::new(Masked { secrets: Vec::new() });
            }
            (masker, state.slot(&document.uri, text.len_bytes()))
        };
        let mut slot = lock(&slot);
        if let Some(found) = slot.as_mut().filter(|found| found.kind == kind) {
            if !found.text.is_instance(text) {
                let change = Change::between(&found.text, text);
                found.update(&masker, text, change);
                found.in_step = false;
            }
            return found.masked();
        }
        let mut found = Found::new(&masker, text, kind);
        let masked = found.masked();
        *slot = Some(found);
        masked
    }

    /// A document was changed by these edits, one after the other: a few lines are read. False where too much changed:
    /// then nothing is known of it, and whoever can wait may ask for it.
    pub fn edited(&self, document: &Document, edits: &[Edit]) -> bool {
        let (masker, slot) = {
            let mut state = self.lock();
            let masker = state.masker();
            let Some(kept) = state.kept.get_mut(&document.uri) else { return true };
            kept.bytes = document.text.len_bytes();
            (masker, kept.slot.clone())
        };
        let mut slot = lock(&slot);
        let Some(found) = slot.as_mut() else { return true };
        let hint = Change::of(edits).filter(|_| found.in_step);
        let change = found.change(&document.text, hint);
        if change.size() > MOST_AT_ONCE {
            *slot = None;
            return false;
        }
        found.update(&masker, &document.text, change);
        found.in_step = true;
        true
    }

    /// A document was closed, or is opened anew.
    pub fn closed(&self, uri: &str) {
        self.lock().kept.remove(uri);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    /// What masks now, with all keys known now.
    fn masker(&mut self) -> Arc<Masker> {
        if self.generation != own_keys::generation() {
            self.renew();
        }
        self.masker.clone()
    }

    /// Other rules: what was found by the old ones is forgotten.
    fn renew(&mut self) {
        self.generation = own_keys::generation();
        self.masker = Arc::new(own_keys::masker(!self.mask_secrets));
        self.kept.clear();
    }

    /// The place of a document; others lose theirs if that is too much.
    fn slot(&mut self, uri: &Arc<str>, bytes: usize) -> Arc<Mutex<Option<Found>>> {
        self.uses += 1;
        let kept = self.kept.entry(uri.clone()).or_default();
        (kept.used, kept.bytes) = (self.uses, bytes);
        let slot = kept.slot.clone();
        while self.kept.len() > MOST_DOCUMENTS || self.kept.values().map(|kept| kept.bytes).sum::<usize>() > MOST_BYTES
        {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(uri, _)| uri.clone());
            let Some(oldest) = oldest else { break };
            self.kept.remove(&oldest);
        }
        slot
    }
}

impl Found {
    fn new(masker: &Masker, text: &Rope, kind: ValueSyntax) -> Self {
        let scan = masker.scan(text, kind);
        Self { text: text.clone(), kind, scan, masked: None, in_step: false }
    }

    fn masked(&mut self) -> Arc<Masked> {
        self.masked.get_or_insert_with(|| Arc::new(self.scan.masked(&self.text))).clone()
    }

    /// What differs in `text`; `hint` says it, where that is known.
    fn change(&self, text: &Rope, hint: Option<Change>) -> Change {
        hint.filter(|change| change.size() <= LARGE_EDIT && change.fits(&self.text, text))
            .unwrap_or_else(|| Change::between(&self.text, text))
    }

    /// Brings it up to date for `text`, which differs by `change`.
    fn update(&mut self, masker: &Masker, text: &Rope, change: Change) {
        let (first, removed, added) = change.lines(&self.text, text);
        masker.update(&mut self.scan, text, first, removed, added);
        self.text = text.clone();
        self.masked = None;
    }
}

/// What differs between two texts: bytes from `start` to `old_end` in the one, to `new_end` in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    start: usize,
    old_end: usize,
    new_end: usize,
}

impl Change {
    /// What edits that follow each other change together. `None` without any.
    fn of(edits: &[Edit]) -> Option<Self> {
        edits.iter().fold(None, |change: Option<Self>, edit| {
            let (start, end) = (edit.replaced.start, edit.replaced.end);
            let Some(Self { start: first, old_end, new_end }) = change else {
                return Some(Self { start, old_end: end, new_end: edit.end() });
            };
            let last = new_end.max(end);
            Some(Self {
                start: first.min(start),
                old_end: old_end + (last - new_end),
                new_end: (last + edit.inserted.len()).saturating_sub(end - start),
            })
        })
    }

    fn between(old: &Rope, new: &Rope) -> Self {
        let start = rope_prefix(old, new);
        let most = old.len_bytes().min(new.len_bytes()) - start;
        let same = rope_suffix(old, new).min(most);
        Self { start, old_end: old.len_bytes() - same, new_end: new.len_bytes() - same }
    }

    fn size(&self) -> usize {
        self.old_end.max(self.new_end).saturating_sub(self.start)
    }

    fn fits(&self, old: &Rope, new: &Rope) -> bool {
        self.start <= self.old_end
            && self.start <= self.new_end
            && self.old_end <= old.len_bytes()
            && self.new_end <= new.len_bytes()
            && old.len_bytes() - self.old_end == new.len_bytes() - self.new_end
    }

    /// The lines that changed: the first, how many there were and how many there are. One more on either side than hold
    /// the bytes, since a line's break may have been made, or taken apart, at the edge.
    fn lines(&self, old: &Rope, new: &Rope) -> (usize, usize, usize) {
        let (before, after) = (old.len_lines(), new.len_lines());
        let first = old.byte_to_line(self.start).min(new.byte_to_line(self.start)).saturating_sub(1);
        let below = |text: &Rope, end: usize, lines: usize| lines - 1 - text.byte_to_line(end);
        let kept = below(old, self.old_end, before).min(below(new, self.new_end, after)).saturating_sub(1);
        let kept = kept.min(before - first).min(after - first);
        (first, before - kept - first, after - kept - first)
    }
}

impl Lines for Rope {
    fn count(&self) -> usize {
        self.len_lines()
    }

    fn line(&self, number: usize) -> Cow<'_, str> {
        self.get_line(number).map(Cow::from).unwrap_or_default()
    }

    fn start(&self, number: usize) -> usize {
        self.try_line_to_byte(number).unwrap_or(self.len_bytes())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::examples::assemble;
    use super::*;
    use crate::text::document::Change as Typed;
    use crate::text::position::{Encoding, from_offset};

    fn document(text: &str) -> Document {
        Document::new("file:///a.yaml", "yaml", 0, text)
    }

    fn splice(document: &mut Document, range: std::ops::Range<usize>, text: &str) -> Vec<Edit> {
        let at = |offset| from_offset(&document.text, offset, Encoding::Utf8);
        let change = Typed { range: Some((at(range.start), at(range.end))), text: text.into() };
        document.apply(vec![change], Encoding::Utf8)
    }

    fn fresh(document: &Document) -> Masked {
        own_keys::masker(false).scan(&document.text, ValueSyntax::of(&document.language)).masked(&document.text)
    }

    #[test]
    fn a_text_that_no_edit_was_told_of_is_answered_for_what_it_is() {
        let documents = MaskedDocuments::new(true);
        let mut text = document("a: 1\nb: 2\n");
        assert!(documents.of(&text).secrets().is_empty());
        splice(&mut text, 5..5, &format!("token: {}\n", assemble("gh|p_<A36>", 1)));
        assert_eq!(*documents.of(&text), fresh(&text));
        assert_eq!(documents.of(&text).secrets().len(), 1);
        // The next edit is one of this text; what is kept may be that of another.
        let other = document("x: 1\n");
        documents.of(&other);
        let edits = splice(&mut text, 0..0, "# é\n");
        documents.edited(&text, &edits);
        assert_eq!(*documents.of(&text), fresh(&text));
    }

    #[test]
    fn what_is_kept_is_bounded_and_forgotten_with_the_document() {
        let documents = MaskedDocuments::new(true);
        let open = |number: usize, bytes| {
            documents.lock().slot(&format!("file:///{number}").into(), bytes);
        };
        (0..MOST_DOCUMENTS + 9).for_each(|number| open(number, 2));
        assert_eq!(documents.lock().kept.len(), MOST_DOCUMENTS);
        open(0, MOST_BYTES - 4);
        assert_eq!(documents.lock().kept.len(), 3);
        open(1, MOST_BYTES + 2);
        assert_eq!(documents.lock().kept.len(), 0);
        open(2, 2);
        documents.closed("file:///2");
        assert_eq!(documents.lock().kept.len(), 0);
    }

    #[test]
    fn switched_off_nothing_is_masked() {
        let documents = MaskedDocuments::new(true);
        let text = document(&format!("token: {}\n", assemble("gh|p_<A36>", 1)));
        assert_eq!(documents.of(&text).secrets().len(), 1);
        documents.configure(false);
        assert!(documents.of(&text).secrets().is_empty());
        documents.configure(true);
        assert_eq!(documents.of(&text).secrets().len(), 1);
    }

    fn piece() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            Just("password".to_owned()),
            Just(": ".to_owned()),
            Just("\"".to_owned()),
            Just("\n".to_owned()),
            Just("\r\n".to_owned()),
            Just("\r".to_owned()),
            Just("é".to_owned()),
            Just("|\n  ".to_owned()),
            Just("-----BEGIN PRIVATE KEY-----\n".to_owned()),
            Just(assemble("gh|p_<A36>", 3)),
            Just(assemble("<P14>", 5)),
        ];
        prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn after_any_edits_the_secrets_are_those_of_the_whole_text(
            start in piece(),
            rounds in prop::collection::vec(prop::collection::vec((0usize..80, 0usize..30, piece()), 1..4), 1..6),
        ) {
            let documents = MaskedDocuments::new(true);
            let mut text = document(&start);
            documents.of(&text);
            for round in rounds {
                let mut edits = Vec::new();
                for (from, length, inserted) in round {
                    let floor = |at: usize| crate::text::boundary::floor(&text.text, at.min(text.text.len_bytes()));
                    let (from, to) = (floor(from), floor(from + length));
                    edits.extend(splice(&mut text, from..to.max(from), &inserted));
                }
                documents.edited(&text, &edits);
                let kept = documents.of(&text);
                prop_assert_eq!(&*kept, &fresh(&text));
            }
        }
    }
}
