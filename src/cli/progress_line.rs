//! A word on stderr while something takes long, for the user at a terminal.

use std::fmt::Display;
use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, interval_at};

/// Whatever takes longer is explained, and then counted in these steps.
const EVERY: Duration = Duration::from_secs(1);

/// Waits for `work`; says after a second, and each second from then on, what is being waited for.
pub(super) async fn during<T>(what: impl Display, work: impl Future<Output = T>) -> T {
    if !io::stderr().is_terminal() {
        return work.await;
    }
    during_on(&mut anstream::stderr(), what, work).await
}

async fn during_on<T>(out: &mut impl Write, what: impl Display, work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let mut ticks = interval_at(begun + EVERY, EVERY);
    let mut work = pin!(work);
    let mut width = 0;
    let outcome = loop {
        tokio::select! {
            biased;
            outcome = &mut work => break outcome,
            _ = ticks.tick() => {
                let line = format!("{what} ... {} s", begun.elapsed().as_secs());
                width = line.chars().count();
                // A terminal that cannot be written to has nobody waiting in front of it.
                let _ = write!(out, "\r{line}").and_then(|()| out.flush());
            }
        }
    };
    if width > 0 {
        let _ = write!(out, "\r{:width$}\r", "").and_then(|()| out.flush());
    }
    outcome
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[track_caller]
    fn check(written: &[u8], expected: &str) {
        assert_eq!(String::from_utf8_lossy(written), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_said_within_a_second() {
        let mut out = Vec::new();
        during_on(&mut out, "asking", sleep(Duration::from_millis(990))).await;
        check(&out, "");
    }

    #[tokio::test(start_paused = true)]
    async fn seconds_are_counted_and_wiped_away() {
        let mut out = Vec::new();
        assert_eq!(
            during_on(&mut out, "asking", async {
                sleep(Duration::from_millis(2500)).await;
                7
            })
            .await,
            7
        );
        check(&out, "\rasking ... 1 s\rasking ... 2 s\r              \r");
    }
}
