//! How alike the lines around a place are to those around the pattern's examples.

use crate::next_edit::{
    difference::likeness,
    pattern::{Pattern, Place},
    scene::Scene,
};

/// Examples whose surroundings are compared with a place's, the latest ones.
const COMPARED: usize = 3;

/// How alike the lines one and two away are to those of an example, 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings {
    /// Above the place: the next line, and the one above that.
    pub above: [f32; 2],
    /// Below it.
    pub below: [f32; 2],
}

/// The surroundings of `place`.
pub fn of(scene: &Scene<'_>, pattern: &Pattern, place: &Place) -> Surroundings {
    let mut most = Surroundings::default();
    let Some(here) = scene.readers.get(place.text) else { return most };
    for example in pattern.examples.iter().filter_map(|&one| scene.examples.get(one)).take(COMPARED) {
        let Some(there) = scene.readers.get(example.text) else { continue };
        let alike = |one: usize, two: usize| likeness(here.line(one).tokens, there.line(two).tokens);
        for (away, (above, below)) in most.above.iter_mut().zip(&mut most.below).enumerate() {
            let lines = (place.lines.start.checked_sub(1 + away), example.first_line.checked_sub(1 + away));
            if let (Some(one), Some(two)) = lines {
                *above = above.max(alike(one, two));
            }
            *below = below.max(alike(place.lines.end + away, example.last_line + 1 + away));
        }
    }
    most
}
