//! The part of `check` that is about chat, where it differs from the completions: its own address, key and model.

use std::io::{self, Write};

use super::{Finding, Mark, Report, judge, origin, timed, today};
use crate::cli::progress_line;
use crate::endpoint::Backend;
use crate::endpoint::backend::Opened;
use crate::settings::Loaded;

const STEP: &str = "chat";

/// Says nothing where chat goes to the endpoint that has been checked already. Nothing is asked but the list of models.
pub(super) async fn check(backend: &Backend, loaded: &Loaded, report: &mut Report<impl Write>) -> io::Result<()> {
    let settings = &loaded.settings.chat;
    if settings.url.is_none() {
        for key in ["chat.apiKeyFile", "chat.apiKeyCommand"].iter().filter(|key| loaded.origins.contains_key(**key)) {
            let text = format!("{key} ({}) is for chat.url, which is not set; set that too", origin(loaded, key));
            report.say(STEP, (Mark::Warn, text))?;
        }
        if backend.is_local().await
            && let Err(error) = backend.open_chat().await
        {
            report.say(STEP, (Mark::Skipped, error.to_string()))?;
        }
        return Ok(());
    }
    let opened = match progress_line::during("looking for chat's key", backend.open_chat()).await {
        Ok(opened) => opened,
        Err(error) => return report.say(STEP, (Mark::Warn, error.to_string())),
    };
    report.say(STEP, place(backend, &opened, &origin(loaded, "chat.url")))?;
    let (listed, _) =
        timed(format!("asking {} for its models", opened.endpoint.host()), opened.endpoint.models()).await;
    let finding = match listed {
        Ok(listed) => judge(&listed, "chat.model", &settings.model, false, &today()),
        Err(error) => (Mark::Warn, format!("no models are listed: {}", error.in_chat(true))),
    };
    report.say(STEP, finding)
}

/// Whom it asks, with which key, which is told by its source alone.
fn place(backend: &Backend, opened: &Opened, origin: &str) -> Finding {
    let (url, host) = (backend.chat_url(), opened.endpoint.host());
    match &opened.key {
        Some(key) => match &key.warning {
            Some(warning) => (Mark::Warn, format!("{url} ({origin}), with the key from {}; {warning}", key.source)),
            None => (Mark::Ok, format!("{url} ({origin}); the key from {} goes to {host}", key.source)),
        },
        None => (Mark::Ok, format!("{url} ({origin}), without a key; {host} may not need one")),
    }
}
