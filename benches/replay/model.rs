//! The scripted endpoint: what it says, when, and what that costs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use codestral_ls::{
    model::{End, Endpoint, Error, Piece, Prompt, Reply},
    text::line,
};
use futures_util::{StreamExt, stream};
use tokio::time;

use crate::{rng::Rng, session::Session, world::World};

/// Bytes of the tokens, in turn: 3.5 on average, as measured on Rust.
const TOKEN_BYTES: [usize; 2] = [3, 4];

/// Deviation of the logarithm of the time to the first byte.
const JITTER: f64 = 0.35;

/// A line becomes guessable once this part of it is typed, and so many characters.
const GUESSABLE_FROM: (usize, usize) = (3, 4);

/// Endpoint and model in one. Clones share their counts.
#[derive(Clone)]
pub struct Model {
    session: Arc<Session>,
    world: World,
    log: Arc<Mutex<Log>>,
}

/// What was asked and said.
#[derive(Debug, Default)]
pub struct Log {
    /// For each request, what was typed before it and all that was said.
    pub said: Vec<(String, String)>,
    /// Tokens said.
    pub tokens: usize,
    /// Tokens of all prompts.
    pub prompt_tokens: usize,
    asked_here: HashMap<String, u64>,
}

impl Model {
    pub fn new(session: Arc<Session>, world: &World) -> Self {
        Self { session, world: world.clone(), log: Arc::default() }
    }

    pub fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The true text from here on, with another line in place of each that cannot be guessed. It takes a character
    /// typed wrongly for one in the place of the right one.
    fn says(&self, typed: &str, time: u64) -> String {
        let hole = &self.session.hole;
        let mut at = typed.len().min(hole.len());
        while !hole.is_char_boundary(at) {
            at -= 1;
        }
        let mut said = String::new();
        let mut start = hole[..at].rfind('\n').map_or(0, |end| end + 1);
        for whole in hole[start..].split_inclusive('\n') {
            let from = at.max(start);
            let left = &hole[from..start + whole.len()];
            said += &if self.guesses(start, whole, from - start, time) { left.to_owned() } else { invent(left, start) };
            start += whole.len();
        }
        said
    }

    fn guesses(&self, start: usize, line: &str, typed: usize, time: u64) -> bool {
        let time = if self.world.fickle { time } else { 0 };
        let drawn = Rng::new(&[self.session.seed, 3, start as u64, time]).chance(self.world.unguessable);
        let text = line.trim().len();
        let typed = typed.saturating_sub(line::indent(line));
        !drawn || line::is_inert(line) || typed >= (text / GUESSABLE_FROM.0).max(GUESSABLE_FROM.1).min(text)
    }

    fn first_byte(&self, typed: usize, time: u64) -> Duration {
        let time = if self.world.fickle { time } else { 0 };
        let ms = Rng::new(&[self.session.seed, 4, typed as u64, time]).lognormal(self.world.first_byte_ms, JITTER);
        Duration::from_micros((ms * 1000.0) as u64)
    }

    /// Takes note of a request; says what comes, token by token.
    fn ask(&self, prompt: &Prompt) -> (usize, Vec<String>, Duration) {
        let typed = self.session.typed(&prompt.prefix);
        let mut log = self.log();
        let time = log.asked_here.entry(typed.to_owned()).or_default();
        *time += 1;
        let time = *time + typed.len() as u64 * 1000;
        log.said.push((typed.to_owned(), String::new()));
        log.prompt_tokens += (prompt.prefix.len() + prompt.suffix.len()) * 2 / 7;
        let mut tokens = tokens(&self.says(typed, time));
        tokens.truncate(prompt.max_tokens as usize);
        (log.said.len() - 1, tokens, self.first_byte(typed.len(), time))
    }
}

impl Endpoint for Model {
    fn complete(&self, prompt: Prompt) -> Reply {
        let model = self.clone();
        let reply = async move {
            let (number, tokens, first_byte) = model.ask(&prompt);
            let (log, between) = (model.log, model.world.token);
            let pieces = tokens.into_iter().map(Some).chain([None]).enumerate();
            stream::iter(pieces).then(move |(at, token)| {
                let log = log.clone();
                async move {
                    time::sleep(if at == 0 { first_byte } else { between }).await;
                    let Some(token) = token else { return Ok::<_, Error>(Piece::End(End::default())) };
                    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                    log.tokens += 1;
                    log.said[number].1 += &token;
                    Ok(Piece::Text(token))
                }
            })
        };
        stream::once(reply).flatten().boxed()
    }
}

/// A line of the same shape with other names.
fn invent(line: &str, seed: usize) -> String {
    let by = 1 + (seed % 23) as u8;
    let other = |c: char| match c {
        'a'..='z' => char::from(b'a' + (c as u8 - b'a' + by) % 26),
        'A'..='Z' => char::from(b'A' + (c as u8 - b'A' + by) % 26),
        c => c,
    };
    line.chars().map(other).collect()
}

fn tokens(text: &str) -> Vec<String> {
    let (mut rest, mut tokens) = (text, vec![]);
    while !rest.is_empty() {
        let mut end = TOKEN_BYTES[tokens.len() % TOKEN_BYTES.len()].min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        tokens.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    tokens
}
