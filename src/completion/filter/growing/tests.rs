//! Replies as they grow, piece by piece.

use proptest::prelude::*;

use super::*;

fn grow(marked: &str, language: &str, pieces: &[&str]) -> (Vec<String>, String) {
    let (prefix, suffix) = marked.split_once("<cursor>").expect("a <cursor>");
    let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
    let mut growing = Growing::new(window, language.into());
    let mut steps = vec![];
    for piece in pieces {
        growing.push(piece);
        steps.push(growing.text().to_owned());
    }
    growing.finish();
    (steps, growing.text().to_owned())
}

#[track_caller]
fn check(marked: &str, raw: &str, text: &str) {
    assert_eq!(grow(marked, "rust", &[raw]).1, text, "{marked:?} with {raw:?}");
}

#[test]
fn crlf_becomes_lf_even_when_cut_in_two() {
    check("<cursor>", "a\r\nb\rc", "a\nb\nc");
    assert_eq!(grow("<cursor>", "rust", &["a\r", "\nb"]).1, "a\nb");
}

#[test]
fn a_mark_ends_the_text_and_is_never_half_shown() {
    check("let a = <cursor>", "1;<|end_of_file|>more", "1;");
    let (steps, whole) = grow("let a = <cursor>", "rust", &["1;<|end", "_of_file|>", "more"]);
    assert_eq!((steps, whole.as_str()), (vec!["1;".to_owned(); 3], "1;"));
}

#[test]
fn a_fence_around_the_code_goes() {
    check("fn f() {\n    <cursor>\n}", "```rust\n    a();\n    b();\n```\nThis calls them.", "a();\n    b();\n");
    check("let a = <cursor>", "```rust\nb();```", "b();");
}

#[test]
fn what_stands_before_the_cursor_is_not_said_again() {
    check("let total = <cursor>", "let total = a + b;", "a + b;");
    check("    let cou<cursor>", "counter = 1;", "nter = 1;");
}

proptest! {
    #[test]
    fn whatever_the_pieces_the_text_is_the_same_and_only_grows(
        at in 0..9usize,
        parts in proptest::collection::vec(
            prop::sample::select(vec![
                "let a = ", "a", "b();", "\n", "\n    ", "\n\t", "  ", " ", "}", "```", "```rust\n", "<|end", "|>",
                "</s>",
                "Here is it:\n", "# a.py\n", "+++++ a.rs\n", "\"", "\r\n", "é", "if x {", "let total = ",
                "else:\n", "end", "points", " b()\n",
            ]),
            0..12,
        ),
        cuts in proptest::collection::vec(0..40usize, 0..12),
    ) {
        let places = [
            "<cursor>", "let a = <cursor>", "fn f() {\n    <cursor>\n}", "fn f() {<cursor>\n}",
            "    a();\n    <cursor>",
            "let b = \"<cursor>\";", "if a:<cursor>\n", "  def f(x)<cursor>\nend\n", "class A < B<cursor>\nend\n",
        ];
        let id = ["rust", "rust", "rust", "rust", "rust", "rust", "python", "ruby", "ruby"][at];
        let raw = parts.concat();
        let is_place = |cut: &usize| *cut <= raw.len() && raw.is_char_boundary(*cut);
        let mut cuts: Vec<usize> = cuts.into_iter().filter(is_place).collect();
        cuts.extend([0, raw.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&str> = cuts.windows(2).map(|cut| &raw[cut[0]..cut[1]]).collect();
        let (_, whole) = grow(places[at], id, &[&raw]);
        let (steps, grown) = grow(places[at], id, &pieces);
        prop_assert_eq!(&grown, &whole);
        for pair in steps.windows(2) {
            prop_assert!(pair[1].starts_with(&pair[0]), "{:?} then {:?}", pair[0], pair[1]);
        }
        prop_assert!(steps.last().is_none_or(|last| grown.starts_with(last)));
    }
}
