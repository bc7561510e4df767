//! The address the user gave: is it fit to carry a key, and which places does it mean?

use std::net::IpAddr;

use reqwest::Url;

use crate::endpoint::{Dialect, chat_request};

/// What is wrong with an address. [`about`](Self::about) says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlError {
    /// `api.mistral.ai`, `localhost:8080`.
    NoScheme {
        /// As the user wrote it.
        given: String,
        /// What they probably meant.
        better: String,
    },
    /// `http://api.mistral.ai`: the key would travel in the clear.
    PlainHttp {
        /// The host.
        host: String,
    },
    /// `ftp://…`.
    OtherScheme {
        /// The scheme.
        scheme: String,
    },
    /// `https://name:password@host`.
    UserInfo,
    /// `https://host/path?key=…#…`, from that sign on.
    Trailing(char),
    /// Anything else a URL cannot be.
    Invalid {
        /// As the user wrote it.
        given: String,
        /// What the parser said.
        reason: String,
    },
}

impl UrlError {
    /// One sentence about the setting `url` of that section of the settings, which says what to do. It never repeats a
    /// password.
    pub fn about(&self, section: &str) -> String {
        match self {
            Self::NoScheme { given, better } => {
                format!("{section}.url \"{given}\" has no scheme; write \"{better}\"")
            }
            Self::PlainHttp { host } => format!(
                "{section}.url uses http:// for the remote host {host}, which would show the key and your code to the \
                 network; write https://, or name the host in endpoint.allowHttp if that network is your own"
            ),
            Self::OtherScheme { scheme } => format!("{section}.url has the scheme {scheme}; write https://"),
            Self::UserInfo => {
                let variable = if section == "chat" { "CODESTRAL_CHAT_API_KEY" } else { "CODESTRAL_API_KEY" };
                format!(
                    "{section}.url holds a user name or password; take it out and give the key by {variable} or \
                     {section}.apiKeyFile"
                )
            }
            Self::Trailing(sign) => {
                format!("{section}.url must end with its path; take out everything from '{sign}' on")
            }
            Self::Invalid { given, reason } => format!(
                "{section}.url \"{given}\" is not an address ({reason}); write something like https://api.mistral.ai"
            ),
        }
    }
}

/// Checks what the user gave: `https` anywhere, `http` only to this machine, nothing but scheme, host, port and path, and
/// the version that Azure wants to be named.
pub fn parse(given: &str) -> Result<Url, UrlError> {
    parse_allowing(given, &[])
}

/// The same, and `http` to these hosts as well.
pub fn parse_allowing(given: &str, plain_hosts: &[String]) -> Result<Url, UrlError> {
    let given = given.trim();
    let Some((scheme, rest)) = given.split_once("://") else {
        return Err(without_scheme(given));
    };
    if rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@')) {
        return Err(UrlError::UserInfo);
    }
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err(UrlError::OtherScheme { scheme: scheme.to_owned() });
    }
    let url =
        Url::parse(given).map_err(|error| UrlError::Invalid { given: given.to_owned(), reason: error.to_string() })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlError::UserInfo);
    }
    if url.query().is_some() && url.query_pairs().any(|(name, _)| name != "api-version") {
        return Err(UrlError::Trailing('?'));
    }
    if url.fragment().is_some() {
        return Err(UrlError::Trailing('#'));
    }
    let is_allowed = |url: &Url| {
        let names = [host(url), url.host_str().unwrap_or_default().to_owned()];
        plain_hosts.iter().any(|allowed| names.iter().any(|name| name.eq_ignore_ascii_case(allowed.trim())))
    };
    if url.scheme() == "http" && !is_loopback(&url) && !is_allowed(&url) {
        return Err(UrlError::PlainHttp { host: host(&url) });
    }
    Ok(url)
}

/// Does this address lead to this machine: 127.0.0.0/8, `::1`, `localhost`?
pub fn is_loopback(url: &Url) -> bool {
    let name = url.host_str().unwrap_or_default();
    let ip = name.trim_matches(['[', ']']).parse::<IpAddr>();
    ip.map_or(name == "localhost", |ip| ip.is_loopback())
}

/// Host and, where it is not the scheme's own, port: how a person is told whom we ask.
pub fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

/// Is this one of Mistral's own hosts?
pub fn is_mistral(url: &Url) -> bool {
    url.host_str().is_some_and(|name| name == "mistral.ai" || name.ends_with(".mistral.ai"))
}

/// The dialect an address speaks, told from the address alone. The first rule that fits holds:
///
/// 1. a path with a part `fim`, `mistral` or `mistralai` (`/v1/fim/completions`, the LiteLLM proxy's pass-through
///    `/mistral`, Vertex's publisher): Mistral;
/// 2. a host under `mistral.ai`: Mistral;
/// 3. a path that ends in `/infill`: llama.cpp. Its port, 8080, is that of too many other servers to tell anything;
/// 4. a path that ends in `/api/generate`, or the port 11434 without a path or with `/api`: Ollama, whose port nobody else
///    has. With `/v1` its OpenAI route is meant;
/// 5. any other: OpenAI.
pub fn dialect(url: &Url) -> Dialect {
    let fim = url.path_segments().into_iter().flatten().any(|part| matches!(part, "fim" | "mistral" | "mistralai"));
    let path = url.path().trim_end_matches('/');
    if fim || is_mistral(url) {
        Dialect::Mistral
    } else if path.ends_with("/infill") {
        Dialect::LlamaCpp
    } else if path.ends_with("/api/generate") || (url.port() == Some(OLLAMA_PORT) && matches!(path, "" | "/api")) {
        Dialect::Ollama
    } else {
        Dialect::OpenAi
    }
}

/// Where Ollama listens unless it is told otherwise.
const OLLAMA_PORT: u16 = 11434;

/// Where `dialect` is asked. An address that already ends in `/completions` is used as it is, save that of a chat.
pub fn completions(url: &Url, dialect: Dialect) -> Url {
    if dialect.is_below_root() {
        return below_root(url, dialect.path());
    }
    let path = url.path().trim_end_matches('/');
    let is_whole = path.ends_with("/completions") && !path.ends_with("/chat/completions");
    if is_whole || is_method(path) { at(url, path.to_owned()) } else { below_base(url, dialect.path()) }
}

/// Where a chat is asked: beside the completions, or at the address itself if it ends in `/chat/completions` or names one
/// of Google's methods, which takes either.
pub fn chat(url: &Url) -> Url {
    if is_method(url.path()) {
        return url.clone();
    }
    below_base(url, chat_request::PATH)
}

/// Whether the path ends in a method as Google writes them: `models/codestral-2:streamRawPredict`.
fn is_method(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|last| last.contains(':'))
}

/// A place beside the completions, such as `models`.
pub fn below_base(url: &Url, place: &str) -> Url {
    let path = url.path().trim_end_matches('/');
    for end in ["/fim/completions", "/chat/completions", "/completions"] {
        if let Some(base) = path.strip_suffix(end) {
            return at(url, format!("{base}/{place}"));
        }
    }
    at(url, format!("{}/v1/{place}", root(path)))
}

/// A place of a server's own, beside `/v1`.
pub fn below_root(url: &Url, place: &str) -> Url {
    let path = url.path().trim_end_matches('/');
    let ends = ["/chat/completions", "/completions"];
    let path = ends.iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
    at(url, format!("{}/{place}", root(path)))
}

/// The path without what every server has below its root.
fn root(path: &str) -> &str {
    let ends = ["/v1", "/infill", "/api/generate", "/api"];
    ends.iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path)
}

fn at(url: &Url, path: String) -> Url {
    let mut url = url.clone();
    url.set_path(&path);
    url
}

fn without_scheme(given: &str) -> UrlError {
    let rest = given.trim_start_matches('/');
    let guess = Url::parse(&format!("http://{rest}"));
    if given.contains('@') {
        return UrlError::UserInfo;
    }
    let scheme = if guess.is_ok_and(|url| is_loopback(&url)) { "http" } else { "https" };
    let better = if rest.is_empty() { "https://api.mistral.ai".to_owned() } else { format!("{scheme}://{rest}") };
    UrlError::NoScheme { given: given.to_owned(), better }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(given: &str, part: &str) {
        let error = parse(given).unwrap_err().about("endpoint");
        assert!(error.contains(part), "{error:?} lacks {part:?}");
        assert!(!error.contains("hunter2") && !error.contains('\n'), "{error}");
        let of_chat = parse(given).unwrap_err().about("chat");
        assert!(of_chat.starts_with("chat.url ") && !of_chat.contains("endpoint.url"), "{of_chat}");
    }

    #[test]
    fn a_bad_address_is_refused_with_a_remedy() {
        check_refused("api.mistral.ai", "\"https://api.mistral.ai\"");
        check_refused("api.mistral.ai:443/v1", "\"https://api.mistral.ai:443/v1\"");
        check_refused("localhost:4000", "\"http://localhost:4000\"");
        check_refused("//api.mistral.ai", "\"https://api.mistral.ai\"");
        check_refused("", "\"https://api.mistral.ai\"");
        check_refused("http://api.mistral.ai", "remote host api.mistral.ai");
        check_refused("HTTP://10.0.0.1:4000", "remote host 10.0.0.1:4000");
        check_refused("http://localhost.example.com", "remote host");
        check_refused("ftp://localhost", "scheme ftp");
        check_refused("https://me:hunter2@host", "password");
        check_refused("https://me:hunter2@host:bad", "password");
        check_refused("me:hunter2@host", "password");
        check_refused("https://host/v1?key=hunter2", "from '?' on");
        check_refused("https://host/v1#hunter2", "from '#' on");
        check_refused("https://", "not an address");
        check_refused("https://a b", "not an address");
        check_refused("https://host:99999", "not an address");
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for url in [
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:8080",
            "http://localhost:4000/v1",
            "http://LOCALHOST",
        ] {
            assert!(is_loopback(&parse(url).unwrap()), "{url}");
        }
        assert!(!is_loopback(&parse("https://api.mistral.ai").unwrap()));
    }

    #[track_caller]
    fn check_chat(given: &str, chat_at: &str) {
        assert_eq!(chat(&parse(given).unwrap()).as_str(), chat_at, "{given}");
    }

    #[test]
    fn a_chat_is_asked_beside_the_completions() {
        let mistral = "https://api.mistral.ai/v1/chat/completions";
        for given in ["", "/", "/v1", "/v1/", "/v1/fim/completions", "/v1/chat/completions", "/v1/chat/completions/"] {
            check_chat(&format!("https://api.mistral.ai{given}"), mistral);
        }
        let proxy = "http://localhost:4000/v1/chat/completions";
        for given in ["", "/v1", "/v1/completions", "/v1/chat/completions"] {
            check_chat(&format!("http://localhost:4000{given}"), proxy);
        }
        let through = "https://proxy/mistral/v1/chat/completions";
        for given in ["https://proxy/mistral", "https://proxy/mistral/v1/fim/completions"] {
            check_chat(given, through);
        }
        check_chat("https://host/beta/completions", "https://host/beta/chat/completions");
        check_chat("https://host/openai/chat/completions", "https://host/openai/chat/completions");
    }

    #[track_caller]
    fn check(given: &str, expect: Dialect, completions_at: &str, models_at: &str) {
        let url = parse(given).unwrap();
        let dialect = dialect(&url);
        assert_eq!(dialect, expect);
        assert_eq!(completions(&url, dialect).as_str(), completions_at);
        assert_eq!(below_base(&url, "models").as_str(), models_at);
    }

    #[test]
    fn a_host_that_is_named_may_be_asked_over_plain_http() {
        let allowed = ["gpu.lan".to_owned(), "10.0.0.1:4000".to_owned()];
        for given in ["http://gpu.lan", "http://GPU.lan:8080/v1", "http://10.0.0.1:4000"] {
            assert!(parse_allowing(given, &allowed).is_ok(), "{given}");
            assert!(parse(given).unwrap_err().about("endpoint").contains("endpoint.allowHttp"), "{given}");
        }
        for given in ["http://other.lan", "http://10.0.0.1", "http://10.0.0.1:4001", "http://gpu.lan.example"] {
            assert!(parse_allowing(given, &allowed).is_err(), "{given}");
        }
    }

    #[test]
    fn whole_addresses_of_azure_and_vertex_are_used_as_they_are() {
        let vertex = "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4/publishers/\
                      mistralai/models/codestral-2:streamRawPredict";
        let url = parse(vertex).unwrap();
        assert_eq!((dialect(&url), completions(&url, Dialect::Mistral).as_str()), (Dialect::Mistral, vertex));
        assert_eq!(chat(&url).as_str(), vertex);
        let azure = "https://codestral.eastus.models.ai.azure.com/v1/fim/completions?api-version=2024-05-01-preview";
        let url = parse(azure).unwrap();
        assert_eq!((dialect(&url), completions(&url, Dialect::Mistral).as_str()), (Dialect::Mistral, azure));
        assert_eq!(chat(&url).path(), "/v1/chat/completions");
        assert_eq!(chat(&url).query(), Some("api-version=2024-05-01-preview"));
        check_refused("https://host/v1?api-version=1&key=hunter2", "from '?' on");
    }

    #[test]
    fn servers_with_paths_of_their_own_are_asked_beside_v1() {
        use Dialect::{LlamaCpp, Ollama, OpenAi};
        let models = "http://localhost:11434/v1/models";
        for given in ["", "/", "/api", "/api/generate"] {
            check(&format!("http://localhost:11434{given}"), Ollama, "http://localhost:11434/api/generate", models);
        }
        check("http://localhost:11434/v1", OpenAi, "http://localhost:11434/v1/completions", models);
        let models = "http://localhost:8080/v1/models";
        check("http://localhost:8080/infill", LlamaCpp, "http://localhost:8080/infill", models);
        check("http://localhost:8080", OpenAi, "http://localhost:8080/v1/completions", models);
        for given in ["", "/v1", "/v1/", "/v1/completions", "/v1/chat/completions", "/infill"] {
            let url = parse(&format!("http://localhost:8080{given}")).unwrap();
            assert_eq!(completions(&url, LlamaCpp).as_str(), "http://localhost:8080/infill", "{given}");
            assert_eq!(chat(&url).as_str(), "http://localhost:8080/v1/chat/completions", "{given}");
        }
        let below = parse("https://gpu.example/llama/v1").unwrap();
        assert_eq!(below_root(&below, "props").as_str(), "https://gpu.example/llama/props");
    }

    #[test]
    fn an_address_alone_tells_dialect_and_places() {
        use Dialect::{Mistral, OpenAi};
        let (fim, models) = ("https://api.mistral.ai/v1/fim/completions", "https://api.mistral.ai/v1/models");
        for given in [
            "https://api.mistral.ai",
            "https://api.mistral.ai/",
            "https://api.mistral.ai/v1",
            " https://API.mistral.ai/v1/ ",
        ] {
            check(given, Mistral, fim, models);
        }
        check(fim, Mistral, fim, models);
        check("https://api.mistral.ai/v1/chat/completions", Mistral, fim, models);
        let (text, models) = ("http://localhost:4000/v1/completions", "http://localhost:4000/v1/models");
        for given in ["http://localhost:4000", "http://localhost:4000/v1/", text] {
            check(given, OpenAi, text, models);
        }
        let (fim, models) = ("https://proxy/mistral/v1/fim/completions", "https://proxy/mistral/v1/models");
        for given in ["https://proxy/mistral", "https://proxy/mistral/v1", fim] {
            check(given, Mistral, fim, models);
        }
        check(
            "https://api.deepseek.com/beta/completions",
            OpenAi,
            "https://api.deepseek.com/beta/completions",
            "https://api.deepseek.com/beta/models",
        );
        check(
            "https://notmistral.ai",
            OpenAi,
            "https://notmistral.ai/v1/completions",
            "https://notmistral.ai/v1/models",
        );
    }
}
