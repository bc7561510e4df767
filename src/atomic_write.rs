//! Files that are replaced as a whole: whoever reads one finds the old text or the new one, after a crash as well.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// Tells the files apart that this process writes at once.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Puts `contents` in the place of the file at `path`, which keeps its permissions; a new file is for the user alone.
/// Where the path is a symbolic link, the file that it leads to is replaced.
///
/// The text is written to a new file in the same directory, which then gets the name: both are there for a moment.
///
/// # Errors
/// The directory cannot be written to, or the system refuses. The file is as it was then.
pub fn atomic_write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let (target, permissions) = match fs::canonicalize(path) {
        Ok(target) => {
            let permissions = fs::metadata(&target)?.permissions();
            (target, Some(permissions))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => (path.to_owned(), None),
        Err(error) => return Err(error),
    };
    let new = sibling(&target);
    let written = write_new(&new, contents, permissions).and_then(|()| fs::rename(&new, &target));
    if written.is_err() {
        // What is said is why it failed; that a part of the text is left beside the file would not help.
        let _ = fs::remove_file(&new);
    }
    written
}

/// A name beside `path` that no other file has. It does not hold the file's own, which may be as long as names can be.
fn sibling(path: &Path) -> PathBuf {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".codestral-ls-{}-{number}.new", process::id()))
}

fn write_new(path: &Path, contents: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(path)?;
    file.write_all(contents)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    // Renamed before its text is on the disk, it could be empty after a crash.
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn names(directory: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(directory.path()).unwrap().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_but_the_file_is_left() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("a");
        for text in ["new", "", "newer"] {
            atomic_write(&path, text.as_bytes()).unwrap();
            assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(&directory)), (text, vec!["a".to_owned()]));
        }
    }

    #[test]
    fn a_write_that_fails_leaves_nothing_behind() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("a");
        fs::create_dir_all(path.join("b")).unwrap();
        assert!(atomic_write(&path, b"text").is_err(), "a directory is no file");
        assert_eq!(names(&directory), ["a"]);
        assert!(atomic_write(&directory.path().join("none").join("a"), b"text").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_new_files_are_private() {
        use std::os::unix::fs::PermissionsExt;

        let directory = TempDir::new().unwrap();
        let path = directory.path().join("a");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        atomic_write(&path, b"1").unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        atomic_write(&path, b"2").unwrap();
        assert_eq!(mode(), 0o755);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_stays_one() {
        let directory = TempDir::new().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        atomic_write(&link, b"new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(names(&directory), ["file", "link"]);
    }
}
