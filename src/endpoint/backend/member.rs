//! One of the endpoints that are set: its client and its key, found when they are first needed, and whether it rests.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TRANSFER_ENCODING};
use tokio::task;
use tokio::time::Instant;

use super::opening::Opening;
use super::{DEFAULT_URL, Opened, Variable, dialect};
use crate::endpoint::client::{BETWEEN_BYTES, HttpEndpoint, Options};
use crate::endpoint::fim_template::FimFormat;
use crate::endpoint::key::{self, Places};
use crate::endpoint::{LoadingModels, url};
use crate::model::{Backoff, Endpoint, Error};
use crate::settings;

/// Whom completions are asked of.
pub(super) enum Target {
    /// Nobody: the embedded engine was chosen. No client is ever made, so that no way through the code can use one.
    Local,
    /// Nobody, because of what is wrong with the settings: one sentence.
    Refused(String),
    /// The endpoint.
    Remote(Opening),
}

/// An endpoint as set.
pub(super) struct Member {
    pub settings: settings::Endpoint,
    pub target: Target,
    /// The section of the settings that names it: `endpoint`, or `endpoint.fallbacks[0]`.
    pub section: String,
    /// When a suggestion is to be there.
    pub show_after: Duration,
    variable: Variable,
    loading: LoadingModels,
    /// Its failures since it last answered.
    backoff: Mutex<Backoff>,
    /// Late answers since the last in time.
    late: AtomicU32,
}

impl fmt::Debug for Member {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Member").field("section", &self.section).finish_non_exhaustive()
    }
}

impl Member {
    pub fn new(
        settings: settings::Endpoint,
        target: Target,
        section: String,
        show_after: Duration,
        variable: Variable,
    ) -> Self {
        let (loading, backoff, late) = (LoadingModels::default(), Mutex::default(), AtomicU32::new(0));
        Self { settings, target, section, show_after, variable, loading, backoff, late }
    }

    /// The same, and it tells there that it loads a model.
    pub fn telling(self, loading: LoadingModels) -> Self {
        Self { loading, ..self }
    }

    /// Whether it is asked only where others cannot answer.
    pub fn is_fallback(&self) -> bool {
        self.section != "endpoint"
    }

    /// The address, as the user wrote it.
    pub fn url(&self) -> &str {
        self.settings.url.as_deref().unwrap_or(DEFAULT_URL)
    }

    /// The address, checked.
    pub fn parsed_url(&self) -> Result<Url, url::UrlError> {
        url::parse_allowing(self.url(), &self.settings.allow_http)
    }

    /// Finds the key and prepares the client; see [`Backend::open`](super::Backend::open).
    pub async fn open(&self) -> Result<Opened, Error> {
        let opening = match &self.target {
            Target::Local => return Err(Error::NoEndpoint { chosen: true }),
            Target::Refused(why) => return Err(Error::Setup(why.clone())),
            Target::Remote(opening) => opening,
        };
        let find = || {
            let (settings, section) = (self.settings.clone(), self.section.clone());
            let (show_after, variable, loading) = (self.show_after, self.variable, self.loading.clone());
            async move {
                let opened =
                    task::spawn_blocking(move || find(&settings, &section, show_after, variable, loading)).await;
                opened.unwrap_or_else(|_| Err(Error::Setup("looking for the API key did not end".to_owned())))
            }
        };
        opening.get(self.settings.api_key_file.as_deref(), find).await
    }

    /// What was opened, if no key is missing there.
    pub fn usable(&self, opened: Opened) -> Result<Opened, Error> {
        if !opened.endpoint.lacks_key() { Ok(opened) } else { Err(self.no_key()) }
    }

    /// That its key is missing, in one sentence.
    pub fn no_key(&self) -> Error {
        let section = &self.section;
        if !self.is_fallback() {
            return Error::NoKey;
        }
        Error::Setup(format!(
            "no API key for {}: name a file in {section}.apiKeyFile or a command in {section}.apiKeyCommand",
            self.url()
        ))
    }

    /// What is open already.
    pub fn opened(&self) -> Option<Opened> {
        match &self.target {
            Target::Remote(opening) => opening.peek(),
            Target::Local | Target::Refused(_) => None,
        }
    }

    /// How many requests it works on at a time, as far as that is known.
    pub fn places(&self) -> Option<usize> {
        let set = self.settings.parallel.map(|set| set as usize);
        self.opened().map_or(set, |opened| opened.endpoint.places())
    }

    /// It is opened anew the next time: its key was refused.
    pub fn forget(&self) {
        if let Target::Remote(opening) = &self.target {
            opening.forget();
        }
    }

    /// It failed. A key that is refused is looked for anew at the next.
    pub fn failed(&self, error: &Error) {
        if matches!(error, Error::KeyRefused { .. }) {
            self.forget();
        }
        self.backoff().failed(error.clone(), Instant::now().into_std());
    }

    /// It answered.
    pub fn answered(&self) {
        self.late.store(0, Relaxed);
        self.backoff().reset();
    }

    /// It answered after it had been passed over. Once that means that it has loaded its model or come back; one that is
    /// always this slow is left alone ever longer.
    pub fn answered_late(&self) {
        if self.late.fetch_add(1, Relaxed) == 0 {
            self.backoff().reset();
        }
    }

    /// Why it is left alone now, if it is.
    pub fn resting(&self) -> Option<Error> {
        self.backoff().resting(Instant::now().into_std()).cloned()
    }

    fn backoff(&self) -> MutexGuard<'_, Backoff> {
        self.backoff.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(
    settings: &settings::Endpoint,
    section: &str,
    show_after: Duration,
    variable: Variable,
    loading: LoadingModels,
) -> Result<Opened, Error> {
    let address = settings.url.as_deref().unwrap_or(DEFAULT_URL);
    // What is no address is refused below; until then it is nobody's.
    let is_mistral = url::parse(address).is_ok_and(|url| url::is_mistral(&url));
    let is_first = section == "endpoint";
    let (file, command) = (format!("{section}.apiKeyFile"), format!("{section}.apiKeyCommand"));
    let places = Places {
        variables: if is_first { key::variables(is_mistral) } else { key::variables_of_fallback(is_mistral) },
        settings: [&file, &command],
        file: settings.api_key_file.as_deref(),
        command: &settings.api_key_command,
        is_header: false,
    };
    let key = key::find(variable, &places).map_err(|error| Error::Setup(error.to_string()))?;
    let fim_format = FimFormat::parse(settings.fim_template.as_deref())
        .map_err(|wrong| Error::Setup(format!("{section}.fimTemplate {wrong}")))?;
    let endpoint = HttpEndpoint::new(Options {
        url: address.to_owned(),
        plain_hosts: settings.allow_http.clone(),
        dialect: dialect(settings),
        stream: settings.stream,
        key: key.as_ref().map(|key| key.secret.clone()),
        headers: headers(settings, section, variable)?,
        ca_file: settings.ca_file.clone(),
        timeout: settings.timeout(),
        between_bytes: BETWEEN_BYTES,
        fim_format,
        parallel: settings.parallel,
        show_after,
        loading,
    });
    Ok(Opened { endpoint: endpoint.map_err(|error| Error::Setup(error.about(section)))?, key })
}

/// The further headers, with their values from where the settings say.
fn headers(
    settings: &settings::Endpoint,
    section: &str,
    variable: Variable,
) -> Result<Vec<(HeaderName, secrecy::SecretString)>, Error> {
    let one = |(name, header): (&String, &settings::Header)| {
        let (file, command) = (format!("{section}.headers.{name}.file"), format!("{section}.headers.{name}.command"));
        let places = Places {
            variables: &[],
            settings: [&file, &command],
            file: header.file.as_deref(),
            command: &header.command,
            is_header: true,
        };
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Error::Setup(format!("{section}.headers.{name} is no name of a header; mend it")))?;
        if [HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION].contains(&name) {
            return Err(Error::Setup(format!("{section}.headers.{name} belongs to HTTP itself; take it out")));
        }
        let value = key::find(variable, &places).map_err(|error| Error::Setup(error.to_string()))?;
        let missing =
            || Error::Setup(format!("{section}.headers.{name} has no value; name a file or a command for it"));
        Ok((name.clone(), value.ok_or_else(missing)?.secret))
    };
    settings.headers.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_late_once_is_asked_again_and_one_that_always_is_rests() {
        let settings = settings::Endpoint::default();
        let target = Target::Remote(Opening::default());
        let member = Member::new(settings, target, "endpoint".to_owned(), Duration::ZERO, |_| None);
        let silent = || Error::TimedOut { host: "h".to_owned(), after: Duration::from_secs(2) };
        let late = || {
            member.failed(&silent());
            member.answered_late();
            member.resting().is_none()
        };
        assert!(late());
        assert!(!late());
        assert!(!late());
        member.answered();
        assert!(late());
    }
}
