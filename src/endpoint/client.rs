//! An endpoint that is asked over HTTP: one dialect at one address, with one key.

mod asking;
mod loading;
mod pace;
mod reading;
mod server;
mod slots;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use loading::Loading;
use pace::Pace;
use reading::Reading;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request, Response, Url, Version};
use secrecy::{ExposeSecret, SecretString};
use slots::Slots;
use tokio::time::{Instant, timeout};

use crate::endpoint::decode::{Broken, Decoder};
use crate::endpoint::error::{for_people, from_event, from_status};
use crate::endpoint::fim_template::FimFormat;
use crate::endpoint::http::{Body, Http, body_within};
use crate::endpoint::url::{self, UrlError};
use crate::endpoint::{Dialect, LoadingModels, key};
use crate::masking::own_keys;
use crate::model::{ChatPrompt, Endpoint, Error, Prompt, Reply, Sent};

/// A stream that has been silent for this long will not go on: models write several tokens a second.
pub const BETWEEN_BYTES: Duration = Duration::from_secs(10);

/// How long the body of an error, once its head is here, is waited for.
const REFUSAL_BODY: Duration = Duration::from_secs(2);

/// How long a model is waited for that is loaded from a disk.
const COLD: Duration = Duration::from_secs(120);

/// A warm-up that takes longer would not be done before the first request anyway.
const WARM_UP: Duration = Duration::from_secs(5);

/// Set on replies of a model that is due for removal (Mistral's Python SDK).
const DEPRECATION: HeaderName = HeaderName::from_static("x-model-deprecation-timestamp");

/// What an endpoint is made of.
#[derive(Debug, Clone)]
pub struct Options {
    /// As the user wrote it; see [`url`](mod@url) for what is fine.
    pub url: String,
    /// `None`: told from the address, see [`url::dialect`].
    pub dialect: Option<Dialect>,
    /// Ask for completions as a stream. Off, the reply comes as one text at its end.
    pub stream: bool,
    /// Sent to `url` and nowhere else.
    pub key: Option<SecretString>,
    /// PEM certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// How long to wait for the first byte of a reply; without streaming, for its end.
    pub timeout: Duration,
    /// How long a stream may then be silent: [`BETWEEN_BYTES`].
    pub between_bytes: Duration,
    /// Whether prompts are written in the model's own format.
    pub fim_format: FimFormat,
    /// Hosts that may be asked over plain HTTP.
    pub plain_hosts: Vec<String>,
    /// Further headers, whose values are secrets like the key.
    pub headers: Vec<(HeaderName, SecretString)>,
    /// How many requests it works on at a time; `None`: see [`slots`].
    pub parallel: Option<u32>,
    /// When a suggestion is to be there: for how much to ask a slow server for.
    pub show_after: Duration,
    /// Where it is told that the server loads a model.
    pub loading: LoadingModels,
}

impl Default for Options {
    /// What is not set; without an address it is none yet.
    fn default() -> Self {
        Self {
            url: String::new(),
            dialect: None,
            stream: true,
            key: None,
            ca_file: None,
            timeout: Duration::from_secs(10),
            between_bytes: BETWEEN_BYTES,
            fim_format: FimFormat::default(),
            plain_hosts: Vec::new(),
            headers: Vec::new(),
            parallel: None,
            show_after: Duration::from_millis(400),
            loading: LoadingModels::default(),
        }
    }
}

/// How long a reply may be silent.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Before its first byte; without streaming, its end.
    pub first_byte: Duration,
    /// After it.
    pub between_bytes: Duration,
}

/// An endpoint over HTTP. Cheap to make: nothing is connected, read or built before it is used.
#[derive(Debug, Clone)]
pub struct HttpEndpoint(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    http: Http,
    dialect: Dialect,
    given: Url,
    completions: Url,
    chat: Url,
    host: String,
    key: Option<SecretString>,
    headers: Vec<(HeaderName, SecretString)>,
    slots: Slots,
    loading: Loading,
    pace: Pace,
    /// Whether it is a server of one's own, to which a long reply means work for nothing.
    is_near: bool,
    show_after: Duration,
    stream: bool,
    patience: Patience,
    fim_format: FimFormat,
    /// The server has refused a suffix, so that prompts are written in the model's own format from then on.
    refuses_suffix: AtomicBool,
    deprecation: Mutex<Option<String>>,
}

impl HttpEndpoint {
    /// Checks the address, so that no key can ever go out over plain HTTP.
    pub fn new(options: Options) -> Result<Self, UrlError> {
        Self::build(options, Http::new)
    }

    /// The same with other options: connections are kept if they may be.
    pub fn changed(&self, options: Options) -> Result<Self, UrlError> {
        Self::build(options, |ca_file, loopback| self.0.http.or_new(ca_file, loopback))
    }

    /// The dialect set or told from the address.
    pub fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    /// The further headers.
    pub(super) fn headers(&self) -> Vec<(HeaderName, SecretString)> {
        self.0.headers.clone()
    }

    /// Whether it is a server on this machine.
    pub fn is_own_machine(&self) -> bool {
        url::is_loopback(&self.0.given)
    }

    /// Host and port, for messages.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// When the model in use goes away, if a reply has said so.
    pub fn deprecation(&self) -> Option<String> {
        self.0.deprecation.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Calls the host, without the key, and is content with any answer; gives the version of HTTP it speaks.
    pub async fn reach(&self) -> Result<Version, Error> {
        let inner = &*self.0;
        let mut root = inner.given.clone();
        root.set_path("/");
        let limit = inner.patience.first_byte;
        let sent = timeout(limit, inner.http.send(Request::new(Method::GET, root), None, &inner.host)).await;
        let mut response = sent.map_err(|_| inner.timed_out(limit))??;
        let version = response.version();
        body_within(&mut response, WARM_UP).await;
        Ok(version)
    }

    /// Whether it cannot be asked for want of a key.
    pub fn lacks_key(&self) -> bool {
        self.0.lacks_key()
    }

    /// Asks in a chat, always for a stream. Nothing is sent before the reply is first polled; key, time limits and
    /// errors are those of completions.
    pub fn chat(&self, prompt: ChatPrompt) -> Reply {
        self.chat_telling(prompt, &Sent::default(), self.0.patience)
    }

    /// The same with other time limits; tells when the request goes out.
    pub fn chat_telling(&self, mut prompt: ChatPrompt, sent: &Sent, patience: Patience) -> Reply {
        let (inner, sent) = (Arc::clone(&self.0), sent.clone());
        own_keys::mask_in(prompt.messages.iter_mut().map(|message| &mut message.text));
        let reply = async move {
            let (place, body) = (inner.chat.clone(), inner.dialect.chat_body(&prompt));
            inner.open(place, body, true, (sent, patience), Dialect::chat_decoder()).await
        };
        stream::once(reply).try_flatten().boxed()
    }

    fn build(options: Options, http: impl FnOnce(Option<PathBuf>, bool) -> Http) -> Result<Self, UrlError> {
        let given = url::parse_allowing(&options.url, &options.plain_hosts)?;
        let dialect = options.dialect.unwrap_or_else(|| url::dialect(&given));
        let is_near = url::is_loopback(&given) || given.scheme() == "http";
        Ok(Self(Arc::new(Inner {
            http: http(options.ca_file, is_near),
            headers: options.headers,
            slots: Slots::new(dialect, options.parallel),
            loading: Loading::new(options.loading),
            pace: Pace::default(),
            is_near: is_near || dialect.is_below_root(),
            show_after: options.show_after,
            dialect,
            completions: url::completions(&given, dialect),
            chat: url::chat(&given),
            host: url::host(&given),
            given,
            key: options.key,
            stream: options.stream,
            patience: Patience { first_byte: options.timeout, between_bytes: options.between_bytes },
            fim_format: options.fim_format,
            refuses_suffix: AtomicBool::new(false),
            deprecation: Mutex::new(None),
        })))
    }
}

impl Endpoint for HttpEndpoint {
    fn complete(&self, prompt: Prompt) -> Reply {
        self.complete_telling(prompt, &Sent::default())
    }

    fn complete_apart(&self, prompt: Prompt, sent: &Sent) -> Reply {
        let (endpoint, sent) = (self.clone(), sent.clone());
        let reply = async move {
            endpoint.0.http.renew();
            endpoint.complete_telling(prompt, &sent)
        };
        reply.into_stream().flatten().boxed()
    }

    fn complete_telling(&self, mut prompt: Prompt, sent: &Sent) -> Reply {
        let (inner, sent) = (Arc::clone(&self.0), sent.clone());
        own_keys::mask_in(prompt.texts_mut());
        // Proxies refuse what they do not know.
        if !url::is_mistral(&self.0.given) {
            prompt.cache_key = None;
        }
        let reply = async move { inner.ask(prompt, sent).await };
        stream::once(reply).try_flatten().boxed()
    }

    fn places(&self) -> Option<usize> {
        self.0.slots.count()
    }
}

impl Inner {
    /// Sends the body to that place and waits for the reply's head.
    async fn open(
        self: Arc<Self>,
        place: Url,
        body: serde_json::Result<Vec<u8>>,
        stream: bool,
        (sent, patience): (Sent, Patience),
        decoder: Decoder,
    ) -> Result<Reply, Error> {
        let deadline = Instant::now() + patience.first_byte;
        let bytes = body.map_err(|error| Error::Setup(format!("the prompt cannot be written as JSON ({error})")))?;
        let request = self.request(place, stream)?;
        let answered = self.send(request, Some(Body { bytes, sent }), patience.first_byte).await;
        self.notice(answered.as_ref().err());
        let response = answered?;
        Ok(Reading::start(self, response, decoder, patience, deadline))
    }

    fn request(&self, place: Url, stream: bool) -> Result<Request, Error> {
        let mut request = Request::new(Method::POST, place);
        let accept = if stream { "text/event-stream, application/json" } else { "application/json" };
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        self.authorize(headers)?;
        Ok(request)
    }

    /// Without a key, servers on this machine and those of the OpenAI dialect are asked all the same: many need none.
    fn lacks_key(&self) -> bool {
        let needs_one = self.dialect == Dialect::Mistral && !url::is_loopback(&self.given);
        let has_key = self.key.is_some() || !self.headers.is_empty();
        !has_key && (needs_one || url::is_mistral(&self.given))
    }

    fn authorize(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        let malformed = |what: &str| Error::Setup(format!("{what} holds characters that none has; set it again"));
        match &self.key {
            Some(key) => {
                headers.insert(AUTHORIZATION, key::bearer(key).ok_or_else(|| malformed("the API key"))?);
            }
            None if self.lacks_key() => return Err(Error::NoKey),
            None => {}
        }
        for (name, value) in &self.headers {
            let what = || malformed(&format!("endpoint.headers.{name}"));
            headers.insert(name, key::header(value).ok_or_else(what)?);
        }
        Ok(())
    }

    /// Sends, waits so long for the head, and turns any status but 2xx into an error.
    async fn send(&self, request: Request, body: Option<Body>, limit: Duration) -> Result<Response, Error> {
        let sent = timeout(limit, self.http.send(request, body, &self.host)).await;
        let mut response = sent.map_err(|_| self.timed_out(limit))??;
        let status = response.status();
        tracing::debug!(host = self.host, status = status.as_u16(), version = ?response.version(), "endpoint answered");
        if let Some(when) = response.headers().get(DEPRECATION).and_then(|value| value.to_str().ok()) {
            *self.deprecation.lock().unwrap_or_else(PoisonError::into_inner) = Some(for_people(when, self.key()));
        }
        if status.is_success() {
            return Ok(response);
        }
        let headers = response.headers().clone();
        let body = body_within(&mut response, REFUSAL_BODY).await;
        Err(from_status(status, &headers, &body, &self.host, self.key()))
    }

    fn key(&self) -> Option<&str> {
        self.key.as_ref().map(ExposeSecret::expose_secret)
    }

    fn timed_out(&self, after: Duration) -> Error {
        Error::TimedOut { host: self.host.clone(), after }
    }

    fn unreadable(&self, reason: &str) -> Error {
        Error::Unreadable { host: self.host.clone(), reason: reason.to_owned() }
    }

    fn broken(&self, broken: Broken) -> Error {
        match broken {
            Broken::Cut => Error::Cut { host: self.host.clone() },
            Broken::Refused(body) => from_event(&body, &self.host, self.key()),
            Broken::Unreadable(reason) => self.unreadable(reason),
        }
    }
}
