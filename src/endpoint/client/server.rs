//! What a server says of itself, and how it is made ready: models, slots, loading.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request};
use tokio::time::timeout;

use super::{HttpEndpoint, Inner, WARM_UP};
use crate::endpoint::http::{Body, body_within};
use crate::endpoint::llamacpp::{self, Props};
use crate::endpoint::models::{self, Model};
use crate::endpoint::{Dialect, ollama, url};
use crate::model::{Error, Sent};

/// How long a server may take to tell of itself. It does so at once, even while it works.
const LOOK: Duration = Duration::from_secs(1);

/// The most models of which each is looked at: Ollama tells of one at a time what it can.
const MOST_LOOKED_AT: usize = 50;

impl HttpEndpoint {
    /// Builds the client and opens a connection, so that the first completion need not wait for TCP and TLS. Sends no
    /// key but to a server that loads a model for it; whatever goes wrong shows when it matters.
    pub async fn warm_up(&self) {
        let outcome = timeout(WARM_UP, self.reach()).await;
        tracing::debug!(host = self.0.host, in_time = outcome.is_ok(), "warmed up");
    }

    /// Has Ollama load this model, and waits for it, two minutes at most; looks whether llama.cpp is loading its own.
    /// That it is going on is told to [`LoadingModels`](crate::endpoint::LoadingModels).
    pub async fn load(&self, model: &str) {
        let inner = &self.0;
        match inner.dialect {
            Dialect::LlamaCpp => {
                if let Err(Error::Loading { .. }) = inner.get("health").await {
                    inner.loads();
                }
            }
            Dialect::Ollama => inner.load_by_asking(model).await,
            Dialect::Mistral | Dialect::OpenAi => {}
        }
    }

    /// How many tokens a second it writes, once some were measured.
    pub fn tokens_per_second(&self) -> Option<f64> {
        self.0.pace.tokens_per_second()
    }

    /// What llama.cpp says of itself; `None` of other dialects.
    pub async fn props(&self) -> Option<Result<Props, Error>> {
        if self.0.dialect != Dialect::LlamaCpp { None } else { Some(self.0.props().await) }
    }

    /// How many of its slots are at work, and how many there are, if llama.cpp tells.
    pub async fn slots(&self) -> Option<(usize, usize)> {
        llamacpp::read_slots(&self.0.get("slots").await.ok()?)
    }

    /// Asks which models there are.
    pub async fn models(&self) -> Result<Vec<Model>, Error> {
        let inner = &*self.0;
        let mut request = Request::new(Method::GET, url::below_base(&inner.given, "models"));
        inner.authorize(request.headers_mut())?;
        let limit = inner.patience.first_byte;
        let mut response = inner.send(request, None, limit).await?;
        let body = body_within(&mut response, limit).await;
        let mut models = models::read(&body).ok_or_else(|| inner.unreadable("it is not a list of models"))?;
        if inner.dialect == Dialect::Ollama {
            for model in models.iter_mut().take(MOST_LOOKED_AT) {
                if let Ok(body) = inner.post("api/show", ollama::show(&model.id), LOOK).await {
                    (model.fim, model.max_context_length) = ollama::read_show(&body);
                }
            }
        }
        Ok(models)
    }
}

impl Inner {
    /// What llama.cpp says of itself.
    pub(super) async fn props(&self) -> Result<Props, Error> {
        let body = self.get("props").await?;
        llamacpp::read_props(&body).ok_or_else(|| self.unreadable("it is not what llama.cpp says of itself"))
    }

    /// What stands at a place of the server's own.
    pub(super) async fn get(&self, place: &str) -> Result<Vec<u8>, Error> {
        let mut request = Request::new(Method::GET, url::below_root(&self.given, place));
        self.authorize(request.headers_mut())?;
        let mut response = self.send(request, None, LOOK).await?;
        Ok(body_within(&mut response, LOOK).await)
    }

    pub(super) async fn post(&self, place: &str, body: String, limit: Duration) -> Result<Vec<u8>, Error> {
        let mut request = Request::new(Method::POST, url::below_root(&self.given, place));
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.authorize(request.headers_mut())?;
        let body = Body { bytes: body.into_bytes(), sent: Sent::default() };
        let mut response = self.send(request, Some(body), limit).await?;
        Ok(body_within(&mut response, limit).await)
    }
}
