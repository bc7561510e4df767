//! How far the person goes along with what is suggested. Pure: edits come in, a judgement goes out.
//!
//! Whoever types a suggestion will want its next lines as well; whoever has just typed something else will most likely
//! do so again. What is asked, how soon and how much of the reply is read all hang on this.

use crate::text::document::Edit;

/// So many bytes typed along make a suggestion believed. One or two agree by chance. By the replay bench 3 to 8 do the
/// same within 0.1 % of keystrokes.
const FOLLOWED_BYTES: usize = 3;

/// The judgement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Trust {
    /// Nothing tells.
    #[default]
    Open,
    /// What was suggested is being typed.
    Followed,
    /// The last key contradicts what was typed along until then: a typo soon taken back, or a turn.
    Surprised,
    /// Something else than suggested was typed on this line, and nothing agreed since.
    Doubted,
}

/// The suggestion shown last, against what is typed.
#[derive(Debug, Default)]
pub struct Following {
    /// What is left of it.
    expected: String,
    /// Bytes typed that agreed, in a row.
    along: usize,
    trust: Trust,
}

impl Following {
    /// This is on screen now.
    pub fn shown(&mut self, suggestion: &str) {
        suggestion.clone_into(&mut self.expected);
    }

    /// The document changed.
    pub fn edited(&mut self, edits: &[Edit]) {
        let expected = std::mem::take(&mut self.expected);
        if self.trust == Trust::Surprised {
            self.trust = Trust::Doubted;
        }
        let [Edit { replaced, inserted }] = edits else { return };
        if !replaced.is_empty() || inserted.is_empty() {
            return;
        }
        if inserted.contains('\n') && self.trust == Trust::Doubted {
            self.trust = Trust::Open;
        }
        if expected.is_empty() {
            return;
        }
        let Some(rest) = expected.strip_prefix(inserted.as_str()) else {
            let followed = self.along >= FOLLOWED_BYTES;
            (self.trust, self.along) = (if followed { Trust::Surprised } else { Trust::Doubted }, 0);
            return;
        };
        rest.clone_into(&mut self.expected);
        self.along += inserted.len();
        if self.along >= FOLLOWED_BYTES {
            self.trust = Trust::Followed;
        }
    }

    /// The judgement now.
    pub fn trust(&self) -> Trust {
        self.trust
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `keys` after `suggestion` was shown; `<` takes the last character back.
    #[track_caller]
    fn check(suggestion: &str, keys: &str, trust: Trust) {
        let mut following = Following::default();
        following.shown(suggestion);
        for key in keys.chars() {
            let edit = if key == '<' {
                Edit { replaced: 0..1, inserted: String::new() }
            } else {
                Edit { replaced: 0..0, inserted: key.to_string() }
            };
            following.edited(&[edit]);
        }
        assert_eq!(following.trust(), trust, "{suggestion:?}, then {keys:?}");
    }

    #[test]
    fn what_is_typed_along_is_believed() {
        check("foo();", "", Trust::Open);
        check("foo();", "fo", Trust::Open);
        check("foo();", "foo", Trust::Followed);
    }

    #[test]
    fn another_text_is_a_doubt() {
        check("foo();", "b", Trust::Doubted);
        check("foo();", "fob", Trust::Doubted);
        check("foo();", "barbar", Trust::Doubted);
    }

    #[test]
    fn a_slip_on_the_way_is_a_surprise_for_one_key() {
        check("foo();", "foo(b", Trust::Surprised);
        check("foo();", "foo(ba", Trust::Doubted);
        check("foo();", "foo(b<", Trust::Doubted);
    }

    #[test]
    fn a_new_line_is_a_new_thought() {
        check("foo();", "bar\n", Trust::Open);
    }

    #[test]
    fn an_acceptance_is_belief_at_once() {
        let mut following = Following::default();
        following.shown("foo();");
        following.edited(&[Edit { replaced: 0..0, inserted: "foo();".into() }]);
        assert_eq!(following.trust(), Trust::Followed);
    }
}
