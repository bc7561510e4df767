//! From a model's reply to the new text of the selection: only the code, in the document's own shape, or why there is none.

use std::ops::Range;

use ropey::Rope;
use thiserror::Error;

use super::{echoed_context, elided, extra_closers, extract, minimal_diff, reindent};
use crate::chat::code::without_marks;
use crate::chat::endless::is_endless;
use crate::masking::placeholder;
use crate::model::marks::without_end_marks;
use crate::text::indentation::{self, Style};
use crate::text::{boundary, line, line_break};

/// How many lines of the document around the selection are looked at for its indentation and line ends.
const AROUND_LINES: usize = 400;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Why a reply is no edit. Each says what the user sees then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoEdit {
    /// Prose, or code for something else.
    #[error("the reply holds no code for the selection, so nothing was edited; read it in the conversation")]
    NoCode,
    /// The stream ended before the model did.
    #[error("the reply was cut off, so nothing was edited; select less, or raise chat.maxTokens")]
    CutOff,
    /// The model said the same again and again.
    #[error("the reply repeats itself without end, so nothing was edited; ask again, or in other words")]
    Endless,
    /// A comment stands where code should.
    #[error("the reply leaves out code that was selected, so nothing was edited; select less, or ask for all of it")]
    Elided,
    /// The placeholder of a masked secret stands where the secret should.
    #[error(
        "the new text holds {} in the place of a secret that was not sent, so nothing was edited; take over by hand what \
         you want of it",
        placeholder::of(1)
    )]
    Masked,
    /// The text as it is.
    #[error("the model gave back the same text, so there is nothing to edit")]
    Unchanged,
}

/// The new text for the bytes `range` of `text`, out of the model's `reply`; `complete` says that the model ended it itself.
///
/// It has the selection's indentation, line ends, blank lines around it and final newline, whatever the reply has. Offsets
/// past the end or inside of a character mean the nearest place before.
pub fn rewrite(text: &Rope, range: Range<usize>, reply: &str, complete: bool) -> Result<String, NoEdit> {
    if !complete {
        return Err(if is_endless(reply) { NoEdit::Endless } else { NoEdit::CutOff });
    }
    let selection = Selection::of(text, range);
    // The document's own byte order mark stays; where a model writes one that was not selected, it is no code.
    let strays = |c: char| c == BYTE_ORDER_MARK && !selection.core().contains(c);
    let reply = without_marks(&reply.trim_start_matches(BYTE_ORDER_MARK).replace(strays, ""), &selection.selected);
    let reply = without_end_marks(&reply, &selection.selected);
    let code = extract::code(reply, selection.core(), &selection.around()).ok_or(NoEdit::NoCode)?;
    if elided::is_elided(&code, &selection.selected) {
        return Err(NoEdit::Elided);
    }
    let new = selection.fit(&code).ok_or(NoEdit::NoCode)?;
    if new == selection.selected { Err(NoEdit::Unchanged) } else { Ok(new) }
}

/// The new text, unless it holds a placeholder. `masked`: secrets were masked in what was asked, so that what looks like
/// a placeholder is one.
pub fn without_placeholder(new: String, masked: bool) -> Result<String, NoEdit> {
    if masked && placeholder::find(&new).is_some() { Err(NoEdit::Masked) } else { Ok(new) }
}

/// The selection and what stands around it.
struct Selection<'a> {
    text: &'a Rope,
    range: Range<usize>,
    selected: String,
    /// What stands before the selection on its first line.
    before: String,
    /// What stands behind it on its last line, without the break.
    after: String,
    /// Bytes of the selection before its code: a byte order mark, blank lines.
    lead: usize,
    /// Where the part behind its code starts: a line end, blank lines.
    tail: usize,
}

impl<'a> Selection<'a> {
    fn of(text: &'a Rope, range: Range<usize>) -> Self {
        let start = boundary::floor(text, range.start);
        let end = boundary::floor(text, range.end.max(range.start));
        let slice = |range: Range<usize>| text.get_byte_slice(range).map(|slice| slice.to_string()).unwrap_or_default();
        let selected = slice(start..end);
        let before = slice(text.line_to_byte(text.byte_to_line(start))..start);
        let before = before.trim_start_matches(BYTE_ORDER_MARK).to_owned();
        let line_end = text.try_line_to_byte(text.byte_to_line(end) + 1).unwrap_or(text.len_bytes());
        let ends_line = selected.ends_with(['\n', '\r']);
        let after = slice(end..if ends_line { end } else { line_end.max(end) });
        let after = line_break::content(&after).to_owned();
        let lead = lead(&selected, &before);
        let tail = tail(&selected, lead, &after);
        Self { text, range: start..end, selected, before, after, lead, tail }
    }

    /// The selection without the blank lines around it.
    fn core(&self) -> &str {
        &self.selected[self.lead..self.tail]
    }

    /// The document near the selection, for what both have in common with a reply.
    fn around(&self) -> String {
        self.above().chain(self.below()).collect()
    }

    /// The whole lines above the selection, upwards.
    fn above(&self) -> impl Iterator<Item = String> {
        let first = self.text.byte_to_line(self.range.start);
        let lines = self.text.lines_at(first).reversed();
        lines.take(AROUND_LINES).map(|line| line.to_string())
    }

    /// The whole lines below the selection, downwards.
    fn below(&self) -> impl Iterator<Item = String> {
        let (line, end) = (self.text.byte_to_line(self.range.end), self.range.end);
        // A selection that ends with its line has the next line below it.
        let at_start = end == self.text.line_to_byte(line) && !self.range.is_empty();
        let lines = self.text.lines_at((line + usize::from(!at_start)).min(self.text.len_lines()));
        lines.take(AROUND_LINES).map(|line| line.to_string())
    }

    /// Whether the code starts a line, but for white space.
    fn starts_line(&self) -> bool {
        line::is_blank(&self.before) || self.selected[..self.lead].contains(['\n', '\r'])
    }

    /// Whether the code goes behind the line end that the document ends with, and so has to end with one as well.
    fn is_below_the_last_line(&self) -> bool {
        let end = self.text.len_bytes();
        self.range == (end..end) && end > 0 && self.text.line_to_byte(self.text.byte_to_line(end)) == end
    }

    /// What stands before the code on its line and is not part of the selection.
    fn standing(&self) -> &str {
        if self.selected[..self.lead].contains(['\n', '\r']) { "" } else { &self.before }
    }

    /// `code` in the shape of the place; `None` if nothing is left of it.
    fn fit(&self, code: &str) -> Option<String> {
        let mut reply: Vec<&str> = line_break::lines(code).map(line_break::content).collect();
        let whole_lines = self.starts_line() && line::is_blank(&self.after);
        let first = reply.iter().position(|line| !line::is_blank(line))?;
        let last = reply.iter().rposition(|line| !line::is_blank(line))?;
        reply = reply[first..=last].to_vec();
        let above: Vec<String> = self.above().collect();
        let repeated =
            if whole_lines { echoed_context::above(&reply, self.core(), above.iter().map(String::as_str)) } else { 0 };
        reply.drain(..repeated);
        let from = reply.iter().position(|line| !line::is_blank(line))?;
        let mut new = reindent::rebase(&reply[from..], &self.base(), self.style(), &self.selected);
        let below: Vec<String> = self.below().collect();
        if whole_lines {
            let repeats = echoed_context::below(&new, self.core(), below.iter().map(String::as_str), repeated > 0);
            new.truncate(new.len() - repeats);
        } else {
            echoed_context::within_line(&mut new, self.core(), &self.before, &self.after);
        }
        let without_blank =
            |lines: &[String]| lines.iter().rposition(|line| !line::is_blank(line)).map(|last| last + 1);
        new.truncate(without_blank(&new)?);
        new.truncate(new.len() - extra_closers::count(&new, self.core()));
        new.truncate(without_blank(&new)?);
        self.shape_edges(&mut new);
        let joined = self.joined(&new);
        let end = if self.is_below_the_last_line() { self.line_break() } else { "" };
        Some(format!("{}{joined}{}{end}", &self.selected[..self.lead], &self.selected[self.tail..]))
    }

    /// The lines with their breaks: those of the selection where it mixes them and a line stays, else the usual one.
    fn joined(&self, new: &[String]) -> String {
        let usual = self.line_break();
        let old: Vec<&str> = line_break::lines(self.core()).collect();
        if old.iter().all(|line| ["", usual].contains(&line_break::of(line))) {
            return new.join(usual);
        }
        let contents: Vec<&str> = old.iter().map(|line| line_break::content(line)).collect();
        let new: Vec<&str> = new.iter().map(String::as_str).collect();
        let breaks =
            minimal_diff::unchanged(&contents, &new).into_iter().map(|at| at.map_or("", |at| line_break::of(old[at])));
        let mut text: String = new.iter().zip(breaks).fold(String::new(), |text, (line, line_break)| {
            text + line + if line_break.is_empty() { usual } else { line_break }
        });
        text.truncate(line_break::content(&text).len());
        text
    }

    /// The first line goes behind what stands on it already; the last ends with its last sign, unless it was selected so.
    fn shape_edges(&self, new: &mut [String]) {
        let standing = self.standing();
        if let Some(first) = new.first_mut() {
            *first = match first.strip_prefix(standing) {
                Some(rest) if self.starts_line() => rest.to_owned(),
                _ => first.trim_start().to_owned(),
            };
        }
        if let Some(last) = new.last_mut().filter(|last| !self.core().ends_with(last.as_str())) {
            last.truncate(last.trim_end().len());
        }
    }

    /// The indentation of the code's first line.
    fn base(&self) -> String {
        if !self.starts_line() {
            return indentation::of(&self.before).to_owned();
        }
        let base = format!("{}{}", self.standing(), indentation::of(self.core()));
        let is_insertion = line::is_blank(&self.selected) && line::is_blank(&self.after);
        if base.is_empty() && is_insertion { self.base_of_empty_line() } else { base }
    }

    /// How deep code would be on an empty line: as the line above, or one level more if that opens a block.
    fn base_of_empty_line(&self) -> String {
        let Some(above) = self.above().find(|line| !line::is_blank(line)) else { return String::new() };
        let base = indentation::of(&above).to_owned();
        let opens = line::shape(line_break::content(&above), "").opens;
        if opens { base + &self.style().unwrap_or(Style::Spaces(4)).level() } else { base }
    }

    /// The signs are those of the selection, if it is indented; the width of a level is told by the document.
    fn style(&self) -> Option<Style> {
        let mut all: Vec<String> = self.above().collect();
        all.reverse();
        all.push(format!("{}{}{}", self.before, self.selected, self.after));
        all.extend(self.below());
        let document = Style::of(all.iter().flat_map(|text| line_break::lines(text)).map(line_break::content));
        let whole = format!("{}{}", self.before, self.selected);
        match (Style::of(line_break::lines(&whole).map(line_break::content)), document) {
            (Some(Style::Spaces(_)), Some(Style::Spaces(unit))) => Some(Style::Spaces(unit)),
            (Some(own), _) => Some(own),
            (None, document) => document,
        }
    }

    /// The break most lines of the selection have, else the one of its line, else of the lines around.
    fn line_break(&self) -> &'static str {
        let own_line = || self.text.get_line(self.text.byte_to_line(self.range.end)).map(|line| line.to_string());
        let own = line_break::majority(&self.selected);
        own.or_else(|| line_break::majority(&own_line()?))
            .or_else(|| line_break::majority(&self.around()))
            .unwrap_or("\n")
    }
}

/// The byte order mark and the blank lines that `selected` starts with; the white space, if it starts inside a line.
fn lead(selected: &str, before: &str) -> usize {
    let mark = if selected.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let rest = &selected[mark..];
    if line::is_blank(rest) {
        return mark;
    }
    let blank = line_break::lines(rest).take_while(|line| line::is_blank(line)).map(str::len).sum::<usize>();
    let inside_line = blank == 0 && !line::is_blank(before);
    mark + blank + if inside_line { indentation::of(rest).len() } else { 0 }
}

/// Where the line end and the blank lines start that `selected` ends with; the white space, if it ends inside a line.
fn tail(selected: &str, lead: usize, after: &str) -> usize {
    let code = lead + selected[lead..].trim_end_matches([' ', '\t', '\n', '\r']).len();
    let rest = &selected[code..];
    if code == lead {
        // Nothing but blank: what is written there goes before its last line end.
        let last = line_break::lines(rest).last().map_or("", line_break::of);
        return selected.len() - last.len();
    }
    match rest.find(['\n', '\r']) {
        Some(at) => code + at,
        None if line::is_blank(after) => selected.len(),
        None => code,
    }
}

#[cfg(test)]
mod tests;
