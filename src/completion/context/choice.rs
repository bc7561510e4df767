//! Which lines are told: of windows that are like the text at the cursor, and of what was just edited, those that bring
//! the most names which this text lacks for the fewest bytes.

use std::collections::{HashMap, HashSet};

use super::file::{BLOCK_LINES, IndexedFile, WINDOW_BLOCKS};
use super::identifiers;
use super::index::ContextIndex;
use super::similarity::similar;
use super::vocabulary::Word;
use super::{Place, Snippet, Why};

/// A name that several windows hold counts as in the best of them, and so much of what it counts in each other one.
const AGAIN: f32 = 0.3;

/// How much the names in edits are worth beside those in the most similar window; it falls by this with each newer edit.
const EDIT_FADES: f32 = 0.9;

/// How similar what was edited is taken to be.
const EDIT_SCORE: f32 = 0.5;

/// What similarity itself is worth beside names.
const SIMILARITY: f32 = 0.9;

/// Bytes that each excerpt costs beside its own, and how much size counts: a little less than bytes do.
const OVERHEAD: f32 = 20.0;
const SIZE_POWER: f32 = 0.9;

/// Of what was chosen before so much of the bytes stays, in front and unmoved, for so many choices.
const KEPT_PART: usize = 2;
const KEPT_CHOICES: u8 = 8;

/// Names that are told of an excerpt, those of most worth first.
const NAMES_TOLD: usize = 3;

/// Lines with less than so many bytes of blanks between them are one excerpt.
const JOINED_OVER: usize = 2;

/// Lines of one file that may be told together.
struct Candidate<'a> {
    number: u32,
    file: &'a IndexedFile,
    /// Those that are not blank and not told yet.
    lines: Vec<usize>,
    /// Bytes of them, with what may be needed for a blank line behind each.
    bytes: usize,
    score: f32,
    is_edit: bool,
    /// Names that neither the text at the cursor nor anything told yet has.
    names: Vec<Word>,
    /// What these are worth.
    worth: f32,
}

/// Lines that are told.
struct Chosen<'a> {
    file: &'a IndexedFile,
    lines: Vec<usize>,
    bytes: usize,
    why: Why,
}

impl ContextIndex {
    /// At most `bytes` of excerpts for a place; see [`ContextSource`](super::ContextSource).
    pub fn choose(&self, place: &Place<'_>, kept: &[Snippet], bytes: usize) -> Vec<Snippet> {
        let known: HashSet<Word> = identifiers::all(place.before)
            .chain(identifiers::all(place.after))
            .filter_map(|name| self.vocabulary().get(name))
            .collect();
        let mut candidates = candidates(self, place, &known);
        let worth = worth(self, &candidates);
        candidates.iter_mut().for_each(|candidate| candidate.weigh(&worth));
        let front = front(self, place, kept, bytes);
        let mut choice = Choice { index: self, worth, candidates, left: bytes };
        for snippet in &front {
            choice.cover(snippet);
        }
        arrange(front, choice.fill(), bytes)
    }
}

fn candidates<'a>(index: &'a ContextIndex, place: &Place<'_>, known: &HashSet<Word>) -> Vec<Candidate<'a>> {
    let mut candidates = Vec::new();
    let mut add = |number: u32, first: usize, last: usize, score: f32, is_edit: bool| {
        let Some(file) = index.file(number) else { return };
        let mut names = Vec::new();
        file.identifiers(first, last, |_, name| {
            names.extend(index.vocabulary().get(name).filter(|word| !known.contains(word)));
        });
        names.sort_unstable();
        names.dedup();
        let is_blank = |line: &usize| file.line(*line).trim().is_empty();
        let lines: Vec<usize> = (first..last.min(file.lines())).filter(|line| !is_blank(line)).collect();
        let mut candidate = Candidate { number, file, lines, bytes: 0, score, is_edit, names, worth: 0.0 };
        candidate.measure();
        candidates.push(candidate);
    };
    for similar in similar(index, place) {
        let first = similar.window * BLOCK_LINES;
        add(similar.file, first, first + WINDOW_BLOCKS * BLOCK_LINES, similar.score, false);
    }
    for (age, key, lines) in index.recent().others(place.key) {
        let number = index.number(key).filter(|number| index.may_be_told(*number, place));
        if let Some(number) = number {
            add(number, lines.start, lines.end, EDIT_SCORE * EDIT_FADES.powi(age as i32), true);
        }
    }
    candidates
}

/// What each name is worth: more in a window that is more similar, and where fewer files have it.
fn worth(index: &ContextIndex, candidates: &[Candidate<'_>]) -> HashMap<Word, f32> {
    let files = index.files() as f32;
    let mut worth: HashMap<Word, f32> = HashMap::new();
    for candidate in candidates {
        for &word in &candidate.names {
            let with = index.vocabulary().places(word).len().max(1) as f32;
            let rarity = (1.0 + files / with).ln();
            let known = worth.entry(word).or_default();
            if candidate.is_edit {
                *known += candidate.score / EDIT_SCORE * rarity;
            } else {
                let here = candidate.score * candidate.score * rarity;
                *known = known.max(here) + AGAIN * known.min(here);
            }
        }
    }
    worth
}

/// What stays of the choice before: the first of its excerpts, as far as they stand in their files as they did.
fn front(index: &ContextIndex, place: &Place<'_>, kept: &[Snippet], bytes: usize) -> Vec<Snippet> {
    if kept.first().is_none_or(|first| first.age >= KEPT_CHOICES) {
        return Vec::new();
    }
    let mut left = bytes / KEPT_PART;
    let mut front = Vec::new();
    for snippet in kept {
        let number = index.number(&snippet.key).filter(|number| index.may_be_told(*number, place));
        let Some(file) = number.and_then(|number| index.file(number)) else { continue };
        if text(file, snippet.lines.clone()) != snippet.text {
            continue;
        }
        if snippet.text.len() > left {
            break;
        }
        left -= snippet.text.len();
        front.push(Snippet { age: snippet.age + 1, ..snippet.clone() });
    }
    front
}

struct Choice<'a> {
    index: &'a ContextIndex,
    worth: HashMap<Word, f32>,
    candidates: Vec<Candidate<'a>>,
    left: usize,
}

impl<'a> Choice<'a> {
    /// Takes the candidate of most worth for its size as long as one fits.
    fn fill(&mut self) -> Vec<Chosen<'a>> {
        let mut chosen = Vec::new();
        loop {
            self.candidates.retain(|candidate| !candidate.lines.is_empty());
            let fitting = self.candidates.iter().enumerate().filter(|(_, candidate)| candidate.bytes <= self.left);
            let best = fitting.max_by(|(_, a), (_, b)| a.gain().total_cmp(&b.gain()));
            let Some((at, _)) = best else { return chosen };
            let candidate = self.candidates.swap_remove(at);
            self.left -= candidate.bytes;
            let why = self.why(&candidate);
            self.told(candidate.number, &candidate.lines, &candidate.names);
            let Candidate { file, lines, bytes, .. } = candidate;
            chosen.push(Chosen { file, lines, bytes, why });
        }
    }

    /// What stays of the choice before is told already.
    fn cover(&mut self, snippet: &Snippet) {
        self.left = self.left.saturating_sub(snippet.text.len());
        let Some(number) = self.index.number(&snippet.key) else { return };
        let mut names = Vec::new();
        if let Some(file) = self.index.file(number) {
            file.identifiers(snippet.lines.start, snippet.lines.end, |_, name| {
                names.extend(self.index.vocabulary().get(name));
            });
        }
        names.sort_unstable();
        self.told(number, &snippet.lines.clone().collect::<Vec<_>>(), &names);
    }

    /// Lines of a file, in order, and sorted names count no more.
    fn told(&mut self, number: u32, lines: &[usize], names: &[Word]) {
        for candidate in &mut self.candidates {
            if candidate.number == number {
                candidate.lines.retain(|line| lines.binary_search(line).is_err());
                candidate.measure();
            }
            let before = candidate.names.len();
            candidate.names.retain(|word| names.binary_search(word).is_err());
            if candidate.names.len() < before {
                candidate.weigh(&self.worth);
            }
        }
    }

    fn why(&self, candidate: &Candidate<'_>) -> Why {
        if candidate.is_edit {
            return Why::Edited;
        }
        let worth = |word: &Word| self.worth.get(word).copied().unwrap_or_default();
        let mut names = candidate.names.clone();
        names.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then(a.cmp(b)));
        names.truncate(NAMES_TOLD);
        let names: Vec<String> = names.iter().map(|word| self.index.vocabulary().text(*word).to_owned()).collect();
        if names.is_empty() { Why::Alike } else { Why::Names(names) }
    }
}

impl Candidate<'_> {
    /// What it adds for its size: what similarity is worth, and the names that are not covered yet.
    fn gain(&self) -> f32 {
        (SIMILARITY * self.score + self.worth) / (self.bytes as f32 + OVERHEAD).powf(SIZE_POWER)
    }

    fn weigh(&mut self, worth: &HashMap<Word, f32>) {
        self.worth = self.names.iter().filter_map(|word| worth.get(word)).sum();
    }

    fn measure(&mut self) {
        self.bytes = self.lines.iter().map(|line| self.file.line(*line).len() + JOINED_OVER).sum();
    }
}

/// Puts what is new behind what was kept, by file and line, so that a ranking moves no text about. Where nothing was
/// kept, the better half stands in front: it is what will be kept.
fn arrange(front: Vec<Snippet>, chosen: Vec<Chosen<'_>>, bytes: usize) -> Vec<Snippet> {
    let (mut better, mut rest) = (Vec::new(), Vec::new());
    let mut left = if front.is_empty() { bytes / KEPT_PART } else { 0 };
    for chosen in chosen {
        if chosen.bytes <= left {
            left -= chosen.bytes;
            better.push(chosen);
        } else {
            left = 0;
            rest.push(chosen);
        }
    }
    let mut arranged = front;
    arranged.extend(snippets(better));
    arranged.extend(snippets(rest));
    arranged
}

/// The lines as they stand, those side by side together.
fn snippets(chosen: Vec<Chosen<'_>>) -> Vec<Snippet> {
    let mut lines: Vec<(&IndexedFile, usize, &Why)> = Vec::new();
    for Chosen { file, lines: some, why, .. } in &chosen {
        lines.extend(some.iter().map(|line| (*file, *line, why)));
    }
    lines.sort_by(|a, b| (&a.0.key, a.1).cmp(&(&b.0.key, b.1)));
    let mut snippets: Vec<Snippet> = Vec::new();
    for (file, line, why) in lines {
        let joined = snippets.last_mut().filter(|last| {
            let between = text(file, last.lines.end..line);
            last.key == file.key && between.len() <= JOINED_OVER && between.trim().is_empty()
        });
        match joined {
            Some(last) => {
                last.lines.end = line + 1;
                last.why.join(why);
            }
            None => snippets.push(Snippet {
                key: file.key.clone(),
                lines: line..line + 1,
                text: String::new(),
                why: why.clone(),
                age: 0,
            }),
        }
        if let Some(last) = snippets.last_mut() {
            last.text = text(file, last.lines.clone());
        }
    }
    snippets
}

/// Lines, each with its end.
fn text(file: &IndexedFile, lines: std::ops::Range<usize>) -> String {
    let mut text: String = lines.map(|line| file.line(line)).collect();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

impl Why {
    /// What is told of lines that were chosen for two reasons.
    fn join(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Names(names), Self::Names(more)) => {
                let new: Vec<_> = more.iter().filter(|name| !names.contains(name)).cloned().collect();
                names.extend(new);
                names.truncate(NAMES_TOLD);
            }
            (Self::Alike, Self::Names(_)) | (Self::Names(_) | Self::Alike, Self::Edited) => *self = other.clone(),
            _ => {}
        }
    }
}
