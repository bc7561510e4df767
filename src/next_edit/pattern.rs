//! What a rule found: a pattern of the person's changes, and the places where it would change the same.

use std::ops::Range;

use super::{
    neighbours::bracket,
    tokens::{Kind, LineRef, Part, Token, hash},
    wording::Wording,
};

/// By which rule an edit is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// A name that was replaced by another.
    Rename,
    /// A part of names that was replaced, in other names with the same part.
    RenamePart,
    /// The same tokens replaced, put in or taken out.
    SameChange,
    /// The same change with other names in it.
    SameShape,
    /// The same lines put in, taken out or replaced.
    SameLines,
    /// The calls of a function whose parameters changed.
    Signature,
    /// The uses of a name that was taken out.
    Removed,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 7] = [
        Self::Rename,
        Self::RenamePart,
        Self::SameChange,
        Self::SameShape,
        Self::SameLines,
        Self::Signature,
        Self::Removed,
    ];

    /// The rule's name in counts and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::RenamePart => "rename part",
            Self::SameChange => "same change",
            Self::SameShape => "same shape",
            Self::SameLines => "same lines",
            Self::Signature => "signature",
            Self::Removed => "removed",
        }
    }
}

/// How strictly the neighbours must agree: not at all, on one side, on both.
pub const LEVELS: usize = 3;

/// One place where a pattern would change something.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// The text among the scene's.
    pub text: usize,
    /// The lines it is on: those that are replaced, or an empty range before which lines are put in.
    pub lines: Range<usize>,
    /// What is replaced, in bytes of the text.
    pub range: Range<usize>,
    /// What is to stand there.
    pub new: String,
    /// How many tokens before it are equal to those before an example.
    pub left: usize,
    /// How many tokens after it.
    pub right: usize,
    /// How many names differ from the example's.
    pub holes: usize,
    /// How alike the line is to that of an example, 0 to 1.
    pub alike: f32,
    /// Whether it is indented as an example is.
    pub same_indent: bool,
    /// Whether its line's first token is that of an example.
    pub same_first: bool,
    /// The part of the line it stands in.
    pub part: Part,
    /// Whether the name seems to be defined here.
    pub definition: bool,
    /// Examples that have the same neighbours on both sides.
    pub agreeing: usize,
    /// What stands before it and after it.
    pub beside: (Beside, Beside),
    /// On how many sides an example has such a neighbour too.
    pub beside_equal: usize,
    /// Hashes of the tokens just before it and just after it.
    pub around: (u32, u32),
    /// How many examples have the same token before, and how many the same after.
    pub agreeing_sides: (usize, usize),
}

/// What stands beside a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Beside {
    /// Nothing, or other punctuation.
    #[default]
    Other,
    /// A word.
    Word,
    /// A dot: a member's name, or one that has members.
    Dot,
    /// A bracket.
    Bracket,
    /// What separates: a comma, a colon, a semicolon.
    Separator,
    /// An equals sign.
    Equals,
    /// A quote.
    Quote,
}

impl Beside {
    /// What the token is as a neighbour.
    pub fn of(token: Option<&Token>) -> Self {
        match token {
            Some(token) if token.is_wordlike() => Self::Word,
            Some(token) if token.hash == hash(b".") => Self::Dot,
            Some(token) if bracket(token) != 0 => Self::Bracket,
            Some(token) if [hash(b","), hash(b":"), hash(b";")].contains(&token.hash) => Self::Separator,
            Some(token) if token.hash == hash(b"=") => Self::Equals,
            Some(token) if [hash(b"'"), hash(b"\""), hash(b"`")].contains(&token.hash) => Self::Quote,
            _ => Self::Other,
        }
    }
}

impl Place {
    /// How strictly the neighbours agree, below [`LEVELS`].
    pub fn level(&self) -> usize {
        match (self.left > 0, self.right > 0) {
            (true, true) => 2,
            (true, false) | (false, true) => 1,
            (false, false) => 0,
        }
    }
}

/// What is known of a pattern, wherever it is applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// Which rule found it.
    pub rule: Rule,
    /// Equal for equal patterns, whenever they are found.
    pub key: u64,
    /// The examples of it: indices into the scene's, one for each time it was done.
    pub examples: Vec<usize>,
    /// How many tokens are replaced.
    pub old_tokens: usize,
    /// How many stand there then.
    pub new_tokens: usize,
    /// Bytes of what is replaced.
    pub old_bytes: usize,
    /// Bytes of what stands there then.
    pub new_bytes: usize,
    /// How many words are replaced.
    pub old_words: usize,
    /// How many words stand there then.
    pub new_words: usize,
    /// Whether an example is in an import or its like.
    pub in_import: bool,
    /// Whether an example is in a comment or a string.
    pub in_prose: bool,
    /// Whether an example changed a definition of the name.
    pub in_definition: bool,
    /// Whether what is replaced starts with a capital.
    pub capital: bool,
    /// The hashes of the word that is replaced and the one that stands there then, where it is one for one.
    pub names: Option<(u32, u32)>,
    /// How what stands there then is made of what is replaced.
    pub wording: Wording,
    /// Whether it is all that a change did, as one block of lines.
    pub block: bool,
    /// Where it would change something.
    pub places: Vec<Place>,
}

impl Pattern {
    /// A pattern of which nothing else is known yet.
    pub fn new(rule: Rule, key: u64) -> Self {
        Self {
            rule,
            key,
            examples: vec![],
            old_tokens: 0,
            new_tokens: 0,
            old_bytes: 0,
            new_bytes: 0,
            old_words: 0,
            new_words: 0,
            in_import: false,
            in_prose: false,
            in_definition: false,
            capital: false,
            names: None,
            wording: Wording::default(),
            block: false,
            places: vec![],
        }
    }
}

const NO_DEFINITION_AFTER: [u32; 30] = [
    hash(b"return"),
    hash(b"new"),
    hash(b"in"),
    hash(b"not"),
    hash(b"and"),
    hash(b"or"),
    hash(b"if"),
    hash(b"else"),
    hash(b"elif"),
    hash(b"import"),
    hash(b"from"),
    hash(b"throw"),
    hash(b"case"),
    hash(b"await"),
    hash(b"yield"),
    hash(b"go"),
    hash(b"defer"),
    hash(b"assert"),
    hash(b"is"),
    hash(b"of"),
    hash(b"instanceof"),
    hash(b"extends"),
    hash(b"implements"),
    hash(b"use"),
    hash(b"raise"),
    hash(b"del"),
    hash(b"match"),
    hash(b"while"),
    hash(b"impl"),
    hash(b"range"),
];

/// Whether the token number `at` seems to be a name being defined: a word or a keyword stands right before it.
pub fn is_definition(tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| tokens.get(before)) else { return false };
    before.kind == Kind::Word && before.part == Part::Code && !NO_DEFINITION_AFTER.contains(&before.hash)
}

const IMPORTS: [u32; 8] = [
    hash(b"import"),
    hash(b"from"),
    hash(b"use"),
    hash(b"package"),
    hash(b"include"),
    hash(b"require"),
    hash(b"mod"),
    hash(b"export"),
];

/// Whether the line imports something, as its first words tell.
pub fn is_import(line: &LineRef<'_>) -> bool {
    line.tokens.iter().take(2).any(|token| IMPORTS.contains(&token.hash))
}

/// The edit made smaller by what both texts begin and end with, at whole characters.
pub fn tight(start: usize, old: &str, mut new: String) -> (Range<usize>, String) {
    let equal = |(one, two): &(char, char)| one == two;
    let head: usize = old.chars().zip(new.chars()).take_while(equal).map(|(one, _)| one.len_utf8()).sum();
    let (rest_old, rest_new) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let ends = rest_old.chars().rev().zip(rest_new.chars().rev());
    let tail: usize = ends.take_while(equal).map(|(one, _)| one.len_utf8()).sum();
    new.truncate(new.len() - tail);
    new.drain(..head);
    (start + head..start + old.len() - tail, new)
}

#[cfg(test)]
mod tests {
    use super::{
        super::tokens::{Line, Marks},
        *,
    };

    #[track_caller]
    fn check_definition(text: &str, at: usize, expect: bool) {
        assert_eq!(is_definition(&Line::new(text, Marks::of("rust")).tokens, at), expect);
    }

    #[test]
    fn a_word_before_a_name_defines_it() {
        check_definition("let foo = 1", 1, true);
        check_definition("return foo", 1, false);
        check_definition("x.foo", 2, false);
        check_definition("foo()", 0, false);
    }

    #[test]
    fn edits_are_as_small_as_they_can_be() {
        assert_eq!(tight(10, "count", "counter".into()), (15..15, "er".into()));
        assert_eq!(tight(0, "größe", "gräße".into()), (2..4, "ä".into()));
        assert_eq!(tight(0, "aa", "a".into()), (1..2, String::new()));
        assert_eq!(tight(0, "a", "a".into()), (1..1, String::new()));
    }
}
