//! The endpoints that the settings name, each with the key that goes there; both found when they are first needed.

mod carried;
pub mod chat_host;
mod failover;
mod member;
mod opening;

use std::env;
use std::sync::Arc;
use std::time::Duration;

use chat_host::ChatHost;
use failover::Asking;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use member::{Member, Target};
use opening::Opening;
use reqwest::Url;

use crate::endpoint::client::HttpEndpoint;
use crate::endpoint::key::{self, Key};
use crate::endpoint::{Dialect, LoadingModels, url};
use crate::masking::own_keys;
use crate::model::{Endpoint, Error, Prompt, Reply, Sent};
use crate::settings::{self, Settings};

/// Mistral's own host; keys of the older codestral.mistral.ai work only there.
pub const DEFAULT_URL: &str = "https://api.mistral.ai";

/// Reads an environment variable.
pub type Variable = fn(&str) -> Option<String>;

/// The endpoints as set, and where chat goes. Clones share the connections and the keys.
#[derive(Debug, Clone)]
pub struct Backend {
    /// The first is the one of `endpoint.url`, the others are its fallbacks. There is always a first.
    first: Arc<Member>,
    fallbacks: Vec<Arc<Member>>,
    /// `None`: chat goes to the endpoint.
    chat: Option<Arc<ChatHost>>,
    /// How long an answer in a chat may be silent.
    chat_patience: Duration,
    variable: Variable,
    loading: LoadingModels,
}

/// What was found when the endpoint was first used.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What is asked.
    pub endpoint: HttpEndpoint,
    /// The key, where one is set.
    pub key: Option<Key>,
}

/// How one endpoint stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its address, as the user wrote it.
    pub url: String,
    /// The model it is asked for.
    pub model: String,
    /// The section of the settings that names it.
    pub section: String,
    /// Why it is left alone now, if it is.
    pub resting: Option<Error>,
}

impl Backend {
    /// Reads nothing and connects nowhere yet.
    pub fn new(settings: &Settings) -> Self {
        Self::build(settings, |name| env::var(name).ok(), None, LoadingModels::default())
    }

    /// The same with another environment.
    pub fn with_environment(settings: &Settings, variable: Variable) -> Self {
        Self::build(settings, variable, None, LoadingModels::default())
    }

    /// A backend in this one's place that is never asked, because of what is wrong with the settings: one sentence.
    pub fn refusing(&self, settings: &Settings, why: String) -> Self {
        Self::build(settings, self.variable, Some(why), self.loading.clone())
    }

    /// The backend for changed settings. Of this one is kept, with its connections, what was made from settings that are
    /// still the same, and is usable.
    pub fn changed(&self, settings: &Settings) -> Self {
        let mut changed = Self::build(settings, self.variable, None, self.loading.clone());
        if matches!(self.first.target, Target::Refused(_)) {
            return changed;
        }
        let old: Vec<&Arc<Member>> = self.members().collect();
        for member in std::iter::once(&mut changed.first).chain(&mut changed.fallbacks) {
            let is_same = |old: &&&Arc<Member>| {
                let is_section = old.section == member.section && old.show_after == member.show_after;
                is_section && old.settings == member.settings
            };
            if let Some(old) = old.iter().find(is_same) {
                // What failed before may work now.
                old.answered();
                *member = Arc::clone(old);
            }
        }
        if let (Some(old), Some(new)) = (&self.chat, &changed.chat)
            && old.serves(new)
        {
            changed.chat = Some(old.clone());
        }
        changed
    }

    /// The address that is asked first, as the user wrote it.
    pub fn url(&self) -> &str {
        self.first.url()
    }

    /// The same, checked.
    ///
    /// # Errors
    /// It is no address that may be asked.
    pub fn parsed_url(&self) -> Result<Url, url::UrlError> {
        self.first.parsed_url()
    }

    /// Host and port of the first, for messages.
    pub fn host(&self) -> String {
        self.parsed_url().map_or_else(|_| self.url().to_owned(), |url| url::host(&url))
    }

    /// Finds the key and prepares the client of the first. What was found is kept until the key is refused or its file
    /// changes; a failure is not. Reading a key file or running a key command happens here, on a thread where blocking is
    /// fine, once for all who wait.
    ///
    /// # Errors
    /// [`Error::NoEndpoint`] where the embedded engine was chosen; [`Error::Setup`] where nothing may be sent, or the
    /// address, the key file or the key command is not usable.
    pub async fn open(&self) -> Result<Opened, Error> {
        self.first.open().await
    }

    /// That a key is missing at the first, in one sentence.
    pub fn no_key(&self) -> Error {
        self.first.no_key()
    }

    /// Which of them load a model, now and later, through all changes of the settings.
    pub fn loading(&self) -> &LoadingModels {
        &self.loading
    }

    /// How each of the endpoints stands, in the order in which they are asked.
    pub fn standings(&self) -> Vec<Standing> {
        let standing = |member: &Arc<Member>| Standing {
            url: member.url().to_owned(),
            model: member.settings.model.clone(),
            section: member.section.clone(),
            resting: member.resting(),
        };
        self.members().map(standing).collect()
    }

    /// The fallbacks as if each were the only endpoint, by the sections of the settings that name them: for who looks at
    /// each for itself.
    pub fn each_fallback(&self) -> Vec<(String, Self)> {
        let alone = |member: &Arc<Member>| {
            let alone = Self { first: Arc::clone(member), fallbacks: Vec::new(), chat: None, ..self.clone() };
            (member.section.clone(), alone)
        };
        self.fallbacks.iter().map(alone).collect()
    }

    /// What is set of the first.
    pub fn settings(&self) -> &settings::Endpoint {
        &self.first.settings
    }

    fn members(&self) -> impl Iterator<Item = &Arc<Member>> {
        std::iter::once(&self.first).chain(&self.fallbacks)
    }

    /// Whether there is no endpoint and the embedded engine completes alone: the dialect is `local`, or neither a
    /// dialect nor an address is set and no key is found. A key that is named but cannot be read is trouble to be told,
    /// not a wish for no endpoint.
    pub async fn is_local(&self) -> bool {
        match &self.first.target {
            Target::Local => return true,
            Target::Refused(_) => return false,
            // Asking again is for those who send something: a key command may take its time.
            Target::Remote(opening) if opening.has_failed() => return false,
            Target::Remote(_) => {}
        }
        let may_be_local = self.fallbacks.is_empty() && self.first.settings.may_be_local();
        may_be_local && self.open().await.is_ok_and(|opened| opened.key.is_none())
    }

    /// Opens a connection once a key is known, so that the first completion finds it; has the model loaded by a server
    /// that does that itself.
    pub async fn warm_up(&self) {
        if self.is_local().await {
            return;
        }
        match self.open().await {
            Ok(Opened { endpoint, key }) if !endpoint.lacks_key() => {
                if let Some(warning) = key.and_then(|key| key.warning) {
                    tracing::warn!("{warning}");
                }
                endpoint.warm_up().await;
                endpoint.load(&self.first.settings.model).await;
            }
            Ok(_) => tracing::info!("no API key yet; not connecting"),
            Err(error) => tracing::warn!("{error}"),
        }
    }

    fn build(settings: &Settings, variable: Variable, refusal: Option<String>, loading: LoadingModels) -> Self {
        let target = |dialect| match &refusal {
            Some(why) => Target::Refused(why.clone()),
            None if dialect == settings::Dialect::Local => Target::Local,
            None => Target::Remote(Opening::default()),
        };
        // Also those that go elsewhere, or nowhere: none of them belongs into a text.
        let variables = key::variables(true).iter().chain([&chat_host::VARIABLE]);
        variables.filter_map(|name| variable(name)).for_each(|key| own_keys::add(&key));
        let show_after = settings.completion.show_after();
        let member = |settings: settings::Endpoint, section: String| {
            let target = target(settings.dialect);
            Arc::new(Member::new(settings, target, section, show_after, variable).telling(loading.clone()))
        };
        let endpoint = &settings.endpoint;
        // The embedded engine alone has nobody to fall back on; and a fallback that is nobody is none.
        let is_asked = |it: &settings::Endpoint| it.dialect != settings::Dialect::Local;
        let fallbacks = endpoint.fallbacks.iter().map(|fallback| fallback.endpoint(endpoint)).enumerate();
        let fallbacks = fallbacks.filter(|(_, it)| is_asked(endpoint) && is_asked(it));
        let fallbacks = fallbacks.map(|(at, it)| member(it, format!("endpoint.fallbacks[{at}]"))).collect();
        let first = settings::Endpoint { fallbacks: Vec::new(), ..endpoint.clone() };
        let chat = ChatHost::new(settings).map(Arc::new);
        let first = member(first, "endpoint".to_owned());
        Self { first, fallbacks, chat, chat_patience: settings.chat.timeout(), variable, loading }
    }

    /// What `ask` gets of the first endpoint that answers.
    fn asking(
        &self,
        sent: &Sent,
        passes_silence: bool,
        ask: impl Fn(HttpEndpoint, &Member) -> Reply + Send + Sync + 'static,
    ) -> Reply {
        let members = self.members().cloned().collect();
        Asking { members, ask, sent: sent.clone(), passes_silence }.reply()
    }
}

/// The prompt with the model of that endpoint, where it is not the first, of which the prompt knows.
fn prompt_for(prompt: &Prompt, member: &Member) -> Prompt {
    let model = if member.is_fallback() { &member.settings.model } else { &prompt.model };
    Prompt { model: model.clone(), ..prompt.clone() }
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
        let told = sent.clone();
        self.asking(sent, true, move |endpoint, member| endpoint.complete_telling(prompt_for(&prompt, member), &told))
    }

    fn complete_apart(&self, prompt: Prompt, sent: &Sent) -> Reply {
        let told = sent.clone();
        self.asking(sent, true, move |endpoint, member| endpoint.complete_apart(prompt_for(&prompt, member), &told))
    }

    /// Of the one that is asked first now.
    fn places(&self) -> Option<usize> {
        self.members().find(|member| member.resting().is_none())?.places()
    }

    fn is_local(&self) -> BoxFuture<'_, bool> {
        Backend::is_local(self).boxed()
    }
}
