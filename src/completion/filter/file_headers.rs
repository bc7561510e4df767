//! Cuts the text at the header of another file. In a prompt of several files each has one, and a model that is done with
//! this file goes on with the next.

use super::chat_wrapping::FILE_HEADER;
use crate::completion::Window;

/// The sign before a path in the prompts of those models that know no mark for it.
const COMMENT: &str = "#";

/// The headers that end a text.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    /// The paths of the other files in the prompt.
    paths: Vec<Box<str>>,
    /// Whether the text is about such headers, and may hold them.
    are_kept: bool,
}

impl Headers {
    /// Those for the place of a window.
    pub fn of(window: &Window, id: &str) -> Self {
        let holds = |text: &str| text.split('\n').any(|line| line.starts_with(FILE_HEADER));
        let are_kept = matches!(id, "diff" | "patch") || holds(&window.prefix) || holds(&window.suffix);
        Self { paths: vec![], are_kept }
    }

    /// The prompt held files with these paths.
    pub fn add<'a>(&mut self, paths: impl Iterator<Item = &'a str>) {
        self.paths.extend(paths.map(Box::from));
    }

    /// Whether a line of `content` behind `white` space begins another file; `None` where more of it must tell.
    pub fn begins(&self, white: &str, content: &str, complete: bool) -> Option<bool> {
        if self.are_kept || !white.is_empty() {
            return Some(false);
        }
        if content.starts_with(FILE_HEADER) {
            return Some(true);
        }
        if !complete && FILE_HEADER.starts_with(content) {
            return None;
        }
        let Some(path) = content.strip_prefix(COMMENT) else { return Some(false) };
        let is_begun = |other: &str| other.starts_with(path.trim()) && !complete;
        if self.paths.iter().any(|other| is_begun(other)) {
            return None;
        }
        Some(self.is_another(path.trim()))
    }

    /// Whether one of the lines before a reply's code names another file of the prompt: then so is what follows.
    pub fn name_another(&self, wrapping: &str) -> bool {
        let path =
            |line: &str| line.strip_prefix(FILE_HEADER.trim_end()).or(line.strip_prefix(COMMENT)).map(str::to_owned);
        wrapping.lines().filter_map(|line| path(line.trim())).any(|path| self.is_another(path.trim()))
    }

    fn is_another(&self, path: &str) -> bool {
        self.paths.iter().any(|other| **other == *path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Growing;
    use super::*;

    /// What is text of a reply, whole and by characters, where the prompt held `src/other.rs`.
    #[track_caller]
    fn check_in(id: &str, prefix: &str, reply: &str, expected: &str) {
        let window = Window { prefix: prefix.into(), ..Window::default() };
        let new = || Growing::new(window.clone(), id.into()).beside(["src/other.rs"].into_iter());
        let mut whole = new();
        whole.push(reply);
        whole.finish();
        assert_eq!(whole.text(), expected, "{reply:?}");
        let mut slow = new();
        for c in reply.chars() {
            slow.push(c.encode_utf8(&mut [0; 4]));
            assert!(expected.starts_with(slow.text()), "{reply:?} gives {:?}", slow.text());
        }
        slow.finish();
        assert_eq!(slow.text(), expected, "{reply:?}");
    }

    #[track_caller]
    fn check(reply: &str, expected: &str) {
        check_in("rust", "", reply, expected);
    }

    #[test]
    fn a_text_ends_before_the_header_of_a_file() {
        check("a();\n\n+++++ src/other.rs\nb();\n", "a();\n\n");
        check("a();\n+++++ anything\n", "a();\n");
        check("a();\n#src/other.rs\nb();\n", "a();\n");
        check("a();\n# src/other.rs\nb();\n", "a();\n");
    }

    #[test]
    fn what_only_looks_like_one_stays() {
        check("a();\n  +++++ b\n", "a();\n  +++++ b\n");
        check("a();\n++++b\n", "a();\n++++b\n");
        check("a();\n#[test]\nb();\n", "a();\n#[test]\nb();\n");
        check_in("python", "", "a()\n# src/mine.rs says more\nb()\n", "a()\n# src/mine.rs says more\nb()\n");
        check_in("markdown", "+++++ one\n", "a\n+++++ two\n", "a\n+++++ two\n");
    }

    #[test]
    fn nothing_is_shown_of_another_file_and_the_own_header_is_left_out() {
        check("+++++ src/other.rs\nb();\n", "");
        check("#src/other.rs\nb();\n", "");
        check("+++++ src/own.rs\nb();\n", "b();\n");
    }
}
