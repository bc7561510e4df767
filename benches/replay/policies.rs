//! What is compared: the engine as the server drives it, and the bound no policy can pass.

use std::{
    future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use codestral_ls::{
    completion::{self, Engine, Notice, Predictor, Query, Reason, Window},
    local::{Index, Options, Place, predict},
    model::{Endpoint, Piece, Prompt},
    settings::{First, Settings},
    text::document::{Document, Edit},
    usage::Recorder,
};
use futures_util::StreamExt;
use tokio::sync::{
    mpsc::{UnboundedReceiver, unbounded_channel},
    watch,
};

use crate::{
    model::{Model, Turn},
    peers,
    score::judge,
};

/// The text to show, when it is there.
pub type Answer = Pin<Box<dyn Future<Output = Option<String>>>>;

/// When to ask, what to keep, what to show.
pub trait Policy {
    /// The document changed.
    fn edited(&self, _document: &Document, _edits: &[Edit]) {}

    /// The editor asks. Dropping the answer is its `$/cancelRequest`.
    fn ask(&self, query: Query) -> Answer;

    /// A suggestion was taken whole.
    fn accepted(&self) {}

    /// The document is closed.
    fn closed(&self, _uri: &str) {}
}

/// Makes a policy.
pub type Make = fn(&Model) -> Box<dyn Policy>;

/// The bound first, then the engine, then the peers.
pub const POLICIES: [(&str, Make); 9] = [
    ("bound: asks at every key", |model| Box::new(Bound::new(model))),
    ("this engine", |model| Box::new(Ours::new(model))),
    ("    with local.first", |model| Box::new(LocalFirst::new(model))),
    ("no wait, nothing dropped", |model| Box::new(peers::Debounce::new(model, 0, false))),
    ("150 ms, dropped", |model| Box::new(peers::Debounce::new(model, 150, true))),
    ("Continue's", |model| Box::new(peers::Continue::new(model))),
    ("Tabby's", |model| Box::new(peers::Tabby::new(model))),
    ("Copilot's order", |model| Box::new(peers::Copilot::new(model))),
    ("llama.vim's", |model| Box::new(peers::Llama::new(model))),
];

struct Ours {
    engine: Engine,
    _notices: UnboundedReceiver<Notice>,
}

impl Ours {
    fn new(model: &Model) -> Self {
        Self::with(Settings::default(), model)
    }

    fn with(settings: Settings, model: &Model) -> Self {
        let (sender, notices) = unbounded_channel();
        let (settings, model) = (Arc::new(settings), Arc::new(model.clone()));
        Self { engine: Engine::new(settings, model, Recorder::default(), sender), _notices: notices }
    }
}

impl Policy for Ours {
    fn edited(&self, document: &Document, edits: &[Edit]) {
        self.engine.edited(document, edits);
    }

    fn ask(&self, query: Query) -> Answer {
        let engine = self.engine.clone();
        Box::pin(async move {
            let completion::Answer { result, moved, .. } = engine.complete(&query).await;
            match result {
                Ok(suggestion) => Some(moved.map_or_else(String::new, |moved| moved.typed) + &suggestion.text),
                // The server says `null`, and the editor leaves what it shows alone.
                Err(Reason::Superseded) => future::pending().await,
                Err(_) => None,
            }
        })
    }

    fn accepted(&self) {
        self.engine.accepted();
    }

    fn closed(&self, uri: &str) {
        self.engine.closed(uri);
    }
}

/// The same with `local.first`: the embedded engine, which knows the session's own text, goes first where it is sure.
struct LocalFirst {
    ours: Ours,
    known: Arc<Known>,
}

/// What the embedded engine knows: the texts of the session.
struct Known(Mutex<Index>);

impl Known {
    fn index(&self) -> MutexGuard<'_, Index> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Predictor for Known {
    fn predict(&self, query: &Query, window: &Window) -> Option<(String, f32)> {
        let Document { uri, language, .. } = &query.document;
        let place = Place { key: uri, language, before: &window.prefix, after: &window.suffix };
        predict(&self.index(), place, Options::default()).map(|said| (said.text, said.confidence))
    }

    fn forgotten(&self) -> u64 {
        0
    }
}

impl LocalFirst {
    fn new(model: &Model) -> Self {
        let mut settings = Settings::default();
        settings.local.first = First::Set(true);
        let known = Arc::new(Known(Mutex::new(Index::new(settings.local.memory_mb << 20))));
        let ours = Ours::with(settings, model);
        ours.engine.set_predictor(known.clone());
        Self { ours, known }
    }
}

impl Policy for LocalFirst {
    fn edited(&self, document: &Document, edits: &[Edit]) {
        self.known.index().open(&document.uri, &document.language, &document.text.to_string(), 0);
        self.ours.edited(document, edits);
    }

    fn ask(&self, query: Query) -> Answer {
        self.ours.ask(query)
    }

    fn accepted(&self) {
        self.ours.accepted();
    }

    fn closed(&self, uri: &str) {
        self.ours.closed(uri);
        self.known.index().close(uri);
    }
}

/// Asks at every key, drops nothing, and shows whatever part of any answer is right.
struct Bound {
    model: Model,
    news: watch::Sender<()>,
}

impl Bound {
    fn new(model: &Model) -> Self {
        Self { model: model.clone(), news: watch::Sender::new(()) }
    }

    fn right(turn: &Turn, typed: &str, rest: &str) -> Option<String> {
        let log = turn.log();
        let fits = |(asked, said): &(String, String)| {
            let text = said.get(typed.strip_prefix(asked.as_str())?.len()..)?;
            let begun = &typed.as_bytes()[asked.len()..];
            let right = said.as_bytes().starts_with(begun).then(|| judge(text, rest).right_lines)?;
            (right > 0).then(|| text[..right].to_owned())
        };
        log.said.iter().rev().filter_map(fits).max_by_key(String::len)
    }
}

impl Policy for Bound {
    fn ask(&self, query: Query) -> Answer {
        /// What of a reply could still be of use; the bound on the first line does not hang on it.
        const TOKENS: u32 = 48;
        let prompt = Prompt { max_tokens: TOKENS, ..peers::prompt(&query) };
        let turn = self.model.now();
        let typed = turn.session.typed(&prompt.prefix).to_owned();
        let mut reply = self.model.complete(prompt);
        let news = self.news.clone();
        tokio::spawn(async move {
            while let Some(Ok(Piece::Text(_))) = reply.next().await {
                news.send_replace(());
            }
        });
        let mut changed = self.news.subscribe();
        Box::pin(async move {
            let rest = turn.session.hole.strip_prefix(&typed)?;
            loop {
                if let Some(text) = Self::right(&turn, &typed, rest) {
                    return Some(text);
                }
                changed.changed().await.ok()?;
            }
        })
    }
}
