//! Where one begins: ghost text at an unfinished line without a key that changes the text.

use crate::driver::Neovim;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::each;
use crate::user::init;

/// Somebody has left a line half way.
const LEFT: &str = "fn f() {\n    |let x = \n    done(1);\n}\n";

/// What is seen of it, with this behind the unfinished line.
fn left(shown: &str) -> String {
    format!("fn f() {{\n    let x = {shown}\n    done(1);\n}}")
}

#[test]
fn insert_mode_begun_at_an_unfinished_line_shows_ghost_text_and_asks_once() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("add(1, 2);"));
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", LEFT) else { return };
        neovim.keys("A");
        neovim.sees(&left("|⟦add(1, 2);⟧"));
        neovim.keys("<Esc>A");
        neovim.sees(&left("|⟦add(1, 2);⟧"));
        neovim.keys("<Tab>");
        neovim.holds(&left("add(1, 2);"));
        assert_eq!(fake.received().iter().filter(|received| received.prompt().ends_with("let x = ")).count(), 1);
    });
}

#[test]
fn an_empty_line_in_a_body_is_a_place_to_begin() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("    todo();"));
        let marked = "fn f() {\n|\n}\n";
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", marked) else { return };
        neovim.keys("i");
        neovim.sees("fn f() {\n|⟦    todo();⟧\n}");
        assert_eq!(fake.stats().requests, 1);
    });
}

#[test]
fn wandering_in_insert_mode_asks_nothing() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("add(1, 2);"));
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", LEFT) else { return };
        // Past the end of the unfinished line, and to stay at one that is written.
        neovim.keys("i<End><Down><End>");
        neovim.settle();
        neovim.keys("<Up><Up><End><Left><Left><Left>");
        neovim.settle();
        assert_eq!(neovim.drawn(), "fn f(|) {\n    let x = \n    done(1);\n}");
        assert_eq!(fake.stats().requests, 0);
    });
}

#[test]
fn with_on_rest_off_insert_mode_begins_without_a_question() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("add(1, 2);"));
        let init = init(&fake, ghost, "").replace("choices = 2", "choices = 2, onRest = false");
        let Some(neovim) = Neovim::start_as(ghost, &init, "main.rs", LEFT) else { return };
        neovim.keys("A");
        // The server answers at once; a rest would take longer than this.
        neovim.settle();
        neovim.lua("vim.wait(1000)");
        assert_eq!(neovim.drawn(), left("|"));
        assert_eq!(fake.stats().requests, 0);
        neovim.keys("a");
        neovim.sees(&left("a|⟦add(1, 2);⟧"));
    });
}
