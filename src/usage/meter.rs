//! A reply that counts itself: what was asked and paid, however the reply ends.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_util::{Stream, StreamExt};

use super::recorder::{Purpose, Recorder};
use super::{Cost, price, prompt_bytes};
use crate::model::{ChatPrompt, Error, Piece, Prompt, Recipient, Reply, Sent, Usage};

/// A reply, counted as it is read: as reset when it is dropped before its end, as failed when that is an error. What was
/// never sent, for want of a key, a connection or a reader, counts for nothing; what was sent and refused costs nothing.
pub struct Metered {
    reply: Reply,
    meter: Meter,
}

/// Counts one reply. Clones are for the same one.
#[derive(Debug, Clone)]
pub struct Meter {
    recorder: Recorder,
    purpose: Purpose,
    reading: Arc<Mutex<Reading>>,
    request: Sent,
}

/// How far a reply has been read. What the endpoint does not count itself, and what it did not get to because the reply
/// was given up, is estimated from bytes.
#[derive(Debug)]
struct Reading {
    at: At,
    /// Bytes of the prompt.
    sent: usize,
    /// Secrets masked in it.
    masked: u64,
    /// Bytes that have come. Thinking is paid for like text.
    received: usize,
    usage: Option<Usage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Nothing was seen to be sent yet.
    Start,
    Middle,
    /// It is over, and its cost recorded if it has one.
    End,
}

impl Metered {
    /// The reply to a completion's prompt, counted under its document's language. `ask` opens it, and sets what it is
    /// given when the request goes out.
    pub fn completion(
        usage: &Recorder,
        language: &Arc<str>,
        prompt: &Prompt,
        ask: impl FnOnce(Prompt, &Sent) -> Reply,
    ) -> Self {
        let purpose = Purpose::Completion(language.clone());
        Self::new(usage.clone(), purpose, (prompt_bytes(prompt), prompt.secrets), |sent| ask(prompt.clone(), sent))
    }

    /// The reply to a chat's prompt, counted under chat. `ask` as for a completion.
    pub fn chat(usage: &Recorder, prompt: &ChatPrompt, ask: impl FnOnce(ChatPrompt, &Sent) -> Reply) -> Self {
        let purpose = Purpose::Chat { is_priced: price::knows(&prompt.model) };
        Self::new(usage.clone(), purpose, (prompt.bytes(), prompt.secrets), |sent| ask(prompt.clone(), sent))
    }

    fn new(
        recorder: Recorder,
        purpose: Purpose,
        (sent, masked): (usize, u64),
        ask: impl FnOnce(&Sent) -> Reply,
    ) -> Self {
        let reading = Arc::new(Mutex::new(Reading { at: At::Start, sent, masked, received: 0, usage: None }));
        let request = Sent::default();
        let reply = ask(&request);
        Self { reply, meter: Meter { recorder, purpose, reading, request } }
    }

    /// The meter, for whoever may stop the reading from outside.
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }
}

impl Stream for Metered {
    type Item = Result<Piece, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.reply.poll_next_unpin(context);
        match &polled {
            Poll::Ready(piece) => self.meter.take(piece.as_ref()),
            Poll::Pending => self.meter.begin(&mut self.meter.reading()),
        }
        polled
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        self.meter.stop();
    }
}

impl Meter {
    /// The reply is read no further: counted as reset now, unless it is over or was never asked for.
    pub fn stop(&self) {
        let mut reading = self.reading();
        self.begin(&mut reading);
        if reading.at == At::Middle {
            self.recorder.request_reset();
            self.pay(&reading);
            reading.at = At::End;
        }
    }

    /// Whom the request went to, if that was told.
    pub fn asked(&self) -> Option<Recipient> {
        self.request.to()
    }

    /// Counts the request once it goes out.
    fn begin(&self, reading: &mut Reading) {
        if reading.at == At::Start && self.request.is_set() {
            reading.at = At::Middle;
            self.recorder.request_sent(reading.masked);
        }
    }

    fn take(&self, piece: Option<&Result<Piece, Error>>) {
        let mut reading = self.reading();
        self.begin(&mut reading);
        let is_open = reading.at == At::Middle;
        match piece {
            Some(Ok(Piece::Text(text) | Piece::Thinking(text))) => return reading.received += text.len(),
            Some(Ok(Piece::End(end))) => reading.usage = end.usage,
            Some(Err(_)) if is_open => self.recorder.request_failed(),
            Some(Err(_)) | None => {}
        }
        let is_free = matches!(piece, Some(Err(error)) if reading.received == 0 && !is_billed(error));
        if is_open && !is_free {
            self.pay(&reading);
        }
        reading.at = At::End;
    }

    fn pay(&self, reading: &Reading) {
        // Each that stayed silent has read the prompt as well.
        for _ in 0..self.request.given_up() {
            self.recorder.request_sent(0);
            self.recorder.pay(&self.purpose, Cost::of(reading.sent, 0, None, 0), None);
        }
        let asked = self.request.to();
        self.recorder.pay(
            &self.purpose,
            Cost::of(reading.sent, reading.received, reading.usage, reading.masked),
            asked.as_ref(),
        );
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an endpoint bills a request that ends so before any text: it may have worked on what it then could not say.
/// What it refuses, by a status, it does not bill; nor does it know of what never came to it.
fn is_billed(error: &Error) -> bool {
    match error {
        Error::TimedOut { .. } | Error::Cut { .. } | Error::Unreadable { .. } => true,
        Error::Chat { cause, .. } => is_billed(cause),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, stream};

    use super::*;
    use crate::model::{End, Message, Role};
    use crate::usage::{Counts, Tally};

    fn prompt(words: &'static str) -> ChatPrompt {
        let messages = vec![Message { role: Role::User, text: words.into() }];
        ChatPrompt { messages, secrets: 2, model: "codestral-latest".into(), ..ChatPrompt::default() }
    }

    fn text(text: &str) -> Result<Piece, Error> {
        Ok(Piece::Text(text.into()))
    }

    fn cut() -> Result<Piece, Error> {
        Err(Error::Cut { host: "h".into() })
    }

    /// Sends at the first poll, and says these.
    fn saying<P>(pieces: Vec<Result<Piece, Error>>) -> impl FnOnce(P, &Sent) -> Reply {
        move |_, sent| {
            let (sent, mut pieces) = (sent.clone(), stream::iter(pieces));
            stream::poll_fn(move |context| {
                sent.set();
                pieces.poll_next_unpin(context)
            })
            .boxed()
        }
    }

    /// What is counted of requests, of failed ones and of tokens sent where the first thing that comes is this error.
    #[track_caller]
    fn check_failure(error: Error, is_sent: bool, counted: [u64; 3]) {
        let usage = Recorder::default();
        let prompt = Prompt { prefix: "nine byte".into(), ..Prompt::default() };
        let failing = error.clone();
        let mut reply = Metered::completion(&usage, &"rust".into(), &prompt, move |_, sent| {
            is_sent.then(|| sent.set());
            stream::iter([Err(failing)]).boxed()
        });
        assert_eq!(reply.next().now_or_never(), Some(Some(Err(error))));
        drop(reply);
        let counts = usage.counts();
        assert_eq!([counts.requests, counts.failed, counts.prompt_tokens], counted);
        assert_eq!(usage.take_tally().is_empty(), counted[2] == 0);
    }

    #[test]
    fn what_is_refused_or_never_sent_costs_nothing() {
        let (host, message) = (|| "h".to_owned(), String::new);
        check_failure(Error::NoKey, false, [0, 0, 0]);
        check_failure(Error::Unreachable { host: host(), reason: message() }, false, [0, 0, 0]);
        check_failure(Error::TimedOut { host: host(), after: std::time::Duration::ZERO }, false, [0, 0, 0]);
        check_failure(Error::KeyRefused { host: host(), message: message() }, true, [1, 1, 0]);
        check_failure(Error::PaymentRequired { host: host(), message: message() }, true, [1, 1, 0]);
        check_failure(Error::NotFound { host: host(), message: message() }, true, [1, 1, 0]);
        check_failure(Error::RateLimited { retry_after: None }.in_chat(true), true, [1, 1, 0]);
        check_failure(Error::TimedOut { host: host(), after: std::time::Duration::ZERO }, true, [1, 1, 3]);
        check_failure(Error::Cut { host: host() }.in_chat(false), true, [1, 1, 3]);
    }

    #[test]
    fn what_is_dropped_is_paid_if_it_was_sent() {
        for (is_sent, tokens) in [(true, 3), (false, 0)] {
            let usage = Recorder::default();
            let prompt = Prompt { prefix: "nine byte".into(), ..Prompt::default() };
            let mut reply = Metered::completion(&usage, &"rust".into(), &prompt, |_, sent| {
                is_sent.then(|| sent.set());
                stream::pending().boxed()
            });
            assert!(reply.next().now_or_never().is_none());
            drop(reply);
            assert_eq!(usage.counts().prompt_tokens, tokens);
        }
    }

    /// Reads `read` pieces of the reply, or all, and drops it.
    #[track_caller]
    fn check(pieces: Vec<Result<Piece, Error>>, read: usize, counts: Counts) {
        let usage = Recorder::default();
        let reply = Metered::chat(&usage, &prompt("nine byte"), saying(pieces.clone()));
        let heard: Vec<_> = reply.take(read).collect().now_or_never().unwrap();
        assert_eq!(heard, pieces[..read.min(pieces.len())]);
        assert_eq!(usage.counts(), counts);
        let mut tally = Tally::default();
        if counts.requests > 0 {
            let Counts { prompt_tokens, completion_tokens, masked, .. } = counts;
            tally.chat(true).spend(Cost { prompt_tokens, completion_tokens, masked });
        }
        assert_eq!(usage.take_tally(), tally);
    }

    #[test]
    fn each_chat_is_counted_once_however_it_ends() {
        let counts = |requests, reset, failed, prompt_tokens, completion_tokens| Counts {
            requests,
            reset,
            failed,
            prompt_tokens,
            completion_tokens,
            masked: 2,
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
        let usage = Recorder::default();
        let prompt = ChatPrompt { model: "mistral-medium-latest".into(), ..prompt("nine byte") };
        let reply = Metered::chat(&usage, &prompt, saying(vec![text("abc"), Ok(Piece::End(End::default()))]));
        let _: Option<Vec<_>> = reply.collect().now_or_never();
        let tally = usage.take_tally();
        assert_eq!((tally.unpriced().requests, tally.priced().requests, tally.total().requests), (1, 0, 1));
    }

    /// The cost of a chat of seven bytes to which these pieces are the reply.
    #[track_caller]
    fn check_cost(pieces: &[Piece], prompt_tokens: u64, completion_tokens: u64) {
        let messages =
            vec![Message { role: Role::System, text: "abc".into() }, Message { role: Role::User, text: "défg".into() }];
        let usage = Recorder::default();
        let pieces: Vec<_> = pieces.iter().cloned().map(Ok).collect();
        let reply = Metered::chat(&usage, &ChatPrompt { messages, ..ChatPrompt::default() }, saying(pieces));
        let _: Option<Vec<_>> = reply.collect().now_or_never();
        let total = usage.take_tally().total();
        assert_eq!((total.prompt_tokens, total.completion_tokens), (prompt_tokens, completion_tokens));
    }

    #[test]
    fn the_endpoints_count_goes_before_the_estimate() {
        let text = |text: &str| Piece::Text(text.into());
        let thinking = Piece::Thinking("1234".into());
        check_cost(&[], 3, 0);
        check_cost(&[text("ab"), text("c")], 3, 1);
        check_cost(&[thinking.clone(), text("ab")], 3, 2);
        check_cost(&[text("ab"), Piece::End(End::default())], 3, 1);
        let usage = Some(Usage { prompt_tokens: 20, completion_tokens: 9, cached_tokens: 0 });
        check_cost(&[thinking, text("ab"), Piece::End(End { usage, ..End::default() })], 20, 9);
    }

    #[test]
    fn a_reply_that_is_stopped_from_outside_is_paid_at_once_and_only_once() {
        let usage = Recorder::default();
        let prompt = Prompt { prefix: "sixsix".into(), ..Prompt::default() };
        let mut reply = Metered::completion(&usage, &"rust".into(), &prompt, saying(vec![text("abc"), text("def")]));
        reply.meter().stop();
        assert_eq!(usage.counts(), Counts::default());
        let _ = reply.next().now_or_never();
        reply.meter().stop();
        let paid = Counts { requests: 1, reset: 1, prompt_tokens: 2, completion_tokens: 1, ..Counts::default() };
        assert_eq!(usage.counts(), paid);
        let _: Option<Vec<_>> = reply.collect().now_or_never();
        assert_eq!((usage.counts(), usage.take_tally().of("rust").requests), (paid, 1));
    }
}
