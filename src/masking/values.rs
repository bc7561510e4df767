//! What a value looks like: nothing worth hiding, a word that a person chose, or what only a machine makes up.

mod reference;
mod shape;

pub use shape::{is_random, split_words};

use super::placeholder;
use super::words::is_plain;
use reference::{is_code, is_colour, is_key_path, is_number, is_path, is_pattern, is_reference, is_template};

/// The looks of a value, from the harmless to the surely secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Looks {
    /// Empty, a placeholder, a reference to something else, prose, a path.
    Nothing,
    /// A word, a number or several of them: a password by its place only.
    Word,
    /// Letters, digits and signs mixed as nobody writes words.
    Random,
}

/// Values shorter than this (characters) are not masked: they are flags, numbers and names of types.
const SHORTEST: usize = 4;

/// Judges `value`, a literal without its quotes.
pub fn looks(value: &str) -> Looks {
    let value = value.trim();
    let count = value.chars().count();
    if count < SHORTEST || placeholder::find(value).is_some() || is_reference(value) || is_filler(value) {
        return Looks::Nothing;
    }
    if value.chars().any(|c| !c.is_ascii() && c.is_alphabetic()) && !value.bytes().any(|b| b.is_ascii_digit()) {
        // Text in a language of people, as in a table of translations.
        return Looks::Nothing;
    }
    if value.contains(char::is_whitespace) {
        return phrase(value);
    }
    if is_number(value) || is_colour(value) {
        return Looks::Nothing;
    }
    if value.contains("\\x") || value.contains("\\u") {
        // Bytes or letters written as numbers.
        return Looks::Word;
    }
    if is_template(value) || is_path(value) || is_pattern(value) || is_code(value) {
        return Looks::Nothing;
    }
    if is_random(value) {
        return if is_made_of_plain_words(value) { Looks::Nothing } else { Looks::Random };
    }
    if is_made_of_plain_words(value) || is_key_path(value) {
        return Looks::Nothing;
    }
    Looks::Word
}

/// Whether `value`, which has the format of a token, only shows where one would stand.
pub fn is_placeholder(value: &str) -> bool {
    placeholder::find(value).is_some() || is_filler(value) || is_template(value) || is_made_of_plain_words(value)
}

/// Nothing but plain words and short numbers.
fn is_made_of_plain_words(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let by_sign = lower.split(|c: char| !c.is_ascii_alphabetic()).all(is_plain);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let signs = value
        .bytes()
        .filter(|b| {
            b.is_ascii_punctuation() && !matches!(b, b'-' | b'_' | b'.' | b' ' | b'/' | b':' | b'!' | b'<' | b'>')
        })
        .count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    letters > 0
        && digits <= 4
        && signs <= 1
        && (by_sign && letters >= 2 * lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| !w.is_empty()).count()
            || digits == 0 && split_words(value).iter().all(|word| is_plain(word)))
}

/// `xxxx`, `****`, `...`, `00000000`, and values that say that they are examples.
fn is_filler(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let mut seen = [false; 128];
    let mut distinct = 0;
    for byte in lower.bytes().filter(u8::is_ascii_alphanumeric) {
        if let Some(slot) = seen.get_mut(usize::from(byte)).filter(|slot| !**slot) {
            *slot = true;
            distinct += 1;
        }
    }
    distinct <= 2
        || [
            "xxxx",
            "****",
            "...",
            "\u{2026}",
            "\u{2022}\u{2022}",
            "example",
            "placeholder",
            "changeme",
            "change-me",
            "change_me",
            "your-",
            "your_",
            "redacted",
            "replace-",
            "replace_",
            "&lt;",
            "insert-",
            "insert_",
            "-here",
            "_here",
        ]
        .iter()
        .any(|filler| lower.contains(filler))
}

/// Several words: prose, or a pass phrase.
fn phrase(value: &str) -> Looks {
    let words: Vec<&str> = value.split_whitespace().collect();
    let trimmed = |word: &str| word.trim_matches(|c: char| c.is_ascii_punctuation()).to_ascii_lowercase();
    let plain = words.iter().filter(|word| {
        let word = trimmed(word);
        word.is_empty() || word.bytes().all(|b| b.is_ascii_alphabetic()) && is_plain(&word)
    });
    let lower = words.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase()));
    if plain.count() * 3 >= words.len() + usize::from(!lower || words.len() < 3) * words.len() * 3 {
        return Looks::Nothing;
    }
    if words.iter().any(|word| is_template(word) || is_pattern(word) || is_code(word)) {
        return Looks::Nothing;
    }
    if words.len() >= 3 && lower {
        return Looks::Word;
    }
    let mixed = |word: &&str| word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic());
    if words.iter().all(mixed) || words.iter().any(|word| is_random(word)) && words.len() <= 3 {
        Looks::Word
    } else {
        Looks::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: Looks) {
        assert_eq!(looks(value), expected, "{value}");
    }

    #[test]
    fn placeholders_references_and_prose_are_nothing() {
        for value in [
            "",
            "abc",
            "changeme",
            "your-api-key-here",
            "YOUR_API_KEY",
            "<token>",
            "xxxxxxxx",
            "${{ secrets.X }}",
            "{{ vault }}",
            "%(password)s",
            "Enter your password",
            "password123",
            "supersecret",
            "test-token",
            "/run/secrets/db",
            "process.env.KEY",
            "auth.password.label",
            "$DB_PASSWORD",
            "os.getenv('X')",
            "user.password",
            "Mot de passe",
            "arn:aws:kms:eu-west-1:1:key/1",
            "https://example.com/oauth/token",
            "required|string|min:8",
            "123.45",
            "2024-11-28",
            "%s:%s",
            "Bearer {token}",
        ] {
            check(value, Looks::Nothing);
        }
    }

    #[test]
    fn words_are_words() {
        for value in ["swordfish", "correct horse battery staple", "Summer2024", "trombone2222x", "27182818"] {
            assert!(looks(value) >= Looks::Word, "{value}");
        }
        check("swordfish", Looks::Word);
        check("monkeyking", Looks::Word);
    }

    #[test]
    fn what_machines_make_is_random() {
        for value in
            ["a8f3bc91", "kJhGfDsA", "Tr0ub4dor&3", "9aB3kd8Zq1", "qzjxkvbw", "p@ss!W0rd#9", "c2VjcmV0LXZhbHVl"]
        {
            check(value, Looks::Random);
        }
    }
}
