//! Cuts a loop: the same few lines said again and again.

use crate::text::line;

/// This often in a row is a loop. Twice happens in honest code.
const TIMES: usize = 3;

/// The longest loop looked for, in lines.
const LONGEST: usize = 4;

/// Loops of trivial lines (`0,`, `}`) are honest data; a loop must hold this many bytes besides white space.
const LEAST_BYTES: usize = 8;

/// `block` up to the end of the first round of a loop, or all of it.
pub fn cut(block: &str) -> &str {
    let lines: Vec<&str> = block.split('\n').collect();
    for start in 0..lines.len() {
        for length in 1..=LONGEST {
            if is_loop(&lines[start..], length) {
                let bytes = lines[..start + length].iter().map(|line| line.len() + 1).sum::<usize>() - 1;
                return &block[..bytes];
            }
        }
    }
    block
}

/// Whether the last lines of a text that is still growing are a loop.
pub fn ends_in_loop(text: &str) -> bool {
    let tail: Vec<&str> =
        text.rsplit('\n').skip(1).filter(|line| !line::is_blank(line)).take(TIMES * LONGEST).collect();
    (1..=LONGEST).any(|length| is_loop(&tail, length))
}

fn is_loop(lines: &[&str], length: usize) -> bool {
    let Some(rounds) = lines.get(..TIMES * length) else { return false };
    let (first, rest) = rounds.split_at(length);
    first.iter().map(|line| line.trim().len()).sum::<usize>() >= LEAST_BYTES
        && rest.chunks(length).all(|round| round == first)
}
