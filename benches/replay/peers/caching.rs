//! The two peers with both a cache and reuse of running streams: Continue, which waits and asks its cache last, and
//! Copilot, which asks everything before it waits.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use codestral_ls::completion::Query;
use codestral_ls::text::line;
use tokio::time;

use super::{Stream, lock, prompt};
use crate::{
    model::Model,
    policies::{Answer, Policy},
};

/// 350 ms of rest, then a cache read by the longest key, then the running stream while what is typed agrees with what
/// it has said; a reply ends at an empty line, at the line below the cursor, or by a clock at 375 ms.
pub struct Continue {
    model: Model,
    state: Arc<Mutex<ContinueState>>,
}

#[derive(Default)]
struct ContinueState {
    cache: Vec<(String, String)>,
    running: Option<Stream>,
}

impl Continue {
    pub fn new(model: &Model) -> Self {
        Self { model: model.clone(), state: Arc::default() }
    }
}

impl ContinueState {
    fn known(&self, prefix: &str) -> Option<String> {
        let fits = self.cache.iter().filter_map(|(asked, said)| {
            let rest = said.strip_prefix(prefix.strip_prefix(asked.as_str())?)?;
            (!rest.is_empty()).then_some((asked.len(), rest))
        });
        fits.max_by_key(|(length, _)| *length).map(|(_, rest)| rest.to_owned())
    }

    /// What was typed since the running stream was asked, if that agrees with it.
    fn typed_along(&self, prefix: &str) -> Option<usize> {
        let running = self.running.as_ref()?;
        let typed = prefix.strip_prefix(running.prefix.as_str())?;
        running.said().starts_with(typed).then_some(typed.len())
    }
}

impl Policy for Continue {
    fn ask(&self, query: Query) -> Answer {
        const REST: Duration = Duration::from_millis(350);
        let (model, state) = (self.model.clone(), self.state.clone());
        Box::pin(async move {
            time::sleep(REST).await;
            let prompt = prompt(&query);
            let prefix = prompt.prefix.clone();
            let (whole, typed) = {
                let mut state = lock(&state);
                if let Some(known) = state.known(&prefix) {
                    return Some(known);
                }
                let typed = state.typed_along(&prefix);
                if typed.is_none() {
                    let below = prompt.suffix.split('\n').nth(1).unwrap_or_default().to_owned();
                    let enough = move |said: &str, age: Duration| continue_ends(said, &below, age);
                    state.running = Some(Stream::open(&model, prompt, enough));
                }
                (state.running.as_ref()?.end(), typed.unwrap_or(0))
            };
            let whole = whole.await;
            let said = whole.get(typed..).filter(|said| !said.is_empty())?.trim_end().to_owned();
            lock(&state).cache.push((prefix.to_string(), said.clone()));
            Some(said)
        })
    }
}

fn continue_ends(said: &str, below: &str, age: Duration) -> bool {
    const CLOCK: Duration = Duration::from_millis(375);
    let repeats = !line::is_blank(below) && said.rsplit('\n').nth(1) == Some(below);
    said.contains("\n\n") || repeats || age > CLOCK
}

/// What is on screen and typed along, then a cache, then a running stream that fits, then what is left of 75 ms, then
/// the network; streams that do not fit are cancelled. One line, or three where a block was just opened.
pub struct Copilot {
    model: Model,
    state: Arc<Mutex<CopilotState>>,
}

#[derive(Default)]
struct CopilotState {
    cache: Vec<(String, String)>,
    running: Vec<Stream>,
}

impl Copilot {
    pub fn new(model: &Model) -> Self {
        Self { model: model.clone(), state: Arc::default() }
    }
}

impl CopilotState {
    /// The latest answer of the last hundred that what was typed agrees with; it covers typing along as well.
    fn known(&self, prefix: &str) -> Option<String> {
        self.cache.iter().rev().take(100).find_map(|(asked, said)| {
            let rest = said.strip_prefix(prefix.strip_prefix(asked.as_str())?)?;
            (!line::is_blank(rest)).then(|| rest.to_owned())
        })
    }

    fn fits(stream: &Stream, prefix: &str) -> bool {
        let said = stream.said();
        let typed = prefix.strip_prefix(stream.prefix.as_str());
        typed.is_some_and(|typed| said.starts_with(typed) || (!stream.done() && typed.starts_with(&said)))
    }
}

impl Policy for Copilot {
    fn ask(&self, query: Query) -> Answer {
        const REST: Duration = Duration::from_millis(75);
        let (model, state, prompt) = (self.model.clone(), self.state.clone(), prompt(&query));
        Box::pin(async move {
            let prefix = prompt.prefix.clone();
            let joined = {
                let mut state = lock(&state);
                if let Some(known) = state.known(&prefix) {
                    return Some(known);
                }
                state.running.retain(|stream| CopilotState::fits(stream, &prefix));
                state.running.last().map(|stream| (stream.prefix.clone(), stream.end()))
            };
            if let Some((asked, end)) = joined {
                let said = end.await;
                lock(&state).cache.push((asked.clone(), said.clone()));
                if let Some(rest) = said.strip_prefix(&prefix[asked.len()..]).filter(|rest| !line::is_blank(rest)) {
                    return Some(rest.to_owned());
                }
            }
            time::sleep(REST).await;
            let lines = if opens_block(&prefix) { 3 } else { 1 };
            let stream = Stream::open(&model, prompt, move |said, _| said.trim_start().matches('\n').count() >= lines);
            let end = stream.end();
            lock(&state).running.push(stream);
            let said = end.await.trim_end().to_owned();
            lock(&state).cache.push((prefix.to_string(), said.clone()));
            Some(said)
        })
    }
}

fn opens_block(prefix: &str) -> bool {
    prefix.trim_end().ends_with(['{', '(', '[']) && prefix.ends_with(char::is_whitespace)
}
