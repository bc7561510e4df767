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
use crate::completion::{Reason, eligibility};
use crate::index;
use crate::masking::{MaskedRope, RequestMask, ValueSyntax};
use crate::privacy::{Location, Private};
use crate::settings::Settings;
use crate::text::document::Document;
use crate::text::language;

/// The most that is read from a pipe, in bytes; more than any model takes.
const LONGEST_INPUT: u64 = 8 << 20;

/// What a text from a pipe is called.
const STANDARD_INPUT: &str = "standard input";

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
    let language = language::of(&path);
    let (privacy, location) = (settings.privacy.rules(), locate(&path));
    // Judged before it is read: of a private file not even the size is told.
    refuse(&region.file, privacy.admit(&location).map_err(Reason::from))?;
    let text = file::read(&region.file, settings.limits.max_file_bytes)?;
    let document = Document::new(&path.to_string_lossy(), language, 0, &text);
    refuse(&region.file, eligibility::sendable(&document, &location, &privacy))?;
    let (text, range) = (document.text.clone(), region.find(&document.text)?);
    let masked = mask.rope(&text, ValueSyntax::of(language));
    Ok(Part { name: shown(&region.file), file: path, language, text, range, masked })
}

fn refuse(file: &Path, sendable: Result<(), Reason>) -> Result<(), Error> {
    sendable.map_err(|reason| Error::Refused(format!("{} is not sent: {}", name(file), private(&reason))))
}

/// Why something is private, and the settings that say so.
pub(in crate::cli) fn private(reason: &Reason) -> String {
    match reason {
        Reason::Private(Private::Pattern(_) | Private::Diff { .. }) => {
            format!("{reason}; privacy.exclude and privacy.useDefaultExcludes say which files are")
        }
        reason => reason.to_string(),
    }
}

/// Where a file lies for one who works in the current directory: that is the workspace, and the file's repository.
pub(in crate::cli) fn locate(path: &Path) -> Location {
    let repository = path.ancestors().skip(1).find(|folder| folder.join(".git").exists()).map(Path::to_owned);
    let roots: Vec<PathBuf> = env::current_dir().ok().into_iter().chain(repository).collect();
    index::locate(&Location::named(Some(path.to_owned()), vec![path.to_owned()]), &roots)
}

/// What the endpoint is told of a file's place: of an absolute path what is below this directory, or the name.
fn shown(file: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    let below =
        if file.is_absolute() { file.strip_prefix(here).ok().or(file.file_name().map(Path::new)) } else { None };
    name(below.unwrap_or(file))
}

/// What a pipe brings, as a part of its own.
///
/// # Errors
/// It cannot be read, or shows changes of a private file.
pub(in crate::cli) fn piped(settings: &Settings, mask: &mut RequestMask) -> Result<Option<Part>, Error> {
    if io::stdin().is_terminal() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    io::stdin().take(LONGEST_INPUT).read_to_end(&mut bytes)?;
    let document = Document::new("", language::PLAIN_TEXT, 0, &String::from_utf8_lossy(&bytes));
    let bases = env::current_dir().ok().into_iter().collect();
    let location = Location { bases, ..Location::nowhere() };
    refuse(Path::new(STANDARD_INPUT), eligibility::sendable(&document, &location, &settings.privacy.rules()))?;
    let text = document.text;
    let part = Part {
        file: PathBuf::new(),
        name: STANDARD_INPUT.to_owned(),
        language: language::PLAIN_TEXT,
        range: 0..text.len_bytes(),
        masked: mask.rope(&text, ValueSyntax::of(language::PLAIN_TEXT)),
        text,
    };
    Ok(Some(part).filter(|part| !part.range.is_empty()))
}
