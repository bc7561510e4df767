//! The part of `check` about the embedded engine: whether it completes alone, what it stands in for, what it knows here.

use std::env;
use std::io::{self, Write};
use std::sync::Arc;

use tokio::task;

use super::{Mark, Report, timed};
use crate::cli::terminal::visible;
use crate::index::workspace::{self, Rules};
use crate::index::{self, SharedIndex};
use crate::local::Coverage;
use crate::settings::{Dialect, First, Local, Settings};

/// There is no endpoint: the embedded engine is all there is.
pub(super) async fn alone(settings: &Settings, report: &mut Report<impl Write>) -> io::Result<()> {
    let why = match settings.endpoint.dialect {
        Dialect::Local => "endpoint.dialect is local",
        _ => "no key and no endpoint.url are set; for Codestral's own set CODESTRAL_API_KEY or MISTRAL_API_KEY",
    };
    let text = format!("suggestions come from the embedded engine and nothing is sent, since {why}");
    report.say("local", (Mark::Ok, text))?;
    report_index(settings, report).await
}

/// There is an endpoint: when the embedded engine completes beside it.
pub(super) async fn beside(settings: &Settings, report: &mut Report<impl Write>) -> io::Result<()> {
    report.say("local", (Mark::Ok, part(&settings.local)))?;
    let used = settings.may_use_local();
    if used { report_index(settings, report).await } else { Ok(()) }
}

fn part(local: &Local) -> String {
    const FALLBACK: &str = "steps in while the endpoint fails, rests or may not be asked yet (local.fallback)";
    const FIRST: &str = "goes first where it is very sure (local.first)";
    const AUTO: &str = "goes first where it is very sure and the endpoint slow (local.first)";
    match (local.fallback, local.first) {
        (true, First::Set(true)) => format!("the embedded engine {FIRST}, and {FALLBACK}"),
        (true, First::Auto) => format!("the embedded engine {FALLBACK}, and {AUTO}"),
        (true, First::Set(false)) => format!("the embedded engine {FALLBACK}"),
        (false, First::Set(true)) => format!("the embedded engine {FIRST}"),
        (false, First::Set(false) | First::Auto) => {
            "the embedded engine is not used; local.fallback lets it stand in for the endpoint".to_owned()
        }
    }
}

/// What it can know here, in the folder of the project we stand in.
async fn report_index(settings: &Settings, report: &mut Report<impl Write>) -> io::Result<()> {
    let root = index::root_of(&env::current_dir()?.join("file"));
    let Some(root) = root.filter(|_| settings.local.workspace) else { return Ok(()) };
    let index = Arc::new(SharedIndex::new(settings));
    let (rules, shared, folder) = (Rules::new(settings), index.clone(), visible(&root.display().to_string()));
    let reading = task::spawn_blocking(move || workspace::read(vec![root], rules, shared));
    let (_, took) = timed(format!("reading {folder}"), reading).await;
    let Coverage { files, bytes, memory, .. } = index.coverage();
    let text = format!("{folder}: {files} files, {} KB, read in {took} ms into {} KB", bytes / 1024, memory / 1024);
    report.say("index", (Mark::Ok, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fallback: bool, first: First, parts: &[&str], absent: &[&str]) {
        let text = part(&Local { fallback, first, ..Local::default() });
        assert!(parts.iter().all(|part| text.contains(part)), "{text:?} lacks one of {parts:?}");
        assert!(!absent.iter().any(|part| text.contains(part)), "{text:?} holds one of {absent:?}");
    }

    #[test]
    fn it_says_when_it_completes_beside_an_endpoint() {
        check(true, First::Set(false), &["steps in", "local.fallback"], &["local.first"]);
        check(false, First::Set(true), &["goes first", "local.first"], &["steps in"]);
        check(true, First::Set(true), &["goes first", "steps in"], &["not used", "slow"]);
        check(true, First::Auto, &["goes first", "the endpoint slow", "steps in"], &["not used"]);
        check(false, First::Set(false), &["not used", "local.fallback"], &["steps in"]);
        check(false, First::Auto, &["not used", "local.fallback"], &["steps in"]);
    }
}
