//! Where a document lies, as the disk has it: symbolic links followed, temporary folders and ignore files looked at.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs};

use super::ignore::is_ignored;
use crate::privacy::{Location, is_temporary};

/// Links to links that are followed, as many as Linux follows.
const MOST_LINKS: usize = 40;

/// Where programs put files for a moment, on Linux and macOS, whatever the environment says.
const TEMPORARY_FOLDERS: &[&str] =
    &["/tmp", "/var/tmp", "/usr/tmp", "/dev/shm", "/run/user", "/run/shm", "/private/tmp", "/var/folders"];

/// Variables that name such a folder.
const TEMPORARY_VARIABLES: &[&str] = &["TMPDIR", "TEMP", "TMP", "TEMPDIR", "XDG_RUNTIME_DIR"];

/// Those of this machine, as they are called and where they really are. The environment of a process does not change.
static TEMPORARY: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let set = TEMPORARY_VARIABLES.iter().filter_map(env::var_os).map(PathBuf::from);
    let all = TEMPORARY_FOLDERS.iter().map(PathBuf::from).chain(set).chain([env::temp_dir()]);
    // A whole disk is no temporary folder, whatever a variable says.
    let folders = all.filter(|folder| folder.is_absolute() && folder.parent().is_some());
    with_real(folders.collect())
});

/// Asks the disk all there is to know of where a document lies that its URI gives `names`, in a workspace with these
/// roots. Takes as long as the disk does: some ten calls for each folder above.
pub fn locate(named: &Location, roots: &[PathBuf]) -> Location {
    let names = with_real(named.names.clone());
    let roots = with_real(roots.to_vec());
    let repositories = names.iter().filter(|name| name.is_absolute()).filter_map(|name| root_of(name));
    let mut bases: Vec<PathBuf> = roots.iter().cloned().chain(repositories).collect();
    bases.sort();
    bases.dedup();
    let files = named.file.iter().flat_map(|file| with_real(vec![file.clone()]));
    Location {
        is_ignored: files.into_iter().any(|file| is_ignored(&file, &roots)),
        is_temporary: is_temporary(&names, &TEMPORARY, &roots),
        is_found: true,
        file: named.file.clone(),
        names,
        bases,
    }
}

/// The folder a file belongs to: the nearest one above it with `.git`, else its own.
pub fn root_of(file: &Path) -> Option<PathBuf> {
    let project = file.ancestors().skip(1).find(|folder| folder.join(".git").exists());
    project.or_else(|| file.parent()).map(Path::to_owned)
}

/// The paths, and where symbolic links lead of each that is absolute.
fn with_real(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let real: Vec<PathBuf> = paths.iter().filter_map(|path| real(path)).collect();
    for path in real {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Where a path leads, though its end may not be there yet.
fn real(path: &Path) -> Option<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if !path.is_absolute() {
            return None;
        }
        let (above, real) = path.ancestors().find_map(|above| Some((above, fs::canonicalize(above).ok()?)))?;
        let rest = path.strip_prefix(above).ok()?;
        let Some(next) = rest.components().next() else { return Some(plain(real)) };
        // What is there but leads to nothing is a link to a file that will be made when it is saved.
        let Ok(target) = fs::read_link(real.join(next)) else { return Some(plain(real.join(rest))) };
        path = real.join(target).join(rest.strip_prefix(next).ok()?);
    }
    None
}

/// The path without the prefix of Windows' long form, which no editor writes.
fn plain(path: PathBuf) -> PathBuf {
    match path.to_str().and_then(|path| path.strip_prefix(r"\\?\")) {
        Some(plain) => plain.strip_prefix(r"UNC\").map_or_else(|| plain.into(), |share| format!(r"\\{share}").into()),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// What is found of a path below a folder that is the workspace's root, or is not.
    fn found(folder: &Path, path: &str, is_root: bool) -> Location {
        let path = folder.join(path);
        let roots = if is_root { vec![folder.to_owned()] } else { vec![] };
        locate(&Location::named(Some(path.clone()), vec![path]), &roots)
    }

    #[test]
    fn a_file_in_a_temporary_folder_is_told_from_a_workspace_there() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("a.rs"), "").unwrap();
        assert!(found(folder.path(), "a.rs", false).is_temporary);
        assert!(found(folder.path(), "not/there/yet.rs", false).is_temporary);
        assert!(!found(folder.path(), "a.rs", true).is_temporary);
        assert!(!found(folder.path(), "not/there/yet.rs", true).is_temporary);
        assert!(!locate(&Location::named(None, vec!["/srv/project/a.rs".into()]), &[]).is_temporary);
    }

    #[test]
    fn the_long_form_of_windows_is_left() {
        for (long, expected) in
            [(r"\\?\C:\w\a", r"C:\w\a"), (r"\\?\UNC\server\share\a", r"\\server\share\a"), ("/w/a", "/w/a")]
        {
            assert_eq!(plain(long.into()), Path::new(expected));
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_to_files_that_are_there_and_to_those_that_are_not_yet() {
        use std::os::unix::fs::symlink;

        let folder = TempDir::new().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("private")).unwrap();
        fs::write(root.join("private/a"), "").unwrap();
        let link = |to: &str, from: &str| symlink(to, root.join(from)).unwrap();
        link("private/a", "file");
        link("missing", "dangling");
        link("dangling", "chain");
        link("private", "folder");
        link("loop", "loop");
        let real = |path: &str| found(&root, path, true).names.last().unwrap().strip_prefix(&root).unwrap().to_owned();
        assert_eq!(real("file"), Path::new("private/a"));
        assert_eq!(real("dangling"), Path::new("missing"));
        assert_eq!(real("chain"), Path::new("missing"));
        assert_eq!(real("folder/new/b"), Path::new("private/new/b"));
        assert_eq!(real("private/../file"), Path::new("private/a"));
        assert_eq!(found(&root, "loop", true).names, [root.join("loop")]);
        assert_eq!(found(&root, "private/a", true).names, [root.join("private/a")]);
    }

    #[test]
    fn what_ignore_files_say_and_the_repository_are_found() {
        let folder = TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join(".gitignore"), "*.log\n").unwrap();
        assert!(found(folder.path(), "a.log", true).is_ignored);
        assert!(!found(folder.path(), "a.rs", true).is_ignored);
        let message = found(folder.path(), ".git/COMMIT_EDITMSG", false);
        assert!(message.bases.contains(&folder.path().to_owned()), "{message:?}");
        let twin = Location::named(None, vec![folder.path().join("a.log")]);
        assert!(!locate(&twin, &[folder.path().to_owned()]).is_ignored, "only a file is");
    }
}
