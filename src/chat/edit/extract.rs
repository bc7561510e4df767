//! Which part of a reply is the rewrite: one of its fenced blocks, all of it, or none.

use std::borrow::Cow;

use super::{elided, prose};
use crate::chat::fence;

/// What info strings call commands and what they print; such a block is mostly how to build or run the code.
const SHELLS: [&str; 10] =
    ["sh", "bash", "shell", "zsh", "console", "shell-session", "text", "txt", "plaintext", "output"];

/// Blocks less alike to the selection (see [`prose::alike`]) have not been made from it.
const MIN_ALIKE: f32 = 0.3;

/// Of two blocks this near to each other in likeness, the first is meant: models write the proposal first.
const NEAR: f32 = 0.15;

/// The code in `reply` that rewrites `selected`; `around` is the text near it. `None`: the reply is prose, or its blocks
/// hold something else.
pub fn code<'a>(reply: &'a str, selected: &str, around: &str) -> Option<Cow<'a, str>> {
    let fenced = fence::any(selected);
    let blocks = fence::blocks(reply, fenced);
    if let Some(code) = before_lone_fence(reply, &blocks, selected) {
        return Some(Cow::Borrowed(code));
    }
    let rewrites_prose = fenced || prose::is_prose(selected);
    let mut parts: Vec<Cow<'a, str>> = Vec::new();
    let outer = blocks.len() == 1 && blocks.iter().all(|block| reply[..block.start].trim().is_empty());
    if blocks.is_empty() {
        return prose::is_rewrite(reply, selected).then(|| Cow::Borrowed(without_span(reply, selected)));
    }
    // A document may come without a fence around it, and with blocks of its own.
    if rewrites_prose && !outer && !prose::is_addressed(reply) {
        parts.push(Cow::Borrowed(reply));
    }
    let usable = |block: &fence::FencedBlock<'_>| !block.body.trim().is_empty() && !is_foreign(block, selected, around);
    parts.extend(blocks.into_iter().filter(usable).map(|block| Cow::Owned(block.body)));
    best(parts, selected)
}

/// The code before a closing fence whose opening one was not written.
fn before_lone_fence<'a>(reply: &'a str, blocks: &[fence::FencedBlock<'_>], selected: &str) -> Option<&'a str> {
    let [block] = blocks else { return None };
    let code = reply.get(..block.start)?;
    let is_lone = block.info.is_empty() && block.body.trim().is_empty() && !block.closed;
    (is_lone && prose::is_rewrite(code, selected)).then_some(code)
}

/// A difference, or commands, that have nothing in common with the document.
fn is_foreign(block: &fence::FencedBlock<'_>, selected: &str, around: &str) -> bool {
    let info = block.info.to_ascii_lowercase();
    if info == "diff" || info == "patch" {
        return !selected.lines().any(|line| line.starts_with("@@") || line.starts_with("+++"));
    }
    let common = || prose::alike(&block.body, selected) + prose::alike(&block.body, around);
    SHELLS.contains(&info.as_str()) && common() == 0.0
}

/// The part most like `selected`; rather one that is neither the same nor leaves anything out.
fn best<'a>(parts: Vec<Cow<'a, str>>, selected: &str) -> Option<Cow<'a, str>> {
    if parts.len() <= 1 {
        return parts.into_iter().next();
    }
    let likeness = |part: &Cow<'_, str>| prose::alike(part, selected);
    let parts = prefer(parts, |part| !same(part, selected), likeness);
    let mut parts = prefer(parts, |part| !elided::is_elided(part, selected), likeness);
    let most = parts.iter().map(likeness).fold(0.0, f32::max);
    let at = parts.iter().position(|part| likeness(part) >= most - NEAR)?;
    Some(parts.swap_remove(at))
}

/// Those of `parts` that are `good`, if one of them is like the selection; else all.
fn prefer<T>(parts: Vec<T>, good: impl Fn(&T) -> bool, likeness: impl Fn(&T) -> f32) -> Vec<T> {
    if parts.iter().any(|part| good(part) && likeness(part) >= MIN_ALIKE) {
        return parts.into_iter().filter(good).collect();
    }
    parts
}

fn same(part: &str, selected: &str) -> bool {
    let lines = |text: &'_ str| -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    lines(part) == lines(selected)
}

/// `reply` without the backticks of one code span around all of it.
fn without_span<'a>(reply: &'a str, selected: &str) -> &'a str {
    let trimmed = reply.trim();
    let code = trimmed.trim_matches('`');
    let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
    let is_span = ticks > 0 && trimmed.len() == code.len() + 2 * ticks && !code.contains(['`', '\n']);
    if is_span && !selected.trim().starts_with('`') { code } else { reply }
}
