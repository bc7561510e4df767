//! `codestral-ls check`: the set-up step by step, from the settings to a first completion, and what to mend.

mod ceiling_step;
mod chat_step;
mod local_step;
mod server_step;

use std::env;
use std::fmt::Display;
use std::future::Future;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use anstyle::{AnsiColor, Style};
use clap::Args;
use reqwest::{Url, Version};
use tokio::time::Instant;

use super::terminal::visible;
use super::{Error, FAILED, FINE, block_on, keep_usage, progress_line};
use crate::calendar::Day;
use crate::endpoint::backend::Opened;
use crate::endpoint::fim_template::Template;
use crate::endpoint::key;
use crate::endpoint::models::Model;
use crate::endpoint::{Backend, Dialect, url};
use crate::model::{self, Delta, Endpoint, Prompt, read};
use crate::settings::{self, Loaded, Problem, Sources};
use crate::usage::{Metered, Recorder};

/// Enough for `a + b`, and a few cents for a thousand checks.
const FEW_TOKENS: u32 = 8;

/// The most models that are named: a proxy may have hundreds.
const NAMED: usize = 10;

/// The arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {}

/// What became of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Ok,
    Warn,
    Fail,
    Skipped,
}

/// One line: what became of it, and what to do.
type Finding = (Mark, String);

impl Check {
    /// Prints a line a step; the exit code tells whether all of them can work.
    pub(super) fn run(&self, sources: &Sources) -> Result<ExitCode, Error> {
        let mut report = Report { out: anstream::stdout().lock(), failed: 0, warned: 0 };
        block_on(check(sources, &mut report))??;
        report.summary()?;
        Ok(ExitCode::from(if report.failed == 0 { FINE } else { FAILED }))
    }
}

async fn check(sources: &Sources, report: &mut Report<impl Write>) -> io::Result<()> {
    let loaded = sources.load();
    let backend = Backend::new(&loaded.settings);
    settings_files(sources, &loaded, report)?;
    if loaded.problems.iter().any(Problem::forbids_sending) {
        return report.skip(&["model", "url", "key", "connection", "models", "completion"]);
    }
    if backend.is_local().await {
        local_step::alone(&loaded.settings, report).await?;
    } else {
        for sentence in backend.not_carried(&loaded.settings) {
            report.say("settings", (Mark::Warn, sentence))?;
        }
        let usage = Recorder::default();
        endpoint(&loaded, &backend, "endpoint", &usage, report).await?;
        for (section, fallback) in backend.each_fallback() {
            report.say("fallback", (Mark::Ok, format!("{section}, asked while those before it cannot answer")))?;
            endpoint(&loaded, &fallback, &section, &usage, report).await?;
        }
        // What was used before; this check's own few tokens come to it.
        let ceiling = ceiling_step::check(&loaded.settings, report);
        keep_usage(&usage);
        ceiling?;
        local_step::beside(&loaded.settings, report).await?;
    }
    chat_step::check(&backend, &loaded, report).await
}

/// What is asked: from the model's name to a first completion. `section` names it in the settings.
async fn endpoint(
    loaded: &Loaded,
    backend: &Backend,
    section: &str,
    usage: &Recorder,
    report: &mut Report<impl Write>,
) -> io::Result<()> {
    let settings = backend.settings();
    // A list is set as a whole.
    let origin_of = |key: &str| match section.split_once('[') {
        Some((list, _)) => origin(loaded, list),
        None => origin(loaded, &format!("{section}.{key}")),
    };
    report.say("model", (Mark::Ok, format!("{} ({})", settings.model, origin_of("model"))))?;
    let url = match backend.parsed_url() {
        Ok(url) => url,
        Err(error) => {
            report.say("url", (Mark::Fail, format!("{} ({})", error.about(section), origin_of("url"))))?;
            return report.skip(&["key", "connection", "models", "completion"]);
        }
    };
    report.say("url", (Mark::Ok, format!("{} ({})", backend.url(), origin_of("url"))))?;
    let opened = match progress_line::during("looking for the key", backend.open()).await {
        Ok(opened) => opened,
        Err(error) => {
            report.say("key", (Mark::Fail, error.to_string()))?;
            return report.skip(&["connection", "models", "completion"]);
        }
    };
    report.say("key", key_finding(&opened, &url, backend))?;
    if opened.endpoint.lacks_key() {
        return report.skip(&["connection", "models", "completion"]);
    }
    let (reached, took) = timed(format!("connecting to {}", opened.endpoint.host()), opened.endpoint.reach()).await;
    let is_reached = reached.is_ok();
    report.say("connection", connection(reached, &url, took))?;
    if !is_reached {
        return report.skip(&["models", "completion"]);
    }
    let chats = section == "endpoint";
    models(&opened, &format!("{section}.model"), &settings.model, &loaded.settings.chat, chats, report).await?;
    server_step::slots(&opened.endpoint, &loaded.settings, report).await?;
    let finding = completion(&opened, &settings.model, usage).await;
    let works = finding.0 != Mark::Fail;
    report.say("completion", finding)?;
    if works { server_step::inside(&opened.endpoint, settings, section, usage, report).await } else { Ok(()) }
}

fn settings_files(sources: &Sources, loaded: &Loaded, report: &mut Report<impl Write>) -> io::Result<()> {
    if loaded.problems.is_empty() {
        let files =
            sources.file().map_or_else(|| "no file; defaults hold".to_owned(), |file| file.display().to_string());
        return report.say("settings", (Mark::Ok, files));
    }
    for problem in &loaded.problems {
        let mark = if problem.forbids_sending() { Mark::Fail } else { Mark::Warn };
        report.say("settings", (mark, format!("{problem}; mend it")))?;
    }
    Ok(())
}

fn origin(loaded: &Loaded, key: &str) -> String {
    loaded.origins.get(key).cloned().unwrap_or_default().to_string()
}

/// The key by its source alone; not a character of it is shown.
fn key_finding(opened: &Opened, url: &Url, backend: &Backend) -> Finding {
    let fits = match url.host_str() {
        Some("codestral.mistral.ai") => "must be one made for codestral.mistral.ai".to_owned(),
        _ if url::is_mistral(url) => {
            "must be one of Mistral's console, not one made for codestral.mistral.ai".to_owned()
        }
        _ => format!("must be one that {} gave out", opened.endpoint.host()),
    };
    match &opened.key {
        Some(key) => match &key.warning {
            Some(warning) => {
                (Mark::Warn, format!("from {}; it goes to {} only; {warning}", key.source, opened.endpoint.host()))
            }
            None => (Mark::Ok, format!("from {}; it goes to {} only and {fits}", key.source, opened.endpoint.host())),
        },
        None if opened.endpoint.lacks_key() => (Mark::Fail, backend.no_key().to_string()),
        None if env::var_os(key::MISTRAL).is_some_and(|key| !key.is_empty()) => (
            Mark::Ok,
            format!(
                "none set for {}, which may not need one; {} goes to Mistral's hosts only",
                opened.endpoint.host(),
                key::MISTRAL
            ),
        ),
        None => (Mark::Ok, format!("none set; {} may not need one", opened.endpoint.host())),
    }
}

fn connection(reached: Result<Version, model::Error>, url: &Url, took: u128) -> Finding {
    match reached {
        Ok(version) => {
            let tls = match url.scheme() {
                "https" => "secure",
                _ if url::is_loopback(url) => "plain, on this machine",
                _ => "plain (endpoint.allowHttp)",
            };
            (Mark::Ok, format!("{}: {version:?}, {tls}, in {took} ms", url::host(url)))
        }
        Err(error) => (Mark::Fail, error.to_string()),
    }
}

/// Whether the models in use are listed. Not every endpoint has a list, so the completion has the last word.
async fn models(
    opened: &Opened,
    key: &str,
    name: &str,
    chat: &settings::Chat,
    chats: bool,
    report: &mut Report<impl Write>,
) -> io::Result<()> {
    let (listed, took) = timed("asking for the models", opened.endpoint.models()).await;
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => return report.say("models", (Mark::Warn, format!("not listed: {error}"))),
    };
    report.say("models", (Mark::Ok, format!("{} listed in {took} ms", listed.len())))?;
    // llama.cpp has one model, by the name of its file, and takes any name for it.
    if opened.endpoint.dialect() != Dialect::LlamaCpp || listed.len() > 1 {
        report.say("models", judge(&listed, key, name, true, &today()))?;
        if chats && chat.url.is_none() && chat.model != name {
            report.say("models", judge(&listed, "chat.model", &chat.model, false, &today()))?;
        }
    }
    Ok(())
}

/// What the list says of the model that the setting `key` names.
fn judge(listed: &[Model], key: &str, name: &str, completes: bool, today: &str) -> Finding {
    let choices = || {
        let fit = listed.iter().filter(|model| !completes || model.fim != Some(false));
        let names: Vec<&str> = fit.map(|model| model.id.as_str()).take(NAMED).collect();
        if names.is_empty() { "nothing fit is listed".to_owned() } else { format!("listed are {}", names.join(", ")) }
    };
    let Some(model) = listed.iter().find(|model| model.is_called(name)) else {
        return (Mark::Warn, format!("{name} is not listed; set {key} to one that is: {}", choices()));
    };
    if completes && model.fim == Some(false) && Template::of_model(name).is_none() {
        return (Mark::Warn, format!("{name} does not complete inside code; set {key} to another: {}", choices()));
    }
    if let Some(date) = &model.deprecation {
        let instead = model.replacement.as_deref().map_or_else(choices, |model| format!("its successor is {model}"));
        return (Mark::Warn, format!("{name} {}; change {key}: {instead}", goes_away(date, today)));
    }
    let does = if completes && model.fim == Some(true) { " and completes inside code" } else { "" };
    (Mark::Ok, format!("{name} ({key}) is listed{does}"))
}

/// Dates are told as ISO 8601 has them, so that their order is that of their letters.
fn goes_away(date: &str, today: &str) -> String {
    match date.get(..today.len()) {
        Some(day) if day < today => format!("went away on {date}"),
        _ => format!("goes away on {date}"),
    }
}

fn today() -> String {
    Day::at(SystemTime::now()).to_string()
}

/// One tiny completion, past the engine: what counts is whether the endpoint answers, not what is worth showing.
async fn completion(opened: &Opened, model: &str, usage: &Recorder) -> Finding {
    let prompt = Prompt {
        prefix: "def add(a, b):\n    return ".into(),
        suffix: "\n".into(),
        model: model.to_owned(),
        max_tokens: FEW_TOKENS,
        temperature: Some(0.0),
        ..Prompt::default()
    };
    let begun = Instant::now();
    let mut first = None;
    let language = Arc::from("python");
    let ask = |prompt, sent: &_| opened.endpoint.complete_telling(prompt, sent);
    let read = async {
        let reply = Metered::completion(usage, &language, &prompt, ask);
        let outcome = read(reply, |delta| {
            if let Delta::Text(_) = delta {
                first.get_or_insert_with(|| begun.elapsed().as_millis());
            }
            ControlFlow::Continue(())
        });
        outcome.await.map(|_| ())
    };
    let (outcome, took) = timed(format!("asking {}", opened.endpoint.host()), read).await;
    match (outcome, first) {
        (Err(error), _) => (Mark::Fail, error.to_string()),
        (Ok(()), None) => {
            (Mark::Warn, format!("an empty answer in {took} ms; try again, or set completion.minTokens to 1"))
        }
        (Ok(()), Some(first)) => match opened.endpoint.deprecation() {
            Some(date) => {
                (Mark::Warn, format!("it works, but the model {}; change its name", goes_away(&date, &today())))
            }
            None => (Mark::Ok, format!("first text after {first} ms, all after {took} ms")),
        },
    }
}

/// What `work` came to, and how many milliseconds that took.
async fn timed<T>(what: impl Display, work: impl Future<Output = T>) -> (T, u128) {
    let begun = Instant::now();
    let outcome = progress_line::during(what, work).await;
    (outcome, begun.elapsed().as_millis())
}

impl Mark {
    fn shown(self) -> (&'static str, Style) {
        match self {
            Self::Ok => ("ok", AnsiColor::Green.on_default()),
            Self::Warn => ("warn", AnsiColor::Yellow.on_default().bold()),
            Self::Fail => ("fail", AnsiColor::Red.on_default().bold()),
            Self::Skipped => ("skip", Style::new().dimmed()),
        }
    }
}

/// Lines as they come, and how many were bad.
struct Report<W> {
    out: W,
    failed: usize,
    warned: usize,
}

impl<W: Write> Report<W> {
    fn say(&mut self, step: &str, (mark, text): Finding) -> io::Result<()> {
        self.failed += usize::from(mark == Mark::Fail);
        self.warned += usize::from(mark == Mark::Warn);
        let (word, style) = mark.shown();
        writeln!(self.out, "{style}{word:<4}{style:#} {step:<10} {}", visible(&text))?;
        self.out.flush()
    }

    fn skip(&mut self, steps: &[&str]) -> io::Result<()> {
        steps.iter().try_for_each(|step| {
            self.say(step, (Mark::Skipped, "not tried until the failure above is mended".to_owned()))
        })
    }

    fn summary(&mut self) -> io::Result<()> {
        match (self.failed, self.warned) {
            (0, 0) => writeln!(self.out, "All is well."),
            (0, warned) => writeln!(self.out, "It works; {warned} to look at."),
            (failed, _) => writeln!(self.out, "It does not work yet: {failed} to mend."),
        }?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(id: &str, fim: Option<bool>) -> Model {
        Model { id: id.to_owned(), fim, ..Model::default() }
    }

    #[track_caller]
    fn check(listed: &[Model], completes: bool, mark: Mark, parts: &[&str]) {
        let (found, text) = judge(listed, "endpoint.model", "m", completes, "2026-11-29");
        assert_eq!(found, mark, "{text}");
        for part in parts {
            assert!(text.contains(part), "{text:?} lacks {part:?}");
        }
    }

    #[test]
    fn a_model_is_judged_by_the_list() {
        check(&[model("m", Some(true))], true, Mark::Ok, &["m (endpoint.model)", "completes inside code"]);
        check(&[model("m", None)], true, Mark::Ok, &["listed"]);
        check(&[model("m", Some(false))], false, Mark::Ok, &["listed"]);
        let others = [model("m", Some(false)), model("n", Some(true)), model("o", Some(false))];
        check(&others, true, Mark::Warn, &["does not complete", "set endpoint.model", "listed are n"]);
        check(&others[1..], true, Mark::Warn, &["not listed", "set endpoint.model", "listed are n"]);
        check(&others[2..], true, Mark::Warn, &["nothing fit is listed"]);
    }

    #[test]
    fn an_old_model_names_its_end_and_its_successor() {
        let ending = Model { deprecation: Some("2026-12-31".into()), ..model("m", Some(true)) };
        let replaced = Model { replacement: Some("n".into()), ..ending.clone() };
        let gone = Model { deprecation: Some("2025-06-16T00:00:00Z".into()), ..ending.clone() };
        check(&[gone], true, Mark::Warn, &["went away on 2025-06-16", "change endpoint.model"]);
        check(&[ending], true, Mark::Warn, &["goes away on 2026-12-31", "listed are m"]);
        check(&[replaced], true, Mark::Warn, &["2026-12-31", "its successor is n"]);
    }

    #[test]
    fn the_summary_counts_what_is_to_mend() {
        let mut report = Report { out: anstream::StripStream::new(Vec::new()), failed: 0, warned: 0 };
        report.say("a", (Mark::Fail, "x\ny".to_owned())).unwrap();
        report.skip(&["b"]).unwrap();
        report.summary().unwrap();
        let text = String::from_utf8(report.out.into_inner()).unwrap();
        let expected = "fail a          x␊y\nskip b          not tried until the failure above is mended\n";
        assert_eq!(text, format!("{expected}It does not work yet: 1 to mend.\n"));
    }
}
