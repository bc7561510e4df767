//! Letting the occurrences vote on what the rest of the line is.

use std::{cmp::Ordering, collections::HashMap};

use crate::local::{
    align::{Alignment, indent_of},
    gather::{Nearness, Occurrence},
    query::Query,
    tokens::Token,
};

/// No line has more tokens worth predicting.
const MAX_LINE_TOKENS: usize = 96;
/// What each further token that agrees multiplies a vote by: 1.5, 3 and 4 gave the same within noise.
const PER_TOKEN: f64 = 2.0;
/// What a token counts that agrees beyond the first difference, and how much all of them together.
const FURTHER: f64 = 0.3;
const MAX_FURTHER: f64 = 4.0;
/// What equal indentation of the line multiplies a vote by.
const SAME_INDENT: f64 = 3.0;
/// What each word multiplies a vote by that has not been seen shortly before the cursor.
const NEW_WORD: f64 = 0.7;
/// Half of the recency bonus is gone after this many tokens.
const RECENT_TOKENS: f64 = 500.0;
/// Votes are whole numbers so that their sum does not depend on their order; this is that of the longest match.
const UNIT: f64 = (1_u64 << 40) as f64;

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
    /// How many tokens of its line are predicted.
    pub tokens: usize,
    /// The indentation of the line that answers to the cursor's.
    pub indent: &'a str,
}

impl<'a> Choice<'a> {
    /// The heaviest voter.
    pub fn best(&self) -> Option<&Voter<'a>> {
        self.voters.get(self.best)
    }
}

impl<'a> Voter<'a> {
    /// The tokens it predicts for the rest of the line.
    pub fn line(&self) -> &'a [Token] {
        &self.one.source.tokens[self.one.place..self.one.place + self.tokens]
    }
}

/// All rests of the line that occurred, the heaviest first. One without tokens says that the line ends here.
pub fn vote<'a>(query: &Query, occurrences: &[Occurrence<'a>]) -> Vec<Choice<'a>> {
    let longest = occurrences.iter().map(|one| one.length).max().unwrap_or_default();
    let near = NearWords::new(query);
    let voters = occurrences.iter().filter_map(|&one| {
        let tokens = until_suffix(line_from(one.source.tokens, one.place), &query.suffix)?;
        let alignment = Alignment::new(query, &one);
        let mut voter = Voter { one, alignment, weight: 0, tokens, indent: indent_of(&one) };
        voter.weight = (weight(query, &voter, longest) * near.factor(query, &voter) * UNIT) as u64;
        Some(voter)
    });
    tally(voters, |voter| signature(query, &voter.alignment, voter.line()))
}

/// Sums votes that agree by `signature`.
pub fn tally<'a>(voters: impl Iterator<Item = Voter<'a>>, signature: impl Fn(&Voter<'a>) -> u64) -> Vec<Choice<'a>> {
    let mut choices: HashMap<u64, Choice<'a>> = HashMap::new();
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
pub fn signature(query: &Query, alignment: &Alignment, line: &[Token]) -> u64 {
    line.iter().fold(line.len() as u64, |hash, &token| {
        let token = alignment.renamed(token).and_then(|to| query.context.get(to)).copied().unwrap_or(token);
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

/// A vote, in parts of what the longest match has.
fn weight(query: &Query, voter: &Voter, longest: usize) -> f64 {
    let one = &voter.one;
    let near = match one.nearness {
        Nearness::Foreign => 0.25,
        Nearness::Workspace => 1.0,
        Nearness::Folder => 1.5,
        Nearness::Open => 1.5,
        Nearness::Here => 2.0 + 2.0 / (1.0 + one.distance as f64 / RECENT_TOKENS),
    };
    let further = (voter.alignment.further * FURTHER).min(MAX_FURTHER);
    let indent = if voter.indent == query.indent() { SAME_INDENT } else { 1.0 };
    PER_TOKEN.powf(one.length as f64 - longest as f64 + further) * near * indent
}

/// The words shortly before the cursor, in 4 KB: a word not among them is surely new, one among them nearly surely
/// not.
struct NearWords(Vec<u64>);

impl NearWords {
    const BITS: u32 = 15;

    fn new(query: &Query) -> Self {
        let mut words = Self(vec![0; 1 << (Self::BITS - 6)]);
        for &token in &query.context {
            let (word, bit) = Self::position(token);
            words.0[word] |= bit;
        }
        words
    }

    fn factor(&self, query: &Query, voter: &Voter) -> f64 {
        let begun = usize::from(!query.partial.is_empty());
        let words = voter.line().iter().skip(begun).filter(|token| token.is_word());
        let new = words.filter(|&&token| voter.alignment.renamed(token).is_none() && !self.contains(token)).count();
        NEW_WORD.powi(new as i32)
    }

    fn contains(&self, token: Token) -> bool {
        let (word, bit) = Self::position(token);
        self.0[word] & bit != 0
    }

    fn position(token: Token) -> (usize, u64) {
        let hash = token.bits().wrapping_mul(0x9E37_79B1) >> (32 - Self::BITS);
        ((hash >> 6) as usize, 1 << (hash & 63))
    }
}
