//! `codestral-ls chat --apply`: the edit that an answer holds, shown as a difference and written if the user agrees.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;

use ropey::Rope;

use super::diff::{self, Diff};
use crate::atomic_write::atomic_write;
use crate::chat::edit::rewrite::{NoEdit, rewrite, without_placeholder};
use crate::cli::terminal::visible;
use crate::cli::{Error, FINE};
use crate::system_error::reason;

/// What an answer may change.
pub(super) struct Edit<'a> {
    /// How the user calls the file.
    pub name: &'a str,
    pub file: &'a Path,
    /// The text as it was sent.
    pub text: &'a Rope,
    /// The part in question.
    pub range: Range<usize>,
    /// Whether secrets were masked in what was asked.
    pub masked: bool,
}

impl Edit<'_> {
    /// Shows what would change, and writes it if the user wants that, or with `yes` at once. `complete`: the model had
    /// said all.
    ///
    /// # Errors
    /// The answer holds no edit, there is nobody to ask, or the file has changed.
    pub fn propose(&self, answer: &str, complete: bool, yes: bool) -> Result<ExitCode, Error> {
        let new = rewrite(self.text, self.range.clone(), answer, complete);
        let new = match new.and_then(|new| without_placeholder(new, self.masked)) {
            Ok(new) => new,
            Err(NoEdit::Unchanged) => {
                writeln!(anstream::stderr(), "There is nothing to change in {}.", self.name)?;
                return Ok(ExitCode::from(FINE));
            }
            Err(no_edit) => {
                let mut out = anstream::stdout().lock();
                answer.lines().try_for_each(|line| writeln!(out, "{}", visible(line)))?;
                return Err(Error::Refused(no_edit.to_string()));
            }
        };
        let before = self.text.to_string();
        let after = format!("{}{new}{}", &before[..self.range.start], &before[self.range.end..]);
        diff::print(&Diff { file: self.name, before: &before, after: &after })?;
        if yes || self.is_wanted()? {
            self.write(&before, &after)?;
        } else {
            writeln!(anstream::stderr(), "Nothing was written.")?;
        }
        Ok(ExitCode::from(FINE))
    }

    fn is_wanted(&self) -> Result<bool, Error> {
        if !io::stdin().is_terminal() {
            return Err(Error::Refused("nothing was written, since there is no terminal to ask at; add --yes".into()));
        }
        write!(anstream::stderr(), "Write this to {}? [y/N] ", self.name)?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
    }

    /// Writes the text, if the file still holds what the difference was shown against.
    fn write(&self, before: &str, after: &str) -> Result<(), Error> {
        let changed =
            || Error::Refused(format!("nothing was written, since {} changed meanwhile; ask again", self.name));
        let now = fs::read_to_string(self.file)?;
        // The byte order mark that reading takes away stays.
        let mark = now.strip_suffix(before).filter(|mark| matches!(*mark, "" | "\u{feff}")).ok_or_else(changed)?;
        atomic_write(self.file, format!("{mark}{after}").as_bytes()).map_err(|error| {
            Error::Refused(format!("{} cannot be written ({}); it is as it was", self.name, reason(&error)))
        })?;
        writeln!(anstream::stderr(), "Written to {}.", self.name)?;
        Ok(())
    }
}
