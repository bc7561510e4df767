//! Going on below the cursor's line while it stays sure.

use crate::{
    confidence::further,
    query::Query,
    tokens::{Token, indentation},
    vote::{Choice, Voter, line_from, signature, tally},
    write::{base_indent, further_line},
};

/// More lines than this are more than a person wants to read at once.
const MAX_FURTHER_LINES: usize = 7;

/// The lines below the one chosen, and how sure all of it is.
///
/// Those who were for the last line vote on the next, as long as it stays as sure as `least`, up to a blank line, to
/// the end of the block the cursor is in, or to what stands below the cursor already.
pub fn further_lines(query: &Query, choice: &Choice, mut sure: f32, least: f32) -> (Vec<String>, f32) {
    let mut lines = Vec::new();
    let Some(base) = choice.best().map(|best| base_indent(query, best)).filter(|_| query.suffix.is_empty()) else {
        return (lines, sure);
    };
    let below = query.place.after.lines().map(str::trim).find(|line| !line.is_empty());
    let mut voters = choice.voters.clone();
    while lines.len() < MAX_FURTHER_LINES && sure >= least {
        let total: u64 = voters.iter().map(|voter| voter.weight).sum();
        let next = voters.into_iter().filter_map(next_line);
        let choices = tally(next, |voter| signature(query, voter));
        let Some(choice) = choices.into_iter().next() else { break };
        let surely = sure * further(choice.weight, total, choice.voters.len());
        let Some(line) = choice.best().and_then(|best| further_line(query, best, &base)) else { break };
        if surely < least || below == Some(line.trim()) {
            break;
        }
        let leaves_block = indentation(&line).len() < base.len();
        if leaves_block && !line.trim_start().starts_with(['}', ')', ']']) {
            break;
        }
        sure = surely;
        lines.push(line);
        voters = choice.voters;
        if leaves_block {
            break;
        }
    }
    (lines, sure)
}

/// The same voter a line further down; `None` at the end of its text and before a blank line.
fn next_line(mut voter: Voter) -> Option<Voter> {
    let source = voter.one.source;
    let end = voter.one.place + voter.tokens;
    if source.tokens.get(end) != Some(&Token::LINE_END) {
        return None;
    }
    let between = source.text.get(*source.starts.get(end)? as usize..*source.starts.get(end + 1)? as usize)?;
    if between.matches('\n').count() > 1 {
        return None;
    }
    (voter.one.place, voter.one.typed, voter.gap) = (end + 1, 0, 0);
    voter.tokens = line_from(source.tokens, end + 1).len();
    (voter.tokens > 0).then_some(voter)
}
