//! What ignore files leave out: of a folder that is walked, and of one path alone, which may not be on disk yet.

use std::path::{Path, PathBuf};

use ::ignore::gitignore::{Gitignore, GitignoreBuilder, gitconfig_excludes_path};
use ::ignore::{Match, WalkBuilder};

/// Files that say which others are ignored, the stronger first.
const RULES: [&str; 2] = [".ignore", ".gitignore"];

/// Whether a change of the file at `path` changes which others are ignored.
pub fn is_rule(path: &Path) -> bool {
    path.file_name().is_some_and(|name| RULES.iter().any(|rules| name == *rules))
}

/// Walks what is not hidden and not left out below `root`. A `.gitignore` counts outside of repositories as well; where
/// there is one it counts as far as git has it, so that rules for a whole home directory end at the project.
pub fn walk(root: &Path) -> WalkBuilder {
    let mut walk = WalkBuilder::new(root);
    walk.require_git(root.ancestors().any(|folder| folder.join(".git").exists())).follow_links(false);
    walk
}

/// Whether `.ignore`, `.gitignore`, `.git/info/exclude` or git's own list for all projects leave the file at `path`
/// out, by the rules the workspace is read by: above the nearest `.git` only `.ignore` counts, and a folder that is a
/// root itself was chosen, whatever is said of it. Reads those files, some two for each folder above.
pub fn is_ignored(path: &Path, roots: &[PathBuf]) -> bool {
    leave_out(path, roots, false)
}

/// The same of a folder.
pub fn is_ignored_folder(path: &Path, roots: &[PathBuf]) -> bool {
    leave_out(path, roots, true)
}

fn leave_out(path: &Path, roots: &[PathBuf], is_folder: bool) -> bool {
    let rules = Rules::above(path);
    let chosen = |part: &Path| part.parent().is_none() || roots.iter().any(|root| root == part);
    // What is inside an ignored folder cannot be taken back in.
    path.ancestors().take_while(|part| !chosen(part)).any(|part| rules.ignore(part, is_folder || part != path))
}

/// The rules that hold for one file, the strongest first.
struct Rules(Vec<Gitignore>);

impl Rules {
    fn above(path: &Path) -> Self {
        let (mut own, mut git, mut in_project) = (Vec::new(), Vec::new(), true);
        for folder in path.ancestors().skip(1) {
            let [ignore, gitignore] = RULES.map(|name| folder.join(name));
            own.extend(read(folder, &ignore));
            if !in_project {
                continue;
            }
            git.extend(read(folder, &gitignore));
            in_project = !folder.join(".git").exists();
            if !in_project {
                git.extend(read(folder, &folder.join(".git/info/exclude")));
                git.extend(gitconfig_excludes_path().and_then(|global| read(folder, &global)));
            }
        }
        own.append(&mut git);
        Self(own)
    }

    fn ignore(&self, part: &Path, is_folder: bool) -> bool {
        let inside = self.0.iter().filter(|rules| part != rules.path() && part.starts_with(rules.path()));
        let mut matches = inside.map(|rules| rules.matched(part, is_folder));
        matches.find(|found| !matches!(found, Match::None)).is_some_and(|found| found.is_ignore())
    }
}

/// The rules of one file for what is inside `folder`; `None` where there is no such file.
fn read(folder: &Path, file: &Path) -> Option<Gitignore> {
    if !file.is_file() {
        return None;
    }
    let mut rules = GitignoreBuilder::new(folder);
    if let Some(error) = rules.add(file) {
        tracing::debug!("{}: {error}", file.display());
    }
    rules.build().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// In a project with these rule files, whether each path is ignored; the reader of the workspace must agree.
    #[track_caller]
    fn check(rules: &[(&str, &str)], ignored: &[&str], kept: &[&str]) {
        let folder = TempDir::new().unwrap();
        // Windows and macOS give temporary folders by a name that leads there.
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join(".git/info")).unwrap();
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        rules.iter().for_each(|(path, text)| write(path, text));
        let all: Vec<(&str, bool)> =
            ignored.iter().map(|path| (*path, true)).chain(kept.iter().map(|path| (*path, false))).collect();
        for (path, expected) in &all {
            assert_eq!(is_ignored(&root.join(path), &[]), *expected, "{path}, not on disk yet");
        }
        all.iter().for_each(|(path, _)| write(path, "x"));
        let walked: Vec<_> = walk(&root).build().flatten().collect();
        for (path, expected) in &all {
            let path = root.join(path);
            assert_eq!(is_ignored(&path, &[]), *expected, "{}", path.display());
            assert_eq!(!walked.iter().any(|entry| entry.path() == path), *expected, "walked: {}", path.display());
        }
    }

    #[test]
    fn rules_hold_for_what_is_below_them() {
        check(&[(".gitignore", "target/\n*.log\n")], &["target/a/b.rs", "a/x.log"], &["a.rs", "a/target.rs"]);
        check(&[("a/.gitignore", "/x.rs\n")], &["a/x.rs"], &["x.rs", "a/b/x.rs"]);
        check(&[(".gitignore", "*.rs\n"), ("a/.gitignore", "!x.rs\n")], &["x.rs", "a/y.rs"], &["a/x.rs"]);
        check(&[(".gitignore", "a/\n"), ("a/.gitignore", "!x.rs\n")], &["a/x.rs"], &[]);
        check(&[], &[], &["a.rs"]);
    }

    #[test]
    fn an_ignore_file_is_stronger_than_gits_and_the_repositorys_own_list_weaker() {
        check(&[(".ignore", "!x.rs\ny.rs\n"), ("a/.gitignore", "x.rs\n!y.rs\n")], &["a/y.rs"], &["a/x.rs"]);
        check(&[(".git/info/exclude", "x.rs\ny.rs\n"), (".gitignore", "!x.rs\n")], &["y.rs"], &["x.rs"]);
    }

    #[test]
    fn gits_rules_end_at_the_repository() {
        check(&[(".gitignore", "x.rs\n"), ("b/.git/HEAD", "")], &["x.rs"], &["b/x.rs"]);
        check(&[(".ignore", "x.rs\n"), ("b/.git/HEAD", "")], &["x.rs", "b/x.rs"], &[]);
    }

    #[test]
    fn a_root_inside_an_ignored_folder_was_chosen() {
        let folder = TempDir::new().unwrap();
        let (root, file) = (folder.path().join("a/b"), folder.path().join("a/b/x.rs"));
        fs::create_dir_all(&root).unwrap();
        fs::write(folder.path().join(".gitignore"), "b/\n").unwrap();
        assert!(is_ignored(&file, &[]) && is_ignored(&file, &[folder.path().to_owned()]));
        assert!(!is_ignored(&file, std::slice::from_ref(&root)));
        fs::write(&file, "x").unwrap();
        let walked = walk(&root).build().flatten();
        assert!(walked.into_iter().any(|entry| entry.path() == file), "the reader reads it");
    }

    #[test]
    fn the_files_with_the_rules_are_known() {
        for (path, expected) in [("/a/.gitignore", true), ("/.ignore", true), ("/a/gitignore", false), ("/", false)] {
            assert_eq!(is_rule(Path::new(path)), expected, "{path}");
        }
    }
}
