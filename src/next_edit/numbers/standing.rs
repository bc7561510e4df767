//! The numbers that say what an edit is beside all others that are known at the moment.

use super::{At, NUMBERS, set};

/// What an edit is beside all others that are known at the moment, by the log odds that the first trees gave them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Standing {
    /// Its own.
    pub likely: f32,
    /// The highest elsewhere.
    pub likeliest: f32,
    /// The highest of others on the same lines.
    pub rival_here: f32,
    /// How many are likelier.
    pub likelier: usize,
    /// The sum of the probabilities of those elsewhere.
    pub expected: f32,
    /// How many there are.
    pub candidates: usize,
    /// The highest of those that were known before the latest change.
    pub ignored: f32,
}

impl Standing {
    /// Writes it into `numbers`.
    pub fn add_to(self, numbers: &mut [f32; NUMBERS]) {
        let pairs = [
            (At::likely, self.likely),
            (At::likeliest, self.likeliest),
            (At::rival_here, self.rival_here),
            (At::likelier, self.likelier as f32),
            (At::expected, self.expected),
            (At::candidates, (self.candidates as f32).ln_1p()),
            (At::ignored, self.ignored),
        ];
        pairs.into_iter().for_each(|(at, value)| set(numbers, at, value));
    }
}
