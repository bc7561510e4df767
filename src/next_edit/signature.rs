//! What follows a signature: a parameter was put in, taken out or moved, so calls want it too.

use std::ops::Range;

use super::{
    difference::Piece,
    neighbours::{self, after_closing},
    pattern::{Pattern, Place, Rule, is_definition, tight},
    scene::Scene,
    text::Reader,
    tokens::{Kind, Line, LineRef, Part, hash, mix},
    wording::Wording,
};

/// The most calls of one function.
const MAX_CALLS: usize = 40;

/// In so many lines above a call the new argument's name must stand.
const REACH_LINES: usize = 30;

/// How a list of parameters changed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// One of this name was put in before that number.
    Added(usize, String),
    /// That number was taken out.
    Removed(usize),
    /// These two changed places.
    Swapped(usize, usize),
}

impl Step {
    /// Equal for equal steps.
    fn key(&self) -> u64 {
        match self {
            Self::Added(at, name) => mix(mix(1, *at as u64), u64::from(hash(name.as_bytes()))),
            Self::Removed(at) => mix(2, *at as u64),
            Self::Swapped(one, two) => mix(mix(3, *one as u64), *two as u64),
        }
    }
}

/// The patterns of functions whose parameters changed.
pub fn patterns(scene: &Scene<'_>, most: usize) -> Vec<Pattern> {
    let mut found: Vec<Pattern> = Vec::new();
    for (number, example) in scene.examples.iter().enumerate().filter(|(_, example)| example.typed) {
        for piece in &example.taken.pieces {
            let Piece::Line { old, new, .. } = piece else { continue };
            let Some((name, step)) = step(old, new).filter(|_| found.len() < most) else { continue };
            let places = calls(scene, example.text, &name, &step);
            if places.is_empty() {
                continue;
            }
            let key = mix(mix(u64::from(hash(name.as_bytes())), step.key()), Rule::Signature as u64);
            found.push(Pattern {
                examples: vec![number],
                old_tokens: usize::from(!matches!(step, Step::Added(..))),
                new_tokens: usize::from(!matches!(step, Step::Removed(_))),
                old_bytes: name.len(),
                new_bytes: name.len(),
                old_words: 1,
                new_words: 1,
                in_definition: true,
                wording: Wording::of(&old.text, &new.text),
                places,
                ..Pattern::new(Rule::Signature, key)
            });
        }
    }
    found
}

/// The function whose parameters differ between two states of a line, and how.
fn step(old: &Line, new: &Line) -> Option<(String, Step)> {
    let (open, name) = old.tokens.windows(2).enumerate().find_map(|(at, pair)| match pair {
        [name, bracket] if name.kind == Kind::Word && old.text_of(bracket) == "(" && is_definition(&old.tokens, at) => {
            Some((at + 1, old.text_of(name)))
        }
        _ => None,
    })?;
    let there = new.tokens.get(open).filter(|token| new.text_of(token) == "(")?;
    let same_name = new.tokens.get(open.checked_sub(1)?).is_some_and(|token| new.text_of(token) == name);
    if !same_name || there.kind != Kind::Punctuation {
        return None;
    }
    let list = |line: &Line| -> Option<Vec<String>> {
        let ranges = arguments(line.view(), open)?;
        let mut list: Vec<String> =
            ranges.into_iter().map(|range| line.text.get(range).map(str::to_owned)).collect::<Option<_>>()?;
        // The receiver is not among a call's arguments.
        if list.first().is_some_and(|first| matches!(first.trim_start_matches(['&', ' ']), "self" | "mut self" | "cls"))
        {
            list.remove(0);
        }
        Some(list)
    };
    let (before, after) = (list(old)?, list(new)?);
    Some((name.to_owned(), difference(&before, &after)?))
}

fn difference(before: &[String], after: &[String]) -> Option<Step> {
    let head = before.iter().zip(after).take_while(|(one, two)| one == two).count();
    let rest = |list: &[String], from: usize| list.get(from..).map(<[String]>::to_vec);
    if after.len() == before.len() + 1 && rest(after, head + 1)? == rest(before, head)? {
        let added = after.get(head)?;
        // Whoever leaves out what has a default says nothing of the calls.
        return if added.contains('=') || added.contains('?') { None } else { Some(Step::Added(head, name(added)?)) };
    }
    if before.len() == after.len() + 1 && rest(before, head + 1)? == rest(after, head)? {
        return Some(Step::Removed(head));
    }
    if before.len() != after.len() {
        return None;
    }
    let differing: Vec<usize> = (0..before.len()).filter(|&at| before.get(at) != after.get(at)).collect();
    match differing[..] {
        [one, two] if before.get(one) == after.get(two) && before.get(two) == after.get(one) => {
            Some(Step::Swapped(one, two))
        }
        _ => None,
    }
}

/// The name of a parameter, whatever side its type is on.
fn name(parameter: &str) -> Option<String> {
    let words = |text: &str| -> Vec<String> {
        text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
            .filter(|word| !word.is_empty() && *word != "mut" && *word != "final")
            .map(str::to_owned)
            .collect()
    };
    match parameter.split_once(':') {
        Some((name, _)) => words(name).pop(),
        // `ctx context.Context` has a lower name first, `Context ctx` last.
        None => {
            let words = words(parameter);
            let lower = |word: &&String| word.starts_with(char::is_lowercase);
            match (words.first(), words.last()) {
                (Some(first), Some(last)) if first.starts_with(char::is_uppercase) => Some(last.clone()),
                (Some(first), _) => Some(first).filter(lower).cloned(),
                _ => None,
            }
        }
    }
}

/// The arguments of the brackets that open at token `open`, as bytes of the line; `None` if they do not close on it.
fn arguments(line: LineRef<'_>, open: usize) -> Option<Vec<Range<usize>>> {
    let end = after_closing(line.tokens, open)?.checked_sub(1)?;
    let mut list = Vec::new();
    let mut start = open + 1;
    let mut depth = 0;
    for at in open + 1..=end {
        let token = line.tokens.get(at)?;
        let text = line.text_of(token);
        let ends = at == end || (depth == 0 && text == "," && token.part == Part::Code);
        if ends && start < at {
            list.push(line.tokens.get(start)?.start as usize..line.tokens.get(at - 1)?.end as usize);
        }
        if ends {
            start = at + 1;
        }
        if token.part != Part::Code {
            continue;
        }
        depth += neighbours::bracket(token);
        // `Map<String, Integer>` among parameters, and generics of calls.
        depth += match text {
            "<" => 1,
            ">" if depth > 0 && line.tokens.get(at - 1).is_none_or(|before| line.text_of(before) != "-") => -1,
            _ => 0,
        };
    }
    Some(list)
}

fn calls(scene: &Scene<'_>, text: usize, name: &str, step: &Step) -> Vec<Place> {
    let mut places = Vec::new();
    let Some(language) = scene.readers.get(text).map(|reader| &reader.text.language) else { return places };
    for (text, reader) in scene.readers.iter().enumerate().filter(|(_, reader)| reader.text.language == *language) {
        for row in reader.lines_with(&[hash(name.as_bytes())], scene.near(text), MAX_CALLS) {
            let line = reader.line(row);
            for at in 0..line.tokens.len() {
                if line.tokens.get(at).is_some_and(|token| line.text_of(token) == name && token.part == Part::Code) {
                    places.extend(call(reader, text, row, line, at, step));
                }
            }
        }
    }
    places
}

fn call(reader: &Reader<'_>, text: usize, row: usize, line: LineRef<'_>, at: usize, step: &Step) -> Option<Place> {
    let open = line.tokens.get(at + 1).filter(|token| line.text_of(token) == "(")?;
    if is_definition(line.tokens, at) {
        return None;
    }
    let list = arguments(line, at + 1)?;
    let inner = open.end as usize..line.tokens.get(after_closing(line.tokens, at + 1)?.checked_sub(1)?)?.start as usize;
    let mut texts: Vec<&str> = list.iter().map(|range| line.text.get(range.clone())).collect::<Option<_>>()?;
    match step {
        Step::Added(number, name) => {
            let word = hash(name.as_bytes());
            let near = row.saturating_sub(REACH_LINES)..row;
            let stands = near.into_iter().any(|row| reader.line(row).tokens.iter().any(|token| token.hash == word));
            let there = line.tokens.iter().any(|token| token.hash == word);
            if *number > texts.len() || !stands || there {
                return None;
            }
            texts.insert(*number, name);
        }
        Step::Removed(number) if *number < texts.len() => {
            texts.remove(*number);
        }
        Step::Swapped(one, two) if one.max(two) < &texts.len() => texts.swap(*one, *two),
        _ => return None,
    }
    let start = reader.line_start(row);
    let (range, new) = tight(start + inner.start, line.text.get(inner)?, texts.join(", "));
    (!range.is_empty() || !new.is_empty()).then_some(Place {
        text,
        lines: row..row + 1,
        range,
        new,
        left: 1,
        right: 1,
        holes: list.len(),
        ..Place::default()
    })
}

#[cfg(test)]
mod tests {
    use super::{super::tokens::Marks, *};

    #[track_caller]
    fn check(language: &str, old: &str, new: &str, expect: Option<(&str, Step)>) {
        let line = |text: &str| Line::new(text, Marks::of(language));
        assert_eq!(step(&line(old), &line(new)), expect.map(|(name, step)| (name.to_owned(), step)));
    }

    #[test]
    fn changed_parameters_are_seen_in_each_language() {
        check(
            "go",
            "func load(a int) {",
            "func load(ctx context.Context, a int) {",
            Some(("load", Step::Added(0, "ctx".into()))),
        );
        check("rust", "fn f(&self, a: u8, b: u8) {", "fn f(&self, a: u8) {", Some(("f", Step::Removed(1))));
        check(
            "java",
            "  void f(int a, Map<A, B> b) {",
            "  void f(Map<A, B> b, int a) {",
            Some(("f", Step::Swapped(0, 1))),
        );
        check("java", "  void f(int a) {", "  void f(int a, Context ctx) {", Some(("f", Step::Added(1, "ctx".into()))));
        check("python", "def f(self, a):", "def f(self, a, b=None):", None);
        check("python", "f(a)", "f(b)", None);
    }
}
