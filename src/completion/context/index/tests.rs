//! The index and what is chosen from it, seen from outside.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::completion::context::{Snippet, Why};

const MEMORY: usize = 64 << 20;

const USERS: &str = "\
/// A person who may sign in.
pub struct Account {
    pub email: String,
    pub created_at: Timestamp,
}

impl Account {
    pub fn find_by_email(store: &Store, email: &str) -> Option<Account> {
        store.query_one(email)
    }
}
";

const OTHER: &str = "\
pub fn unrelated_thing() {
    let number = 1;
    println!(\"{number}\");
}
";

const OWN: &str = "\
use crate::users::Account;

fn login(store: &Store, email: &str) -> bool {
    let account = Account::";

fn index(files: &[(&str, &str)]) -> ContextIndex {
    let mut index = ContextIndex::new(MEMORY);
    files.iter().for_each(|(key, text)| index.add(key, "rust", text));
    index
}

static FOLDERS: LazyLock<Vec<String>> = LazyLock::new(|| vec!["/w/".to_owned()]);

fn place<'a>(before: &'a str, after: &'a str) -> Place<'a> {
    Place { key: "/w/src/login.rs", language: "rust", before, after, imports: &[], folders: &FOLDERS, only_open: false }
}

fn keys(snippets: &[Snippet]) -> Vec<&str> {
    snippets.iter().map(|snippet| snippet.key.as_str()).collect()
}

fn size(snippets: &[Snippet]) -> usize {
    snippets.iter().map(|snippet| snippet.text.len()).sum()
}

#[test]
fn names_that_the_text_lacks_are_told_and_why() {
    let index = index(&[("/w/src/users.rs", USERS), ("/w/src/other.rs", OTHER)]);
    let chosen = index.choose(&place(OWN, "\n}\n"), &[], 4096);
    let users = chosen.iter().find(|snippet| snippet.key == "/w/src/users.rs").expect("an excerpt");
    assert!(users.text.contains("fn find_by_email"), "{chosen:?}");
    let Why::Names(names) = &users.why else { panic!("{users:?}") };
    assert!(names.iter().all(|name| !OWN.contains(name.as_str())), "{names:?}");
}

#[test]
fn nothing_comes_from_the_file_itself_another_folder_another_language_or_a_closed_file_where_those_are_not_wanted() {
    let mut index = index(&[("/w/src/login.rs", USERS), ("/v/users.rs", USERS)]);
    index.add("/w/src/users.py", "python", "class Account:\n    def find_by_email(store, email): pass\n");
    assert_eq!(index.choose(&place(OWN, ""), &[], 4096), []);
    index.add("/w/src/users.rs", "rust", USERS);
    assert_eq!(keys(&index.choose(&place(OWN, ""), &[], 4096)), ["/w/src/users.rs"]);
    let only_open = Place { only_open: true, ..place(OWN, "") };
    assert_eq!(index.choose(&only_open, &[], 4096), []);
    index.open("/w/src/users.rs", "rust", USERS);
    assert_eq!(keys(&index.choose(&only_open, &[], 4096)), ["/w/src/users.rs"]);
}

#[test]
fn an_open_document_takes_the_place_of_its_file_and_a_removed_one_is_gone() {
    let mut index = index(&[("/w/src/users.rs", USERS)]);
    index.open("/w/src/users.rs", "rust", &USERS.replace("find_by_email", "look_up_email"));
    index.add("/w/src/users.rs", "rust", USERS);
    let text: String = index.choose(&place(OWN, ""), &[], 4096).into_iter().map(|snippet| snippet.text).collect();
    assert!(text.contains("look_up_email") && !text.contains("find_by_email"), "{text}");
    index.remove("/w/src/users.rs");
    assert_eq!(index.choose(&place(OWN, ""), &[], 4096), []);
    assert_eq!((index.coverage().files, index.coverage().windows), (0, 0));
}

#[test]
fn files_that_hold_names_are_found_unless_they_are_open_or_elsewhere() {
    let mut index = index(&[("/w/src/users.rs", USERS), ("/w/src/other.rs", OTHER), ("/v/users.rs", USERS)]);
    let holding = |index: &ContextIndex, names: &[&str], most| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        index.holding(&place("", ""), &names, most)
    };
    assert_eq!(holding(&index, &["Account", "email", "number"], 9), ["/w/src/users.rs", "/w/src/other.rs"]);
    assert_eq!(holding(&index, &["Account", "email", "number"], 1), ["/w/src/users.rs"]);
    assert_eq!(holding(&index, &["unknown"], 9), [""; 0]);
    index.open("/w/src/users.rs", "rust", USERS);
    assert_eq!(holding(&index, &["Account", "email", "number"], 9), ["/w/src/other.rs"]);
}

#[test]
fn what_was_just_edited_is_told() {
    let filler = "    step();\n".repeat(40);
    let edited = format!("fn first() {{\n{filler}}}\n\nfn renamed_thing() {{}}\n");
    let mut index = index(&[("/w/src/users.rs", USERS)]);
    index.open("/w/lib/far.rs", "rust", &edited);
    assert!(!keys(&index.choose(&place(OWN, ""), &[], 4096)).contains(&"/w/lib/far.rs"));
    index.edited("/w/lib/far.rs", 43..44, 0);
    let chosen = index.choose(&place(OWN, ""), &[], 4096);
    let told = chosen.iter().find(|snippet| snippet.text.contains("renamed_thing")).expect("the edit");
    assert_eq!(told.why, Why::Edited);
}

#[test]
fn the_budget_holds_and_half_of_a_choice_stays_where_it_was() {
    let files: Vec<(String, String)> = (0..30)
        .map(|n| {
            let text = (0..20).map(|m| format!("fn store_{n}_{m}(email: &str) {{ account_{m}(email) }}\n\n")).collect();
            (format!("/w/src/file_{n}.rs"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
    let index = index(&files);
    let mut kept: Vec<Snippet> = vec![];
    let mut fronts = 0;
    for line in 0..30 {
        let before = format!("{OWN}store_{line}_{line}(email);\n    account_{line}(");
        let chosen = index.choose(&place(&before, ""), &kept, 2048);
        assert!(size(&chosen) <= 2048 && size(&chosen) > 1024, "{}", size(&chosen));
        let same = chosen.iter().zip(&kept).take_while(|(a, b)| (&a.key, &a.text) == (&b.key, &b.text));
        fronts += usize::from(same.map(|(new, _)| new.text.len()).sum::<usize>() >= 700);
        kept = chosen;
    }
    assert!(fronts >= 25, "{fronts} of 29 began as the one before");
}

#[test]
fn what_was_kept_and_stands_no_more_is_dropped() {
    let mut index = index(&[("/w/src/users.rs", USERS)]);
    let kept = index.choose(&place(OWN, ""), &[], 4096);
    assert!(!kept.is_empty());
    index.open("/w/src/users.rs", "rust", "pub struct Account;\n");
    let chosen = index.choose(&place(OWN, ""), &kept, 4096);
    assert!(chosen.iter().all(|snippet| snippet.text == "pub struct Account;\n"), "{chosen:?}");
}

#[test]
fn where_there_is_no_room_no_file_comes_in_but_an_open_document_does() {
    let mut index = ContextIndex::new(20_000);
    (0..100).for_each(|n| index.add(&format!("/w/{n}.rs"), "rust", USERS));
    let full = index.coverage();
    assert!(index.is_full() && full.files < 30, "{full:?}");
    index.open("/w/open.rs", "rust", USERS);
    assert_eq!(index.coverage().files, full.files + 1);
}

#[test]
fn memory_stays_where_it_is_though_texts_come_and_go() {
    let mut index = index(&[("/w/src/users.rs", USERS)]);
    let text = |n: usize| (0..20).map(|m| format!("let name_{n}_{m} = value_{n}_{m};\n")).collect::<String>();
    let mut memory = |rounds: std::ops::Range<usize>| {
        rounds.for_each(|n| index.open("/w/open.rs", "rust", &text(n)));
        index.coverage().memory
    };
    let early = memory(0..2 * REMOVALS + 1);
    assert!(memory(2 * REMOVALS + 1..6 * REMOVALS + 3) < 2 * early);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn an_index_after_many_changes_chooses_as_a_new_one(
        changes in prop::collection::vec((0usize..6, 0usize..5, any::<bool>()), 1..30),
        cursor in 0usize..5,
    ) {
        let texts = [USERS, OTHER, OWN, "", "fn a() {}\r\n/* open\n"];
        let mut worn = ContextIndex::new(MEMORY);
        let mut state = std::collections::BTreeMap::new();
        for (file, text, remove) in changes {
            let key = format!("/w/{file}.rs");
            if remove {
                worn.remove(&key);
                state.remove(&key);
            } else {
                worn.open(&key, "rust", texts[text]);
                state.insert(key, texts[text]);
            }
        }
        let mut new = ContextIndex::new(MEMORY);
        state.iter().for_each(|(key, text)| new.open(key, "rust", text));
        let chosen = |index: &ContextIndex| index.choose(&place(texts[cursor], ""), &[], 500);
        let ordered = |mut snippets: Vec<Snippet>| {
            snippets.sort_by(|a, b| (&a.key, a.lines.start).cmp(&(&b.key, b.lines.start)));
            snippets.into_iter().map(|snippet| (snippet.key, snippet.text)).collect::<Vec<_>>()
        };
        prop_assert_eq!(ordered(chosen(&worn)).len(), ordered(chosen(&new)).len());
        prop_assert_eq!(worn.coverage().windows, new.coverage().windows);
        for snippet in chosen(&worn) {
            let text = state[&snippet.key].replace("\r\n", "\n");
            prop_assert!(text.contains(snippet.text.trim_end()));
        }
    }
}
