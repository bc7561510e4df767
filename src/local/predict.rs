//! From a place to the text that probably comes next.

use crate::{
    confidence::{Evidence, confidence},
    further::further_lines,
    gather::gather,
    index::Index,
    likeness::same_depth,
    occurrence::Nearness,
    query::{Place, Query},
    vote::{Choice, vote},
    write::rest_of_line,
};

/// The least confidence at which a prediction is shown. Of what it lets through four in five rests of a line are right:
/// 85 % on tokio (42 % of the places get one) and rustls (33 %), 83 % on Django (20 %), 78 % on Flask (22 %);
/// `cargo bench --bench local`, 2026-11-26.
pub const SHOWN_CONFIDENCE: f32 = 0.5;
/// The least confidence that all lines so far are right at which another line is added: 75 to 94 % of the lines added
/// are right on the corpora tried (same day).
pub const FURTHER_CONFIDENCE: f32 = 0.7;

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
    /// Where the heaviest occurrence stands.
    pub nearness: Nearness,
    /// How many tokens before the cursor agree there.
    pub matched: usize,
    /// How many occurrences are for it.
    pub voters: usize,
}

/// What probably comes next at `place`; `None` when nothing like it occurred, or not surely enough, or when the
/// cursor splits a word.
pub fn predict(index: &Index, place: Place, options: Options) -> Option<Prediction> {
    let query = Query::new(place);
    if query.splits_word() {
        return None;
    }
    let choices = vote(&query, &gather(index, &query));
    let total: u64 = choices.iter().map(|choice| choice.weight).sum();
    let written = |choice| rest_of_line(&query, Choice::best(choice)?).map(|text| (choice, text));
    let (choice, mut text) = choices.iter().find_map(written)?;
    let best = choice.best()?;
    let evidence = Evidence {
        share: choice.weight as f64 / total.max(1) as f64,
        matched: best.one.length,
        alike: best.bytes,
        same_depth: same_depth(&query, &best.one),
        voters: choice.voters.len(),
        bytes: text.len(),
        starts_line: query.starts_line(),
        far_fetched: best.one.is_far_fetched(&query),
    };
    let confidence = confidence(&evidence);
    if confidence < options.shown {
        return None;
    }
    let (lines, confidence_of_all) = further_lines(&query, choice, confidence, options.further);
    for line in lines {
        text.push('\n');
        text.push_str(&line);
    }
    let (nearness, matched, voters) = (best.one.nearness, best.one.length, choice.voters.len());
    Some(Prediction { text, confidence, confidence_of_all, nearness, matched, voters })
}
