//! The embedded engine: completions from the user's own text, with no key and no network.
//!
//! All of it is pure: no clock, no files, no threads. From the bottom up:
//!
//! | module | what it is for |
//! | --- | --- |
//! | `tokens` | text as a row of tokens |
//! | `source` | a text with its tokens; an open document that follows its edits |
//! | `suffix_array` | every place of a text sorted by the tokens before it, and looking a context up |
//! | `segment` | some files of the workspace with their suffix array |
//! | `index` | the open documents and all segments, within a bound of memory; compaction |
//! | `indexable` | which texts are worth indexing |
//! | `query` | what is asked: the text around the cursor in tokens |
//! | `occurrence` | a place with the same context, and the strongest of many |
//! | `search` | finding the occurrences |
//! | `context` | what the tokens before a place tell of it |
//! | `candidates` | the distinct rests of the line that occurrences predict, in the cursor's names |
//! | `features`, `model` | what the models look at, by name; how they answer, and the weights fitted |
//! | `similarity` | how alike an occurrence and the cursor are: its weight |
//! | `ranking` | which candidate is likeliest |
//! | `render` | a candidate as the text to insert, and lines below |
//! | `predict` | from a place to a prediction with its confidence |
//! | `fitting` | what the program that fits the models sees |

mod candidates;
mod context;
mod features;
pub mod fitting;
mod index;
mod indexable;
mod model;
mod occurrence;
mod predict;
mod query;
mod ranking;
mod render;
mod search;
mod segment;
mod similarity;
mod source;
mod suffix_array;
mod tokens;

#[cfg(test)]
mod tests;

pub use index::{Compaction, Coverage, Index, OpenDocument, SEGMENT_BYTES, Slot, State};
pub use indexable::{Reason, indexable};
pub use occurrence::Nearness;
pub use predict::{FURTHER_CONFIDENCE, Options, Prediction, SHOWN_CONFIDENCE, predict};
pub use query::Place;
pub use segment::{File, Segment, Span};
