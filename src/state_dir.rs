//! The user's state directory: what we keep between sessions, for no one else to read.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};

/// Where it is, whether or not it exists. On Windows it is below `%LOCALAPPDATA%`: what is in the roaming directory is copied
/// to other machines, and a lock or a count there would be that of several.
///
/// # Errors
/// The user has no home directory.
pub(crate) fn path() -> io::Result<PathBuf> {
    let base = choose_base_strategy().map_err(io::Error::other)?;
    Ok(base.state_dir().unwrap_or_else(|| base.cache_dir()).join("codestral-ls"))
}

/// Makes a directory that only the user can enter, and those above it.
///
/// # Errors
/// The system refuses.
pub(crate) fn create(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(directory)
}

/// Opens for writing a file that is made, where it is missing, for the user alone.
pub(crate) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    options.mode(0o600);
    options
}
