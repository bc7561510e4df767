//! Arguments, logging to stderr, run, exit code.

use std::io;
use std::process::ExitCode;

use codestral_ls::server;
use tokio::runtime;

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let Ok(runtime) = runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build() else {
        return ExitCode::FAILURE;
    };
    let ending = runtime.block_on(server::run());
    // Nothing that still runs may keep the process alive.
    runtime.shutdown_background();
    ending.into()
}
