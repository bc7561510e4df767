//! The core: from a place in a text to what is worth showing there.

pub mod block;
pub mod filter;
pub mod line;
pub mod reason;
pub mod stop;
pub mod window;

pub use reason::Reason;
pub use window::Window;
