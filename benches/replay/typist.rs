//! The person: rhythm, pauses, typos taken back, acceptances.

use std::{sync::Arc, time::Duration};

use crate::{rng::Rng, session::Session, world::World};

/// Deviation of the logarithm of the time between keys.
const RHYTHM: f64 = 0.5;

/// So many keys are preceded by a thought,
const THOUGHTS: f64 = 0.04;

/// and so many times as many of those that begin a line.
const THOUGHTS_AT_LINES: f64 = 3.0;

/// Length of a thought, ms: anything from the one to the other.
const THOUGHT_MS: (f64, f64) = (500.0, 1800.0);

/// What an editor puts before a new line.
const INDENT: [char; 2] = [' ', '\t'];

/// Median time from seeing a suggestion to taking it, ms.
const REACTION_MS: f64 = 450.0;

/// One key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Text that appears: a letter, or a line break with the indentation the editor adds.
    Insert(String),
    /// The last character goes.
    Backspace,
}

/// Someone who fills a hole.
pub struct Typist {
    session: Arc<Session>,
    world: World,
    rng: Rng,
    taste: Rng,
    /// Right bytes typed so far.
    right: usize,
    /// Wrong characters typed after them.
    wrong: usize,
    /// Keys until the wrong ones are noticed.
    unnoticed: usize,
}

impl Typist {
    pub fn new(session: Arc<Session>, world: &World) -> Self {
        let (rng, taste) = (Rng::new(&[session.seed, 1]), Rng::new(&[session.seed, 2]));
        Self { session, world: world.clone(), rng, taste, right: 0, wrong: 0, unnoticed: 0 }
    }

    /// What is left to type, unless something wrong stands there.
    pub fn rest(&self) -> Option<&str> {
        (self.wrong == 0).then(|| &self.session.hole[self.right..])
    }

    /// Bytes typed right.
    pub fn done(&self) -> usize {
        self.right
    }

    /// How long until the next key; `None` at the end.
    pub fn pause(&mut self) -> Option<Duration> {
        let left = &self.session.hole[self.right..];
        if left.is_empty() && self.wrong == 0 {
            return None;
        }
        let line_begins = self.session.hole[..self.right].trim_end_matches(INDENT).ends_with('\n');
        let times = if line_begins && self.wrong == 0 { THOUGHTS_AT_LINES } else { 1.0 };
        let key = self.rng.lognormal(self.world.key_ms, RHYTHM);
        let thought = THOUGHT_MS.0 + self.rng.share() * (THOUGHT_MS.1 - THOUGHT_MS.0);
        let pause = if self.rng.chance(THOUGHTS * times) { key + thought } else { key };
        Some(Duration::from_micros((pause * 1000.0) as u64))
    }

    /// The next key.
    pub fn key(&mut self) -> Key {
        if self.wrong > 0 && self.unnoticed == 0 {
            self.wrong -= 1;
            return Key::Backspace;
        }
        let mut left = self.session.hole[self.right..].chars().skip(self.wrong);
        let next = left.next().filter(|_| self.wrong == 0 || self.unnoticed > 0).unwrap_or(' ');
        if self.wrong > 0 {
            self.unnoticed -= 1;
            self.wrong += 1;
            return Key::Insert(if next == '\n' { "x".to_owned() } else { next.to_string() });
        }
        if next.is_alphanumeric() && self.rng.chance(self.world.typos) {
            self.wrong = 1;
            self.unnoticed = self.rng.below(2);
            let slip = if next == 'q' { 'w' } else { 'q' };
            return Key::Insert(slip.to_string());
        }
        let mut text = next.to_string();
        if next == '\n' {
            text.extend(left.take_while(|c| INDENT.contains(c)));
        }
        self.right += text.len();
        Key::Insert(text)
    }

    /// Whether a suggestion just seen will be taken, and how long that takes.
    pub fn decide(&mut self) -> Option<Duration> {
        let ms = self.taste.lognormal(REACTION_MS, 0.35);
        self.taste.chance(self.world.accept).then(|| Duration::from_micros((ms * 1000.0) as u64))
    }

    /// `text`, the right next one, was accepted.
    pub fn accept(&mut self, text: &str) {
        self.right += text.len();
    }
}
