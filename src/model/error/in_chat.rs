//! What an endpoint's trouble means in a chat: the same error, with chat's own settings in its remedy.

use super::Error;
use super::{keys_of, retry_in, said, to};

impl Error {
    /// The same error, told to someone who chats. `own_url`: what was asked is `chat.url`, not the endpoint's.
    pub fn in_chat(self, own_url: bool) -> Self {
        match self {
            // These say what to mend already.
            Self::Chat { .. } | Self::NoEndpoint { .. } | Self::Setup(_) => self,
            cause => Self::Chat { cause: Box::new(cause), own_url },
        }
    }
}

/// The sentence. What chat and completions mend alike is left to the error itself.
pub(super) fn words(cause: &Error, own_url: bool) -> String {
    let url = if own_url { "chat.url" } else { "endpoint.url" };
    match cause {
        Error::NoKey if own_url => "no API key for chat.url: set CODESTRAL_CHAT_API_KEY, or name a file in \
                                    chat.apiKeyFile or a command in chat.apiKeyCommand"
            .to_owned(),
        Error::KeyRefused { host, message } => {
            format!("{host} refused the API key{}; {}", said(message), keys_of(host, url))
        }
        Error::UnknownModel { message } => format!(
            "the endpoint does not know the model{}; set chat.model to one that `codestral-ls models` lists",
            said(message)
        ),
        Error::PromptTooLong { message } => format!(
            "the chat is too long for the model{}; select less code, or lower chat.contextTokens",
            said(message)
        ),
        Error::BadRequest { status, message } => format!(
            "the endpoint refused the chat with status {status}{}; check chat.model, {url} and the other chat settings",
            said(message)
        ),
        Error::NotFound { host, message } => {
            format!("{host} has no chat endpoint at this address{}; set chat.url to one that has", said(message))
        }
        Error::RateLimited { retry_after } => {
            format!("the endpoint is rate limited{}; ask again after that", retry_in(*retry_after))
        }
        Error::Redirected { host, location } => format!(
            "{host} redirects{}, and the key goes to no other place; set {url} to the final address",
            to(location)
        ),
        Error::Unreachable { host, reason } => {
            format!("{host} cannot be reached ({reason}); check the network, the proxy and {url}")
        }
        Error::Unreadable { host, reason } => {
            format!("{host} sent a reply that cannot be read ({reason}); check {url}")
        }
        Error::TimedOut { host, after } => {
            format!("{host} said nothing for {} ms; raise chat.timeoutMs if it is always this slow", after.as_millis())
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check(error: Error, own_url: bool, parts: &[&str]) {
        let (kind, retry_after) = (error.kind(), error.retry_after());
        let told = error.in_chat(own_url).in_chat(!own_url);
        assert_eq!((told.kind(), told.retry_after()), (kind, retry_after));
        let text = told.to_string();
        for part in parts {
            assert!(text.contains(part), "{text:?} lacks {part:?}");
        }
        assert!(!text.contains('\n') && !text.contains(". ") && !text.contains("completion"), "{text:?}");
        assert!(!own_url || !text.contains("endpoint.url"), "{text:?}");
    }

    #[test]
    fn every_message_speaks_of_chats_own_settings() {
        let host = || "api.mistral.ai".to_owned();
        let message = || "no".to_owned();
        check(Error::NoKey, false, &["CODESTRAL_API_KEY", "endpoint.apiKeyFile"]);
        check(Error::NoKey, true, &["CODESTRAL_CHAT_API_KEY", "chat.apiKeyFile", "chat.apiKeyCommand"]);
        for host in ["api.mistral.ai", "codestral.mistral.ai", "proxy:4000"] {
            check(Error::KeyRefused { host: host.into(), message: message() }, true, &[host, "\"no\""]);
        }
        check(Error::KeyRefused { host: host(), message: message() }, false, &["endpoint.url"]);
        check(Error::KeyRefused { host: host(), message: message() }, true, &["chat.url"]);
        check(Error::UnknownModel { message: message() }, false, &["chat.model", "\"no\""]);
        check(Error::PromptTooLong { message: message() }, false, &["chat.contextTokens"]);
        check(Error::BadRequest { status: 422, message: message() }, true, &["422", "chat.url"]);
        check(Error::NotFound { host: host(), message: message() }, false, &["chat.url"]);
        check(Error::RateLimited { retry_after: Some(Duration::from_secs(2)) }, false, &["for 2 s; ask again"]);
        check(Error::RateLimited { retry_after: None }, false, &["for a while; ask again"]);
        check(Error::Redirected { host: host(), location: "https://b".into() }, true, &["to https://b", "chat.url"]);
        check(Error::Unreachable { host: host(), reason: "refused".into() }, true, &["refused", "chat.url"]);
        check(Error::Unreadable { host: host(), reason: "a web page".into() }, false, &["endpoint.url"]);
        check(Error::TimedOut { host: host(), after: Duration::from_secs(5) }, true, &["5000 ms", "chat.timeoutMs"]);
        check(Error::Cut { host: host() }, true, &["broke off"]);
        check(Error::Setup("mend it".into()), true, &["mend it"]);
        check(Error::NoEndpoint { chosen: false }, false, &["chat needs an endpoint", "MISTRAL_API_KEY", "chat.url"]);
        check(Error::NoEndpoint { chosen: true }, false, &["chat needs an endpoint", "endpoint.dialect", "chat.url"]);
    }
}
