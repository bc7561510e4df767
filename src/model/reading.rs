//! The one loop that reads a reply: for completions and chats, in the server and on the command line.

use std::future::{Future, ready};
use std::ops::ControlFlow;
use std::pin::pin;

use futures_util::{Stream, StreamExt};

use super::{End, Error, Finish, Piece};

/// More of what a model says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// More of the answer.
    Text(String),
    /// More of what a model thinks before it answers; no part of the answer.
    Thinking(String),
}

/// Takes what a model says as it comes. A closure that waits for nothing is one.
pub trait Listener {
    /// Takes more, and says whether to read on.
    fn take(&mut self, delta: Delta) -> impl Future<Output = ControlFlow<()>> + Send;
}

impl<F: FnMut(Delta) -> ControlFlow<()>> Listener for F {
    fn take(&mut self, delta: Delta) -> impl Future<Output = ControlFlow<()>> + Send {
        ready(self(delta))
    }
}

/// Reads a reply until it is over or the listener breaks off; `None` where it did. Then the reply is dropped, which
/// ends its request. So it is, too, when this future is dropped.
///
/// # Errors
/// The endpoint's. What came before it has been given to the listener.
pub async fn read(
    reply: impl Stream<Item = Result<Piece, Error>>,
    mut listener: impl Listener,
) -> Result<Option<End>, Error> {
    let mut reply = pin!(reply);
    while let Some(piece) = reply.next().await {
        let delta = match piece? {
            Piece::Text(text) => Delta::Text(text),
            Piece::Thinking(text) => Delta::Thinking(text),
            Piece::End(end) => return Ok(Some(end)),
        };
        if listener.take(delta).await.is_break() {
            return Ok(None);
        }
    }
    // Endpoints say how they end, or that they broke off; whoever does neither has said all it will.
    Ok(Some(End { finish: Finish::Other, usage: None }))
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, stream};

    use super::*;

    /// Reads at most `most` deltas; gives what was said, thoughts in brackets, and how it ended.
    #[track_caller]
    fn check(pieces: Vec<Result<Piece, Error>>, most: usize, said: &str, ended: Result<Option<Finish>, Error>) {
        let (mut heard, mut left) = (String::new(), most);
        let outcome = read(stream::iter(pieces), |delta| {
            match delta {
                Delta::Text(text) => heard.push_str(&text),
                Delta::Thinking(text) => heard.push_str(&format!("[{text}]")),
            }
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let outcome = outcome.now_or_never().expect("nothing is waited for");
        assert_eq!((heard.as_str(), outcome.map(|end| end.map(|end| end.finish))), (said, ended));
    }

    #[test]
    fn a_reply_is_read_to_its_end_its_error_or_until_enough_has_come() {
        let text = |text: &str| Ok(Piece::Text(text.to_owned()));
        let thinking = Ok(Piece::Thinking("hm".to_owned()));
        let end = Ok(Piece::End(End { finish: Finish::Length, usage: None }));
        let cut = Error::Cut { host: "h".into() };
        check(vec![thinking, text("a"), text("b"), end.clone()], 9, "[hm]ab", Ok(Some(Finish::Length)));
        check(vec![text("a"), text("b"), end.clone()], 1, "a", Ok(None));
        check(vec![text("a"), Err(cut.clone()), text("b")], 9, "a", Err(cut));
        check(vec![end, text("a")], 9, "", Ok(Some(Finish::Length)));
        check(vec![text("a")], 9, "a", Ok(Some(Finish::Other)));
    }
}
