//! Next edits: reached and made by one key, dismissed, undone.

use serde_json::{Value, json};

use crate::driver::Neovim;
use crate::fake_endpoint::{Fake, Script};
use crate::user::{Ghost, init};

const COUNT: &str = "fn f(list: &[u32]) -> u32 {
    let |count = list.len();
    log(count);
    if count > 3 {
        warn(count);
    }
    other();
    report(count);
    count
}
";

/// A Neovim whose server offers what is only a little likely, so that it can be seen on a short text.
fn open(ghost: Ghost, more: &str) -> Option<Neovim> {
    open_text(ghost, more, COUNT)
}

fn open_text(ghost: Ghost, more: &str, marked: &str) -> Option<Neovim> {
    let fake = Fake::start(|_| Script::text(""));
    let init = init(&fake, ghost, more).replace("['local']", "nextEdit = { confidence = 0.1 }, ['local']");
    let neovim = Neovim::start_as(ghost, &init, "main.rs", marked)?;
    // What is typed before the server was told of the text is no change to it.
    neovim.settle();
    Some(neovim)
}

/// Puts a client in place of the server's that answers when the test calls `_G.asked[n]`, and tells in `_G.given_up` which
/// requests were cancelled.
const FAKE_CLIENT: &str = "
    _G.asked, _G.given_up = {}, {}
    local fake = { id = 4711, offset_encoding = 'utf-8' }
    function fake:request(_, _, callback)
      table.insert(_G.asked, callback)
      return true, #_G.asked
    end
    function fake:cancel_request(id) table.insert(_G.given_up, id) end
    function fake:notify() end
    require('codestral.client').attached = function() return fake end
    local by_id = vim.lsp.get_client_by_id
    vim.lsp.get_client_by_id = function(id)
      return id == fake.id and fake or by_id(id)
    end
    function _G.offer()
      local edit = { textDocument = { uri = vim.uri_from_bufnr(0) }, text = 'x' }
      edit.range = { start = { line = 0, character = 0 }, ['end'] = { line = 0, character = 1 } }
      return { id = 1, edits = { edit } }
    end
";

fn renamed() -> String {
    COUNT.replace('|', "").replace("count", "total").trim_end().to_owned()
}

impl Neovim {
    fn next_edit_is_shown(&self) -> bool {
        self.lua("return require('codestral.next_edit').is_shown()") == true
    }

    fn line(&self) -> String {
        self.lua("return vim.fn.line('.')").to_string()
    }

    /// What is drawn of next edits in the current buffer.
    fn next_edit_marks(&self) -> Value {
        self.lua(
            "return #vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace('codestral.next_edit'), 0, -1, {})",
        )
    }
}

#[track_caller]
fn carry_through(neovim: &Neovim) {
    neovim.keys("cwtotal<Esc>");
    for _ in 0..20 {
        if neovim.text() == renamed() {
            return;
        }
        neovim.until("a next edit is shown", || neovim.next_edit_is_shown());
        let (text, line) = (neovim.text(), neovim.line());
        neovim.keys("<M-n>");
        neovim.until("the key did something", || neovim.text() != text || neovim.line() != line);
    }
    panic!("{}", neovim.text());
}

#[test]
fn a_renaming_is_carried_through_by_one_key_and_undone() {
    for ghost in [Ghost::Native, Ghost::Own] {
        let Some(neovim) = open(ghost, "") else { return };
        carry_through(&neovim);
        for _ in 0..8 {
            neovim.keys("u");
        }
        neovim.holds(COUNT.replace('|', "").trim_end());
        neovim.keys("<M-n>");
        neovim.settle();
        assert!(!neovim.next_edit_is_shown(), "what was undone does not come again");
    }
}

#[test]
fn a_dismissed_edit_is_gone() {
    let Some(neovim) = open(Ghost::Native, "") else { return };
    neovim.keys("cwtotal<Esc>");
    neovim.until("a next edit is shown", || neovim.next_edit_is_shown());
    neovim.keys("<Esc>");
    neovim.until("it is gone", || !neovim.next_edit_is_shown());
    assert_eq!(neovim.next_edit_marks(), 0);
    assert_eq!(neovim.text(), COUNT.replace('|', "").replacen("count", "total", 1).trim_end());
}

#[test]
fn the_old_text_is_struck_out_and_the_new_one_stands_behind_it() {
    for ghost in [Ghost::Native, Ghost::Own] {
        let Some(neovim) = open(ghost, "") else { return };
        neovim.keys(":colorscheme blue<CR>cwtotal<Esc>");
        neovim.until("a next edit is shown", || neovim.next_edit_is_shown());
        let drawn = neovim.lua(
            "local space = vim.api.nvim_create_namespace('codestral.next_edit') \
             local old, new = {}, {} \
             for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })) do \
               local more = mark[4] \
               if more.hl_group then \
                 local text = vim.api.nvim_buf_get_text(0, mark[2], mark[3], more.end_row, more.end_col, {})[1] \
                 local struck = vim.api.nvim_get_hl(0, { name = more.hl_group, link = false }).strikethrough \
                 table.insert(old, struck and text or 'not struck out') \
               end \
               if more.virt_text then table.insert(new, more.virt_text[1][1]) end \
             end \
             return table.concat(old, ' ') .. ' -> ' .. table.concat(new, ' ')",
        );
        assert_eq!(drawn, "count count count -> total total total");
    }
}

#[test]
fn an_edit_is_made_in_insert_mode() {
    let Some(neovim) = open(Ghost::Native, "") else { return };
    neovim.keys("cwtotal");
    for done in ["log(total)", "report(total)"] {
        for _ in 0..2 {
            neovim.until("a next edit is shown", || neovim.next_edit_is_shown());
            let (text, line) = (neovim.text(), neovim.line());
            neovim.keys("<M-n>");
            neovim.until("the key did something", || neovim.text() != text || neovim.line() != line);
        }
        assert!(neovim.text().contains(done), "{}", neovim.text());
    }
    assert_eq!(neovim.lua("return vim.fn.mode()"), "i");
}

#[test]
fn an_edit_out_of_sight_is_told_at_the_cursor() {
    let far = COUNT.replace("    log(count);\n", &format!("{}    log(count);\n", "    // far\n".repeat(200)));
    let Some(neovim) = open_text(Ghost::Native, "", &far) else { return };
    neovim.keys("cwtotal<Esc>");
    neovim.until("a next edit is shown", || neovim.next_edit_is_shown());
    let told = neovim.lua(
        "local marks = vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace('codestral.next_edit'), 0, -1, { details = true }) \
         for _, mark in ipairs(marks) do \
           local text = mark[4].virt_text and mark[4].virt_text[1][1] or '' \
           if text:match('next edit: line 2%d%d') then return vim.fn.line('.') == mark[2] + 1 end \
         end",
    );
    assert_eq!(told, true);
}

#[test]
fn switched_off_nothing_is_drawn() {
    let Some(neovim) = open(Ghost::Native, "next_edit = false") else { return };
    neovim.keys("cwtotal<Esc>");
    neovim.until("it is typed", || neovim.text().contains("total"));
    neovim.settle();
    assert!(!neovim.next_edit_is_shown());
}

#[test]
fn toggled_off_nothing_is_shown_or_asked_until_it_is_on_again() {
    for ghost in [Ghost::Native, Ghost::Own] {
        let Some(neovim) = open(ghost, "") else { return };
        neovim.keys("cwtotal<Esc>");
        neovim.until("a next edit is shown", || neovim.next_edit_is_shown());
        neovim.lua(
            "_G.count = 0 \
             local it = vim.lsp.get_clients({ name = 'codestral_ls' })[1] \
             local request = it.request \
             it.request = function(self, method, params, ...) \
               if params and params.command == 'codestral.nextEdit' then _G.count = _G.count + 1 end \
               return request(self, method, params, ...) \
             end",
        );
        neovim.lua("vim.cmd.Codestral('toggle')");
        assert!(!neovim.next_edit_is_shown());
        assert_eq!(neovim.next_edit_marks(), 0);
        neovim.keys("<M-n>ciwnumber<Esc>");
        neovim.until("it is typed", || neovim.text().contains("number"));
        neovim.settle();
        assert!(!neovim.next_edit_is_shown());
        assert_eq!(neovim.lua("return _G.count"), 0, "nothing is asked");
        neovim.lua("vim.cmd.Codestral('toggle')");
        neovim.keys("<M-n>");
        neovim.until("a next edit is shown", || neovim.next_edit_is_shown());
        let said = "Codestral: ghost text and next edits are off\nCodestral: ghost text and next edits are on";
        assert_eq!(neovim.said(), said);
    }
}

#[test]
fn what_is_asked_when_it_is_toggled_off_is_not_shown() {
    let Some(neovim) = open(Ghost::Native, "") else { return };
    neovim.lua(FAKE_CLIENT);
    let shown = neovim.lua(
        "require('codestral.next_edit').go() \
         require('codestral').toggle(false) \
         _G.asked[1](nil, _G.offer()) \
         return require('codestral.next_edit').is_shown()",
    );
    assert_eq!(shown, false);
}

#[test]
fn a_late_answer_to_what_was_given_up_leaves_the_newer_request_alone() {
    let Some(neovim) = open(Ghost::Native, "") else { return };
    neovim.lua(FAKE_CLIENT);
    let told = neovim.lua(
        "local it = require('codestral.next_edit') \
         it.go() \
         it.go() \
         _G.asked[1](nil, _G.offer()) \
         local late = it.is_shown() \
         it.go() \
         _G.asked[3](nil, _G.offer()) \
         return { _G.given_up, late, it.is_shown() }",
    );
    assert_eq!(told, json!([[1, 2], false, true]));
}

#[test]
fn a_map_of_ones_own_dismisses_and_does_the_rest_where_none_is_shown() {
    let Some(neovim) = open(Ghost::Native, "") else { return };
    neovim.lua(
        "_G.rest = 0 \
         vim.keymap.set('n', '<Esc>', function() \
           if not require('codestral').dismiss_next_edit() then _G.rest = _G.rest + 1 end \
         end)",
    );
    neovim.keys("cwtotal<Esc>");
    neovim.until("a next edit is shown", || neovim.next_edit_is_shown());
    neovim.keys("<Esc>");
    neovim.until("it is gone", || !neovim.next_edit_is_shown());
    assert_eq!(neovim.lua("return _G.rest"), 0);
    neovim.keys("<Esc>");
    neovim.until("the map does what else it does", || neovim.lua("return _G.rest") == 1);
}
