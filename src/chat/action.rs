//! What the user can ask of the selected code, and which kind of result it has.

use std::ops::Range;

use ropey::Rope;

use super::select;

/// What is asked of the selected code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Say what it does.
    Explain,
    /// Mend what the diagnostics, or the model, find wrong.
    Fix,
    /// Write its documentation into it.
    Document,
    /// Write tests for it, as a document of their own.
    Tests,
    /// Make it better without another behaviour.
    Improve,
    /// Change it as the user says.
    Change,
    /// Answer the user's question.
    Ask,
}

impl Action {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] =
        [Self::Explain, Self::Fix, Self::Document, Self::Tests, Self::Improve, Self::Change, Self::Ask];

    /// Its name in the protocol and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Explain => "explain",
            Self::Fix => "fix",
            Self::Document => "document",
            Self::Tests => "tests",
            Self::Improve => "improve",
            Self::Change => "change",
            Self::Ask => "ask",
        }
    }

    /// The action of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// What a menu calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Explain => "Explain",
            Self::Fix => "Fix",
            Self::Document => "Document",
            Self::Tests => "Write tests",
            Self::Improve => "Improve",
            Self::Change => "Change",
            Self::Ask => "Ask",
        }
    }

    /// Whether it ends in an edit of the code; the others end in prose.
    pub const fn edits(self) -> bool {
        matches!(self, Self::Fix | Self::Document | Self::Improve | Self::Change)
    }

    /// Whether it says nothing without the user's own words.
    pub const fn needs_words(self) -> bool {
        matches!(self, Self::Change | Self::Ask)
    }

    /// The bytes of `text` that it is about, where the user selected `range` of it or, with an empty one, nothing.
    /// What is explained, documented or tested is a whole function or type; other actions stay as near as they can.
    pub fn subject(self, text: &Rope, range: Range<usize>, language: &str) -> Range<usize> {
        match self {
            Self::Explain | Self::Document | Self::Tests => select::definition(text, range, language),
            Self::Fix | Self::Improve | Self::Change | Self::Ask => select::target(text, range, language),
        }
    }

    /// What the model is asked, in the user's place. Empty where their own words say it all.
    pub const fn request(self) -> &'static str {
        match self {
            Self::Explain => "Explain this code: what it is for, how it works, and what may surprise its reader.",
            Self::Fix => "Fix what is wrong in this code.",
            Self::Document => {
                "Document this code in the manner of its language and of the comments around it. Do not change the \
                 code itself."
            }
            Self::Tests => "Write tests for this code, with the test framework that is usual in its language.",
            Self::Improve => "Improve this code: clearer, shorter or faster, with the same behaviour.",
            Self::Change | Self::Ask => "",
        }
    }

    /// The whole question: what the action asks, and the user's words.
    pub fn question(self, words: Option<&str>) -> String {
        let words = words.map(str::trim).unwrap_or_default();
        match (self.request(), words) {
            (request, "") => request.to_owned(),
            ("", words) => words.to_owned(),
            (request, words) => format!("{request}\n\n{words}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_is_found_by_its_name() {
        for action in Action::ALL {
            assert_eq!(Action::named(action.name()), Some(action));
        }
        assert_eq!(Action::named("Explain"), None);
    }

    #[test]
    fn a_function_is_explained_whole_and_its_loop_improved_alone() {
        let text = Rope::from_str("fn a() {\n    for b in c {\n        d();\n    }\n}\n");
        let chosen = |action: Action| text.byte_slice(action.subject(&text, 30..30, "rust")).to_string();
        assert!(chosen(Action::Explain).starts_with("fn a()"), "{}", chosen(Action::Explain));
        assert!(chosen(Action::Improve).trim_start().starts_with("for b"), "{}", chosen(Action::Improve));
    }

    #[test]
    fn what_needs_words_asks_nothing_of_its_own() {
        for action in Action::ALL {
            assert_eq!(action.needs_words(), action.question(None).is_empty(), "{action:?}");
            assert!(action.question(Some(" why? ")).ends_with("why?"), "{action:?}");
        }
    }
}
