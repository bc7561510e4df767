//! Cuts a loop: the same few lines, or the same few words in a line, said again and again.

use crate::text::line;

/// This often in a row is a loop. Twice happens in honest code.
const TIMES: usize = 3;

/// Elements of a list with words in them are a loop when they come this often; numbers never are.
const TIMES_OF_DATA: usize = 8;

/// The longest loop looked for, in lines.
const LONGEST: usize = 6;

/// A loop of lines holds this many bytes besides white space in each round.
const LEAST_BYTES: usize = 8;

/// So many lines do not come twice in a row by chance.
const LONG_ROUND: usize = 3;

/// A loop of several lines may be told by its second round and the begun third, if a round holds this many bytes.
const LEAST_BYTES_OF_TWO: usize = 12;

/// The longest loop looked for within a line, in bytes. A clause has about 40.
const LONGEST_IN_LINE: usize = 48;

/// A loop within a line has so many bytes at least.
const LEAST_BYTES_IN_LINE: usize = 24;

/// How often words come in a row before they are a loop: `very very very`.
const TIMES_OF_WORDS: usize = 6;

/// The same for two words, and for a phrase of more.
const TIMES_OF_PAIR: usize = 4;
const TIMES_OF_PHRASE: usize = 3;

/// The same for words in a list, whose rows may be honest data; and for several different ones.
const TIMES_IN_LIST: usize = 12;
const TIMES_OF_ROW: usize = 6;

/// The same for numbers, paths of `../` and the like.
const TIMES_OF_SIGNS: usize = 20;

/// The same for one letter or digit.
const TIMES_OF_LETTER: usize = 24;

/// The same for several numbers.
const TIMES_OF_NUMBERS: usize = 12;

/// The longest ruler, a line of one sign, in columns, and other columns beyond those of a terminal where rulers end.
const LONGEST_RULER: usize = 120;
const RULERS: [usize; 4] = [99, 100, 119, LONGEST_RULER];

/// Columns of a terminal: a ruler may have any number of them.
const TERMINAL: usize = 80;

/// Zeros of these lengths stand for a hash of 128, 160 or 256 bits.
const HASHES: [usize; 3] = [32, 40, 64];

/// `block`, which goes on with the line `before`, up to the end of the first round of a loop, or before the line that is
/// one; or all of it.
pub fn cut<'a>(before: &str, block: &'a str) -> &'a str {
    let lines: Vec<&str> = block.split('\n').collect();
    // The first one stands on the cursor's line, without its indentation.
    let said: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    let mut at = 0;
    for start in 0..lines.len() {
        for length in 1..=LONGEST {
            if is_loop(&said[start..], length) {
                let round = lines[start..start + length].iter().map(|line| line.len() + 1).sum::<usize>();
                return &block[..at + round - 1];
            }
        }
        at += lines[start].len() + 1;
    }
    match lines.last() {
        Some(last) if loop_in_line(last) && !is_ruler(if lines.len() == 1 { before } else { "" }, last) => {
            block[..block.len() - last.len()].trim_end_matches('\n')
        }
        _ => block,
    }
}

/// `lines`, of which no more will be read, without those at the end with which the first lines begin again, or with which
/// two lines and more are said again: what a loop looks like that is not read far enough to be told by its third round.
pub fn before_next_round(lines: &str) -> &str {
    let said: Vec<&str> = lines.split('\n').map(str::trim).collect();
    let again = (2..=LONGEST).find_map(|length| {
        let next = (1..=length).rev().find(|next| {
            let Some(before) = said.len().checked_sub(length + next) else { return false };
            let (round, next_round) = said[before..].split_at(length);
            // A single line comes again in honest code: `if err != nil {`.
            (*next > 1 || said[..before].iter().all(|line| line.is_empty()))
                && round.starts_with(next_round)
                && begins_round(next_round[0])
                && bytes(next_round) >= LEAST_BYTES
                && !next_round.iter().any(|line| is_data(line))
        })?;
        Some(said.len() - next)
    });
    let Some(kept) = again else { return lines };
    let end = lines.match_indices('\n').nth(kept - 1).map_or(lines.len(), |(at, _)| at);
    &lines[..end]
}

/// Whether a round of lines may begin with this one: what closes blocks comes again wherever they end.
fn begins_round(text: &str) -> bool {
    let is_lone_word = text.trim_end_matches([';', ',']).chars().all(|c| c.is_alphanumeric() || c == '_');
    text.contains(char::is_alphanumeric)
        && !is_lone_word
        && !text.starts_with(['}', ')', ']'])
        && !text.starts_with("</")
}

/// Whether `lines`, in their order, end in two rounds of the same few lines or more: they come again by right. How many
/// lines such a round has.
pub fn round_of(lines: &[&str]) -> Option<usize> {
    (1..=lines.len() / 2).find(|length| {
        let (rest, last) = lines.split_at(lines.len() - length);
        rest.ends_with(last) && bytes(last) >= LEAST_BYTES && last.iter().any(|line| begins_round(line.trim()))
    })
}

/// Whether the last of `lines`, all complete, are a loop.
pub fn lines_in_loop(lines: &str) -> bool {
    let lines = lines.rsplit('\n').filter(|line| !line::is_blank(line));
    let tail: Vec<&str> = lines.map(str::trim).take(TIMES_OF_DATA.max(TIMES * LONGEST)).collect();
    (1..=LONGEST).any(|length| is_full_loop(&tail, length))
}

/// Whether `line`, which is still growing, ends in a loop.
pub fn line_in_loop(line: &str) -> bool {
    loop_in_line(line) && !may_become_hash(line) && !may_become_ruler(line)
}

/// Whether a line that goes on with `text` ends with a ruler.
fn is_ruler(before: &str, text: &str) -> bool {
    let columns = before.chars().count() + text.trim_end().chars().count();
    ends_in_signs(text) && (columns <= TERMINAL || RULERS.contains(&columns))
}

fn may_become_ruler(text: &str) -> bool {
    ends_in_signs(text) && text.chars().count() <= LONGEST_RULER
}

/// Whether `text` ends in the same sign twice, no bracket.
fn ends_in_signs(text: &str) -> bool {
    let mut last = text.trim_end().chars().rev();
    let sign = last.next();
    sign.is_some_and(is_sign) && sign == last.next()
}

/// Whether rulers are drawn with it.
fn is_sign(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '"' | '\'' | '`')
}

/// Whether a line that still grows ends in zeros that may yet be those of a hash.
fn may_become_hash(text: &str) -> bool {
    let zeros = text.len() - text.trim_end_matches('0').len();
    zeros > 0 && HASHES.iter().any(|length| zeros <= *length)
}

/// Whether a line is data rather than code: an element of a list, an empty cell, numbers. Data comes again.
pub fn is_data(text: &str) -> bool {
    is_element(text.trim()) || is_numbers(text)
}

/// Whether a line has no words of its own: numbers, signs, a cell of a table with those.
pub fn is_numbers(text: &str) -> bool {
    !text.contains(char::is_alphabetic) || is_empty_tag(text.trim())
}

fn is_element(text: &str) -> bool {
    text.ends_with(',') && !text.contains(['=', ';'])
}

/// Whether no letter stands outside of tags: `<td>0</td>`.
fn is_empty_tag(text: &str) -> bool {
    let mut outside = text.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text);
    text.starts_with('<') && text.ends_with('>') && !outside.any(|text| text.contains(char::is_alphabetic))
}

fn is_loop(lines: &[&str], length: usize) -> bool {
    is_full_loop(lines, length) || (length > 1 && is_begun_loop(lines, length))
}

/// Whether the first lines are a round of `length` lines, and that again as often as [`TIMES`] says.
fn is_full_loop(lines: &[&str], length: usize) -> bool {
    let is_data = lines.iter().take(length).all(|line| self::is_data(line));
    let times = if is_data { TIMES_OF_DATA } else { TIMES };
    let Some(rounds) = lines.get(..times * length) else { return false };
    let (first, rest) = rounds.split_at(length);
    let may_loop = !is_data || first.iter().any(|line| is_element(line) && line.contains(char::is_alphabetic));
    may_loop && rest.chunks(length).all(|round| round == first) && bytes(first) >= LEAST_BYTES
}

/// Whether `lines` are two rounds, and the beginning of a third if they are short, up to their end.
fn is_begun_loop(lines: &[&str], length: usize) -> bool {
    let least = 2 * length + usize::from(length < LONG_ROUND);
    if lines.len() < least || lines.len() >= TIMES * length {
        return false;
    }
    let (first, rest) = lines.split_at(length);
    let (last, whole) = rest.split_last().map_or(("", rest), |(last, whole)| (*last, whole));
    let expected = first[(rest.len() - 1) % length];
    whole.iter().enumerate().all(|(at, line)| *line == first[at % length])
        && expected.starts_with(last.trim_end())
        && !line::is_blank(last)
        && bytes(first) >= LEAST_BYTES_OF_TWO
        && !first.iter().any(|line| is_data(line))
}

fn bytes(lines: &[&str]) -> usize {
    lines.iter().map(|line| line.trim().len()).sum()
}

/// Whether `text` ends in the same few bytes again and again.
fn loop_in_line(text: &str) -> bool {
    let bytes = text.trim_end().as_bytes();
    if bytes.len() < LEAST_BYTES_IN_LINE {
        return false;
    }
    (1..=LONGEST_IN_LINE.min(bytes.len() / 2)).any(|period| {
        let same = bytes.iter().rev().zip(bytes.iter().rev().skip(period)).take_while(|(a, b)| a == b).count();
        let unit = &bytes[bytes.len() - period..];
        // What repeats within itself is judged by its own period.
        if (1..period).any(|part| period % part == 0 && unit.chunks(part).all(|chunk| chunk == &unit[..part])) {
            return false;
        }
        let covered = same + period;
        if unit == b"0" && HASHES.contains(&covered) {
            return false;
        }
        covered >= LEAST_BYTES_IN_LINE && covered >= period * times(unit) - usize::from(period > 1)
    })
}

/// How often `unit` must come in a row to be a loop.
fn times(unit: &[u8]) -> usize {
    let text = str::from_utf8(unit).unwrap_or_default();
    let mut chars = text.chars();
    let one = chars.next().filter(|_| chars.next().is_none());
    match numbers(unit) {
        _ if one.is_some_and(|c| c.is_ascii_alphanumeric() || !c.is_alphabetic()) => TIMES_OF_LETTER,
        0 if !text.contains(char::is_alphabetic) && !text.is_empty() => TIMES_OF_SIGNS,
        _ if unit.contains(&b'\\') => TIMES_OF_SIGNS,
        1 => TIMES_OF_SIGNS,
        0 if unit.contains(&b',') && words(text) > 1 => TIMES_OF_ROW,
        0 if unit.contains(&b',') => TIMES_IN_LIST,
        0 if text.contains(|c: char| !c.is_alphabetic() && c != ' ') => TIMES_OF_WORDS,
        0 => match words(text) {
            0 | 1 => TIMES_OF_WORDS,
            2 => TIMES_OF_PAIR,
            _ => TIMES_OF_PHRASE,
        },
        _ => TIMES_OF_NUMBERS,
    }
}

/// How many words `unit`, said again and again, holds: one that its end cuts goes on at its start.
fn words(unit: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let parts = unit.split(|c| !is_word(c)).filter(|part| !part.is_empty()).count();
    parts - usize::from(parts > 1 && unit.starts_with(is_word) && unit.ends_with(is_word))
}

/// How many numbers `unit`, said again and again, holds between other signs, if those are all its words: `0x00, ` has
/// one.
fn numbers(unit: &[u8]) -> usize {
    let in_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || !byte.is_ascii();
    let before = |at: usize| unit[(at + unit.len() - 1) % unit.len()];
    let starts: Vec<u8> =
        (0..unit.len()).filter(|at| in_word(unit[*at]) && !in_word(before(*at))).map(|at| unit[at]).collect();
    if starts.iter().all(u8::is_ascii_digit) { starts.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `reply` holds `§` where it is cut.
    #[track_caller]
    fn check(reply: &str) {
        let text = reply.replacen('§', "", 1);
        assert_eq!(cut("", &text), &text[..reply.find('§').unwrap_or(text.len())], "{reply:?}");
    }

    #[test]
    fn lines_in_a_loop_are_said_once() {
        check("push(a);§\npush(a);\npush(a);\npush(a);");
        check("a(1);\nload(b);\nsave(c);§\nload(b);\nsave(c);\nload(b);");
        check("a();\nlet x = 1;§\nlet x = 1;\nlet x = 1;");
    }

    #[test]
    fn twice_is_no_loop() {
        check("push(a);\npush(a);");
        check("load(b);\nsave(c);\nload(b);\nsave(c);");
    }

    #[test]
    fn what_closes_blocks_is_no_round() {
        assert_eq!(round_of(&["f() {", "    }", "}"]), None);
        assert_eq!(round_of(&["</section>", "</section>"]), None);
        assert_eq!(round_of(&["  end", "  end"]), None);
        assert_eq!(round_of(&["[0, 0, 0],", "[0, 0, 0],"]), Some(1));
        assert_eq!(round_of(&["left(90)", "on(10)", "left(90)", "on(10)"]), Some(2));
    }

    #[track_caller]
    fn check_next_round(lines: &str) {
        let text = lines.replacen('§', "", 1);
        assert_eq!(before_next_round(&text), &text[..lines.find('§').unwrap_or(text.len())], "{lines:?}");
    }

    #[test]
    fn of_a_loop_that_is_read_no_further_one_round_is_kept() {
        check_next_round("left(a);\nright(b);§\nleft(a);");
        check_next_round("left(a);\nright(b);§\nleft(a);\nright(b);");
        check_next_round("\nleft(a);\nright(b);§\nleft(a);");
        check_next_round("x();\nleft(a);\nright(b);\ntri(c);§\nleft(a);\nright(b);");
        check_next_round("a := f()\nif err != nil {\n  return\n}\nb := g()\nif err != nil {");
        check_next_round("}\na\n}");
        check_next_round("if a then\n  if b then\n    c()\n  end\n  return nil\nend\nreturn nil");
        check_next_round("1,\n2,\n1,");
        check_next_round("left(a);");
    }

    #[test]
    fn data_comes_again() {
        check("0,\n0,\n0,\n0,\n0,");
        check("[0, 0, 0],\n[0, 0, 0],\n[0, 0, 0],");
        check("<td></td>\n<td></td>\n<td></td>");
        check("    0, 0, 0, 0, 0, 0, 0, 0,");
        check("0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,");
    }

    #[test]
    fn a_line_in_a_loop_goes() {
        check(&format!("a();§\n// {}", "very ".repeat(12)));
        check(&format!("§{}", "0, ".repeat(40)));
        check(&format!("§{}", "bar = ".repeat(8)));
        check(&format!("let a = 1;§\nlet b = 1{}", "0".repeat(60)));
        check(&format!("§{}", "/".repeat(200)));
        check(&format!("§{}", "=".repeat(90)));
        check(&format!("§a = {}", "[".repeat(40)));
        check(&format!("§{}", "1, 2, ".repeat(12)));
        check(&format!("§{}", "and reads all of it ".repeat(4)));
        check(&format!("§{}", "id, name, ".repeat(7)));
        check(&format!("§{}", "url(a.png), ".repeat(8)));
    }

    #[test]
    fn rulers_and_numbers_are_no_loop() {
        check(&format!("// {}", "-".repeat(97)));
        check(&format!("# {}", "─".repeat(60)));
        check(&format!("  {}", "0x00, ".repeat(16)));
        check(&format!("  {}", "0.0f, ".repeat(16)));
        assert_eq!(cut("// ", &"/".repeat(97)).len(), 97);
        assert_eq!(cut("// ", &"/".repeat(99)).len(), 0);
        assert!(!line_in_loop(&"-".repeat(100)) && line_in_loop(&"-".repeat(121)));
        check("1000000000000");
        check("../../../../../../../a.js");
        check("no, no, no and no");
        check("on and on and on and again");
        check("String, u8, String, u8, String, u8");
        check("<li>a</li><li>a</li><li>a</li>");
    }
}
