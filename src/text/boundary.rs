//! Offsets that lie between two characters of a rope; for `str`, std has the same.

use ropey::Rope;

/// `offset`, or the start of the character it lies in; the end of the text for an offset past it. In bytes.
pub fn floor(text: &Rope, offset: usize) -> usize {
    text.char_to_byte(text.byte_to_char(offset.min(text.len_bytes())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_rope_is_cut_where_a_string_is(text in "[aé世😀\r\n]{0,40}", offset in 0..200usize) {
            prop_assert_eq!(floor(&Rope::from_str(&text), offset), text.floor_char_boundary(offset));
        }
    }
}
