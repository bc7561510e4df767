//! Chance that is the same in every run.

/// SplitMix64: small, and good enough for typing rhythms.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream of numbers that `seeds` name.
    pub fn new(seeds: &[u64]) -> Self {
        let mut rng = Self(0);
        for seed in seeds {
            rng.0 ^= *seed;
            rng.0 = rng.next();
        }
        rng
    }

    /// Any number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, but not including, 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True in `share` of the cases.
    pub fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// From 0 up to, but not including, `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.share() * end as f64) as usize
    }

    /// Lognormal around `median`; `sigma` is the deviation of its logarithm.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        let (radius, angle) = ((1.0 - self.share()).ln() * -2.0, self.share() * std::f64::consts::TAU);
        median * (sigma * radius.sqrt() * angle.cos()).exp()
    }
}
