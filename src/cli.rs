//! What the user runs in a terminal: arguments, exit codes, errors in one line.

mod chat_command;
mod check_command;
mod complete_command;
mod config_command;
mod models_command;
mod progress_line;
mod target;
mod terminal;
mod usage_command;

use std::future::Future;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anstyle::{AnsiColor, Style};
use clap::error::ErrorKind;
use clap::{ArgAction, Args, Parser, Subcommand};
use tokio::runtime;

use crate::logging::Logging;
use crate::server;
use crate::settings::{Level, Loaded, Reader, Sources};
use crate::system_error::reason;
use crate::usage::Recorder;
use crate::usage::ledger::{self, Ledger};

/// Success.
pub const FINE: u8 = 0;
/// Failure; one line on stderr says why and what to do.
pub const FAILED: u8 = 1;
/// The arguments are wrong.
pub const WRONG_USAGE: u8 = 2;
/// `complete` ran, but there is nothing to show at that place.
pub const NOTHING_TO_SHOW: u8 = 3;

/// The codes of what there is to run; `--help` ends with it.
const EXIT_CODES: &str = "Exit codes: 0 it went well, 1 it did not, 2 wrong arguments, 3 nothing to show (complete)";

const ERROR: Style = AnsiColor::Red.on_default().bold();

/// Inline completions from Codestral for any editor that speaks the Language Server Protocol.
///
/// Without a command it is the server: it speaks LSP over stdin and stdout, and an editor starts it.
#[derive(Debug, Parser)]
#[command(name = "codestral-ls", version, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
    /// Read this settings file and not the one in the configuration directory.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Log from this level on, whatever the settings say.
    #[arg(long, global = true, value_name = "LEVEL", hide_possible_values = true)]
    log_level: Option<Level>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve an editor; the same as no command.
    Serve(Serve),
    /// Complete once at a place in a file, and draw the suggestion there.
    Complete(complete_command::Complete),
    /// Ask about code, or have a part of a file changed.
    Chat(chat_command::Chat),
    /// Check the set-up from settings to a first completion, and say what to mend.
    Check(check_command::Check),
    /// Print the settings as they hold, and where each comes from.
    Config(config_command::Config),
    /// List the models of each endpoint, and which of them complete inside code.
    Models(models_command::Models),
    /// Print what became of the suggestions, and what they took.
    Usage(usage_command::Usage),
}

#[derive(Debug, Args)]
struct Serve {
    /// Speak over stdin and stdout, as it does anyway; many editors add it.
    #[arg(long, action = ArgAction::Count)]
    stdio: u8,
    /// What clients made with VS Code's library add; the number comes with `initialize` as well.
    #[arg(long = "clientProcessId", value_name = "PID", hide = true)]
    _client_process_id: Vec<String>,
    /// Likewise: how such a client cancels, where it does so outside the protocol.
    #[arg(long = "cancellationReceive", value_name = "WAY", hide = true)]
    _cancellation: Vec<String>,
}

/// Why a command failed. `Display` is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The arguments are wrong.
    #[error("{0} (see codestral-ls --help)")]
    Usage(String),
    /// The file cannot be completed in.
    #[error(transparent)]
    Source(#[from] target::file::Unreadable),
    /// The counts cannot be read.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The file ends before the place.
    #[error(transparent)]
    Place(#[from] target::Outside),
    /// The settings, the file or the endpoint do not let us.
    #[error("{0}")]
    Refused(String),
    /// The output cannot be written, or the system gives no threads.
    #[error("the system refuses: {}", reason(.0))]
    System(#[from] io::Error),
}

/// Runs what the arguments of this process ask for, and says on stderr why it failed if it did.
pub fn main() -> ExitCode {
    let outcome = match Arguments::try_parse() {
        Ok(arguments) => run(arguments),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            error.print().map(|()| ExitCode::from(FINE)).map_err(Error::System)
        }
        Err(error) => Err(Error::Usage(usage_error(&error.to_string()))),
    };
    outcome.unwrap_or_else(|error| report(&error))
}

fn run(arguments: Arguments) -> Result<ExitCode, Error> {
    let sources = Sources::read(arguments.config.as_deref(), &Reader::system());
    let is_server = matches!(arguments.command, None | Some(Command::Serve(_)));
    if !is_server && arguments.log_level.is_some() {
        // Commands say what the user needs to know; their log is for those who ask for it.
        Logging::start(arguments.log_level);
    }
    match arguments.command {
        None | Some(Command::Serve(_)) => Ok(server::run(sources, Logging::start(arguments.log_level))?),
        Some(Command::Complete(complete)) => complete.run(&sources.load()),
        Some(Command::Chat(chat)) => chat.run(&sources.load()),
        Some(Command::Check(check)) => check.run(&sources),
        Some(Command::Config(config)) => config.run(&sources.load()),
        Some(Command::Models(models)) => models.run(&sources.load()),
        Some(Command::Usage(usage)) => usage.run(),
    }
}

/// Waits for the part of a command that asks others. What still runs then is given up.
fn block_on<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(outcome)
}

/// Adds what was asked and paid to the counts on disk. What cannot be added is told and lost.
fn keep_usage(usage: &Recorder) {
    let tally = usage.take_tally();
    if tally.is_empty() {
        return;
    }
    if let Err(error) = Ledger::of_user().and_then(|ledger| ledger.add(&tally, SystemTime::now())) {
        // Nobody is there to read it if stderr is closed.
        let _ = writeln!(anstream::stderr(), "Warning: what this has cost is not counted: {error}");
    }
}

/// Warns on stderr of what is wrong with the settings.
///
/// # Errors
/// Something is wrong that may mean: send nothing, or not there.
fn report_problems(loaded: &Loaded) -> Result<(), Error> {
    if let Some(problem) = loaded.problems.iter().find(|problem| problem.forbids_sending()) {
        return Err(Error::Refused(format!("{problem}; nothing is sent until that is mended")));
    }
    for problem in &loaded.problems {
        writeln!(anstream::stderr(), "Warning: {problem}")?;
    }
    Ok(())
}

/// The exit code of a failure, after one line on stderr.
fn report(error: &Error) -> ExitCode {
    // A reader such as `head` that has seen enough is no failure.
    if matches!(error, Error::System(error) if error.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::from(FINE);
    }
    // With stderr gone there is nobody left to tell.
    let _ = writeln!(anstream::stderr(), "{ERROR}Error:{ERROR:#} {error}");
    ExitCode::from(if matches!(error, Error::Usage(_)) { WRONG_USAGE } else { FAILED })
}

/// Clap's message in one line: what is wrong and its tip, without the usage text.
fn usage_error(message: &str) -> String {
    let mut line = String::new();
    for part in message.lines().map(str::trim).take_while(|part| !part.starts_with("Usage:")) {
        let part = part.strip_prefix("error: ").unwrap_or(part);
        match part.strip_prefix("tip: ") {
            Some(tip) => line.push_str(&format!("; {tip}")),
            None if part.is_empty() || part.starts_with("For more information") => {}
            None if line.is_empty() => line.push_str(part),
            None => line.push_str(&format!(" {part}")),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_way_to_start_the_server_is_understood() {
        for arguments in [
            "",
            "--stdio",
            "serve",
            "serve --stdio",
            "--log-level debug --stdio",
            "serve --config a.toml",
            "--stdio --stdio",
            "--stdio serve --stdio",
            "--stdio --clientProcessId=4711",
            "--clientProcessId 4711 --cancellationReceive=file:abc --stdio",
        ] {
            let parsed = Arguments::try_parse_from(format!("codestral-ls {arguments}").split_whitespace());
            assert!(matches!(parsed.unwrap().command, None | Some(Command::Serve(_))), "{arguments}");
        }
    }

    #[track_caller]
    fn check(arguments: &str, expected: &str) {
        let error = Arguments::try_parse_from(format!("codestral-ls {arguments}").split_whitespace()).unwrap_err();
        assert_eq!(usage_error(&error.to_string()), expected);
    }

    #[test]
    fn wrong_arguments_are_told_in_one_line() {
        check("--sdio", "unexpected argument '--sdio' found; a similar argument exists: '--stdio'");
        check("confg", "unrecognized subcommand 'confg'; a similar subcommand exists: 'config'");
        check(
            "--log-level loud",
            "invalid value 'loud' for '--log-level <LEVEL>' [possible values: error, warn, info, debug, trace]",
        );
        check("--config", "a value is required for '--config <FILE>' but none was supplied");
    }
}
