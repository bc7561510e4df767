//! What a line of text inherits from the lines above it.

use super::names::Class;

/// The scan's state between two lines. Equal states mean that the lines below are judged alike, so that a scan after an
/// edit ends where its state is the one of before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineState {
    /// Inside the body of a private key: the length of its first line, 0 before it, and whether a line of it was read.
    pub key: Option<KeyBody>,
    /// Inside a literal of several lines.
    pub text: Option<Text>,
    /// Inside a YAML block or list that belongs to a telling name.
    pub block: Option<Block>,
    /// A telling name whose value was not on its line.
    pub pending: Option<Pending>,
    /// Where in a Kubernetes manifest.
    pub kube: Kube,
    /// Lines left in which `password` belongs to a netrc entry.
    pub netrc: u8,
}

/// Inside a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyBody {
    /// Length (bytes) of the body's first line; the first shorter one is the last.
    pub width: u16,
    /// Whether a line of the body was read.
    pub begun: bool,
}

/// Inside a literal of several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// What the name says.
    pub class: Class,
    /// How the literal ends.
    pub end: Delimiter,
    /// Lines left, so that a quote that never closes ends somewhere.
    pub left: u8,
}

/// What closes a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// `"`, `'` or a backtick.
    One(u8),
    /// Three of it.
    Three(u8),
    /// The same after a backslash: a literal inside a literal.
    Escaped(u8),
    /// `&quot;`.
    Entity,
}

impl Delimiter {
    /// How many bytes it takes.
    pub fn len(self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Three(_) => 3,
            Self::Escaped(_) => 2,
            Self::Entity => 6,
        }
    }
}

/// Lines that are indented below a telling name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// What the name says.
    pub class: Class,
    /// The name's own indentation.
    pub indent: u16,
}

/// A telling name that waits for its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// What the name says.
    pub class: Class,
    /// The indentation of the name's line.
    pub indent: u16,
    /// How many more lines may hold the value.
    pub left: u8,
    /// Where the value may stand.
    pub place: Place,
}

/// Where the value of a name on an earlier line may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At the beginning of the next line.
    Direct,
    /// There, after an operator of fallback only.
    Fallback,
    /// In each literal or item until the list closes.
    List,
    /// After a key such as `value` or `default`, until the group closes.
    Keyed,
    /// In the column with this number, counted from 0, of each row until the statement ends.
    Column(u8),
}

/// Where in a Kubernetes manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kube {
    /// Nowhere.
    #[default]
    None,
    /// In a manifest of a kind that is not known yet.
    Manifest,
    /// In a `Secret`.
    Secret,
    /// In the data of a manifest of unknown kind, below this indentation.
    Data(u16),
    /// In the data of a `Secret`, below this indentation.
    SecretData(u16),
}
