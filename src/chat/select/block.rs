//! The block around a line, without a grammar: by indentation, brackets, and the words that close or go on.

use ropey::Rope;

use super::line_at;
use crate::text::language::{self, Syntax};
use crate::text::line::{self, indent, is_blank};

/// The most lines that comments and attributes above a head may have.
const MAX_ABOVE: usize = 500;

/// The first and last line of the innermost block that the line `at` is part of.
pub fn around(text: &Rope, at: usize, language: &str) -> Option<(usize, usize)> {
    let lines = Lines::new(text, language);
    let mut head = lines.head_of(at)?;
    loop {
        let last = lines.last_of(head);
        if last > head && last >= at {
            return Some((lines.with_above(head), last));
        }
        // What looked like a head has ended before the line: the next one outwards may hold it.
        head = lines.opener(lines.shallower(head, indent(&lines.get(head)))?)?;
    }
}

/// A line outside of the block that begins at the line `first`, from which the next block outwards is found.
pub fn outside(text: &Rope, first: usize, language: &str) -> Option<usize> {
    let lines = Lines::new(text, language);
    let depth = indent(&lines.get(first));
    lines.opener(lines.shallower(first, depth)?)
}

/// Whether the block of these lines has a name of its own.
pub fn defines(text: &Rope, first: usize, last: usize, language: &str) -> bool {
    let lines = Lines::new(text, language);
    let head = (first..=last).map(|at| lines.get(at)).find(|line| !is_blank(line) && !lines.is_decoration(line));
    let Some(head) = head else { return false };
    let head = head.trim_start_matches(['}', ')', ' ', '\t']);
    let word = head.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    // A call or a chain that spans lines begins with a name, but a sign or a bracket opens no body behind it.
    let opens_body = head.trim_end().ends_with(['{', ':', '(', ';']) || line::shape(head, language).net == 0;
    !word.is_empty() && !lines.syntax.is_flow(word) && opens_body && !head.contains("=>") && !is_call(head)
}

/// `name(` or `a.b.name(` at the start of a line: a call, or a definition as C has them, which has a type before it.
fn is_call(head: &str) -> bool {
    let name = head.split('(').next().unwrap_or_default();
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '!'));
    is_name && head.contains('(') && !head.trim_end().ends_with('{')
}

struct Lines<'a> {
    text: &'a Rope,
    language: &'a str,
    syntax: &'static Syntax,
}

impl<'a> Lines<'a> {
    fn new(text: &'a Rope, language: &'a str) -> Self {
        Self { text, language, syntax: language::syntax(language) }
    }

    fn get(&self, at: usize) -> String {
        line_at(self.text, at)
    }

    fn count(&self) -> usize {
        self.text.len_lines()
    }

    /// The line that the innermost block around the line `at` begins with.
    fn head_of(&self, at: usize) -> Option<usize> {
        let line = self.get(at);
        if is_blank(&line) {
            return self.opener(self.shallower(at, self.depth_of_blank(at)?)?);
        }
        if self.is_decoration(&line) {
            let below = (at..self.count().min(at + MAX_ABOVE)).find(|below| !self.is_decoration(&self.get(*below)))?;
            let decorated = self.get(below);
            if !is_blank(&decorated) && indent(&decorated) == indent(&line) && self.opens(below) {
                return Some(below);
            }
        }
        if self.closes(&line) || self.is_bare_opener(&line) {
            return self.opener(at);
        }
        if self.opens(at) {
            return Some(at);
        }
        self.opener(self.shallower(at, indent(&line))?)
    }

    /// How deep a blank line is: as the next line, or deeper than that if it closes the block. At the end of the text, and
    /// between blocks, there is none.
    fn depth_of_blank(&self, at: usize) -> Option<usize> {
        let below = (at + 1..self.count()).map(|at| self.get(at)).find(|line| !is_blank(line))?;
        let depth = indent(&below) + usize::from(self.closes(&below));
        (depth > 0).then_some(depth)
    }

    /// Whether something deeper, or its closing line, follows the line `at`.
    fn opens(&self, at: usize) -> bool {
        let line = self.get(at);
        let Some(next) = (at + 1..self.count()).map(|at| self.get(at)).find(|line| !is_blank(line)) else {
            return false;
        };
        let shape = line::shape(&line, self.language);
        let (depth, below) = (indent(&line), indent(&next));
        below > depth
            || (below == depth && shape.opens && self.closes(&next))
            || (below == depth && self.is_bare_opener(&next))
    }

    /// The nearest line above `at` with less than `depth` columns of indentation.
    fn shallower(&self, at: usize, depth: usize) -> Option<usize> {
        if depth == 0 {
            return None;
        }
        (0..at).rev().find(|above| {
            let line = self.get(*above);
            !is_blank(&line) && indent(&line) < depth && !self.stands_anywhere(&line)
        })
    }

    /// From the line `at`, which may go on what a line above it began, to that line.
    fn opener(&self, at: usize) -> Option<usize> {
        let mut head = at;
        loop {
            let line = self.get(head);
            let bare = self.is_bare_opener(&line);
            if !bare && !self.closes(&line) {
                return Some(head);
            }
            let depth = indent(&line);
            let above = (0..head).rev().find(|above| {
                let line = self.get(*above);
                // A brace on a line of its own goes with the line right above it, if with any.
                (bare || !is_blank(&line)) && indent(&line) <= depth && !self.stands_anywhere(&line)
            });
            match above.filter(|above| !(is_blank(&self.get(*above)) || bare && self.is_finished(*above))) {
                Some(above) => head = above,
                None => return bare.then_some(head),
            }
        }
    }

    /// The line the block that begins at `head` ends with.
    fn last_of(&self, head: usize) -> usize {
        let first = self.get(head);
        let depth = indent(&first);
        let mut net = line::shape(&first, self.language).net;
        // `doubtful`: the last line before those that only an open bracket makes part of the block.
        let (mut last, mut doubtful) = (head, None);
        for at in head + 1..self.count() {
            let line = self.get(at);
            if is_blank(&line) {
                continue;
            }
            let shape = line::shape(&line, self.language);
            let is_deeper = indent(&line) > depth;
            let closes = !is_deeper && self.closes(&line);
            if !is_deeper && !self.stands_anywhere(&line) && !self.is_bare_opener(&line) {
                match (closes && indent(&line) == depth, net > 0) {
                    (true, _) => {}
                    (false, true) => doubtful = doubtful.or(Some(last)),
                    (false, false) => return last,
                }
            } else if !is_deeper && !self.stands_anywhere(&line) && at > head + 1 && is_blank(&self.get(at - 1)) {
                return last;
            }
            net += shape.net;
            last = at;
            if closes && indent(&line) == depth && net <= 0 && !self.opens(at) {
                return last;
            }
        }
        match doubtful {
            Some(before) if net > 0 => before,
            _ => last,
        }
    }

    /// The first of the comments and attributes right above the line `head`, or itself.
    fn with_above(&self, head: usize) -> usize {
        let depth = indent(&self.get(head));
        let mut first = head;
        while let Some(above) = first.checked_sub(1).filter(|above| head - above <= MAX_ABOVE) {
            let line = self.get(above);
            let trimmed = line.trim();
            let start = if trimmed.ends_with("*/") || trimmed.ends_with("-->") {
                self.comment_start(above)
            } else if trimmed.starts_with([')', ']']) {
                self.opener(above).filter(|opener| self.is_decoration(&self.get(*opener)))
            } else {
                (self.is_decoration(&line) && !self.is_directive(&line)).then_some(above)
            };
            match start.filter(|start| indent(&self.get(*start)) == depth) {
                Some(start) => first = start,
                None => break,
            }
        }
        first
    }

    /// Where the block comment that ends on the line `at` starts.
    fn comment_start(&self, at: usize) -> Option<usize> {
        (at.saturating_sub(MAX_ABOVE)..=at).rev().find(|start| {
            let line = self.get(*start);
            line.trim_start().starts_with("/*") || line.trim_start().starts_with("<!--")
        })
    }

    /// Whether the line is a comment, or an attribute or decorator of what follows.
    fn is_decoration(&self, line: &str) -> bool {
        let line = line.trim();
        let comment = self.syntax.begins_comment(line)
            || ["/*", "*/", "* ", "<!--"].iter().any(|sign| line.starts_with(sign))
            || line == "*";
        let attribute =
            line.starts_with("#[") || line.starts_with("#!") || line.starts_with('@') || line.starts_with("template <");
        let in_brackets = self.language == "csharp" && line.starts_with('[') && line.ends_with(']');
        comment || attribute || in_brackets
    }

    /// Whether the line says nothing about the structure around it by its indentation: directives, labels, comments.
    fn stands_anywhere(&self, line: &str) -> bool {
        let trimmed = line.trim();
        self.syntax.begins_comment(trimmed) || trimmed.starts_with("/*") || self.is_directive(trimmed)
    }

    /// Whether the line is for C's preprocessor, or a label.
    fn is_directive(&self, line: &str) -> bool {
        let line = line.trim();
        let label = line.strip_suffix(':').is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
        self.syntax.preprocessed && (line.starts_with('#') || label)
    }

    fn closes(&self, line: &str) -> bool {
        let trimmed = line.trim_start();
        line::shape(line, self.language).closes || trimmed.starts_with("</") || trimmed.starts_with("/>")
    }

    /// A line that only opens the body of the line above it: a brace, `where`.
    fn is_bare_opener(&self, line: &str) -> bool {
        let trimmed = line.trim();
        trimmed == "{" || trimmed == "where" || trimmed == "begin"
    }

    /// Whether a statement or block ends on the line: what follows it does not go on with it.
    fn is_finished(&self, at: usize) -> bool {
        let line = self.get(at);
        language::begins_comment(line.trim_start()) || line.trim_end().ends_with([';', '}'])
    }
}
