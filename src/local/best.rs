//! The occurrences that may vote: the best of all that are found.

use crate::occurrence::{Occurrence, Strength};

/// How many places may vote. With 176 the rates are the same or 0.3 % better, and a prediction takes 1.5 times as long
/// (tokio and rustls, 2026-11-26).
pub const VOTERS: usize = 96;
/// So many are kept until the best are picked from them: a list that stays small costs no fresh pages of memory, which
/// took up to half of the time.
const KEPT: usize = 4 * VOTERS;

/// The best occurrences so far.
#[derive(Debug, Default)]
pub struct Best<'a> {
    found: Vec<Occurrence<'a>>,
    /// What is weaker than this is none of the best.
    weakest: Option<Strength>,
}

impl<'a> Best<'a> {
    /// Whether an occurrence of this strength may be one of the best.
    pub fn wants(&self, strength: Strength) -> bool {
        self.weakest.is_none_or(|weakest| strength >= weakest)
    }

    /// Takes an occurrence in.
    pub fn add(&mut self, one: Occurrence<'a>) {
        if self.wants(one.strength()) {
            self.found.push(one);
        }
        if self.found.len() >= KEPT {
            self.pick();
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The best, in no order.
    pub fn finish(mut self) -> Vec<Occurrence<'a>> {
        self.pick();
        self.found
    }

    fn pick(&mut self) {
        if self.found.len() <= VOTERS {
            return;
        }
        let (_, last, _) = self.found.select_nth_unstable_by(VOTERS - 1, |a, b| b.rank().cmp(&a.rank()));
        self.weakest = Some(last.strength());
        self.found.truncate(VOTERS);
    }
}
