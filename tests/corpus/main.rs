//! The filters against cases of replies, good and faulty: how many are mended, and how many good ones stay.
//!
//! `cargo test --test corpus -- --nocapture` prints the figures by kind, `CORPUS=failures` beside it the cases that go
//! wrong, of the sets that may be looked at. The README here tells the format.

#![allow(clippy::panic, reason = "how a test fails")]
#![allow(clippy::print_stdout, reason = "its figures are for a person to read")]

mod case;
mod real;

use std::collections::BTreeMap;

use case::Judgement;
use codestral_ls::completion::stop::Reach;

const SEEN: &str = include_str!("seen.txt");
const UNSEEN: &str = include_str!("unseen.txt");
const HOSTILE: &str = include_str!("hostile.txt");
const FRESH: &str = include_str!("fresh.txt");
const LAST: &str = include_str!("last.txt");
const EVERYDAY: &str = include_str!("everyday.txt");
const TRADES: &str = include_str!("trades.txt");
const PROJECTS: &str = include_str!("projects.txt");

/// Shares in percent that are reached today. They only rise.
struct Floors {
    mended: f64,
    exact: f64,
    kept: f64,
}

/// Of a hundred cases, how many may be worse when the reply grows: a stream is reset before it has said all.
const WORSE_WHEN_GROWING: usize = 2;

#[derive(Debug, Default, Clone, Copy)]
struct Figures {
    cases: usize,
    /// Faulty: nothing wrong is shown. Good: all is shown.
    right: usize,
    /// Of these, what was wanted to the letter.
    exact: usize,
}

impl Figures {
    fn add(&mut self, judgement: Judgement) {
        self.cases += 1;
        self.right += usize::from(judgement != Judgement::Wrong);
        self.exact += usize::from(judgement == Judgement::Exact);
    }
}

#[test]
fn of_the_cases_that_were_seen_most_are_mended() {
    check("seen", SEEN, &Floors { mended: 99.0, exact: 99.0, kept: 99.5 });
}

#[test]
fn of_the_cases_that_were_not_seen_most_are_mended() {
    check("unseen", UNSEEN, &Floors { mended: 98.0, exact: 98.0, kept: 99.5 });
}

#[test]
fn of_the_cases_that_were_written_to_break_the_filters_most_are_mended() {
    check("hostile", HOSTILE, &Floors { mended: 99.5, exact: 99.5, kept: 99.0 });
}

#[test]
fn of_the_cases_that_were_written_from_the_kinds_alone_most_are_mended() {
    check("fresh", FRESH, &Floors { mended: 99.0, exact: 99.5, kept: 99.5 });
}

#[test]
fn of_the_cases_that_were_written_after_all_mending_most_are_mended() {
    check("last", LAST, &Floors { mended: 94.0, exact: 99.5, kept: 97.0 });
}

#[test]
fn of_the_cases_that_were_written_blind_most_are_mended() {
    check("everyday", EVERYDAY, &Floors { mended: 99.5, exact: 99.5, kept: 99.5 });
    check("projects", PROJECTS, &Floors { mended: 99.5, exact: 98.0, kept: 99.5 });
}

#[test]
fn of_the_cases_that_were_written_blind_and_not_looked_at_most_are_mended() {
    check("trades", TRADES, &Floors { mended: 96.0, exact: 99.0, kept: 99.5 });
}

#[test]
fn a_reply_that_grows_is_judged_as_well_as_a_whole_one() {
    let sets = [
        ("seen", SEEN),
        ("unseen", UNSEEN),
        ("hostile", HOSTILE),
        ("fresh", FRESH),
        ("everyday", EVERYDAY),
        ("projects", PROJECTS),
        ("trades", TRADES),
    ];
    for (half, text) in sets {
        for (way, reach) in [("by hand", Reach::INVOKED), ("while typing", Reach::OPEN)] {
            let (mut all, mut worse) = (0, 0);
            for case in case::read(text) {
                let (whole, grown) = (case.judge(case.shown()), case.judge(case.shown_growing(reach)));
                all += 1;
                worse += usize::from(grown > whole && (grown == Judgement::Wrong || case.is_good()));
                if may_be_looked_at(half) && tells() && grown > whole {
                    println!("{way}: {grown:?} [{}] {}\n    {:?}", case.kind, case.line, case.shown_growing(reach));
                }
            }
            println!("{half}, growing, asked {way}: {worse} of {all} worse");
            assert!(worse * 100 <= all * WORSE_WHEN_GROWING, "{half}, {way}: {worse} worse");
        }
    }
}

/// Of ten thousand stretches of real code, how many may not be shown as they are.
const DAMAGED: usize = 50;

#[test]
fn what_stands_in_a_file_is_shown_as_it_stands_there() {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    // Folders of other code, two halves apart: `CORPUS_FILES=folder`.
    let folder = std::env::var("CORPUS_FILES").unwrap_or_else(|_| own.to_owned());
    let (mut all, mut damaged) = ([0, 0], [0, 0]);
    for stretch in real::stretches(folder.as_ref(), 12) {
        // Every other file may be looked at.
        let half = stretch.file % 2;
        all[half] += 1;
        let Some(damage) = stretch.damage() else { continue };
        damaged[half] += 1;
        if half == 0 && tells() {
            println!("{}\n{}\n   shown {damage}\n", stretch.place, stretch.drawn());
        }
    }
    println!("real: {} of {} damaged in one half, {} of {} in the other", damaged[0], all[0], damaged[1], all[1]);
    let (all, damaged) = (all[0] + all[1], damaged[0] + damaged[1]);
    assert!(damaged * 10_000 <= all * DAMAGED, "{damaged} of {all} damaged");
}

/// Whether the cases that go wrong may be printed: the other sets say how it stands with what was not looked at.
fn may_be_looked_at(half: &str) -> bool {
    !matches!(half, "unseen" | "last" | "trades")
}

/// Whether a person wants to see what goes wrong.
fn tells() -> bool {
    std::env::var("CORPUS").is_ok_and(|what| what == "failures")
}

fn check(half: &str, text: &str, floors: &Floors) {
    let mut kinds: BTreeMap<(bool, String), Figures> = BTreeMap::new();
    let (mut faulty, mut good) = (Figures::default(), Figures::default());
    let tells = may_be_looked_at(half) && tells();
    for case in case::read(text) {
        let judgement = case.judge(case.shown());
        if tells && judgement != Judgement::Exact {
            println!("{judgement:?} [{}] {}\n      {}", case.kind, case.line, case.drawn());
        }
        kinds.entry((case.is_good(), case.kind.clone())).or_default().add(judgement);
        if case.is_good() { good.add(judgement) } else { faulty.add(judgement) }
    }
    println!("\n{half}: {} faulty replies, {} good ones", faulty.cases, good.cases);
    for ((is_good, kind), figures) in &kinds {
        let Figures { cases, right, exact } = figures;
        match is_good {
            true => println!("  {kind:<22} {cases:>4} cases {exact:>5} kept"),
            false => println!("  {kind:<22} {cases:>4} cases {right:>5} mended {exact:>5} exactly"),
        }
    }
    let share = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
    let (mended, exact) = (share(faulty.right, faulty.cases), share(faulty.exact, faulty.right));
    let kept = share(good.exact, good.cases);
    println!("{half}: {mended:.1} % mended, {exact:.1} % of them exactly, {kept:.1} % of good kept");
    assert!(mended >= floors.mended && exact >= floors.exact && kept >= floors.kept, "{half}: below the floors");
}
