//! One question and its answer: asks, tells what arrives, keeps it, and makes the edit.

use std::ops::ControlFlow;

use serde_json::json;
use tower_lsp::ls_types::MessageType;

use super::answer_progress::AnswerProgress;
use super::deltas::Deltas;
use super::outcome::{Outcome, OutcomeKind};
use super::rewrite_edit::rewrite;
use super::running::{Claim, Ticket};
use super::stored_conversation::StoredConversation;
use super::subject::Subject;
use crate::chat::Action;
use crate::chat::conversation::{asking, closing, is_new};
use crate::chat::endless::is_endless;
use crate::chat::transcript::Transcript;
use crate::model::{ChatPrompt, Delta, Error, Finish, Listener, read};
use crate::server::session::Session;
use crate::server::uri;
use crate::usage::Metered;

/// A question that is ready to be asked.
#[derive(Debug)]
pub struct Exchange {
    /// What is to be done.
    pub action: Action,
    /// What the progress is called.
    pub title: String,
    /// The code, where there is some.
    pub subject: Option<Subject>,
    /// On the conversation, until that is written.
    pub claim: Option<Claim>,
    /// What the conversation held before.
    pub earlier: String,
    /// The question as the conversation keeps it.
    pub kept: String,
    /// What did not fit into the prompt.
    pub left_out: Vec<String>,
    /// What is sent.
    pub prompt: ChatPrompt,
}

impl Exchange {
    /// Asks and does all that follows. `own_token`: the ticket's token came with the client's request.
    pub async fn run(
        mut self: Box<Self>,
        session: Session,
        conversation: StoredConversation,
        ticket: Ticket,
        own_token: bool,
    ) -> Outcome {
        let (client, documents) = (&session.client, &session.documents);
        let mut deltas = Deltas::new(client, &conversation, ticket.number);
        let title = format!("Codestral: {}", self.title);
        let mut progress = AnswerProgress::show(client.clone(), ticket.token.clone(), own_token, title);
        let asking = asking(&self.earlier, &self.kept);
        let told = if is_new(&self.earlier) { format!("{}{asking}", self.earlier) } else { asking.clone() };
        deltas.send(json!({ "kind": "begin", "action": self.action.name(), "text": told })).await;
        let mut kept = conversation.append(client, documents, &asking).await;

        let mut transcript = Transcript::new(session.configuration.settings().chat.show_thinking);
        let heard = tokio::select! {
            biased;
            () = ticket.cancel.notified() => Heard::Cancelled,
            heard = self.listen(&session, &mut transcript, &mut deltas, &mut progress) => heard,
        };
        let rest = transcript.finish();
        deltas.text(&rest).await;
        let mut outcome = self.conclude(&session, heard, transcript.answer()).await;
        let closing = closing(transcript.written(), outcome.message.as_deref());
        kept = kept.and(conversation.append(client, documents, &format!("{}{closing}", transcript.written())).await);
        if let Err(error) = kept {
            outcome.add(format!("the conversation cannot be kept ({error})"));
        }
        // Whoever is told of the end may go on with the conversation at once.
        self.claim = None;

        let mut end = json!({ "kind": "end", "text": closing });
        outcome.write(&mut end);
        deltas.send(end).await;
        progress.end().await;
        if !client.capabilities().streams_chat {
            self.show(&session, &conversation, &outcome, transcript.answer()).await;
        }
        outcome
    }

    async fn listen(
        &self,
        session: &Session,
        transcript: &mut Transcript,
        deltas: &mut Deltas<'_>,
        progress: &mut AnswerProgress,
    ) -> Heard {
        let backend = session.configuration.backend();
        let reply = Metered::chat(&session.usage, &self.prompt, |prompt, sent| backend.chat_telling(prompt, sent));
        match read(reply, Telling { transcript, deltas, progress }).await {
            // What was broken off has not said all.
            Ok(end) => Heard::Whole(end.map_or(Finish::Other, |end| end.finish)),
            Err(error) => {
                tracing::warn!(kind = error.kind(), "{error}");
                Heard::Failed(error)
            }
        }
    }

    /// Makes the edit if there is one to be made, and says what became of it all.
    async fn conclude(&self, session: &Session, heard: Heard, answer: &str) -> Outcome {
        let finish = match heard {
            Heard::Whole(finish) => finish,
            Heard::Cancelled => return Outcome::new(OutcomeKind::Cancelled, "cancelled"),
            Heard::Failed(error) => return Outcome::new(OutcomeKind::Failed, error.to_string()),
        };
        let mut outcome = match &self.subject {
            Some(subject) if self.action.edits() => {
                let (document, range) = (&subject.document, subject.range());
                rewrite(session, document, range, answer, finish == Finish::Stop, self.prompt.secrets > 0).await
            }
            _ if answer.trim().is_empty() => {
                Outcome::new(OutcomeKind::Failed, "the endpoint answered with nothing; ask again, or in other words")
            }
            _ if finish == Finish::Other && is_endless(answer) => Outcome::new(
                OutcomeKind::Answered,
                "the answer repeats itself without end and was broken off; ask again, or in other words",
            ),
            _ if finish == Finish::Length => Outcome::new(
                OutcomeKind::Answered,
                "the answer reached its limit; ask to go on, or raise chat.maxTokens",
            ),
            _ => Outcome::bare(OutcomeKind::Answered),
        };
        if !self.left_out.is_empty() {
            outcome.add(format!("left out of the question, since they did not fit: {}", self.left_out.join(", ")));
        }
        outcome
    }

    /// For a client that does not show conversations itself.
    async fn show(&self, session: &Session, conversation: &StoredConversation, outcome: &Outcome, answer: &str) {
        let to_read = match outcome.kind {
            OutcomeKind::Answered | OutcomeKind::Offered => true,
            OutcomeKind::Failed => !answer.is_empty() && !self.action.edits(),
            _ => false,
        };
        let shown = to_read
            && (conversation.is_open(&session.documents)
                || session.client.show_document(conversation.uri.clone()).await);
        let kind = match outcome.kind {
            OutcomeKind::Failed => MessageType::ERROR,
            OutcomeKind::Offered => MessageType::WARNING,
            OutcomeKind::Cancelled => return,
            _ => MessageType::INFO,
        };
        if let Some(message) = &outcome.message {
            session.client.tell_outcome(kind, message).await;
        }
        if to_read && !shown {
            let path = uri::to_path(&conversation.uri).unwrap_or_default();
            session
                .client
                .show_message(MessageType::INFO, format!("Codestral: the answer is in {}", path.display()))
                .await;
        }
    }
}

/// Tells what arrives.
struct Telling<'a, 'b> {
    transcript: &'a mut Transcript,
    deltas: &'a mut Deltas<'b>,
    progress: &'a mut AnswerProgress,
}

impl Listener for Telling<'_, '_> {
    async fn take(&mut self, delta: Delta) -> ControlFlow<()> {
        let more = match delta {
            Delta::Text(text) => self.transcript.text(&text),
            Delta::Thinking(text) => self.transcript.thinking(&text),
        };
        self.deltas.text(&more).await;
        self.progress.tell(self.transcript.written());
        if self.transcript.is_endless() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// How a reply ended.
enum Heard {
    Whole(Finish),
    Cancelled,
    Failed(Error),
}
