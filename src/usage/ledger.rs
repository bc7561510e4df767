//! The counts of all sessions, by day and language, in one small file on this machine and nowhere else.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::Tally;
use crate::state_dir;

/// Days kept: a year and some, so that a month can be compared with the same of the year before.
const MOST_DAYS: usize = 400;

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// The file's content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Days {
    /// By UTC date, such as `2026-11-23`, which sorts by age.
    pub days: BTreeMap<String, Tally>,
}

/// The file.
#[derive(Debug, Clone)]
pub struct Ledger {
    path: PathBuf,
}

impl Ledger {
    /// The user's own, in the state directory.
    ///
    /// # Errors
    /// The user has no home directory.
    pub fn of_user() -> io::Result<Self> {
        Ok(Self { path: state_dir::path()?.join("usage.json") })
    }

    /// What has been counted so far; nothing where there is no file yet.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else.
    pub fn read(&self) -> io::Result<Days> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Days::default()),
            Err(error) => Err(error),
        }
    }

    /// Adds counts to today's. Blocks while another server writes; several at once lose nothing. A file that cannot be
    /// understood is put aside as `usage.json.broken`.
    ///
    /// # Errors
    /// The system refuses.
    pub fn add(&self, tally: &Tally, now: SystemTime) -> io::Result<()> {
        if let Some(directory) = self.path.parent() {
            state_dir::create(directory)?;
        }
        // Released when the file is closed, also by the end of the process.
        let lock = state_dir::open(&self.path.with_extension("lock"), false)?;
        lock.lock()?;
        let mut days = match self.read() {
            Ok(days) => days,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
            Err(error) => {
                tracing::warn!("usage.json cannot be understood ({error}); it is put aside as usage.json.broken");
                fs::rename(&self.path, self.path.with_extension("json.broken"))?;
                Days::default()
            }
        };
        days.days.entry(date(now)).or_default().add(tally);
        while days.days.len() > MOST_DAYS {
            days.days.pop_first();
        }
        // A reader sees the old file or the new one, never half of it.
        let new = self.path.with_extension("json.new");
        let mut file = state_dir::open(&new, true)?;
        serde_json::to_writer(&mut file, &days)?;
        file.flush()?;
        fs::rename(new, &self.path)
    }
}

/// The UTC date of a time, as `2026-11-23`.
pub fn date(time: SystemTime) -> String {
    let days = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs() / SECONDS_A_DAY;
    // Years begin in March here, so that the leap day is the last of its year; day 0 is 1 March of the year 0.
    let day = days + 719_468;
    let (era, day_of_era) = (day / 146_097, day % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day_of_month:02}")
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    fn tally(language: &str, accepted: u64) -> Tally {
        let mut tally = Tally::default();
        tally.row(language).accepted = accepted;
        tally
    }

    fn ledger(directory: &tempfile::TempDir) -> Ledger {
        Ledger { path: directory.path().join("state").join("usage.json") }
    }

    #[test]
    fn dates_of_every_kind_of_year() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_709_164_800, "2024-02-29"),
            (1_795_392_000, "2026-11-23"),
            (1_798_761_599, "2026-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn servers_that_write_at_once_lose_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_392_000);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        ledger(&directory).add(&tally("rust", 1), now).unwrap();
                    }
                });
            }
        });
        let mut days = ledger(&directory).read().unwrap();
        assert_eq!(days.days.get_mut("2026-11-23").unwrap().row("rust").accepted, 160);
    }

    #[test]
    fn a_broken_file_is_put_aside() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = ledger(&directory);
        ledger.add(&tally("rust", 1), SystemTime::now()).unwrap();
        fs::write(&ledger.path, "{ no").unwrap();
        assert!(ledger.read().is_err());
        ledger.add(&tally("rust", 2), SystemTime::now()).unwrap();
        assert_eq!(ledger.read().unwrap().days.len(), 1);
        assert_eq!(fs::read_to_string(ledger.path.with_extension("json.broken")).unwrap(), "{ no");
    }

    #[test]
    fn the_oldest_days_go() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = ledger(&directory);
        for day in 0..MOST_DAYS as u64 + 5 {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(day * SECONDS_A_DAY);
            ledger.add(&tally("rust", 1), now).unwrap();
        }
        let days = ledger.read().unwrap();
        assert_eq!((days.days.len(), days.days.contains_key("1970-01-05")), (MOST_DAYS, false));
    }
}
