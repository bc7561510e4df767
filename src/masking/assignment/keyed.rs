//! Values that stand beside their name under a key, in an element, a column or a cell of their own.

use super::bare::bare;
use super::{values, wait};
use crate::masking::call::literal_before;
use crate::masking::line::Line;
use crate::masking::line_state::{Block, Place};
use crate::masking::literal::next_literal;
use crate::masking::names::Class;
use crate::masking::secret_value::{Sure, consider, consider_range};
use crate::masking::value_syntax::ValueSyntax;

/// Keys that hold the value of a name which stands beside them.
#[rustfmt::skip]
const VALUE_KEYS: &[&str] = &[
    "value", "parametervalue", "val", "default", "content", "contents", "defaultvalue", "default_value",
    "initialvalue", "secretstring", "string", "plaintext", "literal", "fallback", "text", "data", "current",
    "password", "secret_string",
];

/// Rows of values after the line that names their columns.
const ROWS: u8 = 60;

/// `INSERT INTO t (name, password) VALUES ('...', '...')`: the value in the name's column, there or in the rows of the
/// lines below.
pub(super) fn column(line: &mut Line<'_>, start: usize, class: Class) {
    let lower = line.text.to_ascii_lowercase();
    if !lower.contains("insert") {
        return;
    }
    let Some(open) = line.before(start).rfind('(') else { return };
    let number = line.between(open, start).bytes().filter(|b| *b == b',').count();
    match lower.get(start..).and_then(|rest| rest.find("values")) {
        Some(values) if line.from(start + values).contains('(') => row(line, start + values, number, class),
        _ => {
            // The columns of one statement: the first that tells counts.
            let taken = line.state.pending.is_some_and(|pending| matches!(pending.place, Place::Column(_)));
            if let Ok(number) = u8::try_from(number)
                && !taken
            {
                wait(line, class, Place::Column(number), ROWS);
            }
        }
    }
}

/// The value of the column with this number, counted from 0, in the first row at or after `from`.
pub(super) fn row(line: &mut Line<'_>, from: usize, number: usize, class: Class) {
    let Some(first) = line.from(from).find('(').map(|at| from + at + 1) else { return };
    let mut at = first;
    for _ in 0..number {
        // To the next comma outside a literal.
        let comma = loop {
            let Some(comma) = line.from(at).find(',').map(|offset| at + offset) else { return };
            match next_literal(line, at).filter(|literal| literal.start <= comma) {
                Some(literal) => at = literal.next,
                None => break comma,
            }
        };
        at = comma + 1;
    }
    let at = line.skip_blank(at);
    if let Some(literal) = next_literal(line, at).filter(|literal| literal.start <= at + 2) {
        consider(line, literal, class, Sure::Yes);
    }
}

/// `("password", "...")`, `.header("X-Api-Key", "...")`: the value after a name in quotes.
pub(super) fn pair(line: &mut Line<'_>, start: usize, at: usize, class: Class) {
    if value_key(line, at, class) {
        return;
    }
    const SETTERS: &[&str] = &[
        "set",
        "put",
        "insert",
        "add",
        "append",
        "env",
        "define",
        "fill",
        "type",
        "header",
        "fetch",
        "get",
        "entry",
        "pair",
        "with",
        "of",
        "property",
        "replace",
        "buildconfig",
        "resvalue",
        "setdefault",
        "default",
        "store",
        "save",
        "write",
        "export",
        "param",
        "field",
        "arg",
        "secret",
        "configure",
        "option",
        "connect",
    ];
    let before = line.before(start.saturating_sub(1)).trim_end_matches(['"', '\'', ' ', '\\', 'b']);
    let callee = before.trim_end_matches('(').to_ascii_lowercase();
    let callee = callee.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
    let tuple = before.ends_with('(') && callee.is_empty() || before.ends_with("(String");
    let setter = before.ends_with('(') && SETTERS.iter().any(|setter| callee.contains(setter))
        || before.to_ascii_lowercase().contains("buildconfigfield")
        || before.to_ascii_lowercase().contains("resvalue");
    let sure = if tuple || setter { Sure::Yes } else { Sure::Perhaps };
    if line.from(at).trim().is_empty() {
        wait(line, if sure == Sure::Yes { class } else { Class::Loose }, Place::Direct, 2);
        return;
    }
    values(line, at, class, false, sure);
}

/// `<add value="..." key="ApiKey"/>`, `{"value": "...", "key": "DB_PASSWORD"}`: the value before the name that stands at
/// `start` in quotes. True if there is one.
pub(super) fn value_key_before(line: &mut Line<'_>, start: usize, class: Class) -> bool {
    let named =
        line.before(start - 1).trim_end().trim_end_matches(['=', ':', '>']).trim_end().trim_end_matches(['"', '\'']);
    let is_name = ["name", "key"].iter().any(|key| {
        named
            .len()
            .checked_sub(key.len())
            .and_then(|at| named.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(key))
    });
    if named.ends_with("forKey") {
        // `set("...", forKey: "password")`.
        literal_before(line, start - 1, class);
        return true;
    }
    let Some(group) = named.rfind(['{', '<', '(', '[']).filter(|_| is_name) else { return false };
    value_key(line, group + 1, class)
}

/// Reads the value after a key such as `value` that stands at or soon after `at`. True if there is such a key.
pub(super) fn value_key(line: &mut Line<'_>, at: usize, class: Class) -> bool {
    let mut from = at;
    let limit = at + 160;
    // The keys between: `"type": "string", "default": "..."`.
    while from < line.text.len() && from < limit {
        let word_start = from + line.from(from).bytes().take_while(|b| !b.is_ascii_alphabetic()).count();
        let length = line.from(word_start).bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        if length == 0 {
            return false;
        }
        let end = word_start + length;
        if line.between(from, word_start).contains(['}', ';']) {
            return false;
        }
        let word = line.between(word_start, end).to_ascii_lowercase();
        let mut after = end;
        while matches!(line.byte(after), b'"' | b'\'' | b' ' | b'\\') {
            after += 1;
        }
        let operator = if line.from(after).starts_with("=>") { 2 } else { 1 };
        let assigns = matches!(line.byte(after), b':' | b'=')
            || line.byte(after) == b'>' && line.before(word_start).ends_with('<');
        if assigns && VALUE_KEYS.contains(&word.as_str()) {
            if line.byte(after) == b'>' {
                element_text(line, after + 1, class);
            } else {
                let right = line.skip_blank(after + operator);
                if line.from(right).trim().is_empty() {
                    wait(line, class, Place::Direct, 2);
                } else if !values(line, right, class, false, Sure::Yes) {
                    right_side_bare(line, right, class);
                }
            }
            return true;
        }
        if assigns && matches!(word.as_str(), "name" | "key" | "id") {
            return false;
        }
        from = end;
    }
    false
}

fn right_side_bare(line: &mut Line<'_>, at: usize, class: Class) {
    let rest = line.from(at).trim_end();
    if matches!(rest, "|" | ">" | "|-" | ">-" | "|+" | ">+") {
        let indent = line.indent();
        line.state.block = Some(Block { class, indent });
        return;
    }
    bare(line, at, class, false);
}

/// `<password>...</password>`.
pub(super) fn element_text(line: &mut Line<'_>, at: usize, class: Class) {
    let at = line.skip_blank(at);
    let rest = line.from(at);
    if rest.trim().is_empty() {
        wait(line, class, Place::Direct, 2);
        return;
    }
    if let Some(cdata) = rest.strip_prefix("<![CDATA[") {
        let start = at + rest.len() - cdata.len();
        let end = start + cdata.find("]]>").unwrap_or(cdata.len());
        consider_range(line, start, end, class, Sure::Yes);
        return;
    }
    if rest.starts_with('<') {
        // `<key>password</key><string>...</string>`, `<name>password</name><value>...`.
        let inner = rest.trim_start_matches("</key>").trim_start_matches("</name>").trim_start();
        if inner.len() < rest.len() {
            if inner.is_empty() {
                wait(line, class, Place::Keyed, 2);
            } else {
                let from = line.text.len() - inner.len();
                value_key(line, from, class);
            }
        }
        return;
    }
    let closed = rest.find("</");
    if closed.is_none() && line.kind != ValueSyntax::Markup {
        return;
    }
    let end = at + closed.unwrap_or(rest.len());
    let end = at + line.between(at, end).trim_end().len();
    consider_range(line, at, end, class, Sure::Yes);
}

/// The next cell of a table in Markdown.
pub(super) fn cell(line: &mut Line<'_>, at: usize, class: Class) {
    let start = line.skip_blank(at);
    let rest = line.from(start);
    let text = rest.split('|').next().unwrap_or_default().trim_end();
    let bare = text.trim_matches('`');
    let from = start + (text.len() - text.trim_start_matches('`').len());
    consider_range(line, from, from + bare.len(), class, Sure::Perhaps);
}
