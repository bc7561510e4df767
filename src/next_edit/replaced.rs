//! Replaced tokens as a pattern: where else the same tokens stand, and what would stand there then.

mod rendered;

use std::ops::Range;

use rendered::rendered;

use super::{
    difference::{Replacement, likeness},
    neighbours::{bracket, equal_after, equal_before},
    pattern::{self, Beside, Pattern, Place, Rule, is_definition, is_import, tight},
    scene::Scene,
    tokens::{Kind, Line, LineRef, Part, Token, mix},
    wording::Wording,
};

/// The most places of one pattern.
const MAX_PLACES: usize = 40;

/// The most lines that are looked at in one text.
const MAX_LINES: usize = 30;

/// So many equal neighbours must a place have where no word of its own is replaced.
const MIN_NEIGHBOURS: usize = 2;

/// How far from a change a word is sought by which places are found, in tokens.
const ANCHOR_REACH: usize = 4;

/// Examples whose lines a place's line is compared with.
const LIKENED: usize = 2;

/// Examples whose neighbours are compared with a place's.
const COMPARED: usize = 8;

/// The most tokens that one hole takes.
const MAX_HOLE: usize = 12;

/// One time that tokens were replaced.
#[derive(Debug, Clone, Copy)]
pub struct Instance<'a> {
    /// The example among the scene's.
    pub example: usize,
    /// The line as it was.
    pub old: &'a Line,
    /// The line as it is.
    pub new: &'a Line,
    /// Which tokens were replaced: a replacement, or from a line's first to its last.
    pub what: &'a Replacement,
}

impl<'a> Instance<'a> {
    /// The tokens that were replaced.
    pub fn old_tokens(&self) -> &'a [Token] {
        self.old.tokens.get(self.what.old.clone()).unwrap_or_default()
    }

    /// The tokens that stand there now.
    pub fn new_tokens(&self) -> &'a [Token] {
        self.new.tokens.get(self.what.new.clone()).unwrap_or_default()
    }

    /// Whether one word was replaced by another.
    pub fn is_rename(&self) -> bool {
        let is_word = |tokens: &[Token]| matches!(tokens, [token] if token.kind == Kind::Word);
        is_word(self.old_tokens()) && is_word(self.new_tokens())
    }

    /// Equal for instances that replaced the same tokens by the same.
    pub fn key(&self) -> u64 {
        let hash = |tokens: &[Token]| tokens.iter().fold(7, |hash, token| mix(hash, u64::from(token.hash)));
        mix(hash(self.old_tokens()), hash(self.new_tokens()))
    }
}

/// A token of what is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Exactly(Token),
    /// Any name, or any row of tokens up to the next wanted one.
    Hole(Token),
}

/// The hash of the example's word, and the tokens that stand for it at a place.
type Hole = (u32, Range<usize>);

/// Finds the places of the pattern of `instances`, which have one key; with `holes`, words that are kept may differ.
pub fn find(scene: &Scene<'_>, rule: Rule, instances: &[Instance<'_>], holes: bool) -> Option<Pattern> {
    let first = instances.first()?;
    let wanted: Vec<Wanted> = first
        .old_tokens()
        .iter()
        .map(|&token| {
            let kept = token.is_wordlike() && first.new_tokens().iter().any(|other| other.hash == token.hash);
            if holes && kept { Wanted::Hole(token) } else { Wanted::Exactly(token) }
        })
        .collect();
    if holes && !wanted.iter().any(|wanted| matches!(wanted, Wanted::Hole(_))) {
        return None;
    }
    let mut pattern = describe(rule, first, instances);
    let search = Search { scene, wanted: &wanted, instances, rule };
    let anchors = search.anchors();
    let mut lines = Vec::new();
    for (text, reader) in scene.readers.iter().enumerate() {
        let language = &scene.readers.get(scene.examples.get(first.example)?.text)?.text.language;
        if reader.text.language != *language {
            continue;
        }
        lines.clear();
        for anchor in &anchors {
            reader.add_lines_with(anchor, scene.near(text), MAX_LINES, &mut lines);
        }
        lines.sort_unstable();
        lines.dedup();
        for &line in &lines {
            search.places_on(text, line, &mut pattern.places);
        }
        if pattern.places.len() >= MAX_PLACES {
            break;
        }
    }
    Some(pattern)
}

fn describe(rule: Rule, first: &Instance<'_>, instances: &[Instance<'_>]) -> Pattern {
    let (old, new) = (first.old_tokens(), first.new_tokens());
    let bytes = |tokens: &[Token]| tokens.iter().map(|token| token.range().len()).sum();
    let words = |tokens: &[Token]| tokens.iter().filter(|token| token.is_wordlike()).count();
    let prose = |instance: &Instance<'_>| {
        let parts = |tokens: &[Token]| tokens.first().is_some_and(|token| token.part != Part::Code);
        parts(instance.old_tokens()) || (old.is_empty() && parts(instance.new_tokens()))
    };
    Pattern {
        rule,
        key: mix(first.key(), rule as u64),
        examples: instances.iter().map(|instance| instance.example).collect(),
        old_tokens: old.len(),
        new_tokens: new.len(),
        old_bytes: bytes(old),
        new_bytes: bytes(new),
        old_words: words(old),
        new_words: words(new),
        in_import: instances.iter().any(|instance| is_import(&instance.old.view())),
        in_prose: instances.iter().any(prose),
        in_definition: instances.iter().any(|instance| is_definition(&instance.old.tokens, instance.what.old.start)),
        capital: old.first().is_some_and(|token| first.old.text_of(token).starts_with(char::is_uppercase)),
        names: match (old, new) {
            ([old], [new]) => Some((old.hash, new.hash)),
            _ => None,
        },
        wording: Wording::of(first.old.text_of_all(old), first.new.text_of_all(new)),
        block: false,
        places: vec![],
    }
}

struct Search<'a> {
    scene: &'a Scene<'a>,
    wanted: &'a [Wanted],
    instances: &'a [Instance<'a>],
    rule: Rule,
}

impl Search<'_> {
    /// Rows of tokens of which one must be on each line that is looked at.
    fn anchors(&self) -> Vec<Vec<u32>> {
        let exact = self.wanted.iter().filter_map(|wanted| match wanted {
            Wanted::Exactly(token) => Some(token),
            Wanted::Hole(_) => None,
        });
        let words: Vec<u32> = exact.clone().filter(|token| token.is_wordlike()).map(|token| token.hash).collect();
        if !words.is_empty() {
            return vec![words];
        }
        let marks: Vec<u32> = exact.map(|token| token.hash).collect();
        let mut anchors: Vec<Vec<u32>> = Vec::new();
        for instance in self.instances.iter().take(3) {
            let (before, after) = (
                instance.old.tokens.get(..instance.what.old.start).unwrap_or_default(),
                instance.old.tokens.get(instance.what.old.end..).unwrap_or_default(),
            );
            let left = before.iter().rev().take(ANCHOR_REACH).find(|token| token.is_wordlike());
            let left = left.or_else(|| before.iter().rev().find(|token| token.is_wordlike()));
            let right = after.iter().take(ANCHOR_REACH).find(|token| token.is_wordlike());
            for word in [left, right].into_iter().flatten() {
                let anchor: Vec<u32> = marks.iter().copied().chain([word.hash]).collect();
                if !anchors.contains(&anchor) {
                    anchors.push(anchor);
                }
            }
            // `foo(...)` at the end of which something changed: the word before the bracket.
            let head = before.len().checked_sub(1).and_then(|last| {
                let mut depth = 0;
                for at in (0..=last).rev() {
                    depth += before.get(at).map_or(0, bracket);
                    if depth >= 0 {
                        return at.checked_sub(1).and_then(|word| before.get(word));
                    }
                }
                None
            });
            if let Some(word) = head.filter(|token| token.is_wordlike()) {
                let anchor: Vec<u32> = marks.iter().copied().chain([word.hash]).collect();
                if !anchors.contains(&anchor) {
                    anchors.push(anchor);
                }
            }
        }
        anchors
    }

    fn places_on(&self, text: usize, row: usize, places: &mut Vec<Place>) {
        let Some(reader) = self.scene.readers.get(text) else { return };
        let line = reader.line(row);
        let mut from = 0;
        while from <= line.tokens.len() && places.len() < MAX_PLACES {
            let Some((to, holes)) = self.match_at(line, from) else {
                from += 1;
                continue;
            };
            let place = self.place(text, row, line, from..to, &holes);
            let step = if place.is_some() { (to - from).max(1) } else { 1 };
            places.extend(place);
            from += step;
        }
    }

    /// Where the match of what is wanted from token `from` on ends, and what is in its holes.
    fn match_at(&self, line: LineRef<'_>, from: usize) -> Option<(usize, Vec<Hole>)> {
        let mut at = from;
        let mut holes: Vec<Hole> = Vec::new();
        for (index, wanted) in self.wanted.iter().enumerate() {
            let token = line.tokens.get(at)?;
            let hole = match wanted {
                Wanted::Exactly(exact) if exact.hash == token.hash => {
                    at += 1;
                    continue;
                }
                Wanted::Exactly(_) => return None,
                Wanted::Hole(hole) => hole,
            };
            let end = self.end_of_hole(line, at, index)?;
            match holes.iter().find(|(hash, _)| *hash == hole.hash) {
                Some((_, range)) if !same(line, range.clone(), at..end) => return None,
                Some(_) => {}
                None => holes.push((hole.hash, at..end)),
            }
            at = end;
        }
        Some((at, holes))
    }

    fn end_of_hole(&self, line: LineRef<'_>, at: usize, index: usize) -> Option<usize> {
        let next = match self.wanted.get(index + 1) {
            Some(Wanted::Exactly(next)) if !next.is_wordlike() => next,
            _ => return line.tokens.get(at).filter(|token| token.kind == Kind::Word).map(|_| at + 1),
        };
        let mut depth = 0;
        for end in at..(at + MAX_HOLE).min(line.tokens.len()) {
            let token = line.tokens.get(end)?;
            if depth == 0 && token.hash == next.hash && end > at {
                return Some(end);
            }
            depth += bracket(token);
            if depth < 0 {
                return None;
            }
        }
        None
    }

    fn place(&self, text: usize, row: usize, line: LineRef<'_>, at: Range<usize>, holes: &[Hole]) -> Option<Place> {
        let first = self.instances.first()?;
        if already_done(first, line, &at, !holes.is_empty()) {
            return None;
        }
        let sides: Vec<(usize, usize)> = self
            .instances
            .iter()
            .take(COMPARED)
            .map(|instance| {
                let old = &instance.old.tokens;
                (
                    equal_before(old, instance.what.old.start, line.tokens, at.start),
                    equal_after(old, instance.what.old.end, line.tokens, at.end),
                )
            })
            .collect();
        let &(left, right) = sides.iter().max_by_key(|(left, right)| (left.min(right) * 4, left + right))?;
        let exact_word = |wanted: &Wanted| matches!(wanted, Wanted::Exactly(token) if token.is_wordlike());
        if !self.wanted.iter().any(exact_word) {
            let word = |token: Option<&Token>| token.is_some_and(Token::is_wordlike);
            let near_words = (1..=left).any(|away| word(at.start.checked_sub(away).and_then(|at| line.tokens.get(at))))
                || (0..right).any(|away| word(line.tokens.get(at.end + away)));
            if left + right < MIN_NEIGHBOURS || !near_words {
                return None;
            }
        }
        let part =
            line.tokens.get(at.start).or(line.tokens.get(at.start.wrapping_sub(1))).map_or(Part::Code, |t| t.part);
        if self.rule == Rule::Rename && part != Part::Code && !self.instances.iter().any(|one| in_prose(one)) {
            return None;
        }
        let start = self.scene.readers.get(text)?.line_start(row);
        let (range, new) = rendered(first, line, &at, holes)?;
        let old = line.text.get(range.clone())?;
        let (range, new) = tight(start + range.start, old, new);
        if range.is_empty() && new.is_empty() {
            return None;
        }
        let likest = |instance: &Instance<'_>| likeness(&instance.old.tokens, line.tokens);
        let alike = self.instances.iter().take(LIKENED).map(likest).fold(0.0, f32::max);
        let differing =
            holes.iter().filter(|(hash, range)| !(range.len() == 1 && hash_at(line, range.start) == Some(*hash)));
        let beside = |tokens: &[Token], at: &Range<usize>| {
            let before = at.start.checked_sub(1).and_then(|before| tokens.get(before));
            (Beside::of(before), Beside::of(tokens.get(at.end)))
        };
        let here = beside(line.tokens, &at);
        let beside_equal = self.instances.iter().take(COMPARED).map(|one| {
            let there = beside(&one.old.tokens, &one.what.old);
            usize::from(here.0 == there.0) + usize::from(here.1 == there.1)
        });
        Some(Place {
            text,
            lines: row..row + 1,
            range,
            new,
            left,
            right,
            holes: differing.count(),
            alike,
            same_indent: self.instances.iter().any(|one| one.old.indent() == line.indent()),
            same_first: self.instances.iter().any(|one| {
                one.old.tokens.first().map(|token| token.hash) == line.tokens.first().map(|token| token.hash)
            }),
            part,
            definition: pattern::is_definition(line.tokens, at.start),
            agreeing: sides.iter().filter(|(left, right)| *left > 0 && *right > 0).count(),
            beside: here,
            beside_equal: beside_equal.max().unwrap_or_default(),
            around: (hash_at(line, at.start.wrapping_sub(1)).unwrap_or(0), hash_at(line, at.end).unwrap_or(0)),
            agreeing_sides: (
                sides.iter().filter(|(left, _)| *left > 0).count(),
                sides.iter().filter(|(_, right)| *right > 0).count(),
            ),
        })
    }
}

fn in_prose(instance: &Instance<'_>) -> bool {
    instance.old_tokens().first().is_some_and(|token| token.part != Part::Code)
}

fn hash_at(line: LineRef<'_>, at: usize) -> Option<u32> {
    line.tokens.get(at).map(|token| token.hash)
}

fn same(line: LineRef<'_>, one: Range<usize>, two: Range<usize>) -> bool {
    one.len() == two.len() && one.zip(two).all(|(a, b)| hash_at(line, a) == hash_at(line, b))
}

/// Whether what the change brought stands at the place already, as `Some(x)` holds the `x` that became it.
fn already_done(first: &Instance<'_>, line: LineRef<'_>, at: &Range<usize>, holes: bool) -> bool {
    let (old, new) = (first.old_tokens(), first.new_tokens());
    if new.len() <= old.len() {
        return false;
    }
    let kept = |token: &Token| holes && token.is_wordlike() && old.iter().any(|other| other.hash == token.hash);
    let stands = |from: usize| {
        new.iter().enumerate().all(|(away, token)| match line.tokens.get(from + away) {
            Some(there) => there.hash == token.hash || (kept(token) && there.is_wordlike()),
            None => false,
        })
    };
    let holds = |offset: &usize| {
        let same = |(away, token): (usize, &Token)| new.get(offset + away).map(|other| other.hash) == Some(token.hash);
        holes || old.iter().enumerate().all(same)
    };
    let last = if holes { new.len() - 1 } else { new.len() - old.len() };
    (0..=last).filter(holds).filter_map(|offset| at.start.checked_sub(offset)).any(stands)
}

#[cfg(test)]
mod tests {
    use super::{super::tokens::Marks, *};

    #[test]
    fn what_holds_itself_is_done_once() {
        let line = |text: &str| Line::new(text, Marks::of("rust"));
        let (old, new) = (line("a"), line("Some(a)"));
        let what = Replacement { old: 0..1, new: 0..4 };
        let instance = Instance { example: 0, old: &old, new: &new, what: &what };
        assert!(already_done(&instance, line("f(Some(a))").view(), &(4..5), false));
        assert!(!already_done(&instance, line("f(Any(a))").view(), &(4..5), false));
        assert!(already_done(&instance, line("f(Some(b))").view(), &(4..5), true));
    }
}
