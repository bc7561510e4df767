//! What stands between a name and a literal, and whether that makes the literal its value.

use super::judge::Sure;

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

pub enum Gap {
    /// The literal is another's.
    Stop,
    /// The literal is the name of something that is looked up.
    LookUp,
    /// The literal is the value; true if it opens a list.
    Take(Sure, bool),
}

pub fn first_gap(gap: &str, colon: bool) -> Gap {
    let trimmed = gap.trim();
    if trimmed.is_empty() {
        return Gap::Take(Sure::Yes, false);
    }
    let prefix = gap.trim_start();
    if prefix.len() <= 4
        && prefix
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'#' | b'@' | b'$' | b'&' | b'!' | b'%' | b'*'))
    {
        // `b"`, `r#"`, `@"`, `$"`, `f"`, `&"`.
        return Gap::Take(Sure::Yes, false);
    }
    if matches!(
        trimmed,
        "-n" | "-"
            | "not"
            | "await"
            | "return"
            | "in"
            | "IN"
            | "LIKE"
            | "AS"
            | "BY"
            | "WITH"
            | "VALUES"
            | "TO"
            | "to"
            | "is"
            | "be"
            | "!!str"
            | "!!binary"
            | "!Sub"
            | "const"
            | "!!"
    ) {
        return Gap::Take(Sure::Yes, false);
    }
    if colon
        && let Some((annotation, after)) = trimmed.rsplit_once('=')
        && !annotation.ends_with(['=', '!', '<', '>'])
        && !annotation.contains(['"', ';'])
        && (!annotation.contains(',') || annotation.contains(['<', '[']))
    {
        let after = if gap.ends_with(' ') { format!("{after} ") } else { after.to_owned() };
        return first_gap(&after, false);
    }
    if let Some(before) = trimmed.strip_suffix(['(', '[', '{', '"', '\'']) {
        let opener = trimmed.bytes().last().unwrap_or_default();
        let before = before.trim_end().trim_end_matches(['!', '&']);
        let callee: String = before
            .chars()
            .rev()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.'))
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        let last = callee.rsplit(['.', ':']).next().unwrap_or_default().to_ascii_lowercase();
        let callee = callee.to_ascii_lowercase();
        let names = |list: &[&str]| list.contains(&last.as_str()) || list.contains(&callee.as_str());
        return match opener {
            b'[' if last.is_empty() || last == "vec" => Gap::Take(Sure::Yes, true),
            b'[' => Gap::LookUp,
            b'{' if before.contains(':') || before.contains('=') => Gap::Stop,
            b'{' if before.ends_with(']') || last.is_empty() || before.contains("of") => {
                if before.ends_with(']') || before.is_empty() { Gap::Take(Sure::Yes, true) } else { Gap::Stop }
            }
            b'{' => Gap::Stop,
            _ if last.is_empty() => Gap::Take(Sure::Yes, true),
            _ if names(WRAPPERS) && !callee.starts_with("re.") => Gap::Take(Sure::Yes, false),
            _ if names(LOOKUPS)
                || last.starts_with("get")
                || last.starts_with("read")
                || last.starts_with("env")
                || last.starts_with("find") =>
            {
                Gap::LookUp
            }
            _ => Gap::Take(Sure::Perhaps, false),
        };
    }
    if FALLBACKS.iter().any(|fallback| trimmed.ends_with(fallback.trim_start()))
        && trimmed != "?"
        && (!trimmed.contains(',') || trimmed.contains('('))
    {
        return Gap::Take(Sure::Yes, false);
    }
    if trimmed.ends_with(',')
        && trimmed.contains('(')
        && LOOKUPS.iter().any(|lookup| lookup.len() > 2 && trimmed.to_ascii_lowercase().contains(lookup))
    {
        return Gap::Take(Sure::Yes, false);
    }
    if trimmed.ends_with('+') || trimmed.ends_with("? ") || trimmed.ends_with(" :") {
        return Gap::Take(Sure::Perhaps, false);
    }
    Gap::Stop
}

pub fn next_gap(gap: &str, list: bool, looked_up: bool, taken: bool) -> Gap {
    let trimmed = gap.trim();
    if taken && matches!(trimmed, "+" | "." | ".." | "&" | "\\" | "" | "~" | "++" | "<>" | "||" | ":") {
        return Gap::Take(Sure::Yes, list);
    }
    if list && trimmed.starts_with(',') && !trimmed.contains([':', '=', ')', ']', '}']) {
        return Gap::Take(Sure::Yes, true);
    }
    let last_argument = trimmed.trim_start_matches([')', ']', ',', ' ']);
    let prefix = last_argument.len() <= 2 && last_argument.bytes().all(|b| b.is_ascii_alphabetic() || b == b'@');
    if looked_up && trimmed.starts_with(',') && (last_argument.is_empty() || prefix) {
        return Gap::Take(Sure::Yes, false);
    }
    let tail = trimmed.trim_end_matches(['(', ' ']);
    let fallback = FALLBACKS.iter().any(|fallback| {
        let fallback = fallback.trim();
        trimmed.ends_with(fallback)
            || tail.ends_with(fallback)
            || trimmed.ends_with(&format!("{fallback} String::from("))
    });
    if fallback && !trimmed.contains(';') {
        return Gap::Take(Sure::Yes, false);
    }
    if trimmed.contains("unwrap_or")
        || trimmed.contains("rElse")
        || trimmed.contains("default") && looked_up
        || trimmed.contains("??")
        || trimmed.contains("||") && !trimmed.contains("==")
    {
        return Gap::Take(Sure::Yes, false);
    }
    Gap::Stop
}
