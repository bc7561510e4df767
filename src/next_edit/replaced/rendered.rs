//! What stands at a place once it is changed as an example was: the example's words and the place's own white space.

use std::ops::Range;

use super::{Hole, Instance};
use crate::next_edit::tokens::LineRef;

/// The bytes of the line that are replaced, with the white space around them, and what is to stand there.
pub fn rendered(
    first: &Instance<'_>,
    line: LineRef<'_>,
    at: &Range<usize>,
    holes: &[Hole],
) -> Option<(Range<usize>, String)> {
    let old = Slot::new(first.old.view(), &first.what.old)?;
    let new = Slot::new(first.new.view(), &first.what.new)?;
    let here = Slot::new(line, at)?;
    let before = if new.before == old.before { here.before } else { new.before };
    let mut text = String::with_capacity(before.len() + first.new.text.len());
    text.push_str(before);
    let mut to = None;
    for token in first.new_tokens() {
        if let Some(to) = to {
            text.push_str(first.new.text.get(to..token.start as usize)?);
        }
        to = Some(token.end as usize);
        match holes.iter().find(|(hash, _)| *hash == token.hash) {
            Some((_, range)) => text.push_str(span(line, range)?),
            None => text.push_str(first.new.text_of(token)),
        }
    }
    // White space at a line's start and end is the line's own.
    let after = if new.after == old.after { here.after } else { new.after };
    if !first.new_tokens().is_empty() {
        text.push_str(after);
    } else {
        text = if new.whole == old.before { here.before.into() } else { new.whole.into() };
        if at.start == 0 {
            text = here.before.into();
        }
        if at.end == line.tokens.len() {
            text = String::new();
        }
    }
    Some((here.range, text))
}

fn span<'a>(line: LineRef<'a>, tokens: &Range<usize>) -> Option<&'a str> {
    let first = line.tokens.get(tokens.start)?;
    let last = line.tokens.get(tokens.end.checked_sub(1)?)?;
    line.text.get(first.start as usize..last.end as usize)
}

/// Tokens of a line with the white space on both sides.
struct Slot<'a> {
    range: Range<usize>,
    whole: &'a str,
    before: &'a str,
    after: &'a str,
}

impl<'a> Slot<'a> {
    fn new(line: LineRef<'a>, tokens: &Range<usize>) -> Option<Self> {
        let start = match tokens.start.checked_sub(1) {
            Some(before) => line.tokens.get(before)?.end as usize,
            None => 0,
        };
        let end = line.tokens.get(tokens.end).map_or(line.text.len(), |token| token.start as usize);
        let inner = if tokens.is_empty() {
            start..start
        } else {
            line.tokens.get(tokens.start)?.start as usize..line.tokens.get(tokens.end - 1)?.end as usize
        };
        // Of an empty slot all white space is before it.
        let split = if tokens.is_empty() { end..end } else { inner };
        Some(Self {
            range: start..end,
            whole: line.text.get(start..end)?,
            before: line.text.get(start..split.start)?,
            after: line.text.get(split.end..end)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::next_edit::{
        difference::Replacement,
        tokens::{Line, Marks},
    };

    #[track_caller]
    fn check((old, new): (&str, &str), what: (Range<usize>, Range<usize>), here: &str, at: Range<usize>, expect: &str) {
        let line = |text: &str| Line::new(text, Marks::of("rust"));
        let (old, new, here) = (line(old), line(new), line(here));
        let what = Replacement { old: what.0, new: what.1 };
        let instance = Instance { example: 0, old: &old, new: &new, what: &what };
        let (range, text) = rendered(&instance, here.view(), &at, &[]).unwrap();
        let mut becomes = here.text.clone();
        becomes.replace_range(range, &text);
        assert_eq!(becomes, expect);
    }

    #[test]
    fn white_space_goes_with_what_is_replaced() {
        check(("f(a)", "f(c, a)"), (2..2, 2..4), "g( b )", 2..2, "g( c, b )");
        check(("f(a, b)", "f(a)"), (3..5, 3..3), "g(x, y)", 3..5, "g(x)");
        check(("let mut a;", "let a;"), (1..2, 1..1), "let  mut bb;", 1..2, "let  bb;");
        check(("  return a", "  a"), (0..1, 0..0), "    return b", 0..1, "    b");
        check(("a;", "a; // why"), (2..2, 2..5), "b;", 2..2, "b; // why");
        check(("a = b", "a += b"), (1..1, 1..2), "x = y", 1..1, "x += y");
    }
}
