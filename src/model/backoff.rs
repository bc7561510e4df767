//! When a failing endpoint is left alone, and for how long. Pure: time comes in as an argument.

use std::time::{Duration, Instant};

use super::Error;

const SECOND: Duration = Duration::from_secs(1);

/// The first rest after a failure that only someone can mend: a new key is refused for minutes, a gateway is unknown
/// while it is deployed, a portal redirects until its form is filled in. Nobody can tell it is mended but by asking.
const LASTING: Duration = Duration::from_secs(30);

/// The longest such rest: whoever mended it and types on is not kept waiting longer than a coffee takes.
const LONGEST_LASTING: Duration = Duration::from_secs(10 * 60);

/// The longest rest after what passes by itself.
const LONGEST_PASSING: Duration = Duration::from_secs(60);

/// The endpoint's failures since it last answered. No rest is for ever.
#[derive(Debug, Default)]
pub struct Backoff {
    /// The latest failure, and until when the endpoint is left alone.
    last: Option<(Error, Instant)>,
    /// Rests of each sort so far, so that one hiccup does not lengthen the other's.
    passing: u32,
    lasting: u32,
}

impl Backoff {
    /// The endpoint failed. Several failures during one rest, of streams that were open together or asked for by hand,
    /// count as one.
    pub fn failed(&mut self, error: Error, now: Instant) {
        let is_lasting = is_lasting(&error);
        let rested_from = self.last.as_ref().filter(|(_, until)| now < *until).map(|(error, _)| error);
        let is_same_rest = rested_from.is_some_and(|before| self::is_lasting(before) == is_lasting);
        let count = if is_lasting { &mut self.lasting } else { &mut self.passing };
        if !is_same_rest || *count == 0 {
            *count = count.saturating_add(1);
        }
        let until = now + rest_after(&error, *count);
        self.last = Some((error, until));
    }

    /// The endpoint answered, or the settings changed: what failed before may work now.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Whether automatic requests rest at `now`, and because of what.
    pub fn resting(&self, now: Instant) -> Option<&Error> {
        self.last.as_ref().filter(|(_, until)| now < *until).map(|(error, _)| error)
    }

    /// The latest failure, if nothing has worked since.
    pub fn last_error(&self) -> Option<&Error> {
        self.last.as_ref().map(|(error, _)| error)
    }
}

/// How long to leave an endpoint alone after the `count`th failure of its sort. A request while typing is never
/// repeated: the next key brings a better one.
fn rest_after(error: &Error, count: u32) -> Duration {
    const RATE_LIMITED: Duration = Duration::from_secs(5);
    /// Asking costs nothing there, and it is ready within minutes.
    const LOADING: Duration = Duration::from_secs(2);
    if let Some(told) = error.retry_after() {
        return told;
    }
    if is_lasting(error) {
        return (LASTING * 2u32.saturating_pow(count.saturating_sub(1).min(8))).min(LONGEST_LASTING);
    }
    match error {
        Error::RateLimited { .. } => (RATE_LIMITED * count).min(LONGEST_PASSING),
        Error::Loading { .. } => LOADING,
        Error::PromptTooLong { .. } | Error::BadRequest { .. } | Error::Cut { .. } => SECOND,
        _ => (SECOND * 2u32.saturating_pow(count.min(8))).min(LONGEST_PASSING),
    }
}

/// Whether it will mostly fail again until someone has done something about it.
fn is_lasting(error: &Error) -> bool {
    match error {
        Error::NoKey
        | Error::KeyRefused { .. }
        | Error::Intercepted { .. }
        | Error::PaymentRequired { .. }
        | Error::UnknownModel { .. }
        | Error::NoInsert { .. }
        | Error::NotFound { .. }
        | Error::Redirected { .. }
        | Error::NoEndpoint { .. }
        | Error::Setup(_) => true,
        Error::Chat { cause, .. } => is_lasting(cause),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rests, in seconds, of an endpoint that fails so each time it is asked after one.
    #[track_caller]
    fn check(error: &Error, expected: &[u64]) {
        let (mut backoff, mut now) = (Backoff::default(), Instant::now());
        for &seconds in expected {
            backoff.failed(error.clone(), now);
            let until = now + SECOND * u32::try_from(seconds).unwrap();
            assert_eq!(backoff.resting(until - SECOND / 1000), Some(error), "{seconds} s");
            assert_eq!(backoff.resting(until), None, "{seconds} s");
            now = until;
        }
        assert_eq!(backoff.last_error(), Some(error));
        backoff.reset();
        assert_eq!(backoff.last_error(), None);
        backoff.failed(error.clone(), now);
        assert_eq!(backoff.resting(now + SECOND * u32::try_from(expected[0]).unwrap()), None, "it begins anew");
    }

    #[test]
    fn no_failure_is_for_ever() {
        let (host, message) = (|| "h".to_owned(), String::new);
        for error in [
            Error::NoKey,
            Error::KeyRefused { host: host(), message: message() },
            Error::Intercepted { host: host() },
            Error::PaymentRequired { host: host(), message: message() },
            Error::UnknownModel { message: message() },
            Error::NotFound { host: host(), message: message() },
            Error::NoInsert { host: host(), message: message() },
            Error::Redirected { host: host(), location: message() },
            Error::Setup("the key command failed".into()),
        ] {
            check(&error, &[30, 60, 120, 240, 480, 600, 600]);
        }
    }

    #[test]
    fn a_rate_limit_is_obeyed_to_the_second() {
        check(&Error::RateLimited { retry_after: Some(SECOND * 7) }, &[7, 7]);
        check(&Error::RateLimited { retry_after: None }, &[5, 10, 15]);
    }

    #[test]
    fn a_model_that_is_loaded_is_asked_for_steadily() {
        check(&Error::Loading { host: "h".into() }, &[2, 2, 2, 2]);
    }

    #[test]
    fn an_unreachable_host_is_tried_ever_more_seldom() {
        check(&Error::Unreachable { host: "h".into(), reason: "r".into() }, &[2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn failures_during_one_rest_count_once_and_each_sort_for_itself() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        for ms in 0..50 {
            backoff.failed(Error::NoKey, now + SECOND * ms / 1000);
        }
        assert_eq!(backoff.resting(now + SECOND * 31), None);
        let unreachable = Error::Unreachable { host: "h".into(), reason: "r".into() };
        for seconds in [40, 80, 120, 160] {
            backoff.failed(unreachable.clone(), now + SECOND * seconds);
        }
        backoff.failed(Error::NoKey, now + SECOND * 200);
        assert_eq!(backoff.resting(now + SECOND * 261), None, "the second rest of its sort");
    }
}
