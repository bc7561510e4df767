//! The progress of one chat: how many words have come, and a button to cancel.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tower_lsp::ls_types::{
    ProgressParams, ProgressParamsValue, ProgressToken, WorkDoneProgress, WorkDoneProgressReport, notification,
};

use crate::server::client::Client;

/// Reports may come so often: faster than a person reads words is a waste.
const EVERY: Duration = Duration::from_millis(250);

/// The last characters of the text that a report shows.
const SHOWN: usize = 40;

/// Progress that is being shown, until `end`.
pub struct AnswerProgress {
    words: watch::Sender<String>,
    task: JoinHandle<()>,
    /// The token is the client's, which must have seen the end before its request is answered.
    own_token: bool,
    told: Option<Instant>,
}

impl AnswerProgress {
    /// Shows the progress of what `title` names. `own_token`: `token` came with the client's request, so it need not be
    /// made.
    pub fn show(client: Client, token: ProgressToken, own_token: bool, title: String) -> Self {
        let (words, changed) = watch::channel(String::new());
        let task = tokio::spawn(report(client, token, own_token, title, changed));
        Self { words, task, own_token, told: None }
    }

    /// All that has been written so far.
    pub fn tell(&mut self, text: &str) {
        if self.told.is_none_or(|told| told.elapsed() >= EVERY) {
            self.told = Some(Instant::now());
            self.words.send_replace(summary(text));
        }
    }

    /// It is over.
    pub async fn end(self) {
        drop(self.words);
        if self.own_token {
            let _ = self.task.await;
        }
    }
}

async fn report(
    client: Client,
    token: ProgressToken,
    own_token: bool,
    title: String,
    mut words: watch::Receiver<String>,
) {
    if !own_token {
        let may_make = client.capabilities().progress;
        if !may_make || !client.create_progress(token.clone()).await {
            return;
        }
    }
    let shown = client.connection.progress(token.clone(), title).with_cancel_button().begin().await;
    while words.changed().await.is_ok() {
        let message = words.borrow_and_update().clone();
        let report = WorkDoneProgressReport { message: Some(message), cancellable: Some(true), percentage: None };
        let value = ProgressParamsValue::WorkDone(WorkDoneProgress::Report(report));
        let params = ProgressParams { token: token.clone(), value };
        client.connection.send_notification::<notification::Progress>(params).await;
    }
    shown.finish().await;
}

/// `12 words: …the last of them`.
fn summary(text: &str) -> String {
    let words = text.split_whitespace().count();
    let last: Vec<char> = text.trim_end().lines().next_back().unwrap_or_default().chars().collect();
    let cut = last.len().saturating_sub(SHOWN);
    let ellipsis = if cut > 0 { "…" } else { "" };
    let tail: String = last[cut..].iter().collect();
    let noun = if words == 1 { "word" } else { "words" };
    format!("{words} {noun}: {ellipsis}{}", tail.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_and_shows_the_end() {
        assert_eq!(summary("It"), "1 word: It");
        assert_eq!(summary("It prints.\n\nThen it\n"), "4 words: Then it");
        assert_eq!(summary(&"é ".repeat(50)), format!("50 words: …{}", "é ".repeat(20).trim()));
        assert_eq!(summary(""), "0 words: ");
    }
}
