//! The indentation of a reply's lines, in the file's own way: tabs or blanks, its own step, and not all one step too
//! deep. What is deeper than another line stays so.

use super::leading_whitespace;
use super::surroundings::{self, HERE_DOCUMENT, Style};
use crate::text::indentation::DEFAULT_UNIT;
use crate::text::language::{self, Extent};
use crate::text::line::{self, Scanned, Tail};

/// Steps of indentation that models write.
const STEPS: [usize; 3] = [2, 4, 8];

/// The lines of one reply, in order.
#[derive(Debug)]
pub struct Lines {
    style: Style,
    /// The line before the next one.
    above: Option<Above>,
    /// Columns by which all lines are too deep; known from the second line on.
    shift: Option<isize>,
    /// The step of the reply, where it differs from that of the file.
    step: Option<usize>,
    /// Columns at which the lines begin to count by the reply's step.
    base: usize,
    /// What closes the multi-line string the lines stand in.
    verbatim: Option<&'static str>,
}

#[derive(Debug)]
struct Above {
    columns: usize,
    opens: bool,
    complete: bool,
    /// Whether the person wrote it, and the reply begins on the line after it.
    ends_cursor_line: bool,
}

impl Lines {
    /// Before the first line, the text on the cursor's line above it being `before` in a text of this style.
    pub fn new(style: Style) -> Self {
        Self { style, above: None, shift: None, step: None, base: 0, verbatim: None }
    }

    /// The cursor stands in a multi-line string that this mark closes.
    pub fn in_string(&mut self, closing: &'static str) {
        self.verbatim = Some(closing);
    }

    /// The white space at which a line should begin that the model begins with `white`, then `text`.
    pub fn white(&mut self, white: &str, text: &str, id: &str) -> String {
        if self.verbatim.is_some() || !is_code(id) {
            return white.to_owned();
        }
        let raw = self.columns(white);
        let columns = self.own(raw, text);
        let shift = *self.shift.get_or_insert_with(|| shift(self.above.as_ref(), self.style, columns, text, id));
        let right = columns.saturating_add_signed(-shift);
        // Where the reply indents nothing, what closes a block stands where its lines stand.
        let is_flat = self.above.as_ref().is_some_and(|above| !above.opens && above.columns == right);
        let closes = shift < 0 && is_flat && text.starts_with(['}', ')', ']']);
        let right = if closes { right.saturating_sub(self.style.step.unwrap_or_default()) } else { right };
        let foreign = match self.style.tabs {
            Some(true) => white.contains(' '),
            Some(false) => white.contains('\t'),
            None => false,
        };
        if right == raw && !foreign { white.to_owned() } else { self.style.white(right) }
    }

    /// Takes the cursor's line, to which the reply adds nothing: it begins on the next one.
    pub fn take_cursor_line(&mut self, text: &str, id: &str) {
        self.take(text, id, false);
        if let Some(above) = &mut self.above {
            above.ends_cursor_line = true;
        }
    }

    /// Takes the cursor's line, which goes on with a statement that begins above it: it says nothing of the next one.
    pub fn take_continuation(&mut self, text: &str, id: &str) {
        self.take(text, id, false);
        self.above = None;
        self.shift = self.shift.or(Some(0));
    }

    /// Takes a line that is complete, as it is shown; the first is that of the cursor, with what stands before it.
    pub fn take(&mut self, text: &str, id: &str, more_like_it: bool) {
        let line = line::scanned(text, id);
        self.verbatim = verbatim_after(self.verbatim, text, id, line.tail);
        if line::is_blank(text) {
            return;
        }
        let opens = surroundings::opens(&line) || is_header(&line, id);
        let complete = !opens && surroundings::completes(&line, id, more_like_it);
        // A line that closes what an earlier one opened stands where its arguments stand, not where its statement does.
        let closes_earlier = line.net() < 0 && !text.trim_start().starts_with(['}', ')', ']']);
        if closes_earlier {
            self.above = None;
            self.shift = self.shift.or(Some(0));
            return;
        }
        self.above = Some(Above { columns: line::indent(text), opens, complete, ends_cursor_line: false });
    }

    /// The columns of `white`, by the reply's own step where it writes the other kind of white space.
    fn columns(&mut self, white: &str) -> usize {
        let blanks = white.bytes().filter(|byte| *byte == b' ').count();
        let tabs = white.len() - blanks;
        match self.style.tabs {
            Some(true) if tabs == 0 && blanks > 1 => {
                let step = *self.step.get_or_insert_with(|| step_of(self.above.as_ref(), DEFAULT_UNIT, blanks));
                blanks / step * DEFAULT_UNIT + blanks % step
            }
            Some(false) => tabs * self.style.step.unwrap_or(DEFAULT_UNIT) + blanks,
            _ => line::indent(white),
        }
    }

    /// Columns in a file that indents by blanks, by its own step, of a line that goes on with `text`.
    fn own(&mut self, columns: usize, text: &str) -> usize {
        let (Some(own), Some(above)) = (self.style.step, &self.above) else { return columns };
        if self.style.tabs == Some(true) {
            return columns;
        }
        if self.shift.is_none() && self.step.is_none() && above.opens {
            let deeper = columns.saturating_sub(above.columns);
            // Twice the step is more often another habit than a mistake; other differences are mistakes.
            let from_margin = (above.columns / own + 1) * 2 * own;
            if deeper != own && ((own == 2 && deeper == 4) || (own == 4 && deeper == 2)) {
                (self.step, self.base) = (Some(deeper), above.columns);
            } else if own == 2 && columns == from_margin {
                (self.step, self.base) = (Some(2 * own), 0);
            }
        }
        match self.step {
            Some(step) if columns > self.base => {
                let deeper = columns - self.base;
                if !deeper.is_multiple_of(step) && text.starts_with(['}', ')', ']']) {
                    // It was no other step, but all lines a step too deep.
                    return columns - own.min(deeper);
                }
                self.base + deeper / step * own + deeper % step
            }
            _ => columns,
        }
    }
}

/// Languages in which a line's indentation follows from the line above it.
fn is_code(id: &str) -> bool {
    !language::is_prose(id) && !matches!(id, "makefile" | "haskell" | "elm" | "lisp" | "clojure" | "scheme")
}

/// The step by which `blanks` fit the line above.
fn step_of(above: Option<&Above>, own: usize, blanks: usize) -> usize {
    let level = above.map_or(1, |above| above.columns / own + usize::from(above.opens || !above.complete)).max(1);
    let step = blanks / level;
    if blanks.is_multiple_of(level) && STEPS.contains(&step) { step } else { DEFAULT_UNIT }
}

/// By how many columns a line is deeper than the line above it allows.
fn shift(above: Option<&Above>, style: Style, columns: usize, text: &str, id: &str) -> isize {
    let Some(above) = above else { return 0 };
    if above.opens {
        let closes = line::shape(text, id).closes;
        let is_margin = leading_whitespace::stands_at_margin(text) || (columns == 0 && matches!(id, "c" | "cpp"));
        if columns <= above.columns && !closes && !is_margin {
            // Without a step to go by, what is indented counts from the line above.
            let step = style.step.unwrap_or(columns);
            return if step == 0 { 0 } else { columns as isize - (above.columns + step) as isize };
        }
        if closes && columns < above.columns && text.starts_with(['}', ')', ']']) {
            return columns as isize - above.columns as isize;
        }
        let Some(step) = style.step.filter(|_| !closes) else { return 0 };
        return columns.saturating_sub(above.columns + step) as isize;
    }
    // On a line of its own behind a statement, only a language that goes by indentation says that it is too deep.
    let is_bound = !above.ends_cursor_line || language::syntax(id).indented;
    if !above.complete || !is_bound || surroundings::goes_on(text, id) || id == "yaml" {
        return 0;
    }
    // Where brackets close blocks, no line but a closing one leaves a block.
    let leaves = !language::syntax(id).semicolons
        || columns == 0
        || line::shape(text, id).closes
        || leading_whitespace::stands_at_margin(text);
    let deeper = columns as isize - above.columns as isize;
    if leaves { deeper.max(0) } else { deeper }
}

/// Whether a line announces a statement on the next one: `if (a)`, `else`.
fn is_header(line: &Scanned, id: &str) -> bool {
    let code = line.code.trim();
    let word = code.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_braced = matches!(
        id,
        "c" | "cpp" | "csharp" | "java" | "javascript" | "javascriptreact" | "typescript" | "typescriptreact" | "php"
    );
    is_braced && (code == "else" || (matches!(word, "if" | "for" | "while") && code.ends_with(')')))
}

/// What closes the multi-line string in which `text` ends, if it does.
fn verbatim_after(open: Option<&'static str>, text: &str, id: &str, tail: Tail) -> Option<&'static str> {
    let (rest, tail) = match open {
        // What follows a here-document stays as it is.
        Some(HERE_DOCUMENT) => return open,
        Some(close) => match end_of(text, close) {
            Some(end) => (&text[end..], line::tail(&text[end..], id)),
            None => return open,
        },
        None => (text, tail),
    };
    let here_document = || surroundings::here_document(rest, id).map(|_| HERE_DOCUMENT);
    let by_quote = || {
        let Tail::String(quote) = tail else { return None };
        let mut strings = language::syntax(id).strings.iter();
        let mark = strings.find(|mark| mark.open.chars().eq([quote]) && mark.extent == Extent::Lines)?;
        Some(mark.close)
    };
    surroundings::long_string(rest, id).or_else(by_quote).or_else(here_document)
}

/// Where `close` ends in `text`, unless a backslash stands before it.
fn end_of(text: &str, close: &str) -> Option<usize> {
    text.match_indices(close).find(|(at, _)| !text[..*at].ends_with('\\')).map(|(at, _)| at + close.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `first` is the cursor's line as it is shown.
    #[track_caller]
    fn check(id: &str, style: Style, first: &str, reply: &str, expected: &str) {
        let mut lines = Lines::new(style);
        lines.take(first, id, false);
        let shown: Vec<String> = reply
            .split('\n')
            .map(|text| {
                let trimmed = text.trim_start();
                let white = lines.white(&text[..text.len() - trimmed.len()], trimmed, id);
                let shown = format!("{white}{trimmed}");
                lines.take(&shown, id, false);
                shown
            })
            .collect();
        assert_eq!(shown.join("\n"), expected, "{reply:?}");
    }

    const FOUR: Style = Style { tabs: Some(false), step: Some(4) };
    const TWO: Style = Style { tabs: Some(false), step: Some(2) };
    const TABS: Style = Style { tabs: Some(true), step: Some(4) };

    #[test]
    fn tabs_and_blanks_are_those_of_the_file() {
        check("go", TABS, "\tif a {", "        b()\n    }", "\t\tb()\n\t}");
        check("go", TABS, "\tif a {", "    b()\n  }", "\t\tb()\n\t}");
        check("rust", FOUR, "    if a {", "\t\tb();\n\t}", "        b();\n    }");
        check("python", TABS, "def f():", "    b = 1\n    return b", "\tb = 1\n\treturn b");
    }

    #[test]
    fn the_step_is_that_of_the_file() {
        check("python", TWO, "def f():", "    for x in y:\n        a(x)", "  for x in y:\n    a(x)");
        check("typescript", TWO, "  c: {", "        d: 1,\n    },", "    d: 1,\n  },");
        check("rust", FOUR, "fn f() {", "  if a {\n    b();\n  }\n}", "    if a {\n        b();\n    }\n}");
    }

    #[test]
    fn lines_that_are_too_deep_are_moved_together() {
        check(
            "python",
            FOUR,
            "    a()",
            "        if b:\n            c()\n        d()",
            "    if b:\n        c()\n    d()",
        );
        check("python", FOUR, "    if a:", "    b()\nc()", "        b()\n    c()");
        check("typescript", TWO, "    b({", "c: 1,\n});", "      c: 1,\n    });");
        check("java", FOUR, "        a();", "    b();\n    c();", "        b();\n        c();");
        check("java", FOUR, "        a();", "    case 2:\n        c();", "    case 2:\n        c();");
        check("javascript", TWO, "  const x = 1;", "   const y = 2;", "  const y = 2;");
        check("c", FOUR, "    if (a)", "            b();\n        c();", "        b();\n    c();");
    }

    #[test]
    fn what_goes_on_keeps_its_place() {
        check("rust", FOUR, "    let a = b", "        .c()\n        .d();", "        .c()\n        .d();");
        check("python", FOUR, "    x = f(a,", "          b)", "          b)");
        check("python", FOUR, "    s = \"\"\"", "a\n  b\n\"\"\"", "a\n  b\n\"\"\"");
        check("cpp", FOUR, "    int x = a", "            + b;", "            + b;");
    }
}
