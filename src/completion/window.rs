//! The window: prefix and suffix cut out of a document around the cursor.
//!
//! The model's endpoint caches prompts by their beginning, and codestral puts the suffix first. So the outer edges of
//! both halves stand on line starts and move in steps: while someone types, the suffix stays the same to the byte and
//! the prefix only grows at its end.

use ropey::Rope;

use crate::text::boundary;
use crate::text::line_break::slice_to_lf;

/// How much text goes to the model, in bytes of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The most before the cursor.
    pub prefix: usize,
    /// The most after the cursor.
    pub suffix: usize,
}

/// An edge moves by a quarter of its budget at a time: on average an eighth of the budget is given up for edges that
/// rest for a thousand keystrokes.
const STEPS_IN_BUDGET: usize = 4;

/// Typing on in a line of up to so many bytes moves no edge: the prefix's budget is kept for all of them from the line's
/// start on. Few lines of code are longer.
const LINE: usize = 256;

/// The text around one cursor, with LF line ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Window {
    /// The text before the cursor, from the start of a line.
    pub prefix: String,
    /// The text after the cursor, to the end of a line.
    pub suffix: String,
    /// Whether `prefix` reaches back to the start of the document.
    pub from_start: bool,
    /// Whether `suffix` reaches the end of the document.
    pub to_end: bool,
}

impl Window {
    /// Cuts the window around the byte offset `cursor`, which lies on a character boundary.
    ///
    /// A half that holds no line edge within its budget is cut inside the line, on a character boundary.
    pub fn cut(text: &Rope, cursor: usize, budget: Budget) -> Self {
        let Bounds { start, cursor, end } = Bounds::around(text, cursor, budget);
        Self {
            prefix: slice_to_lf(text, start..cursor),
            suffix: slice_to_lf(text, cursor..end),
            from_start: start == 0,
            to_end: end == text.len_bytes(),
        }
    }

    /// The cursor's line up to the cursor.
    pub fn line_before(&self) -> &str {
        self.prefix.rsplit('\n').next().unwrap_or_default()
    }

    /// The cursor's line from the cursor on, without its line break.
    pub fn line_after(&self) -> &str {
        self.suffix.split('\n').next().unwrap_or_default()
    }

    /// The lines above the cursor's, the nearest first.
    pub fn lines_above(&self) -> impl Iterator<Item = &str> + Clone {
        self.prefix.rsplit('\n').skip(1)
    }

    /// The lines below the cursor's.
    pub fn lines_below(&self) -> impl Iterator<Item = &str> + Clone {
        self.suffix.split('\n').skip(1)
    }

    /// Whether the cursor stands between two characters of one word.
    pub fn mid_word(&self) -> bool {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        self.prefix.chars().next_back().is_some_and(word) && self.suffix.chars().next().is_some_and(word)
    }

    /// The window after `typed` was written at the cursor.
    pub fn after_typing(&self, typed: &str) -> Self {
        Self { prefix: format!("{}{typed}", self.prefix), ..self.clone() }
    }
}

/// Where a window begins, is divided and ends, in bytes of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The prefix's start.
    pub start: usize,
    /// The prefix's end and the suffix's start.
    pub cursor: usize,
    /// The suffix's end.
    pub end: usize,
}

impl Bounds {
    /// See [`Window::cut`].
    pub fn around(text: &Rope, cursor: usize, budget: Budget) -> Self {
        let cursor = cursor.min(text.len_bytes());
        let (start, end) = (start_edge(text, cursor, budget.prefix), end_edge(text, cursor, budget.suffix));
        Self { start, cursor, end }
    }
}

/// Where the prefix begins: a line start at or after the first step within the budget, the same for all of a line.
fn start_edge(text: &Rope, cursor: usize, budget: usize) -> usize {
    let step = (budget / STEPS_IN_BUDGET).max(1);
    let line = text.line_to_byte(text.byte_to_line(cursor));
    let line_end = line + (cursor - line).next_multiple_of(step.min(LINE)).max(step.min(LINE));
    if line_end <= budget {
        return 0;
    }
    let from = (line_end - budget).next_multiple_of(step).min(cursor);
    let line = text.byte_to_line(from);
    let start = text.line_to_byte(line);
    let next = if start == from { start } else { line_start(text, line + 1) };
    if next <= cursor && start != text.line_to_byte(text.byte_to_line(cursor)) {
        next
    } else {
        boundary::floor(text, from)
    }
}

/// Where the suffix ends: steps are counted from the end of the document, which typing at the cursor does not move.
fn end_edge(text: &Rope, cursor: usize, budget: usize) -> usize {
    let length = text.len_bytes();
    if length - cursor <= budget {
        return length;
    }
    let step = (budget / STEPS_IN_BUDGET).max(1);
    let left_out = (length - cursor - budget).next_multiple_of(step);
    let to = length.saturating_sub(left_out).max(cursor);
    let start = text.line_to_byte(text.byte_to_line(to));
    if start > cursor { start } else { boundary::floor(text, to) }
}

fn line_start(text: &Rope, line: usize) -> usize {
    text.try_line_to_byte(line).unwrap_or(text.len_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SMALL: Budget = Budget { prefix: 16, suffix: 8 };

    fn at(marked: &str, budget: Budget) -> Window {
        let cursor = marked.find("<cursor>").expect("the text has a <cursor>");
        Window::cut(&Rope::from_str(&marked.replacen("<cursor>", "", 1)), cursor, budget)
    }

    #[track_caller]
    fn check(marked: &str, prefix: &str, suffix: &str) {
        let window = at(marked, SMALL);
        assert_eq!((window.prefix.as_str(), window.suffix.as_str()), (prefix, suffix));
    }

    #[test]
    fn a_small_text_is_taken_whole() {
        check("a\nb<cursor>c\n", "a\nb", "c\n");
        check("<cursor>", "", "");
        check("<cursor>abc", "", "abc");
        check("abc<cursor>", "abc", "");
    }

    #[test]
    fn edges_stand_on_line_starts() {
        check("1111\n2222\n3333\n4444\n5555<cursor>6\n7777\n8888\n", "3333\n4444\n5555", "6\n7777\n");
    }

    #[test]
    fn a_line_longer_than_the_budget_is_cut_inside() {
        let window = at(&format!("{}<cursor>{}", "é".repeat(40), "é".repeat(40)), SMALL);
        assert!(window.prefix.len() <= 16 && window.prefix.len() >= 8, "{window:?}");
        assert!(window.suffix.len() <= 8 && !window.suffix.is_empty(), "{window:?}");
    }

    #[test]
    fn every_line_end_becomes_lf() {
        check("a\r\nb<cursor>c\rd", "a\nb", "c\nd");
    }

    #[test]
    fn the_edges_rest_while_someone_types() {
        let lines: String = (0..2000).map(|n| format!("line number {n}\n")).collect();
        let (mut text, budget) = (Rope::from_str(&lines), Budget { prefix: 6144, suffix: 2048 });
        let mut cursor = 16_000;
        let first = Window::cut(&text, cursor, budget);
        let mut starts = vec![];
        for _ in 0..3000 {
            text.insert_char(text.byte_to_char(cursor), 'x');
            cursor += 1;
            let window = Window::cut(&text, cursor, budget);
            assert_eq!(window.suffix, first.suffix);
            starts.push(cursor - window.prefix.len());
        }
        starts.dedup();
        assert!(starts.len() <= 3, "the start moved {} times in 3000 keys", starts.len());
    }

    #[test]
    fn the_edges_rest_in_each_line_of_a_text_that_is_written() {
        let (mut text, budget) = (Rope::new(), Budget { prefix: 2048, suffix: 1024 });
        for line in 0..300 {
            let start = text.len_bytes();
            let mut starts = vec![];
            for typed in 0..40 + line % 60 {
                text.insert_char(text.len_chars(), if typed % 7 == 0 { ' ' } else { 'x' });
                starts.push(Bounds::around(&text, text.len_bytes(), budget).start);
            }
            starts.dedup();
            assert_eq!(starts.len(), 1, "the start moved in the line at {start}");
            text.insert_char(text.len_chars(), '\n');
        }
    }

    #[test]
    fn the_cursor_line_is_known() {
        let window = at("one\n  two<cursor>(x)\nthree\n", Budget { prefix: 99, suffix: 99 });
        assert_eq!((window.line_before(), window.line_after()), ("  two", "(x)"));
        assert_eq!(window.lines_above().next(), Some("one"));
        assert_eq!(window.lines_below().next(), Some("three"));
    }

    proptest! {
        #[test]
        fn a_window_is_the_text_around_the_cursor(text in "[a-cé😀\n]{0,80}", at in 0..90usize, prefix in 0..40usize, suffix in 0..40usize) {
            let rope = Rope::from_str(&text);
            let cursor = boundary::floor(&rope, at.min(text.len()));
            let window = Window::cut(&rope, cursor, Budget { prefix, suffix });
            prop_assert!(text[..cursor].ends_with(&window.prefix) && window.prefix.len() <= prefix + 3);
            prop_assert!(text[cursor..].starts_with(&window.suffix) && window.suffix.len() <= suffix);
            prop_assert_eq!(window.from_start, window.prefix.len() == cursor);
            prop_assert_eq!(window.to_end, window.suffix.len() == text.len() - cursor);
        }
    }
}
