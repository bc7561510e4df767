//! Sessions typed hunk by hunk, with the next edit asked for after each.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use codestral_ls::next_edit::{
    NextEdit, Origin, Proposal, Rule, confidence::Spot, nearest_of_likeliest, numbers::alone,
};
use ropey::Rope;

use crate::{
    baselines,
    learn::Known,
    repeats::Repeats,
    session::{Progress, Session},
};

/// In which order hunks are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    File,
    Shuffled,
}

/// One time that the next edit was asked for.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Whether a remaining hunk repeats what was done.
    pub predictable: bool,
    /// Whether anything was left to do.
    pub more: bool,
    /// The likeliest edit, if there was any: its confidence, whether it is right, whether it reverts.
    pub best: Option<(f32, bool, bool, Rule)>,
    /// Whether the likeliest edit is right, or does a part of what is right.
    pub best_in_part: bool,
    /// Of each baseline: whether it guessed, whether that is right, whether in part.
    pub baselines: [(bool, bool, bool); 3],
    /// Whether a right one was among the candidates.
    pub known: bool,
    /// What the likeliest edit would do, in words, and the latest change.
    pub described: String,
    /// The hunk that repeats something and that no candidate does, in words.
    pub missed: String,
    /// How long asking took.
    pub time: Duration,
    /// The known edits, where the trees are to be fitted on them.
    pub rows: Vec<Known>,
}

/// What a person does with what is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// They type on as if nothing had been shown.
    Ignore,
    /// They take what is right and pass over what is wrong, of what is at least so likely.
    Follow(f32),
}

/// Milliseconds between hunks, and between the keystrokes of one.
const THINKING_MS: u64 = 4_000;
const KEY_MS: u64 = 120;

/// What comes by one stroke: a person's keys or a completion, to spare time.
const STROKE_BYTES: usize = 40;

pub fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15) | 1;
    for at in (1..count).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(at, (state >> 33) as usize % (at + 1));
    }
    order
}

pub fn replay(session: &Session, order: Order, mode: Mode, seed: u64, rows: bool) -> Vec<Moment> {
    let repeats = Repeats::new(session);
    let mut progress = Progress::new(session);
    let before: Vec<Rope> = progress.texts.clone();
    let mut engine = NextEdit::default();
    for (file, text) in session.files.iter().zip(&progress.texts) {
        engine.open(&file.key, &file.language, text.clone());
    }
    let order = match order {
        Order::File => (0..session.hunks.len()).collect(),
        Order::Shuffled => shuffled(session.hunks.len(), seed),
    };
    let mut now = 0;
    let mut moments = Vec::new();
    for hunk in order {
        if progress.done[hunk] {
            continue;
        }
        now += THINKING_MS;
        let (file, mut cursor) = type_hunk(&mut engine, &mut progress, hunk, &mut now);
        let mut key = Arc::clone(&session.files[file].key);
        loop {
            now += KEY_MS * 10;
            let start = Instant::now();
            let numbered = engine.numbered(&key, cursor, now);
            let time = start.elapsed();
            let proposals: Vec<Proposal> = numbered.iter().map(|(_, proposal)| proposal.clone()).collect();
            let best = nearest_of_likeliest(&proposals).cloned();
            let judged: Vec<bool> = numbered.iter().map(|(_, one)| right(&progress, one).is_some()).collect();
            let hit = best.as_ref().and_then(|one| right(&progress, one));
            let done = |other: usize| progress.done[other];
            let in_part = |file, edits: &[(std::ops::Range<usize>, String)]| {
                progress.right(file, edits).is_some() || progress.right_in_part(file, edits)
            };
            let guesses = if rows || mode != Mode::Ignore {
                [None, None, None]
            } else {
                let again = |neighbours| baselines::again(&progress, hunk, neighbours);
                [baselines::rename(&progress, hunk), again(1), again(3)]
            };
            moments.push(Moment {
                baselines: guesses.map(|guess| match guess {
                    Some((file, range, new)) => {
                        let edits = [(range, new)];
                        (true, progress.right(file, &edits).is_some(), in_part(file, &edits))
                    }
                    None => (false, false, false),
                }),
                best_in_part: !rows && best.as_ref().is_some_and(|one| in_part(file_of(session, one), &one.edits)),
                predictable: (0..session.hunks.len()).any(|one| !done(one) && repeats.repeats(one, done)),
                more: progress.done.contains(&false),
                best: best.as_ref().map(|one| {
                    let reverts = progress.reverts(file_of(session, one), &one.edits, &before);
                    (one.confidence, hit.is_some(), reverts, one.rule)
                }),
                described: match &best {
                    Some(best) if !rows && mode == Mode::Ignore && hit.is_none() => describe(&progress, best, hunk),
                    _ => String::new(),
                },
                missed: match (0..session.hunks.len()).find(|&one| !done(one) && repeats.repeats(one, done)) {
                    Some(missed) if !rows && mode == Mode::Ignore && !judged.contains(&true) => {
                        missed_hunk(session, missed, hunk)
                    }
                    _ => String::new(),
                },
                known: judged.contains(&true),
                time,
                rows: if rows {
                    let known = |((numbers, one), right): (&(_, Proposal), bool)| Known {
                        // The first trees see nothing else either.
                        numbers: alone(*numbers),
                        spot: Spot { text: file_of(session, one), lines: one.lines.clone(), pattern: one.pattern },
                        right,
                    };
                    numbered.iter().zip(judged).map(known).collect()
                } else {
                    vec![]
                },
            });
            let (Mode::Follow(least), Some(best)) = (mode, best) else { break };
            if best.confidence < least {
                break;
            }
            let Some(hunk) = hit else {
                engine.passed_over(&best);
                break;
            };
            engine.accepted(&best);
            let file = file_of(session, &best);
            for (range, new) in best.edits.iter().rev() {
                progress.apply(file, range, new);
                let after = progress.texts[file].clone();
                engine.change(&best.key, after, range.clone(), new.len(), Origin::Accepted, now);
            }
            progress.done[hunk] = true;
            key = Arc::clone(&best.key);
            cursor = best.edits.first().map_or(0, |(range, new)| range.start + new.len());
        }
    }
    moments
}

pub fn file_of(session: &Session, proposal: &Proposal) -> usize {
    session.files.iter().position(|file| file.key == proposal.key).unwrap_or_default()
}

fn right(progress: &Progress<'_>, proposal: &Proposal) -> Option<usize> {
    progress.right(file_of(progress.session, proposal), &proposal.edits)
}

/// Types `hunk`: what is replaced goes first, then the new text comes in a few strokes. Gives the file and the cursor.
fn type_hunk(engine: &mut NextEdit, progress: &mut Progress<'_>, hunk: usize, now: &mut u64) -> (usize, usize) {
    let file = progress.session.hunks[hunk].file;
    let (range, new) = progress.edit(hunk);
    let key = &progress.session.files[file].key;
    progress.apply(file, &range, "");
    if !range.is_empty() {
        engine.change(key, progress.texts[file].clone(), range.clone(), 0, Origin::Typed, *now);
    }
    let mut at = range.start;
    let mut rest = new.as_str();
    while !rest.is_empty() {
        let len = rest.char_indices().map(|(at, _)| at).find(|&at| at >= STROKE_BYTES).unwrap_or(rest.len());
        let (stroke, more) = rest.split_at(len);
        *now += KEY_MS;
        progress.apply(file, &(at..at), stroke);
        engine.change(key, progress.texts[file].clone(), at..at, stroke.len(), Origin::Typed, *now);
        at += stroke.len();
        rest = more;
    }
    progress.done[hunk] = true;
    (file, at)
}

fn describe(progress: &Progress<'_>, proposal: &Proposal, hunk: usize) -> String {
    let file = file_of(progress.session, proposal);
    let text = &progress.texts[file];
    let (Some(first), Some(last)) = (proposal.edits.first(), proposal.edits.last()) else { return String::new() };
    let lines = text.byte_to_line(first.0.start)..text.byte_to_line(last.0.end) + 1;
    let mut after = progress.clone();
    for (range, new) in proposal.edits.iter().rev() {
        after.apply(file, range, new);
    }
    let grown = after.texts[file].len_lines() as isize - text.len_lines() as isize;
    let show = |rope: &Rope, end: usize, mark: &str| -> String {
        (lines.start..end.min(rope.len_lines())).map(|line| format!("    {mark} {}", rope.line(line))).collect()
    };
    let typed = hunk_lines(progress.session, hunk);
    format!(
        "{} {:?} {:.2}\n  typed at {}:\n{typed}  offered at {}:\n{}{}",
        progress.session.name,
        proposal.rule,
        proposal.confidence,
        progress.lines(hunk).start,
        lines.start,
        show(text, lines.end, "-"),
        show(&after.texts[file], lines.end.saturating_add_signed(grown), "+"),
    )
}

fn missed_hunk(session: &Session, missed: usize, typed: usize) -> String {
    let (typed, missed) = (hunk_lines(session, typed), hunk_lines(session, missed));
    format!("{}\n  typed:\n{typed}  missed:\n{missed}", session.name)
}

fn hunk_lines(session: &Session, hunk: usize) -> String {
    let hunk = &session.hunks[hunk];
    let old = session.files[hunk.file].text.split_inclusive('\n').skip(hunk.old.start).take(hunk.old.len());
    let new = hunk.new.split_inclusive('\n');
    old.map(|line| format!("    - {line}")).chain(new.map(|line| format!("    + {line}"))).collect()
}
