//! When a stream has given enough. Tokens not generated are tokens not paid for.

use super::filter::{self, Growing};
use super::{
    Window,
    agreement::Agreement,
    block::{self, BlockFinder},
};
use crate::text::line;

/// How much of a reply is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// The most lines, the cursor's included.
    pub lines: usize,
    /// Lines past the block that is shown, so that accepting it finds the next ones waiting.
    pub ahead: usize,
}

impl Reach {
    /// Asked for by hand: the whole block, as far as one is ever shown.
    pub const INVOKED: Self = Self { lines: block::MAX_LINES + 1, ahead: 1 };

    /// One of several to choose from: its block and nothing more.
    pub const BLOCK: Self = Self { lines: block::MAX_LINES + 1, ahead: 0 };

    /// While typing. By the replay bench (30 % of lines not guessable) 4 lines show the right line as often as 6, and 4 %
    /// more suggestions are right as a whole. With no line past the block 2 % fewer are.
    pub const OPEN: Self = Self { lines: 4, ahead: 1 };

    /// Where the last suggestion was not what was meant, the next is a guess too: its first line is read, no more. By
    /// the replay bench that saves a sixth of all tokens; typing it along asks for the rest in time.
    const DOUBTED: Self = Self { lines: 1, ahead: 0 };

    /// How much of a reply asked for while typing is read.
    pub fn of(agreement: Agreement) -> Self {
        match agreement {
            Agreement::Unknown | Agreement::Followed => Self::OPEN,
            Agreement::Slipped | Agreement::Diverged => Self::DOUBTED,
        }
    }
}

/// Why a stream is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enough {
    /// All that is wanted now has come; what would follow may be wanted later.
    Reached,
    /// What follows is of no use here.
    Over,
}

/// A reply is not worth reading past this many bytes, whatever its shape.
pub const MOST_BYTES: usize = 8192;

/// Watches a reply grow until enough has come. Each byte is looked at a bounded number of times, whatever the pieces.
#[derive(Debug)]
pub struct Watch {
    reach: Reach,
    block: BlockFinder,
    /// Where the last line starts.
    read: usize,
    /// Lines with anything on them that can grow no more.
    lines: usize,
    /// Of these, how many are the first lines of the suffix: the last ones.
    repeated: usize,
}

impl Watch {
    /// Nothing has come yet; `reach` is wanted.
    pub fn new(reach: Reach) -> Self {
        Self { reach, block: BlockFinder::default(), read: 0, lines: 0, repeated: 0 }
    }

    /// Whether `reply` has said all that can be used.
    pub fn enough(&mut self, reply: &Growing) -> Option<Enough> {
        if reply.is_over() || reply.raw().len() >= MOST_BYTES {
            return Some(Enough::Over);
        }
        // Within a line, little can be told that was not told before.
        if !reply.is_news() {
            let last = reply.text().get(self.read..).unwrap_or_default();
            return filter::line_in_loop(last).then_some(Enough::Over);
        }
        self.enough_of(reply.window(), reply.language(), reply.text())
    }

    /// Whether `text`, what the stream has said so far at the window's cursor, is all that can be used.
    fn enough_of(&mut self, window: &Window, language: &str, text: &str) -> Option<Enough> {
        if text.len() >= MOST_BYTES || self.is_useless(window, text) {
            return Some(Enough::Over);
        }
        if let Some(end) = self.block.end(window, language, text, false) {
            if !line::is_inert(window.line_after()) || leaves_scope(window, text, end) {
                return Some(Enough::Over);
            }
            if text[end..].matches('\n').count() > self.reach.ahead {
                return Some(Enough::Reached);
            }
        }
        (self.lines >= self.reach.lines).then_some(Enough::Reached)
    }

    /// Counts the lines that are complete now; whether they repeat themselves, or the suffix.
    fn is_useless(&mut self, window: &Window, text: &str) -> bool {
        while let Some((line, rest)) = text.get(self.read..).and_then(|rest| rest.split_once('\n')) {
            let is_blank = line::is_blank(line);
            let counts = if self.read == 0 {
                !is_blank || (!line.is_empty() && !line::is_blank(window.line_before()))
            } else {
                !is_blank
            };
            self.lines += usize::from(counts);
            self.read = text.len() - rest.len();
            if is_blank {
                continue;
            }
            if self.repeats_suffix(window, line) || filter::lines_in_loop(&text[..self.read]) {
                return true;
            }
        }
        filter::line_in_loop(text.get(self.read..).unwrap_or_default())
    }

    /// Whether the lines up to `line` are those of the suffix. One may come again, such as an attribute or `if err {`;
    /// two do not, nor does the last one. Short lines such as `}` come too often.
    fn repeats_suffix(&mut self, window: &Window, line: &str) -> bool {
        const LEAST_BYTES: usize = 6;
        let mut below =
            window.lines_below().filter(|line| !line::is_blank(line)).skip(self.repeated).map(str::trim_end);
        let is_next = |below: Option<&str>| below.is_some_and(|below| below == line.trim_end());
        if !is_next(below.next()) || (self.repeated == 0 && line.trim().len() < LEAST_BYTES) {
            self.repeated = 0;
            return false;
        }
        self.repeated += 1;
        self.repeated > 1 || below.next().is_none()
    }
}

/// Whether a line after the block is less indented than the block: what follows belongs to another place.
fn leaves_scope(window: &Window, text: &str, end: usize) -> bool {
    let line_before = window.line_before();
    let base = if line::is_blank(line_before) {
        text.split('\n').find(|line| !line::is_blank(line)).map_or(0, line::indent).max(line::indent(line_before))
    } else {
        line::indent(line_before)
    };
    // The last line may still be growing; its indentation is known once anything stands on it.
    text[end..].split('\n').skip(1).any(|line| !line::is_blank(line) && line::indent(line) < base)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Streams `reply` by characters and draws `§` where the stream is reset.
    #[track_caller]
    fn check(marked: &str, reply: &str) {
        check_within(Reach::OPEN, marked, reply);
    }

    #[track_caller]
    fn check_within(reach: Reach, marked: &str, reply: &str) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        let text = reply.replacen('§', "", 1);
        let stops = (0..=text.len()).filter(|at| text.is_char_boundary(*at));
        let mut watch = Watch::new(reach);
        let at = stops.into_iter().find(|at| watch.enough_of(&window, "rust", &text[..*at]).is_some());
        let drawn = at.map_or(text.clone(), |at| format!("{}§{}", &text[..at], &text[at..]));
        assert_eq!(drawn, reply);
    }

    #[test]
    fn a_line_past_the_statement_is_read() {
        check("let x = <cursor>\n", "1;\nlet y = 2;\n§let z = 3;\n");
    }

    #[test]
    fn the_end_of_the_scope_is_the_end() {
        check("fn f() {\n    let x = <cursor>\n}\n", "1;\n}§\n\nfn g() {\n");
        check("fn f() {\n    <cursor>\n}\n", "a();\n    b();\n}§\n");
    }

    #[test]
    fn the_middle_of_a_line_takes_one_line() {
        check("foo(<cursor>, b);\n", "a\n§b\n");
    }

    #[test]
    fn the_suffix_is_not_read_again() {
        check("<cursor>\nlet tail = end();\n", "fn f() {\n    a();\nlet tail = end();\n§more\n");
    }

    #[test]
    fn a_loop_is_left() {
        check("<cursor>\n", "fn f() {\n    push(a);\n    push(a);\n    push(a);\n§    push(a);\n");
    }

    #[test]
    fn an_open_block_is_read_on_as_far_as_it_reaches() {
        check("<cursor>\n", "fn f() {\n    a();\n    b();\n");
        check("<cursor>\n", "fn f() {\n    a();\n\n    b();\n    c();\n§    d();\n");
    }

    #[test]
    fn in_doubt_one_line_is_read() {
        check_within(Reach::DOUBTED, "if <cursor>\n", "x {\n§    a();\n}\n");
        check_within(Reach::DOUBTED, "foo();<cursor>\n", "\nbar();\n§baz();\n");
        check_within(Reach::DOUBTED, "<cursor>\n", "\nlet x = 1;\n§let y = 2;\n");
    }

    #[test]
    fn what_is_over_is_told_from_what_could_go_on() {
        let window = Window { prefix: "foo(".into(), suffix: "x)\n".into(), ..Window::default() };
        let enough = |window: &Window, text: &str| Watch::new(Reach::OPEN).enough_of(window, "rust", text);
        assert_eq!(enough(&window, "a, \n"), Some(Enough::Over));
        let window = Window { prefix: "let x = ".into(), ..Window::default() };
        assert_eq!(enough(&window, "1;\nlet y = 2;\n"), Some(Enough::Reached));
    }

    proptest! {
        #[test]
        fn what_is_told_of_growing_text_is_told_of_all_of_it(
            at in 0..4usize,
            lines in proptest::collection::vec(
                prop::sample::select(vec![
                    "", "a();", "    b();", "        c(", "    }", "}", "if x {", "let y = 1;", "else {", "    .d()", "  ",
                    "let tail = end();",
                ]),
                0..20,
            ),
        ) {
            let places = ["<cursor>\nlet tail = end();\n", "fn f() {\n    <cursor>\n}\n", "f(<cursor>);", "f(<cursor>, b)"];
            let (prefix, suffix) = places[at].split_once("<cursor>").unwrap();
            let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
            let text = lines.join("\n");
            let (mut watch, mut finder) = (Watch::new(Reach::INVOKED), BlockFinder::default());
            for end in 1..=text.len() {
                let so_far = &text[..end];
                prop_assert_eq!(
                    finder.end(&window, "rust", so_far, false),
                    block::end(&window, "rust", so_far, false)
                );
                let grown = watch.enough_of(&window, "rust", so_far);
                prop_assert_eq!(grown, Watch::new(Reach::INVOKED).enough_of(&window, "rust", so_far), "{:?}", so_far);
                if grown.is_some() {
                    break;
                }
            }
        }
    }
}
