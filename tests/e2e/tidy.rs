//! The rules of the house that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

/// A file longer than this many lines has more than one purpose.
const MAX_LINES: usize = 400;

/// What the pure core must not name: async, network, protocol, JSON, the clock, files.
const IMPURE: &[&str] = &["tokio", "reqwest", "tower_lsp", "serde_json", "Instant::now", "std::fs", "fs::read"];

/// Single files of the pure core.
const PURE: [&str; 5] =
    ["src/document.rs", "src/position.rs", "src/usage.rs", "src/usage/days.rs", "src/usage/price.rs"];

/// stdout is the wire and stderr the log's.
const PRINTS: &[&str] = &["println!", "eprintln!", "print!(", "dbg!"];

struct Source {
    /// Below the crate, with `/` on every system.
    path: String,
    text: String,
}

impl Source {
    /// The lines that are neither comments nor tests.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]");
        lines.map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn in_src(&self) -> bool {
        self.path.starts_with("src/")
    }

    fn is_pure(&self) -> bool {
        let path = self.path.as_str();
        // A test may look at the clock, to say that something does not take for ever.
        if path.ends_with("/tests.rs") || path.contains("/tests/") {
            return false;
        }
        let in_core = path.starts_with("src/completion/") && !path.starts_with("src/completion/engine");
        in_core || path.starts_with("src/local/") || path.starts_with("src/chat/") || PURE.contains(&path)
    }
}

#[test]
fn every_file_says_first_what_it_is_for() {
    check(|source| if source.text.starts_with("//! ") { Vec::new() } else { vec!["has no `//!` first line".into()] });
}

#[test]
fn no_file_is_too_long() {
    check(|source| {
        let lines = source.text.lines().count();
        if source.in_src() && lines > MAX_LINES { vec![format!("has {lines} lines")] } else { Vec::new() }
    });
}

#[test]
fn the_core_is_pure() {
    check(|source| if source.is_pure() { naming(source, IMPURE) } else { Vec::new() });
}

#[test]
fn the_protocols_types_stay_in_the_shell() {
    check(|source| {
        let outside = source.in_src() && !source.path.starts_with("src/server/");
        if outside { naming(source, &["ls_types"]) } else { Vec::new() }
    });
}

#[test]
fn nothing_prints_past_the_wire() {
    check(|source| if source.in_src() { naming(source, PRINTS) } else { Vec::new() });
}

fn naming(source: &Source, words: &[&str]) -> Vec<String> {
    // `anstream`'s macros write to where the command line may write.
    let code = source.code().filter(|(_, line)| !line.contains("anstream::"));
    code.filter_map(|(at, line)| {
        let word = words.iter().find(|word| line.contains(**word))?;
        Some(format!("names {word} in line {at}"))
    })
    .collect()
}

#[track_caller]
fn check(rule: impl Fn(&Source) -> Vec<String>) {
    let sources = sources();
    assert!(sources.len() > 5, "the sources are found");
    let broken = |source: &Source| rule(source).into_iter().map(|what| format!("{} {what}", source.path)).collect();
    let broken: Vec<Vec<String>> = sources.iter().map(broken).collect();
    assert_eq!(broken.concat(), Vec::<String>::new());
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for path in ["src", "tests"].iter().flat_map(|folder| files(&root.join(folder))) {
        let name = path.strip_prefix(root).expect("below the crate").to_string_lossy().replace('\\', "/");
        sources.push(Source { path: name, text: fs::read_to_string(&path).expect("sources are UTF-8") });
    }
    sources
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read").flatten().map(|entry| entry.path());
    let found = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}
