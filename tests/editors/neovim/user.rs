//! What the user of a test has: which Neovim, and which `init.lua`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::fake_endpoint::Fake;

/// The key the fake endpoint gets.
pub const KEY: &str = "test-key-0123456789";

/// Who draws the ghost text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ghost {
    /// Neovim 0.12.
    Native,
    /// The plug-in: on 0.11 where that is installed, else on 0.12 as if it were that.
    Own,
}

/// Where the Neovim is in which `ghost` is to be tested; nothing where the test is to be skipped, which is said.
pub fn program(ghost: Ghost) -> Option<&'static Path> {
    static NEW: OnceLock<Option<PathBuf>> = OnceLock::new();
    static OLD: OnceLock<Option<PathBuf>> = OnceLock::new();
    let installed = |name| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/editors").join(name);
    let old = OLD.get_or_init(|| {
        let program = installed("nvim-0.11/bin/nvim");
        (minor(&program) == Some(11)).then_some(program)
    });
    if ghost == Ghost::Own && old.is_some() {
        return old.as_deref();
    }
    let is_new_enough = |program: &PathBuf| minor(program).is_some_and(|minor| minor >= 12);
    let found = NEW.get_or_init(|| [installed("bin/nvim"), PathBuf::from("nvim")].into_iter().find(is_new_enough));
    if found.is_none() {
        let required = env::var("CODESTRAL_EDITORS").is_ok_and(|value| value == "required");
        assert!(!required, "there is no Neovim 0.12; run tests/editors/install");
        println!("SKIPPED: there is no Neovim 0.12; run tests/editors/install");
    }
    found.as_deref()
}

/// The second number of its version; the largest where the first is not 0.
fn minor(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&output.stdout);
    match version.strip_prefix("NVIM v0.") {
        Some(rest) => rest.split('.').next()?.parse().ok(),
        None => version.starts_with("NVIM v").then_some(u32::MAX),
    }
}

/// The settings that lead to `fake`, wait for a burst of keys and for all of an answer, and take nothing from anywhere else,
/// as a Lua table.
pub fn settings(fake: &Fake) -> String {
    format!(
        "{{ endpoint = {{ url = '{}', dialect = 'mistral', warmUp = false }}, \
         completion = {{ debounceMs = 50, showAfterMs = 10000, prefetch = 'off', choices = 2 }}, \
         ['local'] = {{ fallback = false, workspace = false }} }}",
        fake.url()
    )
}

/// `init.lua` of somebody who calls `setup` with `settings` and `more`.
pub fn init(fake: &Fake, ghost: Ghost, more: &str) -> String {
    format!(
        "vim.opt.rtp:prepend('{}/editors/neovim')\nrequire('codestral').setup({{ settings = {}, own_ghost_text = {}, {more} }})\n",
        env!("CARGO_MANIFEST_DIR"),
        settings(fake),
        ghost == Ghost::Own,
    )
}
