//! The endpoint that the settings name, with the key that goes there; both found when they are first needed.

pub mod chat_host;

use std::env;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use tokio::sync::OnceCell;
use tokio::task;

use crate::endpoint::Dialect;
use crate::endpoint::client::{BETWEEN_BYTES, HttpEndpoint, Options};
use crate::endpoint::key::{self, Key, Places};
use crate::model::{Endpoint, Error, Prompt, Reply};
use crate::settings::{self, Settings};

/// Mistral's own host; keys of the older codestral.mistral.ai work only there.
pub const DEFAULT_URL: &str = "https://api.mistral.ai";

/// Reads an environment variable.
pub type Variable = fn(&str) -> Option<String>;

/// One endpoint as set, and where chat goes. Clones share the connections and the keys.
#[derive(Debug, Clone)]
pub struct Backend {
    endpoint: Arc<Inner>,
    /// `None`: chat goes to the endpoint.
    chat: Option<Arc<chat_host::ChatHost>>,
    variable: Variable,
}

#[derive(Debug)]
struct Inner {
    settings: settings::Endpoint,
    /// Why nothing may be asked.
    refusal: Option<String>,
    opened: OnceCell<Result<Opened, Error>>,
}

/// What was found when the endpoint was first used.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What is asked.
    pub endpoint: HttpEndpoint,
    /// The key, where one is set.
    pub key: Option<Key>,
}

impl Backend {
    /// Reads nothing and connects nowhere yet.
    pub fn new(settings: &Settings) -> Self {
        Self::build(settings, |name| env::var(name).ok(), None)
    }

    /// The same with another environment.
    pub fn with_environment(settings: &Settings, variable: Variable) -> Self {
        Self::build(settings, variable, None)
    }

    /// A backend that is never asked, because of what is wrong with the settings: one sentence.
    pub fn refusing(settings: &Settings, why: String) -> Self {
        Self::build(settings, |name| env::var(name).ok(), Some(why))
    }

    /// The backend for changed settings. Of this one is kept, with its connections, what was made from settings that are
    /// still the same, and is usable.
    pub fn changed(&self, settings: &Settings) -> Self {
        let mut changed = Self::build(settings, self.variable, None);
        if self.endpoint.refusal.is_some() {
            return changed;
        }
        let usable = !matches!(self.endpoint.opened.get(), Some(Err(_)));
        if usable && self.endpoint.settings == settings.endpoint {
            changed.endpoint = self.endpoint.clone();
        }
        if let (Some(old), Some(new)) = (&self.chat, &changed.chat)
            && old.serves(new)
        {
            changed.chat = Some(old.clone());
        }
        changed
    }

    /// The address that is asked, as the user wrote it.
    pub fn url(&self) -> &str {
        self.endpoint.settings.url.as_deref().unwrap_or(DEFAULT_URL)
    }

    /// Finds the key and prepares the client; the same result each time. Reading a key file or running a key command
    /// happens here, once, on a thread where blocking is fine.
    ///
    /// # Errors
    /// [`Error::Setup`] where the address, the key file or the key command is not usable.
    pub async fn open(&self) -> Result<&Opened, Error> {
        let opened = self.endpoint.opened.get_or_init(|| {
            let backend = self.clone();
            async move {
                let opened = task::spawn_blocking(move || backend.find()).await;
                opened.unwrap_or_else(|_| Err(Error::Setup("looking for the API key did not end".to_owned())))
            }
        });
        opened.await.as_ref().map_err(Clone::clone)
    }

    /// Whether there is no endpoint and the embedded engine completes alone: the dialect is `local`, or neither a
    /// dialect nor an address is set and no key is found. A key that is named but cannot be read is trouble to be told,
    /// not a wish for no endpoint.
    pub async fn is_local(&self) -> bool {
        if self.endpoint.settings.dialect == settings::Dialect::Local {
            return true;
        }
        self.endpoint.settings.may_be_local() && self.open().await.is_ok_and(|opened| opened.key.is_none())
    }

    /// Opens a connection once a key is known, so that the first completion finds it.
    pub async fn warm_up(&self) {
        if self.is_local().await {
            return;
        }
        match self.open().await {
            Ok(Opened { endpoint, key: Some(key) }) => {
                if let Some(warning) = &key.warning {
                    tracing::warn!("{warning}");
                }
                endpoint.warm_up().await;
            }
            Ok(_) => tracing::info!("no API key yet; not connecting"),
            Err(error) => tracing::warn!("{error}"),
        }
    }

    fn build(settings: &Settings, variable: Variable, refusal: Option<String>) -> Self {
        let opened = OnceCell::new_with(refusal.clone().map(|why| Err(Error::Setup(why))));
        let endpoint = Arc::new(Inner { settings: settings.endpoint.clone(), refusal, opened });
        Self { endpoint, chat: chat_host::ChatHost::new(settings).map(Arc::new), variable }
    }

    fn find(&self) -> Result<Opened, Error> {
        let settings = &self.endpoint.settings;
        let places = Places {
            variables: &key::VARIABLES,
            section: "endpoint",
            file: settings.api_key_file.as_deref(),
            command: &settings.api_key_command,
        };
        let key = key::find(self.variable, &places).map_err(|error| Error::Setup(error.to_string()))?;
        let endpoint = HttpEndpoint::new(Options {
            url: self.url().to_owned(),
            dialect: dialect(settings),
            stream: settings.stream,
            key: key.as_ref().map(|key| key.secret.clone()),
            ca_file: settings.ca_file.clone(),
            timeout: settings.timeout(),
            between_bytes: BETWEEN_BYTES,
        });
        Ok(Opened { endpoint: endpoint.map_err(|error| Error::Setup(error.about("endpoint")))?, key })
    }
}

/// The dialect that is set; `None` where it is told from the address.
fn dialect(settings: &settings::Endpoint) -> Option<Dialect> {
    match settings.dialect {
        settings::Dialect::Auto | settings::Dialect::Local => None,
        settings::Dialect::Mistral => Some(Dialect::Mistral),
        settings::Dialect::Openai => Some(Dialect::OpenAi),
    }
}

impl Endpoint for Backend {
    fn complete(&self, prompt: Prompt) -> Reply {
        let backend = self.clone();
        let reply = async move { backend.open().await.map(|opened| opened.endpoint.complete(prompt)) };
        stream::once(reply).try_flatten().boxed()
    }

    fn is_local(&self) -> BoxFuture<'_, bool> {
        Backend::is_local(self).boxed()
    }
}
