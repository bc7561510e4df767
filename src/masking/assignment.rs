//! The value that belongs to a telling name: each language's ways to write one.

mod bare;
mod continued;
mod keyed;

pub use continued::continued;

use super::line::Line;
use super::line_state::{Block, Pending, Place};
use super::literal::{next_literal, open_quote};
use super::names::Class;
use super::secret_value::{Sure, consider};
use super::separator::{Separator, first_separator, next_separator};
use super::value_syntax::ValueSyntax;
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

/// A telling name in a line, and what it is part of.
#[derive(Clone, Copy)]
struct Name {
    /// Bytes of the line.
    start: usize,
    end: usize,
    class: Class,
    /// The quote before it.
    quote: Option<u8>,
    /// It stands behind `&quot;`.
    entity: bool,
    /// A flag of a command, `--password`.
    flag: bool,
    /// An element's: `<password>`, `<ns:password>`.
    element: bool,
}

/// What stands behind a name, up to where its value or an operator may begin.
struct NameEnd {
    /// Byte of the line behind it.
    at: usize,
    /// The name's quote is closed.
    closed: bool,
    /// White space was passed.
    blank: bool,
}

/// Reads the value of the name between `start` and `end`.
pub fn follow(line: &mut Line<'_>, start: usize, end: usize, class: Class) {
    let name = Name::read(line, start, end, class);
    let behind = name.skip_end(line);
    if behind.closed && value_key_before(line, start, class) {
        return;
    }
    let at = behind.at;
    let rest = line.from(at);
    if name.needs_operator(line) && !rest.starts_with([':', '=', '(', '?', '|']) {
        return;
    }
    if rest.is_empty() {
        if name.quote.is_none() || behind.closed {
            header(line, class, behind.closed);
        }
    } else if rest.starts_with("::") {
        associated_call(line, at, class);
    } else if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
        let tight = !behind.blank && !matches!(line.byte(at + operator.len()), b' ' | b'\t');
        let assigned = if name.flag && !tight { Sure::Perhaps } else { Sure::Yes };
        right_side(line, at + operator.len(), class, *operator == ":", assigned, tight);
    } else {
        without_operator(line, name, &behind);
    }
}

impl Name {
    fn read(line: &Line<'_>, start: usize, end: usize, class: Class) -> Self {
        let before = line.before(start);
        let sigils = before.bytes().rev().take_while(|b| matches!(b, b'-' | b'$' | b'@' | b':' | b'#')).count();
        let is_qualified_tag = |behind: &str| behind.len() < 30 && behind.ends_with(':');
        Self {
            start,
            end,
            class,
            quote: line.before(start - sigils).bytes().last().filter(|b| matches!(b, b'"' | b'\'' | b'`')),
            entity: before.ends_with("&quot;"),
            flag: before.ends_with('-'),
            element: before.rsplit_once('<').is_some_and(|(_, tag)| tag.is_empty() || is_qualified_tag(tag)),
        }
    }

    /// Skips what belongs to the name: its quote, the bracket it stands in, an array's size, white space.
    fn skip_end(self, line: &Line<'_>) -> NameEnd {
        let before = line.before(self.start);
        let (mut at, mut closed, mut blank) = (self.end, false, false);
        loop {
            let byte = line.byte(at);
            let is_optional = || {
                matches!(line.byte(at + 1), b':' | b' ')
                    && !line.from(at + 1).trim_start().starts_with(['?', '"', '\''])
            };
            if self.quote == Some(byte) && !closed {
                (closed, at) = (true, at + 1);
            } else if byte == b'\\' && self.quote == Some(line.byte(at + 1)) && !closed {
                (closed, at) = (true, at + 2);
            } else if self.entity && !closed && line.from(at).starts_with("&quot;") {
                (closed, at) = (true, at + 6);
            } else if match byte {
                b']' => closed || before.ends_with('['),
                b')' => closed,
                b'*' | b'`' => line.kind == ValueSyntax::Prose,
                b'?' => is_optional(),
                b'!' => line.byte(at + 1) == b':',
                b'}' => before.ends_with('{') && line.from(at + 1).trim_start().starts_with('='),
                _ => false,
            } {
                at += 1;
            } else if byte == b'[' && !closed && array_type(line.from(at)) > 0 {
                at += array_type(line.from(at));
            } else if matches!(byte, b' ' | b'\t') {
                (blank, at) = (true, at + 1);
            } else {
                return NameEnd { at, closed, blank };
            }
        }
    }

    /// A word of prose and of many languages; a name only where an operator follows.
    fn needs_operator(self, line: &Line<'_>) -> bool {
        let word = line.between(self.start, self.end);
        self.quote.is_none()
            && matches!(word, "pass" | "Pass" | "auth" | "Auth" | "key" | "cookie")
            && (self.class == Class::Loose || word != "key")
            && line.state.netrc == 0
            && !self.flag
    }
}

/// `Password::new("...")`; a variant such as `Token::Ident("...")` has words, which a token never is.
fn associated_call(line: &mut Line<'_>, at: usize, class: Class) {
    let path = line.from(at).bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_')).count();
    if line.byte(at + path) == b'(' {
        let function = line.between(at, at + path);
        let constructs = function.contains("::new") || function.contains("::from");
        values(line, at + path + 1, if constructs { class } else { Class::Loose }, false, Sure::Yes);
    }
}

/// Reads a value that no operator ties to its name: a next argument, a cell, an element's text, a next word.
fn without_operator(line: &mut Line<'_>, name: Name, behind: &NameEnd) {
    let &NameEnd { at, closed, blank } = behind;
    let Name { start, end, class, .. } = name;
    let is_last = line.from(at + 1).trim().is_empty();
    match line.byte(at) {
        b',' if closed => pair(line, start, at + 1, class),
        b',' if line.before(start).ends_with("cpy(")
            || line.kind == ValueSyntax::Code && is_given(line, start, end) =>
        {
            values(line, at + 1, class, false, Sure::Yes);
        }
        b',' | b')' if !name.flag => column(line, start, class),
        b'(' if !closed => {
            values(line, at + 1, class, false, Sure::Yes);
        }
        b'>' if name.element => element_text(line, at + 1, class),
        // `<property name="password">`, then `<value>...</value>` on a line of its own.
        b'>' if closed && is_last => wait(line, class, Place::Keyed, 2),
        b'>' if closed && value_key(line, at + 1, class) => {}
        b'>' if closed => element_text(line, at + 1, class),
        b'|' if line.kind == ValueSyntax::Prose => cell(line, at + 1, class),
        b'<' if line.byte(at + 1) == b'/' => after_key_element(line, at, class),
        // `get('#password').type('...')`: what is entered into a field.
        b'.' if closed && enters(line.from(at + 1)) => {
            values(line, at + 1, class, false, Sure::Yes);
        }
        b'{' if next_literal(line, at).is_some_and(|literal| literal.start <= at + 3) => {
            values(line, at + 1, class, false, Sure::Yes);
        }
        b'{' => wait(line, class, Place::Keyed, LINES_AFTER),
        b'"' | b'\'' | b'`' if blank && !closed && name.quote.is_none() => {
            let directive = is_directive(line.before(start)) && line.kind != ValueSyntax::Code;
            let sure = if class == Class::Password || name.flag || directive { Sure::Yes } else { Sure::Perhaps };
            values(line, at, class, false, sure);
        }
        b':' | b'=' => {}
        _ if closed && value_key(line, at, class) => {}
        _ if blank && !closed => spaced(line, start, at, class, name.flag),
        _ => {}
    }
}

/// `<key>password</key>`, then `<string>...</string>` there or on the next line.
fn after_key_element(line: &mut Line<'_>, at: usize, class: Class) {
    let rest = line.from(at);
    let behind = at + rest.find('>').map_or(rest.len(), |end| end + 1);
    if line.from(behind).trim().is_empty() {
        wait(line, class, Place::Keyed, 2);
    } else {
        value_key(line, behind, class);
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
    if line.kind == ValueSyntax::Prose && line.from(at).starts_with("**") {
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
    if open && line.kind == ValueSyntax::Code {
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
        let verdict = if first { first_separator(&gap, colon) } else { next_separator(&gap, list, looked_up, taken) };
        first = false;
        from = literal.next;
        match verdict {
            Separator::Stop => return any,
            Separator::LookUp => looked_up = true,
            Separator::Take(certainty, opens_list) => {
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
