//! Which files and folders below a root of the workspace are read, and what tells that one of them changed.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::Rules;
use super::ignore::{self, is_ignored_folder, is_rule};
use crate::text::language;

/// Files looked at, at most: a workspace with more is a whole disk, whose names alone take seconds.
const MOST_FILES: usize = 100_000;

/// What there is to read.
#[derive(Debug, Default)]
pub struct Listing {
    pub files: Vec<PathBuf>,
    /// The folders that were looked into.
    pub folders: Vec<PathBuf>,
}

/// What a file was like when it was read: another one is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    changed: Option<SystemTime>,
    bytes: u64,
}

impl Stamp {
    pub fn of(metadata: &Metadata) -> Self {
        Self { changed: metadata.modified().ok(), bytes: metadata.len() }
    }

    pub fn at(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().as_ref().map(Self::of)
    }
}

/// What is below `root` and may be read: not ignored, not hidden, not private, of a known language. With `only`, of these
/// the paths in it and those inside them, by one walk. Ends early once `stopped` says so.
pub fn list(root: &Path, only: Option<&BTreeSet<PathBuf>>, rules: &Rules, stopped: impl Fn() -> bool) -> Listing {
    let mut listing = Listing::default();
    if is_too_wide(root) {
        return listing;
    }
    let mut walk = ignore::walk(root);
    walk.max_filesize(Some(rules.max_bytes as u64));
    if let Some(only) = only.cloned().map(Arc::new) {
        walk.filter_entry(move |entry| leads_to(entry.path(), &only) || is_inside(entry.path(), &only));
    }
    for entry in walk.build().flatten().take_while(|_| !stopped()) {
        let Some(kind) = entry.file_type() else { continue };
        let path = entry.into_path();
        // With a limit of size the walk asks its filter about folders alone; and those above are only passed through.
        if only.is_some_and(|only| !is_inside(&path, only)) {
            continue;
        }
        if kind.is_dir() {
            listing.folders.push(path);
        } else if kind.is_file() && rules.allow_path(&path) && language::of(&path) != language::PLAIN_TEXT {
            listing.files.push(path);
        }
        if listing.files.len() == MOST_FILES {
            break;
        }
    }
    listing
}

/// Whether one of `paths` is this one or inside it. They are in the order of their components, so that what is inside a
/// folder comes next after it.
fn leads_to(folder: &Path, paths: &BTreeSet<PathBuf>) -> bool {
    paths.range(folder.to_owned()..).next().is_some_and(|path| path.starts_with(folder))
}

/// Whether one of `paths` is this one or a folder above it.
fn is_inside(path: &Path, paths: &BTreeSet<PathBuf>) -> bool {
    path.ancestors().any(|folder| paths.contains(folder))
}

/// Whether a change at `path` can matter: it is inside a root, and not inside a hidden folder of it. Reads nothing, since a
/// build changes thousands of files.
pub fn may_matter(path: &Path, roots: &[PathBuf]) -> bool {
    let hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
    roots.iter().filter_map(|root| path.strip_prefix(root).ok()).any(|below| {
        let is_rules = is_rule(path) && !below.parent().is_some_and(|folder| folder.components().any(hidden));
        is_rules || !below.components().any(hidden)
    })
}

/// Whether a change at `path` may change which files are left out. Reads nothing.
pub fn may_change_rules(path: &Path, roots: &[PathBuf]) -> bool {
    is_rule(path) && may_matter(path, roots)
}

/// Whether it does. What an ignored folder says of itself does not: many tools
/// write a `.gitignore` into each.
pub fn changes_rules(path: &Path, roots: &[PathBuf]) -> bool {
    let is_kept = |folder: &Path| roots.iter().any(|root| root == folder) || !is_ignored_folder(folder, roots);
    may_change_rules(path, roots) && path.parent().is_some_and(is_kept)
}

/// Whether this is no project but a disk, a home, or a folder of homes, under whatever name.
fn is_too_wide(root: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let root = real(root);
    root.parent().is_none() || etcetera::home_dir().is_ok_and(|home| real(&home).starts_with(root))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::settings::Settings;

    fn set(paths: &[&str]) -> BTreeSet<PathBuf> {
        paths.iter().map(PathBuf::from).collect()
    }

    /// A project with these files, and what of it is listed with `only`.
    #[track_caller]
    fn check(files: &[&str], only: Option<&[&str]>, expected: &[&str], folders: &[&str]) {
        let directory = TempDir::new().unwrap();
        let root = directory.path().join("project");
        for file in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, if file.ends_with(".gitignore") { "target/\n" } else { "x" }).unwrap();
        }
        let only: Option<BTreeSet<PathBuf>> = only.map(|only| only.iter().map(|path| root.join(path)).collect());
        let listing = list(&root, only.as_ref(), &Rules::new(&Settings::default()), || false);
        let named = |paths: Vec<PathBuf>| {
            let names: BTreeSet<String> = paths
                .iter()
                .map(|path| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"))
                .collect();
            names.into_iter().collect::<Vec<_>>()
        };
        assert_eq!((named(listing.files), named(listing.folders)), (owned(expected), owned(folders)));
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_ignored_hidden_or_no_source_is_not_listed() {
        let files = ["a.rs", "b/c.rs", "b/no-source", ".d/e.rs", ".gitignore", "target/f.rs"];
        check(&files, None, &["a.rs", "b/c.rs"], &["", "b"]);
    }

    #[test]
    fn of_many_changes_just_these_are_listed() {
        let files = ["a.rs", "b/c.rs", "b/d.rs", "b/e/f.rs", "b.rs", ".gitignore", "target/f.rs"];
        check(&files, Some(&["b/d.rs", "a.rs"]), &["a.rs", "b/d.rs"], &[]);
        check(&files, Some(&["b", "gone.rs"]), &["b/c.rs", "b/d.rs", "b/e/f.rs"], &["b", "b/e"]);
        check(&files, Some(&["target/f.rs", "target"]), &[], &[]);
        check(&files, Some(&[]), &[], &[]);
    }

    #[test]
    fn paths_are_compared_by_their_parts() {
        let paths = set(&["/a/b/c", "/a/b.rs"]);
        for (path, leads, inside) in [
            ("/a", true, false),
            ("/a/b", true, false),
            ("/a/b/c", true, true),
            ("/a/b/c/d", false, true),
            ("/a/b.rs", true, true),
            ("/a/b/cd", false, false),
        ] {
            let path = Path::new(path);
            assert_eq!((leads_to(path, &paths), is_inside(path, &paths)), (leads, inside), "{}", path.display());
        }
    }

    #[test]
    fn nothing_in_a_hidden_folder_or_elsewhere_matters() {
        let roots = [PathBuf::from("/w/.x/project")];
        for (path, expected) in [
            ("/w/.x/project/a.rs", true),
            ("/w/.x/project/b/.gitignore", true),
            ("/w/.x/project", true),
            ("/w/.x/project/.git/index", false),
            ("/w/.x/project/.venv/.gitignore", false),
            ("/w/.x/project/.b.rs.swp", false),
            ("/w/a.rs", false),
        ] {
            assert_eq!(may_matter(Path::new(path), &roots), expected, "{path}");
        }
    }

    #[test]
    fn rules_inside_an_ignored_folder_change_nothing() {
        let directory = TempDir::new().unwrap();
        let root = directory.path().to_owned();
        fs::create_dir_all(root.join("target/doc")).unwrap();
        fs::create_dir_all(root.join("b")).unwrap();
        fs::write(root.join(".gitignore"), "target/\n").unwrap();
        let roots = [root.clone()];
        for (path, expected) in [
            (".gitignore", true),
            ("b/.ignore", true),
            ("b/a.rs", false),
            ("target/.gitignore", false),
            ("target/doc/.gitignore", false),
        ] {
            let path = root.join(path);
            assert_eq!(changes_rules(&path, &roots), expected, "{}", path.display());
            assert!(may_change_rules(&path, &roots) || !expected, "{}", path.display());
        }
        // Who opened the ignored folder wants it.
        assert!(changes_rules(&root.join("target/.gitignore"), &[root.join("target")]));
    }

    #[test]
    fn a_home_is_too_wide_under_any_name() {
        let home = etcetera::home_dir().unwrap();
        let wide =
            [home.clone(), home.join("../").join(home.file_name().unwrap_or_default()), home.join(".."), "/".into()];
        for root in wide.iter().filter(|root| root.exists()) {
            assert!(is_too_wide(root), "{}", root.display());
        }
        let directory = TempDir::new().unwrap();
        assert!(!is_too_wide(directory.path()));
        #[cfg(unix)]
        {
            let link = directory.path().join("link");
            std::os::unix::fs::symlink(&home, &link).unwrap();
            assert!(is_too_wide(&link));
        }
    }
}
