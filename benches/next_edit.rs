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
#[path = "next_edit/learn.rs"]
mod learn;
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
    learn::Case,
    replay::{Mode, Moment, Order, replay},
    report::{STRICT_CONFIDENCE, default_confidence},
    session::Session,
};

const USAGE: &str = "\
Types the hunks of sessions one by one and asks for the next edit after each.

  --repository DIR  a git repository whose commits are replayed, whole and each of their files by itself; may be repeated
                    [default: made-up sessions in five languages]
  --commits N       latest commits that are looked at in each [default: 600]
  --sessions N      sessions of both kinds taken of each [default: 120]
  --fit FOLDER      fits the trees on these sessions and writes them to FOLDER (src/next_edit/learned)
  --folds N         before that, reports each Nth of the repositories with trees fitted on the others [default: 0]
  --rows FILE       keeps what the trees are fitted on in FILE; if there is such a file, fits on it without replaying
  --each            reports each repository by itself as well
  --wrong N         prints N of the wrong edits [default: 0]
  --missed N        prints N of the hunks that repeat something and that no rule finds [default: 0]
  --only-times      measures what an edit costs, and nothing else
";

/// Repositories that are replayed at once.
const THREADS: usize = 2;

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Options {
    repositories: Vec<PathBuf>,
    commits: usize,
    sessions: usize,
    fit: Option<PathBuf>,
    folds: usize,
    rows: Option<PathBuf>,
    each: bool,
    wrong: usize,
    missed: usize,
    only_times: bool,
}

fn main() -> Outcome<()> {
    let Some(options) = Options::from_args()? else {
        print!("{USAGE}");
        return Ok(());
    };
    let (mut commits, mut files): (Vec<Vec<Session>>, Vec<Vec<Session>>) = (vec![], vec![]);
    for folder in &options.repositories {
        let sessions = git::sessions(folder, options.commits, options.sessions)?;
        println!("{}: {} commits, {} files of commits", folder.display(), sessions.commits.len(), sessions.files.len());
        commits.push(sessions.commits);
        files.push(sessions.files);
    }
    if options.fit.is_some() || options.folds > 0 || options.rows.is_some() {
        return fit(&options, [&commits, &files]);
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
    for (kind, sessions) in [("commits", &commits), ("files of commits", &files)] {
        report_on(kind, sessions, &options);
        for (folder, sessions) in options.repositories.iter().zip(sessions).filter(|_| options.each) {
            for order in [Order::File, Order::Shuffled] {
                let moments = moments(std::slice::from_ref(sessions), order, Mode::Ignore, false).concat();
                for least in [default_confidence(), STRICT_CONFIDENCE] {
                    report::print_at(&format!("{}, {kind}, {order:?} order", folder.display()), &moments, least);
                }
            }
        }
    }
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
        let missed: Vec<&Moment> = plain.iter().filter(|one| !one.missed.is_empty()).collect();
        for moment in missed.iter().step_by((missed.len() / options.missed.max(1)).max(1)).take(options.missed) {
            println!("missed {}", moment.missed);
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

/// Of each kind of sessions, those of each repository.
fn fit(options: &Options, kinds: [&[Vec<Session>]; 2]) -> Outcome<()> {
    let known = options.rows.as_ref().filter(|file| file.exists());
    let cases = match known {
        Some(file) => learn::read(file)?,
        None => cases(kinds),
    };
    if let Some(file) = options.rows.as_ref().filter(|file| !file.exists()) {
        learn::write(file, &cases)?;
    }
    let edits: usize = cases.iter().map(|case| case.edits.len()).sum();
    println!("{} moments, {edits} edits", cases.len());
    if options.folds > 0 {
        learn::report(&cases, options.folds);
    }
    let Some(folder) = &options.fit else { return Ok(()) };
    let both = learn::Both::fit(&cases.iter().collect::<Vec<_>>());
    for (name, model, what) in
        [("first", &both.first, "each edit by itself"), ("second", &both.second, "an edit beside the others")]
    {
        report::importance(model);
        let heading = format!(
            "The trees that judge {what}, as they were fitted: nothing here is written by hand.\n\n\
             Fitted by `cargo bench --bench next_edit -- --fit`; on what: see `benches/next_edit/learn.rs`."
        );
        fs::write(folder.join(format!("{name}.rs")), fit::source(model, &heading))?;
    }
    Ok(())
}

/// What the trees are fitted on: the moments of all sessions, typed in each of the [`learn::WAYS`].
fn cases(kinds: [&[Vec<Session>]; 2]) -> Vec<Case> {
    let follow = Mode::Follow(default_confidence());
    let orders = [(Order::File, Mode::Ignore), (Order::Shuffled, Mode::Ignore), (Order::Shuffled, follow)];
    let ways = kinds.into_iter().flat_map(|kind| orders.map(|(order, mode)| (kind, order, mode)));
    let mut cases = Vec::new();
    for (way, (repositories, order, mode)) in ways.enumerate() {
        for (repository, moments) in moments(repositories, order, mode, true).into_iter().enumerate() {
            let case = |moment: Moment| Case { repository, way, predictable: moment.predictable, edits: moment.rows };
            cases.extend(moments.into_iter().map(case));
        }
    }
    cases
}

impl Options {
    fn from_args() -> Outcome<Option<Self>> {
        let mut options = Self {
            repositories: vec![],
            commits: 600,
            sessions: 120,
            fit: None,
            folds: 0,
            rows: None,
            each: false,
            wrong: 0,
            missed: 0,
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
            if arg == "--each" {
                options.each = true;
                continue;
            }
            let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
            match arg.as_str() {
                "--repository" => options.repositories.push(value.into()),
                "--commits" => options.commits = value.parse()?,
                "--sessions" => options.sessions = value.parse()?,
                "--fit" => options.fit = Some(value.into()),
                "--wrong" => options.wrong = value.parse()?,
                "--missed" => options.missed = value.parse()?,
                "--rows" => options.rows = Some(value.into()),
                "--folds" => options.folds = value.parse()?,
                _ => return Err(format!("unknown option {arg}; see --help").into()),
            }
        }
        Ok(Some(options))
    }
}
