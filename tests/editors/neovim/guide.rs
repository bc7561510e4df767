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
fn the_guide_has_every_option_with_its_default_and_no_other() {
    let given = block("own_ghost_text");
    let init = format!(
        "_G.said = {{}} vim.notify = function(message) table.insert(_G.said, message) end\n\
         vim.opt.rtp:prepend('{}/editors/neovim')\n\
         local it = require('codestral') local setup = it.setup\n\
         it.setup = function(given) _G.given = vim.deepcopy(given) setup(given) end\n\
         {given}\n_G.early = #_G.said",
        env!("CARGO_MANIFEST_DIR")
    );
    let Some(neovim) = Neovim::launch(&init, "main.rs", ADD) else { return };
    assert_eq!(neovim.lua("return _G.early"), 0);
    let defaults = neovim.lua("return require('codestral.config').defaults");
    assert_eq!(neovim.lua("return _G.given"), defaults, "the guide's on the left, the module's on the right");
}

#[test]
fn the_help_names_every_option() {
    let help = include_str!("../../../editors/neovim/doc/codestral.txt");
    let init = format!("vim.opt.rtp:prepend('{}/editors/neovim')\n", env!("CARGO_MANIFEST_DIR"));
    let Some(neovim) = Neovim::launch(&init, "main.rs", ADD) else { return };
    let names = neovim.lua(
        "local it = require('codestral.config').defaults \
         return vim.list_extend(vim.list_extend(vim.tbl_keys(it), vim.tbl_keys(it.keys)), vim.tbl_keys(it.chat.keys))",
    );
    for name in names.as_array().expect("a list") {
        let name = name.as_str().expect("a name");
        let is_named = help.contains(&format!("`{name}`")) || help.contains(&format!("`{name}.keys`"));
        assert!(is_named, "{name}");
    }
}
