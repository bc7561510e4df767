//! Whether letters, digits and signs are mixed as only a machine mixes them.

/// Values shorter than this do not look random, whatever they are made of.
const SHORTEST_RANDOM: usize = 8;

/// Two humps of several consonants make a name in camel case from this length (bytes) on random.
const LONG_WORD: usize = 16;

/// Whether `value` looks made up by a machine; whatever it may stand for.
pub fn is_random(value: &str) -> bool {
    if value.len() < SHORTEST_RANDOM || value.contains(char::is_whitespace) {
        return false;
    }
    let shape = Shape::of(value);
    if shape.digits > 0 && shape.letters() > 0 {
        if shape.upper > 0 && shape.lower > 0 && shape.digit_runs >= 1 && !is_words_and_number(value) {
            return true;
        }
        if shape.signs > 0 && shape.other_signs > 0 {
            return true;
        }
        return (shape.digit_runs >= 2 || shape.digits_inside) && !is_words_and_number(value);
    }
    if shape.digits == 0 && shape.upper >= 2 && shape.lower >= 2 && shape.other_signs == 0 {
        return value.split(['-', '_', '.', '/', ':', ',']).any(|piece| piece.len() >= 6 && !is_word(piece));
    }
    if shape.digits == 0
        && shape.other_signs > 0
        && shape.letters() >= 4
        && shape.other_signs > 1
        && !value.contains(['*', '\\', ' ', '`', '"', '[', '(', '{', '<'])
        && signs_inside(value)
    {
        return true;
    }
    shape.separators == 0
        && shape.letters() >= 8
        && shape.digits == 0
        && shape.other_signs == 0
        && unpronounceable(value)
}

/// Signs between letters, at two places at least.
fn signs_inside(value: &str) -> bool {
    value.split(|c: char| c.is_ascii_punctuation()).filter(|piece| !piece.is_empty()).count() >= 3
}

struct Shape {
    lower: usize,
    upper: usize,
    digits: usize,
    digit_runs: usize,
    /// Digits with letters on both sides.
    digits_inside: bool,
    signs: usize,
    /// Signs other than those that join words.
    other_signs: usize,
    separators: usize,
    /// Capitals after another character than a capital.
    humps: usize,
}

impl Shape {
    fn of(value: &str) -> Self {
        let bytes = value.as_bytes();
        let mut shape = Self {
            lower: 0,
            upper: 0,
            digits: 0,
            digit_runs: 0,
            digits_inside: false,
            signs: 0,
            other_signs: 0,
            separators: 0,
            humps: 0,
        };
        let mut before = b' ';
        let mut letter_before_digits = false;
        for &byte in bytes {
            if byte.is_ascii_digit() {
                shape.digits += 1;
                if !before.is_ascii_digit() {
                    shape.digit_runs += 1;
                    letter_before_digits = before.is_ascii_alphabetic();
                }
            } else if byte.is_ascii_alphabetic() {
                shape.digits_inside |= before.is_ascii_digit() && letter_before_digits;
                if byte.is_ascii_uppercase() {
                    shape.upper += 1;
                    shape.humps += usize::from(!before.is_ascii_uppercase());
                } else {
                    shape.lower += 1;
                }
            } else {
                shape.signs += 1;
                if matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b',') {
                    shape.separators += 1;
                } else {
                    shape.other_signs += 1;
                }
            }
            before = byte;
        }
        shape
    }

    fn letters(&self) -> usize {
        self.lower + self.upper
    }
}

/// `Summer2024`, `sha-256`, `v2-deps`, `bert-base-uncased`: pieces that are each letters of one word, a number, or a
/// word with a number at its end.
pub(super) fn is_words_and_number(value: &str) -> bool {
    let mut pieces = 0;
    let mut letters = 0;
    for piece in value.split(['-', '_', '.', '/', ':', ',']) {
        // One number, at an end or between two words: `OAuth2Client`, `sha256`.
        let chunks: Vec<&str> = piece.split(|c: char| c.is_ascii_digit()).filter(|chunk| !chunk.is_empty()).collect();
        let word: usize = chunks.iter().map(|chunk| chunk.len()).sum();
        let digits = piece.len() - word;
        if chunks.len() > 2
            || chunks.len() == 2
                && chunks
                    .iter()
                    .any(|chunk| chunk.len() < 3 && chunk.len() * 2 < digits || !is_word(chunk) || chunk.len() < 2)
        {
            return false;
        }
        if chunks.iter().any(|chunk| !is_word(chunk)) {
            return false;
        }
        if digits > 4 + usize::from(chunks.len() == 2) && !(word == 0 && digits <= 8) {
            return false;
        }
        pieces += usize::from(!piece.is_empty());
        letters += word;
    }
    letters >= pieces * 2
}

/// Letters in one case, or words in camel case.
fn is_word(text: &str) -> bool {
    if !text.bytes().all(|b| b.is_ascii_alphabetic()) {
        return false;
    }
    let bytes = text.as_bytes();
    let capitals = bytes.iter().filter(|b| b.is_ascii_uppercase()).count();
    if capitals == 0 || capitals == bytes.len() {
        return bytes.len() < 8 || !unpronounceable(text);
    }
    let humps = split_words(text);
    if text.len() >= LONG_WORD && humps.iter().filter(|hump| consonants(hump) >= 4).count() >= 2 {
        return false;
    }
    // Each hump of one letter or two is odd; names have few.
    humps.iter().filter(|hump| hump.len() < 3).count() * 3 <= humps.len()
        && !humps.iter().any(|hump| hump.len() > 4 && unpronounceable(hump))
}

/// Few vowels, or many consonants in a row: no language writes so.
fn unpronounceable(text: &str) -> bool {
    let vowel = |b: u8| matches!(b.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let vowels = text.bytes().filter(|b| vowel(*b)).count();
    consonants(text) >= 6 || vowels * 7 < letters
}

/// The greatest number of consonants in a row.
fn consonants(text: &str) -> usize {
    let vowel = |b: u8| matches!(b.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let runs = text.as_bytes().split(|b| !b.is_ascii_alphabetic() || vowel(*b));
    runs.map(<[u8]>::len).max().unwrap_or_default()
}

/// The words of `name`, split at separators and capitals; lower case. Digits stay with the word before them.
pub fn split_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let bytes = name.as_bytes();
    let mut current = String::new();
    for (i, &byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            if !current.is_empty() {
                words.push(std::mem::take(&mut current));
            }
            continue;
        }
        let before = i.checked_sub(1).and_then(|i| bytes.get(i)).copied().unwrap_or(b'_');
        let after = bytes.get(i + 1).copied().unwrap_or(b'_');
        let starts = byte.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && after.is_ascii_lowercase()));
        if starts && !current.is_empty() {
            words.push(std::mem::take(&mut current));
        }
        current.push(char::from(byte.to_ascii_lowercase()));
    }
    if !current.is_empty() {
        words.push(current);
    }
    words
}
