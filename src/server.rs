//! The LSP shell. Not built yet: this says so.

use std::process::ExitCode;

use crate::cli;
use crate::logging::Logging;
use crate::settings::Sources;

/// Serves one editor over stdin and stdout until it leaves.
///
/// # Errors
/// Always, until there is a server.
pub fn run(_settings: Sources, _logging: Logging) -> Result<ExitCode, cli::Error> {
    Err(cli::Error::NotBuilt("the server"))
}
