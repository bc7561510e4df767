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
    let spots: Vec<&Spot> = edits.iter().map(|(_, spot)| spot).collect();
    let on_line = by_line(&spots);
    let probabilities: Vec<f32> = odds.iter().map(|&odds| probability(odds)).collect();
    let expected: f32 = probabilities.iter().sum();
    let mut likeliest_first: Vec<(usize, f32)> = odds.iter().copied().enumerate().collect();
    likeliest_first.sort_by(|(_, one), (_, two)| two.total_cmp(one));
    let known_before = edits.iter().zip(odds).filter(|((numbers, _), _)| numbers::waited(numbers) > 0.0);
    let ignored = known_before.map(|(_, &odds)| odds).fold(f32::MIN, f32::max).max(LEAST);
    let worth = likeliest_first.iter().take_while(|(_, odds)| *odds >= WORTH);
    let of_patterns = of_patterns(edits, odds);
    let ignored_expected = of_patterns.values().map(|pattern| pattern.ignored).sum();
    let mut expected_in: HashMap<usize, f32> = HashMap::new();
    for (spot, probability) in spots.iter().zip(&probabilities) {
        *expected_in.entry(spot.text).or_default() += probability;
    }
    // Two patterns at once are wider than one, and more lines than fewer.
    let width = |edit: usize| edits.get(edit).map(|(numbers, spot)| (spot.lines.len(), numbers::is_joined(numbers)));
    let wider = |one: usize, two: usize| width(one) > width(two);
    let rival = |here: &[usize], is: &dyn Fn(usize) -> bool| {
        let rivals = here.iter().filter(|&&other| is(other)).filter_map(|&other| odds.get(other));
        rivals.copied().fold(LEAST, f32::max)
    };
    let mut likelier_patterns = HashSet::new();
    let mut standings: Vec<(usize, Standing)> = Vec::new();
    for (rank, &(edit, likely)) in worth.enumerate() {
        let Some(spot) = spots.get(edit) else { continue };
        let here = meeting(spot, &on_line);
        let expected_here: f32 = here.iter().filter_map(|&other| probabilities.get(other)).sum();
        let rivals = here.iter().filter(|&&other| other != edit).filter_map(|&other| odds.get(other));
        let around = Spot { lines: spot.lines.start.saturating_sub(1)..spot.occupied().end + 1, ..(*spot).clone() };
        let beside = meeting(&around, &on_line);
        let beside =
            beside.iter().filter(|&other| here.binary_search(other).is_err()).filter_map(|&other| odds.get(other));
        let pattern = of_patterns.get(&spot.pattern).copied().unwrap_or_default();
        likelier_patterns.insert(spot.pattern);
        let elsewhere = likeliest_first.iter().find(|(other, _)| here.binary_search(other).is_err());
        standings.push((
            edit,
            Standing {
                likely,
                likeliest: elsewhere.map_or(LEAST, |(_, odds)| odds.max(LEAST)),
                rival_here: rivals.copied().fold(LEAST, f32::max),
                likelier: rank,
                expected: (expected - expected_here).max(0.0),
                ignored,
                candidates: odds.len(),
                pattern_likeliest: if likely < pattern.likeliest { pattern.likeliest } else { pattern.second }
                    .max(LEAST),
                pattern_expected: (pattern.expected - probability(likely)).max(0.0),
                likelier_patterns: likelier_patterns.len() - 1,
                here: here.len(),
                beside_here: beside.copied().fold(LEAST, f32::max),
                wider_here: rival(&here, &|other| wider(other, edit)),
                narrower_here: rival(&here, &|other| wider(edit, other)),
                text_expected: (expected_in.get(&spot.text).copied().unwrap_or_default() - expected_here).max(0.0),
                other_pattern: likeliest_first
                    .iter()
                    .find(|(other, _)| {
                        spots.get(*other).is_some_and(|other| other.pattern != spot.pattern)
                            && here.binary_search(other).is_err()
                    })
                    .map_or(LEAST, |(_, odds)| odds.max(LEAST)),
                ignored_expected,
                pattern_ignored: pattern.ignored,
            },
        ));
    }
    for (edit, standing) in standings {
        if let Some((numbers, _)) = edits.get_mut(edit) {
            standing.add_to(numbers);
        }
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
