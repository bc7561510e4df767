//! Suggestions in Helix's completion menu: shown, previewed, typed along with, accepted, undone.

use std::time::Duration;

use crate::editor::{ENTER, Helix, NEXT};
use crate::fake_endpoint::{Fake, Script};
use crate::other::Other;

/// The second line is where the tests type.
const TEXT: &str = "fn main() {\n    \n}\n";

/// Writes `meant` as the second line of the file, from wherever the prompt is in it.
fn writes(meant: &'static str) -> Fake {
    Fake::start(move |request| {
        let typed = request.prompt().rsplit_once("\n    ").map_or("", |(_, typed)| typed);
        Script::text(meant.strip_prefix(typed).unwrap_or_default())
    })
}

/// Types `typed` into the second line of `text` and accepts the item with this label, which then must leave `saved`.
#[track_caller]
fn check_accepted(text: &str, typed: &str, reply: &'static str, label: &str, saved: &str) {
    let (fake, other) = (Fake::start(move |_| Script::text(reply)), Other::start(&[]));
    let Some(mut helix) = Helix::open(&fake, &other, text) else { return };
    helix.insert_at_end_of(2);
    helix.terminal.keys(typed);
    helix.terminal.wait_for(label);
    helix.terminal.keys(&format!("{NEXT}{ENTER}"));
    helix.check_saved(saved);
}

#[test]
fn an_item_is_previewed_and_accepted() {
    let (fake, other) = (writes("let total = compute(values);"), Other::start(&[]));
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.insert_at_end_of(2);
    helix.terminal.keys("le");
    helix.terminal.wait_for("let total = compute(values);");
    helix.terminal.wait("the text alone", |screen| screen.lines().any(|line| line == "    2      le"));
    helix.terminal.keys("\t");
    let preview = "    2      let total = compute(values);";
    helix.terminal.wait("the preview", |screen| screen.lines().any(|line| line == preview));
    helix.terminal.keys(ENTER);
    helix.check_saved("fn main() {\n    let total = compute(values);\n}\n");
}

#[test]
fn an_item_typed_along_with_is_accepted_without_a_letter_twice() {
    let (fake, other) = (writes("let total = compute(values);"), Other::start(&[]));
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.insert_at_end_of(2);
    helix.terminal.keys("le");
    helix.terminal.wait_for("  let total = compute(values); text");
    // The label begins with the word at the cursor.
    helix.terminal.keys("t to");
    helix.terminal.wait_for("  total = compute(values); text");
    // Within a key's time of the last letter, too.
    helix.terminal.keys(&format!("t{NEXT}{ENTER}"));
    helix.check_saved("fn main() {\n    let total = compute(values);\n}\n");
    assert_eq!(fake.stats().requests, 1, "what is typed along with is known");
}

#[test]
fn no_letter_is_lost_however_fast_they_come() {
    const TYPED: &str = "let total_of_all = first_value + second_value;";
    let slow = |_: &_| Script::text("never_shown").after(Duration::from_millis(150));
    let (fake, other) = (Fake::start(slow), Other::start(&["let_it_be", "first_one"]));
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.insert_at_end_of(2);
    for word in TYPED.split_inclusive(' ') {
        helix.terminal.keys(word);
        // Between words there may be a menu, a request or both.
        helix.terminal.wait_for(word.trim_end());
    }
    helix.check_saved(&format!("fn main() {{\n    {TYPED}\n}}\n"));
}

#[test]
fn an_item_of_many_lines_is_inserted_as_it_stands() {
    check_accepted(
        TEXT,
        "for",
        " x in 0..3 {\n        show(x);\n    }",
        "for x in 0..3 {",
        "fn main() {\n    for x in 0..3 {\n        show(x);\n    }\n}\n",
    );
}

#[test]
fn a_crlf_file_keeps_its_line_ends() {
    check_accepted(
        "fn main() {\r\n    \r\n}\r\n",
        "for",
        " x in 0..3 {\n        show(x);\n    }",
        "for x in 0..3 {",
        "fn main() {\r\n    for x in 0..3 {\r\n        show(x);\r\n    }\r\n}\r\n",
    );
}

#[test]
fn letters_outside_the_plane_before_the_cursor_move_nothing() {
    check_accepted(
        "fn main() {\n    let é😀 = \n}\n",
        "fo",
        "o(bar);",
        "foo(bar);",
        "fn main() {\n    let é😀 = foo(bar);\n}\n",
    );
}

#[test]
fn a_stale_answer_is_never_shown() {
    let fake = Fake::start(|request| match request.prompt().ends_with("    st") {
        true => Script::text("ale_answer()").after(Duration::from_millis(400)),
        false => Script::text("fresh_answer()"),
    });
    let other = Other::start(&[]);
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.insert_at_end_of(2);
    helix.terminal.keys("st");
    assert_eq!(fake.wait_for(|stats| stats.requests == 1).requests, 1);
    helix.terminal.keys("ir = ");
    helix.terminal.wait_for("fresh_answer()");
    assert!(!helix.terminal.ever_showed("ale_answer"), "a stale item was on the screen");
    helix.check_saved("fn main() {\n    stir = \n}\n");
}

#[test]
fn undo_takes_an_accepted_item_back() {
    let (fake, other) = (writes("let total = compute(values);"), Other::start(&[]));
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.insert_at_end_of(2);
    helix.terminal.keys("le");
    helix.terminal.wait_for("let total = compute(values);");
    helix.terminal.keys(&format!("{NEXT}{ENTER}"));
    helix.terminal.wait("the text", |screen| screen.contains("2      let total = compute(values);\n    3"));
    helix.leave_insert_mode();
    helix.terminal.keys("u");
    helix.terminal.wait("the text before", |screen| !screen.contains("compute"));
    helix.check_saved("fn main() {\n    le\n}\n");
}

/// The key that asks for the menu.
const ASK: &str = "\x18";

#[test]
fn asked_by_hand_the_menu_comes_though_completion_is_off_and_where_nothing_was_typed() {
    let (fake, other) = (Fake::start(|_| Script::text("compute(values);")), Other::start(&[]));
    let Some(mut helix) = Helix::open(&fake, &other, "fn main() {\n    \n    let total\n}\n") else { return };
    helix.command("lsp-workspace-command codestral.toggle");
    helix.terminal.wait_for("automatic completion is off");
    // An empty line, then behind a word, where Helix asks by itself as insert mode begins.
    helix.insert_at_end_of(2);
    helix.terminal.keys(ASK);
    helix.terminal.wait_for("compute(values); text");
    assert_eq!(fake.stats().requests, 1);
    helix.leave_insert_mode();
    let asked = other.asked();
    helix.insert_at_end_of(3);
    helix.terminal.wait("Helix's own request", |_| other.asked() > asked);
    assert_eq!(fake.stats().requests, 1, "off is off");
    helix.terminal.keys(ASK);
    helix.terminal.wait_for("totalcompute(values); text");
    assert_eq!(fake.stats().requests, 2);
    // What is typed asks nothing.
    helix.leave_insert_mode();
    helix.terminal.keys("o");
    helix.terminal.wait_for(" INS ");
    let asked = other.asked();
    helix.terminal.keys("foo");
    helix.terminal.wait("Helix's request", |_| other.asked() > asked);
    assert_eq!(fake.stats().requests, 2);
}

#[test]
fn asked_by_hand_the_endpoint_is_tried_again_after_trouble() {
    let fake = Fake::start(|request| match request.prompt().ends_with("    le") {
        true => Script::refuse(401, r#"{"detail":"Unauthorized"}"#),
        false => Script::text("compute(values);"),
    });
    let other = Other::start(&[]);
    let Some(mut helix) = Helix::open(&fake, &other, TEXT) else { return };
    helix.insert_at_end_of(2);
    helix.terminal.keys("le");
    fake.wait_for(|stats| stats.requests == 1);
    let asked = other.asked();
    helix.terminal.keys("t x");
    helix.terminal.keys(" = ");
    helix.terminal.wait("Helix's request", |_| other.asked() > asked);
    helix.terminal.keys(ASK);
    helix.terminal.wait_for("compute(values); text");
}
