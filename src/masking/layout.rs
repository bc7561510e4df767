//! Secrets that more than one line makes: private keys, blocks, literals of several lines, manifests.

use super::alphabet::Alphabet;
use super::assignment;
use super::line::Line;
use super::line_state::{Block, Delimiter, KeyBody, Kube, Place};
use super::names::Class;
use super::secret_value;
use super::value_syntax::ValueSyntax;
use super::values::{Looks, is_random, looks};

/// Lines after `machine` that belong to its entry in a netrc file.
const NETRC_LINES: u8 = 4;

/// The least length (bytes) of a line of a private key's body, where not its neighbours tell.
const KEY_LINE: usize = 16;

/// What the lines above say about this one; to be called before the line itself is read.
pub fn enter(line: &mut Line<'_>) {
    let trimmed = line.text.trim();
    if let Some(body) = line.state.key {
        key_line(line, body);
    }
    if line.state.text.is_some() {
        text_line(line);
    }
    if let Some(block) = line.state.block {
        block_line(line, block);
    }
    if trimmed.is_empty() {
        return;
    }
    if line.state.netrc > 0 {
        line.state.netrc -= 1;
    }
    if trimmed.starts_with("machine ") && line.kind != ValueSyntax::Code {
        line.state.netrc = NETRC_LINES;
    }
    if let Some(mut pending) = line.state.pending.take() {
        let closes = trimmed.starts_with(['}', ']'])
            || trimmed.starts_with(')') && !matches!(pending.place, Place::Fallback | Place::Column(_))
            || trimmed.starts_with("</") && pending.place != Place::Direct;
        let renamed = pending.place == Place::Keyed && is_name_line(trimmed);
        pending.left = pending.left.saturating_sub(1);
        if !closes && !renamed {
            if pending.left > 0 {
                line.state.pending = Some(pending);
            }
            assignment::continued(line, pending);
        }
    }
    kubernetes(line);
    pgpass(line);
}

/// `-----BEGIN ... PRIVATE KEY-----` at `at`: masks what stands behind it, and says that the body follows.
pub fn private_key(line: &mut Line<'_>, at: usize) {
    let rest = line.from(at);
    let Some(header) = rest.get(11..).and_then(|rest| rest.find("-----")).map(|end| end + 16) else { return };
    if !rest.get(..header).is_some_and(|header| header.contains("PRIVATE KEY")) {
        return;
    }
    let mut from = at + header;
    let tail = line.from(from);
    let close = tail.find("-----END").or_else(|| tail.find(['"', '\'', '`', '<'])).unwrap_or(tail.len());
    let ended = close < tail.len();
    // Line ends inside a literal stay, at both ends of the body.
    while let Some(escape) = ["\\\\n", "\\n", "\\r", " "].iter().find(|escape| line.from(from).starts_with(**escape)) {
        from += escape.len();
    }
    let mut to = at + header + close;
    while let Some(escape) =
        ["\\\\n", "\\n", "\\r", " ", "+"].iter().find(|escape| line.between(from, to).ends_with(**escape))
    {
        to -= escape.len();
    }
    if let Some(body) = line.text.get(from..to).filter(|body| !body.is_empty()) {
        // Only what a body can be: a value that goes on otherwise is no key.
        let body = body
            .bytes()
            .take_while(|b| Alphabet::Base64.has(*b) || matches!(b, b'\\' | b' ' | b'-' | b':' | b','))
            .count();
        if super::placeholder::find(line.between(from, to)).is_none() && body >= 8 {
            line.add(from, from + body, "private-key");
        }
    }
    let continues = !ended
        || line.from(at + header + close).trim_end().ends_with(['+', '\\', '.', '&'])
            && !line.from(at + header + close).contains("-----END")
        || line.text.trim_end().ends_with("\\n\"");
    if continues && !tail.contains("-----END") {
        line.state.key = Some(KeyBody { width: 0, begun: false });
    }
}

fn key_line(line: &mut Line<'_>, mut body: KeyBody) {
    let trimmed = line.text.trim();
    line.state.key = None;
    if trimmed.contains("-----END") {
        // `base64-----END ...` on one line.
        let before = line.before(line.text.find("-----END").unwrap_or_default());
        let length = Alphabet::Base64.run_back(before.as_bytes(), before.trim_end().len());
        let end = before.trim_end().len();
        if length >= 8 {
            line.add_continuing(end - length, end, "private-key");
        }
        return;
    }
    let inner =
        trimmed.trim_matches(['"', '\'', '+', ',', '#', '/', '*', '|', '>', '.', ';', '&', ' ', '\\', '`', '(', ')']);
    if inner.is_empty()
        || ["Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Hash:"].iter().any(|header| inner.starts_with(header))
    {
        line.state.key =
            (!body.begun || inner.is_empty() && body.width == 0).then_some(body).or((!body.begun).then_some(body));
        return;
    }
    // The longest run of the line, with the rest of it being quotes, escapes and comment marks only.
    let bytes = line.bytes();
    let mut best = (0, 0);
    let mut at = 0;
    while at < bytes.len() {
        let run = Alphabet::Base64.run(bytes, at);
        if run > best.1 - best.0 {
            best = (at, at + run);
        }
        at += run.max(1);
    }
    let (start, mut end) = best;
    let rest = format!("{}{}", line.before(start), line.from(end));
    let plain = rest.chars().all(|c| c.is_whitespace() || c.is_ascii_punctuation() || matches!(c, 'n' | 'r'))
        && rest.len() < 60;
    let run = line.between(start, end);
    let odd = run.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'+' | b'/' | b'=')) || is_random(run);
    if !plain || run.len() < 4 || !(odd && (run.len() >= KEY_LINE || body.begun) || run.len() >= 40) {
        return;
    }
    if line.from(end).starts_with("\\n") {
        end = start + run.len();
    }
    let length = u16::try_from(end - start).unwrap_or(u16::MAX);
    if body.begun {
        line.add_continuing(start, end, "private-key");
    } else {
        line.add(start, end, "private-key");
    }
    if body.width == 0 {
        body.width = length;
    }
    body.begun = true;
    if length >= body.width {
        line.state.key = Some(body);
    }
}

fn text_line(line: &mut Line<'_>) {
    let Some(mut text) = line.state.text else { return };
    let end = match text.end {
        Delimiter::Three(quote) => line.text.find(&String::from_utf8_lossy(&[quote; 3]).into_owned()),
        Delimiter::One(quote) => line.text.find(char::from(quote)),
        Delimiter::Escaped(_) | Delimiter::Entity => Some(0),
    };
    let start = line.skip_blank(0);
    let stop = end.unwrap_or(line.text.trim_end().len());
    if start < stop && line.text.get(start..stop).is_some() {
        secret_value::part_of_text(line, start, stop, text.class);
    }
    text.left = text.left.saturating_sub(1);
    line.state.text = (end.is_none() && text.left > 0).then_some(text);
}

fn block_line(line: &mut Line<'_>, block: Block) {
    if line.text.trim().is_empty() {
        return;
    }
    if line.indent() <= block.indent {
        line.state.block = None;
        return;
    }
    if line.text.contains("-----") || line.state.key.is_some() {
        return;
    }
    secret_value::whole_line(line, block.class);
}

/// A line that names another thing: `- name: x`, `"name": "x"`, `<key>x</key>`.
fn is_name_line(trimmed: &str) -> bool {
    let bare = trimmed.trim_start_matches(['-', ' ', '"', '\'', '{', '<']);
    [
        "name:",
        "name\":",
        "name =",
        "name=",
        "key:",
        "key\":",
        "key>",
        "name>",
        "Name\":",
        "Key\":",
        "name'",
        "variable ",
        "Name:",
        "Key:",
    ]
    .iter()
    .any(|start| bare.starts_with(start))
}

/// Kubernetes: all that stands in the data of a `Secret` is secret, whatever its name.
fn kubernetes(line: &mut Line<'_>) {
    let trimmed = line.text.trim_start().trim_start_matches("- ");
    if line.state.kube == Kube::None && !trimmed.trim_start_matches(['"', '\'']).starts_with(['a', 'k', 's']) {
        return;
    }
    let indent = line.indent() + u16::try_from(line.text.trim_start().len() - trimmed.len()).unwrap_or_default();
    let key = trimmed.split(':').next().unwrap_or_default().trim_matches(['"', '\'', ' ']);
    let value =
        trimmed.split_once(':').map(|(_, value)| value.trim().trim_matches(['"', '\'', ',', ' '])).unwrap_or_default();
    if trimmed.starts_with("---") {
        line.state.kube = Kube::None;
        return;
    }
    match key {
        "apiVersion" if line.state.kube == Kube::None => line.state.kube = Kube::Manifest,
        "kind" if value == "Secret" => line.state.kube = Kube::Secret,
        "kind" if !value.is_empty() && line.state.kube != Kube::None => line.state.kube = Kube::None,
        "data" | "stringData" if matches!(value, "" | "{") => {
            line.state.kube = match line.state.kube {
                Kube::Secret | Kube::SecretData(_) => Kube::SecretData(indent),
                Kube::Manifest | Kube::Data(_) if key == "data" => Kube::Data(indent),
                _ if key == "stringData" => Kube::SecretData(indent),
                other => other,
            };
        }
        _ => match line.state.kube {
            Kube::SecretData(outer) | Kube::Data(outer)
                if indent > outer && !key.is_empty() && trimmed.contains(':') && !trimmed.starts_with('#') =>
            {
                let sure = matches!(line.state.kube, Kube::SecretData(_));
                let base64 = value.len() >= 8
                    && value.len().is_multiple_of(4)
                    && is_random(value)
                    && value.bytes().all(|b| Alphabet::Base64.has(b));
                if matches!(value, "|" | ">" | "|-" | ">-" | "|+" | ">+") {
                    if sure {
                        let indent = line.indent();
                        line.state.block = Some(Block { class: Class::Password, indent });
                    }
                } else if (sure && looks(value) != Looks::Nothing || base64 && looks(value) == Looks::Random)
                    && let Some(start) = line.text.rfind(value)
                    && !value.contains("-----BEGIN")
                {
                    let end = start + value.len();
                    line.add(start, end, "kubernetes-secret");
                }
            }
            Kube::SecretData(outer) if indent <= outer && !trimmed.is_empty() => line.state.kube = Kube::Secret,
            Kube::Data(outer) if indent <= outer && !trimmed.is_empty() => line.state.kube = Kube::Manifest,
            _ => {}
        },
    }
}

/// `host:port:database:user:password`, as in `.pgpass`.
fn pgpass(line: &mut Line<'_>) {
    if !matches!(line.kind, ValueSyntax::Config | ValueSyntax::Prose | ValueSyntax::Shell) {
        return;
    }
    let trimmed = line.text.trim();
    if trimmed.len() > 400 || memchr::memchr_iter(b':', trimmed.as_bytes()).take(4).count() < 4 {
        return;
    }
    let fields: Vec<&str> = trimmed.splitn(5, ':').collect();
    let [host, port, database, user, password] = fields.as_slice() else { return };
    let port_like = *port == "*" || port.len() >= 4 && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit());
    if !port_like
        || host.is_empty()
        || database.is_empty()
        || user.is_empty()
        || trimmed.contains([' ', '"', '/', '='])
            && [host, database, user].iter().any(|field| field.contains([' ', '"', '/', '=']))
    {
        return;
    }
    if looks(password) != Looks::Nothing {
        let end = line.text.trim_end().len();
        line.add(end - password.len(), end, "pgpass");
    }
}
