//! The built binary as an editor sees it: real process, real frames, every answer accounted for.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "how a test fails")]
#![allow(dead_code, reason = "the editor can do more than the tests of the day ask for")]

mod bad_day;
mod cancel;
mod ceiling;
mod chat;
mod cli;
mod clients;
mod completion;
mod context;
mod editor;
mod failure;
#[path = "../support/fake_endpoint.rs"]
mod fake_endpoint;
mod fallbacks;
#[cfg(unix)]
mod full_disk;
mod ghost;
mod items;
mod large;
mod lifecycle;
mod local;
mod masking;
mod next_edit;
mod own_server;
mod privacy;
mod privacy_page;
mod process;
mod readme;
mod recovery;
mod rest;
mod session;
mod settings;
mod soak;
mod text;
mod usage;
#[cfg(windows)]
mod windows;
mod workspace;
