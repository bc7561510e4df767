//! The blocks of `editors/neovim/README.md`, each in an empty configuration, as a new user would take them.

use crate::driver::Neovim;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{ADD, add};

/// The Lua block of the guide that holds `word`, with the paths of this machine.
fn block(word: &str) -> String {
    let guide = include_str!("../../../editors/neovim/README.md");
    let blocks = guide.split("```lua\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let block = blocks.into_iter().find(|block| block.contains(word)).expect("the guide has it");
    block.replace("~/src/codestral-ls", env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn check(block: &str) {
    let fake = Fake::start(|_| Script::text("um = a + b;"));
    // The fake endpoint stands for Mistral's: all else is as in the guide.
    let init = format!("vim.env.CODESTRAL_URL = '{}'\n{block}", fake.url());
    let Some(neovim) = Neovim::start(&init, "main.rs", ADD) else { return };
    neovim.keys("alet s");
    neovim.sees(&add("let s|⟦um = a + b;⟧"));
    neovim.keys("<Tab>");
    neovim.holds(&add("let sum = a + b;"));
}

#[test]
fn the_plain_block_gives_ghost_text() {
    check(&block("vim.opt.rtp:prepend"));
}

#[test]
fn the_block_without_the_module_gives_ghost_text() {
    check(&block("vim.lsp.inline_completion.enable"));
}

#[test]
fn every_option_of_the_guide_is_an_option() {
    let fake = Fake::start(|_| Script::text("um"));
    let given = block("own_ghost_text");
    let init = format!(
        "_G.said = {{}} vim.notify = function(message) table.insert(_G.said, message) end\n\
         vim.opt.rtp:prepend('{}/editors/neovim')\n{given}\n_G.early = #_G.said",
        env!("CARGO_MANIFEST_DIR")
    );
    let Some(neovim) = Neovim::launch(&init, "main.rs", ADD) else { return };
    assert_eq!(neovim.lua("return _G.early"), 0);
    drop(fake);
}
