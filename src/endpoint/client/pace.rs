//! How fast a server writes, measured on what it wrote, and how much of a reply is worth asking a slow one for.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Fewer tokens say more about the network than about the model.
const LEAST_MEASURED: u64 = 8;

/// How much the newest reply counts against all before it.
const NEWEST: f64 = 0.3;

/// No reply is cut shorter, in tokens: a long line of code has about so many.
const LEAST: u32 = 24;

/// How long a server of one's own may write at a reply that is read as it comes: its lines are shown meanwhile, and what
/// takes longer is seldom read before it is typed past.
const STREAMED_FOR: Duration = Duration::from_secs(4);

/// The speed of one server.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Option<f64>>);

impl Pace {
    /// It wrote so many tokens in this time, from the first text to the end.
    pub fn measured(&self, tokens: u64, took: Duration) {
        if tokens < LEAST_MEASURED || took.is_zero() {
            return;
        }
        // The first of them was there when the time began.
        let speed = (tokens - 1) as f64 / took.as_secs_f64();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(known.map_or(speed, |known| known + NEWEST * (speed - known)));
    }

    /// Tokens a second, once some were measured.
    pub fn tokens_per_second(&self) -> Option<f64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many tokens to ask for where `most` are wanted: as many as are there in time. A reply that is not streamed is
    /// all waited for, and is to be there after `show_after`.
    pub fn budget(&self, most: u32, is_streamed: bool, show_after: Duration) -> u32 {
        let Some(speed) = self.tokens_per_second() else { return most };
        let time = if is_streamed { STREAMED_FOR } else { show_after };
        // A speed that no `u32` holds is no limit.
        let within = (speed * time.as_secs_f64()).min(f64::from(u32::MAX)) as u32;
        most.min(within.max(LEAST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is asked for of 256 tokens where `tokens` took so long.
    #[track_caller]
    fn check(tokens: u64, took_ms: u64, is_streamed: bool, expected: u32) {
        let pace = Pace::default();
        pace.measured(tokens, Duration::from_millis(took_ms));
        assert_eq!(pace.budget(256, is_streamed, Duration::from_millis(400)), expected);
    }

    #[test]
    fn a_slow_server_is_asked_for_what_it_writes_in_time() {
        check(101, 1000, false, 40);
        check(101, 1000, true, 256);
        check(21, 1000, true, 80);
        check(11, 1000, false, LEAST);
        check(10_001, 1000, false, 256);
    }

    #[test]
    fn too_little_says_nothing() {
        check(3, 1000, false, 256);
        check(100, 0, false, 256);
    }

    #[test]
    fn the_newest_counts_more_than_each_before() {
        let pace = Pace::default();
        pace.measured(101, Duration::from_secs(1));
        pace.measured(201, Duration::from_secs(1));
        assert_eq!(pace.tokens_per_second(), Some(130.0));
    }
}
