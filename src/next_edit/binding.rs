//! Whose name it is: whether the nearest definition above a place, in its scope, was renamed already or still has the old
//! name.

use super::{
    neighbours::bracket,
    pattern::{Place, is_definition},
    scene::Scene,
    tokens::{LineRef, hash},
};

/// Lines above a place in which its definition is sought.
const REACH_LINES: usize = 120;

/// Words that define a function: no name of another one holds beyond.
const FUNCTIONS: [u32; 4] = [hash(b"fn"), hash(b"def"), hash(b"func"), hash(b"function")];

/// Words that begin a line whose names hold in the lines indented under it.
const HEADERS: [u32; 12] = [
    hash(b"fn"),
    hash(b"def"),
    hash(b"func"),
    hash(b"function"),
    hash(b"for"),
    hash(b"with"),
    hash(b"catch"),
    hash(b"except"),
    hash(b"match"),
    hash(b"if"),
    hash(b"while"),
    hash(b"constructor"),
];

/// By which name the nearest definition above a place defines what is meant there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// By the old one: the place is another thing's than what was renamed, or the definition is to come first.
    ToOld,
    /// By the new one.
    ToNew,
    /// There is none near enough.
    Unknown,
}

/// To which of the names, of these hashes, `place` is bound, as indentation tells the scope.
pub fn bound(scene: &Scene<'_>, (old, new): (u32, u32), place: &Place) -> Bound {
    let Some(reader) = scene.readers.get(place.text) else { return Bound::Unknown };
    let here = reader.line(place.lines.start).indent();
    let mut least_indent = here;
    let mut bound = Bound::Unknown;
    for row in (place.lines.start.saturating_sub(REACH_LINES)..place.lines.start).rev() {
        let line = reader.line(row);
        if line.is_blank() {
            continue;
        }
        let is_named = line.tokens.iter().any(|token| token.hash == old || token.hash == new);
        for (name, to) in [(old, Bound::ToOld), (new, Bound::ToNew)].into_iter().filter(|_| is_named) {
            match binds(&line, name) {
                Some(Binds::Under) if line.indent() < least_indent => return to,
                Some(Binds::FromHere) if line.indent() <= least_indent => return to,
                // Where nothing is declared this may be the first time or any later one: one with the new name counts.
                Some(Binds::Assigned) if to == Bound::ToNew => return to,
                Some(Binds::Assigned) => bound = to,
                _ => {}
            }
        }
        least_indent = least_indent.min(line.indent());
        if line.indent() < here && line.tokens.iter().take(4).any(|token| FUNCTIONS.contains(&token.hash)) {
            break;
        }
    }
    bound
}

/// Where a name has the meaning that a line gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binds {
    /// In the lines indented under it.
    Under,
    /// In those that follow.
    FromHere,
    /// The same, if it had none before.
    Assigned,
}

/// Whether and where the line gives the name of this hash a meaning.
fn binds(line: &LineRef<'_>, name: u32) -> Option<Binds> {
    let tokens = line.tokens;
    let at = tokens.iter().position(|token| token.hash == name)?;
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| line.text_of(token) == text);
    let depth: i32 = tokens.iter().take(at).map(bracket).sum();
    let header = tokens.iter().take(4).any(|token| HEADERS.contains(&token.hash))
        || (depth > 0 && (is(tokens.len() - 1, "{") || is(tokens.len() - 1, ":")));
    let parameter = header && depth > 0 && (is(at - 1, "(") || is(at - 1, ",")) && !is(at + 1, ".") && !is(at + 1, "(");
    if parameter || (is_definition(tokens, at) && (depth == 0 || header)) {
        return Some(if header { Binds::Under } else { Binds::FromHere });
    }
    // `x := 1`, `x = 1` and `x: int = 1`, but not `x == 1`.
    match at {
        0 if is(1, ":") && is(2, "=") => Some(Binds::FromHere),
        0 if is(1, "=") && !is(2, "=") => Some(Binds::Assigned),
        0 if is(1, ":") && tokens.iter().any(|token| line.text_of(token) == "=") => Some(Binds::Assigned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::next_edit::tokens::{Line, Marks};

    #[track_caller]
    fn check(line: &str, expect: Option<Binds>) {
        assert_eq!(binds(&Line::new(line, Marks::of("go")).view(), hash(b"item")), expect, "{line}");
    }

    #[test]
    fn definitions_are_known_in_each_language_and_uses_are_none() {
        check("    let item = 1;", Some(Binds::FromHere));
        check("\titem := load()", Some(Binds::FromHere));
        check("    item: int = 1", Some(Binds::Assigned));
        check("    item = 1", Some(Binds::Assigned));
        check("  const item = a;", Some(Binds::FromHere));
        check("    for item in items {", Some(Binds::Under));
        check("def parse(self, item):", Some(Binds::Under));
        check("func parse(item int) error {", Some(Binds::Under));
        check("    void parse(Item item, int size) {", Some(Binds::Under));
        check("    if item == 1 {", None);
        check("    if item.is_empty(item) {", None);
        check("    parse(item)", None);
        check("    parse(a, item,", None);
        check("    item.close();", None);
        check("    return item;", None);
    }
}
