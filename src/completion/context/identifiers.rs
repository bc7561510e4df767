//! The names in a text: identifiers outside of comments and strings, and the parts that they are made of.

use crate::text::language::{self, Escape, Extent, StringMark, Syntax};

/// The least length of an identifier that is looked at, in bytes: shorter ones say too little.
const LEAST: usize = 3;

/// The same for a part of one.
const LEAST_PART: usize = 2;

/// The most bytes between the marks of a character: an escape of a code point.
const CHARACTER: usize = 12;

/// What is open at the start of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Open(u8);

/// From here on an [`Open`] counts strings, below it comments.
const STRINGS: u8 = 128;

/// Reads the identifiers of texts of one language.
#[derive(Debug)]
pub struct Reader {
    syntax: &'static Syntax,
    /// Whether a comment or a string may begin with a byte.
    begins: [bool; 256],
}

impl Reader {
    pub fn new(language: &str) -> Self {
        let syntax = language::syntax(language);
        let comments = syntax.line_comments.iter().copied().chain(syntax.block_comments.iter().map(|(open, _)| *open));
        let mut begins = [false; 256];
        for mark in comments.chain(syntax.strings.iter().map(|mark| mark.open)) {
            if let Some(&first) = mark.as_bytes().first() {
                begins[first as usize] = true;
            }
        }
        Self { syntax, begins }
    }

    /// Calls `each` with the identifiers of one line, of at least three letters and no keywords. Gives what is open after
    /// it.
    pub fn line<'a>(&self, line: &'a str, open: Open, each: &mut impl FnMut(&'a str)) -> Open {
        let (bytes, mut at) = (line.as_bytes(), 0);
        if open != Open::default() {
            match self.close(line, open) {
                Some(end) => at = end,
                None => return open,
            }
        }
        while let Some(&byte) = bytes.get(at) {
            if self.begins[byte as usize] {
                match self.mark(&line[at..]) {
                    Mark::None => {}
                    Mark::RestOfLine => return Open::default(),
                    Mark::Over(length) => {
                        at += length;
                        continue;
                    }
                    Mark::Stays(open) => return open,
                }
            }
            if is_part(byte) {
                let length = bytes[at..].iter().take_while(|&&byte| is_part(byte)).count();
                let word = &line[at..at + length];
                if length >= LEAST && !byte.is_ascii_digit() && !self.is_keyword(word) {
                    each(word);
                }
                at += length;
            } else {
                at += 1;
            }
        }
        Open::default()
    }

    /// What a comment or string that may begin here is.
    fn mark(&self, rest: &str) -> Mark {
        let Syntax { line_comments, block_comments, strings, .. } = self.syntax;
        for (number, (open, _)) in (1u8..STRINGS).zip(block_comments.iter()) {
            if rest.starts_with(open) {
                return self.inside(rest, open.len(), Open(number), true);
            }
        }
        if line_comments.iter().any(|sign| rest.starts_with(sign)) {
            return Mark::RestOfLine;
        }
        for (number, mark) in (STRINGS..=u8::MAX).zip(strings.iter()) {
            if rest.starts_with(mark.open) {
                return match mark.extent {
                    Extent::Character => character(rest, mark),
                    extent => self.inside(rest, mark.open.len(), Open(number), extent == Extent::Lines),
                };
            }
        }
        Mark::None
    }

    fn inside(&self, rest: &str, begun: usize, open: Open, stays: bool) -> Mark {
        match self.close(&rest[begun..], open) {
            Some(end) => Mark::Over(begun + end),
            None if stays => Mark::Stays(open),
            None => Mark::RestOfLine,
        }
    }

    /// Behind the end of what is open.
    fn close(&self, line: &str, Open(number): Open) -> Option<usize> {
        match number.checked_sub(STRINGS) {
            None => {
                let (_, close) = self.syntax.block_comments.get(usize::from(number).checked_sub(1)?)?;
                line.find(close).map(|at| at + close.len())
            }
            Some(number) => end_of_string(line, self.syntax.strings.get(usize::from(number))?),
        }
    }

    fn is_keyword(&self, word: &str) -> bool {
        let words = &self.syntax.words;
        [words.defines, words.flow, words.opens, words.closes, words.continues].iter().any(|list| list.contains(&word))
    }
}

enum Mark {
    None,
    RestOfLine,
    /// It ends after so many bytes.
    Over(usize),
    /// It goes on in the next line.
    Stays(Open),
}

fn character(rest: &str, mark: &StringMark) -> Mark {
    let inner = &rest[mark.open.len()..];
    let Some(first) = inner.chars().next() else { return Mark::Over(mark.open.len()) };
    let end = if first == '\\' {
        end_of_string(inner, mark).filter(|end| *end <= CHARACTER)
    } else {
        let end = first.len_utf8();
        inner[end..].starts_with(mark.close).then_some(end + mark.close.len())
    };
    // A lifetime, a label, the prime of a name.
    Mark::Over(mark.open.len() + end.unwrap_or_default())
}

fn end_of_string(line: &str, mark: &StringMark) -> Option<usize> {
    let (bytes, mut at) = (line.as_bytes(), 0);
    let escape = match mark.escape {
        Escape::Backslash => Some(b'\\'),
        Escape::Backquote => Some(b'`'),
        Escape::Nothing | Escape::Doubled => None,
    };
    while let Some(byte) = bytes.get(at) {
        if Some(*byte) == escape {
            at += 2;
        } else if bytes[at..].starts_with(mark.close.as_bytes()) {
            let end = at + mark.close.len();
            if mark.escape != Escape::Doubled || !bytes[end..].starts_with(mark.close.as_bytes()) {
                return Some(end);
            }
            at = end + mark.close.len();
        } else {
            at += 1;
        }
    }
    None
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The identifiers of a text, each with its line, counted from 0.
pub fn by_line(language: &str, text: &str) -> Vec<(usize, String)> {
    let (reader, mut open, mut found) = (Reader::new(language), Open::default(), Vec::new());
    for (number, line) in text.split('\n').enumerate() {
        open = reader.line(line, open, &mut |identifier| found.push((number, identifier.to_owned())));
    }
    found
}

/// All words of a text that may be identifiers, also in comments and strings.
pub fn all(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| c.is_ascii() && !is_part(c as u8));
    words.filter(|word| word.len() >= LEAST && !word.as_bytes()[0].is_ascii_digit())
}

/// The parts of an identifier in lower case, where they are not the identifier itself.
pub fn parts(identifier: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut end = |part: &mut String| {
        let done = std::mem::take(part);
        if done.len() >= LEAST_PART && done != identifier && !parts.contains(&done) {
            parts.push(done);
        }
    };
    let letters: Vec<char> = identifier.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let begins = before.is_some_and(|before| {
            letter.is_uppercase() && (!before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()))
                || letter.is_ascii_digit() != before.is_ascii_digit()
        });
        if begins {
            end(&mut part);
        }
        if letter == '_' || letter.is_ascii_digit() {
            end(&mut part);
        } else {
            part.extend(letter.to_lowercase());
        }
    }
    end(&mut part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: &str, text: &str, expected: &str) {
        let names: Vec<String> = by_line(language, text).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn names_in_code_are_read_and_no_others() {
        check("rust", "let alpha = beta_2(\"gamma\", 'd', x, 0xfeed); // delta", "alpha beta_2");
        check("rust", "/* one\ntwo */ three /* four */ five", "three five");
        check("rust", "fn call<'abc>(one: &'abc Two) { r#\"raw \" three\"#; four }", "call abc one abc Two four");
        check("python", "\"\"\"Alpha\nbeta\"\"\"\ngamma = 'delta'  # eps\nzeta", "gamma zeta");
        check("go", "alpha := `beta\ngamma` + delta", "alpha delta");
        check("sql", "alpha = 'it''s beta' AND gamma", "alpha AND gamma");
        check("unheardof", "größe = naïve", "größe naïve");
    }

    #[test]
    fn an_open_string_of_one_line_ends_with_it() {
        check("javascript", "alpha(\"beta\ngamma('de\\'lta') + eps", "alpha gamma eps");
        check("rust", "'\\u{1F600}' alpha 'b' beta '", "alpha beta");
    }

    #[test]
    fn parts_are_those_of_camels_and_snakes() {
        let check = |name: &str, expected: &str| assert_eq!(parts(name).join(" "), expected, "{name}");
        check("readWholeFile", "read whole file");
        check("read_whole_FILE2", "read whole file");
        check("HTTPServer", "http server");
        check("parser", "");
        check("Parser", "parser");
        check("__x__", "");
        check("utf8ToÄrger", "utf to ärger");
    }

    #[test]
    fn all_words_are_those_of_comments_too() {
        assert_eq!(all("ab // cde \"fgh\" 123x größe").collect::<Vec<_>>(), ["cde", "fgh", "größe"]);
    }
}
