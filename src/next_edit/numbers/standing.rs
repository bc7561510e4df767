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
    /// The highest of others of the pattern.
    pub pattern_likeliest: f32,
    /// The sum of the probabilities of others of the pattern.
    pub pattern_expected: f32,
    /// How many patterns have a likelier edit.
    pub likelier_patterns: usize,
    /// How many are on the same lines.
    pub here: usize,
    /// The highest of those on the lines just above and below.
    pub beside_here: f32,
    /// The highest of those on the same lines that do more.
    pub wider_here: f32,
    /// The highest of those on the same lines that do less.
    pub narrower_here: f32,
    /// The sum of the probabilities of those elsewhere in the text.
    pub text_expected: f32,
    /// The highest elsewhere of other patterns.
    pub other_pattern: f32,
    /// The sum of the probabilities of those that were known before the latest change.
    pub ignored_expected: f32,
    /// The same for those of the pattern.
    pub pattern_ignored: f32,
}

/// The numbers of an edit by itself: without what it is beside the others.
pub fn alone(mut numbers: [f32; NUMBERS]) -> [f32; NUMBERS] {
    Standing::default().add_to(&mut numbers);
    numbers
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
            (At::pattern_likeliest, self.pattern_likeliest),
            (At::pattern_expected, self.pattern_expected),
            (At::likelier_patterns, self.likelier_patterns as f32),
            (At::here, self.here as f32),
            (At::beside_here, self.beside_here),
            (At::wider_here, self.wider_here),
            (At::narrower_here, self.narrower_here),
            (At::text_expected, self.text_expected),
            (At::other_pattern, self.other_pattern),
            (At::ignored_expected, self.ignored_expected),
            (At::pattern_ignored, self.pattern_ignored),
        ];
        pairs.into_iter().for_each(|(at, value)| set(numbers, at, value));
    }
}
