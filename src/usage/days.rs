//! The tallies of each day, in the form they have on disk.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{Figures, Tally};
use crate::calendar::Day;

/// Days that are kept, today included: a year and a month to compare with the year before.
pub const KEPT_DAYS: u32 = 400;

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
    use std::time::{Duration, UNIX_EPOCH};

    use serde_json::json;

    use super::*;

    fn time(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn each_day_has_its_tally_and_old_ones_are_forgotten() {
        let now = time(1_795_392_000);
        let mut one = Tally::default();
        one.of("rust").shown += 1;
        let mut days = Days::default();
        for back in [u64::from(KEPT_DAYS), u64::from(KEPT_DAYS) - 1, 1, 0, 0] {
            days.add(&one, now - Duration::from_secs(back * 24 * 60 * 60));
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
