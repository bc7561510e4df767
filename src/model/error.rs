//! What can go wrong between us and an endpoint, in the kinds we act upon.

mod headline;
mod in_chat;

use std::time::Duration;

/// Why there is no reply, or no more of it. `Display` is one sentence for the user that says what to do.
///
/// `message` is what the endpoint said, shortened, on one line and without the key; it may be empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No key is known, and this endpoint needs one.
    #[error(
        "no API key: set CODESTRAL_API_KEY or, for Mistral's own hosts, MISTRAL_API_KEY, or name a file in \
         endpoint.apiKeyFile or a command in endpoint.apiKeyCommand"
    )]
    NoKey,
    /// The endpoint does not take the key: 401, 403, or a proxy's way to say so.
    #[error("{host} refused the API key{}; {}", said(message), keys_of(host, "endpoint.url"))]
    KeyRefused {
        /// Where the key was sent.
        host: String,
        /// What the endpoint said.
        message: String,
    },
    /// 403 with a web page: someone in between, a firewall or a portal, answered in the endpoint's place.
    #[error(
        "something between us and {host} refused the request with a web page (status 403): a firewall, a proxy or a \
         network's sign-in page; ask those who run the network, or try another one"
    )]
    Intercepted {
        /// Who was asked.
        host: String,
    },
    /// 402.
    #[error("{host} wants payment{}; check the plan and the spending limit of the key's account", said(message))]
    PaymentRequired {
        /// Who wants it.
        host: String,
        /// What the endpoint said.
        message: String,
    },
    /// The endpoint does not have the model.
    #[error(
        "the endpoint does not know the model{}; set endpoint.model to one that `codestral-ls models` lists",
        said(message)
    )]
    UnknownModel {
        /// What the endpoint said.
        message: String,
    },
    /// More tokens than the model's context holds.
    #[error(
        "the prompt is too long for the model{}; lower completion.prefixBytes or completion.suffixBytes",
        said(message)
    )]
    PromptTooLong {
        /// What the endpoint said.
        message: String,
    },
    /// Any other 4xx: the endpoint did not like what it was asked.
    #[error(
        "the endpoint refused the request with status {status}{}; check endpoint.dialect and the completion settings",
        said(message)
    )]
    BadRequest {
        /// The HTTP status.
        status: u16,
        /// What the endpoint said.
        message: String,
    },
    /// 404 or 405: there is no such endpoint at this place.
    #[error(
        "{host} has no completion endpoint at this address{}; check endpoint.url and endpoint.dialect",
        said(message)
    )]
    NotFound {
        /// Who was asked.
        host: String,
        /// What the endpoint said.
        message: String,
    },
    /// The endpoint says: too many requests.
    #[error("the endpoint is rate limited{}; completions pause until then", retry_in(*retry_after))]
    RateLimited {
        /// How long it asks us to stay away.
        retry_after: Option<Duration>,
    },
    /// 5xx: the endpoint is overloaded or broken.
    #[error("{host} has trouble of its own (status {status}){}; try again later", said(message))]
    Overloaded {
        /// Who has it.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What the endpoint said.
        message: String,
        /// How long it asks us to stay away.
        retry_after: Option<Duration>,
    },
    /// A server that holds its model itself is still loading it.
    #[error("{host} is still loading its model; completions begin when it is there")]
    Loading {
        /// Who is.
        host: String,
    },
    /// The model, or the server, takes no text after the cursor, and the format of the model's own is not known.
    #[error(
        "{host} does not complete inside code with this model{}; set endpoint.model to one that does, such as codestral \
         or qwen2.5-coder, or endpoint.fimTemplate to the model's own format",
        said(message)
    )]
    NoInsert {
        /// Who was asked.
        host: String,
        /// What the endpoint said.
        message: String,
    },
    /// 3xx. A redirect is never followed, since the key would travel with it.
    #[error(
        "{host} redirects{}, and the key goes to no other place; set endpoint.url to the final address",
        to(location)
    )]
    Redirected {
        /// Who redirects.
        host: String,
        /// Scheme and host of the target; empty if unknown.
        location: String,
    },
    /// No connection: name not found, refused, no route, proxy trouble.
    #[error("{host} cannot be reached ({reason}); check the network, the proxy and endpoint.url")]
    Unreachable {
        /// Who was called.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// The connection could not be made secure.
    #[error(
        "no secure connection to {host} ({reason}); behind a proxy with its own certificate, name it in endpoint.caFile"
    )]
    Tls {
        /// Who was called.
        host: String,
        /// What the TLS library said.
        reason: String,
    },
    /// The endpoint was silent for too long.
    #[error("{host} said nothing for {} ms; raise endpoint.timeoutMs if it is always this slow", after.as_millis())]
    TimedOut {
        /// Who was silent.
        host: String,
        /// For how long.
        after: Duration,
    },
    /// The reply stopped before its end. What had come was delivered.
    #[error("{host} broke off its reply; try again")]
    Cut {
        /// Who did.
        host: String,
    },
    /// The reply is not one we can read.
    #[error("{host} sent a reply that cannot be read ({reason}); check endpoint.url and endpoint.dialect")]
    Unreadable {
        /// Who sent it.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Our own set-up does not allow to ask: the sentence says what to mend.
    #[error("{0}")]
    Setup(String),
    /// Someone chats where there is nobody to ask: neither a key nor an address is set, or that is so by choice.
    #[error("chat needs an endpoint{}", whom_to_name(*chosen))]
    NoEndpoint {
        /// `endpoint.dialect` is `local`.
        chosen: bool,
    },
    /// Any of the others in a chat. Its kind and its pause are that of the cause.
    #[error("{}", in_chat::words(cause, *own_url))]
    Chat {
        /// What is wrong.
        cause: Box<Error>,
        /// What was asked is `chat.url`, not the endpoint's.
        own_url: bool,
    },
}

impl Error {
    /// A short name for logs and JSON; never changes once released.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoKey => "noKey",
            Self::KeyRefused { .. } => "keyRefused",
            Self::Intercepted { .. } => "intercepted",
            Self::PaymentRequired { .. } => "paymentRequired",
            Self::UnknownModel { .. } => "unknownModel",
            Self::PromptTooLong { .. } => "promptTooLong",
            Self::BadRequest { .. } => "badRequest",
            Self::NotFound { .. } => "notFound",
            Self::RateLimited { .. } => "rateLimited",
            Self::Overloaded { .. } => "overloaded",
            Self::Loading { .. } => "loading",
            Self::NoInsert { .. } => "noInsert",
            Self::Redirected { .. } => "redirected",
            Self::Unreachable { .. } => "unreachable",
            Self::Tls { .. } => "tls",
            Self::TimedOut { .. } => "timedOut",
            Self::Cut { .. } => "cut",
            Self::Unreadable { .. } => "unreadable",
            Self::Setup(_) => "setup",
            Self::NoEndpoint { .. } => "noEndpoint",
            Self::Chat { cause, .. } => cause.kind(),
        }
    }

    /// How long the endpoint asks us to stay away, if it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after, .. } => *retry_after,
            Self::Chat { cause, .. } => cause.retry_after(),
            _ => None,
        }
    }
}

pub(super) fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(" (\"{message}\")") }
}

pub(super) fn to(location: &str) -> String {
    if location.is_empty() { String::new() } else { format!(" to {location}") }
}

pub(super) fn retry_in(after: Option<Duration>) -> String {
    match after {
        Some(after) => format!(" for {} s", after.as_secs_f32().ceil()),
        None => " for a while".to_owned(),
    }
}

fn whom_to_name(chosen: bool) -> &'static str {
    if chosen {
        ", and endpoint.dialect is local: name one in chat.url, or set another dialect"
    } else {
        ": set MISTRAL_API_KEY or CODESTRAL_API_KEY for Mistral's, or name another in chat.url"
    }
}

/// Keys of Mistral's two hosts are not interchangeable: the wrong pair is refused with 401. `url` is the setting to
/// change.
pub(super) fn keys_of(host: &str, url: &str) -> String {
    let name = host.split(':').next().unwrap_or(host);
    match name {
        "codestral.mistral.ai" => format!(
            "it takes only keys made for codestral.mistral.ai; for a key of api.mistral.ai set {url} to \
             https://api.mistral.ai"
        ),
        name if name == "mistral.ai" || name.ends_with(".mistral.ai") => {
            format!(
                "{name} takes keys made in Mistral's console; for a key of codestral.mistral.ai set {url} to \
                 https://codestral.mistral.ai"
            )
        }
        name => format!(
            "use a key that {name} itself gave out (a proxy's own key, not Mistral's; and keys of api.mistral.ai and \
             codestral.mistral.ai are not interchangeable)"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: &Error, parts: &[&str]) {
        let text = error.to_string();
        for part in parts {
            assert!(text.contains(part), "{text:?} lacks {part:?}");
        }
        assert!(!text.contains('\n') && !text.contains(". "), "not one sentence: {text:?}");
    }

    #[test]
    fn every_message_says_what_to_do() {
        let host = || "api.mistral.ai".to_owned();
        let message = String::new;
        check(&Error::NoKey, &["CODESTRAL_API_KEY", "endpoint.apiKeyFile"]);
        check(
            &Error::KeyRefused { host: host(), message: "Unauthorized".into() },
            &["api.mistral.ai", "\"Unauthorized\"", "codestral.mistral.ai", "endpoint.url"],
        );
        check(
            &Error::KeyRefused { host: "codestral.mistral.ai".into(), message: message() },
            &["https://api.mistral.ai"],
        );
        check(
            &Error::KeyRefused { host: "proxy:4000".into(), message: message() },
            &["proxy itself", "not interchangeable"],
        );
        check(&Error::PaymentRequired { host: host(), message: message() }, &["plan"]);
        check(&Error::UnknownModel { message: message() }, &["endpoint.model"]);
        check(&Error::PromptTooLong { message: message() }, &["completion.prefixBytes"]);
        check(&Error::BadRequest { status: 422, message: message() }, &["422", "endpoint.dialect"]);
        check(&Error::NotFound { host: host(), message: message() }, &["endpoint.url"]);
        check(&Error::RateLimited { retry_after: Some(Duration::from_millis(1500)) }, &["for 2 s"]);
        check(&Error::RateLimited { retry_after: None }, &["for a while"]);
        check(
            &Error::Overloaded { host: host(), status: 503, message: message(), retry_after: None },
            &["503", "try again later"],
        );
        check(&Error::Loading { host: host() }, &["api.mistral.ai", "loading"]);
        check(&Error::NoInsert { host: host(), message: message() }, &["endpoint.model", "endpoint.fimTemplate"]);
        check(&Error::Redirected { host: host(), location: "https://b".into() }, &["to https://b", "endpoint.url"]);
        check(&Error::Unreachable { host: host(), reason: "refused".into() }, &["refused", "network"]);
        check(&Error::Tls { host: host(), reason: "UnknownIssuer".into() }, &["endpoint.caFile"]);
        check(&Error::TimedOut { host: host(), after: Duration::from_secs(5) }, &["5000 ms", "endpoint.timeoutMs"]);
        check(&Error::Cut { host: host() }, &["try again"]);
        check(&Error::Unreadable { host: host(), reason: "a web page".into() }, &["a web page", "endpoint.url"]);
    }
}
