//! Where chat goes: the endpoint of the completions, or a host of its own with a key of its own.

use std::path::PathBuf;

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::task;

use super::member::Target;
use super::opening::Opening;
use super::{Backend, Opened, Variable, dialect};
use crate::endpoint::client::{BETWEEN_BYTES, HttpEndpoint, Options, Patience};
use crate::endpoint::key::{self, Key, Places};
use crate::endpoint::url;
use crate::model::{ChatPrompt, Error, Reply, Sent};
use crate::settings::{self, Dialect, Settings};

/// The variable of the key that goes to `chat.url`.
pub const VARIABLE: &str = "CODESTRAL_CHAT_API_KEY";

/// A host of chat's own, and what was found when it was first used.
#[derive(Debug)]
pub(super) struct ChatHost {
    place: Place,
    opening: Opening,
}

/// All of the settings that says where chat goes and with which key.
#[derive(Debug, PartialEq)]
struct Place {
    url: String,
    api_key_file: Option<PathBuf>,
    api_key_command: Vec<String>,
    /// For the key where both have the same host, and for how to connect.
    endpoint: settings::Endpoint,
}

impl ChatHost {
    /// `None`: chat goes where completions come from. `chat`'s key settings are for `chat.url` alone then, and not used.
    pub(super) fn new(settings: &Settings) -> Option<Self> {
        let Settings { endpoint, chat, .. } = settings;
        let settings::Endpoint { model, stream, warm_up, parallel, fallbacks, .. } = settings::Endpoint::default();
        let place = Place {
            url: chat.url.clone()?,
            api_key_file: chat.api_key_file.clone(),
            api_key_command: chat.api_key_command.clone(),
            // What has nothing to do with where and how must not end a connection.
            endpoint: settings::Endpoint { model, stream, warm_up, parallel, fallbacks, ..endpoint.clone() },
        };
        Some(Self { place, opening: Opening::default() })
    }

    /// Whether `other` is made from the same.
    pub(super) fn serves(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Backend {
    /// Asks in a chat. Nothing is sent before the reply is first polled. Errors speak of chat's own settings.
    pub fn chat(&self, prompt: ChatPrompt) -> Reply {
        self.chat_telling(prompt, &Sent::default())
    }

    /// The same, and tells when the request goes out.
    pub fn chat_telling(&self, prompt: ChatPrompt, sent: &Sent) -> Reply {
        let (backend, own_url) = (self.clone(), self.chat.is_some());
        let (sent, patience) = (sent.clone(), self.chat_patience);
        // A model that thinks without saying so is as silent after the first byte as before it.
        let patience = Patience { first_byte: patience, between_bytes: patience };
        let reply = async move {
            if own_url {
                let opened = backend.open_chat().await?;
                let forgotten = backend.clone();
                let reply = opened.endpoint.chat_telling(prompt, &sent, patience);
                return Ok(reply.inspect_err(move |error| forgotten.forget_chat_key(error)).boxed());
            }
            backend.may_chat().await?;
            let told = sent.clone();
            Ok(backend.asking(&sent, false, move |endpoint, member| {
                let mut prompt = prompt.clone();
                if member.is_fallback() {
                    prompt.model.clone_from(&member.settings.model);
                }
                endpoint.chat_telling(prompt, &told, patience)
            }))
        };
        stream::once(reply).try_flatten().map_err(move |error: Error| error.in_chat(own_url)).boxed()
    }

    /// The address that chat asks, as the user wrote it.
    pub fn chat_url(&self) -> &str {
        self.chat.as_ref().map_or_else(|| self.url(), |own| &own.place.url)
    }

    /// Finds chat's key and prepares its client, like [`open`](Self::open). Sends nothing. Without an address of chat's
    /// own it is that of the first endpoint that can be asked.
    ///
    /// # Errors
    /// One sentence that says what to do: [`Error::NoEndpoint`] where neither a key nor an address is set, and where the
    /// dialect is `local`; no key; [`Error::Setup`] where the address or the key's place is not usable.
    pub async fn open_chat(&self) -> Result<Opened, Error> {
        let own_url = self.chat.is_some();
        self.find_chat().await.map_err(|error| error.in_chat(own_url))
    }

    async fn find_chat(&self) -> Result<Opened, Error> {
        self.may_chat().await?;
        let usable = |opened: Opened| if opened.endpoint.lacks_key() { Err(Error::NoKey) } else { Ok(opened) };
        if let Some(own) = &self.chat {
            let opened = own.opening.get(own.place.api_key_file.as_deref(), || self.open_own(&own.place)).await?;
            return usable(opened);
        }
        let first = self.open().await.and_then(usable);
        for fallback in self.fallbacks.iter().filter(|_| first.is_err()) {
            if let Ok(opened) = fallback.open().await.and_then(|opened| fallback.usable(opened)) {
                return Ok(opened);
            }
        }
        first
    }

    /// Whether there is anybody to chat with.
    async fn may_chat(&self) -> Result<(), Error> {
        if let Target::Refused(why) = &self.first.target {
            return Err(Error::Setup(why.clone()));
        }
        let chosen = self.first.settings.dialect == Dialect::Local;
        if self.chat.is_none() && self.is_local().await { Err(Error::NoEndpoint { chosen }) } else { Ok(()) }
    }

    /// Where the key of the chat was refused, it is looked for again. It may have been the endpoint's.
    fn forget_chat_key(&self, error: &Error) {
        if !matches!(error, Error::KeyRefused { .. }) {
            return;
        }
        if let Some(own) = &self.chat {
            own.opening.forget();
        }
        self.first.forget();
    }

    async fn open_own(&self, place: &Place) -> Result<Opened, Error> {
        let plain_hosts = &place.endpoint.allow_http;
        let given = url::parse_allowing(&place.url, plain_hosts).map_err(|error| Error::Setup(error.about("chat")))?;
        // The key of the endpoint goes to the host that the user chose for it, over the same port and scheme.
        let is_endpoints = self.parsed_url().is_ok_and(|endpoint| endpoint.origin() == given.origin());
        let key = match own_key(place, self.variable).await? {
            None if is_endpoints => self.open().await?.key,
            own => own,
        };
        if let Some(warning) = key.as_ref().and_then(|key| key.warning.as_ref()) {
            tracing::warn!("{warning}");
        }
        // So do its headers, which may hold a key as well.
        let headers = match is_endpoints && !place.endpoint.headers.is_empty() {
            true => self.open().await?.endpoint.headers(),
            false => Vec::new(),
        };
        let options = Options {
            url: place.url.clone(),
            plain_hosts: plain_hosts.clone(),
            headers,
            dialect: if is_endpoints { dialect(&place.endpoint) } else { None },
            stream: true,
            key: key.as_ref().map(|key| key.secret.clone()),
            ca_file: place.endpoint.ca_file.clone(),
            timeout: place.endpoint.timeout(),
            between_bytes: BETWEEN_BYTES,
            loading: self.loading.clone(),
            ..Options::default()
        };
        let endpoint = match self.first.opened() {
            Some(opened) => opened.endpoint.changed(options),
            None => HttpEndpoint::new(options),
        };
        Ok(Opened { endpoint: endpoint.map_err(|error| Error::Setup(error.about("chat")))?, key })
    }
}

/// Chat's own key; `None` where no place for one is named.
async fn own_key(place: &Place, variable: Variable) -> Result<Option<Key>, Error> {
    let (file, command) = (place.api_key_file.clone(), place.api_key_command.clone());
    let found = task::spawn_blocking(move || {
        let places = Places {
            variables: &[VARIABLE],
            settings: ["chat.apiKeyFile", "chat.apiKeyCommand"],
            file: file.as_deref(),
            command: &command,
            is_header: false,
        };
        key::find(variable, &places)
    });
    let found = found.await.map_err(|_| Error::Setup("looking for chat's API key did not end".to_owned()))?;
    found.map_err(|error| Error::Setup(error.to_string()))
}
