//! One Neovim: started as a user has it, fed with keys, looked at.

use std::cell::{Cell, RefCell};
use std::env;
use std::fs;
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::fake_endpoint::Fake;
use crate::messagepack;
use crate::user::{Ghost, KEY, init, program};

/// The longest wait for anything: a busy machine starts Neovim in two seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Draws the buffer as the person sees it.
const DRAW: &str = include_str!("draw.lua");

/// A running Neovim, ended when dropped.
pub struct Neovim {
    home: TempDir,
    child: RefCell<Child>,
    stdin: RefCell<ChildStdin>,
    /// What Neovim says, until it has ended.
    messages: Receiver<Value>,
    next: Cell<u32>,
}

impl Neovim {
    /// With the plug-in, at `file` with `marked` in it, the cursor at `|`; nothing where Neovim is missing. Waits for
    /// the server.
    pub fn open(fake: &Fake, ghost: Ghost, file: &str, marked: &str) -> Option<Self> {
        Self::start_as(ghost, &init(fake, ghost, ""), file, marked)
    }

    /// The same on 0.12 with an `init.lua`.
    pub fn start(init: &str, file: &str, marked: &str) -> Option<Self> {
        Self::start_as(Ghost::Native, init, file, marked)
    }

    /// The same with an `init.lua` that makes `ghost` draw.
    pub fn start_as(ghost: Ghost, init: &str, file: &str, marked: &str) -> Option<Self> {
        let neovim = Self::launch_as(ghost, init, file, marked)?;
        neovim.until_attached();
        Some(neovim)
    }

    /// Waits until the server is attached, and Neovim listens to the typing.
    #[track_caller]
    pub fn until_attached(&self) {
        self.until("the server is attached, and Neovim listens to the typing", || {
            self.lua(
                "local it = vim.lsp.get_clients({ bufnr = 0 })[1] \
                 local native = vim.lsp.inline_completion \
                 local listens = not native or not native.is_enabled() \
                 listens = listens or require('vim.lsp._capability').all.inline_completion.active[vim.fn.bufnr()] ~= nil \
                 return it ~= nil and it.initialized and it.attached_buffers[vim.fn.bufnr()] ~= nil and listens",
            ) == true
        });
    }

    /// The same on 0.12, without waiting for a server.
    pub fn launch(init: &str, file: &str, marked: &str) -> Option<Self> {
        Self::launch_as(Ghost::Native, init, file, marked)
    }

    fn launch_as(ghost: Ghost, init: &str, file: &str, marked: &str) -> Option<Self> {
        let program = program(ghost)?;
        let home = tempfile::tempdir().unwrap();
        let project = home.path().join("project");
        fs::create_dir_all(project.join(".git")).unwrap();
        fs::create_dir_all(home.path().join("config/nvim")).unwrap();
        fs::write(home.path().join("config/nvim/init.lua"), init).unwrap();
        let offset = marked.find('|').expect("the place of the cursor is marked");
        let before = &marked[..offset];
        let text = marked.replacen('|', "", 1);
        fs::write(project.join(file), &text).unwrap();
        let binary = Path::new(env!("CARGO_BIN_EXE_codestral-ls")).parent().unwrap();
        let path =
            env::join_paths([binary.to_path_buf()].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap())));
        let mut command = Command::new(program);
        command.args(["--embed", "--headless", "-n", file]).current_dir(&project);
        for (variable, folder) in [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            fs::create_dir_all(home.path().join(folder)).unwrap();
            command.env(variable, home.path().join(folder));
        }
        command.env("PATH", path.unwrap()).env("CODESTRAL_API_KEY", KEY).env_remove("NVIM");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let (said, messages) = mpsc::channel();
        // A thread, so that a Neovim that waits for a key nobody will press fails its test instead of holding it up.
        thread::spawn(move || {
            while let Ok(message) = messagepack::read(&mut stdout) {
                if said.send(message).is_err() {
                    return;
                }
            }
        });
        let neovim = Self { home, child: child.into(), stdin: stdin.into(), messages, next: Cell::new(1) };
        let row = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().len();
        neovim.lua(&format!("vim.api.nvim_win_set_cursor(0, {{ {row}, {column} }})"));
        neovim.lua(
            "_G.said = {} _G.notify = vim.notify vim.notify = function(message) table.insert(_G.said, message) end",
        );
        Some(neovim)
    }

    /// Types, in Neovim's notation of keys; the cursor of the test's text stays where it is with `i`.
    pub fn keys(&self, keys: &str) {
        self.call("nvim_input", &[keys]);
    }

    /// Gives it a screen of 80 columns, and messages to show there: a long one then waits for a key.
    pub fn attach_screen(&self) {
        self.lua("vim.notify = _G.notify");
        let id = self.id();
        self.answer(id, &messagepack::attach_screen(id, 80, 24));
    }

    /// Whether it waits for a key.
    pub fn is_blocked(&self) -> bool {
        // `[mode, blocking]`, as a map that comes as an array.
        let mode = self.mode();
        mode[3].as_array().is_some_and(|pairs| pairs.iter().any(|value| *value == true))
    }

    /// Runs Lua and returns what it returns, by way of JSON.
    #[track_caller]
    pub fn lua(&self, code: &str) -> Value {
        let code = format!("local function run() {code}\nend\nlocal result = run()\nreturn vim.json.encode(result)");
        let id = self.id();
        let result = self.answer(id, &messagepack::lua(id, &code));
        serde_json::from_str(result.as_str().unwrap_or("null")).unwrap()
    }

    /// What the person sees.
    pub fn drawn(&self) -> String {
        self.lua(DRAW).as_str().unwrap_or_default().to_owned()
    }

    /// The text of the current buffer.
    pub fn text(&self) -> String {
        let text = self.lua("return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// What the person was told by `vim.notify`.
    pub fn said(&self) -> String {
        self.lua("return table.concat(_G.said, '\\n')").as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the person sees this.
    #[track_caller]
    pub fn sees(&self, expected: &str) {
        self.shows("what is seen", expected, || self.drawn());
    }

    /// Waits until the buffer holds this text.
    #[track_caller]
    pub fn holds(&self, expected: &str) {
        self.shows("the text", expected, || self.text());
    }

    #[track_caller]
    fn shows(&self, what: &str, expected: &str, look: impl Fn() -> String) {
        let begun = Instant::now();
        let mut seen = look();
        while seen != expected {
            if begun.elapsed() > PATIENCE {
                assert_eq!(seen, expected, "{what}; said: {}; the server: {}", self.said(), self.log());
            }
            thread::sleep(PAUSE);
            seen = look();
        }
    }

    /// Waits until `condition` holds.
    #[track_caller]
    pub fn until(&self, what: &str, mut condition: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !condition() {
            let said = || format!("{}; the client's log: {}", self.said(), self.log());
            assert!(begun.elapsed() < PATIENCE, "in vain waited until {what}; said: {}", said());
            thread::sleep(PAUSE);
        }
    }

    /// Waits until Neovim has no request open and its own wait of 200 ms is over: what is seen then stays.
    pub fn settle(&self) {
        self.lua("_G.quiet_since = vim.uv.now()");
        self.until("nothing is under way", || {
            self.lua(
                "for _, client in ipairs(vim.lsp.get_clients()) do \
                   for _, request in pairs(client.requests) do \
                     if request.method == 'textDocument/inlineCompletion' then _G.quiet_since = vim.uv.now() end \
                   end \
                 end \
                 return vim.uv.now() - _G.quiet_since > 300",
            ) == true
        });
    }

    /// A file of the project, as bytes.
    pub fn saved(&self, file: &str) -> Vec<u8> {
        fs::read(self.home.path().join("project").join(file)).unwrap()
    }

    /// Where everything of this Neovim is.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The processes of the server that this Neovim has started.
    pub fn servers(&self) -> Vec<u32> {
        let parent = self.child.borrow().id();
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
        children.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
    }

    /// Waits until Neovim has ended by itself.
    #[track_caller]
    pub fn ends(&self) {
        self.until("Neovim has ended", || self.child.borrow_mut().try_wait().is_ok_and(|status| status.is_some()));
    }

    /// For a failed test: Neovim's log of the client, and what the server says of its last requests.
    fn log(&self) -> String {
        let log = fs::read_to_string(self.home.path().join("state/nvim/lsp.log")).unwrap_or_default();
        let why = self.lua(
            "local it = vim.lsp.get_clients({ name = 'codestral_ls' })[1] \
             local command = { command = 'codestral.why', arguments = { { show = false } } } \
             return it and it:request_sync('workspace/executeCommand', command, 2000)",
        );
        format!("{log}{why}")
    }

    fn id(&self) -> u32 {
        self.next.set(self.next.get() + 1);
        self.next.get()
    }

    #[track_caller]
    fn call(&self, method: &str, arguments: &[&str]) -> Value {
        let id = self.id();
        self.answer(id, &messagepack::request(id, method, arguments))
    }

    /// Sends a request and waits for its answer; null where Neovim has ended, maybe by the request itself.
    #[track_caller]
    fn answer(&self, id: u32, request: &[u8]) -> Value {
        if self.stdin.borrow_mut().write_all(request).is_err() {
            return Value::Null;
        }
        loop {
            match self.messages.recv_timeout(PATIENCE) {
                Ok(mut message) if message[0] == 1 && message[1] == id => {
                    assert!(message[2].is_null(), "Neovim refuses: {}", message[2]);
                    return message[3].take();
                }
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return Value::Null,
                Err(RecvTimeoutError::Timeout) => panic!("Neovim does not answer; its mode: {}", self.mode()),
            }
        }
    }

    /// What Neovim waits for: the one request that it answers even then.
    fn mode(&self) -> Value {
        let id = self.id();
        let _ = self.stdin.borrow_mut().write_all(&messagepack::request(id, "nvim_get_mode", &[]));
        let mut messages = std::iter::from_fn(|| self.messages.recv_timeout(PATIENCE).ok());
        messages.find(|message| message[1] == id).unwrap_or_default()
    }
}

impl Drop for Neovim {
    fn drop(&mut self) {
        let child = self.child.get_mut();
        let _ = child.kill();
        let _ = child.wait();
    }
}
