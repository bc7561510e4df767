//! What the server says while somebody types: no key is lost to it, on a screen of 80 columns.

use crate::driver::Neovim;
use crate::fake_endpoint::{Fake, Script};
use crate::ghost::{ADD, add};
use crate::user::{Ghost, init, settings};

/// `init.lua` of somebody who does without the module.
fn without_module(fake: &Fake) -> String {
    format!(
        "vim.opt.rtp:prepend('{}/editors/neovim')\n\
         vim.lsp.config('codestral_ls', {{ settings = {{ codestral = {} }} }})\n\
         vim.lsp.enable('codestral_ls')\nvim.lsp.inline_completion.enable()\n",
        env!("CARGO_MANIFEST_DIR"),
        settings(fake)
    )
}

/// Types while the endpoint refuses, and goes on when that was told: all that was typed must be in the text.
#[track_caller]
fn check_typed(script: impl Fn() -> Script + Send + Sync + 'static, init: impl Fn(&Fake) -> String) {
    let fake = Fake::start(move |_| script());
    let Some(neovim) = Neovim::start(&init(&fake), "main.rs", ADD) else { return };
    neovim.attach_screen();
    neovim.keys("alet s");
    fake.wait_for(|stats| stats.requests >= 1);
    neovim.until("it is told, or waits for a key", || {
        neovim.is_blocked() || neovim.lua("return vim.fn.execute('messages')").to_string().contains("Codestral: ")
    });
    assert!(!neovim.is_blocked(), "it waits for a key");
    neovim.keys("abcde");
    neovim.holds(&add("let sabcde"));
    let told = neovim.lua("return vim.fn.execute('messages')").to_string();
    assert_eq!(told.matches("Codestral: ").count(), 1, "{told}");
}

fn refused() -> Script {
    Script::refuse(401, format!(r#"{{"detail":"{}"}}"#, "Unauthorized, as a proxy tells at length. ".repeat(9)))
}

#[test]
fn no_letter_is_lost_to_an_error_of_the_endpoint_without_the_module() {
    check_typed(refused, without_module);
    check_typed(Script::hang_up, without_module);
    check_typed(|| Script::refuse(503, "overloaded"), without_module);
}

#[test]
fn no_letter_is_lost_to_an_error_of_the_endpoint_with_it() {
    check_typed(refused, |fake| init(fake, Ghost::Native, ""));
}

#[test]
fn wrong_settings_and_a_missing_key_block_nothing() {
    let fake = Fake::start(|_| Script::text("um"));
    let wrong = "vim.env.CODESTRAL_API_KEY = nil\n";
    let settings = "{ endpoint = { dialect = 'mistral' }, completion = { debonceMs = 3, temperature = 70, \
                    maxTokens = 'as many as it takes, and then some more of them' } }";
    let init = without_module(&fake).replace(&super::user::settings(&fake), settings) + wrong;
    let Some(neovim) = Neovim::start(&init, "main.rs", ADD) else { return };
    neovim.attach_screen();
    neovim.keys("alet s");
    neovim.until("it is told, or waits for a key", || {
        neovim.is_blocked() || neovim.lua("return vim.fn.execute('messages')").to_string().contains("API key")
    });
    assert!(!neovim.is_blocked(), "it waits for a key");
    neovim.keys("abcde");
    neovim.holds(&add("let sabcde"));
}

#[test]
fn a_long_message_is_cut_on_the_screen_and_whole_in_the_log() {
    let fake = Fake::start(|_| Script::text("um"));
    let Some(neovim) = Neovim::open(&fake, Ghost::Native, "main.rs", ADD) else { return };
    neovim.attach_screen();
    let text = "something long that nobody expected, in ever more words, é世😀 and none of them short";
    neovim.keys("a");
    neovim.lua(&format!(
        "vim.lsp.get_clients()[1].handlers['window/showMessage'](nil, {{ type = 1, message = 'Codestral: {text}\\n.' }})"
    ));
    assert!(!neovim.is_blocked(), "it waits for a key");
    neovim.keys("abcde");
    neovim.holds(&add("abcde"));
    let log = std::fs::read_to_string(neovim.home().join("state/nvim/lsp.log")).unwrap_or_default();
    assert!(log.contains(&format!("Codestral: {text}")), "{log}");
}
