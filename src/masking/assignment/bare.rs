//! Values without quotes: of settings, shells and prose.

use super::{right_side, values};
use crate::masking::line::Line;
use crate::masking::literal::{in_comment, next_literal, open_quote};
use crate::masking::names::Class;
use crate::masking::secret_value::{Sure, consider, consider_range, fallback_of_variable};
use crate::masking::value_syntax::ValueSyntax;

/// A value after a name and blanks: flags of commands, directives, prose.
pub fn spaced(line: &mut Line<'_>, start: usize, at: usize, class: Class, flag: bool) {
    let before = line.before(start);
    let trimmed = before.trim_start();
    let named = matches!(
        line.between(start, at).trim().to_ascii_lowercase().as_str(),
        "requirepass" | "masterauth" | "bindpw" | "rootpw" | "sasl_password" | "auth-pass"
    );
    let directive = (is_directive(before) || named)
        && matches!(line.kind, ValueSyntax::Shell | ValueSyntax::Config | ValueSyntax::Prose);
    let netrc = line.state.netrc > 0
        || trimmed.starts_with("machine ")
        || trimmed.starts_with("default ")
        || line.text.contains(" login ");
    if netrc && !flag {
        word(line, at, Class::Password, Sure::Yes);
        return;
    }
    if flag {
        word(line, at, class, Sure::Yes);
        return;
    }
    if directive
        || trimmed.is_empty()
            && matches!(line.kind, ValueSyntax::Config | ValueSyntax::Shell)
            && !line.from(at).trim().contains(' ')
    {
        if next_literal(line, at).is_some_and(|literal| literal.start <= at + 1) {
            values(line, at, class, false, Sure::Yes);
        } else {
            word(line, at, class, if directive { Sure::Yes } else { Sure::Perhaps });
        }
        return;
    }
    let rest = line.from(at);
    for phrase in [
        "is set to ",
        "is now ",
        "is ",
        "was ",
        "as ",
        "to ",
        "of ",
        "are ",
        "by ",
        "BY ",
        "with ",
        "AS ",
        "TO ",
        "VALUES ",
        "will be ",
        "would be ",
        "equals ",
    ] {
        if let Some(tail) = rest.strip_prefix(phrase) {
            let from = line.skip_blank(line.text.len() - tail.len());
            match line.byte(from) {
                b'"' | b'\'' | b'`' => {
                    values(line, from, class, false, Sure::Yes);
                }
                b'*' => {
                    word(line, from + line.from(from).bytes().take_while(|b| *b == b'*').count(), class, Sure::Perhaps)
                }
                _ => word(line, from, class, Sure::Perhaps),
            }
            return;
        }
    }
    if matches!(line.kind, ValueSyntax::Prose | ValueSyntax::Shell | ValueSyntax::Config) || in_comment(line, at) {
        word(line, at, class, Sure::Perhaps);
    } else if let Some(literal) = next_literal(line, at) {
        // `password varchar DEFAULT '...'`, `password string = "..."`.
        let gap = line.between(at, literal.start.saturating_sub(1)).trim_end().to_owned();
        if gap.ends_with(['=', '~']) && !gap.contains([',', ';', '(', '{'])
            || gap.ends_with("DEFAULT")
            || gap.ends_with("default")
        {
            consider(line, literal, class, Sure::Yes);
        }
    } else if let Some((gap, _)) =
        rest.split_once(" = ").filter(|(gap, _)| gap.len() < 40 && !gap.contains([',', ';', '(', '{']))
    {
        let from = at + gap.len() + 3;
        right_side(line, from, class, false, Sure::Yes, false);
    }
}

/// Whether the line begins with a word that sets a variable or a header: `ENV NAME value`, `set $name value`.
pub fn is_directive(before: &str) -> bool {
    let first_word = before.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        first_word.as_str(),
        "env"
            | "arg"
            | "setenv"
            | "fastcgi_param"
            | "uwsgi_param"
            | "scgi_param"
            | "set"
            | "setx"
            | "proxy_set_header"
            | "more_set_headers"
            | "add_header"
            | "export"
            | "sasl_passwd"
            | "enable"
            | "config"
            | "user"
            | "username"
            | "neighbor"
            | "snmp-server"
            | "login"
            | "git"
    )
}

/// One word, up to a blank or what ends a command.
pub fn word(line: &mut Line<'_>, at: usize, class: Class, sure: Sure) {
    if matches!(line.byte(at), b'"' | b'\'' | b'`') {
        values(line, at, class, false, sure);
        return;
    }
    let length = line
        .from(at)
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>'))
        .unwrap_or(line.from(at).len());
    let end = at + line.between(at, at + length).trim_end_matches([';', ',', ')', '.', ':', '|', '\\', '*']).len();
    consider_range(line, at, end, class, sure);
}

/// A value without quotes. True if the language has such values here.
pub fn bare(line: &mut Line<'_>, at: usize, class: Class, tight: bool) -> bool {
    let kind = line.kind;
    if let Some(quote) = open_quote(line, at) {
        // Inside a literal: a connection string, a command, a query.
        let stop = |c: char| {
            c.is_whitespace()
                || matches!(c, ';' | '&' | '"' | '\'' | '`' | ',' | '\\' | ')')
                || c as u32 == u32::from(quote)
        };
        let length = line.from(at).find(stop).unwrap_or(line.from(at).len());
        let sure = if tight { Sure::Yes } else { Sure::Perhaps };
        let text = line.between(at, at + length);
        let end = if text.contains('{') { at + length } else { at + text.trim_end_matches('}').len() };
        consider_range(line, at, end, class, sure);
        return true;
    }
    let kind = if in_comment(line, at) { ValueSyntax::Prose } else { kind };
    bare_as(line, at, class, kind, tight)
}

pub fn bare_as(line: &mut Line<'_>, at: usize, class: Class, kind: ValueSyntax, tight: bool) -> bool {
    let rest = line.from(at);
    match kind {
        ValueSyntax::Config => {
            let tag = if rest.starts_with(['!', '&']) { rest.find(' ').map_or(0, |at| at + 1) } else { 0 };
            let rest = line.from(at + tag);
            if rest.starts_with(['{', '[']) {
                let inner: Vec<(usize, usize)> = items(line, at + tag);
                for (start, end) in inner {
                    consider_range(line, start, end, Class::Token, Sure::Yes);
                }
                return true;
            }
            let comment = rest.find(" #").or_else(|| rest.find(" ;")).unwrap_or(rest.len());
            let end = at + tag + line.between(at + tag, at + tag + comment).trim_end().len();
            consider_range(line, at + tag, end, class, Sure::Yes);
            true
        }
        ValueSyntax::Shell => {
            if rest.starts_with(['(', '`']) || rest.starts_with("$(") {
                return true;
            }
            let length = rest
                .find(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | ')' | '"' | '\''))
                .unwrap_or(rest.len());
            let end = at + line.between(at, at + length).trim_end_matches(',').len();
            if rest.starts_with("${") || rest.starts_with("\"${") {
                fallback_of_variable(line, at, class);
                return true;
            }
            consider_range(line, at, end, class, Sure::Yes);
            true
        }
        ValueSyntax::Prose | ValueSyntax::Markup => {
            if rest.starts_with("${") {
                fallback_of_variable(line, at, class);
                return true;
            }
            let length =
                rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '`' | '|')).unwrap_or(rest.len());
            let end = at + line.between(at, at + length).trim_end_matches([';', ',', '.', ')', '*', ':']).len();
            let alone = line.from(end).trim().is_empty();
            consider_range(line, at, end, class, if alone || tight { Sure::Yes } else { Sure::Perhaps });
            true
        }
        ValueSyntax::Code => {
            let length = rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | ',')).unwrap_or(rest.len());
            // Digits first: no name begins so.
            if rest.starts_with(|c: char| c.is_ascii_digit())
                && length >= 16
                && rest.bytes().take(length).any(|b| b.is_ascii_alphabetic())
                && !rest.starts_with("0x")
            {
                consider_range(line, at, at + length, class, Sure::Perhaps);
                return true;
            }
            false
        }
    }
}

/// The items of `[a, b]` in YAML.
pub fn items(line: &Line<'_>, at: usize) -> Vec<(usize, usize)> {
    let mut items = Vec::new();
    let mut start = at + 1;
    for (offset, c) in line.from(at + 1).char_indices() {
        if matches!(c, ',' | ']' | '}') {
            let from = line.skip_blank(start);
            let end = at + 1 + offset;
            items.push((from, from + line.between(from, end).trim_end().len()));
            start = end + 1;
        }
    }
    items
}
