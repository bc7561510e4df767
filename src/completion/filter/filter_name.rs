//! The filters by name, in the order they run.

/// One filter. Each has a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Filter {
    /// See `filter::model_marks`.
    Mark,
    /// See `filter::chat_wrapping`.
    Wrapping,
    /// See `filter::repeated_prefix` and `filter::repeated_sign`.
    Begun,
    /// See `filter::leading_whitespace` and `filter::body_line`.
    Leading,
    /// See `filter::indentation`.
    Indentation,
    /// See `filter::shown`.
    CutOff,
    /// See `filter::repetition`.
    Repetition,
    /// See `filter::closing_quote`.
    Quote,
    /// See `filter::repeated_suffix`, with `filter::repeated_closers` and `filter::similar_lines`.
    Suffix,
    /// See `filter::unbalanced_brackets`.
    Balance,
    /// See `filter::repeated_lines_above`.
    Above,
    /// See `filter::blank`.
    Blank,
}

impl Filter {
    /// All of them, in the order they run: the first five on the reply as it grows, the others each time something of
    /// it is shown.
    pub const ALL: [Self; 12] = [
        Self::Mark,
        Self::Wrapping,
        Self::Begun,
        Self::Leading,
        Self::Indentation,
        Self::CutOff,
        Self::Repetition,
        Self::Quote,
        Self::Suffix,
        Self::Balance,
        Self::Above,
        Self::Blank,
    ];

    /// The name by which reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mark => "filteredMark",
            Self::Wrapping => "filteredWrapping",
            Self::Begun => "filteredBegun",
            Self::Leading => "filteredLeading",
            Self::Indentation => "filteredIndentation",
            Self::CutOff => "filteredCutOff",
            Self::Repetition => "filteredRepetition",
            Self::Quote => "filteredQuote",
            Self::Suffix => "filteredSuffix",
            Self::Balance => "filteredBalance",
            Self::Above => "filteredAbove",
            Self::Blank => "filteredBlank",
        }
    }

    /// What a suggestion does that it takes away: "it ...".
    pub fn does(self) -> &'static str {
        match self {
            Self::Mark => "holds a mark of the model's, not text",
            Self::Wrapping => "holds a fence, a sentence or a file's name around the code",
            Self::Begun => "says again what stands before the cursor",
            Self::Leading => "begins with white space that is there already, or lacks it",
            Self::Indentation => "is indented in another way than the file",
            Self::CutOff => "ends in the middle of a line, where the token limit cut it off",
            Self::Repetition => "says the same again and again",
            Self::Quote => "closes the string that is closed right of the cursor",
            Self::Suffix => "repeats the text after the cursor",
            Self::Balance => "closes a bracket that is not open",
            Self::Above => "repeats the lines above",
            Self::Blank => "is only white space",
        }
    }
}
