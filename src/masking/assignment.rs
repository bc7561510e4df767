//! The value that belongs to a telling name: each language's ways to write one.

mod bare;
mod continued;
mod keyed;

pub use continued::continued;

use super::gap::{Gap, first_gap, next_gap};
use super::judge::{Sure, consider};
use super::kind::Kind;
use super::line::Line;
use super::literal::{next_literal, open_quote};
use super::names::Class;
use super::state::{Block, Pending, Place};
use bare::{bare, is_directive, spaced};
use keyed::{cell, column, element_text, pair, value_key, value_key_before};

/// Lines after a name in which its value may follow.
const LINES_AFTER: u8 = 8;

/// The same for the items of a list.
const LIST_LINES: u8 = 60;

/// Operators between a name and its value; the longer of two that begin alike first.
#[rustfmt::skip]
const OPERATORS: &[&str] = &[
    "===", "!==", "==", "!=", "??=", "||=", "&&=", ":=", "=>", "->", "<-", "?=", "+=", "<<<", "=~", "=", ":",
    "\u{2192}",
];

/// Reads the value of the name between `start` and `end`.
pub fn follow(line: &mut Line<'_>, start: usize, end: usize, class: Class) {
    let sigils = line.before(start).bytes().rev().take_while(|b| matches!(b, b'-' | b'$' | b'@' | b':' | b'#')).count();
    let quote = line.before(start - sigils).bytes().last().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    let entity = line.before(start).ends_with("&quot;");
    let flag = line.before(start).ends_with('-');
    let element = line.before(start).ends_with('<')
        || line
            .before(start)
            .rsplit('<')
            .next()
            .is_some_and(|p| p.len() < 30 && p.ends_with(':') && line.before(start).contains('<'));
    let mut at = end;
    let mut closed = false;
    let mut blank = false;
    loop {
        let byte = line.byte(at);
        if quote == Some(byte) && !closed {
            (closed, at) = (true, at + 1);
        } else if byte == b'\\' && quote == Some(line.byte(at + 1)) && !closed {
            (closed, at) = (true, at + 2);
        } else if entity && !closed && line.from(at).starts_with("&quot;") {
            (closed, at) = (true, at + 6);
        } else if matches!(byte, b']' | b')') && closed
            || byte == b'*' && matches!(line.kind, Kind::Prose)
            || byte == b'?'
                && matches!(line.byte(at + 1), b':' | b' ')
                && !line.from(at + 1).trim_start().starts_with(['?', '"', '\''])
            || byte == b'!' && line.byte(at + 1) == b':'
            || byte == b'`' && matches!(line.kind, Kind::Prose)
            || byte == b']' && line.before(start).ends_with('[')
            || byte == b'}' && line.before(start).ends_with('{') && line.from(at + 1).trim_start().starts_with('=')
        {
            at += 1;
        } else if byte == b'[' && !closed && array_type(line.from(at)) > 0 {
            at += array_type(line.from(at));
        } else if matches!(byte, b' ' | b'\t') {
            (blank, at) = (true, at + 1);
        } else {
            break;
        }
    }
    if closed && value_key_before(line, start, class) {
        return;
    }
    let rest = line.from(at);
    if quote.is_none()
        && !rest.starts_with([':', '=', '(', '?', '|'])
        && matches!(line.between(start, end), "pass" | "Pass" | "auth" | "Auth" | "key" | "cookie")
        && (class == Class::Loose || line.between(start, end) != "key")
        && line.state.netrc == 0
        && !flag
    {
        // A word of prose and of many languages; a name only where an operator follows.
        return;
    }
    if rest.is_empty() {
        if quote.is_none() || closed {
            header(line, class, closed);
        }
        return;
    }
    if rest.starts_with("::") {
        // `Password::new("...")`; a variant such as `Token::Ident("...")` has words, which a token never is.
        let path = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_')).count();
        if line.byte(at + path) == b'(' {
            let class =
                if line.between(at, at + path).contains("::new") || line.between(at, at + path).contains("::from") {
                    class
                } else {
                    Class::Loose
                };
            values(line, at + path + 1, class, false, Sure::Yes);
        }
        return;
    }
    if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
        let tight = !blank && !matches!(line.byte(at + operator.len()), b' ' | b'\t');
        let assigned = if flag && !tight { Sure::Perhaps } else { Sure::Yes };
        right_side(line, at + operator.len(), class, *operator == ":", assigned, tight);
        return;
    }
    match line.byte(at) {
        b',' if closed => pair(line, start, at + 1, class),
        b',' if line.before(start).ends_with("cpy(") => {
            values(line, at + 1, class, false, Sure::Yes);
        }
        b',' if line.kind == Kind::Code && is_given(line, start, end) => {
            values(line, at + 1, class, false, Sure::Yes);
        }
        b',' | b')' if !flag => column(line, start, class),
        b'(' if !closed => {
            values(line, at + 1, class, false, Sure::Yes);
        }
        b'>' if element => element_text(line, at + 1, class),
        // `<property name="password">`, then `<value>...</value>` on a line of its own.
        b'>' if closed && line.from(at + 1).trim().is_empty() => wait(line, class, Place::Keyed, 2),
        b'>' if closed => {
            let keyed = value_key(line, at + 1, class);
            if !keyed {
                element_text(line, at + 1, class);
            }
        }
        b'|' if matches!(line.kind, Kind::Prose) => cell(line, at + 1, class),
        b'<' if rest.starts_with("</") => {
            // `<key>password</key>`, then `<string>...</string>` there or on the next line.
            let tag = rest.find('>').map_or(rest.len(), |at| at + 1);
            if line.from(at + tag).trim().is_empty() {
                wait(line, class, Place::Keyed, 2);
            } else {
                value_key(line, at + tag, class);
            }
        }
        // `get('#password').type('...')`: what is entered into a field.
        b'.' if closed && enters(line.from(at + 1)) => {
            values(line, at + 1, class, false, Sure::Yes);
        }
        b'{' if next_literal(line, at).is_some_and(|literal| literal.start <= at + 3) => {
            values(line, at + 1, class, false, Sure::Yes);
        }
        b'{' => wait(line, class, Place::Keyed, LINES_AFTER),
        b'"' | b'\'' | b'`' if blank && !closed && quote.is_none() => {
            let directive = is_directive(line.before(start)) && line.kind != Kind::Code;
            let sure = if class == Class::Password || flag || directive { Sure::Yes } else { Sure::Perhaps };
            values(line, at, class, false, sure);
        }
        b':' | b'=' => {}
        _ if closed && value_key(line, at, class) => {}
        _ if blank && !closed => spaced(line, start, at, class, flag),
        _ if element => {
            // `<secret name="x" value="y">`: the attributes have names of their own.
        }
        _ => {}
    }
}

/// The bytes of `[]` or `[32]` behind the name of an array; 0 if there is none.
fn array_type(rest: &str) -> usize {
    let digits = rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    if rest.as_bytes().get(1 + digits) == Some(&b']') { digits + 2 } else { 0 }
}

/// Whether the name's value is the next argument: `setopt(c, CURLOPT_PASSWORD, "...")`, `assert_eq!(user.password, "...")`.
fn is_given(line: &Line<'_>, start: usize, end: usize) -> bool {
    let is_constant = !line.between(start, end).bytes().any(|byte| byte.is_ascii_lowercase());
    let before = line.before(start).to_ascii_lowercase();
    is_constant && before.contains("set") || before.contains("assert") || before.contains("equal")
}

/// Whether a method follows that enters a text into a field of a page.
fn enters(rest: &str) -> bool {
    ["fill(", "type(", "sendkeys(", "send_keys(", "setvalue(", "set(", "val("]
        .iter()
        .any(|method| rest.get(..method.len()).is_some_and(|name| name.eq_ignore_ascii_case(method)))
}

/// Reads what stands right of an operator.
pub fn right_side(line: &mut Line<'_>, at: usize, class: Class, colon: bool, sure: Sure, tight: bool) {
    let mut at = line.skip_blank(at);
    if line.kind == Kind::Prose && line.from(at).starts_with("**") {
        // `**Password:** ...`.
        at = line.skip_blank(at + 2);
    }
    let rest = line.from(at).trim_end();
    let indent = line.indent();
    if open_quote(line, at).is_some_and(|quote| line.byte(at) == quote) {
        // The literal that the name stands in ends here: `"TOKEN="`.
        return;
    }
    if rest.is_empty() {
        wait(line, class, Place::Direct, 2);
        return;
    }
    if matches!(
        rest.as_bytes(),
        [b'|' | b'>'] | [b'|' | b'>', b'-' | b'+' | b'0'..=b'9'] | [b'|' | b'>', _, b'0'..=b'9']
    ) {
        line.state.block = Some(Block { class, indent });
        return;
    }
    if matches!(rest, "{" | "{{" | "({" | "= {") || rest.ends_with(" {") && colon {
        wait(line, class, Place::Keyed, LINES_AFTER);
        return;
    }
    if rest.ends_with(['[', '(', '{']) || rest.ends_with("[\\") {
        let single = rest.len() <= 2;
        let class = if single && rest.starts_with('(') || class == Class::Loose { class } else { Class::Token };
        wait(line, class, Place::List, LIST_LINES);
        return;
    }
    if values(line, at, class, colon, sure) {
        if rest.ends_with(['+', '\\', '&']) || rest.ends_with(" .") || rest.ends_with("..") {
            wait(line, class, Place::Direct, 2);
        } else if rest.ends_with(',') && rest.contains('[') && !rest.contains(']') {
            wait(line, Class::Token, Place::List, LIST_LINES);
        }
        return;
    }
    if bare(line, at, class, tight) {
        return;
    }
    let open = !rest.ends_with([';', ',', '}']);
    if open && line.kind == Kind::Code {
        wait(line, class, Place::Fallback, 2);
    }
}

/// A name that ends its line: its value stands on a later one.
fn header(line: &mut Line<'_>, class: Class, quoted: bool) {
    let text = line.text.trim();
    let named = text.starts_with("- name") || text.ends_with(':') || text.contains("name:") || text.contains("name =");
    if quoted || named {
        wait(line, class, Place::Keyed, LINES_AFTER);
    } else if line.state.netrc > 0 {
        wait(line, class, Place::Direct, 1);
    }
}

fn wait(line: &mut Line<'_>, class: Class, place: Place, left: u8) {
    let indent = line.indent();
    line.state.pending = Some(Pending { class, indent, left, place });
}

/// Reads the literals that belong to a name, from `at` on. True if one was read, whatever it was.
pub fn values(line: &mut Line<'_>, at: usize, class: Class, colon: bool, sure: Sure) -> bool {
    let mut from = at;
    let mut first = true;
    let mut list = false;
    let mut looked_up = false;
    let mut taken = false;
    let mut any = false;
    while let Some(literal) = next_literal(line, from) {
        let open = literal.start.saturating_sub(literal.delimiter.len());
        let gap = line.between(from, open).to_owned();
        let verdict = if first { first_gap(&gap, colon) } else { next_gap(&gap, list, looked_up, taken) };
        first = false;
        from = literal.next;
        match verdict {
            Gap::Stop => return any,
            Gap::LookUp => looked_up = true,
            Gap::Take(certainty, opens_list) => {
                list |= opens_list;
                any = true;
                let class = if list && class == Class::Secret { Class::Token } else { class };
                let certainty = if sure == Sure::Perhaps { Sure::Perhaps } else { certainty };
                if list
                    && line.from(from).trim_start().starts_with([':', '='])
                    && !line.from(from).trim_start().starts_with("==")
                {
                    return any;
                }
                taken |= consider(line, literal, class, certainty);
            }
        }
        if !literal.closed {
            break;
        }
    }
    any || looked_up && taken
}
