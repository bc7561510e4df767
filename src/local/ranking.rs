//! Ranking the candidates: their features, and how likely the model says that each is right.
//!
//! The weights of occurrences are summed as if these knew nothing of each other. Here the heaviest candidates are
//! compared as wholes: how many files have each, how near, whether others start the same, and whether it is what the
//! longest match says.

use std::{cmp::Reverse, ops::Range};

use crate::{
    candidates::{Aligned, Candidate, UNIT, align, group},
    features::{CandidateFeatures, PlaceFeatures},
    model::Model,
    occurrence::{Nearness, Occurrence},
    query::Query,
    similarity::{CursorContext, LongestMatch, weigh},
    tokens::Token,
};

/// So many candidates are compared: the right one stands behind them at 1 % of the places (2026-11-25).
pub const MAX_CANDIDATES: usize = 10;
/// Least part of the heaviest candidate's weight that is told apart.
const LEAST_WEIGHT: f64 = 1e-6;
/// What stands for the distance of what does not occur in the document at the cursor.
const NOT_HERE: f64 = 8.0;
/// More brackets left open than this are no other case.
const MAX_DEPTH: i32 = 3;

/// All rests of the line that occurred, the likeliest first, with how likely each is as its weight; those beyond
/// [`MAX_CANDIDATES`] have none.
pub fn rank<'a>(model: &Model, query: &Query, occurrences: &[Occurrence<'a>]) -> Vec<Candidate<'a>> {
    let cursor = CursorContext::new(query);
    let (mut candidates, longest) = candidates(&model.similarity, &cursor, query, occurrences);
    let features = features(query, &cursor, longest, &candidates);
    let scores: Vec<f32> = features.iter().map(|(best, own)| model.ranking.score(best, own)).collect();
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (n, candidate) in candidates.iter_mut().enumerate() {
        candidate.weight = scores.get(n).map_or(0, |score| (f64::from((score - highest).exp()) * UNIT) as u64);
    }
    // Stable: among equals it stays as the weights had it.
    candidates.sort_by_key(|candidate| Reverse(candidate.weight));
    candidates
}

/// All rests of the line that occurred, the heaviest first.
pub fn candidates<'a>(
    similarity: &PlaceFeatures<f64>,
    cursor: &CursorContext,
    query: &Query,
    occurrences: &[Occurrence<'a>],
) -> (Vec<Candidate<'a>>, LongestMatch) {
    let mut aligned = align(query, occurrences);
    let longest = weigh(similarity, cursor, &mut aligned);
    (group(aligned.into_iter(), |aligned| aligned.signature(query)), longest)
}

/// The features of the first of `candidates`, which stand heaviest first: of the best occurrence, and its own.
pub fn features<'a>(
    query: &Query<'a>,
    cursor: &CursorContext<'_, 'a>,
    longest: LongestMatch,
    candidates: &[Candidate<'a>],
) -> Vec<(PlaceFeatures<f32>, CandidateFeatures<f32>)> {
    let (mut words, mut lines) = (Vec::new(), Vec::new());
    for candidate in candidates {
        let from = words.len();
        words.extend(candidate.best().into_iter().flat_map(|best| best.words(query)));
        lines.push(from..words.len());
    }
    let comparison = Comparison {
        query,
        cursor,
        longest,
        candidates,
        words,
        lines,
        total: candidates.iter().map(|candidate| candidate.weight as f64).sum::<f64>().max(1.0),
        occurrences: candidates.iter().map(|candidate| candidate.occurrences.len()).sum(),
        of_longest_match: of_longest_match(query, candidates),
    };
    let compared = candidates.iter().take(MAX_CANDIDATES).enumerate();
    let features = compared.filter_map(|(n, candidate)| {
        let best = candidate.best()?;
        let place = cursor.features(best, &cursor.place(&best.occurrence), longest);
        let own = comparison.features(n, candidate, best);
        Some((place.map(|value| value as f32), own.map(|value| value as f32)))
    });
    features.collect()
}

/// All candidates, heaviest first, and what is read from them once.
struct Comparison<'f, 'q, 'a> {
    query: &'q Query<'a>,
    cursor: &'f CursorContext<'q, 'a>,
    longest: LongestMatch,
    candidates: &'f [Candidate<'a>],
    words: Vec<Token>,
    lines: Vec<Range<usize>>,
    /// The sum of all weights.
    total: f64,
    /// The number of all occurrences.
    occurrences: usize,
    /// The number of the candidate that the longest match of bytes predicts.
    of_longest_match: Option<usize>,
}

impl Comparison<'_, '_, '_> {
    fn features(&self, n: usize, candidate: &Candidate, best: &Aligned) -> CandidateFeatures<f64> {
        let (query, cursor, longest, all) = (self.query, self.cursor, self.longest, &candidate.occurrences);
        let own = self.line(n);
        let first = self.weight(0).max(1.0);
        let ([agree_in_1, agree_in_2, agree_in_3, agree_in_5], longer, shorter) = self.agreement(n);
        let most = |bytes: &dyn Fn(&Aligned) -> usize| log(all.iter().map(bytes).max().unwrap_or(0));
        let verbatim = |aligned: &Aligned| if is_verbatim(query, aligned) { aligned.bytes } else { 0 };
        let count = |fits: &dyn Fn(&Aligned) -> bool| log(all.iter().filter(|&aligned| fits(aligned)).count());
        let in_document = |aligned: &Aligned| aligned.occurrence.nearness == Nearness::Here;
        let is_near = |aligned: &Aligned| matches!(aligned.occurrence.nearness, Nearness::Folder | Nearness::Open);
        let distances = all.iter().filter(|aligned| in_document(aligned)).map(|aligned| aligned.occurrence.distance);
        let mut keys: Vec<&str> = all.iter().map(|aligned| aligned.occurrence.key).collect();
        keys.sort_unstable();
        keys.dedup();
        let depth = own.iter().map(|token| token.bracket()).sum::<i32>() + cursor.depth();
        let ends_in = |byte| flag(own.last().is_some_and(|last| last.first_byte() == byte));
        let log_bytes = most(&|aligned| aligned.bytes);
        CandidateFeatures {
            log_weight: (self.weight(n) / first).max(LEAST_WEIGHT).ln(),
            weight_share: self.weight(n) / self.total,
            best_part: best.weight as f64 / candidate.weight.max(1) as f64,
            position: n as f64,
            log_occurrences: log(all.len()),
            occurrence_share: all.len() as f64 / self.occurrences.max(1) as f64,
            longest_match: flag(self.of_longest_match == Some(n)),
            log_bytes,
            bytes_behind: log_bytes - log(longest.bytes),
            verbatim_bytes_behind: most(&verbatim) - log(longest.bytes),
            tokens_behind: most(&|aligned| aligned.occurrence.length) - log(longest.tokens),
            log_with_most_bytes: count(&|aligned| aligned.bytes == longest.bytes),
            log_with_most_tokens: count(&|aligned| aligned.occurrence.length == longest.tokens),
            log_in_document: count(&in_document),
            log_nearest: distances.min().map_or(NOT_HERE, |distance| (distance as f64 / 20.0).ln_1p()),
            log_files: log(keys.len()),
            log_near: count(&is_near),
            depth: f64::from(depth.clamp(-MAX_DEPTH, MAX_DEPTH)),
            closes_more: flag(depth < 0),
            ends_in_semicolon: ends_in(b';'),
            ends_in_comma: ends_in(b','),
            ends_in_brace: ends_in(b'{'),
            log_length: log(own.len()),
            agree_in_1,
            agree_in_2,
            agree_in_3,
            agree_in_5,
            longer,
            shorter,
            log_partial: log(query.partial.len()),
            log_typed: log(cursor.typed()),
            log_candidates: log(self.candidates.len()),
            log_all_occurrences: log(self.occurrences),
            log_most_tokens: log(longest.tokens),
            log_most_bytes: log(longest.bytes),
            first_share: first / self.total,
            second_part: self.weight(1) / first,
            in_prose: flag(cursor.is_prose()),
            cursor_depth: f64::from(cursor.depth().clamp(-MAX_DEPTH, MAX_DEPTH)),
            starts_line: flag(query.starts_line()),
            partial_is_whole: flag(best.occurrence.missing().is_empty()),
            log_gap: log(best.gap),
        }
    }

    fn line(&self, n: usize) -> &[Token] {
        self.lines.get(n).and_then(|range| self.words.get(range.clone())).unwrap_or_default()
    }

    fn weight(&self, n: usize) -> f64 {
        self.candidates.get(n).map_or(0.0, |candidate| candidate.weight as f64)
    }

    /// The shares of candidates with the same first token, first two, three and five; of those that go on longer; of
    /// those that end earlier.
    fn agreement(&self, n: usize) -> ([f64; 4], f64, f64) {
        let own = self.line(n);
        let (mut shares, mut longer, mut shorter) = ([0.0; 4], 0.0, 0.0);
        for (other, candidate) in self.candidates.iter().enumerate() {
            let line = self.line(other);
            let common = own.iter().zip(line).take_while(|(a, b)| a == b).count();
            let share = candidate.weight as f64 / self.total;
            for (sum, least) in shares.iter_mut().zip([1, 2, 3, 5]) {
                *sum += if common >= least { share } else { 0.0 };
            }
            longer += if other != n && common == own.len() { share } else { 0.0 };
            shorter += if other != n && common == line.len() { share } else { 0.0 };
        }
        (shares, longer, shorter)
    }
}

/// The candidate that copies what followed the longest run of equal bytes, the last above in the document at the cursor
/// first, then the first in another.
fn of_longest_match(query: &Query, candidates: &[Candidate]) -> Option<usize> {
    let rank = |aligned: &Aligned| {
        let here = aligned.occurrence.nearness == Nearness::Here;
        (aligned.bytes, here, Reverse(if here { aligned.occurrence.distance } else { 0 }))
    };
    let all = candidates.iter().enumerate();
    let all = all.flat_map(|(n, candidate)| candidate.occurrences.iter().map(move |aligned| (n, aligned)));
    let verbatim = all.filter(|(_, aligned)| is_verbatim(query, aligned));
    let first =
        |a: &Aligned, b: &Aligned| (b.occurrence.key, b.occurrence.place).cmp(&(a.occurrence.key, a.occurrence.place));
    verbatim.max_by(|(_, a), (_, b)| rank(a).cmp(&rank(b)).then_with(|| first(a, b))).map(|(n, _)| n)
}

/// Whether an occurrence predicts what stands there, with no name that stands for another.
fn is_verbatim(query: &Query, aligned: &Aligned) -> bool {
    aligned.keeps_names || !aligned.renames(query)
}

fn log(count: usize) -> f64 {
    (count as f64).ln_1p()
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{File, Index, Place, Segment, model::FITTED, render::rest_of_line, search::find};

    type Compared = (String, PlaceFeatures<f32>, CandidateFeatures<f32>);

    /// The candidates for the rest of the line after `text`: what each says, and its features. Without weak occurrences
    /// the context before must agree, and so must the word begun.
    fn compare(files: &[&str], text: &str, with_weak: bool) -> Vec<Compared> {
        let mut index = Index::new(1 << 30);
        let file = |(n, text): (usize, &&str)| File {
            key: format!("{n}").into(),
            language: "text".into(),
            text: text.to_string(),
        };
        index.add(Segment::build(files.iter().enumerate().map(file).collect()));
        let query = Query::new(Place { key: "here", language: "text", before: text, after: "" });
        let cursor = CursorContext::new(&query);
        let mut occurrences = find(&index, &query);
        occurrences.retain(|occurrence| with_weak || !occurrence.is_weak(&query));
        // Several ways lead to one place.
        occurrences.sort_by_key(|occurrence| (occurrence.key, occurrence.place, occurrence.typed));
        occurrences.dedup_by_key(|occurrence| (occurrence.key, occurrence.place, occurrence.typed));
        let (candidates, longest) = candidates(&FITTED.similarity, &cursor, &query, &occurrences);
        let features = features(&query, &cursor, longest, &candidates);
        let says = |candidate: &Candidate| rest_of_line(&query, candidate.best().unwrap()).unwrap_or_default();
        candidates.iter().zip(features).map(|(candidate, (place, own))| (says(candidate), place, own)).collect()
    }

    /// Which of the rests of the line after `text` the longest match of bytes predicts, and how many are compared.
    #[track_caller]
    fn check(files: &[&str], text: &str, longest_says: &str, compared: usize) {
        let candidates = compare(files, text, true);
        assert_eq!(candidates.len(), compared);
        for (_, place, own) in &candidates {
            assert!(place.values().iter().chain(&own.values()).all(|value| value.is_finite()));
        }
        let longest: Vec<_> = candidates.iter().filter(|(.., own)| own.longest_match == 1.0).collect();
        assert_eq!(longest.iter().map(|(says, ..)| says.as_str()).collect::<Vec<_>>(), [longest_says]);
    }

    #[test]
    fn the_longest_match_of_bytes_is_known() {
        check(&["let one = make(1);\n", "let two = make(2);\nlet two  = make(3);\n"], "let two = make(", "2);", 3);
        check(&["call(alpha);\ncall(alps);\n"], "call(alp", "ha);", 3);
    }

    #[test]
    fn no_more_than_the_first_are_compared() {
        let many: String = (0..2 * MAX_CANDIDATES).map(|n| format!("call({n});\n")).collect();
        check(&[&many], "call(", "0);", MAX_CANDIDATES);
    }

    const FILES: [&str; 2] = ["run();\nlet a = call(alpha);\nlet a = call(alpha);\n", "let a = call(alpha, x) {\n"];

    /// A feature of what the candidate `says` after `text`.
    #[track_caller]
    fn check_own(text: &str, says: &str, feature: fn(&CandidateFeatures<f32>) -> f32, expect: f32) {
        let candidates = compare(&FILES, text, false);
        let (.., own) = candidates.iter().find(|candidate| candidate.0 == says).expect("a candidate");
        assert!((feature(own) - expect).abs() < 1e-6, "{} and not {expect}", feature(own));
    }

    #[test]
    fn a_candidates_features_are_what_their_names_say() {
        let text = "run();\nlet a = call(al";
        let log = |count: f32| count.ln_1p();
        for (says, occurrences, files) in [("pha);", 2.0, 1.0), ("pha, x) {", 1.0, 1.0)] {
            check_own(text, says, |own| own.log_occurrences, log(occurrences));
            check_own(text, says, |own| own.occurrence_share, occurrences / 3.0);
            check_own(text, says, |own| own.log_files, log(files));
            check_own(text, says, |own| own.log_in_document, 0.0);
            check_own(text, says, |own| own.log_nearest, 8.0);
            check_own(text, says, |own| own.log_near, log(occurrences));
            check_own(text, says, |own| own.log_partial, log(2.0));
            check_own(text, says, |own| own.log_typed, log(5.0));
            check_own(text, says, |own| own.log_candidates, log(2.0));
            check_own(text, says, |own| own.log_all_occurrences, log(3.0));
            check_own(text, says, |own| own.log_most_tokens, log(10.0));
            check_own(text, says, |own| own.log_most_bytes, log(22.0));
            check_own(text, says, |own| own.cursor_depth, 1.0);
            check_own(text, says, |own| own.agree_in_1, 1.0);
            check_own(text, says, |own| own.starts_line, 0.0);
            check_own(text, says, |own| own.in_prose, 0.0);
            check_own(text, says, |own| own.partial_is_whole, 0.0);
            check_own(text, says, |own| own.log_gap, 0.0);
        }
        check_own(text, "pha);", |own| own.ends_in_semicolon, 1.0);
        check_own(text, "pha);", |own| own.ends_in_brace, 0.0);
        check_own(text, "pha);", |own| own.depth, 0.0);
        check_own(text, "pha);", |own| own.log_length, log(3.0));
        check_own(text, "pha);", |own| own.position, 0.0);
        check_own(text, "pha);", |own| own.log_weight, 0.0);
        check_own(text, "pha);", |own| own.bytes_behind, 0.0);
        check_own(text, "pha);", |own| own.log_with_most_bytes, log(1.0));
        check_own(text, "pha, x) {", |own| own.ends_in_semicolon, 0.0);
        check_own(text, "pha, x) {", |own| own.ends_in_comma, 0.0);
        check_own(text, "pha, x) {", |own| own.ends_in_brace, 1.0);
        check_own(text, "pha, x) {", |own| own.depth, 1.0);
        check_own(text, "pha, x) {", |own| own.log_length, log(5.0));
        check_own(text, "pha, x) {", |own| own.position, 1.0);
        check_own(text, "pha, x) {", |own| own.tokens_behind, log(5.0) - log(10.0));
        check_own(text, "pha, x) {", |own| own.longest_match, 0.0);
        check_own(text, "pha, x) {", |own| own.best_part, 1.0);
        check_own("let a = call(alpha", ");", |own| own.partial_is_whole, 1.0);
        check_own("call(alpha);\nle", "t a = call(alpha);", |own| own.starts_line, 1.0);
    }

    #[test]
    fn what_the_others_share_is_told_by_weight() {
        let candidates = compare(&FILES, "run();\nlet a = call(al", false);
        let share = |n: usize| candidates[n].2.weight_share;
        let own = |n: usize| &candidates[n].2;
        assert!((share(0) + share(1) - 1.0).abs() < 1e-6 && share(0) > share(1));
        assert_eq!((own(0).first_share, own(1).first_share), (share(0), share(0)));
        assert!((own(0).second_part - share(1) / share(0)).abs() < 1e-6);
        assert!((own(1).log_weight - (share(1) / share(0)).ln()).abs() < 1e-5);
        // `alpha` is common; the tokens after it differ.
        assert_eq!((own(0).agree_in_2, own(1).agree_in_2), (share(0), share(1)));
        assert_eq!((own(0).agree_in_3, own(0).agree_in_5), (share(0), 0.0));
        let longer = compare(&["go(a);\ngo(a); // b c\n"], "go(", false);
        let short = longer.iter().find(|candidate| candidate.0 == "a);").expect("a candidate");
        let long = longer.iter().find(|candidate| candidate.0 == "a); // b c").expect("a candidate");
        assert_eq!((short.2.longer, short.2.shorter), (long.2.weight_share, 0.0));
        assert_eq!((long.2.longer, long.2.shorter), (0.0, short.2.weight_share));
    }
}
