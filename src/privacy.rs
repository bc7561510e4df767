//! Which files never leave the machine: by the user's patterns, and by names that mean secrets.

mod names;
mod patterns;

use std::path::Path;

use names::{BACKUP_SUFFIXES, SECRET, SHARED};
use patterns::Patterns;

pub use patterns::check;

/// The patterns in force.
#[derive(Debug, Clone)]
pub struct Privacy {
    /// The user's, with gitignore's meaning: folders included, a later `!` takes back.
    own: Patterns,
    /// The built-in ones, each for files alone.
    built_in: Patterns,
    shared: Patterns,
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
        let built_in = if defaults { SECRET } else { &[] };
        let shared = if defaults { SHARED } else { &[] };
        Self {
            own: Patterns::new(exclude.iter().map(String::as_str)),
            built_in: Patterns::new(built_in.iter().copied()),
            shared: Patterns::new(shared.iter().copied()),
        }
    }

    /// The pattern that keeps the file at `path` from being sent, if there is one.
    pub fn excludes(&self, path: &Path) -> Option<&str> {
        let path = normal(path);
        if let Some(pattern) = self.own.ignores_with_folders(&path) {
            return Some(pattern);
        }
        let original = without_backup_marks(&path);
        [path.as_str(), &original].into_iter().find_map(|path| {
            let pattern = self.built_in.ignores(path, false)?;
            self.shared.ignores(path, false).is_none().then_some(pattern)
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
