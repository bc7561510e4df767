//! How likely each of the known edits is right: by itself first, then beside the others.

use std::ops::Range;

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
    /// Whether both edits are on one line.
    pub fn meets(&self, other: &Self) -> bool {
        let end = |one: &Self| one.lines.end.max(one.lines.start + 1);
        self.text == other.text && self.lines.start < end(other) && other.lines.start < end(self)
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
    let known_before = |numbers: &[f32; NUMBERS]| numbers::waited(numbers) > 0.0;
    let old = edits.iter().zip(odds).filter(|((numbers, _), _)| known_before(numbers));
    let ignored = old.map(|(_, &odds)| odds).fold(f32::MIN, f32::max).max(LEAST);
    let standings: Vec<Option<Standing>> = edits
        .iter()
        .zip(odds)
        .enumerate()
        .map(|(at, ((_, spot), &likely))| {
            let mut standing = Standing {
                likely,
                likeliest: LEAST,
                rival_here: LEAST,
                ignored,
                candidates: edits.len(),
                ..Standing::default()
            };
            if likely < WORTH {
                return None;
            }
            for (number, ((_, other), &odds)) in edits.iter().zip(odds).enumerate().filter(|(number, _)| *number != at)
            {
                standing.likelier += usize::from(odds > likely || (odds == likely && number < at));
                if spot.meets(other) {
                    standing.rival_here = standing.rival_here.max(odds);
                } else {
                    standing.likeliest = standing.likeliest.max(odds);
                    standing.expected += probability(odds);
                }
            }
            Some(standing)
        })
        .collect();
    for ((numbers, _), standing) in edits.iter_mut().zip(standings) {
        if let Some(standing) = standing {
            standing.add_to(numbers);
        }
    }
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
