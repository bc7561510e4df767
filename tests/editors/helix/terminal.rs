//! A terminal for an editor: a pty, what is on its screen, and every state of it so far.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// How long anything may take. Far more than any takes, even on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(20);

/// How often it is looked whether what cannot be waited for is there.
pub const POLL: Duration = Duration::from_millis(5);

const ROWS: NonZero<u16> = NonZero::new(30).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(100).unwrap();

/// "What are you?", which a terminal answers at once; an editor waits for it.
const DEVICE_ATTRIBUTES: &[u8] = b"\x1b[c";
/// The answer of a VT220 with colours.
const IS_VT220: &[u8] = b"\x1b[?62;22c";

/// A program on a pty.
pub struct Terminal {
    child: Child,
    keys: File,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser,
    /// Every state of the screen, as lines without the spaces at their ends.
    history: Vec<String>,
    is_closed: bool,
}

impl Terminal {
    /// Starts `command` on a pty of its own.
    pub fn start(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pty");
        grantpt(&master).expect("a pty");
        unlockpt(&master).expect("a pty");
        tcsetwinsize(&master, Winsize { ws_row: ROWS.get(), ws_col: COLUMNS.get(), ws_xpixel: 0, ws_ypixel: 0 })
            .expect("a pty");
        let name = ptsname(&master, Vec::new()).expect("a pty");
        let name = name.to_str().expect("a name of ASCII");
        let slave = || File::options().read(true).write(true).open(name).expect("the pty's other end");
        command.env("TERM", "xterm-256color").stdin(slave()).stdout(slave()).stderr(slave());
        let child = command.spawn().expect("the editor starts");
        // The command holds the other end open; without it, reading ends with the editor.
        drop(command);

        let keys = File::from(master);
        let output = keys.try_clone().expect("a second handle");
        let parser = vt100::Parser::new(ROWS, COLUMNS, 0);
        let state = State { parser, history: Vec::new(), is_closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let terminal = Self { child, keys, shared };
        let (shared, answers) = (Arc::clone(&terminal.shared), terminal.keys.try_clone().expect("a third handle"));
        thread::spawn(move || shared.read(output, answers));
        terminal
    }

    /// The process on the pty.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the pty takes keys");
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    pub fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + LIMIT;
        let mut state = self.state();
        loop {
            if state.history.last().is_some_and(|screen| wanted(screen)) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.is_closed {
                let screen = state.history.last().cloned().unwrap_or_default();
                drop(state);
                panic!("no sign of {what}; the screen:\n{screen}");
            }
            state = self.shared.changed.wait_timeout(state, left).expect("no panic holds it").0;
        }
    }

    /// Waits until the screen holds `text`.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait(&format!("{text:?}"), |screen| screen.contains(text));
    }

    /// Whether the screen holds `text` now.
    pub fn shows(&self, text: &str) -> bool {
        self.state().history.last().is_some_and(|screen| screen.contains(text))
    }

    /// The lines of the screen that hold `text`, from above.
    pub fn lines_with(&self, text: &str) -> Vec<String> {
        let screen = self.state().history.last().cloned().unwrap_or_default();
        screen.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
    }

    /// Whether any state of the screen so far held `text`.
    pub fn ever_showed(&self, text: &str) -> bool {
        self.state().history.iter().any(|screen| screen.contains(text))
    }

    /// The screen as it is, with its colours.
    pub fn screen(&self) -> vt100::Screen {
        self.state().parser.screen().clone()
    }

    /// Waits until the process has ended.
    #[track_caller]
    pub fn wait_for_end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return status;
            }
            assert!(Instant::now() < deadline, "the editor still runs; {:?}", self.state().history.last());
            thread::sleep(POLL);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("no panic holds it")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Shared {
    fn read(&self, mut output: File, mut answers: File) {
        let mut bytes = [0; 1 << 16];
        // Once the editor has gone, Linux gives an error and macOS an end.
        while let Ok(read @ 1..) = output.read(&mut bytes) {
            let part = &bytes[..read];
            if part.windows(DEVICE_ATTRIBUTES.len()).any(|window| window == DEVICE_ATTRIBUTES) {
                let _ = answers.write_all(IS_VT220);
            }
            let mut state = self.state.lock().expect("no panic holds it");
            state.parser.process(part);
            let screen = state.parser.screen().contents();
            let screen: Vec<&str> = screen.lines().map(str::trim_end).collect();
            state.history.push(screen.join("\n"));
            self.changed.notify_all();
        }
        self.state.lock().expect("no panic holds it").is_closed = true;
        self.changed.notify_all();
    }
}
