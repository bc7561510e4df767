//! Chat: from a selection to an applied edit, or to an answer that is written as it comes and can be asked about.

use std::process::Command;
use std::time::Duration;

use crate::driver::Neovim;
use crate::fake_endpoint::{Ending, Fake, Received, Script};
use crate::user::{Ghost, init};

const MAIN: &str = "fn main() {\n    |run();\n}\n\nfn run() {}\n";
const CODE: &str = "fn main() {\n    run();\n}\n\nfn run() {}";

/// The text of the buffer of the only conversation.
const CONVERSATION: &str = "
for _, buf in ipairs(vim.api.nvim_list_bufs()) do
  if vim.api.nvim_buf_get_name(buf):match('^codestral://20') and #vim.fn.win_findbuf(buf) > 0 then
    return table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\\n')
  end
end
return ''";

fn open(fake: &Fake) -> Option<Neovim> {
    Neovim::open(fake, Ghost::Native, "main.rs", MAIN)
}

impl Neovim {
    fn conversation(&self) -> String {
        self.lua(CONVERSATION).as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    fn reads(&self, expected: &str) {
        self.until(expected, || self.conversation().contains(expected));
    }

    /// Runs the code action of that title on the selected first three lines.
    fn choose(&self, title: &str) {
        self.lua(&format!(
            "vim.ui.select = function(items, _, done) end \
             vim.cmd('normal! ggVjj') \
             vim.lsp.buf.code_action({{ apply = true, filter = function(it) return it.title == 'Codestral: {title}' end }})"
        ));
        self.keys("<Esc>");
    }
}

fn question(received: &Received) -> &str {
    let messages = received.body["messages"].as_array().expect("messages");
    messages.last().and_then(|message| message["content"].as_str()).unwrap_or_default()
}

#[test]
fn a_code_action_edits_the_selection_and_undo_takes_it_back() {
    let fake = Fake::start(|_| Script::text("```rust\n/// Runs.\nfn main() {\n    run();\n}\n```"));
    let Some(neovim) = open(&fake) else { return };
    neovim.choose("Document");
    neovim.holds(&format!("/// Runs.\n{CODE}"));
    assert!(question(&fake.received()[0]).contains("fn main() {"), "{:?}", fake.received());
    assert_eq!(neovim.conversation(), "", "an edit opens no window");
    neovim.keys("u");
    neovim.holds(CODE);
}

#[test]
fn an_answer_is_written_as_it_comes_and_can_be_asked_about() {
    let fake = Fake::start(|received| match received.body["messages"].as_array().map_or(0, Vec::len) {
        0..=2 => Script::chunks(["It ", "calls ", "`run`."]).between(Duration::from_millis(150)),
        _ => Script::text("Because it must."),
    });
    let Some(neovim) = open(&fake) else { return };
    neovim.choose("Explain");
    neovim.reads("It ");
    neovim.reads("It calls `run`.");
    neovim.until("the question can be written", || neovim.conversation().ends_with("## You <!-- codestral -->\n\n"));
    // In the window of the conversation, at its end.
    neovim.keys("<C-w>l");
    neovim.until("the window is entered", || {
        neovim.lua("return vim.bo.modifiable and vim.fn.bufname():match('^codestral') ~= nil") == true
    });
    neovim.keys("GAWhy?<Esc><CR>");
    neovim.reads("Because it must.");
    let conversation = neovim.conversation();
    assert_eq!(conversation.matches("Why?").count(), 1, "{conversation}");
    assert!(conversation.find("Why?") < conversation.find("Because it must."), "{conversation}");
    let received = fake.received();
    assert_eq!(received.len(), 2);
    assert!(question(&received[1]).contains("Why?"), "{:?}", received[1]);
    assert!(received[1].body.to_string().contains("It calls `run`."), "the conversation goes on");
    neovim.until("the next question can be written", || {
        neovim.conversation().ends_with("Because it must.\n\n## You <!-- codestral -->\n\n")
    });
    neovim.lua("vim.cmd('Codestral chat And then?')");
    neovim.until("a third is asked", || fake.stats().requests == 3);
    assert!(question(&fake.received()[2]).contains("And then?"));
}

#[test]
fn a_code_action_that_needs_words_asks_for_them() {
    let fake = Fake::start(|_| Script::text("A function."));
    let Some(neovim) = open(&fake) else { return };
    neovim.lua("vim.ui.input = function(options, done) _G.prompt = options.prompt done('What is it?') end");
    neovim.choose("Ask");
    neovim.reads("A function.");
    assert_eq!(neovim.lua("return _G.prompt"), "Ask Codestral: ");
    assert!(question(&fake.received()[0]).contains("What is it?"));
}

#[test]
fn the_command_takes_a_range_and_words() {
    let fake = Fake::start(|_| Script::text("```rust\nfn run() { todo!() }\n```"));
    let Some(neovim) = open(&fake) else { return };
    neovim.keys(":5Codestral chat change leave it to do<CR>");
    neovim.holds("fn main() {\n    run();\n}\n\nfn run() { todo!() }");
    let asked = question(&fake.received()[0]).to_owned();
    assert!(asked.contains("leave it to do"), "{asked}");
}

#[test]
fn a_selection_within_a_line_is_exactly_that() {
    let fake = Fake::start(|_| Script::text("```rust\nwalk\n```"));
    let Some(neovim) = open(&fake) else { return };
    neovim.keys("viw:Codestral chat change call it walk<CR>");
    neovim.holds("fn main() {\n    walk();\n}\n\nfn run() {}");
}

#[test]
fn cancelling_stops_the_stream_and_keeps_what_came() {
    let fake = Fake::start(|_| Script::chunks(["It calls "]).ending(Ending::Stall));
    let Some(neovim) = open(&fake) else { return };
    neovim.keys(":Codestral chat explain<CR>");
    neovim.reads("It calls");
    neovim.keys(":Codestral cancel<CR>");
    neovim.until("it is over", || neovim.conversation().ends_with("## You <!-- codestral -->\n\n"));
    assert!(neovim.conversation().contains("It calls"));
    assert_eq!(fake.wait_for(|stats| stats.open_streams == 0).open_streams, 0);
    neovim.keys(":Codestral cancel<CR>");
    neovim.until("there is nothing left", || neovim.said().ends_with("Codestral: nothing is being asked"));
}

#[test]
fn a_server_that_is_gone_leaves_the_conversation_to_be_gone_on_with() {
    let fake = Fake::start(|_| Script::chunks(["It calls "]).ending(Ending::Stall));
    let Some(neovim) = open(&fake) else { return };
    neovim.keys(":Codestral chat explain<CR>");
    neovim.reads("It calls");
    for server in neovim.servers() {
        assert!(
            Command::new("kill").args(["-KILL", &server.to_string()]).status().is_ok_and(|status| status.success())
        );
    }
    neovim.until("it is said", || neovim.said().contains("Codestral: the server ended before its answer did"));
    neovim.keys(":Codestral cancel<CR>");
    neovim.until("nothing is left", || neovim.said().ends_with("Codestral: nothing is being asked"));
    neovim.keys("<C-w>l");
    neovim.until("it can be written in", || neovim.lua("return vim.bo.modifiable and vim.bo.filetype") == "markdown");
    neovim.keys("<CR>");
    neovim.until("no server is there", || neovim.said().contains("the server is not running"));
    neovim.keys("<C-w>h:e<CR>");
    neovim.until("it is back", || neovim.lua("return #vim.lsp.get_clients()") == 1);
    neovim.keys("<C-w>lGoAnd then?<Esc>");
    neovim.until("it is written", || neovim.conversation().ends_with("And then?"));
    neovim.keys("<CR>");
    neovim.until("it is asked", || fake.stats().requests == 2);
}

#[test]
fn a_conversation_whose_buffer_is_deleted_meanwhile_is_still_written() {
    const ALL: &str = "
for _, buf in ipairs(vim.api.nvim_list_bufs()) do
  if vim.api.nvim_buf_get_name(buf):match('^codestral://20') then
    return table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\\n')
  end
end";
    let fake = Fake::start(|_| Script::chunks(["It ", "calls ", "`run`."]).between(Duration::from_millis(300)));
    let Some(neovim) = open(&fake) else { return };
    neovim.keys(":Codestral chat explain<CR>");
    neovim.reads("It ");
    neovim.keys("<C-w>l:bdelete!<CR>");
    neovim.until("its window is gone", || neovim.conversation().is_empty());
    neovim.until("the answer is whole", || {
        let all = neovim.lua(ALL);
        let all = all.as_str().unwrap_or_default();
        all.starts_with("# Explain main.rs")
            && all.contains("It calls `run`.")
            && all.ends_with("## You <!-- codestral -->\n\n")
    });
}

#[test]
fn a_conversation_opens_though_the_set_up_of_its_file_type_fails() {
    let fake = Fake::start(|_| Script::text("It calls `run`."));
    // More than a screen, at which Neovim would wait for a key.
    let init = init(&fake, Ghost::Native, "")
        + "vim.api.nvim_create_autocmd('FileType', { pattern = 'markdown', \
             callback = function() error(('no parser\\n'):rep(60)) end })\n";
    let Some(neovim) = Neovim::start(&init, "main.rs", MAIN) else { return };
    neovim.choose("Explain");
    neovim.reads("It calls `run`.");
    assert!(!neovim.lua("return vim.fn.execute('messages')").to_string().contains("no parser"));
}

#[test]
fn trouble_is_said_in_a_sentence() {
    let fake = Fake::start(|_| Script::refuse(401, r#"{"detail":"Unauthorized"}"#));
    let Some(neovim) = open(&fake) else { return };
    neovim.keys(":Codestral chat explain<CR>");
    neovim.until("it is said", || neovim.said().contains("key"));
    assert_eq!(neovim.said().lines().count(), 1, "{}", neovim.said());
}
