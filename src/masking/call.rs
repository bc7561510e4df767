//! Calls that take a password, told by the name of what is called.

use super::line::Line;
use super::literal::{Literal, next_literal};
use super::names::Class;
use super::secret_value::{Sure, consider};

/// The literals of a call that takes a user and a password, from behind the callee's name on: those after the first
/// `skipped` are passwords.
pub fn call(line: &mut Line<'_>, end: usize, skipped: usize) {
    let start = if line.before(end).ends_with('(') {
        end
    } else {
        // PowerShell's `[Net.NetworkCredential]::new(...)`.
        let end = end + if line.from(end).starts_with("]::new(") { "]::".len() } else { 0 };
        let tail = line.from(end).bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let bare = line.byte(end + tail) == b' ' && matches!(line.byte(end + tail + 1), b'"' | b'\'');
        if line.byte(end + tail) != b'(' && !bare {
            return;
        }
        end + tail + 1
    };
    let mut at = start;
    let mut count = 0;
    let mut last: Option<Literal> = None;
    while let Some(literal) = next_literal(line, at) {
        let gap = line.between(at, literal.start - literal.delimiter.len().min(literal.start));
        if gap.contains(')') && !gap.contains('(') || gap.contains(';') {
            break;
        }
        at = literal.next;
        let text = line.between(literal.start, literal.end);
        if count == 0 && (text.contains("//") || text.starts_with("dbi:") || text.contains(';') || text.contains('=')) {
            continue;
        }
        count += 1;
        if count > skipped {
            last = Some(literal);
            break;
        }
    }
    if let Some(literal) = last {
        let class = if skipped == 0 { Class::Token } else { Class::Password };
        consider(line, literal, class, Sure::Yes);
    }
}

/// `ConvertTo-SecureString "..." -AsPlainText`: the literal stands before the mark.
pub fn literal_before(line: &mut Line<'_>, mark: usize, class: Class) {
    let Some(literal) = next_literal(line, 0).filter(|literal| literal.next <= mark) else { return };
    consider(line, literal, class, Sure::Yes);
}

/// `SET PASSWORD FOR 'user'@'host' = '...'`: the literal after the operator.
pub fn assigned_literal(line: &mut Line<'_>, at: usize) {
    if let Some(operator) = line.from(at).find('=') {
        first_literal(line, line.skip_blank(at + operator + 1));
    }
}

/// `ConvertTo-SecureString "..."`: the literal at `at`.
pub fn first_literal(line: &mut Line<'_>, at: usize) {
    if let Some(literal) = next_literal(line, at).filter(|literal| literal.start <= at + 2) {
        consider(line, literal, Class::Password, Sure::Yes);
    }
}
