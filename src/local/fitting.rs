//! What the program that fits the models sees of a place: occurrences and candidates with their features and texts.

use crate::{
    Index, Place,
    candidates::align,
    predict::evidence,
    query::Query,
    ranking,
    render::rest_of_line,
    search::find,
    similarity::{CursorContext, LongestMatch, for_each_place},
};
pub use crate::{
    features::{
        CANDIDATE_FEATURES, CONFIDENCE_FEATURES, CandidateFeatures, ConfidenceFeatures, PLACE_FEATURES, PlaceFeatures,
    },
    predict::log_odds,
};

/// A candidate as the ranking and the confidence see it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The features of its best occurrence.
    pub place: PlaceFeatures<f32>,
    /// Its own features.
    pub own: CandidateFeatures<f32>,
    /// What it is the prediction for, and what tells whether that is right, `log_odds` left out; `None` where there is
    /// nothing to insert.
    pub prediction: Option<(String, ConfidenceFeatures<f64>)>,
}

/// The occurrences found for `place`: features, and the rest of the line that each predicts.
pub fn occurrences(index: &Index, place: Place) -> Vec<(PlaceFeatures<f64>, Option<String>)> {
    let query = Query::new(place);
    let (cursor, aligned) = (CursorContext::new(&query), align(&query, &find(index, &query)));
    let (longest, mut found) = (LongestMatch::of(aligned.iter()), Vec::with_capacity(aligned.len()));
    for_each_place(&cursor, &aligned, |aligned, place| {
        found.push((cursor.features(aligned, place, longest), rest_of_line(&query, aligned)));
    });
    found
}

/// The candidates that are ranked for `place`, where the weights of occurrences are those of `similarity`.
pub fn candidates(similarity: &PlaceFeatures<f64>, index: &Index, place: Place) -> Vec<Candidate> {
    let query = Query::new(place);
    let cursor = CursorContext::new(&query);
    let (candidates, longest) = ranking::candidates(similarity, &cursor, &query, &find(index, &query));
    let features = ranking::features(&query, &cursor, longest, &candidates);
    let sample = |(candidate, (place, own)): (&crate::candidates::Candidate, _)| {
        let text = candidate.best().and_then(|best| rest_of_line(&query, best));
        let prediction = text.and_then(|text| evidence(&query, candidate, &text).map(|evidence| (text, evidence)));
        Candidate { place, own, prediction }
    };
    candidates.iter().zip(features).map(sample).collect()
}
