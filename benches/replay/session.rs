//! What is written: real files of this project, each with a hole that someone fills in.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::rng::Rng;

/// Files shorter or longer than this (lines) are not used.
const LINES: std::ops::Range<usize> = 90..330;

/// Lines of a hole that is not a function's body.
const HOLE_LINES: usize = 30;

/// Lines of a body worth a session.
const BODY_LINES: std::ops::Range<usize> = 8..40;

/// One file with a hole.
#[derive(Debug)]
pub struct Session {
    /// The text above the hole, to its first byte.
    pub before: String,
    /// What will be typed; ends before a line break.
    pub hole: String,
    /// The text below the hole, from that line break on.
    pub after: String,
    /// Names the session to chance.
    pub seed: u64,
}

impl Session {
    /// What has been typed, told from the text before the cursor.
    pub fn typed<'a>(&self, prefix: &'a str) -> &'a str {
        const MARK: usize = 160;
        let mut start = self.before.len().saturating_sub(MARK);
        while !self.before.is_char_boundary(start) {
            start += 1;
        }
        let mark = &self.before[start..];
        prefix.find(mark).map_or("", |at| &prefix[at + mark.len()..])
    }
}

/// `count` sessions over the files of `src`: function bodies and pieces of 30 lines in turn.
pub fn sessions(count: usize) -> Vec<Arc<Session>> {
    let mut files = vec![];
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    files.sort();
    let texts: Vec<String> = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
    let mut sessions = vec![];
    for seed in 0..(count as u64 * 20) {
        let mut rng = Rng::new(&[seed, 77]);
        let text = code(&texts[rng.below(texts.len())]);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let hole = if sessions.len() % 2 == 0 { body(&lines, &mut rng) } else { piece(&lines, &mut rng) };
        let Some((from, to)) = hole.filter(|_| LINES.contains(&lines.len())) else { continue };
        let hole = lines[from..to].concat();
        let (before, after) = (lines[..from].concat(), lines[to..].concat());
        let indent = hole.len() - hole.trim_start_matches(' ').len();
        sessions.push(Arc::new(Session {
            before: format!("{before}{}", &hole[..indent]),
            hole: hole[indent..].trim_end_matches('\n').to_owned(),
            after: format!("\n{after}"),
            seed,
        }));
        if sessions.len() == count {
            break;
        }
    }
    sessions
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The file without its tests, which tables fill.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

/// The lines between a function's head and its closing bracket.
fn body(lines: &[&str], rng: &mut Rng) -> Option<(usize, usize)> {
    let is_head = |line: &&str| line.contains("fn ") && line.trim_end().ends_with('{');
    let bodies: Vec<(usize, usize)> = (0..lines.len())
        .filter(|at| is_head(&lines[*at]))
        .filter_map(|head| {
            let indent = &lines[head][..lines[head].len() - lines[head].trim_start().len()];
            let length = lines[head..].iter().position(|line| line.trim_end() == format!("{indent}}}"))?;
            BODY_LINES.contains(&length).then_some((head + 1, head + length))
        })
        .collect();
    (!bodies.is_empty()).then(|| bodies[rng.below(bodies.len())])
}

/// Some lines after an empty one.
fn piece(lines: &[&str], rng: &mut Rng) -> Option<(usize, usize)> {
    let starts: Vec<usize> = (1..lines.len().saturating_sub(HOLE_LINES))
        .filter(|at| lines[at - 1].trim().is_empty() && !lines[*at].trim().is_empty())
        .collect();
    let from = *starts.get(rng.below(starts.len()))?;
    Some((from, from + HOLE_LINES))
}
