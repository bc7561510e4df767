//! What became of a suggestion: taken as a whole, taken in part, or passed over. Pure: what is shown and what is edited
//! come in, outcomes go out.
//!
//! A client that runs the item's command tells of whole acceptances; for all others, and for parts, the edit tells:
//! nobody types two characters in one edit, so an edit that inserts more of what was suggested is an acceptance.
//! Letters typed along one by one are neither: the suggestion just stays.

use crate::text::document::Edit;
use crate::usage::Outcome;

/// An edit of so many characters is no keystroke.
const MORE_THAN_A_KEY: usize = 2;

/// The suggestion on screen.
#[derive(Debug, Default)]
pub struct Acceptance {
    /// What is left of it; empty when there is none.
    expected: String,
    /// What the last edit was counted as, if it took or passed over a suggestion: its command may still come.
    counted: Option<Outcome>,
}

impl Acceptance {
    /// This is on screen now. What goes on with the suggestion before it is no new one.
    pub fn shown(&mut self, suggestion: &str) -> Option<Outcome> {
        let goes_on = !self.expected.is_empty() && suggestion.starts_with(self.expected.as_str());
        suggestion.clone_into(&mut self.expected);
        (!goes_on && !suggestion.is_empty()).then_some(Outcome::Shown)
    }

    /// The document changed.
    pub fn edited(&mut self, edits: &[Edit]) -> Option<Outcome> {
        self.counted = None;
        let expected = std::mem::take(&mut self.expected);
        let [Edit { inserted, .. }] = edits else { return None };
        // Line ends come as the document has them.
        let inserted = inserted.replace("\r\n", "\n");
        if expected.is_empty() || inserted.is_empty() {
            return None;
        }
        let at_once = inserted.chars().count() >= MORE_THAN_A_KEY;
        // An item of a menu replaces the word in front of it as well.
        if at_once && inserted.ends_with(expected.as_str()) {
            return self.count(Outcome::Accepted);
        }
        match expected.strip_prefix(inserted.as_str()) {
            Some(rest) => {
                rest.clone_into(&mut self.expected);
                if at_once { self.count(Outcome::Partly) } else { None }
            }
            None => self.count(Outcome::Rejected),
        }
    }

    /// The client says that a suggestion was accepted; what the edit before it was taken for, if that was wrong.
    pub fn accepted(&mut self) -> (Option<Outcome>, Option<Outcome>) {
        match self.counted.take() {
            Some(Outcome::Accepted) => (None, None),
            wrong => (wrong, Some(Outcome::Accepted)),
        }
    }

    fn count(&mut self, outcome: Outcome) -> Option<Outcome> {
        self.counted = Some(outcome);
        Some(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(text: &str) -> Vec<Edit> {
        vec![Edit { replaced: 0..0, inserted: text.into() }]
    }

    /// After `suggestion` was shown and `edits` were made one by one: the last outcome.
    #[track_caller]
    fn check(suggestion: &str, edits: &[&str], outcome: Option<Outcome>) {
        let mut acceptance = Acceptance::default();
        assert_eq!(acceptance.shown(suggestion), Some(Outcome::Shown));
        let last = edits.iter().map(|edit| acceptance.edited(&insert(edit))).last().flatten();
        assert_eq!(last, outcome, "{suggestion:?}, then {edits:?}");
    }

    #[test]
    fn one_edit_of_it_all_is_an_acceptance() {
        check("foo();", &["foo();"], Some(Outcome::Accepted));
        check("foo();", &["f", "oo();"], Some(Outcome::Accepted));
        check("a\nb", &["a\r\nb"], Some(Outcome::Accepted));
        check("o_bar()", &["foo_bar()"], Some(Outcome::Accepted));
    }

    #[test]
    fn a_word_at_once_is_a_part() {
        check("foo bar", &["foo "], Some(Outcome::Partly));
        check("foo bar", &["foo ", "bar"], Some(Outcome::Accepted));
    }

    #[test]
    fn single_keys_are_typing() {
        check("foo", &["f"], None);
        check("foo", &["f", "o", "o"], None);
        check("foo", &["f", "x"], Some(Outcome::Rejected));
        check("foo", &["x"], Some(Outcome::Rejected));
        check("foo", &["x", "y"], None);
    }

    #[test]
    fn what_stays_on_screen_is_shown_once() {
        let mut acceptance = Acceptance::default();
        assert_eq!(acceptance.shown("foo();"), Some(Outcome::Shown));
        acceptance.edited(&insert("f"));
        assert_eq!(acceptance.shown("oo();"), None);
        assert_eq!(acceptance.shown("other"), Some(Outcome::Shown));
        assert_eq!(acceptance.shown(""), None);
    }

    #[test]
    fn the_command_and_the_edit_count_once() {
        let mut acceptance = Acceptance::default();
        acceptance.shown("foo();");
        acceptance.edited(&insert("foo();"));
        assert_eq!(acceptance.accepted(), (None, None));
        acceptance.shown("foo();");
        acceptance.edited(&insert("foo(x);"));
        assert_eq!(acceptance.accepted(), (Some(Outcome::Rejected), Some(Outcome::Accepted)));
    }
}
