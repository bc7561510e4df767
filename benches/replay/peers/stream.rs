//! A stream that is read by its own task and can be waited for by many.

use std::time::Duration;

use codestral_ls::model::{Endpoint, Piece, Prompt};
use futures_util::StreamExt;
use tokio::{sync::watch, task::AbortHandle, time::Instant};

use crate::model::Model;

/// What it has said so far, and whether that is all.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub text: String,
    pub done: bool,
}

/// One stream; dropping it resets it.
pub struct Stream {
    /// The text before the cursor when it was asked.
    pub prefix: String,
    said: watch::Receiver<Said>,
    task: AbortHandle,
}

impl Stream {
    /// Asks, and reads until the end or until `enough` of the text and the time since asking.
    pub fn open(model: &Model, prompt: Prompt, enough: impl Fn(&str, Duration) -> bool + Send + 'static) -> Self {
        let (sender, said) = watch::channel(Said::default());
        let prefix = prompt.prefix.to_string();
        let mut reply = model.complete(prompt);
        let begun = Instant::now();
        let task = tokio::spawn(async move {
            while let Some(Ok(Piece::Text(piece))) = reply.next().await {
                sender.send_modify(|said| said.text.push_str(&piece));
                let stop = enough(&sender.borrow().text, begun.elapsed());
                if stop {
                    break;
                }
            }
            sender.send_modify(|said| said.done = true);
        });
        Self { prefix, said, task: task.abort_handle() }
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        self.said.borrow().text.clone()
    }

    /// Whether it has said all it will.
    pub fn done(&self) -> bool {
        self.said.borrow().done
    }

    /// Waits for all it says.
    pub fn end(&self) -> impl Future<Output = String> + 'static + use<> {
        let mut said = self.said.clone();
        async move {
            let whole = said.wait_for(|said| said.done).await;
            whole.map(|said| said.text.clone()).unwrap_or_default()
        }
    }

    /// Waits for all it says and keeps it open meanwhile.
    pub async fn whole(self) -> String {
        self.end().await
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.task.abort();
    }
}
