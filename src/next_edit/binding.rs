//! Whose name it is: whether the nearest definition above a place, in its scope, was renamed already or still has the old
//! name.

use super::{
    neighbours::bracket,
    pattern::{Pattern, Place, is_definition},
    scene::Scene,
    tokens::{Kind, LineRef, Token, hash},
};

/// Lines above a place in which its definition is sought.
const REACH_LINES: usize = 120;

/// Words that define a function: no name of another one holds beyond.
const FUNCTIONS: [u32; 4] = [hash(b"fn"), hash(b"def"), hash(b"func"), hash(b"function")];

/// Other words whose brackets hold names that are new: a constructor's, a handler's.
const NAMING: [u32; 3] = [hash(b"constructor"), hash(b"catch"), hash(b"except")];

/// Words that say that the next one is a variable that is new.
const DECLARING: [u32; 6] = [hash(b"let"), hash(b"const"), hash(b"var"), hash(b"val"), hash(b"auto"), hash(b"mut")];

/// Words of which the first begins a line on which `as` gives a name; elsewhere it says a type.
const NAMING_AS: [u32; 4] = [hash(b"with"), hash(b"except"), hash(b"import"), hash(b"from")];

/// Words that begin a line whose new names hold in the lines indented under it.
const HEADING: [u32; 9] = [
    hash(b"for"),
    hash(b"with"),
    hash(b"catch"),
    hash(b"except"),
    hash(b"if"),
    hash(b"while"),
    hash(b"switch"),
    hash(b"match"),
    hash(b"try"),
];

/// By which name the nearest definition above a place defines what is meant there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// By the old one: it is another thing than what was renamed.
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
        if line.indent() < here && begins_with(&line, 4, &FUNCTIONS) {
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

/// Whether the person gave a variable or a parameter the new name: uses of it alone say nothing of other definitions.
pub fn is_defined_anew(scene: &Scene<'_>, pattern: &Pattern) -> bool {
    let Some((_, new)) = pattern.names else { return false };
    let mut examples = pattern.examples.iter().filter_map(|&example| scene.examples.get(example));
    examples.any(|example| {
        let Some(reader) = scene.readers.get(example.text) else { return false };
        (example.first_line..=example.last_line).any(|row| binds(&reader.line(row), new).is_some())
    })
}

/// Whether and where the line gives the name of this hash a new meaning, as a variable or a parameter.
///
/// Functions and types are none: their uses may stand anywhere, above them too.
fn binds(line: &LineRef<'_>, name: u32) -> Option<Binds> {
    let at = line.tokens.iter().position(|token| token.hash == name)?;
    let depth = line.tokens.iter().take(at).fold(0, |depth, token| (depth + bracket(token)).max(0));
    if depth == 1 && is_parameter(line, at) {
        return Some(Binds::Under);
    }
    if is_variable(line, at, depth) {
        let is_header = begins_with(line, 1, &HEADING) || is(line, 0, "}");
        return Some(if is_header { Binds::Under } else { Binds::FromHere });
    }
    // `item = 1` and `item: int = 1`, but not `item == 1`.
    let typed = is(line, 1, ":") && (2..line.tokens.len()).any(|at| is(line, at, "="));
    let assigned = at == 0 && (is(line, 1, "=") && !is(line, 2, "=") || typed);
    assigned.then_some(Binds::Assigned)
}

/// Whether the token number `at`, within one pair of brackets, is a parameter's name.
fn is_parameter(line: &LineRef<'_>, at: usize) -> bool {
    let before = |text: &str| at.checked_sub(1).is_some_and(|before| is(line, before, text));
    if begins_with(line, 4, &FUNCTIONS) || begins_with(line, 4, &NAMING) {
        // A name first, as in `(item: Item` and `(item Item`.
        return (before("(") || before(",") || before("mut")) && !is(line, at + 1, ".") && !is(line, at + 1, "(");
    }
    // The type first, as in `(Item item,`.
    let Some(type_before) = at.checked_sub(2).filter(|_| is_definition(line.tokens, at)) else { return false };
    ["(", ",", ">"].iter().any(|text| is(line, type_before, text))
        && (is(line, at + 1, ",") || is(line, at + 1, ")"))
        && is(line, line.tokens.len() - 1, "{")
}

/// Whether the token number `at`, within `depth` pairs of brackets, is a variable that is new.
fn is_variable(line: &LineRef<'_>, at: usize, depth: i32) -> bool {
    let tokens = line.tokens;
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    // `&mut item` borrows it, `const Item& item` has a type there.
    let borrowed = at > 1 && is(line, at - 1, "mut") && (is(line, at - 2, "&") || is(line, at - 2, "*"));
    let ends =
        [":", "=", ";", ",", ")", "of", "in"].iter().any(|text| is(line, at + 1, text)) || at + 1 == tokens.len();
    let declared = before.is_some_and(|before| DECLARING.contains(&before.hash)) && ends && !borrowed;
    let given = before.is_some_and(|before| line.text_of(before) == "as") && begins_with(line, 1, &NAMING_AS);
    let in_for = at == 1 && is(line, 0, "for");
    // `item, err := f()`.
    let is_listed = |token: &Token| token.kind == Kind::Word || line.text_of(token) == ",";
    let end = at + tokens.iter().skip(at).take_while(|token| is_listed(token)).count();
    let listed = depth == 0 && is(line, end, ":") && is(line, end + 1, "=");
    // `Item item = f()`.
    let typed = at == 1 && is_definition(tokens, at) && is(line, 2, "=") && !is(line, 3, "=");
    declared || given || in_for || listed || typed
}

fn is(line: &LineRef<'_>, at: usize, text: &str) -> bool {
    line.tokens.get(at).is_some_and(|token| line.text_of(token) == text)
}

/// Whether one of `words` is among the first `most` tokens.
fn begins_with(line: &LineRef<'_>, most: usize, words: &[u32]) -> bool {
    line.tokens.iter().take(most).any(|token| words.contains(&token.hash))
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
        check("    let mut item = 1;", Some(Binds::FromHere));
        check("  const item = a;", Some(Binds::FromHere));
        check("    Item item = load();", Some(Binds::FromHere));
        check("\titem := load()", Some(Binds::FromHere));
        check("\titem, err := load()", Some(Binds::FromHere));
        check("\tif item := load(); item != nil {", Some(Binds::Under));
        check("    for item in items {", Some(Binds::Under));
        check("  for (const item of items) {", Some(Binds::Under));
        check("    with open(path) as item:", Some(Binds::Under));
        check("import items as item", Some(Binds::FromHere));
        check("def parse(self, item):", Some(Binds::Under));
        check("pub fn parse(mut item: Item) {", Some(Binds::Under));
        check("func parse(item int) error {", Some(Binds::Under));
        check("func (s *Set) parse(item int) error {", Some(Binds::Under));
        check("    void parse(Item item, int size) {", Some(Binds::Under));
        check("  } catch (item) {", Some(Binds::Under));
        check("    item: int = 1", Some(Binds::Assigned));
        check("    item = 1", Some(Binds::Assigned));
        for use_of in [
            "    if item == 1 {",
            "    if item.is_empty() {",
            "    if check(item) {",
            "    while check(a, item) {",
            "    let r = &mut item;",
            "    let r = x as item;",
            "    const item& r = x;",
            "    final item one = x;",
            "    with item:",
            "    parse(item)",
            "    parse(a, item,",
            "    item.close();",
            "    item == other",
            "    return item;",
            "    private item one;",
            "func parse(a item) error {",
            "    item parse(int size) {",
            "    void parse(item one, int size) {",
            "fn item(a: u8) {",
            "class item {",
        ] {
            check(use_of, None);
        }
    }
}
