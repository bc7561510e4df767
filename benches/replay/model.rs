//! The scripted endpoint: what it says, when, and what that costs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use codestral_ls::{
    model::{End, Endpoint, Error, Finish, Piece, Prompt, Reply},
    text::line,
};
use futures_util::{StreamExt, stream};
use tokio::time;

use crate::{rng::Rng, session::Session, world::World};

/// Bytes of the tokens, in turn: 3.5 on average, as measured on Rust.
const TOKEN_BYTES: [usize; 2] = [3, 4];

/// A line becomes guessable once this part of it is typed, and so many characters.
const GUESSABLE_FROM: (usize, usize) = (3, 4);

/// Endpoint and model in one. Clones share all but the world.
#[derive(Clone)]
pub struct Model {
    world: World,
    now: Arc<Mutex<Turn>>,
}

/// What is written now. A stream keeps the one it began in.
#[derive(Debug, Clone)]
pub struct Turn {
    pub session: Arc<Session>,
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
        Self { world: world.clone(), now: Arc::new(Mutex::new(Turn { session, log: Arc::default() })) }
    }

    /// Another session begins.
    pub fn turn_to(&self, session: Arc<Session>) {
        *lock(&self.now) = Turn { session, log: Arc::default() };
    }

    /// The session that is written now.
    pub fn now(&self) -> Turn {
        lock(&self.now).clone()
    }

    /// The true text from here on, with another line in place of each that cannot be guessed. It takes a character
    /// typed wrongly for one in the place of the right one.
    fn says(&self, session: &Session, typed: &str, time: u64) -> String {
        let hole = &session.hole;
        let mut at = typed.len().min(hole.len());
        while !hole.is_char_boundary(at) {
            at -= 1;
        }
        let mut said = String::new();
        let mut start = hole[..at].rfind('\n').map_or(0, |end| end + 1);
        for whole in hole[start..].split_inclusive('\n') {
            let from = at.max(start);
            let left = &hole[from..start + whole.len()];
            said += &match self.guesses(session.seed, start, whole, from - start, time) {
                true => left.to_owned(),
                false => invent(left, start),
            };
            start += whole.len();
        }
        said
    }

    fn guesses(&self, seed: u64, start: usize, line: &str, typed: usize, time: u64) -> bool {
        let time = if self.world.fickle { time } else { 0 };
        let drawn = Rng::new(&[seed, 3, start as u64, time]).chance(self.world.unguessable);
        let text = line.trim().len();
        let typed = typed.saturating_sub(line::indent(line));
        !drawn || line::is_inert(line) || typed >= (text / GUESSABLE_FROM.0).max(GUESSABLE_FROM.1).min(text)
    }

    fn first_byte(&self, seed: u64, typed: usize, time: u64) -> Duration {
        let time = if self.world.fickle { time } else { 0 };
        let mut rng = Rng::new(&[seed, 4, typed as u64, time]);
        let ms = rng.lognormal(self.world.first_byte_ms, self.world.first_byte_sigma);
        Duration::from_micros((ms * 1000.0) as u64)
    }

    /// Takes note of a request; says what comes, token by token.
    fn ask(&self, turn: &Turn, prompt: &Prompt) -> (usize, Vec<String>, Finish, Duration) {
        let session = &*turn.session;
        let typed = session.typed(&prompt.prefix);
        let mut log = turn.log();
        let time = log.asked_here.entry(typed.to_owned()).or_default();
        *time += 1;
        let time = *time + typed.len() as u64 * 1000;
        log.said.push((typed.to_owned(), String::new()));
        log.prompt_tokens += (prompt.prefix.len() + prompt.suffix.len()) * 2 / 7;
        let mut tokens = tokens(&self.says(session, typed, time));
        let finish = if tokens.len() > prompt.max_tokens as usize { Finish::Length } else { Finish::Stop };
        tokens.truncate(prompt.max_tokens as usize);
        (log.said.len() - 1, tokens, finish, self.first_byte(session.seed, typed.len(), time))
    }
}

impl Turn {
    pub fn log(&self) -> MutexGuard<'_, Log> {
        lock(&self.log)
    }
}

impl Endpoint for Model {
    fn complete(&self, prompt: Prompt) -> Reply {
        let model = self.clone();
        let reply = async move {
            let turn = model.now();
            let (number, tokens, finish, first_byte) = model.ask(&turn, &prompt);
            let (log, between) = (turn.log, model.world.token);
            let pieces = tokens.into_iter().map(Some).chain([None]).enumerate();
            stream::iter(pieces).then(move |(at, token)| {
                let log = log.clone();
                async move {
                    time::sleep(if at == 0 { first_byte } else { between }).await;
                    let Some(token) = token else { return Ok::<_, Error>(Piece::End(End { finish, usage: None })) };
                    let mut log = lock(&log);
                    log.tokens += 1;
                    log.said[number].1 += &token;
                    Ok(Piece::Text(token))
                }
            })
        };
        stream::once(reply).flatten().boxed()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
