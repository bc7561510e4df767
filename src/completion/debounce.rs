//! How long an automatic request waits: for a pause in typing, and for the cap on requests. Pure: time comes in as an
//! argument.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{Window, agreement::Agreement};
use crate::text::line;

/// The time between keys until the user's own is known: some 80 words a minute.
const RHYTHM: Duration = Duration::from_millis(150);

/// Longer than this between two keys is a thought, not rhythm.
const THOUGHT: Duration = Duration::from_millis(400);

/// In the middle of a word, and where the last suggestion was not meant, the next key mostly comes soon: this part of
/// the rhythm is waited: a burst of keys passes, and hardly more. By the replay bench a fifth loses 0.1 % of the right
/// lines, and a tenth gains nothing.
const IN_WORD: u32 = 7;

/// What follows is asked for so many times as early as the mean rhythm and latency would have it, since both scatter.
/// By the replay bench 2.5 and 5 show 1 % more right suggestions than not asking ahead, for no more tokens.
const AHEAD: f64 = 2.5;

/// Asking ahead begins at most so many bytes before the end of the known text.
const FURTHEST_AHEAD: usize = 48;

/// Where a new thought begins there is nothing to wait for; only a burst of keys (a paste, a held key) is let pass.
const FRESH: Duration = Duration::from_millis(10);

/// The longest that `auto` ever waits.
const LONGEST: Duration = Duration::from_millis(1000);

/// So many suggestions in a row that nobody took before `auto` waits longer. Cody found that fewer punish languages in
/// which the model is good.
const REJECTIONS: u32 = 5;

/// So many times the wait doubles at most: many never accept, and type along what is right.
const MOST_DOUBLINGS: u32 = 1;

/// Requests in any second, over all documents. Mistral's free plan allows about one a second on average, and typing asks
/// for less than half of that; a burst of five is what finding the way back after a surprise needs. By the replay bench
/// four cost 0.1 % of the right lines and three 0.5 %, and six gain nothing.
pub const MOST_A_SECOND: usize = 5;

/// So many first bytes tell what is usual: some minutes of typing, so that a network that got slow is known as such soon.
const FIRST_BYTES: usize = 15;

/// A stream that has been silent for so many times the usual first byte is taken for hung. By the replay bench's heavy
/// tail that shows the right line at 1.5 % more keys, for a tenth more requests.
const PATIENCE: u32 = 3;

/// No stream is taken for hung sooner than this: below it a second request is hardly faster.
const LEAST_PATIENCE: Duration = Duration::from_millis(800);

/// An endpoint whose replies begin later than this, in the mean, is slow: what the embedded engine is sure of is then
/// shown first. By the replay bench that shows 0.5 % more right lines at 600 ms, with no more wrong ones; at 220 ms it is
/// 0.2 % of each.
const SLOW: Duration = Duration::from_millis(400);

const SECOND: Duration = Duration::from_secs(1);

/// The rhythm of typing and asking, over all documents.
#[derive(Debug)]
pub struct Debouncer {
    /// When we asked, the last second's only.
    asked: VecDeque<Instant>,
    /// Mean time to the first byte, in the manner of TCP: an eighth of each new one.
    latency: Duration,
    /// Times to the first byte, the last only.
    first_bytes: VecDeque<Duration>,
    /// Mean time between keys, likewise.
    rhythm: Duration,
    /// Suggestions shown since one was taken.
    rejected: u32,
}

impl Default for Debouncer {
    fn default() -> Self {
        Self {
            asked: VecDeque::new(),
            latency: Duration::ZERO,
            first_bytes: VecDeque::new(),
            rhythm: RHYTHM,
            rejected: 0,
        }
    }
}

impl Debouncer {
    /// How long after the last edit an automatic request may be sent.
    pub fn wait(&self, window: &Window, agreement: Agreement) -> Duration {
        let after_word = window.prefix.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let fresh = line::is_blank(window.line_before()) || !after_word;
        let base = match agreement {
            Agreement::Unknown | Agreement::Followed if fresh => FRESH,
            // A slip is a typo, which the next keys take back, or a turn, and waiting tells. By the replay bench that
            // saves a tenth of the requests, and loses 0.5 % of the right lines where answers differ each time.
            _ => self.rhythm / IN_WORD,
        };
        // A slow endpoint is asked later, never more often: what is typed meanwhile would make the answer useless.
        let slow = self.latency.saturating_sub(Duration::from_millis(500)) / 4;
        let rejected = self.rejected.saturating_sub(REJECTIONS).min(MOST_DOUBLINGS);
        (base * (1 << rejected) + slow).min(LONGEST)
    }

    /// A key came so long after the one before.
    pub fn typed(&mut self, after: Duration) {
        if after <= THOUGHT {
            self.rhythm = (self.rhythm * 15 + after) / 16;
        }
    }

    /// How many bytes before the end of the known text it is time to ask for what follows: what will be typed until the
    /// answer comes.
    pub fn ahead(&self) -> usize {
        let keys = self.latency.as_secs_f64() / self.rhythm.max(Duration::from_millis(1)).as_secs_f64();
        ((keys * AHEAD).ceil() as usize).min(FURTHEST_AHEAD)
    }

    /// Whether the endpoint lately takes long to begin.
    pub fn is_slow(&self) -> bool {
        self.latency > SLOW
    }

    /// The earliest time the cap on requests a second allows.
    pub fn free_from(&mut self, now: Instant) -> Instant {
        while self.asked.front().is_some_and(|at| *at + SECOND <= now) {
            self.asked.pop_front();
        }
        if self.asked.len() < MOST_A_SECOND { now } else { self.asked.front().map_or(now, |at| *at + SECOND) }
    }

    /// A request is sent.
    pub fn asked(&mut self, now: Instant) {
        self.asked.push_back(now);
    }

    /// How long a stream may be silent before another is opened besides.
    pub fn patience(&self) -> Duration {
        let mut sorted: Vec<_> = self.first_bytes.iter().copied().collect();
        sorted.sort_unstable();
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
        (median * PATIENCE).max(LEAST_PATIENCE)
    }

    /// The first byte of a reply came.
    pub fn answered(&mut self, after: Duration) {
        if self.first_bytes.len() >= FIRST_BYTES {
            self.first_bytes.pop_front();
        }
        self.first_bytes.push_back(after);
        self.latency = if self.latency.is_zero() { after } else { (self.latency * 7 + after) / 8 };
    }

    /// A suggestion was shown that its predecessor did not lead to.
    pub fn rejected(&mut self) {
        self.rejected = self.rejected.saturating_add(1);
    }

    /// A suggestion was taken.
    pub fn accepted(&mut self) {
        self.rejected = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(prefix: &str) -> Window {
        Window { prefix: prefix.into(), ..Window::default() }
    }

    #[test]
    fn a_word_waits_and_a_fresh_line_does_not() {
        let debouncer = Debouncer::default();
        assert_eq!(debouncer.wait(&window("let x"), Agreement::Unknown), RHYTHM / IN_WORD);
        for fresh in ["", "x\n", "x\n    ", "foo(", "x.", "x = "] {
            assert_eq!(debouncer.wait(&window(fresh), Agreement::Unknown), FRESH, "{fresh:?}");
        }
    }

    #[test]
    fn doubt_waits_as_a_word_does() {
        let mut debouncer = Debouncer::default();
        assert_eq!(debouncer.wait(&window("x = "), Agreement::Diverged), RHYTHM / IN_WORD);
        assert_eq!(debouncer.wait(&window("x = "), Agreement::Slipped), RHYTHM / IN_WORD);
        for _ in 0..200 {
            debouncer.typed(Duration::from_millis(80));
            debouncer.typed(Duration::from_secs(3));
        }
        let wait = debouncer.wait(&window("x = "), Agreement::Diverged);
        assert!(wait < Duration::from_millis(80) / IN_WORD + Duration::from_millis(2), "{wait:?}");
    }

    #[test]
    fn the_slower_the_endpoint_the_further_ahead_it_is_asked() {
        let mut debouncer = Debouncer::default();
        let ahead = [100, 300, 3000, 60_000].map(|ms| {
            (0..100).for_each(|_| debouncer.answered(Duration::from_millis(ms)));
            debouncer.ahead()
        });
        assert!(ahead.is_sorted() && ahead[0] > 0 && ahead[3] == FURTHEST_AHEAD, "{ahead:?}");
    }

    #[test]
    fn never_more_than_the_cap_in_any_second() {
        let (mut debouncer, start) = (Debouncer::default(), Instant::now());
        let mut sent = vec![];
        for ms in 0..5000u64 {
            let now = start + Duration::from_millis(ms);
            if debouncer.free_from(now) <= now {
                debouncer.asked(now);
                sent.push(ms);
            }
        }
        assert_eq!(sent.len(), 5 * MOST_A_SECOND);
        assert!(sent.windows(MOST_A_SECOND + 1).all(|these| these[MOST_A_SECOND] - these[0] >= 1000), "{sent:?}");
    }

    #[test]
    fn rejections_slow_it_from_the_sixth_and_one_acceptance_restores() {
        let mut debouncer = Debouncer::default();
        for _ in 0..REJECTIONS {
            debouncer.rejected();
            assert_eq!(debouncer.wait(&window("x"), Agreement::Unknown), RHYTHM / IN_WORD);
        }
        debouncer.rejected();
        assert_eq!(debouncer.wait(&window("x"), Agreement::Unknown), RHYTHM / IN_WORD * 2);
        for _ in 0..100 {
            debouncer.rejected();
        }
        assert!(debouncer.wait(&window("x"), Agreement::Unknown) <= LONGEST);
        debouncer.accepted();
        assert_eq!(debouncer.wait(&window("x"), Agreement::Unknown), RHYTHM / IN_WORD);
    }

    #[test]
    fn a_stream_is_hung_after_three_times_the_median_and_one_outlier_moves_nothing() {
        let mut debouncer = Debouncer::default();
        assert_eq!(debouncer.patience(), LEAST_PATIENCE);
        (0..FIRST_BYTES).for_each(|_| debouncer.answered(Duration::from_millis(400)));
        assert_eq!(debouncer.patience(), Duration::from_millis(1200));
        debouncer.answered(Duration::from_secs(30));
        assert_eq!(debouncer.patience(), Duration::from_millis(1200));
        (0..FIRST_BYTES).for_each(|_| debouncer.answered(Duration::from_millis(100)));
        assert_eq!(debouncer.patience(), LEAST_PATIENCE);
    }

    #[test]
    fn a_slow_endpoint_is_never_asked_earlier() {
        let mut debouncer = Debouncer::default();
        let mut last = debouncer.wait(&window("x"), Agreement::Unknown);
        for ms in [100, 400, 800, 2000, 5000, 60_000] {
            debouncer.answered(Duration::from_millis(ms));
            let wait = debouncer.wait(&window("x"), Agreement::Unknown);
            assert!(wait >= last, "{ms}");
            last = wait;
        }
    }
}
