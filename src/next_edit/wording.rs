//! How the new words of a pattern are made of the old ones: a part put before, the case changed, a number counted up.

use super::tokens::{Line, is_word_byte};

/// How what stands there then is made of what is replaced.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Wording {
    /// What is replaced.
    pub old: Sort,
    /// What stands there then.
    pub new: Sort,
    /// Which part of the longer one both begin with, 0 to 1.
    pub head: f32,
    /// Which part both end with, beyond that.
    pub tail: f32,
    /// Whether they differ in their case or in underscores only.
    pub same_letters: bool,
    /// Parts of the old name: `set_old_name` has three.
    pub parts: usize,
}

/// What sort of text it is, by its first character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Nothing.
    #[default]
    Nothing,
    /// A name in lower case.
    Lower,
    /// A name with capitals.
    Capital,
    /// A constant's name: capitals only.
    Constant,
    /// A number.
    Number,
    /// A string.
    Quoted,
    /// A bracket.
    Bracket,
    /// Other punctuation.
    Punctuation,
}

impl Sort {
    fn of(text: &str) -> Self {
        let word = text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next().unwrap_or_default();
        let has = |of: fn(char) -> bool| word.chars().any(of);
        match text.bytes().next() {
            None => Self::Nothing,
            Some(b'0'..=b'9') => Self::Number,
            Some(b'"' | b'\'' | b'`') => Self::Quoted,
            Some(b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>') => Self::Bracket,
            Some(byte) if !is_word_byte(byte) => Self::Punctuation,
            Some(_) if !has(char::is_uppercase) => Self::Lower,
            Some(_) if has(char::is_lowercase) => Self::Capital,
            Some(_) => Self::Constant,
        }
    }
}

impl Wording {
    /// How `new` is made of `old`.
    pub fn of(old: &str, new: &str) -> Self {
        let (one, two) = (old.as_bytes(), new.as_bytes());
        let most = one.len().min(two.len());
        let head = one.iter().zip(two).take_while(|(one, two)| one == two).count();
        let ends = one.iter().rev().zip(two.iter().rev()).take(most - head);
        let tail = ends.take_while(|(one, two)| one == two).count();
        let longer = one.len().max(two.len()).max(1) as f32;
        let letters = |text: &str| text.replace('_', "").to_lowercase();
        Self {
            old: Sort::of(old),
            new: Sort::of(new),
            head: head as f32 / longer,
            tail: tail as f32 / longer,
            same_letters: !old.is_empty() && letters(old) == letters(new),
            parts: parts(old),
        }
    }

    /// The same for whole lines.
    pub fn of_lines(old: &[Line], new: &[Line]) -> Self {
        let text = |lines: &[Line]| lines.iter().map(|line| line.text.trim()).collect::<Vec<_>>().join("\n");
        Self::of(&text(old), &text(new))
    }
}

/// How many parts its names have: a capital after a small letter or an underscore begins one, and so does each word.
fn parts(text: &str) -> usize {
    let mut before = ' ';
    let mut count = 0;
    for letter in text.chars() {
        let begins =
            letter.is_alphanumeric() && (!before.is_alphanumeric() || (before.is_lowercase() && letter.is_uppercase()));
        count += usize::from(begins);
        before = letter;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_put_before_or_behind_is_seen() {
        let wording = Wording::of("name", "old_name");
        assert_eq!((wording.head, wording.tail, wording.parts), (0.0, 0.5, 1));
        assert_eq!(Wording::of("name", "names").head, 0.8);
        assert_eq!(Wording::of("aa", "a").tail, 0.0);
    }

    #[test]
    fn another_case_is_the_same_letters() {
        assert!(Wording::of("oldName", "old_name").same_letters);
        assert!(!Wording::of("", "").same_letters);
        assert_eq!(Wording::of("oldName", "OLD_NAME").parts, 2);
    }

    #[test]
    fn names_numbers_and_punctuation_are_told_apart() {
        let sorts = ["", "a.b", "Abc", "ABC", "12", "\"a\"", "(a", "+ 1"].map(Sort::of);
        let expect = [
            Sort::Nothing,
            Sort::Lower,
            Sort::Capital,
            Sort::Constant,
            Sort::Number,
            Sort::Quoted,
            Sort::Bracket,
            Sort::Punctuation,
        ];
        assert_eq!(sorts, expect);
    }
}
