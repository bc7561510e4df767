//! The word that stands in a secret's place, and how a reply that holds it is cut.

/// Every placeholder is this, followed by a number: letters and `_` only, so that it is one word in every language, in
/// a URL, in a shell and in an environment file.
const STEM: &str = "masked_secret_";

/// The placeholder with a number from 1.
pub fn of(number: usize) -> String {
    format!("{STEM}{number}")
}

/// The byte offset of the first placeholder in `text`; its case does not count.
pub fn find(text: &str) -> Option<usize> {
    let first = STEM.as_bytes().first().copied()?;
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), text.as_bytes()).find(|at| {
        let end = at + STEM.len();
        text.get(*at..end).is_some_and(|stem| stem.eq_ignore_ascii_case(STEM))
    })
}

/// How many bytes of a reply that is still growing may be shown: up to its first placeholder, and without an end that
/// may become one.
pub fn settled(reply: &str) -> usize {
    if let Some(at) = find(reply) {
        return at;
    }
    let longest = reply.len().min(STEM.len() - 1);
    (1..=longest)
        .rev()
        .map(|length| reply.len() - length)
        .find(|at| {
            reply.get(*at..).is_some_and(|end| STEM.get(..end.len()).is_some_and(|stem| stem.eq_ignore_ascii_case(end)))
        })
        .unwrap_or(reply.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_found_in_any_case() {
        assert_eq!(find(&format!("key = \"{}\"", of(3))), Some(7));
        assert_eq!(find(&of(3).to_uppercase()), Some(0));
        assert_eq!(find("masked secret 1"), None);
    }

    #[test]
    fn a_growing_reply_never_shows_a_part_of_a_placeholder() {
        let reply = format!("let k = \"{}\";", of(12));
        for end in 0..=reply.len() {
            assert!(settled(&reply[..end]) <= 9, "{end}");
        }
        assert_eq!(settled("no such thing"), 13);
        assert_eq!(settled("let m"), 4);
    }
}
