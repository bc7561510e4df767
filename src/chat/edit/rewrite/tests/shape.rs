//! Indentation, line ends, and the edges of the selection.

use super::{check, refused};
use crate::chat::edit::rewrite::NoEdit;

fn fenced(code: &str) -> String {
    format!("```\n{code}\n```\n")
}

#[test]
fn a_dedented_reply_gets_the_indentation_of_the_selection() {
    check(
        "impl A {\n«    fn f(&self) {\n        a();\n    }\n»}\n",
        &fenced("fn f(&self) {\n    b();\n}"),
        "impl A {\n    fn f(&self) {\n        b();\n    }\n}\n",
    );
    check(
        "class A:\n«    def f(self):\n        return 1\n»\n    def g(self):\n        pass\n",
        &fenced("def f(self):\n    \"\"\"One.\"\"\"\n    return 1"),
        "class A:\n    def f(self):\n        \"\"\"One.\"\"\"\n        return 1\n\n    def g(self):\n        pass\n",
    );
}

#[test]
fn a_reply_that_is_indented_right_stays() {
    check(
        "impl A {\n«    fn f() {\n        a();\n    }\n»}\n",
        &fenced("    fn f() {\n        b();\n    }"),
        "impl A {\n    fn f() {\n        b();\n    }\n}\n",
    );
}

#[test]
fn a_reply_that_is_indented_too_deep_is_taken_back() {
    check("«fn f() {\n    a();\n}\n»", &fenced("    fn f() {\n        b();\n    }"), "fn f() {\n    b();\n}\n");
}

#[test]
fn a_first_line_that_lost_its_indentation_gets_it_back() {
    check("fn f() {\n    «a();\n    b();»\n}\n", &fenced("c();\n    d();"), "fn f() {\n    c();\n    d();\n}\n");
    check(
        "fn f() {\n«    if a {\n        b();\n    }\n»}\n",
        &fenced("if x {\n        b();\n    }"),
        "fn f() {\n    if x {\n        b();\n    }\n}\n",
    );
    check(
        "def f():\n    «if a:\n        b()»\n    c()\n",
        &fenced("if x:\n        b()"),
        "def f():\n    if x:\n        b()\n    c()\n",
    );
}

#[test]
fn what_is_below_a_first_line_that_lost_its_indentation_stays() {
    check(
        "fn f() {\n«    if a {\n        b();\n    }\n    c();\n»}\n",
        &fenced("if a {\n        x();\n    }\n    c();"),
        "fn f() {\n    if a {\n        x();\n    }\n    c();\n}\n",
    );
    check(
        "fn f() {\n«    a();\n}\n\nfn g() {\n    b();\n}\n»",
        &fenced("a();\n}\n\nfn g() {\n    c();\n}"),
        "fn f() {\n    a();\n}\n\nfn g() {\n    c();\n}\n",
    );
    check(
        "    let x = «match y {\n        A => 1,\n        B => 2,\n    };\n    z();\n»",
        &fenced("match y {\n        A => 1,\n        B => 3,\n    };\n    z();"),
        "    let x = match y {\n        A => 1,\n        B => 3,\n    };\n    z();\n",
    );
}

#[test]
fn white_space_that_a_reply_repeats_stays() {
    let mixed = "\tif (a) {\n\t    b();\n        c();\n\t}\n";
    check(&format!("«{mixed}»"), &fenced(&mixed.replace("c()", "d()")), &mixed.replace("c()", "d()"));
    check("x\n\ty\n«  a();\n\n\tb();\n»", &fenced("  a();\n\n\tb();\n  c();"), "x\n\ty\n  a();\n\n\tb();\n  c();\n");
    check("«  a();\n  \n  b();\n»", &fenced("  a();\n  \n  c();"), "  a();\n  \n  c();\n");
    check("«One line.  \nTwo lines.  \n»", &fenced("A line.  \nTwo lines.  "), "A line.  \nTwo lines.  \n");
    check("«a();  \nb();  \n»", &fenced("a();\nb();"), "a();\nb();\n");
}

#[test]
fn a_selection_behind_its_indentation_gets_none_twice() {
    check("fn f() {\n    «a();»\n}\n", &fenced("    b();"), "fn f() {\n    b();\n}\n");
    check("fn f() {\n    «a();»\n}\n", &fenced("b();\nc();"), "fn f() {\n    b();\n    c();\n}\n");
    check("fn f() {\n  «  a();»\n}\n", &fenced("b();\nc();"), "fn f() {\n    b();\n    c();\n}\n");
}

#[test]
fn a_selection_that_begins_inside_of_a_line() {
    check(
        "    let x = «y»;\n",
        &fenced("match y {\n    A => 1,\n    B => 2,\n}"),
        "    let x = match y {\n        A => 1,\n        B => 2,\n    };\n",
    );
    check("foo(« a, b »)\n", &fenced("b, a"), "foo( b, a )\n");
}

#[test]
fn wrapped_code_goes_one_level_deeper() {
    check(
        "fn f() {\n«    a();\n    b();\n»}\n",
        &fenced("if c {\n    a();\n    b();\n}"),
        "fn f() {\n    if c {\n        a();\n        b();\n    }\n}\n",
    );
    check("def f():\n«    a()\n»", &fenced("with b:\n    a()"), "def f():\n    with b:\n        a()\n");
}

#[test]
fn tabs_stay_tabs_and_blanks_stay_blanks() {
    check(
        "func f() {\n«\tif a {\n\t\tb()\n\t}\n»}\n",
        &fenced("if a {\n    c()\n}"),
        "func f() {\n\tif a {\n\t\tc()\n\t}\n}\n",
    );
    check(
        "func f() {\n«\tif a {\n\t\tb()\n\t}\n»}\n",
        &fenced("    if a {\n        c()\n    }"),
        "func f() {\n\tif a {\n\t\tc()\n\t}\n}\n",
    );
    check(
        "function f() {\n«  if (a) {\n    b();\n  }\n»}\n",
        &fenced("\tif (a) {\n\t\tc();\n\t}"),
        "function f() {\n  if (a) {\n    c();\n  }\n}\n",
    );
    check(
        "func f() {\n\ta()\n}\n\n«func g() {}\n»",
        &fenced("func g() {\n    a()\n}"),
        "func f() {\n\ta()\n}\n\nfunc g() {\n\ta()\n}\n",
    );
    check("\t«a()»\n", &fenced("/*\n * One.\n */\na()"), "\t/*\n\t * One.\n\t */\n\ta()\n");
    check("all:\n«\tcc a.c\n»", &fenced("\tcc -O2 a.c"), "all:\n\tcc -O2 a.c\n");
}

#[test]
fn part_of_a_block_keeps_its_depths() {
    check(
        "fn f() {\n    if a {\n«        b();\n    }\n    c();\n»}\n",
        &fenced("        x();\n    }\n    c();"),
        "fn f() {\n    if a {\n        x();\n    }\n    c();\n}\n",
    );
    check(
        "fn f() {\n    if a {\n«        b();\n    }\n    c();\n»}\n",
        &fenced("    x();\n}\nc();"),
        "fn f() {\n    if a {\n        x();\n    }\n    c();\n}\n",
    );
}

#[test]
fn blank_lines_stay_empty() {
    check(
        "impl A {\n«    fn f() {\n        a();\n    }\n»}\n",
        &fenced("fn f() {\n    a();\n\n    b();\n   \n    c();\n}"),
        "impl A {\n    fn f() {\n        a();\n\n        b();\n\n        c();\n    }\n}\n",
    );
}

#[test]
fn yaml_and_chains_keep_their_shape() {
    check(
        "jobs:\n«  - name: a\n    run: b\n»",
        &fenced("- name: a\n  run: c\n- name: d"),
        "jobs:\n  - name: a\n    run: c\n  - name: d\n",
    );
    check(
        "    «let x = a.b();»\n",
        &fenced("let x = a\n    .b()\n    .c();"),
        "    let x = a\n        .b()\n        .c();\n",
    );
}

#[test]
fn line_ends_are_those_of_the_document() {
    check("«a();\r\nb();\r\n»c();\r\n", &fenced("x();\ny();"), "x();\r\ny();\r\nc();\r\n");
    check("«a();\nb();\n»", "```\r\nx();\r\ny();\r\n```\r\n", "x();\ny();\n");
    check("«a();\rb();\r»", &fenced("x();\ny();"), "x();\ry();\r");
    check("«a();\r\nb();\r\nc();\nd();\r\n»", &fenced("x();\ny();\nz();"), "x();\r\ny();\r\nz();\r\n");
    check("«a();\r\nb();\nc();\nd();\n»", &fenced("a();\nb();\nx();\nd();"), "a();\r\nb();\nx();\nd();\n");
    check("a();\r\n«b();»\r\nc();\r\n", &fenced("x();\ny();"), "a();\r\nx();\r\ny();\r\nc();\r\n");
    check("a();\r\n«b();»", &fenced("x();\ny();"), "a();\r\nx();\r\ny();");
}

#[test]
fn the_final_line_end_is_that_of_the_selection() {
    check("«a();\n»", &fenced("b();\n\n"), "b();\n");
    check("«a();»", &fenced("b();\n\n"), "b();");
    check("«a();»\n", "```\nb();\n\n\n```", "b();\n");
    check("«a();\n»z();\n", "b();", "b();\nz();\n");
}

#[test]
fn blank_lines_around_the_selected_code_stay() {
    check("x();\n«\n\na();\n\n»y();\n", &fenced("b();"), "x();\n\n\nb();\n\ny();\n");
    check("x();\n«\n  a();\n»", &fenced("\n\nb();\n\n\n"), "x();\n\n  b();\n");
    check("x();«\n    a();»\n", &fenced("b();\nc();"), "x();\n    b();\n    c();\n");
    check("«\r\na();\r\n»", &fenced("b();"), "\r\nb();\r\n");
}

#[test]
fn a_byte_order_mark_stays_first() {
    check("«\u{feff}using A;\n»", &fenced("using B;"), "\u{feff}using B;\n");
    check("«s = \"\u{feff}\";\n»", &fenced("s = \"a\u{feff}\";"), "s = \"a\u{feff}\";\n");
    check("\u{feff}«using A;\n»", &fenced("\u{feff}using B;"), "\u{feff}using B;\n");
}

#[test]
fn part_of_a_line_stays_part_of_a_line() {
    check("let «total» = 1;\n", &fenced("sum"), "let sum = 1;\n");
    check("let x = \"«helo wörld 😀»\";\n", "```\nhello wörld 😀\n```", "let x = \"hello wörld 😀\";\n");
    check("    a(); «b();»\n", &fenced("    c();"), "    a(); c();\n");
}

#[test]
fn code_for_an_empty_line_is_as_deep_as_its_place() {
    check("fn f() {\n    «»\n}\n", &fenced("a();\nb();"), "fn f() {\n    a();\n    b();\n}\n");
    check("fn f() {\n«»\n}\n", &fenced("a();\nb();"), "fn f() {\n    a();\n    b();\n}\n");
    check("fn f() {\n«\n»}\n", &fenced("a();"), "fn f() {\n    a();\n}\n");
    check("a();\r\n«»", &fenced("b();"), "a();\r\nb();\r\n");
    check("a();\n  «»", &fenced("b();"), "a();\n  b();");
    check("«»", &fenced("fn f() {\n    a();\n}"), "fn f() {\n    a();\n}");
}

#[test]
fn an_offset_inside_of_a_character_is_the_place_before() {
    let text = ropey::Rope::from_str("a😀b\n");
    assert_eq!(crate::chat::edit::rewrite::rewrite(&text, 3..99, "```\nx()\n```", true), Ok("x()\n".to_owned()));
    refused("«a»", "```\na\n```", NoEdit::Unchanged);
}
