//! The tallies of each day, in the form they have on disk.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{Figures, Tally};

/// Days that are kept, today included: a year and a month to compare with the year before.
pub const KEPT_DAYS: u32 = 400;

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

/// The tallies by day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    days: BTreeMap<Day, Tally>,
}

impl Days {
    /// Adds a tally to the day of `now`, and forgets the days older than [`KEPT_DAYS`].
    pub fn add(&mut self, tally: &Tally, now: SystemTime) {
        self.days.entry(Day::at(now)).or_default().add(tally);
        let first = Day::first_of_last(KEPT_DAYS, now);
        self.days.retain(|day, _| *day >= first);
    }

    /// All that was counted on one day.
    pub fn on(&self, day: &Day) -> Figures {
        self.days.get(day).map(Tally::total).unwrap_or_default()
    }

    /// What was counted on `first` and after it.
    pub fn since(&self, first: &Day) -> Tally {
        let mut sum = Tally::default();
        self.days.range(first..).for_each(|(_, tally)| sum.add(tally));
        sum
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
    fn each_day_has_its_tally_and_old_ones_are_forgotten() {
        let now = time(1_795_392_000);
        let mut one = Tally::default();
        one.of("rust").shown += 1;
        let mut days = Days::default();
        for back in [u64::from(KEPT_DAYS), u64::from(KEPT_DAYS) - 1, 1, 0, 0] {
            days.add(&one, now - Duration::from_secs(back * SECONDS_PER_DAY));
        }
        assert_eq!(days.days.len(), 3);
        assert_eq!(days.since(&Day::at(now)).total().shown, 2);
        assert_eq!((days.on(&Day::at(now)).shown, days.on(&Day::first_of_last(3, now)).shown), (2, 0));
        assert_eq!(days.since(&Day::first_of_last(2, now)).total().shown, 3);
        assert_eq!(days.since(&Day::first_of_last(KEPT_DAYS, now)).total().shown, 4);
    }

    #[test]
    fn the_form_on_disk_is_an_object_by_day_and_language() {
        let mut one = Tally::default();
        one.of("rust").shown += 1;
        let mut days = Days::default();
        days.add(&one, time(1_795_392_000));
        let written = serde_json::to_value(&days).unwrap();
        let figures = json!({
            "shown": 1, "accepted": 0, "partly": 0, "rejected": 0,
            "requests": 0, "promptTokens": 0, "completionTokens": 0,
        });
        assert_eq!(written, json!({ "days": { "2026-11-23": { "rust": figures } } }));
        assert_eq!(serde_json::from_value::<Days>(written).unwrap(), days);
    }
}
