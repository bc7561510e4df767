//! Why a request shows nothing: the closed list, each with a short code and a sentence for the user.

use std::sync::Arc;

use super::filter::Filter;
use crate::masking::placeholder;
use crate::model;
use crate::privacy::Private;

/// Why nothing is shown. Every request that shows nothing has one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The client asks about a document it has not opened.
    #[error("the document is not open")]
    NotOpen,
    /// The user switched automatic completion off.
    #[error("automatic completion is off; `codestral.toggle` switches it on")]
    Off,
    /// A setting switches it off.
    #[error("completion.enabled is false for {0}")]
    Disabled(String),
    /// The document must not leave the machine.
    #[error(transparent)]
    Private(#[from] Private),
    /// More bytes than `limits.maxFileBytes`.
    #[error("the document has {0} bytes, more than limits.maxFileBytes")]
    TooLarge(usize),
    /// The document holds a NUL byte.
    #[error("the document is not text")]
    Binary,
    /// The document holds nothing to go by.
    #[error("the document is empty")]
    NoText,
    /// The client asks at a line that the document does not have.
    #[error("the document has no such line as the editor asks at")]
    NoSuchLine,
    /// An edit came that could not be read: what the person sees may be another text than ours.
    #[error("an edit of the document could not be read; closing and opening it again helps")]
    LostTrack,
    /// The cursor stands inside a word.
    #[error("the cursor is inside a word")]
    MidWord,
    /// The cursor stands in a secret, or at an end of one: typing one asks nobody.
    #[error("the cursor is in a secret, which only you can complete; ask by hand if it is none")]
    InSecret,
    /// The model's answer goes on with what stood in a secret's place.
    #[error("the suggestion would write {} in the place of a secret", placeholder::of(1))]
    Masked,
    /// The cursor moved and nothing was typed: only what is known already is shown, and here nothing is.
    #[error("the cursor moved without an edit")]
    NoEdit,
    /// A newer request or an edit came.
    #[error("a newer request or an edit came")]
    Superseded,
    /// The client took the request back.
    #[error("the editor cancelled the request")]
    Cancelled,
    /// The model had nothing to say.
    #[error("the model answered with nothing")]
    Empty,
    /// The embedded engine completes alone and was not sure enough.
    #[error("nothing like it in the open documents and the workspace says surely enough what comes next")]
    Unsure,
    /// A filter took everything away.
    #[error("the suggestion was dropped: it {}", .0.does())]
    Filtered(Filter),
    /// The endpoint failed this time.
    #[error("{0}")]
    Endpoint(model::Error),
    /// As many tokens as `limits.tokensPerDay` allows are gone.
    #[error(
        "today's {0} tokens (limits.tokensPerDay) are used up; the endpoint is asked by hand only until midnight UTC"
    )]
    Ceiling(u64),
    /// The endpoint failed before and is left alone for a while.
    #[error("not asking until a pause is over, because: {0}")]
    Paused(model::Error),
}

/// What the user should hear of unasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Completions do not come, and why.
    Trouble(Reason),
    /// The trouble that was told is over.
    WorksAgain,
    /// Completions come from this host, since the one before it in the settings cannot answer.
    Instead(Arc<str>),
}

impl Reason {
    /// The same in a few words, for a line that is seen in passing.
    pub fn headline(&self) -> String {
        match self {
            Self::Endpoint(error) | Self::Paused(error) => error.headline(),
            Self::Ceiling(most) => format!("limits.tokensPerDay ({most}) is used up"),
            reason => reason.to_string(),
        }
    }

    /// A short code in camelCase, for JSON and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOpen => "notOpen",
            Self::Off => "off",
            Self::Disabled(_) => "disabled",
            Self::Private(_) => "private",
            Self::TooLarge(_) => "tooLarge",
            Self::Binary => "binary",
            Self::NoText => "noText",
            Self::NoSuchLine => "noSuchLine",
            Self::LostTrack => "lostTrack",
            Self::MidWord => "midWord",
            Self::InSecret => "inSecret",
            Self::Masked => "masked",
            Self::NoEdit => "noEdit",
            Self::Superseded => "superseded",
            Self::Cancelled => "cancelled",
            Self::Empty => "empty",
            Self::Unsure => "unsure",
            Self::Filtered(filter) => filter.name(),
            Self::Endpoint(_) => "endpoint",
            Self::Ceiling(_) => "ceiling",
            Self::Paused(_) => "paused",
        }
    }
}
