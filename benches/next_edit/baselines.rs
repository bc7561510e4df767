//! Two simple ways to guess the next edit.

use std::ops::Range;

use codestral_ls::next_edit::{
    difference::{Piece, Replacement, difference},
    tokens::{Kind, Line, Marks},
};

use crate::session::{Progress, Session};

/// A guess: the file, the bytes, and what is to stand there.
pub type Guess = (usize, Range<usize>, String);

/// What the latest hunk replaced, in its order.
fn replaced(session: &Session, hunk: usize) -> Vec<(Line, Line, Replacement)> {
    let wanted = &session.hunks[hunk];
    let file = &session.files[wanted.file];
    let marks = Marks::of(&file.language);
    let line = |text: &str| Line::new(text, marks);
    let old: Vec<Line> =
        file.text.split_inclusive('\n').skip(wanted.old.start).take(wanted.old.len()).map(line).collect();
    let new: Vec<Line> = wanted.new.split_inclusive('\n').map(line).collect();
    let mut all = Vec::new();
    for piece in difference(&old, &new) {
        if let Piece::Line { old, new, replacements, .. } = piece {
            all.extend(replacements.into_iter().map(|one| (old.clone(), new.clone(), one)));
        }
    }
    all
}

/// The identifier that was replaced last is replaced at its next whole word below the hunk, else above.
pub fn rename(progress: &Progress<'_>, hunk: usize) -> Option<Guess> {
    let word = |line: &Line, range: &Range<usize>| match line.tokens.get(range.clone())? {
        [token] if token.kind == Kind::Word => Some(line.text_of(token).to_owned()),
        _ => None,
    };
    let (old, new) = replaced(progress.session, hunk)
        .iter()
        .rev()
        .find_map(|(old, new, what)| Some((word(old, &what.old)?, word(new, &what.new)?)))?;
    next(progress, hunk, |line| {
        let token = line.tokens.iter().find(|token| line.text_of(token) == old)?;
        Some((token.range(), new.clone()))
    })
}

/// The latest replacement is made again at the next place where `neighbours` tokens on each side are equal.
pub fn again(progress: &Progress<'_>, hunk: usize, neighbours: usize) -> Option<Guess> {
    let (old, new, what) = replaced(progress.session, hunk).pop()?;
    let hashes = |line: &Line, range: Range<usize>| -> Option<Vec<u32>> {
        Some(line.tokens.get(range)?.iter().map(|token| token.hash).collect())
    };
    let from = what.old.start.saturating_sub(neighbours);
    let to = (what.old.end + neighbours).min(old.tokens.len());
    let wanted = hashes(&old, from..to)?;
    let lead = what.old.start - from;
    let gap = |line: &Line, range: &Range<usize>| {
        let start = range.start.checked_sub(1).map_or(0, |before| line.tokens[before].end as usize);
        let end = line.tokens.get(range.end).map_or(line.text.len(), |token| token.start as usize);
        start..end
    };
    let text = new.text[gap(&new, &what.new)].to_owned();
    next(progress, hunk, |line| {
        let at = line
            .tokens
            .windows(wanted.len().max(1))
            .position(|window| window.iter().map(|token| token.hash).eq(wanted.iter().copied()))?;
        let at = at + lead;
        let range = gap(line, &(at..at + what.old.len()));
        let head = if at == 0 { line.indent() } else { 0 };
        let text = if at == 0 { text.trim_start() } else { text.as_str() };
        (line.text[range.start + head..range.end] != *text).then(|| (range.start + head..range.end, text.to_owned()))
    })
}

/// The first line below the hunk for which there is an edit, else the first above.
fn next(progress: &Progress<'_>, hunk: usize, edit: impl Fn(&Line) -> Option<(Range<usize>, String)>) -> Option<Guess> {
    let file = progress.session.hunks[hunk].file;
    let marks = Marks::of(&progress.session.files[file].language);
    let text = &progress.texts[file];
    let lines = progress.lines(hunk);
    for row in (lines.end..text.len_lines()).chain((0..lines.start).rev()) {
        let line = Line::new(&text.line(row).to_string(), marks);
        if let Some((range, new)) = edit(&line) {
            let start = text.line_to_byte(row);
            return Some((file, start + range.start..start + range.end, new));
        }
    }
    None
}
