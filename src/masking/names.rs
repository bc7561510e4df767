//! Which names tell that their value is a secret.

mod lists;

pub use lists::STEMS;

use super::values::{Looks, split_words};
use lists::{
    ACTIONS, OTHER_THINGS, PASSWORDS, PLAIN_KEYS, PLAIN_PASSES, PLAIN_TOKENS, SECRET_KEYS, SECRETS, TAILS, TOKENS,
    within,
};

/// How much a name says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A password: whatever a person chose.
    Password,
    /// A secret: a word without separators, or random.
    Secret,
    /// A token or key: random.
    Token,
    /// A name with a telling part elsewhere than at its end, or an unusual kind of key: random and long.
    Loose,
}

/// Values of loosely telling names are masked from this length (bytes) on.
const LOOSE_LENGTH: usize = 16;

/// Words chosen as a secret are masked from this length (bytes) on; shorter ones are modes and kinds.
const SECRET_WORD_LENGTH: usize = 8;

impl Class {
    /// Whether a value of these looks is a secret under such a name.
    pub fn accepts(self, looks: Looks, value: &str) -> bool {
        match (self, looks) {
            (_, Looks::Nothing) => false,
            (Self::Password, _) => true,
            (Self::Secret, Looks::Word) => {
                value.len() >= SECRET_WORD_LENGTH && !value.contains(['-', '_', '.', '/', ':', ' ', '\\'])
            }
            (Self::Secret | Self::Token, looks) => looks == Looks::Random,
            (Self::Loose, looks) => {
                looks == Looks::Random
                    && value.len() >= LOOSE_LENGTH
                    && value.bytes().filter(u8::is_ascii_digit).count() >= 2
                    && !value.trim_end_matches('=').contains(['/', ' ', ',', '=', '<'])
                    && !is_uuid(value)
                    && !value.contains("bcdefghij")
            }
        }
    }

    /// The rule's name for `--explain`.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Password => "password-by-name",
            Self::Secret => "secret-by-name",
            Self::Token => "token-by-name",
            Self::Loose => "key-by-name",
        }
    }
}

/// Whether `value` is a UUID.
pub fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value
            .bytes()
            .enumerate()
            .all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
}

/// What `name` says about its value; `before` is the text left of it, for names of several words (`API key`).
pub fn class(name: &str, before: &str) -> Option<Class> {
    let mut words: Vec<String> = split_words(name).into_iter().flat_map(divide).collect();
    if words.len() == 1 && matches!(name, "key" | "Key" | "KEY" | "keys" | "Keys") && before.ends_with([' ', '-']) {
        let left = before.trim_end_matches([' ', '-']);
        if let Some(word) = left.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().filter(|word| !word.is_empty()) {
            words.splice(0..0, split_words(word));
        }
    }
    class_of(&words)
}

fn class_of(words: &[String]) -> Option<Class> {
    let at = words.iter().rposition(|word| noun(word).is_some())?;
    let (head, tail) = (words.get(..at)?, words.get(at + 1..)?);
    let class = noun_class(words.get(at)?, head)?;
    let number = |word: &String| word.bytes().all(|b| b.is_ascii_digit());
    if tail.iter().any(|word| within(OTHER_THINGS, word)) {
        // `auth_token`, `pass_key`: the noun may also stand before another one; that one was found already.
        // `session_id` is known as one word.
        return None;
    }
    if !tail.iter().all(|word| number(word) || within(TAILS, word) || word.len() == 1) {
        return Some(Class::Loose);
    }
    if tail.last().is_some_and(|word| word == "hash" || word == "digest") && class != Class::Password {
        return None;
    }
    if head.iter().any(|word| within(ACTIONS, word)) {
        return Some(Class::Loose);
    }
    Some(class)
}

/// The class of the noun `word` (plural or not, with or without a number).
fn noun(word: &str) -> Option<Class> {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let singular = word.strip_suffix('s').unwrap_or(word);
    let either = |list: &[&str]| within(list, word) || within(list, singular);
    if either(PASSWORDS) {
        Some(Class::Password)
    } else if either(SECRETS) {
        Some(Class::Secret)
    } else if either(TOKENS) || singular == "key" {
        Some(Class::Token)
    } else {
        None
    }
}

fn noun_class(word: &str, head: &[String]) -> Option<Class> {
    let class = noun(word)?;
    let singular = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let singular = singular.strip_suffix('s').unwrap_or(singular);
    let last = head.last().map(String::as_str);
    let after = |list: &[&str]| last.is_some_and(|last| within(list, last));
    match singular {
        "key" if after(PLAIN_KEYS) => None,
        "key" if after(SECRET_KEYS) => Some(Class::Token),
        "key" => Some(Class::Loose),
        // `PublicKeyToken` of an assembly, `csrf` only for one page.
        "token" if head.iter().any(|word| word == "public") => None,
        "token" if after(PLAIN_TOKENS) => None,
        "pat" | "salt" | "hmac" => Some(Class::Loose),
        // `by pass`, `first pass`, `render pass`: only a short name is a password.
        "pas" | "pass" if after(PLAIN_PASSES) => None,
        "pw" if head.len() > 2 => Some(Class::Loose),
        _ => Some(class),
    }
}

/// Words that are written together: `dbpassword`, `authtoken`, `apikey`.
fn divide(word: String) -> Vec<String> {
    const ENDS: &[&str] = &["password", "passwd", "passphrase", "secret", "token", "passwords", "tokens", "secrets"];
    const PASS: &[&str] = &[
        "db", "user", "my", "root", "admin", "smtp", "mail", "ftp", "ssh", "mysql", "pg", "login", "sudo", "become",
        "bind", "app", "http", "proxy", "store", "trust", "vnc", "redis",
    ];
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    for end in ENDS {
        if let Some(head) = bare.strip_suffix(end).filter(|head| !head.is_empty()) {
            return vec![head.to_owned(), (*end).to_owned()];
        }
    }
    for end in ["pass", "pwd", "pw"] {
        if let Some(head) = bare.strip_suffix(end).filter(|head| PASS.contains(head)) {
            return vec![head.to_owned(), end.to_owned()];
        }
    }
    if let Some(head) = bare
        .strip_suffix("key")
        .or_else(|| bare.strip_suffix("keys"))
        .filter(|head| within(SECRET_KEYS, head) && head.len() > 2)
    {
        return vec![head.to_owned(), "key".to_owned()];
    }
    for noun in ["password", "passwd", "secret", "token"] {
        // `passwordhash`, `tokenid`, `secretname`.
        if let Some(tail) = bare.strip_prefix(noun).filter(|tail| within(OTHER_THINGS, tail) || within(TAILS, tail)) {
            return vec![noun.to_owned(), tail.to_owned()];
        }
    }
    vec![word]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<Class>) {
        assert_eq!(class(name, ""), expected, "{name}");
    }

    #[test]
    fn the_lists_are_sorted() {
        for list in [
            PASSWORDS,
            SECRETS,
            TOKENS,
            SECRET_KEYS,
            PLAIN_KEYS,
            PLAIN_TOKENS,
            PLAIN_PASSES,
            ACTIONS,
            TAILS,
            OTHER_THINGS,
        ] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn names_of_secrets_tell() {
        for name in [
            "password",
            "DB_PASSWORD",
            "dbPassword",
            "smtp-pass",
            "rootPassword2",
            "PGPASSWORD",
            "password_hash",
            "userPwd",
            "db.password",
            "POSTGRES_PASSWORD_PROD",
        ] {
            check(name, Some(Class::Password));
        }
        for name in ["secret", "clientSecret", "CLIENT_SECRET", "jwtSecret", "app_secret_v2"] {
            check(name, Some(Class::Secret));
        }
        for name in [
            "apiKey",
            "API_KEY",
            "APIKey",
            "x-api-key",
            "authToken",
            "accesstoken",
            "GITHUB_TOKEN",
            "tokens",
            "private_key",
            "AWS_SECRET_ACCESS_KEY",
            "Authorization",
        ] {
            check(name, Some(Class::Token));
        }
    }

    #[test]
    fn names_of_other_things_do_not() {
        for name in [
            "primary_key",
            "idempotency_key",
            "key_type",
            "token_count",
            "max_tokens",
            "tokenUrl",
            "passwordField",
            "monkey",
            "keyboard",
            "passenger",
            "compass",
            "secretName",
            "secretKeyRef",
            "author",
            "authority",
            "tokenizer",
            "public_key",
            "password_file",
            "kms_key_id",
        ] {
            check(name, None);
        }
    }
}
