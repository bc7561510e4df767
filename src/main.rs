//! The program: everything it does is in the library, the arguments in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    codestral_ls::cli::main()
}
