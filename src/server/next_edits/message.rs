//! What the thread of next edits is told, what it is asked, and what it answers.

use std::fmt;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::offers::{Offer, State};
use crate::completion::{Located, Reason};
use crate::next_edit::Rule;
use crate::privacy::Privacy;
use crate::settings::Settings;
use crate::text::document::{Document, Edit};

/// What the thread is told. Times are in milliseconds since the session began.
pub enum Message {
    /// These settings are in force.
    Configured(Arc<Settings>, Arc<Privacy>),
    /// A document is open, as it is, where the disk will tell.
    Opened(Document, Located),
    /// A document is as `edits` left it; `accepted`: they took a suggestion at the cursor.
    Changed { document: Document, edits: Vec<Edit>, accepted: bool, now_ms: u64 },
    /// A document is closed.
    Closed(Arc<str>),
    /// The editor wrote a document's file.
    Written(Arc<str>, u64),
    /// Files changed on disk, by their URIs.
    ChangedOnDisk(Vec<String>, u64),
    /// The next edit is asked for.
    Asked(Ask, u64, oneshot::Sender<Answer>),
    /// The offer with this number is on screen.
    Shown(u64, u64),
    /// The offer with this number, or the newest, has come to this; answered by whether it was still open.
    Became(Option<u64>, State, oneshot::Sender<bool>),
    /// What there is to report is asked for.
    Reported(oneshot::Sender<Report>),
}

/// A question for the next edit.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The document with the cursor; `None` is where the last edit was.
    pub key: Option<Arc<str>>,
    /// The version of it that is meant.
    pub version: Option<i32>,
    /// The cursor, in bytes; `None` is where the last edit ended.
    pub cursor: Option<usize>,
    /// Whether only edits of that document count.
    pub here_only: bool,
    /// Whether all places of the pattern are wanted.
    pub all: bool,
    /// Whether the person asks, and not the editor after an edit: then nothing is waited for.
    pub invoked: bool,
    /// Whether the disk was waited for: what it has not told by now it does not tell soon.
    pub located: bool,
}

/// What a question comes to.
#[derive(Debug)]
pub enum Answer {
    /// This.
    Offered(Offer),
    /// The keyboard must rest until then.
    Wait(u64),
    /// The disk must tell first where these documents lie.
    Locating(Vec<Located>),
    /// Nothing, and why.
    Nothing(Nothing),
}

/// Why nothing is offered.
#[derive(Debug, Clone, PartialEq)]
pub enum Nothing {
    /// The settings say so.
    Off,
    /// The document is not open.
    NotOpen,
    /// The document is not looked at.
    NotLookedAt(Reason),
    /// The question was about another version of the document.
    OtherVersion,
    /// Nothing was changed yet, or nothing repeats.
    NoPattern,
    /// The likeliest edit is as likely as this, 0 to 1, which is too little.
    Unsure(f32),
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("next edits are switched off"),
            Self::NotOpen => f.write_str("the document is not open"),
            Self::NotLookedAt(reason) => reason.fmt(f),
            Self::OtherVersion => f.write_str("the text had changed"),
            Self::NoPattern => f.write_str("nothing repeats what was changed last"),
            Self::Unsure(confidence) => write!(f, "the likeliest has a confidence of {confidence:.2} only"),
        }
    }
}

/// One answer, for a report.
#[derive(Debug, Clone)]
pub struct Told {
    /// The document's URI.
    pub uri: Arc<str>,
    /// The line counted from zero.
    pub line: usize,
    /// The rule.
    pub rule: Rule,
    /// How likely it seemed, 0 to 1.
    pub confidence: f32,
    /// How many places.
    pub places: usize,
    /// What became of it.
    pub state: State,
}

/// What there is to report.
#[derive(Debug, Default)]
pub struct Report {
    /// The last offers, the newest first.
    pub told: Vec<Told>,
    /// Why nothing was offered the last time.
    pub nothing: Option<Nothing>,
    /// Rules that were dismissed so often that they rest.
    pub resting: Vec<Rule>,
}
