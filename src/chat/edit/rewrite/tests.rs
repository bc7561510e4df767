//! Replies as models write them, and what becomes of the text: fences, prose, what is refused.

mod shape;

use proptest::prelude::*;

use super::*;

/// The text without the marks, and what «they» mark in it.
fn marked(text: &str) -> (Rope, Range<usize>) {
    let start = text.find('«').expect("a «");
    let end = text.find('»').expect("a »") - '«'.len_utf8();
    (Rope::from_str(&text.replace(['«', '»'], "")), start..end)
}

/// What becomes of a text with a «selection» when a model replies.
#[track_caller]
fn check(before: &str, reply: &str, after: &str) {
    let (text, range) = marked(before);
    let new = rewrite(&text, range.clone(), reply, true);
    let mut edited = text.to_string();
    let new = new.unwrap_or_else(|why| panic!("{why:?} for {reply:?}"));
    edited.replace_range(range, &new);
    assert_eq!(edited, after);
}

#[track_caller]
fn refused(before: &str, reply: &str, why: NoEdit) {
    let (text, range) = marked(before);
    assert_eq!(rewrite(&text, range, reply, true), Err(why));
}

const ADD: &str = "«fn add(a: i32, b: i32) -> i32 {\n    a - b\n}\n»\nfn main() {}\n";
const ADDED: &str = "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\nfn main() {}\n";
const PLUS: &str = "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}";

#[test]
fn one_fence_around_all() {
    check(ADD, &format!("```rust\n{PLUS}\n```"), ADDED);
    check(ADD, &format!("```\n{PLUS}\n```\n"), ADDED);
    check(ADD, &format!("~~~rust\n{PLUS}\n~~~\n"), ADDED);
    check(ADD, &format!("````rust\n{PLUS}\n````\n"), ADDED);
    check(ADD, &format!("```rust title=\"src/main.rs\" {{1-3}}\n{PLUS}\n```\n"), ADDED);
    check(ADD, &format!("\n\n```rust\n\n{PLUS}\n\n```\n\n"), ADDED);
}

#[test]
fn prose_around_a_fence_is_no_code() {
    check(ADD, &format!("Sure! Here is the fixed function:\n\n```rust\n{PLUS}\n```\n\nIt subtracted before."), ADDED);
    check(
        ADD,
        &format!("1. The operator is wrong:\n\n   ```rust\n   {}\n   ```\n", PLUS.replace('\n', "\n   ")),
        ADDED,
    );
    check(ADD, &format!("The `a - b` is wrong.\n```rust\n{PLUS}\n```"), ADDED);
}

#[test]
fn a_fence_may_stay_open() {
    check(ADD, &format!("```rust\n{PLUS}\n"), ADDED);
    check(ADD, &format!("```rust\n{PLUS}"), ADDED);
    check(ADD, &format!("```rust\n{PLUS}```"), ADDED);
    check(ADD, &format!("{PLUS}\n```\n"), ADDED);
}

#[test]
fn of_several_blocks_the_rewrite_is_taken() {
    let usage = "```rust\nfn main() {\n    let sum = add(1, 2);\n}\n```";
    check(ADD, &format!("```rust\n{PLUS}\n```\nUse it like this:\n{usage}\n"), ADDED);
    check(ADD, &format!("A caller:\n{usage}\nThe fix:\n```rust\n{PLUS}\n```\n"), ADDED);
    let minus = PLUS.replace('+', "-");
    check(ADD, &format!("Before:\n```rust\n{minus}\n```\nAfter:\n```rust\n{PLUS}\n```\n"), ADDED);
    let elided = "fn add(a: i32, b: i32) -> i32 {\n    // ...\n}";
    check(ADD, &format!("In short:\n```rust\n{elided}\n```\nIn full:\n```rust\n{PLUS}\n```\n"), ADDED);
    check(ADD, &format!("First run\n```sh\ncargo add num\n```\nthen\n```rust\n{PLUS}\n```\n"), ADDED);
    let other = PLUS.replace("a + b", "b + a");
    check(ADD, &format!("Option 1:\n```rust\n{PLUS}\n```\nOption 2:\n```rust\n{other}\n```\n"), ADDED);
}

#[test]
fn fences_in_doc_comments_stay() {
    check(
        "«pub fn one() -> u8 {\n    1\n}\n»",
        "```rust\n/// The first number.\n///\n/// ```\n/// assert_eq!(one(), 1);\n/// ```\npub fn one() -> u8 {\n    1\n}\n```",
        "/// The first number.\n///\n/// ```\n/// assert_eq!(one(), 1);\n/// ```\npub fn one() -> u8 {\n    1\n}\n",
    );
    check(
        "«/** One.\n```\none()\n```\n*/\nfn one() {}\n»",
        "```rust\n/** The one.\n```\none()\n```\n*/\nfn one() {}\n```",
        "/** The one.\n```\none()\n```\n*/\nfn one() {}\n",
    );
    check(
        "«def one():\n    return 1\n»",
        "```python\ndef one():\n    \"\"\"The first number.\n\n    ```python\n    one()\n    ```\n    \"\"\"\n    return 1\n```",
        "def one():\n    \"\"\"The first number.\n\n    ```python\n    one()\n    ```\n    \"\"\"\n    return 1\n",
    );
}

#[test]
fn a_markdown_document_keeps_its_blocks() {
    let before = "# Tool\n\n«Instal it so:\n\n```sh\ncargo install tool\n```\n\nThen runs it.\n»\nEnd.\n";
    let after = "# Tool\n\nInstall it so:\n\n```sh\ncargo install tool\n```\n\nThen run it.\n\nEnd.\n";
    let new = "Install it so:\n\n```sh\ncargo install tool\n```\n\nThen run it.";
    check(before, new, after);
    check(before, &format!("```markdown\n{new}\n```"), after);
    check(before, &format!("Here is the corrected text:\n\n````md\n{new}\n````\n"), after);
    let bare = |text: &str| text.replace("```sh", "```");
    check(&bare(before), &format!("```md\n{}\n```", bare(new)), &bare(after));
    check(
        "«Run make to build the tool and its tests.\n»",
        "Run `make` to build the tool and its tests:\n\n```sh\nmake\n```\n",
        "Run `make` to build the tool and its tests:\n\n```sh\nmake\n```\n",
    );
}

#[test]
fn code_without_a_fence_is_code() {
    check(ADD, PLUS, ADDED);
    check("let x = «a + b»;\n", "a.wrapping_add(b)", "let x = a.wrapping_add(b);\n");
    check("let x = «a + b»;\n", "`a.wrapping_add(b)`", "let x = a.wrapping_add(b);\n");
    check("«SELECT name FROM users»\n", "SELECT name, id FROM users", "SELECT name, id FROM users\n");
    check("«# adds too numbers\n»def add(a, b):\n", "# Adds two numbers.", "# Adds two numbers.\ndef add(a, b):\n");
}

#[test]
fn prose_is_no_edit() {
    refused(ADD, "The function subtracts b from a. It should add them.", NoEdit::NoCode);
    refused(ADD, "I'm sorry, I can't see anything wrong with `add(a, b)`.", NoEdit::NoCode);
    refused(ADD, "- Rename `add` to `sum`\n- Use `checked_add(a, b)`\n", NoEdit::NoCode);
    refused(ADD, "", NoEdit::NoCode);
    refused(ADD, " \n\n", NoEdit::NoCode);
    refused(ADD, "```rust\n```", NoEdit::NoCode);
    refused(ADD, "Run this:\n```sh\ncargo fmt\n```\n", NoEdit::NoCode);
    refused(ADD, "```diff\n-    a - b\n+    a + b\n```\n", NoEdit::NoCode);
    refused("«Teh cat sat on the mat.»\n", "There is a spelling mistake in the first word.", NoEdit::NoCode);
}

#[test]
fn what_is_cut_off_is_no_edit() {
    let (text, range) = marked(ADD);
    for reply in ["", "```rust\nfn add(a: i32", &format!("```rust\n{PLUS}\n```")] {
        assert_eq!(rewrite(&text, range.clone(), reply, false), Err(NoEdit::CutOff));
    }
}

#[test]
fn code_left_out_is_no_edit() {
    let class = "«class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n»";
    refused(
        class,
        "```python\nclass A:\n    def f(self):\n        return 3\n\n    # ... rest of the class\n```",
        NoEdit::Elided,
    );
    refused(class, "```python\nclass A:\n    def f(self):\n        return 3\n    ...\n```", NoEdit::Elided);
    refused(ADD, "```rust\nfn add(a: i32, b: i32) -> i32 {\n    // existing code\n}\n```", NoEdit::Elided);
    refused(ADD, "```rust\n/* ... rest of the code unchanged ... */\n```", NoEdit::Elided);
    refused("«<ul>\n  <li>a</li>\n</ul>\n»", "```html\n<ol>\n  <!-- existing items... -->\n</ol>\n```", NoEdit::Elided);
    check("«f(1);\n// ...\n»", "```js\nf(2);\n// ...\n```", "f(2);\n// ...\n");
}

#[test]
fn the_same_text_is_no_edit() {
    refused(ADD, &format!("```rust\n{}\n```", PLUS.replace('+', "-")), NoEdit::Unchanged);
    refused("    «foo();»\n", "```rust\nfoo();\n```", NoEdit::Unchanged);
}

#[test]
fn what_stands_around_is_not_written_twice() {
    check("let x = «a + b»;\n", "```rust\nlet x = a * b;\n```", "let x = a * b;\n");
    check("    return «a + b»\n", "```python\nreturn a * b\n```", "    return a * b\n");
    check("    «foo()»;\n", "```rust\nbar();\n```", "    bar();\n");
    check("foo(«a»);\n", "```rust\nfoo(a.clone());\n```", "foo(a.clone());\n");
    check("foo(«a»)\n", "```rust\nbar(a)\n```", "foo(bar(a))\n");
    check(
        "fn f() {\n«    a();\n»}\n",
        "```rust\nfn f() {\n    a();\n    b();\n}\n```",
        "fn f() {\n    a();\n    b();\n}\n",
    );
    check("#[test]\n«fn f() {}\n»", "```rust\n#[test]\nfn f() { g() }\n```", "#[test]\nfn f() { g() }\n");
    check(
        "fn f() {\n«    a();\n»}\n",
        "```rust\nif x {\n    a();\n}\n```",
        "fn f() {\n    if x {\n        a();\n    }\n}\n",
    );
}

#[test]
fn each_refusal_is_one_sentence() {
    for why in [NoEdit::NoCode, NoEdit::CutOff, NoEdit::Elided, NoEdit::Unchanged] {
        let sentence = why.to_string();
        assert!(
            sentence.len() > 30 && !sentence.contains(['\n', '.']) || sentence.contains("chat.maxTokens"),
            "{sentence}"
        );
    }
}

#[test]
fn twenty_thousand_selected_lines_take_little_time() {
    let old: String = (0..20_000).map(|n| format!("    let value_{n} = compute({});\n", n % 10)).collect();
    let new: String = (0..1000).map(|n| format!("    let value_{n} = calculate({});\n", n % 10)).collect();
    let (text, begin) = (Rope::from_str(&old), std::time::Instant::now());
    assert_eq!(rewrite(&text, 0..old.len(), &format!("```rust\n{new}```"), true).as_deref(), Ok(new.as_str()));
    assert_eq!(rewrite(&text, 0..old.len(), &new, true).as_deref(), Ok(new.as_str()));
    assert!(begin.elapsed() < std::time::Duration::from_secs(30), "took {:?}", begin.elapsed());
}

fn anything() -> impl Strategy<Value = String> {
    let pieces = [
        "```",
        "~~~",
        "````",
        "rust",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "    ",
        "\t",
        "é",
        "😀",
        "\u{feff}",
        "`",
        "// ...",
        "fn f() {",
        "}",
        "foo();",
        "a",
        "Here is it.",
        " ",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_the_final_line_end_stays(text in anything(), reply in anything(), a in 0..80usize, b in 0..80usize) {
        let rope = Rope::from_str(&text);
        if let Ok(new) = rewrite(&rope, a.min(b)..a.max(b), &reply, true) {
            let selection = Selection::of(&rope, a.min(b)..a.max(b));
            let kind = |text: &str| text.ends_with(['\n', '\r']);
            prop_assert_eq!(kind(&new), kind(&selection.selected) || selection.is_below_the_last_line());
            if !selection.core().contains('\u{feff}') {
                prop_assert_eq!(new.starts_with('\u{feff}'), selection.selected.starts_with('\u{feff}'));
            }
        }
    }

    #[test]
    fn what_is_repeated_changes_nothing(
        lines in prop::collection::vec("[ \t]{0,6}(foo\\(#\\);|if #\\{|\\} # \\{|\\* #|)[ \t]{0,2}(\n|\r\n)", 1..12),
        a in 0..12usize, b in 0..12usize, lost in any::<bool>(),
    ) {
        // Each line is another, or a reply could mean either.
        let line = |(nth, line): (usize, &String)| line.replace('#', &nth.to_string());
        let text = Rope::from_str(&lines.iter().enumerate().map(line).collect::<String>());
        let (first, last) = (a.min(b).min(lines.len()), (a.max(b) + 1).min(lines.len()));
        let range = text.line_to_byte(first)..text.line_to_byte(last);
        let reply = text.byte_slice(range.clone()).to_string().replace("\r\n", "\n");
        let reply = if lost { reply.trim_start_matches([' ', '\t', '\n']) } else { &reply };
        if !reply.trim().is_empty() {
            prop_assert_eq!(rewrite(&text, range, &format!("```\n{reply}```"), true), Err(NoEdit::Unchanged));
        }
    }

    #[test]
    fn a_fence_changes_nothing_of_what_is_in_it(code in "[a-z]{1,6}\\(\\);(\n {0,8}[a-z]{1,6}\\(\\);){0,6}", fence in "`{3,5}|~{3,5}") {
        let text = Rope::from_str("old();\n");
        let new = rewrite(&text, 0..7, &format!("{fence}rust\n{code}\n{fence}"), true);
        prop_assert_eq!(new, Ok(format!("{code}\n")));
    }
}

#[test]
fn closing_brackets_of_the_block_around_are_not_made_twice() {
    let text = "fn f() {\n«    a();\n»    b();\n}\n";
    check(text, "```\n    c();\n}\n```", "fn f() {\n    c();\n    b();\n}\n");
}
