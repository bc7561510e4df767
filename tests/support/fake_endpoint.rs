//! A fake endpoint on 127.0.0.1: it speaks HTTP/1.1 and HTTP/2, does what a script says, and counts.
//!
//! Include it by path from a test crate or a benchmark:
//!
//! ```ignore
//! #[path = "../support/fake_endpoint.rs"]
//! mod fake_endpoint;
//! use fake_endpoint::{Config, Ending, Fake, Script, knows};
//!
//! let fake = Fake::start(|request| Script::text("return 1").after(Duration::from_millis(20)));
//! // ... point the client at fake.url() ...
//! assert_eq!(fake.stats().requests, 1);
//! assert_eq!(fake.received()[0].prompt(), "fn one() {");
//! ```
//!
//! It runs on a thread of its own with a runtime of its own, so that it serves synchronous tests, and asynchronous ones
//! whose clock is paused. Dropping it closes everything. POSTs go to the script; GETs are answered by the fake itself:
//! `/v1/models` with a list, `/__stats` with the counters as JSON, anything else with 404. The answer's family is that
//! of the path: `/fim/` and `/chat/` Mistral's, else OpenAI's text. From other languages: `cargo run --example
//! fake_endpoint -- --help`.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "each test crate uses a part; a failure here is a failed test"
)]

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

mod script;
mod swallow;

pub use script::{Ending, Received, Script, knows};
use swallow::Swallowing;

/// Before a connection is cut, what was sent is given time to leave.
const BEFORE_CUT: Duration = Duration::from_millis(20);
/// When a connection could not be accepted, the next try waits: what is missing will be missing for a moment.
const AFTER_REFUSAL: Duration = Duration::from_millis(5);

type Body = StreamBody<BoxStream<'static, io::Result<Frame<Bytes>>>>;
type Scripted = dyn Fn(&Received) -> Script + Send + Sync;

/// How the fake listens.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// 0: any free port.
    pub port: u16,
    /// A directory to write `ca.pem` to; then the fake speaks TLS with a certificate of that authority.
    pub tls_in: Option<PathBuf>,
    /// With TLS, do not offer HTTP/2.
    pub http1_only: bool,
    /// So many connections, the first, are swallowed once a POST was answered on them: as a network does that has
    /// forgotten them, they stay open, but nothing comes through any more, pings included.
    pub swallowed: usize,
    /// Requests without `Authorization: Bearer KEY` get 401.
    pub key: Option<String>,
    /// The script answers GETs as well, all but those for lists of models.
    pub scripts_gets: bool,
}

/// What was counted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// POSTs.
    pub requests: usize,
    /// Other requests: warm-ups, lists of models.
    pub gets: usize,
    /// Connections ever accepted.
    pub connections: usize,
    pub open_connections: usize,
    /// Requests that are being answered.
    pub open_streams: usize,
    /// Requests that the client gave up before their end.
    pub cancelled: usize,
}

/// The running endpoint.
pub struct Fake {
    url: String,
    ca_file: Option<PathBuf>,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    /// Plain HTTP on any free port.
    pub fn start(script: impl Fn(&Received) -> Script + Send + Sync + 'static) -> Self {
        Self::start_with(Config::default(), script)
    }

    /// As `config` says.
    pub fn start_with(config: Config, script: impl Fn(&Received) -> Script + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", config.port)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let tls = config.tls_in.as_deref().map(|dir| tls(dir, config.http1_only));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            key: config.key,
            swallowed: config.swallowed,
            scripts_gets: config.scripts_gets,
            script: Box::new(script),
            counts: Counts::default(),
            received: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn({
            let state = Arc::clone(&state);
            move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    tokio::select! { () = accept(listener, tls, state) => {}, _ = stopped => {} }
                });
            }
        });
        let ca_file = config.tls_in.map(|dir| dir.join("ca.pem"));
        Self { url, ca_file, state, stop: Some(stop), thread: Some(thread) }
    }

    /// Scheme, address and port; no path.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The authority to trust, if this is TLS.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    pub fn stats(&self) -> Stats {
        self.state.counts.stats()
    }

    /// Every POST so far, in order.
    pub fn received(&self) -> Vec<Received> {
        self.all().into_iter().filter(|received| received.method == "POST").collect()
    }

    /// Every request so far, in order.
    pub fn all(&self) -> Vec<Received> {
        self.state.received.lock().unwrap().clone()
    }

    /// Waits (5 s at most) until the counters are as wanted, and returns the last ones either way. Blocks its thread:
    /// on a runtime use [`until`](Self::until).
    pub fn wait_for(&self, wanted: impl Fn(&Stats) -> bool) -> Stats {
        self.state.counts.wait_for(wanted)
    }

    /// The same without blocking the runtime, and in real time even if its clock is paused.
    pub async fn until(&self, wanted: impl Fn(&Stats) -> bool + Send + 'static) -> Stats {
        let state = Arc::clone(&self.state);
        tokio::task::spawn_blocking(move || state.counts.wait_for(wanted)).await.unwrap()
    }

    /// Serves until the process ends.
    pub fn serve(mut self) {
        let _ = self.thread.take().unwrap().join();
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct State {
    key: Option<String>,
    swallowed: usize,
    scripts_gets: bool,
    script: Box<Scripted>,
    counts: Counts,
    received: Mutex<Vec<Received>>,
}

#[derive(Default)]
struct Counts {
    requests: AtomicUsize,
    gets: AtomicUsize,
    connections: AtomicUsize,
    open_connections: AtomicUsize,
    open_streams: AtomicUsize,
    cancelled: AtomicUsize,
}

impl Counts {
    fn wait_for(&self, wanted: impl Fn(&Stats) -> bool) -> Stats {
        for _ in 0..1000 {
            if wanted(&self.stats()) {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        self.stats()
    }

    fn stats(&self) -> Stats {
        let read = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        Stats {
            requests: read(&self.requests),
            gets: read(&self.gets),
            connections: read(&self.connections),
            open_connections: read(&self.open_connections),
            open_streams: read(&self.open_streams),
            cancelled: read(&self.cancelled),
        }
    }
}

/// Counts a request as open until dropped, and as cancelled if that comes before its end.
struct OpenStream {
    state: Arc<State>,
    is_done: bool,
    /// Set a little after its end.
    dies: Option<Arc<AtomicBool>>,
}

impl OpenStream {
    fn new(state: Arc<State>, dies: Option<Arc<AtomicBool>>) -> Self {
        state.counts.open_streams.fetch_add(1, Ordering::SeqCst);
        Self { state, is_done: false, dies }
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        if !self.is_done {
            self.state.counts.cancelled.fetch_add(1, Ordering::SeqCst);
        }
        self.state.counts.open_streams.fetch_sub(1, Ordering::SeqCst);
        if let Some(dies) = self.dies.take() {
            tokio::spawn(async move {
                sleep(BEFORE_CUT).await;
                dies.store(true, Ordering::SeqCst);
            });
        }
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<State>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        // A client that was gone before it was accepted, or no file left to open: the next one may do better.
        let Ok((socket, _)) = listener.accept().await else {
            sleep(AFTER_REFUSAL).await;
            continue;
        };
        let _ = socket.set_nodelay(true);
        let (tls, state) = (tls.clone(), Arc::clone(&state));
        tokio::spawn(async move {
            let number = state.counts.connections.fetch_add(1, Ordering::SeqCst);
            state.counts.open_connections.fetch_add(1, Ordering::SeqCst);
            let is_dead = Arc::new(AtomicBool::new(false));
            let dies = if number < state.swallowed { Some(Arc::clone(&is_dead)) } else { None };
            let socket = Swallowing { socket, is_dead };
            match tls {
                None => connection(socket, dies, &state).await,
                Some(tls) => {
                    if let Ok(socket) = tls.accept(socket).await {
                        connection(socket, dies, &state).await;
                    }
                }
            }
            state.counts.open_connections.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Serves a connection; `dies` is set once a POST was answered.
async fn connection(
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    dies: Option<Arc<AtomicBool>>,
    state: &Arc<State>,
) {
    let service = service_fn(|request| answer(request, Arc::clone(state), dies.clone()));
    // Ends with an error whenever the client just goes away.
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<State>,
    dies: Option<Arc<AtomicBool>>,
) -> Result<Response<Body>, io::Error> {
    let is_post = request.method() == Method::POST;
    let received = receive(request).await?;
    state.received.lock().unwrap().push(received.clone());
    if let Some(key) = &state.key
        && !received.path.starts_with("/__")
        && received.header("authorization") != Some(&format!("Bearer {key}"))
        && (is_post || received.path.ends_with("/models"))
    {
        return Ok(whole(StatusCode::UNAUTHORIZED, r#"{"detail":"Unauthorized"}"#.to_owned()));
    }
    let is_own = received.path.ends_with("/models") || received.path.starts_with("/__");
    if !is_post && (is_own || !state.scripts_gets) {
        return Ok(own_answer(&received.path, &state).unwrap_or_else(|never| match never {}));
    }
    let count = if is_post { &state.counts.requests } else { &state.counts.gets };
    count.fetch_add(1, Ordering::SeqCst);
    let mut open = OpenStream::new(Arc::clone(&state), dies);
    let plan = (state.script)(&received).plan(&received);
    sleep(plan.delay).await;
    let Some(head) = plan.head else {
        if plan.ending == Ending::Stall {
            std::future::pending::<()>().await;
        }
        open.is_done = true;
        return Err(io::Error::other("hung up as told"));
    };
    let mut response = Response::builder().status(head.status);
    for (name, value) in &head.headers {
        response = response.header(name, value);
    }
    Ok(response.body(body(head.pieces, plan.between, plan.ending, open)).unwrap())
}

/// The pieces with pauses between them, then the ending.
fn body(pieces: Vec<Vec<u8>>, between: Duration, ending: Ending, open: OpenStream) -> Body {
    let steps = stream::unfold((pieces.into_iter(), open, true), move |(mut pieces, mut open, is_first)| async move {
        if !is_first && !between.is_zero() {
            sleep(between).await;
        }
        if let Some(piece) = pieces.next() {
            // The client may leave as soon as it has seen the end, so the last piece already counts as the end.
            open.is_done = pieces.len() == 0 && matches!(ending, Ending::Done | Ending::Unfinished);
            return Some((Ok(Frame::data(Bytes::from(piece))), (pieces, open, false)));
        }
        match ending {
            Ending::Done | Ending::Unfinished => None,
            Ending::Stall => std::future::pending().await,
            Ending::Cut => {
                sleep(BEFORE_CUT).await;
                open.is_done = true;
                Some((Err(io::Error::other("cut as told")), (pieces, open, false)))
            }
        }
    });
    StreamBody::new(steps.boxed())
}

async fn receive(request: Request<Incoming>) -> io::Result<Received> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(Received {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        version: format!("{:?}", head.version),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    })
}

fn own_answer(path: &str, state: &State) -> Result<Response<Body>, Infallible> {
    if path == "/__stats" {
        let stats = state.counts.stats();
        let stats = json!({
            "requests": stats.requests,
            "gets": stats.gets,
            "connections": stats.connections,
            "openConnections": stats.open_connections,
            "openStreams": stats.open_streams,
            "cancelled": stats.cancelled,
        });
        return Ok(whole(StatusCode::OK, stats.to_string()));
    }
    state.counts.gets.fetch_add(1, Ordering::SeqCst);
    Ok(match path.ends_with("/models") {
        true => whole(StatusCode::OK, include_str!("../wire/mistral-models.json").to_owned()),
        false => whole(StatusCode::NOT_FOUND, r#"{"detail":"Not Found"}"#.to_owned()),
    })
}

fn whole(status: StatusCode, body: String) -> Response<Body> {
    let frame = stream::once(async { Ok(Frame::data(Bytes::from(body))) });
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(StreamBody::new(frame.boxed())).unwrap()
}

/// An authority, written to `dir/ca.pem`, and a server certificate of it.
fn tls(dir: &Path, http1_only: bool) -> TlsAcceptor {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    std::fs::write(dir.join("ca.pem"), authority.self_signed(&authority_key).unwrap().pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let issuer = Issuer::new(authority, authority_key);
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let offered: &[&str] = if http1_only { &["http/1.1"] } else { &["h2", "http/1.1"] };
    config.alpn_protocols = offered.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}
