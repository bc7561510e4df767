//! How likely each of the known edits is right: by itself first, then beside the others.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
};

use super::{
    learned::{first, second},
    numbers::{self, NUMBERS, Standing},
};

/// Log odds by the first trees, below which an edit is so unlikely (1 in 20) that the others do not matter.
pub const WORTH: f32 = -3.0;

/// Where an edit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Which text.
    pub text: usize,
    /// On which lines; where lines are put in, an empty range before one.
    pub lines: Range<usize>,
    /// Which pattern it follows.
    pub pattern: u64,
}

impl Spot {
    /// The lines by which it is told whether two edits meet: where lines are put in, the one that they come before.
    fn occupied(&self) -> Range<usize> {
        self.lines.start..self.lines.end.max(self.lines.start + 1)
    }
}

/// For each edit the probability that it does exactly what comes next. What each is beside the others is added to its
/// numbers.
pub fn judge(edits: &mut [([f32; NUMBERS], Spot)]) -> Vec<f32> {
    let odds: Vec<f32> = edits.iter().map(|(numbers, _)| first::MODEL.odds(numbers)).collect();
    compare(edits, &odds);
    let judged = edits.iter().zip(odds);
    judged.map(|((numbers, _), odds)| probability(both(odds, || second::MODEL.odds(numbers)))).collect()
}

/// What both models say together: each errs in its own way, so their mean is nearer the truth than either. What is not
/// worth it is judged by the first alone.
pub fn both(first: f32, second: impl FnOnce() -> f32) -> f32 {
    if first < WORTH { first } else { f32::midpoint(first, second()) }
}

/// Adds to the numbers of each edit that is worth it what it is beside the others, which have these `odds`.
pub fn compare(edits: &mut [([f32; NUMBERS], Spot)], odds: &[f32]) {
    let standings = Known::new(edits, odds).standings();
    for (edit, standing) in standings {
        if let Some((numbers, _)) = edits.get_mut(edit) {
            standing.add_to(numbers);
        }
    }
}

/// All edits that are known at a moment, by their places in a list.
struct Known<'a> {
    edits: &'a [([f32; NUMBERS], Spot)],
    odds: &'a [f32],
    probabilities: Vec<f32>,
    /// The likeliest first.
    ranked: Vec<usize>,
    on_line: HashMap<(usize, usize), Vec<usize>>,
    of_patterns: BTreeMap<u64, OfPattern>,
    /// How many are right in each text, if the first trees are.
    expected_in: HashMap<usize, f32>,
}

impl<'a> Known<'a> {
    fn new(edits: &'a [([f32; NUMBERS], Spot)], odds: &'a [f32]) -> Self {
        let probabilities: Vec<f32> = odds.iter().map(|&odds| probability(odds)).collect();
        let mut ranked: Vec<usize> = (0..odds.len()).collect();
        let of = |edit: &usize| odds.get(*edit).copied().unwrap_or(LEAST);
        ranked.sort_by(|one, two| of(two).total_cmp(&of(one)));
        let mut expected_in: HashMap<usize, f32> = HashMap::new();
        for ((_, spot), probability) in edits.iter().zip(&probabilities) {
            *expected_in.entry(spot.text).or_default() += probability;
        }
        let spots: Vec<&Spot> = edits.iter().map(|(_, spot)| spot).collect();
        let (on_line, of_patterns) = (by_line(&spots), of_patterns(edits, odds));
        Self { edits, odds, probabilities, ranked, on_line, of_patterns, expected_in }
    }

    /// What each edit that is worth it is beside the others.
    fn standings(&self) -> Vec<(usize, Standing)> {
        let expected: f32 = self.probabilities.iter().sum();
        let known_before = self.edits.iter().zip(self.odds).filter(|((numbers, _), _)| numbers::waited(numbers) > 0.0);
        let of_all = Standing {
            expected,
            ignored: known_before.map(|(_, &odds)| odds).fold(LEAST, f32::max),
            ignored_expected: self.of_patterns.values().map(|pattern| pattern.ignored).sum(),
            candidates: self.odds.len(),
            ..Standing::default()
        };
        let mut likelier_patterns = HashSet::new();
        let mut standings = Vec::new();
        for (rank, &edit) in self.ranked.iter().take_while(|&&edit| self.odds_of(edit) >= WORTH).enumerate() {
            let Some((_, spot)) = self.edits.get(edit) else { continue };
            likelier_patterns.insert(spot.pattern);
            let of_rank = Standing { likelier: rank, likelier_patterns: likelier_patterns.len() - 1, ..of_all };
            standings.push((edit, self.standing(edit, spot, of_rank)));
        }
        standings
    }

    /// Adds to what holds of all edits, and of its rank, what the edit at `spot` is beside those around it.
    fn standing(&self, edit: usize, spot: &Spot, known: Standing) -> Standing {
        let likely = self.odds_of(edit);
        let here = meeting(spot, &self.on_line);
        let elsewhere = |other: &usize| here.binary_search(other).is_err();
        let expected_here: f32 = here.iter().filter_map(|&other| self.probabilities.get(other)).sum();
        let around = Spot { lines: spot.lines.start.saturating_sub(1)..spot.occupied().end + 1, ..spot.clone() };
        let beside = meeting(&around, &self.on_line);
        let pattern = self.of_patterns.get(&spot.pattern).copied().unwrap_or_default();
        let others_here = || here.iter().filter(|&&other| other != edit);
        let likeliest = |is: &dyn Fn(&usize) -> bool| {
            self.ranked.iter().find(|other| elsewhere(other) && is(other)).map_or(LEAST, |&other| self.odds_of(other))
        };
        let of_another_pattern =
            |other: &usize| self.edits.get(*other).is_some_and(|(_, other)| other.pattern != spot.pattern);
        Standing {
            likely,
            likeliest: likeliest(&|_| true),
            rival_here: self.highest(others_here()),
            expected: (known.expected - expected_here).max(0.0),
            pattern_likeliest: if likely < pattern.likeliest { pattern.likeliest } else { pattern.second }.max(LEAST),
            pattern_expected: (pattern.expected - probability(likely)).max(0.0),
            here: here.len(),
            beside_here: self.highest(beside.iter().filter(|other| elsewhere(other))),
            wider_here: self.highest(others_here().filter(|&&other| self.width(other) > self.width(edit))),
            narrower_here: self.highest(others_here().filter(|&&other| self.width(other) < self.width(edit))),
            text_expected: (self.expected_in.get(&spot.text).copied().unwrap_or_default() - expected_here).max(0.0),
            other_pattern: likeliest(&of_another_pattern),
            pattern_ignored: pattern.ignored,
            ..known
        }
    }

    /// Never less than [`LEAST`], as where there is none such.
    fn odds_of(&self, edit: usize) -> f32 {
        self.odds.get(edit).copied().unwrap_or(LEAST).max(LEAST)
    }

    fn highest<'b>(&self, edits: impl Iterator<Item = &'b usize>) -> f32 {
        edits.map(|&edit| self.odds_of(edit)).fold(LEAST, f32::max)
    }

    /// Two patterns at once are wider than one, and more lines than fewer.
    fn width(&self, edit: usize) -> Option<(usize, bool)> {
        self.edits.get(edit).map(|(numbers, spot)| (spot.lines.len(), numbers::is_joined(numbers)))
    }
}

/// The edits of one pattern.
#[derive(Debug, Clone, Copy)]
struct OfPattern {
    likeliest: f32,
    second: f32,
    expected: f32,
    /// The part of it that was known before the latest change.
    ignored: f32,
}

impl Default for OfPattern {
    fn default() -> Self {
        Self { likeliest: LEAST, second: LEAST, expected: 0.0, ignored: 0.0 }
    }
}

fn of_patterns(edits: &[([f32; NUMBERS], Spot)], odds: &[f32]) -> BTreeMap<u64, OfPattern> {
    // In order, so that sums of fractions are the same each time.
    let mut all: BTreeMap<u64, OfPattern> = BTreeMap::new();
    for ((numbers, spot), &odds) in edits.iter().zip(odds) {
        let probability = probability(odds);
        let pattern = all.entry(spot.pattern).or_default();
        pattern.second = pattern.second.max(odds.min(pattern.likeliest));
        pattern.likeliest = pattern.likeliest.max(odds);
        pattern.expected += probability;
        pattern.ignored += if numbers::waited(numbers) > 0.0 { probability } else { 0.0 };
    }
    all
}

/// The edits on each line of each text: those that meet where they share one.
fn by_line(spots: &[&Spot]) -> HashMap<(usize, usize), Vec<usize>> {
    let mut on_line: HashMap<_, Vec<usize>> = HashMap::new();
    for (edit, spot) in spots.iter().enumerate() {
        for line in spot.occupied() {
            on_line.entry((spot.text, line)).or_default().push(edit);
        }
    }
    on_line
}

/// The edits that meet the one at `spot`, itself among them, in order.
fn meeting(spot: &Spot, on_line: &HashMap<(usize, usize), Vec<usize>>) -> Vec<usize> {
    let mut here: Vec<usize> =
        spot.occupied().filter_map(|line| on_line.get(&(spot.text, line))).flatten().copied().collect();
    here.sort_unstable();
    here.dedup();
    here
}

/// Log odds where there is no other edit.
const LEAST: f32 = -8.0;

/// The probability that has these log odds.
pub fn probability(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

#[cfg(test)]
mod tests {
    use super::{super::numbers::NAMES, *};

    #[test]
    fn the_trees_were_fitted_on_these_numbers_in_this_order() {
        for model in [&first::MODEL, &second::MODEL] {
            assert_eq!(model.fitted_on, NAMES);
            assert!(model.trees.iter().flat_map(|tree| tree.number).all(|number| usize::from(number) < NUMBERS));
        }
    }

    #[test]
    fn an_edit_is_compared_with_those_elsewhere_and_with_those_on_its_lines() {
        let spot = |text, lines| ([0.0; NUMBERS], Spot { text, lines, pattern: 0 });
        let mut edits = [spot(0, 3..4), spot(0, 3..5), spot(0, 9..9), spot(1, 3..4)];
        compare(&mut edits, &[0.0, 1.0, -1.0, -5.0]);
        let number = |edit: usize, name: &str| edits[edit].0[NAMES.iter().position(|one| *one == name).unwrap()];
        assert_eq!(number(0, "likely"), 0.0);
        assert_eq!(number(0, "rival_here"), 1.0);
        assert_eq!(number(0, "likeliest"), -1.0);
        assert_eq!(number(0, "likelier"), 1.0);
        assert_eq!(number(2, "rival_here"), LEAST);
        assert_eq!(number(2, "likeliest"), 1.0);
        assert_eq!(number(3, "candidates"), 0.0, "what is not worth it is not compared");
        assert_eq!(number(0, "wider_here"), 1.0);
        assert_eq!(number(1, "narrower_here"), 0.0);
        assert_eq!(number(1, "wider_here"), LEAST);
    }

    #[test]
    fn an_edit_is_compared_with_others_of_its_pattern_and_with_those_beside_it() {
        let spot = |line, pattern| ([0.0; NUMBERS], Spot { text: 0, lines: line..line + 1, pattern });
        let mut edits = [spot(3, 1), spot(4, 2), spot(9, 1)];
        compare(&mut edits, &[0.0, 1.0, -1.0]);
        let number = |edit: usize, name: &str| edits[edit].0[NAMES.iter().position(|one| *one == name).unwrap()];
        assert_eq!(number(0, "pattern_likeliest"), -1.0);
        assert_eq!(number(2, "pattern_likeliest"), 0.0);
        assert_eq!(number(1, "pattern_likeliest"), LEAST);
        assert_eq!(number(0, "beside_here"), 1.0);
        assert_eq!(number(2, "beside_here"), LEAST);
        assert_eq!(number(0, "likelier_patterns"), 1.0);
        assert_eq!(number(1, "other_pattern"), 0.0);
    }

    #[test]
    fn what_is_worth_it_is_judged_by_both_models() {
        assert_eq!(both(1.0, || 0.0), 0.5);
        assert_eq!(both(WORTH - 1.0, || 9.0), WORTH - 1.0);
    }
}
