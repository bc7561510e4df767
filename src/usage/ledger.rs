//! The counts on disk: `usage.json` below the user's state directory, shared by all servers of the user.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::days::Days;
use super::{Figures, Tally};
use crate::atomic_write::atomic_write;
use crate::calendar::Day;
use crate::state_dir;
use crate::system_error::reason;

/// How long another server may hold the file. Reading and writing it takes a few milliseconds.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// The pause between two looks at the lock.
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// The file of one user.
#[derive(Debug, Clone)]
pub struct Ledger {
    directory: PathBuf,
}

/// Why the file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process holds it for too long.
    #[error("{} is held by another process; end that one", .0.display())]
    Busy(PathBuf),
    /// It is not what we write.
    #[error("{} is broken ({reason}); remove it, or let the server set it aside when it next counts", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: serde_json::Error,
    },
    /// The system refuses.
    #[error("the usage cannot be read or written: {}; check the permissions of the state directory", reason(.0))]
    System(#[from] io::Error),
}

impl Ledger {
    /// The name of its file in the user's state directory.
    pub const FILE: &str = "usage.json";

    /// The user's own. Nothing is made or read yet.
    ///
    /// # Errors
    /// The user has no home directory.
    pub fn of_user() -> Result<Self, Error> {
        Ok(Self::new(state_dir::path()?))
    }

    /// The one in a directory.
    pub fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Adds a tally to the day of `now`, and returns the figures of that day, with those of other servers. Blocks while another server writes, for two seconds at most. A file that
    /// cannot be understood is set aside as `usage.json.broken`.
    ///
    /// # Errors
    /// The file is held for too long, or the system refuses. Nothing is added then.
    pub fn add(&self, tally: &Tally, now: SystemTime) -> Result<Figures, Error> {
        state_dir::create(&self.directory)?;
        // Released when it goes out of scope, or by the system when the process ends.
        let _lock = self.lock()?;
        let mut days = match self.read() {
            Err(Error::Broken { path, reason }) => {
                let aside = self.directory.join("usage.json.broken");
                tracing::warn!("{} is broken ({reason}); it is now {}", path.display(), aside.display());
                fs::rename(path, aside)?;
                Days::default()
            }
            read => read?,
        };
        days.add(tally, now);
        self.write(&days)?;
        Ok(days.on(&Day::at(now)))
    }

    /// All that was counted; nothing where there is no file yet.
    ///
    /// # Errors
    /// The file is broken, or the system refuses.
    pub fn read(&self) -> Result<Days, Error> {
        let path = self.path();
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Days::default()),
            read => read?,
        };
        serde_json::from_slice(&bytes).map_err(|reason| Error::Broken { path, reason })
    }

    fn path(&self) -> PathBuf {
        self.directory.join(Self::FILE)
    }

    fn write(&self, days: &Days) -> Result<(), Error> {
        let text = serde_json::to_string(days).map_err(io::Error::from)?;
        Ok(atomic_write(&self.path(), text.as_bytes())?)
    }

    /// A file of its own is locked, since the other one is replaced.
    fn lock(&self) -> Result<File, Error> {
        let path = self.directory.join("usage.lock");
        let file = state_dir::private_file().open(&path)?;
        let deadline = Instant::now() + LOCK_TIMEOUT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(LOCK_PAUSE),
                Err(TryLockError::WouldBlock) => return Err(Error::Busy(path)),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn one(language: &str) -> Tally {
        let mut tally = Tally::default();
        tally.of(language).shown += 1;
        tally
    }

    #[track_caller]
    fn check(ledger: &Ledger, expected: u64) {
        let days = ledger.read().unwrap();
        assert_eq!(days.since(&Day::at(SystemTime::UNIX_EPOCH)).total().shown, expected);
    }

    #[test]
    fn nothing_is_there_before_the_first_count() {
        let home = TempDir::new().unwrap();
        let ledger = Ledger::new(home.path().join("state"));
        check(&ledger, 0);
        assert!(!ledger.directory.exists(), "reading makes nothing");
        ledger.add(&one("rust"), SystemTime::now()).unwrap();
        check(&ledger, 1);
    }

    #[test]
    fn several_servers_at_once_lose_nothing() {
        const SERVERS: u64 = 4;
        const TIMES: u64 = 10;
        let home = TempDir::new().unwrap();
        let ledger = Ledger::new(home.path().to_owned());
        thread::scope(|scope| {
            for language in ["rust", "go", "rust", "c"] {
                let ledger = &ledger;
                scope.spawn(move || {
                    for _ in 0..TIMES {
                        ledger.add(&one(language), SystemTime::now()).unwrap();
                    }
                });
            }
        });
        check(&ledger, SERVERS * TIMES);
    }

    #[test]
    fn a_broken_file_is_set_aside() {
        for broken in
            [&b"{"[..], b"", b"\xff", b"[]", b"{\"days\":{\"x\":{}}}", b"{\"days\":{\"2026-11-23\":{\"c\":-1}}}"]
        {
            let home = TempDir::new().unwrap();
            let ledger = Ledger::new(home.path().to_owned());
            fs::write(ledger.path(), broken).unwrap();
            assert!(matches!(ledger.read(), Err(Error::Broken { .. })));
            ledger.add(&one("rust"), SystemTime::now()).unwrap();
            check(&ledger, 1);
            assert_eq!(fs::read(home.path().join("usage.json.broken")).unwrap(), broken);
        }
    }

    #[test]
    fn a_file_that_is_held_too_long_is_left_alone() {
        let home = TempDir::new().unwrap();
        let ledger = Ledger::new(home.path().to_owned());
        let held = ledger.lock().unwrap();
        assert!(matches!(ledger.add(&one("rust"), SystemTime::now()), Err(Error::Busy(_))));
        drop(held);
        check(&ledger, 0);
    }

    #[cfg(unix)]
    #[test]
    fn no_one_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let home = TempDir::new().unwrap();
        let ledger = Ledger::new(home.path().join("state"));
        ledger.add(&one("rust"), SystemTime::now()).unwrap();
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&ledger.directory), mode(&ledger.path())), (0o700, 0o600));
    }
}
