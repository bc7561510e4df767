//! Reading a file of source text, with an error that says what to do for each way in which it is none.

use std::fs;
use std::io;
use std::path::Path;

use crate::cli::terminal::visible;
use crate::system_error::reason;

/// Why a file cannot be completed in.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// There is none.
    #[error("there is no file {0}; check the name and the directory you are in")]
    Missing(String),
    /// It is a directory.
    #[error("{0} is a directory; name a file in it")]
    Directory(String),
    /// It is a pipe, a device or a socket, which may never end.
    #[error("{0} is not a regular file; name a file on disk")]
    Special(String),
    /// It has more bytes than the settings allow.
    #[error("{file} has {bytes} bytes, more than limits.maxFileBytes ({most}); raise it if this is code you write")]
    TooLarge {
        /// The file's name.
        file: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        most: usize,
    },
    /// It holds a NUL byte.
    #[error("{0} is binary; name a file of text")]
    Binary(String),
    /// It is in some other encoding.
    #[error("{file} is not UTF-8 in line {line}; save it as UTF-8")]
    NotUtf8 {
        /// The file's name.
        file: String,
        /// The line of the first byte that is not.
        line: usize,
    },
    /// The system does not let us.
    #[error("{file} cannot be read ({}); check its permissions", reason(error))]
    Refused {
        /// The file's name.
        file: String,
        /// What the system said.
        error: io::Error,
    },
}

/// The text of the file at `path`, which may have at most `most` bytes, without a byte order mark.
///
/// # Errors
/// It is not a file of text that can be read.
pub(in crate::cli) fn read(path: &Path, most: usize) -> Result<String, Unreadable> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Unreadable::Missing(name(path)),
        _ => Unreadable::Refused { file: name(path), error },
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(Unreadable::Directory(name(path)));
    }
    if !metadata.is_file() {
        return Err(Unreadable::Special(name(path)));
    }
    if usize::try_from(metadata.len()).is_ok_and(|bytes| bytes <= most) {
        text(path, fs::read(path).map_err(failed)?)
    } else {
        Err(Unreadable::TooLarge { file: name(path), bytes: metadata.len(), most })
    }
}

/// A file's name for a message of one line.
pub(in crate::cli) fn name(path: &Path) -> String {
    visible(&path.display().to_string())
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Unreadable> {
    if bytes.contains(&0) {
        return Err(Unreadable::Binary(name(path)));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|byte| *byte == b'\n').count();
        Unreadable::NotUtf8 { file: name(path), line }
    })?;
    // Editors do not count the mark as a character either.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<&str, &str>) {
        let read = text(Path::new("f"), bytes.to_vec()).map_err(|error| error.to_string());
        assert_eq!(read, expected.map(str::to_owned).map_err(str::to_owned), "{bytes:?}");
    }

    #[test]
    fn only_text_in_utf8_is_read() {
        check("aé\r\n".as_bytes(), Ok("aé\r\n"));
        check(b"\xef\xbb\xbfa", Ok("a"));
        check(b"", Ok(""));
        check(b"a\0\xff", Err("f is binary; name a file of text"));
        check(b"a\nb\xe9c", Err("f is not UTF-8 in line 2; save it as UTF-8"));
    }

    #[test]
    fn a_name_stays_on_one_line() {
        assert_eq!(name(Path::new("a\nb\u{1b}[31m")), "a␊b␛[31m");
    }
}
