//! From places to candidates: what stands on adjoining lines is one edit, and each has the numbers it is judged by.

use std::{collections::HashSet, ops::Range};

use super::{
    difference::Piece,
    numbers::{self, NUMBERS, Run},
    pattern::{LEVELS, Pattern, Place, Rule},
    scene::Scene,
    tokens::{Line, mix},
};

/// Candidates of one pattern and level that are judged when one edit is wanted: the nearest ones.
pub const NEAREST_RUNS: usize = 6;

/// An edit that may be proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The text among the scene's.
    pub text: usize,
    /// The lines it is on.
    pub lines: Range<usize>,
    /// What is replaced in bytes, and by what; in order, none overlaps another.
    pub edits: Vec<(Range<usize>, String)>,
    /// The rule that found it.
    pub rule: Rule,
    /// Which pattern it follows.
    pub pattern: u64,
    /// What it is judged by: see [`numbers::NAMES`].
    pub numbers: [f32; NUMBERS],
}

/// The candidates of all patterns, of each at each level the `most` nearest.
pub fn candidates(scene: &Scene<'_>, patterns: &[Pattern], most: usize) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut seen = HashSet::new();
    let mut arounds = numbers::Arounds::default();
    for (number, pattern) in patterns.iter().enumerate() {
        let about = numbers::about(scene, patterns, number);
        let mut stricter = 0;
        for level_wanted in (0..LEVELS).rev() {
            let places: Vec<&Place> = pattern.places.iter().filter(|place| place.level() >= level_wanted).collect();
            // Where no place is added, the candidates are those of the stricter level.
            if places.len() == stricter {
                continue;
            }
            stricter = places.len();
            let mut runs = runs(&places);
            let before = runs.len();
            let skipped = numbers::skipped(scene, pattern, level_wanted);
            runs.sort_by_key(|run| run.first().map(|place| nearness(scene, place.text, place.lines.start)));
            for (rank, run) in runs.iter().take(most).enumerate() {
                let Some(candidate) = candidate(pattern, run) else { continue };
                if !seen.insert(identity(&candidate)) || hidden(scene, &candidate) {
                    continue;
                }
                let run = Run { places: run, rank, level: level_wanted, runs: before, skipped };
                found.push(Candidate { numbers: numbers::of(scene, pattern, &about, &run, &mut arounds), ..candidate });
            }
        }
    }
    joint(scene, &mut found, &mut seen);
    found
}

/// Two patterns of one change on the same lines make one more candidate, judged as the surer of the two.
fn joint(scene: &Scene<'_>, found: &mut Vec<Candidate>, seen: &mut HashSet<u64>) {
    let alone = found.len();
    for one in 0..alone {
        for two in 0..alone {
            let (Some(first), Some(second)) = (found.get(one), found.get(two)) else { continue };
            let same_lines = first.text == second.text
                && first.lines.start <= second.lines.start
                && second.lines.end <= first.lines.end
                && !second.lines.is_empty();
            if one == two || first.pattern == second.pattern || !same_lines {
                continue;
            }
            let mut edits = first.edits.clone();
            edits.extend(second.edits.iter().cloned());
            edits.sort_by_key(|(range, _)| (range.start, range.end));
            if edits.windows(2).any(|pair| matches!(pair, [a, b] if a.0.end >= b.0.start)) {
                continue;
            }
            let mut numbers = first.numbers;
            numbers::join(&mut numbers, &second.numbers);
            let both = Candidate { edits, numbers, pattern: mix(first.pattern, second.pattern), ..first.clone() };
            if seen.insert(identity(&both)) && !hidden(scene, &both) {
                found.push(both);
            }
            if found.len() > 3 * alone {
                return;
            }
        }
    }
}

/// Which edit it is, in the text as it is.
pub fn identity(candidate: &Candidate) -> u64 {
    let mut hash = mix(1, candidate.text as u64);
    for (range, new) in &candidate.edits {
        hash = mix(mix(hash, range.start as u64), range.end as u64);
        hash = mix(hash, u64::from(super::tokens::hash(new.as_bytes())));
    }
    hash
}

/// Places on adjoining lines together, as a difference without context shows them.
fn runs<'a>(places: &[&'a Place]) -> Vec<Vec<&'a Place>> {
    let mut sorted = places.to_vec();
    sorted.sort_by_key(|place| (place.text, place.lines.start, place.range.start));
    let mut runs: Vec<Vec<&Place>> = Vec::new();
    for place in sorted {
        let joins = runs.last().and_then(|run| run.last()).is_some_and(|last| {
            last.text == place.text
                && !place.lines.is_empty()
                && !last.lines.is_empty()
                && place.lines.start <= last.lines.end
                && place.range.start >= last.range.end
        });
        match runs.last_mut().filter(|_| joins) {
            Some(run) => run.push(place),
            None => runs.push(vec![place]),
        }
    }
    runs
}

/// Below the cursor first, the nearest first; then above it, then other texts.
pub fn nearness(scene: &Scene<'_>, text: usize, line: usize) -> (usize, usize, usize) {
    if text != 0 {
        return (2, text, line);
    }
    match line.checked_sub(scene.cursor_line) {
        Some(away) => (0, away, 0),
        None => (1, scene.cursor_line - line, 0),
    }
}

fn candidate(pattern: &Pattern, run: &[&Place]) -> Option<Candidate> {
    let (first, last) = (run.first()?, run.last()?);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for place in run {
        match edits.last_mut() {
            Some((range, _)) if range.end > place.range.start => return None,
            // What touches is one edit.
            Some((range, new)) if range.end == place.range.start => {
                range.end = place.range.end;
                new.push_str(&place.new);
            }
            _ => edits.push((place.range.clone(), place.new.clone())),
        }
    }
    Some(Candidate {
        text: first.text,
        lines: first.lines.start..last.lines.end,
        edits,
        rule: pattern.rule,
        pattern: pattern.key,
        numbers: [0.0; NUMBERS],
    })
}

/// Whether the candidate is where the cursor is, in what was just changed, or brings back what stood there.
fn hidden(scene: &Scene<'_>, candidate: &Candidate) -> bool {
    if candidate.text == 0 && candidate.lines.contains(&scene.cursor_line) {
        return true;
    }
    let near = |example: &&super::scene::Example| {
        example.text == candidate.text
            && candidate.lines.start <= example.last_line + 1
            && candidate.lines.end >= example.first_line
    };
    let mut result = None;
    for example in scene.examples.iter().filter(near) {
        let inside = |(range, _): &(Range<usize>, String)| {
            range.start <= example.range.end && range.end >= example.range.start && !example.range.is_empty()
        };
        if candidate.edits.iter().any(inside) {
            return true;
        }
        let lines = result.get_or_insert_with(|| (lines_of(scene, candidate, false), lines_of(scene, candidate, true)));
        let brought = |old: &Line| {
            !old.is_blank()
                && lines.1.iter().any(|line| line.same_tokens(old))
                && !lines.0.iter().any(|line| line.same_tokens(old))
        };
        let back = example.taken.pieces.iter().any(|piece| match piece {
            Piece::Line { old, .. } => brought(old),
            Piece::Lines { old, .. } => old.iter().any(brought),
        });
        if back {
            return true;
        }
    }
    false
}

/// The candidate's lines as they are, or as they would be.
fn lines_of(scene: &Scene<'_>, candidate: &Candidate, changed: bool) -> Vec<Line> {
    let Some(reader) = scene.readers.get(candidate.text) else { return vec![] };
    let start = reader.text.line_start(candidate.lines.start);
    let mut text = reader.text.slice(start..reader.text.line_start(candidate.lines.end));
    if changed {
        for (range, new) in candidate.edits.iter().rev() {
            let (from, to) = (range.start.saturating_sub(start), range.end.saturating_sub(start));
            if text.is_char_boundary(from) && text.is_char_boundary(to) && from <= to {
                text.replace_range(from..to, new);
            }
        }
    }
    text.split('\n').map(|line| Line::new(line, reader.text.marks)).collect()
}
