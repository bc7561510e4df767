//! What the user set about chat: which model at which address, and how it answers.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CODESTRAL;

/// The chat about selected code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Chat {
    /// The model that answers in chat, by the name the endpoint knows it.
    #[schemars(length(min = 1))]
    pub model: String,
    /// The address of the endpoint that chats, with its scheme. When not set: that of `endpoint.url`.
    pub url: Option<String>,
    /// A file that holds the API key for `chat.url`. It goes before the command, and before CODESTRAL_CHAT_API_KEY. Not used
    /// without `chat.url`.
    pub api_key_file: Option<PathBuf>,
    /// A command and its arguments, run once without a shell, that prints the API key for `chat.url`; used when no
    /// file is named. It goes before CODESTRAL_CHAT_API_KEY.
    #[schemars(inner(length(min = 1)))]
    pub api_key_command: Vec<String>,
    /// The text that says to the model how to answer. When not set: our own.
    pub system_prompt: Option<String>,
    /// How freely the model chooses: 0 is the most predictable, up to 0.7 is sensible. When not set: the endpoint's own.
    #[schemars(range(min = 0.0, max = 1.5))]
    pub temperature: Option<f64>,
    /// The share of likely tokens the model chooses from. Change this or `temperature`, not both.
    #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0.0))]
    pub top_p: Option<f64>,
    /// The longest answer, in tokens. When not set, the model ends it; a shorter one may cut code off, which is then not
    /// put into your text.
    #[schemars(range(min = 1, max = 131_072))]
    pub max_tokens: Option<u32>,
    /// A seed that makes answers repeatable.
    pub random_seed: Option<u64>,
    /// Strings at which the model stops.
    #[schemars(inner(length(min = 1)))]
    pub stop: Vec<String>,
    /// Whether Mistral puts its safety text before the chat.
    pub safe_prompt: bool,
    /// Whether what the model thinks before it answers is shown too.
    pub show_thinking: bool,
    /// The longest that an answer may be silent, in milliseconds: before its first byte, and within it. Models that think
    /// and local ones that are loaded first take long.
    #[schemars(range(min = 100, max = 600_000))]
    pub timeout_ms: u64,
    /// The most that is sent, in tokens: your question, the code and the conversation before it.
    #[schemars(range(min = 1024, max = 1_048_576))]
    pub context_tokens: usize,
}

impl Chat {
    /// The longest that an answer may be silent.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

impl Default for Chat {
    fn default() -> Self {
        Chat {
            model: CODESTRAL.to_owned(),
            url: None,
            api_key_file: None,
            api_key_command: Vec::new(),
            system_prompt: None,
            // Models differ in what suits them, those that think most of all, and each endpoint knows its own.
            temperature: None,
            top_p: None,
            max_tokens: None,
            random_seed: None,
            stop: Vec::new(),
            safe_prompt: false,
            show_thinking: false,
            timeout_ms: 60_000,
            // With an answer of 8,000 tokens it fits the 32,768 that many models hold (Codestral holds 128,000). That is
            // some 2,500 lines of code, and less than a cent at Codestral's price.
            context_tokens: 24_576,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use crate::settings::tests::{check, editor, file};
    use crate::settings::{Problem, load};

    #[test]
    fn chat_is_set_and_checked_key_by_key() {
        let set = json!({
            "model": "m", "url": "https://chat.example", "apiKeyCommand": ["pass", "chat"], "systemPrompt": "Be brief.",
            "temperature": 0.5, "topP": 1.0, "maxTokens": 9, "randomSeed": 7, "stop": ["END"], "safePrompt": true,
            "showThinking": true, "timeoutMs": 5000, "contextTokens": 4096,
        });
        check(&[editor(json!({ "chat": set }))], json!({ "chat": set }), &[]);
        let loaded = load(&[editor(json!({ "chat": { "apiKeyFile": "~/chat-key" } }))], Some(Path::new("/home/me")));
        assert_eq!(loaded.settings.chat.api_key_file.as_deref(), Some(Path::new("/home/me/chat-key")));
        check(
            &[
                file(json!({ "chat": { "temperature": 0.5, "url": "https://a.example" } })),
                editor(json!({
                    "chat": {
                        "temperature": 2, "contextTokens": 10, "maxTokens": 0, "safePrompt": "yes", "url": "", "systemPrompt": 5,
                        "showThinking": null, "stop": [""],
                    }
                })),
            ],
            json!({ "chat": { "temperature": 0.5, "url": "https://a.example" } }),
            &[
                "chat.contextTokens (from the editor): must be a whole number from 1024 to 1048576, not 10; using 24576",
                "chat.maxTokens (from the editor): must be a whole number from 1 to 131072, not 0",
                "chat.safePrompt (from the editor): must be true or false, not a string; using false",
                "chat.stop (from the editor): must be a list of strings, not this list",
                "chat.systemPrompt (from the editor): must be a string, not 5",
                "chat.temperature (from the editor): must be a number from 0 to 1.5, not 2",
            ],
        );
    }

    #[test]
    fn a_key_in_the_chat_settings_is_refused_with_chats_own_places() {
        let told = load(&[editor(json!({ "chat": { "apiKey": "sk-0123456789" } }))], None).problems;
        let text = told[0].to_string();
        assert!(text.contains("CODESTRAL_CHAT_API_KEY, chat.apiKeyFile or chat.apiKeyCommand"), "{text}");
        assert!(!text.contains("sk-") && told[0].forbids_sending(), "{text}");
    }

    #[test]
    fn what_is_wrong_with_a_host_or_a_key_forbids_sending_and_nothing_else_does() {
        for (wrong, forbids) in [
            (json!({ "endpoint": { "url": 5 } }), true),
            (json!({ "endpoint": { "dialect": "locl" } }), true),
            (json!({ "endpoint": { "timeoutMs": 5 } }), false),
            (json!({ "chat": { "url": 5 } }), true),
            (json!({ "chat": { "ulr": "https://a.example" } }), true),
            (json!({ "chat": { "apiKeyFile": 5 } }), true),
            (json!({ "chat": { "apiKeyCommand": "pass" } }), true),
            (json!({ "chat": "https://a.example" }), true),
            (json!({ "chat": { "model": "" } }), false),
            (json!({ "chat": { "systemPrompt": 5 } }), false),
            (json!({ "chat": { "temperature": 9 } }), false),
            (json!({ "chat": { "topP": 9 } }), false),
            (json!({ "chat": { "maxTokens": "" } }), false),
            (json!({ "chat": { "randomSeed": -1 } }), false),
            (json!({ "chat": { "stop": 5 } }), false),
            (json!({ "chat": { "safePrompt": 5 } }), false),
            (json!({ "chat": { "showThinking": 5 } }), false),
            (json!({ "chat": { "contextTokens": 5 } }), false),
            (json!({ "privacy": { "exclude": ["["] } }), true),
            (json!({ "completion": { "maxTokens": 0 } }), false),
        ] {
            let problems = load(&[editor(wrong.clone())], None).problems;
            let found: Vec<bool> = problems.iter().map(Problem::forbids_sending).collect();
            // An empty text for what need not be set says nothing, and that is fine too.
            assert!(found == [forbids] || (found.is_empty() && !forbids), "{wrong}: {problems:?}");
        }
    }
}
