//! A name that was taken out: where it is surely given a value, that goes too.

use super::{
    difference::Piece,
    neighbours::bracket,
    pattern::{Pattern, Place, Rule},
    scene::Scene,
    tokens::{Kind, Line, Part, hash, mix},
    wording::Wording,
};

/// The most places of one name.
const MAX_PLACES: usize = 20;

/// Words before the name of a field.
const BEFORE_NAMES: [&str; 7] = ["pub", "public", "private", "protected", "readonly", "static", "final"];

/// The patterns of fields that were taken out: the lines by which they are given in initializers.
pub fn patterns(scene: &Scene<'_>, most: usize) -> Vec<Pattern> {
    let mut found: Vec<Pattern> = Vec::new();
    for (number, example) in scene.examples.iter().enumerate().filter(|(_, example)| example.typed) {
        for piece in &example.taken.pieces {
            let Piece::Lines { old, new, .. } = piece else { continue };
            let ([line], []) = (old.as_slice(), new.as_slice()) else { continue };
            let Some(name) = field(line).filter(|_| found.len() < most) else { continue };
            let places = places(scene, example.text, name);
            if places.is_empty() {
                continue;
            }
            found.push(Pattern {
                examples: vec![number],
                old_tokens: line.tokens.len(),
                old_bytes: name.len(),
                old_words: 1,
                in_definition: true,
                capital: name.starts_with(char::is_uppercase),
                wording: Wording::of(&line.text, ""),
                places,
                ..Pattern::new(Rule::Removed, mix(u64::from(hash(name.as_bytes())), Rule::Removed as u64))
            });
        }
    }
    found
}

/// The field that the line defines, with its type.
fn field(line: &Line) -> Option<&str> {
    let mut tokens = line.tokens.iter().skip_while(|token| BEFORE_NAMES.contains(&line.text_of(token)));
    let name = tokens.next().filter(|token| token.kind == Kind::Word && token.part == Part::Code)?;
    let typed = tokens.next().is_some_and(|token| line.text_of(token) == ":");
    let ended = line.tokens.last().is_some_and(|token| matches!(line.text_of(token), "," | ";"));
    (typed && ended && tokens.next().is_some_and(|token| token.kind == Kind::Word)).then(|| line.text_of(name))
}

fn places(scene: &Scene<'_>, text: usize, name: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let Some(language) = scene.readers.get(text).map(|reader| &reader.text.language) else { return places };
    for (text, reader) in scene.readers.iter().enumerate().filter(|(_, reader)| reader.text.language == *language) {
        for row in reader.lines_with(&[hash(name.as_bytes())], scene.near(text), MAX_PLACES) {
            let line = reader.line(row);
            let word = |at: usize| line.tokens.get(at).map(|token| line.text_of(token));
            let given = word(0) == Some(name) && matches!(word(1), Some(":" | ","));
            let balanced = line.tokens.iter().map(bracket).sum::<i32>() == 0;
            let ended = line.tokens.last().is_some_and(|token| line.text_of(token) == ",");
            if !given || !balanced || !ended || row + 1 >= reader.text.lines() {
                continue;
            }
            places.push(Place {
                text,
                lines: row..row + 1,
                range: reader.line_start(row)..reader.line_start(row + 1),
                left: 1,
                right: 1,
                same_first: true,
                ..Place::default()
            });
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::{super::tokens::Marks, *};

    #[track_caller]
    fn check(line: &str, expect: Option<&str>) {
        assert_eq!(field(&Line::new(line, Marks::of("rust"))), expect);
    }

    #[test]
    fn only_fields_with_types_are_taken_out_with_their_values() {
        check("    pub retries: u32,", Some("retries"));
        check("  readonly name: string;", Some("name"));
        check("    retries: 3,", None);
        check("    foo();", None);
    }
}
