//! What is known after which replies, drawn into the text.

use proptest::prelude::*;

use super::*;

fn window(marked: &str) -> Window {
    let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
    Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true }
}

/// Asked at `asked`, the model said `said`, which was shown; what is known at `marked`? `…` is an open stream.
#[track_caller]
fn check(asked: &str, said: &str, marked: &str, shown: &str) {
    let open = said.ends_with('…');
    let mut cache = Cache::default();
    let id = cache.insert("a", &window(asked));
    cache.update(id, said.trim_end_matches('…'));
    if !open {
        cache.complete(id);
    }
    cache.lookup("a", &window(asked), "rust", false);
    let drawn = match cache.lookup("a", &window(marked), "rust", false) {
        Found::Hit { text, .. } => text,
        Found::Empty(_) => "nothing".into(),
        Found::Masked => "a placeholder".into(),
        Found::Pending(_) => "…".into(),
        Found::Miss => "unknown".into(),
    };
    assert_eq!(drawn, shown, "asked at {asked:?}, said {said:?}, now {marked:?}");
}

#[test]
fn the_same_place_again() {
    check("let x = <cursor>\n", "foo();", "let x = <cursor>\n", "foo();");
    check("<cursor>", "a", "<cursor>", "a");
}

#[test]
fn typed_along() {
    check("let x = <cursor>\n", "foo();", "let x = fo<cursor>\n", "o();");
    check("let x = <cursor>\n", "foo();", "let x = foo();<cursor>\n", "unknown");
    check("let x = <cursor>\n", "foo();", "let x = bar<cursor>\n", "unknown");
}

#[test]
fn typed_along_past_the_first_line() {
    check("if <cursor>\n", "x {\n    a();\n}\nb();", "if x {\n    a<cursor>\n", "();\n}");
}

#[test]
fn accepted_finds_the_next_block() {
    check("let x = <cursor>\n", "foo();\nlet y = 1;\n", "let x = foo();<cursor>\n", "\nlet y = 1;");
    check("let x = <cursor>\n", "foo();\nlet y = 1;\n", "let x = foo();\n<cursor>\n", "let y = 1;");
}

#[test]
fn deleted_back() {
    check("let xyz = <cursor>\n", "foo();", "let xy<cursor>\n", "z = foo();");
}

#[test]
fn text_above_may_change() {
    let far = "x".repeat(300);
    let line = "y".repeat(200);
    check(&format!("{far}\n{line}<cursor>"), "foo", &format!("changed\n{line}<cursor>"), "foo");
    check("let a;\nlet x = <cursor>\n", "foo();", "let b;\nlet x = <cursor>\n", "unknown");
}

#[test]
fn text_below_belongs_to_the_place() {
    check("let x = <cursor>\nlet y;", "foo();", "let x = <cursor>\nlet z;", "unknown");
    let far = "y".repeat(120);
    check(&format!("x<cursor>{far}1"), "foo\n", &format!("x<cursor>{far}2"), "foo");
}

#[test]
fn a_bracket_the_editor_closed_is_no_change() {
    check("foo<cursor>\n", "(a, b);", "foo(<cursor>)\n", "a, b);");
    check("if x <cursor>\n", "{\n    a();\n}", "if x {\n    <cursor>\n}\n", "a();\n}");
    check("foo<cursor>\n", "[a, b];", "foo[<cursor>)\n", "unknown");
}

#[test]
fn an_empty_answer_is_kept_for_its_place_only() {
    check("let x = <cursor>\n", "", "let x = <cursor>\n", "nothing");
    check("let x = <cursor>\n", "", "let x = f<cursor>\n", "unknown");
}

#[test]
fn an_open_stream_is_waited_for() {
    check("let x = <cursor>\n", "…", "let x = <cursor>\n", "…");
    check("let x = <cursor>\n", "…", "let x = fo<cursor>\n", "…");
    check("let x = <cursor>\n", "f…", "let x = fo<cursor>\n", "…");
    check("let x = <cursor>\n", "bar…", "let x = fo<cursor>\n", "unknown");
    check("let x = <cursor>\n", "foo();\nlet…", "let x = f<cursor>\n", "oo();");
}

#[test]
fn a_broken_stream_leaves_its_complete_lines() {
    let mut cache = Cache::default();
    let id = cache.insert("a", &window("<cursor>"));
    cache.update(id, "one();\ntw");
    cache.truncate(id);
    let found = cache.lookup("a", &window("<cursor>"), "rust", false);
    assert_eq!(found, Found::Hit { text: "one();".into(), id, at: 0 });
    let id = cache.insert("b", &window("<cursor>"));
    cache.update(id, "tw");
    cache.truncate(id);
    assert_eq!(cache.lookup("b", &window("<cursor>"), "rust", false), Found::Miss);
}

#[test]
fn complete_lines_of_an_open_stream_may_be_taken() {
    let mut cache = Cache::default();
    let id = cache.insert("a", &window("<cursor>"));
    cache.update(id, "fn f() {\n    a();\n    b");
    assert_eq!(cache.lookup("a", &window("<cursor>"), "rust", false), Found::Pending(id));
    let found = cache.lookup("a", &window("<cursor>"), "rust", true);
    assert_eq!(found, Found::Hit { text: "fn f() {\n    a();".into(), id, at: 0 });
}

#[test]
fn other_documents_know_nothing_of_it() {
    let mut cache = Cache::default();
    let id = cache.insert("a", &window("x<cursor>"));
    cache.update(id, "y");
    cache.complete(id);
    assert_eq!(cache.lookup("b", &window("x<cursor>"), "rust", false), Found::Miss);
}

#[test]
fn predictions_are_forgotten_with_their_text_and_what_models_said_is_not() {
    let mut cache = Cache::default();
    cache.insert_prediction("a", &window("x<cursor>"), "old", 1);
    cache.insert_prediction("a", &window("y<cursor>"), "new", 2);
    let id = cache.insert("a", &window("z<cursor>"));
    cache.update(id, "model");
    cache.complete(id);
    cache.forget_predictions(2);
    let mut shown = |marked| match cache.lookup("a", &window(marked), "rust", false) {
        Found::Hit { text, .. } => text,
        found => format!("{found:?}"),
    };
    assert_eq!([shown("x<cursor>"), shown("y<cursor>"), shown("z<cursor>")], ["Miss", "new", "model"]);
    assert_eq!(cache.len(), 2);
}

#[test]
fn the_oldest_is_forgotten() {
    let mut cache = Cache::default();
    for n in 0..MOST_ENTRIES + 10 {
        let id = cache.insert("a", &window(&format!("{n} <cursor>")));
        cache.update(id, &"z".repeat(4000));
        cache.complete(id);
    }
    assert!(cache.len() <= MOST_ENTRIES && bytes(&cache) <= MOST_BYTES);
    assert_eq!(cache.lookup("a", &window("0 <cursor>"), "rust", false), Found::Miss);
}

fn bytes(cache: &Cache) -> usize {
    cache.entries.iter().map(Entry::bytes).sum()
}

#[test]
fn a_stream_on_its_way_is_never_forgotten() {
    let mut cache = Cache::default();
    let asked = |n| window(&format!("{} {n} <cursor>", "x".repeat(1000)));
    let ids: Vec<EntryId> = (0..MOST_ENTRIES + 10).map(|n| cache.insert("a", &asked(n))).collect();
    assert!(ids.iter().enumerate().all(|(n, id)| cache.lookup("a", &asked(n), "rust", false) == Found::Pending(*id)));
    for (n, id) in ids.into_iter().enumerate() {
        cache.update(id, "z");
        cache.complete(id);
        let known = Found::Hit { text: "z".into(), id, at: 0 };
        assert_eq!(cache.lookup("a", &asked(n), "rust", false), known, "what was just said");
    }
    assert!(cache.len() <= MOST_ENTRIES && bytes(&cache) <= MOST_BYTES);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Whatever is shown, put at the cursor, gives a beginning of the text the model meant.
    #[test]
    fn what_is_shown_never_contradicts_what_the_model_said(
        before in "[ab(]{0,6}", after in "[ab)\n]{0,6}", said in "[ab()\n ]{0,12}",
        typed in "[ab()\n ]{0,6}", deleted in 0..4usize
    ) {
        let mut cache = Cache::default();
        let asked = Window { prefix: before.clone(), suffix: after.clone(), from_start: true, to_end: true };
        let id = cache.insert("a", &asked);
        cache.update(id, &said);
        cache.complete(id);
        let mut prefix = format!("{before}{typed}");
        prefix.truncate(prefix.len().saturating_sub(deleted));
        let now = Window { prefix: prefix.clone(), suffix: after.clone(), from_start: true, to_end: true };
        if let Found::Hit { text, .. } = cache.lookup("a", &now, "rust", false) {
            prop_assert!(format!("{before}{said}").starts_with(&format!("{prefix}{text}")), "{prefix:?} {text:?}");
        }
    }
}

#[test]
fn a_block_that_was_shown_stays_whole_when_its_stream_is_broken_off() {
    let mut cache = Cache::default();
    let id = cache.insert("a", &window("<cursor>"));
    let block = "left(one);\nright(two);\n\nleft(one);\nright(two);";
    cache.update(id, &format!("{block}\n"));
    let shown = cache.lookup("a", &window("<cursor>"), "rust", true);
    cache.truncate(id);
    assert_eq!(cache.lookup("a", &window("<cursor>"), "rust", true), shown);
    for typed in ["l", "left(one);\nr", "left(one);\nright(two);\n\nleft(one);\nright(two)"] {
        // Whatever is found, nothing is cut outside of what is left.
        cache.lookup("a", &window(&format!("{typed}<cursor>")), "rust", true);
    }
}
