//! What stands between a name and a literal, and whether that makes the literal its value.

use super::secret_value::Sure;

/// What stands between a name that was looked up and the value if there is none.
#[rustfmt::skip]
pub const FALLBACKS: &[&str] = &[
    "??", "||", "?:", "?", " or", " else", "unwrap_or(", "or_else(", "unwrap_or_else(|_|", "|_|", "||", "or_insert(",
    "getOrElse(", "orElse(", "default(", ":-", ":=", "=>", "Or(", "default=", "default =", "default:", "fallback=",
    "fallback:", "defaultValue:", "default_value=", "default_value =", "orElseGet(() ->", "map_or(", "//",
];

/// Calls and containers whose argument is a name, not a value.
#[rustfmt::skip]
pub const LOOKUPS: &[&str] = &[
    "getenv", "env", "environ", "get", "fetch", "var", "config", "secret", "secrets", "require", "import", "open",
    "read", "file", "path", "load", "param", "input", "prompt", "getpass", "queryselector", "getelementbyid", "find",
    "t", "i18n", "translate", "gettext", "_", "regexp", "compile", "match", "matches", "replace", "split", "join",
    "log", "print", "println", "printf", "format", "error", "exception", "lookup", "getstring", "getproperty",
    "getparameter", "credentials", "credential", "params", "session", "cookies", "headers", "header", "getitem",
    "option", "options", "settings", "setting", "expect", "ref", "resolve", "getvalue", "getsecret", "get_secret",
    "getheader", "field", "key", "env_var", "env!", "option_env!", "var_os", "pluck", "dig", "access", "getattr",
    "value", "has", "contains", "includes", "startswith", "endswith", "generate", "sign", "test", "describe", "it",
    "label", "element", "column", "charfield", "string", "min", "max", "regex", "ask", "readline", "read_line",
    "select", "getall", "mustgetenv", "cookie", "cfg", "getenvvar", "environment", "defaults", "userdefaults",
    "getsection", "getconnectionstring", "valuefrom", "lookupenv", "bool", "int", "mount", "args", "argument", "arg",
    "flag", "usestate", "querystring", "query", "post", "_post", "_get", "_env", "_server", "state",
];

/// Calls whose argument becomes the value.
#[rustfmt::skip]
pub const WRAPPERS: &[&str] = &[
    "some", "from", "new", "str", "string::from", "buffer.from", "encode", "bytes", "b64decode", "base64",
    "secretstring", "secretstr", "secretstring::new", "secretstring::from", "secret", "secret::new", "tochararray",
    "nsstring", "securestring", "ok", "just", "text", "cow::borrowed", "cstring::new", "owned", "into", "to_owned",
    "password", "token", "ptr", "stringptr", "aws.string", "pulumi.string", "sensitive", "quote", "char", "lit",
    "box::new", "arc::new", "arc::from", "header::from_static", "from_static", "headervalue::from_static", "hmac",
    "b", "textencoder().encode", "encode_utf8", "getbytes", "std::string", "string_view", "symmetricsecuritykey",
    "utf8.getbytes", "ascii.getbytes", "of", "atob", "b64", "cryptojs.enc.utf8.parse", "parse", "apikey",
    "azurekeycredential", "bearer", "raw", "uint8list.fromlist", "keys.hmacshakeyfor", "setsecret", "secrettext",
    "fnv", "mark_safe", "sensitive_string",
];

pub enum Separator {
    /// The literal is another's.
    Stop,
    /// The literal is the name of something that is looked up.
    LookUp,
    /// The literal is the value; true if it opens a list.
    Take(Sure, bool),
}

/// Words and signs that may stand alone between a name and its value.
#[rustfmt::skip]
const CONNECTIVES: &[&str] = &[
    "-n", "-", "not", "await", "return", "in", "IN", "LIKE", "AS", "BY", "WITH", "VALUES", "TO", "to", "is", "be",
    "!!str", "!!binary", "!Sub", "const", "!!",
];

/// Reads what stands between a name's operator and the first literal behind it. `colon`: the operator may begin a type.
pub fn first_separator(gap: &str, colon: bool) -> Separator {
    let trimmed = gap.trim();
    if trimmed.is_empty() || is_literal_prefix(gap.trim_start()) || CONNECTIVES.contains(&trimmed) {
        return Separator::Take(Sure::Yes, false);
    }
    if colon && let Some(after) = behind_annotation(gap) {
        return first_separator(&after, false);
    }
    if let Some(before) = trimmed.strip_suffix(['(', '[', '{', '"', '\'']) {
        let opener = trimmed.bytes().last().unwrap_or_default();
        return opened(opener, before.trim_end().trim_end_matches(['!', '&']));
    }
    let falls_back = FALLBACKS.iter().any(|fallback| trimmed.ends_with(fallback.trim_start()))
        && trimmed != "?"
        && (!trimmed.contains(',') || trimmed.contains('('));
    let follows_looked_up_name = trimmed.ends_with(',')
        && trimmed.contains('(')
        && LOOKUPS.iter().any(|lookup| lookup.len() > 2 && trimmed.to_ascii_lowercase().contains(lookup));
    if falls_back || follows_looked_up_name {
        return Separator::Take(Sure::Yes, false);
    }
    if trimmed.ends_with('+') || trimmed.ends_with("? ") || trimmed.ends_with(" :") {
        return Separator::Take(Sure::Perhaps, false);
    }
    Separator::Stop
}

/// `b"`, `r#"`, `@"`, `$"`, `f"`, `&"`.
fn is_literal_prefix(prefix: &str) -> bool {
    prefix.len() <= 4
        && prefix
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'#' | b'@' | b'$' | b'&' | b'!' | b'%' | b'*'))
}

/// What stands behind the `=` in `: Option<String> = `; None where the colon begins no type.
fn behind_annotation(gap: &str) -> Option<String> {
    let (annotation, after) = gap.trim().rsplit_once('=')?;
    let is_type = !annotation.ends_with(['=', '!', '<', '>'])
        && !annotation.contains(['"', ';'])
        && (!annotation.contains(',') || annotation.contains(['<', '[']));
    // White space at the end tells a word from a literal's prefix.
    is_type.then(|| if gap.ends_with(' ') { format!("{after} ") } else { after.to_owned() })
}

/// The literal is the first thing inside brackets or a call; `before` is what stands before them.
fn opened(opener: u8, before: &str) -> Separator {
    let callee = callee(before);
    let last = callee.rsplit(['.', ':']).next().unwrap_or_default();
    let is_in = |list: &[&str]| list.contains(&last) || list.contains(&callee.as_str());
    match opener {
        b'[' if last.is_empty() || last == "vec" => Separator::Take(Sure::Yes, true),
        b'[' => Separator::LookUp,
        b'{' if before.is_empty() || before.ends_with(']') && !before.contains([':', '=']) => {
            Separator::Take(Sure::Yes, true)
        }
        b'{' => Separator::Stop,
        _ if last.is_empty() => Separator::Take(Sure::Yes, true),
        _ if is_in(WRAPPERS) && !callee.starts_with("re.") => Separator::Take(Sure::Yes, false),
        _ if is_in(LOOKUPS) || ["get", "read", "env", "find"].iter().any(|verb| last.starts_with(verb)) => {
            Separator::LookUp
        }
        _ => Separator::Take(Sure::Perhaps, false),
    }
}

/// The path at the end of a text, in small letters: `std::env::var`.
fn callee(before: &str) -> String {
    let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.');
    before[before.trim_end_matches(is_path).len()..].to_ascii_lowercase()
}

/// Reads what stands between two literals behind one name. `list`: it has a list of values; `looked_up`: the literal
/// before was a name to look up; `taken`: it was a secret.
pub fn next_separator(gap: &str, list: bool, looked_up: bool, taken: bool) -> Separator {
    let trimmed = gap.trim();
    if taken && matches!(trimmed, "+" | "." | ".." | "&" | "\\" | "" | "~" | "++" | "<>" | "||" | ":") {
        return Separator::Take(Sure::Yes, list);
    }
    if list && trimmed.starts_with(',') && !trimmed.contains([':', '=', ')', ']', '}']) {
        return Separator::Take(Sure::Yes, true);
    }
    let last_argument = trimmed.trim_start_matches([')', ']', ',', ' ']);
    let prefix = last_argument.len() <= 2 && last_argument.bytes().all(|b| b.is_ascii_alphabetic() || b == b'@');
    if looked_up && trimmed.starts_with(',') && (last_argument.is_empty() || prefix) {
        return Separator::Take(Sure::Yes, false);
    }
    let tail = trimmed.trim_end_matches(['(', ' ']);
    let fallback = FALLBACKS.iter().any(|fallback| {
        let fallback = fallback.trim();
        trimmed.ends_with(fallback)
            || tail.ends_with(fallback)
            || trimmed.ends_with(&format!("{fallback} String::from("))
    });
    if fallback && !trimmed.contains(';') {
        return Separator::Take(Sure::Yes, false);
    }
    if trimmed.contains("unwrap_or")
        || trimmed.contains("rElse")
        || trimmed.contains("default") && looked_up
        || trimmed.contains("??")
        || trimmed.contains("||") && !trimmed.contains("==")
    {
        return Separator::Take(Sure::Yes, false);
    }
    Separator::Stop
}
