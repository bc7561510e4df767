//! Real Neovim, headless, with the plug-in of `editors/neovim`, the built server and the fake endpoint.
//!
//! Neovim 0.12 is taken from `target/editors` (`tests/editors/install`) or from `PATH`; 0.11, for the ghost text that the
//! plug-in draws itself, from the former, or 0.12 stands for it. Without 0.12 each test prints `SKIPPED` and passes,
//! unless `CODESTRAL_EDITORS=required` is set.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "how a test fails")]

mod accept;
mod chat;
mod driver;
#[path = "../../support/fake_endpoint.rs"]
mod fake_endpoint;
mod ghost;
mod guide;
mod messagepack;
mod messages;
mod next_edit;
mod rest;
mod setup;
mod text;
mod user;
