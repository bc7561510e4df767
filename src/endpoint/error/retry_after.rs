//! `Retry-After` in its three spellings -> how long to stay away.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// The longest pause we obey. A broken or hostile value must not switch completions off for the day; an endpoint that
/// is still busy after this says so again.
pub const LONGEST: Duration = Duration::from_secs(5 * 60);

/// OpenAI's and LiteLLM's finer spelling, read first.
const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// How the LiteLLM proxy renames the header of the provider behind it.
const BEHIND_PROXY: HeaderName = HeaderName::from_static("llm_provider-retry-after");

/// How long the reply's headers ask us to stay away, at most [`LONGEST`].
///
/// A date (RFC 9110, section 10.2.3) counts from the reply's own `Date`, so that a wrong clock on either side does not
/// matter; without one it is ignored, as is anything unreadable.
pub fn from_headers(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(after) = text(RETRY_AFTER_MS).and_then(|text| pause(text, 1e3)) {
        return Some(after);
    }
    let value = text(RETRY_AFTER).or_else(|| text(BEHIND_PROXY))?;
    if let Some(after) = pause(value, 1.0) {
        return Some(after);
    }
    let date = |text| httpdate::parse_http_date(text).ok();
    let pause = date(value)?.duration_since(date(text(DATE)?)?).unwrap_or_default();
    Some(pause.min(LONGEST))
}

/// `text` as a number of which `per_second` make a second.
fn pause(text: &str, per_second: f64) -> Option<Duration> {
    let seconds = text.parse::<f64>().ok()? / per_second;
    if !seconds.is_finite() || seconds < 0.0 {
        return None;
    }
    Some(Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64())))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], expect_ms: Option<u64>) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        assert_eq!(from_headers(&headers), expect_ms.map(Duration::from_millis));
    }

    #[test]
    fn each_spelling_is_read() {
        check(&[], None);
        check(&[("retry-after", "2")], Some(2000));
        check(&[("retry-after", " 0.5 ")], Some(500));
        check(&[("retry-after", "9"), ("retry-after-ms", "250")], Some(250));
        check(&[("llm_provider-retry-after", "3")], Some(3000));
        let date = ("date", "Thu, 29 Feb 2024 23:59:50 GMT");
        check(&[("retry-after", "Fri, 01 Mar 2024 00:00:05 GMT"), date], Some(15_000));
        check(&[("retry-after", "Thu, 29 Feb 2024 23:00:00 GMT"), date], Some(0));
    }

    #[test]
    fn a_pause_is_capped_and_nonsense_ignored() {
        check(&[("retry-after", "86400")], Some(LONGEST.as_millis() as u64));
        check(&[("retry-after", "1e300")], Some(LONGEST.as_millis() as u64));
        for nonsense in ["-1", "NaN", "inf", "soon", "", "Fri, 01 Mar 2024 00:00:05 GMT"] {
            check(&[("retry-after", nonsense)], None);
        }
    }
}
