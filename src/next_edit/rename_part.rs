//! Renaming goes on in names made of the same parts: `old_name` to `new_name`, then `OldName`, `set_old_name`.

use super::{
    difference::Replacement,
    pattern::{Pattern, Rule},
    replaced::{Instance, find},
    same_change::{grouped, replacements},
    scene::Scene,
    tokens::{Kind, Line, Marks},
};

/// Lines on each side of the cursor in which names with the same parts are sought.
const REACH_LINES: usize = 80;

/// Shorter parts are in too many names.
const MIN_LETTERS: usize = 3;

/// The most names of one renaming that are followed.
const MAX_NAMES: usize = 8;

/// The patterns of names that have a renamed part, those of the latest changes first.
pub fn patterns(scene: &Scene<'_>, most: usize) -> Vec<Pattern> {
    let Some(reader) = scene.readers.first() else { return vec![] };
    let renames: Vec<_> = grouped(replacements(scene).into_iter().filter(Instance::is_rename).collect());
    let mut found = Vec::new();
    let near = scene.cursor_line.saturating_sub(REACH_LINES)..scene.cursor_line + REACH_LINES;
    for group in renames.iter().take(most) {
        let Some(first) = group.first().filter(|one| scene.is_typed(one.example)) else { continue };
        let (Some(old), Some(new)) = (first.old_tokens().first(), first.new_tokens().first()) else { continue };
        let (old, new) = (first.old.text_of(old), first.new.text_of(new));
        let Some((from, to)) = changed_parts(old, new) else { continue };
        let mut names: Vec<(String, String)> = Vec::new();
        for row in near.clone() {
            let line = reader.line(row);
            for token in line.tokens.iter().filter(|token| token.kind == Kind::Word) {
                let word = line.text_of(token);
                if word == old || word == new || names.len() >= MAX_NAMES {
                    continue;
                }
                let renamed = with_part(word, &from, &to).filter(|_| !names.iter().any(|(name, _)| name == word));
                names.extend(renamed.map(|renamed| (word.to_owned(), renamed)));
            }
        }
        for (name, renamed) in names {
            let marks = Marks { hash_comment: false, single_quote: false };
            let (line, becomes) = (Line::new(&name, marks), Line::new(&renamed, marks));
            let what = Replacement { old: 0..1, new: 0..1 };
            let instance = Instance { example: first.example, old: &line, new: &becomes, what: &what };
            found.extend(find(scene, Rule::RenamePart, &[instance], false));
        }
    }
    found
}

/// The parts of a name in lower case: `setOldName`, `set_old_name` and `SET_OLD_NAME` have the same.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins = match before {
            None | Some('_') => true,
            Some(before) if before.is_lowercase() || before.is_numeric() => letter.is_uppercase(),
            // The last capital of a row begins the next part: `HTTPServer`.
            Some(_) => letter.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase()),
        };
        before = Some(letter);
        if letter == '_' {
            continue;
        }
        match parts.last_mut().filter(|_| !begins) {
            Some(part) => part.extend(letter.to_lowercase()),
            None => parts.push(letter.to_lowercase().collect()),
        }
    }
    parts
}

/// Which parts of `old` became which of `new`.
fn changed_parts(old: &str, new: &str) -> Option<(Vec<String>, Vec<String>)> {
    let (old, new) = (parts(old), parts(new));
    let head = old.iter().zip(&new).take_while(|(one, two)| one == two).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(one, two)| one == two).count();
    let (from, to) = (old.get(head..old.len() - tail)?.to_vec(), new.get(head..new.len() - tail)?.to_vec());
    let letters: usize = from.iter().map(String::len).sum();
    (letters >= MIN_LETTERS && !to.is_empty()).then_some((from, to))
}

/// `name` with the parts `to` in the place of `from`, written as the name is; `None` if it has not these parts.
fn with_part(name: &str, from: &[String], to: &[String]) -> Option<String> {
    // Most names have not even its letters.
    let first = from.first()?.as_bytes();
    if !name.as_bytes().windows(first.len()).any(|window| window.eq_ignore_ascii_case(first)) && name.is_ascii() {
        return None;
    }
    let all = parts(name);
    let at = all.windows(from.len()).position(|window| window == from)?;
    let lead = &name[..name.len() - name.trim_start_matches('_').len()];
    let trail = &name[name.trim_end_matches('_').len().max(lead.len())..];
    let mut renamed: Vec<String> = all.get(..at)?.to_vec();
    renamed.extend(to.iter().cloned());
    renamed.extend(all.get(at + from.len()..)?.iter().cloned());
    let core = name.trim_matches('_');
    let written = written(core, &renamed);
    // What cannot be written again as it was is left alone.
    (self::written(core, &all) == core).then(|| format!("{lead}{written}{trail}"))
}

/// `parts` in the style of `name`.
fn written(name: &str, parts: &[String]) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    let upper = name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase);
    if upper && (name.contains('_') || name.chars().count() > 1) {
        return parts.iter().map(|part| part.to_uppercase()).collect::<Vec<_>>().join("_");
    }
    if name.contains('_') || !name.chars().any(char::is_uppercase) {
        return parts.join("_");
    }
    let camel = name.chars().next().is_some_and(char::is_lowercase);
    let number = |(at, part): (usize, &String)| if camel && at == 0 { part.clone() } else { capital(part) };
    parts.iter().enumerate().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check((old, new): (&str, &str), name: &str, expect: Option<&str>) {
        let renamed = changed_parts(old, new).and_then(|(from, to)| with_part(name, &from, &to));
        assert_eq!(renamed.as_deref(), expect);
    }

    #[test]
    fn names_with_the_same_parts_follow_in_their_own_style() {
        check(("old_name", "new_name"), "set_old_name", Some("set_new_name"));
        check(("user_id", "account_id"), "set_user", Some("set_account"));
        check(("user", "account"), "UserStore", Some("AccountStore"));
        check(("user", "account"), "MAX_USER", Some("MAX_ACCOUNT"));
        check(("fetchUser", "loadUser"), "fetch_all", Some("load_all"));
        check(("User", "AdminUser"), "user", None);
        check(("user", "account"), "users", None);
        check(("user", "account"), "_user", Some("_account"));
    }
}
