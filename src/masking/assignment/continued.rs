//! A value on a later line than its name.

use super::bare::{bare, bare_as};
use super::keyed::{row, value_key};
use super::values;
use crate::masking::line::Line;
use crate::masking::line_state::{Pending, Place};
use crate::masking::literal::next_literal;
use crate::masking::names::Class;
use crate::masking::secret_value::{Sure, consider};
use crate::masking::separator::FALLBACKS;
use crate::masking::value_syntax::ValueSyntax;

/// A value that a name on an earlier line waits for; `at` is where this line's content begins.
pub fn continued(line: &mut Line<'_>, pending: Pending) {
    let mut at = line.skip_blank(0);
    let mark = |line: &Line<'_>, at: usize| line.from(at).starts_with("- ") || line.from(at).starts_with("* ");
    let item = mark(line, at);
    if item {
        at = line.skip_blank(at + 2);
    }
    match pending.place {
        Place::Keyed => {
            value_key(line, at, pending.class);
        }
        Place::Column(number) => {
            if line.from(at).trim_end().ends_with(';') {
                line.state.pending = None;
            }
            row(line, at, usize::from(number), pending.class);
        }
        Place::List => {
            let class = pending.class;
            if item
                && matches!(line.kind, ValueSyntax::Config | ValueSyntax::Shell | ValueSyntax::Prose)
                && next_literal(line, at).is_none()
            {
                bare(line, at, class, false);
                return;
            }
            while let Some(literal) = next_literal(line, at) {
                at = literal.next;
                if line.from(at).trim_start().starts_with([':', '=']) {
                    // A key of its own.
                    break;
                }
                let sure = if class == Class::Password { Sure::Yes } else { Sure::Perhaps };
                consider(line, literal, class, sure);
            }
        }
        Place::Direct | Place::Fallback => {
            let rest = line.from(at);
            let operator = FALLBACKS
                .iter()
                .chain(&["+", "..", ".", "&", "=", ":", "?", "."])
                .filter(|operator| {
                    let tail = rest
                        .strip_prefix(operator.trim_start())
                        .or_else(|| rest.trim_start_matches('.').strip_prefix(**operator));
                    // A sign that the value itself begins with is no operator.
                    tail.is_some_and(|tail| {
                        operator.ends_with('(') || tail.is_empty() || tail.starts_with([' ', '"', '\'', '`', '('])
                    })
                })
                .map(|operator| operator.len())
                .max();
            if pending.place == Place::Fallback && operator.is_none() {
                return;
            }
            if operator.is_some() {
                if let Some(literal) = next_literal(line, at) {
                    let gap = line.between(at, literal.start);
                    if !gap.contains([',', ';', '{']) && gap.len() < 40 {
                        consider(line, literal, pending.class, Sure::Yes);
                    }
                }
                return;
            }
            let found = if pending.class == Class::Token
                || rest.starts_with(['"', '\'', '`', '\\', 'b', 'r', 'f', '@', '$', '('])
            {
                values(line, at, pending.class, false, Sure::Yes)
            } else {
                false
            };
            if !found
                && line.indent() > pending.indent
                && matches!(line.kind, ValueSyntax::Config | ValueSyntax::Markup)
                && !rest.contains(": ")
                && !rest.ends_with(':')
                && !rest.starts_with('<')
            {
                bare_as(line, at, pending.class, line.kind, false);
            }
        }
    }
}
