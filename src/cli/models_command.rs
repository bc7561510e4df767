//! `codestral-ls models`: what each endpoint has, and which of it completes inside code.

use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::Style;
use clap::Args;
use serde_json::{Value, json};

use super::terminal::visible;
use super::{Error, FAILED, FINE, block_on, progress_line, report_problems};
use crate::endpoint::fim_template::Template;
use crate::endpoint::models::Model;
use crate::endpoint::{Backend, Dialect};
use crate::settings::Loaded;

const ADDRESS: Style = Style::new().bold();

/// The arguments of `models`.
#[derive(Debug, Args)]
pub(super) struct Models {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What one endpoint has.
struct Listed {
    /// The section of the settings that names the endpoint.
    section: String,
    url: String,
    /// The model that is set for it.
    set: String,
    dialect: Option<Dialect>,
    models: Result<Vec<Model>, String>,
}

impl Models {
    /// Asks each endpoint that is set; the exit code tells whether any has told.
    pub(super) fn run(&self, loaded: &Loaded) -> Result<ExitCode, Error> {
        report_problems(loaded)?;
        let backend = Backend::new(&loaded.settings);
        let listed = block_on(ask(&backend))?;
        let mut out = anstream::stdout().lock();
        if self.json {
            let report: Vec<Value> = listed.iter().map(to_json).collect();
            writeln!(out, "{:#}", json!({ "endpoints": report }))?;
        } else {
            listed.iter().try_for_each(|listed| print(listed, &mut out))?;
        }
        out.flush()?;
        let any = listed.iter().any(|listed| listed.models.is_ok());
        Ok(ExitCode::from(if any { FINE } else { FAILED }))
    }
}

async fn ask(backend: &Backend) -> Vec<Listed> {
    let first = ("endpoint".to_owned(), backend.clone());
    let mut listed = Vec::new();
    for (section, backend) in std::iter::once(first).chain(backend.each_fallback()) {
        let (mut dialect, url) = (None, backend.url().to_owned());
        let asked = async {
            if backend.is_local().await {
                return Err("nobody is asked: the embedded engine completes alone".to_owned());
            }
            let endpoint = backend.open().await.map_err(|error| error.to_string())?.endpoint;
            dialect = Some(endpoint.dialect());
            endpoint.models().await.map_err(|error| error.to_string())
        };
        let models = progress_line::during(format!("asking {}", backend.host()), asked).await;
        listed.push(Listed { section, url, set: backend.settings().model.clone(), dialect, models });
    }
    listed
}

fn print(listed: &Listed, out: &mut impl Write) -> io::Result<()> {
    let dialect = listed.dialect.map_or(String::new(), |dialect| format!(", {}", dialect.name()));
    writeln!(out, "{ADDRESS}{}{ADDRESS:#} ({}{dialect})", visible(&listed.url), listed.section)?;
    let models = match &listed.models {
        Ok(models) => models,
        Err(why) => return writeln!(out, "  {}", visible(why)),
    };
    let width = models.iter().map(|model| model.id.chars().count()).max().unwrap_or_default();
    for model in models {
        let mut facts = vec![completes(model, listed.dialect).to_owned()];
        facts.extend(model.max_context_length.map(|tokens| format!("{tokens} tokens")));
        facts.extend(model.deprecation.as_ref().map(|date| format!("goes away on {date}")));
        if model.is_called(&listed.set) {
            facts.push(format!("set by {}.model", listed.section));
        }
        writeln!(out, "  {:<width$}  {}", visible(&model.id), visible(&facts.join("; ")))?;
    }
    // llama.cpp with one model takes any name for it.
    let takes_any_name = listed.dialect == Some(Dialect::LlamaCpp) && models.len() == 1;
    if !takes_any_name && !models.iter().any(|model| model.is_called(&listed.set)) {
        let (section, set) = (&listed.section, visible(&listed.set));
        writeln!(out, "  {section}.model is {set}, which is not among them")?;
    }
    Ok(())
}

/// Whether the model completes inside code, as far as it is known.
fn completes(model: &Model, dialect: Option<Dialect>) -> &'static str {
    let has_format = || dialect.is_some_and(Dialect::takes_template) && Template::of_model(&model.id).is_some();
    match model.fim {
        Some(true) => "completes inside code",
        _ if has_format() => "completes inside code, asked in its own format",
        Some(false) => "does not complete inside code",
        None => "not told whether it completes inside code",
    }
}

fn to_json(listed: &Listed) -> Value {
    let model = |model: &Model| {
        json!({
            "id": model.id,
            "aliases": model.aliases,
            "completesInsideCode": model.fim,
            "knownFormat": Template::of_model(&model.id).is_some(),
            "contextTokens": model.max_context_length,
            "goesAwayOn": model.deprecation,
            "isSet": model.is_called(&listed.set),
        })
    };
    json!({
        "section": listed.section,
        "url": listed.url,
        "dialect": listed.dialect.map(Dialect::name),
        "models": listed.models.as_ref().ok().map(|models| models.iter().map(model).collect::<Vec<_>>()),
        "error": listed.models.as_ref().err(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(listed: &Listed, expected: &str) {
        let mut out = anstream::StripStream::new(Vec::new());
        print(listed, &mut out).unwrap();
        assert_eq!(String::from_utf8(out.into_inner()).unwrap(), expected);
    }

    #[test]
    fn each_model_has_a_line_that_says_whether_it_completes_inside_code() {
        let model = |id: &str, fim| Model { id: id.to_owned(), fim, ..Model::default() };
        let models = vec![
            Model { max_context_length: Some(128_000), ..model("codestral-latest", Some(true)) },
            model("llama3.1:8b", Some(false)),
            model("qwen2.5-coder", Some(false)),
            Model { deprecation: Some("2026-12-31".into()), ..model("other", None) },
        ];
        let mut listed = Listed {
            section: "endpoint".into(),
            url: "http://localhost:11434".into(),
            set: "codestral-latest".into(),
            dialect: Some(Dialect::Ollama),
            models: Ok(models),
        };
        check(
            &listed,
            "http://localhost:11434 (endpoint, ollama)\n\
             \x20 codestral-latest  completes inside code; 128000 tokens; set by endpoint.model\n\
             \x20 llama3.1:8b       does not complete inside code\n\
             \x20 qwen2.5-coder     completes inside code, asked in its own format\n\
             \x20 other             not told whether it completes inside code; goes away on 2026-12-31\n",
        );
        listed.models = Ok(vec![]);
        check(
            &listed,
            "http://localhost:11434 (endpoint, ollama)\n  endpoint.model is codestral-latest, which is not among them\n",
        );
        (listed.models, listed.dialect) = (Err("it cannot be reached".into()), None);
        check(&listed, "http://localhost:11434 (endpoint)\n  it cannot be reached\n");
    }
}
