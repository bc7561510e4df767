//! The weights of the models, as `cargo bench --bench local -- --fit` fitted them: nothing here is written by hand.

use super::{Confidence, Model, Ranking, Row, Unit};
use crate::features::{CandidateFeatures, ConfidenceFeatures, PlaceFeatures};

/// How many hidden units the network has.
pub const UNITS: usize = 12;

/// The model that predictions are made with.
pub static FITTED: Model = Model {
    similarity: SIMILARITY,
    ranking: Ranking::new(PLACE, CANDIDATE, UNIT),
    confidence: Confidence { bias: -4.612, weights: CONFIDENCE },
};

/// What each feature adds to the logarithm of an occurrence's weight.
const SIMILARITY: PlaceFeatures<f64> = PlaceFeatures {
    log_tokens: 0.882,
    tokens_to_12: 0.038,
    tokens_to_40: 0.012,
    most_tokens: 0.257,
    log_bytes: 1.043,
    most_bytes: 0.421,
    log_aligned_tokens: 0.682,
    renames: -0.311,
    same_indent: 0.096,
    near: 0.954,
    same_document: -1.599,
    log_distance: 0.361,
    same_file_name: 1.137,
    same_depth: 1.829,
    same_bracket: 0.664,
    same_before_bracket: 0.201,
    same_bracket_line: 0.261,
    same_line_start: 0.811,
    column_difference: -0.097,
    partial_is_new: -1.272,
    log_partial_use: -0.113,
    log_rest_bytes: -0.4,
    far_words: -0.112,
    new_words: -0.315,
    renamed_words: -0.206,
    keeps_names: -2.454,
    words_in_common: 3.401,
    repeats_near_line: -0.024,
    repeats_far_line: 0.328,
    repeats_line_there: -0.296,
    recent_lines_in_common: 0.18,
    prose_too_wide: -1.521,
    prose_breaks_early: -0.434,
    prose_log_rest_bytes: -0.133,
    prose_partial_is_new: 0.833,
    prose_same_line_start: 0.372,
    prose_far_words: 0.105,
    prose_repeats_near_line: 0.359,
    prose_repeats_far_line: 0.568,
    prose_repeats_line_there: 0.89,
    other_language: -1.215,
    other_word: -2.078,
};

/// What each feature adds to the logarithm of the odds that a prediction is right.
const CONFIDENCE: ConfidenceFeatures<f64> = ConfidenceFeatures {
    log_odds: 0.602,
    log_tokens: 0.41,
    log_bytes: 0.384,
    same_depth: 1.037,
    log_occurrences: 0.549,
    log_length: -0.171,
    starts_line: -0.611,
    is_weak: -0.237,
};

/// The network's row for each feature of a candidate's best occurrence.
const PLACE: PlaceFeatures<Row> = PlaceFeatures {
    log_tokens: row(1.41, 1.0, 0.179, [-18, -4, -15, 20, 10, -38, 25, -7, -11, -11, -17, -5]),
    tokens_to_12: row(3.983, 0.262, -0.033, [-57, 10, 12, -28, -15, -59, -8, 1, -1, -17, -20, -7]),
    tokens_to_40: row(5.668, 0.114, 0.095, [-40, -13, -15, -7, -30, 3, 15, -9, 4, 3, -23, -15]),
    most_tokens: row(0.22, 2.414, 0.097, [18, -15, 6, 4, -18, 0, 9, 21, -21, -19, -12, -25]),
    log_bytes: row(2.279, 0.874, -0.061, [-8, -23, -35, -13, -31, 0, 5, 29, 2, 21, -10, 11]),
    most_bytes: row(0.147, 2.821, -0.056, [-11, 6, -10, -7, 4, 15, -14, -13, 1, -19, -14, 0]),
    log_aligned_tokens: row(0.424, 1.101, -0.118, [-29, -5, 1, -73, -10, -14, 23, 11, 28, -13, 102, -95]),
    renames: row(0.643, 1.106, 0.007, [24, -1, -9, -5, -8, -36, -21, -4, -4, -24, -20, 45]),
    same_indent: row(0.55, 2.01, -0.243, [-24, 2, -15, 14, 2, -43, 27, 38, 23, -31, -12, -39]),
    near: row(0.157, 2.751, 0.063, [-5, 2, 1, 2, -33, -12, 17, -26, -6, 14, -22, 21]),
    same_document: row(0.425, 2.023, -0.111, [28, -25, 1, -33, -19, 0, -39, -14, -25, -20, 4, -38]),
    log_distance: row(1.123, 0.599, 0.2, [-1, 9, 59, -3, -40, -46, 13, 45, 1, -3, -22, -5]),
    same_file_name: row(0.497, 2.0, 0.156, [-21, -17, 12, 52, 6, -3, 23, -7, -9, 22, -10, 23]),
    same_depth: row(0.918, 3.648, -0.148, [29, 5, -7, 27, -15, -30, 16, 32, 73, 14, -16, -26]),
    same_bracket: row(0.822, 2.612, -0.003, [18, -23, -36, -26, 4, -30, 14, 8, -16, -2, 4, -52]),
    same_before_bracket: row(0.613, 2.053, -0.076, [-11, 8, -25, 5, -4, -14, -19, -13, 31, 0, 10, 9]),
    same_bracket_line: row(0.594, 2.036, 0.056, [1, -7, 6, -9, 33, -13, 9, -11, -22, -36, 1, -16]),
    same_line_start: row(0.713, 2.212, 0.195, [19, -2, -27, 2, 11, -65, -18, 13, 18, -22, -21, 3]),
    column_difference: row(1.989, 0.28, -0.22, [-13, 24, -27, -8, -17, -16, -66, -20, -12, -3, -48, -2]),
    partial_is_new: row(0.167, 2.68, -0.247, [18, 21, -52, 0, 41, 2, 31, 9, -35, -34, -7, -36]),
    log_partial_use: row(0.729, 0.863, -0.218, [0, 22, -18, 15, -4, 1, 5, -6, 4, -2, -3, -5]),
    log_rest_bytes: row(2.69, 1.03, -0.135, [42, -39, 44, 67, 10, 41, 45, -18, -7, -29, 11, 13]),
    far_words: row(1.017, 0.622, -0.412, [-20, 28, -13, 43, -12, 1, 43, 21, -104, 35, 49, -1]),
    new_words: row(0.648, 0.809, -0.305, [29, 2, 15, 16, 20, 0, 50, 13, -94, 30, 34, 10]),
    renamed_words: row(0.052, 3.527, 0.123, [-7, 28, 5, -24, 15, -44, 7, -2, 30, -18, 37, 76]),
    keeps_names: row(0.022, 6.884, -0.2, [-32, 10, 20, -22, 19, -17, 15, -11, -32, 15, -60, 10]),
    words_in_common: row(0.515, 3.446, 0.245, [-45, -3, 36, 57, -3, -7, 23, -37, -45, -19, 36, 20]),
    repeats_near_line: row(0.041, 5.048, 0.098, [4, 9, -13, -39, -29, -3, -27, -90, -33, 10, -31, 8]),
    repeats_far_line: row(0.112, 3.175, 0.054, [4, -30, -18, -19, -11, 10, -6, -18, -16, 5, -27, -24]),
    repeats_line_there: row(0.03, 5.888, 0.094, [-66, -18, 18, -31, 26, -12, 31, 63, -10, 1, -2, 6]),
    recent_lines_in_common: row(1.488, 0.448, -0.048, [-10, -15, -17, 43, 8, 17, 27, -19, 7, -6, 9, -12]),
    prose_too_wide: row(0.031, 5.813, -0.158, [24, -7, 5, -8, -14, 20, -2, -11, 8, -25, 15, -22]),
    prose_breaks_early: row(0.08, 3.69, -0.144, [10, 14, 2, -1, 5, -11, 13, -7, 0, 22, 23, -3]),
    prose_log_rest_bytes: row(0.664, 0.79, 0.067, [9, -11, 18, 14, 24, 10, 1, -2, -14, 4, 10, 12]),
    prose_partial_is_new: row(0.059, 4.241, 0.112, [-4, -20, -12, 22, 10, -13, -17, -7, -6, 6, 20, 7]),
    prose_same_line_start: row(0.202, 2.489, 0.046, [-4, 12, -8, 10, -10, -14, 2, 16, -7, -18, -2, -5]),
    prose_far_words: row(0.353, 0.861, -0.208, [-24, 10, -40, 6, 14, -16, -2, 19, -24, 6, -29, 1]),
    prose_repeats_near_line: row(0.006, 13.421, 0.205, [-17, -12, -9, 14, 62, -6, -30, 3, -10, 8, -9, -30]),
    prose_repeats_far_line: row(0.02, 7.231, 0.057, [25, -7, 0, 6, 29, -25, 21, 6, -25, -20, -14, -23]),
    prose_repeats_line_there: row(0.008, 11.113, -0.072, [-6, -27, 2, 10, 18, -6, 9, -29, 8, -19, -21, -8]),
    other_language: row(0.002, 20.0, -0.074, [16, 12, -2, -3, 4, 3, 4, 27, -10, 4, -1, -25]),
    other_word: row(0.055, 4.387, 0.221, [-4, 19, 47, -22, 16, 0, -25, -26, 35, -9, -27, 39]),
};

/// The network's row for each feature of a candidate.
const CANDIDATE: CandidateFeatures<Row> = CandidateFeatures {
    log_weight: row(-6.376, 0.231, -0.011, [11, -7, -11, -29, 4, -5, 17, -19, -15, -4, -6, -10]),
    weight_share: row(0.102, 3.838, 0.048, [5, 59, 4, -2, 36, 1, -14, -37, 18, 12, 15, 7]),
    best_part: row(0.778, 3.434, -0.02, [5, 13, -37, 13, -7, 6, -19, -14, 0, -32, -12, 4]),
    position: row(4.387, 0.349, -0.182, [8, -12, 10, -2, -2, -19, -20, 4, 3, 16, -22, 0]),
    log_occurrences: row(1.141, 1.419, -0.073, [-23, 6, -2, -13, -7, 5, -10, 37, 9, -8, -5, 0]),
    occurrence_share: row(0.052, 9.689, 0.124, [-7, -18, -11, -11, -7, 20, 4, 25, 2, -34, 4, -25]),
    longest_match: row(0.101, 3.325, 0.085, [-3, 19, -5, -3, -31, 13, 25, -11, -12, -11, -3, -14]),
    log_bytes: row(2.292, 0.875, 0.026, [-5, -15, -41, -11, -34, -3, 6, 19, 11, 18, -17, 10]),
    bytes_behind: row(-1.602, 0.738, 0.025, [-18, -35, -17, -18, -14, -13, -11, 19, 11, 9, -8, 19]),
    verbatim_bytes_behind: row(-1.71, 0.702, 0.153, [-11, -23, -17, 9, -33, -5, 13, -18, 7, 8, -5, -48]),
    tokens_behind: row(-1.449, 0.751, 0.226, [20, -7, -7, -22, 4, -22, 40, -15, 2, -28, -9, -15]),
    log_with_most_bytes: row(0.149, 2.474, 0.017, [3, -33, -22, -20, -19, 8, 16, 20, 0, -14, 21, 4]),
    log_with_most_tokens: row(0.241, 1.858, 0.134, [3, 20, 5, -5, -16, 22, 16, 0, -7, 7, 4, -5]),
    log_in_document: row(0.48, 1.546, 0.294, [-39, 24, 28, 29, -9, 27, 5, -10, -13, -12, 15, 21]),
    log_nearest: row(5.722, 0.37, -0.005, [-30, 7, 46, 46, -50, -27, 19, 73, 9, -13, 16, 15]),
    log_files: row(0.909, 2.06, 0.057, [-44, 1, -16, 13, 5, 27, 19, -49, -11, -36, -17, 32]),
    log_near: row(0.205, 2.002, 0.017, [-3, 1, 5, 0, -1, -12, -3, -13, -18, 32, 9, -18]),
    depth: row(0.146, 1.61, -0.071, [-1, 13, 2, 13, 46, -11, 31, -11, -16, -11, 14, 2]),
    closes_more: row(0.062, 4.151, -0.004, [-2, 28, -11, -16, 6, 41, -10, -39, -30, -21, -6, 28]),
    ends_in_semicolon: row(0.211, 2.45, -0.115, [-21, -33, 16, -1, 12, -40, 4, 16, 14, -5, -9, 3]),
    ends_in_comma: row(0.122, 3.053, 0.007, [2, -4, 6, 15, 1, -28, -4, -6, 5, -4, -11, 11]),
    ends_in_brace: row(0.146, 2.834, -0.077, [-1, -5, -12, 21, -13, -23, -43, 0, 31, -2, 11, -7]),
    log_length: row(1.881, 1.458, -0.124, [42, -35, 20, 1, -5, -14, 42, -6, -43, -9, 38, 18]),
    agree_in_1: row(0.542, 2.119, -0.026, [17, -127, -21, -19, -70, 5, 13, -5, -10, -14, -3, -2]),
    agree_in_2: row(0.325, 2.275, -0.022, [-21, -27, -24, 20, -16, -21, -20, 5, 16, -9, -44, 26]),
    agree_in_3: row(0.209, 2.638, 0.081, [-26, 10, 22, 2, 15, 7, 7, 1, -14, 14, 1, -2]),
    agree_in_5: row(0.101, 3.678, 0.024, [-3, 20, 5, 2, -12, 8, -10, 6, 22, -23, -13, -14]),
    longer: row(0.031, 6.095, -0.087, [-74, 42, -2, -4, -37, -30, -6, -52, -24, -56, 14, -34]),
    shorter: row(0.05, 5.263, 0.094, [7, -62, 33, -47, -22, -9, -34, -27, -15, -13, 18, 1]),
    log_partial: row(0.874, 1.16, -0.0, [-10, 18, 39, -13, -3, -31, -10, -44, -3, -41, -38, -12]),
    log_typed: row(1.421, 0.995, -0.0, [-10, -14, -5, 6, -18, 8, -2, -16, 43, 6, -35, 15]),
    log_candidates: row(3.715, 1.308, -0.0, [15, -20, -10, 1, -14, 17, -13, -34, 13, 17, 30, -41]),
    log_all_occurrences: row(4.313, 1.857, -0.0, [-12, 2, 30, 3, 52, -5, 27, 31, -6, 10, -18, 7]),
    log_most_tokens: row(2.869, 0.832, -0.0, [-40, 11, 3, 56, 7, -11, 0, 10, -17, 23, -7, 12]),
    log_most_bytes: row(3.895, 0.91, -0.0, [10, 29, -28, 16, -19, 14, 19, -4, 9, 17, -10, -18]),
    first_share: row(0.805, 3.971, -0.0, [-20, -20, -4, 6, -28, -5, -18, -14, 34, -13, 4, 28]),
    second_part: row(0.17, 3.793, 0.0, [-17, -21, 8, 30, -19, 21, -41, -3, 12, -29, -27, 22]),
    in_prose: row(0.245, 2.325, -0.0, [-2, 12, -1, -11, 31, -1, 21, -23, -15, -9, 18, 2]),
    cursor_depth: row(0.266, 1.641, -0.0, [-23, 16, -21, 16, 7, 41, -29, 12, 71, -7, -15, 22]),
    starts_line: row(0.235, 2.358, 0.0, [-8, 30, 8, 7, -1, 25, 47, -3, -5, 27, -7, 0]),
    partial_is_whole: row(0.347, 2.101, 0.02, [3, 46, 9, -16, -20, 16, 19, -3, -14, -26, -1, 2]),
    log_gap: row(0.006, 9.396, -0.074, [24, -19, 3, -24, 8, -14, 5, -5, -10, -9, 30, -4]),
};

/// The network's hidden units.
const UNIT: [Unit; UNITS] = [
    Unit { bias: -0.06, out: -0.6 },
    Unit { bias: -0.959, out: -1.136 },
    Unit { bias: -0.48, out: -0.675 },
    Unit { bias: 0.159, out: 0.634 },
    Unit { bias: -0.785, out: -0.818 },
    Unit { bias: -0.295, out: -0.556 },
    Unit { bias: 0.111, out: 0.556 },
    Unit { bias: 0.063, out: -0.666 },
    Unit { bias: 0.205, out: 0.596 },
    Unit { bias: -0.108, out: -0.669 },
    Unit { bias: -0.495, out: 0.66 },
    Unit { bias: -0.287, out: -0.846 },
];

/// A row of the network, with the hidden weights in hundredths.
const fn row(mean: f32, scale: f32, direct: f32, hundredths: [i8; UNITS]) -> Row {
    let (mut hidden, mut unit) = ([0.0; UNITS], 0);
    while unit < UNITS {
        hidden[unit] = hundredths[unit] as f32 / 100.0;
        unit += 1;
    }
    Row { mean, scale, direct, hidden }
}
