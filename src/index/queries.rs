//! What the completion engine asks of the index: predictions by the embedded engine, and excerpts of other files.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;

use super::{SharedIndex, file_key};
use crate::completion::context::{self, ContextSource, Snippet, imported_names};
use crate::completion::{Predictor, Query, Window};
use crate::local::{Options, Place, predict};
use crate::settings::ContextFiles;

impl Predictor for SharedIndex {
    fn predict(&self, query: &Query, window: &Window) -> Option<(String, f32)> {
        let (before, after) = (window.prefix.as_str(), window.suffix.as_str());
        let state = self.state();
        let key = state.open.get(&*query.document.uri).map_or(&*query.document.uri, |open| open.key.as_str());
        let place = Place { key, language: &query.document.language, before, after };
        let predicted = predict(&state.built.local, place, Options::default())?;
        Some((predicted.text, predicted.confidence))
    }

    fn forgotten(&self) -> u64 {
        self.forgotten.load(Relaxed)
    }
}

impl ContextSource for SharedIndex {
    fn choose(&self, query: &Query, window: &Window, kept: &[Snippet], bytes: usize) -> Vec<Snippet> {
        self.at(query, &window.prefix, &window.suffix, |place| self.context.choose(place, kept, bytes))
    }

    fn holding(&self, query: &Query, names: &[String], most: usize) -> Vec<String> {
        self.at(query, "", "", |place| if place.only_open { vec![] } else { self.context.holding(place, names, most) })
    }

    fn roots(&self) -> Vec<PathBuf> {
        SharedIndex::roots(self)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.context.text(key)
    }

    fn removals(&self) -> u64 {
        self.removals.load(Relaxed)
    }
}

impl SharedIndex {
    /// Asks for the place where a query stands.
    fn at<T>(&self, query: &Query, before: &str, after: &str, ask: impl FnOnce(&context::Place<'_>) -> T) -> T {
        let document = &query.document;
        let (key, only_open) = {
            let state = self.state();
            let open = state.open.get(&*document.uri);
            let key = open.map_or_else(|| document.uri.to_string(), |open| open.key.clone());
            (key, state.context.from(&document.language) == ContextFiles::Open)
        };
        let lines: Vec<String> = document.text.lines().take(IMPORT_LINES).map(|line| line.to_string()).collect();
        let imports = imported_names(lines.iter().map(String::as_str));
        let folders: Vec<String> = self.roots().iter().map(|root| folder(&file_key(root))).collect();
        let (language, imports, folders) = (&document.language, &imports, &folders);
        ask(&context::Place { key: &key, language, before, after, imports, folders, only_open })
    }
}

/// Lines at a text's beginning in which imports are looked for.
const IMPORT_LINES: usize = 300;

fn folder(key: &str) -> String {
    format!("{}/", key.trim_end_matches('/'))
}
