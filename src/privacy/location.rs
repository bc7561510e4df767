//! What is known of where a document lies: all names of its file, and what its folders say about it.

use std::path::{Path, PathBuf};

/// Where a document lies. By its URI alone at first, then as the disk has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location {
    /// The path of its file; `None` for what is no file: notebook cells, older versions, documents without a name.
    pub file: Option<PathBuf>,
    /// Every path it may be known by: its file's, with symbolic links followed too, or those its URI holds. Each counts.
    pub names: Vec<PathBuf>,
    /// The folders that paths inside its text may be relative to: those of the workspace, and its repository.
    pub bases: Vec<PathBuf>,
    /// Whether it lies below a temporary folder and in no folder of the workspace.
    pub is_temporary: bool,
    /// Whether `.gitignore` or `.ignore` leaves it out.
    pub is_ignored: bool,
    /// Whether the disk was asked. Until then only the names in its URI are known.
    pub is_found: bool,
}

impl Location {
    /// A document that its URI gives these names.
    pub fn named(file: Option<PathBuf>, names: Vec<PathBuf>) -> Self {
        Self { file, names, ..Self::default() }
    }

    /// A document that lies nowhere, such as a text from a pipe; there is nothing to be found.
    pub fn nowhere() -> Self {
        Self { is_found: true, ..Self::default() }
    }
}

/// Whether a document with these names lies below one of the temporary folders, and not inside a root that lies below
/// the same one: a folder in `/tmp` may be worked in, `/tmp` itself is no project.
pub fn is_temporary(names: &[PathBuf], temporary: &[PathBuf], roots: &[PathBuf]) -> bool {
    let is_chosen = |name: &Path, folder: &Path| {
        roots.iter().any(|root| is_below(root, folder) && root != folder && is_below(name, root))
    };
    names.iter().any(|name| temporary.iter().any(|folder| is_below(name, folder) && !is_chosen(name, folder)))
}

/// Whether `path` is `folder` or something in it. Where the file system does not tell case apart, it does not count.
fn is_below(path: &Path, folder: &Path) -> bool {
    if !cfg!(any(windows, target_os = "macos")) {
        return path.starts_with(folder);
    }
    let mut parts = path.components();
    folder
        .components()
        .all(|wanted| parts.next().is_some_and(|part| part.as_os_str().eq_ignore_ascii_case(wanted.as_os_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], roots: &[&str], expected: bool) {
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        let temporary = paths(&["/tmp", "/run/user", "/home/a/tmp"]);
        assert_eq!(is_temporary(&paths(names), &temporary, &paths(roots)), expected, "{names:?} {roots:?}");
    }

    #[test]
    fn what_lies_below_a_temporary_folder_is_temporary() {
        check(&["/tmp/pass.x/mail.txt"], &[], true);
        check(&["/run/user/1000/gopass-1/secret"], &["/home/a"], true);
        check(&["/home/a/tmp/x"], &["/home/a"], true);
        check(&["/home/a/notes", "/tmp/x"], &[], true);
        check(&["/tmpfile", "/home/a/tmp2/x", "/home/tmp/x"], &[], false);
        check(&[], &[], false);
    }

    #[test]
    fn a_workspace_inside_one_is_no_temporary_folder_and_a_temporary_folder_is_no_workspace() {
        check(&["/tmp/project/a.rs"], &["/tmp/project"], false);
        check(&["/tmp/project/a.rs"], &["/tmp/other"], true);
        check(&["/tmp/project2/a.rs"], &["/tmp/project"], true);
        check(&["/tmp/crontab.x"], &["/tmp"], true);
        check(&["/tmp/crontab.x"], &["/"], true);
        check(&["/tmp/project/a.rs", "/tmp/link.rs"], &["/tmp/project"], true);
    }
}
