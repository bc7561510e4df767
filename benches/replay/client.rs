//! The editor: applies keys, asks, shows what comes and keeps it while it is typed along.

use std::{future, pin::Pin, task::Poll, time::Duration};

use codestral_ls::privacy::Location;
use codestral_ls::{
    completion::{Follows, Located, Query},
    text::{
        document::{Change, Document, Edit},
        position::{self, Encoding},
    },
};
use tokio::time::{self, Instant};

use crate::{
    model::{Model, Turn},
    policies::Policy,
    score::{Score, judge},
    typist::{Key, Typist},
    world::{Editor, World},
};

/// What an answer says, and what was typed when it was asked for.
type Pending = Pin<Box<dyn Future<Output = (String, Option<String>)>>>;

/// One editor with one document.
struct Client<'a> {
    policy: &'a dyn Policy,
    turn: &'a Turn,
    editor: Editor,
    document: Document,
    /// Where the hole begins.
    start: usize,
    typed: String,
    ghost: Option<String>,
    /// When the person will take the ghost. It is judged once, when it appears, and stays while it is typed along.
    take_at: Option<Instant>,
    /// From the last key to the ghost.
    delay: Duration,
    key_at: Instant,
    ask_at: Option<Instant>,
    /// In the order of asking.
    pending: Vec<Pending>,
}

/// Writes the model's whole session with one policy and adds to its score.
pub async fn write(policy: &dyn Policy, model: &Model, world: &World, score: &mut Score) {
    let turn = model.now();
    let session = &turn.session;
    let uri = format!("file:///{}", session.seed);
    let mut typist = Typist::new(session.clone(), world);
    let now = Instant::now();
    let mut client = Client {
        policy,
        turn: &turn,
        editor: world.editor,
        document: Document::new(&uri, session.language.id(), 0, &format!("{}{}", session.before, session.after)),
        start: session.before.len(),
        typed: String::new(),
        ghost: None,
        take_at: None,
        delay: Duration::ZERO,
        key_at: now,
        ask_at: None,
        pending: vec![],
    };
    let mut first = true;
    while let Some(pause) = typist.pause() {
        let due = Instant::now() + pause;
        let accepted = client.until(due, &mut typist, score).await;
        if !std::mem::take(&mut first) {
            score.key(client.ghost.as_deref(), typist.rest(), client.delay);
        }
        match accepted {
            Some(text) => client.accept(&text, &mut typist, score),
            None => client.press(typist.key()),
        }
    }
    score.chars += typist.done();
    policy.closed(&uri);
    let log = turn.log();
    score.requests += log.said.len();
    score.tokens += log.tokens;
    score.prompt_tokens += log.prompt_tokens;
}

impl Client<'_> {
    /// Lets answers arrive until `due`; what the person accepts ends it earlier.
    async fn until(&mut self, due: Instant, typist: &mut Typist, score: &mut Score) -> Option<String> {
        loop {
            let ask_at = self.ask_at.unwrap_or(due);
            let next = self.take_at.unwrap_or(due).min(due).min(ask_at);
            tokio::select! {
                biased;
                (asked, answer) = next_answer(&mut self.pending) => {
                    self.show(&asked, answer, typist, score);
                }
                () = time::sleep_until(next) => {
                    if self.ask_at.is_some_and(|at| at <= next) {
                        self.ask();
                    } else if self.take_at.take_if(|at| *at <= next).is_some() {
                        let taken = self.right_lines(typist);
                        if taken.is_some() {
                            return taken;
                        }
                    } else {
                        return None;
                    }
                }
            }
        }
    }

    fn right_lines(&self, typist: &Typist) -> Option<String> {
        let (ghost, rest) = (self.ghost.as_deref()?, typist.rest()?);
        let right = judge(ghost, rest).right_lines;
        (right > 0).then(|| ghost[..right].to_owned())
    }

    /// An answer came. One that fits neither the text nor anything the model ever said is stale.
    fn show(&mut self, asked: &str, answer: Option<String>, typist: &mut Typist, score: &mut Score) {
        let before = self.ghost.take();
        let Some(text) = answer.filter(|text| !text.trim().is_empty()) else {
            self.take_at = None;
            return;
        };
        let whole = format!("{asked}{text}");
        let ghost = whole.strip_prefix(&self.typed).filter(|rest| !rest.is_empty());
        let shown = ghost.unwrap_or(&text).to_owned();
        let meant = format!("{}{}", self.typed, shown.trim_end());
        let was_said = self.turn.log().said.iter().rev().any(|(typed, said)| begins_with(typed, said, &meant));
        score.stale += usize::from(!was_said);
        let new = before.as_deref() != Some(&shown);
        if before.is_none() {
            self.delay = self.key_at.elapsed();
        }
        self.ghost = Some(shown);
        if new {
            let decision = self.right_lines(typist).and_then(|_| typist.decide());
            self.take_at = decision.map(|reaction| Instant::now() + reaction);
        }
    }

    fn press(&mut self, key: Key) {
        let at = self.start + self.typed.len();
        match key {
            Key::Insert(text) => {
                self.ghost = self.ghost.take().and_then(|ghost| Some(ghost.strip_prefix(&text)?.to_owned()));
                self.ghost = self.ghost.take().filter(|ghost| !ghost.is_empty());
                self.take_at = self.take_at.filter(|_| self.ghost.is_some());
                self.splice(at, at, &text);
            }
            Key::Backspace => {
                (self.ghost, self.take_at) = (None, None);
                let bytes = self.typed.chars().next_back().map_or(0, char::len_utf8);
                self.splice(at - bytes, at, "");
            }
        }
    }

    fn accept(&mut self, text: &str, typist: &mut Typist, score: &mut Score) {
        let whole = self.ghost.as_deref().is_some_and(|ghost| ghost.trim_end() == text);
        (self.ghost, self.take_at) = (None, None);
        typist.accept(text);
        score.accepted_chars += text.chars().count();
        let at = self.start + self.typed.len();
        if whole {
            self.policy.accepted();
        }
        self.splice(at, at, text);
    }

    fn splice(&mut self, from: usize, to: usize, text: &str) {
        let position = |offset| position::from_offset(&self.document.text, offset, Encoding::Utf8);
        let change = Change { range: Some((position(from), position(to))), text: text.into() };
        let edits: Vec<Edit> = self.document.apply(vec![change], Encoding::Utf8);
        self.document.version += 1;
        self.typed.truncate(from - self.start);
        self.typed.push_str(text);
        (self.key_at, self.delay) = (Instant::now(), Duration::ZERO);
        self.policy.edited(&self.document, &edits);
        match self.editor {
            Editor::Eager => {
                self.pending.clear();
                self.ask();
            }
            Editor::Resting => self.ask_at = Some(Instant::now() + self.editor.asks_after()),
        }
    }

    fn ask(&mut self) {
        self.ask_at = None;
        let cursor = self.start + self.typed.len();
        let query = Query {
            document: self.document.clone(),
            location: Located::at(Location::nowhere()),
            cursor,
            invoked: false,
            follows: if self.editor == Editor::Resting { Follows::Typing } else { Follows::Nothing },
            keeps_rest: false,
        };
        let (asked, answer) = (self.typed.clone(), self.policy.ask(query));
        self.pending.push(Box::pin(async move { (asked, answer.await) }));
    }
}

/// The next answer. Of several that come at one time the one asked for first, whatever the order they wake in, which
/// differs from run to run.
async fn next_answer(pending: &mut Vec<Pending>) -> (String, Option<String>) {
    future::poll_fn(|context| {
        for at in 0..pending.len() {
            if let Poll::Ready(answer) = pending[at].as_mut().poll(context) {
                drop(pending.remove(at));
                return Poll::Ready(answer);
            }
        }
        Poll::Pending
    })
    .await
}

/// Whether `typed` followed by `said` begins with `meant`.
fn begins_with(typed: &str, said: &str, meant: &str) -> bool {
    let both = typed.len().min(meant.len());
    typed.as_bytes()[..both] == meant.as_bytes()[..both] && said.as_bytes().starts_with(&meant.as_bytes()[both..])
}
