//! The trees by which edits are judged, as they were fitted: nothing below is written by hand.

pub mod first;
pub mod second;
