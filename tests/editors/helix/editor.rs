//! Helix in a home of its own, set up by the block that `codestral-ls config --helix` prints.

use std::env;
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use crate::fake_endpoint::Fake;
use crate::other::Other;
use crate::process::command;
use crate::terminal::{LIMIT, POLL, Terminal};

/// Says that the editors must be there; without it a missing one passes.
const REQUIRED: (&str, &str) = ("CODESTRAL_EDITORS", "required");

/// The key for Escape.
const ESCAPE: &str = "\x1b";
/// The key for Enter.
pub const ENTER: &str = "\r";
/// The key that chooses the next item of the menu.
pub const NEXT: &str = "\x0e";

/// Helix's log below its home; its end is shown when a test fails.
const LOG: &str = "helix.log";
/// So many lines of it, and so many characters of each.
const SHOWN: (usize, usize) = (40, 600);

/// A running Helix with one file open.
pub struct Helix {
    pub terminal: Terminal,
    file: PathBuf,
    home: TempDir,
}

impl Helix {
    /// Opens a file of this text; `None`, and a line that says so, where there is no Helix.
    #[track_caller]
    pub fn open(fake: &Fake, other: &Other, text: &str) -> Option<Self> {
        let program = program()?;
        let home = TempDir::new().expect("a temporary directory");
        let file = home.path().join("project/main.rs");
        // Helix tells of a workspace only where a repository is; elsewhere a file in a temporary folder is private.
        for folder in ["project/.git", "config/helix", "state", "data", "cache"] {
            fs::create_dir_all(home.path().join(folder)).expect("the home is writable");
        }
        fs::write(&file, text).expect("the home is writable");
        set_up(home.path(), other);

        // The server's environment is the editor's.
        let mut editor = at_home(&program, home.path());
        editor.env("CODESTRAL_URL", fake.url()).env("CODESTRAL_API_KEY", "sk-test");
        // At this level it logs each message of the servers.
        editor.arg("-vv").arg("--log").arg(home.path().join(LOG));
        editor.arg(&file).current_dir(home.path().join("project"));
        let terminal = Terminal::start(editor);
        let helix = Self { terminal, file, home };
        helix.wait_for_log("other -> ", "didOpen");
        helix.wait_for_log("codestral -> ", "didOpen");
        Some(helix)
    }

    /// Goes to the end of a line, counted from 1, and begins to insert there.
    pub fn insert_at_end_of(&mut self, line: usize) {
        self.terminal.keys(&format!("{line}GA"));
        self.terminal.wait_for(" INS ");
    }

    /// Leaves insert mode. What is typed before the screen tells that it has, Helix takes for an Alt key.
    #[track_caller]
    pub fn leave_insert_mode(&mut self) {
        if !self.terminal.shows(" NOR ") {
            self.terminal.keys(ESCAPE);
            self.terminal.wait_for(" NOR ");
        }
    }

    /// Runs a command of Helix's.
    pub fn command(&mut self, command: &str) {
        self.terminal.keys(&format!(":{command}{ENTER}"));
    }

    /// Leaves insert mode, saves, and compares the bytes on disk.
    #[track_caller]
    pub fn check_saved(&mut self, expected: &str) {
        self.leave_insert_mode();
        self.command("w");
        self.terminal.wait_for("written");
        let saved = fs::read_to_string(&self.file).expect("the file is UTF-8");
        assert_eq!(saved, expected, "the screen:\n{}", self.terminal.screen().contents());
    }

    /// Waits for a line of the log that holds both.
    #[track_caller]
    pub fn wait_for_log(&self, one: &str, two: &str) {
        let deadline = Instant::now() + LIMIT;
        while !self.log().lines().any(|line| line.contains(one) && line.contains(two)) {
            assert!(Instant::now() < deadline, "the log has no line with {one:?} and {two:?}");
            thread::sleep(POLL);
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.home.path().join(LOG)).unwrap_or_default()
    }

    /// Where it keeps its files.
    pub fn home(&self) -> &Path {
        self.home.path()
    }
}

impl Drop for Helix {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        let lines: Vec<String> = self.log().lines().map(|line| line.chars().take(SHOWN.1).collect()).collect();
        eprintln!("The end of Helix's log:\n{}", lines[lines.len().saturating_sub(SHOWN.0)..].join("\n"));
    }
}

/// The command of Helix in a clean environment with this home.
pub fn at_home(program: &Path, home: &Path) -> Command {
    let mut editor = Command::new(program);
    editor.env_clear().envs(command(home).get_envs().filter_map(|(name, value)| Some((name, value?))));
    editor
}

/// Writes `languages.toml`: the user's own server for Rust, then what we print for it.
fn set_up(home: &Path, other: &Other) {
    let path = home.join("config/helix/languages.toml");
    let own = format!("{}\n[[language]]\nname = \"rust\"\nlanguage-servers = [\"other\"]\n", other.definition());
    fs::write(&path, &own).expect("the home is writable");
    let printed = command(home).args(["config", "--helix", "rust"]).output().expect("the binary runs");
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let block = String::from_utf8(printed.stdout).expect("it writes UTF-8");
    assert!(block.contains("language-servers = [\"other\", \"codestral\"]"), "{block}");
    // A loaded machine would let the first lines of a suggestion stand without the others; and on a short text only a
    // little likely next edit is to be had.
    let hint = "# config = { completion = { maxTokens = 128 } }";
    let config = "config = { completion = { showAfterMs = 10000 }, nextEdit = { confidence = 0.1 } }";
    assert!(block.contains(hint), "{block}");
    let block = block.replacen(hint, config, 1);
    fs::write(&path, format!("{own}\n{block}")).expect("the home is writable");
}

/// The Helix that `tests/editors/install` put there, else the one on the `PATH`.
#[track_caller]
pub fn program() -> Option<PathBuf> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/editors/bin/hx");
    let runs =
        |program: &Path| Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join("hx"));
    let found = iter::once(installed).chain(on_path).find(|program| runs(program));
    if found.is_none() {
        let (name, value) = REQUIRED;
        assert!(env::var(name).as_deref() != Ok(value), "there is no Helix; run tests/editors/install");
        eprintln!("SKIPPED: there is no Helix; tests/editors/install gets one");
    }
    found
}
