//! The built server in a real Helix on a pty, against the fake endpoint.
//!
//! Helix is what `tests/editors/install` put into `target/editors`, else `hx` on the `PATH`. Where there is none the
//! tests say `SKIPPED` and pass, unless `CODESTRAL_EDITORS=required` is set. They wait for what is on the screen.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "how a test fails")]
#![allow(dead_code, reason = "the shared parts can do more than these tests ask for")]

#[path = "../../support/fake_endpoint.rs"]
mod fake_endpoint;
#[path = "../../e2e/process.rs"]
mod process;

mod beside;
mod chat;
mod editor;
mod menu;
mod next_edit;
mod other;
mod pages;
mod terminal;
