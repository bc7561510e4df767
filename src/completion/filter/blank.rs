//! Drops what is only white space, and white space at the end of what is shown.

use super::filter_name::Filter;
use crate::completion::Window;
use crate::text::line;

/// `block` without white space at its end; it stays where text follows on the cursor's line.
pub fn trim<'a>(window: &Window, block: &'a str) -> Result<&'a str, Filter> {
    if line::is_blank(block) {
        return Err(Filter::Blank);
    }
    Ok(if line::is_blank(window.line_after()) { block.trim_end() } else { block.trim_end_matches('\n') })
}
