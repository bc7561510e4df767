//! Runs `codestral.chat`: finds what is asked about, refuses what cannot be asked, and begins the exchange.

use std::path::Path;

use futures_util::future::join_all;
use ropey::Rope;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::ExecuteCommandParams;

use super::argument::Argument;
use super::exchange::Exchange;
use super::stored_conversation::StoredConversation;
use super::subject::{self, Subject};
use crate::chat::Action;
use crate::chat::conversation::{Conversation, fits_on_a_line};
use crate::chat::definitions::OtherText;
use crate::chat::prompt::{self, Question};
use crate::masking::{RequestMask, ValueSyntax};
use crate::server::session::Session;
use crate::text::document::Document;
use crate::text::language;

/// LSP's `RequestFailed`: valid, but it cannot be done.
const REQUEST_FAILED: ErrorCode = ErrorCode::ServerError(-32803);

/// Runs the command. The texts are looked at before the first wait, as the client meant them.
pub async fn execute(session: &Session, params: ExecuteCommandParams) -> Result<Option<Value>> {
    let argument = Argument::read(params.arguments.into_iter().next()).map_err(Error::invalid_params)?;
    let mut mask = session.engine.masks().request();
    let subject = subject::of(session, &argument, &mut mask).map_err(Error::invalid_params)?;
    let others = session.documents.all();
    if let Some(subject) = &subject {
        subject::admit(session, subject).await.map_err(Error::invalid_params)?;
    }
    let token = params.work_done_progress_params.work_done_token;

    let begun = begin(session, argument, subject, others, mask).await.map_err(failed)?;
    let (conversation, exchange) = match begun {
        Begun::Shown(shown) => return Ok(Some(json!({ "conversation": shown.id, "uri": shown.uri }))),
        Begun::Asking(conversation, exchange) => (conversation, exchange),
    };
    let waits = token.is_some();
    let ticket = session.chats.begin(token);
    let mut answer = json!({ "chat": ticket.number, "conversation": conversation.id, "uri": conversation.uri });
    // The task goes on if the request is cancelled: what has arrived is kept, and the end is told.
    let cancel = CancelWhenDropped(waits.then(|| ticket.cancel.clone()));
    let running = tokio::spawn(exchange.run(session.clone(), conversation, ticket, waits));
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
    Shown(StoredConversation),
    Asking(StoredConversation, Box<Exchange>),
}

async fn begin(
    session: &Session,
    argument: Argument,
    mut subject: Option<Subject>,
    others: Vec<Document>,
    mut mask: RequestMask,
) -> std::result::Result<Begun, String> {
    session.configuration.backend().open_chat().await.map_err(|error| error.to_string())?;
    if let Some(subject) = &mut subject {
        choose_range(subject, argument.action)?;
    }
    // It is written down, and names a file.
    let title =
        mask.text(&title(argument.action, subject.as_ref(), argument.words.as_deref()), ValueSyntax::Prose).to_string();
    let found = match argument.conversation {
        Some(id) => {
            let claim = session.chats.claim(&id)?;
            Some((claim, StoredConversation::find(&session.documents, id).await?))
        }
        None if argument.words.is_none() && argument.action == Action::Ask => {
            return show_question(session, &title, subject.as_ref()).await.map(Begun::Shown);
        }
        None => None,
    };
    let earlier = found.as_ref().map_or("", |(_, (_, text))| text);
    let conversation = Conversation::parse(earlier);
    // What stands there already as it was written.
    let is_written = argument.words.is_none() && subject.is_none();
    let words = words_of(argument.words, argument.action, &conversation.pending, found.is_some())?;

    let settings = session.configuration.settings();
    let masks = session.engine.masks();
    let names = join_all(others.iter().map(|document| subject::readable_name(session, document))).await;
    let readable = others.iter().zip(names).filter_map(|(document, name)| {
        Some((name?, &document.language, mask.found(&document.text, &masks.of(document))))
    });
    let readable: Vec<_> = readable.collect();
    let (closed, excerpts) = match &subject {
        Some(subject) => (
            subject::files_with_its_names(session, subject, &mut mask).await,
            subject::excerpts(session, subject, &others, &mut mask).await,
        ),
        None => (vec![], vec![]),
    };
    let closed: Vec<_> = closed.iter().map(|file| (&*file.path, Rope::from_str(&file.text))).collect();
    let others = readable.iter().map(|(path, language, masked)| OtherText { path, language, text: &masked.text });
    let others = others.chain(closed.iter().map(|(path, text)| {
        let language = language::of(Path::new(path));
        OtherText { path, language, text }
    }));
    let code = subject.as_ref().map(Subject::code);
    let question = Question {
        action: argument.action,
        words: words.as_deref(),
        code: code.as_slice(),
        diagnostics: &argument.diagnostics,
        others: &others.collect::<Vec<_>>(),
        excerpts: &excerpts,
        history: &conversation.turns,
    };
    let (system, tokens) = (settings.chat.system_prompt.as_deref(), settings.chat.context_tokens);
    let asked = prompt::build(&question, system, tokens, &mut mask).map_err(|error| error.to_string())?;
    let kept = if is_written { words.clone().unwrap_or_default() } else { asked.kept };
    // Only what can be asked begins a conversation: no empty file is left of what is refused.
    let (claim, (conversation, earlier)) = match found {
        Some(found) => found,
        None => {
            let begun = StoredConversation::begin(title.clone()).await?;
            (session.chats.claim(&begun.0.id)?, begun)
        }
    };
    let exchange = Exchange {
        action: argument.action,
        title,
        subject,
        claim: Some(claim),
        earlier,
        kept,
        left_out: asked.left_out,
        prompt: prompt::request(asked.messages, mask.count(), &settings.chat),
    };
    Ok(Begun::Asking(conversation, Box::new(exchange)))
}

/// Makes the range what the action is about: the selection, or the block around the cursor.
///
/// # Errors
/// Why there is nothing to ask about, in a sentence for the person.
fn choose_range(subject: &mut Subject, action: Action) -> std::result::Result<(), String> {
    let (text, language) = (&subject.document.text, &subject.document.language);
    let range = action.subject(text, subject.range().clone(), language);
    subject.set_range(range);
    if subject.range().is_empty() && !action.needs_words() {
        return Err(format!("there is no code here to {}; select some", action.name()));
    }
    Ok(())
}

/// What is asked in words: those of the request, or of a question what stands at the conversation's end (`pending`).
///
/// # Errors
/// Which words are missing, in a sentence for the person.
fn words_of(
    given: Option<String>,
    action: Action,
    pending: &str,
    in_conversation: bool,
) -> std::result::Result<Option<String>, String> {
    let pending = || (action == Action::Ask).then(|| pending.to_owned());
    let words = given.or_else(pending).filter(|words| !words.is_empty());
    if words.is_none() && action.needs_words() {
        return Err(if in_conversation && action == Action::Ask {
            "there is no question at the end of the conversation; write one there first".to_owned()
        } else {
            format!("{} needs an instruction: say in words what you want", action.name())
        });
    }
    Ok(words)
}

/// Begins a conversation that waits for its question, and shows it.
async fn show_question(
    session: &Session,
    title: &str,
    subject: Option<&Subject>,
) -> std::result::Result<StoredConversation, String> {
    if !session.client.capabilities().show_document {
        return Err("ask needs an instruction: say in words what you want to know".to_owned());
    }
    let (conversation, _) = StoredConversation::begin(title.to_owned()).await?;
    if let Some(subject) = subject {
        let code = prompt::beginning(&subject.code(), session.configuration.settings().chat.context_tokens);
        conversation.append(&session.client, &session.documents, &format!("{code}\n\n")).await?;
    }
    session.client.show_document(conversation.uri.clone()).await;
    Ok(conversation)
}

/// What a conversation, and the progress of its first question, is called.
fn title(action: Action, subject: Option<&Subject>, words: Option<&str>) -> String {
    match (subject, words) {
        (Some(subject), _) => format!("{} {}", action.title(), subject.code().place()),
        (None, Some(words)) => fits_on_a_line(words),
        (None, None) => action.title().to_owned(),
    }
}
