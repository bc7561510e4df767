//! `codestral-ls config`: the settings as they hold, where each comes from, and what is wrong with them.

mod helix;

use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde_json::Value;

use super::{Error, FAILED, FINE};
use crate::settings::{Loaded, Origin, schema};

const DEFAULT: Style = Style::new().dimmed();
const ORIGIN: Style = AnsiColor::Green.on_default();
const PROBLEM: Style = AnsiColor::Yellow.on_default().bold();

/// The longest line that still moves the column of origins to the right, in characters; longer ones stick out.
const WIDEST: usize = 80;

/// The arguments of `config`.
#[derive(Debug, Args)]
pub(super) struct Config {
    /// Print the JSON schema of the settings instead.
    #[arg(long)]
    schema: bool,
    /// Print what Helix's languages.toml needs instead: for these languages, else for those of the files here.
    #[arg(long, value_name = "LANG", num_args = 0.., conflicts_with = "schema")]
    helix: Option<Vec<String>>,
}

impl Config {
    /// Prints; the exit code tells whether all that was set could be used.
    pub(super) fn run(&self, loaded: &Loaded) -> Result<ExitCode, Error> {
        let mut out = anstream::stdout().lock();
        if self.schema {
            writeln!(out, "{:#}", schema())?;
            return Ok(ExitCode::from(FINE));
        }
        if let Some(languages) = &self.helix {
            out.write_all(helix::block(languages)?.as_bytes())?;
            return Ok(ExitCode::from(FINE));
        }
        print(loaded, &mut out)?;
        out.flush()?;

        let mut problems = anstream::stderr().lock();
        for problem in &loaded.problems {
            writeln!(problems, "{PROBLEM}Problem:{PROBLEM:#} {problem}")?;
        }
        Ok(ExitCode::from(if loaded.problems.is_empty() { FINE } else { FAILED }))
    }
}

/// Lines that could stand in the settings file; what is not set is a comment.
fn print(loaded: &Loaded, out: &mut impl Write) -> io::Result<()> {
    let lines: Vec<(String, Origin)> = loaded
        .list()
        .into_iter()
        .map(|setting| {
            let key = toml_key(&setting.key);
            let line = match setting.value {
                Value::Null => format!("# {key} is not set"),
                value => format!("{key} = {}", toml(&value)),
            };
            (line, setting.origin)
        })
        .collect();
    let width = lines.iter().map(|(line, _)| line.chars().count()).filter(|width| *width <= WIDEST).max();
    let width = width.unwrap_or_default();
    for (line, origin) in lines {
        let style = if origin == Origin::Default { DEFAULT } else { ORIGIN };
        writeln!(out, "{line:width$}   {style}# {origin}{style:#}")?;
    }
    Ok(())
}

/// A dotted key as TOML writes it: a part such as `c++` needs quotes.
fn toml_key(key: &str) -> String {
    let is_bare = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let quoted = |part: &str| if is_bare(part) { part.to_owned() } else { toml(&Value::from(part)) };
    key.split('.').map(quoted).collect::<Vec<_>>().join(".")
}

/// A value as TOML writes it, in one line.
fn toml(value: &Value) -> String {
    toml::Value::try_from(value).map_or_else(|_| value.to_string(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::settings::{Layer, load};

    fn printed(layers: &[Layer]) -> String {
        let mut out = Vec::new();
        print(&load(layers, Some(Path::new("/home/me"))), &mut anstream::StripStream::new(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_setting_stands_in_a_line_with_its_origin() {
        let file = Layer::new(
            Origin::File("/c.toml".into()),
            json!({ "completion": { "maxTokens": 9, "stop": ["a\n\"b\""] } }),
        );
        let editor = Layer::editor(json!({ "languages": { "c++": { "enabled": false } } }));
        let text = printed(&[file, editor]);
        let lines: Vec<String> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        for line in [
            "completion.maxTokens = 9 # in /c.toml",
            "completion.minTokens is not set # default",
            "completion.temperature = 0.2 # default",
            "languages.\"c++\".enabled = false # from the editor",
        ] {
            assert!(lines.iter().any(|found| found.trim_start_matches("# ") == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn what_is_printed_can_be_the_settings_file() {
        let layers = [Layer::editor(json!({
            "completion": { "stop": ["a\n\"b\"", "é\t'"], "debounceMs": 5 },
            "languages": { "c++": { "topP": 0.5 } },
        }))];
        let read: Value = toml::from_str(&printed(&layers)).unwrap();
        let again = load(&[Layer::new(Origin::Editor, read)], None);
        assert_eq!(again.problems, []);
        assert_eq!(again.settings, load(&layers, None).settings);
    }
}
