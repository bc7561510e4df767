//! Made-up sessions after refactorings that are common in real histories, and changes after which nothing follows.

use crate::{
    session::{File, Hunk, Session, language},
    syntax::Syntax,
};

/// What the person does in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    RenameVariable,
    RenameFunction,
    AddArgument,
    RemoveArgument,
    WrapCall,
    ReplaceCall,
    WidenType,
    ReplaceConstant,
    AddLine,
    RemoveLine,
    MoveImport,
    RenamePart,
    AddEntry,
    /// Each hunk is another one: nothing follows.
    Unrelated,
    /// One variable is renamed where it is, and another function has one of its name.
    RenameHere,
    /// A literal is changed at one place of several.
    OneConstant,
}

const KINDS: [Kind; 16] = [
    Kind::RenameVariable,
    Kind::RenameFunction,
    Kind::AddArgument,
    Kind::RemoveArgument,
    Kind::WrapCall,
    Kind::ReplaceCall,
    Kind::WidenType,
    Kind::ReplaceConstant,
    Kind::AddLine,
    Kind::RemoveLine,
    Kind::MoveImport,
    Kind::RenamePart,
    Kind::AddEntry,
    Kind::Unrelated,
    Kind::RenameHere,
    Kind::OneConstant,
];

const NOUNS: [&str; 16] = [
    "order", "ticket", "packet", "report", "tenant", "cursor", "bucket", "channel", "invoice", "profile", "segment",
    "shard", "vector", "widget", "journal", "record",
];
const VERBS: [&str; 12] =
    ["load", "store", "merge", "parse", "check", "build", "apply", "close", "fetch", "index", "split", "render"];

/// The sessions of one half: every kind in every language, with names and sizes of that half's own.
pub fn sessions(half: u64) -> Vec<Session> {
    let mut all = Vec::new();
    for (at, kind) in KINDS.into_iter().enumerate() {
        for (number, syntax) in Syntax::ALL.into_iter().enumerate() {
            let seed = half * 1_000 + at as u64 * 10 + number as u64;
            all.push(session(kind, syntax, seed));
        }
    }
    all
}

/// A small generator of numbers, the same on each machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    /// Different words of a list.
    fn words(&mut self, list: &[&'static str], count: usize) -> Vec<&'static str> {
        let mut left = list.to_vec();
        (0..count).map(|_| left.swap_remove(self.below(left.len()))).collect()
    }
}

fn session(kind: Kind, syntax: Syntax, seed: u64) -> Session {
    let build = |after: bool| texts(kind, syntax, &mut Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)), after);
    let (before, after) = (build(false), build(true));
    let (mut files, mut hunks) = (Vec::new(), Vec::new());
    for (number, (old, new)) in before.iter().zip(&after).enumerate() {
        let key = format!("part{number}.{}", syntax.extension());
        let language = language(&key).unwrap_or_default();
        hunks.extend(difference(old, new).into_iter().map(|(old, new)| Hunk { file: number, old, new }));
        files.push(File { key: key.as_str().into(), language: language.into(), text: old.concat() });
    }
    Session { name: format!("{kind:?} in {syntax:?}, {seed}"), files, hunks }
}

/// The hunks between two texts, without context.
fn difference(old: &[String], new: &[String]) -> Vec<(std::ops::Range<usize>, String)> {
    let width = new.len() + 1;
    let mut best = vec![0; (old.len() + 1) * width];
    for row in (0..old.len()).rev() {
        for column in (0..new.len()).rev() {
            best[row * width + column] = if old[row] == new[column] {
                best[(row + 1) * width + column + 1] + 1
            } else {
                best[(row + 1) * width + column].max(best[row * width + column + 1])
            };
        }
    }
    let (mut row, mut column, mut hunks) = (0, 0, Vec::new());
    while row < old.len() || column < new.len() {
        let (from, put) = (row, column);
        while row < old.len() || column < new.len() {
            if row < old.len() && column < new.len() && old[row] == new[column] {
                break;
            }
            let down = row < old.len()
                && (column == new.len() || best[(row + 1) * width + column] >= best[row * width + column + 1]);
            if down { row += 1 } else { column += 1 }
        }
        if (from, put) != (row, column) {
            hunks.push((from..row, new[put..column].concat()));
        }
        while row < old.len() && column < new.len() && old[row] == new[column] {
            (row, column) = (row + 1, column + 1);
        }
    }
    hunks
}

/// Functions that have nothing to do with the change.
fn filler(syntax: Syntax, chance: &mut Chance, lines: &mut Vec<String>) {
    let (verbs, nouns) = (chance.words(&VERBS, 2), chance.words(&NOUNS, 2));
    let (one, two) = (syntax.name(&["other", nouns[0]]), syntax.name(&["last", nouns[1]]));
    lines.push(syntax.function(&syntax.name(&[verbs[0], "every", nouns[0]]), &[&one], syntax.integer()));
    lines.push(syntax.variable(1, &two, &format!("{one} + {}", chance.below(90) + 10)));
    if chance.below(2) == 0 {
        lines.push(syntax.condition(1, &format!("{two} > {}", chance.below(900) + 100)));
        lines.push(syntax.statement(2, &format!("{}({two}, {one})", syntax.name(&[verbs[1], nouns[1]]))));
        lines.extend(syntax.condition_end(1));
    }
    lines.push(syntax.statement(1, &format!("return {two}")));
    lines.extend(syntax.end());
}

/// The texts before or after the whole change.
fn texts(kind: Kind, syntax: Syntax, chance: &mut Chance, after: bool) -> Vec<Vec<String>> {
    let (verbs, nouns) = (chance.words(&VERBS, 4), chance.words(&NOUNS, 5));
    let uses = 3 + chance.below(4);
    let s = syntax;
    let pick = |old: String, new: String| if after { new } else { old };
    let mut files: Vec<Vec<String>> = vec![vec![], vec![]];
    let call = s.name(&[verbs[0], nouns[0]]);
    let value = |at: usize| s.name(&[nouns[1 + at % 3], ["count", "size", "name", "limit"][at % 4]]);
    files[0].push(match kind {
        Kind::MoveImport => s.import(&pick("helpers".into(), "support".into()), &call),
        _ => s.import("helpers", &call),
    });
    files[0].push(s.import("helpers", &s.name(&[verbs[1], nouns[1]])));
    files[0].push(String::new());
    filler(s, chance, &mut files[0]);
    if kind == Kind::MoveImport {
        // The second file imports from the same module.
        files[1].push(s.import(&pick("helpers".into(), "support".into()), &call));
        files[1].push(String::new());
    }
    if matches!(kind, Kind::RenameFunction | Kind::AddArgument | Kind::RemoveArgument) {
        let name =
            if kind == Kind::RenameFunction { pick(call.clone(), s.name(&[verbs[2], nouns[0]])) } else { call.clone() };
        let parameters: &[&str] = match (kind, after) {
            (Kind::AddArgument, true) | (Kind::RemoveArgument, false) => &["ctx", "first"],
            _ => &["first"],
        };
        files[0].push(s.function(&name, parameters, s.integer()));
        files[0].push(s.statement(1, "return first"));
        files[0].extend(s.end());
    }
    let (old_name, new_name) = (s.name(&[nouns[0], "list"]), s.name(&["pending", nouns[0]]));
    let constant = (chance.below(80) + 10).to_string();
    for at in 0..uses {
        let file =
            usize::from(at + 1 == uses && matches!(kind, Kind::RenameFunction | Kind::MoveImport | Kind::WrapCall));
        let own = [s.name(&[verbs[1], nouns[at % 5], ["one", "two", "three", "four", "five", "six", "seven"][at]])];
        let lines = &mut files[file];
        if chance.below(3) == 0 {
            filler(s, chance, lines);
        }
        if kind == Kind::RenameVariable && at > 0 {
            // All within one function.
            lines.push(s.statement(
                1,
                &format!(
                    "{}({}, {})",
                    s.name(&[verbs[3], nouns[at % 5]]),
                    pick(old_name.clone(), new_name.clone()),
                    value(at)
                ),
            ));
            lines.push(s.statement(1, &format!("{}({})", s.name(&[verbs[2], nouns[at % 5]]), value(at + 1))));
            continue;
        }
        let kind_of = if kind == Kind::WidenType {
            pick(s.integer().into(), s.wide_integer().into())
        } else {
            s.integer().into()
        };
        lines.push(s.function(&own[0], &["ctx", &value(at)], &kind_of));
        let argument = value(at);
        match kind {
            Kind::RenameVariable => {
                lines.push(s.variable(1, &pick(old_name.clone(), new_name.clone()), &format!("{call}({argument})")))
            }
            Kind::RenameFunction => lines.push(s.variable(
                1,
                "result",
                &format!("{}({argument})", pick(call.clone(), s.name(&[verbs[2], nouns[0]]))),
            )),
            Kind::AddArgument => lines.push(s.variable(
                1,
                "result",
                &pick(format!("{call}({argument})"), format!("{call}(ctx, {argument})")),
            )),
            Kind::RemoveArgument => lines.push(s.variable(
                1,
                "result",
                &pick(format!("{call}(ctx, {argument})"), format!("{call}({argument})")),
            )),
            Kind::WrapCall => lines.push(s.variable(
                1,
                "result",
                &pick(format!("{call}({argument})"), format!("checked({call}({argument}))")),
            )),
            Kind::ReplaceCall => {
                lines.push(s.condition(1, &pick(format!("{argument}.size() == 0"), format!("{argument}.is_empty()"))))
            }
            Kind::WidenType => lines.push(s.statement(1, &format!("{call}({argument})"))),
            Kind::ReplaceConstant => lines.push(s.variable(
                1,
                "wait",
                &format!("{argument} * {}", pick(constant.clone(), s.name(&["wait", "factor"]))),
            )),
            Kind::OneConstant => lines.push(s.variable(
                1,
                "wait",
                &if at == 1 { pick(constant.clone(), "7".into()) } else { constant.clone() },
            )),
            Kind::AddLine => {
                lines.push(s.statement(1, &format!("{call}.lock()")));
                if after {
                    lines.push(s.statement(1, &format!("metrics.count(\"{}\")", nouns[0])));
                }
                lines.push(s.statement(1, &format!("{call}({argument})")));
            }
            Kind::RemoveLine => {
                if !after {
                    lines.push(s.statement(1, &format!("debug(\"{}\")", nouns[0])));
                }
                lines.push(s.statement(1, &format!("{call}({argument})")));
            }
            Kind::MoveImport => lines.push(s.statement(1, &format!("{call}({argument})"))),
            Kind::RenamePart => lines.push(s.variable(
                1,
                &s.name(&[&pick(nouns[0].into(), nouns[4].into()), ["count", "size", "name", "limit"][at % 4]]),
                &argument,
            )),
            Kind::AddEntry => {
                lines.push(s.variable(1, "options", &format!("{call}_{at}()")));
                lines.push(s.entry("retries", "3"));
                if after {
                    lines.push(s.entry("timeout", &constant));
                }
                lines.push(s.entry("label", &argument));
            }
            Kind::Unrelated => {
                let text = match at {
                    0 => pick(format!("{call}({argument})"), format!("{call}({argument} + 1)")),
                    1 => pick("start(first)".into(), "stop(second, third)".into()),
                    2 => pick(format!("a = {argument}"), format!("b = {argument}[0]")),
                    _ => pick(format!("x{at} = true"), format!("y{at} = {argument}")),
                };
                lines.push(s.statement(1, &text));
            }
            Kind::RenameHere => {
                let here = if at == 0 { pick("item".into(), nouns[4].into()) } else { "item".to_owned() };
                lines.push(s.variable(1, &here, &argument));
                lines.push(s.statement(1, &format!("{}({argument})", s.name(&[verbs[2], nouns[at % 5]]))));
                lines.push(s.statement(1, &format!("{call}({here})")));
            }
        }
        if kind == Kind::ReplaceCall {
            lines.push(s.statement(2, &format!("{call}({argument})")));
            lines.extend(s.condition_end(1));
        }
        if kind != Kind::RenameVariable {
            lines.push(s.statement(1, &format!("return {argument}")));
            lines.extend(s.end());
        }
    }
    files.iter_mut().filter(|lines| !lines.is_empty()).for_each(|lines| filler(s, chance, lines));
    files.into_iter().map(|lines| lines.into_iter().map(|line| line + "\n").collect()).collect()
}
