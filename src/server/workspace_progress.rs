//! Tells the editor how far a reading of the workspace is, where it takes long.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{self, Instant};
use tower_lsp::ls_types::ProgressToken;

use super::client::Client;
use crate::index::workspace::Progress;

/// Progress is shown for a reading that takes longer, and then renewed as often.
const EVERY: Duration = Duration::from_secs(1);

/// Numbers the progresses shown: while the last of one is on its way, the next may begin.
static SHOWN: AtomicU64 = AtomicU64::new(0);

/// Shows each reading that takes long, until the workspace is dropped. For clients that show progress only.
pub async fn show(client: Client, progress: watch::Receiver<Progress>) {
    let mut steps = Steps { progress, shown: None };
    let mut ongoing = None;
    while let Some(step) = steps.next().await {
        match step {
            Step::Begin => {
                let number = SHOWN.fetch_add(1, Relaxed);
                let token = ProgressToken::String(format!("codestral-workspace-{number}"));
                if !client.create_progress(token.clone()).await {
                    continue;
                }
                let begun = client.connection.progress(token, "Codestral: reading the workspace").with_percentage(0);
                ongoing = Some(begun.begin().await);
            }
            Step::Report { done, total } => {
                let Some(ongoing) = &ongoing else { continue };
                let percent = u32::try_from(100 * done / total.max(1)).unwrap_or(100);
                ongoing.report_with_message(format!("{done} of {total} files"), percent).await;
            }
            Step::End => {
                if let Some(ongoing) = ongoing.take() {
                    ongoing.finish().await;
                }
            }
        }
    }
}

/// What to show next.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Begin,
    Report { done: usize, total: usize },
    End,
}

/// Turns readings into what is shown of them.
struct Steps {
    progress: watch::Receiver<Progress>,
    /// The reading that is shown, and when it is reported next.
    shown: Option<(u64, Instant)>,
}

impl Steps {
    /// Waits for what is to be shown next; `None` when there will be nothing more.
    async fn next(&mut self) -> Option<Step> {
        while self.shown.is_none() {
            let reading = self.progress.wait_for(|progress| !progress.finished).await.ok()?.reading;
            let now = Instant::now();
            match time::timeout_at(now + EVERY, self.over(reading)).await {
                Ok(going_on) => going_on?,
                Err(_) => {
                    self.shown = Some((reading, now + EVERY));
                    return Some(Step::Begin);
                }
            }
        }
        let (reading, due) = self.shown?;
        // The end of the workspace is an end of the reading as well.
        if time::timeout_at(due, self.over(reading)).await.is_ok() {
            self.shown = None;
            return Some(Step::End);
        }
        self.shown = Some((reading, Instant::now() + EVERY));
        let Progress { done, total, .. } = *self.progress.borrow();
        Some(Step::Report { done, total })
    }

    /// Waits until this reading is done; `None` when the workspace was dropped.
    async fn over(&mut self, reading: u64) -> Option<()> {
        // Before the first reading begins its number is 0: the two are one.
        let same = |progress: &Progress| progress.reading.max(1) == reading.max(1);
        self.progress.wait_for(|progress| progress.finished || !same(progress)).await.ok().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// What is shown while readings go on: each takes so many milliseconds, and the next begins 100 ms after its end.
    async fn shown(readings: &[u32]) -> Vec<Step> {
        let (sender, progress) = watch::channel(Progress::default());
        let mut steps = Steps { progress, shown: None };
        let reading = async move {
            for (at, ms) in readings.iter().enumerate() {
                sender.send_replace(Progress { reading: at as u64 + 1, done: at, total: 9, finished: false });
                time::sleep(MS * *ms).await;
                sender.send_modify(|progress| progress.finished = true);
                time::sleep(MS * 100).await;
            }
        };
        let watching = async {
            let mut shown = vec![];
            while let Some(step) = steps.next().await {
                shown.push(step);
            }
            shown
        };
        tokio::join!(reading, watching).1
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_shown_of_readings_under_a_second() {
        assert_eq!(shown(&[900, 10, 0, 999]).await, vec![]);
    }

    #[tokio::test(start_paused = true)]
    async fn every_long_reading_is_shown_from_its_first_second_and_each_second() {
        let report = |done| Step::Report { done, total: 9 };
        assert_eq!(shown(&[1500]).await, [Step::Begin, report(0), Step::End]);
        let expected = [Step::Begin, report(0), report(0), Step::End, Step::Begin, report(2), Step::End];
        assert_eq!(shown(&[2500, 100, 1001]).await, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_shown_ends_when_the_workspace_is_dropped() {
        let (sender, progress) = watch::channel(Progress::default());
        let mut steps = Steps { progress, shown: None };
        assert_eq!(steps.next().await, Some(Step::Begin));
        assert_eq!(steps.next().await, Some(Step::Report { done: 0, total: 0 }));
        drop(sender);
        assert_eq!((steps.next().await, steps.next().await), (Some(Step::End), None));
    }
}
