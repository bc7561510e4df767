//! Ghost text: that it is there, follows the typing, and is never stale.

use std::time::Duration;

use crate::driver::Neovim;
use crate::fake_endpoint::{Fake, Script};
use crate::user::{Ghost, init};

/// A function whose body is to be written.
pub const ADD: &str = "fn add(a: i32, b: i32) -> i32 {\n    |\n}\n";

/// Runs a test with each of the two that draw.
pub fn each(test: impl Fn(Ghost)) {
    test(Ghost::Native);
    test(Ghost::Own);
}

/// The text of [`ADD`] with `body` in it.
pub fn add(body: &str) -> String {
    format!("fn add(a: i32, b: i32) -> i32 {{\n    {body}\n}}")
}

#[test]
fn ghost_text_stands_where_it_would_be_inserted() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("um = a + b;"));
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("alet s");
        neovim.sees(&add("let s|⟦um = a + b;⟧"));
        assert_eq!(neovim.text(), add("let s"), "nothing of it is in the text");
    });
}

#[test]
fn typing_along_keeps_it_without_a_new_request() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("um = a + b;"));
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("alet s");
        neovim.sees(&add("let s|⟦um = a + b;⟧"));
        neovim.keys("um");
        neovim.sees(&add("let sum|⟦ = a + b;⟧"));
        neovim.settle();
        assert_eq!(neovim.drawn(), add("let sum|⟦ = a + b;⟧"));
        assert_eq!(fake.stats().requests, 1);
    });
}

#[test]
fn what_no_longer_fits_goes_at_once() {
    each(|ghost| {
        let fake = Fake::start(|request| match request.prompt().ends_with("let s") {
            true => Script::text("um = a + b;"),
            false => Script::silence(),
        });
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("alet s");
        neovim.sees(&add("let s|⟦um = a + b;⟧"));
        neovim.keys("x");
        neovim.sees(&add("let sx|"));
        neovim.settle_for_request(&fake, 2);
        assert_eq!(neovim.drawn(), add("let sx|"));
    });
}

#[test]
fn a_late_answer_is_never_seen() {
    each(|ghost| {
        let fake = Fake::start(|request| match request.prompt().ends_with("let s") {
            true => Script::text("TALE").after(Duration::from_millis(400)),
            false => Script::text(" = a;").after(Duration::from_millis(800)),
        });
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.spy();
        neovim.keys("alet s");
        neovim.settle_for_request(&fake, 1);
        neovim.keys("um");
        neovim.sees(&add("let sum|⟦ = a;⟧"));
        let drawn = neovim.drawn_since();
        assert!(!drawn.contains("TALE") && !drawn.contains("LE"), "{drawn}");
    });
}

#[test]
fn it_goes_when_insert_mode_is_left() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("um"));
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("alet s");
        neovim.sees(&add("let s|⟦um⟧"));
        neovim.keys("<Esc>");
        neovim.sees(&add("let |s"));
    });
}

#[test]
fn dismissed_it_is_gone_and_the_key_is_free_again() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("um"));
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("alet s");
        neovim.sees(&add("let s|⟦um⟧"));
        neovim.keys("<C-]>");
        neovim.sees(&add("let s|"));
        neovim.settle();
        assert_eq!(neovim.drawn(), add("let s|"), "it stays away");
        neovim.keys("<Tab>");
        neovim.holds(&add("let s   "));
    });
}

/// Says something else when it is asked for a second suggestion.
fn with_two_suggestions() -> Fake {
    Fake::start(|request| match request.body["random_seed"].as_u64() {
        Some(seed) if seed % 2 == 1 => Script::text("econd"),
        _ => Script::text("um"),
    })
}

#[test]
fn next_and_previous_go_round_the_suggestions() {
    each(|ghost| {
        let fake = with_two_suggestions();
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("alet s");
        neovim.sees(&add("let s|⟦um⟧"));
        neovim.keys("<C-]>");
        neovim.sees(&add("let s|"));
        // Asked by hand there is more than one.
        neovim.keys("<M-]>");
        neovim.sees(&add("let s|⟦um⟧"));
        for (key, shown) in
            [("<M-]>", "econd (2/2)"), ("<M-[>", "um (1/2)"), ("<M-[>", "econd (2/2)"), ("<M-]>", "um (1/2)")]
        {
            neovim.keys(key);
            neovim.sees(&add(&format!("let s|⟦{shown}⟧")));
        }
    });
}

#[test]
fn what_no_longer_fits_is_left_out_of_the_round() {
    each(|ghost| {
        let fake = with_two_suggestions();
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("alet s");
        neovim.sees(&add("let s|⟦um⟧"));
        neovim.keys("<C-]><M-]>");
        neovim.until("there are two", || {
            neovim.keys("<M-]>");
            neovim.drawn().contains("(1/2)")
        });
        neovim.spy();
        // In one go, before another answer.
        neovim.keys("u<M-]>");
        neovim.until("it follows", || neovim.drawn().contains("let su|⟦m"));
        let drawn = neovim.drawn_since();
        assert!(drawn.contains("m (1/2)"), "the second does not fit: {drawn}");
    });
}

#[test]
fn switched_off_nothing_is_asked_and_on_again_it_is() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("um"));
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.lua("vim.cmd.Codestral('toggle')");
        assert_eq!(neovim.lua("return require('codestral').statusline()"), "Codestral: off");
        neovim.keys("alet s");
        neovim.settle();
        assert_eq!(neovim.drawn(), add("let s|"));
        assert_eq!(fake.stats().requests, 0);
        neovim.lua("vim.cmd.Codestral('toggle')");
        neovim.keys("<BS>s");
        neovim.sees(&add("let s|⟦um⟧"));
        let said = "Codestral: ghost text and next edits are off\nCodestral: ghost text and next edits are on";
        assert_eq!(neovim.said(), said);
    });
}

#[test]
fn the_statusline_tells_what_is_going_on() {
    each(|ghost| {
        let fake = Fake::start(|request| match request.prompt().ends_with("let s") {
            true => Script::silence(),
            false => Script::refuse(401, r#"{"detail":"Unauthorized"}"#),
        });
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        let says = |expected: &str| {
            neovim.until(expected, || neovim.lua("return require('codestral').statusline()") == expected);
        };
        says("Codestral");
        neovim.keys("alet s");
        says("Codestral: asking");
        neovim.keys("x");
        says("Codestral: error");
        neovim.lua("vim.cmd.enew()");
        says("");
    });
}

#[test]
fn the_statusline_still_tells_what_is_wrong_when_another_buffer_is_deleted() {
    let fake = Fake::start(|_| Script::refuse(401, r#"{"detail":"Unauthorized"}"#));
    let Some(neovim) = Neovim::open(&fake, Ghost::Native, "main.rs", ADD) else { return };
    neovim.lua("vim.cmd('split other.rs')");
    neovim.until("both are attached", || {
        neovim.lua("return vim.tbl_count(vim.lsp.get_clients()[1].attached_buffers)") == 2
    });
    neovim.lua("vim.cmd.wincmd('p')");
    neovim.keys("alet s");
    neovim.until("it is seen", || neovim.lua("return require('codestral').statusline()") == "Codestral: error");
    neovim.lua("vim.cmd('stopinsert | bdelete other.rs')");
    neovim.settle();
    assert_eq!(neovim.lua("return require('codestral').statusline()"), "Codestral: error");
}

#[test]
fn the_statusline_is_drawn_when_the_server_comes_and_goes() {
    let fake = Fake::start(|_| Script::text("um"));
    let init = init(&fake, Ghost::Native, "")
        + "vim.cmd.redrawstatus = function() _G.seen = require('codestral').statusline() end\n";
    let Some(neovim) = Neovim::start(&init, "main.rs", ADD) else { return };
    neovim.until("it is drawn", || neovim.lua("return _G.seen") == "Codestral");
    neovim.lua("vim.lsp.enable('codestral_ls', false)");
    neovim.until("it is gone", || neovim.lua("return _G.seen") == "");
}

/// Kills the server as a crash would.
fn crash(neovim: &Neovim) {
    for pid in neovim.servers() {
        let _ = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
    }
    neovim.until("the client is gone", || neovim.lua("return #vim.lsp.get_clients()") == 0);
}

#[test]
fn a_stopped_servers_ghost_text_goes() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("um"));
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("alet s");
        neovim.sees(&add("let s|⟦um⟧"));
        neovim.lua("vim.lsp.enable('codestral_ls', false)");
        neovim.sees(&add("let s|"));
    });
}

#[test]
fn after_a_crash_ghost_text_goes_and_comes_back_when_the_file_is_read_again() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::text("um"));
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("alet s");
        neovim.sees(&add("let s|⟦um⟧"));
        crash(&neovim);
        neovim.sees(&add("let s|"));
        neovim.keys("<Esc>:e!<CR>");
        neovim.until_attached();
        neovim.keys("2GAlet s");
        neovim.sees(&add("let s|⟦um⟧"));
    });
}

#[test]
fn quitting_with_a_request_open_leaves_no_process() {
    each(|ghost| {
        let fake = Fake::start(|_| Script::silence());
        let Some(neovim) = Neovim::open(&fake, ghost, "main.rs", ADD) else { return };
        neovim.keys("alet s");
        neovim.settle_for_request(&fake, 1);
        let servers = neovim.servers();
        assert!(!servers.is_empty(), "the server is Neovim's child");
        neovim.keys("<Esc>:q!<CR>");
        neovim.ends();
        neovim.until("no server is left", || {
            servers.iter().all(|pid| !std::path::Path::new(&format!("/proc/{pid}/exe")).exists())
        });
        assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).open_streams, 0);
    });
}

impl Neovim {
    /// From now on notes what is drawn.
    fn spy(&self) {
        self.lua(
            "_G.drawn = {} local set = vim.api.nvim_buf_set_extmark \
             vim.api.nvim_buf_set_extmark = function(buf, space, row, col, mark) \
               for _, chunk in ipairs(mark.virt_text or {}) do table.insert(_G.drawn, chunk[1]) end \
               return set(buf, space, row, col, mark) end",
        );
    }

    /// The first lines of all that was drawn since.
    fn drawn_since(&self) -> String {
        self.lua("return table.concat(_G.drawn, '')").to_string()
    }

    /// Waits until the endpoint was asked so often.
    #[track_caller]
    pub fn settle_for_request(&self, fake: &Fake, requests: usize) {
        self.until("the endpoint is asked", || fake.stats().requests >= requests);
    }
}
