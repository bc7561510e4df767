//! From a question about some code to the messages an endpoint is asked, within a budget.
//!
//! The budget is shared out in this order: the question and the selection, the diagnostics, the newest turns of the
//! conversation, definitions from other files, excerpts of files that are not open, and what stands around the selection.
//! A question without code leaves all of it to the conversation. What does not fit is left out whole, and said.

use std::fmt::Write;
use std::path::Path;

use super::Action;
use super::code::{Code, Excerpt};
use super::conversation::Turn;
use super::definitions::{self, OtherText};
use super::fence::fenced;
use crate::masking::RequestMask;
use crate::model::{ChatPrompt, Message, OtherFile, Role};
use crate::settings;
use crate::text::language;
use crate::usage::BYTES_PER_TOKEN;

/// What the model is told it is, unless the user says otherwise.
pub const SYSTEM: &str = "You are Codestral, a programming assistant inside the user's editor. Answer about the code you \
     are shown, in Markdown, briefly and exactly. Put all code into fenced blocks that name their language. Say so when \
     you do not know.";

/// The parts of the budget, in hundredths of what the parts before them have left.
const SELECTION: usize = 60;
const DIAGNOSTICS: usize = 20;
const HISTORY: usize = 40;
const DEFINITIONS: usize = 35;
const EXCERPTS: usize = 35;

/// More around the selection than this costs money and tells little, in bytes: some 300 lines.
const MOST_AROUND: usize = 12_000;

/// The request for these messages, in which so many secrets are masked, asked as set.
pub fn request(messages: Vec<Message>, secrets: usize, settings: &settings::Chat) -> ChatPrompt {
    ChatPrompt {
        messages,
        secrets: secrets as u64,
        model: settings.model.clone(),
        max_tokens: settings.max_tokens,
        temperature: settings.temperature.map(|value| value as f32),
        top_p: settings.top_p.map(|value| value as f32),
        random_seed: settings.random_seed,
        stop: settings.stop.clone(),
        safe_prompt: settings.safe_prompt.then_some(true),
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// What to do.
    pub action: Action,
    /// The person's own words.
    pub words: Option<&'a str>,
    /// The code it is about, masked; of an edit the first is rewritten, and others, such as a tool's output, tell what is wrong.
    pub code: &'a [Code<'a>],
    /// What tools say of that code.
    pub diagnostics: &'a [Diagnostic],
    /// Other texts, masked, that may hold definitions the code uses.
    pub others: &'a [OtherText<'a>],
    /// Excerpts of files that are not open, masked.
    pub excerpts: &'a [OtherFile],
    /// What was said before, the oldest first.
    pub history: &'a [Turn],
}

/// What a tool says of the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The line, counted from 1.
    pub line: usize,
    /// Such as `error`.
    pub severity: &'static str,
    /// In the tool's words.
    pub message: String,
}

/// What an endpoint is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The system's message, the conversation so far, and the question.
    pub messages: Vec<Message>,
    /// The question as the conversation keeps it, in Markdown; masked like the messages.
    pub kept: String,
    /// What did not fit, in words that follow "left out: ".
    pub left_out: Vec<String>,
}

/// Why a question cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unaskable {
    /// The selection is to be rewritten whole, and is too long for that.
    #[error(
        "the selection is too long to be rewritten: about {tokens} tokens, of which {budget} fit; select less, or raise \
         chat.contextTokens"
    )]
    TooLong {
        /// What it has, about.
        tokens: usize,
        /// What fits.
        budget: usize,
    },
    /// The person's own words are more than may be sent.
    #[error(
        "the question is too long: about {tokens} tokens, of which {budget} fit; shorten it, or raise chat.contextTokens"
    )]
    WordsTooLong {
        /// What they have, about.
        tokens: usize,
        /// What fits.
        budget: usize,
    },
}

/// Builds the messages. `system` takes the place of [`SYSTEM`]; `tokens` bounds all messages together, about.
///
/// Each message is masked as a whole, whatever it was put together from. Only parts of the code and of the other texts
/// are shown, so their secrets are to be masked before: none may be cut in two here.
///
/// # Errors
/// [`Unaskable::TooLong`], for an edit alone; [`Unaskable::WordsTooLong`].
pub fn build(
    question: &Question<'_>,
    system: Option<&str>,
    tokens: usize,
    mask: &mut RequestMask,
) -> Result<Asked, Unaskable> {
    let system = system.unwrap_or(SYSTEM);
    let own_words = question.words.map_or(0, str::len);
    if own_words > tokens * BYTES_PER_TOKEN {
        return Err(Unaskable::WordsTooLong { tokens: own_words / BYTES_PER_TOKEN, budget: tokens });
    }
    let words = question.action.question(question.words);
    let mut left = Left::new(tokens * BYTES_PER_TOKEN);
    left.take(system.len() + words.len());

    let excerpts = excerpts(question, left.part(SELECTION))?;
    excerpts.iter().for_each(|excerpt| left.take(excerpt.text.len()));
    let missing = question
        .code
        .iter()
        .zip(&excerpts)
        .filter(|(_, excerpt)| excerpt.missing > 0)
        .map(|(code, excerpt)| format!("{} from the middle of {}", count(excerpt.missing, "line"), code.place()));
    let mut left_out: Vec<String> = missing.collect();

    let diagnostics = diagnostics(question.diagnostics, left.part(DIAGNOSTICS), &mut left_out);
    left.take(diagnostics.len());
    let share = if question.code.is_empty() { left.bytes } else { left.part(HISTORY) };
    let history = history(question.history, share, &mut left_out);
    history.iter().for_each(|(_, text)| left.take(text.len()));

    let mut ask = words.clone();
    let mut kept = words;
    let definitions = definitions(question, left.part(DEFINITIONS));
    left.take(definitions.len());
    let others = excerpts_of_others(question, &definitions, left.part(EXCERPTS));
    left.take(others.len());
    let around = (left.bytes / excerpts.len().max(1)).min(MOST_AROUND);
    for (nth, (code, excerpt)) in question.code.iter().zip(&excerpts).enumerate() {
        let quoted = code.quote(&excerpt.text);
        let is_rewritten = !question.action.edits() || nth == 0;
        let _ = write!(ask, "\n\n{}", if is_rewritten { code.marked(excerpt, around) } else { quoted.clone() });
        let _ = write!(kept, "\n\n{quoted}");
    }
    ask.push_str(&definitions);
    ask.push_str(&others);
    ask.push_str(&diagnostics);
    if question.action.edits() {
        ask.push_str(REWRITE);
    }

    let said = [(Role::System, system)].into_iter().chain(history).chain([(Role::User, ask.as_str())]);
    let messages = said.map(|(role, text)| Message { role, text: mask.markdown(text) }).collect();
    Ok(Asked { messages, kept: mask.markdown(kept.trim_start()).to_string(), left_out })
}

/// What a question that is still to be written begins with: the code, as far as `tokens` allow.
pub fn beginning(code: &Code<'_>, tokens: usize) -> String {
    code.quote(&code.excerpt(Left::new(tokens * BYTES_PER_TOKEN).part(SELECTION)).text)
}

/// What an edit needs to be one.
const REWRITE: &str = "\n\nReply with the whole new text for what stands between <selection> and </selection>, in one \
     fenced code block, without these marks and without anything from outside of them. Keep what need not change, its \
     indentation included, and leave nothing out.";

/// What is left of the budget, in bytes.
struct Left {
    bytes: usize,
}

impl Left {
    fn new(bytes: usize) -> Self {
        Self { bytes }
    }

    fn take(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    fn part(&self, hundredths: usize) -> usize {
        self.bytes / 100 * hundredths
    }
}

/// Of each piece of code what fits; what is rewritten has to fit whole.
fn excerpts(question: &Question<'_>, budget: usize) -> Result<Vec<Excerpt>, Unaskable> {
    let (rewritten, shown) = question.code.split_at(usize::from(question.action.edits()).min(question.code.len()));
    let whole: usize = rewritten.iter().map(|code| code.range.len()).sum();
    if whole > budget {
        return Err(Unaskable::TooLong { tokens: whole / BYTES_PER_TOKEN, budget: budget / BYTES_PER_TOKEN });
    }
    let total: usize = shown.iter().map(|code| code.range.len()).sum();
    let each = if whole + total <= budget { usize::MAX } else { (budget - whole) / shown.len().max(1) };
    let whole = rewritten.iter().map(|code| code.excerpt(usize::MAX));
    Ok(whole.chain(shown.iter().map(|code| code.excerpt(each))).collect())
}

/// What the first piece of code uses from other files.
fn definitions(question: &Question<'_>, budget: usize) -> String {
    let Some(code) = question.code.first() else { return String::new() };
    let asked_about = |path: &str| question.code.iter().any(|code| code.path == path);
    let others: Vec<_> = question.others.iter().filter(|other| !asked_about(other.path)).collect();
    let mut text = String::new();
    for definition in definitions::used(code, &others, budget) {
        let code = fenced(&definition.text, definition.language);
        let _ = write!(text, "\n\nFor reference, from `{}`, line {}:\n\n{code}", definition.path, definition.line);
    }
    text
}

/// Excerpts of files that are not open and do not stand among the definitions, as many as fit.
fn excerpts_of_others(question: &Question<'_>, definitions: &str, budget: usize) -> String {
    let mut text = String::new();
    let new = question.excerpts.iter().filter(|other| !definitions.contains(other.text.trim()));
    for OtherFile { path, text: excerpt } in new {
        let code = fenced(excerpt, language::of(Path::new(&**path)));
        let quoted = format!("\n\nFor reference, from `{}`:\n\n{code}", &**path);
        if text.len() + quoted.len() <= budget {
            text.push_str(&quoted);
        }
    }
    text
}

fn diagnostics(diagnostics: &[Diagnostic], budget: usize, left_out: &mut Vec<String>) -> String {
    let mut text = String::new();
    for (at, diagnostic) in diagnostics.iter().enumerate() {
        let message = diagnostic.message.replace('\n', "\n  ");
        let line = format!("\n- line {}: {}: {message}", diagnostic.line, diagnostic.severity);
        if text.len() + line.len() > budget {
            left_out.push(count(diagnostics.len() - at, "diagnostic"));
            break;
        }
        text.push_str(&line);
    }
    if text.is_empty() { text } else { format!("\n\nDiagnostics of the selection:\n{text}") }
}

/// The newest turns that fit, whole.
fn history<'a>(turns: &'a [Turn], budget: usize, left_out: &mut Vec<String>) -> Vec<(Role, &'a str)> {
    let mut used = 0;
    let fits = |turn: &&Turn| {
        used += turn.question.len() + turn.answer.len();
        used <= budget
    };
    let kept = turns.iter().rev().take_while(fits).count();
    let dropped = turns.len() - kept;
    if dropped > 0 {
        left_out.push(format!("the oldest {} of the conversation", count(dropped, "turn")));
    }
    let turn = |turn: &'a Turn| [(Role::User, turn.question.as_str()), (Role::Assistant, turn.answer.as_str())];
    // An endpoint refuses an empty message; a turn that was cut before its first word has nothing to say.
    turns[dropped..].iter().filter(|turn| !turn.answer.is_empty() && !turn.question.is_empty()).flat_map(turn).collect()
}

/// `1 line`, `2 lines`.
fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
