//! What a change did, in lines and tokens: which lines became which, and which tokens were replaced in them.

use std::ops::Range;

use super::tokens::{Line, Token, same_tokens};

/// Lines that differ are compared each with each up to this many on both sides; beyond, they are one replacement.
const MAX_LINES: usize = 24;

/// Two lines are two states of one line from this part of common tokens on.
const ALIKE: f32 = 0.5;

/// Lines with more tokens are compared by their common ends only.
const MAX_TOKENS: usize = 120;

/// Tokens of one line that were replaced by others, as ranges in its tokens. One of the two may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Which tokens of the old line.
    pub old: Range<usize>,
    /// Which tokens of the new line.
    pub new: Range<usize>,
}

/// One part of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A line that was changed within.
    Line {
        /// Which of the new lines it is.
        at: usize,
        /// As it was.
        old: Line,
        /// As it is.
        new: Line,
        /// What was replaced, in order.
        replacements: Vec<Replacement>,
    },
    /// Whole lines that were put in, taken out, or replaced by quite different ones.
    Lines {
        /// The new lines start before this one.
        at: usize,
        /// The lines taken out.
        old: Vec<Line>,
        /// The lines put in.
        new: Vec<Line>,
    },
}

/// How the lines `old` became `new`.
pub fn difference(old: &[Line], new: &[Line]) -> Vec<Piece> {
    let same = |pair: &(&Line, &Line)| pair.0.text == pair.1.text;
    let head = old.iter().zip(new).take_while(same).count();
    let (old, new) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    let (old, new) = (old.get(..old.len() - tail).unwrap_or_default(), new.get(..new.len() - tail).unwrap_or_default());
    if old.is_empty() && new.is_empty() {
        return vec![];
    }
    let mut pieces = Vec::new();
    let (mut from_old, mut from_new) = (0, 0);
    let pairs = pairs(old, new);
    for (one, two) in pairs.into_iter().chain([(old.len(), new.len())]) {
        let (taken, put) = (old.get(from_old..one).unwrap_or_default(), new.get(from_new..two).unwrap_or_default());
        if !taken.is_empty() || !put.is_empty() {
            pieces.push(Piece::Lines { at: head + from_new, old: taken.to_vec(), new: put.to_vec() });
        }
        if let (Some(before), Some(after)) = (old.get(one), new.get(two))
            && before.text != after.text
        {
            pieces.push(Piece::Line {
                at: head + two,
                old: before.clone(),
                new: after.clone(),
                replacements: replacements(&before.tokens, &after.tokens),
            });
        }
        (from_old, from_new) = (one + 1, two + 1);
    }
    pieces
}

/// Which lines are states of one line, in order: the pairs with most in common.
fn pairs(old: &[Line], new: &[Line]) -> Vec<(usize, usize)> {
    if old.len() > MAX_LINES || new.len() > MAX_LINES {
        return vec![];
    }
    let columns = new.len() + 1;
    let mut best = vec![0.0_f32; (old.len() + 1) * columns];
    let at = |best: &[f32], row: usize, column: usize| best.get(row * columns + column).copied().unwrap_or_default();
    let mut likenesses = vec![0.0_f32; old.len() * new.len()];
    for (row, before) in old.iter().enumerate().rev() {
        for (column, after) in new.iter().enumerate().rev() {
            let alike = likeness(&before.tokens, &after.tokens);
            let paired = if alike >= ALIKE { alike + at(&best, row + 1, column + 1) } else { 0.0 };
            let value = paired.max(at(&best, row + 1, column)).max(at(&best, row, column + 1));
            if let Some(cell) = best.get_mut(row * columns + column) {
                *cell = value;
            }
            if let Some(cell) = likenesses.get_mut(row * new.len() + column) {
                *cell = alike;
            }
        }
    }
    let mut pairs = Vec::new();
    let (mut row, mut column) = (0, 0);
    while row < old.len() && column < new.len() {
        let alike = likenesses.get(row * new.len() + column).copied().unwrap_or_default();
        let value = at(&best, row, column);
        if alike >= ALIKE && value <= alike + at(&best, row + 1, column + 1) {
            pairs.push((row, column));
            (row, column) = (row + 1, column + 1);
        } else if at(&best, row + 1, column) >= value {
            row += 1;
        } else {
            column += 1;
        }
    }
    pairs
}

/// The part of the tokens that two lines have in common, 0 to 1.
pub fn likeness(one: &[Token], two: &[Token]) -> f32 {
    let all = one.len() + two.len();
    if all == 0 {
        return 0.0;
    }
    if same_tokens(one, two) {
        return 1.0;
    }
    let common = 2 * in_common(one, two);
    // Never as much as equal lines.
    (common as f32 / all as f32).min(0.99)
}

/// How many tokens two lines have in common, wherever they stand.
fn in_common(one: &[Token], two: &[Token]) -> usize {
    if two.len() > u128::BITS as usize {
        let sorted = |tokens: &[Token]| {
            let mut hashes: Vec<u32> = tokens.iter().map(|token| token.hash).collect();
            hashes.sort_unstable();
            hashes
        };
        let (one, two) = (sorted(one), sorted(two));
        let mut rest = two.iter().peekable();
        return one
            .iter()
            .filter(|hash| {
                while rest.next_if(|other| other < hash).is_some() {}
                rest.next_if_eq(hash).is_some()
            })
            .count();
    }
    // Lines are short, so nothing is sorted: a bit for each token of the second that has found its like.
    let mut found = 0_u128;
    for token in one {
        let like = |&(at, other): &(usize, &Token)| other.hash == token.hash && found >> at & 1 == 0;
        if let Some((at, _)) = two.iter().enumerate().find(like) {
            found |= 1 << at;
        }
    }
    found.count_ones() as usize
}

/// Which tokens of `old` were replaced by which of `new`: what is outside a longest common row.
fn replacements(old: &[Token], new: &[Token]) -> Vec<Replacement> {
    let same = |pair: &(&Token, &Token)| pair.0.hash == pair.1.hash;
    let head = old.iter().zip(new).take_while(same).count();
    let tail = old.iter().skip(head).rev().zip(new.iter().skip(head).rev()).take_while(same).count();
    let rows = old.get(head..old.len() - tail).unwrap_or_default();
    let columns = new.get(head..new.len() - tail).unwrap_or_default();
    if rows.is_empty() && columns.is_empty() {
        return vec![];
    }
    if rows.is_empty() || columns.is_empty() || rows.len() > MAX_TOKENS || columns.len() > MAX_TOKENS {
        return vec![Replacement { old: head..old.len() - tail, new: head..new.len() - tail }];
    }
    let width = columns.len() + 1;
    let mut best = vec![0_u16; (rows.len() + 1) * width];
    let at = |best: &[u16], row: usize, column: usize| best.get(row * width + column).copied().unwrap_or_default();
    for (row, one) in rows.iter().enumerate().rev() {
        for (column, two) in columns.iter().enumerate().rev() {
            // Words hold a line together, punctuation follows them.
            let weight = if one.is_wordlike() { 3 } else { 1 };
            let kept = if one.hash == two.hash { weight + at(&best, row + 1, column + 1) } else { 0 };
            let value = kept.max(at(&best, row + 1, column)).max(at(&best, row, column + 1));
            if let Some(cell) = best.get_mut(row * width + column) {
                *cell = value;
            }
        }
    }
    let mut found: Vec<Replacement> = Vec::new();
    let (mut row, mut column) = (0, 0);
    let mut start = (0, 0);
    let mut close = |start: (usize, usize), row: usize, column: usize| {
        if start != (row, column) {
            found.push(Replacement { old: head + start.0..head + row, new: head + start.1..head + column });
        }
    };
    while let (Some(one), Some(two)) = (rows.get(row), columns.get(column)) {
        let value = at(&best, row, column);
        let weight = if one.is_wordlike() { 3 } else { 1 };
        if one.hash == two.hash && value == weight + at(&best, row + 1, column + 1) {
            close(start, row, column);
            (row, column) = (row + 1, column + 1);
            start = (row, column);
        } else if at(&best, row + 1, column) >= at(&best, row, column + 1) {
            row += 1;
        } else {
            column += 1;
        }
    }
    close(start, rows.len(), columns.len());
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::tokens::Marks, *};

    fn lines(text: &str) -> Vec<Line> {
        text.split('\n').map(|line| Line::new(line, Marks::of("rust"))).collect()
    }

    fn shown(old: &str, new: &str) -> Vec<String> {
        let words = |line: &Line, range: &Range<usize>| {
            line.tokens[range.clone()].iter().map(|token| line.text_of(token)).collect::<Vec<_>>().join(" ")
        };
        let show = |piece: &Piece| match piece {
            Piece::Line { at, old, new, replacements } => {
                let parts: Vec<_> = replacements
                    .iter()
                    .map(|part| format!("{} -> {}", words(old, &part.old), words(new, &part.new)))
                    .collect();
                format!("{at}: {}", parts.join(", "))
            }
            Piece::Lines { at, old, new } => format!("{at}: {} lines -> {}", old.len(), new.len()),
        };
        difference(&lines(old), &lines(new)).iter().map(show).collect()
    }

    #[track_caller]
    fn check(old: &str, new: &str, expect: &[&str]) {
        assert_eq!(shown(old, new), expect);
    }

    #[test]
    fn replaced_tokens_are_found_line_by_line() {
        check("a\nlog(a);\nb", "a\nlog(ctx, a);\nb", &["1:  -> ctx ,"]);
        check("let a = b.c();\nlet d = b.c();", "let a = e.c();\nlet d = e.c();", &["0: b -> e", "1: b -> e"]);
        check("foo(x, y)", "bar(x, z)", &["0: foo -> bar, y -> z"]);
    }

    #[test]
    fn whole_lines_are_put_in_and_taken_out() {
        check("a\nb", "a\nnew line\nb", &["1: 0 lines -> 1"]);
        check("a\ngone();\nb", "a\nb", &["1: 1 lines -> 0"]);
        check("x.first();\nlet a = 1;", "let a = 2;", &["0: 1 lines -> 0", "0: 1 -> 2"]);
    }

    #[test]
    fn white_space_alone_replaces_no_token() {
        check("  a", "a", &["0: "]);
    }

    proptest! {
        #[test]
        fn each_line_that_differs_is_in_one_piece(
            old in prop::collection::vec("[ab(){}]{0,6}", 0..30),
            new in prop::collection::vec("[ab(){}]{0,6}", 0..30),
        ) {
            let (old, new) = (lines(&old.join("\n")), lines(&new.join("\n")));
            let pieces = difference(&old, &new);
            let (mut taken, mut put) = (0, 0);
            for piece in &pieces {
                match piece {
                    Piece::Line { old, new, replacements, at } => {
                        prop_assert!(*at < 31);
                        (taken, put) = (taken + 1, put + 1);
                        let mut kept = 0;
                        for part in replacements {
                            prop_assert!(part.old.start >= kept, "in order and apart");
                            kept = part.old.end;
                        }
                        let outside = |tokens: &[Token], ranges: Vec<Range<usize>>| -> Vec<u32> {
                            let inside = |at: &usize| ranges.iter().any(|range| range.contains(at));
                            (0..tokens.len()).filter(|at| !inside(at)).map(|at| tokens[at].hash).collect()
                        };
                        prop_assert_eq!(
                            outside(&old.tokens, replacements.iter().map(|part| part.old.clone()).collect()),
                            outside(&new.tokens, replacements.iter().map(|part| part.new.clone()).collect())
                        );
                    }
                    Piece::Lines { old, new, .. } => (taken, put) = (taken + old.len(), put + new.len()),
                }
            }
            prop_assert_eq!(old.len() as isize - taken as isize, new.len() as isize - put as isize);
        }
    }
}
