//! Choosing among the rests of a line that have the most votes.

use std::cmp::Reverse;

use crate::{
    compare::{NUMBERS, compare},
    learned::{BIAS, DIRECT, HIDDEN, MEAN, OUT, SCALE},
    likeness::{Most, Scene},
    query::Query,
    vote::{Choice, UNIT},
};

/// A number farther from what is usual than this many standard deviations tells nothing more.
const FARTHEST: f32 = 4.0;

/// Puts the choice first that is likeliest right, with how likely each is as its weight; those not looked at get none.
///
/// Votes are sums over places that know nothing of each other. Here the first choices are compared as wholes: how many
/// files have each, how near, whether others start the same, and whether it is what the plain longest match says.
pub fn choose(query: &Query, scene: &Scene, most: Most, choices: &mut [Choice]) {
    let scores: Vec<f32> = compare(query, scene, most, choices).iter().map(score).collect();
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (n, choice) in choices.iter_mut().enumerate() {
        choice.weight = scores.get(n).map_or(0, |score| (f64::from((score - highest).exp()) * UNIT) as u64);
    }
    // Stable: among equals it stays as the votes had it.
    choices.sort_by_key(|choice| Reverse(choice.weight));
}

/// The logarithm of how likely a choice is: a network with one hidden layer, and a direct way past it.
fn score(numbers: &[f32; NUMBERS]) -> f32 {
    let mut scaled = *numbers;
    for ((number, mean), scale) in scaled.iter_mut().zip(&MEAN).zip(&SCALE) {
        *number = ((*number - mean) * scale).clamp(-FARTHEST, FARTHEST);
    }
    let mut units = BIAS;
    for (number, weights) in scaled.iter().zip(&HIDDEN) {
        units.iter_mut().zip(weights).for_each(|(unit, weight)| *unit += number * weight);
    }
    let direct: f32 = scaled.iter().zip(&DIRECT).map(|(number, weight)| number * weight).sum();
    direct + units.iter().zip(&OUT).map(|(unit, out)| unit.max(0.0) * out).sum::<f32>()
}
