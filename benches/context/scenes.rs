//! Workspaces and scenes: a file with a hole at the cursor.

use std::collections::{BTreeMap, HashSet};

use codestral_ls::completion::context::identifiers_by_line;

use crate::corpus::{FNV_START, Language, Text, fnv};

/// Fewer files are no workspace.
const LEAST_FILES: usize = 8;

/// So many scenes are taken of one workspace.
const SCENES: usize = 12;

/// A file of a scene has so many lines at least, and the hole is not among its first ones.
const LEAST_LINES: usize = 60;
const HEAD_LINES: usize = 20;

/// The window, in bytes, as in the figures that the policy was chosen by.
const BEFORE: usize = 4096;
const AFTER: usize = 1024;

/// A package.
pub struct Workspace {
    pub language: Language,
    /// With `/` at its end.
    pub folder: String,
    /// Keys and texts.
    pub files: BTreeMap<String, String>,
}

/// A file with a hole.
pub struct Scene {
    pub key: String,
    /// Other files that are open.
    pub open: Vec<String>,
    lines: Vec<String>,
    hole: std::ops::Range<usize>,
    /// The identifiers in the hole that stand nowhere else in the file.
    pub names: Vec<String>,
    /// How many of them stand in another file of the workspace.
    pub elsewhere: usize,
}

/// The packages with enough files.
pub fn workspaces(language: Language, texts: Vec<Text>) -> Vec<Workspace> {
    let mut packages: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for text in texts {
        let key = format!("/{}/{}", text.package, text.path);
        packages.entry(text.package).or_default().insert(key, text.text);
    }
    packages.retain(|_, files| files.len() >= LEAST_FILES);
    let workspace = |(package, files)| Workspace { language, folder: format!("/{package}/"), files };
    packages.into_iter().map(workspace).collect()
}

impl Workspace {
    pub fn text(&self, key: &str) -> &str {
        self.files.get(key).map_or("", String::as_str)
    }

    /// Scenes at places that hang on the package's name alone; three of four need a name of another file.
    pub fn scenes(&self) -> Vec<Scene> {
        let keys: Vec<&String> = self.files.keys().collect();
        let mut random = fnv(FNV_START, self.folder.as_bytes());
        let mut next = |below: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % below.max(1)
        };
        let mut scenes = Vec::new();
        for _ in 0..SCENES * 20 {
            if scenes.len() >= SCENES {
                break;
            }
            let key = keys[next(keys.len())];
            let lines: Vec<String> = self.text(key).split_inclusive('\n').map(str::to_owned).collect();
            if lines.len() < LEAST_LINES {
                continue;
            }
            let start = HEAD_LINES + next(lines.len() - HEAD_LINES - 6);
            let hole = start..start + 1 + next(5);
            let mut scene =
                Scene { key: key.clone(), open: vec![], lines, hole: hole.clone(), names: vec![], elsewhere: 0 };
            let rest = words(&scene.text()).into_iter().map(str::to_owned).collect::<HashSet<_>>();
            let read = identifiers_by_line(self.language.id(), self.text(key)).into_iter();
            let missing: Vec<String> = read.filter(|(line, _)| hole.contains(line)).map(|(_, name)| name).collect();
            scene.names = missing.iter().filter(|name| !rest.contains(*name)).cloned().collect();
            scene.names.sort();
            scene.names.dedup();
            let elsewhere =
                |name: &String| self.files.iter().any(|(other, text)| other != key && text.contains(name.as_str()));
            // A hole in a comment needs no names.
            if missing.is_empty() {
                continue;
            }
            scene.elsewhere = scene.names.iter().filter(|name| elsewhere(name)).count();
            if (scene.elsewhere > 0) == (scenes.len() % 4 == 3) {
                continue;
            }
            let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
            let mut near: Vec<&String> =
                keys.iter().copied().filter(|other| *other != key && other.starts_with(folder)).collect();
            while scene.open.len() < 3 && !near.is_empty() {
                scene.open.push(near.swap_remove(next(near.len())).clone());
            }
            scenes.push(scene);
        }
        scenes
    }
}

impl Scene {
    /// The file without the hole.
    pub fn text(&self) -> String {
        self.lines[..self.hole.start].iter().chain(&self.lines[self.hole.end..]).cloned().collect()
    }

    /// The text before and after the cursor, so many lines above the hole.
    pub fn window(&self, above: usize) -> (String, String) {
        let cursor = self.hole.start - above;
        let before = self.lines[..cursor].concat();
        let after = self.lines[cursor..self.hole.start].concat() + &self.lines[self.hole.end..].concat();
        let from = before.len().saturating_sub(BEFORE);
        let from = before.as_bytes()[from..].iter().position(|byte| *byte == b'\n').map_or(from, |at| from + at + 1);
        let from = if before.len() <= BEFORE { 0 } else { from };
        let to = (0..=AFTER.min(after.len())).rev().find(|at| after.is_char_boundary(*at)).unwrap_or_default();
        (before[from..].to_owned(), after[..to].to_owned())
    }
}

/// The words of a text that may be identifiers.
pub fn words(text: &str) -> HashSet<&str> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.filter(|word| word.len() > 2 && !word.starts_with(|c: char| c.is_ascii_digit())).collect()
}
