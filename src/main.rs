//! Arguments, logging to stderr, run, exit code.

fn main() {}
