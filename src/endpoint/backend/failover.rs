//! Several endpoints: they are asked in their order, past those that rest, until one of them answers.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use tokio::time::timeout;

use super::Opened;
use super::member::Member;
use crate::endpoint::client::HttpEndpoint;
use crate::model::{Error, Recipient, Reply, Sent};

/// How long one may be silent before the next is asked besides: longer than the first byte takes of any that works, and
/// about as long as somebody waits who has stopped typing.
const SILENCE: Duration = Duration::from_secs(2);

/// How members are asked for one reply.
pub(super) struct Asking<F> {
    /// In their order.
    pub members: Vec<Arc<Member>>,
    /// Asks one of them.
    pub ask: F,
    pub sent: Sent,
    /// Whether one that is silent is passed over. Models that think before they answer in a chat are silent for long.
    pub passes_silence: bool,
}

impl<F> Asking<F>
where
    F: Fn(HttpEndpoint, &Member) -> Reply + Send + Sync + 'static,
{
    /// The reply of the first that begins one. Nothing is asked before it is polled.
    pub fn reply(self) -> Reply {
        self.first().into_stream().try_flatten().boxed()
    }

    /// The reply of the first that begins one; else the error of the last that was asked.
    async fn first(self) -> Result<Reply, Error> {
        let order = order(&self.members);
        let mut last = Error::NoEndpoint { chosen: false };
        for (at, member) in order.iter().enumerate() {
            let is_last = at + 1 == order.len();
            let begun = match member.open().await.and_then(|opened| member.usable(opened)) {
                Ok(opened) => self.begin(opened, member, is_last).await,
                Err(error) => Err(error),
            };
            match begun {
                Ok(reply) => return Ok(reply),
                Err(error) => {
                    tracing::info!(section = member.section, kind = error.kind(), "this endpoint cannot answer");
                    member.failed(&error);
                    last = error;
                }
            }
        }
        Err(last)
    }

    /// Asks one, and waits for the first piece.
    async fn begin(&self, opened: Opened, member: &Arc<Member>, is_last: bool) -> Result<Reply, Error> {
        let host = opened.endpoint.host().to_owned();
        self.sent.goes_to(Recipient {
            host: host.as_str().into(),
            is_fallback: member.is_fallback(),
            is_own_machine: opened.endpoint.is_own_machine(),
        });
        let mut reply = (self.ask)(opened.endpoint, member);
        // What is not streamed is silent until all of it is written.
        let first = if self.passes_silence && member.settings.stream && !is_last {
            let limit = SILENCE.min(member.settings.timeout());
            match timeout(limit, reply.next()).await {
                Ok(first) => first,
                Err(_) => {
                    // What still waits for a place there was never sent, and is worth nothing to anybody.
                    if self.sent.is_set() {
                        self.sent.give_up();
                        listen_on(reply, Arc::clone(member));
                    }
                    return Err(Error::TimedOut { host, after: limit });
                }
            }
        } else {
            reply.next().await
        };
        match first {
            Some(Err(error)) => Err(error),
            Some(Ok(piece)) => {
                member.answered();
                Ok(stream::iter([Ok(piece)]).chain(watched(reply, Arc::clone(member))).boxed())
            }
            None => Err(Error::Cut { host }),
        }
    }
}

/// Those that do not rest, in their order. Who asks although all of them rest, by hand, asks all.
fn order(members: &[Arc<Member>]) -> Vec<Arc<Member>> {
    let awake: Vec<_> = members.iter().filter(|member| member.resting().is_none()).cloned().collect();
    if awake.is_empty() { members.to_vec() } else { awake }
}

/// What goes wrong after the beginning goes wrong for this reply, and tells that the endpoint fails.
fn watched(reply: Reply, member: Arc<Member>) -> Reply {
    reply.inspect_err(move |error| member.failed(error)).boxed()
}

/// A model that is being loaded would not be if nobody waited for it any more; and that an endpoint comes back is known
/// by its answer. What it says is nobody's.
fn listen_on(mut reply: Reply, member: Arc<Member>) {
    tokio::spawn(async move {
        if let Some(Ok(_)) = reply.next().await {
            tracing::info!(section = member.section, "this endpoint answers again, late");
            member.answered_late();
        }
    });
}
