//! Takes out a closing bracket that closes nothing.

use super::surroundings;
use crate::completion::Window;
use crate::text::{language, line};

/// A bracket and its offset in bytes.
type Bracket = (usize, char);

/// `block` without the closing brackets that have no opening one before them, where the window tells for sure; `None`:
/// all have theirs. What the reply says `beyond` the block may open again what it closes.
pub fn cut(window: &Window, id: &str, block: &str, beyond: &str) -> Option<String> {
    let begun = usize::from(!line::is_blank(window.line_before()));
    if !counts_brackets(id) || block.contains('\\') || block.split('\n').skip(begun).any(surroundings::is_in_comment) {
        return None;
    }
    // Where strings are nested, as in `f"{a["b"]}"`, all characters together tell more than those outside of them.
    let all = block.char_indices().filter(|(_, c)| matches!(c, '(' | '[' | '{' | ')' | ']' | '}'));
    if unmatched(all).is_some_and(|closers| closers.is_empty()) {
        return None;
    }
    let (open, own) = at_cursor(window, block, id)?;
    if own.is_empty() {
        return None;
    }
    let left = cut_surplus(window, block, &own, open);
    let text = left.as_deref().unwrap_or(block);
    let (open, own) = at_cursor(window, text, id)?;
    if surroundings::net(text, id) + surroundings::net(beyond, id) >= 0 {
        return left;
    }
    cut_closed_below(window, id, text, &own, &open).or(left)
}

/// `block` without the closing brackets for which none is open, or one of another kind.
fn cut_surplus(window: &Window, block: &str, own: &[Bracket], mut open: Vec<char>) -> Option<String> {
    let mut surplus = vec![];
    for (at, closer) in own {
        match open.pop() {
            Some(opener) if closes(opener, *closer) => {}
            None if !window.from_start => return None,
            opener => {
                surplus.push(*at);
                open.extend(opener);
            }
        }
    }
    let left = surplus.iter().rev().fold(block.to_owned(), |left, at| without(&left, *at));
    (!surplus.is_empty()).then_some(left)
}

/// Where each bracket that is open at the cursor is closed below it, the block may close none: it is cut before those
/// at its end.
fn cut_closed_below(window: &Window, id: &str, block: &str, own: &[Bracket], open: &[char]) -> Option<String> {
    if !(window.from_start && window.to_end) || open.is_empty() {
        return None;
    }
    let below: Vec<char> =
        unmatched(brackets(&window.suffix, id).into_iter())?.into_iter().map(|(_, closer)| closer).collect();
    let is_closed =
        below.len() == open.len() && open.iter().rev().zip(&below).all(|(open, close)| closes(*open, *close));
    let net = surroundings::net(block, id);
    let many = usize::try_from(-net).ok().filter(|many| is_closed && *many > 0)?;
    let (at, _) = own.get(own.len().checked_sub(many)?)?;
    let is_end = block[*at..].chars().all(|c| matches!(c, ')' | ']' | '}' | ';' | ',') || c.is_whitespace());
    is_end.then(|| block[..*at].trim_end_matches([' ', '\t', '\n']).to_owned())
}

/// Languages whose brackets come in pairs, and whose strings and comments we know.
fn counts_brackets(id: &str) -> bool {
    let is_other =
        matches!(id, "shellscript" | "makefile" | "html" | "xml" | "vue" | "svelte" | "vim" | "perl" | "diff");
    !language::is_prose(id) && !is_other
}

/// `text` without the bracket at `at`, and without its line if that held nothing else.
fn without(text: &str, at: usize) -> String {
    let start = text[..at].rfind('\n').unwrap_or(0);
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    let is_alone = start > 0 && text[start..end].trim().trim_end_matches([';', ',']).len() == 1;
    if is_alone { format!("{}{}", &text[..start], &text[end..]) } else { format!("{}{}", &text[..at], &text[at + 1..]) }
}

/// The brackets that are open at the cursor, and those in `block`, written there, that close none of its own, with
/// their offsets; `None` where brackets cross, or close what nothing opened.
fn at_cursor(window: &Window, block: &str, id: &str) -> Option<(Vec<char>, Vec<Bracket>)> {
    let before = window.line_before();
    // Only the whole line tells what is a string, and what a comment.
    let text = format!("{before}{block}{}", window.line_after());
    let ours = brackets(&text, id).into_iter().filter(|(at, _)| *at < before.len() + block.len());
    let (left, inside): (Vec<_>, Vec<_>) = ours.partition(|(at, _)| *at < before.len());
    let above = brackets(&window.prefix[..window.prefix.len() - before.len()], id);
    let mut open = vec![];
    for (_, bracket) in above.into_iter().chain(left) {
        if matches!(bracket, '(' | '[' | '{') {
            open.push(bracket);
        } else if !open.pop().map_or(!window.from_start, |opener| closes(opener, bracket)) {
            return None;
        }
    }
    let inside = inside.into_iter().map(|(at, bracket)| (at - before.len(), bracket));
    Some((open, unmatched(inside)?))
}

/// Those of `brackets` that close none of the others.
fn unmatched(brackets: impl Iterator<Item = Bracket>) -> Option<Vec<Bracket>> {
    let (mut open, mut unmatched) = (vec![], vec![]);
    for (at, bracket) in brackets {
        match bracket {
            '(' | '[' | '{' => open.push(bracket),
            closer => match open.pop() {
                Some(opener) if closes(opener, closer) => {}
                Some(_) => return None,
                None => unmatched.push((at, closer)),
            },
        }
    }
    Some(unmatched)
}

/// The brackets of code in `text`, each with its offset.
fn brackets(text: &str, id: &str) -> Vec<Bracket> {
    let mut start = 0;
    let mut all = vec![];
    for text in text.split('\n') {
        all.extend(line::brackets(text, id).into_iter().map(|(at, bracket)| (start + at, bracket)));
        start += text.len() + 1;
    }
    all
}

fn closes(opener: char, closer: char) -> bool {
    matches!((opener, closer), ('(', ')') | ('[', ']') | ('{', '}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(marked: &str, reply: &str, expected: &str) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        assert_eq!(cut(&window, "rust", reply, "").as_deref().unwrap_or(reply), expected, "{marked:?} with {reply:?}");
    }

    #[test]
    fn a_bracket_that_closes_nothing_goes() {
        check("let x = foo(<cursor>", "a, b));", "a, b);");
        check("if (<cursor>", "a && (b || c))) {", "a && (b || c)) {");
        check("fn f() {\n    <cursor>\n}", "b(c));", "b(c);");
        check("<cursor>", "fn f() {\n    g();\n}\n}", "fn f() {\n    g();\n}");
        check("fn f() {<cursor>\n}", "\n    g();\n}\n}", "\n    g();");
        check("let a = f(<cursor>", "*b));", "*b);");
    }

    #[test]
    fn honest_closers_stay() {
        check("fn f() {\n    if a {\n        b();<cursor>\n}\n", "\n    }", "\n    }");
        check("let x = foo(bar(a<cursor>", "));", "));");
        check("<cursor>", "let c = ')';", "let c = ')';");
        check("f(g(<cursor>);", "x)", "x)");
        check("s.trim(\"<cursor>\")", ")]}", ")]}");
        check("s.split('<cursor>')", ")", ")");
        check("if a {\n    b();\n<cursor>", "} else {\n    c();\n}", "} else {\n    c();\n}");
    }

    #[test]
    fn what_the_reply_opens_again_may_be_closed() {
        let window =
            Window { prefix: "fn f() {\n    a();".into(), suffix: "\n}\n".into(), from_start: true, to_end: true };
        assert_eq!(cut(&window, "rust", "\n}", "\n\nfn g() {\n    b();"), None);
        assert_eq!(cut(&window, "rust", "\n}", "\n\nfn g() {\n    b();\n}"), Some(String::new()));
    }

    #[test]
    fn of_a_text_cut_at_its_start_nothing_is_known() {
        let window = Window { prefix: "f(".into(), ..Window::default() };
        assert_eq!(cut(&window, "rust", "a));", ""), None);
    }
}
