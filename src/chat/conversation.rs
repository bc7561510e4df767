//! A conversation as the Markdown text it is kept in: the only form there is, so that the user can read, search and
//! edit it, and any editor can show it.
//!
//! ```text
//! # Explain src/main.rs:3-9
//!
//! ## You <!-- codestral -->
//!
//! Explain this code: …
//!
//! ## Codestral <!-- codestral -->
//!
//! It prints its arg
//!
//! > cancelled <!-- codestral -->
//!
//! ## You <!-- codestral -->
//! ```
//!
//! The comments tell our headings, and what we note about an answer, from a model's words. A text ends with the place for
//! the next question, unless the answer before it never came to its end.

use super::fence;

/// The line before a question.
pub const YOU: &str = "## You <!-- codestral -->";

/// The line before an answer.
pub const CODESTRAL: &str = "## Codestral <!-- codestral -->";

/// What ends a note about an answer, which is for the user: the model would take it for its own words.
const NOTE: &str = " <!-- codestral -->";

/// A slug longer than this makes file names that nobody reads.
const LONGEST_SLUG: usize = 40;

/// A title that stays readable in a list and in an editor's status line, in characters.
const LONGEST_TITLE: usize = 80;

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// As it was asked, the selected code included.
    pub question: String,
    /// As it came, cut or not, without what we noted about it.
    pub answer: String,
}

/// What a conversation's text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Its answered questions, the oldest first.
    pub turns: Vec<Turn>,
    /// What stands where the next question goes: what the user wrote there, or nothing.
    pub pending: String,
}

impl Conversation {
    /// Reads a conversation's text; whatever it is, there is something to be read.
    pub fn parse(text: &str) -> Self {
        let mut conversation = Self::default();
        let mut part = Part::Title;
        let (mut question, mut answer) = (String::new(), String::new());
        for line in text.lines() {
            match line.trim_end() {
                YOU => {
                    conversation.close(&mut question, &mut answer, part);
                    part = Part::Question;
                }
                CODESTRAL => part = Part::Answer,
                _ => match part {
                    Part::Title => {}
                    Part::Question => push_line(&mut question, line),
                    Part::Answer if is_note(line) => {}
                    Part::Answer => push_line(&mut answer, line),
                },
            }
        }
        match part {
            Part::Answer => conversation.close(&mut question, &mut answer, part),
            Part::Question | Part::Title => conversation.pending = question.trim().to_owned(),
        }
        conversation
    }

    fn close(&mut self, question: &mut String, answer: &mut String, part: Part) {
        let (question, answer) = (std::mem::take(question), std::mem::take(answer));
        if part == Part::Answer {
            self.turns.push(Turn { question: unescaped(question.trim()), answer: unescaped(answer.trim()) });
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Title,
    Question,
    Answer,
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// The first lines of a new conversation, up to the place for its first question.
pub fn opening(title: &str) -> String {
    format!("# {}\n\n{YOU}\n\n", fits_on_a_line(title))
}

/// The beginning of a text in one short line, for a title.
pub fn fits_on_a_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() > LONGEST_TITLE {
            line.push('…');
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// What is appended to `text` for it to hold `question` and the place for the answer. `text` ends with the place for a
/// question as we leave it, or with a question that the user wrote there, which then is `question`.
pub fn asking(text: &str, question: &str) -> String {
    let conversation = Conversation::parse(text);
    if !conversation.pending.is_empty() && conversation.pending == question.trim() {
        return format!("{}{CODESTRAL}\n\n", end(text));
    }
    let place = if ends_with_place(text) { String::new() } else { format!("{}{YOU}\n\n", end(text)) };
    let question = escaped(question.trim());
    format!("{place}{question}\n\n{CODESTRAL}\n\n")
}

/// Whether nothing but a title and the place for a question stands in `text`: nobody has been told of it yet.
pub fn is_new(text: &str) -> bool {
    !text.contains(CODESTRAL) && Conversation::parse(text).pending.is_empty()
}

/// What is appended after an answer: the place for the next question. `note` says what kept the answer from being
/// whole, or what became of it. `answered` is all that was appended since the heading of the answer.
pub fn closing(answered: &str, note: Option<&str>) -> String {
    let end = end(answered);
    let note = note.map(|note| format!("> {}{NOTE}\n\n", note.replace('\n', " "))).unwrap_or_default();
    format!("{end}{note}{YOU}\n\n")
}

/// What ends the last paragraph of `text`: a fence if it is code that was cut off, and an empty line.
fn end(text: &str) -> String {
    match fence::closing(text) {
        Some(fence) if text.ends_with('\n') => format!("{fence}\n\n"),
        Some(fence) => format!("\n{fence}\n\n"),
        None => gap(text).to_owned(),
    }
}

/// Whether the last part is the place for a question with nothing in it.
fn ends_with_place(text: &str) -> bool {
    text.trim_end().lines().next_back().is_some_and(|line| line.trim_end() == YOU)
}

/// The line breaks that are missing between `text` and a paragraph after it.
fn gap(text: &str) -> &'static str {
    if text.is_empty() || text.ends_with("\n\n") {
        ""
    } else if text.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    }
}

/// A text in which no line is one of our headings: such a line (of a conversation that was selected, say) begins with
/// a blank, which Markdown does not show.
pub fn escaped(text: &str) -> String {
    let line = |line: &str| if is_heading(line) { format!(" {line}") } else { line.to_owned() };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn unescaped(text: &str) -> String {
    let line = |line: &str| line.strip_prefix(' ').filter(|rest| is_heading(rest)).unwrap_or(line).to_owned();
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Whether a line is one of our headings.
pub(super) fn is_heading(line: &str) -> bool {
    let line = line.trim_end();
    line == YOU || line == CODESTRAL
}

fn is_note(line: &str) -> bool {
    line.starts_with("> ") && line.trim_end().ends_with(NOTE)
}

/// A conversation's name: the time it began (`2026-11-24-031500`, by the caller's clock) and a few words of its title.
pub fn id(time: &str, title: &str) -> String {
    let mut slug = String::new();
    for word in title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if slug.len() + 1 + word.len() > LONGEST_SLUG {
            break;
        }
        slug.push('-');
        slug.push_str(&word.to_ascii_lowercase());
    }
    format!("{time}{slug}")
}

/// Whether `id` can be a conversation's name: nothing that leads out of their directory.
pub fn is_id(id: &str) -> bool {
    !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(question: &str, answer: &str) -> Turn {
        Turn { question: question.into(), answer: answer.into() }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut text = opening("Explain  src/main.rs:3-9\n");
        assert_eq!(Conversation::parse(&text), Conversation::default());
        text += &asking(&text, "Why?\n\n```rust\nfn main() {}\n```");
        text += "Because.";
        text += &closing("Because.", None);
        text += &asking(&text, "And now?");
        let expected = "# Explain src/main.rs:3-9\n\n## You <!-- codestral -->\n\nWhy?\n\n```rust\nfn main() {}\n```\n\n\
                        ## Codestral <!-- codestral -->\n\nBecause.\n\n## You <!-- codestral -->\n\nAnd now?\n\n\
                        ## Codestral <!-- codestral -->\n\n";
        assert_eq!(text, expected);
        text += "Now.\n";
        text += &closing("Now.\n", Some("cut\noff"));
        let conversation = Conversation::parse(&text);
        let turns = [turn("Why?\n\n```rust\nfn main() {}\n```", "Because."), turn("And now?", "Now.")];
        assert!(text.ends_with("Now.\n\n> cut off <!-- codestral -->\n\n## You <!-- codestral -->\n\n"), "{text}");
        assert_eq!(conversation.turns, turns);
        assert_eq!(conversation.pending, "");
    }

    #[test]
    fn a_question_written_by_hand_is_found_and_not_written_twice() {
        let mut text = opening("Ask");
        text += "What is\nthis?";
        assert_eq!(Conversation::parse(&text).pending, "What is\nthis?");
        assert_eq!(asking(&text, "What is\nthis?"), "\n\n## Codestral <!-- codestral -->\n\n");
        assert_eq!(
            asking(&text, "Other"),
            "\n\n## You <!-- codestral -->\n\nOther\n\n## Codestral <!-- codestral -->\n\n"
        );
    }

    #[test]
    fn our_own_headings_inside_a_text_are_text() {
        let mut text = opening("t");
        let question = format!("See:\n{YOU}\nno\n{CODESTRAL}");
        text += &asking(&text, &question);
        text += &escaped(&question);
        text += &closing("x", None);
        assert_eq!(Conversation::parse(&text).turns, [turn(&question, &question)]);
    }

    #[test]
    fn any_text_at_all_can_be_read() {
        for text in ["", "no headings", YOU, CODESTRAL, "## Codestral <!-- codestral -->\nx", "\u{feff}# t\r\n"] {
            let _ = Conversation::parse(text);
        }
        assert_eq!(Conversation::parse("## You <!-- codestral -->\r\n\r\nhow?\r\n").pending, "how?");
    }

    #[test]
    fn an_open_code_block_is_closed_before_the_next_heading() {
        assert_eq!(closing("```rust\nfn", None), format!("\n```\n\n{YOU}\n\n"));
        assert_eq!(closing("```rust\nfn\n```\n", None), format!("\n{YOU}\n\n"));
        assert_eq!(closing("````md\n```\n", None), format!("````\n\n{YOU}\n\n"));
        assert_eq!(closing("~~~\n```\n", None), format!("~~~\n\n{YOU}\n\n"));
        assert_eq!(closing("", None), format!("{YOU}\n\n"));
        assert_eq!(closing("```a``` is a name", None), format!("\n\n{YOU}\n\n"));
        assert_eq!(closing("1. So:\n   ```py\n   x", None), format!("\n   ```\n\n{YOU}\n\n"));
    }

    #[test]
    fn an_answer_that_never_came_to_its_end_is_ended_by_the_next_question() {
        let mut text = opening("t");
        text += &asking(&text, "Why?");
        text += "So:\n\n```rust\nfn";
        text += &asking(&text, "And?");
        assert!(
            text.ends_with("fn\n```\n\n## You <!-- codestral -->\n\nAnd?\n\n## Codestral <!-- codestral -->\n\n"),
            "{text}"
        );
        assert_eq!(Conversation::parse(&text).turns[0], turn("Why?", "So:\n\n```rust\nfn\n```"));
    }

    #[test]
    fn names_are_short_and_lead_nowhere_else() {
        assert_eq!(id("2026-11-24-031500", "Explain src/main.rs:3-9"), "2026-11-24-031500-explain-src-main-rs-3-9");
        assert_eq!(
            id("t", "was ist das für ein ungewöhnlich langer Titel ohne Ende"),
            "t-was-ist-das-f-r-ein-ungew-hnlich-langer"
        );
        for id in ["", "../x", "a/b", "a\\b", "C:", "."] {
            assert!(!is_id(id), "{id}");
        }
        assert!(is_id("2026-11-24-031500-explain-src-main-rs-3-9"));
    }
}
