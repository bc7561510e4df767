//! Markdown's fenced code blocks: how we write them, and as models write them, nested, unclosed, indented.

use crate::text::fence::Fence;
use crate::text::{indentation, line_break};

/// One fenced block of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FencedBlock<'a> {
    /// The first word of the info string, mostly a language's name.
    pub info: &'a str,
    /// The lines between the fences, without the indentation that the opening fence has.
    pub body: String,
    /// Where the opening fence's line starts in the reply, in bytes.
    pub start: usize,
    /// Whether a closing fence was written.
    pub closed: bool,
}

/// The blocks of `reply`, in order. With `nested` each may hold fences of its own, as the text it rewrites does.
pub fn blocks(reply: &str, nested: bool) -> Vec<FencedBlock<'_>> {
    let lines: Vec<&str> = line_break::lines(reply).collect();
    let mut blocks = Vec::new();
    let (mut at, mut start) = (0, 0);
    while at < lines.len() {
        let line_start = start;
        start += lines[at].len();
        let Some(fence) = Fence::of(lines[at]) else {
            at += 1;
            continue;
        };
        let inside = &lines[at + 1..];
        let (length, closed) = extent(inside, &fence, nested);
        let mut body: String = inside[..length].iter().map(|line| without_indent(line, fence.indent)).collect();
        if !closed && let Some(cut) = glued_fence(&body) {
            body.truncate(cut);
        }
        let info = fence.info.split([' ', ',', '{', ':']).next().unwrap_or_default();
        blocks.push(FencedBlock { info, body, start: line_start, closed });
        let used = length + usize::from(closed);
        start += inside[..used].iter().map(|line| line.len()).sum::<usize>();
        at += 1 + used;
    }
    blocks
}

/// `code` as a fenced block of Markdown; the fence is longer than any in the code.
pub fn fenced(code: &str, language: &str) -> String {
    let mut fence = "```".to_owned();
    while code.contains(&fence) {
        fence.push('`');
    }
    let end = if code.ends_with('\n') || code.is_empty() { "" } else { "\n" };
    format!("{fence}{language}\n{code}{end}{fence}")
}

/// Whether a line of `text` is a fence.
pub fn any(text: &str) -> bool {
    line_break::lines(text).any(|line| Fence::of(line).is_some())
}

/// What closes the block in which `text` ends, as Markdown is read: a fence with the same indentation. `None`: it ends
/// outside of one.
pub fn closing(text: &str) -> Option<String> {
    let mut open: Option<(&str, Fence<'_>)> = None;
    for line in line_break::lines(text) {
        let Some(fence) = Fence::of(line) else { continue };
        open = match open {
            None => Some((line, fence)),
            Some((_, opened)) if fence.closes(&opened) => None,
            opened => opened,
        };
    }
    open.map(|(line, fence)| format!("{}{}", &line[..fence.indent], fence.marker.to_string().repeat(fence.length)))
}

/// How many of `lines` belong to the block that `opened` opens, and whether the line behind them closes it.
fn extent(lines: &[&str], opened: &Fence<'_>, nested: bool) -> (usize, bool) {
    let fences: Vec<(usize, Fence<'_>)> =
        lines.iter().enumerate().filter_map(|(at, line)| Some((at, Fence::of(line)?))).collect();
    if nested || opened.is_markdown() {
        let closing = (0..fences.len()).rev().find(|at| fences[*at].1.closes(opened) && balanced(&fences[..*at]));
        if let Some(at) = closing {
            return (fences[at].0, true);
        }
    }
    if let Some(at) = nested_end(&fences, opened) {
        return (at, true);
    }
    // A second block that opens says that the first had ended.
    let end = fences.iter().find(|(_, fence)| fence.closes(opened) || fence.opens_in(opened));
    end.map_or((lines.len(), false), |(at, fence)| (*at, fence.closes(opened)))
}

/// Whether the fences open and close in turn.
fn balanced(fences: &[(usize, Fence<'_>)]) -> bool {
    let mut open: Option<&Fence<'_>> = None;
    for (_, fence) in fences {
        open = match open {
            None => Some(fence),
            Some(opened) if fence.closes(opened) => None,
            Some(opened) if fence.opens_in(opened) => return false,
            Some(opened) => Some(opened),
        };
    }
    open.is_none()
}

/// The line that closes the block where each fence with an info string opens one inside of it.
fn nested_end(fences: &[(usize, Fence<'_>)], opened: &Fence<'_>) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, fence) in fences {
        if fence.opens_in(opened) {
            depth += 1;
        } else if fence.closes(opened) {
            let Some(outer) = depth.checked_sub(1) else { return Some(*at) };
            depth = outer;
        }
    }
    None
}

/// Where a fence starts that was written right behind the last line of code.
fn glued_fence(body: &str) -> Option<usize> {
    let code = body.trim_end().strip_suffix("```")?;
    let last = code.rsplit(['\n', '\r']).next().unwrap_or_default().trim();
    // A comment's own fence stands behind nothing but the sign of the comment.
    let is_comment = last.chars().all(|c| matches!(c, '/' | '!' | '*' | '#' | '-' | ';' | '%' | '`'));
    (!is_comment).then_some(code.len())
}

/// `line` without up to `columns` bytes of white space at its start.
fn without_indent(line: &str, columns: usize) -> &str {
    &line[indentation::of(line).len().min(columns)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each block is (info, body, closed).
    #[track_caller]
    fn check(reply: &str, nested: bool, expected: &[(&str, &str, bool)]) {
        let blocks = blocks(reply, nested);
        let found: Vec<_> = blocks.iter().map(|block| (block.info, block.body.as_str(), block.closed)).collect();
        assert_eq!(found, expected);
        assert!(blocks.iter().all(|block| reply[block.start..].trim_start().starts_with(['`', '~'])));
    }

    #[test]
    fn a_fence_is_longer_than_those_in_the_code() {
        assert_eq!(fenced("```\na\n```", "markdown"), "````markdown\n```\na\n```\n````");
        assert_eq!(fenced("", ""), "```\n```");
    }

    #[test]
    fn blocks_with_prose_around_them() {
        check("no fence at all", false, &[]);
        check("a\n```rust\nx\n```\nb\n~~~\ny\n~~~\n", false, &[("rust", "x\n", true), ("", "y\n", true)]);
        check("````js title=\"a\"\n```\n````", false, &[("js", "```\n", true)]);
        check("```rust\r\nx\r\n```\r\n", false, &[("rust", "x\r\n", true)]);
    }

    #[test]
    fn a_block_may_stay_open() {
        check("```rust\nx\n", false, &[("rust", "x\n", false)]);
        check("```rust\nf() {}```", false, &[("rust", "f() {}", false)]);
        check("```rust\n/// ```", false, &[("rust", "/// ```", false)]);
        check("```js\na\n```sh\nb\n", false, &[("js", "a\n", false), ("sh", "b\n", false)]);
    }

    #[test]
    fn fences_inside_of_markdown_belong_to_it() {
        check("```md\na\n```sh\nb\n```\nc\n```\n", false, &[("md", "a\n```sh\nb\n```\nc\n", true)]);
        check("```md\na\n```\nb\n```\nc\n```\n", false, &[("md", "a\n```\nb\n```\nc\n", true)]);
        check("```md\na\n```\nor\n```md\nb\n```\n", false, &[("md", "a\n", true), ("md", "b\n", true)]);
        check("```elixir\n```\niex\n```\nx\n```\n", true, &[("elixir", "```\niex\n```\nx\n", true)]);
    }

    #[test]
    fn fences_in_lists_lose_their_indentation() {
        check("1. Do\n   ```py\n   if x:\n       y\n   ```\n", false, &[("py", "if x:\n    y\n", true)]);
    }

    #[test]
    fn a_block_that_is_open_at_the_end_is_closed_by_its_own_fence() {
        let cases = [
            ("", None),
            ("```rust\nx\n```\n", None),
            ("```rust\nx", Some("```")),
            ("````md\n```\n", Some("````")),
            ("~~~\n```\n", Some("~~~")),
            ("1. Do\n   ```py\n   x\n", Some("   ```")),
            ("```x``` is how\n", None),
        ];
        for (text, expected) in cases {
            assert_eq!(closing(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn backticks_in_a_line_are_no_fence() {
        check("Use ```x``` here\n```x``` is\n", false, &[]);
    }
}
