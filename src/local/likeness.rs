//! How alike a place and the cursor are: the weight of a vote.

use crate::{
    around::{Around, Enclosing},
    last_use::LastUse,
    occurrence::{Nearness, Occurrence},
    query::Query,
    recent_lines::{RecentLines, line_hash},
    tokens::Token,
    vote::Voter,
};

/// How many tokens before a place are read: what an open bracket and the last lines are looked for in, and as many as
/// may agree with [`SURROUNDING_TOKENS`] more.
const LOOK_BACK: usize = 160;
/// How many signs tell how alike a place and the cursor are.
pub const SIGNS: usize = 42;

/// More bytes than this that agree tell nothing more.
const MAX_BYTES: usize = 200;
/// A word used within this many tokens before the cursor is near.
const NEAR_TOKENS: usize = 400;
/// The words of this many tokens before what agrees are looked for near the cursor.
const SURROUNDING_TOKENS: usize = 48;
/// So many words in a row, with no punctuation, are prose.
const PROSE_WORDS: usize = 4;
/// Comments are written as wide (characters) as the widest of so many lines above, within these bounds.
const WIDTH_LINES: usize = 60;
const WIDTHS: (usize, usize) = (60, 120);
const DEFAULT_WIDTH: usize = 80;
/// A line that comes again within this many is one of a list, further away a habit.
const LIST_LINES: usize = 10;
/// Shorter lines (tokens) come again by chance.
const LEAST_LINE: usize = 4;

/// The most that any voter has.
#[derive(Debug, Clone, Copy, Default)]
pub struct Most {
    /// Tokens that agree.
    pub tokens: usize,
    /// Bytes that agree.
    pub bytes: usize,
}

/// What the cursor stands in, read once for all voters.
#[derive(Debug)]
pub struct Scene<'q, 'a> {
    query: &'q Query<'a>,
    last_use: LastUse,
    around: Around,
    recent: RecentLines,
    /// The hashes of all lines above, nearest first.
    lines: Vec<u64>,
    /// How wide comments are.
    width: usize,
    /// Whether the cursor stands in a comment or another text for people.
    prose: bool,
    /// The last part of the document's key.
    file_name: &'a str,
}

impl<'q, 'a> Scene<'q, 'a> {
    /// Reads what stands before the cursor.
    pub fn new(query: &'q Query<'a>) -> Self {
        let context = &query.context;
        let near = context.iter().take(LOOK_BACK).copied();
        let typed = context.iter().take_while(|token| !token.ends_line()).count();
        let above = context.get(typed + 1..).unwrap_or_default();
        let words = context[..typed].chunk_by(|a, b| a.is_word() && b.is_word()).map(<[_]>::len).max();
        let comments = query.place.before.lines().rev().skip(1).take(WIDTH_LINES).filter(|line| is_comment(line));
        let width = comments.map(|line| line.chars().count()).max().unwrap_or(DEFAULT_WIDTH);
        Self {
            query,
            last_use: LastUse::new(context),
            around: Around::new(near.clone()),
            recent: RecentLines::new(near),
            lines: above.split(|token| token.ends_line()).map(|line| line_hash(0, line.iter().copied())).collect(),
            width: width.clamp(WIDTHS.0, WIDTHS.1),
            prose: is_comment(query.line) || words.is_some_and(|words| words >= PROSE_WORDS),
            file_name: query.place.key.rsplit('/').next().unwrap_or_default(),
        }
    }

    /// Whether the cursor stands in a text for people.
    pub fn is_prose(&self) -> bool {
        self.prose
    }

    /// How many brackets are open on the cursor's line.
    pub fn depth(&self) -> i32 {
        self.around.depth
    }

    /// How many tokens stand before the cursor on its line.
    pub fn typed(&self) -> usize {
        self.around.length
    }

    /// The logarithm of a vote's weight.
    pub fn weigh(&self, voter: &Voter, there: &There, most: Most) -> f64 {
        self.signs(voter, there, most).iter().map(|(sign, weight)| sign * weight).sum()
    }

    /// What the place of a vote stands in.
    pub fn there(&self, one: &Occurrence) -> There {
        let near = before(one);
        There {
            around: Around::new(near.clone()),
            words_in_common: self.words_in_common(near.clone().skip(one.length)),
            lines: RecentLines::new(near),
        }
    }

    /// Each sign and what it counts.
    ///
    /// The weights make what was right likeliest, as in a choice among all voters: fitted on 2026-11-24 over random
    /// places (seed 7) of regex-automata, time, syn, sysinfo, tracing-subscriber, zerocopy, futures-util, proptest,
    /// Jinja, Django, viem's utils and the tRPC server. The last is set by hand: each of these has one language.
    pub fn signs(&self, voter: &Voter, place: &There, most: Most) -> [(f64, f64); SIGNS] {
        let (query, one) = (self.query, &voter.one);
        let There { around: there, lines, words_in_common } = place;
        let rest = Rest::new(self, voter);
        let [length, bytes, further] = [one.length as f64, voter.bytes as f64, voter.alignment.further];
        let here = one.nearness == Nearness::Here;
        let typed = self.around.length;
        let encloses = |what: fn(Enclosing) -> u32| flag(there.enclosing.map(what) == self.around.enclosing.map(what));
        let (full, full_there) = rest.whole_lines(self, voter, there.length);
        let again = self.lines.iter().position(|&line| line == full && typed + voter.tokens >= LEAST_LINE);
        let [in_list, by_habit] = [again.is_some_and(|at| at < LIST_LINES), again.is_some_and(|at| at >= LIST_LINES)];
        let list_there = lines.contains(full_there);
        let same_head = there.head == self.around.head;
        let prose = |is: bool| flag(self.prose && is);
        let rest_bytes = rest.bytes.ln_1p();
        [
            (length.ln_1p(), 1.038),
            (length.min(12.0), 0.047),
            (length.min(40.0), 0.017),
            (flag(one.length == most.tokens), 0.59),
            (bytes.ln_1p(), 0.828),
            (flag(voter.bytes == most.bytes), 0.187),
            (further.ln_1p(), 0.713),
            (voter.alignment.renames.len() as f64, -0.23),
            (flag(voter.indent == query.indent()), 0.416),
            (flag(matches!(one.nearness, Nearness::Folder | Nearness::Open)), 0.957),
            (flag(here), -1.766),
            (if here { (one.distance as f64 / 50.0).ln_1p() } else { 0.0 }, 0.33),
            (flag(is_named(one.key, self.file_name)), 1.518),
            (flag(there.depth == self.around.depth), 2.837),
            (encloses(|open| u32::from(open.bracket)), 0.549),
            (encloses(|open| open.before.bits()), 0.348),
            (encloses(|open| open.head.bits()), 0.497),
            (flag(same_head), 0.764),
            (there.length.abs_diff(typed).min(20) as f64, -0.106),
            (flag(rest.begun_is_new), -1.36),
            (rest.begun_use, -0.233),
            (rest_bytes, -0.284),
            (rest.far, -0.199),
            (rest.new, -0.241),
            (rest.renamed, -0.169),
            (flag(voter.keeps_names), -2.025),
            (*words_in_common, 3.043),
            (flag(in_list), -0.259),
            (flag(by_habit), 0.296),
            (flag(list_there), -0.196),
            (self.recent.in_common(lines) as f64, 0.145),
            (prose(rest.width > self.width), -1.225),
            (prose(rest.width + 1 + rest.next_word <= self.width && rest.next_word > 0), -0.427),
            (prose(true) * rest_bytes, -0.51),
            (prose(rest.begun_is_new), -0.606),
            (prose(same_head), 0.102),
            (prose(true) * rest.far, 0.192),
            (prose(in_list), 0.517),
            (prose(by_habit), 0.999),
            (prose(list_there), 0.656),
            (flag(one.nearness == Nearness::Foreign), -1.4),
            (flag(one.typed != query.partial.len()), -2.0),
        ]
    }

    /// The part of the words in `before`, which is what stands before what agrees, that stand near the cursor, too.
    fn words_in_common(&self, before: impl Iterator<Item = Token>) -> f64 {
        let (mut all, mut common, mut missing) = (2.0, 0.0, SURROUNDING_TOKENS as f64);
        for token in before.take(SURROUNDING_TOKENS) {
            missing -= 1.0;
            all += flag(token.is_word());
            let near = || self.last_use.distance(token).is_some_and(|distance| distance < NEAR_TOKENS);
            common += flag(token.is_word() && near());
        }
        // Near the start of a file little stands before what agrees, which tells nothing: every other token is a word,
        // and every other word is common.
        (all, common) = (all + missing / 2.0, common + missing / 4.0);
        common / all
    }
}

/// What a place stands in, read once for the votes that come from it.
#[derive(Debug, Clone, Copy)]
pub struct There {
    around: Around,
    lines: RecentLines,
    words_in_common: f64,
}

/// What a voter says, in numbers.
#[derive(Debug, Default)]
struct Rest {
    /// Words not used near the cursor, and those not used at all.
    far: f64,
    new: f64,
    /// Words that stand in for others.
    renamed: f64,
    /// Whether the word begun would become one that was not used before.
    begun_is_new: bool,
    /// The logarithm of how long ago it was.
    begun_use: f64,
    /// Its length.
    bytes: f64,
    /// Characters of the whole line.
    width: usize,
    /// Characters of the first word of the next line of a comment.
    next_word: usize,
}

impl Rest {
    fn new(scene: &Scene, voter: &Voter) -> Self {
        let (query, source) = (scene.query, voter.one.source);
        let mut rest = Self::default();
        let begun = usize::from(!query.partial.is_empty());
        for &token in voter.line().iter().skip(begun).filter(|token| token.is_word()) {
            let distance = scene.last_use.distance(token);
            if voter.alignment.renamed(token).is_some() {
                rest.renamed += 1.0;
            } else {
                rest.far += flag(distance.is_none_or(|distance| distance >= NEAR_TOKENS));
                rest.new += flag(distance.is_none());
            }
        }
        if let Some(&word) = voter.line().first().filter(|_| begun == 1) {
            let distance = scene.last_use.distance(word);
            rest.begun_is_new = distance.is_none();
            rest.begun_use = distance.map_or(0.0, |distance| (distance as f64 / 20.0).ln_1p());
        }
        let end = source.start(voter.one.place + voter.tokens);
        let text = source.text.get(source.start(voter.one.place)..end).unwrap_or_default().trim_end();
        rest.bytes = text.len().saturating_sub(voter.one.typed) as f64;
        if scene.prose {
            rest.width = query.line.chars().count() + text.chars().count() - query.partial.chars().count();
            let ends_file = source.tokens.get(voter.one.place + voter.tokens + 1).is_none_or(|&t| t == Token::BORDER);
            let next = source.text[end..].trim_start().lines().next().unwrap_or_default();
            let word = next.split_whitespace().nth(1).filter(|_| is_comment(next) && !ends_file);
            rest.next_word = word.map_or(0, |word| word.chars().count());
        }
        rest
    }

    /// Hashes of the whole line as it would be here, and as it is there, where `typed` tokens stand before the place.
    fn whole_lines(&self, scene: &Scene, voter: &Voter, typed: usize) -> (u64, u64) {
        let names = voter.line().iter().rev();
        let ours = names.clone().map(|&token| voter.alignment.here(scene.query, token));
        let here = scene.query.context.iter().take(scene.around.length).copied();
        let (tokens, place) = (voter.one.source.tokens, voter.one.place);
        let there = tokens[place.saturating_sub(typed)..place].iter().rev().copied();
        (line_hash(line_hash(0, ours), here), line_hash(line_hash(0, names.copied()), there))
    }
}

/// How many bytes before the cursor agree with those before the place, white space and the word begun included.
/// Of the white space before the first token, `gap` is still missing at the cursor.
pub fn bytes_alike(query: &Query, one: &Occurrence, gap: usize) -> usize {
    let Some(&start) = one.source.starts.get(one.place) else { return 0 };
    let before = &one.source.text[..start as usize];
    let cursor = match query.partial.len() {
        0 if query.spaced() => start as usize - gap,
        0 if query.line.is_empty() => before.trim_end_matches([' ', '\t']).len(),
        0 => before.trim_end().len(),
        _ => start as usize + one.typed,
    };
    // The first token that differs may agree in part; nothing before it does, nor does another file.
    let first = one.place.saturating_sub(one.length + 1);
    let from = one.source.starts.get(first).map_or(0, |&start| start as usize).min(cursor);
    let there = one.source.text.as_bytes()[from..cursor].iter().rev();
    there.zip(query.place.before.as_bytes().iter().rev()).take(MAX_BYTES).take_while(|(a, b)| a == b).count()
}

/// How much white space is still missing at the cursor where some has been typed, as in a column or an indented
/// comment.
pub fn gap(query: &Query, one: &Occurrence) -> usize {
    if !query.partial.is_empty() || !query.spaced() || query.starts_line() || !query.suffix.is_empty() {
        return 0;
    }
    let start = one.source.starts.get(one.place).map_or(0, |&start| start as usize);
    let space = |text: &'_ str| text.len() - text.trim_end_matches([' ', '\t']).len();
    let (there, here) = (&one.source.text[..start], query.line);
    let (there, here) = (&there[there.len() - space(there)..], &here[here.len() - space(here)..]);
    there.strip_prefix(here).map_or(0, str::len)
}

/// Whether as many brackets are open on the line of a place as on the cursor's.
pub fn same_depth(query: &Query, one: &Occurrence) -> bool {
    Around::new(before(one)).depth == Around::new(query.context.iter().take(LOOK_BACK).copied()).depth
}

/// The last tokens before a place in its file, nearest first.
fn before<'a>(one: &Occurrence<'a>) -> impl Iterator<Item = Token> + Clone + use<'a> {
    let near = &one.source.tokens[one.place.saturating_sub(LOOK_BACK)..one.place];
    let from = near.iter().rposition(|&token| token == Token::BORDER).map_or(0, |border| border + 1);
    near[from..].iter().rev().copied()
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "# ", "* ", "/*"].iter().any(|start| line.starts_with(start))
}

/// Whether the last part of a key is `name`.
fn is_named(key: &str, name: &str) -> bool {
    key.strip_suffix(name).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}
