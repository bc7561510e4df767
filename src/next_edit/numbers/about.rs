//! What is known of a pattern before its places are looked at, as numbers.

use super::{About, Numbers, order, sorts};
use crate::next_edit::{
    difference::Piece,
    pattern::{LEVELS, Pattern, Rule},
    scene::{Example, Scene},
};

/// What is known of the pattern number `number`.
pub fn about(scene: &Scene<'_>, patterns: &[Pattern], number: usize) -> About {
    let Some(pattern) = patterns.get(number) else { return About::default() };
    let log = |count: usize| (count as f32).ln_1p();
    let examples = || pattern.examples.iter().filter_map(|&example| scene.examples.get(example));
    let mut changes: Vec<usize> = pattern.examples.clone();
    changes.sort_unstable();
    changes.dedup();
    let typed = examples().filter(|example| example.typed).count();
    let latest = changes.first().and_then(|&example| scene.examples.get(example));
    let mut texts: Vec<usize> = examples().map(|example| example.text).collect();
    texts.sort_unstable();
    texts.dedup();
    let (mut lower, mut pairs) = (0, 0);
    for pair in scene.examples.windows(2) {
        if let [later, earlier] = pair
            && later.text == earlier.text
        {
            pairs += 1;
            lower += usize::from(later.first_line > earlier.first_line);
        }
    }
    let at_level = |wanted: usize| pattern.places.iter().filter(|place| place.level() >= wanted).count();
    let left: [usize; LEVELS] = [at_level(0), at_level(1), at_level(2)];
    let done = pattern.examples.len();
    let part = |left: usize| done as f32 / (done + left) as f32;
    let is = |rule: Rule| f32::from(u8::from(pattern.rule == rule));
    let flag = |flag: bool| f32::from(u8::from(flag));
    let (known, kept) = words(scene, pattern);
    let rivals = patterns.iter().filter(|other| other.examples.contains(&0)).count();
    let repeated = |example: usize| {
        let again = |other: &Pattern| other.examples.iter().any(|&one| one > example);
        patterns.iter().any(|other| other.examples.contains(&example) && again(other))
    };
    let all = scene.examples.len();
    let repeats = (0..all).filter(|&example| repeated(example)).count();
    let in_latest = changes.first().map_or(0, |first| pattern.examples.iter().filter(|one| *one == first).count());
    let mut texts_changed: Vec<usize> = scene.examples.iter().map(|example| example.text).collect();
    texts_changed.sort_unstable();
    texts_changed.dedup();
    let part_of = |number: usize| {
        let parts = scene.examples.get(number).map_or(1, |example| example.taken.parts.max(1));
        pattern.examples.iter().filter(|one| **one == number).count() as f32 / parts as f32
    };
    let whole: Vec<f32> = changes.iter().map(|&number| part_of(number)).collect();
    let since = changes.last().map_or(0, |&first| first + 1);
    let (put, taken) = scene.examples.first().map_or((0, 0), whole_lines);
    let explained = patterns.iter().filter(|other| other.examples.iter().any(|&one| one > 0)).map(|other| {
        let parts = scene.examples.first().map_or(1, |example| example.taken.parts.max(1));
        other.examples.iter().filter(|one| **one == 0).count() as f32 / parts as f32
    });
    let explained = explained.fold(0.0, f32::max);
    let text = latest.and_then(|example| scene.readers.get(example.text)).map(|reader| reader.text);
    let numbers = Numbers {
        whole: latest.map_or(0.0, |example| in_latest as f32 / example.taken.parts.max(1) as f32),
        repetitive: repeats as f32 / all.saturating_sub(1).max(1) as f32,
        capital: flag(pattern.capital),
        lone: flag(all > 1 && !repeated(0)),
        language: text.map_or(0.0, |text| sorts::language(&text.language)),
        rename: is(Rule::Rename),
        rename_part: is(Rule::RenamePart),
        same_change: is(Rule::SameChange),
        same_shape: is(Rule::SameShape),
        same_lines: is(Rule::SameLines),
        signature: is(Rule::Signature) + is(Rule::Removed),
        age: latest.map_or(0.0, |example| example.age as f32),
        examples: log(done),
        changes: changes.len() as f32,
        share: changes.len() as f32 / scene.examples.len().max(1) as f32,
        history: log(scene.examples.len()),
        example_parts: latest.map_or(0.0, |example| log(example.taken.parts)),
        old_tokens: pattern.old_tokens as f32,
        new_tokens: pattern.new_tokens as f32,
        old_bytes: log(pattern.old_bytes),
        new_bytes: log(pattern.new_bytes),
        old_words: pattern.old_words as f32,
        new_words: pattern.new_words as f32,
        example_import: flag(pattern.in_import),
        example_prose: flag(pattern.in_prose),
        example_definition: flag(pattern.in_definition),
        left_0: log(left[0]),
        left_1: log(left[1]),
        left_2: log(left[2]),
        done_0: part(left[0]),
        done_1: part(left[1]),
        done_2: part(left[2]),
        ascending: if pairs == 0 { 0.5 } else { lower as f32 / pairs as f32 },
        new_known: log(known),
        old_kept: kept as f32,
        definitions: pattern.places.iter().filter(|place| place.definition).count() as f32,
        accepted: (done - typed) as f32,
        streak: order::streak(pattern) as f32,
        texts: texts.len() as f32,
        rivals: log(rivals),
        latest: pattern.examples.iter().filter(|&&example| example == 0).count() as f32,
        example_lines: latest.map_or(0.0, |example| log(1 + example.last_line - example.first_line)),
        old_sort: f32::from(pattern.wording.old as u8),
        new_sort: f32::from(pattern.wording.new as u8),
        same_head: pattern.wording.head,
        same_tail: pattern.wording.tail,
        same_letters: flag(pattern.wording.same_letters),
        name_parts: pattern.wording.parts as f32,
        whole_mean: whole.iter().sum::<f32>() / whole.len().max(1) as f32,
        since: log(since),
        dense: changes.len() as f32 / since.max(1) as f32,
        gap: match changes[..] {
            [latest, before, ..] => (before - latest) as f32,
            _ => 0.0,
        },
        texts_changed: texts_changed.len() as f32,
        texts_share: texts.len() as f32 / texts_changed.len().max(1) as f32,
        latest_parts: log(scene.examples.first().map_or(0, |example| example.taken.parts)),
        latest_put: log(put),
        latest_taken: log(taken),
        explained,
        ..Numbers::default()
    };
    About { numbers }
}

/// How many whole lines a change put in, and how many it took out.
fn whole_lines(example: &Example) -> (usize, usize) {
    let lines = example.taken.pieces.iter().map(|piece| match piece {
        Piece::Lines { old, new, .. } => (new.len(), old.len()),
        Piece::Line { .. } => (0, 0),
    });
    lines.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
}

/// How many other lines have the new word, and how often the old word stands in what was written in the changes.
fn words(scene: &Scene<'_>, pattern: &Pattern) -> (usize, usize) {
    let Some((old, new)) = pattern.names else { return (0, 0) };
    let mut kept = 0;
    for example in &scene.examples {
        for piece in &example.taken.pieces {
            let lines = match piece {
                Piece::Line { new, .. } => std::slice::from_ref(new),
                Piece::Lines { new, .. } => new.as_slice(),
            };
            kept += lines.iter().flat_map(|line| &line.tokens).filter(|token| token.hash == old).count();
        }
    }
    let mut known = 0;
    for example in pattern.examples.iter().take(1).filter_map(|&example| scene.examples.get(example)) {
        let Some(reader) = scene.readers.get(example.text) else { continue };
        let inside = |line: &usize| {
            scene
                .examples
                .iter()
                .any(|one| one.text == example.text && one.first_line <= *line && *line <= one.last_line)
        };
        known += reader.lines_with(&[new], example.first_line, 30).iter().filter(|line| !inside(line)).count();
    }
    (known, kept)
}
