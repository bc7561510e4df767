//! The tokens of one day: how many are gone, and whether the user has been told that they are all gone.

use crate::calendar::Day;

/// What all servers of the user have spent on one day, as far as this one knows.
///
/// Its own requests are added as they end; those of other servers come with the counts on disk, which are read at the
/// start and whenever counts are written. So a ceiling may be passed by what runs when it is reached, and by what other
/// editors spend in a minute.
#[derive(Debug, Default)]
pub struct Ceiling {
    day: Option<Day>,
    tokens: u64,
    is_told: bool,
}

impl Ceiling {
    /// Adds what one request cost.
    pub fn spend(&mut self, day: Day, tokens: u64) {
        self.turn_to(day);
        self.tokens = self.tokens.saturating_add(tokens);
    }

    /// Takes what the whole day has cost up to now.
    pub fn set(&mut self, day: Day, tokens: u64) {
        self.turn_to(day);
        self.tokens = tokens;
    }

    /// The tokens that are gone on a day.
    pub fn spent(&self, day: &Day) -> u64 {
        if self.day.as_ref() == Some(day) { self.tokens } else { 0 }
    }

    /// Whether the user has not been told on this day. They will be now.
    pub fn is_news(&mut self, day: Day) -> bool {
        self.turn_to(day);
        !std::mem::replace(&mut self.is_told, true)
    }

    fn turn_to(&mut self, day: Day) {
        if self.day.as_ref() != Some(&day) {
            *self = Self { day: Some(day), ..Self::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_day_begins_with_nothing_spent_and_nothing_told() {
        let (today, tomorrow) = (day("2026-11-25"), day("2026-11-26"));
        let mut ceiling = Ceiling::default();
        assert_eq!(ceiling.spent(&today), 0);
        ceiling.spend(today.clone(), 30);
        ceiling.spend(today.clone(), 12);
        assert_eq!((ceiling.spent(&today), ceiling.spent(&tomorrow)), (42, 0));
        assert!(ceiling.is_news(today.clone()) && !ceiling.is_news(today.clone()));
        ceiling.spend(tomorrow.clone(), 5);
        assert_eq!((ceiling.spent(&today), ceiling.spent(&tomorrow)), (0, 5));
        assert!(ceiling.is_news(tomorrow));
    }

    #[test]
    fn what_is_on_disk_takes_in_the_other_servers() {
        let today = day("2026-11-25");
        let mut ceiling = Ceiling::default();
        ceiling.spend(today.clone(), 10);
        ceiling.set(today.clone(), 500);
        ceiling.spend(today.clone(), u64::MAX);
        assert_eq!(ceiling.spent(&today), u64::MAX);
    }
}
