//! How a place lies to the changes that were made: by it, past it, towards it.

use crate::next_edit::{
    pattern::{Pattern, Place},
    scene::{Example, Scene},
};

/// How far lines are read between an example and a place.
const SCOPE_LINES: usize = 80;

/// A distance to what is in another text, as large as the logarithm of any within one.
pub const ELSEWHERE: f32 = 10.0;

/// How many places the person has passed by: between the pattern's first example and what was changed since.
pub fn skipped(scene: &Scene<'_>, pattern: &Pattern, wanted: usize) -> usize {
    let Some(since) = since(scene, pattern) else { return 0 };
    let mut count = 0;
    for text in 0..scene.readers.len() {
        let Some((top, bottom)) = extent(since, text) else { continue };
        count += pattern
            .places
            .iter()
            .filter(|place| place.text == text && place.level() >= wanted)
            .filter(|place| top < place.lines.start && place.lines.start < bottom)
            .count();
    }
    count
}

/// Whether the person passed by this very place.
pub fn passed(scene: &Scene<'_>, pattern: &Pattern, place: &Place) -> bool {
    since(scene, pattern)
        .and_then(|since| extent(since, place.text))
        .is_some_and(|(top, bottom)| top < place.lines.start && place.lines.start < bottom)
}

/// The changes since the pattern's first example.
fn since<'a>(scene: &'a Scene<'_>, pattern: &Pattern) -> Option<&'a [Example]> {
    scene.examples.get(..=*pattern.examples.iter().max()?)
}

/// The first and the last line of changes in a text.
fn extent(changes: &[Example], text: usize) -> Option<(usize, usize)> {
    let lines = || changes.iter().filter(|example| example.text == text).map(|example| example.first_line);
    Some((lines().min()?, lines().max()?))
}

/// Whether the place is in another scope than the latest example, as indentation tells.
pub fn scope(scene: &Scene<'_>, pattern: &Pattern, place: &Place) -> f32 {
    between(scene, pattern, place, |lines| {
        let inner = lines.0.min(lines.1);
        move |indent: Option<usize>| indent.is_some_and(|indent| indent < inner)
    })
}

/// Whether a blank line is between the place and the latest example.
pub fn apart(scene: &Scene<'_>, pattern: &Pattern, place: &Place) -> f32 {
    between(scene, pattern, place, |_| |indent: Option<usize>| indent.is_none())
}

/// Whether a line between the latest example and the place is one of `wanted`, which is told its indentation, none of a
/// blank one, and made of the indentations of both ends; a half if it is too far to tell.
fn between<F: Fn(Option<usize>) -> bool>(
    scene: &Scene<'_>,
    pattern: &Pattern,
    place: &Place,
    wanted: impl Fn((usize, usize)) -> F,
) -> f32 {
    let Some(example) = pattern.examples.first().and_then(|&example| scene.examples.get(example)) else { return 0.5 };
    let Some(reader) = scene.readers.get(place.text).filter(|_| example.text == place.text) else { return 0.5 };
    let (from, to) = (example.first_line.min(place.lines.start), example.first_line.max(place.lines.start));
    if to - from > SCOPE_LINES {
        return 0.5;
    }
    let wanted = wanted((reader.line(from).indent(), reader.line(to).indent()));
    let found = (from + 1..to).any(|line| {
        let line = reader.line(line);
        wanted((!line.is_blank()).then(|| line.indent()))
    });
    if found { 1.0 } else { 0.0 }
}

/// The lines from the place to the nearest of some changes, as a logarithm.
pub fn distance<'a>(changes: impl Iterator<Item = &'a Example>, place: &Place) -> f32 {
    let away = |example: &Example| match place.lines.start.checked_sub(example.last_line) {
        Some(below) => below,
        None => example.first_line.saturating_sub(place.lines.start),
    };
    let nearest = changes.filter(|example| example.text == place.text).map(away).min();
    nearest.map_or(ELSEWHERE, |lines| (lines as f32).ln_1p())
}

/// Whether it is on from the latest example as that was from the one before: 1, back: 0, else a half.
pub fn onward(scene: &Scene<'_>, pattern: &Pattern, place: &Place) -> f32 {
    let Some((before, latest)) = latest_two(scene, pattern).filter(|(_, latest)| latest.text == place.text) else {
        return 0.5;
    };
    let down = latest.first_line > before.first_line;
    f32::from(u8::from((place.lines.start > latest.first_line) == down))
}

/// How much further it is from the latest example than that was from the one before, in logarithms of lines.
pub fn stride(scene: &Scene<'_>, pattern: &Pattern, place: &Place) -> f32 {
    let Some((before, latest)) = latest_two(scene, pattern).filter(|(_, latest)| latest.text == place.text) else {
        return ELSEWHERE;
    };
    let log = |one: usize, two: usize| (one.abs_diff(two) as f32).ln_1p();
    log(place.lines.start, latest.first_line) - log(latest.first_line, before.first_line)
}

/// The pattern's latest two examples in one text, the earlier one first.
fn latest_two<'a>(scene: &'a Scene<'_>, pattern: &Pattern) -> Option<(&'a Example, &'a Example)> {
    let latest = scene.examples.get(*pattern.examples.iter().min()?)?;
    let mut earlier = pattern.examples.iter().filter_map(|&one| scene.examples.get(one));
    let before = earlier.find(|one| one.age > latest.age && one.text == latest.text)?;
    Some((before, latest))
}

/// How many changes in a row, up to the latest, did what the pattern does.
pub fn streak(pattern: &Pattern) -> usize {
    (0..).take_while(|example| pattern.examples.contains(example)).count()
}
