//! Whether a reply says the same again and again, as a model does that has lost its way: nothing else will come of it,
//! and each token is paid for.

/// So many bytes at the end of a reply that repeat themselves are no table of data any more.
const LEAST_BYTES: usize = 3_000;

/// The longest round that is looked for, in bytes: some ten lines.
const LONGEST: usize = 600;

/// Whether `reply`, as far as it has come, ends in the same few words or lines over and over. What has no letters, such
/// as a table of zeros or a ruler, may go on for as long as it likes.
pub fn is_endless(reply: &str) -> bool {
    let bytes = reply.trim_end().as_bytes();
    if bytes.len() < LEAST_BYTES {
        return false;
    }
    let tail = &bytes[bytes.len() - LEAST_BYTES..];
    (1..=LONGEST).any(|period| {
        let repeats = tail.iter().rev().zip(tail.iter().rev().skip(period)).all(|(later, earlier)| later == earlier);
        repeats && has_words(&tail[LEAST_BYTES - 2 * period..])
    })
}

/// Whether a word is in two rounds of what repeats: `0x00` is none.
fn has_words(rounds: &[u8]) -> bool {
    let in_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    let begins = |pair: &[u8]| !in_word(pair[0]) && in_word(pair[1]) && !pair[1].is_ascii_digit();
    // One word without an end has no beginning either.
    rounds.windows(2).any(begins) || rounds.iter().all(|byte| in_word(*byte) && !byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(round: &str, times: usize, expected: bool) {
        assert_eq!(is_endless(&format!("Before.\n{}", round.repeat(times))), expected, "{round:?}, {times} times");
    }

    #[test]
    fn a_reply_that_only_repeats_itself_has_no_end() {
        check("and so on, ", 400, true);
        check("    push(a);\n    push(b);\n", 200, true);
        check("そして", 400, true);
    }

    #[test]
    fn data_and_rulers_and_what_repeats_for_a_while_have_one() {
        check("0, ", 2_000, false);
        check("0x00, ", 1_000, false);
        check("-", 4_000, false);
        check("    push(a);\n", 100, false);
        let counted: String = (0..400).map(|n| format!("    push({n});\n")).collect();
        assert!(!is_endless(&counted));
    }
}
