//! White space at the start of a reply: what the cursor's line has already, and what it lacks.
//!
//! Codestral's tokenizer puts a blank before the prompt, so a prompt that ends in a blank leads it to write a second
//! one; and it may begin on a new line, with the whole indentation, where the cursor stands on one. But a blank behind a
//! word (`foo` continued as ` = bar`) and a line break behind a statement are right.

use super::body_line;
use super::start::Start;
use super::surroundings::{self, Style};
use crate::completion::Window;
use crate::text::indentation::DEFAULT_UNIT;
use crate::text::{language, line};

/// What is right at the start of `text`, the reply so far; `None`: more text must tell.
pub fn start(window: &Window, id: &str, style: Style, text: &str, finished: bool) -> Option<Start> {
    let white = text.len() - text.trim_start_matches([' ', '\t', '\n']).len();
    if white == text.len() && !finished {
        return None;
    }
    let before = window.line_before();
    if line::is_blank(before) {
        return on_fresh_line(window, id, style, text, white, finished);
    }
    behind_text(window, id, style, text, white, finished)
}

fn behind_text(window: &Window, id: &str, style: Style, text: &str, white: usize, finished: bool) -> Option<Start> {
    let before = window.line_before();
    if let Some(line_break) = text[..white].find('\n') {
        let last = text[..white].rfind('\n').map_or(0, |at| at + 1);
        // A value does not begin at the margin of its statement.
        if awaits_value(window, id) && line::indent(&text[last..white]) <= line::indent(before) && white < text.len() {
            return Some(Start::drop(white));
        }
        // Blanks at the end of the cursor's line are nobody's wish.
        return Some(Start::drop(line_break));
    }
    if matches!(line::tail(before, id), line::Tail::String(_)) {
        return Some(Start::keep());
    }
    if let Some(header) = body_line::header(window, id).filter(|_| white < 2 && !text.starts_with('\t')) {
        return body_line::start(window, id, style, header, text, white, finished);
    }
    if white == 0 {
        return Some(Start::keep());
    }
    if before.ends_with([' ', '\t']) {
        let is_text = language::is_prose(id) || is_comment(before, id);
        let joins = if is_text { at_line_end(window) && white == 1 } else { !is_aligned(window, before.len() + white) };
        return Some(if joins { Start::drop(white) } else { Start::keep() });
    }
    let is_text = language::is_prose(id) || is_comment(before, id);
    if white < text.len() && before.ends_with(['.', ':', '>']) && is_access(before) && !is_text {
        return Some(Start::drop(white));
    }
    let opens = || surroundings::opens_block(before, id) || before.ends_with(['(', '[']) && closes_below(window);
    let is_body =
        (white > 1 || text.starts_with('\t')) && white < text.len() && line::is_inert(window.line_after()) && opens();
    if id == "yaml" && is_body {
        let first = text[white..].split_once('\n').map(|(first, _)| first);
        let first = first.or_else(|| finished.then_some(&text[white..]))?;
        return Some(if is_entry(first) { Start { drop: 0, insert: "\n".to_owned() } } else { Start::keep() });
    }
    if is_body {
        return Some(Start { drop: 0, insert: "\n".to_owned() });
    }
    let is_argument = white < text.len() && before.ends_with('(') && !is_text && !pads_brackets(window, id);
    Some(if is_argument { Start::drop(white) } else { Start::keep() })
}

/// Whether the cursor stands at its line's end behind an operator, and the blank behind that.
fn awaits_value(window: &Window, id: &str) -> bool {
    let before = window.line_before();
    let code = before.trim_end();
    let ends_open = ["=", "=>", "+", "&&", "||"].iter().any(|sign| code.ends_with(sign));
    // Elsewhere an empty value is one: `KEY =`.
    let is_code = !language::syntax(id).words.flow.is_empty() && !matches!(id, "makefile" | "shellscript");
    let is_code = is_code && line::tail(before, id) == line::Tail::Code;
    is_code && ends_open && code.len() < before.len() && at_line_end(window)
}

/// Whether blanks stand behind opening brackets in this text, or right of the cursor before the closing one.
fn pads_brackets(window: &Window, id: &str) -> bool {
    let pads =
        |text: &str| text.match_indices("( ").any(|(at, sign)| !text[at + sign.len()..].starts_with(['\n', ' ']));
    id == "shellscript" || window.line_after().starts_with(' ') || pads(&window.prefix) || pads(&window.suffix)
}

/// Whether the cursor's line is at its end, and the next one closes a bracket.
fn closes_below(window: &Window) -> bool {
    let next = window.lines_below().find(|line| !line::is_blank(line));
    at_line_end(window) && next.is_some_and(|next| next.trim_start().starts_with([')', ']']))
}

/// Whether text behind `before` is that of a comment.
fn is_comment(before: &str, id: &str) -> bool {
    line::tail(before, id) == line::Tail::Comment || before.trim_start().starts_with('*')
}

/// Whether a line beside the cursor's has a word at this column, behind two blanks or more: the columns of a table.
fn is_aligned(window: &Window, column: usize) -> bool {
    let begins_at = |line: &str| {
        let Some((left, right)) = line.split_at_checked(column) else { return false };
        let is_table = left.ends_with("  ") || left.trim_end().ends_with([':', '=']) && left.ends_with(' ');
        is_table && !line::is_blank(left) && !right.starts_with(' ') && !line::is_blank(right)
    };
    let above = window.lines_above().take(2);
    above.chain(window.lines_below().take(2)).any(begins_at)
}

/// Whether `before` ends between a value and the name of its member, where no blank stands.
fn is_access(before: &str) -> bool {
    let sign = ["?.", ".", "::", "->"].iter().find_map(|sign| before.strip_suffix(sign));
    sign.is_some_and(|value| value.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']')))
}

/// Whether `first`, a line, is an entry of a YAML list or mapping, not with the value of the key before it.
fn is_entry(first: &str) -> bool {
    first.starts_with("- ")
        || first.split_once(':').is_some_and(|(_, value)| value.is_empty() || value.starts_with(' '))
}

fn on_fresh_line(window: &Window, id: &str, style: Style, text: &str, white: usize, finished: bool) -> Option<Start> {
    let before = window.line_before();
    let breaks = text[..white].rfind('\n').map_or(0, |at| at + 1);
    if breaks > 0 && !drops_breaks(window, id) {
        return Some(Start::keep());
    }
    let (here, columns) = (line::indent(before), line::indent(&text[breaks..white]));
    if id == "makefile" && breaks == 0 && before.is_empty() && text.starts_with('\t') {
        // A recipe's tab.
        return Some(Start::keep());
    }
    if breaks == 0 && (language::is_prose(id) || before.is_empty() && surroundings::is_verbatim(window, id)) {
        // The indentation of a list, a quotation or a string is the writer's.
        let again = !before.is_empty() && text.starts_with(before) && !reaches_level(window, here, columns);
        return Some(if again { Start::drop(before.len()) } else { Start::keep() });
    }
    let expected = surroundings::expected(window, id, style).filter(|_| !surroundings::goes_on(&text[white..], id));
    if columns == 0 {
        let start = under_indented(window, id, style, &text[white..], expected, finished)?;
        return Some(Start { drop: white, ..start });
    }
    // A cursor in the middle of nowhere is on its way to somewhere: the indentation goes on.
    let above = surroundings::above(window).unwrap_or_default();
    let is_settled =
        surroundings::is_level(window, here) || (line::shape(above, id).opens && here > line::indent(above) + 1);
    if breaks == 0 && !is_settled && here > 0 && columns != here {
        return Some(Start::keep());
    }
    let stars =
        surroundings::is_in_comment(above) && text[white..].starts_with('*') && !above.trim_end().ends_with("*/");
    if breaks == 0 && stars && here + columns == line::indent(above) + usize::from(above.trim_start().starts_with('/'))
    {
        return Some(Start::keep());
    }
    if breaks == 0 && surroundings::goes_on(&text[white..], id) && here + columns == continuation(above, style, id) {
        return Some(Start::keep());
    }
    let Some(expected) = expected else {
        // Nothing says what is right: what repeats the line's own white space goes.
        let again = !before.is_empty() || breaks > 0 || columns == 1;
        let more = if breaks > 0 { columns.saturating_sub(here) } else { 0 };
        let is_honest = breaks == 0 && goes_deeper(window, id, style, here, columns);
        return Some(if again && !is_honest {
            Start { drop: white, insert: style.white(more) }
        } else {
            Start::drop(breaks)
        });
    };
    let asked = if breaks > 0 || here == 0 { columns } else { here + columns };
    let right = if here >= expected {
        here
    } else if asked <= expected && surroundings::is_level(window, asked) && asked > 0 {
        asked
    } else {
        expected
    };
    Some(Start { drop: white, insert: style.white(right.saturating_sub(here)) })
}

/// Whether a line that the cursor indents by `here` columns may stand `more` columns deeper, though nothing says what is
/// right: the cursor is on its way to the level of the line above, or to a deeper one that this line opens.
fn goes_deeper(window: &Window, id: &str, style: Style, here: usize, more: usize) -> bool {
    let Some(above) = surroundings::above(window) else { return false };
    let level = line::indent(above);
    reaches_level(window, here, more) || here < level + style.step_or_usual(id) && surroundings::leads_deeper(above, id)
}

/// Whether `more` columns lead a cursor that is less indented than the line above to its level, or another one below it.
fn reaches_level(window: &Window, here: usize, more: usize) -> bool {
    let Some(level) = surroundings::above(window).map(line::indent) else { return false };
    here < level && (here + more == level || here + more < level && surroundings::is_level(window, here + more))
}

/// The columns of a line that goes on with the statement in which `above` stands.
fn continuation(above: &str, style: Style, id: &str) -> usize {
    let deeper = if surroundings::goes_on(above.trim_start(), id) { 0 } else { style.step.unwrap_or(DEFAULT_UNIT) };
    line::indent(above) + deeper
}

/// A first line without any indentation, at the margin, below a line that opens a block.
fn under_indented(
    window: &Window,
    id: &str,
    style: Style,
    text: &str,
    expected: Option<usize>,
    finished: bool,
) -> Option<Start> {
    let Some(expected) = expected.filter(|expected| *expected > 0 && window.line_before().is_empty()) else {
        return Some(Start::keep());
    };
    let opens = surroundings::above(window).is_some_and(|above| surroundings::opens_block(above, id));
    if !opens || at_margin_by_right(window, text) {
        return Some(Start::keep());
    }
    if !text.contains(|c: char| !c.is_alphanumeric()) && !finished {
        return None;
    }
    if stands_at_margin(text) { Some(Start::keep()) } else { Some(Start { drop: 0, insert: style.white(expected) }) }
}

/// Whether the line above opens what is not indented by custom, or nothing is.
fn at_margin_by_right(window: &Window, text: &str) -> bool {
    let above = surroundings::above(window).unwrap_or_default().trim_start();
    ["namespace", "extern", "module", "switch"].iter().any(|word| above.starts_with(word)) || text.is_empty()
}

/// Words of lines that may stand at the margin of a block.
const MARGIN_WORDS: [&str; 9] = ["case", "default", "public", "private", "protected", "end", "else", "elif", "except"];

/// Whether a line may stand at the margin of a block: labels, directives, closers, comments.
pub fn stands_at_margin(text: &str) -> bool {
    let first = text.split('\n').next().unwrap_or_default();
    let word = first.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    first.starts_with(['}', ')', ']', '#', '<', '/', '*', '@'])
        || MARGIN_WORDS.contains(&word)
        || first.trim_end().ends_with("*/")
}

/// Whether `text`, a line that still grows, may become one whose first word or sign says where it stands.
pub fn may_be_special(text: &str, id: &str) -> bool {
    let is_begun = |word: &&str| word.starts_with(text);
    let words = language::syntax(id).words;
    text == "/" || [words.closes, words.continues, &MARGIN_WORDS].into_iter().flatten().any(is_begun)
}

/// Whether line breaks at the start are one too many: the line is begun, or an empty one stands above it.
fn drops_breaks(window: &Window, id: &str) -> bool {
    let mut above = window.lines_above();
    let nearest = above.next();
    let fresh = nearest.is_none_or(line::is_blank) || nearest.is_some_and(|above| surroundings::opens_block(above, id));
    !window.line_before().is_empty() || (fresh && at_line_end(window) && !window.prefix.is_empty())
}

fn at_line_end(window: &Window) -> bool {
    line::is_blank(window.line_after())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_in(id: &str, marked: &str, reply: &str, expected: &str) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        let Start { drop, insert } = start(&window, id, Style::of(&window, id), reply, true).expect("a start");
        assert_eq!(format!("{insert}{}", &reply[drop..]), expected, "{marked:?} with {reply:?}");
    }

    #[track_caller]
    fn check(marked: &str, reply: &str, expected: &str) {
        check_in("rust", marked, reply, expected);
    }

    #[test]
    fn a_second_blank_goes() {
        check("x = <cursor>\n", " 1", "1");
        check("x = <cursor>", "  1", "1");
        check("x = <cursor>;\n", " 1", "1");
        check("  x = <cursor>\n", "\n  a + b;", "a + b;");
        check("x = <cursor>\n", "\n    a + b;", "\n    a + b;");
        check_in("makefile", "CFLAGS = <cursor>\n", "\nLDFLAGS = -lm", "\nLDFLAGS = -lm");
        check_in("makefile", "a: b\n<cursor>\n", "\tcc b", "\tcc b");
        check("foo(<cursor>);\n", " a, b", "a, b");
        check("foo( <cursor> );\n", " a", "a");
        check("foo( x );\nfoo(<cursor>)\n", " a )", " a )");
        check_in("shellscript", "if (<cursor>", " a )", " a )");
        check("s = \"a <cursor>\";\n", " b", " b");
    }

    #[test]
    fn a_first_blank_stays() {
        check("x =<cursor>\n", " 1", " 1");
        check("a<cursor>\n", "\n    b", "\n    b");
    }

    #[test]
    fn a_fresh_line_is_indented_once() {
        check("fn f() {\n    <cursor>\n}", "\n    a();", "a();");
        check("fn f() {\n    <cursor>\n}", "    a();", "a();");
        check("fn f() {\n    <cursor>\n}", "\n\n    a();", "a();");
        check("fn f() {\n    a();\n<cursor>\n}", "        b();", "    b();");
        check_in("python", "if x:\n <cursor>\n", "   y", "   y");
        check_in("ruby", "def f\n  <cursor>\nend", "  a", "a");
        check_in("html", "<ul>\n  <li>a</li>\n  <cursor>\n</ul>", "  <li>b</li>", "<li>b</li>");
    }

    #[test]
    fn a_line_that_goes_on_may_stand_deeper_than_the_cursor() {
        check("fn f() {\n    a\n    <cursor>\n}", "    .b();", "    .b();");
        check("fn f() {\n    a\n        .b()\n    <cursor>\n}", "    .c();", "    .c();");
        check("fn f() {\n    a\n        .b()\n        <cursor>\n}", "        .c();", ".c();");
    }

    #[test]
    fn a_comment_goes_on_below_its_star() {
        check("/**\n<cursor>\n */", " * Reads.", " * Reads.");
        check("    /*\n     * a\n    <cursor>", " * b", " * b");
        check("    /*\n     * a\n     <cursor>", " * b", "* b");
    }

    #[test]
    fn what_stands_in_columns_stays_there() {
        check_in("go", "type T struct {\n\tID    int\n\tURL <cursor>\n}", "  string", "  string");
        check_in("rust", "let a = <cursor>", "  1", "1");
    }

    #[test]
    fn the_lines_of_a_string_stand_where_they_were_written() {
        check_in("shellscript", "f() {\n  cat <<EOF\n<cursor>\nEOF\n}", "    -h  help", "    -h  help");
        check_in("python", "def f():\n    s = \"\"\"\n<cursor>\"\"\"", "      a", "      a");
        check_in("python", "def f():\n    \"\"\"Does.\n\n    <cursor>\n    \"\"\"", "    More.", "More.");
    }

    #[test]
    fn behind_a_header_of_several_lines_nothing_says_how_deep_it_goes() {
        let header = "class A:\n    def f(self, a,\n          b):\n<cursor>";
        check_in("python", header, "        return a", "        return a");
    }

    #[test]
    fn a_line_at_the_margin_gets_the_indentation_of_its_block() {
        check("fn f() {\n    a();\n}\nfn g() {\n<cursor>\n}", "a();", "    a();");
        check_in("cpp", "class A {\n<cursor>\n};\nvoid f() {\n  a();\n}", "public:\n", "public:\n");
    }

    #[test]
    fn a_second_empty_line_goes_and_a_first_one_stays() {
        check("a\n\n<cursor>", "\nb", "b");
        check("a\n\n<cursor>c", "\nb", "\nb");
        check("a\n<cursor>", "\nb", "\nb");
    }

    #[test]
    fn a_body_begins_on_a_line_of_its_own() {
        check("fn f() {<cursor>\n}", "    a();", "\n    a();");
        check_in("python", "    def f(self):<cursor>", "    return 1", "\n    return 1");
        check_in("yaml", "name:<cursor>", "  a", "  a");
        check("let o = {<cursor>}", " a, b ", " a, b ");
        check_in("ruby", "a.each do |b|<cursor>\nend", "  c(b)", "\n  c(b)");
        check_in("sql", "CREATE TABLE t (<cursor>\n);", "  a INT", "\n  a INT");
        check_in("python", "x = [<cursor>\n]", "    1,", "\n    1,");
    }
}
