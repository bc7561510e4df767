//! The endpoint that the settings name, with the key that goes there; both found when they are first needed.

pub mod chat_host;
mod opening;

use std::env;
use std::sync::Arc;
use std::time::Duration;

use chat_host::ChatHost;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use opening::Opening;
use tokio::task;

use crate::endpoint::Dialect;
use crate::endpoint::client::{BETWEEN_BYTES, HttpEndpoint, Options};
use crate::endpoint::fim_template::FimFormat;
use crate::endpoint::key::{self, Key, Places};
use crate::endpoint::url;
use crate::masking::own_keys;
use crate::model::{Endpoint, Error, Prompt, Reply, Sent};
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
    chat: Option<Arc<ChatHost>>,
    /// How long an answer in a chat may be silent.
    chat_patience: Duration,
    variable: Variable,
}

#[derive(Debug)]
struct Inner {
    settings: settings::Endpoint,
    target: Target,
}

/// Whom completions are asked of.
#[derive(Debug)]
enum Target {
    /// Nobody: the embedded engine was chosen. No client is ever made, so that no way through the code can use one.
    Local,
    /// Nobody, because of what is wrong with the settings: one sentence.
    Refused(String),
    /// The endpoint.
    Remote(Opening),
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
        if matches!(self.endpoint.target, Target::Refused(_)) {
            return changed;
        }
        if self.endpoint.settings == settings.endpoint {
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

    /// Finds the key and prepares the client. What was found is kept until the key is refused or its file changes; a
    /// failure is not. Reading a key file or running a key command happens here, on a thread where blocking is fine, once
    /// for all who wait.
    ///
    /// # Errors
    /// [`Error::NoEndpoint`] where the embedded engine was chosen; [`Error::Setup`] where nothing may be sent, or the
    /// address, the key file or the key command is not usable.
    pub async fn open(&self) -> Result<Opened, Error> {
        let opening = match &self.endpoint.target {
            Target::Local => return Err(Error::NoEndpoint { chosen: true }),
            Target::Refused(why) => return Err(Error::Setup(why.clone())),
            Target::Remote(opening) => opening,
        };
        let find = || {
            let backend = self.clone();
            async move {
                let opened = task::spawn_blocking(move || backend.find()).await;
                opened.unwrap_or_else(|_| Err(Error::Setup("looking for the API key did not end".to_owned())))
            }
        };
        opening.get(self.endpoint.settings.api_key_file.as_deref(), find).await
    }

    /// What is open already.
    fn opened(&self) -> Option<Opened> {
        match &self.endpoint.target {
            Target::Remote(opening) => opening.peek(),
            Target::Local | Target::Refused(_) => None,
        }
    }

    /// Whether there is no endpoint and the embedded engine completes alone: the dialect is `local`, or neither a
    /// dialect nor an address is set and no key is found. A key that is named but cannot be read is trouble to be told,
    /// not a wish for no endpoint.
    pub async fn is_local(&self) -> bool {
        match &self.endpoint.target {
            Target::Local => return true,
            Target::Refused(_) => return false,
            // Asking again is for those who send something: a key command may take its time.
            Target::Remote(opening) if opening.has_failed() => return false,
            Target::Remote(_) => {}
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
        let target = match refusal {
            Some(why) => Target::Refused(why),
            None if settings.endpoint.dialect == settings::Dialect::Local => Target::Local,
            None => Target::Remote(Opening::default()),
        };
        // Also those that go elsewhere, or nowhere: none of them belongs into a text.
        let variables = key::variables(true).iter().chain([&chat_host::VARIABLE]);
        variables.filter_map(|name| variable(name)).for_each(|key| own_keys::add(&key));
        let endpoint = Arc::new(Inner { settings: settings.endpoint.clone(), target });
        let chat = ChatHost::new(settings).map(Arc::new);
        Self { endpoint, chat, chat_patience: settings.chat.timeout(), variable }
    }

    /// What `ask` gets from the endpoint, once that is open. A key that is refused is looked for anew at the next.
    fn asking(&self, ask: impl FnOnce(HttpEndpoint) -> Reply + Send + 'static) -> Reply {
        let (backend, asked) = (self.clone(), self.clone());
        let reply = async move { backend.open().await.map(|opened| ask(opened.endpoint)) };
        let forgetting = move |error: &Error| {
            if let (Error::KeyRefused { .. }, Target::Remote(opening)) = (error, &asked.endpoint.target) {
                opening.forget();
            }
        };
        stream::once(reply).try_flatten().inspect_err(forgetting).boxed()
    }

    fn find(&self) -> Result<Opened, Error> {
        let settings = &self.endpoint.settings;
        // What is no address is refused below; until then it is nobody's.
        let is_mistral = url::parse(self.url()).is_ok_and(|url| url::is_mistral(&url));
        let places = Places {
            variables: key::variables(is_mistral),
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
            fim_format: FimFormat::parse(settings.fim_template.as_deref())
                .map_err(|wrong| Error::Setup(format!("endpoint.fimTemplate {wrong}")))?,
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
        settings::Dialect::Llamacpp => Some(Dialect::LlamaCpp),
        settings::Dialect::Ollama => Some(Dialect::Ollama),
    }
}

impl Endpoint for Backend {
    fn complete(&self, prompt: Prompt) -> Reply {
        self.complete_telling(prompt, &Sent::default())
    }

    fn complete_telling(&self, prompt: Prompt, sent: &Sent) -> Reply {
        let sent = sent.clone();
        self.asking(move |endpoint| endpoint.complete_telling(prompt, &sent))
    }

    fn complete_apart(&self, prompt: Prompt, sent: &Sent) -> Reply {
        let sent = sent.clone();
        self.asking(move |endpoint| endpoint.complete_apart(prompt, &sent))
    }

    fn is_local(&self) -> BoxFuture<'_, bool> {
        Backend::is_local(self).boxed()
    }
}
