//! One question and its answer: asks, tells what arrives, keeps it, and makes the edit.

use std::ops::Range;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tower_lsp::ls_types::MessageType;
use tower_lsp::ls_types::notification::Notification;

use super::super::Server;
use super::record::Record;
use super::{Claim, Ticket, progress};
use crate::chat::Action;
use crate::chat::conversation::{asking, closing, is_new};
use crate::chat::transcript::Transcript;
use crate::model::{ChatPrompt, Error, Finish, Piece};
use crate::text::document::Document;

/// The code that is asked about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The document as it was then.
    pub document: Document,
    /// The code, in bytes.
    pub range: Range<usize>,
    /// How the person calls the file.
    pub name: String,
}

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

/// What became of a chat; `editors/chat.md` says what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Prose, complete.
    Answered,
    /// The edit was made.
    Applied,
    /// The edit was made in a text that had changed around it.
    Moved,
    /// The model changes nothing.
    Unchanged,
    /// Nothing was edited; the reply can be read.
    Offered,
    /// By the person.
    Cancelled,
    /// By the endpoint.
    Failed,
}

/// What became of a chat, and one sentence about it if there is something to say.
#[derive(Debug, Clone)]
pub struct Outcome {
    kind: OutcomeKind,
    message: Option<String>,
}

impl Outcome {
    /// With a sentence.
    pub fn new(kind: OutcomeKind, message: impl Into<String>) -> Self {
        Self { kind, message: Some(message.into()) }
    }

    /// There is nothing to say.
    pub fn bare(kind: OutcomeKind) -> Self {
        Self { kind, message: None }
    }

    /// Says something more.
    fn add(&mut self, words: String) {
        self.message = Some(match self.message.take() {
            Some(message) => format!("{message}; {words}"),
            None => words,
        });
    }

    /// Adds it to an object of the protocol.
    pub fn write(&self, object: &mut Value) {
        let name = match self.kind {
            OutcomeKind::Answered => "answered",
            OutcomeKind::Applied => "applied",
            OutcomeKind::Moved => "moved",
            OutcomeKind::Unchanged => "unchanged",
            OutcomeKind::Offered => "offered",
            OutcomeKind::Cancelled => "cancelled",
            OutcomeKind::Failed => "failed",
        };
        object["outcome"] = name.into();
        if let Some(message) = &self.message {
            object["message"] = message.as_str().into();
        }
    }
}

/// Our own notification to clients that show conversations themselves.
enum ChatDelta {}

impl Notification for ChatDelta {
    type Params = Value;
    const METHOD: &'static str = "codestral/chatDelta";
}

/// Numbers what is told of one chat.
struct Deltas<'a> {
    server: &'a Server,
    record: &'a Record,
    chat: u64,
    sequence: u64,
    wanted: bool,
}

impl Deltas<'_> {
    async fn send(&mut self, mut delta: Value) {
        if !self.wanted {
            return;
        }
        delta["chat"] = self.chat.into();
        delta["conversation"] = self.record.id.as_str().into();
        delta["uri"] = self.record.uri.as_str().into();
        delta["sequence"] = self.sequence.into();
        self.sequence += 1;
        self.server.connection.send_notification::<ChatDelta>(delta).await;
    }

    async fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.send(json!({ "kind": "text", "text": text })).await;
        }
    }
}

impl Exchange {
    /// Asks and does all that follows. `own_token`: the ticket's token came with the client's request.
    pub async fn run(mut self: Box<Self>, server: Server, record: Record, ticket: Ticket, own_token: bool) -> Outcome {
        let wanted = server.client().streams_chat;
        let mut deltas = Deltas { server: &server, record: &record, chat: ticket.number, sequence: 0, wanted };
        let title = format!("Codestral: {}", self.title);
        let mut shown = progress::show(server.clone(), ticket.token.clone(), own_token, title);
        let asking = asking(&self.earlier, &self.kept);
        let told = if is_new(&self.earlier) { format!("{}{asking}", self.earlier) } else { asking.clone() };
        deltas.send(json!({ "kind": "begin", "action": self.action.name(), "text": told })).await;
        let mut kept = record.append(&server, &asking).await;

        let mut transcript = Transcript::new(server.settings().chat.show_thinking);
        let heard = tokio::select! {
            biased;
            () = ticket.cancel.notified() => Heard::Cancelled,
            heard = self.listen(&server, &mut transcript, &mut deltas, &mut shown) => heard,
        };
        let rest = transcript.finish();
        deltas.text(&rest).await;
        let mut outcome = self.conclude(&server, heard, transcript.answer()).await;
        let closing = closing(transcript.written(), outcome.message.as_deref());
        kept = kept.and(record.append(&server, &format!("{}{closing}", transcript.written())).await);
        if let Err(error) = kept {
            outcome.add(format!("the conversation cannot be kept ({error})"));
        }
        // Whoever is told of the end may go on with the conversation at once.
        self.claim = None;

        let mut end = json!({ "kind": "end", "text": closing });
        outcome.write(&mut end);
        deltas.send(end).await;
        shown.end().await;
        if !wanted {
            self.show(&server, &record, &outcome, transcript.answer()).await;
        }
        outcome
    }

    async fn listen(
        &self,
        server: &Server,
        transcript: &mut Transcript,
        deltas: &mut Deltas<'_>,
        shown: &mut progress::Shown,
    ) -> Heard {
        let reply = server.backend().chat(self.prompt.clone());
        let mut reply = server.engine.metered(&self.prompt, reply);
        while let Some(piece) = reply.next().await {
            let more = match piece {
                Ok(Piece::Text(text)) => transcript.text(&text),
                Ok(Piece::Thinking(text)) => transcript.thinking(&text),
                Ok(Piece::End(end)) => return Heard::Whole(end.finish),
                Err(error) => return Heard::Failed(error),
            };
            deltas.text(&more).await;
            shown.tell(transcript.written());
        }
        Heard::Whole(Finish::Other)
    }

    /// Makes the edit if there is one to be made, and says what became of it all.
    async fn conclude(&self, server: &Server, heard: Heard, answer: &str) -> Outcome {
        let finish = match heard {
            Heard::Whole(finish) => finish,
            Heard::Cancelled => return Outcome::new(OutcomeKind::Cancelled, "Cancelled."),
            Heard::Failed(error) => return Outcome::new(OutcomeKind::Failed, error.to_string()),
        };
        let mut outcome = match &self.subject {
            Some(subject) if self.action.edits() => {
                server.rewrite(&subject.document, &subject.range, answer, finish == Finish::Stop).await
            }
            _ if answer.trim().is_empty() => {
                Outcome::new(OutcomeKind::Failed, "the endpoint answered with nothing; ask again, or in other words")
            }
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
    async fn show(&self, server: &Server, record: &Record, outcome: &Outcome, answer: &str) {
        let to_read = match outcome.kind {
            OutcomeKind::Answered | OutcomeKind::Offered => true,
            OutcomeKind::Failed => !answer.is_empty() && !self.action.edits(),
            _ => false,
        };
        let shown = to_read && (record.is_open(server) || server.show(record).await);
        let kind = match outcome.kind {
            OutcomeKind::Failed => MessageType::ERROR,
            OutcomeKind::Offered => MessageType::WARNING,
            OutcomeKind::Cancelled => return,
            _ => MessageType::INFO,
        };
        if let Some(message) = &outcome.message {
            server.say(kind, format!("Codestral: {message}")).await;
        }
        if to_read && !shown {
            let path = record.uri.to_file_path().unwrap_or_default();
            server.say(MessageType::INFO, format!("Codestral: the answer is in {}", path.display())).await;
        }
    }
}

/// How a reply ended.
enum Heard {
    Whole(Finish),
    Cancelled,
    Failed(Error),
}
