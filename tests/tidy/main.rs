//! The rules of the house that no compiler checks.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "how a test fails")]

mod modules;
mod source;

use source::{How, Named, Source, sources};

/// A file longer than this many lines has more than one purpose.
const MAX_LINES: usize = 400;

/// Crates and modules that the pure core must not name: async, network, protocol, JSON, files, processes.
const IMPURE: &[&[&str]] = &[
    &["tokio"],
    &["reqwest"],
    &["tower_lsp"],
    &["serde_json"],
    &["std", "env"],
    &["std", "fs"],
    &["std", "io"],
    &["std", "net"],
    &["std", "process"],
    &["std", "thread"],
];

/// Calls by which code learns the time, or of the system, whatever they are imported by.
const IMPURE_CALLS: &[&[&str]] = &[
    &["Instant", "now"],
    &["SystemTime", "now"],
    &["fs", "read"],
    &["fs", "read_to_string"],
    &["fs", "write"],
    &["File", "open"],
    &["File", "create"],
    &["OpenOptions", "new"],
    &["env", "var"],
    &["env", "var_os"],
    &["env", "vars"],
    &["env", "temp_dir"],
    &["env", "current_dir"],
    &["thread", "spawn"],
    &["thread", "sleep"],
    &["process", "exit"],
    &["process", "id"],
    &["Command", "new"],
];

/// What is pure: whole folders, and single files of others.
const PURE: &[&str] = &[
    "src/text/",
    "src/chat/",
    "src/local/",
    "src/masking.rs",
    "src/masking/",
    "src/completion/",
    "src/privacy/",
    "src/privacy.rs",
    "src/next_edit.rs",
    "src/next_edit/",
    "src/calendar.rs",
    "src/system_error.rs",
    "src/usage.rs",
    "src/usage/ceiling.rs",
    "src/usage/days.rs",
    "src/usage/meter.rs",
    "src/usage/outcome.rs",
    "src/usage/price.rs",
];

/// The one part below [`PURE`] that is not: it waits, and reads the runtime's clock.
const ASYNC: &[&str] = &["src/completion/engine.rs", "src/completion/engine/"];

/// What is pure in that part: what a request does now.
const DECIDES: &[&str] = &["src/completion/engine/decide.rs"];

/// stdout is the wire and stderr the log's.
const PRINTS: &[&str] = &["println", "eprintln", "print", "eprint", "dbg"];

fn is_pure(source: &Source) -> bool {
    let below = |places: &[&str]| places.iter().any(|place| source.path.starts_with(place));
    (below(PURE) && !below(ASYNC) || below(DECIDES)) && !source.is_test()
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
    let impure = |named: &Named| {
        let begins = IMPURE.iter().any(|path| begins_with(named, path));
        let calls = IMPURE_CALLS.iter().any(|path| holds(named, path));
        begins || calls
    };
    check(|source| if is_pure(source) { naming(source, impure) } else { Vec::new() });
}

#[test]
fn the_protocols_types_stay_in_the_shell() {
    check(|source| {
        let outside = source.in_src() && !source.path.starts_with("src/server");
        if outside { naming(source, |named| holds(named, &["ls_types"])) } else { Vec::new() }
    });
}

#[test]
fn nothing_prints_past_the_wire() {
    // `anstream`'s macros write to where the command line may write.
    let prints = |named: &Named| {
        let is_std = matches!(named.segments.as_slice(), [_]) || begins_with(named, &["std"]);
        named.how == How::Macro && is_std && named.segments.last().is_some_and(|name| PRINTS.contains(&name.as_str()))
    };
    check(|source| if source.in_src() && !source.is_test() { naming(source, prints) } else { Vec::new() });
}

fn begins_with(named: &Named, path: &[&str]) -> bool {
    named.segments.len() >= path.len() && named.segments.iter().zip(path).all(|(name, part)| name == part)
}

fn holds(named: &Named, path: &[&str]) -> bool {
    named.segments.windows(path.len()).any(|part| part.iter().zip(path).all(|(name, part)| name == part))
}

fn naming(source: &Source, forbidden: impl Fn(&Named) -> bool) -> Vec<String> {
    let found = source.names().into_iter().filter(forbidden);
    found.map(|named| format!("names {} in line {}", named.segments.join("::"), named.line)).collect()
}

#[track_caller]
fn check(rule: impl Fn(&Source) -> Vec<String>) {
    let sources = sources(&["src", "tests"]);
    assert!(sources.len() > 5, "the sources are found");
    let broken = |source: &Source| rule(source).into_iter().map(|what| format!("{} {what}", source.path)).collect();
    let broken: Vec<Vec<String>> = sources.iter().map(broken).collect();
    assert_eq!(broken.concat(), Vec::<String>::new());
}
