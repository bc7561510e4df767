//! The part of `check` about a server that may be one's own: its slots and its context, whether it reads what stands
//! behind the cursor, and how fast it writes.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::{Finding, Mark, Report, timed};
use crate::endpoint::{Dialect, HttpEndpoint};
use crate::masking::MaskedText;
use crate::model::{Delta, Endpoint, Prompt, read};
use crate::settings::{self, Settings};
use crate::usage::{BYTES_PER_TOKEN, Metered, Recorder};

/// Enough to write the two names.
const TWO_NAMES: u32 = 12;

/// Enough to measure by, and nothing that a server of one's own asks money for.
const MEASURED: u32 = 48;

/// Below so many tokens a second a line of ten comes too late to be worth waiting for.
const SLOW: f64 = 20.0;

/// What llama.cpp says of itself; nothing of others.
pub(super) async fn slots(
    endpoint: &HttpEndpoint,
    settings: &Settings,
    report: &mut Report<impl Write>,
) -> io::Result<()> {
    let props = match endpoint.props().await {
        None => return Ok(()),
        Some(Err(error)) => return report.say("slots", (Mark::Warn, format!("not told: {error}"))),
        Some(Ok(props)) => props,
    };
    let busy = endpoint.slots().await.map_or(String::new(), |(busy, _)| format!(", {busy} at work now"));
    let slots = props.slots.unwrap_or(1);
    let text = format!("{slots} at a time{busy} (endpoint.parallel)");
    report.say("slots", (Mark::Ok, text))?;
    let Some(context) = props.context else { return Ok(()) };
    report.say("context", context_finding(context, settings))
}

/// Whether prompt and reply fit.
fn context_finding(context: u64, settings: &Settings) -> Finding {
    let completion = &settings.completion;
    let bytes = completion.prefix_bytes + completion.suffix_bytes;
    let wanted = (bytes / BYTES_PER_TOKEN) as u64 + u64::from(completion.max_tokens);
    if context >= wanted {
        return (Mark::Ok, format!("{context} tokens a request; {wanted} are the most that a completion takes"));
    }
    let text = format!(
        "{context} tokens a request, and a completion takes up to {wanted}; start the server with a larger context (-c), \
         or lower completion.prefixBytes"
    );
    (Mark::Warn, text)
}

/// Whether the server reads the suffix, where that cannot be taken for granted, and how fast it writes.
pub(super) async fn inside(
    endpoint: &HttpEndpoint,
    settings: &settings::Endpoint,
    section: &str,
    usage: &Recorder,
    report: &mut Report<impl Write>,
) -> io::Result<()> {
    if endpoint.dialect() != Dialect::Mistral {
        let ask =
            |suffix: &'static str| said(endpoint, settings, ("def area(".into(), suffix.into()), TWO_NAMES, usage);
        let asked =
            async { (ask("):\n    return width * height\n").await, ask("):\n    return radius ** 2 * pi\n").await) };
        let ((one, other), _) = timed(format!("asking {} twice", endpoint.host()), asked).await;
        report.say("suffix", suffix_finding(&one, &other, endpoint.dialect(), section))?;
    }
    if endpoint.is_own_machine() {
        let counting = ("# 1, 2, 3, 4, 5, 6, 7, 8, ".into(), "\n".into());
        let (_, _) = timed("measuring its speed", said(endpoint, settings, counting, MEASURED, usage)).await;
    }
    match endpoint.tokens_per_second() {
        Some(speed) => report.say("speed", speed_finding(speed)),
        None => Ok(()),
    }
}

/// What the server says between two texts.
async fn said(
    endpoint: &HttpEndpoint,
    settings: &settings::Endpoint,
    (prefix, suffix): (MaskedText, MaskedText),
    max_tokens: u32,
    usage: &Recorder,
) -> String {
    let (model, temperature) = (settings.model.clone(), Some(0.0));
    let prompt = Prompt { prefix, suffix, model, max_tokens, temperature, ..Prompt::default() };
    let mut text = String::new();
    let reply = Metered::completion(usage, &Arc::from("python"), &prompt, |prompt, sent: &_| {
        endpoint.complete_telling(prompt, sent)
    });
    let outcome = read(reply, |delta| {
        if let Delta::Text(more) = delta {
            text += &more;
        }
        ControlFlow::Continue(())
    });
    match outcome.await {
        Ok(_) => text,
        Err(error) => {
            tracing::info!("{error}");
            text
        }
    }
}

/// What two replies say that differ by the suffix alone: whoever reads it names what is used behind the cursor.
fn suffix_finding(one: &str, other: &str, dialect: Dialect, section: &str) -> Finding {
    if one.contains("width") || other.contains("radius") {
        return (Mark::Ok, "what stands behind the cursor is read".to_owned());
    }
    let remedy = match dialect {
        Dialect::OpenAi => format!("set {section}.fimTemplate = \"auto\", or the model's own format there"),
        _ => format!("set {section}.model to one that completes inside code, such as codestral or qwen2.5-coder"),
    };
    if one == other {
        (Mark::Warn, format!("what stands behind the cursor seems not to be read; {remedy}"))
    } else {
        (
            Mark::Warn,
            format!(
                "it cannot be told whether what stands behind the cursor is read; if suggestions repeat it, {remedy}"
            ),
        )
    }
}

fn speed_finding(speed: f64) -> Finding {
    if speed >= SLOW {
        return (Mark::Ok, format!("{speed:.0} tokens a second"));
    }
    let text = format!(
        "{speed:.0} tokens a second, so that a line takes {:.1} s; a smaller model or one with fewer bits is quicker, and \
         so is more of it on the graphics card",
        10.0 / speed
    );
    (Mark::Warn, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check((mark, text): Finding, expected: Mark, part: &str) {
        assert!(mark == expected && text.contains(part), "{text:?} lacks {part:?}");
    }

    #[test]
    fn who_names_what_stands_behind_the_cursor_has_read_it() {
        let find = |one, other| suffix_finding(one, other, Dialect::OpenAi, "endpoint");
        check(find("width, height", "radius"), Mark::Ok, "is read");
        check(find("w, h", "radius"), Mark::Ok, "is read");
        check(find("a, b):", "a, b):"), Mark::Warn, "endpoint.fimTemplate");
        check(find("", ""), Mark::Warn, "seems not to be read");
        check(find("a", "b"), Mark::Warn, "cannot be told");
        let ollama = suffix_finding("", "", Dialect::Ollama, "endpoint.fallbacks[0]");
        check(ollama, Mark::Warn, "set endpoint.fallbacks[0].model");
    }

    #[test]
    fn a_slow_server_and_a_small_context_are_told_with_what_to_change() {
        check(speed_finding(85.2), Mark::Ok, "85 tokens a second");
        check(speed_finding(4.0), Mark::Warn, "a line takes 2.5 s; a smaller model");
        let settings = Settings::default();
        check(context_finding(4096, &settings), Mark::Ok, "4096 tokens");
        check(context_finding(2048, &settings), Mark::Warn, "completion.prefixBytes");
    }
}
