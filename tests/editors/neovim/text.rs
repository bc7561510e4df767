//! Texts that are easy to get wrong: several lines before others, CRLF, characters of many bytes.

use crate::driver::Neovim;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{add, each};

#[test]
fn several_lines_in_the_middle_of_a_line() {
    each(|ghost| {
        let fake = Fake::start(|request| match request.prompt().ends_with("call(") {
            true => Script::chunks(["|x| {\n        x + 1\n    }"]),
            false => Script::text(""),
        });
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", "fn f() {\n    call|);\n}\n") else { return };
        neovim.keys("i(");
        neovim.until("it is shown", || neovim.drawn().contains('⟦'));
        neovim.keys("<Tab>");
        neovim.holds("fn f() {\n    call(|x| {\n        x + 1\n    });\n}");
    });
}

#[test]
fn what_stands_behind_the_cursor_is_not_doubled() {
    each(|ghost| {
        let fake = Fake::start(|request| match request.prompt().ends_with("call(") {
            true => Script::text("1, 2);"),
            false => Script::text(""),
        });
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", "fn f() {\n    call|);\n}\n") else { return };
        neovim.keys("i(");
        neovim.until("it is shown", || neovim.drawn().contains('⟦'));
        neovim.keys("1,<Tab>");
        neovim.holds("fn f() {\n    call(1, 2);\n}");
    });
}

#[test]
fn a_crlf_file_keeps_its_line_ends() {
    each(|ghost| {
        let fake = Fake::start(|request| match request.prompt().ends_with("if a") {
            true => Script::chunks([" > b {\r\n        return a;\r\n    }"]),
            false => Script::text(""),
        });
        let text = "fn add(a: i32, b: i32) -> i32 {\r\n    |\r\n}\r\n";
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", text) else { return };
        assert_eq!(neovim.lua("return vim.bo.fileformat"), "dos");
        neovim.keys("aif a");
        neovim.sees(&add("if a|⟦ > b {⟧\n⟦        return a;⟧\n⟦    }⟧"));
        neovim.keys("<Tab>");
        neovim.holds(&add("if a > b {\n        return a;\n    }"));
        neovim.keys("<Esc>:w<CR>");
        let expected = "fn add(a: i32, b: i32) -> i32 {\r\n    if a > b {\r\n        return a;\r\n    }\r\n}\r\n";
        neovim.until("it is saved", || neovim.saved("main.rs").len() == expected.len());
        assert_eq!(String::from_utf8(neovim.saved("main.rs")).unwrap(), expected);
    });
}

#[test]
fn characters_of_many_bytes_before_the_cursor_move_nothing() {
    each(|ghost| {
        let fake = Fake::start(|request| match request.prompt().ends_with("let é😀 = ") {
            true => Script::text("\"𝒳é\"; // 👍🏽"),
            false => Script::text(""),
        });
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", "fn f() {\n    let é😀 =|\n}\n") else { return };
        neovim.keys("A ");
        neovim.sees("fn f() {\n    let é😀 = |⟦\"𝒳é\"; // 👍🏽⟧\n}");
        neovim.keys("<M-Right><M-Right>");
        neovim.sees("fn f() {\n    let é😀 = \"𝒳é|⟦\"; // 👍🏽⟧\n}");
        neovim.keys("<Tab>");
        neovim.sees("fn f() {\n    let é😀 = \"𝒳é\"; // 👍🏽|\n}");
    });
}
