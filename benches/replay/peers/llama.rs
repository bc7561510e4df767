//! llama.vim: no wait, one request at a time, a cache that is searched 128 characters back, and the next suggestion
//! asked for while the last is shown.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use codestral_ls::{completion::Query, model::Prompt, text::line};
use tokio::sync::watch;

use super::{Stream, lock, prompt, sent};
use crate::{
    model::Model,
    policies::{Answer, Policy},
};

/// The longest reply.
const TOKENS: u32 = 128;

/// How long the first suggestion may be written, and the one that is asked for ahead.
const WRITING: [Duration; 2] = [Duration::from_millis(250), Duration::from_millis(1000)];

/// llama.vim's policy.
pub struct Llama {
    model: Model,
    state: Arc<Mutex<State>>,
    /// Whether a request runs.
    running: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    cache: Vec<(String, String)>,
}

impl Llama {
    pub fn new(model: &Model) -> Self {
        Self { model: model.clone(), state: Arc::default(), running: watch::Sender::new(false) }
    }
}

impl State {
    fn known(&self, prefix: &str) -> Option<String> {
        let rest = |(asked, said): &(String, String)| {
            let typed = prefix.strip_prefix(asked.as_str()).filter(|typed| typed.len() <= 128)?;
            Some(said.strip_prefix(typed)?.to_owned())
        };
        let known = self.cache.iter().rev().take(250).filter_map(rest).max_by_key(String::len);
        known.filter(|rest| !line::is_blank(rest))
    }

    fn holds(&self, prefix: &str) -> bool {
        self.cache.iter().any(|(asked, _)| asked == prefix)
    }
}

/// Reads one reply into the cache; it runs on whatever the client does.
async fn fetch(
    model: Model,
    prompt: Prompt,
    writing: Duration,
    state: Arc<Mutex<State>>,
    running: watch::Sender<bool>,
) {
    let indent = line::indent(prompt.prefix.rsplit('\n').next().unwrap_or_default());
    let first = Arc::new(Mutex::new(None));
    let enough = move |said: &str, age: Duration| {
        let first = *lock(&first).get_or_insert(age);
        let less = |line: &str| !line::is_blank(line) && line::indent(line) < indent;
        age - first > writing || said.split('\n').skip(1).any(less)
    };
    let prefix = prompt.prefix.clone();
    let said = Stream::open(&model, prompt, enough).whole().await;
    lock(&state).cache.push((prefix.to_string(), said.trim_end().to_owned()));
    running.send_replace(false);
}

impl Policy for Llama {
    fn ask(&self, query: Query) -> Answer {
        let prompt = Prompt { max_tokens: TOKENS, ..prompt(&query) };
        let (model, state, running) = (self.model.clone(), self.state.clone(), self.running.clone());
        Box::pin(async move {
            let mut idle = running.subscribe();
            loop {
                let known = lock(&state).known(&prompt.prefix);
                if let Some(known) = known {
                    let prefix = format!("{}{known}", prompt.prefix);
                    if !*running.borrow() && !lock(&state).holds(&prefix) {
                        running.send_replace(true);
                        let ahead = Prompt { prefix: sent(&prefix), ..prompt.clone() };
                        tokio::spawn(fetch(model, ahead, WRITING[1], state.clone(), running));
                    }
                    return Some(known);
                }
                if !*running.borrow() {
                    if lock(&state).holds(&prompt.prefix) {
                        return None;
                    }
                    running.send_replace(true);
                    tokio::spawn(fetch(model.clone(), prompt.clone(), WRITING[0], state.clone(), running.clone()));
                }
                idle.wait_for(|running| !running).await.ok()?;
            }
        })
    }
}
