//! The next edit: what the person will change next, by rules from what they changed just now. No model, no network.
//!
//! Edits come into a [`history`] of changes. Each is taken apart into lines and tokens ([`difference`], [`scene`]). Each
//! rule finds [`pattern`]s in them, and the places where they would go on: [`rename`], [`rename_part`], [`same_change`]
//! (both by [`replaced`] tokens), [`same_lines`], [`signature`], [`removed`]. Whether a place is like an example is told by
//! its [`neighbours`], and whose name it has by its [`binding`]. [`choose`] makes candidates of the places,
//! [`numbers`] says by what they are judged, and [`confidence`] how likely each is right, with the [`tree`]s in [`learned`].
//! What was dismissed or passed over does not come again. All of it is pure: time is an argument.
//!
//! A [`text`] is searched by blocks of lines, each with a filter of its tokens, so that a request reads few lines however
//! many texts are open.

pub mod binding;
pub mod choose;
pub mod confidence;
pub mod difference;
pub mod history;
pub mod learned;
pub mod neighbours;
pub mod numbers;
pub mod pattern;
pub mod removed;
pub mod rename;
pub mod rename_part;
pub mod replaced;
pub mod same_change;
pub mod same_lines;
pub mod scene;
pub mod signature;
pub mod text;
pub mod tokens;
pub mod tree;
pub mod wording;

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use ropey::Rope;

use self::{
    choose::Candidate,
    confidence::Spot,
    history::EditHistory,
    scene::{Example, Scene, Taken},
    text::{Reader, Text},
};
pub use self::{history::Origin, pattern::Rule};

/// A change is an example when no key was pressed in it for so many milliseconds: a word half typed is none.
pub const SETTLED_MS: u64 = 250;

/// Edits of one pattern that are almost as likely as the likeliest are equal: the nearest comes first.
const ALMOST: f32 = 0.05;

/// Blocks of lines that one request reads anew in the text with the cursor. They are kept, so the next ones read further.
const BLOCKS_HERE: usize = 8;

/// And in each other text.
const BLOCKS_ELSEWHERE: usize = 1;

/// Texts that are searched, the one with the cursor among them.
const MAX_TEXTS: usize = 16;

/// Patterns of one kind that are looked at, the latest first.
const MAX_PATTERNS: usize = 10;

/// The same for the rules that seldom find something.
const MAX_RARE: usize = 3;

/// Edits of which it is remembered since when they are known.
const MAX_KNOWN: usize = 4_000;

/// Blocks of a text that count as read, some 5,000 lines: when there are more, searches begin anew around the cursor.
const MAX_READ_BLOCKS: usize = 100;

/// A rule that was dismissed so often in a row rests until the session ends.
const RESTS_AFTER: u32 = 3;

/// An edit that is offered.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The document's key.
    pub key: Arc<str>,
    /// What is replaced, in bytes of the text as it is, and by what. In order; none overlaps another; applied together.
    pub edits: Vec<(Range<usize>, String)>,
    /// On which lines; where lines are put in, an empty range before one.
    pub lines: Range<usize>,
    /// The rule that found it.
    pub rule: Rule,
    /// How likely it is what the person will do.
    pub confidence: f32,
    /// Which pattern it follows: equal for the places of one renaming.
    pub pattern: u64,
    /// How far it is from the cursor: below it 0, above it 1, in another text 2; then in lines, or texts.
    pub nearness: (usize, usize, usize),
    /// What it is, wherever it has moved to: an edit that was passed over is known by this.
    pub identity: u64,
}

/// What an edit is judged by.
type Numbers = [f32; numbers::NUMBERS];

/// The state of one session: the open texts, what was changed, what was dismissed.
#[derive(Debug, Default)]
pub struct NextEdit {
    texts: Vec<Text>,
    history: EditHistory,
    /// Each change taken apart, by its serial and revision.
    taken: HashMap<(u64, u64), Arc<Taken>>,
    passed: HashSet<u64>,
    /// How often edits of a pattern were passed over or dismissed.
    refused: HashMap<u64, usize>,
    /// Edits that were known, and the number of the change before they first were.
    known: HashMap<u64, u64>,
    dismissed_in_a_row: HashMap<Rule, u32>,
}

impl NextEdit {
    /// A document was opened, or its text came anew.
    pub fn open(&mut self, key: &Arc<str>, language: &Arc<str>, text: Rope) {
        self.close(key);
        self.texts.push(Text::new(Arc::clone(key), Arc::clone(language), text));
    }

    /// A document was closed: it is forgotten, and with it what was changed in it.
    pub fn close(&mut self, key: &str) {
        self.texts.retain(|text| &*text.key != key);
        self.history.forget(key);
    }

    /// In the document `key`, `inserted` bytes stand where `replaced` stood, so that its text is `after`.
    ///
    /// A whole text that comes anew counts as what differs in it.
    pub fn change(
        &mut self,
        key: &str,
        after: Rope,
        replaced: Range<usize>,
        inserted: usize,
        origin: Origin,
        now_ms: u64,
    ) {
        let Some(text) = self.texts.iter_mut().find(|text| &*text.key == key) else { return };
        let before = text.rope.clone();
        let (replaced, inserted) = text::narrowed(&before, &after, replaced, inserted);
        text.change(after, replaced.clone());
        self.history.record(&text.key, (&before, &text.rope), replaced, inserted, origin, now_ms);
    }

    /// The edit that comes next when the cursor is at byte `cursor` of `key`, if one is as likely as `least`, 0 to 1.
    pub fn propose(&mut self, key: &str, cursor: usize, least: f32, now_ms: u64) -> Option<Proposal> {
        let mut all = self.candidates(key, cursor, now_ms);
        all.retain(|proposal| proposal.confidence >= least);
        nearest_of_likeliest(&all).cloned()
    }

    /// All places of the proposal's pattern that are as likely as `least`, in order; none overlaps another.
    pub fn all_places(&mut self, proposal: &Proposal, cursor: usize, least: f32, now_ms: u64) -> Vec<Proposal> {
        let (_, mut all) = self.judged(&proposal.key, cursor, now_ms, usize::MAX);
        all.retain(|other| other.pattern == proposal.pattern && other.confidence >= least);
        all.sort_by(|one, two| two.confidence.total_cmp(&one.confidence));
        let mut kept: Vec<Proposal> = vec![proposal.clone()];
        let span = |one: &Proposal| match (one.edits.first(), one.edits.last()) {
            (Some(first), Some(last)) => first.0.start..last.0.end,
            _ => 0..0,
        };
        for other in all {
            let (start, end) = (span(&other).start, span(&other).end);
            if kept.iter().all(|one| one.key != other.key || span(one).end < start || end < span(one).start) {
                kept.push(other);
            }
        }
        kept.sort_by_key(|one| (Arc::clone(&one.key), span(one).start));
        kept
    }

    /// The person did not want the edit: it does not come again.
    pub fn dismissed(&mut self, proposal: &Proposal) {
        self.passed_over(proposal);
        *self.dismissed_in_a_row.entry(proposal.rule).or_default() += 1;
    }

    /// The person saw the edit and did something else: it does not come again.
    pub fn passed_over(&mut self, proposal: &Proposal) {
        self.passed.insert(proposal.identity);
        *self.refused.entry(proposal.pattern).or_default() += 1;
    }

    /// The person took the edit. The change itself comes by [`change`](Self::change), as [`Origin::Accepted`].
    pub fn accepted(&mut self, proposal: &Proposal) {
        self.dismissed_in_a_row.remove(&proposal.rule);
    }

    /// The rules that rest until the session ends.
    pub fn resting(&self) -> Vec<Rule> {
        Rule::ALL.into_iter().filter(|&rule| self.rests(rule)).collect()
    }

    /// All edits that are known, in no order, however unlikely.
    pub fn candidates(&mut self, key: &str, cursor: usize, now_ms: u64) -> Vec<Proposal> {
        self.judged(key, cursor, now_ms, choose::NEAREST_RUNS).1
    }

    /// All edits that are known, with the numbers they were judged by: what the trees are fitted on.
    pub fn numbered(&mut self, key: &str, cursor: usize, now_ms: u64) -> Vec<(Numbers, Proposal)> {
        let (numbers, proposals) = self.judged(key, cursor, now_ms, choose::NEAREST_RUNS);
        numbers.into_iter().map(|(numbers, _)| numbers).zip(proposals).collect()
    }

    /// All edits that are known, of each pattern at each level the `most` nearest; what each was judged by apart from it.
    fn judged(&mut self, key: &str, cursor: usize, now_ms: u64, most: usize) -> (Vec<(Numbers, Spot)>, Vec<Proposal>) {
        self.take_apart();
        let Some(scene) = self.scene(key, cursor, now_ms) else { return Default::default() };
        let mut patterns = rename::patterns(&scene, MAX_PATTERNS);
        patterns.extend(same_change::exact(&scene, MAX_PATTERNS));
        let spans = same_change::spans(&scene);
        patterns.extend(same_change::shapes(&scene, &spans, MAX_PATTERNS));
        let around = same_lines::surroundings(&scene);
        patterns.extend(same_lines::patterns(&scene, &around, MAX_PATTERNS));
        patterns.extend(rename_part::patterns(&scene, MAX_RARE));
        patterns.extend(signature::patterns(&scene, MAX_RARE));
        patterns.extend(removed::patterns(&scene, MAX_RARE));
        patterns.retain(|pattern| !pattern.places.is_empty());
        let candidates = choose::candidates(&scene, &patterns, most);
        let mut numbers: Vec<(Numbers, Spot)> = Vec::with_capacity(candidates.len());
        let mut proposals: Vec<Proposal> = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let judged_by = candidate.numbers;
            let spot = Spot { text: candidate.text, lines: candidate.lines.clone(), pattern: candidate.pattern };
            if let Some(proposal) = self.proposal(&scene, candidate).filter(|proposal| self.wanted(proposal)) {
                numbers.push((judged_by, spot));
                proposals.push(proposal);
            }
        }
        drop(scene);
        self.judge(&mut numbers, &mut proposals);
        (numbers, proposals)
    }

    /// Judges the edits, now that it is clear since when they are known.
    fn judge(&mut self, numbers: &mut [(Numbers, Spot)], proposals: &mut [Proposal]) {
        let changes = self.history.count();
        if self.known.len() > MAX_KNOWN {
            self.known.clear();
        }
        for ((numbers, _), proposal) in numbers.iter_mut().zip(&*proposals) {
            let since = *self.known.entry(proposal.identity).or_insert(changes);
            let refused = self.refused.get(&proposal.pattern).copied().unwrap_or_default();
            numbers::remember(numbers, changes.saturating_sub(since) as usize, refused);
        }
        for (proposal, confidence) in proposals.iter_mut().zip(confidence::judge(numbers)) {
            proposal.confidence = confidence;
        }
        for text in &mut self.texts {
            text.forget_read(MAX_READ_BLOCKS);
        }
    }

    fn wanted(&self, proposal: &Proposal) -> bool {
        !self.rests(proposal.rule) && !self.passed.contains(&proposal.identity)
    }

    fn rests(&self, rule: Rule) -> bool {
        self.dismissed_in_a_row.get(&rule).is_some_and(|&count| count >= RESTS_AFTER)
    }

    fn proposal(&self, scene: &Scene<'_>, candidate: Candidate) -> Option<Proposal> {
        let reader = scene.readers.get(candidate.text)?;
        let (text, line) = (reader.text, reader.line(candidate.lines.start).text);
        let mut identity = tokens::mix(candidate.pattern, u64::from(text::token_hash(&text.key)));
        identity = tokens::mix(identity, u64::from(text::token_hash(line)));
        for (_, new) in &candidate.edits {
            identity = tokens::mix(identity, u64::from(text::token_hash(new)));
        }
        Some(Proposal {
            nearness: choose::nearness(scene, candidate.text, candidate.lines.start),
            key: Arc::clone(&text.key),
            confidence: 0.0,
            edits: candidate.edits,
            lines: candidate.lines,
            rule: candidate.rule,
            pattern: candidate.pattern,
            identity,
        })
    }

    fn take_apart(&mut self) {
        let mut taken = HashMap::new();
        for change in self.history.latest_first() {
            let Some(text) = self.texts.iter().find(|text| text.key == change.key) else { continue };
            let id = (change.serial, change.revision);
            let known = self.taken.remove(&id).unwrap_or_else(|| Arc::new(Taken::new(text, change)));
            taken.insert(id, known);
        }
        self.taken = taken;
    }

    fn scene(&self, key: &str, cursor: usize, now_ms: u64) -> Option<Scene<'_>> {
        let here = self.texts.iter().position(|text| &*text.key == key)?;
        let mut order = vec![here];
        // The texts with the latest changes are nearest.
        for change in self.history.latest_first() {
            order.extend(self.texts.iter().position(|text| text.key == change.key));
        }
        order.extend((0..self.texts.len()).rev());
        let mut seen = HashSet::new();
        order.retain(|&text| seen.insert(text));
        order.truncate(MAX_TEXTS);
        let blocks = |number: usize| if number == 0 { BLOCKS_HERE } else { BLOCKS_ELSEWHERE };
        let readers: Vec<Reader<'_>> = order
            .iter()
            .enumerate()
            .filter_map(|(number, &text)| Some(Reader::new(self.texts.get(text)?, blocks(number))))
            .collect();
        let mut examples = Vec::new();
        for (age, change) in self.history.latest_first().enumerate() {
            let Some(text) = readers.iter().position(|reader| reader.text.key == change.key) else { continue };
            let Some(taken) = self.taken.get(&(change.serial, change.revision)) else { continue };
            let lines = readers.get(text).map(|reader| reader.text)?;
            examples.push(Example {
                text,
                age,
                typed: change.typed && change.last_ms.saturating_add(SETTLED_MS) <= now_ms,
                first_line: lines.line_at(change.range.start),
                last_line: lines.line_at(change.range.end),
                range: change.range.clone(),
                taken: Arc::clone(taken),
            });
        }
        let cursor_line = readers.first()?.text.line_at(cursor);
        Some(Scene { readers, examples, cursor_line })
    }
}

/// The likeliest proposal, or one of its pattern that is nearer and almost as likely: so a chain goes on downwards.
pub fn nearest_of_likeliest(all: &[Proposal]) -> Option<&Proposal> {
    let best = all.iter().reduce(|best, next| if next.confidence > best.confidence { next } else { best })?;
    let equal = |one: &&Proposal| one.pattern == best.pattern && one.confidence >= best.confidence - ALMOST;
    all.iter().filter(equal).min_by_key(|one| one.nearness)
}

#[cfg(test)]
mod tests;
