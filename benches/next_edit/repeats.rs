//! Which hunks repeat something that was done before in the session: what could be predicted at all.
//!
//! A hunk repeats if each part of it does. A part is a replacement within a line, or a block of whole lines; it repeats
//! when an earlier hunk has the same part, where words that the part keeps (they stand in what is replaced and in what
//! stands there then) may be others. So `log(a)` to `log(ctx, a)` repeats in `log(b)`, and one new name repeats nothing.

use codestral_ls::next_edit::{
    difference::{Piece, difference},
    tokens::{Line, Marks, Token, mix},
};

use crate::session::{Hunk, Session};

/// For each hunk, its parts as hashes, each without and with the words that are kept.
pub struct Repeats {
    parts: Vec<Vec<[u64; 2]>>,
    prose: Vec<bool>,
}

impl Repeats {
    pub fn new(session: &Session) -> Self {
        let parts = session.hunks.iter().map(|hunk| parts(session, hunk)).collect();
        let blank = |hunk: &Hunk| hunk.new.trim().is_empty() && old_lines(session, hunk).iter().all(Line::is_blank);
        Self { parts, prose: session.hunks.iter().map(blank).collect() }
    }

    /// Whether `hunk` repeats what was done in the hunks `done`.
    pub fn repeats(&self, hunk: usize, done: impl Fn(usize) -> bool) -> bool {
        let earlier: Vec<&[u64; 2]> =
            self.parts.iter().enumerate().filter(|(other, _)| done(*other)).flat_map(|(_, parts)| parts).collect();
        let parts = &self.parts[hunk];
        !self.prose[hunk]
            && !parts.is_empty()
            && parts.iter().all(|part| earlier.iter().any(|other| other[0] == part[0] || other[1] == part[1]))
    }
}

fn old_lines(session: &Session, hunk: &Hunk) -> Vec<Line> {
    let file = &session.files[hunk.file];
    let marks = Marks::of(&file.language);
    file.text.split_inclusive('\n').skip(hunk.old.start).take(hunk.old.len()).map(|l| Line::new(l, marks)).collect()
}

fn parts(session: &Session, hunk: &Hunk) -> Vec<[u64; 2]> {
    let marks = Marks::of(&session.files[hunk.file].language);
    let old = old_lines(session, hunk);
    let new: Vec<Line> = hunk.new.split_inclusive('\n').map(|line| Line::new(line, marks)).collect();
    let mut parts = Vec::new();
    for piece in difference(&old, &new) {
        match piece {
            Piece::Line { old, new, replacements, .. } => {
                let part = |old: &[Token], new: &[Token]| [exact(old, new), shape(old, new)];
                let mut inner: Vec<[u64; 2]> = replacements
                    .iter()
                    .map(|one| part(&old.tokens[one.old.clone()], &new.tokens[one.new.clone()]))
                    .collect();
                // The whole line counts as well: its words are kept in other places.
                if inner.len() > 1
                    && let (Some(first), Some(last)) = (replacements.first(), replacements.last())
                {
                    let (old, new) =
                        (&old.tokens[first.old.start..last.old.end], &new.tokens[first.new.start..last.new.end]);
                    let whole = shape(old, new);
                    inner.iter_mut().for_each(|part| part[1] = whole);
                }
                parts.extend(inner);
            }
            Piece::Lines { old, new, .. } => {
                let tokens = |lines: &[Line]| lines.iter().flat_map(|line| line.tokens.clone()).collect::<Vec<_>>();
                let (old, new) = (tokens(&old), tokens(&new));
                parts.push([exact(&old, &new), shape(&old, &new)]);
            }
        }
    }
    parts
}

fn exact(old: &[Token], new: &[Token]) -> u64 {
    let row = |tokens: &[Token]| tokens.iter().fold(5, |hash, token| mix(hash, u64::from(token.hash)));
    mix(row(old), row(new))
}

fn shape(old: &[Token], new: &[Token]) -> u64 {
    let mut names: Vec<u32> = Vec::new();
    let mut hash = 9;
    for (tokens, others) in [(old, new), (new, old)] {
        for token in tokens {
            let kept = token.is_wordlike() && others.iter().any(|other| other.hash == token.hash);
            let value = if kept {
                let number = names.iter().position(|&name| name == token.hash);
                number.unwrap_or_else(|| {
                    names.push(token.hash);
                    names.len() - 1
                }) as u64
            } else {
                u64::from(token.hash) << 8
            };
            hash = mix(hash, value);
        }
        hash = mix(hash, u64::MAX);
    }
    hash
}
