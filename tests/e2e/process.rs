//! The server's process: a clean environment, and frames over its pipes.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// The variables a process needs to run at all; everything else of the tester's environment is kept away.
const KEPT_VARIABLES: &[&str] = &["PATH", "SystemRoot", "SystemDrive", "TEMP", "TMP", "LLVM_PROFILE_FILE"];

/// The server's binary with an environment of its own: a home below `home`, no keys, no proxies.
pub fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codestral-ls"));
    command.env_clear();
    for name in KEPT_VARIABLES {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .env("HOME", home)
        .env("USERPROFILE", home)
        .env("APPDATA", home.join("config"))
        .env("LOCALAPPDATA", home.join("state"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .current_dir(home);
    command
}

/// The same program on a full disk: from the first byte on (`blocks` 0), or when a file is 32 or 64 KB long (64), by the
/// shell's blocks. The system stops the write as it does where the disk ends.
#[cfg(unix)]
pub fn on_full_disk(command: &Command, blocks: u32) -> Command {
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"]).arg(command.get_program());
    limited.args(command.get_args()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.current_dir(command.get_current_dir().unwrap_or(Path::new(".")));
    limited
}

/// How many files this process and the servers that it starts may have open at once, after raising the number to what
/// the system allows: macOS and some CI machines begin with 256.
#[cfg(unix)]
pub fn open_files() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    /// What a test may need, with room; macOS refuses "as many as there are".
    const WANTED: u64 = 4096;
    let limit = getrlimit(Resource::Nofile);
    let allowed = limit.maximum.unwrap_or(WANTED).min(WANTED);
    let current = limit.current.unwrap_or(allowed);
    if current < allowed && setrlimit(Resource::Nofile, Rlimit { current: Some(allowed), ..limit }).is_ok() {
        return usize::try_from(allowed).unwrap_or(usize::MAX);
    }
    usize::try_from(current).unwrap_or(usize::MAX)
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub fn open_files() -> usize {
    usize::MAX
}

/// Whether this is Wine, which lacks some of what Windows has: who asks says what. It names its loader to each program.
pub fn is_wine() -> bool {
    cfg!(windows) && std::env::var_os("WINELOADER").is_some()
}

/// One message as a frame.
pub fn frame(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The messages on stdout as they come; the channel closes with it.
pub fn read_messages(stdout: impl Read + Send + 'static) -> Receiver<Value> {
    let (sender, incoming) = channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        while let Some(message) = read_message(&mut stdout) {
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    incoming
}

/// One message; `None` at the end. Anything but clean frames on stdout is a failure, so this reader forgives nothing.
fn read_message(stdout: &mut impl BufRead) -> Option<Value> {
    let mut header = String::new();
    if stdout.read_line(&mut header).ok()? == 0 {
        return None;
    }
    let length = header.strip_prefix("Content-Length: ").expect("stdout holds frames only").trim_end();
    let mut body = vec![0; length.parse().expect("a length")];
    header.clear();
    stdout.read_line(&mut header).ok()?;
    assert_eq!(header, "\r\n");
    stdout.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("a body is JSON"))
}

/// The lines on stderr as they come.
pub fn collect(stderr: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let collected = Arc::new(Mutex::new(String::new()));
    let shared = Arc::clone(&collected);
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let mut collected = shared.lock().expect("no panic holds it");
            collected.push_str(&line);
            collected.push('\n');
        }
    });
    collected
}
