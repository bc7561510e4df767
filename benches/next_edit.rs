//! How good and how fast next edits are, beside two baselines: `cargo bench --bench next_edit -- --help`.

// A program for a terminal: its figures belong on stdout.
#![allow(clippy::print_stdout)]
#![allow(missing_docs)]

#[path = "next_edit/baselines.rs"]
mod baselines;
#[path = "next_edit/fit.rs"]
mod fit;
#[path = "next_edit/git.rs"]
mod git;
#[path = "next_edit/histories.rs"]
mod histories;
#[path = "next_edit/repeats.rs"]
mod repeats;
#[path = "next_edit/replay.rs"]
mod replay;
#[path = "next_edit/report.rs"]
mod report;
#[path = "next_edit/session.rs"]
mod session;
#[path = "next_edit/syntax.rs"]
mod syntax;
#[path = "next_edit/timing.rs"]
mod timing;

use std::{
    env,
    error::Error,
    fs,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::{
    fit::Row,
    replay::{Mode, Moment, Order, replay},
    report::{STRICT_CONFIDENCE, default_confidence},
    session::Session,
};

const USAGE: &str = "\
Types the hunks of sessions one by one and asks for the next edit after each.

  --repository DIR  a git repository whose commits are replayed; may be repeated
                    [default: made-up sessions in five languages]
  --commits N       latest commits that are looked at in each [default: 600]
  --sessions N      sessions taken of each [default: 120]
  --fit FILE        fits the trees on these sessions and writes them to FILE
  --folds N         before that, reports each Nth of the repositories with trees fitted on the others [default: 0]
  --wrong N         prints N of the wrong edits [default: 0]
  --only-times      measures what an edit costs, and nothing else
";

/// Repositories that are replayed at once.
const THREADS: usize = 2;

/// Candidates of one moment that the trees are fitted on: the right ones, and others as chance has it.
const MAX_ROWS: usize = 8;

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Options {
    repositories: Vec<PathBuf>,
    commits: usize,
    sessions: usize,
    fit: Option<PathBuf>,
    folds: usize,
    wrong: usize,
    only_times: bool,
}

fn main() -> Outcome<()> {
    let Some(options) = Options::from_args()? else {
        print!("{USAGE}");
        return Ok(());
    };
    let mut repositories: Vec<Vec<Session>> = Vec::new();
    for folder in &options.repositories {
        let sessions = git::sessions(folder, options.commits, options.sessions)?;
        println!("{}: {} sessions", folder.display(), sessions.len());
        repositories.push(sessions);
    }
    if options.fit.is_some() || options.folds > 0 {
        return fit(&options, &repositories);
    }
    if options.only_times {
        report::times("10,000 lines, ten texts", timing::measure());
        return Ok(());
    }
    if options.repositories.is_empty() {
        report_on("made up, looked at while tuning", &[histories::sessions(0)], &options);
        report_on("made up, unseen", &[histories::sessions(1)], &options);
        report::times("10,000 lines, ten texts", timing::measure());
        return Ok(());
    }
    report_on("commits", &repositories, &options);
    Ok(())
}

fn report_on(title: &str, sessions: &[Vec<Session>], options: &Options) {
    for order in [Order::File, Order::Shuffled] {
        let plain = moments(sessions, order, Mode::Ignore, false).concat();
        report::print(&format!("{title}, {order:?} order"), &plain);
        let wrong = plain.iter().filter(|one| one.best.is_some_and(|best| best.0 >= default_confidence() && !best.1));
        let wrong: Vec<&Moment> = wrong.collect();
        for moment in wrong.iter().step_by((wrong.len() / options.wrong.max(1)).max(1)).take(options.wrong) {
            println!("{}{}", moment.described, if moment.best_in_part { "  (in part)" } else { "" });
        }
        for least in [default_confidence(), STRICT_CONFIDENCE] {
            let followed = moments(sessions, order, Mode::Follow(least), false);
            report::print_at(&format!("{title}, {order:?} order, taken or passed over"), &followed.concat(), least);
        }
    }
}

fn moments(repositories: &[Vec<Session>], order: Order, mode: Mode, rows: bool) -> Vec<Vec<Moment>> {
    let one = |sessions: &Vec<Session>| -> Vec<Moment> {
        let replayed = sessions.iter().enumerate();
        replayed.flat_map(|(seed, session)| replay(session, order, mode, seed as u64, rows)).collect()
    };
    let next = AtomicUsize::new(0);
    let done = Mutex::new(vec![vec![]; repositories.len()]);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some((at, sessions)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    repositories.get(at).map(|sessions| (at, sessions))
                } {
                    let moments = one(sessions);
                    if let Ok(mut done) = done.lock() {
                        done[at] = moments;
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_default()
}

fn fit(options: &Options, repositories: &[Vec<Session>]) -> Outcome<()> {
    let mut all: Vec<Vec<Moment>> = Vec::new();
    let follow = Mode::Follow(default_confidence());
    let passes = [
        (Order::File, follow),
        (Order::Shuffled, follow),
        (Order::File, Mode::Ignore),
        (Order::Shuffled, Mode::Ignore),
    ];
    for (order, mode) in passes {
        for (at, moments) in moments(repositories, order, mode, true).into_iter().enumerate() {
            match all.get_mut(at) {
                Some(known) => known.extend(moments),
                None => all.push(moments),
            }
        }
    }
    let rows = |moments: &[&Moment]| -> Vec<Row> {
        moments
            .iter()
            .flat_map(|moment| {
                let wrong = moment.rows.iter().filter(|row| !row.1).count();
                // Every so many of the wrong ones, which then count for those left out.
                let step = wrong.div_ceil(MAX_ROWS).max(1);
                let all = 1.0 / (moment.rows.len() as f32).sqrt();
                moment.rows.iter().enumerate().filter(move |(at, row)| row.1 || at % step == 0).map(
                    move |(_, (numbers, right))| {
                        let weight = if *right { all } else { all * step as f32 };
                        Row { numbers: *numbers, right: *right, weight }
                    },
                )
            })
            .collect()
    };
    let count: usize = all.iter().flatten().map(|moment| moment.rows.len()).sum();
    println!("{} moments, {count} candidates", all.iter().flatten().count());
    if options.folds > 0 {
        let mut judged = Vec::new();
        for fold in 0..options.folds {
            let others: Vec<&Moment> =
                all.iter().enumerate().filter(|(at, _)| at % options.folds != fold).flat_map(|(_, m)| m).collect();
            let model = fit::fit(&rows(&others));
            for moment in all.iter().enumerate().filter(|(at, _)| at % options.folds == fold).flat_map(|(_, m)| m) {
                let mut moment = moment.clone();
                let scored = moment.rows.iter().map(|(numbers, right)| (model.confidence(numbers), *right));
                let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
                moment.best = best.map(|(confidence, right)| {
                    (confidence, right, false, moment.best.map_or(codestral_ls::next_edit::Rule::Rename, |b| b.3))
                });
                judged.push(moment);
            }
        }
        report::print("trees fitted on other repositories, both orders", &judged);
    }
    let Some(file) = &options.fit else { return Ok(()) };
    let model = fit::fit(&rows(&all.iter().flatten().collect::<Vec<_>>()));
    report::importance(&model);
    let sessions: usize = repositories.iter().map(Vec::len).sum();
    let heading = format!(
        "Fitted by `cargo bench --bench next_edit -- --fit` on {count} candidates of {sessions} commits of {} public\n\
         repositories in Go, Java, Python, Rust and TypeScript, typed in file order and shuffled.",
        repositories.len()
    );
    fs::write(file, fit::source(&model, &heading))?;
    Ok(())
}

impl Options {
    fn from_args() -> Outcome<Option<Self>> {
        let mut options = Self {
            repositories: vec![],
            commits: 600,
            sessions: 120,
            fit: None,
            folds: 0,
            wrong: 0,
            only_times: false,
        };
        let mut args = env::args().skip(1).filter(|arg| arg != "--bench");
        while let Some(arg) = args.next() {
            if arg == "--help" {
                return Ok(None);
            }
            if arg == "--only-times" {
                options.only_times = true;
                continue;
            }
            let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
            match arg.as_str() {
                "--repository" => options.repositories.push(value.into()),
                "--commits" => options.commits = value.parse()?,
                "--sessions" => options.sessions = value.parse()?,
                "--fit" => options.fit = Some(value.into()),
                "--wrong" => options.wrong = value.parse()?,
                "--folds" => options.folds = value.parse()?,
                _ => return Err(format!("unknown option {arg}; see --help").into()),
            }
        }
        Ok(Some(options))
    }
}
