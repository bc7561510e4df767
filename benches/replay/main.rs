//! Whole typing sessions in virtual time: this engine against the peers' policies and against the best possible.
//!
//! Someone fills holes in real files of this project, key by key, while a scripted endpoint says what stood there, right
//! or wrong by lines. Every policy sees the same keys at the same times. Two runs print the same figures, but for the
//! last line. `cargo bench --bench replay -- NAME` runs only the worlds whose names contain NAME.
//!
//! Columns: keystrokes at whose end the right line is on screen, of all and of those of the bound; where all that is
//! shown is right; where it is wrong; suggestions shown that contradict the text; from the key to a suggestion that was
//! not there at once; and what 100 keys cost in requests, tokens and tokens of prompts; tokens paid for each character accepted.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod client;
mod lookup;
mod model;
mod peers;
mod policies;
mod rng;
mod score;
mod session;
mod typist;
mod world;

use std::{env, io, sync::Arc};

use model::Model;
use policies::{Make, POLICIES};
use score::{Score, head};
use session::{Session, sessions};
use tokio::runtime::Builder;
use world::{World, worlds};

/// Sessions in each world: some 18,000 keys.
const SESSIONS: usize = 24;

fn main() -> io::Result<()> {
    let only: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|part| name.contains(part.as_str()));
    let sessions = sessions(SESSIONS);
    let chars: usize = sessions.iter().map(|session| session.hole.len()).sum();
    println!("{} sessions, {chars} characters", sessions.len());
    for world in worlds().iter().filter(|world| wanted(world.name)) {
        println!("\n{}\n{}", world.name, head());
        let mut bound = None;
        for (name, make) in POLICIES {
            let mut score = play(make, &sessions, world)?;
            // Who accepts at other places presses other keys: there is no common bound.
            let bound = (world.accept == 0.0).then(|| *bound.get_or_insert(score.right_line));
            println!("{}", score.row(name, bound));
        }
    }
    if let Some(session) = sessions.first() {
        println!("\n{}", lookup::report(session));
    }
    Ok(())
}

/// All sessions with one policy, each on a clock of its own that jumps from event to event.
fn play(make: Make, sessions: &[Arc<Session>], world: &World) -> io::Result<Score> {
    let mut score = Score::default();
    for session in sessions {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build()?;
        runtime.block_on(async {
            let model = Model::new(session.clone(), world);
            let policy = make(&model, session);
            client::write(policy.as_ref(), &model, session, world, &mut score).await;
        });
    }
    Ok(score)
}
