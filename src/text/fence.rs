//! A line that opens or closes a fenced code block in Markdown.

/// What info strings say of a block that is itself Markdown, and so may hold fences.
const MARKDOWN: [&str; 5] = ["markdown", "md", "mdx", "rmd", "quarto"];

/// One such line.
#[derive(Debug, Clone, Copy)]
pub struct Fence<'a> {
    /// A backtick or a tilde.
    pub marker: char,
    /// How many of them.
    pub length: usize,
    /// Bytes of white space before them.
    pub indent: usize,
    /// What stands behind them, mostly a language's name.
    pub info: &'a str,
}

impl<'a> Fence<'a> {
    /// At least three backticks or tildes; no backtick follows backticks (CommonMark 0.31, "Fenced code blocks"). More
    /// than three blanks may stand before it: models write fences in lists.
    pub fn of(line: &'a str) -> Option<Self> {
        let trimmed = line.trim_start_matches([' ', '\t']);
        let marker = trimmed.chars().next().filter(|c| *c == '`' || *c == '~')?;
        let info = trimmed.trim_start_matches(marker);
        let length = trimmed.len() - info.len();
        let is_fence = length >= 3 && !(marker == '`' && info.contains('`'));
        is_fence.then(|| Fence { marker, length, indent: line.len() - trimmed.len(), info: info.trim() })
    }

    /// Whether it closes the block that `opened` opened.
    pub fn closes(&self, opened: &Fence<'_>) -> bool {
        self.info.is_empty() && self.marker == opened.marker && self.length >= opened.length
    }

    /// Whether it opens a block, inside of one that `outer` opened.
    pub fn opens_in(&self, outer: &Fence<'_>) -> bool {
        !self.info.is_empty() && self.marker == outer.marker && self.length >= outer.length
    }

    /// Whether the block it opens is Markdown.
    pub fn is_markdown(&self) -> bool {
        MARKDOWN.contains(&self.info.to_ascii_lowercase().as_str())
    }
}
