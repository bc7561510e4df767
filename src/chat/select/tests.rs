//! What is taken of texts with a cursor or a selection in them.

use proptest::prelude::*;

use super::*;

fn marked(text: &str) -> (String, Range<usize>) {
    let start = text.find('«').expect("a «");
    let end = text.find('»').map_or(start, |at| at - '«'.len_utf8());
    (text.replace(['«', '»'], ""), start..end)
}

/// `before` with a «selection» or the cursor at a single «; `after` with the «target».
#[track_caller]
fn check(language: &str, before: &str, after: &str) {
    let ((text, range), (same, expected)) = (marked(before), marked(after));
    assert_eq!(text, same, "both are the same text");
    let rope = Rope::from_str(&text);
    let found = target(&rope, range.clone(), language);
    assert_eq!(&text[found.clone()], &text[expected.clone()]);
    assert_eq!(found, expected);
}

#[track_caller]
fn check_definition(language: &str, before: &str, after: &str) {
    let ((text, range), (_, expected)) = (marked(before), marked(after));
    let found = definition(&Rope::from_str(&text), range, language);
    assert_eq!(&text[found], &text[expected]);
}

#[test]
fn a_selection_takes_the_white_space_that_completes_its_lines() {
    check("rust", "{\n    «a();\n    b()»;\n}\n", "{\n«    a();\n    b()»;\n}\n");
    check("rust", "{\n  «  a();»  \n}\n", "{\n«    a();  »\n}\n");
    check("rust", "{\n«    a();\n»    b();\n}\n", "{\n«    a();\n»    b();\n}\n");
    check("rust", "let x = «a» + b;\n", "let x = «a» + b;\n");
    check("rust", "a;\r\n  «b;»\r\nc;\r\n", "a;\r\n«  b;»\r\nc;\r\n");
    check("rust", "a\n« \n»b\n", "a\n« \n»b\n");
}

#[test]
fn the_block_around_the_cursor_with_its_head() {
    let fn_f = "fn f() {\n    a();\n}\n";
    check("rust", &format!("{}fn g() {{}}\n", fn_f.replace("a(", "a«(")), "«fn f() {\n    a();\n}»\nfn g() {}\n");
    check("rust", "fn «f() {\n    a();\n}\n\nfn g() {\n}\n", "«fn f() {\n    a();\n}»\n\nfn g() {\n}\n");
    check("rust", "fn f() {\n    a();\n}«\n\nfn g() {}\n", "«fn f() {\n    a();\n}»\n\nfn g() {}\n");
    check(
        "rust",
        "fn f() {\n    if x {\n        «a();\n    }\n}\n",
        "fn f() {\n«    if x {\n        a();\n    }»\n}\n",
    );
    check(
        "rust",
        "fn f() {\n    if x {\n        a();\n    } else {\n        «b();\n    }\n    c();\n}\n",
        "fn f() {\n«    if x {\n        a();\n    } else {\n        b();\n    }»\n    c();\n}\n",
    );
}

#[test]
fn comments_and_attributes_above_belong_to_it() {
    check(
        "rust",
        "use a;\n\n/// Does it.\n#[test]\nfn f() {\n    «a();\n}\n",
        "use a;\n\n«/// Does it.\n#[test]\nfn f() {\n    a();\n}»\n",
    );
    check("rust", "/// «Does it.\nfn f() {\n    a();\n}\n", "«/// Does it.\nfn f() {\n    a();\n}»\n");
    check(
        "typescript",
        "class A {\n  /**\n   * Does it.\n   */\n  f() {\n    «a();\n  }\n}\n",
        "class A {\n«  /**\n   * Does it.\n   */\n  f() {\n    a();\n  }»\n}\n",
    );
    check(
        "python",
        "# note\n\n@cached\n@route(\"/\")\ndef f():\n    return «1\n\n\nx = 1\n",
        "# note\n\n«@cached\n@route(\"/\")\ndef f():\n    return 1»\n\n\nx = 1\n",
    );
    check(
        "rust",
        "#[derive(\n    Debug,\n)]\nstruct A {\n    «b: u8,\n}\n",
        "«#[derive(\n    Debug,\n)]\nstruct A {\n    b: u8,\n}»\n",
    );
}

#[test]
fn heads_that_span_lines() {
    check("rust", "fn f(\n    a: u8,\n) -> u8 {\n    «a\n}\n", "«fn f(\n    a: u8,\n) -> u8 {\n    a\n}»\n");
    check(
        "rust",
        "fn f<T>(t: T)\nwhere\n    T: Copy,\n{\n    «t;\n}\n\nfn g() {}\n",
        "«fn f<T>(t: T)\nwhere\n    T: Copy,\n{\n    t;\n}»\n\nfn g() {}\n",
    );
    check("c", "int f(void)\n{\n    «return 1;\n}\n\nint g;\n", "«int f(void)\n{\n    return 1;\n}»\n\nint g;\n");
    check("c", "int «f(void)\n{\n    return 1;\n}\nint g;\n", "«int f(void)\n{\n    return 1;\n}»\nint g;\n");
}

#[test]
fn blocks_that_go_by_indentation_or_words() {
    check(
        "python",
        "def f(x):\n    a = 1\n\n    «return a\n\nf(1)\n",
        "«def f(x):\n    a = 1\n\n    return a»\n\nf(1)\n",
    );
    check("lua", "function f()\n  «a()\nend\nb()\n", "«function f()\n  a()\nend»\nb()\n");
    check("ruby", "if a\n  b\nelse\n  «c\nend\n", "«if a\n  b\nelse\n  c\nend»\n");
    check("html", "<ul>\n  <li>\n    «a\n  </li>\n</ul>\n", "<ul>\n«  <li>\n    a\n  </li>»\n</ul>\n");
    check("yaml", "a:\n  b: «1\n  c: 2\nd: 3\n", "«a:\n  b: 1\n  c: 2»\nd: 3\n");
}

#[test]
fn directives_and_labels_end_no_block() {
    check(
        "c",
        "int f() {\n    a();\n#ifdef X\n    «b();\n#endif\nout:\n    c();\n}\nint g;\n",
        "«int f() {\n    a();\n#ifdef X\n    b();\n#endif\nout:\n    c();\n}»\nint g;\n",
    );
    check("rust", "fn f() {\n    a();\n// old();\n    «b();\n}\n", "«fn f() {\n    a();\n// old();\n    b();\n}»\n");
}

#[test]
fn a_line_outside_of_blocks_is_itself() {
    check("rust", "use «a;\nuse b;\n", "«use a;»\nuse b;\n");
    check("python", "x = «1\r\ny = 2\r\n", "«x = 1»\r\ny = 2\r\n");
    check("markdown", "# A\n\nSome «text.\n", "# A\n\n«Some text.»\n");
}

#[test]
fn a_blank_line_is_the_block_around_it_or_nothing() {
    check("rust", "fn f() {\n    a();\n«\n    b();\n}\n", "«fn f() {\n    a();\n\n    b();\n}»\n");
    check("rust", "fn f() {\n«\n}\n", "«fn f() {\n\n}»\n");
    check("rust", "fn f() {\n}\n«\nfn g() {\n}\n", "fn f() {\n}\n«\nfn g() {\n}\n");
    check("python", "def f():\n    a\n«\n\ndef g():\n    b\n", "def f():\n    a\n«\n\ndef g():\n    b\n");
    check("rust", "«", "«");
    check("rust", "a();\n«", "a();\n«");
}

#[test]
fn a_definition_is_what_has_a_name() {
    let fn_f = "«fn f() {\n    for x in y {\n        if a {\n            b();\n        }\n    }\n}»\n";
    check_definition("rust", &fn_f.replace(['«', '»'], "").replace("b()", "«b()"), fn_f);
    check_definition(
        "python",
        "class A:\n    def f(self):\n        for x in y:\n            «a()\n",
        "class A:\n«    def f(self):\n        for x in y:\n            a()»\n",
    );
    check_definition("rust", "fn f() {\n    a(«b);\n}\n", "«fn f() {\n    a(b);\n}»\n");
    check_definition("rust", "use «a;\n", "«use a;»\n");
    check_definition("rust", "fn f() { «a»(); }\n", "fn f() { «a»(); }\n");
    check_definition("javascript", "if (a) {\n  «b();\n}\n", "«if (a) {\n  b();\n}»\n");
}

#[test]
fn a_block_of_twenty_thousand_lines_takes_little_time() {
    let text: String = std::iter::once("{\n".to_owned())
        .chain((0..20_000).map(|n| format!("    \"key{n}\": {n},\n")))
        .chain(["}\n".to_owned()])
        .collect();
    let begin = std::time::Instant::now();
    let found = target(&Rope::from_str(&text), 200_000..200_000, "json");
    assert_eq!(found, 0..text.len() - 1);
    // A second in a debug build.
    assert!(begin.elapsed() < std::time::Duration::from_secs(20), "took {:?}", begin.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn the_target_holds_the_range_and_splits_nothing(
        pieces in prop::collection::vec(
            prop::sample::select(vec!["fn f() {", "}", "\n", "\r\n", "\r", "    ", "\t", "é", "😀", "# a", "/// b", "else", "*/", ") {", ":"]),
            0..30,
        ),
        a in 0..90usize, b in 0..90usize, language in prop::sample::select(vec!["rust", "python", "c", "html"]),
    ) {
        let text = pieces.concat();
        let rope = Rope::from_str(&text);
        for found in [target(&rope, a..b, language), target(&rope, a..a, language), definition(&rope, a..a, language)] {
            prop_assert!(found.start <= found.end && text.get(found.clone()).is_some());
            for at in [found.start, found.end] {
                prop_assert!(!(text[..at].ends_with('\r') && text[at..].starts_with('\n')));
            }
        }
        let held = target(&rope, a.min(b)..a.max(b), language);
        let (start, end) = (place(&rope, a.min(b)), place(&rope, a.max(b)));
        prop_assert!(held.start <= start && held.end >= end);
    }
}
