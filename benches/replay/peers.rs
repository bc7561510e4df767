//! The peers' policies, as far as they decide when to ask and what to reuse, on the same window and endpoint. Their
//! filters and contexts are left out: the scripted model needs none.

mod caching;
mod llama;
mod stream;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use codestral_ls::{
    completion::{Query, Window, window::Budget},
    masking::{MaskedText, Masker, Placeholders, ValueSyntax},
    model::Prompt,
    text::{
        document::{Document, Edit},
        line,
    },
};
use tokio::time::{self, Instant};

use crate::{
    model::Model,
    policies::{Answer, Policy},
};
pub use caching::{Continue, Copilot};
pub use llama::Llama;
use stream::Stream;

/// Tokens of the longest reply for those who set it low, as most do.
const SHORT: u32 = 64;

/// What is asked at the cursor; the same window for all.
pub fn prompt(query: &Query) -> Prompt {
    let window = Window::cut(&query.document.text, query.cursor, Budget { prefix: 6144, suffix: 2048 });
    Prompt { prefix: sent(&window.prefix), suffix: sent(&window.suffix), max_tokens: SHORT, ..Prompt::default() }
}

/// A peer masks nothing, and no text here holds a secret.
fn sent(text: &str) -> MaskedText {
    Masker::only(&[]).text(text, ValueSyntax::Code, &mut Placeholders::default())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// llm-ls behind llm.nvim or llm-vscode (150 ms, the request dropped with the client's), lsp-ai without its limit of
/// one request a second (no wait, nothing ever dropped). Neither streams nor keeps anything.
pub struct Debounce {
    model: Model,
    wait: Duration,
    drops: bool,
}

impl Debounce {
    pub fn new(model: &Model, wait_ms: u64, drops: bool) -> Self {
        Self { model: model.clone(), wait: Duration::from_millis(wait_ms), drops }
    }
}

impl Policy for Debounce {
    fn ask(&self, query: Query) -> Answer {
        let (model, wait, drops) = (self.model.clone(), self.wait, self.drops);
        let read = move || async move {
            time::sleep(wait).await;
            Stream::open(&model, prompt(&query), |_, _| false).whole().await
        };
        if drops {
            return Box::pin(async move { Some(read().await) });
        }
        let task = tokio::spawn(read());
        Box::pin(async move { task.await.ok() })
    }
}

/// Tabby's agent: a wait from the typing rhythm less the server's latency, also before its cache is looked at; the
/// cache knows the next 50 characters of each answer; an answer is cut by indentation; requests are dropped with the
/// client's.
pub struct Tabby {
    model: Model,
    state: Arc<Mutex<TabbyState>>,
}

#[derive(Default)]
struct TabbyState {
    edited: Option<Instant>,
    intervals: Vec<Duration>,
    latencies: Vec<Duration>,
    cache: Vec<(String, String)>,
}

impl Tabby {
    pub fn new(model: &Model) -> Self {
        Self { model: model.clone(), state: Arc::default() }
    }
}

impl TabbyState {
    fn wait(&self, window: &Window) -> Duration {
        let ms = |ms| Duration::from_millis(ms);
        let base = mean(&self.intervals, 100).filter(|_| self.intervals.len() > 20).unwrap_or(ms(200));
        let base = base.clamp(ms(100), ms(400)).as_secs_f64();
        let after_word = window.prefix.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let mut score = if after_word { 0.0 } else { 0.5 };
        score += if window.line_after().is_empty() { 0.4 } else { 0.0 };
        score += if window.suffix.is_empty() { 0.1 } else { 0.0 };
        let credit = mean(&self.latencies, 10).unwrap_or_default();
        let wait = Duration::from_secs_f64((3.0 - 1.5 * score) * base).saturating_sub(credit);
        wait.clamp(ms(100), ms(1000))
    }

    fn known(&self, prefix: &str) -> Option<String> {
        self.cache.iter().rev().find_map(|(asked, said)| {
            let typed = prefix.strip_prefix(asked.as_str()).filter(|typed| typed.len() <= 50)?;
            said.strip_prefix(typed).filter(|rest| !rest.is_empty()).map(str::to_owned)
        })
    }
}

fn mean(of: &[Duration], last: usize) -> Option<Duration> {
    let of = &of[of.len().saturating_sub(last)..];
    (!of.is_empty()).then(|| of.iter().sum::<Duration>() / of.len() as u32)
}

impl Policy for Tabby {
    fn edited(&self, _: &Document, _: &[Edit]) {
        let mut state = lock(&self.state);
        let now = Instant::now();
        let interval = state.edited.replace(now).map(|before| now - before);
        state.intervals.extend(interval.filter(|interval| *interval <= Duration::from_millis(400)));
    }

    fn ask(&self, query: Query) -> Answer {
        let (model, state, prompt) = (self.model.clone(), self.state.clone(), prompt(&query));
        let window =
            Window { prefix: prompt.prefix.to_string(), suffix: prompt.suffix.to_string(), ..Window::default() };
        Box::pin(async move {
            let wait = lock(&state).wait(&window);
            time::sleep(wait).await;
            if let Some(known) = lock(&state).known(&window.prefix) {
                return Some(known);
            }
            let begun = Instant::now();
            let said = Stream::open(&model, prompt, |_, _| false).whole().await;
            let scope = scope(&window, &said);
            let mut state = lock(&state);
            state.latencies.push(begun.elapsed());
            state.cache.push((window.prefix, scope.clone()));
            Some(scope)
        })
    }
}

/// The lines that are not less indented than the cursor's.
fn scope(window: &Window, said: &str) -> String {
    let base = line::indent(window.line_before());
    let less = |line: &str| !line::is_blank(line) && line::indent(line) < base;
    let lines = said.split('\n').enumerate().take_while(|(at, line)| *at == 0 || !less(line));
    lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}
