//! Days and times of the clock, in UTC.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// From 1970-01-01 to 9999-12-31, the last day with a year of four digits.
const LAST_DAY: u64 = 2_932_896;

/// A day in UTC, `2026-11-23`. The order of the text is the order of time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(String);

impl Day {
    /// The day of a time; the first of 1970 for any before.
    pub fn at(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (year, month, day) = civil(since.as_secs() / SECONDS_PER_DAY);
        Self(format!("{year:04}-{month:02}-{day:02}"))
    }

    /// The first of the last `days` days, of which today is one.
    pub fn first_of_last(days: u32, now: SystemTime) -> Self {
        let back = Duration::from_secs(u64::from(days.saturating_sub(1)) * SECONDS_PER_DAY);
        Self::at(now.checked_sub(back).unwrap_or(UNIX_EPOCH))
    }
}

/// Hours, minutes and seconds of a time within its day; midnight for any before 1970.
pub fn time_of_day(time: SystemTime) -> (u64, u64, u64) {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() % SECONDS_PER_DAY;
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    /// Takes what has the shape of a day; the order needs no more.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
        if text.len() == 10 && text.bytes().enumerate().all(fits) {
            Ok(Self(text))
        } else {
            Err(format!("{text:?} is no day"))
        }
    }
}

/// Year, month and day, from the number of days since 1970-01-01.
fn civil(days: u64) -> (u64, u64, u64) {
    let mut left = days.min(LAST_DAY);
    let mut year = 1970;
    while left >= 365 + u64::from(is_leap(year)) {
        left -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[track_caller]
    fn check(seconds: u64, expected: &str) {
        let day = Day::at(time(seconds));
        assert_eq!(day.to_string(), expected);
        assert_eq!(Day::try_from(expected.to_owned()), Ok(day));
    }

    #[test]
    fn a_day_follows_from_the_seconds() {
        check(0, "1970-01-01");
        check(86_399, "1970-01-01");
        check(86_400, "1970-01-02");
        check(951_782_400, "2000-02-29");
        check(951_868_800, "2000-03-01");
        check(1_709_164_800, "2024-02-29");
        check(1_735_603_200, "2024-12-31");
        check(1_735_689_600, "2025-01-01");
        check(1_795_392_000, "2026-11-23");
        check(4_107_542_399, "2100-02-28");
        check(4_107_542_400, "2100-03-01");
        check(253_402_300_799, "9999-12-31");
        check(253_402_300_800, "9999-12-31");
    }

    #[test]
    fn a_clock_before_1970_has_a_day_too() {
        assert_eq!(Day::at(UNIX_EPOCH - Duration::from_secs(1)).to_string(), "1970-01-01");
        assert_eq!(Day::first_of_last(30, UNIX_EPOCH).to_string(), "1970-01-01");
    }

    #[test]
    fn the_last_days_include_today() {
        let now = time(1_795_392_000);
        assert_eq!(Day::first_of_last(1, now).to_string(), "2026-11-23");
        assert_eq!(Day::first_of_last(30, now).to_string(), "2026-10-25");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "today", "2026-11-2", "2026-11-233", "2026/11/23", "2026-1a-23"] {
            assert!(Day::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_clock_begins_again_each_day() {
        assert_eq!(time_of_day(time(1_795_489_265)), (3, 1, 5));
        assert_eq!(time_of_day(time(86_399)), (23, 59, 59));
        assert_eq!(time_of_day(UNIX_EPOCH - Duration::from_secs(1)), (0, 0, 0));
    }
}
