//! Text that may leave the machine. What an endpoint is asked is made of it and of nothing else.

use std::fmt;
use std::ops::Deref;

use crate::text::line_break;

/// A text whose secrets are masked. Only a [`Masker`](super::Masker) makes one of a user's text; a constant of the
/// program holds nobody's secret and is one by itself.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MaskedText(String);

impl MaskedText {
    pub(super) fn new(masked: String) -> Self {
        Self(masked)
    }

    /// The same with LF line ends: a placeholder holds none.
    pub fn with_lf(self) -> Self {
        Self(line_break::to_lf(self.0))
    }

    /// Adds what stands between texts in a model's own format: the program's or a setting's, nobody's document.
    pub fn push_format(&mut self, format: &str) {
        self.0.push_str(format);
    }

    /// The same with a blank inside each of these marks, behind its first character, so that none is left.
    pub fn breaking(&self, marks: &[String]) -> Self {
        let mut broken = self.0.clone();
        for mark in marks.iter().filter(|mark| !mark.is_empty()) {
            let first = mark.chars().next().map_or(0, char::len_utf8);
            let harmless = format!("{} {}", &mark[..first], &mark[first..]);
            broken = broken.replace(mark.as_str(), &harmless);
        }
        Self(broken)
    }

    /// Adds masked text at its end.
    pub fn push(&mut self, more: &Self) {
        self.0.push_str(&more.0);
    }
}

impl From<&'static str> for MaskedText {
    fn from(constant: &'static str) -> Self {
        Self(constant.to_owned())
    }
}

impl Deref for MaskedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MaskedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for MaskedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
