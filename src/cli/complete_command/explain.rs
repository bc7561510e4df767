//! How a completion came about, for `complete --explain`.

use std::io::{self, Write};

use anstyle::Style;
use serde::Serialize;
use serde_json::json;

use super::Timings;
use super::recorded::Heard;
use crate::cli::terminal::visible;
use crate::completion::context::{Snippet, Why};
use crate::completion::engine::Answer;
use crate::completion::filter::{self, Filter};
use crate::completion::{MaskedSecret, Query, Window};
use crate::endpoint::Backend;
use crate::local::Coverage;
use crate::model::Prompt;
use crate::settings::Loaded;

const LABEL: Style = Style::new().bold();

/// How an answer came about.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Explained {
    language: String,
    url: String,
    /// Where the address is set.
    url_origin: String,
    /// The dialect's name; nothing where the endpoint was not used.
    dialect: Option<&'static str>,
    /// The host that answered, where that is another one's than the address above.
    answered_by: Option<String>,
    /// What the embedded engine had read, where it completes alone.
    local: Option<String>,
    /// Where the key is from.
    key: Option<String>,
    window: Cut,
    /// What the endpoint was asked, if it was.
    prompt: Option<Asked>,
    /// The excerpts of other files that were sent, in their order.
    excerpts: Vec<Excerpt>,
    /// The secrets that were masked in the window, by their rules and lines.
    masked: Vec<Secret>,
    /// All the model said, before any filter.
    said: String,
    /// What filters took of it, in their order.
    filters: Vec<Filtered>,
    outcome: String,
    #[serde(skip)]
    timings: Timings,
}

/// What was cut out of the file, in bytes and lines from 1.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cut {
    prefix_bytes: usize,
    suffix_bytes: usize,
    first_line: usize,
    last_line: usize,
    from_start: bool,
    to_end: bool,
}

/// An excerpt of another file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Excerpt {
    /// Below the workspace's folder.
    path: String,
    /// Counted from 1.
    first_line: usize,
    last_line: usize,
    /// Of its text, before it was masked.
    bytes: usize,
    /// Why it was chosen.
    why: String,
    /// Whether secrets were masked in it.
    masked: bool,
}

/// A masked secret.
#[derive(Debug, Serialize)]
struct Secret {
    rule: &'static str,
    /// Counted from 1.
    line: usize,
}

/// The prompt, each field by the name of its setting.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    prefix: String,
    suffix: String,
    /// Each other file's path and text.
    others: Vec<(String, String)>,
    /// What the file itself is called beside them.
    path: String,
    model: String,
    max_tokens: u32,
    min_tokens: Option<u32>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    random_seed: Option<u64>,
    stop: Vec<String>,
}

impl Explained {
    /// Puts together what is known; asks nobody and looks for no key that was not needed.
    pub(super) async fn new(
        loaded: &Loaded,
        backend: &Backend,
        local: Option<Coverage>,
        query: &Query,
        answer: &Answer,
        heard: &Heard,
    ) -> Self {
        let trace = &answer.trace;
        let opened = if trace.prompt.is_some() { backend.open().await.ok() } else { None };
        let outcome = match &answer.result {
            Ok(suggestion) => format!("shown, from {}", suggestion.source.name()),
            Err(reason) => format!("nothing shown ({}): {reason}", reason.code()),
        };
        Self {
            language: query.document.language.to_string(),
            url: backend.url().to_owned(),
            url_origin: loaded.origins.get("endpoint.url").cloned().unwrap_or_default().to_string(),
            answered_by: trace.said_by.as_deref().filter(|host| *host != backend.host()).map(str::to_owned),
            dialect: opened.as_ref().map(|opened| opened.endpoint.dialect().name()),
            local: local.map(|coverage| format!("{} files, {} KB", coverage.files, coverage.bytes / 1024)),
            key: opened.and_then(|opened| opened.key).map(|key| key.source),
            window: Cut::new(&trace.window, query),
            prompt: trace.prompt.as_ref().map(Asked::new),
            excerpts: trace.excerpts.iter().flat_map(|excerpts| excerpts.list().map(Excerpt::new)).collect(),
            masked: trace.masked.iter().map(|&MaskedSecret { rule, line }| Secret { rule, line }).collect(),
            said: if heard.raw.is_empty() { trace.reply.clone() } else { heard.raw.clone() },
            filters: Filtered::all(&trace.window, &query.document.language, heard),
            outcome,
            timings: Timings::from(trace),
        }
    }

    /// One line a fact; the text of the prompt stands in `--json` only, since it is the file's own.
    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let Cut { prefix_bytes, suffix_bytes, first_line, last_line, from_start, to_end } = self.window;
        let start = if from_start { " (the start)" } else { "" };
        let end = if to_end { " (the end)" } else { "" };
        let Timings { waited_ms, first_text_ms, total_ms } = self.timings;
        let first = first_text_ms.map_or_else(|| "no text".to_owned(), |ms| format!("first text {ms} ms after it"));
        let asked = self.prompt.as_ref().map_or_else(|| "none: the endpoint was not asked".to_owned(), Asked::settings);
        let endpoint = match &self.local {
            Some(covers) => format!("none: the embedded engine, which read {covers}"),
            None => {
                let instead = self.answered_by.as_ref().map_or_else(String::new, |host| format!("; {host} answered"));
                format!("{}, {} ({}){instead}", self.url, self.dialect.unwrap_or("not used"), self.url_origin)
            }
        };
        let place = [
            ("language", self.language.clone()),
            ("endpoint", endpoint),
            ("key", self.key.clone().unwrap_or_else(|| "none".to_owned())),
            (
                "window",
                format!(
                    "{prefix_bytes} bytes from line {first_line}{start}, {suffix_bytes} bytes to line {last_line}{end}"
                ),
            ),
        ];
        let asked = [
            ("prompt", asked),
            ("masked", self.masked()),
            ("timings", format!("asked after {waited_ms} ms, {first}, answered after {total_ms} ms")),
            ("said", json!(self.said).to_string()),
        ];
        let excerpts = self.excerpts.iter().map(|excerpt| ("excerpt", excerpt.sentence()));
        let filters = self.filters.iter().map(|filtered| ("filter", filtered.sentence()));
        let outcome = [("outcome", self.outcome.clone())];
        for (label, text) in place.into_iter().chain(excerpts).chain(asked).chain(filters).chain(outcome) {
            writeln!(out, "{LABEL}{label:<9}{LABEL:#} {}", visible(&text))?;
        }
        Ok(())
    }
}

impl Excerpt {
    fn new((path, snippet, masked): (&str, &Snippet, bool)) -> Self {
        let why = match &snippet.why {
            Why::Edited => "edited just now".to_owned(),
            Why::Names(names) => format!("for {}", names.join(", ")),
            Why::Alike => "like the text at the cursor".to_owned(),
        };
        let (first_line, last_line) = (snippet.lines.start + 1, snippet.lines.end);
        Self { path: path.to_owned(), first_line, last_line, bytes: snippet.text.len(), why, masked }
    }

    fn sentence(&self) -> String {
        let Self { path, first_line, last_line, bytes, why, masked } = self;
        let secrets = if *masked { ", with secrets masked" } else { "" };
        format!("{path}:{first_line}-{last_line}, {bytes} bytes, {why}{secrets}")
    }
}

impl Explained {
    /// The masked secrets in one line.
    fn masked(&self) -> String {
        let secrets = self.masked.iter().map(|Secret { rule, line }| format!("{rule} in line {line}"));
        let secrets: Vec<_> = secrets.collect();
        if secrets.is_empty() { "no secret".to_owned() } else { secrets.join(", ") }
    }
}

/// What one filter did to the reply.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Filtered {
    name: &'static str,
    /// What the reply did: "it ...".
    because: &'static str,
    /// The text that went; empty where something was only put right. `None`: nothing was left.
    took: Option<String>,
}

impl Filtered {
    /// All that filters do to the whole of what was heard.
    fn all(window: &Window, language: &str, heard: &Heard) -> Vec<Self> {
        let new = |filter: Filter, took| Self { name: filter.name(), because: filter.does(), took };
        match filter::shown(window, language, &heard.raw, heard.is_cut_off) {
            Ok(shown) => shown.took.into_iter().map(|took| new(took.filter, Some(took.text))).collect(),
            Err(_) if heard.raw.is_empty() => vec![],
            Err(filter) => vec![new(filter, None)],
        }
    }

    fn sentence(&self) -> String {
        let Self { name, because, took } = self;
        let did = match took.as_deref() {
            None => "took all".to_owned(),
            Some("") => "put right".to_owned(),
            Some(text) => format!("took {}", json!(text)),
        };
        format!("{name} {did}: the reply {because}")
    }
}

impl Cut {
    fn new(window: &Window, query: &Query) -> Self {
        let text = &query.document.text;
        let cursor_line = text.byte_to_line(query.cursor.min(text.len_bytes())) + 1;
        let breaks = |part: &str| part.bytes().filter(|byte| *byte == b'\n').count();
        Self {
            prefix_bytes: window.prefix.len(),
            suffix_bytes: window.suffix.len(),
            first_line: cursor_line.saturating_sub(breaks(&window.prefix)),
            last_line: cursor_line + breaks(window.suffix.strip_suffix('\n').unwrap_or(&window.suffix)),
            from_start: window.from_start,
            to_end: window.to_end,
        }
    }
}

impl Asked {
    fn new(prompt: &Prompt) -> Self {
        let Prompt {
            prefix,
            suffix,
            others,
            path,
            cache_key: _,
            secrets: _,
            model,
            max_tokens,
            min_tokens,
            temperature,
            top_p,
            random_seed,
            stop,
        } = prompt.clone();
        let (prefix, suffix, path) = (prefix.to_string(), suffix.to_string(), path.to_string());
        let others = others.into_iter().map(|other| (other.path.to_string(), other.text.to_string())).collect();
        Self { prefix, suffix, others, path, model, max_tokens, min_tokens, temperature, top_p, random_seed, stop }
    }

    /// The settings that were sent, in one line.
    fn settings(&self) -> String {
        let sent = [
            Some(format!("model {}", self.model)),
            Some(format!("maxTokens {}", self.max_tokens)),
            self.min_tokens.map(|value| format!("minTokens {value}")),
            self.temperature.map(|value| format!("temperature {value}")),
            self.top_p.map(|value| format!("topP {value}")),
            self.random_seed.map(|value| format!("randomSeed {value}")),
            (!self.stop.is_empty()).then(|| format!("stop {}", json!(self.stop))),
        ];
        sent.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
