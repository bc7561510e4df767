//! URIs <-> paths, the one place where either becomes the other.

use std::path::{Path, PathBuf};

use tower_lsp::ls_types::Uri;

use crate::text::document::Document;

/// The path that a URI names, whatever its scheme: what is private by its path is so in every scheme.
pub fn to_path(uri: &Uri) -> Option<PathBuf> {
    uri.to_file_path().map(|path| path.into_owned())
}

/// The path of the file that a document stands for.
pub fn document_path(document: &Document) -> Option<PathBuf> {
    to_path(&document.uri.parse().ok()?)
}

pub fn from_path(path: &Path) -> Option<Uri> {
    Uri::from_file_path(path)
}
