//! What a chat in a terminal is about: parts of files, and what stands on a pipe.

use std::env;
use std::io::{self, IsTerminal, Read};
use std::ops::Range;
use std::path::{self, Path, PathBuf};

use ropey::Rope;

use super::Region;
use super::file::{self, name};
use crate::chat::code::Code;
use crate::cli::Error;
use crate::masking::{Kind, MaskedRope, RequestMask};
use crate::privacy::Privacy;
use crate::settings::Settings;
use crate::text::language;

/// The most that is read from a pipe, in bytes; more than any model takes.
const LONGEST_INPUT: u64 = 8 << 20;

/// A file's text and the part of it in question.
pub(in crate::cli) struct Part {
    pub file: PathBuf,
    /// How the user calls the file.
    pub name: String,
    language: &'static str,
    pub text: Rope,
    pub range: Range<usize>,
    /// The text as it is sent.
    masked: MaskedRope,
}

impl Part {
    /// As the prompt wants it: masked.
    pub fn code(&self) -> Code<'_> {
        let range = self.masked.range(&self.range);
        Code { path: &self.name, language: self.language, text: &self.masked.text, range }
    }
}

/// The part of a file that the user names, before their words.
///
/// # Errors
/// It is none, and looks like words.
pub(in crate::cli) fn region(text: &str) -> Result<Region, Error> {
    let region = Region::parse(text)?;
    if region.lines.is_none() && !region.file.exists() {
        return Err(Error::Usage(format!(
            "there is no file {}; put a question of several words into quotes",
            name(&region.file)
        )));
    }
    Ok(region)
}

/// Reads a part of a file.
///
/// # Errors
/// It is private, cannot be read, or ends before.
pub(in crate::cli) fn part(region: &Region, settings: &Settings, mask: &mut RequestMask) -> Result<Part, Error> {
    let path = path::absolute(&region.file)?;
    let privacy = Privacy::new(&settings.privacy.exclude, settings.privacy.use_default_excludes);
    if let Some(pattern) = privacy.excludes(&path) {
        return Err(Error::Refused(format!(
            "{} is not sent: it meets {pattern}; privacy.exclude and privacy.useDefaultExcludes say which files are not",
            name(&region.file)
        )));
    }
    let text = Rope::from_str(&file::read(&region.file, settings.limits.max_file_bytes)?);
    let range = region.find(&text)?;
    let language = language::of(&path);
    let masked = mask.rope(&text, Kind::of(language));
    Ok(Part { name: shown(&region.file), file: path, language, text, range, masked })
}

/// What the endpoint is told of a file's place: of an absolute path what is below this directory, or the name.
fn shown(file: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    let below =
        if file.is_absolute() { file.strip_prefix(here).ok().or(file.file_name().map(Path::new)) } else { None };
    name(below.unwrap_or(file))
}

/// What a pipe brings, as a part of its own.
pub(in crate::cli) fn piped(mask: &mut RequestMask) -> Result<Option<Part>, Error> {
    if io::stdin().is_terminal() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    io::stdin().take(LONGEST_INPUT).read_to_end(&mut bytes)?;
    let text = Rope::from_str(&String::from_utf8_lossy(&bytes));
    let part = Part {
        file: PathBuf::new(),
        name: "standard input".to_owned(),
        language: language::PLAIN_TEXT,
        range: 0..text.len_bytes(),
        masked: mask.rope(&text, Kind::of(language::PLAIN_TEXT)),
        text,
    };
    Ok(Some(part).filter(|part| !part.range.is_empty()))
}
