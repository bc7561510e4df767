//! How alike the place of an occurrence and the cursor are: the features, and the weight that the model makes of them.

use crate::{
    candidates::{Aligned, UNIT},
    context::{Bracket, LastUse, LineContext, RecentLines},
    features::PlaceFeatures,
    occurrence::{Nearness, Occurrence},
    query::Query,
    tokens::{Token, hash_tokens},
};

/// How many tokens before a place are read: what an open bracket and the last lines are looked for in, and as many as
/// may agree with [`SURROUNDING_TOKENS`] more.
const LOOK_BACK: usize = 160;
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

/// The most that any occurrence has.
#[derive(Debug, Clone, Copy, Default)]
pub struct LongestMatch {
    /// Tokens that agree.
    pub tokens: usize,
    /// Bytes that agree.
    pub bytes: usize,
}

impl LongestMatch {
    pub fn of<'o, 'a: 'o>(occurrences: impl Iterator<Item = &'o Aligned<'a>>) -> Self {
        occurrences.fold(Self::default(), |longest, aligned| Self {
            tokens: longest.tokens.max(aligned.occurrence.length),
            bytes: longest.bytes.max(aligned.bytes),
        })
    }
}

/// Gives each occurrence its weight, as a part of what the heaviest has; `similarity` says what each feature adds to
/// its logarithm.
pub fn weigh(similarity: &PlaceFeatures<f64>, cursor: &CursorContext, occurrences: &mut [Aligned]) -> LongestMatch {
    let longest = LongestMatch::of(occurrences.iter());
    let mut weights = Vec::with_capacity(occurrences.len());
    for_each_place(cursor, occurrences, |aligned, place| {
        weights.push(similarity.dot(&cursor.features(aligned, place, longest)));
    });
    let heaviest = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for (aligned, weight) in occurrences.iter_mut().zip(weights) {
        aligned.weight = ((weight - heaviest).exp() * UNIT) as u64;
    }
    longest
}

/// Calls `visit` with each occurrence and what it stands in, which is read once for the two alignments of one place.
pub fn for_each_place<'a>(
    cursor: &CursorContext,
    occurrences: &[Aligned<'a>],
    mut visit: impl FnMut(&Aligned<'a>, &PlaceContext),
) {
    let same =
        |a: &Aligned, b: &Aligned| a.occurrence.place == b.occurrence.place && a.occurrence.key == b.occurrence.key;
    // The two alignments of one place stand side by side.
    for alignments in occurrences.chunk_by(same) {
        if let Some(first) = alignments.first() {
            let place = cursor.place(&first.occurrence);
            alignments.iter().for_each(|aligned| visit(aligned, &place));
        }
    }
}

/// What the cursor stands in, read once for all occurrences.
#[derive(Debug)]
pub struct CursorContext<'q, 'a> {
    query: &'q Query<'a>,
    last_use: LastUse,
    line: LineContext,
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

impl<'q, 'a> CursorContext<'q, 'a> {
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
            line: LineContext::new(near.clone()),
            recent: RecentLines::new(near),
            lines: above.split(|token| token.ends_line()).map(|line| hash_tokens(0, line.iter().copied())).collect(),
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
        self.line.depth
    }

    /// How many tokens stand before the cursor on its line.
    pub fn typed(&self) -> usize {
        self.line.length
    }

    /// What an occurrence stands in.
    pub fn place(&self, occurrence: &Occurrence) -> PlaceContext {
        let near = before(occurrence);
        PlaceContext {
            line: LineContext::new(near.clone()),
            words_in_common: self.words_in_common(near.clone().skip(occurrence.length)),
            lines: RecentLines::new(near),
        }
    }

    /// The features of an occurrence that stands in `place`; the matches of all reach as far as `longest`.
    pub fn features(&self, aligned: &Aligned, place: &PlaceContext, longest: LongestMatch) -> PlaceFeatures<f64> {
        let (query, occurrence) = (self.query, &aligned.occurrence);
        let PlaceContext { line: there, lines, words_in_common } = place;
        let rest = Rest::new(self, aligned);
        let length = occurrence.length as f64;
        let same_document = occurrence.nearness == Nearness::Here;
        let typed = self.line.length;
        let same_bracket = |what: fn(Bracket) -> u32| flag(there.bracket.map(what) == self.line.bracket.map(what));
        let (full, full_there) = rest.whole_lines(self, aligned, there.length);
        let again = self.lines.iter().position(|&line| line == full && typed + aligned.tokens >= LEAST_LINE);
        let [near, far] = [again.is_some_and(|at| at < LIST_LINES), again.is_some_and(|at| at >= LIST_LINES)];
        let repeats_there = lines.contains(full_there);
        let same_line_start = there.head == self.line.head;
        let prose = |is: bool| flag(self.prose && is);
        let log_rest_bytes = rest.bytes.ln_1p();
        PlaceFeatures {
            log_tokens: length.ln_1p(),
            tokens_to_12: length.min(12.0),
            tokens_to_40: length.min(40.0),
            most_tokens: flag(occurrence.length == longest.tokens),
            log_bytes: (aligned.bytes as f64).ln_1p(),
            most_bytes: flag(aligned.bytes == longest.bytes),
            log_aligned_tokens: aligned.alignment.further.ln_1p(),
            renames: aligned.alignment.renames.len() as f64,
            same_indent: flag(aligned.indent == query.indent()),
            near: flag(matches!(occurrence.nearness, Nearness::Folder | Nearness::Open)),
            same_document: flag(same_document),
            log_distance: if same_document { (occurrence.distance as f64 / 50.0).ln_1p() } else { 0.0 },
            same_file_name: flag(is_named(occurrence.key, self.file_name)),
            same_depth: flag(there.depth == self.line.depth),
            same_bracket: same_bracket(|open| u32::from(open.byte)),
            same_before_bracket: same_bracket(|open| open.before.bits()),
            same_bracket_line: same_bracket(|open| open.head.bits()),
            same_line_start: flag(same_line_start),
            column_difference: there.length.abs_diff(typed).min(20) as f64,
            partial_is_new: flag(rest.begun_is_new),
            log_partial_use: rest.begun_use,
            log_rest_bytes,
            far_words: rest.far,
            new_words: rest.new,
            renamed_words: rest.renamed,
            keeps_names: flag(aligned.keeps_names),
            words_in_common: *words_in_common,
            repeats_near_line: flag(near),
            repeats_far_line: flag(far),
            repeats_line_there: flag(repeats_there),
            recent_lines_in_common: self.recent.in_common(lines) as f64,
            prose_too_wide: prose(rest.width > self.width),
            prose_breaks_early: prose(rest.width + 1 + rest.next_word <= self.width && rest.next_word > 0),
            prose_log_rest_bytes: prose(true) * log_rest_bytes,
            prose_partial_is_new: prose(rest.begun_is_new),
            prose_same_line_start: prose(same_line_start),
            prose_far_words: prose(true) * rest.far,
            prose_repeats_near_line: prose(near),
            prose_repeats_far_line: prose(far),
            prose_repeats_line_there: prose(repeats_there),
            other_language: flag(occurrence.nearness == Nearness::Foreign),
            other_word: flag(occurrence.typed != query.partial.len()),
        }
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

/// What an occurrence stands in.
#[derive(Debug, Clone, Copy)]
pub struct PlaceContext {
    line: LineContext,
    lines: RecentLines,
    words_in_common: f64,
}

/// The rest of the line that an occurrence predicts, in numbers.
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
    fn new(cursor: &CursorContext, aligned: &Aligned) -> Self {
        let (query, source) = (cursor.query, aligned.occurrence.source);
        let mut rest = Self::default();
        let begun = usize::from(!query.partial.is_empty());
        for &token in aligned.line().iter().skip(begun).filter(|token| token.is_word()) {
            let distance = cursor.last_use.distance(token);
            if aligned.alignment.renamed(token).is_some() {
                rest.renamed += 1.0;
            } else {
                rest.far += flag(distance.is_none_or(|distance| distance >= NEAR_TOKENS));
                rest.new += flag(distance.is_none());
            }
        }
        if let Some(&word) = aligned.line().first().filter(|_| begun == 1) {
            let distance = cursor.last_use.distance(word);
            rest.begun_is_new = distance.is_none();
            rest.begun_use = distance.map_or(0.0, |distance| (distance as f64 / 20.0).ln_1p());
        }
        let end = source.start(aligned.occurrence.place + aligned.tokens);
        let text = source.text.get(source.start(aligned.occurrence.place)..end).unwrap_or_default().trim_end();
        rest.bytes = text.len().saturating_sub(aligned.occurrence.typed) as f64;
        if cursor.prose {
            rest.width = query.line.chars().count() + text.chars().count() - query.partial.chars().count();
            let ends_file =
                source.tokens.get(aligned.occurrence.place + aligned.tokens + 1).is_none_or(|&t| t == Token::BORDER);
            let next = source.text[end..].trim_start().lines().next().unwrap_or_default();
            let word = next.split_whitespace().nth(1).filter(|_| is_comment(next) && !ends_file);
            rest.next_word = word.map_or(0, |word| word.chars().count());
        }
        rest
    }

    /// Hashes of the whole line as it would be here, and as it is there, where `typed` tokens stand before the place.
    fn whole_lines(&self, cursor: &CursorContext, aligned: &Aligned, typed: usize) -> (u64, u64) {
        let names = aligned.line().iter().rev();
        let ours = names.clone().map(|&token| aligned.alignment.here(cursor.query, token));
        let here = cursor.query.context.iter().take(cursor.line.length).copied();
        let (tokens, place) = (aligned.occurrence.source.tokens, aligned.occurrence.place);
        let there = tokens[place.saturating_sub(typed)..place].iter().rev().copied();
        (hash_tokens(hash_tokens(0, ours), here), hash_tokens(hash_tokens(0, names.copied()), there))
    }
}

/// Whether as many brackets are open on the line of a place as on the cursor's.
pub fn same_depth(query: &Query, occurrence: &Occurrence) -> bool {
    LineContext::new(before(occurrence)).depth == LineContext::new(query.context.iter().take(LOOK_BACK).copied()).depth
}

/// The last tokens before a place in its file, nearest first.
fn before<'a>(occurrence: &Occurrence<'a>) -> impl Iterator<Item = Token> + Clone + use<'a> {
    let near = &occurrence.source.tokens[occurrence.place.saturating_sub(LOOK_BACK)..occurrence.place];
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{File, Index, Place, Segment, candidates::align, search::find};

    /// A feature of the longest match in a file, which stands beside the open document `src/here.rs` up to `text`.
    #[track_caller]
    fn check(key: &str, file: &str, text: &str, feature: fn(&PlaceFeatures<f64>) -> f64, expect: f64) {
        let mut index = Index::new(1 << 30);
        let language = if key.ends_with(".rs") { "rust" } else { "text" };
        index.add(Segment::build(vec![File { key: key.into(), language: language.into(), text: file.into() }]));
        index.open("src/here.rs", "rust", text, 1);
        let query = Query::new(Place { key: "src/here.rs", language: "rust", before: text, after: "" });
        let (cursor, aligned) = (CursorContext::new(&query), align(&query, &find(&index, &query)));
        let longest = LongestMatch::of(aligned.iter());
        let there = aligned.iter().filter(|aligned| aligned.occurrence.key == key);
        let aligned = there.max_by_key(|aligned| aligned.occurrence.length).expect("an occurrence");
        let features = cursor.features(aligned, &cursor.place(&aligned.occurrence), longest);
        assert!((feature(&features) - expect).abs() < 1e-9, "{} and not {expect}: {features:?}", feature(&features));
    }

    #[test]
    fn what_agrees_before_is_measured_in_tokens_and_bytes() {
        let check = |feature: fn(&PlaceFeatures<f64>) -> f64, expect| {
            check("b.rs", "x = a;\nlet b = call(one);\n", "y = a;\nlet b = call(", feature, expect);
        };
        check(|place| place.log_tokens, 9f64.ln_1p());
        check(|place| place.tokens_to_12, 9.0);
        check(|place| place.tokens_to_40, 9.0);
        check(|place| place.most_tokens, 1.0);
        check(|place| place.log_bytes, 19f64.ln_1p());
        check(|place| place.most_bytes, 1.0);
        check(|place| place.renames, 1.0);
        check(|place| place.log_aligned_tokens, 0.0);
        check(|place| place.column_difference, 0.0);
        check(|place| place.same_line_start, 1.0);
    }

    #[test]
    fn where_it_stands_is_known() {
        let check = |key, feature, expect| check(key, "call(one);\n", "call(", feature, expect);
        check("src/b.rs", |place| place.near, 1.0);
        check("b.rs", |place| place.near, 0.0);
        check("b/here.rs", |place| place.same_file_name, 1.0);
        check("b/there.rs", |place| place.same_file_name, 0.0);
        check("b.txt", |place| place.other_language, 1.0);
        check("b.rs", |place| place.other_language, 0.0);
        check("b.rs", |place| place.same_document, 0.0);
        check("src/b.rs", |place| place.log_distance, 0.0);
    }

    #[test]
    fn what_it_stands_in_is_compared() {
        let check = |file, feature, expect| check("b.rs", file, "if x {\n    call(", feature, expect);
        check("if x {\n    call(a);\n", |place| place.same_depth, 1.0);
        check("if x {\n    f(call(a);\n", |place| place.same_depth, 0.0);
        check("if x {\n    call(a);\n", |place| place.same_indent, 1.0);
        check("if x {\n  call(a);\n", |place| place.same_indent, 0.0);
        check("if x {\n    f[call(a);\n", |place| place.same_bracket, 1.0);
        check("if x {\n    f[call(a);\n", |place| place.same_line_start, 0.0);
        check("if x {\n    f[call(a);\n", |place| place.column_difference, 2.0);
        check("f.call(a);\n", |place| place.same_before_bracket, 1.0);
        check("f.call(a);\n", |place| place.same_bracket_line, 0.0);
        check("call(x, y);\n", |place| place.log_rest_bytes, 6f64.ln_1p());
        check("call(x, y);\n", |place| place.new_words, 1.0);
        check("call(x, y);\n", |place| place.far_words, 1.0);
    }
}
