//! What two texts have in common at their start and at their end.

use ropey::Rope;

/// Bytes that `a` and `b` share at their start, up to the end of a word.
pub fn word_prefix(a: &str, b: &str) -> usize {
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    let mut at: usize = same;
    while at > 0 && (splits(a, at) || splits(b, at)) {
        at = a.floor_char_boundary(at - 1);
    }
    at
}

/// Bytes that `a` and `b` share at their end, from the start of a word.
pub fn word_suffix(a: &str, b: &str) -> usize {
    let same = a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    let mut length: usize = same;
    while length > 0 && (splits(a, a.len() - length) || splits(b, b.len() - length)) {
        length -= a[a.len() - length..].chars().next().map_or(length, char::len_utf8);
    }
    length
}

/// Bytes that both texts share at their start.
pub fn rope_prefix(a: &Rope, b: &Rope) -> usize {
    let (mut a, mut b) = (a.chunks().map(str::as_bytes), b.chunks().map(str::as_bytes));
    let (mut x, mut y): (&[u8], &[u8]) = (&[], &[]);
    let mut same = 0;
    loop {
        if x.is_empty() {
            let Some(next) = a.next() else { return same };
            x = next;
        }
        if y.is_empty() {
            let Some(next) = b.next() else { return same };
            y = next;
        }
        let length = x.len().min(y.len());
        if x[..length] != y[..length] {
            return same + x.iter().zip(y).take_while(|(a, b)| a == b).count();
        }
        (x, y) = (&x[length..], &y[length..]);
        same += length;
    }
}

/// Bytes that both texts share at their end.
pub fn rope_suffix(a: &Rope, b: &Rope) -> usize {
    let end = |rope: &Rope| rope.len_bytes();
    let mut a = a.chunks_at_byte(end(a)).0.reversed().map(str::as_bytes);
    let mut b = b.chunks_at_byte(end(b)).0.reversed().map(str::as_bytes);
    let (mut x, mut y): (&[u8], &[u8]) = (&[], &[]);
    let mut same = 0;
    loop {
        if x.is_empty() {
            let Some(next) = a.next() else { return same };
            x = next;
        }
        if y.is_empty() {
            let Some(next) = b.next() else { return same };
            y = next;
        }
        let length = x.len().min(y.len());
        let (x_rest, x_end) = x.split_at(x.len() - length);
        let (y_rest, y_end) = y.split_at(y.len() - length);
        if x_end != y_end {
            return same + x_end.iter().rev().zip(y_end.iter().rev()).take_while(|(a, b)| a == b).count();
        }
        (x, y) = (x_rest, y_rest);
        same += length;
    }
}

/// Whether `at` lies inside a word or a line break of `text`.
fn splits(text: &str, at: usize) -> bool {
    match (text[..at].chars().next_back(), text[at..].chars().next()) {
        (Some('\r'), Some('\n')) => true,
        (Some(before), Some(after)) => is_word(before) && is_word(after),
        _ => false,
    }
}

fn is_word(c: char) -> bool {
    // A combining mark belongs to the letter before it, as does what joins emoji.
    c.is_alphanumeric() || c == '_' || !c.is_ascii() && !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_and_line_breaks_are_shared_whole_or_not_at_all() {
        assert_eq!((word_prefix("a foo", "a fob"), word_suffix("x_foo(", "y_foo(")), (2, 1));
        assert_eq!((word_prefix("a\r\n", "a\r"), word_suffix("\r\n", "\n")), (1, 0));
        assert_eq!((word_prefix("a", "a"), word_suffix("", "a")), (1, 0));
    }

    proptest! {
        /// Texts of many chunks, which differ in at most one place.
        #[test]
        fn ropes_share_what_their_bytes_share(start in "[aé\n]{0,3000}", x in "[aé]{0,3}", y in "[aé]{0,3}", end in "[aé\n]{0,3000}") {
            let (a, b) = (format!("{start}{x}{end}"), format!("{start}{y}{end}"));
            let pairs = || a.bytes().zip(b.bytes());
            let back = || a.bytes().rev().zip(b.bytes().rev());
            let (a, b) = (Rope::from_str(&a), Rope::from_str(&b));
            prop_assert_eq!(rope_prefix(&a, &b), pairs().take_while(|(a, b)| a == b).count());
            prop_assert_eq!(rope_suffix(&a, &b), back().take_while(|(a, b)| a == b).count());
        }
    }
}
