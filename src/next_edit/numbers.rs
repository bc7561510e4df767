//! What a candidate is judged by, as numbers in a fixed order.

mod about;
mod nearby;
pub mod order;
mod sorts;
mod standing;
mod surroundings;

pub use about::about;
pub use order::{Arounds, skipped};
pub use standing::{Standing, alone};

use super::{
    binding::{Bound, bound},
    history::MAX_CHANGES,
    pattern::{Pattern, Place, is_import},
    scene::Scene,
    tokens::Part,
};

macro_rules! numbers {
    ($($name:ident: $meaning:literal,)*) => {
        /// What the numbers are called, in their order.
        pub const NAMES: [&str; NUMBERS] = [$(stringify!($name)),*];
        /// How many numbers there are.
        pub const NUMBERS: usize = [$(stringify!($name)),*].len();

        /// A candidate's numbers by name.
        #[derive(Debug, Clone, Copy, Default, PartialEq)]
        pub struct Numbers {
            $(#[doc = $meaning] pub $name: f32,)*
        }

        impl From<Numbers> for [f32; NUMBERS] {
            fn from(numbers: Numbers) -> Self {
                [$(numbers.$name),*]
            }
        }

        #[allow(non_camel_case_types, dead_code)]
        #[derive(Clone, Copy)]
        enum At { $($name),* }
    };
}

numbers! {
    rename: "Whether a name is replaced by another.",
    rename_part: "Whether a part of names is.",
    same_change: "Whether the same tokens are replaced.",
    same_shape: "Whether this is with other names.",
    same_lines: "Whether whole lines are put in, taken out or replaced.",
    signature: "Whether calls follow a function's parameters, or uses a name that was taken out.",
    age: "How many changes are later than the pattern's latest example.",
    examples: "How often it was done, as a logarithm.",
    changes: "In how many changes.",
    share: "In which part of all changes.",
    history: "How many changes there are, as a logarithm.",
    example_parts: "How much else the latest example's change did, as a logarithm.",
    old_tokens: "How many tokens are replaced.",
    new_tokens: "How many stand there then.",
    old_bytes: "The bytes of what is replaced, as a logarithm.",
    new_bytes: "The bytes of what stands there then, as a logarithm.",
    old_words: "How many words are replaced.",
    new_words: "How many words stand there then.",
    example_import: "Whether an example is in an import.",
    example_prose: "Whether an example is in a comment or a string.",
    example_definition: "Whether an example changed a definition.",
    import: "Whether a place is in an import.",
    prose: "Whether a place is in a comment or a string.",
    definition: "Whether a place is a definition.",
    left_least: "Equal neighbours before, where there are fewest.",
    right_least: "Equal neighbours after, where there are fewest.",
    left_most: "Equal neighbours before, where there are most.",
    right_most: "Equal neighbours after, where there are most.",
    holes: "How many names differ from the example.",
    alike_most: "How alike the likest line is.",
    alike_least: "How alike the least like line is.",
    same_indent: "Whether a line is indented as an example.",
    same_first: "Whether a line starts as an example.",
    agreeing: "How many examples have the same neighbours.",
    places: "How many places are changed at once, as a logarithm.",
    lines: "On how many lines, as a logarithm.",
    level: "How strictly the neighbours had to agree.",
    left_0: "How many places are left in all, as a logarithm.",
    left_1: "How many are left that agree on one side, as a logarithm.",
    left_2: "How many are left that agree on both sides, as a logarithm.",
    done_0: "Which part of all places is done.",
    done_1: "Of those that agree on one side.",
    done_2: "Of those that agree on both sides.",
    left_here: "How many places are left in this text, as a logarithm.",
    skipped: "How many places lie between changes, so were passed by, as a logarithm.",
    rank: "How many candidates of the pattern are nearer.",
    same_text: "Whether the latest example is in the same text.",
    below: "Whether it is below the cursor: 1, above: 0, elsewhere: a half.",
    distance: "How many lines away, as a logarithm; 10 elsewhere.",
    ascending: "The part of changes that were below the one before.",
    new_known: "How many other lines have the new word, as a logarithm.",
    old_kept: "How often the old word stands in what was written since.",
    definitions: "How many definitions of the old word are left.",
    joined: "Whether two patterns are applied at once.",
    accepted: "How often it was accepted.",
    texts: "In how many texts it was done.",
    runs: "How many separate groups of lines are left, as a logarithm.",
    scope: "Whether a line between has less indentation than both: 1; too far to tell: a half.",
    rivals: "How many patterns the latest change has, as a logarithm.",
    latest: "How often the latest change did it.",
    example_lines: "How many lines the latest example's change has, as a logarithm.",
    other_numbers: "When two are applied at once: neighbours of the other.",
    other_share: "And in which part of the changes it was done.",
    waited: "How many changes were made since the edit was first known.",
    refused: "How often an edit of the pattern was passed over.",
    whole: "Which part of the latest example's change the pattern is.",
    repetitive: "The part of changes that repeat an earlier one.",
    capital: "Whether what is replaced starts with a capital.",
    lone: "Whether the latest change does not repeat an earlier one.",
    language: "A number for the language.",
    block: "Whether a whole change is done again, as one block of lines.",
    beside_before: "A number for what stands before it.",
    beside_after: "A number for what stands after it.",
    beside_equal: "On how many sides an example has such a neighbour too.",
    from_example: "How many lines from the nearest example, as a logarithm; 10 elsewhere.",
    from_change: "How many lines from the nearest change, as a logarithm; 10 elsewhere.",
    passed: "Whether the person passed by this very place.",
    streak: "How many changes in a row did what the pattern does.",
    onward: "Whether it is on in the direction of the pattern's last two changes: 1, back: 0.",
    stride: "How much further away it is than these are from each other, in logarithms of lines.",
    apart: "Whether a blank line is between it and the latest example: 1; too far to tell: a half.",
    changes_here: "How many changes were made in its text.",
    likely: "The log odds that the first trees give it.",
    likeliest: "The highest of those of edits elsewhere.",
    rival_here: "The highest of those of other edits on the same lines.",
    likelier: "How many are likelier.",
    expected: "How many edits elsewhere are right if the first trees are.",
    candidates: "How many edits are known, as a logarithm.",
    ignored: "The highest log odds of those that were known before the latest change.",
    pattern_likeliest: "The highest of those of other edits of the pattern.",
    pattern_expected: "How many other edits of the pattern are right if the first trees are.",
    likelier_patterns: "How many patterns have a likelier edit.",
    here: "How many edits are on the same lines.",
    beside_here: "The highest log odds of edits on the lines just above and below.",
    old_sort: "A number for what sort of text is replaced.",
    new_sort: "And for what stands there then.",
    same_head: "Which part of both is equal at the start.",
    same_tail: "Which part is equal at the end.",
    same_letters: "Whether only the case differs.",
    name_parts: "Of how many parts the old name is.",
    whole_mean: "Which part of its changes the pattern is, on average.",
    since: "How many changes there are since the first example, as a logarithm.",
    dense: "Which part of these did it.",
    gap: "How many changes lie between its latest two.",
    texts_changed: "How many texts were changed.",
    texts_share: "In which part of these it was done.",
    latest_parts: "How much the latest change did, as a logarithm.",
    latest_put: "How many whole lines the latest change put in, as a logarithm.",
    latest_taken: "How many it took out.",
    explained: "The largest part of the latest change that repeats an earlier one.",
    agree_before: "How many examples have the same token before.",
    agree_after: "How many have the same token after.",
    alike_both: "How many places left have the same tokens before and after, as a logarithm.",
    alike_before: "How many have the same token before.",
    alike_after: "How many have the same token after.",
    passed_both: "How many of those with the same tokens before and after were passed by.",
    done_above: "Of all places above it in its text, which part is done; -1 where there is none.",
    done_below: "Of all below it.",
    next_above: "Whether the next one above is done: 1, left: 0, none: -1.",
    next_below: "Whether the next one below is.",
    age_here: "How many changes are later than the latest in its text.",
    line_tokens: "How many tokens its line has, as a logarithm.",
    new_on_line: "Whether the new word stands on its line.",
    wider_here: "The highest log odds of edits on the same lines that do more.",
    narrower_here: "The highest of those that do less.",
    text_expected: "How many edits elsewhere in the text are right if the first trees are.",
    other_pattern: "The highest log odds of edits elsewhere of other patterns.",
    ignored_expected: "How many of those known before the latest change are right if the first trees are.",
    pattern_ignored: "How many of the pattern among these.",
    above_alike: "How alike the line above is to that above an example.",
    below_alike: "How alike the line below is to that below an example.",
    above_2_alike: "The same two lines above.",
    below_2_alike: "The same two lines below.",
    test_text: "Whether its text is a test by its name.",
    text_lines: "How many lines its text has, as a logarithm.",
    first_sort: "A number for the statement that its line begins, by its first token.",
    example_first_sort: "The same of the latest example's line.",
    last_sort: "A number for how its line ends.",
    bound: "Whether the name's nearest definition above has the new name: 1, the old one: -1, there is none: 0.",
}

/// What is known of a pattern before its places are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct About {
    numbers: Numbers,
}

/// Places that would be changed at once.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The places.
    pub places: &'a [&'a Place],
    /// How many are nearer.
    pub rank: usize,
    /// How strictly their neighbours had to agree.
    pub level: usize,
    /// How many such groups there are.
    pub runs: usize,
    /// How many places of this level were passed by.
    pub skipped: usize,
}

/// Adds what is known of earlier requests: since how many changes the edit is known, how often its like was refused.
pub fn remember(numbers: &mut [f32; NUMBERS], waited: usize, refused: usize) {
    set(numbers, At::waited, waited as f32);
    set(numbers, At::refused, refused as f32);
}

/// Since how many changes the edit with these numbers is known.
pub fn waited(numbers: &[f32; NUMBERS]) -> f32 {
    numbers.get(At::waited as usize).copied().unwrap_or_default()
}

/// Whether the edit with these numbers applies two patterns at once.
pub fn is_joined(numbers: &[f32; NUMBERS]) -> bool {
    numbers.get(At::joined as usize).is_some_and(|&joined| joined > 0.0)
}

fn set(numbers: &mut [f32; NUMBERS], at: At, value: f32) {
    if let Some(number) = numbers.get_mut(at as usize) {
        *number = value;
    }
}

/// The numbers of `run`, places of `pattern`.
///
/// `arounds` keeps what was read around examples, for the places that follow.
pub fn of(scene: &Scene<'_>, pattern: &Pattern, about: &About, run: &Run<'_>, arounds: &mut Arounds) -> [f32; NUMBERS] {
    let log = |count: usize| (count as f32).ln_1p();
    let flag = |flag: bool| f32::from(u8::from(flag));
    let places = run.places;
    let least = |of: fn(&Place) -> usize| places.iter().map(|place| of(place)).min().unwrap_or_default() as f32;
    let most = |of: fn(&Place) -> usize| places.iter().map(|place| of(place)).max().unwrap_or_default() as f32;
    let Some(first) = places.first() else { return [0.0; NUMBERS] };
    let end = places.last().map_or(first.lines.end, |place| place.lines.end);
    let latest = pattern.examples.first().and_then(|&example| scene.examples.get(example));
    let here = pattern.places.iter().filter(|place| place.text == first.text && place.level() >= run.level).count();
    let distance = match (first.text, scene.cursor_line) {
        (0, cursor) => order::away(cursor.abs_diff(first.lines.start)),
        _ => order::ELSEWHERE,
    };
    let (scope, apart) = arounds.scope_and_apart(scene, pattern, first);
    let line = scene.readers.get(first.text).map(|reader| reader.line(first.lines.start));
    let import = line.as_ref().is_some_and(|line| is_import(line));
    let new = pattern.names.map(|(_, new)| new);
    let nearby = nearby::of(scene, pattern, first);
    let surroundings::Surroundings { above: [above_alike, above_2_alike], below: [below_alike, below_2_alike] } =
        surroundings::of(scene, pattern, first);
    let text = scene.readers.get(first.text).map(|reader| reader.text);
    Numbers {
        import: flag(import),
        prose: flag(places.iter().any(|place| place.part != Part::Code)),
        definition: flag(places.iter().any(|place| place.definition)),
        left_least: least(|place| place.left),
        right_least: least(|place| place.right),
        left_most: most(|place| place.left),
        right_most: most(|place| place.right),
        holes: most(|place| place.holes),
        alike_most: places.iter().map(|place| place.alike).fold(0.0, f32::max),
        alike_least: places.iter().map(|place| place.alike).fold(1.0, f32::min),
        same_indent: flag(places.iter().any(|place| place.same_indent)),
        same_first: flag(places.iter().any(|place| place.same_first)),
        agreeing: most(|place| place.agreeing),
        places: log(places.len()),
        lines: log(end - first.lines.start),
        level: run.level as f32,
        left_here: log(here),
        skipped: log(run.skipped),
        rank: run.rank as f32,
        same_text: flag(latest.is_some_and(|example| example.text == first.text)),
        below: match first.text {
            0 => flag(first.lines.start >= scene.cursor_line),
            _ => 0.5,
        },
        distance,
        runs: log(run.runs),
        scope,
        block: flag(pattern.block),
        beside_before: f32::from(first.beside.0 as u8),
        beside_after: f32::from(first.beside.1 as u8),
        beside_equal: least(|place| place.beside_equal),
        from_example: order::distance(pattern.examples.iter().filter_map(|&one| scene.examples.get(one)), first),
        from_change: order::distance(scene.examples.iter(), first),
        passed: flag(order::passed(scene, pattern, first)),
        onward: order::onward(scene, pattern, first),
        stride: order::stride(scene, pattern, first),
        apart,
        agree_before: first.agreeing_sides.0 as f32,
        agree_after: first.agreeing_sides.1 as f32,
        alike_both: log(nearby.alike_both),
        alike_before: log(nearby.alike_before),
        alike_after: log(nearby.alike_after),
        passed_both: nearby.passed_both as f32,
        done_above: nearby.done_above,
        done_below: nearby.done_below,
        next_above: nearby.next_above,
        next_below: nearby.next_below,
        age_here: scene.examples.iter().find(|one| one.text == first.text).map_or(MAX_CHANGES, |one| one.age) as f32,
        line_tokens: log(line.as_ref().map_or(0, |line| line.tokens.len())),
        new_on_line: flag(line.is_some_and(|line| line.tokens.iter().any(|token| Some(token.hash) == new))),
        changes_here: scene.examples.iter().filter(|example| example.text == first.text).count() as f32,
        bound: match pattern.names.map(|names| bound(scene, names, first)) {
            Some(Bound::ToNew) => 1.0,
            Some(Bound::ToOld) => -1.0,
            Some(Bound::Unknown) | None => 0.0,
        },
        above_alike,
        above_2_alike,
        below_alike,
        below_2_alike,
        test_text: flag(text.is_some_and(|text| sorts::is_test(&text.key))),
        text_lines: log(text.map_or(0, |text| text.lines())),
        first_sort: line.as_ref().map_or(0.0, sorts::first_sort),
        last_sort: line.as_ref().map_or(0.0, sorts::last_sort),
        example_first_sort: latest.map_or(0.0, |one| {
            let line = scene.readers.get(one.text).map(|reader| reader.line(one.first_line));
            line.as_ref().map_or(0.0, sorts::first_sort)
        }),
        ..about.numbers
    }
    .into()
}

/// Makes `numbers` those of both patterns applied at once, of which `other` is the second.
pub fn join(numbers: &mut [f32; NUMBERS], other: &[f32; NUMBERS]) {
    let get = |at: At| other.get(at as usize).copied().unwrap_or_default();
    set(numbers, At::joined, 1.0);
    set(numbers, At::other_numbers, get(At::left_least) + get(At::right_least));
    set(numbers, At::other_share, get(At::share));
}
