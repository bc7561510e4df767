//! What is wrong in a few words, for a line that is seen in passing. The sentence that says what to do is `Display`'s.

use super::Error;

impl Error {
    /// What is wrong, in about 40 characters where the host's name is no longer than Mistral's own.
    pub fn headline(&self) -> String {
        match self {
            Self::NoKey => "no API key: set CODESTRAL_API_KEY".to_owned(),
            Self::KeyRefused { host, .. } => format!("API key refused by {host}"),
            Self::Intercepted { host } => format!("a firewall blocks {host}"),
            Self::PaymentRequired { host, .. } => format!("{host} wants payment"),
            Self::UnknownModel { .. } => "unknown model: see endpoint.model".to_owned(),
            Self::PromptTooLong { .. } => "prompt too long: completion.prefixBytes".to_owned(),
            Self::BadRequest { status, .. } => format!("the endpoint refuses with status {status}"),
            Self::NotFound { .. } => "nothing there: see endpoint.url".to_owned(),
            Self::RateLimited { retry_after: Some(after) } => {
                format!("rate limited for {} s", after.as_secs_f32().ceil())
            }
            Self::RateLimited { retry_after: None } => "rate limited".to_owned(),
            Self::Overloaded { host, status, .. } => format!("status {status} from {host}"),
            Self::Loading { host } => format!("{host} is loading"),
            Self::NoInsert { .. } => "no insertion: see endpoint.fimTemplate".to_owned(),
            Self::Redirected { .. } => "redirected: see endpoint.url".to_owned(),
            Self::Unreachable { host, .. } => format!("cannot reach {host}"),
            Self::Tls { host, .. } => format!("TLS trouble with {host}"),
            Self::TimedOut { after, .. } => format!("slower than endpoint.timeoutMs ({})", after.as_millis()),
            Self::Cut { host } => format!("{host} broke off"),
            Self::Unreadable { .. } => "unreadable reply: see endpoint.url".to_owned(),
            Self::Setup(sentence) => sentence.clone(),
            Self::NoEndpoint { .. } => "no endpoint to chat with".to_owned(),
            Self::Chat { cause, .. } => cause.headline(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_headline_is_short_and_says_what_is_wrong() {
        let host = || "codestral.mistral.ai".to_owned();
        let message = || "a long story ".repeat(20);
        let longest = Duration::from_secs(600);
        for (error, part) in [
            (Error::NoKey, "API key"),
            (Error::KeyRefused { host: host(), message: message() }, "key refused"),
            (Error::Intercepted { host: host() }, "firewall"),
            (Error::PaymentRequired { host: host(), message: message() }, "payment"),
            (Error::UnknownModel { message: message() }, "endpoint.model"),
            (Error::PromptTooLong { message: message() }, "too long"),
            (Error::BadRequest { status: 422, message: message() }, "422"),
            (Error::NotFound { host: host(), message: message() }, "endpoint.url"),
            (Error::RateLimited { retry_after: Some(longest) }, "600 s"),
            (Error::RateLimited { retry_after: None }, "rate limited"),
            (Error::Overloaded { host: host(), status: 503, message: message(), retry_after: None }, "503"),
            (Error::Loading { host: host() }, "loading"),
            (Error::NoInsert { host: host(), message: message() }, "endpoint.fimTemplate"),
            (Error::Redirected { host: host(), location: message() }, "endpoint.url"),
            (Error::Unreachable { host: host(), reason: message() }, "codestral.mistral.ai"),
            (Error::Tls { host: host(), reason: message() }, "TLS"),
            (Error::TimedOut { host: host(), after: longest }, "endpoint.timeoutMs"),
            (Error::Cut { host: host() }, "broke off"),
            (Error::Unreadable { host: host(), reason: message() }, "endpoint.url"),
            (Error::NoEndpoint { chosen: true }, "endpoint"),
        ] {
            let headline = error.headline();
            assert!(headline.contains(part) && headline.chars().count() <= 40, "{headline:?}");
            let in_chat = Error::Chat { cause: Box::new(error), own_url: true };
            assert_eq!(in_chat.headline(), headline);
        }
    }
}
