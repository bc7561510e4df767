//! Letting the occurrences vote on what the rest of the line is.

use std::{cmp::Ordering, collections::HashMap};

use crate::{
    align::{Alignment, Renames, indent_of},
    choose::choose,
    likeness::{Most, Scene, bytes_alike, gap},
    occurrence::Occurrence,
    query::Query,
    tokens::{Token, TokenHash},
};

/// No line has more tokens worth predicting.
const MAX_LINE_TOKENS: usize = 96;
/// Votes are whole numbers so that their sum does not depend on their order; this is the heaviest.
pub const UNIT: f64 = (1_u64 << 40) as f64;

/// A rest of the line, and who is for it.
#[derive(Debug, Clone)]
pub struct Choice<'a> {
    /// All occurrences for it, with their votes.
    pub voters: Vec<Voter<'a>>,
    /// The number in `voters` of the heaviest.
    pub best: usize,
    /// The sum of their votes.
    pub weight: u64,
}

/// An occurrence and its vote.
#[derive(Debug, Clone)]
pub struct Voter<'a> {
    /// The occurrence.
    pub one: Occurrence<'a>,
    /// Its names and ours.
    pub alignment: Alignment,
    /// Its weight.
    pub weight: u64,
    /// Whether names that differ stay as they are there.
    pub keeps_names: bool,
    /// How many bytes before the cursor agree.
    pub bytes: usize,
    /// How many tokens of its line are predicted.
    pub tokens: usize,
    /// The indentation of the line that answers to the cursor's.
    pub indent: &'a str,
    /// How many bytes of white space are still missing before its first token.
    pub gap: usize,
}

impl<'a> Choice<'a> {
    /// The heaviest voter.
    pub fn best(&self) -> Option<&Voter<'a>> {
        self.voters.get(self.best)
    }
}

impl<'a> Voter<'a> {
    /// Whether a name in what it predicts stands for another.
    pub fn renames(&self, query: &Query) -> bool {
        let begun = usize::from(!query.partial.is_empty());
        self.line().iter().skip(begun).any(|&token| self.alignment.renamed(token).is_some())
    }

    /// The tokens it predicts in our names, of the word begun what is missing.
    pub fn words(&self, query: &Query) -> impl Iterator<Item = Token> {
        let missing = (self.one.typed > 0).then(|| Token::word(self.one.missing()));
        let first = missing.or_else(|| Some(self.alignment.here(query, *self.line().first()?)));
        let others = self.line().iter().skip(1).map(|&token| self.alignment.here(query, token));
        first.filter(|_| self.tokens > 0).into_iter().chain(others)
    }

    /// The tokens it predicts for the rest of the line.
    pub fn line(&self) -> &'a [Token] {
        &self.one.source.tokens[self.one.place..self.one.place + self.tokens]
    }
}

/// All rests of the line that occurred, the heaviest first. One without tokens says that the line ends here.
pub fn vote<'a>(query: &Query, occurrences: &[Occurrence<'a>]) -> Vec<Choice<'a>> {
    // One for each, and another for those whose names stand for others: about a third.
    let mut voters: Vec<Voter> = Vec::with_capacity(2 * occurrences.len());
    for &one in occurrences {
        let Some(tokens) = until_suffix(line_from(one.source.tokens, one.place), &query.suffix) else { continue };
        let (alignment, indent, gap) = (Alignment::new(query, &one), indent_of(&one), gap(query, &one));
        let bytes = bytes_alike(query, &one, gap);
        let voter = Voter { one, alignment, weight: 0, keeps_names: false, bytes, tokens, indent, gap };
        // In prose above all, a word that differs does not stand for another.
        if voter.renames(query) {
            let alignment = Alignment { renames: Renames::default(), ..voter.alignment };
            voters.push(Voter { alignment, keeps_names: true, ..voter });
        }
        voters.push(voter);
    }
    let scene = Scene::new(query);
    let most = weigh(&scene, &mut voters);
    let mut choices = tally(voters.into_iter(), |voter| signature(query, voter));
    choose(query, &scene, most, &mut choices);
    choices
}

/// Sums votes that agree by `signature`.
pub fn tally<'a>(voters: impl Iterator<Item = Voter<'a>>, signature: impl Fn(&Voter<'a>) -> u64) -> Vec<Choice<'a>> {
    let mut choices: HashMap<u64, Choice<'a>, TokenHash> = HashMap::default();
    for voter in voters {
        let empty = || Choice { voters: Vec::new(), best: 0, weight: 0 };
        let choice = choices.entry(signature(&voter)).or_insert_with(empty);
        choice.weight += voter.weight;
        if choice.best().is_some_and(|best| heavier(&voter, best) == Ordering::Greater) {
            choice.best = choice.voters.len();
        }
        choice.voters.push(voter);
    }
    let mut choices: Vec<(u64, Choice)> = choices.into_iter().collect();
    choices.sort_unstable_by(|a, b| b.1.weight.cmp(&a.1.weight).then(a.0.cmp(&b.0)));
    choices.into_iter().map(|(_, choice)| choice).collect()
}

/// The tokens from `place` to the end of its line.
pub fn line_from(tokens: &[Token], place: usize) -> &[Token] {
    let rest = tokens.get(place..).unwrap_or_default();
    let len = rest.iter().take(MAX_LINE_TOKENS).take_while(|token| !token.ends_line()).count();
    &rest[..len]
}

/// What a line says in our names, as a number.
pub fn signature(query: &Query, voter: &Voter) -> u64 {
    voter.words(query).fold((voter.tokens + 128 * voter.gap) as u64, |hash, token| {
        (hash ^ u64::from(token.bits())).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
    })
}

/// How many tokens of `line` come before what already stands after the cursor: it must end so, or go on with nothing
/// but punctuation, such as the semicolon after an automatically closed bracket.
fn until_suffix(line: &[Token], suffix: &[Token]) -> Option<usize> {
    let suffix = suffix.split(|token| token.ends_line()).next().unwrap_or_default();
    if suffix.is_empty() {
        return Some(line.len());
    }
    let last = line.len().checked_sub(suffix.len())?;
    (0..=last).rev().find(|&at| {
        let (here, behind) = line[at..].split_at(suffix.len());
        here == suffix && behind.iter().all(|token| !token.is_word())
    })
}

fn heavier(a: &Voter, b: &Voter) -> Ordering {
    a.weight.cmp(&b.weight).then_with(|| a.one.rank().cmp(&b.one.rank()))
}

/// The most that any voter has.
pub fn most<'v, 'a: 'v>(voters: impl Iterator<Item = &'v Voter<'a>>) -> Most {
    voters.fold(Most::default(), |most, voter| Most {
        tokens: most.tokens.max(voter.one.length),
        bytes: most.bytes.max(voter.bytes),
    })
}

/// Gives each voter its weight, as a part of what the heaviest has.
fn weigh(scene: &Scene, voters: &mut [Voter]) -> Most {
    let most = most(voters.iter());
    // The two votes of one place stand side by side.
    let places = voters.chunk_by(|a, b| a.one.place == b.one.place && a.one.key == b.one.key);
    let weigh = |place: &[Voter]| {
        let there = place.first().map(|voter| scene.there(&voter.one))?;
        Some(place.iter().map(|voter| scene.weigh(voter, &there, most)).collect::<Vec<f64>>())
    };
    let weights: Vec<f64> = places.filter_map(weigh).flatten().collect();
    let heaviest = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for (voter, weight) in voters.iter_mut().zip(weights) {
        voter.weight = ((weight - heaviest).exp() * UNIT) as u64;
    }
    most
}
