//! The process's HTTP client: how connections are made, kept and given up.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fs;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures_util::stream;
use reqwest::header::CONTENT_LENGTH;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Request, Response, Version};
use rustls::crypto::ring;
use tokio::sync::OnceCell;
use tokio::task;
use tokio::time::timeout;

use crate::endpoint::error::for_people;
use crate::model::{Error, Sent};
use crate::system_error::reason;

/// Longer than a bad network needs for TCP and TLS; whoever types has long gone on.
const CONNECT: Duration = Duration::from_secs(3);

/// Finds connections that a network has dropped in silence before the next request runs into them.
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

/// The same over HTTP/2, through proxies too, and below the shortest idle limits in use (60 s).
const PING_EVERY: Duration = Duration::from_secs(20);

/// A ping not answered by then means the connection is gone.
const PING_ANSWER: Duration = Duration::from_secs(5);

/// Below the 60 to 75 s at which common proxies close, so that it is we who close.
const IDLE: Duration = Duration::from_secs(55);

/// So much longer than the time the machine ran for was the time of day: it slept. Clocks that are set differ by less,
/// and where they do not, one connection is made in vain.
const SLEPT: Duration = Duration::from_secs(20);

/// HTTP/1.1 needs one connection a request; more than these are not worth keeping.
const IDLE_CONNECTIONS: usize = 4;

/// A kept connection that the other side has closed fails within a round trip; what fails later was being worked on.
const STALE_WITHIN: Duration = Duration::from_secs(1);

/// The longest reply of which all is read at once: errors, lists of models.
const LONGEST_BODY: usize = 1 << 20;

const USER_AGENT: &str = concat!("codestral-ls/", env!("CARGO_PKG_VERSION"));

/// One client, shared by all who ask endpoints; clones are handles to the same connections.
///
/// It is built at the first use and off the runtime's threads, since reading the system's certificates takes up to
/// 30 ms: making an `Http` costs nothing.
#[derive(Debug, Clone)]
pub struct Http(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    ca_file: Option<PathBuf>,
    loopback: bool,
    /// The client in use; see [`Http::renew`].
    client: Mutex<Arc<OnceCell<Client>>>,
    /// Something has been answered over HTTP/1.1 before, so that a kept connection may have been used. HTTP/2 says itself
    /// when a connection ends and what it did not do.
    keeps_http1: AtomicBool,
    /// When something was last asked.
    asked_at: Mutex<Option<(Instant, SystemTime)>>,
}

impl Http {
    /// Trusts the system's certificates and those of `ca_file` (PEM). `loopback`: this machine only, no proxy.
    pub fn new(ca_file: Option<PathBuf>, loopback: bool) -> Self {
        let (client, keeps_http1, asked_at) = (Mutex::default(), AtomicBool::new(false), Mutex::default());
        Self(Arc::new(Inner { ca_file, loopback, client, keeps_http1, asked_at }))
    }

    /// This client if it is made so, else another one: settings that have nothing to do with connections keep them.
    pub fn or_new(&self, ca_file: Option<PathBuf>, loopback: bool) -> Self {
        let same = self.0.ca_file == ca_file && self.0.loopback == loopback;
        if same { self.clone() } else { Self::new(ca_file, loopback) }
    }

    /// Builds the client if that has not been done.
    pub(super) async fn client(&self) -> Result<Client, Error> {
        let build = || async {
            let inner = Arc::clone(&self.0);
            let built = task::spawn_blocking(move || build(inner.ca_file.as_deref(), inner.loopback)).await;
            built.unwrap_or_else(|error| Err(Error::Setup(format!("the HTTP client cannot be built ({error})"))))
        };
        let client = Arc::clone(&self.current());
        client.get_or_try_init(build).await.cloned()
    }

    /// Uses no connection that is open now for anything new: they may be dead. What is on its way over them goes on, and
    /// they are closed when nothing is.
    pub(super) fn renew(&self) {
        *self.current() = Arc::default();
        self.0.keeps_http1.store(false, Ordering::Relaxed);
    }

    /// Makes new connections where the machine has slept since the last request: those from before are dead by now, and
    /// count as young, since the clocks that they are timed by did not go on.
    fn renew_after_sleep(&self) {
        let now = (Instant::now(), SystemTime::now());
        let before = self.0.asked_at.lock().unwrap_or_else(PoisonError::into_inner).replace(now);
        if before.is_some_and(|before| has_slept(before, now)) {
            tracing::debug!("the machine has slept: new connections");
            self.renew();
        }
    }

    fn current(&self) -> MutexGuard<'_, Arc<OnceCell<Client>>> {
        self.0.client.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends `request`, with `body` where there is one, and waits for the reply's head. `host` is for messages.
    ///
    /// A request that was not looked at is sent once more, at once: on a kept connection that turns out to be closed
    /// nothing was received, and over HTTP/2 a server says so. hyper does that itself only before the request is written.
    /// A stream that is reset after the server took it is not sent again: it may be billed.
    pub(super) async fn send(&self, request: Request, body: Option<Body>, host: &str) -> Result<Response, Error> {
        self.renew_after_sleep();
        let client = self.client().await?;
        let (started, again) = (Instant::now(), request.try_clone());
        let with_body = |request| match &body {
            Some(body) => body.put_into(request),
            None => request,
        };
        let sent = match client.execute(with_body(request)).await {
            Err(error) if was_refused_unread(&error) || self.may_be_stale(&error, started) => match again {
                Some(again) => client.execute(with_body(again)).await,
                None => Err(error),
            },
            sent => sent,
        };
        let response = sent.map_err(|error| explain(&error, host))?;
        self.0.keeps_http1.store(response.version() < Version::HTTP_2, Ordering::Relaxed);
        Ok(response)
    }

    fn may_be_stale(&self, error: &reqwest::Error, started: Instant) -> bool {
        self.0.keeps_http1.load(Ordering::Relaxed)
            && error.is_request()
            && !error.is_connect()
            && !error.is_timeout()
            && started.elapsed() < STALE_WITHIN
    }
}

/// Whether the machine slept between two times, each by a clock that stops meanwhile and by the time of day. Where the
/// first goes on too, the pool itself finds connections too old.
fn has_slept(before: (Instant, SystemTime), now: (Instant, SystemTime)) -> bool {
    let ran = now.0.saturating_duration_since(before.0);
    now.1.duration_since(before.1).is_ok_and(|passed| passed > ran + SLEPT)
}

/// What a POST carries, and who is told that it goes out.
#[derive(Debug)]
pub(super) struct Body {
    pub bytes: Vec<u8>,
    pub sent: Sent,
}

impl Body {
    /// As a stream of one piece, which is asked for once there is a connection to write it to.
    fn put_into(&self, mut request: Request) -> Request {
        let (bytes, sent) = (self.bytes.clone(), self.sent.clone());
        request.headers_mut().insert(CONTENT_LENGTH, bytes.len().into());
        let piece = stream::once(async move {
            sent.set();
            Ok::<_, Infallible>(bytes)
        });
        *request.body_mut() = Some(reqwest::Body::wrap_stream(piece));
        request
    }
}

/// Over HTTP/2 a server that goes away, or has too much to do, says which requests it has not looked at (RFC 9113, 8.7).
fn was_refused_unread(error: &reqwest::Error) -> bool {
    let Some(error) = causes(error).find_map(<dyn StdError>::downcast_ref::<h2::Error>) else { return false };
    let is_refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    let goes_away = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
    error.is_remote() && (is_refused || goes_away)
}

/// The body, as far as it comes within `limit` of time and a limit of size; what is read of an error or a short list.
pub(super) async fn body_within(response: &mut Response, limit: Duration) -> Vec<u8> {
    let mut body = Vec::new();
    let read = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST_BODY {
                break;
            }
        }
    };
    // Late or cut, the part that came is still worth reading.
    let _ = timeout(limit, read).await;
    body
}

/// What went wrong before or inside a reply.
pub(super) fn explain(error: &reqwest::Error, host: &str) -> Error {
    let host = host.to_owned();
    if let Some(reason) = tls_reason(error) {
        return Error::Tls { host, reason };
    }
    if error.is_builder() {
        return Error::Setup(format!("the request to {host} cannot be built ({})", root_cause(error)));
    }
    if error.is_dns() {
        return Error::Unreachable { host, reason: "its name cannot be looked up".to_owned() };
    }
    if error.is_connect() && error.is_timeout() {
        return Error::Unreachable { host, reason: format!("no connection within {} s", CONNECT.as_secs()) };
    }
    if error.is_connect() {
        return Error::Unreachable { host, reason: root_cause(error) };
    }
    Error::Cut { host }
}

fn build(ca_file: Option<&Path>, loopback: bool) -> Result<Client, Error> {
    // Someone else may have installed one before: any will do.
    let _ = ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .connect_timeout(CONNECT)
        .tcp_keepalive(TCP_KEEPALIVE)
        .http2_keep_alive_interval(PING_EVERY)
        .http2_keep_alive_timeout(PING_ANSWER)
        .http2_keep_alive_while_idle(true)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .https_only(!loopback);
    if loopback {
        builder = builder.no_proxy();
    }
    if let Some(path) = ca_file {
        builder = builder.tls_certs_merge(certificates(path)?);
    }
    builder.build().map_err(|error| Error::Setup(format!("the HTTP client cannot be built ({})", root_cause(&error))))
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, Error> {
    let failed = |reason: String| {
        Error::Setup(format!("the certificates in {} cannot be read ({reason}); check endpoint.caFile", path.display()))
    };
    let pem = fs::read(path).map_err(|error| failed(reason(&error)))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| failed(root_cause(&error)))?;
    if certificates.is_empty() {
        return Err(failed("it holds no PEM certificate".to_owned()));
    }
    Ok(certificates)
}

/// What the TLS library said, if it was TLS that failed.
fn tls_reason(error: &reqwest::Error) -> Option<String> {
    let tls = causes(error).find_map(<dyn StdError>::downcast_ref::<rustls::Error>)?;
    Some(for_people(&tls.to_string(), None))
}

fn root_cause(error: &reqwest::Error) -> String {
    causes(error).last().map(|cause| for_people(&reason(&cause), None)).unwrap_or_default()
}

/// The error and all that is behind it. What an I/O error wraps is behind it too, though its `source` steps over that.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    iter::successors(Some(error as &(dyn StdError + 'static)), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_is_time_that_passed_while_nothing_ran() {
        let (instant, time) = (Instant::now(), SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30));
        let check = |ran: u64, passed: u64| {
            let seconds = Duration::from_secs;
            has_slept((instant, time), (instant + seconds(ran), time + seconds(passed)))
        };
        assert!(check(1, 3600));
        assert!(check(3600, 7200));
        assert!(!check(3600, 3600), "a long rest is no sleep");
        assert!(!check(0, SLEPT.as_secs()), "nor is a clock that is set");
        assert!(!has_slept((instant, time), (instant, time - Duration::from_secs(3600))), "nor one that is set back");
    }
}
