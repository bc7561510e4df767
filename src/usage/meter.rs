//! What one chat costs, counted while its reply is read.

use super::Cost;
use crate::model::{ChatPrompt, Piece, Usage};

/// Counts one reply. What the endpoint does not count itself, and what it did not get to because the reply was given up,
/// is estimated from bytes.
#[derive(Debug, Clone)]
pub struct Meter {
    sent: usize,
    received: usize,
    usage: Option<Usage>,
}

impl Meter {
    /// A meter for the reply to this prompt.
    pub fn new(prompt: &ChatPrompt) -> Self {
        Self { sent: prompt.bytes(), received: 0, usage: None }
    }

    /// Takes note of a piece as it arrives. Thinking is paid for like text.
    pub fn take(&mut self, piece: &Piece) {
        match piece {
            Piece::Text(text) | Piece::Thinking(text) => self.received += text.len(),
            Piece::End(end) => self.usage = end.usage,
        }
    }

    /// What it cost up to now.
    pub fn cost(&self) -> Cost {
        Cost::of(self.sent, self.received, self.usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{End, Message, Role};

    #[track_caller]
    fn check(pieces: &[Piece], prompt_tokens: u64, completion_tokens: u64) {
        let messages =
            vec![Message { role: Role::System, text: "abc".into() }, Message { role: Role::User, text: "défg".into() }];
        let mut meter = Meter::new(&ChatPrompt { messages, ..ChatPrompt::default() });
        pieces.iter().for_each(|piece| meter.take(piece));
        assert_eq!(meter.cost(), Cost { prompt_tokens, completion_tokens });
    }

    #[test]
    fn the_endpoints_count_goes_before_the_estimate() {
        let text = |text: &str| Piece::Text(text.into());
        let thinking = Piece::Thinking("1234".into());
        check(&[], 3, 0);
        check(&[text("ab"), text("c")], 3, 1);
        check(&[thinking.clone(), text("ab")], 3, 2);
        check(&[text("ab"), Piece::End(End::default())], 3, 1);
        let usage = Some(Usage { prompt_tokens: 20, completion_tokens: 9, cached_tokens: 0 });
        check(&[thinking, text("ab"), Piece::End(End { usage, ..End::default() })], 20, 9);
    }
}
