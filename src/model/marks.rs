//! The marks by which models are told where a text begins and ends: `<|end_of_file|>`, `</s>`. They say them as text.

/// The longest name between `<|` and `|>`, in bytes. `reserved_special_token_250` has 26.
const LONGEST_NAME: usize = 32;

/// What stands at a place in a text that may still grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A mark of this many bytes.
    Mark(usize),
    /// No mark, or one that is part of the text.
    No,
    /// More text must tell.
    Unknown,
}

/// Marks with a spelling of their own, by the families of models that have them.
const WHOLE: [&str; 43] = [
    "[PREFIX]",
    "[SUFFIX]",
    "[MIDDLE]",
    "[INST]",
    "[/INST]",
    "[EOS]",
    "[BOS]",
    "[UNK]",
    "[PAD]",
    "<EOT>",
    "<EOD>",
    "<EOS>",
    "<EOF>",
    "<PRE>",
    "<SUF>",
    "<MID>",
    "<END>",
    "<eos>",
    "<bos>",
    "<pad>",
    "<unk>",
    "</s>",
    "<s>",
    "<file_sep>",
    "<repo_name>",
    "<reponame>",
    "<filename>",
    "<gh_stars>",
    "<issue_start>",
    "<issue_comment>",
    "<issue_closed>",
    "<jupyter_start>",
    "<jupyter_code>",
    "<jupyter_text>",
    "<jupyter_output>",
    "<commit_before>",
    "<commit_after>",
    "<commit_msg>",
    "<empty_output>",
    "<end_of_turn>",
    "<start_of_turn>",
    "<COMPLETION>",
    "</COMPLETION>",
];

/// Openings of families whose names vary, with what closes them.
const FAMILIES: [(&str, &str); 4] = [("<|", "|>"), ("<｜", "｜>"), ("<fim", ">"), ("<[fim", "]>")];

/// A bit for each ASCII byte that is the second of a mark.
const SECOND_BYTES: u128 = {
    let mut bits = 0;
    let mut at = 0;
    while at < WHOLE.len() {
        bits |= 1 << WHOLE[at].as_bytes()[1];
        at += 1;
    }
    let mut at = 0;
    while at < FAMILIES.len() {
        let byte = FAMILIES[at].0.as_bytes()[1];
        bits |= if byte.is_ascii() { 1 << byte } else { 0 };
        at += 1;
    }
    bits
};

/// Offsets at which a mark may begin.
pub fn candidates(text: &str) -> impl Iterator<Item = usize> {
    memchr::memchr2_iter(b'<', b'[', text.as_bytes())
}

/// `text` without marks at its very end, unless `about`, what it is about, holds such a mark.
pub fn without_end_marks<'a>(text: &'a str, about: &str) -> &'a str {
    let mut left = text;
    loop {
        let trimmed = left.trim_end();
        let Some(at) = trimmed.rfind(['<', '[']) else { return left };
        let mark = &trimmed[at..];
        let is_mark = spelled(mark, true) == Found::Mark(mark.len());
        let is_tag = matches!(mark, "<s>" | "</s>") && about.contains("<s");
        if !is_mark || is_tag || about.contains(mark) {
            return left;
        }
        left = &trimmed[..at];
    }
}

/// Whether `text` begins with a mark, by spelling alone.
pub fn spelled(text: &str, finished: bool) -> Found {
    let is_begun = |whole: &str| !finished && whole.len() > text.len() && whole.starts_with(text);
    // Most of what begins with a bracket is told from a mark by its second byte.
    let second = text.as_bytes().get(1);
    if second.is_some_and(|byte| byte.is_ascii() && SECOND_BYTES >> byte & 1 == 0) {
        return Found::No;
    }
    let may_be = |mark: &str| second.is_none() || mark.as_bytes().get(1) == second;
    if let Some(mark) = WHOLE.iter().find(|mark| may_be(mark) && text.starts_with(**mark)) {
        return Found::Mark(mark.len());
    }
    if WHOLE.iter().any(|mark| may_be(mark) && is_begun(mark)) {
        return Found::Unknown;
    }
    for (opening, closing) in FAMILIES {
        let Some(name) = text.strip_prefix(opening) else {
            if is_begun(opening) {
                return Found::Unknown;
            }
            continue;
        };
        let may_stand = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | ' ' | '▁');
        let end = name.find(|c: char| !may_stand(c)).unwrap_or(name.len());
        let is_name = (1..=LONGEST_NAME).contains(&end) && !name.starts_with(' ');
        let rest = &name[end..];
        if is_name && rest.starts_with(closing) {
            return Found::Mark(opening.len() + end + closing.len());
        }
        if !finished && end <= LONGEST_NAME && !name.starts_with(' ') && closing.starts_with(rest) {
            return Found::Unknown;
        }
    }
    Found::No
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_at_the_very_end_go() {
        assert_eq!(without_end_marks("```\na\n```\n</s><|im_end|>\n", "a"), "```\na\n```\n");
        assert_eq!(without_end_marks("<p><s>a</s>", "<s>b</s>"), "<p><s>a</s>");
        assert_eq!(without_end_marks("a[0]", ""), "a[0]");
    }

    #[test]
    fn a_mark_is_told_by_its_spelling() {
        assert_eq!(spelled("<|fim_middle|>x", false), Found::Mark(14));
        assert_eq!(spelled("<|fim", false), Found::Unknown);
        assert_eq!(spelled("<|fim", true), Found::No);
        assert_eq!(spelled("<u8>", false), Found::No);
    }
}
