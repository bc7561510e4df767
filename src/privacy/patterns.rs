//! Patterns of files with gitignore's meaning, for paths anywhere: without a folder that they are relative to.

use std::collections::HashMap;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Why a pattern of `privacy.exclude` cannot protect anything, if so: the end of a sentence that begins with the
/// pattern's place. `earlier` are the ones that stand before it.
pub fn check(pattern: &str, earlier: &[String]) -> Result<(), String> {
    let lines = lines(pattern)?;
    if pattern.trim_start().starts_with('!') && earlier.iter().all(|pattern| pattern.trim_start().starts_with('!')) {
        return Err("takes back what no pattern before it excludes; put it behind the one it is an exception of".into());
    }
    let mut builder = builder();
    for line in &lines {
        builder.add_line(None, line).map_err(|error| format!("is no glob, {}", reason(error)))?;
    }
    Ok(())
}

fn builder() -> GitignoreBuilder {
    let mut builder = GitignoreBuilder::new("");
    // A file system may or may not tell case apart; a secret is one in any case. Half a class is a mistake, not a name.
    let _ = builder.case_insensitive(true);
    builder.allow_unclosed_class(false);
    builder
}

/// What is wrong with a glob, without the glob.
fn reason(error: ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err,
        other => other.to_string(),
    }
}

/// Patterns of gitignore's, without a folder that they are relative to.
#[derive(Debug, Clone)]
pub(super) struct Patterns {
    rules: Gitignore,
    /// As the user wrote it, by what it was turned into.
    written: HashMap<String, String>,
}

impl Patterns {
    pub(super) fn new<'a>(patterns: impl Iterator<Item = &'a str>) -> Self {
        let mut builder = builder();
        let mut written = HashMap::new();
        for pattern in patterns {
            for line in lines(pattern).unwrap_or_default() {
                if builder.add_line(None, &line).is_ok() {
                    written.insert(line, pattern.to_owned());
                }
            }
        }
        Self { rules: builder.build().unwrap_or_else(|_| Gitignore::empty()), written }
    }

    /// The pattern that `path` itself meets, unless a later one takes it back.
    pub(super) fn ignores(&self, path: &str, is_folder: bool) -> Option<&str> {
        match self.rules.matched(path, is_folder) {
            Match::Ignore(glob) => Some(self.written.get(glob.original()).map_or(glob.original(), String::as_str)),
            Match::None | Match::Whitelist(_) => None,
        }
    }

    /// The same for a file and the folders above it: what is inside an excluded folder cannot be taken back, as in git.
    pub(super) fn ignores_with_folders(&self, path: &str) -> Option<&str> {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]).filter(|folder| !folder.is_empty());
        folders.into_iter().find_map(|folder| self.ignores(folder, true)).or_else(|| self.ignores(path, false))
    }
}

/// The lines of a gitignore file at the root of the file system that mean what `pattern` means in any folder. Where its
/// back slashes may be those of a path of Windows, it means both: more is kept back then, never less.
fn lines(pattern: &str) -> Result<Vec<String>, String> {
    let pattern = pattern.trim();
    match with_slashes(pattern).filter(|_| !pattern.starts_with('!')) {
        // As an escape a back slash at the end is none.
        Some(path) if pattern.ends_with('\\') => lines_as_written(&path),
        Some(path) => Ok([lines_as_written(&path)?, lines_as_written(pattern)?].concat()),
        None => lines_as_written(pattern),
    }
}

/// The pattern with `/` for each `\` that no sign follows which has to be escaped, if it has such.
fn with_slashes(pattern: &str) -> Option<String> {
    let mut chars = pattern.chars().peekable();
    let mut path = String::new();
    while let Some(char) = chars.next() {
        let is_separator = char == '\\'
            && chars.peek().is_none_or(|next| next.is_alphanumeric() || matches!(next, '.' | '_' | '-' | '*'));
        path.push(if is_separator { '/' } else { char });
        // What is escaped is no back slash that begins an escape.
        if char == '\\' && !is_separator {
            path.extend(chars.next());
        }
    }
    (path != pattern).then_some(path)
}

fn lines_as_written(pattern: &str) -> Result<Vec<String>, String> {
    let (mark, body) = pattern.strip_prefix('!').map_or(("", pattern), |body| ("!", body));
    let is_drive = body.as_bytes().get(1) == Some(&b':') && body.as_bytes()[0].is_ascii_alphabetic();
    let body = if is_drive || body.starts_with("\\\\") { body.replace('\\', "/") } else { body.to_owned() };
    if body.trim_matches('/').is_empty() {
        return Err("names no file".to_owned());
    }
    if body.starts_with('#') {
        return Err("is a comment to gitignore and excludes nothing; write \\# for a name that begins so".to_owned());
    }
    if body.contains("://") {
        return Err("is an address; write the path of a file or folder".to_owned());
    }
    if body.starts_with('~') {
        return Err("is in no home folder that is known; write the whole path".to_owned());
    }
    if body.starts_with('$') || body.starts_with('%') {
        return Err("holds a variable, which is not looked up; write the whole path".to_owned());
    }
    if body.split('/').any(|part| part == "..") {
        return Err("goes up by .., which no path of a file does; write the whole path".to_owned());
    }
    let mut inner = body.as_str();
    while let Some(rest) = inner.strip_prefix("./") {
        inner = rest.trim_start_matches('/');
    }
    if inner.is_empty() || inner == "." {
        return Err("names no file; write ** for all".to_owned());
    }
    if is_drive {
        return Ok(vec![format!("{mark}/{inner}")]);
    }
    Ok(match inner.strip_prefix('/') {
        // From the root of the file system, or from that of a workspace.
        Some(rest) => {
            let rest = rest.trim_start_matches('/');
            vec![format!("{mark}/{rest}"), format!("{mark}**/{rest}")]
        }
        None if inner.trim_end_matches('/').contains('/') => vec![format!("{mark}**/{inner}")],
        None => vec![format!("{mark}{inner}")],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_met(patterns: &[&str], path: &str, met: Option<&str>) {
        assert_eq!(Patterns::new(patterns.iter().copied()).ignores_with_folders(path), met, "{patterns:?} {path}");
    }

    #[test]
    fn a_folder_excludes_what_is_in_it_however_it_is_written() {
        for pattern in
            ["private/", "private", "./private/", "./private", "/w/private", "/private/", "w/private/**", "**/private"]
        {
            check_met(&[pattern], "w/private/deep/a.rs", Some(pattern));
            check_met(&[pattern], "w/privateer/a.rs", None);
        }
        for pattern in ["private\\", ".\\private", ".\\private\\", "w\\private", "w\\private\\*"] {
            check_met(&[pattern], "w/private/a.rs", Some(pattern));
            check_met(&[pattern], "w/privateer/a.rs", None);
        }
        check_met(&["a\\.rs"], "w/a.rs", Some("a\\.rs"));
        check_met(&["a\\[b\\].rs"], "w/a[b].rs", Some("a\\[b\\].rs"));
        check_met(&["a", "!w\\a"], "w/a", Some("a"));
        check_met(&["private/"], "w/private", None);
        check_met(&["C:\\work\\private"], "C:/work/private/a.rs", Some("C:\\work\\private"));
        check_met(&["\\\\host\\share\\private"], "host/share/private/a.rs", Some("\\\\host\\share\\private"));
    }

    #[test]
    fn case_does_not_count() {
        check_met(&["Private/"], "w/PRIVATE/a.rs", Some("Private/"));
    }

    #[test]
    fn stars_and_classes_are_gitignores() {
        check_met(&["*.sql"], "w/a/dump.SQL", Some("*.sql"));
        check_met(&["src/*.rs"], "w/src/a.rs", Some("src/*.rs"));
        check_met(&["src/*.rs"], "w/src/a/b.rs", None);
        check_met(&["src/**/*.rs"], "w/src/a/b/c.rs", Some("src/**/*.rs"));
        check_met(&["[ab].txt"], "w/a.txt", Some("[ab].txt"));
        check_met(&["\\!x"], "w/!x", Some("\\!x"));
    }

    #[test]
    fn a_later_exception_takes_back_but_not_inside_an_excluded_folder() {
        check_met(&["*.sql", "!schema.sql"], "w/schema.sql", None);
        check_met(&["*.sql", "!schema.sql"], "w/dump.sql", Some("*.sql"));
        check_met(&["!schema.sql", "*.sql"], "w/schema.sql", Some("*.sql"));
        check_met(&["private/", "!private/a.rs"], "w/private/a.rs", Some("private/"));
        check_met(&["private/*", "!private/a.rs"], "w/private/a.rs", None);
    }

    #[test]
    fn what_can_mean_nothing_is_told() {
        for pattern in [
            "",
            "  ",
            "!",
            "/",
            "./",
            ".",
            "# private",
            "~root/x",
            "$HOME/x",
            "%APPDATA%/x",
            "../x",
            "a/../b",
            "https://a/b",
            "a[",
            "{a",
        ] {
            assert!(check(pattern, &["x".to_owned()]).is_err(), "{pattern:?}");
        }
        for pattern in ["private/", "private", "/w", "**", "a b", "[ab]", "\\#x", "C:\\x", "x/**/y", "!x", "*.{a,b}"] {
            assert_eq!(check(pattern, &["x".to_owned()]), Ok(()), "{pattern:?}");
        }
    }

    #[test]
    fn an_exception_needs_something_to_be_an_exception_of() {
        assert!(check("!x", &[]).is_err());
        assert!(check("!x", &["!y".to_owned()]).is_err());
        assert!(check("!x", &["!y".to_owned(), "z".to_owned()]).is_ok());
    }
}
