//! Rendering a candidate as the text to insert at the cursor: the rest of its line, and lines below.

use crate::{
    candidates::{Aligned, Alignment, Candidate, group, line_from},
    model::further_confidence,
    occurrence::Occurrence,
    query::Query,
    source::Source,
    tokens::{Token, indentation},
};

/// More lines than this are more than one wants to read at once.
const MAX_FURTHER_LINES: usize = 7;

/// The rest of the cursor's line. `None` when there is nothing to insert.
pub fn rest_of_line(query: &Query, aligned: &Aligned) -> Option<String> {
    let (source, place) = (&aligned.occurrence.source, aligned.occurrence.place);
    let start = *source.starts.get(place)? as usize;
    let mut text = missing_space(query, aligned, start);
    text.push_str(&renamed(query, source, &aligned.alignment, place, aligned.tokens, aligned.occurrence.typed)?);
    let keeps_space = !query.suffix.is_empty() && !query.place.after.starts_with([' ', '\t']);
    if !keeps_space {
        text.truncate(text.trim_end().len());
    }
    (!text.trim().is_empty()).then_some(text)
}

/// The lines below that of `candidate`, and the confidence that all of it is right, which begins as `confidence`.
///
/// Those occurrences that agreed on the last line predict the next, as long as the confidence is `least` or more, up to
/// a blank line, to the end of the block the cursor is in, or to what stands below the cursor already.
pub fn further_lines(query: &Query, candidate: &Candidate, mut confidence: f32, least: f32) -> (Vec<String>, f32) {
    let mut lines = Vec::new();
    let best = candidate.best().filter(|_| query.suffix.is_empty());
    let Some(base) = best.map(|best| base_indent(query, best)) else { return (lines, confidence) };
    let below = query.place.after.lines().map(str::trim).find(|line| !line.is_empty());
    let mut occurrences = candidate.occurrences.clone();
    while lines.len() < MAX_FURTHER_LINES && confidence >= least {
        let total: u64 = occurrences.iter().map(|aligned| aligned.weight).sum();
        let next = occurrences.into_iter().filter_map(next_line);
        let Some(candidate) = group(next, |aligned| aligned.signature(query)).into_iter().next() else { break };
        let with_line = confidence * further_confidence(candidate.weight, total, candidate.occurrences.len());
        let Some(line) = candidate.best().and_then(|best| whole_line(query, best, &base)) else { break };
        if with_line < least || below == Some(line.trim()) {
            break;
        }
        let leaves_block = indentation(&line).len() < base.len();
        if leaves_block && !line.trim_start().starts_with(['}', ')', ']']) {
            break;
        }
        confidence = with_line;
        lines.push(line);
        occurrences = candidate.occurrences;
        if leaves_block {
            break;
        }
    }
    (lines, confidence)
}

/// The same occurrence a line further down; `None` at the end of its text and before a blank line.
fn next_line(mut aligned: Aligned) -> Option<Aligned> {
    let source = aligned.occurrence.source;
    let end = aligned.occurrence.place + aligned.tokens;
    if source.tokens.get(end) != Some(&Token::LINE_END) {
        return None;
    }
    let between = source.text.get(*source.starts.get(end)? as usize..*source.starts.get(end + 1)? as usize)?;
    if between.matches('\n').count() > 1 {
        return None;
    }
    (aligned.occurrence.place, aligned.occurrence.typed, aligned.gap) = (end + 1, 0, 0);
    aligned.tokens = line_from(source.tokens, end + 1).len();
    (aligned.tokens > 0).then_some(aligned)
}

/// A whole line below the cursor's, which has the indentation `base`. `None` where it would go out further than that.
fn whole_line(query: &Query, aligned: &Aligned, base: &str) -> Option<String> {
    let occurrence = &aligned.occurrence;
    let indent = fit_indent(aligned.indent, occurrence.indent(), base)?;
    let line = renamed(query, &occurrence.source, &aligned.alignment, occurrence.place, aligned.tokens, 0)?;
    Some(format!("{indent}{}", line.trim_end()))
}

/// The white space between the cursor and the next token, which stands at the byte `start` there.
fn missing_space(query: &Query, aligned: &Aligned, start: usize) -> String {
    let text = aligned.occurrence.source.text;
    if !query.partial.is_empty() || query.spaced() {
        return text.get(start.saturating_sub(aligned.gap)..start).unwrap_or_default().into();
    }
    if query.line.is_empty() {
        return base_indent(query, aligned);
    }
    let before = &text[..start];
    before[before.trim_end_matches([' ', '\t']).len()..].into()
}

/// The indentation the cursor's line has, or should have while nothing has been typed on it.
fn base_indent(query: &Query, aligned: &Aligned) -> String {
    if !query.line.is_empty() {
        return query.indent().into();
    }
    fit_indent(indent_above(&aligned.occurrence), aligned.indent, query.indent_above).unwrap_or_default()
}

/// The indentation of the nearest line above an occurrence that holds something.
fn indent_above<'a>(occurrence: &Occurrence<'a>) -> &'a str {
    let (text, start) = (occurrence.source.text, occurrence.source.starts.get(occurrence.place));
    let start = start.map_or(0, |&start| start as usize);
    let line = text[..start].rfind('\n').unwrap_or(0);
    let above = text[..line].trim_end();
    indentation(&above[above.rfind('\n').map_or(0, |at| at + 1)..])
}

/// What the indentation `to` under `from` is under `base`. `None` where it would go out further than `base` does, or
/// where one indents by tabs and the other by spaces.
fn fit_indent(from: &str, to: &str, base: &str) -> Option<String> {
    if let Some(further) = to.strip_prefix(from) {
        let alike = base.is_empty() || further.is_empty() || base[..1] == further[..1];
        return alike.then(|| format!("{base}{further}"));
    }
    let less = from.strip_prefix(to)?;
    base.strip_suffix(less).map(str::to_owned)
}

/// `tokens` tokens from `place` on, in the cursor's names, without their first `skip` bytes, up to where the next token
/// starts.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_moves_with_its_base() {
        let check = |from, to, base, expect: Option<&str>| assert_eq!(fit_indent(from, to, base).as_deref(), expect);
        check("  ", "    ", "", Some("  "));
        check("  ", "  ", "\t", Some("\t"));
        check("", "\t", "\t", Some("\t\t"));
        check("    ", "  ", "      ", Some("    "));
        check("", "\t", "  ", None);
        check("    ", "", "  ", None);
    }
}
