//! Lines at the end of a rewrite that close what it does not open: those of the block in which the selection stands, which
//! stays where it is.

use crate::text::line;

/// The most lines that a reply closes too much: the function, and the class or module around it.
const MOST_LINES: usize = 3;

/// How many lines at the end of `new` only close brackets that neither the rewrite nor `selected` opens.
pub fn count(new: &[String], selected: &str) -> usize {
    // Brackets are counted without a grammar: that of a regular expression may seem to close something. So a line goes only
    // where it stands less deep than the rewrite begins, and where the selection has no such end of its own.
    let last = |lines: &mut dyn DoubleEndedIterator<Item = &str>| lines.next_back().map(|text| text.trim().to_owned());
    let is_own = last(&mut selected.trim_end().lines()) == last(&mut new.iter().map(String::as_str));
    if is_own || unmatched_closers(selected.lines()) > 0 {
        return 0;
    }
    let base = new.first().map_or(0, |text| line::indent(text));
    let leaves = |text: &String| {
        let closes_only = text.contains(['}', ')', ']']) && line::is_inert(text) && !text.contains(['{', '(', '[']);
        closes_only && line::indent(text) < base
    };
    // The fewest without which the rewrite leaves as much open as the selection.
    let fits = |count: &usize| {
        let kept = || new[..new.len() - count].iter().map(String::as_str);
        unmatched_closers(kept()) == 0 && depth(kept()) == depth(selected.lines())
    };
    let most = MOST_LINES.min(new.len().saturating_sub(1));
    (0..=most).take_while(|count| *count == 0 || leaves(&new[new.len() - count])).find(fits).unwrap_or(0)
}

/// How many brackets the lines close that they do not open.
fn unmatched_closers<'a>(lines: impl Iterator<Item = &'a str>) -> i32 {
    let (mut depth, mut unmatched) = (0, 0);
    for (_, bracket) in lines.flat_map(|text| line::brackets(text, "")) {
        match bracket {
            '(' | '[' | '{' => depth += 1,
            _ if depth > 0 => depth -= 1,
            _ => unmatched += 1,
        }
    }
    unmatched
}

/// Brackets opened minus brackets closed.
fn depth<'a>(lines: impl Iterator<Item = &'a str>) -> i32 {
    lines.map(|text| line::shape(text, "").net).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(selected: &str, new: &str, expected: usize) {
        let new: Vec<String> = new.lines().map(str::to_owned).collect();
        assert_eq!(count(&new, selected), expected, "{new:?}");
    }

    #[test]
    fn closers_of_what_stands_around_are_too_much() {
        check("    a();", "    b();\n}", 1);
        check("    a();", "    if b {\n        c();\n    }\n  }\n}", 2);
        check("  a(1);", "  a(2);\n});", 1);
    }

    #[test]
    fn closers_of_its_own_stay() {
        check("    a();", "    if b {\n        c();\n    }", 0);
        check("    a();\n}", "    b();\n}", 0);
        check("f(\n  a,\n)", "f(\n  b,\n)", 0);
        check("function f() {\n  return s;\n}", "function f() {\n  return s.replace(/\\)/, '');\n}", 0);
        check("  a = 1", "  x = {\n    # 1) first\n    'a': 1,\n  }", 0);
        check("a", "}", 0);
    }
}
