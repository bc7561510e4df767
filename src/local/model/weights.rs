//! The weights of the models, as `cargo bench --bench local -- --fit` fitted them; nothing is written by hand.
#![allow(clippy::approx_constant, reason = "a weight near a constant is there by chance")]

use super::{Confidence, Model, Ranking, Row, Unit};
use crate::features::{CandidateFeatures, ConfidenceFeatures, PlaceFeatures};

/// How many hidden units the network has.
pub const UNITS: usize = 12;

/// The model that predictions are made with.
pub static FITTED: Model = Model {
    similarity: SIMILARITY,
    ranking: Ranking::new(PLACE, CANDIDATE, UNIT),
    confidence: Confidence { bias: -5.117, weights: CONFIDENCE },
};

/// What each feature adds to the logarithm of an occurrence's weight.
const SIMILARITY: PlaceFeatures<f64> = PlaceFeatures {
    log_tokens: 0.807,
    tokens_to_12: 0.044,
    tokens_to_40: 0.015,
    most_tokens: 0.371,
    log_bytes: 1.059,
    most_bytes: 0.301,
    log_aligned_tokens: 0.652,
    renames: -0.238,
    same_indent: 0.13,
    near: 0.967,
    same_document: -1.561,
    log_distance: 0.371,
    same_file_name: 1.238,
    same_depth: 1.868,
    same_bracket: 0.616,
    same_before_bracket: 0.228,
    same_bracket_line: 0.236,
    same_line_start: 0.799,
    column_difference: -0.103,
    partial_is_new: -0.941,
    log_partial_use: -0.069,
    log_rest_bytes: -0.398,
    far_words: -0.163,
    new_words: -0.26,
    renamed_words: -0.133,
    keeps_names: -2.066,
    words_in_common: 3.218,
    repeats_near_line: -0.252,
    repeats_far_line: 0.231,
    repeats_line_there: -0.188,
    recent_lines_in_common: 0.212,
    prose_too_wide: -1.102,
    prose_breaks_early: -0.526,
    prose_log_rest_bytes: -0.158,
    prose_partial_is_new: 0.198,
    prose_same_line_start: 0.032,
    prose_far_words: 0.117,
    prose_repeats_near_line: 0.624,
    prose_repeats_far_line: 0.726,
    prose_repeats_line_there: 0.287,
    other_language: -0.68,
    other_word: -2.011,
};

/// What each feature adds to the logarithm of the odds that a prediction is right.
const CONFIDENCE: ConfidenceFeatures<f64> = ConfidenceFeatures {
    log_odds: 0.629,
    log_tokens: 0.384,
    log_bytes: 0.417,
    same_depth: 1.46,
    log_occurrences: 0.511,
    log_length: -0.193,
    starts_line: -0.388,
    is_weak: -0.453,
};

/// The network's row for each feature of a candidate's best occurrence.
const PLACE: PlaceFeatures<Row> = PlaceFeatures {
    log_tokens: row(1.415, 1.001, 0.142, [-14, -10, -7, 13, -27, 0, 19, -3, -8, -6, -16, -10]),
    tokens_to_12: row(3.993, 0.262, 0.036, [-21, 6, -11, -18, -18, -7, 5, -7, -11, -12, -32, 6]),
    tokens_to_40: row(5.685, 0.114, 0.114, [-16, 7, 5, -15, -3, 13, 10, -15, 3, -1, -18, -25]),
    most_tokens: row(0.223, 2.404, 0.052, [8, -15, 5, 4, 10, -2, 5, 23, -9, -29, -3, 8]),
    log_bytes: row(2.272, 0.874, -0.075, [-17, -25, -22, -6, -18, -14, 10, 6, -4, -5, -5, 26]),
    most_bytes: row(0.147, 2.827, -0.031, [-17, -2, -5, -12, 5, -14, -14, -1, 12, -19, 2, 1]),
    log_aligned_tokens: row(0.426, 1.101, -0.022, [5, -11, -11, -75, -17, -19, 12, -45, 33, -3, 105, -13]),
    renames: row(0.66, 1.089, 0.046, [-11, -5, 1, -8, 21, 7, -1, 22, -8, 17, -28, 15]),
    same_indent: row(0.559, 2.014, 0.076, [5, 8, -17, 9, -16, -9, 15, -9, 6, -26, -5, 25]),
    near: row(0.155, 2.762, 0.198, [-24, -9, 8, 8, -11, -32, 4, 12, -5, 5, -8, -14]),
    same_document: row(0.433, 2.018, -0.052, [11, -22, -21, -32, 16, -13, -18, -20, -13, -28, 6, -16]),
    log_distance: row(1.152, 0.593, 0.113, [13, 2, 17, 0, -17, 12, 5, 3, -11, -13, -2, 20]),
    same_file_name: row(0.505, 2.0, 0.163, [-13, -2, 16, 43, -7, -11, 12, 2, 4, -1, -10, -4]),
    same_depth: row(0.921, 3.704, 0.086, [24, -15, -30, 20, -27, 14, 23, 31, 3, -4, -37, -8]),
    same_bracket: row(0.821, 2.606, -0.038, [22, -7, -36, -12, -17, 10, -11, -10, -4, 7, 36, 9]),
    same_before_bracket: row(0.615, 2.055, 0.044, [7, 8, -33, 4, 0, 2, 5, -37, 1, 10, 2, 19]),
    same_bracket_line: row(0.598, 2.04, 0.162, [6, -6, 13, 5, 6, 0, 12, 14, -23, -7, 8, -4]),
    same_line_start: row(0.714, 2.213, 0.265, [-11, 11, -16, 4, -5, 37, -5, -14, -23, 11, -17, 27]),
    column_difference: row(1.968, 0.282, -0.323, [-15, 8, -18, -22, 9, 10, -44, -5, 4, 5, 2, -26]),
    partial_is_new: row(0.167, 2.68, -0.21, [7, 14, -21, 11, -10, -30, 0, 15, -15, -1, -17, -7]),
    log_partial_use: row(0.733, 0.86, -0.358, [0, 18, -14, 11, -6, 16, -6, 6, 12, -8, -6, -1]),
    log_rest_bytes: row(2.693, 1.03, 0.058, [26, -34, 21, 34, 44, -18, 27, 18, -3, 19, -7, -25]),
    far_words: row(1.008, 0.628, -0.318, [-25, 9, -33, 36, -11, -105, 15, -4, -20, -6, 20, 16]),
    new_words: row(0.65, 0.806, -0.389, [23, 2, -5, 22, 10, -80, 27, 4, -36, -4, 10, 0]),
    renamed_words: row(0.055, 3.494, 0.132, [-17, 1, 3, -16, 28, -7, 13, 38, 18, -12, 41, 33]),
    keeps_names: row(0.023, 6.618, -0.07, [-3, 23, -15, 9, 8, -2, -18, -3, -44, 21, -40, -11]),
    words_in_common: row(0.516, 3.446, 0.28, [-6, -15, 40, 63, -21, -11, 3, -12, -21, -5, 8, -20]),
    repeats_near_line: row(0.04, 5.113, 0.06, [-19, -2, -26, -16, 24, 19, -27, 10, -38, 15, -9, -22]),
    repeats_far_line: row(0.112, 3.176, 0.002, [-4, -9, -10, -16, -18, -13, 14, -12, -25, 3, -26, -24]),
    repeats_line_there: row(0.031, 5.801, 0.122, [-5, -9, 37, -10, 8, 26, -3, -13, -9, -9, -8, 36]),
    recent_lines_in_common: row(1.518, 0.445, 0.179, [-33, -5, -22, 24, 63, -7, 18, -12, 14, -1, -9, -10]),
    prose_too_wide: row(0.033, 5.605, -0.074, [15, -10, -15, -8, 36, -18, 17, -7, 4, -9, -12, -4]),
    prose_breaks_early: row(0.079, 3.703, -0.154, [22, 1, 1, 6, -8, -7, 22, -13, 4, -3, 4, 1]),
    prose_log_rest_bytes: row(0.676, 0.782, -0.01, [-2, 3, 19, 7, -1, 1, 20, 17, -8, 14, 1, -6]),
    prose_partial_is_new: row(0.056, 4.359, 0.143, [-5, 2, -16, -2, -6, -4, -9, 8, -11, 0, -6, -16]),
    prose_same_line_start: row(0.203, 2.485, 0.005, [-12, 6, -10, -7, -4, -3, -10, -6, 4, -6, -14, 10]),
    prose_far_words: row(0.358, 0.856, -0.115, [-5, 8, -15, 18, -7, -12, 5, 1, 12, 18, 6, 31]),
    prose_repeats_near_line: row(0.006, 13.334, 0.072, [2, 6, 10, 11, -5, 11, -16, 9, -11, 29, -9, 4]),
    prose_repeats_far_line: row(0.021, 7.057, 0.076, [-2, 4, 18, -6, 8, 6, 7, 5, -11, 15, -10, 23]),
    prose_repeats_line_there: row(0.006, 12.909, 0.06, [32, 0, -10, 5, 24, 0, 6, 4, -8, 25, -11, -11]),
    other_language: row(0.003, 18.213, -0.091, [4, 19, 5, -1, 1, -2, 1, 8, -3, 4, -5, 3]),
    other_word: row(0.057, 4.318, 0.181, [-1, 14, 38, -16, 15, 31, -16, 16, -5, 31, -26, -17]),
};

/// The network's row for each feature of a candidate.
const CANDIDATE: CandidateFeatures<Row> = CandidateFeatures {
    log_weight: row(-6.371, 0.232, 0.033, [-12, 2, -1, -39, 6, -10, 13, -5, -16, 19, -11, -16]),
    weight_share: row(0.102, 3.841, 0.066, [-33, 65, -6, -13, 33, -5, 3, 3, 4, 8, 28, -33]),
    best_part: row(0.777, 3.43, -0.116, [8, 16, -4, 37, 15, 9, -18, -7, -10, -18, 0, -24]),
    position: row(4.39, 0.349, -0.124, [11, -11, -5, -13, -1, -3, -37, 9, -2, 3, 0, 6]),
    log_occurrences: row(1.143, 1.419, -0.101, [-17, 2, 16, -20, -32, -19, -4, -4, -19, -7, -3, 15]),
    occurrence_share: row(0.052, 9.721, 0.065, [-5, 2, 10, 5, -32, 6, 3, -13, -8, 1, -6, 3]),
    longest_match: row(0.1, 3.329, 0.087, [-19, 5, 7, 3, 5, 3, 16, -17, -13, -31, -13, -15]),
    log_bytes: row(2.285, 0.874, 0.012, [-23, -30, -33, -2, -17, 0, 8, 1, 6, -14, -9, 27]),
    bytes_behind: row(-1.611, 0.735, 0.01, [3, -28, -9, -14, -8, 5, -2, 1, -1, -13, -17, 13]),
    verbatim_bytes_behind: row(-1.724, 0.699, 0.077, [7, -32, -20, 4, -29, 19, 7, -38, 0, -25, -31, -35]),
    tokens_behind: row(-1.449, 0.75, 0.217, [5, 0, 0, -13, -25, 12, 25, 11, -11, -27, -7, -19]),
    log_with_most_bytes: row(0.149, 2.469, 0.009, [3, -12, -13, -9, 1, 0, -3, 8, 13, -8, 6, 14]),
    log_with_most_tokens: row(0.244, 1.842, 0.13, [0, 9, 20, 14, -10, 0, 20, -2, -4, -25, 17, 0]),
    log_in_document: row(0.485, 1.548, 0.167, [8, 12, 22, 2, -26, -5, 18, 8, -8, -19, 7, -26]),
    log_nearest: row(5.699, 0.37, -0.029, [-6, 1, 46, 48, -48, 26, 0, -1, -6, -35, 7, 41]),
    log_files: row(0.908, 2.066, 0.255, [-31, 0, 15, 36, 25, -10, 7, -8, -4, -2, -14, -37]),
    log_near: row(0.207, 1.984, 0.118, [9, -3, -10, -20, 19, -12, -20, 3, -6, -1, 0, -24]),
    depth: row(0.143, 1.614, 0.033, [-5, 12, 6, -10, 24, -14, 6, -9, 13, 11, -1, -2]),
    closes_more: row(0.062, 4.154, -0.05, [-21, 22, 27, -6, 10, -18, 15, 17, -15, 13, 3, -35]),
    ends_in_semicolon: row(0.213, 2.443, -0.058, [1, 6, -20, 6, 6, 14, 6, -11, 6, -4, -3, 13]),
    ends_in_comma: row(0.12, 3.082, 0.01, [0, -6, -6, 5, -2, 8, -11, 3, 5, 10, -14, -8]),
    ends_in_brace: row(0.145, 2.839, 0.06, [-12, -6, -15, 10, -19, 11, -30, 37, 20, -11, -7, -10]),
    log_length: row(1.884, 1.458, 0.01, [38, -11, 24, 1, -11, -46, 39, 27, -11, -19, 33, 1]),
    agree_in_1: row(0.544, 2.122, -0.005, [9, -118, -7, -10, 26, 2, 31, -35, -23, -5, -1, 43]),
    agree_in_2: row(0.328, 2.27, 0.009, [-20, -31, 1, 2, -23, 7, -4, 4, 18, -5, -23, 1]),
    agree_in_3: row(0.21, 2.634, 0.062, [-3, 13, 19, -7, 5, -5, -1, -26, 22, -5, -18, 5]),
    agree_in_5: row(0.101, 3.676, 0.068, [-24, 12, 1, 6, 3, -6, -13, -19, 15, -13, -15, -6]),
    longer: row(0.032, 6.078, -0.084, [-28, 34, -2, -22, -36, -8, 17, -44, 12, -33, 8, -20]),
    shorter: row(0.051, 5.233, 0.191, [20, -61, 18, -22, 6, 0, -24, -22, -30, -8, 28, -3]),
    log_partial: row(0.874, 1.158, 0.0, [6, 9, 23, 0, 5, 7, -17, -28, 20, -5, -27, -5]),
    log_typed: row(1.418, 0.992, 0.0, [-8, -18, -13, 9, 2, 9, -21, 5, 9, -5, -17, -16]),
    log_candidates: row(3.72, 1.313, 0.0, [12, 3, -29, 14, -27, -9, -12, -10, 24, 5, 14, -41]),
    log_all_occurrences: row(4.317, 1.872, 0.0, [19, 1, 18, -20, 13, 7, 14, 4, -46, 24, -9, 24]),
    log_most_tokens: row(2.874, 0.831, 0.0, [-18, -1, -12, 31, 1, -2, 1, -15, 17, 25, -17, 9]),
    log_most_bytes: row(3.896, 0.91, -0.0, [-30, 6, -24, 17, -10, -5, 9, -2, 10, 1, 13, 11]),
    first_share: row(0.805, 3.968, 0.0, [-13, -7, -9, -8, 7, 24, 0, 21, 4, -19, -18, 12]),
    second_part: row(0.17, 3.816, -0.0, [-22, -5, -2, 23, -5, 21, -33, 7, 16, 7, -9, 10]),
    in_prose: row(0.248, 2.315, -0.0, [-2, 3, -8, -4, 3, -3, 10, 9, 6, 7, 12, -9]),
    cursor_depth: row(0.262, 1.651, -0.0, [-37, 14, 24, -9, -5, 8, 19, 1, 16, -7, -28, -11]),
    starts_line: row(0.237, 2.35, -0.0, [-33, 18, 6, -7, -15, -7, 28, -32, -17, 13, -3, 4]),
    partial_is_whole: row(0.349, 2.098, -0.091, [14, 23, -11, 7, 6, -6, 19, -9, -42, -19, 1, -21]),
    log_gap: row(0.006, 9.55, -0.1, [10, -19, -13, -20, 4, 15, 0, 0, 20, -17, 8, -9]),
};

/// The network's hidden units.
const UNIT: [Unit; UNITS] = [
    Unit { bias: -0.115, out: -0.654 },
    Unit { bias: -0.72, out: -1.139 },
    Unit { bias: -0.107, out: -0.683 },
    Unit { bias: -0.085, out: 0.808 },
    Unit { bias: -0.226, out: -0.78 },
    Unit { bias: 0.182, out: 0.68 },
    Unit { bias: -0.02, out: 0.509 },
    Unit { bias: -0.018, out: -0.696 },
    Unit { bias: 0.04, out: 0.542 },
    Unit { bias: -0.214, out: -0.701 },
    Unit { bias: -0.406, out: 0.802 },
    Unit { bias: -0.014, out: -0.729 },
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
