//! What the text around the cursor says of its own ways: its indentation, and what is expected at the cursor.

use memchr::memmem;

use crate::completion::Window;
use crate::text::indentation::DEFAULT_UNIT;
use crate::text::language::{self, StringMark};
use crate::text::line::{self, Scanned};

/// Lines above the cursor in which its own kind is looked for.
const LINES_ABOVE: usize = 60;

/// The widest step of indentation taken for one.
const WIDEST_STEP: usize = 8;

/// How the text around the cursor indents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether by tabs; `None` where no line, or both kinds of lines, say so.
    pub tabs: Option<bool>,
    /// Columns of one step, where a line that opens a block and the next one say so.
    pub step: Option<usize>,
}

impl Style {
    /// That of the window, in a language that may have one way for all.
    pub fn of(window: &Window, language: &str) -> Self {
        let style = Self::seen(window);
        // `gofmt` knows no other; a recipe in a Makefile needs its tab.
        let is_tabbed = style.tabs.is_none() && matches!(language, "go" | "makefile") && style.step.is_none();
        if is_tabbed { Self { tabs: Some(true), step: Some(DEFAULT_UNIT) } } else { style }
    }

    fn seen(window: &Window) -> Self {
        let (mut tabs, mut blanks) = (0_usize, 0_usize);
        let mut steps = [0_usize; WIDEST_STEP + 1];
        let mut above: Option<&str> = None;
        for text in window.prefix.split('\n').chain(window.lines_below()) {
            let indented = text.starts_with([' ', '\t']);
            tabs += usize::from(text.starts_with('\t'));
            blanks += usize::from(text.starts_with("  "));
            let is_cursor_line = indented && std::ptr::eq(text, window.line_before());
            if line::is_blank(text) && !is_cursor_line {
                continue;
            }
            let opener = above.filter(|above| above.trim_end().ends_with(['{', '(', '[', ':', '>', 'n', 'o']));
            if let Some(above) = opener {
                let step = line::indent(text).saturating_sub(line::indent(above));
                // One more is seldom a step, and often an accident.
                if (2..=WIDEST_STEP).contains(&step) {
                    steps[step] += 1;
                }
            }
            above = Some(text);
        }
        let most = (2..=WIDEST_STEP).max_by_key(|step| (steps[*step], WIDEST_STEP - step));
        let tabs = if (tabs > 0) == (blanks > 0) { None } else { Some(tabs > 0) };
        Self { tabs, step: most.filter(|step| steps[*step] > 0) }
    }

    /// Columns of one step; where none is seen, those that are usual in the language.
    pub fn step_or_usual(&self, id: &str) -> usize {
        let is_narrow = id == "ruby" && self.tabs != Some(true);
        self.step.unwrap_or(if is_narrow { DEFAULT_UNIT / 2 } else { DEFAULT_UNIT })
    }

    /// White space of so many columns.
    pub fn white(&self, columns: usize) -> String {
        if self.tabs == Some(true) {
            return "\t".repeat(columns / DEFAULT_UNIT) + &" ".repeat(columns % DEFAULT_UNIT);
        }
        " ".repeat(columns)
    }
}

/// The nearest line above the cursor's with anything on it.
pub fn above(window: &Window) -> Option<&str> {
    window.lines_above().find(|text| !line::is_blank(text))
}

/// Whether `text` opens a block whose lines stand deeper: not a list of arguments, whose lines stand anywhere.
pub fn opens_block(text: &str, language: &str) -> bool {
    opens(&line::scanned(text, language))
}

/// The same of a line that was read.
pub fn opens(line: &Scanned) -> bool {
    let code = line.code.trim_end();
    let names_element = || code.ends_with('|') && code.contains(" do |");
    // Where brackets close blocks, a word at the end announces one statement.
    let is_opening_word = || {
        let last_word = &code[code.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len()..];
        // `in` goes on with a `let` in OCaml and its like; in a shell `for x in` waits for words, `case x in` for patterns.
        !line.syntax.words.closes.is_empty() && line.syntax.opens(last_word) && last_word != "in"
    };
    code.ends_with(['{', ':'])
        || code.ends_with("then")
        || code.ends_with(" do")
        || is_opening_word()
        || names_element()
        || line.begins_block()
}

/// The columns at which the cursor's line should begin, where the line above says so.
pub fn expected(window: &Window, language: &str, style: Style) -> Option<usize> {
    let mut lines = window.lines_above().filter(|text| !line::is_blank(text));
    let above = lines.next()?;
    // Where the statement begins that ends here says what follows; that line may stand anywhere.
    if lines.next().is_some_and(|before| is_continuation(above, before, language)) {
        return None;
    }
    if opens_block(above, language) {
        return style.step.map(|step| line::indent(above) + step);
    }
    is_complete(above, language, false).then(|| line::indent(above))
}

/// Whether nothing of a line's statement can stand on the next one. `more_like_it`: other such lines stand around it.
pub fn is_complete(text: &str, id: &str, more_like_it: bool) -> bool {
    completes(&line::scanned(text, id), id, more_like_it)
}

/// The same of a line that was read.
pub fn completes(line: &Scanned, id: &str, more_like_it: bool) -> bool {
    let code = line.code.trim_end();
    if line.net() > 0 || code.is_empty() {
        return false;
    }
    if code.ends_with([';', '}']) {
        return true;
    }
    if code.ends_with(',') {
        return more_like_it || matches!(id, "json" | "jsonc");
    }
    if matches!(id, "html" | "xml" | "vue" | "svelte") {
        let last_tag = code.rfind('<').map_or("", |at| &code[at..]);
        return last_tag.starts_with("</") && last_tag.ends_with('>') || code.ends_with("/>");
    }
    let last = code.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
    let is_open =
        matches!(last, "and" | "or" | "not" | "in" | "return" | "is" | "lambda" | "await" | "new" | "then" | "do");
    // Ruby's names may end so: `empty?`, `save!`.
    let marked = line.syntax.words.closes.contains(&"end");
    let name = code.strip_suffix(['?', '!']).filter(|_| marked).unwrap_or(code);
    let ends = name.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']' | '"'));
    !line.syntax.semicolons && !matches!(id, "sql" | "yaml") && ends && !is_open
}

/// Brackets opened minus brackets closed by the code of `text`.
pub fn net(text: &str, id: &str) -> i32 {
    text.split('\n').map(|text| line::shape(text, id).net).sum()
}

/// Whether `text` goes on with the statement of `above`, the line above it, and stands deeper for that alone.
pub fn is_continuation(text: &str, above: &str, id: &str) -> bool {
    let is_bound = !opens_block(above, id) && !is_complete(above, id, false) && !is_in_comment(above);
    line::indent(above) < line::indent(text) && is_bound
}

/// Whether a line that follows `above` may stand deeper: it opens a bracket, a tag or a block, or ends in the middle.
pub fn leads_deeper(above: &str, id: &str) -> bool {
    let (code, syntax) = (line::code(above, id), language::syntax(id));
    let code = code.trim();
    let closes_tag = code.ends_with("/>") || code.rfind('<').is_some_and(|last| code[last..].starts_with("</"));
    let opens_tag = syntax.tags && code.starts_with('<') && !closes_tag;
    opens_block(above, id) || opens_tag || line::shape(above, id).net > 0 || code.ends_with(['=', '+', '&', '|', '?'])
}

/// Whether a line belongs to a block comment, as C and its like write them.
pub fn is_in_comment(text: &str) -> bool {
    text.trim_start().starts_with(['*']) || text.trim_start().starts_with("/*")
}

/// Whether a line that begins with `text` goes on with the statement above it.
pub fn goes_on(text: &str, id: &str) -> bool {
    let is_tag = text.starts_with('<') && matches!(id, "html" | "xml" | "vue" | "svelte");
    let signs = ['.', '?', ':', '&', '|', '+', '-', '*', '/', '=', ',', '<', '>', '%', '{', '\\', '(', '['];
    text.starts_with(signs) && !is_tag && !text.starts_with("//") && !text.starts_with("/*")
}

/// Whether a line above begins at this column: text may go back to it.
pub fn is_level(window: &Window, columns: usize) -> bool {
    let mut lines = window.lines_above().filter(|text| !line::is_blank(text)).take(LINES_ABOVE);
    columns == 0 || lines.any(|text| line::indent(text) == columns)
}

/// What closes the multi-line string in which `text` ends, if it does, as far as the text tells.
pub fn long_string(text: &str, id: &str) -> Option<&'static str> {
    language::syntax(id).long_strings().find(|mark| is_open(text, mark)).map(|mark| mark.close)
}

/// What a here-document begins with; it is closed by a word of its own.
pub const HERE_DOCUMENT: &str = "<<";

/// The word that closes the here-document that `text`, a line, opens.
pub fn here_document<'a>(text: &'a str, id: &str) -> Option<&'a str> {
    if !matches!(id, "shellscript" | "ruby" | "php" | "perl") {
        return None;
    }
    text.match_indices(HERE_DOCUMENT).find_map(|(at, sign)| {
        let rest = &text[at + sign.len()..];
        let is_here_string = id == "shellscript" && rest.starts_with('<');
        let rest = rest.trim_start_matches(['<', '-', '~', '\'', '"', '\\']);
        let word = &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())];
        (!is_here_string && word.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')).then_some(word)
    })
}

/// Whether `text` ends in a here-document.
pub fn is_in_here_document(text: &str, id: &str) -> bool {
    if !text.contains(HERE_DOCUMENT) {
        return false;
    }
    text.split('\n')
        .fold(None, |closing, line| match closing {
            Some(word) if line.trim().trim_end_matches(';') != word => closing,
            Some(_) => None,
            None => here_document(line, id),
        })
        .is_some()
}

/// Whether the lines above the cursor end in a string or a here-document, as far as the text is there from its start: its
/// lines are as they are written.
pub fn is_verbatim(window: &Window, id: &str) -> bool {
    if !window.from_start {
        return false;
    }
    let above = &window.prefix[..window.prefix.len() - window.line_before().len()];
    long_string(above, id).is_some() || is_in_here_document(above, id)
}

/// Whether more strings of this kind are opened in `text` than closed.
pub fn is_open(text: &str, mark: &StringMark) -> bool {
    let (open, close) = (mark.open.as_bytes(), mark.close.as_bytes());
    if open == close {
        return memmem::find_iter(text.as_bytes(), open).count() % 2 == 1;
    }
    memmem::rfind(text.as_bytes(), open)
        .is_some_and(|at| memmem::find(&text.as_bytes()[at + open.len()..], close).is_none())
}

/// Whether `word` stands in the window as a whole word, the one at the cursor apart.
pub fn has_word(window: &Window, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let whole = |text: &str, before_cursor: bool| {
        text.match_indices(word).any(|(at, _)| {
            let end = at + word.len();
            let at_cursor = before_cursor && end == text.len();
            !at_cursor && !text[..at].ends_with(is_word) && !text[end..].starts_with(is_word)
        })
    };
    !word.is_empty() && (whole(&window.prefix, true) || whole(&window.suffix, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, tabs: Option<bool>, step: Option<usize>) {
        let (prefix, suffix) = text.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        assert_eq!(Style::of(&window, "rust"), Style { tabs, step }, "{text:?}");
    }

    #[test]
    fn a_text_tells_how_it_indents() {
        check("fn f() {\n    a();\n}\n<cursor>", Some(false), Some(4));
        check("def f():\n  a()\n<cursor>", Some(false), Some(2));
        check("func f() {\n\ta()\n}\n<cursor>", Some(true), Some(4));
        check("fn f() {\n    <cursor>\n}", Some(false), Some(4));
        check("<cursor>\nif a {\n  b();\n}", Some(false), Some(2));
    }

    #[test]
    fn where_nothing_or_both_is_seen_nothing_is_told() {
        check("a\nb\n<cursor>", None, None);
        check("a {\n\tb\n}\nc {\n  d\n}<cursor>", None, Some(2));
    }
}
