//! Chat in the engine's books: which document it may show the endpoint, and what each reply costs.

use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::{Stream, StreamExt};

use super::Engine;
use crate::{
    completion::{Reason, gate},
    model::{ChatPrompt, Error, Piece, Reply},
    text::document::Document,
    usage::Meter,
};

impl Engine {
    /// Whether a chat may show the endpoint this document, stored at `path`, or why not: it is private, or no
    /// text. Its size does not count: of a large one, what fits the budget is sent.
    pub fn may_show(&self, document: &Document, path: Option<&Path>) -> Result<(), Reason> {
        let state = self.lock();
        gate::sendable(document, path, &state.privacy)
    }

    /// The same reply, counted as it is read: as reset when it is dropped before its end, as failed when that is an error.
    /// A reply that is never read counts for nothing, since it was never asked for.
    pub fn metered(&self, prompt: &ChatPrompt, reply: Reply) -> Reply {
        let metered = Metered {
            engine: self.clone(),
            model: prompt.model.clone(),
            meter: Meter::new(prompt),
            reply,
            at: At::Start,
        };
        metered.boxed()
    }
}

/// How far a reply has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Nothing is sent yet.
    Start,
    Middle,
    /// Its costs are in the books.
    End,
}

struct Metered {
    engine: Engine,
    model: String,
    meter: Meter,
    reply: Reply,
    at: At,
}

impl Metered {
    fn begin(&mut self) {
        if self.at == At::Start {
            self.at = At::Middle;
            self.engine.lock().counts.requests += 1;
        }
    }

    fn note(&mut self, piece: Option<&Result<Piece, Error>>) {
        match piece {
            Some(Ok(piece @ Piece::End(_))) => {
                self.meter.take(piece);
                self.end();
            }
            Some(Ok(piece)) => self.meter.take(piece),
            Some(Err(error)) => {
                tracing::warn!(kind = error.kind(), "{error}");
                self.engine.lock().counts.failed += 1;
                self.end();
            }
            None => self.end(),
        }
    }

    fn end(&mut self) {
        if self.at == At::Middle {
            self.at = At::End;
            self.engine.lock().count_chat(&self.model, self.meter.cost());
        }
    }
}

impl Stream for Metered {
    type Item = Result<Piece, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.begin();
        let polled = self.reply.poll_next_unpin(context);
        if let Poll::Ready(piece) = &polled {
            self.note(piece.as_ref());
        }
        polled
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        if self.at == At::Middle {
            self.engine.lock().counts.reset += 1;
            self.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::stream;
    use ropey::Rope;
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;
    use crate::{
        endpoint::Backend,
        model::{End, Message, Role, Usage},
        settings::Settings,
        usage::{Counts, Tally},
    };

    fn engine(settings: Settings) -> Engine {
        let endpoint = Arc::new(Backend::new(&settings));
        Engine::new(Arc::new(settings), endpoint, unbounded_channel().0)
    }

    fn prompt() -> ChatPrompt {
        let messages = vec![Message { role: Role::User, text: "nine byte".into() }];
        ChatPrompt { messages, model: "codestral-latest".into(), ..ChatPrompt::default() }
    }

    fn text(text: &str) -> Result<Piece, Error> {
        Ok(Piece::Text(text.into()))
    }

    fn cut() -> Result<Piece, Error> {
        Err(Error::Cut { host: "h".into() })
    }

    /// Reads `read` pieces of the reply, or all, and drops it.
    #[track_caller]
    fn check(pieces: Vec<Result<Piece, Error>>, read: usize, counts: Counts) {
        let engine = engine(Settings::default());
        let reply = engine.metered(&prompt(), stream::iter(pieces.clone()).boxed());
        let heard: Vec<_> = futures_util::FutureExt::now_or_never(reply.take(read).collect()).unwrap();
        assert_eq!(heard, pieces[..read.min(pieces.len())]);
        assert_eq!(engine.status().counts, counts);
        let mut tally = Tally::default();
        if counts.requests > 0 {
            let Counts { prompt_tokens, completion_tokens, .. } = counts;
            tally.chat(true).spend(crate::usage::Cost { prompt_tokens, completion_tokens });
        }
        assert_eq!(engine.take_tally(), tally);
    }

    #[test]
    fn each_chat_is_counted_once_however_it_ends() {
        let counts = |requests, reset, failed, prompt_tokens, completion_tokens| Counts {
            requests,
            reset,
            failed,
            prompt_tokens,
            completion_tokens,
            ..Counts::default()
        };
        let usage = Some(Usage { prompt_tokens: 20, completion_tokens: 7, cached_tokens: 0 });
        let end = Ok(Piece::End(End { usage, ..End::default() }));
        check(vec![text("abc"), text("def"), end.clone()], 9, counts(1, 0, 0, 20, 7));
        check(vec![text("abc"), Ok(Piece::End(End::default()))], 9, counts(1, 0, 0, 3, 1));
        check(vec![text("abc"), text("def"), end.clone()], 3, counts(1, 0, 0, 20, 7));
        check(vec![text("abc"), text("def"), end.clone()], 2, counts(1, 1, 0, 3, 2));
        check(vec![text("abc"), cut()], 9, counts(1, 0, 1, 3, 1));
        check(vec![cut()], 1, counts(1, 0, 1, 3, 0));
        check(vec![text("abc"), end], 0, Counts::default());
    }

    #[test]
    fn chats_with_a_model_of_unknown_price_are_counted_apart() {
        let engine = engine(Settings::default());
        let prompt = ChatPrompt { model: "mistral-medium-latest".into(), ..prompt() };
        let reply = engine.metered(&prompt, stream::iter([text("abc"), Ok(Piece::End(End::default()))]).boxed());
        let _: Option<Vec<_>> = futures_util::FutureExt::now_or_never(reply.collect());
        let tally = engine.take_tally();
        assert_eq!((tally.unpriced().requests, tally.priced().requests, tally.total().requests), (1, 0, 1));
    }

    #[track_caller]
    fn check_shown(path: &str, text: &str, part: Option<&str>) {
        let mut settings = Settings::default();
        settings.limits.max_file_bytes = 1024;
        settings.completion.enabled = false;
        let document = Document {
            uri: "file:///x".into(),
            language: "rust".into(),
            text: Rope::from_str(text),
            version: 1,
            binary: text.contains('\0'),
        };
        let engine = engine(settings);
        engine.toggle();
        let refused = engine.may_show(&document, Some(Path::new(path))).err().map(|reason| reason.to_string());
        assert_eq!(refused.is_some(), part.is_some(), "{refused:?}");
        assert!(refused.unwrap_or_default().contains(part.unwrap_or_default()));
    }

    #[test]
    fn chat_sends_nothing_private_and_nothing_that_is_no_text() {
        check_shown("/p/main.rs", "fn main() {}", None);
        check_shown("/p/.env", "A=1", Some("the file is private"));
        check_shown("/p/main.rs", &"x".repeat(1025), None);
        check_shown("/p/main.rs", "a\0b", Some("not text"));
    }
}
