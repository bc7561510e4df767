//! Writing a choice down as it has to stand at the cursor.

use crate::{
    align::{Alignment, fit_indent, indent_above, indent_of},
    query::Query,
    source::Source,
    vote::Voter,
};

/// The rest of the cursor's line. `None` when there is nothing to insert.
pub fn rest_of_line(query: &Query, voter: &Voter) -> Option<String> {
    let one = &voter.one;
    let start = *one.source.starts.get(one.place)? as usize;
    let mut text = lead(query, voter, start);
    text.push_str(&renamed(query, &one.source, &voter.alignment, one.place, voter.tokens, one.typed)?);
    let keeps_gap = !query.suffix.is_empty() && !query.place.after.starts_with([' ', '\t']);
    if !keeps_gap {
        text.truncate(text.trim_end().len());
    }
    (!text.trim().is_empty()).then_some(text)
}

/// A whole line below the cursor's, which has the indentation `base`. `None` where it would go out further than that.
pub fn further_line(query: &Query, voter: &Voter, base: &str) -> Option<String> {
    let indent = fit_indent(voter.indent, indent_of(&voter.one), base)?;
    let line = renamed(query, &voter.one.source, &voter.alignment, voter.one.place, voter.tokens, 0)?;
    Some(format!("{indent}{}", line.trim_end()))
}

/// The white space between the cursor and the next token.
fn lead(query: &Query, voter: &Voter, start: usize) -> String {
    if !query.partial.is_empty() || query.spaced() {
        return voter.one.source.text.get(start.saturating_sub(voter.gap)..start).unwrap_or_default().into();
    }
    if query.line.is_empty() {
        return base_indent(query, voter);
    }
    let before = &voter.one.source.text[..start];
    before[before.trim_end_matches([' ', '\t']).len()..].into()
}

/// The indentation the cursor's line has, or should have while nothing has been typed on it.
pub fn base_indent(query: &Query, voter: &Voter) -> String {
    if !query.line.is_empty() {
        return query.indent().into();
    }
    fit_indent(indent_above(&voter.one), voter.indent, query.indent_above).unwrap_or_default()
}

/// `tokens` tokens from `place` on, in our names, without their first `skip` bytes, up to where the next token starts.
fn renamed(
    query: &Query,
    source: &Source,
    alignment: &Alignment,
    place: usize,
    tokens: usize,
    skip: usize,
) -> Option<String> {
    let mut text = String::new();
    let mut at = source.start(place) + skip;
    for number in place..place + tokens {
        let Some(name) = alignment.renamed(*source.tokens.get(number)?).map(|to| query.name(to)) else {
            continue;
        };
        let from = source.start(number);
        // The word begun is kept as it is: it has been matched by its letters.
        let Some(between) = source.text.get(at..from).filter(|_| from >= at) else { continue };
        text.push_str(between);
        text.push_str(name);
        at = from + source.word(from).len();
    }
    text.push_str(source.text.get(at..source.start(place + tokens))?);
    Some(text)
}
