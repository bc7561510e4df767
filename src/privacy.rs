//! Which files never leave the machine.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

/// Files that hold secrets by their name alone. A glob without `/` is met by the file's name, one with `/` by the end
/// of its path; case does not count.
pub const DEFAULT_EXCLUDES: &[&str] = &[
    // Environment files.
    ".env",
    ".env.*",
    "*.env",
    ".envrc",
    ".Renviron",
    // Private keys and certificates.
    "*.pem",
    "*.key",
    "*.p8",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "*.asc",
    "*.gpg",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    ".ssh/**",
    ".gnupg/**",
    // Credential and secret stores.
    "secrets.*",
    "secret.*",
    "*.secret",
    "*.secrets",
    "credentials",
    "credentials.*",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".htpasswd",
    ".vault-token",
    ".aws/**",
    ".azure/**",
    ".kube/config",
    ".docker/config.json",
    ".cargo/credentials*",
    ".config/gh/hosts.yml",
    "*.tfvars",
    "*.tfstate",
    "*.tfstate.*",
    // Shell and tool histories, which hold what was typed by mistake.
    ".*_history",
    ".histfile",
    "fish_history",
];

/// Harmless files that a pattern above would meet: templates that are meant to be shared.
const ALLOWED: &[&str] = &[".env.example", ".env.sample", ".env.template", ".env.dist"];

/// The patterns in force.
#[derive(Debug, Clone, Default)]
pub struct Privacy {
    patterns: Vec<(String, GlobMatcher)>,
    defaults: bool,
}

impl Privacy {
    /// The user's globs, and the built-in ones where `defaults` holds. A glob that cannot be read is left out; settings
    /// have told the user.
    pub fn new(exclude: &[String], defaults: bool) -> Self {
        let built_in = DEFAULT_EXCLUDES.iter().copied().filter(|_| defaults);
        let all = exclude.iter().map(String::as_str).chain(built_in);
        Self { patterns: all.filter_map(|glob| Some((glob.to_owned(), matcher(glob)?))).collect(), defaults }
    }

    /// The pattern that keeps the file at `path` from being sent, if there is one.
    pub fn excludes(&self, path: &Path) -> Option<&str> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let whole = path.to_string_lossy().replace('\\', "/");
        let allowed = self.defaults && ALLOWED.contains(&name.as_str());
        let found = self.patterns.iter().find(|(_, glob)| glob.is_match(&whole))?;
        (!allowed || !DEFAULT_EXCLUDES.contains(&found.0.as_str())).then_some(found.0.as_str())
    }
}

fn matcher(glob: &str) -> Option<GlobMatcher> {
    let anywhere = if glob.starts_with('/') { glob.to_owned() } else { format!("**/{glob}") };
    let glob = GlobBuilder::new(&anywhere).case_insensitive(true).literal_separator(true).build().ok()?;
    Some(glob.compile_matcher())
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
        ] {
            let privacy = Privacy::new(&[], true);
            assert!(privacy.excludes(Path::new(path)).is_some(), "{path}");
            assert!(Privacy::new(&[], false).excludes(Path::new(path)).is_none(), "{path}");
        }
    }

    #[test]
    fn ordinary_files_go() {
        for path in
            ["/p/main.rs", "/p/environment.py", "/p/config.json", "/p/.env.example", "/p/keys.rs", "/p/secretary.txt"]
        {
            check(&[], path, None);
        }
    }

    #[test]
    fn the_users_globs_hold_too() {
        check(&["vendor/**"], "/p/vendor/a/b.c", Some("vendor/**"));
        check(&["*.sql"], "/p/dump.sql", Some("*.sql"));
        check(&["/p/only/**"], "/q/p/only/x", None);
        check(&[".env.example"], "/p/.env.example", Some(".env.example"));
        check(&["["], "/p/x", None);
    }
}
