//! What tells a rest of the line from the others that have votes, in numbers.

use std::{cmp::Reverse, ops::Range};

use crate::{
    likeness::{Most, SIGNS, Scene},
    occurrence::Nearness,
    query::Query,
    tokens::Token,
    vote::{Choice, Voter},
};

/// So many choices are compared: the right one stands behind them at 1 % of the places (2026-11-25).
pub const CANDIDATES: usize = 10;
/// How many numbers there are for each: the signs of its heaviest voter, then those below.
pub const NUMBERS: usize = SIGNS + 42;

/// Least part of the heaviest choice's votes that is told apart.
const LEAST_WEIGHT: f64 = 1e-6;
/// What stands for the distance of what does not occur in the document at the cursor.
const NOT_HERE: f64 = 8.0;
/// More brackets left open than this are no other case.
const MAX_DEPTH: i32 = 3;

/// All choices, heaviest first, and what is read from them once.
struct Field<'f, 'q, 'a> {
    query: &'q Query<'a>,
    scene: &'f Scene<'q, 'a>,
    most: Most,
    choices: &'f [Choice<'a>],
    words: Vec<Token>,
    lines: Vec<Range<usize>>,
    /// The sum of all votes.
    total: f64,
    /// The number of all voters.
    voters: usize,
    /// The number of the choice that the plain longest match of bytes is for.
    longest: Option<usize>,
}

/// The numbers of the first choices, of which the heaviest stands first.
pub fn compare<'a>(
    query: &Query<'a>,
    scene: &Scene<'_, 'a>,
    most: Most,
    choices: &[Choice<'a>],
) -> Vec<[f32; NUMBERS]> {
    let (mut words, mut lines) = (Vec::new(), Vec::new());
    for choice in choices {
        let from = words.len();
        words.extend(choice.best().into_iter().flat_map(|best| best.words(query)));
        lines.push(from..words.len());
    }
    let field = Field {
        query,
        scene,
        most,
        choices,
        words,
        lines,
        total: choices.iter().map(|choice| choice.weight as f64).sum::<f64>().max(1.0),
        voters: choices.iter().map(|choice| choice.voters.len()).sum(),
        longest: longest(query, choices),
    };
    let compared = choices.iter().take(CANDIDATES).enumerate();
    compared.filter_map(|(n, choice)| Some(field.numbers(n, choice, choice.best()?))).collect()
}

impl Field<'_, '_, '_> {
    fn numbers(&self, n: usize, choice: &Choice, best: &Voter) -> [f32; NUMBERS] {
        let (query, scene, most, voters) = (self.query, self.scene, self.most, &choice.voters);
        let own = self.line(n);
        let first = self.weight(0).max(1.0);
        let (shares, longer, shorter) = self.agreement(n);
        let bytes = ln(voters.iter().map(|voter| voter.bytes).max().unwrap_or(0));
        let kept = ln(voters.iter().filter(|voter| verbatim(query, voter)).map(|voter| voter.bytes).max().unwrap_or(0));
        let tokens = ln(voters.iter().map(|voter| voter.one.length).max().unwrap_or(0));
        let here = || voters.iter().filter(|voter| voter.one.nearness == Nearness::Here);
        let nearest = here().map(|voter| voter.one.distance).min();
        let near = |voter: &&Voter| matches!(voter.one.nearness, Nearness::Folder | Nearness::Open);
        let mut keys: Vec<&str> = voters.iter().map(|voter| voter.one.key).collect();
        keys.sort_unstable();
        keys.dedup();
        let depth = own.iter().map(|token| token.bracket()).sum::<i32>() + scene.depth();
        let ends_in = |byte| flag(own.last().is_some_and(|last| last.first_byte() == byte));
        let mut numbers = [0.0; NUMBERS];
        let own_numbers = [
            (self.weight(n) / first).max(LEAST_WEIGHT).ln(),
            self.weight(n) / self.total,
            best.weight as f64 / choice.weight.max(1) as f64,
            n as f64,
            ln(voters.len()),
            voters.len() as f64 / self.voters.max(1) as f64,
            flag(self.longest == Some(n)),
            bytes,
            bytes - ln(most.bytes),
            kept - ln(most.bytes),
            tokens - ln(most.tokens),
            ln(voters.iter().filter(|voter| voter.bytes == most.bytes).count()),
            ln(voters.iter().filter(|voter| voter.one.length == most.tokens).count()),
            ln(here().count()),
            nearest.map_or(NOT_HERE, |distance| (distance as f64 / 20.0).ln_1p()),
            ln(keys.len()),
            ln(voters.iter().filter(near).count()),
            f64::from(depth.clamp(-MAX_DEPTH, MAX_DEPTH)),
            flag(depth < 0),
            ends_in(b';'),
            ends_in(b','),
            ends_in(b'{'),
            ln(own.len()),
            shares[0],
            shares[1],
            shares[2],
            shares[3],
            longer,
            shorter,
            // The same for all choices, which decides how much the others count.
            ln(query.partial.len()),
            ln(scene.typed()),
            ln(self.choices.len()),
            ln(self.voters),
            ln(most.tokens),
            ln(most.bytes),
            first / self.total,
            self.weight(1) / first,
            flag(scene.is_prose()),
            f64::from(scene.depth().clamp(-MAX_DEPTH, MAX_DEPTH)),
            flag(query.starts_line()),
            flag(best.one.missing().is_empty()),
            ln(best.gap),
        ];
        let signs = scene.signs(best, &scene.there(&best.one), most).map(|(sign, _)| sign);
        for (number, from) in numbers.iter_mut().zip(signs.into_iter().chain(own_numbers)) {
            *number = from as f32;
        }
        numbers
    }

    fn line(&self, n: usize) -> &[Token] {
        self.lines.get(n).and_then(|range| self.words.get(range.clone())).unwrap_or_default()
    }

    fn weight(&self, n: usize) -> f64 {
        self.choices.get(n).map_or(0.0, |choice| choice.weight as f64)
    }

    /// The parts of all votes that are for the same first token, first two, three and five; those for a line that goes
    /// on longer; those for one that ends earlier.
    fn agreement(&self, n: usize) -> ([f64; 4], f64, f64) {
        let own = self.line(n);
        let (mut shares, mut longer, mut shorter) = ([0.0; 4], 0.0, 0.0);
        for (other, choice) in self.choices.iter().enumerate() {
            let line = self.line(other);
            let common = own.iter().zip(line).take_while(|(a, b)| a == b).count();
            let part = choice.weight as f64 / self.total;
            for (share, least) in shares.iter_mut().zip([1, 2, 3, 5]) {
                *share += if common >= least { part } else { 0.0 };
            }
            longer += if other != n && common == own.len() { part } else { 0.0 };
            shorter += if other != n && common == line.len() { part } else { 0.0 };
        }
        (shares, longer, shorter)
    }
}

/// The choice that copies what followed the longest run of equal bytes, the last above in the document at the cursor
/// first, then the first in another.
fn longest(query: &Query, choices: &[Choice]) -> Option<usize> {
    let rank = |voter: &Voter| {
        let here = voter.one.nearness == Nearness::Here;
        (voter.bytes, here, Reverse(if here { voter.one.distance } else { 0 }))
    };
    let all = choices.iter().enumerate().flat_map(|(n, choice)| choice.voters.iter().map(move |voter| (n, voter)));
    let kept = all.filter(|(_, voter)| verbatim(query, voter));
    let first = |a: &Voter, b: &Voter| (b.one.key, b.one.place).cmp(&(a.one.key, a.one.place));
    kept.max_by(|(_, a), (_, b)| rank(a).cmp(&rank(b)).then_with(|| first(a, b))).map(|(n, _)| n)
}

/// Whether a voter says what stands there, with no name that stands for another.
fn verbatim(query: &Query, voter: &Voter) -> bool {
    voter.keeps_names || !voter.renames(query)
}

fn ln(count: usize) -> f64 {
    (count as f64).ln_1p()
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        File, Index, Place, Segment,
        gather::gather,
        vote::{most, vote},
        write::rest_of_line,
    };

    /// Which of the rests of the line after `text` the longest match of bytes is for, and how many are compared.
    #[track_caller]
    fn check(files: &[&str], text: &str, longest_says: &str, compared: usize) {
        let mut index = Index::new(1 << 30);
        let file = |(n, text): (usize, &&str)| File {
            key: format!("{n}").into(),
            language: "text".into(),
            text: text.to_string(),
        };
        index.add(Segment::build(files.iter().enumerate().map(file).collect()));
        let query = Query::new(Place { key: "here", language: "text", before: text, after: "" });
        let choices = vote(&query, &gather(&index, &query));
        let scene = Scene::new(&query);
        let most = most(choices.iter().flat_map(|choice| &choice.voters));
        let numbers = compare(&query, &scene, most, &choices);
        assert_eq!(numbers.len(), compared);
        assert!(numbers.iter().flatten().all(|number| number.is_finite()));
        let written = |n: usize| choices[n].best().and_then(|best| rest_of_line(&query, best));
        assert_eq!(longest(&query, &choices).and_then(written).as_deref(), Some(longest_says));
    }

    #[test]
    fn the_longest_match_of_bytes_is_known() {
        check(&["let one = make(1);\n", "let two = make(2);\nlet two  = make(3);\n"], "let two = make(", "2);", 3);
        check(&["call(alpha);\ncall(alps);\n"], "call(alp", "ha);", 3);
    }

    #[test]
    fn no_more_than_the_first_are_compared() {
        let many: String = (0..2 * CANDIDATES).map(|n| format!("call({n});\n")).collect();
        check(&[&many], "call(", "0);", CANDIDATES);
    }
}
