//! The same lines: what was put in, taken out or replaced as whole lines is so in like surroundings too.

use std::collections::HashMap;

use super::{
    difference::likeness,
    pattern::{Pattern, Place, Rule, is_import, tight},
    scene::Scene,
    text::Reader,
    tokens::{Kind, Line, LineRef, Part, Token, mix, same_tokens},
    wording::Wording,
};

/// More lines are not repeated.
const MAX_LINES: usize = 12;

/// The most places of one pattern.
const MAX_PLACES: usize = 40;

/// The most lines looked at in one text for one anchor.
const MAX_ANCHORS: usize = 30;

/// How many names may differ between an example and a place.
const MAX_HOLES: usize = 3;

/// One time that whole lines were replaced.
#[derive(Debug, Clone, Copy)]
struct Instance<'a> {
    example: usize,
    old: &'a [Line],
    new: &'a [Line],
    above: LineRef<'a>,
    below: LineRef<'a>,
}

/// Words of the example, by hash, and what stands for them at a place.
type Names = HashMap<u32, String>;

/// The patterns of whole lines, those of the latest changes first.
pub fn patterns(scene: &Scene<'_>, around: &[Vec<(LineRef<'_>, LineRef<'_>)>], most: usize) -> Vec<Pattern> {
    let mut groups: Vec<(u64, Vec<Instance<'_>>)> = Vec::new();
    for (number, (example, around)) in scene.examples.iter().zip(around).enumerate() {
        for ((_, old, new), &(above, below)) in example.taken.blocks().zip(around) {
            let blank = |lines: &[Line]| lines.iter().all(Line::is_blank);
            if old.len().max(new.len()) > MAX_LINES || (blank(old) && blank(new)) {
                continue;
            }
            let hash = |lines: &[Line]| lines.iter().fold(11, |hash, line| mix(hash, line.tokens_hash()));
            let key = mix(hash(old), hash(new));
            let instance = Instance { example: number, old, new, above, below };
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, group)) => group.push(instance),
                None => groups.push((key, vec![instance])),
            }
        }
    }
    groups
        .iter()
        .filter(|(_, group)| group.iter().any(|one| scene.is_typed(one.example)))
        .take(most)
        .filter_map(|(key, group)| find(scene, *key, group))
        .collect()
}

/// For each piece of whole lines of each example, the lines above and below it, as the text is now.
pub fn surroundings<'a>(scene: &Scene<'a>) -> Vec<Vec<(LineRef<'a>, LineRef<'a>)>> {
    let mut all = Vec::new();
    for example in &scene.examples {
        let mut around = Vec::new();
        let Some(reader) = scene.readers.get(example.text) else {
            all.push(around);
            continue;
        };
        for (at, _, new) in example.taken.blocks() {
            let first = example.first_line + at;
            let above = first.checked_sub(1).map(|line| reader.line(line)).unwrap_or_default();
            around.push((above, reader.line(first + new.len())));
        }
        all.push(around);
    }
    all
}

fn find(scene: &Scene<'_>, key: u64, group: &[Instance<'_>]) -> Option<Pattern> {
    let first = group.first()?;
    let count = |lines: &[Line]| lines.iter().map(|line| line.tokens.len()).sum();
    let words = |lines: &[Line]| lines.iter().flat_map(|line| &line.tokens).filter(|one| one.is_wordlike()).count();
    let bytes = |lines: &[Line]| lines.iter().map(|line| line.text.trim().len()).sum();
    let mut pattern = Pattern {
        rule: Rule::SameLines,
        key: mix(key, Rule::SameLines as u64),
        examples: group.iter().map(|one| one.example).collect(),
        old_tokens: count(first.old),
        new_tokens: count(first.new),
        old_bytes: bytes(first.old),
        new_bytes: bytes(first.new),
        old_words: words(first.old),
        new_words: words(first.new),
        in_import: first.old.iter().chain(first.new).any(|line| is_import(&line.view())),
        in_prose: first
            .old
            .iter()
            .chain(first.new)
            .any(|line| line.tokens.first().is_some_and(|token| token.part == Part::Comment)),
        in_definition: false,
        capital: false,
        names: None,
        wording: Wording::of_lines(first.old, first.new),
        block: scene.examples.get(first.example)?.taken.whole.as_ref().is_some_and(|whole| whole.old == first.old),
        places: vec![],
    };
    let language = &scene.readers.get(scene.examples.get(first.example)?.text)?.text.language;
    for (text, reader) in scene.readers.iter().enumerate() {
        if reader.text.language != *language {
            continue;
        }
        let near = scene.near(text);
        for (row, names) in candidates(reader, group, near) {
            if pattern.places.len() < MAX_PLACES {
                pattern.places.extend(place(text, reader, row, group, &names));
            }
        }
    }
    Some(pattern)
}

/// Before which lines the pattern may apply, and the names that stand for the example's.
fn candidates(reader: &Reader<'_>, group: &[Instance<'_>], near: usize) -> Vec<(usize, Names)> {
    let mut rows: Vec<(usize, Names)> = Vec::new();
    let mut add = |row: usize, names: Names| {
        if !rows.iter().any(|(other, _)| *other == row) {
            rows.push((row, names));
        }
    };
    let Some(first) = group.first() else { return rows };
    if let Some((anchor, line)) = first.old.iter().enumerate().find(|(_, line)| has_word(&line.tokens)) {
        for row in alike_lines(reader, &line.tokens, near) {
            let Some(start) = row.checked_sub(anchor) else { continue };
            let mut names = Names::new();
            let all = first
                .old
                .iter()
                .enumerate()
                .all(|(away, line)| fits(&line.tokens, reader.line(start + away), &mut names));
            if all {
                add(start, names);
            }
        }
        return rows;
    }
    if !first.old.is_empty() {
        return rows;
    }
    for instance in group.iter().take(2) {
        for (line, below) in [(instance.above, true), (instance.below, false)] {
            if !has_word(line.tokens) {
                continue;
            }
            for row in alike_lines(reader, line.tokens, near) {
                let mut names = Names::new();
                if fits(line.tokens, reader.line(row), &mut names) {
                    add(if below { row + 1 } else { row }, names);
                }
            }
        }
    }
    rows
}

fn has_word(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| token.kind == Kind::Word)
}

/// Lines that may be that of `tokens` with other names: those with all of its words, and those with its first word.
fn alike_lines(reader: &Reader<'_>, tokens: &[Token], near: usize) -> Vec<usize> {
    let words: Vec<u32> = tokens.iter().filter(|token| token.is_wordlike()).map(|token| token.hash).collect();
    let mut rows = reader.lines_with(&words, near, MAX_ANCHORS);
    if let Some(&first) = words.first() {
        rows.extend(reader.lines_with(&[first], near, MAX_ANCHORS));
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Whether `there` is the line of `tokens` with other names, which are added to `names`.
fn fits(tokens: &[Token], there: LineRef<'_>, names: &mut Names) -> bool {
    if tokens.len() != there.tokens.len() || there.too_long {
        return false;
    }
    let (mut differing, mut equal_words) = (0, 0);
    for (one, two) in tokens.iter().zip(there.tokens) {
        let same = one.hash == two.hash;
        if one.kind != two.kind || (!same && !one.is_wordlike()) {
            return false;
        }
        if one.is_wordlike() {
            (differing, equal_words) = (differing + usize::from(!same), equal_words + usize::from(same));
        }
    }
    if differing > 0 && (differing > MAX_HOLES || equal_words == 0 || differing > 2 * equal_words) {
        return false;
    }
    for (one, two) in tokens.iter().zip(there.tokens).filter(|(one, _)| one.is_wordlike()) {
        let word = there.text_of(two);
        match names.get(&one.hash) {
            Some(known) if known != word => return false,
            Some(_) => {}
            None => {
                names.insert(one.hash, word.into());
            }
        }
    }
    true
}

fn place(text: usize, reader: &Reader<'_>, row: usize, group: &[Instance<'_>], names: &Names) -> Option<Place> {
    let first = group.first()?;
    let above = row.checked_sub(1).map(|line| reader.line(line)).unwrap_or_default();
    let end = row + first.old.len();
    let below = reader.line(end);
    let renamed = |line: &Line| -> Vec<u32> {
        line.tokens
            .iter()
            .map(|token| names.get(&token.hash).map_or(token.hash, |name| super::tokens::hash(name.as_bytes())))
            .collect()
    };
    let is =
        |line: &Line, there: LineRef<'_>| renamed(line) == there.tokens.iter().map(|one| one.hash).collect::<Vec<_>>();
    if first.old.is_empty() {
        let stands_below = first.new.first().is_some_and(|line| is(line, below));
        let stands_above = first.new.last().is_some_and(|line| is(line, above));
        if stands_below || stands_above {
            return None;
        }
    }
    let start = reader.line_start(row);
    let lines = reader.text.lines();
    if end >= lines {
        // Without a line end behind it a line is neither put in nor taken out here.
        return None;
    }
    let old = reader.text.slice(start..reader.line_start(end));
    let line_end = reader.text.line_end();
    let indent_here = indent_at(reader, row, first, above, below);
    let indent_there = match first.old.iter().chain(first.new).find(|line| !line.is_blank()) {
        Some(line) => line.text.get(..line.indent()).unwrap_or_default(),
        None => "",
    };
    let mut new = String::new();
    for line in first.new {
        if !line.is_blank() {
            let indent = line.text.get(..line.indent()).unwrap_or_default();
            match indent.strip_prefix(indent_there) {
                Some(deeper) => {
                    new.push_str(&indent_here);
                    new.push_str(deeper);
                }
                None => new.push_str(indent),
            }
            let mut to = None;
            for token in &line.tokens {
                if let Some(to) = to {
                    new.push_str(line.text.get(to..token.start as usize)?);
                }
                to = Some(token.end as usize);
                match names.get(&token.hash).filter(|_| token.is_wordlike()) {
                    Some(name) => new.push_str(name),
                    None => new.push_str(line.text_of(token)),
                }
            }
            new.push_str(line.text.get(to.unwrap_or_default()..)?);
        }
        new.push_str(line_end);
    }
    let (range, new) = if first.old.is_empty() { (start..start, new) } else { tight_lines(start, &old, new) };
    if range.is_empty() && new.is_empty() {
        return None;
    }
    let holes = names.iter().filter(|(hash, name)| super::tokens::hash(name.as_bytes()) != **hash).count();
    let sides = |one: &Instance<'_>| (line_side(one.above, above), line_side(one.below, below));
    let &(left, right) = &group.iter().map(sides).max_by_key(|(left, right)| left + right)?;
    Some(Place {
        text,
        lines: row..end,
        range,
        new,
        left,
        right,
        holes,
        alike: group
            .iter()
            .map(|one| likeness(one.above.tokens, above.tokens) + likeness(one.below.tokens, below.tokens))
            .fold(0.0, f32::max)
            / 2.0,
        same_indent: indent_here == indent_there,
        same_first: group.iter().any(|one| {
            let first = |line: LineRef<'_>| line.tokens.first().map(|token| token.hash);
            first(one.above) == first(above) && first(one.below) == first(below)
        }),
        part: Part::Code,
        definition: false,
        agreeing: group.iter().map(sides).filter(|(left, right)| *left > 0 && *right > 0).count(),
        beside: Default::default(),
        beside_equal: 0,
        around: (above.tokens_hash() as u32, below.tokens_hash() as u32),
        agreeing_sides: (
            group.iter().map(sides).filter(|(left, _)| *left > 0).count(),
            group.iter().map(sides).filter(|(_, right)| *right > 0).count(),
        ),
    })
}

/// 4 for lines with the same words, 2 for the same without words, 1 for the same first token.
fn line_side(one: LineRef<'_>, two: LineRef<'_>) -> usize {
    if same_tokens(one.tokens, two.tokens) {
        return if has_word(one.tokens) { 4 } else { 2 };
    }
    usize::from(one.tokens.first().map(|token| token.hash) == two.tokens.first().map(|token| token.hash))
}

/// The indentation that the first new line gets.
fn indent_at(reader: &Reader<'_>, row: usize, first: &Instance<'_>, above: LineRef<'_>, below: LineRef<'_>) -> String {
    let indent = |line: LineRef<'_>| line.text.get(..line.indent()).unwrap_or_default().to_owned();
    if !first.old.is_empty() {
        return indent(reader.line(row));
    }
    let new = first.new.iter().find(|line| !line.is_blank()).map(|line| indent(line.view())).unwrap_or_default();
    // As the line above or below is to its like in the example, so is the new one to its own.
    for (there, here) in [(first.below, below), (first.above, above)] {
        if !there.is_blank() && !here.is_blank() && indent(there) == new {
            return indent(here);
        }
    }
    for (there, here) in [(first.above, above), (first.below, below)] {
        if there.is_blank() || here.is_blank() {
            continue;
        }
        if let Some(deeper) = new.strip_prefix(&indent(there)) {
            return indent(here) + deeper;
        }
    }
    new
}

/// Smaller by the whole lines that both begin and end with, and within a single line by characters.
fn tight_lines(start: usize, old: &str, new: String) -> (std::ops::Range<usize>, String) {
    if new.is_empty() {
        return (start..start + old.len(), String::new());
    }
    tight(start, old, new)
}
