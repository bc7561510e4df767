//! The fitted models: how much an occurrence weighs, which candidate is likeliest, how likely a prediction is right.
//!
//! `cargo bench --bench local -- --fit` fits all three and writes `model/weights.rs`.

mod weights;

pub use weights::{FITTED, UNITS};

use crate::features::{CANDIDATE_FEATURES, CandidateFeatures, ConfidenceFeatures, PLACE_FEATURES, PlaceFeatures};

/// A value farther from the mean than this many standard deviations tells nothing more.
const FARTHEST: f32 = 4.0;
/// How many inputs the network has.
const INPUTS: usize = PLACE_FEATURES + CANDIDATE_FEATURES;

/// All that is fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What each feature adds to the logarithm of an occurrence's weight.
    pub similarity: PlaceFeatures<f64>,
    /// Which candidate is likeliest.
    pub ranking: Ranking,
    /// How likely a prediction is right.
    pub confidence: Confidence,
}

/// A network with one hidden layer of rectified linear units, and a direct way past it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    rows: [Row; INPUTS],
    units: [Unit; UNITS],
}

/// What the network has for one feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The mean over the candidates it was fitted on.
    pub mean: f32,
    /// The inverse of the standard deviation.
    pub scale: f32,
    /// What it adds to the score by itself.
    pub direct: f32,
    /// What it adds to each hidden unit.
    pub hidden: [f32; UNITS],
}

/// A hidden unit: what it starts from, and what it adds to the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    pub bias: f32,
    pub out: f32,
}

/// A logistic regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Confidence {
    /// The logarithm of the odds where all features are 0.
    pub bias: f64,
    /// What each feature adds to it.
    pub weights: ConfidenceFeatures<f64>,
}

impl Ranking {
    /// From the rows of each feature, by their names.
    pub const fn new(place: PlaceFeatures<Row>, candidate: CandidateFeatures<Row>, units: [Unit; UNITS]) -> Self {
        let (place, candidate) = (place.values(), candidate.values());
        let (mut rows, mut at) = ([place[0]; INPUTS], 0);
        while at < INPUTS {
            rows[at] = if at < PLACE_FEATURES { place[at] } else { candidate[at - PLACE_FEATURES] };
            at += 1;
        }
        Self { rows, units }
    }

    /// The logarithm of how likely a candidate is, up to a constant that is the same for all of a place.
    pub fn score(&self, best: &PlaceFeatures<f32>, candidate: &CandidateFeatures<f32>) -> f32 {
        let mut scaled = [0.0; INPUTS];
        let values = best.values().into_iter().chain(candidate.values());
        for ((scaled, value), row) in scaled.iter_mut().zip(values).zip(&self.rows) {
            *scaled = ((value - row.mean) * row.scale).clamp(-FARTHEST, FARTHEST);
        }
        let mut units = self.units.map(|unit| unit.bias);
        for (value, row) in scaled.iter().zip(&self.rows) {
            units.iter_mut().zip(&row.hidden).for_each(|(unit, weight)| *unit += value * weight);
        }
        let direct: f32 = scaled.iter().zip(&self.rows).map(|(value, row)| value * row.direct).sum();
        direct + units.iter().zip(&self.units).map(|(value, unit)| value.max(0.0) * unit.out).sum::<f32>()
    }
}

impl Confidence {
    /// The probability that the rest of the line is exactly right.
    pub fn probability(&self, features: &ConfidenceFeatures<f64>) -> f32 {
        (1.0 / (1.0 + (-self.bias - features.dot(&self.weights)).exp())) as f32
    }
}

/// The probability that a further line is right when all before it are: `weight` of the `total` weight of those that
/// predicted the line before predict it, in `occurrences` places.
pub fn further_confidence(weight: u64, total: u64, occurrences: usize) -> f32 {
    let share = weight as f64 / total.max(1) as f64;
    // One occurrence alone is right in about two of three cases, as in the rule of succession.
    (share * (occurrences as f64 + 1.0) / (occurrences as f64 + 1.5)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEAK: ConfidenceFeatures<f64> = ConfidenceFeatures {
        log_odds: -2.0,
        log_tokens: 0.7,
        log_bytes: 0.7,
        same_depth: 0.0,
        log_occurrences: 0.0,
        log_length: 3.4,
        starts_line: 1.0,
        is_weak: 1.0,
    };

    #[track_caller]
    fn check_grows(stronger: ConfidenceFeatures<f64>) {
        assert!(FITTED.confidence.probability(&stronger) > FITTED.confidence.probability(&WEAK));
    }

    #[test]
    fn confidence_grows_with_each_piece_of_evidence() {
        check_grows(ConfidenceFeatures { log_odds: 2.0, ..WEAK });
        check_grows(ConfidenceFeatures { log_tokens: 3.0, ..WEAK });
        check_grows(ConfidenceFeatures { log_occurrences: 2.2, ..WEAK });
        check_grows(ConfidenceFeatures { log_length: 1.1, ..WEAK });
        check_grows(ConfidenceFeatures { log_bytes: 3.0, ..WEAK });
        check_grows(ConfidenceFeatures { same_depth: 1.0, ..WEAK });
        check_grows(ConfidenceFeatures { starts_line: 0.0, ..WEAK });
        check_grows(ConfidenceFeatures { is_weak: 0.0, ..WEAK });
        assert!(further_confidence(10, 10, 3) > further_confidence(5, 10, 3));
        assert!(further_confidence(10, 10, 3) > further_confidence(10, 10, 1));
    }

    /// A network that looks at one feature directly and at another through a hidden unit.
    #[track_caller]
    fn check_score(in_prose: f32, same_depth: f32, expect: f32) {
        let nothing = Row { mean: 0.0, scale: 1.0, direct: 0.0, hidden: [0.0; UNITS] };
        let mut place = PlaceFeatures::from_values([nothing; PLACE_FEATURES]);
        let mut candidate = CandidateFeatures::from_values([nothing; CANDIDATE_FEATURES]);
        place.same_depth = Row { mean: 1.0, direct: 2.0, ..nothing };
        candidate.in_prose = Row { scale: 0.5, hidden: [1.0; UNITS], ..nothing };
        let mut units = [Unit { bias: 0.0, out: 0.0 }; UNITS];
        units[0] = Unit { bias: -1.0, out: 10.0 };
        let ranking = Ranking::new(place, candidate, units);
        let mut best = PlaceFeatures::from_values([0.0; PLACE_FEATURES]);
        let mut own = CandidateFeatures::from_values([0.0; CANDIDATE_FEATURES]);
        (best.same_depth, own.in_prose) = (same_depth, in_prose);
        assert_eq!(ranking.score(&best, &own), expect);
    }

    #[test]
    fn each_feature_meets_the_weights_of_its_name() {
        check_score(0.0, 1.0, 0.0);
        check_score(0.0, 3.0, 4.0);
        check_score(4.0, 1.0, 10.0);
        check_score(1.0, 1.0, 0.0);
        check_score(100.0, 1.0, 30.0);
    }
}
