//! A reply as it grows: what of it is text for the cursor, so far.
//!
//! These filters decide on what has come and take nothing back: the text only ever grows, whatever the pieces, and each
//! byte is looked at a bounded number of times. Where more must tell, they wait.

use std::sync::Arc;

use super::file_headers::Headers;
use super::indentation::Lines;
use super::surroundings::{self, Style};
use super::{Filter, Took, chat_wrapping, leading_whitespace, model_marks, reply_start};
use crate::completion::Window;
use crate::model::marks::{self, Found};
use crate::text::line;
use crate::text::line_break::LfJoiner;

/// Text that waits for more is looked at with each piece up to this many bytes.
const SHORT: usize = 256;

/// A reply on its way.
#[derive(Debug)]
pub struct Growing {
    window: Window,
    language: Arc<str>,
    style: Style,
    /// All that came, with LF line ends.
    raw: String,
    breaks: LfJoiner,
    /// Before `raw` has so many bytes, or another line, nothing new can be told.
    next_look: usize,
    /// Up to here `raw` was searched for marks.
    searched: usize,
    /// Up to here `raw` holds no mark, nor what may become one.
    clean: usize,
    /// Up to here `raw` is in `text`, or left out.
    read: usize,
    started: bool,
    fenced: bool,
    /// Whether marks, and fences and headers, may be part of the text.
    keeps_marks: bool,
    keeps_fences: bool,
    /// The headers that may begin another file.
    headers: Headers,
    lines: Lines,
    /// Where the last line begins in `text`.
    line_start: usize,
    /// Whether the white space at the start of the last line is still to come.
    is_fresh: bool,
    text: String,
    is_over: bool,
    /// Whether the last piece began or ended a line.
    is_news: bool,
    took: Vec<Took>,
}

impl Growing {
    /// A reply that has not begun, at this window's cursor.
    pub fn new(window: Window, language: Arc<str>) -> Self {
        let style = Style::of(&window, &language);
        let mut lines = Lines::new(style);
        let above = &window.prefix[..window.prefix.len() - window.line_before().len()];
        let here_document =
            || surroundings::is_in_here_document(above, &language).then_some(surroundings::HERE_DOCUMENT);
        let verbatim = surroundings::long_string(above, &language).or_else(here_document);
        if let Some(closing) = verbatim {
            lines.in_string(closing);
        }
        Self {
            keeps_marks: model_marks::is_subject(&window),
            keeps_fences: chat_wrapping::is_subject(&window, &language, verbatim.is_some()),
            headers: Headers::of(&window, &language),
            window,
            language,
            style,
            raw: String::new(),
            breaks: LfJoiner::default(),
            next_look: 0,
            searched: 0,
            clean: 0,
            read: 0,
            started: false,
            fenced: false,
            lines,
            line_start: 0,
            is_fresh: false,
            text: String::new(),
            is_over: false,
            is_news: false,
            took: vec![],
        }
    }

    /// The same where the prompt held excerpts of other files with these paths.
    pub fn beside<'a>(mut self, paths: impl Iterator<Item = &'a str>) -> Self {
        self.headers.add(paths);
        self
    }

    /// A reply of which no more will come.
    pub fn whole(window: Window, language: Arc<str>, text: &str) -> Self {
        let mut growing = Self::new(window, language);
        growing.push(text);
        growing.finish();
        growing
    }

    /// The place it is for.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// The language it is in.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// All that came, with LF line ends.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// What is text for the cursor so far. It only ever grows.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing that may still come will be text.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether the last piece began or ended a line.
    pub fn is_news(&self) -> bool {
        self.is_news
    }

    /// What the filters took or changed so far.
    pub fn took(&self) -> &[Took] {
        &self.took
    }

    /// More came.
    pub fn push(&mut self, piece: &str) {
        // A byte order mark or a sign of no width that some models begin with.
        let is_stray = |c: char| self.raw.is_empty() && matches!(c, '\u{feff}' | '\u{200b}');
        let piece = piece.trim_start_matches(is_stray);
        self.breaks.join(&mut self.raw, piece);
        self.is_news = false;
        if self.raw.len() < self.next_look && !piece.contains(['\n', '\r']) {
            return;
        }
        let read = self.read;
        self.advance(false);
        // Where more must tell, as much again as there is makes it worth another look: so all looks together are linear.
        let waits = self.raw.len() - self.read;
        self.next_look = if self.read == read && waits > SHORT { self.raw.len() + waits } else { 0 };
    }

    /// No more will come.
    pub fn finish(&mut self) {
        self.advance(true);
    }

    fn advance(&mut self, finished: bool) {
        if self.is_over {
            return;
        }
        let is_marked = self.search_marks(finished);
        let finished = finished || is_marked;
        if self.started || self.start(finished) {
            while !self.is_over && self.read < self.clean && self.step(finished) {}
        }
        self.is_over |= is_marked;
    }

    /// Moves `clean` on; true where a mark ends the text.
    fn search_marks(&mut self, finished: bool) -> bool {
        if self.keeps_marks {
            self.clean = self.raw.len();
            return false;
        }
        while let Some(at) = marks::candidates(&self.raw[self.searched..]).next().map(|at| at + self.searched) {
            match model_marks::at(&self.raw, at, &self.window, &self.language, finished) {
                Found::No => self.searched = at + 1,
                Found::Unknown => {
                    self.clean = at;
                    return false;
                }
                Found::Mark(length) if !self.started && model_marks::is_opening(&self.raw[..at + length]) => {
                    self.searched = at + length;
                    self.read = at + length;
                    self.took.push(Took::new(Filter::Mark, &self.raw[at..at + length]));
                }
                Found::Mark(_) => {
                    self.clean = at;
                    self.took.push(Took::new(Filter::Mark, &self.raw[at..]));
                    return true;
                }
            }
        }
        (self.searched, self.clean) = (self.raw.len(), self.raw.len());
        false
    }

    /// Decides on the start of the reply; false while more must tell.
    fn start(&mut self, finished: bool) -> bool {
        let text = &self.raw[self.read..self.clean];
        let beginning = reply_start::of(&self.window, &self.language, self.style, text, !self.keeps_fences, finished);
        let Some(mut beginning) = beginning else { return false };
        if self.headers.name_another(&text[..beginning.skip]) {
            return self.end_here();
        }
        self.fenced = beginning.fenced;
        self.read += beginning.skip;
        self.took.append(&mut beginning.took);
        self.started = true;
        self.is_news = true;
        self.text.push_str(&beginning.insert);
        if let Some(white) = beginning.insert.strip_prefix('\n') {
            self.end_line(0);
            self.is_fresh = white.is_empty();
        }
        true
    }

    /// Reads up to the end of a line or of what came; false where more must tell.
    fn step(&mut self, finished: bool) -> bool {
        let rest = &self.raw[self.read..self.clean];
        let (text, complete) = rest.split_once('\n').map_or((rest, false), |(text, _)| (text, true));
        if self.is_fresh && !self.indent(text.len(), complete || finished) {
            return false;
        }
        let rest = &self.raw[self.read..self.clean];
        let text = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let is_held = self.fenced && !complete && !finished && text.trim_end().ends_with('`');
        let held = if is_held { text.len() - text.trim_end().trim_end_matches('`').len() } else { 0 };
        let text = &text[..text.len() - held];
        self.text.push_str(text);
        self.read += text.len();
        if self.fenced && (complete || finished) {
            self.cut_glued_fence();
        }
        if complete && !self.is_over {
            let at = self.text.len();
            self.text.push('\n');
            self.read += 1;
            self.end_line(at);
        }
        complete && held == 0
    }

    /// Begins a line; false where more must tell.
    fn indent(&mut self, length: usize, complete: bool) -> bool {
        let text = &self.raw[self.read..self.read + length];
        let content = text.trim_start_matches([' ', '\t']);
        let white = &text[..text.len() - content.len()];
        if content.is_empty() {
            // An empty line, or one that is not known yet; white space alone is never shown.
            self.read += if complete { white.len() } else { 0 };
            return complete;
        }
        if !self.keeps_fences {
            if complete && chat_wrapping::is_end(text) {
                return self.end_here();
            }
            if !complete && chat_wrapping::may_be_end(text) {
                return false;
            }
        }
        match self.headers.begins(white, content, complete) {
            Some(true) => return self.end_here(),
            None => return false,
            Some(false) => {}
        }
        if !complete && leading_whitespace::may_be_special(content, &self.language) {
            return false;
        }
        let right = self.lines.white(white, content, &self.language);
        if right != white && !self.took.iter().any(|took| took.filter == Filter::Indentation) {
            self.took.push(Took::new(Filter::Indentation, white));
        }
        self.read += white.len();
        self.text.push_str(&right);
        self.is_fresh = false;
        self.is_news = true;
        true
    }

    /// What is not read is no text.
    fn end_here(&mut self) -> bool {
        self.took.push(Took::new(Filter::Wrapping, &self.raw[self.read..]));
        self.is_over = true;
        false
    }

    /// The last line of `text` ends at `end`.
    fn end_line(&mut self, end: usize) {
        let text = &self.text[self.line_start..end];
        let id = &*self.language;
        if self.line_start == 0 {
            let before = self.window.line_before();
            let whole = format!("{before}{text}");
            let above = surroundings::above(&self.window).unwrap_or_default();
            let like = above.trim_end().ends_with(',') && line::indent(above) == line::indent(&whole);
            match text.is_empty() {
                _ if surroundings::is_continuation(&whole, above, id) => self.lines.take_continuation(&whole, id),
                true => self.lines.take_cursor_line(&whole, id),
                false => self.lines.take(&whole, id, like),
            }
        } else {
            self.lines.take(text, id, false);
        }
        self.line_start = end + 1;
        self.is_news = true;
        self.is_fresh = true;
    }

    fn cut_glued_fence(&mut self) {
        if let Some(at) = chat_wrapping::glued_fence(&self.text[self.line_start..]) {
            self.took.push(Took::new(Filter::Wrapping, &self.text[self.line_start + at..]));
            self.text.truncate(self.line_start + at);
            self.is_over = true;
        }
    }
}

#[cfg(test)]
mod tests;
