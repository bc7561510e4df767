//! The log: to stderr or a file, never to stdout, with level and place changeable while running.

use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use tracing::Subscriber;
use tracing::subscriber::set_global_default;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Registry, fmt, reload};

use crate::masking::{Placeholders, ValueSyntax, own_keys};
use crate::settings::Level;
use crate::system_error::reason;

/// The switches of the running log.
#[derive(Clone)]
pub(crate) struct Logging {
    /// The level from the command line, which stands above the settings.
    fixed: Option<Level>,
    filter: reload::Handle<Targets, Registry>,
    destination: Destination,
}

/// Why the log cannot go where the settings say.
#[derive(Debug, thiserror::Error)]
#[error("cannot log to {}: {}; check log.file; logging to stderr instead", path.display(), reason(error))]
pub(crate) struct FileError {
    path: PathBuf,
    error: io::Error,
}

impl Logging {
    /// Starts the log of this process, at the default level until [`Logging::set_level`]. `fixed` is the level the command
    /// line asked for.
    pub fn start(fixed: Option<Level>) -> Logging {
        let (subscriber, logging) = subscriber(fixed);
        // It fails only where a log is running already, as in a test; that one then stays.
        let _ = set_global_default(subscriber);
        logging
    }

    /// Follows the settings, unless the command line asked for a level.
    pub fn set_level(&self, level: Level) {
        // The handle outlives the log only at the end of the process.
        let _ = self.filter.reload(targets(self.fixed.unwrap_or(level)));
    }

    /// Writes to `file` from now on, or to stderr where it is `None`.
    ///
    /// # Errors
    /// The file cannot be opened for appending; lines then go to stderr.
    pub fn set_file(&self, file: Option<&Path>) -> Result<(), FileError> {
        self.destination.set(file)
    }

    /// Why the last line went to stderr though there is a file, in one sentence.
    pub fn trouble(&self) -> Option<String> {
        let open = self.destination.open();
        let Open { path, file } = open.as_ref()?;
        let reason = file.trouble().clone()?;
        Some(format!("cannot log to {}: {reason}; make room on the disk; logging to stderr meanwhile", path.display()))
    }
}

fn subscriber(fixed: Option<Level>) -> (impl Subscriber + Send + Sync, Logging) {
    let (filter, handle) = reload::Layer::new(targets(fixed.unwrap_or_default()));
    let destination = Destination::default();
    // An editor that closed our stderr must not make us panic over the complaint that it did.
    let lines = fmt::layer().with_ansi(false).log_internal_errors(false).with_writer(destination.clone());
    (tracing_subscriber::registry().with(filter).with(lines), Logging { fixed, filter: handle, destination })
}

/// Our own lines from `level` on. Of the libraries only what went wrong: their finer levels show headers and frames.
fn targets(level: Level) -> Targets {
    let level = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    };
    Targets::new().with_default(level.min(LevelFilter::WARN)).with_target("codestral_ls", level)
}

/// Where lines go: the file, or stderr when there is none.
#[derive(Clone, Default)]
struct Destination(Arc<RwLock<Option<Open>>>);

struct Open {
    path: PathBuf,
    file: Arc<LogFile>,
}

/// An open log file.
struct LogFile {
    file: File,
    /// Why the last line did not come into it, if it did not.
    trouble: Mutex<Option<String>>,
}

impl LogFile {
    fn trouble(&self) -> MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Destination {
    fn set(&self, path: Option<&Path>) -> Result<(), FileError> {
        if self.open().as_ref().map(|open| open.path.as_path()) == path {
            return Ok(());
        }
        // Opened before the lock is taken: nobody waits for the disk to write a line.
        let opened = path.map(|path| {
            let file = open(path).map_err(|error| FileError { path: path.to_owned(), error })?;
            let file = LogFile { file, trouble: Mutex::default() };
            Ok(Open { path: path.to_owned(), file: Arc::new(file) })
        });
        let (open, outcome) = match opened {
            Some(Ok(open)) => (Some(open), Ok(())),
            Some(Err(error)) => (None, Err(error)),
            None => (None, Ok(())),
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = open;
        outcome
    }

    fn open(&self) -> RwLockReadGuard<'_, Option<Open>> {
        // A panic while it was held left a whole value behind.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> MakeWriter<'a> for Destination {
    type Writer = MaskedWriter;

    fn make_writer(&'a self) -> Self::Writer {
        MaskedWriter(self.open().as_ref().map(|open| open.file.clone()))
    }
}

/// Masks what it is given, whole lines at a time, as the log writes them, and writes it into the file, or to stderr where
/// there is none or it cannot take it: on a full disk, most likely.
struct MaskedWriter(Option<Arc<LogFile>>);

impl Write for MaskedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let masked = own_keys::masker(false).text(&text, ValueSyntax::Prose, &mut Placeholders::default());
        if let Some(log) = &self.0 {
            let written = (&log.file).write_all(masked.as_bytes());
            *log.trouble() = written.as_ref().err().map(|error| reason(error));
            if written.is_ok() {
                return Ok(bytes.len());
            }
        }
        io::stderr().write_all(masked.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens for appending, readable by the user alone: at finer levels the log shows their source text.
fn open(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent() {
        create_dir_all(directory)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tracing::subscriber::with_default;
    use tracing::{debug, info, warn};

    use super::*;
    use crate::masking::examples::assemble;

    /// What stands in a file after lines were logged at three levels and by a library, under these settings.
    #[track_caller]
    fn check(fixed: Option<Level>, level: Level, expected: &[&str]) {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("new").join("log");
        let (subscriber, logging) = subscriber(fixed);
        with_default(subscriber, || {
            logging.set_level(level);
            logging.set_file(Some(&file)).unwrap();
            warn!("one");
            info!("two");
            debug!("three");
            debug!(target: "h2", "four");
        });
        let text = fs::read_to_string(&file).unwrap();
        let words: Vec<&str> = text.lines().filter_map(|line| line.rsplit(' ').next()).collect();
        assert_eq!(words, expected);
    }

    #[test]
    fn the_level_is_that_of_the_settings_unless_the_command_line_says_one() {
        check(None, Level::Error, &[]);
        check(None, Level::Info, &["one", "two"]);
        check(Some(Level::Debug), Level::Error, &["one", "two", "three"]);
        check(Some(Level::Warn), Level::Trace, &["one"]);
    }

    #[test]
    fn a_secret_is_masked_at_every_level() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("log");
        let (subscriber, logging) = subscriber(Some(Level::Debug));
        let (token, own) = (assemble("gh|p_<A36>", 1), assemble("<A32>", 2));
        own_keys::add(&own);
        with_default(subscriber, || {
            logging.set_file(Some(&file)).unwrap();
            debug!(text = token, "what {token} is");
            warn!("of {own} all");
        });
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("what masked_secret_1 is") && text.contains("of masked_secret_1 all"), "{text}");
        assert!(!text.contains(&token[8..16]) && !text.contains(&own[8..16]), "{text}");
    }

    #[test]
    fn level_and_file_change_while_running() {
        let directory = tempfile::tempdir().unwrap();
        let [first, second] = ["a", "b"].map(|name| directory.path().join(name));
        let (subscriber, logging) = subscriber(None);
        with_default(subscriber, || {
            logging.set_level(Level::Warn);
            logging.set_file(Some(&first)).unwrap();
            info!("unseen");
            logging.set_level(Level::Info);
            logging.set_file(Some(&first)).unwrap();
            info!("seen");
            logging.set_level(Level::Info);
            logging.set_file(Some(&second)).unwrap();
            info!("elsewhere");
        });
        let [first, second] = [first, second].map(|path| fs::read_to_string(path).unwrap());
        assert!(first.contains("seen") && !first.contains("unseen") && !first.contains("elsewhere"), "{first}");
        assert!(second.contains("elsewhere"), "{second}");
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_told_in_one_line() {
        let directory = tempfile::tempdir().unwrap();
        let (_subscriber, logging) = subscriber(None);
        let error = logging.set_file(Some(directory.path())).unwrap_err();
        assert!(error.to_string().starts_with("cannot log to ") && !error.to_string().contains('\n'));
    }
}
