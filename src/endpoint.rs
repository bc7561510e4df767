//! The HTTP shell: what an endpoint is asked and what it says, without any dialect's JSON.

pub mod backend;
mod chat_request;
pub mod client;
mod context_form;
pub mod decode;
mod dialect;
mod error;
pub mod fim_template;
mod http;
pub mod key;
pub mod llamacpp;
pub mod loading;
mod mistral;
pub mod models;
mod ollama;
mod openai;
pub mod reply;
mod sse;
pub mod url;

pub use backend::Backend;
pub use client::{HttpEndpoint, Options};
pub use context_form::ContextForm;
pub use dialect::Dialect;
pub use http::Http;
pub use loading::LoadingModels;
