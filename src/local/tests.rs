//! What the engine says at a cursor, drawn into the text.

use proptest::prelude::*;

use crate::{File, Index, Options, Place, Prediction, Segment, predict};

/// Everything is shown that has any ground: these tests are about what is said, not about how surely.
const LINE: Options = Options { shown: 0.0, further: 2.0 };
const LINES: Options = Options { shown: 0.0, further: 0.0 };
const ROOM: usize = 1 << 30;

fn file(key: &str, text: &str) -> File {
    File { key: key.into(), language: "rust".into(), text: text.into() }
}

fn index(files: &[(&str, &str)]) -> Index {
    let mut index = Index::new(ROOM);
    index.add(Segment::build(files.iter().map(|(key, text)| file(key, text)).collect()));
    index
}

fn ask_with(index: &Index, text: &str, options: Options) -> Option<Prediction> {
    let (before, after) = text.split_once("<cursor>").unwrap();
    predict(index, Place { key: "src/here.rs", language: "rust", before, after }, options)
}

fn ask(index: &Index, text: &str) -> Option<Prediction> {
    ask_with(index, text, LINE)
}

/// Opens `text` without its marker, asks there, and draws the answer as `«answer»` into it.
fn draw(index: &mut Index, text: &str, options: Options) -> String {
    index.open("src/here.rs", "rust", &text.replace("<cursor>", ""), 1);
    let answer = ask_with(index, text, options).map_or(String::new(), |prediction| prediction.text);
    text.replace("<cursor>", &format!("«{answer}»"))
}

#[track_caller]
fn check(files: &[(&str, &str)], text: &str, expect: &str) {
    assert_eq!(draw(&mut index(files), text, LINE), expect);
}

#[track_caller]
fn check_lines(files: &[(&str, &str)], text: &str, expect: &str) {
    assert_eq!(draw(&mut index(files), text, LINES), expect);
}

#[test]
fn nothing_is_known_nothing_is_said() {
    check(&[], "<cursor>", "«»");
    check(&[], "let x = <cursor>", "let x = «»");
    check(&[("a", "")], "foo(<cursor>", "foo(«»");
    check(&[("a", "let x = 1;\n")], "unlike(<cursor>", "unlike(«»");
}

#[test]
fn the_longest_context_decides() {
    let files = [("a", "let one = make(1);\n"), ("b", "let two = make(2);\nlet two = make(2);\n")];
    check(&files, "let one = make(<cursor>", "let one = make(«1);»");
    check(&files, "let two = make(<cursor>", "let two = make(«2);»");
}

#[test]
fn white_space_does_not_hide_a_context() {
    check(&[("a", "if  ready {\r\n\tgo(now);\r\n}\r\n")], "if ready {\n    <cursor>", "if ready {\n    «go(now);»");
}

#[test]
fn what_is_above_in_the_same_file_is_known() {
    check_lines(&[], "push(alpha);\npop();\n\npush(<cursor>", "push(alpha);\npop();\n\npush(«alpha);\npop();»");
}

#[test]
fn a_word_begun_is_finished() {
    check(&[("a", "call(alpha, beta);\n")], "call(al<cursor>", "call(al«pha, beta);»");
    check(&[("a", "call(alpha, beta);\n")], "call(be<cursor>", "call(be«ta);»");
    check(&[("a", "call(größe);\n")], "call(grö<cursor>", "call(grö«ße);»");
}

#[test]
fn a_new_word_goes_on_as_others_do_in_its_place() {
    let files = [("a", "let span = expect(one);\nfn drops_outside_lock() {\nput(WriteU16, put_u16);\n")];
    check(&files, "let other <cursor>", "let other «= expect(one);»");
    check(&files, "fn starts_outs<cursor>", "fn starts_outs«ide_lock() {»");
    check(&files, "put(WriteU16, xyz<cursor>", "put(WriteU16, xyz«);»");
    check(&files, "unlike xyz<cursor>", "unlike xyz«»");
}

#[test]
fn what_is_longer_than_a_word_is_not_compared_with_others() {
    let files = [("a", "put(WriteU16, put_u16);\n")];
    let put = |letters: usize, rest: &str| format!("put(WriteU16, {}{rest}", "x".repeat(letters));
    check(&files, &put(64, "<cursor>"), &put(64, "«);»"));
    check(&files, &put(65, "<cursor>"), &put(65, "«»"));
    let digits = [("a", &*format!("let pi = parse({});\n", "31415926".repeat(1000)))];
    check(&digits, "let pi = parse(3<cursor>", &format!("let pi = parse(3«{});»", &"31415926".repeat(1000)[1..]));
    check(&digits, "let pi = parse(9<cursor>", "let pi = parse(9«»");
}

#[test]
fn a_cursor_inside_a_word_gets_nothing() {
    check(&[("a", "call(alpha);\n")], "call(al<cursor>pha", "call(al«»pha");
}

#[test]
fn space_is_given_only_where_it_is_missing() {
    check(&[("a", "let x = one + two;\n")], "let x =<cursor>", "let x =« one + two;»");
    check(&[("a", "let x = one + two;\n")], "let x = <cursor>", "let x = «one + two;»");
    check(&[("a", "a = 1\nb\n")], "b<cursor>", "b«»");
}

#[test]
fn white_space_begun_is_finished() {
    check(&[("a", "b'a'    => one,\n")], "b'a'  <cursor>", "b'a'  «  => one,»");
    check(&[("a", "//     call(one);\n")], "// <cursor>", "// «    call(one);»");
    check(&[("a", "b'a' => one,\n")], "b'a'   <cursor>", "b'a'   «=> one,»");
    check(&[("a", "if a {\n        call(one);\n")], "if a {\n    <cursor>", "if a {\n    «call(one);»");
}

#[test]
fn what_stands_after_the_cursor_is_not_repeated() {
    let files = [("a", "call(alpha, beta);\nnext();\n")];
    check(&files, "call(<cursor>)", "call(«alpha, beta»)");
    check(&files, "call(<cursor>);", "call(«alpha, beta»);");
    check(&files, "call(<cursor>, beta);", "call(«alpha», beta);");
    check(&files, "call(<cursor> , beta);", "call(«alpha» , beta);");
    check(&files, "call(<cursor>other);", "call(«»other);");
}

#[test]
fn the_lines_below_the_cursor_are_not_repeated() {
    let lines = "open(a);\nread(a);\nclose(a);\n".repeat(3);
    check_lines(&[("a", &lines)], "open(<cursor>\nclose(a);\n", "open(«a);\nread(a);»\nclose(a);\n");
}

#[test]
fn the_document_does_not_answer_for_its_own_cursor() {
    check(&[], "one(<cursor>two);\nmore();\n", "one(«»two);\nmore();\n");
}

#[test]
fn indentation_fits_the_cursor() {
    let body = "fn a() {\n    if ready {\n        go();\n        stay();\n    }\n}\n".repeat(2);
    let files = [("a", body.as_str())];
    check_lines(&files, "if ready {\n    go();\n    s<cursor>", "if ready {\n    go();\n    s«tay();\n}»");
    check_lines(&files, "if ready {\n<cursor>", "if ready {\n«    go();\n    stay();\n}»");
    let tabs = body.replace("    ", "\t");
    check_lines(&[("a", &tabs)], "\tif ready {\n\t\tg<cursor>", "\tif ready {\n\t\tg«o();\n\t\tstay();\n\t}»");
}

#[test]
fn crlf_never_comes_out() {
    let text = "open(a);\r\nread(a);\r\nclose(a);\r\n".repeat(3);
    check_lines(
        &[("a", &text)],
        "open(<cursor>",
        "open(«a);\nread(a);\nclose(a);\nopen(a);\nread(a);\nclose(a);\nopen(a);\nread(a);»",
    );
}

#[test]
fn names_at_the_cursor_stand_in_for_names_there() {
    let files = [("a", "let alpha = open();\nalpha.read(alpha.size());\n")];
    check(&files, "let beta = open();\nbeta.read(<cursor>", "let beta = open();\nbeta.read(«beta.size());»");
}

#[test]
fn a_number_never_stands_in_for_a_name() {
    let files = [("a", "// see first.rs:one\ncall(); one.main();\n")];
    check(&files, "// see first.rs:6\ncall(); <cursor>", "// see first.rs:6\ncall(); «one.main();»");
}

#[test]
fn nothing_is_shown_where_other_brackets_are_open() {
    let known = "f(let x = ((((a));\n".repeat(30);
    let mut index = index(&[("a", &known)]);
    assert_eq!(draw(&mut index, "let x = ((((<cursor>", Options::default()), "let x = ((((«»");
    let same = Options { shown: Options::default().shown, ..LINE };
    assert_eq!(draw(&mut index, "f(let x = ((((<cursor>", same), "f(let x = ((((«a));»");
}

#[test]
fn a_removed_file_is_gone() {
    let mut index = index(&[("a", "secret(alpha);\n"), ("b", "other = 1;\n")]);
    index.remove("a");
    assert_eq!(ask(&index, "secret(<cursor>"), None);
    assert_eq!(ask(&index, "secret(al<cursor>"), None);
    let compaction = index.compaction().unwrap();
    let segment = compaction.run();
    assert!(!segment.text().contains("alpha"), "the memory is free of it, too");
    index.accept(&compaction, segment);
    assert_eq!(ask(&index, "secret(<cursor>"), None);
    assert!(ask(&index, "other =<cursor>").is_some());
}

#[test]
fn a_file_removed_during_compaction_stays_gone() {
    let mut index = index(&[("a", "one(1);\n"), ("b", "two(2);\n"), ("c", "three = 3;\n")]);
    index.remove("a");
    let compaction = index.compaction().unwrap();
    index.remove("b");
    index.accept(&compaction, compaction.run());
    assert_eq!(ask(&index, "two(<cursor>"), None);
    assert!(ask(&index, "three =<cursor>").is_some());
}

#[test]
fn a_replaced_file_says_the_new_text_only() {
    let mut index = index(&[("a", "call(old);\n")]);
    index.add(Segment::build(vec![file("a", "call(new);\n")]));
    assert_eq!(ask(&index, "call(<cursor>").unwrap().text, "new);");
    assert_eq!(ask(&index, "call(o<cursor>").unwrap().text, ");", "nothing but what stands behind any word there");
}

#[test]
fn an_open_document_hides_its_file_and_forgets_what_is_deleted() {
    let mut index = index(&[("a", "call(disk);\n")]);
    index.open("a", "rust", "call(typed);\n", 1);
    assert_eq!(ask(&index, "call(<cursor>").unwrap().text, "typed);");
    assert!(index.edit("a", 5..10, "edited", 2));
    assert_eq!(ask(&index, "call(<cursor>").unwrap().text, "edited);");
    assert!(index.edit("a", 0..14, "", 3));
    assert_eq!(ask(&index, "call(<cursor>"), None);
    index.close("a");
    assert_eq!(ask(&index, "call(<cursor>").unwrap().text, "disk);");
}

#[test]
fn an_edit_that_does_not_fit_forgets_the_document() {
    let mut index = index(&[]);
    index.open("a", "rust", "call(typed);\n", 1);
    assert!(!index.edit("a", 90..91, "x", 2));
    assert_eq!((ask(&index, "call(<cursor>"), index.coverage().open), (None, 0));
}

#[test]
fn nearer_files_count_more() {
    let files = [("src/b.rs", "call(near);\n"), ("far/a.rs", "call(far);\n")];
    check(&files, "call(<cursor>", "call(«near);»");
}

#[test]
fn a_giant_line_does_not_hurt() {
    let giant = "call(alpha, ".repeat(20_000);
    let mut index = Index::new(ROOM);
    index.open("src/here.rs", "rust", &giant, 1);
    let answer = predict(&index, Place { key: "src/here.rs", language: "rust", before: &giant, after: "" }, LINES);
    assert!(answer.is_some_and(|answer| answer.text.len() < 2000));
}

#[test]
fn the_order_of_insertion_does_not_matter() {
    let files = [("a", "call(one);\n"), ("b", "call(two);\n"), ("c", "call(three);\ncall(four);\n")];
    let all: Vec<File> = files.iter().map(|(key, text)| file(key, text)).collect();
    let mut expect = Index::new(ROOM);
    expect.add(Segment::build(all.clone()));
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut index = Index::new(ROOM);
        order.iter().for_each(|&at| index.add(Segment::build(vec![all[at].clone()])));
        assert_eq!(ask(&index, "call(<cursor>"), ask(&expect, "call(<cursor>"));
    }
}

#[test]
fn memory_is_kept_by_letting_go_of_what_is_far() {
    let text = "let x = call(alpha, beta);\n".repeat(400);
    let one = Segment::build(vec![file("far/a.rs", &text)]).memory();
    let mut index = Index::new(one * 3);
    index.open("src/here.rs", "rust", "near\n", 1);
    for key in ["src/b.rs", "far/a.rs", "far/c.rs", "src/d.rs"] {
        index.add(Segment::build(vec![file(key, &text)]));
    }
    let coverage = index.coverage();
    assert!(coverage.memory <= one * 3 && coverage.open == 1);
    let kept: Vec<&str> = index.slots().iter().map(|slot| &*slot.segment.files()[0].key).collect();
    assert_eq!(kept, ["src/b.rs", "src/d.rs"]);
}

#[test]
fn many_small_segments_become_one() {
    let mut index = Index::new(ROOM);
    for n in 0..8 {
        index.add(Segment::build(vec![file(&format!("{n}"), &format!("call{n}(alpha);\n"))]));
    }
    let before = index.coverage();
    let compaction = index.compaction().unwrap();
    index.accept(&compaction, compaction.run());
    assert_eq!((index.slots().len(), index.coverage().files), (1, before.files));
    assert_eq!(ask(&index, "call3(<cursor>").unwrap().text, "alpha);");
    assert!(index.compaction().is_none());
}

fn fragment() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("call("),
        Just("alpha"),
        Just(", "),
        Just(");\n"),
        Just("größe"),
        Just("\r\n"),
        Just("    "),
        Just("😀"),
        Just("\t")
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_index_answers_as_a_fresh_one(
        start in fragment(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..6usize, fragment()), 1..12),
        question in fragment(),
    ) {
        let (mut edited, mut text) = (Index::new(ROOM), start.clone());
        edited.open("a", "rust", &start, 0);
        for (at, len, inserted) in edits {
            let range = at.index(text.len() + 1)..(at.index(text.len() + 1) + len).min(text.len());
            if text.get(range.clone()).is_some() {
                text.replace_range(range.clone(), &inserted);
                prop_assert!(edited.edit("a", range, &inserted, 1));
            }
            let mut fresh = Index::new(ROOM);
            fresh.open("a", "rust", &text, 1);
            let question = format!("{question}<cursor>");
            prop_assert_eq!(ask(&edited, &question), ask(&fresh, &question));
        }
    }

    #[test]
    fn no_text_makes_it_fail(known in fragment(), before in fragment(), after in fragment()) {
        let mut index = index(&[("a", &known)]);
        draw(&mut index, &format!("{before}<cursor>{after}"), LINES);
    }
}
