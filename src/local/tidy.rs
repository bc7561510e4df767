//! Rebuilding segments: what is gone leaves the memory, and many small ones become one.

use std::sync::Arc;

use crate::{
    index::{Slot, State},
    segment::{File, Segment},
};

/// How much text (bytes) a segment should hold: enough that few are searched, little enough that one is sorted in
/// under a tenth of a second.
pub const SEGMENT_BYTES: usize = 2 << 20;
/// Segments under this (bytes) are merged when [`SMALL_SEGMENTS`] have come together.
const SMALL_BYTES: usize = SEGMENT_BYTES / 4;
/// Each segment searched costs a prediction some 2 µs (2026-11-26).
const SMALL_SEGMENTS: usize = 8;
/// A segment is rebuilt when this part of its bytes is gone.
const GONE_PART: usize = 4;

/// Segments to be rebuilt as one.
#[derive(Debug)]
pub struct Tidy {
    parts: Vec<Arc<Segment>>,
    files: Vec<(usize, usize)>,
}

impl Tidy {
    /// Builds the new segment. Takes as long as [`Segment::build`].
    pub fn run(&self) -> Segment {
        let files = self.files.iter().filter_map(|&(part, file)| {
            let part = self.parts.get(part)?;
            let span = part.files().get(file)?;
            let (key, language) = (span.key.clone(), span.language.clone());
            Some(File { key, language, text: part.text_of(span).into() })
        });
        Segment::build(files.collect())
    }

    /// What it is built from.
    pub fn parts(&self) -> &[Arc<Segment>] {
        &self.parts
    }
}

/// The first thing worth doing, if any.
pub fn worn(slots: &[Slot]) -> Option<Tidy> {
    if let Some(slot) = slots.iter().find(|slot| gone(slot) * GONE_PART > slot.segment.text().len()) {
        return Some(tidy(std::iter::once(slot)));
    }
    let small = || slots.iter().filter(|slot| slot.segment.text().len() < SMALL_BYTES);
    (small().count() >= SMALL_SEGMENTS).then(|| tidy(small()))
}

fn tidy<'a>(slots: impl Iterator<Item = &'a Slot>) -> Tidy {
    let mut tidy = Tidy { parts: Vec::new(), files: Vec::new() };
    for slot in slots {
        let part = tidy.parts.len();
        let kept = (0..slot.states.len()).filter(|&file| slot.states[file] != State::Gone);
        tidy.files.extend(kept.map(|file| (part, file)));
        tidy.parts.push(Arc::clone(&slot.segment));
    }
    tidy
}

/// Bytes of a slot that are gone.
fn gone(slot: &Slot) -> usize {
    let files = slot.segment.files().iter().zip(&slot.states);
    files.filter(|(_, state)| **state == State::Gone).map(|(file, _)| file.bytes.len()).sum()
}
