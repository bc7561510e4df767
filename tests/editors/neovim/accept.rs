//! Accepting: exactly the right text, in whole and in parts, early and late.

use serde_json::json;

use crate::driver::Neovim;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{ADD, add, each};
use crate::user::Ghost;

const BLOCK: &str = " > b {\n        return a;\n    }";

/// All of it in the text.
const WHOLE: &str = "if a > b {\n        return a;\n    }";

const SHOWN: &str = "if a|⟦ > b {⟧\n⟦        return a;⟧\n⟦    }⟧";

fn shown(fake: &Fake, ghost: Ghost) -> Option<Neovim> {
    let neovim = Neovim::open(fake, ghost, "main.rs", ADD)?;
    neovim.keys("aif a");
    neovim.sees(&add(SHOWN));
    Some(neovim)
}

fn block() -> Fake {
    Fake::start(|request| match request.prompt().ends_with("if a") {
        true => Script::chunks([BLOCK]),
        false => Script::text(""),
    })
}

#[test]
fn all_of_it_is_inserted_and_the_server_is_told() {
    each(|ghost| {
        let fake = block();
        let Some(neovim) = shown(&fake, ghost) else { return };
        neovim.lua(
            "_G.commands = {} local it = vim.lsp.get_clients({ bufnr = 0 })[1] local request = it.request \
             it.request = function(self, method, params, ...) \
               if method == 'workspace/executeCommand' and params.command:match('accepted') then \
                 table.insert(_G.commands, params.command) \
               end \
               return request(self, method, params, ...) end",
        );
        neovim.keys("<Tab>");
        neovim.sees(&add(&format!("{WHOLE}|")));
        neovim.until("the server is told", || neovim.lua("return _G.commands") == json!(["codestral.accepted"]));
    });
}

#[test]
fn without_a_suggestion_the_key_does_what_it_did() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text(""));
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("a<Tab>x<C-]>");
        neovim.holds(&add("    x"));
    });
}

#[test]
fn a_map_that_was_there_before_is_kept() {
    each(|ghost| {
        let fake = block();
        let mut init = String::from(
            "vim.keymap.set('i', '<Tab>', 'OLD')\n\
             vim.keymap.set('i', '<M-Right>', function() return '<lt>À' end, { expr = true })\n\
             vim.keymap.set('i', '<C-]>', function() vim.api.nvim_paste('CALL', false, -1) end)\n\
             vim.cmd([[inoremap <expr> <M-Down> 'LINE' .. \"\\<BS>\"]])\n",
        );
        init += &crate::user::init(&fake, ghost, "");
        let Some(neovim) = Neovim::start_as(ghost, &init, "main.rs", ADD) else { return };
        neovim.keys("a<Tab><M-Right><M-Down><C-]>!");
        neovim.holds(&add("OLD<ÀLINCALL!"));
    });
}

#[test]
fn a_map_is_kept_though_setup_runs_in_a_buffer_that_has_its_own() {
    let fake = block();
    let mut init = String::from(
        "vim.keymap.set('i', '<Tab>', 'GLOBAL')\nvim.keymap.set('i', '<Tab>', 'LOCAL', { buffer = true })\n",
    );
    init += &crate::user::init(&fake, Ghost::Native, "");
    init += "vim.keymap.del('i', '<Tab>', { buffer = true })\n";
    let Some(neovim) = Neovim::start(&init, "main.rs", ADD) else { return };
    neovim.keys("a<Tab>");
    neovim.holds(&add("GLOBAL"));
}

#[test]
fn word_by_word_the_rest_stays_and_is_not_asked_for() {
    each(|ghost| {
        let fake = block();
        let Some(neovim) = shown(&fake, ghost) else { return };
        for (body, requests) in [
            ("if a >|⟦ b {⟧\n⟦        return a;⟧\n⟦    }⟧", 1),
            ("if a > b|⟦ {⟧\n⟦        return a;⟧\n⟦    }⟧", 1),
            ("if a > b {|\n⟦        return a;⟧\n⟦    }⟧", 1),
            ("if a > b {\n        return|⟦ a;⟧\n⟦    }⟧", 1),
        ] {
            neovim.keys("<M-Right>");
            neovim.sees(&add(body));
            neovim.settle();
            assert_eq!(neovim.drawn(), add(body), "it stays");
            assert_eq!(fake.stats().requests, requests);
        }
        // The rest can be taken without any wait.
        neovim.keys("<M-Right><M-Right>");
        neovim.sees(&add("if a > b {\n        return a;|\n⟦    }⟧"));
        neovim.keys("<Tab>");
        neovim.sees(&add(&format!("{WHOLE}|")));
    });
}

#[test]
fn line_by_line_the_rest_stays() {
    each(|ghost| {
        let fake = block();
        let Some(neovim) = shown(&fake, ghost) else { return };
        neovim.keys("<M-Down>");
        neovim.sees(&add("if a > b {|\n⟦        return a;⟧\n⟦    }⟧"));
        neovim.settle();
        assert_eq!(neovim.drawn(), add("if a > b {|\n⟦        return a;⟧\n⟦    }⟧"), "it stays");
        neovim.keys("<M-Down>");
        neovim.sees(&add("if a > b {\n        return a;|\n⟦    }⟧"));
        neovim.keys("<M-Down>");
        neovim.sees(&add(&format!("{WHOLE}|")));
    });
}

#[test]
fn accepted_within_the_editors_own_wait_nothing_is_doubled() {
    each(|ghost| {
        let fake = block();
        for keys in [" > <Tab>", " ><Tab>", " <Tab>", " > b {<CR>ret<Tab>"] {
            let Some(neovim) = shown(&fake, ghost) else { return };
            // In one go: the editor has not asked again when the key to accept comes.
            neovim.keys(keys);
            neovim.sees(&add(&format!("{WHOLE}|")));
        }
    });
}

#[test]
fn a_word_accepted_within_the_editors_own_wait_is_the_right_one() {
    each(|ghost| {
        let fake = block();
        let Some(neovim) = shown(&fake, ghost) else { return };
        neovim.keys(" ><M-Right>");
        neovim.sees(&add("if a > b|⟦ {⟧\n⟦        return a;⟧\n⟦    }⟧"));
    });
}

#[test]
fn what_no_longer_fits_is_not_accepted() {
    each(|ghost| {
        let fake = block();
        let Some(neovim) = shown(&fake, ghost) else { return };
        neovim.keys("x<Tab>y");
        neovim.holds(&add("if ax   y"));
    });
}

#[test]
fn what_is_typed_on_in_one_go_stands_behind_what_was_accepted() {
    each(|ghost| {
        let fake = block();
        let Some(neovim) = shown(&fake, ghost) else { return };
        neovim.keys("<Tab> // done");
        neovim.holds(&add(&format!("{WHOLE} // done")));
    });
}

#[test]
fn undo_takes_back_only_what_was_accepted() {
    each(|ghost| {
        let fake = block();
        let Some(neovim) = shown(&fake, ghost) else { return };
        neovim.keys("<Tab>");
        neovim.holds(&add(WHOLE));
        neovim.keys("<Esc>u");
        neovim.holds(&add("if a"));
        neovim.keys("u");
        neovim.holds(&add(""));
        neovim.keys("<C-r><C-r>");
        neovim.holds(&add(WHOLE));
    });
}

#[test]
fn undo_takes_back_what_was_typed_behind_it_first() {
    each(|ghost| {
        let fake = block();
        let Some(neovim) = shown(&fake, ghost) else { return };
        neovim.keys("<Tab> // done<Esc>");
        neovim.holds(&add(&format!("{WHOLE} // done")));
        neovim.keys("u");
        neovim.holds(&add(WHOLE));
        neovim.keys("u");
        neovim.holds(&add("if a"));
    });
}

#[test]
fn undo_takes_back_one_word_after_the_other() {
    each(|ghost| {
        let fake = block();
        let Some(neovim) = shown(&fake, ghost) else { return };
        neovim.keys("<M-Right>");
        neovim.holds(&add("if a >"));
        neovim.keys("<M-Right>");
        neovim.holds(&add("if a > b"));
        neovim.keys("<Esc>u");
        neovim.holds(&add("if a >"));
        neovim.keys("u");
        neovim.holds(&add("if a"));
    });
}

#[test]
fn an_accepted_suggestion_is_counted_though_neovim_is_left_at_once() {
    each(|ghost| {
        let fake = block();
        let Some(neovim) = shown(&fake, ghost) else { return };
        neovim.keys("<Tab>");
        neovim.holds(&add(WHOLE));
        neovim.keys("<Esc>:q!<CR>");
        neovim.ends();
        let counts = neovim.home().join("state/codestral-ls/usage.json");
        neovim.until("the counts are written", || std::fs::read_to_string(&counts).is_ok_and(|it| it.contains("rust")));
    });
}
