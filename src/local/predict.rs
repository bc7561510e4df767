//! From a place to the text that probably comes next.

use crate::{
    candidates::Candidate,
    features::ConfidenceFeatures,
    index::Index,
    model::FITTED,
    occurrence::Nearness,
    query::{Place, Query},
    ranking::rank,
    render::{further_lines, rest_of_line},
    search::find,
    similarity::same_depth,
};

/// The least confidence at which a prediction is shown. What it lets through is right at more than four of five places;
/// `cargo bench --bench local` says how much that is.
pub const SHOWN_CONFIDENCE: f32 = 0.57;
/// The least confidence that all lines so far are right at which another line is added: 89 to 98 % of the lines added
/// are right on the pinned corpus (2026-11-28).
pub const FURTHER_CONFIDENCE: f32 = 0.7;
/// Likelihoods nearer to 0 and 1 than this are what the model cannot tell.
const LEAST_LIKELIHOOD: f64 = 0.005;

/// How sure a prediction has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// The least confidence of an answer, 0 to 1.
    pub shown: f32,
    /// The least confidence of each further line; above 1 for single lines only.
    pub further: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self { shown: SHOWN_CONFIDENCE, further: FURTHER_CONFIDENCE }
    }
}

/// What probably comes next.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The text to insert at the cursor: the rest of its line, and maybe further lines, with LF between.
    pub text: String,
    /// The probability that the rest of the cursor's line is exactly right.
    pub confidence: f32,
    /// The probability that all of `text` is right.
    pub confidence_of_all: f32,
    /// Where the occurrence most like the cursor stands.
    pub nearness: Nearness,
    /// How many tokens before the cursor agree there.
    pub matched: usize,
    /// How many occurrences predict it.
    pub occurrences: usize,
}

/// What probably comes next at `place`; `None` when nothing like it occurred, or not surely enough, or when the
/// cursor splits a word.
pub fn predict(index: &Index, place: Place, options: Options) -> Option<Prediction> {
    let query = Query::new(place);
    if query.splits_word() {
        return None;
    }
    let candidates = rank(&FITTED, &query, &find(index, &query));
    let (n, mut text) = first_rendered(&query, &candidates)?;
    let candidate = candidates.get(n)?;
    let confidence = FITTED.confidence.probability(&confidence_features(&query, &candidates, n, &text)?);
    if confidence < options.shown {
        return None;
    }
    let (lines, confidence_of_all) = further_lines(&query, candidate, confidence, options.further);
    for line in lines {
        text.push('\n');
        text.push_str(&line);
    }
    let best = candidate.best()?;
    let (nearness, matched) = (best.occurrence.nearness, best.occurrence.length);
    Some(Prediction {
        text,
        confidence,
        confidence_of_all,
        nearness,
        matched,
        occurrences: candidate.occurrences.len(),
    })
}

/// The number of the first candidate that gives something to insert, and what that is.
fn first_rendered(query: &Query, candidates: &[Candidate]) -> Option<(usize, String)> {
    let rendered = |(n, candidate): (usize, &Candidate)| Some((n, rest_of_line(query, candidate.best()?)?));
    candidates.iter().enumerate().find_map(rendered)
}

/// What tells whether `text`, which is that of the candidate `n`, is right.
fn confidence_features(
    query: &Query,
    candidates: &[Candidate],
    n: usize,
    text: &str,
) -> Option<ConfidenceFeatures<f64>> {
    let candidate = candidates.get(n)?;
    let total: u64 = candidates.iter().map(|candidate| candidate.weight).sum();
    let log_odds = log_odds(candidate.weight as f64 / total.max(1) as f64);
    Some(ConfidenceFeatures { log_odds, ..evidence(query, candidate, text)? })
}

/// The logarithm of the odds of what has this likelihood.
pub fn log_odds(likelihood: f64) -> f64 {
    let likelihood = likelihood.clamp(LEAST_LIKELIHOOD, 1.0 - LEAST_LIKELIHOOD);
    (likelihood / (1.0 - likelihood)).ln()
}

/// What tells whether `text`, which is that of `candidate`, is right, beside how likely the ranking has it.
pub(crate) fn evidence(query: &Query, candidate: &Candidate, text: &str) -> Option<ConfidenceFeatures<f64>> {
    let best = candidate.best()?;
    let log = |count: usize| (count as f64).ln_1p();
    let flag = |is: bool| f64::from(u8::from(is));
    Some(ConfidenceFeatures {
        log_odds: 0.0,
        log_tokens: log(best.occurrence.length),
        log_bytes: log(best.bytes),
        same_depth: flag(same_depth(query, &best.occurrence)),
        log_occurrences: (candidate.occurrences.len().max(1) as f64).ln(),
        log_length: log(text.len()),
        starts_line: flag(query.starts_line()),
        is_weak: flag(best.occurrence.is_weak(query)),
    })
}
