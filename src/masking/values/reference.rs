//! Values that only point to a secret, or are something else: references, templates, paths, patterns, code, numbers.

use super::shape::{is_random, is_words_and_number, split_words};
use crate::masking::words::is_plain;

/// What begins a reference to a secret that is kept elsewhere, or a value that is public or encrypted.
#[rustfmt::skip]
const REFERENCES: &[&str] = &[
    "arn:", "op://", "vault:", "vault.", "ssm:", "sm://", "env:", "env.", "file:", "http://", "https://", "ref+",
    "ENC[", "ENC(", "{cipher}", "$ANSIBLE_VAULT", "projects/", "keyring:", "secretref:", "secrets.", "secrets/",
    "data:", "var.", "vars.", "local.", "module.", "AQICA", "sha256:", "sha256-", "sha512-", "sha384-", "sha1-",
    "urn:", "process.env", "os.environ", "{{resolve:", "age1", "ssh-rsa ", "ssh-ed25519 ", "azurekeyvault", "aws:",
    "gcp:", "kms:", "@Microsoft.KeyVault", "bearer ", "Bearer ", "Basic ", "mailto:", "urn", "spring.", "self.",
    "this.", "config.", "settings.", "options.", "props.", "args.", "params.", "request.", "req.", "res.", "event.",
    "ctx.", "-----BEGIN PUBLIC", "-----BEGIN CERT", "BEGIN ", "!ref", "secretsmanager", "akv:", "doppler:",
    "infisical:", "bws:", "cmd:", "exec:",
];

pub(super) fn is_reference(value: &str) -> bool {
    if REFERENCES.iter().any(|start| value.starts_with(start)) {
        return true;
    }
    let inner = |open: char, close: char| value.starts_with(open) && value.ends_with(close) && value.len() > 2;
    if inner('<', '>') || inner('[', ']') || inner('{', '}') && !value.contains('"') || inner('(', ')') {
        return true;
    }
    let name =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
    if (inner('@', '@') || inner('%', '%') || value.starts_with("__") && value.ends_with("__"))
        && name(value.trim_matches(['@', '%', '_']))
    {
        return true;
    }
    let variable = |text: &str| {
        name(text)
            && (text.to_ascii_lowercase() == text || text.to_ascii_uppercase() == text)
            && !text.bytes().all(|b| b.is_ascii_digit())
    };
    value.strip_prefix(['$', ':', '@', '*', '&']).is_some_and(|rest| variable(rest) && !is_random(rest))
}

/// Holds a part that something else fills in.
pub(super) fn is_template(value: &str) -> bool {
    [("${", "}"), ("$(", ")"), ("#{", "}"), ("{{", "}}"), ("<%", "%>"), ("%(", ")s"), ("[[", "]]"), ("\\(", ")")]
        .iter()
        .any(|(open, close)| value.split_once(open).is_some_and(|(_, rest)| rest.contains(close)))
        || is_format(value)
}

/// `{}`, `{name}`, `%s`, `%v` and what stands between them.
fn is_format(value: &str) -> bool {
    let mut rest = String::new();
    let mut left = value;
    let mut holes = 0;
    while let Some((before, after)) = left.split_once('{') {
        let Some((inside, behind)) = after.split_once('}') else { break };
        if !inside.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'?' | b'!' | b'#')) {
            break;
        }
        rest.push_str(before);
        holes += 1;
        left = behind;
    }
    rest.push_str(left);
    for hole in ["%s", "%d", "%v", "%q", "%@", "%x", "%08x", "%+v"] {
        // A hole is not followed by a letter: in `b%xpU` the sign belongs to a password.
        while let Some(at) = rest.find(hole) {
            if rest.get(at + hole.len()..).unwrap_or_default().starts_with(|c: char| c.is_ascii_alphanumeric()) {
                break;
            }
            rest.replace_range(at..at + hole.len(), "");
            holes += 1;
        }
    }
    holes > 0 && (rest.len() < 4 || !is_random(&rest))
}

pub(super) fn is_path(value: &str) -> bool {
    let start = ["/", "./", "../", "~/", "\\\\", "%", "@/"].iter().any(|start| value.starts_with(start))
        || value.as_bytes().get(1..3).is_some_and(|b| b == b":\\" || b == b":/");
    let pieces = || value.split(['/', '\\']).filter(|piece| !piece.is_empty());
    if start
        && pieces().count() >= 1
        && pieces().all(|piece| !is_random(piece) || piece.contains('.'))
        && value.contains(['/', '\\'])
    {
        return true;
    }
    let extension = value.rsplit_once('.').map(|(_, extension)| extension);
    let known = [
        "json", "pem", "key", "txt", "yaml", "yml", "toml", "env", "js", "ts", "py", "rb", "html", "crt", "cer", "p12",
        "pfx", "jks", "php", "rs", "go", "md", "xml", "ini", "conf", "cfg", "com", "org", "net", "io", "dev", "svg",
        "png", "jpg", "css", "scss", "vue", "tsx", "jsx", "local", "sql", "sh", "java", "lock", "gpg", "asc", "kt",
        "swift", "cs", "tf",
    ];
    extension.is_some_and(|extension| known.contains(&extension))
        && (value.contains('/') && !value.contains(['+', '='])
            || value.split(['.', '/', '@', ':']).all(|piece| !is_random(piece)))
        || value.contains('/')
            && pieces().count() > 1
            && pieces().all(is_words_and_number)
            && !value.contains(['+', '='])
}

pub(super) fn is_pattern(value: &str) -> bool {
    let signs = [".*", ".+", ")$", "]+", "]{", "|", "(", "["].iter().filter(|piece| value.contains(**piece)).count();
    signs >= 2
        || ["\\d", "\\w", "\\s", "[a-z", "[A-Z", "[0-9", "[^", "(?", "|min:", "|string", "|required"]
            .iter()
            .any(|piece| value.contains(piece))
        || value.starts_with('^') && value.ends_with('$')
        || value.starts_with("required|")
        || value.contains("</")
}

/// A call, an index or a path of names rather than a literal.
pub(super) fn is_code(value: &str) -> bool {
    let head = value.split(['(', '[']).next().unwrap_or_default();
    let called = value.len() > head.len() && value.ends_with([')', ']', ';']) && !head.is_empty();
    if called
        && head.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'$' | b'-' | b'>'))
        && !is_random(head)
    {
        return true;
    }
    if value.contains("::")
        || value.contains("->")
        || value.contains("=>")
        || value.contains("&&")
        || value.contains("()")
    {
        return true;
    }
    // `user.password`, `Config.auth.token`: names joined by dots.
    value.contains('.')
        && value.split('.').all(|piece| {
            !piece.is_empty()
                && !piece.starts_with(|c: char| c.is_ascii_digit())
                && piece.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                && is_words_and_number(piece)
        })
        && value.len() < 60
}

/// `auth.password.label`, `errors/token-expired`: several words of which one is plain.
pub(super) fn is_key_path(value: &str) -> bool {
    let joined = |c: char| matches!(c, '.' | '/' | '_' | '-' | ':');
    if !value.bytes().all(|b| b.is_ascii_alphabetic() || joined(char::from(b))) {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    let words = split_words(value);
    words.len() >= 2 && words.iter().any(|word| word.len() > 2 && is_plain(word)) || lower.split(joined).count() > 6
}

/// `#d8dee9`.
pub(super) fn is_colour(value: &str) -> bool {
    value
        .strip_prefix('#')
        .is_some_and(|hex| matches!(hex.len(), 3 | 4 | 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Numbers, dates, versions, addresses of hosts.
pub(super) fn is_number(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let rest = value.bytes().all(|b| {
        b.is_ascii_digit() || matches!(b, b'.' | b',' | b':' | b'-' | b'/' | b'+' | b'_' | b'T' | b'Z' | b'%')
    });
    rest && (digits < 6 || value.bytes().any(|b| !b.is_ascii_digit()))
}
