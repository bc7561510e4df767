// The files that are edited: as they stand on disk, and as the fake endpoint knows them to be meant.

/** The only key the fake endpoints take. */
export const KEY = "sk-fake-key-of-the-vscode-test";

const ADD = `//! Numbers.

/// The sum of two numbers, unless it is too large.
fn add(left: u32, right: u32) -> Option<u32> {
    let sum = left.checked_add(right)?;
    Some(sum)
}

fn main() {
    println!("{:?}", add(40, 2));
}
`;

const MULTI = `fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let sum: f64 = values.iter().sum();
    let count = values.len() as f64;
    Some(sum / count)
}
`;

/** What is missing of it on disk. */
export const MISSING = "if values.is_empty() {\n        return None;\n    }";

const EMOJI = `fn cheer() {
    let party = "🎉👩‍👩‍👧é"; let guests = count_guests(party);
    println!("{guests}");
}
`;

const MENU = `fn checkout(total_amount: u32, discount_rate: u32) -> u32 {
    let reduced = total_amount * (100 - discount_rate) / 100;
    reduced
}
`;

const HALF = `fn half(of: u32) -> u32 {
    of / 2
}

fn untouched() {}
`;

/** `count` stands at its definition and at five more places. */
const RENAME = `fn report(list: &[u32]) -> usize {
    let count = list.len();
    log(count);
    if count > 3 {
        warn(count);
    }
    tell(count);
    count
}
`;

const LOADS = `pub fn load_all(path: &str) {}

fn main() {
    load_all("a");
}
`;

const CALLS = `fn other() {
    load_all("b");
}
`;

/** Three constructors, whose bodies get the same lines. */
const USERS = ["one", "two", "three"]
  .map((name) => `fn ${name}() -> User {\n    User {\n        name: ${name}(),\n        age: 1,\n    }\n}\n`)
  .join("\n");

/** By name: the text on disk, and the whole the endpoint knows. */
export const FILES = {
  "add.rs": { whole: ADD, text: ADD.replace("left.checked_add(right)?;", "") },
  "typing.rs": { whole: ADD, text: ADD.replace("left.checked_add(right)?;", "") },
  "word.rs": { whole: ADD, text: ADD.replace("left.checked_add(right)?;", "") },
  "multi.rs": { whole: MULTI, text: MULTI.replace(MISSING, "") },
  "windows.rs": { whole: MULTI, text: MULTI.replace(MISSING, "").replaceAll("\n", "\r\n") },
  "emoji.rs": { whole: EMOJI, text: EMOJI.replace("count_guests(party);", "") },
  "menu.rs": { whole: MENU, text: MENU.replace("total_amount * (100 - discount_rate) / 100;", "") },
  "down.rs": { whole: ADD, text: ADD.replace("left.checked_add(right)?;", "") },
  "half.rs": { whole: HALF, text: HALF },
  "rename.rs": { whole: RENAME, text: RENAME },
  "far.rs": { whole: RENAME, text: RENAME.replace("    log(", `${"    // far\n".repeat(200)}    log(`) },
  "loads.rs": { whole: LOADS, text: LOADS },
  "calls.rs": { whole: CALLS, text: CALLS },
  "users.rs": { whole: USERS, text: USERS },
};
