//! Credentials in URLs, headers and the flags of commands.

use super::alphabet::Alphabet;
use super::line::Line;
use super::placeholder;
use super::value_syntax::ValueSyntax;
use super::values::{Looks, is_random, looks};

/// Schemes whose address has no credentials before the host, or where a colon in it is nothing unusual.
const PLAIN_SCHEMES: &[&str] =
    &["http", "https", "file", "ws", "wss", "ftp", "git", "ssh", "urn", "data", "chrome", "vscode"];

/// `scheme://user:password@host`; `at` is the `://`.
pub fn url(line: &mut Line<'_>, at: usize) {
    let bytes = line.bytes();
    let scheme_length = bytes
        .get(..at)
        .unwrap_or_default()
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        .count();
    let scheme = line.between(at - scheme_length, at).to_ascii_lowercase();
    let start = at + 3;
    let stop = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '\\' | ',' | '|');
    // A template in braces may hold any of these.
    let rest = line.from(start);
    let length = rest.find(stop).unwrap_or(rest.len());
    let address = line.between(start, start + length);
    let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
    let whole = |text: &str| text.rfind('@');
    let userinfo = match whole(authority) {
        Some(end) => &authority[..end],
        // A password with signs that a URL should not hold.
        None => match whole(address) {
            Some(end)
                if address[..end].contains(':')
                    && authority.contains(':')
                    && !is_port(authority)
                    && !address[..end].contains("://") =>
            {
                &address[..end]
            }
            _ if !PLAIN_SCHEMES.contains(&scheme.as_str())
                && start + length == line.text.trim_end().len()
                && authority.contains(':')
                && !is_port(authority) =>
            {
                authority
            }
            _ => return,
        },
    };
    let Some((user, password)) = userinfo.split_once(':') else {
        let token = userinfo.to_owned();
        if Alphabet::Any.run(token.as_bytes(), 0) == token.len()
            && is_random(&token)
            && token.len() >= 12
            && looks(&token) == Looks::Random
        {
            line.add(start, start + token.len(), "token-in-url");
        }
        return;
    };
    if user.contains(['[', '(', '{', '*', '&', '^']) {
        // A pattern of addresses, or a template.
        return;
    }
    let from = start + user.len() + 1;
    if password.is_empty() {
        if is_random(user) && user.len() >= 12 {
            let end = start + user.len();
            line.add(start, end, "token-in-url");
        }
        return;
    }
    let honest = looks(password) == Looks::Nothing
        || password == user
        || password.starts_with(['$', '{', '<'])
        || placeholder::find(password).is_some()
        || password.contains("${")
        || matches!(password, "x-oauth-basic" | "x-access-token");
    let random_user = is_random(user) && user.len() >= 20;
    let end = from + password.len();
    if honest {
        if random_user {
            let end = start + user.len();
            line.add(start, end, "token-in-url");
        }
        return;
    }
    line.add(from, end, "password-in-url");
    if random_user {
        line.add(start, from - 1, "token-in-url");
    }
}

/// `Bearer ...`, `Basic ...`, `token ...`: `start` and `end` are those of the word and its blank.
pub fn scheme(line: &mut Line<'_>, start: usize, end: usize) {
    if start > 0 && line.byte(start - 1).is_ascii_alphanumeric() {
        return;
    }
    let word = line.between(start, end).to_ascii_lowercase();
    let header = {
        let before = line.before(start).to_ascii_lowercase();
        before.contains("authorization") || before.contains("-h ") || before.contains("header")
    };
    if word != "bearer " && !header {
        return;
    }
    let from = line.skip_blank(end);
    let length = Alphabet::Any.run(line.bytes(), from);
    let token = line.between(from, from + length).trim_end_matches(['.', ':']);
    if token.len() >= 7
        && looks(token) == Looks::Random
        && (token.len() >= 16 || header || token.bytes().any(|b| b.is_ascii_digit()))
    {
        let end = from + token.len();
        line.add(from, end, "authorization-header");
    }
}

/// Passwords in the flags of commands: `mysql -p...`, `curl -u user:...`, `redis-cli -a ...`, `sshpass -p ...`.
pub fn flag(line: &mut Line<'_>, start: usize, end: usize) {
    let flag = line.between(start, end).to_ascii_lowercase();
    let command = |names: &[&str]| names.iter().any(|name| line.before(start).contains(name));
    let blank = |at: usize| matches!(line.byte(at), b' ' | b'=');
    let value = match flag.as_str() {
        " -p" if command(&["mysql", "mariadb"]) && !blank(end) => end,
        " -p"
            if command(&[
                "sshpass",
                "docker login",
                "podman login",
                "helm registry",
                "mongo",
                "az login",
                "oc login",
                "ipmitool",
                "7z",
                "ansible",
                "zip",
                "kinit",
                "nxc",
                "smbclient",
                "skopeo",
                "twine",
            ]) =>
        {
            line.skip_blank(end)
        }
        " -a " if command(&["redis-cli", "sshpass"]) => line.skip_blank(end),
        " -u" | " --user" if command(&["curl", "http ", "wget", "ab ", "lftp", "smb", "rpcclient"]) => {
            line.skip_blank(end + usize::from(line.byte(end) == b'='))
        }
        " -k " if command(&["openssl"]) => line.skip_blank(end),
        " -w " if command(&["ldap"]) => line.skip_blank(end),
        // The user's name, then the password.
        "/user:" if command(&["net use", "cmdkey", "runas"]) => {
            let user = line.from(end).find(' ').map_or(line.text.len(), |at| end + at);
            line.skip_blank(user)
        }
        " -passin" => line.skip_blank(end),
        "htpasswd " => {
            let words: Vec<&str> = line.from(end).split_whitespace().collect();
            let Some(word) =
                words.last().filter(|_| words.len() >= 3 && words.first().is_some_and(|w| w.contains('b')))
            else {
                return;
            };
            line.text.trim_end().len() - word.len()
        }
        _ => return,
    };
    if flag == " -p" && line.kind == ValueSyntax::Code && !line.text.contains('"') && !line.text.contains('\'') {
        return;
    }
    let quote = line.byte(value);
    let (from, to) = if matches!(quote, b'"' | b'\'') {
        let inner = line.from(value + 1);
        (value + 1, value + 1 + inner.find(char::from(quote)).unwrap_or(inner.len()))
    } else {
        let inner = line.from(value);
        (
            value,
            value
                + inner
                    .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '|' | ')'))
                    .unwrap_or(inner.len()),
        )
    };
    let text = line.between(from, to);
    let from = match flag.as_str() {
        " -u" | " --user" => match text.split_once([':', '%']) {
            Some((user, _)) => from + user.len() + 1,
            None => return,
        },
        " -passin" => match text.strip_prefix("pass:") {
            Some(rest) => from + text.len() - rest.len(),
            None => return,
        },
        _ => from,
    };
    if looks(line.between(from, to)) != Looks::Nothing {
        line.add(from, to, "password-in-command");
    }
}

/// `user:password@tcp(host)`, as Go's drivers have it; `at` is the `@`.
pub fn dsn(line: &mut Line<'_>, at: usize) {
    let before = line.before(at);
    let start = before.rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')).map_or(0, |at| at + 1);
    let Some((user, password)) = line.between(start, at).split_once(':') else { return };
    if looks(password) != Looks::Nothing {
        line.add(start + user.len() + 1, at, "password-in-url");
    }
}

/// Whether an authority ends with a port: `host:5432`.
fn is_port(authority: &str) -> bool {
    authority.rsplit_once(':').is_some_and(|(_, port)| {
        port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'{' | b'}' | b'$' | b'%'))
    })
}
