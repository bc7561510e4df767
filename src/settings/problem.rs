//! Where a value comes from, and what is wrong with it, in one line for the user.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    #[default]
    Default,
    /// The settings file at this path.
    File(PathBuf),
    /// The environment variable of this name.
    Environment(&'static str),
    /// `initializationOptions` or `workspace/didChangeConfiguration`.
    Editor,
}

/// Reads after the thing that was set: "endpoint.url (from CODESTRAL_URL)".
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path) => write!(f, "in {}", path.display()),
            Origin::Environment(name) => write!(f, "from {name}"),
            Origin::Editor => f.write_str("from the editor"),
        }
    }
}

/// Something the user set that could not be used as it stands. `Display` is one line that says where and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The dotted key, such as `completion.maxTokens`; empty when it is the layer as a whole.
    pub key: String,
    /// Where it was set.
    pub origin: Origin,
    /// What is wrong and what is used instead. Never a key or another string the user set where it might be a secret.
    pub message: String,
    /// An unknown setting that may have named another host or a private file.
    pub may_redirect: bool,
}

/// Settings of the endpoint and the chat that change neither where text and key go nor which key it is. Not the dialect:
/// who mistypes `local` wants nothing sent.
const HARMLESS: [&str; 17] = [
    "endpoint.model",
    "endpoint.stream",
    "endpoint.warmUp",
    "endpoint.timeoutMs",
    "endpoint.fimTemplate",
    "endpoint.parallel",
    "chat.model",
    "chat.systemPrompt",
    "chat.temperature",
    "chat.topP",
    "chat.maxTokens",
    "chat.randomSeed",
    "chat.stop",
    "chat.safePrompt",
    "chat.showThinking",
    "chat.timeoutMs",
    "chat.contextTokens",
];

impl Problem {
    /// Whether what is wrong may be what names another host, or keeps files from it: the default would then send text
    /// or key where the user did not want them, so nothing is sent until it is mended.
    pub fn forbids_sending(&self) -> bool {
        let key = self.key.as_str();
        let names_where = ["endpoint", "chat", "privacy", "context"].iter().any(|section| key.starts_with(section))
            || key.contains(".context");
        key.is_empty() || self.may_redirect || (names_where && !is_harmless(key))
    }
}

/// Whether the setting of that key says neither where text goes nor what stays.
pub(super) fn is_harmless(key: &str) -> bool {
    HARMLESS.contains(&key)
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "settings ({}): {}", self.origin, self.message),
            key => write!(f, "{} ({}): {}", one_line(key), self.origin, self.message),
        }
    }
}

/// The longest text of the user's that a message repeats, in characters.
const LONGEST_QUOTE: usize = 60;

/// `text` without control characters, cut where it gets too long for a message.
pub(super) fn one_line(text: &str) -> String {
    let mut line: String =
        text.chars().take(LONGEST_QUOTE).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST_QUOTE).is_some() {
        line.push('…');
    }
    line
}
