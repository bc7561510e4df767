//! `codestral-ls complete`: one completion, the editor's way through the engine, drawn into the text.

mod drawing;
mod explain;
mod recorded;

use std::io::{self, Write};
use std::path;
use std::process::ExitCode;
use std::sync::Arc;

use anstream::ColorChoice;
use clap::Args;
use serde::Serialize;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task;

use super::target::file::{self, name};
use super::target::{Cursor, Spot, part};
use super::{Error, FAILED, FINE, NOTHING_TO_SHOW, block_on, keep_usage, progress_line, report_problems};
use crate::completion::engine::{Answer, Trace};
use crate::completion::{Engine, Follows, Located, Query, Reason, Suggestion};
use crate::endpoint::Backend;
use crate::index::workspace::{self, Rules};
use crate::index::{self, SharedIndex};
use crate::settings::{Loaded, Settings};
use crate::text::document::Document;
use crate::text::language;
use crate::usage::Recorder;
use drawing::{Marks, draw};
use explain::Explained;
use recorded::Recorded;

/// The arguments of `complete`.
#[derive(Debug, Args)]
pub(super) struct Complete {
    /// A file, a line and a column; both count from 1, the column in characters. Without it: the end of the line.
    #[arg(value_name = "FILE:LINE[:COL]")]
    cursor: Cursor,
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
struct Timings {
    waited_ms: u128,
    first_text_ms: Option<u128>,
    total_ms: u128,
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
        report_problems(loaded)?;
        let text = file::read(&self.cursor.file, loaded.settings.limits.max_file_bytes)?;
        let path = path::absolute(&self.cursor.file)?;
        let location = part::locate(&path);
        let language = language::of(&path);
        let document = Document::new(&path.to_string_lossy(), language, 0, &text);
        let spot = self.cursor.find(&document.text)?;
        let query = Query {
            document,
            location: Located::at(location),
            cursor: spot.offset,
            invoked: true,
            follows: Follows::Nothing,
            keeps_rest: false,
        };
        let (answer, explained) = block_on(self.ask(loaded, &query))?;
        self.show(&query.document, spot, &answer, explained.as_ref())?;
        self.exit_code(answer.result)
    }

    async fn ask(&self, loaded: &Loaded, query: &Query) -> (Answer, Option<Explained>) {
        let settings = Arc::new(loaded.settings.clone());
        let backend = Backend::new(&settings);
        // Trouble is in the answer as well; nobody listens for it here.
        let (notices, _) = unbounded_channel();
        let (endpoint, usage) = (Arc::new(Recorded::new(backend.clone())), Recorder::default());
        let engine = Engine::new(settings.clone(), endpoint.clone(), usage.clone(), notices);
        let is_alone = backend.is_local().await;
        let is_quoted = settings.context_for(&query.document.language).bytes() > 0;
        let index = if is_alone || is_quoted { Some(index_around(&settings, query).await) } else { None };
        match index.clone() {
            Some(index) if is_alone => engine.set_predictor(index),
            Some(index) => engine.set_context(index),
            None => {}
        }
        let answer = progress_line::during(format!("asking {}", backend.host()), engine.complete(query)).await;
        // What is still being read is given up, and counts.
        engine.finish();
        keep_usage(&usage);
        let coverage = index.filter(|_| is_alone).map(|index| index.coverage());
        let explained = match self.explain {
            true => Some(Explained::new(loaded, &backend, coverage, query, &answer, &endpoint.heard()).await),
            false => None,
        };
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
            file: self.cursor.file.display().to_string(),
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
            Reason::Private(_) => format!("{}: {}", name(&self.cursor.file), part::private(reason)),
            reason => reason.to_string(),
        }
    }
}

/// What can be known of a document and the files around it.
async fn index_around(settings: &Arc<Settings>, query: &Query) -> Arc<SharedIndex> {
    let index = Arc::new(SharedIndex::new(settings));
    let location = query.location.now();
    index.open(&query.document, &location);
    let root = location.file.as_deref().and_then(index::root_of).filter(|_| settings.local.workspace);
    if let Some(root) = root {
        let (rules, shared) = (Rules::new(settings), index.clone());
        let what = format!("reading {}", name(&root));
        let reading = task::spawn_blocking(move || workspace::read(vec![root], rules, shared));
        // Had the reading died, the document itself would still be known.
        let _ = progress_line::during(what, reading).await;
    }
    index
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
