//! What a file's name tells: its folder, what imports call it, and the words in it.

use super::identifiers;

/// Files that are called by their folder's name.
const FOLDER_FILES: &[&str] = &["index", "mod", "lib", "main", "__init__"];

/// What a file is called, as far as it tells how near others are.
#[derive(Debug)]
pub struct FileName {
    /// Bytes of the key that are its folder.
    pub folder: usize,
    /// What imports call it.
    pub stem: Box<str>,
    /// The words of its name.
    pub words: Box<[String]>,
}

impl FileName {
    pub fn new(key: &str) -> Self {
        let (folder, name) = key.rsplit_once('/').unwrap_or(("", key));
        let own = name.split('.').next().unwrap_or(name);
        let by_folder = FOLDER_FILES.contains(&own);
        let stem = if by_folder { folder.rsplit('/').next().unwrap_or(own) } else { own };
        let mut words = identifiers::parts(&own.replace('-', "_"));
        words.push(own.to_lowercase());
        words.retain(|word| word.len() > 2 && !FOLDER_FILES.contains(&word.as_str()) && word != "test");
        Self { folder: folder.len(), stem: stem.into(), words: words.into() }
    }
}
