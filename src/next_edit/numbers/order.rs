//! How a place lies to the changes that were made: by it, past it, towards it.

use std::collections::HashMap;

use crate::next_edit::{
    pattern::{Pattern, Place},
    scene::{Example, Scene},
};

/// How far lines are read between an example and a place.
const SCOPE_LINES: usize = 80;

/// A distance to what is in another text, as large as the logarithm of any within one.
pub const ELSEWHERE: f32 = 10.0;

/// Lines by which a place is at least away from what was changed. In the histories that the trees were fitted on, changed
/// lines that adjoin are one change, so what is directly beside one was never still to come; who types line by line goes
/// on just there.
const LEAST_AWAY: usize = 3;

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

/// From which line to which the person has gone in a text since the pattern's first example.
pub fn way(scene: &Scene<'_>, pattern: &Pattern, text: usize) -> Option<(usize, usize)> {
    extent(since(scene, pattern)?, text)
}

/// The changes since the pattern's first example.
fn since<'a>(scene: &'a Scene<'_>, pattern: &Pattern) -> Option<&'a [Example]> {
    scene.examples.get(..=*pattern.examples.iter().max()?)
}

/// The first and the last line of changes in a text.
fn extent(changes: &[Example], text: usize) -> Option<(usize, usize)> {
    // What was offered and taken is no way that the person went.
    let lines = || changes.iter().filter(|example| example.text == text && example.typed).map(|one| one.first_line);
    Some((lines().min()?, lines().max()?))
}

/// The lines around each example that has a place near it, read once for all of these, by the example's number.
#[derive(Debug, Default)]
pub struct Arounds {
    of_example: HashMap<usize, Option<Around>>,
}

/// The lines around an example.
#[derive(Debug)]
struct Around {
    line: usize,
    indent: usize,
    /// What is passed on the way to the line so many above: at 0 and 1 nothing.
    above: Vec<Passed>,
    /// The same below.
    below: Vec<Passed>,
}

/// Lines between two others.
#[derive(Debug, Clone, Copy)]
struct Passed {
    /// The least indentation of those that are not blank, in bytes.
    least_indent: usize,
    /// Whether one is blank.
    has_blank: bool,
}

impl Around {
    fn new(scene: &Scene<'_>, example: &Example) -> Option<Self> {
        let reader = scene.readers.get(example.text)?;
        let line = example.first_line;
        let on_the_way = |lines: &mut dyn Iterator<Item = usize>| {
            let nothing = Passed { least_indent: usize::MAX, has_blank: false };
            let mut passed = vec![nothing, nothing];
            let mut all = nothing;
            for line in lines {
                let line = reader.line(line);
                all.has_blank |= line.is_blank();
                if !line.is_blank() {
                    all.least_indent = all.least_indent.min(line.indent());
                }
                passed.push(all);
            }
            passed
        };
        Some(Self {
            line,
            indent: reader.line(line).indent(),
            above: on_the_way(&mut (line.saturating_sub(SCOPE_LINES - 1)..line).rev()),
            below: on_the_way(&mut (line + 1..line + SCOPE_LINES)),
        })
    }
}

impl Arounds {
    /// Whether the place is in another scope than the pattern's latest example, as indentation tells; and whether a blank
    /// line is between. A half if it is too far to tell.
    pub fn scope_and_apart(&mut self, scene: &Scene<'_>, pattern: &Pattern, place: &Place) -> (f32, f32) {
        self.read(scene, pattern, place).unwrap_or((0.5, 0.5))
    }

    fn read(&mut self, scene: &Scene<'_>, pattern: &Pattern, place: &Place) -> Option<(f32, f32)> {
        let &number = pattern.examples.first()?;
        let example = scene.examples.get(number).filter(|example| example.text == place.text)?;
        let away = example.first_line.abs_diff(place.lines.start);
        if away > SCOPE_LINES {
            return None;
        }
        let around = self.of_example.entry(number).or_insert_with(|| Around::new(scene, example)).as_ref()?;
        let way = if place.lines.start < around.line { &around.above } else { &around.below };
        let passed = way.get(away)?;
        let inner = around.indent.min(scene.readers.get(place.text)?.line(place.lines.start).indent());
        let number = |flag: bool| f32::from(u8::from(flag));
        Some((number(passed.least_indent < inner), number(passed.has_blank)))
    }
}

/// The lines from the place to the nearest of some changes, as a logarithm.
pub fn distance<'a>(changes: impl Iterator<Item = &'a Example>, place: &Place) -> f32 {
    let lines = |example: &Example| match place.lines.start.checked_sub(example.last_line) {
        Some(below) => below,
        None => example.first_line.saturating_sub(place.lines.start),
    };
    let nearest = changes.filter(|example| example.text == place.text).map(lines).min();
    nearest.map_or(ELSEWHERE, away)
}

/// A distance in lines as a logarithm.
pub fn away(lines: usize) -> f32 {
    (lines.max(LEAST_AWAY) as f32).ln_1p()
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
