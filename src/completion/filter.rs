//! From what the model wrote to what is worth showing, or the named reason why nothing is.
//!
//! [`Filter::ALL`] lists the filters in their order. The first five are run by [`Growing`] on the reply as it comes;
//! the others by [`apply`], each time something of it is shown, on the block to show. All are pure, and each stands in
//! a file of its own with its reason.

mod blank;
mod body_line;
mod chat_wrapping;
mod closing_quote;
mod file_headers;
mod filter_name;
mod growing;
mod indentation;
mod leading_whitespace;
mod model_marks;
mod repeated_closers;
mod repeated_lines_above;
mod repeated_prefix;
mod repeated_sign;
mod repeated_suffix;
mod repetition;
mod reply_start;
mod similar_lines;
mod start;
mod surroundings;
mod unbalanced_brackets;

use std::borrow::Cow;

pub use chat_wrapping::FILE_HEADER;
pub use filter_name::Filter;
pub use growing::Growing;
pub use repetition::{before_next_round, line_in_loop, lines_in_loop};

use super::{Query, Window, block};
use crate::text::line;

/// What a filter took out of a reply, or put right there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Took {
    /// The filter.
    pub filter: Filter,
    /// The text that went; empty where something was put in.
    pub text: String,
}

impl Took {
    fn new(filter: Filter, text: &str) -> Self {
        Self { filter, text: text.to_owned() }
    }
}

/// What is left of a block, and what it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered {
    /// The text to show at the cursor, LF line ends, never blank.
    pub text: String,
    /// Bytes right of the cursor, on its line, that `text` takes the place of (and holds again).
    pub replaces: usize,
    /// What was taken, in the order of the filters.
    pub took: Vec<Took>,
}

/// Runs the filters over `block`, to be shown at the window's cursor, as the query's client can show it.
pub fn apply_for(query: &Query, window: &Window, block: &str, beyond: &str) -> Result<Filtered, Filter> {
    let filtered = apply(window, &query.document.language, block, beyond)?;
    if !query.keeps_rest || filtered.replaces == 0 {
        return Ok(filtered);
    }
    let text = repeated_suffix::before_rest(window, &filtered.text)?.to_owned();
    Ok(Filtered { text, replaces: 0, took: filtered.took })
}

/// Runs the filters over `block`, to be shown at the window's cursor in a document of this language. `beyond` is what the
/// reply says behind it, as far as that is known.
pub fn apply(window: &Window, language: &str, block: &str, beyond: &str) -> Result<Filtered, Filter> {
    let mut took = vec![];
    let left = repetition::cut(window.line_before(), block);
    if line::is_blank(left) && !line::is_blank(block) {
        return Err(Filter::Repetition);
    }
    note(&mut took, Filter::Repetition, block, left);
    let block = left;
    if let Some(left) = closing_quote::cut(window, language, block) {
        note(&mut took, Filter::Quote, block, left);
        let text = left.to_owned();
        return if line::is_blank(left) { Err(Filter::Quote) } else { Ok(Filtered { text, replaces: 0, took }) };
    }
    let cut = repeated_suffix::cut(window, language, block, beyond)?;
    note(&mut took, Filter::Suffix, block, cut.text);
    let mut text = Cow::Borrowed(cut.text);
    if cut.replaces == 0
        && let Some(left) = unbalanced_brackets::cut(window, language, &text, beyond)
    {
        if line::is_blank(&left) {
            return Err(Filter::Balance);
        }
        took.push(Took::new(Filter::Balance, &text));
        text = Cow::Owned(left);
    }
    repeated_lines_above::check(window, &text)?;
    let text = if cut.joins { &text } else { blank::trim(window, &text)? };
    Ok(Filtered { text: text.to_owned(), replaces: cut.replaces, took })
}

/// What is shown of a whole reply, of which the token limit may have cut off the end.
pub fn shown(window: &Window, language: &str, raw: &str, is_cut_off: bool) -> Result<Filtered, Filter> {
    let growing = Growing::whole(window.clone(), language.into(), raw);
    let text = growing.text();
    let text = if is_cut_off { whole_lines(text) } else { text };
    if line::is_blank(text)
        && let Some(took) = growing.took().last()
    {
        return Err(took.filter);
    }
    let end = block::end(window, language, text, true).unwrap_or(text.len());
    let mut filtered = apply(window, language, &text[..end], &text[end..])?;
    filtered.took.splice(..0, growing.took().iter().cloned());
    Ok(filtered)
}

/// `text`, the end of which the token limit cut off, without its last line if others are whole.
pub fn whole_lines(text: &str) -> &str {
    text.rfind('\n').map(|end| &text[..end]).filter(|lines| !line::is_blank(lines)).unwrap_or(text)
}

fn note(took: &mut Vec<Took>, filter: Filter, before: &str, after: &str) {
    if after.trim_end().len() < before.trim_end().len() {
        took.push(Took::new(filter, before.get(after.len()..).unwrap_or(before)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::document::Document;

    /// Draws what the editor shows: the text with the suggestion in `⟦⟧` and what it replaces taken out.
    #[track_caller]
    pub(super) fn check(marked: &str, reply: &str, shown: &str) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        let drawn = match apply(&window, "rust", reply, "") {
            Ok(Filtered { text, replaces, .. }) => format!("{prefix}⟦{text}⟧{}", &suffix[replaces..]),
            Err(filter) => filter.name().to_owned(),
        };
        assert_eq!(drawn, shown, "{marked:?} with {reply:?}");
    }

    #[test]
    fn ordinary_text_passes_untouched() {
        check("let x = <cursor>\n", "foo();", "let x = ⟦foo();⟧\n");
        check("fn f() {<cursor>", "\n    a();\n}", "fn f() {⟦\n    a();\n}⟧");
        check("x =<cursor>", " 1", "x =⟦ 1⟧");
    }

    #[test]
    fn the_rest_of_the_line_is_not_said_twice() {
        check("foo(<cursor>);\n", "a, b);", "foo(⟦a, b⟧);\n");
        check("foo(<cursor>)\n", "a, b)", "foo(⟦a, b⟧)\n");
        check("let y = <cursor> + rest;\n", "x + rest;", "let y = ⟦x⟧ + rest;\n");
    }

    #[test]
    fn a_line_break_before_the_rest_of_the_line_stays() {
        check("call(<cursor>);\n", "\n    1,\n    2,\n);", "call(⟦\n    1,\n    2,\n⟧);\n");
        check("  call(<cursor>);\n", "\n    1,\n  );", "  call(⟦\n    1,\n  ⟧);\n");
        check("call(<cursor>)\n", "a)\n", "call(⟦a⟧)\n");
    }

    #[test]
    fn a_closer_that_the_rest_of_the_line_begins_with_is_not_said_twice() {
        check("call(<cursor>);\n", "1, 2)", "call(⟦1, 2⟧);\n");
        check("call([<cursor>]);\n", "1, 2])", "call([⟦1, 2⟧]);\n");
        check("f(g(<cursor>);\n", "x)", "f(g(⟦x)⟧);\n");
        check("call(<cursor>);\n", "a(b)", "call(⟦a(b)⟧);\n");
        check("Vec<<cursor>>\n", "Option<u8>", "Vec<⟦Option<u8>⟧>\n");
        check("Map<<cursor>> m;\n", "u8, Vec<u8>> m;", "Map<⟦u8, Vec<u8>⟧> m;\n");
        check("Vec<<cursor>>\n", "u8>", "Vec<⟦u8⟧>\n");
    }

    #[test]
    fn a_closed_bracket_that_the_text_goes_past_is_replaced() {
        check("foo(<cursor>)\n", "a, b) {\n    c();\n}", "foo(⟦a, b) {\n    c();\n}⟧\n");
        check("fn f(<cursor>)\n", "x: T) -> U", "fn f(⟦x: T) -> U⟧\n");
        check("print(\"<cursor>\")\n", "a\", b) + 1", "print(\"⟦a\", b) + 1⟧\n");
        check("say \"<cursor>\"\n", "a\" + b", "say \"⟦a\" + b⟧\n");
    }

    /// The same for a client that replaces nothing.
    #[track_caller]
    fn check_keeping(marked: &str, reply: &str, shown: &str) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        let document = Document::new("file:///a.rs", "rust", 1, &format!("{prefix}{suffix}"));
        let cursor = prefix.len();
        let query = Query {
            document,
            location: crate::completion::Located::at(crate::privacy::Location::nowhere()),
            cursor,
            invoked: false,
            follows: crate::completion::Follows::Nothing,
            keeps_rest: true,
        };
        let drawn = match apply_for(&query, &window, reply, "") {
            Ok(Filtered { text, replaces, .. }) => format!("{prefix}⟦{text}⟧{}", &suffix[replaces..]),
            Err(filter) => filter.name().to_owned(),
        };
        assert_eq!(drawn, shown, "{marked:?} with {reply:?}");
    }

    #[test]
    fn where_nothing_can_be_replaced_the_text_ends_before_what_stands_there() {
        check_keeping("foo(<cursor>)\n", "a, b) {\n    c();\n}", "foo(⟦a, b⟧)\n");
        check_keeping("foo(<cursor>)\n", "g(x), y) + 1", "foo(⟦g(x), y⟧)\n");
        check_keeping("print(\"<cursor>\")\n", "a\", b) + 1", "print(\"⟦a⟧\")\n");
        check_keeping("print(\"<cursor>\")\n", "say \\\"a\\\"\", b) + 1", "print(\"⟦say \\\"a\\\"⟧\")\n");
        check_keeping("foo(<cursor>)\n", "\n    a,\n) + 1", "foo(⟦\n    a,\n⟧)\n");
        check_keeping("foo(<cursor>)\n", ") + 1", "filteredSuffix");
        check_keeping("let x = <cursor>\n", "foo();", "let x = ⟦foo();⟧\n");
    }

    #[test]
    fn a_bracket_that_closes_something_else_stays() {
        check("{ a {<cursor>    }\n", "b } else { c }", "{ a {⟦b } else { c }⟧    }\n");
        check("f(g(<cursor>)\n", "a(b)", "f(g(⟦a(b)⟧)\n");
        check("f(<cursor>)\n", "a(b)", "f(⟦a(b)⟧)\n");
        check("{ if a {<cursor>    }\n", " b }", "{ if a {⟦ b }⟧    }\n");
        check("if a {<cursor>    }\n", " b } else { c }", "if a {⟦ b } else { c }⟧    }\n");
        check("f(<cursor>)\n", "a(b) + 1", "f(⟦a(b) + 1⟧)\n");
    }

    #[test]
    fn a_line_below_is_not_said_twice() {
        check("a();\n<cursor>\nb();\nc();\n", "x();\nb();", "a();\n⟦x();⟧\nb();\nc();\n");
        check("a();\n<cursor>\nb();\nc();\n", "b();\nc();", "filteredSuffix");
        check("if x {\n    <cursor>\n}\n", "a();\n}", "if x {\n    ⟦a();⟧\n}\n");
        check("if x {<cursor>\n}\n", "\n    a();\n}", "if x {⟦\n    a();⟧\n}\n");
    }

    #[test]
    fn closers_that_are_missing_stay() {
        let class = "mod a {\n    fn f() {\n        if b {\n            c();<cursor>\n}\n";
        check(class, "\n        }\n    }", &class.replace("<cursor>", "⟦\n        }\n    }⟧"));
        check("impl A {\nfn f() {\n    a();<cursor>\n}\n", "\n}", "impl A {\nfn f() {\n    a();⟦\n}⟧\n}\n");
    }

    #[test]
    fn closing_words_and_tags_that_are_missing_stay() {
        let check = |language: &str, marked: &str, reply: &str, expected: &str| {
            let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
            let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
            let text = apply(&window, language, reply, "").map_or(String::new(), |filtered| filtered.text);
            assert_eq!(text, expected, "{marked:?} with {reply:?}");
        };
        check("ruby", "class A\n  def f\n    a\n<cursor>\nend\n", "  end", "  end");
        check("ruby", "class A\n  def f\n    a\n  end\n<cursor>\nend\n", "end", "");
        check("lua", "function f()\n  if a then\n    b()\n  <cursor>\nend\n", "end", "end");
        check("html", "<div>\n  <div>\n    a<cursor>\n</div>\n", "\n  </div>", "\n  </div>");
        check("html", "<div>\n  a<cursor>\n</div>\n", "\n</div>", "");
    }

    #[test]
    fn a_closer_of_its_own_stays() {
        let with_if = "fn f() {\n⟦    if x {\n        a();\n    }⟧\n}\n";
        check("fn f() {\n<cursor>\n}\n", "    if x {\n        a();\n    }", with_if);
        check("    a {\n<cursor>\n    }\n", "    b {\n    }", "    a {\n⟦    b {\n    }⟧\n    }\n");
    }

    #[test]
    fn the_line_above_is_not_said_again() {
        check("let alpha = beta();\n<cursor>\n", "let alpha = beta();", "filteredAbove");
        check("one_call();\ntwo_call();\n<cursor>", "one_call();\ntwo_call();", "filteredAbove");
        check("    let al<cursor>", "pha = 1;", "    let al⟦pha = 1;⟧");
        check("    let alpha = 1;\n    let al<cursor>", "pha = 1;", "filteredAbove");
    }

    #[test]
    fn short_lines_may_come_again() {
        check("    }\n<cursor>", "    }", "    }\n⟦    }⟧");
        check("    None,\n<cursor>", "    None,", "    None,\n⟦    None,⟧");
    }

    #[test]
    fn a_loop_is_said_once() {
        check("<cursor>", "push(alpha);\npush(alpha);\npush(alpha);\npush(alpha);", "⟦push(alpha);⟧");
        check("<cursor>", "a = 1;\nb = 2;\na = 1;\nb = 2;\na = 1;\nb = 2;", "⟦a = 1;\nb = 2;⟧");
        check("<cursor>", "0,\n0,\n0,", "⟦0,\n0,\n0,⟧");
    }

    #[test]
    fn nothing_but_white_space_is_nothing() {
        for reply in ["", " ", "\n\n", "\t\n  "] {
            check("x<cursor>\n", reply, "filteredBlank");
        }
        check("x = <cursor>", "1;  \n", "x = ⟦1;⟧");
    }
}
