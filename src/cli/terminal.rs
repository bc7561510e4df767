//! Text of others made fit for a terminal.

/// `text` with control characters as pictures, tabs aside: neither a file nor a model may move a terminal's cursor.
pub(super) fn visible(text: &str) -> String {
    let picture = |c: char| match c {
        '\t' => c,
        '\0'..='\x1f' => char::from_u32(u32::from(c) + 0x2400).unwrap_or(char::REPLACEMENT_CHARACTER),
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(picture).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tabs_are_left_as_they_are() {
        assert_eq!(visible("a\tb\nc\u{1b}[31m\u{7f}é"), "a\tb␊c␛[31m\u{fffd}é");
    }
}
