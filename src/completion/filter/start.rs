//! What becomes of the first bytes of a reply.

/// What becomes of the start of a reply: so many bytes go, this white space comes in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Bytes that go.
    pub drop: usize,
    /// White space that comes.
    pub insert: String,
}

impl Start {
    /// All stays as it is.
    pub fn keep() -> Self {
        Self { drop: 0, insert: String::new() }
    }

    /// So many bytes go.
    pub fn drop(bytes: usize) -> Self {
        Self { drop: bytes, insert: String::new() }
    }
}
