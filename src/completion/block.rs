//! Where the piece of code that is being written ends, by indentation and brackets.
//!
//! What is shown at once is one such block: the rest of a statement with the block it opens, or the whole body where
//! the cursor stands on the first line of an empty one. What the model wrote beyond it is kept and shown next.

use super::Window;
use crate::text::language;
use crate::text::line::{self, Shape};

/// The most lines shown at once. Copilot's shown suggestions have 1 line in the median; a screen is about 40. Longer
/// blocks come in parts.
pub const MAX_LINES: usize = 16;

/// Where the first block of `text`, written at the window's cursor, ends: a byte offset into `text`, without the line
/// break. `None`: the text so far does not tell. With `finished` no more text will come, and there always is an end.
pub fn end(window: &Window, language: &str, text: &str, finished: bool) -> Option<usize> {
    BlockFinder::default().end(window, language, text, finished)
}

/// Finds where the first block of a text ends that grows. Each line is read once when it is complete, and before only
/// while it is the last.
#[derive(Debug, Default)]
pub struct BlockFinder {
    search: Search,
    /// Where the first line starts that is not read for good.
    read: usize,
}

#[derive(Debug, Default)]
enum Search {
    /// No line of the block has been read.
    #[default]
    Begins,
    Inside(Block),
    Found(usize),
}

impl BlockFinder {
    /// What [`end`] says of `text`, which begins with all that was given before, at the same place.
    pub fn end(&mut self, window: &Window, language: &str, text: &str, finished: bool) -> Option<usize> {
        let is_one_line = !line::is_inert(window.line_after());
        loop {
            let rest = text.get(self.read..)?;
            let content = rest.split('\n').next().unwrap_or_default();
            let end = self.read + content.len();
            let is_last = end == text.len();
            let line = Line { text: content, start: self.read, end, complete: finished || !is_last };
            match &mut self.search {
                Search::Found(end) => return Some(*end),
                Search::Begins if is_one_line => {
                    if !line.complete {
                        return None;
                    }
                    self.search = Search::Found(line.end);
                }
                Search::Begins if line::is_blank(line.text) && !line.begins_in(window) => {
                    if is_last {
                        return finished.then_some(text.len());
                    }
                }
                Search::Begins => self.search = Search::Inside(Block::begin(window, language, &line)?),
                Search::Inside(block) => match block.take(language, &line) {
                    Step::More => {}
                    Step::Ended => self.search = Search::Found(block.end),
                    Step::Unknown => return None,
                },
            }
            if is_last && let Search::Inside(block) = &self.search {
                return (finished || block.closed()).then_some(block.end);
            }
            self.read += if is_last { 0 } else { content.len() + 1 };
        }
    }
}

/// One line of the model's text.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    /// Whether no more text can be added to it.
    complete: bool,
}

impl Line<'_> {
    /// Whether the line goes on after something on the cursor's line.
    fn begins_in(&self, window: &Window) -> bool {
        self.start == 0 && !line::is_blank(window.line_before()) && !self.text.is_empty()
    }
}

enum Step {
    More,
    Ended,
    Unknown,
}

/// The block as far as it has been read.
#[derive(Debug)]
struct Block {
    /// Columns of the line the block starts on.
    base: usize,
    /// Whether all statements at `base` belong to it: the body of something just opened.
    body: bool,
    /// Columns of the line whose bracket opened the body, where nothing closes it yet.
    owes_closer_at: Option<usize>,
    /// How many closing brackets stand right of the cursor, if they are all, and the columns of the cursor's line.
    closers: Option<(usize, usize)>,
    /// Brackets open since the cursor.
    depth: i32,
    /// Whether the last line opened a block that goes by indentation.
    opened: bool,
    /// Whether the last line says that nothing follows it.
    terminated: bool,
    lines: usize,
    end: usize,
}

impl Block {
    /// `None` when the first line is not complete yet.
    fn begin(window: &Window, language: &str, first: &Line<'_>) -> Option<Self> {
        if !first.complete {
            return None;
        }
        let on_cursor_line = first.start == 0;
        let whole = if on_cursor_line { format!("{}{}", window.line_before(), first.text) } else { first.text.into() };
        let shape = line::shape(&whole, language);
        let after = if on_cursor_line { line::shape(window.line_after(), language).net } else { 0 };
        let base = line::indent(&whole);
        let opener = body_opener(window, language, base, on_cursor_line);
        Some(Self {
            base,
            body: opener.is_some(),
            owes_closer_at: opener.filter(|opener| owes_closer(window, language, opener)).map(line::indent),
            closers: closers(window).filter(|_| !on_cursor_line),
            depth: (shape.net + after).max(0),
            opened: shape.opens,
            // What closes the line behind the cursor closes the statement.
            terminated: whole.trim_end().ends_with([';', ',']) || !line::is_blank(window.line_after()),
            lines: 1,
            end: first.end,
        })
    }

    fn take(&mut self, language: &str, line: &Line<'_>) -> Step {
        if self.lines >= MAX_LINES || self.closed() {
            return Step::Ended;
        }
        if line::is_blank(line.text) {
            return match (line.complete, self.inside()) {
                (false, _) => Step::Unknown,
                (true, true) => Step::More,
                (true, false) => Step::Ended,
            };
        }
        let indent = line::indent(line.text);
        let shape = line::shape(line.text, language);
        let owed = self.owes_closer_at == Some(indent);
        if shape.closes && self.depth == 0 && (owed || self.goes_past_closers(line.text, indent, shape.net)) {
            return self.close_body(line);
        }
        if !line.complete && language::syntax(language).may_close(line.text.trim_start()) {
            // It may become `else` or `end`, and go on with the block.
            return Step::Unknown;
        }
        if !self.belongs(indent, &shape, line.text) {
            return Step::Ended;
        }
        if !line.complete {
            return Step::Unknown;
        }
        self.add(line, indent, shape)
    }

    /// Whether a line closes the brackets that are closed right of the cursor, and says more: it takes their place.
    fn goes_past_closers(&self, text: &str, indent: usize, net: i32) -> bool {
        self.closers.is_some_and(|(closers, at)| at == indent && -net == closers as i32 && text.trim().len() > closers)
    }

    /// The line that closes the bracket in front of the body.
    fn close_body(&mut self, line: &Line<'_>) -> Step {
        if !line.complete {
            return Step::Unknown;
        }
        self.end = line.end;
        Step::Ended
    }

    fn belongs(&self, indent: usize, shape: &Shape, text: &str) -> bool {
        if indent > self.base {
            return self.inside() || self.body || text.trim_start().starts_with(['.', '?', '&', '|', '+']);
        }
        if self.depth > 0 {
            return shape.closes || indent == self.base;
        }
        indent == self.base && (self.body || (self.opened && shape.closes))
    }

    fn add(&mut self, line: &Line<'_>, indent: usize, shape: Shape) -> Step {
        self.lines += 1;
        self.end = line.end;
        self.depth = (self.depth + shape.net).max(0);
        self.opened = if indent > self.base { self.opened || shape.opens } else { shape.opens };
        self.terminated = line.text.trim_end().ends_with([';', ',']);
        let closed_by_sign = indent <= self.base && shape.closes && !shape.opens && self.depth == 0;
        if closed_by_sign && !self.body { Step::Ended } else { Step::More }
    }

    /// Whether an open bracket or an opened block says that more must come.
    fn inside(&self) -> bool {
        self.depth > 0 || self.opened
    }

    /// Whether no following line could belong to it.
    fn closed(&self) -> bool {
        !self.body && !self.inside() && self.terminated
    }
}

/// The line that opens the body of which a line of `base` columns at the cursor is the first: the line above it, if no
/// line of that body stands below.
fn body_opener<'a>(window: &'a Window, language: &str, base: usize, on_cursor_line: bool) -> Option<&'a str> {
    let above = if on_cursor_line && line::is_blank(window.line_before()) {
        window.lines_above().find(|line| !line::is_blank(line))
    } else if on_cursor_line {
        None
    } else {
        Some(window.line_before()).filter(|line| !line::is_blank(line))
    };
    let opens = |above: line::Scanned| above.shape().opens || above.begins_block();
    let above = above.filter(|above| line::indent(above) < base && opens(line::scanned(above, language)))?;
    let below = window.lines_below().find(|line| !line::is_blank(line));
    below.is_none_or(|below| line::indent(below) < base).then_some(above)
}

fn closers(window: &Window) -> Option<(usize, usize)> {
    let closers = window.line_after().trim();
    let is_all = !closers.is_empty() && closers.chars().all(|c| matches!(c, ')' | ']' | '}'));
    is_all.then(|| (closers.len(), line::indent(window.line_before())))
}

/// Whether the bracket that `opener` opens is closed neither behind the cursor nor by the next line.
fn owes_closer(window: &Window, language: &str, opener: &str) -> bool {
    let net = |text: &str| line::shape(text, language).net;
    let below = window.lines_below().find(|line| !line::is_blank(line)).unwrap_or_default();
    let closed_below = line::indent(below) == line::indent(opener) && line::shape(below, language).closes;
    net(opener) + net(window.line_after()) > 0 && !closed_below
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `marked` holds `<cursor>`; `reply` is what the model writes there, `|` in it is where the block ends.
    #[track_caller]
    fn check(language: &str, marked: &str, reply: &str) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        let (text, expected) = (reply.replacen('§', "", 1), reply.find('§'));
        assert_eq!(end(&window, language, &text, false), expected, "in {text:?}");
        let whole = end(&window, language, &text, true);
        assert_eq!(whole, expected.or(Some(text.trim_end().len())), "finished, in {text:?}");
    }

    #[test]
    fn a_statement_ends_with_its_line() {
        check("rust", "let x = <cursor>\n", "foo();§\nlet y");
        check("rust", "    foo.b<cursor>\n}\n", "ar();§\n");
        check("python", "x = <cursor>", "1§\ny = 2\n");
    }

    #[test]
    fn a_line_that_could_go_on_waits_for_the_next() {
        check("python", "x = <cursor>", "1");
        check("python", "x = <cursor>", "1\n");
        check("rust", "let x = <cursor>\n", "foo()\n    .bar()\n    .baz();§\n");
    }

    #[test]
    fn an_opened_block_is_taken_to_its_end() {
        check("rust", "<cursor>", "fn f() {\n    a();\n\n    b();\n}§\n\nfn g() {\n");
        check("rust", "    if <cursor>\n", "x {\n        a();\n    } else {\n        b();\n    }§\n    c();\n");
        check("python", "def <cursor>", "f(x):\n    if x:\n        return 1\n    return 2§\n\n\nf(1)");
        check("python", "    if <cursor>", "x:\n        a\n    else:\n        b§\n    c");
        check("lua", "<cursor>", "if x then\n  a()\nend§\nb()");
        check("javascript", "foo(<cursor>", "{\n  a: 1,\n});§\nbar();");
    }

    #[test]
    fn an_open_block_is_not_complete() {
        check("rust", "<cursor>", "fn f() {\n    a();\n    b");
        check("rust", "<cursor>", "fn f() {\n    a();\n}");
    }

    #[test]
    fn an_empty_body_is_filled_as_a_whole() {
        check("rust", "fn f() {\n    <cursor>\n}\n", "a();\n    b();\n    if c {\n        d();\n    }\n    e();§\n}\n");
        check("python", "def f(x):\n    <cursor>\n", "y = x\n    return y§\n\ndef g");
        check("rust", "fn f() {<cursor>}\n", "\n    a();\n    b();§\n}\n");
    }

    #[test]
    fn a_body_that_nothing_closes_is_closed() {
        check("rust", "fn f() {<cursor>\n", "\n    a();\n    b();\n}§\n\nfn g() {\n");
        check("rust", "fn f() {\n    <cursor>\n", "a();\n    b();\n}§\nfn g() {\n");
        check("rust", "fn f() {\n    <cursor>\n}\n", "a();§\n}\n");
        check("rust", "fn f() {\n    if x {<cursor>\n}\n", "\n        a();\n    }§\n}\n");
    }

    #[test]
    fn a_line_that_goes_past_the_closers_right_of_the_cursor_takes_their_place() {
        check("javascript", "on(() => {<cursor>})\n", "\n  a();\n}, []);§\nb();");
        check("javascript", "on(() => {<cursor>})\n", "\n  a();§\n})\nb();");
    }

    #[test]
    fn among_other_statements_one_is_enough() {
        check("rust", "fn f() {\n    <cursor>\n    z();\n}\n", "a();§\n    b();\n");
        check("rust", "fn f() {\n    z();\n    <cursor>\n}\n", "a();§\n    b();\n");
    }

    #[test]
    fn nothing_is_torn_apart_in_the_middle_of_a_line() {
        check("rust", "let x = <cursor> + 1;\n", "foo§\nlet y = 2;");
        check("rust", "foo(<cursor>);\n", "a, b§\n");
        check("rust", "foo(<cursor>);\n", "|x| {\n    y\n}§\nbar");
    }

    #[test]
    fn a_leading_line_break_belongs_to_the_block() {
        check("rust", "foo();<cursor>\n", "\nbar();§\nbaz();");
    }

    #[test]
    fn very_long_blocks_come_in_parts() {
        let body: String = (0..40).map(|n| format!("    line_{n}();\n")).collect();
        let (first, rest) = body.split_at(body.match_indices('\n').nth(MAX_LINES - 2).expect("lines").0);
        check("rust", "<cursor>", &format!("fn f() {{\n{first}§{rest}}}\n"));
    }
}
