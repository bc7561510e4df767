//! What the user set about where completions come from.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where completions come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Endpoint {
    /// The address of the endpoint, with its scheme. When not set: `https://api.mistral.ai`.
    pub url: Option<String>,
    /// What the endpoint speaks. `auto` tells it from the address, and is `local` where neither an address nor a key is set.
    pub dialect: Dialect,
    /// The model, by the name the endpoint knows it.
    #[schemars(length(min = 1))]
    pub model: String,
    /// Whether the reply is read as it is written. A proxy that cannot stream needs `false`.
    pub stream: bool,
    /// Whether to connect as soon as a key is known, so that the first completion need not wait for it.
    pub warm_up: bool,
    /// A file that holds the API key. It goes before the command, and before CODESTRAL_API_KEY and MISTRAL_API_KEY.
    pub api_key_file: Option<PathBuf>,
    /// A command and its arguments, run once without a shell, that prints the API key; used when no file is named. It goes
    /// before CODESTRAL_API_KEY and MISTRAL_API_KEY.
    #[schemars(inner(length(min = 1)))]
    pub api_key_command: Vec<String>,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// How the prompt is written for a server that takes no suffix: `auto` by the model's name, a family such as `codestral`
    /// or `qwen`, or a text with `{prefix}` and `{suffix}`. When not set: only once the server has refused a suffix.
    pub fim_template: Option<String>,
    /// Further headers of each request, by their names: the key of Azure, a project of Google's. Each value is read from a
    /// file or printed by a command, as keys are.
    pub headers: BTreeMap<String, Header>,
    /// Hosts that may be asked over plain `http`, besides this machine: those of your own network.
    #[schemars(inner(length(min = 1)))]
    pub allow_http: Vec<String>,
    /// How many requests it works on at a time; further ones wait. When not set: as many as llama.cpp says, one of Ollama's,
    /// any number of others.
    #[schemars(range(min = 1, max = 64))]
    pub parallel: Option<u32>,
    /// Others that are asked while this one fails or rests, in their order. Each has a key of its own.
    pub fallbacks: Vec<Fallback>,
    /// The longest wait for the first byte of a reply, in milliseconds.
    #[schemars(range(min = 100, max = 120_000))]
    pub timeout_ms: u64,
}

impl Endpoint {
    /// Whether there may be no endpoint at all: it is set so, or no address is set and maybe no key either.
    pub fn may_be_local(&self) -> bool {
        let is_bare = self.url.is_none() && self.fallbacks.is_empty();
        self.dialect == Dialect::Local || (self.dialect == Dialect::Auto && is_bare)
    }

    /// The longest wait for the first byte of a reply.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

/// The name by which Mistral serves the newest Codestral. Dated names are retired within a year or so.
pub(super) const CODESTRAL: &str = "codestral-latest";

impl Default for Endpoint {
    fn default() -> Self {
        Endpoint {
            url: None,
            dialect: Dialect::Auto,
            model: CODESTRAL.to_owned(),
            stream: true,
            warm_up: true,
            api_key_file: None,
            api_key_command: Vec::new(),
            ca_file: None,
            fim_template: None,
            headers: BTreeMap::new(),
            allow_http: Vec::new(),
            parallel: None,
            fallbacks: Vec::new(),
            // Nobody waits this long for ghost text; a cold connection through a proxy may need some of it.
            timeout_ms: 10_000,
        }
    }
}

/// Where the value of a header comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// A file that holds the value alone.
    pub file: Option<PathBuf>,
    /// A command and its arguments, run once without a shell, that prints the value.
    #[schemars(inner(length(min = 1)))]
    pub command: Vec<String>,
}

/// An endpoint that is asked while those before it fail or rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Fallback {
    /// Its address, with the scheme. When not set: `https://api.mistral.ai`.
    pub url: Option<String>,
    /// What it speaks. `auto` tells it from the address.
    pub dialect: Dialect,
    /// The model, by the name this endpoint knows it, in completions and chats.
    #[schemars(length(min = 1))]
    pub model: String,
    /// Whether the reply is read as it is written.
    pub stream: bool,
    /// A file that holds its API key. When no place is named: MISTRAL_API_KEY for Mistral's hosts, else none.
    pub api_key_file: Option<PathBuf>,
    /// A command and its arguments, run once without a shell, that prints its API key.
    #[schemars(inner(length(min = 1)))]
    pub api_key_command: Vec<String>,
    /// Further headers of each request, as in `endpoint.headers`.
    pub headers: BTreeMap<String, Header>,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// How the prompt is written for a server that takes no suffix, as in `endpoint.fimTemplate`.
    pub fim_template: Option<String>,
    /// How many requests it works on at a time, as in `endpoint.parallel`.
    #[schemars(range(min = 1, max = 64))]
    pub parallel: Option<u32>,
    /// The longest wait for the first byte of a reply, in milliseconds.
    #[schemars(range(min = 100, max = 120_000))]
    pub timeout_ms: u64,
}

impl Default for Fallback {
    fn default() -> Self {
        let Endpoint { url, dialect, model, stream, api_key_file, api_key_command, ca_file, timeout_ms, .. } =
            Endpoint::default();
        Fallback {
            url,
            dialect,
            model,
            stream,
            api_key_file,
            api_key_command,
            headers: BTreeMap::new(),
            ca_file,
            fim_template: None,
            parallel: None,
            timeout_ms,
        }
    }
}

impl Fallback {
    /// All that is set of it, as of an endpoint; what holds for all is that of the `first`.
    pub fn endpoint(&self, first: &Endpoint) -> Endpoint {
        let it = self.clone();
        Endpoint {
            url: it.url,
            dialect: it.dialect,
            model: it.model,
            stream: it.stream,
            warm_up: false,
            api_key_file: it.api_key_file,
            api_key_command: it.api_key_command,
            ca_file: it.ca_file,
            fim_template: it.fim_template,
            headers: it.headers,
            allow_http: first.allow_http.clone(),
            parallel: it.parallel,
            fallbacks: Vec::new(),
            timeout_ms: it.timeout_ms,
        }
    }
}

/// What an endpoint speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Dialect {
    /// Told from the address.
    #[default]
    Auto,
    /// Mistral's `/v1/fim/completions`.
    Mistral,
    /// OpenAI's `/v1/completions`, as a LiteLLM proxy serves it.
    Openai,
    /// llama.cpp's `/infill`.
    Llamacpp,
    /// Ollama's `/api/generate`.
    Ollama,
    /// No endpoint at all: only the embedded engine completes, and nothing is sent, save in a chat if `chat.url` is set.
    Local,
}
