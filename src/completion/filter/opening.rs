//! Codestral's quirks at the start of a reply, and its line ends.
//!
//! Its tokenizer puts a blank before the prompt, so a prompt that ends in a blank leads it to write a second one; and
//! with no suffix it may begin a new line after a blank one. Both are cured only under exactly these conditions:
//! a leading blank is right far more often than not (`foo` continued as ` = bar`).

use std::borrow::Cow;

use crate::completion::Window;

/// `raw` without what does not belong at its start, CRLF turned to LF. Works on a reply that is still growing: what it
/// takes from the start never changes once `raw` holds two characters.
pub fn clean<'a>(window: &Window, raw: &'a str) -> Cow<'a, str> {
    let text = if raw.contains('\r') {
        // A `\r` at the very end may be the first half of a line end that is still on its way.
        Cow::Owned(raw.strip_suffix('\r').unwrap_or(raw).replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(raw)
    };
    let doubled_blank = window.prefix.ends_with(' ') && at_line_end(window) && starts_with_one_blank(&text);
    let doubled_line = window.suffix.is_empty() && ends_with_blank_line(&window.prefix) && text.starts_with('\n');
    if !doubled_blank && !doubled_line {
        return text;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[1..]),
        Cow::Owned(text) => Cow::Owned(text[1..].to_owned()),
    }
}

fn at_line_end(window: &Window) -> bool {
    window.suffix.is_empty() || window.suffix.starts_with('\n')
}

fn starts_with_one_blank(text: &str) -> bool {
    text.starts_with(' ') && !text[1..].starts_with(' ')
}

fn ends_with_blank_line(prefix: &str) -> bool {
    prefix.ends_with("\n\n") || prefix == "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(marked: &str, raw: &str, clean_text: &str) {
        let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        assert_eq!(clean(&window, raw), clean_text, "{marked:?} with {raw:?}");
    }

    #[test]
    fn a_second_blank_goes() {
        check("x = <cursor>\n", " 1", "1");
        check("x = <cursor>", " 1", "1");
    }

    #[test]
    fn a_first_blank_stays() {
        check("x =<cursor>\n", " 1", " 1");
        check("x = <cursor>;\n", " 1", " 1");
        check("if x:\n <cursor>\n", "   y", "   y");
    }

    #[test]
    fn a_second_empty_line_goes_where_nothing_follows() {
        check("a\n\n<cursor>", "\nb", "b");
        check("a\n\n<cursor>c", "\nb", "\nb");
        check("a\n<cursor>", "\nb", "\nb");
    }

    #[test]
    fn crlf_becomes_lf_even_when_cut_in_two() {
        check("<cursor>", "a\r\nb\rc", "a\nb\nc");
        check("<cursor>", "a\r", "a");
    }
}
