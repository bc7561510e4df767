//! Drops a suggestion that says the lines above the cursor again.

use super::filter_name::Filter;
use crate::completion::Window;
use crate::text::line;

/// Shorter lines come again in honest code: `None,`, `break;`, `return;`.
const LEAST_BYTES: usize = 8;

/// Refuses a block whose lines, the cursor's line included, are the lines right above it.
pub fn check(window: &Window, block: &str) -> Result<(), Filter> {
    let whole = format!("{}{}", window.line_before(), block.trim_end());
    let ours: Vec<&str> = whole.split('\n').filter(|line| !line::is_blank(line)).map(str::trim_end).collect();
    let mut above: Vec<&str> =
        window.lines_above().filter(|line| !line::is_blank(line)).take(ours.len()).map(str::trim_end).collect();
    above.reverse();
    let long_enough = ours.iter().map(|line| line.trim_start().len()).sum::<usize>() >= LEAST_BYTES;
    if long_enough && ours == above { Err(Filter::Above) } else { Ok(()) }
}
