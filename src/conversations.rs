//! The conversations on disk: one Markdown file each, in the user's state directory, for no one else to read.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::calendar::{Day, time_of_day};
use crate::chat::conversation::{id, is_id, opening};
use crate::state_dir;

/// Below the state directory.
const DIRECTORY: &str = "conversations";

const EXTENSION: &str = "md";

/// As many conversations of one name may begin in one second; more is a runaway program.
const MOST_OF_ONE_NAME: u32 = 100;

/// Where they are. Making one touches nothing.
#[derive(Debug, Clone)]
pub struct Conversations {
    directory: PathBuf,
}

impl Conversations {
    /// The user's own.
    ///
    /// # Errors
    /// The user has no home directory.
    pub fn of_user() -> io::Result<Self> {
        Ok(Self { directory: state_dir::path()?.join(DIRECTORY) })
    }

    /// The file of a conversation, whether or not it is there; `None` for what is no conversation's name.
    pub fn path(&self, id: &str) -> Option<PathBuf> {
        is_id(id).then(|| self.directory.join(id).with_extension(EXTENSION))
    }

    /// The conversation that a file holds, told by its path.
    pub fn id(&self, path: &Path) -> Option<String> {
        let ours = path.parent() == Some(&self.directory) && path.extension().is_some_and(|it| it == EXTENSION);
        path.file_stem().filter(|_| ours).and_then(|stem| stem.to_str()).filter(|id| is_id(id)).map(str::to_owned)
    }

    /// Begins a conversation: its name, and what its file holds.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn begin(&self, title: &str, now: SystemTime) -> io::Result<(String, String)> {
        state_dir::create(&self.directory)?;
        let (name, text) = (id(&time(now), title), opening(title));
        for number in 1..=MOST_OF_ONE_NAME {
            let id = if number == 1 { name.clone() } else { format!("{name}-{number}") };
            let Some(path) = self.path(&id) else { break };
            match state_dir::private_file().create_new(true).open(&path) {
                Ok(mut file) => {
                    let written = file.write_all(text.as_bytes());
                    if written.is_err() {
                        // Half a heading is no conversation.
                        let _ = fs::remove_file(path);
                    }
                    return written.map(|()| (id, text));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other(format!("too many conversations are called {name}")))
    }

    /// What a conversation's file holds.
    ///
    /// # Errors
    /// There is no such file, or it cannot be read.
    pub fn read(&self, id: &str) -> io::Result<String> {
        fs::read_to_string(self.existing(id)?)
    }

    /// Adds to the end of a conversation.
    ///
    /// # Errors
    /// The file cannot be written; it holds what it held before.
    pub fn append(&self, id: &str, text: &str) -> io::Result<()> {
        let mut file = fs::OpenOptions::new().append(true).open(self.existing(id)?)?;
        let before = file.metadata()?.len();
        let written = file.write_all(text.as_bytes());
        if written.is_err() {
            // On a full disk a part of it may stand there, cut within a letter. What is said is why it failed.
            let _ = file.set_len(before);
        }
        written
    }

    /// The conversation that something was last said in, if there is any.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn latest(&self) -> io::Result<Option<String>> {
        let entries = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            entries => entries?,
        };
        let changed = |path: &PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        let ours = entries.flatten().map(|entry| entry.path()).filter(|path| self.id(path).is_some());
        // Files of one moment are told apart by their names, which begin with the time.
        let newest = ours.max_by_key(|path| (changed(path), path.clone()));
        Ok(newest.and_then(|path| self.id(&path)))
    }

    fn existing(&self, id: &str) -> io::Result<PathBuf> {
        self.path(id).ok_or_else(|| io::Error::new(ErrorKind::NotFound, format!("{id:?} is no conversation's name")))
    }
}

/// `2026-11-24-031500` in UTC.
fn time(now: SystemTime) -> String {
    let (hours, minutes, seconds) = time_of_day(now);
    format!("{}-{hours:02}{minutes:02}{seconds:02}", Day::at(now))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn at(directory: &Path) -> Conversations {
        Conversations { directory: directory.join(DIRECTORY) }
    }

    #[test]
    fn what_is_said_is_kept_and_found_again() {
        let directory = tempfile::tempdir().unwrap();
        let conversations = at(directory.path());
        assert_eq!(conversations.latest().unwrap(), None);
        let now = UNIX_EPOCH + Duration::from_secs(1_795_489_265);
        let (first, text) = conversations.begin("Explain a.rs", now).unwrap();
        assert_eq!(first, "2026-11-24-030105-explain-a-rs");
        assert_eq!(conversations.read(&first).unwrap(), text);
        let (second, _) = conversations.begin("Explain a.rs", now).unwrap();
        assert_eq!(second, "2026-11-24-030105-explain-a-rs-2");
        conversations.append(&second, "Why?").unwrap();
        assert_eq!(conversations.read(&second).unwrap(), format!("{text}Why?"));
        assert_eq!(conversations.latest().unwrap(), Some(second.clone()));
        assert_eq!(conversations.id(&conversations.path(&second).unwrap()), Some(second));
    }

    #[test]
    fn no_name_leads_to_another_file() {
        let directory = tempfile::tempdir().unwrap();
        let conversations = at(directory.path());
        for name in ["../secret", "a/b", "", "/etc/passwd"] {
            assert_eq!(conversations.path(name), None, "{name}");
            assert_eq!(conversations.read(name).unwrap_err().kind(), ErrorKind::NotFound, "{name}");
        }
        assert_eq!(conversations.id(&directory.path().join("a.md")), None);
        assert_eq!(conversations.id(&directory.path().join(DIRECTORY).join("a.txt")), None);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_them() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        let conversations = at(directory.path());
        let (id, _) = conversations.begin("x", UNIX_EPOCH).unwrap();
        let path = conversations.path(&id).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
