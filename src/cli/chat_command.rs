//! `codestral-ls chat`: a question about code, answered while it is written, or made an edit of a file.

mod apply;
mod diff;

use std::cell::RefCell;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use clap::Args;
use futures_util::{FutureExt, StreamExt};

use super::target::Region;
use super::target::part::{Part, part, piped, region};
use super::terminal::visible;
use super::{Error, FINE, block_on, keep_usage, progress_line, report_problems};
use crate::chat::Action;
use crate::chat::conversation::{Conversation, asking, closing, fits_on_a_line};
use crate::chat::endless::is_endless;
use crate::chat::prompt::{self, Asked, Question};
use crate::chat::transcript::Transcript;
use crate::conversations::Conversations;
use crate::endpoint::{Backend, url};
use crate::masking::{RequestMask, ValueSyntax, own_keys};
use crate::model::{self, ChatPrompt, Delta, End, Finish, read};
use crate::settings::{Loaded, Settings};
use crate::system_error::reason;
use crate::usage::{Metered, Recorder};
use apply::Edit;

/// The arguments of `chat`.
#[derive(Debug, Args)]
pub(super) struct Chat {
    /// Parts of files, such as src/main.rs:12-30, or whole files; then the question or instruction in words. What
    /// stands on a pipe is part of the question.
    #[arg(required = true, value_name = "FILE:L1-L2 | WORDS")]
    words: Vec<String>,
    /// What to do: explain, fix, document, tests, improve, change or ask. By default ask, or change with --apply.
    #[arg(long, short, value_name = "ACTION", value_parser = action)]
    action: Option<Action>,
    /// Change the one part that is named: show the difference, and ask before writing.
    #[arg(long)]
    apply: bool,
    /// With --apply, write without asking.
    #[arg(long, requires = "apply")]
    yes: bool,
    /// Go on with a conversation: the last one, or the one of that name.
    #[arg(long = "continue", value_name = "CONVERSATION", num_args = 0..=1, require_equals = true)]
    conversation: Option<Option<String>>,
}

fn action(name: &str) -> Result<Action, String> {
    let names = || Action::ALL.map(Action::name).join(", ");
    Action::named(name).ok_or_else(|| format!("there are {}", names()))
}

/// What the endpoint said.
struct Reply {
    transcript: Transcript,
    end: Result<End, model::Error>,
}

/// The conversation that what comes is added to as it comes, since the user may end this at any time.
struct Keeping {
    conversations: Conversations,
    id: String,
    /// Why it cannot be kept. An answer with a hole in it is worse than its beginning: nothing more is added then.
    failed: RefCell<Option<io::Error>>,
}

impl Keeping {
    /// What cannot be kept is shown all the same: it is paid for.
    fn keep(&self, text: &str) {
        let mut failed = self.failed.borrow_mut();
        if failed.is_none() {
            *failed = self.conversations.append(&self.id, text).err();
        }
    }
}

impl Chat {
    /// Asks, prints the answer as it comes, and makes the edit if that is wanted.
    pub(super) fn run(&self, loaded: &Loaded) -> Result<ExitCode, Error> {
        report_problems(loaded)?;
        let settings = &loaded.settings;
        let (regions, words) = self.regions()?;
        let action = self.action(words.as_deref())?;
        let mut mask = RequestMask::new(Arc::new(own_keys::masker(!settings.privacy.mask_secrets)));
        let mut parts =
            regions.iter().map(|region| part(region, settings, &mut mask)).collect::<Result<Vec<_>, Error>>()?;
        if self.apply && parts.len() != 1 {
            return Err(Error::Usage(
                "--apply changes one part of one file: name just that, such as src/main.rs:3-9".into(),
            ));
        }
        let backend = Backend::new(settings);
        block_on(backend.open_chat().map(|opened| opened.map(|_| ())))?
            .map_err(|error| Error::Refused(error.to_string()))?;
        parts.extend(piped(settings, &mut mask)?);
        let conversations = Conversations::of_user()?;
        let found = self.conversation(&conversations)?;
        let earlier = found.as_ref().map_or("", |(_, text)| text);
        let asked = ask(action, words.as_deref(), &parts, earlier, settings, &mut mask)?;
        // Only what can be asked begins a conversation: `--continue` would go on with an empty one.
        let (id, earlier) = match found {
            Some(found) => found,
            None => {
                let title = mask.text(&title(action, &parts, words.as_deref()), ValueSyntax::Prose);
                conversations.begin(&title, SystemTime::now()).map_err(|error| {
                    Error::Refused(format!(
                        "the conversation cannot be kept ({}); make room on the disk",
                        reason(&error)
                    ))
                })?
            }
        };
        let prompt = prompt::request(asked.messages, mask.count(), &settings.chat);
        if !asked.left_out.is_empty() {
            writeln!(anstream::stderr(), "Left out, since it did not fit: {}", asked.left_out.join(", "))?;
        }
        let asking = asking(&earlier, &asked.kept);
        let keeping = Keeping { conversations, id, failed: RefCell::default() };
        keeping.keep(&asking);
        let reply = block_on(self.listen(&backend, settings.chat.show_thinking, prompt, &keeping))??;
        let concluded = self.conclude(action, &parts, &reply, mask.count() > 0);
        let note = concluded.as_ref().err().map(ToString::to_string);
        keeping.keep(&closing(reply.transcript.written(), note.as_deref()));
        if let Some(error) = keeping.failed.take() {
            writeln!(anstream::stderr(), "Warning: this conversation is not kept: {}", reason(&error))?;
        }
        concluded
    }

    /// The parts of files that are named, and the words after them.
    fn regions(&self) -> Result<(Vec<Region>, Option<String>), Error> {
        let (last, others) = self.words.split_last().ok_or_else(|| Error::Usage("ask something".into()))?;
        let mut regions = others.iter().map(|text| region(text)).collect::<Result<Vec<_>, _>>()?;
        // Only an action that says enough by itself can do without words.
        let may_be_region = self.action.is_some_and(|action| !action.needs_words());
        match Region::parse(last) {
            Ok(region) if (may_be_region || region.lines.is_some()) && region.file.is_file() => {
                regions.push(region);
                Ok((regions, None))
            }
            _ => Ok((regions, Some(last.clone()).filter(|words| !words.trim().is_empty()))),
        }
    }

    fn action(&self, words: Option<&str>) -> Result<Action, Error> {
        let action = self.action.unwrap_or(if self.apply { Action::Change } else { Action::Ask });
        if self.apply && !action.edits() {
            return Err(Error::Usage(format!(
                "--apply cannot {}; it goes with fix, document, improve and change",
                action.name()
            )));
        }
        if action.needs_words() && words.is_none() {
            return Err(Error::Usage("say in words what you want, as the last argument".into()));
        }
        Ok(action)
    }

    /// The name of the conversation to go on with and what it holds, if there is to be one.
    fn conversation(&self, conversations: &Conversations) -> Result<Option<(String, String)>, Error> {
        let id = match &self.conversation {
            None => return Ok(None),
            Some(Some(id)) => id.clone(),
            Some(None) => conversations.latest()?.ok_or_else(|| {
                Error::Refused("there is no conversation to go on with yet; leave --continue away to begin one".into())
            })?,
        };
        let text = conversations.read(&id).map_err(|error| {
            Error::Refused(format!(
                "the conversation {} cannot be read ({}); check its name",
                visible(&id),
                reason(&error)
            ))
        })?;
        Ok(Some((id, text)))
    }

    /// Asks, keeps what comes and prints it.
    async fn listen(
        &self,
        backend: &Backend,
        show_thinking: bool,
        prompt: ChatPrompt,
        keeping: &Keeping,
    ) -> Result<Reply, Error> {
        let tell = |text: &str| {
            keeping.keep(text);
            self.print(text)
        };
        let host = url::parse(backend.chat_url()).map_or_else(|_| backend.chat_url().to_owned(), |url| url::host(&url));
        let usage = Recorder::default();
        let mut reply =
            Box::pin(Metered::chat(&usage, &prompt, |prompt, sent| backend.chat_telling(prompt, sent)).peekable());
        progress_line::during(format!("asking {host}"), reply.as_mut().peek()).await;
        let mut transcript = Transcript::new(show_thinking);
        let mut told = Ok(());
        let outcome = read(reply, |delta| {
            let more = match delta {
                Delta::Text(text) => transcript.text(&text),
                Delta::Thinking(text) => transcript.thinking(&text),
            };
            told = tell(&more);
            // Whoever read it has seen enough if nothing can be told any more; what came is paid for all the same.
            let goes_on = told.is_ok() && !transcript.is_endless();
            if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        // What was broken off has not said all.
        let end = outcome.await.map(|end| end.unwrap_or(End { finish: Finish::Other, usage: None }));
        if told.is_ok() {
            told = tell(&transcript.finish());
        }
        keep_usage(&usage);
        told?;
        if !(transcript.written().is_empty() || transcript.written().ends_with('\n')) {
            self.print("\n")?;
        }
        Ok(Reply { transcript, end })
    }

    /// Prints a piece of the answer; an edit is shown as a difference instead.
    fn print(&self, text: &str) -> io::Result<()> {
        if self.apply {
            return Ok(());
        }
        let mut out = anstream::stdout().lock();
        for (nth, line) in text.split('\n').enumerate() {
            if nth > 0 {
                writeln!(out)?;
            }
            write!(out, "{}", visible(line))?;
        }
        out.flush()
    }

    /// `masked`: secrets were masked in what was asked.
    fn conclude(&self, action: Action, parts: &[Part], reply: &Reply, masked: bool) -> Result<ExitCode, Error> {
        let end = reply.end.as_ref().map_err(|error| Error::Refused(error.to_string()))?;
        let answer = reply.transcript.answer();
        match parts.first() {
            Some(part) if self.apply => {
                let Part { name, file, text, range, .. } = part;
                let edit = Edit { name, file, text, range: range.clone(), masked };
                edit.propose(answer, end.finish == Finish::Stop, self.yes)
            }
            _ if answer.trim().is_empty() => {
                Err(Error::Refused("the endpoint answered with nothing; ask again, or in other words".into()))
            }
            _ if end.finish == Finish::Other && is_endless(answer) => {
                writeln!(
                    anstream::stderr(),
                    "The answer repeats itself without end and was broken off; ask again, or in other words."
                )?;
                Ok(ExitCode::from(FINE))
            }
            _ if end.finish == Finish::Length => {
                writeln!(
                    anstream::stderr(),
                    "The answer reached its limit; ask to go on with --continue, or raise chat.maxTokens."
                )?;
                Ok(ExitCode::from(FINE))
            }
            _ => {
                debug_assert!(!self.apply || action.edits());
                Ok(ExitCode::from(FINE))
            }
        }
    }
}

/// What a new conversation is called.
fn title(action: Action, parts: &[Part], words: Option<&str>) -> String {
    match parts.first() {
        Some(part) => format!("{} {}", action.title(), part.code().place()),
        None => fits_on_a_line(words.unwrap_or(action.title())),
    }
}

fn ask(
    action: Action,
    words: Option<&str>,
    parts: &[Part],
    earlier: &str,
    settings: &Settings,
    mask: &mut RequestMask,
) -> Result<Asked, Error> {
    let conversation = Conversation::parse(earlier);
    let code: Vec<_> = parts.iter().map(Part::code).collect();
    let question = Question {
        action,
        words,
        code: &code,
        diagnostics: &[],
        others: &[],
        excerpts: &[],
        history: &conversation.turns,
    };
    let asked = prompt::build(&question, settings.chat.system_prompt.as_deref(), settings.chat.context_tokens, mask);
    asked.map_err(|error| Error::Refused(error.to_string()))
}
