//! How near a file is to the one at hand: names of near files are needed more often.

use std::collections::HashSet;

use super::Place;
use super::file::IndexedFile;
use super::file_name::FileName;

/// What each sign of nearness adds to 1. Measured on eight repositories: without them two in nine of the names found
/// are lost.
const EDITED: f32 = 1.5;
const IMPORTED: f32 = 0.6;
const OPEN: f32 = 0.3;
const SAME_FOLDER: f32 = 0.3;
const SHARED_NAME: f32 = 0.3;

/// What begins a line that names other files.
const IMPORT_WORDS: &[&str] = &[
    "use ", "pub use ", "mod ", "pub mod ", "import ", "from ", "export ", "require", "#include", "using ", "@import",
];

/// What lies round the file at hand.
#[derive(Debug)]
pub struct Surroundings<'a> {
    key: &'a str,
    name: FileName,
    imports: HashSet<&'a str>,
}

impl<'a> Surroundings<'a> {
    pub fn new(place: &Place<'a>) -> Self {
        let imports = place.imports.iter().map(String::as_str).collect();
        Self { key: place.key, name: FileName::new(place.key), imports }
    }

    /// By how much a file is nearer than any other, at least 1.
    pub fn nearness(&self, file: &IndexedFile) -> f32 {
        let name = &file.name;
        let mut nearness = 1.0;
        if file.is_edited {
            nearness += EDITED;
        }
        if self.imports.contains(&*name.stem) {
            nearness += IMPORTED;
        }
        if file.is_open {
            nearness += OPEN;
        }
        if file.key.get(..name.folder) == self.key.get(..self.name.folder) {
            nearness += SAME_FOLDER;
        }
        if name.words.iter().any(|word| self.name.words.contains(word)) {
            nearness += SHARED_NAME;
        }
        nearness
    }
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
        let nearness = Surroundings::new(&place).nearness(&file);
        assert!((nearness - expected).abs() < 0.001, "{nearness}");
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
