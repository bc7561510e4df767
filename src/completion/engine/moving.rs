//! The cursor of a request that moves along with what is typed while it is open.

use crate::completion::{Follows, Query};
use crate::text::document::{Document, Edit};

/// Where such a request stands now.
#[derive(Debug, Clone)]
pub struct MovingCursor {
    /// The document now.
    pub document: Document,
    /// The cursor now, in bytes.
    pub cursor: usize,
    /// What was typed since the request came.
    pub typed: String,
    follows: Follows,
}

impl MovingCursor {
    /// Where a request begins, if it is one that moves.
    pub(super) fn of(query: &Query) -> Option<Self> {
        let Query { document, cursor, follows, .. } = query;
        let (document, typed) = (document.clone(), String::new());
        (*follows != Follows::Nothing).then_some(Self { document, cursor: *cursor, typed, follows: *follows })
    }

    /// Moves along with an edit that left the document so, if that is what it follows.
    pub(super) fn follow(&mut self, document: &Document, edit: &Edit) -> bool {
        let is_meant = match self.follows {
            Follows::Nothing => false,
            Follows::Words => edit.inserted.chars().all(|c| c.is_alphanumeric() || c == '_'),
            Follows::Typing => true,
        };
        if !edit.replaced.is_empty() || edit.replaced.start != self.cursor || !is_meant {
            return false;
        }
        self.cursor += edit.inserted.len();
        self.typed.push_str(&edit.inserted);
        self.document = document.clone();
        true
    }
}
