//! How far what is typed agrees with what is suggested. Pure: edits come in, the agreement goes out.
//!
//! Whoever types a suggestion will want its next lines as well; whoever has just typed something else will most likely
//! do so again. What is asked, how soon and how much of the reply is read all hang on this.

use crate::text::document::Edit;

/// So many bytes in a row that agree mean that a suggestion is followed. One or two agree by chance. By the replay
/// bench 3 to 8 do the same within 0.1 % of keystrokes.
const FOLLOWED_BYTES: usize = 3;

/// Whether what is typed agrees with what was suggested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Agreement {
    /// Nothing tells.
    #[default]
    Unknown,
    /// What was suggested is being typed.
    Followed,
    /// The last key contradicts what was typed along until then: a typo soon taken back, or a turn.
    Slipped,
    /// Something else than suggested was typed on this line, and nothing agreed since.
    Diverged,
}

/// The suggestion shown last, against what is typed.
#[derive(Debug, Default)]
pub struct AgreementTracker {
    /// What is left of it.
    expected: String,
    /// Bytes typed that agreed, in a row.
    along: usize,
    agreement: Agreement,
}

impl AgreementTracker {
    /// This is on screen now.
    pub fn shown(&mut self, suggestion: &str) {
        suggestion.clone_into(&mut self.expected);
    }

    /// The document changed.
    pub fn edited(&mut self, edits: &[Edit]) {
        let expected = std::mem::take(&mut self.expected);
        if self.agreement == Agreement::Slipped {
            self.agreement = Agreement::Diverged;
        }
        let [Edit { replaced, inserted }] = edits else { return };
        if !replaced.is_empty() || inserted.is_empty() {
            return;
        }
        if inserted.contains('\n') && self.agreement == Agreement::Diverged {
            self.agreement = Agreement::Unknown;
        }
        if expected.is_empty() {
            return;
        }
        let Some(rest) = expected.strip_prefix(inserted.as_str()) else {
            let followed = self.along >= FOLLOWED_BYTES;
            (self.agreement, self.along) = (if followed { Agreement::Slipped } else { Agreement::Diverged }, 0);
            return;
        };
        rest.clone_into(&mut self.expected);
        self.along += inserted.len();
        if self.along >= FOLLOWED_BYTES {
            self.agreement = Agreement::Followed;
        }
    }

    /// The agreement now.
    pub fn agreement(&self) -> Agreement {
        self.agreement
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `keys` after `suggestion` was shown; `<` takes the last character back.
    #[track_caller]
    fn check(suggestion: &str, keys: &str, agreement: Agreement) {
        let mut tracker = AgreementTracker::default();
        tracker.shown(suggestion);
        for key in keys.chars() {
            let edit = if key == '<' {
                Edit { replaced: 0..1, inserted: String::new() }
            } else {
                Edit { replaced: 0..0, inserted: key.to_string() }
            };
            tracker.edited(&[edit]);
        }
        assert_eq!(tracker.agreement(), agreement, "{suggestion:?}, then {keys:?}");
    }

    #[test]
    fn what_is_typed_along_is_believed() {
        check("foo();", "", Agreement::Unknown);
        check("foo();", "fo", Agreement::Unknown);
        check("foo();", "foo", Agreement::Followed);
    }

    #[test]
    fn another_text_is_a_doubt() {
        check("foo();", "b", Agreement::Diverged);
        check("foo();", "fob", Agreement::Diverged);
        check("foo();", "barbar", Agreement::Diverged);
    }

    #[test]
    fn a_slip_on_the_way_is_a_surprise_for_one_key() {
        check("foo();", "foo(b", Agreement::Slipped);
        check("foo();", "foo(ba", Agreement::Diverged);
        check("foo();", "foo(b<", Agreement::Diverged);
    }

    #[test]
    fn a_new_line_is_a_new_thought() {
        check("foo();", "bar\n", Agreement::Unknown);
    }

    #[test]
    fn an_acceptance_is_belief_at_once() {
        let mut tracker = AgreementTracker::default();
        tracker.shown("foo();");
        tracker.edited(&[Edit { replaced: 0..0, inserted: "foo();".into() }]);
        assert_eq!(tracker.agreement(), Agreement::Followed);
    }
}
