//! An unfinished program, to see a suggestion at its last line but one.

use std::process::ExitCode;

fn main() -> ExitCode {
    codestral_ls::
}
