//! From replayed moments to the two models by which edits are judged, and how good these are where they were not fitted.
//!
//! The first model judges each edit by itself, the second one beside all others that are known at the moment: a likelier
//! one elsewhere, a rival on the same lines, how many there are. What counts is the mean of both.
//!
//! The trees in `src/next_edit/learned` were fitted on 30 November 2026 by
//! `-- --commits 1500 --sessions 220 --fit src/next_edit/learned`, with `--repository` for each one marked `fit` in
//! `repositories.txt`: 299,421 moments and 4,076,909 edits. None of those marked `unseen` was among them.

use std::{
    error::Error,
    fs::File,
    io::{BufReader, BufWriter, Read, Write},
    path::Path,
    thread,
};

use codestral_ls::next_edit::{
    confidence::{Spot, WORTH, both, compare, probability},
    numbers::NUMBERS,
};

use crate::{
    fit::{self, Growth, Model, Row},
    report::Figures,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Edits of one moment that the first trees are fitted on: the right ones, and others as chance has it.
const MAX_ROWS: usize = 8;

/// So many parts of the repositories are judged by first trees that were fitted on the others, before the second ones
/// are fitted: what the first ones say of their own examples is too good.
const PARTS: usize = 3;

/// How the models are grown.
const FIRST: Growth = Growth { trees: 250, rate: 0.06, numbers_of: 4 };
const SECOND: Growth = Growth { trees: 300, rate: 0.04, numbers_of: 2 };

/// What is typed, and in which order; the last of each kind with what is right being taken.
pub const WAYS: [&str; 6] = [
    "commits in file order",
    "commits shuffled",
    "commits shuffled, taken or passed over",
    "files of commits in file order",
    "files of commits shuffled",
    "files of commits shuffled, taken or passed over",
];

/// An edit that was known at a moment.
#[derive(Debug, Clone)]
pub struct Known {
    pub numbers: [f32; NUMBERS],
    pub spot: Spot,
    pub right: bool,
}

/// The edits of one moment, and whether a remaining hunk repeats what was done.
#[derive(Debug, Clone)]
pub struct Case {
    pub repository: usize,
    /// What was typed and how, among [`WAYS`].
    pub way: usize,
    pub predictable: bool,
    pub edits: Vec<Known>,
}

/// Both models.
#[derive(Debug, Clone)]
pub struct Both {
    pub first: Model,
    pub second: Model,
}

impl Both {
    /// Fits both on `cases`.
    pub fn fit(cases: &[&Case]) -> Self {
        let parts: Vec<Vec<Row>> = thread::scope(|scope| {
            let part = |part: usize| {
                let others: Vec<&Case> = cases.iter().copied().filter(|case| case.repository % PARTS != part).collect();
                let first = fit_first(&others);
                cases
                    .iter()
                    .filter(|case| case.repository % PARTS == part)
                    .flat_map(|case| second_rows(&first, case))
                    .collect()
            };
            let running: Vec<_> = (0..PARTS).map(|number| scope.spawn(move || part(number))).collect();
            running.into_iter().filter_map(|one| one.join().ok()).collect()
        });
        Self { first: fit_first(cases), second: fit::fit(&parts.concat(), SECOND) }
    }

    /// The probability of the likeliest edit, and whether it is right.
    pub fn best(&self, case: &Case) -> Option<(f32, bool)> {
        let (odds, edits) = compared(&self.first, case);
        let judged = edits.iter().zip(odds).zip(&case.edits);
        let judged = judged
            .map(|(((numbers, _), odds), edit)| (probability(both(odds, || self.second.odds(numbers))), edit.right));
        judged.reduce(|best, next| if next.0 > best.0 { next } else { best })
    }
}

fn fit_first(cases: &[&Case]) -> Model {
    fit::fit(&cases.iter().flat_map(|case| first_rows(case)).collect::<Vec<_>>(), FIRST)
}

fn first_rows(case: &Case) -> Vec<Row> {
    let wrong = case.edits.iter().filter(|edit| !edit.right).count();
    // Every so many of the wrong ones, which then count for those left out.
    let step = wrong.div_ceil(MAX_ROWS).max(1);
    let all = 1.0 / (case.edits.len() as f32).sqrt();
    let picked = case.edits.iter().enumerate().filter(|(at, edit)| edit.right || at % step == 0);
    let row = |(_, edit): (usize, &Known)| Row {
        numbers: edit.numbers,
        right: edit.right,
        weight: if edit.right { all } else { all * step as f32 },
    };
    picked.map(row).collect()
}

fn second_rows(first: &Model, case: &Case) -> Vec<Row> {
    let (odds, edits) = compared(first, case);
    let mut worth: Vec<(f32, Row)> = Vec::new();
    for (((numbers, _), odds), edit) in edits.into_iter().zip(odds).zip(&case.edits) {
        if odds >= WORTH {
            worth.push((odds, Row { numbers, right: edit.right, weight: 1.0 }));
        }
    }
    worth.sort_by(|(one, _), (two, _)| two.total_cmp(one));
    // Only the likeliest is ever shown, so that counts most.
    let weighed = |(rank, (_, row)): (usize, (f32, Row))| Row { weight: 1.0 / (1 + rank) as f32, ..row };
    worth.into_iter().enumerate().map(weighed).collect()
}

/// What the first trees say of each edit, and the numbers with what each is beside the others.
fn compared(first: &Model, case: &Case) -> (Vec<f32>, Vec<([f32; NUMBERS], Spot)>) {
    let mut edits: Vec<_> = case.edits.iter().map(|edit| (edit.numbers, edit.spot.clone())).collect();
    let odds: Vec<f32> = edits.iter().map(|(numbers, _)| first.odds(numbers)).collect();
    compare(&mut edits, &odds);
    (odds, edits)
}

/// Prints how good trees are that were fitted on the other parts of the repositories, for each of `folds` parts.
pub fn report(cases: &[Case], folds: usize) {
    let mut judged = Vec::new();
    for fold in 0..folds {
        let others: Vec<&Case> = cases.iter().filter(|case| case.repository % folds != fold).collect();
        let both = Both::fit(&others);
        let own = cases.iter().filter(|case| case.repository % folds == fold);
        judged.extend(own.map(|case| Judged { way: case.way, predictable: case.predictable, best: both.best(case) }));
    }
    for (way, title) in WAYS.iter().enumerate() {
        let of: Vec<&Judged> = judged.iter().filter(|one| one.way == way).collect();
        println!("{title}, fitted on other repositories, {} moments", of.len());
        for least in [0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85] {
            let best = of.iter().map(|one| (one.predictable, one.best));
            println!("  >= {least:.2}: {}", Figures::of(best, least).line());
        }
        let curve = curve(&of);
        let at = |least: f64| curve.iter().filter(|one| one.0 >= least).map(|one| one.1).fold(0.0, f64::max);
        println!(
            "  coverage at a precision of 76 %: {:.1} %, of 85 %: {:.1} %; average precision {:.1} %",
            100.0 * at(0.76),
            100.0 * at(0.85),
            100.0 * average(&curve)
        );
    }
}

/// A moment judged by trees that were not fitted on it.
struct Judged {
    way: usize,
    predictable: bool,
    /// The probability of the likeliest edit, and whether it is right.
    best: Option<(f32, bool)>,
}

/// Likeliest first: of what is shown from there on, how much is right and how much of the predictable that is.
fn curve(of: &[&Judged]) -> Vec<(f64, f64)> {
    let best = |one: &&&Judged| one.best.map_or(f32::MIN, |best| best.0);
    let mut shown: Vec<&&Judged> = of.iter().filter(|one| one.best.is_some()).collect();
    shown.sort_by(|one, two| best(two).total_cmp(&best(one)));
    let predictable = of.iter().filter(|one| one.predictable).count().max(1) as f64;
    let (mut right, mut covered) = (0, 0);
    let point = |(at, one): (usize, &&Judged)| {
        let is_right = one.best.is_some_and(|best| best.1);
        right += usize::from(is_right);
        covered += usize::from(is_right && one.predictable);
        (right as f64 / (at + 1) as f64, covered as f64 / predictable)
    };
    shown.into_iter().enumerate().map(point).collect()
}

/// The precision in the mean over all coverages.
fn average(curve: &[(f64, f64)]) -> f64 {
    let (mut sum, mut before) = (0.0, 0.0);
    for &(precision, coverage) in curve {
        sum += precision * (coverage - before);
        before = coverage;
    }
    sum
}

/// Keeps `cases` in `file`, so that fitting can be tried again without replaying.
pub fn write(file: &Path, cases: &[Case]) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(file)?);
    for case in cases {
        let counts = [case.repository, case.way, usize::from(case.predictable), case.edits.len()];
        counts.iter().try_for_each(|&count| out.write_all(&(count as u32).to_le_bytes()))?;
        for edit in &case.edits {
            let Spot { text, lines, pattern } = &edit.spot;
            let spot = [*text, lines.start, lines.end, usize::from(edit.right), *pattern as usize];
            spot.iter().try_for_each(|one| out.write_all(&(*one as u32).to_le_bytes()))?;
            edit.numbers.iter().try_for_each(|number| out.write_all(&number.to_le_bytes()))?;
        }
    }
    Ok(out.flush()?)
}

/// Reads what [`write()`] kept.
pub fn read(file: &Path) -> Outcome<Vec<Case>> {
    let mut input = BufReader::new(File::open(file)?);
    let mut next = || -> Option<[u8; 4]> {
        let mut bytes = [0; 4];
        input.read_exact(&mut bytes).ok().map(|()| bytes)
    };
    let mut cases = Vec::new();
    while let Some(repository) = next() {
        let mut count = || next().map(u32::from_le_bytes).ok_or("the file ends early");
        let (way, predictable, edits) = (count()? as usize, count()? == 1, count()?);
        let repository = u32::from_le_bytes(repository) as usize;
        let mut case = Case { repository, way, predictable, edits: vec![] };
        for _ in 0..edits {
            let mut spot = [0; 5];
            for one in &mut spot {
                *one = count()? as usize;
            }
            let mut numbers = [0.0; NUMBERS];
            for number in &mut numbers {
                *number = f32::from_bits(count()?);
            }
            case.edits.push(Known {
                numbers,
                spot: Spot { text: spot[0], lines: spot[1]..spot[2], pattern: spot[4] as u64 },
                right: spot[3] == 1,
            });
        }
        cases.push(case);
    }
    Ok(cases)
}
