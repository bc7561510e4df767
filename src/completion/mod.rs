//! The core: from a place in a text to what is worth showing there.
