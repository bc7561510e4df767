//! When a failing endpoint is left alone, and for how long. Pure: time comes in as an argument.

use std::time::{Duration, Instant};

use crate::model::Error;

const SECOND: Duration = Duration::from_secs(1);

/// The endpoint's failures in a row.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    /// The latest, and until when the endpoint is left alone; `None` is until it is asked by hand or set anew.
    last: Option<(Error, Option<Instant>)>,
    failures: u32,
}

impl Backoff {
    /// The endpoint failed.
    pub fn failed(&mut self, error: Error, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        let until = rest_after(&error, self.failures).map(|rest| now + rest);
        self.last = Some((error, until));
    }

    /// The endpoint answered, or the settings changed: what failed before may work now.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Whether automatic requests rest at `now`, and because of what.
    pub fn resting(&self, now: Instant) -> Option<&Error> {
        let (error, until) = self.last.as_ref()?;
        until.is_none_or(|until| now < until).then_some(error)
    }

    /// The latest failure, if nothing has worked since.
    pub fn last_error(&self) -> Option<&Error> {
        self.last.as_ref().map(|(error, _)| error)
    }
}

/// How long to leave an endpoint alone after `failures` in a row; `None` is until the settings change or someone asks
/// by hand. A request while typing is never repeated: the next key brings a better one.
fn rest_after(error: &Error, failures: u32) -> Option<Duration> {
    const RATE_LIMITED: Duration = Duration::from_secs(5);
    const LONGEST_REST: Duration = Duration::from_secs(60);
    if let Some(told) = error.retry_after() {
        return Some(told);
    }
    let doubling = SECOND * 2u32.saturating_pow(failures.min(8));
    match error {
        Error::NoKey
        | Error::KeyRefused { .. }
        | Error::PaymentRequired { .. }
        | Error::UnknownModel { .. }
        | Error::NotFound { .. }
        | Error::Redirected { .. }
        | Error::Setup(_) => None,
        Error::RateLimited { .. } => Some((RATE_LIMITED * failures).min(LONGEST_REST)),
        Error::PromptTooLong { .. } | Error::BadRequest { .. } | Error::Cut { .. } => Some(SECOND),
        _ => Some(doubling.min(LONGEST_REST)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_key_rests_until_settings_change() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        backoff.failed(Error::NoKey, now);
        assert_eq!(backoff.resting(now + SECOND * 86_400), Some(&Error::NoKey));
        backoff.reset();
        assert_eq!(backoff.resting(now), None);
    }

    #[test]
    fn a_rate_limit_is_obeyed_to_the_second() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        let limit = Error::RateLimited { retry_after: Some(SECOND * 7) };
        backoff.failed(limit.clone(), now);
        assert_eq!(backoff.resting(now + SECOND * 6), Some(&limit));
        assert_eq!(backoff.resting(now + SECOND * 7), None);
    }

    #[test]
    fn an_unreachable_host_is_tried_ever_more_seldom() {
        let error = Error::Unreachable { host: "h".into(), reason: "r".into() };
        let rests: Vec<_> = (1..9).filter_map(|failures| rest_after(&error, failures)).map(|r| r.as_secs()).collect();
        assert_eq!(rests, [2, 4, 8, 16, 32, 60, 60, 60]);
    }
}
