//! The index that excerpts of other files are chosen from, as the server shares it.
//!
//! A choice takes some milliseconds, for which no edit may wait: what documents tell is only noted, and taken in before
//! the next choice.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ropey::Rope;

use super::Epoch;
use crate::completion::context::{ContextIndex, Coverage, Place, Snippet};
use crate::local::File;
use crate::text::document::Document;

/// Lines that one edit may put in and still be a change by hand: more are a whole text, or a change by a tool.
const LINES_BY_HAND: usize = 20;

/// So many edits are noted until the next choice, which may never come: the newest, of which fewer still are remembered.
const MOST_EDITS: usize = 100;

/// The index of excerpts.
#[derive(Debug)]
pub struct SharedContext {
    index: Mutex<ContextIndex>,
    /// What is to be taken in. Never locked for longer than a note takes.
    noted: Mutex<Noted>,
    coverage: Mutex<Coverage>,
}

/// What was told since the last choice. Forgetting comes first, then texts, then edits.
#[derive(Debug, Default)]
struct Noted {
    /// Whether excerpts are wanted: else nothing is noted.
    wanted: bool,
    epoch: Epoch,
    forgotten: Forgotten,
    /// Documents with their languages and texts as they are by now, in the order in which they came: by that, what is
    /// chosen is the same each time.
    opened: Vec<(String, (String, Rope))>,
    edited: VecDeque<(String, Range<usize>, isize)>,
}

/// What is to be forgotten.
#[derive(Debug, Default)]
struct Forgotten {
    /// All; so many bytes of memory may be taken then.
    reset: Option<usize>,
    /// Documents that were closed, and their files.
    closed: BTreeSet<String>,
    /// Files that are not there any more.
    gone: BTreeSet<String>,
}

impl Forgotten {
    fn carry_out(self, index: &mut ContextIndex) {
        if let Some(memory) = self.reset {
            *index = ContextIndex::new(memory);
        }
        self.closed.iter().for_each(|key| index.remove(key));
        self.gone.iter().for_each(|key| index.remove_file(key));
    }
}

impl SharedContext {
    /// An empty one that may take so many bytes of memory. Where it is not `wanted` it stays empty.
    pub fn new(wanted: bool, memory: usize) -> Self {
        let noted = Mutex::new(Noted { wanted, ..Noted::default() });
        Self { index: Mutex::new(ContextIndex::new(memory)), noted, coverage: Mutex::default() }
    }

    /// Forgets all; what was read before the epoch does not come in any more.
    pub fn reset(&self, epoch: Epoch, wanted: bool, memory: usize) {
        *self.noted() = Noted {
            wanted,
            epoch,
            forgotten: Forgotten { reset: Some(memory), ..Forgotten::default() },
            ..Noted::default()
        };
    }

    /// The document's text is this by now.
    pub fn opened(&self, key: &str, document: &Document) {
        let mut noted = self.noted();
        if noted.wanted {
            let text = (document.language.to_string(), document.text.clone());
            match noted.opened.iter_mut().find(|(known, _)| known == key) {
                Some((_, known)) => *known = text,
                None => noted.opened.push((key.to_owned(), text)),
            }
        }
    }

    /// Lines of an open document were edited: what stands in them now, and how many more lines there are than before.
    pub fn edited(&self, key: &str, document: &Document, edits: &[(Range<usize>, isize)]) {
        self.opened(key, document);
        let mut noted = self.noted();
        if noted.wanted {
            let by_hand = edits.iter().filter(|(lines, _)| lines.len() <= LINES_BY_HAND);
            noted.edited.extend(by_hand.map(|(lines, more)| (key.to_owned(), lines.clone(), *more)));
            let old = noted.edited.len().saturating_sub(MOST_EDITS);
            noted.edited.drain(..old);
        }
    }

    /// A document was closed or is left out; what its file holds is read again.
    pub fn closed(&self, key: &str) {
        let mut noted = self.noted();
        noted.opened.retain(|(opened, _)| opened != key);
        noted.edited.retain(|(edited, ..)| edited != key);
        if noted.wanted {
            noted.forgotten.closed.insert(key.to_owned());
        }
    }

    /// A file is not there any more. A document that is open stays.
    pub fn gone(&self, key: &str) {
        let mut noted = self.noted();
        if noted.wanted {
            noted.forgotten.gone.insert(key.to_owned());
        }
    }

    /// Takes files of the workspace, unless none are wanted or all was forgotten since they began to be read.
    pub fn add(&self, epoch: Epoch, files: &[File]) {
        for file in files {
            // Given back after each, so that no choice waits for all of them.
            let mut index = self.index();
            if self.forget(&mut index) != Some(epoch) {
                return;
            }
            index.add(&file.key, &file.language, &file.text);
            self.measure(&index);
        }
    }

    /// At most `bytes` of excerpts for a place.
    pub fn choose(&self, place: &Place<'_>, kept: &[Snippet], bytes: usize) -> Vec<Snippet> {
        let mut index = self.index();
        self.take_in(&mut index, Some(place.key));
        self.measure(&index);
        index.choose(place, kept, bytes)
    }

    /// Files that are not open and hold the most of these names.
    pub fn holding(&self, place: &Place<'_>, names: &[String], most: usize) -> Vec<String> {
        let mut index = self.index();
        self.take_in(&mut index, Some(place.key));
        index.holding(place, names, most)
    }

    /// The text of a file as excerpts are chosen from it.
    pub fn text(&self, key: &str) -> Option<String> {
        self.index().text(key).map(str::to_owned)
    }

    /// How much is indexed.
    pub fn coverage(&self) -> Coverage {
        *self.coverage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what is to be forgotten; texts that are noted stay so, since reading them for each file of a workspace would
    /// take longer than the files do. Gives the latest epoch; `None` where no files are wanted.
    fn forget(&self, index: &mut ContextIndex) -> Option<Epoch> {
        let mut noted = self.noted();
        let (forgotten, epoch) = (std::mem::take(&mut noted.forgotten), noted.wanted.then_some(noted.epoch));
        drop(noted);
        forgotten.carry_out(index);
        epoch
    }

    /// Takes in what was noted, but for the text of one document, which is read only where another one needs it.
    fn take_in(&self, index: &mut ContextIndex, except: Option<&str>) {
        let mut noted = self.noted();
        let is_own = |(key, _): &mut (String, _)| except == Some(key.as_str());
        let own: Vec<_> = noted.opened.extract_if(.., is_own).collect();
        let opened = std::mem::replace(&mut noted.opened, own);
        let (forgotten, edited) = (std::mem::take(&mut noted.forgotten), std::mem::take(&mut noted.edited));
        drop(noted);
        forgotten.carry_out(index);
        for (key, (language, text)) in opened {
            index.open(&key, &language, &text.to_string());
        }
        for (key, lines, more) in edited {
            index.edited(&key, lines, more);
        }
    }

    fn measure(&self, index: &ContextIndex) {
        *self.coverage.lock().unwrap_or_else(PoisonError::into_inner) = index.coverage();
    }

    fn index(&self) -> MutexGuard<'_, ContextIndex> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "fn known_name() {\n    other_name();\n}\n";

    fn document(text: &str) -> Document {
        Document::new("file:///w/a.rs", "rust", 1, text)
    }

    fn file() -> File {
        File { key: "/w/a.rs".into(), language: "rust".into(), text: TEXT.into() }
    }

    /// How many files are known after what was noted is taken in.
    fn files(context: &SharedContext) -> usize {
        let mut index = context.index();
        context.take_in(&mut index, None);
        index.coverage().files
    }

    #[test]
    fn what_was_noted_is_taken_in_in_the_order_in_which_it_counts() {
        let context = SharedContext::new(true, 1 << 20);
        context.add(Epoch::default(), &[file()]);
        assert_eq!(files(&context), 1);
        context.closed("/w/a.rs");
        context.opened("/w/a.rs", &document("fn new_name() {}\n"));
        context.gone("/w/a.rs");
        assert_eq!(files(&context), 1, "it is open");
        assert_eq!(context.text("/w/a.rs").as_deref(), Some("fn new_name() {}\n"));
        context.closed("/w/a.rs");
        assert_eq!(files(&context), 0);
        context.reset(Epoch::default().next(), true, 1 << 20);
        context.add(Epoch::default(), &[file()]);
        assert_eq!(files(&context), 0, "it was read before");
        context.add(Epoch::default().next(), &[file()]);
        assert_eq!(files(&context), 1);
    }

    #[test]
    fn a_file_of_the_workspace_comes_in_without_what_is_typed_meanwhile() {
        let context = SharedContext::new(true, 1 << 20);
        context.edited("/w/b.rs", &document(TEXT), &[(0..1, 0)]);
        context.add(Epoch::default(), &[file()]);
        let noted = || {
            let noted = context.noted();
            (noted.opened.len(), noted.edited.len())
        };
        assert_eq!(noted(), (1, 1));
        assert_eq!(context.index().coverage().files, 1);
        assert_eq!(files(&context), 2);
        assert_eq!(noted(), (0, 0));
    }

    #[test]
    fn where_nothing_is_chosen_notes_do_not_pile_up_and_where_nothing_is_wanted_there_are_none() {
        let (wanted, unwanted) = (SharedContext::new(true, 1 << 20), SharedContext::new(false, 1 << 20));
        for line in 0..10 * MOST_EDITS {
            for context in [&wanted, &unwanted] {
                context.edited("/w/a.rs", &document(TEXT), &[(line..line + 1, 0)]);
                context.gone("/w/b.rs");
                context.closed("/w/c.rs");
            }
        }
        let noted = wanted.noted();
        assert_eq!(
            (noted.opened.len(), noted.edited.len(), noted.forgotten.gone.len(), noted.forgotten.closed.len()),
            (1, MOST_EDITS, 1, 1)
        );
        drop(noted);
        unwanted.add(Epoch::default(), &[file()]);
        let noted = unwanted.noted();
        assert_eq!(
            (noted.opened.len(), noted.edited.len(), noted.forgotten.gone.len(), noted.forgotten.closed.len()),
            (0, 0, 0, 0)
        );
        drop(noted);
        assert_eq!((files(&wanted), files(&unwanted)), (1, 0));
    }
}
