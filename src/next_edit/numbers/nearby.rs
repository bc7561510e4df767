//! A place among the pattern's others: which of them are done, above it and below, and which have the same neighbours.

use super::order;
use crate::next_edit::{
    pattern::{Pattern, Place},
    scene::Scene,
};

/// A place among the pattern's others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nearby {
    /// Other places with the same tokens before and after.
    pub alike_both: usize,
    /// With the same token before.
    pub alike_before: usize,
    /// With the same token after.
    pub alike_after: usize,
    /// Of those with the same on both sides, how many were passed by.
    pub passed_both: usize,
    /// Which part of all above it in its text is done; -1 where there is none.
    pub done_above: f32,
    /// Which part of all below.
    pub done_below: f32,
    /// Whether the next one above is done: 1, left: 0, none: -1.
    pub next_above: f32,
    /// The same below.
    pub next_below: f32,
}

/// Where `place` is among the pattern's places and examples.
pub fn of(scene: &Scene<'_>, pattern: &Pattern, place: &Place) -> Nearby {
    let mut nearby = Nearby::default();
    let line = place.lines.start;
    let way = order::way(scene, pattern, place.text);
    // How many are left and done above, and below, and the line of the next one, with whether it is done.
    let mut above = Side::default();
    let mut below = Side::default();
    for other in &pattern.places {
        let here = other.text == place.text;
        if here && other.range == place.range {
            continue;
        }
        let (before, after) = (other.around.0 == place.around.0, other.around.1 == place.around.1);
        nearby.alike_before += usize::from(before);
        nearby.alike_after += usize::from(after);
        nearby.alike_both += usize::from(before && after);
        if !here {
            continue;
        }
        let at = other.lines.start;
        nearby.passed_both += usize::from(before && after && way.is_some_and(|(top, end)| top < at && at < end));
        if at < line {
            above.add(line - at, false);
        } else if at > line {
            below.add(at - line, false);
        }
    }
    for example in pattern.examples.iter().filter_map(|&one| scene.examples.get(one)) {
        if example.text != place.text {
            continue;
        }
        if example.first_line < line {
            above.add(line - example.first_line, true);
        } else {
            below.add(example.first_line - line, true);
        }
    }
    Nearby {
        done_above: above.share(),
        done_below: below.share(),
        next_above: above.next(),
        next_below: below.next(),
        ..nearby
    }
}

/// What is on one side of a place.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    left: usize,
    done: usize,
    /// How far away the next one is, and whether it is done.
    next: Option<(usize, bool)>,
}

impl Side {
    fn add(&mut self, away: usize, done: bool) {
        if done {
            self.done += 1;
        } else {
            self.left += 1;
        }
        if self.next.is_none_or(|(nearest, _)| away < nearest) {
            self.next = Some((away, done));
        }
    }

    fn share(self) -> f32 {
        if self.left + self.done == 0 { -1.0 } else { self.done as f32 / (self.left + self.done) as f32 }
    }

    fn next(self) -> f32 {
        self.next.map_or(-1.0, |(_, done)| f32::from(u8::from(done)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_knows_which_part_is_done_and_whether_the_next_is() {
        let mut side = Side::default();
        assert_eq!((side.share(), side.next()), (-1.0, -1.0));
        side.add(9, true);
        assert_eq!((side.share(), side.next()), (1.0, 1.0));
        side.add(4, false);
        assert_eq!((side.share(), side.next()), (0.5, 0.0));
    }
}
