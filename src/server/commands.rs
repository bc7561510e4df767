//! What `workspace/executeCommand` runs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::SystemTime;

use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{ExecuteCommandParams, MessageType};

use super::chats;
use super::configuration::Current;
use super::convert::ACCEPTED;
use super::next_edits::{self, Told};
use super::session::Session;
use crate::completion::{Reason, Record, Source};
use crate::endpoint::backend::Standing;
use crate::settings::Settings;
use crate::usage::NextEditFigures;

const WHY: &str = "codestral.why";
const STATUS: &str = "codestral.status";
const TOGGLE: &str = "codestral.toggle";

/// All commands, as advertised. VS Code registers them globally, so each carries our name.
pub const ALL: [&str; 7] = [ACCEPTED, WHY, STATUS, TOGGLE, chats::COMMAND, next_edits::COMMAND, next_edits::ACCEPTED];

/// Runs one command. With the argument `{"show": false}` it only returns its result and shows nothing.
pub async fn execute(session: &Session, params: ExecuteCommandParams) -> Result<Option<Value>> {
    if params.command == chats::COMMAND {
        return chats::execute(session, params).await;
    }
    if [next_edits::COMMAND, next_edits::ACCEPTED].contains(&params.command.as_str()) {
        return next_edits::execute(session, params).await;
    }
    let argument = params.arguments.first().cloned().unwrap_or_default();
    let show = argument.get("show") != Some(&Value::Bool(false));
    match params.command.as_str() {
        ACCEPTED => {
            session.engine.accepted();
            Ok(None)
        }
        WHY => why(session, show).await,
        STATUS => status(session, show).await,
        TOGGLE => {
            let on = session.engine.toggle();
            if show {
                let state = if on { "on" } else { "off" };
                session
                    .client
                    .show_message(MessageType::INFO, format!("Codestral: automatic completion is {state}"))
                    .await;
            }
            Ok(Some(json!({ "on": on })))
        }
        unknown => Err(Error::invalid_params(format!("unknown command {unknown}; there are {}", ALL.join(", ")))),
    }
}

/// The last requests, the newest first.
async fn why(session: &Session, show: bool) -> Result<Option<Value>> {
    let records = session.engine.history();
    let next_edits = session.next_edits.report().await;
    if show {
        let mut text = String::from("Codestral: what became of the last requests, the newest first\n");
        for record in records.iter().rev() {
            let _ = writeln!(text, "{}", line(record));
        }
        if records.is_empty() {
            text.push_str("the editor has asked for nothing yet; is inline completion switched on there?\n");
        }
        text.push_str("\nNext edits, the newest first\n");
        for told in &next_edits.told {
            let _ = writeln!(text, "{}", next_edit_line(told));
        }
        if let Some(nothing) = &next_edits.nothing {
            let _ = writeln!(text, "when nothing was offered the last time: {nothing}");
        }
        session.client.show_text("why.txt", text).await;
    }
    Ok(Some(records.iter().rev().map(to_json).collect()))
}

fn next_edit_line(told: &Told) -> String {
    let name = told.uri.rsplit('/').next().unwrap_or_default();
    let places = if told.places > 1 { format!(", {} places", told.places) } else { String::new() };
    let (rule, state) = (told.rule.name(), told.state.name());
    format!("{name}:{}  {rule}{places}, confidence {:.2}: {state}", told.line + 1, told.confidence)
}

fn line(record: &Record) -> String {
    let ago = SystemTime::now().duration_since(record.at).unwrap_or_default().as_secs();
    let name = record.uri.rsplit('/').next().unwrap_or_default();
    let by = record.said_by.as_ref().map_or_else(String::new, |host| format!(", from {host}"));
    let what = match &record.outcome {
        Ok(Source::Endpoint) => format!("shown{by}"),
        Ok(Source::Reuse) => format!("shown, known already{by}"),
        Ok(Source::Local) => "shown, from the embedded engine".to_owned(),
        Err(reason) => format!("nothing: {reason}"),
    };
    let excerpts = match record.snippets {
        0 => String::new(),
        snippets => format!(", {snippets} excerpts of other files with {} bytes sent", record.snippet_bytes),
    };
    format!("{ago:>4} s ago  {name}:{}  after {} ms  {what}{excerpts}", record.line + 1, record.took.as_millis())
}

fn to_json(record: &Record) -> Value {
    let at = record.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let (shown, reason, message) = match &record.outcome {
        Ok(source) => (Some(source.name()), None, None),
        Err(reason) => (None, Some(reason.code()), Some(reason.to_string())),
    };
    json!({
        "at": at as u64,
        "uri": &*record.uri,
        "line": record.line,
        "tookMs": record.took.as_millis() as u64,
        "shown": shown,
        "from": record.said_by.as_deref(),
        "reason": reason,
        "message": message,
        "snippets": record.snippets,
        "snippetBytes": record.snippet_bytes,
    })
}

/// State, model, host, last error, requests, tokens.
async fn status(session: &Session, show: bool) -> Result<Option<Value>> {
    // Asked first: a document that the disk has told of meanwhile is in the index by then.
    let waiting = session.indexing.locations().unknown();
    let (status, coverage) = (session.engine.status(), session.indexing.index().coverage());
    let known = session.indexing.index().context_coverage();
    let Current { settings, backend } = session.configuration.current();
    let (url, alone) = (backend.url(), backend.is_local().await);
    let covers = format!(
        "the embedded engine knows {} open documents and {} files, {} KB of text in {} KB of memory",
        coverage.open,
        coverage.files,
        coverage.bytes / 1024,
        coverage.memory / 1024,
    );
    let model =
        if alone { "the embedded engine alone".to_owned() } else { format!("{} at {url}", settings.endpoint.model) };
    let trouble = status.last_error.map(Reason::Endpoint).or(status.ceiling.map(Reason::Ceiling));
    let state = match (&trouble, status.on, status.streams) {
        (Some(_), ..) => "error",
        (None, false, _) => "off",
        (None, true, 0) => "idle",
        (None, true, _) => "asking",
    };
    let problems = session.configuration.problems();
    let standings = backend.standings();
    let instead = status.answerer.as_ref().filter(|by| by.is_fallback).map(|by| by.host.clone());
    let (counts, today) = (session.usage.counts(), session.usage.spent_today());
    let next_edits = next_edit_status(session, &settings).await;
    let trouble = trouble.map(|reason| reason.to_string());
    let context = &settings.context;
    let excerpts = match (alone, settings.may_use_context(), settings.may_use_files()) {
        (true, ..) | (_, false, _) => "no excerpts of other files are sent".to_owned(),
        (_, _, from_files) => format!(
            "excerpts of other {} may be sent, of {} known in {} windows and {} KB of memory",
            if from_files { "files" } else { "open files" },
            known.files,
            known.windows,
            known.memory / 1024,
        ),
    };
    if show {
        let most = settings.limits.tokens_per_day.map_or(String::new(), |most| format!(" of {most}"));
        let spent = format!("{today}{most} today by all editors");
        let error = trouble.as_ref().map_or(String::new(), |error| format!("; last error: {error}"));
        let instead = instead.as_ref().map_or(String::new(), |host| format!(", the last answer from {host}"));
        let resting = standings.iter().filter(|_| standings.len() > 1);
        let resting: String =
            resting.filter_map(|it| Some(format!("; {} rests: {}", it.url, it.resting.as_ref()?.headline()))).collect();
        let problems: String = problems.iter().map(|problem| format!("; settings: {problem}")).collect();
        let text = format!(
            "Codestral: {state}, {model}{instead}; {} requests, {} shown ({} known already, {} by the embedded engine), {} tokens sent, {} received, {spent}; {} secrets masked in what was sent; {covers}; {excerpts}{error}{resting}{problems}",
            counts.requests,
            counts.shown,
            counts.reused,
            counts.local,
            counts.prompt_tokens,
            counts.completion_tokens,
            counts.masked,
        );
        session.client.show_message(MessageType::INFO, text).await;
    }
    Ok(Some(json!({
        "state": state,
        "on": status.on,
        "model": settings.endpoint.model,
        "url": url,
        "answeredBy": status.answerer.as_ref().map(|by| by.host.to_string()),
        "endpoints": standings.iter().map(standing_to_json).collect::<Vec<_>>(),
        "error": trouble,
        "problems": problems,
        "streams": status.streams,
        "counts": counts,
        "nextEdit": next_edits,
        "today": { "tokens": today, "most": settings.limits.tokens_per_day },
        "context": {
            "enabled": context.enabled,
            "maxBytes": context.max_bytes,
            "from": context.from,
            "files": known.files,
            "windows": known.windows,
            "memory": known.memory,
        },
        "local": {
            "alone": alone,
            "files": coverage.files,
            "open": coverage.open,
            "waiting": waiting,
            "bytes": coverage.bytes,
            "memory": coverage.memory,
        },
    })))
}

fn standing_to_json(standing: &Standing) -> Value {
    let resting = standing.resting.as_ref().map(ToString::to_string);
    json!({ "url": standing.url, "model": standing.model, "resting": resting })
}

/// Whether there are next edits, and what became of them by rule.
async fn next_edit_status(session: &Session, settings: &Settings) -> Value {
    let report = session.next_edits.report().await;
    let rules = session.usage.next_edits();
    let rules: BTreeMap<_, _> = rules.iter().map(|(rule, counted)| (rule, NextEditFigures::from(counted))).collect();
    json!({
        "enabled": settings.next_edit.enabled,
        "rules": rules,
        "resting": report.resting.iter().map(|rule| rule.name()).collect::<Vec<_>>(),
        "nothing": report.nothing.map(|nothing| nothing.to_string()),
    })
}
