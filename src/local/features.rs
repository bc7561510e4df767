//! The features by which occurrences and candidates are weighed, by name: a value, or what a model has for it.
//!
//! The values are computed in `similarity` and `ranking`, the weights stand in `model/weights`. All are written by
//! these names, so that none can be left out, given twice, or taken for another by its position.

/// Declares a struct of one field for each feature, with the names and the values in a row.
macro_rules! features {
    ($(#[$doc:meta])* $name:ident, $count:ident, { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name<T> {
            $($(#[$field_doc])* pub $field: T,)*
        }

        #[doc = concat!("How many features [`", stringify!($name), "`] has.")]
        pub const $count: usize = [$(stringify!($field)),*].len();

        impl<T: Copy> $name<T> {
            /// The features' names, in their order.
            pub const NAMES: [&str; $count] = [$(stringify!($field)),*];

            /// The values, in the order of the names.
            pub const fn values(&self) -> [T; $count] {
                [$(self.$field),*]
            }

            /// Another value for each feature.
            pub fn map<U: Copy>(&self, with: impl Fn(T) -> U) -> $name<U> {
                $name { $($field: with(self.$field)),* }
            }

            /// From values in the order of the names.
            pub const fn from_values(values: [T; $count]) -> Self {
                let [$($field),*] = values;
                Self { $($field),* }
            }
        }

        impl $name<f64> {
            /// The sum of all values, each times its weight.
            pub fn dot(&self, weights: &Self) -> f64 {
                self.values().into_iter().zip(weights.values()).map(|(value, weight)| value * weight).sum()
            }
        }
    };
}

features! {
    /// How alike an occurrence and the cursor are. "Log" is the natural logarithm of the number plus one; what is true
    /// or false is 1 or 0.
    PlaceFeatures, PLACE_FEATURES, {
        /// Log of the tokens before that agree.
        log_tokens,
        /// These tokens, up to 12.
        tokens_to_12,
        /// These tokens, up to 40.
        tokens_to_40,
        /// No occurrence agrees in more tokens.
        most_tokens,
        /// Log of the bytes before that agree.
        log_bytes,
        /// No occurrence agrees in more bytes.
        most_bytes,
        /// Log of the tokens that agree beyond the first that does not.
        log_aligned_tokens,
        /// Names before that stand for others.
        renames,
        /// The two lines are indented alike.
        same_indent,
        /// In the same folder, or in another open document.
        near,
        /// In the document at the cursor.
        same_document,
        /// Log of fifty tokens between the two there; 0 elsewhere.
        log_distance,
        /// In a file of the same name.
        same_file_name,
        /// As many brackets are open on the line.
        same_depth,
        /// The bracket around is the same.
        same_bracket,
        /// The token before the bracket around is the same.
        same_before_bracket,
        /// The first token of that bracket's line is the same.
        same_bracket_line,
        /// The first token of the line is the same.
        same_line_start,
        /// How many more or fewer tokens stand before it on its line, up to 20.
        column_difference,
        /// The word begun would become one not used before.
        partial_is_new,
        /// Log of twenty tokens since that word was used.
        log_partial_use,
        /// Log of the bytes of the rest of the line.
        log_rest_bytes,
        /// Words of the rest that are not used near the cursor.
        far_words,
        /// Words of the rest that are not used before the cursor.
        new_words,
        /// Words of the rest that stand for others.
        renamed_words,
        /// Names that could stand for others are kept.
        keeps_names,
        /// The part of the words before what agrees that stand near the cursor.
        words_in_common,
        /// The whole line stands among the last lines above the cursor.
        repeats_near_line,
        /// The whole line stands further above the cursor.
        repeats_far_line,
        /// There, the whole line stands among the last lines above it.
        repeats_line_there,
        /// Lines among the last above that are the same.
        recent_lines_in_common,
        /// In prose: the line would be wider than others.
        prose_too_wide,
        /// In prose: the next word would have had room on the line.
        prose_breaks_early,
        /// In prose: `log_rest_bytes`.
        prose_log_rest_bytes,
        /// In prose: `partial_is_new`.
        prose_partial_is_new,
        /// In prose: `same_line_start`.
        prose_same_line_start,
        /// In prose: `far_words`.
        prose_far_words,
        /// In prose: `repeats_near_line`.
        prose_repeats_near_line,
        /// In prose: `repeats_far_line`.
        prose_repeats_far_line,
        /// In prose: `repeats_line_there`.
        prose_repeats_line_there,
        /// In a file of another language.
        other_language,
        /// Another word stands in the place of the word begun.
        other_word,
    }
}

features! {
    /// What tells a candidate from the others, beside the [`PlaceFeatures`] of its best occurrence. "Share" is a part
    /// of the sum over all candidates.
    CandidateFeatures, CANDIDATE_FEATURES, {
        /// Natural logarithm of its weight as a part of the heaviest candidate's.
        log_weight,
        /// Its share of the weights.
        weight_share,
        /// The part of its weight that its best occurrence has.
        best_part,
        /// Its place in the order of weights, from 0.
        position,
        /// Log of its occurrences.
        log_occurrences,
        /// Its share of the occurrences.
        occurrence_share,
        /// The longest match of bytes predicts it.
        longest_match,
        /// Log of the most bytes that agree.
        log_bytes,
        /// The same, less that of all candidates.
        bytes_behind,
        /// The same of occurrences in which no name stands for another.
        verbatim_bytes_behind,
        /// Log of the most tokens that agree, less that of all candidates.
        tokens_behind,
        /// Log of its occurrences that no other exceeds in bytes that agree.
        log_with_most_bytes,
        /// Log of its occurrences that no other exceeds in tokens that agree.
        log_with_most_tokens,
        /// Log of its occurrences in the document at the cursor.
        log_in_document,
        /// Log of twenty tokens to the nearest of these; 8 where there is none.
        log_nearest,
        /// Log of the files it occurs in.
        log_files,
        /// Log of its occurrences in the same folder or in other open documents.
        log_near,
        /// Brackets left open on the line, -3 to 3.
        depth,
        /// More brackets are closed than the line has opened.
        closes_more,
        /// It ends in `;`.
        ends_in_semicolon,
        /// It ends in `,`.
        ends_in_comma,
        /// It ends in `{`.
        ends_in_brace,
        /// Log of its tokens.
        log_length,
        /// The share of candidates with the same first token.
        agree_in_1,
        /// The share of candidates with the same two first tokens.
        agree_in_2,
        /// The share of candidates with the same three first tokens.
        agree_in_3,
        /// The share of candidates with the same five first tokens.
        agree_in_5,
        /// The share of candidates that begin with it and go on.
        longer,
        /// The share of candidates that it begins with.
        shorter,
        /// Log of the bytes of the word begun. From here on the same for all candidates of a place.
        log_partial,
        /// Log of the tokens before the cursor on its line.
        log_typed,
        /// Log of the candidates.
        log_candidates,
        /// Log of all occurrences.
        log_all_occurrences,
        /// Log of the most tokens that agree anywhere.
        log_most_tokens,
        /// Log of the most bytes that agree anywhere.
        log_most_bytes,
        /// The heaviest candidate's share of the weights.
        first_share,
        /// The second candidate's weight as a part of the heaviest.
        second_part,
        /// The cursor stands in prose.
        in_prose,
        /// Brackets open before the cursor on its line, -3 to 3.
        cursor_depth,
        /// Nothing but a word begun stands before the cursor on its line.
        starts_line,
        /// The word begun is complete.
        partial_is_whole,
        /// Log of the white space that is missing before the first token.
        log_gap,
    }
}

features! {
    /// What tells a right prediction from a wrong one.
    ConfidenceFeatures, CONFIDENCE_FEATURES, {
        /// How likely it is among the candidates, as the logarithm of the odds.
        log_odds,
        /// Log of the tokens that agree at its best occurrence.
        log_tokens,
        /// Log of the bytes that agree there.
        log_bytes,
        /// As many brackets are open on the line there.
        same_depth,
        /// Natural logarithm of the occurrences that predict it.
        log_occurrences,
        /// Log of its bytes.
        log_length,
        /// The whole line is predicted.
        starts_line,
        /// Nothing before the cursor agrees, or another word stands in the place of the one begun.
        is_weak,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn values_keep_their_names() {
        let count = |n: usize| n as f32;
        let values = std::array::from_fn::<_, CANDIDATE_FEATURES, _>(count);
        let features = CandidateFeatures::from_values(values);
        assert_eq!(features.values(), values);
        let position = CandidateFeatures::<f32>::NAMES.iter().position(|name| *name == "agree_in_5");
        assert_eq!(position.map(count), Some(features.agree_in_5));
    }

    #[test]
    fn no_two_features_of_a_model_have_one_name() {
        let distinct = |names: &[&str]| names.iter().collect::<HashSet<_>>().len();
        assert_eq!(distinct(&PlaceFeatures::<f32>::NAMES), PLACE_FEATURES);
        assert_eq!(distinct(&CandidateFeatures::<f32>::NAMES), CANDIDATE_FEATURES);
    }
}
