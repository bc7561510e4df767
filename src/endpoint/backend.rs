//! The endpoint that the settings name, with the key that goes there; both found when they are first needed.

use std::env;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use tokio::sync::OnceCell;
use tokio::task;

use crate::endpoint::client::{BETWEEN_BYTES, HttpEndpoint, Options};
use crate::endpoint::key::{self, Key};
use crate::endpoint::{Dialect, Endpoint, Error, Prompt, Reply};
use crate::settings::{self, Settings};

/// Mistral's own host; keys of the older codestral.mistral.ai work only there.
pub const DEFAULT_URL: &str = "https://api.mistral.ai";

/// One endpoint as set. Clones share the connections and the key.
#[derive(Debug, Clone)]
pub struct Backend(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: settings::Endpoint,
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
        Self(Arc::new(Inner { settings: settings.endpoint.clone(), opened: OnceCell::new() }))
    }

    /// A backend that is never asked, because of what is wrong with the settings: one sentence.
    pub fn refusing(settings: &Settings, why: String) -> Self {
        let opened = OnceCell::new_with(Some(Err(Error::Setup(why))));
        Self(Arc::new(Inner { settings: settings.endpoint.clone(), opened }))
    }

    /// The backend for changed settings: this one, if what it was made from is still the same and usable.
    pub fn changed(&self, settings: &Settings) -> Self {
        let usable = !matches!(self.0.opened.get(), Some(Err(_)));
        if usable && self.0.settings == settings.endpoint { self.clone() } else { Self::new(settings) }
    }

    /// The address that is asked, as the user wrote it.
    pub fn url(&self) -> &str {
        self.0.settings.url.as_deref().unwrap_or(DEFAULT_URL)
    }

    /// Finds the key and prepares the client; the same result each time. Reading a key file or running a key command
    /// happens here, once, on a thread where blocking is fine.
    ///
    /// # Errors
    /// [`Error::Setup`] where the address, the key file or the key command is not usable.
    pub async fn open(&self) -> Result<&Opened, Error> {
        let opened = self.0.opened.get_or_init(|| {
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
        if self.0.settings.dialect == settings::Dialect::Local {
            return true;
        }
        self.0.settings.may_be_local() && self.open().await.is_ok_and(|opened| opened.key.is_none())
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

    fn find(&self) -> Result<Opened, Error> {
        let settings = &self.0.settings;
        let variable = |name: &str| env::var(name).ok();
        let key = key::find(variable, settings.api_key_file.as_deref(), &settings.api_key_command)
            .map_err(|error| Error::Setup(error.to_string()))?;
        let dialect = match settings.dialect {
            settings::Dialect::Auto | settings::Dialect::Local => None,
            settings::Dialect::Mistral => Some(Dialect::Mistral),
            settings::Dialect::Openai => Some(Dialect::OpenAi),
        };
        let endpoint = HttpEndpoint::new(Options {
            url: self.url().to_owned(),
            dialect,
            stream: settings.stream,
            key: key.as_ref().map(|key| key.secret.clone()),
            ca_file: settings.ca_file.clone(),
            timeout: settings.timeout(),
            between_bytes: BETWEEN_BYTES,
        });
        Ok(Opened { endpoint: endpoint.map_err(|error| Error::Setup(error.to_string()))?, key })
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
