//! Which texts the index takes: not private, not too large, text that people wrote.

use std::collections::BTreeMap;
use std::path::Path;

use crate::local::indexable;
use crate::privacy::{Location, Privacy};
use crate::settings::{ContextFiles, Language, Settings};

/// Which files excerpts may come from, by the language of the document that they are for.
#[derive(Debug, Clone)]
pub struct ContextRules {
    all: ContextFiles,
    languages: BTreeMap<String, ContextFiles>,
}

impl ContextRules {
    pub fn new(settings: &Settings) -> Self {
        let own = |(language, own): (&String, &Language)| (language.clone(), own.context.from);
        Self { all: settings.context.from, languages: settings.languages.iter().map(own).collect() }
    }

    pub fn from(&self, language: &str) -> ContextFiles {
        self.languages.get(language).copied().unwrap_or(self.all)
    }
}

/// Rules for open documents and files alike. What ignore files say is asked of [`super::ignore`].
#[derive(Debug, Clone)]
pub struct Rules {
    privacy: Privacy,
    /// The most of one text, in bytes.
    pub max_bytes: usize,
    /// Whether the settings want any text at all.
    pub enabled: bool,
}

impl Rules {
    pub fn new(settings: &Settings) -> Self {
        Self {
            privacy: settings.privacy.rules(),
            max_bytes: settings.limits.max_file_bytes,
            enabled: settings.may_use_local() || settings.may_use_context(),
        }
    }

    pub fn allow_path(&self, path: &Path) -> bool {
        self.privacy.excludes(path).is_none()
    }

    /// Whether an open document may come in: nothing of it is private, and the reading of the workspace would not pass
    /// over its file.
    pub fn allow(&self, location: &Location) -> bool {
        self.privacy.admit(location).is_ok() && !location.is_ignored
    }

    /// The text in `bytes`, unless it is too large, binary, minified or generated.
    pub fn text<'a>(&self, bytes: &'a [u8]) -> Option<&'a str> {
        Some(bytes).filter(|bytes| bytes.len() <= self.max_bytes).and_then(|bytes| indexable(bytes).ok())
    }
}
