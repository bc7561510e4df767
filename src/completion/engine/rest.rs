//! Whether an automatic request may ask that came without an edit. Pure.
//!
//! Neovim asks wherever the cursor comes to in insert mode, also as that begins; most of it is on the way to somewhere
//! else. Who stays at a line that must go on has come to write there: that place is asked about once.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::completion::Window;

/// So long the cursor rests before its place is asked about, besides what the editor has waited (Neovim 200 ms). Arrow
/// keys follow each other within 0.3 s, and who reads on the way stops for about half a second.
pub(super) const REST: Duration = Duration::from_millis(600);

/// So many places are kept in mind for each document: more than anyone visits between two edits.
const MOST_PLACES: usize = 64;

/// What came before a request, and what that allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// An edit: it asks as soon as the typing allows.
    Typing,
    /// The cursor was moved there, and nothing is asked: the line is finished, or its place was asked about before.
    InPassing,
    /// The cursor was moved to where something is still to be written: it asks, once the cursor has rested until then.
    ToRest(Instant),
}

impl Begun {
    /// Until when the cursor must rest.
    pub fn until(self) -> Option<Instant> {
        match self {
            Self::ToRest(until) => Some(until),
            Self::Typing | Self::InPassing => None,
        }
    }
}

/// The places at which a rest has asked, the last only. A place is what a model would be shown: the same cursor in
/// another text is another question.
#[derive(Debug, Default)]
pub(super) struct Rests {
    asked: VecDeque<u64>,
}

impl Rests {
    /// Whether the place was asked about.
    pub fn contains(&self, window: &Window) -> bool {
        self.asked.contains(&place(window))
    }

    /// The place is asked about; says whether it was not before.
    pub fn add(&mut self, window: &Window) -> bool {
        let place = place(window);
        if self.asked.contains(&place) {
            return false;
        }
        if self.asked.len() >= MOST_PLACES {
            self.asked.pop_front();
        }
        self.asked.push_back(place);
        true
    }
}

fn place(window: &Window) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (&window.prefix, &window.suffix).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(prefix: &str, suffix: &str) -> Window {
        Window { prefix: prefix.into(), suffix: suffix.into(), ..Window::default() }
    }

    #[test]
    fn a_place_is_a_cursor_in_a_text() {
        let mut rests = Rests::default();
        assert!(rests.add(&window("let x = ", "\n")));
        for other in [window("let x = ", "\nfoo();\n"), window("let y = ", "\n"), window("let x =", " \n")] {
            assert!(!rests.contains(&other), "{other:?}");
        }
        assert!(rests.contains(&window("let x = ", "\n")));
        assert!(!rests.add(&window("let x = ", "\n")));
    }

    #[test]
    fn only_so_many_places_are_kept() {
        let mut rests = Rests::default();
        let places: Vec<_> = (0..=MOST_PLACES).map(|at| window(&format!("{at}"), "")).collect();
        assert!(places.iter().all(|place| rests.add(place)));
        assert!(!rests.contains(&places[0]) && rests.contains(&places[1]) && rests.contains(&places[MOST_PLACES]));
    }
}
