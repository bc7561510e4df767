//! The user's state directory, where what we keep between runs lies, for no one else to read.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};

/// `codestral-ls` below the system's place for state (`~/.local/state`; on Windows `%APPDATA%`).
///
/// # Errors
/// The user has no home directory.
pub fn path() -> io::Result<PathBuf> {
    let base = choose_base_strategy().map_err(io::Error::other)?;
    Ok(base.state_dir().unwrap_or_else(|| base.data_dir()).join("codestral-ls"))
}

/// Makes a directory of the user's own, and those above it.
///
/// # Errors
/// The system refuses.
pub fn create(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(directory)
}

/// Opens a file of the user's own for writing.
///
/// # Errors
/// The system refuses.
pub fn open(path: &Path, truncate: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(truncate);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path)
}

/// Writes a text into the state directory; returns its path.
///
/// # Errors
/// The system refuses.
pub fn write(name: &str, text: &str) -> io::Result<PathBuf> {
    let directory = path()?;
    create(&directory)?;
    let path = directory.join(name);
    open(&path, true)?.write_all(text.as_bytes())?;
    Ok(path)
}
