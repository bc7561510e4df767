//! The key that a program prints: a password store, most of the time.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::{Key, KeyError, LONGEST, Places, checked};
use crate::system_error::reason;

/// How often a command that has closed its output is asked whether it has ended.
const POLL: Duration = Duration::from_millis(5);

/// The key that a program prints in its first line. No shell is involved.
pub(super) fn run(places: &Places<'_>, limit: Duration) -> Result<Key, KeyError> {
    let Some((program, arguments)) = places.command.split_first() else {
        return Err(KeyError::Empty { origin: "key command".to_owned() });
    };
    let started = |error: io::Error| KeyError::CommandStart {
        program: program.clone(),
        reason: reason(&error),
        setting: places.settings[1].to_owned(),
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // What it complains of may hold the key, and our own stderr is the editor's log.
        .stderr(Stdio::null())
        .spawn()
        .map_err(started)?;
    let deadline = Instant::now() + limit;
    let output = output_until(&mut child, deadline);
    let status = wait_until(&mut child, deadline);
    let (Some(output), Some(status)) = (output, status) else {
        // Neither fails in a way we could act upon: the process has ended or is about to.
        let _ = child.kill();
        let _ = child.wait();
        return Err(KeyError::CommandSlow { program: program.clone(), limit });
    };
    if !status.success() {
        return Err(KeyError::CommandFailed { program: program.clone(), status: status.to_string() });
    }
    let output = String::from_utf8_lossy(&output);
    checked(output.lines().next().unwrap_or_default(), format!("command {program}"), None, places)
}

/// All that the child writes, read by a thread of its own: a pipe cannot be read with a time limit.
fn output_until(child: &mut Child, deadline: Instant) -> Option<Vec<u8>> {
    let stdout = child.stdout.take()?;
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut output = Vec::new();
        let read = stdout.take(LONGEST).read_to_end(&mut output);
        let _ = send.send(read.map(|_| output).unwrap_or_default());
    });
    receive.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

fn wait_until(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL),
            _ => return None,
        }
    }
}
