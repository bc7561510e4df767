//! How a completion is asked for: with a suffix, or in the model's own format; again once a model is loaded.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep};

use super::Inner;
use super::loading::LOOK_AGAIN;
use crate::endpoint::Dialect;
use crate::endpoint::fim_template::{FimFormat, Template};
use crate::model::{Error, Prompt, Reply, Sent};

/// How long a model that is being loaded is waited for. Small ones are there by then; who waits for a large one is told,
/// and the next request finds it.
const LOADING: Duration = Duration::from_secs(5);

impl Inner {
    /// Asks. A server that turns out to take no suffix is asked again in the model's own format, if that is known, and so
    /// from then on.
    pub(super) async fn ask(self: Arc<Self>, prompt: Prompt, sent: Sent) -> Result<Reply, Error> {
        let template = self.template(&prompt.model);
        match Arc::clone(&self).ask_by(prompt.clone(), template.as_ref(), &sent).await {
            Err(refused @ Error::NoInsert { .. }) if template.is_none() && self.dialect.takes_template() => {
                let Some(template) = Template::of_model(&prompt.model) else { return Err(refused) };
                tracing::info!(host = self.host, "no suffix there: asking in the model's own format from now on");
                self.refuses_suffix.store(true, Relaxed);
                self.ask_by(prompt, Some(&template), &sent).await
            }
            asked => asked,
        }
    }

    /// A place at the server. Waits for one.
    async fn slot(self: &Arc<Self>) -> Option<OwnedSemaphorePermit> {
        if self.slots.ask() {
            match self.props().await.map(|props| props.slots) {
                Ok(slots) => self.slots.learn(slots.unwrap_or(1)),
                // It is loading, or does not tell everybody: one at a time until it does.
                Err(error) => {
                    tracing::debug!(kind = error.kind(), "the number of slots is not known");
                    if matches!(error, Error::Loading { .. } | Error::Unreachable { .. }) {
                        self.slots.ask_again();
                    }
                }
            }
        }
        self.slots.take().await
    }

    /// The format in which a model of that name is asked, if it is not by prefix and suffix.
    fn template(&self, model: &str) -> Option<Template> {
        match &self.fim_format {
            _ if !self.dialect.takes_template() => None,
            FimFormat::Of(template) => Some(template.clone()),
            FimFormat::OfModel => Template::of_model(model),
            FimFormat::Suffix if self.refuses_suffix.load(Relaxed) => Template::of_model(model),
            FimFormat::Suffix => None,
        }
    }

    /// Ollama writes the format of the model itself where that takes a suffix, and then reads the model's tokens wherever
    /// they stand. llama.cpp's `/infill` does not, and hosted endpoints see to it themselves.
    fn harmless(&self, prompt: Prompt) -> Prompt {
        match Template::of_model(&prompt.model).filter(|_| self.dialect == Dialect::Ollama) {
            Some(template) => template.harmless(prompt),
            None => prompt,
        }
    }

    /// Asks once, or as long as a model is loaded for.
    async fn ask_by(self: Arc<Self>, prompt: Prompt, template: Option<&Template>, sent: &Sent) -> Result<Reply, Error> {
        let slot = self.slot().await;
        let until = Instant::now() + LOADING.min(self.patience.first_byte);
        let patience = self.patience_now();
        self.load_if_cold(&prompt.model);
        let is_raw = template.is_some();
        let mut prompt = match template {
            Some(template) => template.apply(prompt),
            None => self.harmless(prompt),
        };
        if self.is_near {
            prompt.max_tokens = self.pace.budget(prompt.max_tokens, self.stream, self.show_after);
            prompt.min_tokens = prompt.min_tokens.map(|least| least.min(prompt.max_tokens));
        }
        loop {
            let body = self.dialect.body(&prompt, self.stream, is_raw);
            let (place, stream, decoder) = (self.completions.clone(), self.stream, self.dialect.decoder(self.stream));
            match Arc::clone(&self).open(place, body, stream, (sent.clone(), patience), decoder).await {
                Err(Error::Loading { host }) if Instant::now() + LOOK_AGAIN < until => {
                    tracing::info!("{host} is loading its model");
                    sleep(LOOK_AGAIN).await;
                }
                // The place is taken until the reply is over, or nobody reads it any more.
                asked => return asked.map(|reply| holding(slot, reply)),
            }
        }
    }
}

/// The reply, which holds its place at the server.
fn holding(slot: Option<OwnedSemaphorePermit>, reply: Reply) -> Reply {
    let Some(slot) = slot else { return reply };
    reply
        .inspect(move |_| {
            let _ = &slot;
        })
        .boxed()
}
