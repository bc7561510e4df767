//! Setting it up: what is wrong is said, `:checkhealth` tells what is missing, the help can be found.

use std::path::Path;

use crate::driver::Neovim;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{ADD, add};
use crate::user::{Ghost, init, settings};

#[test]
fn the_configuration_alone_is_enough() {
    let fake = Fake::start(|_| Script::text("um = a + b;"));
    let init = format!(
        "vim.opt.rtp:prepend('{}/editors/neovim')\n\
         vim.lsp.config('codestral_ls', {{ settings = {{ codestral = {} }} }})\n\
         vim.lsp.enable('codestral_ls')\nvim.lsp.inline_completion.enable()\n\
         vim.keymap.set('i', '<Tab>', function()\n\
           if not vim.lsp.inline_completion.get() then return '<Tab>' end\n\
         end, {{ expr = true }})\n",
        env!("CARGO_MANIFEST_DIR"),
        settings(&fake)
    );
    let Some(neovim) = Neovim::start(&init, "main.rs", ADD) else { return };
    neovim.keys("alet s");
    neovim.sees(&add("let s|⟦um = a + b;⟧"));
    neovim.keys("<Tab>");
    neovim.holds(&add("let sum = a + b;"));
}

#[test]
fn an_unknown_option_is_said_and_the_rest_works() {
    let fake = Fake::start(|_| Script::text("um"));
    let mut init = String::from("_G.said = {} vim.notify = function(message) table.insert(_G.said, message) end\n");
    init += &format!("vim.opt.rtp:prepend('{}/editors/neovim')\n", env!("CARGO_MANIFEST_DIR"));
    init += "require('codestral').setup({ keys = { acept = '<Tab>' } })\n_G.first = _G.said[1]\n";
    let Some(neovim) = Neovim::launch(&init, "main.rs", ADD) else { return };
    drop(fake);
    let expected = "Codestral: there is no option 'keys.acept'; there are accept, accept_line, accept_word, dismiss, \
                    next, next_edit, previous (:help codestral-setup)";
    assert_eq!(neovim.lua("return _G.first"), expected);
    assert_eq!(neovim.lua("return vim.fn.maparg('<Tab>', 'i') ~= ''"), true);
}

#[test]
fn an_old_neovim_gets_a_sentence_and_no_error() {
    let mut init = String::from("_G.said = {} vim.notify = function(message) table.insert(_G.said, message) end\n");
    init += "local has = vim.fn.has vim.fn.has = function(it) if it:match('^nvim%-0%.1') then return 0 end return has(it) end\n";
    init += &format!("vim.opt.rtp:prepend('{}/editors/neovim')\n", env!("CARGO_MANIFEST_DIR"));
    init += "require('codestral').setup()\n_G.first = _G.said[1]\n";
    let Some(neovim) = Neovim::launch(&init, "main.rs", ADD) else { return };
    let first = neovim.lua("return _G.first").to_string();
    assert!(first.contains("Codestral needs Neovim 0.11, better 0.12; this is 0.12"), "{first}");
}

#[test]
fn health_finds_nothing_wrong_where_nothing_is() {
    let fake = Fake::start(|_| Script::text("um"));
    let Some(neovim) = Neovim::open(&fake, Ghost::Native, "main.rs", ADD) else { return };
    neovim.lua("vim.cmd('checkhealth codestral')");
    let report = neovim.text();
    // What `setup` was given is what is checked.
    assert!(report.contains(fake.url()), "{report}");
    for expected in [
        "has inline completion",
        "codestral-ls 0.",
        "codestral-ls check, which setup() gives variables:",
        "codestral_ls (client 1) is attached to 1 buffers",
        "it is on",
        "its keys are free for it",
    ] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
    assert!(!report.contains("ERROR") && !report.contains("WARNING"), "{report}");
}

#[test]
fn health_names_what_is_wrong() {
    let fake = Fake::start(|_| Script::text("um"));
    let more = "lsp = { cmd = { 'no-such-server' } }";
    let mut init = init(&fake, Ghost::Native, more);
    init += "vim.keymap.set('i', '<Tab>', 'x', { desc = 'mine' })\nrequire('codestral').toggle(false)\n";
    let Some(neovim) = Neovim::launch(&init, "main.rs", ADD) else { return };
    neovim.lua("vim.cmd('checkhealth codestral')");
    let report = neovim.text();
    for expected in [
        "no-such-server is not on PATH",
        "no server is running",
        "it is off",
        "<Tab> (keys.accept) is mapped to 'mine'",
    ] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
}

#[test]
fn the_command_completes_its_words() {
    let fake = Fake::start(|_| Script::text("um"));
    let Some(neovim) = Neovim::open(&fake, Ghost::Native, "main.rs", ADD) else { return };
    let completed = |line: &str| neovim.lua(&format!("return vim.fn.getcompletion('{line}', 'cmdline')"));
    assert_eq!(completed("Codestral "), serde_json::json!(["cancel", "chat", "status", "toggle", "usage", "why"]));
    assert_eq!(completed("1,2Codestral chat i"), serde_json::json!(["improve"]));
    assert_eq!(completed("Codestral why "), serde_json::json!([]));
    neovim.lua("vim.cmd('Codestral wy')");
    assert_eq!(
        neovim.said(),
        "Codestral: there is no :Codestral wy; there are cancel, chat, status, toggle, usage, why"
    );
}

#[test]
fn why_status_and_usage_are_shown_in_a_window() {
    let fake = Fake::start(|_| Script::text("um"));
    let Some(neovim) = Neovim::open(&fake, Ghost::Native, "main.rs", ADD) else { return };
    neovim.keys("alet s");
    neovim.sees(&add("let s|⟦um⟧"));
    neovim.keys("<Esc>:Codestral why<CR>");
    neovim.until("the reasons are shown", || neovim.text().contains("main.rs:2  after"));
    assert!(!neovim.text().contains("-1 s ago"), "{}", neovim.text());
    neovim.keys(":Codestral status<CR>");
    neovim.until("the state is shown", || neovim.lua("return vim.fn.bufname()") == "codestral://status");
    let status = neovim.text();
    assert!(status.starts_with("state      idle\nasks       codestral-latest at http://127.0.0.1:"), "{status}");
    assert!(status.contains("shown      1 suggestions, ") && status.contains("requests   1, 0 failed"), "{status}");
    assert!(status.contains("today      ") && status.contains(", by all editors"), "{status}");
    assert_eq!(neovim.said(), "", "nothing waits for a key");
    neovim.keys(":Codestral usage<CR>");
    neovim.until("the counts are shown", || neovim.lua("return vim.fn.bufname()") == "codestral://usage");
    assert!(!neovim.text().is_empty());
}

#[test]
fn each_tag_of_the_help_is_there() {
    let help = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/neovim/doc/codestral.txt");
    let fake = Fake::start(|_| Script::text("um"));
    let init = init(&fake, Ghost::Native, "");
    let Some(neovim) = Neovim::launch(&init, "main.rs", ADD) else { return };
    // The tags are made beside a copy: they are not committed.
    let copy = neovim.home().join("help/doc");
    std::fs::create_dir_all(&copy).unwrap();
    std::fs::copy(&help, copy.join("codestral.txt")).unwrap();
    neovim.lua(&format!("vim.cmd('helptags {}')", copy.display()));
    let tags = std::fs::read_to_string(copy.join("tags")).unwrap();
    let text = std::fs::read_to_string(&help).unwrap();
    let links = text.split('|').skip(1).step_by(2).filter(|link| link.starts_with("codestral"));
    for tag in links.chain([":Codestral", "codestral"]) {
        assert!(tags.contains(&format!("{tag}\tcodestral.txt")), "{tag}: {tags}");
    }
}
