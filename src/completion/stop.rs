//! When a stream has given enough. Tokens not generated are tokens not paid for.

use super::{Window, block, filter, line};

/// Lines read past the block that is shown, so that accepting it finds the next lines waiting. By the replay bench, on
/// text of which 30 % of the lines cannot be guessed, the fourth line on is right less often than it is worth.
pub const LINES_AHEAD: usize = 3;

/// A reply is not worth reading past this many bytes, whatever its shape.
pub const MOST_BYTES: usize = 8192;

/// Whether `text`, what the stream has said so far at the window's cursor, is all that can be used.
pub fn enough(window: &Window, language: &str, text: &str) -> bool {
    if text.len() >= MOST_BYTES || filter::ends_in_loop(text) || repeats_suffix(window, text) {
        return true;
    }
    let Some(end) = block::end(window, language, text, false) else { return false };
    if !line::is_inert(window.line_after()) {
        return true;
    }
    let rest = &text[end..];
    rest.matches('\n').count() > LINES_AHEAD || leaves_scope(window, text, end)
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

/// Whether the last complete line of `text` is the next line of the suffix. Short lines such as `}` come too often.
fn repeats_suffix(window: &Window, text: &str) -> bool {
    const LEAST_BYTES: usize = 6;
    let Some(below) = window.lines_below().find(|line| !line::is_blank(line)) else { return false };
    if below.trim().len() < LEAST_BYTES {
        return false;
    }
    let mut complete = text.rsplit('\n').skip(1);
    complete.next().is_some_and(|last| last.trim_end() == below.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Streams `reply` by characters and draws `§` where the stream is reset.
    #[track_caller]
    fn check(marked: &str, reply: &str) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        let text = reply.replacen('§', "", 1);
        let stops = (0..=text.len()).filter(|at| text.is_char_boundary(*at));
        let at = stops.into_iter().find(|at| enough(&window, "rust", &text[..*at]));
        let drawn = at.map_or(text.clone(), |at| format!("{}§{}", &text[..at], &text[at..]));
        assert_eq!(drawn, reply);
    }

    #[test]
    fn some_lines_past_the_statement_are_read() {
        check("let x = <cursor>\n", "1;\nlet y = 2;\nlet z = 3;\nlet u = 4;\n§let v = 5;\n");
    }

    #[test]
    fn the_end_of_the_scope_is_the_end() {
        check("fn f() {\n    let x = <cursor>\n}\n", "1;\n    x\n}§\n\nfn g() {\n");
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
    fn an_open_block_is_read_on() {
        check("<cursor>\n", "fn f() {\n    a();\n    b();\n    c();\n    d();\n    e();\n");
    }
}
