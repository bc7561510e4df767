//! Inputs at random: each target takes bytes and fails where a promise about them does not hold. The corpus in
//! `tests/fuzz/corpus` and some changes of it are tried by every `cargo test`; CONTRIBUTING says how to try for longer.

mod chat;
mod edits;
mod frames;
mod mutate;
mod replies;
mod settings;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use mutate::Random;

/// Says for how many seconds a target is tried.
const SECONDS: &str = "FUZZ_SECONDS";

/// Begins other inputs than the last run's.
const SEED: &str = "FUZZ_SEED";

/// Inputs tried by a usual run of the tests, for each target: some tenths of a second.
const USUAL: u64 = 300;

/// An input that finds a way not seen before cannot be told without a compiler's help; so a made one takes the place of
/// another in the pool this often, and changes add up.
const KEPT_ONE_IN: usize = 50;

/// Inputs that are changed further.
const POOL: usize = 500;

/// The longest input, in bytes: longer ones only repeat.
const LONGEST: usize = 20_000;

/// Tries a target on its corpus and on changes of it.
#[track_caller]
fn check(name: &str, words: &[&str], target: fn(&[u8])) {
    let corpus = corpus(name);
    assert!(!corpus.is_empty(), "there is a corpus of {name}");
    corpus.iter().for_each(|input| run(name, target, input));
    let number = |variable| env::var(variable).ok().and_then(|value| value.parse::<u64>().ok());
    let until = number(SECONDS).map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut random = Random::new(number(SEED).unwrap_or(1));
    let (mut pool, mut tried) = (corpus, 0_u64);
    while until.map_or(tried < USUAL, |until| Instant::now() < until) {
        let mut input = pool[random.below(pool.len())].clone();
        for _ in 0..=random.below(6) {
            let other = pool[random.below(pool.len())].clone();
            mutate::change(&mut input, &other, words, &mut random);
        }
        input.truncate(LONGEST);
        run(name, target, &input);
        if random.below(KEPT_ONE_IN) == 0 {
            match pool.len() < POOL {
                true => pool.push(input),
                false => {
                    let at = random.below(POOL);
                    pool[at] = input;
                }
            }
        }
        tried += 1;
    }
    println!("{name}: {tried} inputs");
}

/// Runs one input; one that fails is written down before the test does.
#[track_caller]
fn run(name: &str, target: fn(&[u8]), input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input))) {
        let file = root().join(format!("target/fuzz-{name}"));
        let written = fs::write(&file, input);
        let why = panic.downcast_ref::<String>().cloned().unwrap_or_default();
        panic!("{name} fails on the input in {} ({written:?}): {why}", file.display());
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("tests/fuzz/corpus").join(name))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files.iter().filter_map(|file| fs::read(file).ok()).collect()
}

/// Cuts `bytes` into pieces, at places that the bytes themselves say.
fn pieces(bytes: &[u8]) -> Vec<&[u8]> {
    let mut random =
        Random::new(bytes.iter().fold(7, |sum, byte| u64::wrapping_add(u64::wrapping_mul(sum, 31), u64::from(*byte))));
    let (mut pieces, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let at = (1 + random.below(9) * random.below(9)).min(rest.len());
        let (piece, after) = rest.split_at(at);
        pieces.push(piece);
        rest = after;
    }
    pieces
}
