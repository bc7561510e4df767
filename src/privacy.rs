//! Which files never leave the machine: by the user's patterns, by names that mean secrets, and by where they lie.

mod excerpt;
mod location;
mod patterns;
mod secret_files;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use patterns::Patterns;
use secret_files::{BACKUP_SUFFIXES, SECRET, SHARED};

use crate::text::document::Document;

pub use excerpt::own_end;
pub use location::{Location, is_temporary};
pub use patterns::check;

/// The built-in patterns, each for files alone. Compiled when the first path is judged, once: they are constants, and it
/// takes two milliseconds.
static BUILT_IN: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(SECRET.iter().copied()));

/// Those of files that are shared with others and meant to be read, though they meet a built-in pattern.
static NO_SECRETS: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(SHARED.iter().copied()));

/// Compiles the built-in patterns now, so that the first document need not wait for it.
pub fn prepare() {
    LazyLock::force(&BUILT_IN);
    LazyLock::force(&NO_SECRETS);
}

/// Why nothing of a document is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Private {
    /// One of its names meets this pattern.
    #[error("the file is private: it matches {0}")]
    Pattern(String),
    /// It lies in a temporary folder.
    #[error(
        "the file is private: it lies in a temporary folder outside the workspace, where programs put secrets to be \
         edited; privacy.temporaryFiles = true lets such files be sent"
    )]
    Temporary,
    /// Git is told to leave it out.
    #[error("the file is private: it is ignored, and privacy.respectGitignore is set")]
    Ignored,
    /// It shows the changes of a file that meets a pattern.
    #[error("the text is private: it holds a diff of {file}, which matches {pattern}")]
    Diff {
        /// The file, as the diff names it.
        file: String,
        /// The pattern it meets.
        pattern: String,
    },
    /// The place is below the scissors line of a commit message.
    #[error("what stands below the scissors line is private: it is no part of the commit message")]
    BelowScissors,
    /// The disk has not said yet where the document lies.
    #[error("the file counts as private until the disk has told where it lies; it is slow to answer")]
    NotFoundYet,
}

/// The rules in force.
#[derive(Debug, Clone)]
pub struct Privacy {
    /// The user's, with gitignore's meaning: folders included, a later `!` takes back.
    own: Patterns,
    /// Whether the built-in ones hold too.
    defaults: bool,
    /// Whether files in temporary folders outside the workspace are sent all the same.
    temporary_files: bool,
    /// Whether ignored files are kept back too.
    respect_gitignore: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Self::new(&[], false)
    }
}

impl Privacy {
    /// The user's patterns, and the built-in ones where `defaults` holds. A pattern that means nothing is left out;
    /// settings have told the user ([`check`]).
    pub fn new(exclude: &[String], defaults: bool) -> Self {
        Self {
            own: Patterns::new(exclude.iter().map(String::as_str)),
            defaults,
            temporary_files: false,
            respect_gitignore: false,
        }
    }

    /// The same rules, with files in temporary folders sent or not.
    #[must_use]
    pub fn with_temporary_files(self, sent: bool) -> Self {
        Self { temporary_files: sent, ..self }
    }

    /// The same rules, with ignored files kept back or not.
    #[must_use]
    pub fn with_respect_for_gitignore(self, kept_back: bool) -> Self {
        Self { respect_gitignore: kept_back, ..self }
    }

    /// Refuses a document for where it lies. What is not found yet is judged by its names.
    pub fn admit(&self, location: &Location) -> Result<(), Private> {
        if let Some(pattern) = location.names.iter().find_map(|name| self.excludes(name)) {
            return Err(Private::Pattern(pattern.to_owned()));
        }
        if location.is_temporary && !self.temporary_files {
            return Err(Private::Temporary);
        }
        if location.is_ignored && self.respect_gitignore {
            return Err(Private::Ignored);
        }
        Ok(())
    }

    /// Refuses a text that shows the changes of a file that is never sent. `bases`: what its paths may be relative to.
    pub fn admit_text(&self, document: &Document, bases: &[PathBuf]) -> Result<(), Private> {
        if !document.may_show_others {
            return Ok(());
        }
        for file in excerpt::changed_files(&document.text.to_string()) {
            let relative = Path::new(&file);
            let excluded = self.excludes(relative).or_else(|| {
                let places = bases.iter().map(|base| base.join(relative));
                places.into_iter().find_map(|place| self.excludes(&place))
            });
            if let Some(pattern) = excluded {
                return Err(Private::Diff { file: file.clone(), pattern: pattern.to_owned() });
            }
        }
        Ok(())
    }

    /// The pattern that keeps the file at `path` from being sent, if there is one.
    pub fn excludes(&self, path: &Path) -> Option<&str> {
        let path = normal(path);
        if let Some(pattern) = self.own.ignores_with_folders(&path) {
            return Some(pattern);
        }
        if !self.defaults {
            return None;
        }
        let original = without_backup_marks(&path);
        [path.as_str(), &original].into_iter().find_map(|path| {
            let pattern = BUILT_IN.ignores(path, false)?;
            NO_SECRETS.ignores(path, false).is_none().then_some(pattern)
        })
    }
}

/// The path with `/` between its parts and none at its beginning.
fn normal(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let path = path.strip_prefix("//?/").unwrap_or(&path);
    path.trim_start_matches('/').to_owned()
}

/// The path of the file that this one is a backup of: `.env~`, `#.env#`, `.#.env`, `.env.bak`, `.id_rsa.swp`.
fn without_backup_marks(path: &str) -> String {
    let (folder, mut name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    name = name.trim_matches('#').trim_start_matches(".#");
    let mut is_swap = false;
    while let Some(rest) =
        BACKUP_SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix).filter(|rest| !rest.is_empty()))
    {
        is_swap |= name.ends_with(".swp") || name.ends_with(".swo");
        name = rest;
    }
    // Vim puts a dot before the names of its swap files.
    let name = if is_swap { name.strip_prefix('.').unwrap_or(name) } else { name };
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(exclude: &[&str], path: &str, pattern: Option<&str>) {
        let exclude: Vec<String> = exclude.iter().map(|glob| (*glob).to_owned()).collect();
        assert_eq!(Privacy::new(&exclude, true).excludes(Path::new(path)), pattern, "{path}");
    }

    #[test]
    fn secrets_stay_by_default() {
        for path in [
            "/p/.env",
            "/p/.env.local",
            "/p/prod.env",
            "/p/server.PEM",
            "/h/.ssh/config",
            "/h/.ssh/id_ed25519",
            "/h/.Renviron",
            "/h/.netrc",
            "/h/.docker/config.json",
            "/p/secrets.yaml",
            "/h/.bash_history",
            "/h/.aws/sso/cache/x.json",
            "C:\\h\\.aws\\credentials",
            "/p/terraform.tfstate.backup",
            "/p/.dev.vars",
            "/p/.env~",
            "/p/#.env#",
            "/p/.#.env",
            "/p/.env.swp",
            "/p/..env.swp",
            "/p/server.key.bak",
            "/p/.env-prod",
            "/p/prod.auto.tfvars.json",
            "/h/kubeconfig",
            "/etc/ssh/ssh_host_ed25519_key",
            "/h/.s3cfg",
            "/h/.boto",
            "/h/.config/rclone/rclone.conf",
            "/p/.yarnrc.yml",
            "/p/auth.json",
            "/h/application_default_credentials.json",
            "/p/service-account-prod.json",
            "/p/secrets/db.yaml",
            "/p/office.ovpn",
            "/h/.password-store/mail.gpg",
            "/p/config/database-secret.yaml",
        ] {
            let privacy = Privacy::new(&[], true);
            assert!(privacy.excludes(Path::new(path)).is_some(), "{path}");
            assert!(Privacy::new(&[], false).excludes(Path::new(path)).is_none(), "{path}");
        }
    }

    #[test]
    fn ordinary_files_go() {
        for path in [
            "/p/main.rs",
            "/p/environment.py",
            "/p/config.json",
            "/p/.env.example",
            "/p/keys.rs",
            "/p/secretary.txt",
            "/p/environment",
            "/p/src/credentials/mod.rs",
            "/h/key.pub",
            "/p/prod.env.example",
            "/p/authors.json",
            "/p/secretly.yaml",
        ] {
            check(&[], path, None);
        }
    }

    #[test]
    fn the_users_globs_hold_too() {
        check(&["vendor/**"], "/p/vendor/a/b.c", Some("vendor/**"));
        check(&["*.sql"], "/p/dump.sql", Some("*.sql"));
        check(&["/p/only/**"], "/p/only/x", Some("/p/only/**"));
        check(&["private"], "/p/private/a/b.rs", Some("private"));
        check(&["!.env"], "/p/.env", Some(".env"));
        check(&[".env.example"], "/p/.env.example", Some(".env.example"));
        check(&["["], "/p/x", None);
    }
}
