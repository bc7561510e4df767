//! A reply as it arrives -> the Markdown that is appended to the conversation, piece by piece.

use super::conversation::{CODESTRAL, YOU, is_heading};
use super::endless::is_endless;

/// Each so many bytes it is looked at whether the answer has an end.
const LOOK_EVERY: usize = 256;

/// Turns the pieces of one reply into Markdown. What it gives, in order, is what stands in the document.
#[derive(Debug, Default)]
pub struct Transcript {
    show_thinking: bool,
    /// The model's answer, without what it thought: what an edit is read from.
    answer: String,
    /// All that was given out.
    written: String,
    /// A line's beginning that may become one of our headings, kept back until it is clear.
    held: String,
    /// What was given out last was a thought.
    in_thought: bool,
    /// How long the answer was when it was last looked at whether it has an end.
    looked: usize,
    /// Whether it says the same again and again.
    endless: bool,
}

impl Transcript {
    /// A transcript of nothing yet. Thoughts are quoted with `show_thinking`, else left out.
    pub fn new(show_thinking: bool) -> Self {
        Self { show_thinking, ..Self::default() }
    }

    /// The next piece of the answer; what is to be appended for it.
    pub fn text(&mut self, text: &str) -> String {
        self.answer.push_str(text);
        if self.answer.len() >= self.looked + LOOK_EVERY {
            self.looked = self.answer.len();
            self.endless = is_endless(&self.answer);
        }
        let mut out = String::new();
        if self.in_thought {
            self.in_thought = false;
            out.push_str("\n\n");
        }
        for part in text.split_inclusive('\n') {
            let at_line_start = !self.held.is_empty() || self.ends_a_line(&out);
            self.held.push_str(part);
            if at_line_start && may_be_heading(&self.held) {
                if !self.held.ends_with('\n') {
                    continue;
                }
                out.push(' ');
            }
            out.push_str(&std::mem::take(&mut self.held));
        }
        self.give(out)
    }

    /// The next piece of a thought; what is to be appended for it.
    pub fn thinking(&mut self, text: &str) -> String {
        if !self.show_thinking || text.is_empty() {
            return String::new();
        }
        let mut out = std::mem::take(&mut self.held);
        if !self.in_thought {
            if !self.written.is_empty() {
                out.push_str("\n\n");
            }
            out.push_str("> ");
            self.in_thought = true;
        }
        out.push_str(&text.replace('\n', "\n> "));
        self.give(out)
    }

    /// No more will come: what was kept back.
    pub fn finish(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        let out = if is_heading(&held) { format!(" {held}") } else { held };
        self.give(out)
    }

    /// The model's answer so far, without its thoughts.
    pub fn answer(&self) -> &str {
        &self.answer
    }

    /// Whether the answer says the same again and again, so that reading on is of no use.
    pub fn is_endless(&self) -> bool {
        self.endless
    }

    /// All that was given out so far.
    pub fn written(&self) -> &str {
        &self.written
    }

    fn ends_a_line(&self, out: &str) -> bool {
        let last = if out.is_empty() { &self.written } else { out };
        last.is_empty() || last.ends_with('\n')
    }

    fn give(&mut self, out: String) -> String {
        self.written.push_str(&out);
        out
    }
}

/// Whether a line that begins so may be one of our headings at its end.
fn may_be_heading(begun: &str) -> bool {
    if begun.ends_with('\n') {
        return is_heading(begun);
    }
    let trimmed = begun.trim_end();
    [YOU, CODESTRAL].iter().any(|heading| heading.starts_with(begun) || *heading == trimmed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chat::conversation::{Conversation, asking, closing, escaped, opening};

    #[test]
    fn text_is_given_out_as_it_comes() {
        let mut transcript = Transcript::new(false);
        assert_eq!(transcript.text("It "), "It ");
        assert_eq!(transcript.text("## prints"), "## prints");
        assert_eq!(transcript.text("\n## Y"), "\n");
        assert_eq!(transcript.text("ours"), "## Yours");
        assert_eq!(transcript.finish(), "");
        assert_eq!(transcript.written(), "It ## prints\n## Yours");
    }

    #[test]
    fn thoughts_are_left_out_or_quoted() {
        let mut transcript = Transcript::new(false);
        assert_eq!(transcript.thinking("hm"), "");
        assert_eq!(transcript.text("yes"), "yes");

        let mut transcript = Transcript::new(true);
        assert_eq!(transcript.thinking("hm\nwell"), "> hm\n> well");
        assert_eq!(transcript.thinking(", so"), ", so");
        assert_eq!(transcript.text("yes"), "\n\nyes");
        assert_eq!(transcript.answer(), "yes");
    }

    proptest! {
        #[test]
        fn however_it_is_cut_the_document_can_be_read_again(
            lines in prop::collection::vec(prop_oneof![Just(YOU), Just(CODESTRAL), Just("a"), Just("## You"), Just("")], 0..8),
            size in 1..9usize,
        ) {
            let answer = lines.join("\n");
            let mut transcript = Transcript::new(false);
            let mut given = String::new();
            for piece in answer.as_bytes().chunks(size) {
                given += &transcript.text(std::str::from_utf8(piece).unwrap());
            }
            given += &transcript.finish();
            prop_assert_eq!(&given, &escaped(&answer));
            prop_assert_eq!(&given, transcript.written());
            let mut text = opening("t");
            text += &asking(&text, "q");
            text += &given;
            text += &closing(&given, None);
            let turns = Conversation::parse(&text).turns;
            prop_assert_eq!(turns.len(), 1);
            prop_assert_eq!(&turns[0].answer, answer.trim());
        }
    }
}
