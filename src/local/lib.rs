//! The embedded engine: completions from the user's own text, with no key and no network.
//!
//! Text is read into [`tokens`]. Open documents ([`live`]) are searched by a plain [`scan`], since nothing has to be
//! sorted again when they change; the files of the workspace stand in [`segment`]s whose places are in [`order`] of the
//! tokens before them, and [`mod@matches`] are looked up. A [`query`] is what stands around the cursor. [`gather`]
//! finds each [`occurrence`] of the same context, and [`new_word`] those of other words where the word at the cursor is
//! new; the [`best`] may vote. [`align`] sees which names differ, [`likeness`] how alike they are, and [`vote`] lets
//! them decide. [`choose`] looks again at what has most votes, by what [`compare`] finds and with the numbers in
//! [`learned`]. [`mod@write`] and [`further`] write the answer down, and [`confidence`] says how likely it is right.
//! All of it is pure: no clock, no files, no threads.

pub mod align;
pub mod around;
pub mod best;
pub mod choose;
pub mod compare;
pub mod confidence;
pub mod further;
pub mod gather;
pub mod index;
pub mod indexable;
pub mod last_use;
pub mod learned;
pub mod likeness;
pub mod live;
pub mod matches;
pub mod new_word;
pub mod occurrence;
pub mod order;
pub mod predict;
pub mod query;
pub mod recent_lines;
pub mod scan;
pub mod segment;
pub mod source;
pub mod tidy;
pub mod tokens;
pub mod vote;
pub mod write;

#[cfg(test)]
mod tests;

pub use index::{Coverage, Index};
pub use indexable::{Reason, indexable};
pub use occurrence::Nearness;
pub use predict::{FURTHER_CONFIDENCE, Options, Prediction, SHOWN_CONFIDENCE, predict};
pub use query::Place;
pub use segment::{File, Segment};
pub use tidy::{SEGMENT_BYTES, Tidy};
