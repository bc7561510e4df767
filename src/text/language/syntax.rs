//! What texts of a language are written with, as far as one word or sign tells it: no grammar.

/// The signs and words of one language, or of several that share them.
#[derive(Debug, Clone, Copy)]
pub struct Syntax {
    /// What begins a comment that runs to the end of its line; the usual one first.
    pub line_comments: &'static [&'static str],
    /// What begins and ends a comment that may span lines; the usual one first.
    pub block_comments: &'static [(&'static str, &'static str)],
    /// What begins a comment, or a string in the place of one, that documents the code beside it.
    pub doc_comments: &'static [&'static str],
    /// What strings stand between; where one mark begins with another, the longer one first.
    pub strings: &'static [StringMark],
    /// Brackets that nest, each with the one that closes it.
    pub brackets: &'static [(char, char)],
    /// The words that tell about structure.
    pub words: Words,
    /// Whether indentation, and nothing else, says where a block ends.
    pub indented: bool,
    /// Whether words mean the same in upper and lower case.
    pub ignores_case: bool,
    /// Whether lines that begin with `#` belong to a preprocessor and stand where they like.
    pub preprocessed: bool,
    /// Whether each simple statement ends with a semicolon.
    pub semicolons: bool,
    /// Whether tags such as `<s>` stand in its texts.
    pub tags: bool,
    /// Whether its texts are words for people to read, not code.
    pub prose: bool,
}

/// Words of a language by what they do to structure. All are in lower case where case does not count.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// At the end of a line: the next lines are a block.
    pub opens: &'static [&'static str],
    /// At the start of a line: a block has ended with the line before.
    pub closes: &'static [&'static str],
    /// At the start of a line: one part of a block has ended, another begins.
    pub continues: &'static [&'static str],
    /// Before a name: the name is being defined.
    pub defines: &'static [&'static str],
    /// At the start of a line: a statement, with or without a block, that defines nothing.
    pub flow: &'static [&'static str],
}

/// What one kind of string stands between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StringMark {
    /// What begins it.
    pub open: &'static str,
    /// What ends it.
    pub close: &'static str,
    /// How `close` can stand inside it.
    pub escape: Escape,
    /// How much it may hold.
    pub extent: Extent,
}

/// How the closing mark of a string can stand inside the string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// It cannot.
    Nothing,
    /// Behind a backslash.
    Backslash,
    /// Written twice.
    Doubled,
    /// Behind a backquote, as PowerShell has it.
    Backquote,
}

/// How much stands between the marks of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One character or one escape. A mark that is not closed behind that is no string: a lifetime, a label, a digit
    /// separator, the prime of a name.
    Character,
    /// At most the rest of the line.
    Line,
    /// Any number of lines.
    Lines,
}

impl StringMark {
    /// A string that ends on its line, with backslashes.
    pub(super) const fn line(mark: &'static str) -> Self {
        Self { open: mark, close: mark, escape: Escape::Backslash, extent: Extent::Line }
    }

    /// A string that may span lines, with backslashes.
    pub(super) const fn lines(mark: &'static str) -> Self {
        Self { extent: Extent::Lines, ..Self::line(mark) }
    }

    /// One character, with backslashes.
    pub(super) const fn character(mark: &'static str) -> Self {
        Self { extent: Extent::Character, ..Self::line(mark) }
    }

    /// A string that holds anything but its closing mark, over any number of lines.
    pub(super) const fn raw(open: &'static str, close: &'static str) -> Self {
        Self { open, close, escape: Escape::Nothing, extent: Extent::Lines }
    }

    /// The same string with its closing mark escaped otherwise.
    pub(super) const fn escaped(self, escape: Escape) -> Self {
        Self { escape, ..self }
    }
}

/// What most languages nest.
pub(super) const BRACKETS: &[(char, char)] = &[('(', ')'), ('[', ']'), ('{', '}')];

/// No words at all.
pub(super) const NO_WORDS: Words = Words { opens: &[], closes: &[], continues: &[], defines: &[], flow: &[] };

/// What a text of no known language is read with: the comment signs and strings that most have, and every word that
/// means one thing in all languages that know it.
pub(super) const UNKNOWN: Syntax = Syntax {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    doc_comments: &[],
    strings: &[StringMark::line("\""), StringMark::line("'"), StringMark::lines("`")],
    brackets: BRACKETS,
    words: Words {
        opens: &["do", "then", "begin", "else", "try"],
        closes: &["end", "fi", "done", "esac", "endif"],
        continues: &["else", "elif", "elsif", "elseif", "except", "finally", "catch", "rescue", "ensure"],
        defines: &[
            "class",
            "const",
            "data",
            "def",
            "defmodule",
            "enum",
            "fn",
            "fun",
            "func",
            "function",
            "interface",
            "macro_rules",
            "module",
            "object",
            "protocol",
            "static",
            "struct",
            "trait",
            "type",
            "union",
        ],
        flow: &[
            "if", "for", "while", "loop", "match", "switch", "case", "default", "try", "do", "with", "unless", "until",
            "when", "select", "return", "unsafe", "let", "foreach",
        ],
    },
    indented: false,
    ignores_case: false,
    preprocessed: false,
    semicolons: false,
    tags: false,
    prose: false,
};

/// A text without code: no comments, no strings, no words.
pub(super) const PLAIN: Syntax = Syntax {
    line_comments: &[],
    block_comments: &[],
    doc_comments: &[],
    strings: &[],
    brackets: BRACKETS,
    words: NO_WORDS,
    indented: false,
    ignores_case: false,
    preprocessed: false,
    semicolons: false,
    tags: false,
    prose: false,
};

impl Syntax {
    /// Whether `word` at the start of a line says that a block, or a part of one, ended with the line before.
    pub fn closes(&self, word: &str) -> bool {
        self.has(self.words.closes, word) || self.has(self.words.continues, word)
    }

    /// Whether a word that begins so may become one that [`closes`](Self::closes).
    pub fn may_close(&self, begun: &str) -> bool {
        let mut words = self.words.closes.iter().chain(self.words.continues);
        let begins = |word: &&str| word.get(..begun.len()).is_some_and(|part| part.eq_ignore_ascii_case(begun));
        !begun.is_empty() && words.any(|word| word.len() > begun.len() && begins(word))
    }

    /// Whether `word` at the end of a line says that a block follows.
    pub fn opens(&self, word: &str) -> bool {
        self.has(self.words.opens, word)
    }

    /// Whether the name behind `word` is being defined.
    pub fn defines(&self, word: &str) -> bool {
        self.has(self.words.defines, word)
    }

    /// Whether `word` begins a statement, or a part of one, that defines nothing.
    pub fn is_flow(&self, word: &str) -> bool {
        self.has(self.words.flow, word) || self.has(self.words.continues, word)
    }

    /// Whether `line`, without white space before it, begins with a comment.
    pub fn begins_comment(&self, line: &str) -> bool {
        self.line_comments.iter().any(|sign| !is_word(sign) && line.starts_with(sign.trim_end()))
            || self.block_comments.iter().any(|(open, _)| line.starts_with(open))
            || self.begins_comment_by_word(line)
    }

    /// Whether `line`, without white space before it, begins with a comment of which the sign is a word, as `REM`.
    pub fn begins_comment_by_word(&self, line: &str) -> bool {
        let begins = |sign: &str| line.strip_prefix(sign.trim_end()).is_some_and(|rest| !is_word(rest));
        self.line_comments.iter().any(|sign| is_word(sign) && begins(sign))
    }

    /// The strings that may span lines, by marks that hardly mean anything else: `"""`, a backtick, `[[`; not one quote.
    pub fn long_strings(&self) -> impl Iterator<Item = &'static StringMark> {
        let is_telling = |open: &str| open.len() > 2 || !open.contains(['"', '\'']);
        self.strings.iter().filter(move |mark| mark.extent == Extent::Lines && is_telling(mark.open))
    }

    fn has(&self, words: &[&str], word: &str) -> bool {
        let same = |other: &&str| if self.ignores_case { other.eq_ignore_ascii_case(word) } else { *other == word };
        words.iter().any(same)
    }
}

/// Whether `text` begins with a letter or digit.
fn is_word(text: &str) -> bool {
    text.starts_with(char::is_alphanumeric)
}
