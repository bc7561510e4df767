//! Which windows of other files are like the text at the cursor: by their words, the rare ones counting most (BM25).

use std::collections::HashMap;
use std::ops::Range;

use super::Place;
use super::file::{IndexedFile, WINDOW_BLOCKS, family};
use super::identifiers::{Open, Reader};
use super::index::ContextIndex;
use super::nearness::Surroundings;
use super::vocabulary::Word;

/// Lines before the cursor that are compared, and those after it.
const LINES_BEFORE: usize = 16;
const LINES_AFTER: usize = 4;

/// A line's words count half as much so many lines further away.
const HALF_AFTER: f32 = 6.0;

/// Words after the cursor count so much of those before it.
const AFTER_PART: f32 = 0.5;

/// BM25's constants, as they are used everywhere: how soon repetition stops to count, and how much length does.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// So many windows are looked at closer.
const WINDOWS: usize = 60;

/// Postings read for one choice, which takes two milliseconds. The words that tell most are read first; what is left out
/// of a large workspace says little.
const POSTINGS: usize = 30_000;

/// A window of a file and how much it is like the text at the cursor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similar {
    pub file: u32,
    /// The window's number in its file.
    pub window: usize,
    /// 1 for the best one.
    pub score: f32,
}

/// The most similar windows, the best first.
pub fn similar(index: &ContextIndex, place: &Place<'_>) -> Vec<Similar> {
    let mut scores = Scores::new(index, place);
    let mut budget = POSTINGS;
    for (word, weight, rarity) in query(index, place) {
        for &(number, at) in index.vocabulary().places(word) {
            budget = budget.saturating_sub(1);
            let Some((file, windows)) = index.file(number).zip(scores.windows(number)) else { continue };
            for (block, count) in file.postings(at) {
                scores.count(&windows, block, count);
                budget = budget.saturating_sub(1);
            }
            let length = |window: usize| file.window_length(window) as f32 / index.average_window();
            scores.add(&windows, weight * rarity, length);
        }
        if budget == 0 {
            break;
        }
    }
    let surroundings = Surroundings::new(place);
    let mut similar: Vec<Similar> = Vec::new();
    for number in 0..index.numbers() {
        let Some((file, windows)) = index.file(number).zip(scores.windows(number)) else { continue };
        let scored = scores.all[windows].iter().enumerate().filter(|(_, score)| **score > 0.0);
        let mut nearness = None;
        similar.extend(scored.map(|(window, score)| {
            let nearness = *nearness.get_or_insert_with(|| surroundings.nearness(file));
            Similar { file: number, window, score: score * nearness }
        }));
    }
    let best_first = |a: &Similar, b: &Similar| {
        b.score.total_cmp(&a.score).then_with(|| (a.file, a.window).cmp(&(b.file, b.window)))
    };
    if similar.len() > WINDOWS {
        similar.select_nth_unstable_by(WINDOWS, best_first);
        similar.truncate(WINDOWS);
    }
    similar.sort_by(best_first);
    let best = similar.first().map_or(1.0, |best| best.score);
    similar.iter_mut().for_each(|similar| similar.score /= best);
    similar
}

/// The words at the cursor that other files have, each with its weight and how rare it is, those that tell most first.
fn query(index: &ContextIndex, place: &Place<'_>) -> Vec<(Word, f32, f32)> {
    let vocabulary = index.vocabulary();
    let mut weights: HashMap<Word, f32> = HashMap::new();
    let reader = Reader::new(place.language);
    let mut take = |line: &str, open: Open, weight: f32| {
        reader.line(line, open, &mut |identifier| {
            let known = vocabulary.get(identifier);
            let parts: Vec<Word> = match known {
                Some(word) => vocabulary.parts(word).to_vec(),
                None => super::identifiers::parts(identifier).iter().filter_map(|part| vocabulary.get(part)).collect(),
            };
            for word in known.into_iter().chain(parts) {
                let known = weights.entry(word).or_default();
                *known = known.max(weight);
            }
        })
    };
    let weight = |distance: usize| 0.5f32.powf(distance as f32 / HALF_AFTER);
    // All lines above are read, as they tell whether the cursor is in a comment or a string of several lines.
    let (mut open, above) = (Open::default(), place.before.matches('\n').count());
    for (number, line) in place.before.split('\n').enumerate() {
        let distance = above - number;
        open = if distance < LINES_BEFORE {
            take(line, open, weight(distance))
        } else {
            reader.line(line, open, &mut |_| {})
        };
    }
    for (distance, line) in place.after.split('\n').take(LINES_AFTER).enumerate() {
        open = take(line, open, AFTER_PART * weight(distance));
    }
    let blocks = index.blocks() as f32;
    let rarity = |word: Word| {
        let with = vocabulary.blocks(word) as f32;
        (1.0 + (blocks - with + 0.5) / (with + 0.5)).ln()
    };
    let mut words: Vec<_> = weights.into_iter().map(|(word, weight)| (word, weight, rarity(word))).collect();
    words.sort_by(|a, b| (b.1 * b.2).total_cmp(&(a.1 * a.2)).then(a.0.cmp(&b.0)));
    words
}

/// How similar the windows of all files are that may be told.
struct Scores {
    /// Where each file's windows begin among all; the end where none of them may be told.
    starts: Vec<usize>,
    all: Vec<f32>,
    /// How often the word at hand stands in each.
    counts: Vec<u32>,
    touched: Vec<usize>,
}

impl Scores {
    fn new(index: &ContextIndex, place: &Place<'_>) -> Self {
        let own_family = family(place.key, place.language);
        let mut starts = vec![0];
        let mut end = 0;
        for number in 0..index.numbers() {
            let file = index.file(number).filter(|file| file.family == own_family);
            end += file.filter(|_| index.may_be_told(number, place)).map_or(0, IndexedFile::windows);
            starts.push(end);
        }
        Self { starts, all: vec![0.0; end], counts: vec![0; end], touched: vec![] }
    }

    /// The file's windows among all; `None` where none of them may be told.
    fn windows(&self, number: u32) -> Option<Range<usize>> {
        let bounds = self.starts.get(number as usize..number as usize + 2)?;
        Some(bounds[0]..bounds[1]).filter(|windows| !windows.is_empty())
    }

    /// The word stands in a block of the file, which belongs to several of its windows.
    fn count(&mut self, windows: &Range<usize>, block: usize, count: u32) {
        let last = block.min(windows.len() - 1);
        for window in (block + 1).saturating_sub(WINDOW_BLOCKS).min(last)..=last {
            let counted = &mut self.counts[windows.start + window];
            if *counted == 0 {
                self.touched.push(window);
            }
            *counted += count;
        }
    }

    /// Adds the word's worth where it stands in the file. `length` is a window's, as a part of the average.
    fn add(&mut self, windows: &Range<usize>, worth: f32, length: impl Fn(usize) -> f32) {
        for window in self.touched.drain(..) {
            let count = std::mem::take(&mut self.counts[windows.start + window]) as f32;
            self.all[windows.start + window] +=
                worth * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length(window)));
        }
    }
}
