//! `codestral-ls config --helix`: the block for Helix's `languages.toml`, for the languages of the user.
//!
//! In Helix `language-servers` belongs to one language and replaces the list that Helix has for it, so the block must
//! name those servers again. Whose list is taken, the first that is there: the user's own `languages.toml`, the
//! installed Helix (`hx --health LANG`), the table in here.
//!
//! The server stands there by its bare name, without `only-features`: it announces only what it does, and a list of
//! features would have to be mended on the day Helix learns inline completion.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

use anstream::adapter::strip_str;
use etcetera::{BaseStrategy, choose_base_strategy};
use ignore::WalkBuilder;
use serde_json::Value;

use super::toml;
use crate::cli::Error;
use crate::system_error::reason;
use crate::{settings, text::language};

/// A line for each common language: its name in Helix, `=` and our id where that is another, and the servers that
/// Helix starts for it. As `hx --health` of Helix 25.07.1 (Debian's build of 2026-07-23) tells them.
const TABLE: &str = include_str!("helix_servers.txt");
/// Which Helix the table is of.
const TABLE_VERSION: &str = "Helix 25.07";

/// The name of our server in the block.
const SERVER: &str = "codestral";
/// The language of the documents in which chat is held; in them "Send this question" is a code action of ours.
const CONVERSATIONS: &str = "markdown";
/// Our program, as it is installed.
const PROGRAM: &str = "codestral-ls";
/// What Helix is called: some distributions have another `hx`.
const HELIX: [&str; 2] = ["hx", "helix"];

/// Files looked at for their language, at most: more names say nothing new.
const MOST_FILES: usize = 20_000;

/// Other names offered for an unknown one, at most; Helix offers all that share a letter or two.
const NEAREST: usize = 5;

/// What the block depends on besides the languages asked for.
struct Situation {
    /// The user's `languages.toml`, which need not be there.
    path: PathBuf,
    /// Its text; empty without the file.
    text: String,
    /// The same, read.
    own: Value,
    /// The command by which Helix finds us.
    command: String,
    /// What is known of a language's servers by asking Helix.
    ask: fn(&str) -> Told,
}

/// What an installed Helix says of a language.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    /// There is no Helix, or it says nothing that is understood.
    Nothing,
    /// It has no such language; perhaps it names others.
    Unknown(String),
    /// These are its servers, by name.
    Servers(Vec<String>),
}

/// The block for these languages, by their names in Helix; without any, for those of the files below the current
/// directory and of the user's `languages.toml`.
pub(super) fn block(asked: &[String]) -> Result<String, Error> {
    let situation = Situation::here()?;
    let mut languages = match asked {
        [] => situation.found(&env::current_dir()?)?,
        asked => situation.asked(asked)?,
    };
    if !languages.iter().any(|(name, _)| name == CONVERSATIONS) {
        languages.extend(situation.asked(&[CONVERSATIONS.to_owned()])?);
    }
    Ok(situation.block(&languages))
}

/// A language by its name in Helix, and its servers so far.
type Language = (String, Vec<Value>);

impl Situation {
    fn here() -> Result<Self, Error> {
        let directories = choose_base_strategy().map_err(|error| Error::Refused(error.to_string()))?;
        let path = directories.config_dir().join("helix").join("languages.toml");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::Refused(format!("{} cannot be read: {}", path.display(), reason(&error)))),
        };
        Self::new(path, text, command(&env::current_exe()?), ask_helix)
    }

    fn new(path: PathBuf, text: String, command: String, ask: fn(&str) -> Told) -> Result<Self, Error> {
        let own = settings::parse(text.as_bytes())
            .map_err(|problem| Error::Refused(format!("{}: {problem}; mend it first", path.display())))?;
        Ok(Self { path, text, own, command, ask })
    }

    fn asked(&self, names: &[String]) -> Result<Vec<Language>, Error> {
        let mut languages: Vec<Language> = Vec::new();
        for name in names {
            if !languages.iter().any(|(known, _)| known == name) {
                languages.push((name.clone(), self.servers(name)?));
            }
        }
        Ok(languages)
    }

    /// The languages of the files below `folder`, the most frequent first, then those the user's file names.
    fn found(&self, folder: &Path) -> Result<Vec<Language>, Error> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let files = WalkBuilder::new(folder).build().flatten().filter(|entry| entry.path().is_file());
        for entry in files.take(MOST_FILES) {
            if let Some(name) = name_of(language::of(entry.path())) {
                *counts.entry(name).or_default() += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        let here = counts.into_iter().map(|(name, _)| name.to_owned());
        let own = self.languages().filter_map(|language| Some(language["name"].as_str()?.to_owned()));
        let mut names: Vec<String> = here.collect();
        names.extend(own);
        // What this Helix is too old to know, nobody has asked for.
        names.retain(|name| (self.ask)(name).is_known());
        if names.is_empty() {
            let example = format!("{PROGRAM} config --helix rust python");
            return Err(Error::Refused(format!(
                "no file here tells which languages you use; name them, as in {example}"
            )));
        }
        self.asked(&names)
    }

    /// The block, and before it in comments what to do with it.
    fn block(&self, languages: &[Language]) -> String {
        let is_ours = |server: &Value| name(server) == Some(SERVER);
        let (done, new): (Vec<_>, Vec<_>) = languages.iter().partition(|(_, servers)| servers.iter().any(is_ours));
        let is_defined = self.own["language-server"].get(SERVER).is_some();
        let mut tables = String::new();
        if !is_defined {
            let command = toml(&self.command.as_str().into());
            let _ = write!(
                tables,
                "\n[language-server.{SERVER}]\ncommand = {command}\n\
                 # config = {{ completion = {{ maxTokens = 128 }} }}   # settings; `{PROGRAM} config` lists them\n",
            );
        }
        for (language, servers) in new {
            let servers = servers.iter().cloned().chain([SERVER.into()]).collect();
            let (name, servers) = (toml(&language.as_str().into()), toml(&Value::Array(servers)));
            let why = if language == CONVERSATIONS {
                "# So that a chat can be gone on with: its document is Markdown.\n"
            } else {
                ""
            };
            let _ = write!(tables, "\n{why}[[language]]\nname = {name}\nlanguage-servers = {servers}\n");
        }

        let mut heading = self.heading(&tables);
        if is_defined {
            let _ = writeln!(heading, "# [language-server.{SERVER}] stands there already.");
        }
        if !done.is_empty() {
            let names: Vec<&str> = done.iter().map(|(name, _)| name.as_str()).collect();
            let _ = writeln!(heading, "# These have it already: {}.", names.join(", "));
        }
        heading + &tables
    }

    /// Where `tables` belong, as a comment.
    fn heading(&self, tables: &str) -> String {
        let path = self.path.display();
        if tables.is_empty() {
            return format!("# Nothing is left to add to {path}.\n");
        }
        if self.text.is_empty() {
            return format!("# This belongs into {path}.\n");
        }
        if settings::parse(format!("{}\n{tables}", self.text).as_bytes()).is_err() {
            return format!("# Work this into {path} by hand; at its end it would not be valid.\n");
        }
        format!("# Add this at the end of {path}. Helix takes the last of two lists for one language.\n")
    }

    /// The servers the language has so far, as `language-servers` lists them.
    fn servers(&self, language: &str) -> Result<Vec<Value>, Error> {
        let own = self.languages().filter(|own| own["name"] == language);
        // Helix merges tables of one name in order, so the last list holds.
        if let Some(servers) = own.clone().filter_map(|own| own["language-servers"].as_array()).next_back() {
            return Ok(servers.clone());
        }
        let near = match (self.ask)(language) {
            Told::Servers(names) => return Ok(names.into_iter().map(Value::from).collect()),
            Told::Unknown(near) => near,
            Told::Nothing => {
                if let Some((_, servers)) = rows().find(|(row, _)| row.split('=').next() == Some(language)) {
                    return Ok(servers.split_whitespace().map(Value::from).collect());
                }
                // What is the user's own language Helix starts nothing for.
                if own.clone().next().is_some() {
                    return Ok(Vec::new());
                }
                String::new()
            }
        };
        Err(unknown(language, &near))
    }

    /// The tables `[[language]]` of the user's file.
    fn languages(&self) -> impl DoubleEndedIterator<Item = &Value> + Clone {
        self.own["language"].as_array().into_iter().flatten()
    }
}

impl Told {
    /// Whether a language that our table knows may be offered.
    fn is_known(&self) -> bool {
        !matches!(self, Told::Unknown(_))
    }
}

/// One sentence on a language that nobody knows. `near`: what Helix would take instead, perhaps empty.
fn unknown(language: &str, near: &str) -> Error {
    let advice = match (name_of(language), near) {
        (Some(name), _) => format!("it calls that {name}"),
        (None, "") => {
            format!("copy the block of another, or install Helix so that it can be asked (known here: {TABLE_VERSION})")
        }
        (None, near) => format!("did you mean one of {near}?"),
    };
    Error::Refused(format!("Helix has no language {language:?} that we know of; {advice}"))
}

/// Name and id of each language in the table, and its servers.
fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().map(|line| line.split_once(' ').unwrap_or((line, "")))
}

/// What Helix calls the language that is `id` to us.
fn name_of(id: &str) -> Option<&'static str> {
    rows().find_map(|(row, _)| {
        let (name, own) = row.split_once('=').unwrap_or((row, row));
        (own == id).then_some(name)
    })
}

/// The name of a server in `language-servers`, where it stands bare or in a table.
fn name(server: &Value) -> Option<&str> {
    server.as_str().or_else(|| server["name"].as_str())
}

/// Our program by its name where the `PATH` leads to it, else by its whole path.
fn command(program: &Path) -> String {
    let file = format!("{PROGRAM}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|folder| folder.join(&file).is_file());
    if found { PROGRAM.to_owned() } else { program.to_string_lossy().into_owned() }
}

/// Asks the installed Helix, which counts the user's own files in.
fn ask_helix(language: &str) -> Told {
    let health = |program: &&str| {
        let mut command = Command::new(program);
        command.args(["--health", language]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()
    };
    let outputs = HELIX.iter().filter_map(health);
    let mut answers = outputs.map(|output| told(&strip_str(&String::from_utf8_lossy(&output.stdout)).to_string()));
    answers.find(|answer| *answer != Told::Nothing).unwrap_or(Told::Nothing)
}

/// What `hx --health LANG` says: `Configured language servers:` and a line `✓ NAME: WHERE` for each, or `Language 'LANG'
/// not found` and `Did you mean one of these: A, B ?`. A Helix that prints no names leaves it to the table.
fn told(health: &str) -> Told {
    if health.starts_with("Language '") {
        let near = health.split_once(": ").map_or("", |(_, near)| near.trim_end_matches(['?', ' ', '\n']));
        let nearest: Vec<&str> = near.split(", ").take(NEAREST).collect();
        return Told::Unknown(nearest.join(", "));
    }
    let Some((_, list)) = health.split_once("Configured language servers:") else { return Told::Nothing };
    let mut lines = list.lines();
    if lines.next().is_some_and(|rest| rest.trim() == "None") {
        return Told::Servers(Vec::new());
    }
    let lines = lines.map_while(|line| line.strip_prefix("  "));
    let names = lines.map(|line| Some(line.split_once(' ')?.1.split_once(": ")?.0.to_owned()));
    names.collect::<Option<_>>().map_or(Told::Nothing, Told::Servers)
}

#[cfg(test)]
mod tests;
