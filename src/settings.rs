//! What the user set: typed, checked and merged from defaults, file, environment and editor.
//!
//! The types below are the one source: their `Default` is every default, their doc comments are the documentation the
//! user reads, and their schema attributes are the bounds by which `load` checks each value.

mod chat;
mod context;
mod endpoint;
mod layer;
mod load;
mod next_edit;
mod problem;
mod schema;
mod sources;
mod spelling;
mod unknown;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use chat::Chat;
pub use context::{Context, ContextFiles, Language};
use endpoint::CODESTRAL;
pub use endpoint::{Dialect, Endpoint, Fallback, Header};
pub use layer::Layer;
pub use load::{Loaded, Setting, load};
pub use next_edit::NextEdit;
pub use problem::{Origin, Problem};
pub use schema::{generate_schema, schema};
pub use sources::{Reader, SettingsFile, Sources, parse};

use crate::privacy;

/// Settings of codestral-ls, the language server for inline completions from Codestral.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "codestral-ls settings")]
pub struct Settings {
    /// Where completions come from.
    pub endpoint: Endpoint,
    /// How and when to complete.
    pub completion: Completion,
    /// The excerpts of other files of the workspace that the model is shown.
    pub context: Context,
    /// What differs from `completion` and `context` for one language, by the editor's language id such as `rust` or
    /// `typescriptreact`.
    #[schemars(transform = schema::without_defaults)]
    pub languages: BTreeMap<String, Language>,
    /// The embedded engine, which completes from your own text and sends nothing.
    pub local: Local,
    /// Which files never leave this machine.
    pub privacy: Privacy,
    /// When it is too much: a document, a day's tokens.
    pub limits: Limits,
    /// The next edit: what you will change next, by rules from what you changed just now. Sends nothing.
    pub next_edit: NextEdit,
    /// The chat about selected code.
    pub chat: Chat,
    /// The log.
    pub log: Log,
}

impl Settings {
    /// How to complete in a document of this LSP language id: `languages.<id>` laid over `completion`.
    ///
    /// `load` has merged the two; this only chooses.
    pub fn completion_for(&self, language_id: &str) -> &Completion {
        self.languages.get(language_id).map_or(&self.completion, |own| &own.completion)
    }

    /// Whether the embedded engine may come to be used, so that it needs to know the text.
    pub fn may_use_local(&self) -> bool {
        self.local.fallback || self.local.first == First::Set(true) || self.endpoint.may_be_local()
    }
}

/// The embedded engine, which completes from your own text and sends nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Local {
    /// Whether it stands in while the endpoint fails or rests.
    pub fallback: bool,
    /// Whether it goes first where it is very sure; the endpoint is then asked for what follows. `auto`: while the endpoint
    /// is slow to begin, and `fallback` is on.
    pub first: First,
    /// The most memory its index takes, and that of excerpts for itself, in megabytes.
    #[schemars(range(min = 1, max = 4096))]
    pub memory_mb: usize,
    /// Whether the files of the workspace are read besides the open documents, for the engine and for `context`.
    pub workspace: bool,
}

impl Local {
    /// The most memory its index takes, in bytes.
    pub fn memory(&self) -> usize {
        self.memory_mb << 20
    }
}

impl Default for Local {
    fn default() -> Self {
        // Room for some 8 MB of source, 250,000 lines.
        Local { fallback: true, first: First::Auto, memory_mb: 64, workspace: true }
    }
}

/// Whether the embedded engine goes before the endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum First {
    /// While the endpoint is slow to begin, and the engine may stand in for it.
    #[default]
    Auto,
    /// Always or never.
    #[serde(untagged)]
    Set(bool),
}

/// How and when to complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Completion {
    /// Whether to complete while you type. A completion you ask for works even when this is off.
    pub enabled: bool,
    /// How long the keyboard must rest before the model is asked, in milliseconds. `auto` counts what the editor has
    /// already waited.
    pub debounce_ms: Debounce,
    /// The longest suggestion, in tokens.
    #[schemars(range(min = 1, max = 4096))]
    pub max_tokens: u32,
    /// The shortest suggestion, in tokens. 1 helps when the model often answers nothing.
    #[schemars(range(max = 4096))]
    pub min_tokens: Option<u32>,
    /// How freely the model chooses: 0 is the most predictable, up to 0.7 is sensible. `null` leaves it to the endpoint.
    #[schemars(range(min = 0.0, max = 1.5))]
    pub temperature: Option<f64>,
    /// The share of likely tokens the model chooses from. Change this or `temperature`, not both.
    #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0.0))]
    pub top_p: Option<f64>,
    /// A seed that makes replies repeatable.
    pub random_seed: Option<u64>,
    /// Strings at which the model stops.
    #[schemars(inner(length(min = 1)))]
    pub stop: Vec<String>,
    /// The most text before the cursor the model is shown, in bytes.
    #[schemars(range(min = 256, max = 262_144))]
    pub prefix_bytes: usize,
    /// The most text after the cursor the model is shown, in bytes.
    #[schemars(range(min = 256, max = 262_144))]
    pub suffix_bytes: usize,
    /// The longest wait for the whole of a suggestion, in milliseconds; after it, the lines that have arrived are shown.
    #[schemars(range(max = 10_000))]
    pub show_after_ms: u64,
    /// Whether to ask for what follows a suggestion before it is typed or accepted to its end. `auto`: only while you
    /// take what is suggested; `onAccept`: whenever you do not go against it; `off`: never.
    pub prefetch: Prefetch,
    /// Whether to ask once where the cursor comes to rest at an unfinished line, or at an empty one in a body, without an
    /// edit: in editors that ask then, such as Neovim as insert mode begins.
    pub on_rest: bool,
    /// How many different suggestions you may choose from when you ask by hand. Each past the first costs a request.
    #[schemars(range(min = 1, max = 5))]
    pub choices: usize,
    /// Whether suggestions are also offered in the completion menu. `auto`: only to editors without inline completion.
    pub as_completion: AsCompletion,
}

impl Completion {
    /// The longest wait for the whole of a suggestion.
    pub fn show_after(&self) -> Duration {
        Duration::from_millis(self.show_after_ms)
    }
}

impl Default for Completion {
    fn default() -> Self {
        Completion {
            enabled: true,
            debounce_ms: Debounce::Auto,
            // About 25 lines of code, more than is read before it is accepted.
            max_tokens: 256,
            min_tokens: None,
            // Within what Mistral recommends (0 to 0.7), and low: the likeliest code, seldom the same twice.
            temperature: Some(0.2),
            top_p: None,
            random_seed: None,
            stop: Vec::new(),
            // Some 1,800 and 600 tokens: small enough to be cheap at every pause, large enough for the function at hand.
            prefix_bytes: 6144,
            suffix_bytes: 2048,
            // Longer than a short reply takes, shorter than it takes to lose patience. Not measured yet.
            show_after_ms: 400,
            prefetch: Prefetch::Auto,
            on_rest: true,
            // Peers that ask for more show mostly the same twice.
            choices: 3,
            as_completion: AsCompletion::Auto,
        }
    }
}

/// How long the keyboard must rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Debounce {
    /// Long enough not to ask at each key, less what the editor has already waited.
    #[default]
    Auto,
    /// In milliseconds.
    #[serde(untagged)]
    Milliseconds(#[schemars(range(max = 5000))] u64),
}

/// Whether to ask ahead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Prefetch {
    /// While what is suggested is being taken.
    #[default]
    Auto,
    /// Whenever it is not gone against.
    OnAccept,
    /// Never.
    Off,
}

/// Whether plain `textDocument/completion` offers the suggestion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AsCompletion {
    /// Only to editors without inline completion.
    #[default]
    Auto,
    /// To every editor.
    Always,
    /// To none.
    Never,
}

/// Which files never leave this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Privacy {
    /// Files and folders from which nothing is ever sent, besides the built-in ones, written as in a .gitignore; ~/ is
    /// the home directory.
    // Independent of each other, so one wrong pattern is left out and the others still protect.
    #[schemars(extend("uniqueItems" = true), inner(length(min = 1)))]
    pub exclude: Vec<String>,
    /// Whether the built-in patterns hold: environment files, private keys, credential stores, shell histories.
    pub use_default_excludes: bool,
    /// Whether passwords, keys and tokens are masked in all that is sent: a word stands in their place.
    pub mask_secrets: bool,
    /// Whether files in temporary folders outside the workspace are sent. Programs put secrets there to be edited:
    /// password managers, `sops`, `kubectl edit`, `crontab -e`.
    pub temporary_files: bool,
    /// Whether nothing is sent from files that .gitignore or .ignore leave out either.
    pub respect_gitignore: bool,
}

impl Privacy {
    /// The rules that these settings make.
    pub fn rules(&self) -> privacy::Privacy {
        privacy::Privacy::new(&self.exclude, self.use_default_excludes)
            .with_temporary_files(self.temporary_files)
            .with_respect_for_gitignore(self.respect_gitignore)
    }
}

impl Default for Privacy {
    fn default() -> Self {
        Privacy {
            exclude: Vec::new(),
            use_default_excludes: true,
            mask_secrets: true,
            temporary_files: false,
            respect_gitignore: false,
        }
    }
}

/// When it is too much: a document, a day's tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// The largest document to complete in, in bytes. Larger ones are mostly generated or data.
    #[schemars(range(min = 1024, max = 16_777_216))]
    pub max_file_bytes: usize,
    /// The most tokens that may be sent and received in a day (UTC), by all your editors together, chats included. Then
    /// nothing more is asked while you type, only by hand; the embedded engine stands in.
    #[schemars(range(min = 1000))]
    pub tokens_per_day: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { max_file_bytes: 2 * 1024 * 1024, tokens_per_day: None }
    }
}

/// The log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Log {
    /// The least serious that is logged. `debug` and `trace` may show your source text, never the API key.
    pub level: Level,
    /// A file to log to. When not set: stderr, which most editors keep in a log of their own.
    pub file: Option<PathBuf>,
}

/// How serious a line of the log is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// What failed.
    Error,
    /// What may surprise you.
    #[default]
    Warn,
    /// What happened, a line or two a minute.
    Info,
    /// Each completion.
    Debug,
    /// Each message.
    Trace,
}

#[cfg(test)]
mod tests;
