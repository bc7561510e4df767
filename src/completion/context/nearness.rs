//! How near a file is to the one at hand: names of near files are needed more often.

use super::Place;
use super::file::IndexedFile;
use super::identifiers;

/// What each sign of nearness adds to 1. Measured on eight repositories: without them two in nine of the names found
/// are lost.
const EDITED: f32 = 1.5;
const IMPORTED: f32 = 0.6;
const OPEN: f32 = 0.3;
const SAME_FOLDER: f32 = 0.3;
const SHARED_NAME: f32 = 0.3;

/// Files that are called by their folder's name.
const FOLDER_FILES: &[&str] = &["index", "mod", "lib", "main", "__init__"];

/// What begins a line that names other files.
const IMPORT_WORDS: &[&str] = &[
    "use ", "pub use ", "mod ", "pub mod ", "import ", "from ", "export ", "require", "#include", "using ", "@import",
];

/// By how much a file is nearer than any other, at least 1.
pub fn nearness(file: &IndexedFile, place: &Place<'_>) -> f32 {
    let (folder, name) = split(&file.key);
    let (own_folder, own_name) = split(place.key);
    let stem = stem(folder, name);
    let mut nearness = 1.0;
    if file.is_edited {
        nearness += EDITED;
    }
    if place.imports.iter().any(|import| import == stem) {
        nearness += IMPORTED;
    }
    if file.is_open {
        nearness += OPEN;
    }
    if folder == own_folder {
        nearness += SAME_FOLDER;
    }
    if shares_word(name, own_name) {
        nearness += SHARED_NAME;
    }
    nearness
}

/// The names in those of the lines that import.
pub fn imported_names<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let is_import = |line: &&str| {
        let line = line.trim_start();
        IMPORT_WORDS.iter().any(|word| line.starts_with(word)) || line.contains("require(")
    };
    for line in lines.filter(is_import) {
        let words = line.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
        names.extend(words.filter(|word| word.len() > 1).map(str::to_owned));
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn split(key: &str) -> (&str, &str) {
    key.rsplit_once('/').unwrap_or(("", key))
}

/// What imports call a file: its name without an ending, or its folder's.
fn stem<'a>(folder: &'a str, name: &'a str) -> &'a str {
    let stem = name.split('.').next().unwrap_or(name);
    if FOLDER_FILES.contains(&stem) { folder.rsplit('/').next().unwrap_or(stem) } else { stem }
}

fn shares_word(a: &str, b: &str) -> bool {
    let stem = |name: &str| name.split('.').next().unwrap_or_default().replace('-', "_");
    let words = |stem: &str| {
        let mut words = identifiers::parts(stem);
        words.push(stem.to_lowercase());
        words.retain(|word| word.len() > 2 && !FOLDER_FILES.contains(&word.as_str()) && word != "test");
        words
    };
    let others = words(&stem(b));
    words(&stem(a)).iter().any(|word| others.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::context::vocabulary::Vocabulary;

    #[track_caller]
    fn check(key: &str, own: &str, imports: &str, expected: f32) {
        let file = IndexedFile::read(0, key, "rust", "", &mut Vocabulary::default());
        let imports = imported_names(imports.lines());
        let place = Place {
            key: own,
            language: "rust",
            before: "",
            after: "",
            imports: &imports,
            folders: &[],
            only_open: false,
        };
        assert!((nearness(&file, &place) - expected).abs() < 0.001, "{}", nearness(&file, &place));
    }

    #[test]
    fn each_sign_counts() {
        check("/w/a/x.rs", "/w/b/y.rs", "", 1.0);
        check("/w/a/x.rs", "/w/a/y.rs", "", 1.3);
        check("/w/a/user_store.rs", "/w/b/user_view.rs", "", 1.3);
        check("/w/a/userStore.ts", "/w/b/store.test.ts", "", 1.3);
        check("/w/a/store.rs", "/w/b/y.rs", "use crate::store::Store;", 1.6);
        check("/w/store/mod.rs", "/w/b/y.rs", "pub mod store;", 1.6);
        check("/w/store/index.ts", "/w/b/y.ts", "import { a } from '../store'", 1.6);
        check("/w/a/store.rs", "/w/b/y.rs", "let store = open();", 1.0);
    }
}
