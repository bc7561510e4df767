//! Runs `codestral.chat`: finds what is asked about, refuses what cannot be asked, and begins the exchange.

use std::ops::Range;
use std::path::Path;

use ropey::Rope;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{ExecuteCommandParams, ShowDocumentParams, Uri};

use super::super::{Server, convert, indexing};
use super::argument::Argument;
use super::exchange::{Exchange, Subject};
use super::record::Record;
use crate::chat::Action;
use crate::chat::code::Code;
use crate::chat::conversation::{Conversation, fits_on_a_line};
use crate::chat::definitions::Source;
use crate::chat::prompt::{self, Question};
use crate::text::document::Document;
use crate::text::position;

/// LSP's `RequestFailed`: valid, but it cannot be done.
const REQUEST_FAILED: ErrorCode = ErrorCode::ServerError(-32803);

/// Runs the command. The texts are looked at before the first wait, as the client meant them.
pub async fn execute(server: &Server, params: ExecuteCommandParams) -> Result<Option<Value>> {
    let argument = Argument::read(params.arguments.into_iter().next()).map_err(Error::invalid_params)?;
    let subject = server.subject(&argument).map_err(Error::invalid_params)?;
    let others = server.documents.all();
    let token = params.work_done_progress_params.work_done_token;

    let begun = server.clone().begin_chat(argument, subject, others).await.map_err(failed)?;
    let (record, exchange) = match begun {
        Begun::Shown(record) => return Ok(Some(json!({ "conversation": record.id, "uri": record.uri }))),
        Begun::Asking(record, exchange) => (record, exchange),
    };
    let waits = token.is_some();
    let ticket = server.chats.begin(token);
    let mut answer = json!({ "chat": ticket.number, "conversation": record.id, "uri": record.uri });
    // The task goes on if the request is cancelled: what has arrived is kept, and the end is told.
    let cancel = CancelWhenDropped(waits.then(|| ticket.cancel.clone()));
    let running = tokio::spawn(exchange.run(server.clone(), record, ticket, waits));
    if waits {
        let outcome = running.await.map_err(|_| failed("the chat did not end".to_owned()))?;
        outcome.write(&mut answer);
    }
    drop(cancel);
    Ok(Some(answer))
}

fn failed(sentence: String) -> Error {
    Error { code: REQUEST_FAILED, message: sentence.into(), data: None }
}

/// Cancels a chat whose request is dropped. A chat that is over is not there to be cancelled.
struct CancelWhenDropped(Option<std::sync::Arc<tokio::sync::Notify>>);

impl Drop for CancelWhenDropped {
    fn drop(&mut self) {
        self.0.iter().for_each(|cancel| cancel.notify_one());
    }
}

enum Begun {
    /// The person is to write the question into this conversation.
    Shown(Record),
    Asking(Record, Box<Exchange>),
}

impl Server {
    /// The document and the code in it that are asked about.
    fn subject(&self, argument: &Argument) -> std::result::Result<Option<Subject>, String> {
        let Some(uri) = &argument.uri else {
            if argument.action.edits() {
                return Err(format!("{} needs the textDocument and range of the code", argument.action.name()));
            }
            return Ok(None);
        };
        let document = self.documents.get(uri.as_str());
        let document = document.ok_or_else(|| format!("{} is not open; open it first", uri.as_str()))?;
        let path = indexing::path(uri);
        self.engine.may_show(&document, path.as_deref()).map_err(|reason| format!("nothing is sent: {reason}"))?;
        let range = argument.range.map_or(0..document.text.len_bytes(), |range| {
            let (start, end) = (convert::from_position(range.start), convert::from_position(range.end));
            position::to_range(&document.text, start, end, self.client().encoding)
        });
        let name = self.name(uri, path.as_deref());
        Ok(Some(Subject { document, range, name }))
    }

    /// How a person calls a file: by its path below the workspace, or its name.
    fn name(&self, uri: &Uri, path: Option<&Path>) -> String {
        let Some(path) = path else {
            return uri.as_str().rsplit('/').next().unwrap_or_default().to_owned();
        };
        let below = self.below_root(path);
        let name = below.or_else(|| path.file_name().map(Into::into)).unwrap_or_default();
        name.to_string_lossy().replace('\\', "/")
    }

    async fn begin_chat(
        self,
        argument: Argument,
        mut subject: Option<Subject>,
        others: Vec<Document>,
    ) -> std::result::Result<Begun, String> {
        self.backend().open_chat().await.map_err(|error| error.to_string())?;
        if let Some(subject) = &mut subject {
            let (text, language) = (&subject.document.text, &subject.document.language);
            subject.range = argument.action.subject(text, subject.range.clone(), language);
            if subject.range.is_empty() && !argument.action.needs_words() {
                return Err(format!("there is no code here to {}; select some", argument.action.name()));
            }
        }
        let title = title(argument.action, subject.as_ref(), argument.words.as_deref());
        let found = match argument.conversation {
            Some(id) => {
                let claim = self.chats.claim(&id)?;
                Some((claim, Record::find(&self, id).await?))
            }
            None if argument.words.is_none() && argument.action == Action::Ask => {
                return self.show_question(&title, subject.as_ref()).await.map(Begun::Shown);
            }
            None => None,
        };
        let earlier = found.as_ref().map_or("", |(_, (_, text))| text);
        let conversation = Conversation::parse(earlier);
        let pending = Some(conversation.pending.clone()).filter(|_| argument.action == Action::Ask);
        let words = argument.words.or(pending).filter(|words| !words.is_empty());
        if words.is_none() && argument.action.needs_words() {
            return Err(match found {
                Some(_) if argument.action == Action::Ask => {
                    "there is no question at the end of the conversation; write one there first".to_owned()
                }
                _ => format!("{} needs an instruction: say in words what you want", argument.action.name()),
            });
        }

        let settings = self.settings();
        let names: Vec<_> = others.iter().map(|document| self.readable(document)).collect();
        let others = others.iter().zip(&names).filter_map(|(document, name)| {
            let path = name.as_deref()?;
            Some(Source { path, language: &document.language, text: &document.text })
        });
        let code = subject.as_ref().map(Subject::code);
        let question = Question {
            action: argument.action,
            words: words.as_deref(),
            code: code.as_slice(),
            diagnostics: &argument.diagnostics,
            others: &others.collect::<Vec<_>>(),
            history: &conversation.turns,
        };
        let asked = prompt::build(&question, settings.chat.system_prompt.as_deref(), settings.chat.context_tokens);
        let asked = asked.map_err(|error| error.to_string())?;
        // Only what can be asked begins a conversation: no empty file is left of what is refused.
        let (claim, (record, earlier)) = match found {
            Some(found) => found,
            None => {
                let begun = Record::begin(title.clone()).await?;
                (self.chats.claim(&begun.0.id)?, begun)
            }
        };
        let exchange = Exchange {
            action: argument.action,
            title,
            subject,
            claim: Some(claim),
            earlier,
            kept: asked.kept,
            left_out: asked.left_out,
            prompt: prompt::request(asked.messages, &settings.chat),
        };
        Ok(Begun::Asking(record, Box::new(exchange)))
    }

    /// How the person calls an open document, if what it holds may be sent.
    fn readable(&self, document: &Document) -> Option<String> {
        let uri: Uri = document.uri.parse().ok()?;
        let path = indexing::path(&uri);
        self.engine.may_show(document, path.as_deref()).ok()?;
        Some(self.name(&uri, path.as_deref()))
    }

    /// Begins a conversation that waits for its question, and shows it.
    async fn show_question(&self, title: &str, subject: Option<&Subject>) -> std::result::Result<Record, String> {
        if !self.client().show_document {
            return Err("ask needs an instruction: say in words what you want to know".to_owned());
        }
        let (record, _) = Record::begin(title.to_owned()).await?;
        if let Some(subject) = subject {
            let code = prompt::beginning(&subject.code(), self.settings().chat.context_tokens);
            record.append(self, &format!("{code}\n\n")).await?;
        }
        self.show(&record).await;
        Ok(record)
    }

    /// Opens a conversation in the editor; false where it does not.
    pub(super) async fn show(&self, record: &Record) -> bool {
        let document =
            ShowDocumentParams { uri: record.uri.clone(), external: None, take_focus: Some(true), selection: None };
        self.client().show_document && self.connection.show_document(document).await.unwrap_or_default()
    }
}

impl Subject {
    /// As the prompt wants it.
    pub fn code(&self) -> Code<'_> {
        let text: &Rope = &self.document.text;
        Code { path: &self.name, language: &self.document.language, text, range: Range::clone(&self.range) }
    }
}

/// What a conversation, and the progress of its first question, is called.
fn title(action: Action, subject: Option<&Subject>, words: Option<&str>) -> String {
    match (subject, words) {
        (Some(subject), _) => format!("{} {}", action.title(), subject.code().place()),
        (None, Some(words)) => fits_on_a_line(words),
        (None, None) => action.title().to_owned(),
    }
}
