//! Drops a suggestion that says the lines above the cursor again.

use super::{filter_name::Filter, repetition};
use crate::completion::Window;
use crate::text::line;

/// Shorter lines come again in honest code: `None,`, `break;`, `return;`.
const LEAST_BYTES: usize = 8;

/// Lines above in which a repetition that goes on is looked for.
const LINES_ABOVE: usize = 16;

/// Refuses a block whose lines, the cursor's line included, are the lines right above it; but not numbers, nor where those
/// lines repeat others already.
pub fn check(window: &Window, block: &str) -> Result<(), Filter> {
    let whole = format!("{}{}", window.line_before(), block.trim_end());
    let ours: Vec<&str> = whole.split('\n').filter(|line| !line::is_blank(line)).map(str::trim_end).collect();
    let long_enough = ours.iter().map(|line| line.trim_start().len()).sum::<usize>() >= LEAST_BYTES;
    let above = window.lines_above().filter(|line| !line::is_blank(line)).map(str::trim_end);
    let mut above: Vec<&str> = above.take(ours.len().max(LINES_ABOVE)).collect();
    above.reverse();
    // What comes again and again may come once more.
    let goes_on = repetition::round_of(&above).is_some_and(|round| ours.len().is_multiple_of(round));
    let is_again = long_enough && above.ends_with(&ours);
    if is_again && !goes_on && !ours.iter().all(|line| repetition::is_numbers(line)) {
        Err(Filter::Above)
    } else {
        Ok(())
    }
}
