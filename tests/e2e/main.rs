//! The built binary as an editor sees it: real process, real frames, every answer accounted for.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "how a test fails")]
#![allow(dead_code, reason = "the editor can do more than the tests of the day ask for")]

mod clients;
mod editor;
mod lifecycle;
mod process;
mod readme;
mod text;
mod tidy;
