//! How likely each of the known edits is right: by itself first, then beside the others.

use std::{collections::HashMap, ops::Range};

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
    judged
        .map(|((numbers, _), odds)| probability(if odds < WORTH { odds } else { second::MODEL.odds(numbers) }))
        .collect()
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
    let mut standings: Vec<(usize, Standing)> = Vec::new();
    for (rank, &(edit, likely)) in worth.enumerate() {
        let Some(spot) = spots.get(edit) else { continue };
        let here = meeting(spot, &on_line);
        let expected_here: f32 = here.iter().filter_map(|&other| probabilities.get(other)).sum();
        let rivals = here.iter().filter(|&&other| other != edit).filter_map(|&other| odds.get(other));
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
            },
        ));
    }
    for (edit, standing) in standings {
        if let Some((numbers, _)) = edits.get_mut(edit) {
            standing.add_to(numbers);
        }
    }
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
        let spot = |text, lines| ([0.0; NUMBERS], Spot { text, lines });
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
    }
}
