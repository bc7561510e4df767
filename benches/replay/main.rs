//! Whole typing sessions in virtual time: this engine against the peers' policies and against the best possible.
//!
//! Someone fills holes in files of the pinned corpus, key by key, while a scripted endpoint says what stood there, right
//! or wrong by lines. Every policy sees the same keys at the same times. Constants are tuned on one half of the corpus'
//! packages, and both halves are printed. Two runs over the same corpus print the same figures, but for the last line.
//! `cargo bench --bench replay -- NAME` runs only the worlds whose names contain NAME; `--tune` leaves out the other
//! half, and `--ours` the peers.
//!
//! Columns: keystrokes at whose end the right line is on screen, of all; that share of the bound's, as the mean of the
//! languages and in each; where all that is shown is right; where it is wrong; suggestions shown that contradict the
//! text; from the key to a suggestion that was not there at once; what 100 keys cost in requests, tokens and tokens of
//! prompts; tokens paid for each character accepted.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod client;
#[path = "../support/corpus.rs"]
mod corpus;
mod lookup;
mod model;
mod peers;
mod policies;
mod rng;
mod score;
mod session;
mod typist;
mod world;

use std::{env, io, sync::Arc, thread};

use corpus::{Half, Language};
use model::Model;
use policies::{Make, POLICIES};
use score::{Score, head, row};
use session::{Session, sessions};
use tokio::runtime::{Builder, Runtime};
use world::{World, worlds};

/// Sessions in each world, half and language: some 14,000 keys.
const SESSIONS: usize = 16;

/// What `--ours` leaves: the bound and this engine, alone and with the embedded one first.
const BOUND_AND_OURS: usize = 3;

/// All sessions of one half, by language.
struct Sets {
    name: &'static str,
    sets: Vec<(Language, Vec<Arc<Session>>)>,
}

fn main() -> Result<(), corpus::Error> {
    let (flags, only): (Vec<String>, Vec<String>) = env::args().skip(1).partition(|argument| argument.starts_with('-'));
    let has = |flag: &str| flags.iter().any(|given| given == flag);
    let wanted = |name: &str| only.is_empty() || only.iter().any(|part| name.contains(part.as_str()));
    let mut halves = vec![Sets::read("tune", Half::Tune)?];
    if !has("--tune") {
        halves.push(Sets::read("report", Half::Report)?);
    }
    let policies = if has("--ours") { &POLICIES[..BOUND_AND_OURS] } else { &POLICIES[..] };
    for world in worlds().iter().filter(|world| wanted(world.name)) {
        println!("\n{}", world.name);
        for half in &halves {
            println!("{}", head(half.name, half.sets.iter().map(|(language, _)| language.id())));
            let mut bound = None;
            for (name, make) in policies {
                let scores = half.play(*make, world)?;
                println!("{}", row(name, &scores, bound.get_or_insert_with(|| scores.clone())));
            }
        }
    }
    let all = halves.iter().flat_map(|half| &half.sets).flat_map(|(_, sessions)| sessions);
    if let Some(session) = all.into_iter().next() {
        println!("\n{}", lookup::report(session));
    }
    Ok(())
}

impl Sets {
    /// Draws the sessions of one half and says how many there are.
    fn read(name: &'static str, half: Half) -> Result<Self, corpus::Error> {
        let mut sets = vec![];
        for language in Language::ALL {
            let sessions = sessions(language, half, SESSIONS)?;
            let chars: usize = sessions.iter().map(|session| session.hole.len()).sum();
            println!("{name}, {}: {} sessions, {chars} characters", language.id(), sessions.len());
            if !sessions.is_empty() {
                sets.push((language, sessions));
            }
        }
        Ok(Self { name, sets })
    }

    /// All sessions with one policy: each language's score.
    fn play(&self, make: Make, world: &World) -> io::Result<Vec<Score>> {
        thread::scope(|scope| {
            let threads: Vec<_> =
                self.sets.iter().map(|(_, sessions)| scope.spawn(|| play(make, sessions, world))).collect();
            let score = |thread: thread::ScopedJoinHandle<'_, io::Result<Score>>| {
                thread.join().map_err(|_| io::Error::other("a session panicked"))?
            };
            threads.into_iter().map(score).collect()
        })
    }
}

/// Some sessions with one policy, each on a clock of its own that jumps from event to event; or, in a long session, all
/// on one.
fn play(make: Make, sessions: &[Arc<Session>], world: &World) -> io::Result<Score> {
    let mut score = Score::default();
    let at_once = if world.long { sessions.len() } else { 1 };
    for sessions in sessions.chunks(at_once) {
        let Some(first) = sessions.first() else { continue };
        clock()?.block_on(async {
            let model = Model::new(first.clone(), world);
            let policy = make(&model);
            for session in sessions {
                model.turn_to(session.clone());
                client::write(policy.as_ref(), &model, world, &mut score).await;
            }
        });
    }
    Ok(score)
}

fn clock() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_time().start_paused(true).build()
}
