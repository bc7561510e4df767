//! `codestral-ls complete`: one completion, the editor's way through the engine, drawn into the text.

use std::io::{self, Write};
use std::path;
use std::process::ExitCode;
use std::sync::Arc;

use anstream::ColorChoice;
use clap::Args;
use serde::Serialize;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task;

use super::drawing::{Marks, draw};
use super::explain::Explained;
use super::place::{Place, Spot};
use super::source::name;
use super::{Error, FAILED, FINE, NOTHING_TO_SHOW, block_on, progress, source};
use crate::completion::engine::{Answer, Trace};
use crate::completion::{Engine, Query, Reason, Suggestion};
use crate::endpoint::{Backend, url};
use crate::index::SharedIndex;
use crate::index::workspace::{self, Rules};
use crate::settings::{Loaded, Settings};
use crate::text::document::Document;
use crate::text::language;

/// The arguments of `complete`.
#[derive(Debug, Args)]
pub(super) struct Complete {
    /// A file, a line and a column; both count from 1, the column in characters. Without it: the end of the line.
    #[arg(value_name = "FILE:LINE[:COL]")]
    place: Place,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Tell what the model was shown and asked, what it said, and how long it took.
    #[arg(long)]
    explain: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    file: String,
    line: usize,
    column: usize,
    insert_text: Option<&'a str>,
    /// Characters right of the cursor that the text replaces.
    replaces: usize,
    /// `endpoint`, `reuse` or `local`.
    source: Option<&'static str>,
    /// The code of why there is nothing.
    reason: Option<&'static str>,
    message: Option<String>,
    timings: Timings,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<&'a Explained>,
}

/// In milliseconds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Timings {
    pub waited_ms: u128,
    pub first_text_ms: Option<u128>,
    pub total_ms: u128,
}

impl From<&Trace> for Timings {
    fn from(trace: &Trace) -> Self {
        Self {
            waited_ms: trace.waited.as_millis(),
            first_text_ms: trace.first_text.map(|first| first.as_millis()),
            total_ms: trace.total.as_millis(),
        }
    }
}

impl Complete {
    /// Asks and shows; the exit code tells whether there was anything to show.
    pub(super) fn run(&self, loaded: &Loaded) -> Result<ExitCode, Error> {
        heed(loaded)?;
        let text = source::read(&self.place.file, loaded.settings.limits.max_file_bytes)?;
        let path = path::absolute(&self.place.file)?;
        let language = language::of(&path);
        let document = Document::new(&path.to_string_lossy(), language, 0, &text);
        let spot = self.place.find(&document.text)?;
        let query = Query { document, path: Some(path), cursor: spot.offset, invoked: true, follows: false };
        let (answer, explained) = block_on(self.ask(loaded, &query))?;
        self.show(&query.document, spot, &answer, explained.as_ref())?;
        self.exit_code(answer.result)
    }

    async fn ask(&self, loaded: &Loaded, query: &Query) -> (Answer, Option<Explained>) {
        let settings = Arc::new(loaded.settings.clone());
        let backend = Backend::new(&settings);
        // Trouble is in the answer as well; nobody listens for it here.
        let (notices, _) = unbounded_channel();
        let engine = Engine::new(settings.clone(), Arc::new(backend.clone()), notices);
        let library = if backend.is_local().await { Some(shelve(&settings, query).await) } else { None };
        if let Some(library) = library.clone() {
            engine.predict_with(library);
        }
        let host = url::parse(backend.url()).map_or_else(|_| backend.url().to_owned(), |url| url::host(&url));
        let answer = progress::during(format!("asking {host}"), engine.complete(query)).await;
        let coverage = library.map(|library| library.coverage());
        let explained =
            if self.explain { Some(Explained::new(loaded, &backend, coverage, query, &answer).await) } else { None };
        (answer, explained)
    }

    fn show(&self, document: &Document, spot: Spot, answer: &Answer, explained: Option<&Explained>) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        if self.json {
            let report = self.report(document, spot, answer, explained);
            writeln!(out, "{}", serde_json::to_string(&report)?)?;
            return out.flush();
        }
        if let Ok(suggestion) = &answer.result {
            let marks = if out.current_choice() == ColorChoice::Never { Marks::Brackets } else { Marks::Colour };
            draw(&mut out, &document.text, spot, suggestion, marks)?;
        }
        if let Some(explained) = explained {
            if answer.result.is_ok() {
                writeln!(out)?;
            }
            explained.print(&mut out)?;
        }
        out.flush()
    }

    fn report<'a>(
        &self,
        document: &Document,
        spot: Spot,
        answer: &'a Answer,
        explain: Option<&'a Explained>,
    ) -> Report<'a> {
        let (suggestion, reason) = (answer.result.as_ref().ok(), answer.result.as_ref().err());
        Report {
            file: self.place.file.display().to_string(),
            line: spot.line,
            column: spot.column,
            insert_text: suggestion.map(|suggestion| suggestion.text.as_str()),
            replaces: suggestion.map_or(0, |suggestion| replaced_characters(document, spot, suggestion)),
            source: suggestion.map(|suggestion| suggestion.source.name()),
            reason: reason.map(Reason::code),
            message: reason.map(|reason| self.sentence(reason)),
            timings: Timings::from(&answer.trace),
            explain,
        }
    }

    fn exit_code(&self, result: Result<Suggestion, Reason>) -> Result<ExitCode, Error> {
        let Err(reason) = result else { return Ok(ExitCode::from(FINE)) };
        let sentence = self.sentence(&reason);
        if code(&reason) == FAILED {
            return Err(Error::Refused(sentence));
        }
        writeln!(anstream::stderr(), "Nothing to show: {sentence}")?;
        Ok(ExitCode::from(NOTHING_TO_SHOW))
    }

    /// Why there is nothing, and what to do where something can be done.
    fn sentence(&self, reason: &Reason) -> String {
        match reason {
            Reason::Private(_) => format!(
                "{}: {reason}; privacy.exclude and privacy.useDefaultExcludes say which files are",
                name(&self.place.file)
            ),
            reason => reason.to_string(),
        }
    }
}

/// What the embedded engine can know of a document and the files around it.
pub(super) async fn shelve(settings: &Arc<Settings>, query: &Query) -> Arc<SharedIndex> {
    let library = Arc::new(SharedIndex::new(settings));
    library.open(&query.document, query.path.as_deref());
    let root = query.path.as_deref().and_then(workspace::root_of).filter(|_| settings.local.workspace);
    if let Some(root) = root {
        let (rules, shared) = (Rules::new(settings), library.clone());
        let what = format!("reading {}", name(&root));
        let reading = task::spawn_blocking(move || workspace::read(vec![root], rules, shared));
        // Had the reading died, the document itself would still be known.
        let _ = progress::during(what, reading).await;
    }
    library
}

/// Tells what is wrong with the settings.
///
/// # Errors
/// Something is wrong that may mean: send nothing, or not there.
pub(super) fn heed(loaded: &Loaded) -> Result<(), Error> {
    if let Some(problem) = loaded.problems.iter().find(|problem| problem.forbids_sending()) {
        return Err(Error::Refused(format!("{problem}; nothing is sent until that is mended")));
    }
    for problem in &loaded.problems {
        writeln!(anstream::stderr(), "Warning: {problem}")?;
    }
    Ok(())
}

/// Whether the model was asked and had nothing, or could not be asked.
fn code(reason: &Reason) -> u8 {
    match reason {
        Reason::Private(_)
        | Reason::TooLarge(_)
        | Reason::Binary
        | Reason::Endpoint(_)
        | Reason::Paused(_)
        | Reason::Ceiling(_) => FAILED,
        _ => NOTHING_TO_SHOW,
    }
}

fn replaced_characters(document: &Document, spot: Spot, suggestion: &Suggestion) -> usize {
    let at = |offset| document.text.try_byte_to_char(offset).unwrap_or_default();
    at(spot.offset + suggestion.replaces).saturating_sub(at(spot.offset))
}
