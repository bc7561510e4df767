//! What is written: files of the pinned corpus, each with a hole that someone fills in.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use codestral_ls::text::line;

use crate::{
    corpus::{self, Half, Language, Text},
    rng::Rng,
};

/// Files shorter or longer than this (lines) are not used.
const LINES: Range<usize> = 60..1500;

/// Lines of a hole that is not the body of something.
const PIECE_LINES: usize = 30;

/// Lines of a body worth a session.
const BODY_LINES: Range<usize> = 8..40;

/// Bytes on a line of a hole, at most: longer ones are data, or were written by a program.
const MOST_LINE_BYTES: usize = 120;

/// Characters of a hole that are letters, at least: below that it is a table.
const LEAST_LETTERS: f64 = 0.4;

/// Bytes before a hole by which it is found again in a prompt.
const MARK: usize = 160;

/// One file with a hole.
#[derive(Debug)]
pub struct Session {
    pub language: Language,
    /// The text above the hole, to its first byte.
    pub before: String,
    /// What will be typed; ends before a line break.
    pub hole: String,
    /// The text below the hole, from that line break on.
    pub after: String,
    /// Names the session to chance.
    pub seed: u64,
}

impl Session {
    /// What has been typed, told from the text before the cursor.
    pub fn typed<'a>(&self, prefix: &'a str) -> &'a str {
        let mark = self.mark();
        prefix.find(mark).map_or("", |at| &prefix[at + mark.len()..])
    }

    fn mark(&self) -> &str {
        let mut start = self.before.len().saturating_sub(MARK);
        while !self.before.is_char_boundary(start) {
            start += 1;
        }
        &self.before[start..]
    }

    /// Whether it is someone's code, and stands at one place only.
    fn is_fit(&self) -> bool {
        let letters = self.hole.chars().filter(|c| c.is_alphabetic()).count() as f64;
        let marks = format!("{}{}", self.before, self.hole).matches(self.mark()).count();
        marks == 1
            && self.before.len() >= MARK
            && letters >= LEAST_LETTERS * self.hole.chars().filter(|c| !c.is_whitespace()).count() as f64
            && self.hole.lines().all(|line| line.len() <= MOST_LINE_BYTES)
    }
}

/// `count` sessions in one language and half of the corpus: bodies and pieces of 30 lines in turn, of as many packages
/// as there are, so that no author counts for more than another.
pub fn sessions(language: Language, half: Half, count: usize) -> Result<Vec<Arc<Session>>, corpus::Error> {
    let mut packages: BTreeMap<String, Vec<Text>> = BTreeMap::new();
    for text in corpus::read(language)? {
        let is_plain = !text.text.contains('\r') && LINES.contains(&text.text.lines().count());
        if text.half() == half && is_plain {
            packages.entry(text.package.clone()).or_default().push(text);
        }
    }
    let mut packages: Vec<(String, Vec<Text>)> = packages.into_iter().collect();
    // By chance, but the same in every run; a package more or less leaves the order of the others.
    packages.sort_by_key(|(name, _)| Rng::new(&[corpus::fnv(corpus::FNV_START, name.as_bytes())]).next());
    let mut sessions: Vec<Arc<Session>> = vec![];
    for round in 0..count as u64 {
        for (name, texts) in &packages {
            if sessions.len() == count {
                return Ok(sessions);
            }
            let seed = Rng::new(&[corpus::fnv(corpus::FNV_START, name.as_bytes()), round]).next();
            let mut rng = Rng::new(&[seed, 77]);
            let text = &texts[rng.below(texts.len())];
            let session = open(text, sessions.len().is_multiple_of(2), seed, &mut rng);
            sessions.extend(session.filter(Session::is_fit).map(Arc::new));
        }
    }
    Ok(sessions)
}

/// The file with a hole: the body of something, or a piece.
fn open(text: &Text, wants_body: bool, seed: u64, rng: &mut Rng) -> Option<Session> {
    let lines: Vec<&str> = text.text.split_inclusive('\n').collect();
    let hole = if wants_body { body(&lines, text.language, rng) } else { piece(&lines, rng) }?;
    let (before, after) = (lines[..hole.start].concat(), lines[hole.end..].concat());
    let hole = lines[hole].concat();
    let indent = hole.len() - hole.trim_start_matches([' ', '\t']).len();
    Some(Session {
        language: text.language,
        before: format!("{before}{}", &hole[..indent]),
        hole: hole[indent..].trim_end().to_owned(),
        after: format!("\n{after}"),
        seed,
    })
}

/// The lines more indented than the one that opens them.
fn body(lines: &[&str], language: Language, rng: &mut Rng) -> Option<Range<usize>> {
    let bodies: Vec<Range<usize>> = (0..lines.len())
        .filter(|head| line::shape(lines[*head], language.id()).opens)
        .filter_map(|head| {
            let indent = line::indent(lines[head]);
            let below = lines[head + 1..].iter();
            let inside = below.take_while(|line| line::is_blank(line) || line::indent(line) > indent).count();
            let blank = lines[head + 1..head + 1 + inside].iter().rev().take_while(|line| line::is_blank(line)).count();
            BODY_LINES.contains(&(inside - blank)).then_some(head + 1..head + 1 + inside - blank)
        })
        .collect();
    bodies.get(rng.below(bodies.len())).cloned()
}

/// Some lines after an empty one.
fn piece(lines: &[&str], rng: &mut Rng) -> Option<Range<usize>> {
    let starts: Vec<usize> = (1..lines.len().saturating_sub(PIECE_LINES))
        .filter(|at| line::is_blank(lines[at - 1]) && !line::is_blank(lines[*at]))
        .collect();
    let from = *starts.get(rng.below(starts.len()))?;
    Some(from..from + PIECE_LINES)
}
